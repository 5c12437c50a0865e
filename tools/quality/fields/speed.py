"""How many documents a second are extracted, in processor time of one process.

Each language of the press archives is extracted with the language declared and, as a document
that declares nothing has it, detected.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from index import Document
from index.extract import ExtractionOptions, extract
from tools.quality import press

DOCUMENTS = 500


def documents(language: str) -> Iterator[Document]:
    """Yield the dispatches of a language."""
    for row in press(language):
        yield Document(
            row["id"], row["text"], row.get("title", ""), row.get("date", ""), language=language
        )


def speed(batch: list[Document]) -> float:
    """Return how many documents are extracted in a second."""
    options = ExtractionOptions()
    extract(batch[0], options)  # vocabularies are loaded with the first
    began = time.process_time()
    for document in batch:
        extract(document, options)
    return len(batch) / (time.process_time() - began)


def main() -> None:
    """Print the table."""
    print("| language | characters each | declared, a second | detected, a second |")
    print("| --- | ---: | ---: | ---: |")
    for language in sys.argv[1:] or ("fr", "en", "es", "de", "pt", "ar"):
        batch = list(islice(documents(language), DOCUMENTS))
        undeclared = [replace(document, language="") for document in batch]
        mean = sum(len(document.text) for document in batch) / len(batch)
        print(f"| {language} | {mean:,.0f} | {speed(batch):,.0f} | {speed(undeclared):,.0f} |")


if __name__ == "__main__":
    main()
