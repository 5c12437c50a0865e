"""Score organizations with names that the press archives teach, without the documents judged.

    python -m tools.quality.fields.names [LANGUAGE ...]

For each language names are learned from all dispatches but those that any gold was judged on, and
all judged organizations are scored without these names and with them.
"""

import argparse
from collections.abc import Iterator, Sequence

from index.build import names
from index.document import Document, Organization
from index.extract import ExtractionOptions, LearnedNames, extract
from tools.quality import press, rows
from tools.quality.fields.counts import total
from tools.quality.fields.judged import GOLD, languages
from tools.quality.fields.organizations import PARTS, score_organizations


class Unjudged:
    """The dispatches of a language that nobody judged; they can be read again and again."""

    def __init__(self, language: str) -> None:
        self._language = language
        files = GOLD.glob(f"*-{language}.jsonl")
        self._judged = {row["id"] for path in files for row in rows(path)}

    def __iter__(self) -> Iterator[Document]:
        for row in press(self._language):
            if row["id"] not in self._judged:
                title, text = row.get("title") or "", row["text"]
                yield Document(row["id"], text, title, language=self._language)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Score names that the archives teach.")
    parser.add_argument("language", nargs="*", help="languages; all that have a press if none")
    print("| language | documents | names | before: right, false, missed | with the names |")
    print("| --- | --- | --- | --- | --- |")
    for code in parser.parse_args().language or ("fr", "en", "es", "de", "pt", "ar"):
        lesson = names.learn(Unjudged(code))
        parts = [part for part in PARTS if code in languages(part)]
        cells = [_counted(code, parts, None), _counted(code, parts, lesson.names)]
        print(f"| {code} | {lesson.documents:,} | {len(lesson.learned):,} | {' | '.join(cells)} |")


def _counted(code: str, parts: Sequence[str], names: LearnedNames | None) -> str:
    options = ExtractionOptions(names=names)

    def found(document: Document) -> Sequence[Organization]:
        return extract(document, options).organizations

    scores = [each for part in parts for each in score_organizations(code, found, part)]
    counts = total(scores)
    return (
        f"{counts.right}, {counts.false}, {counts.missed}: P {counts.precision:.1%}"
        f" R {counts.recall:.1%} F1 {counts.f1:.1%}"
    )


if __name__ == "__main__":
    main()
