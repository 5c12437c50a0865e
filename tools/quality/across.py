"""Search across languages, measured on the press.

    python -m tools.quality.across [--indexes DIR] [--list]

Dispatches in six languages, drawn evenly, are indexed and given vectors by the product. Two
measures, through its engine:

- *known items*: ``across-questions.tsv`` has questions on single dispatches in other languages, by
  hand. Asked among the dispatches of one language, and among all in other languages than the
  question, with no least nearness and ten documents;
- *subjects*: ``across-subjects.tsv`` has subjects in French, and what a line that is about each has
  in its title or text. Counted over the lines that are shown at several least nearnesses.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from index import IndexDirectory, Snapshot
from index.build import rebuild
from index.vectors import compute
from search.across import LEAST, LIMIT, nearest
from search.engine import Notices
from search.query import parse
from search.request import SearchRequest
from search.scoring import Evaluation
from search.whoosh_across import DirectoryVectors
from tools.quality import press
from tools.quality.retrieval.judged import DEPTH, figures

DRAWN: Final = {"ar": 1_500, "de": 1_026, "en": 1_500, "es": 598, "fr": 900, "pt": 900}
NEARNESSES: Final = (0.30, 0.34, LEAST, 0.42, 0.46)
_READ = 1_500
"""Characters of a text that a subject is looked for in."""


def lines(name: str) -> list[list[str]]:
    """Return the cells of a file beside this one."""
    text = Path(__file__).with_name(name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]


def documents(asked: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the dispatches that are drawn and those that are asked for."""
    for language, count in DRAWN.items():
        rows = list(press(language))
        step = max(1, len(rows) // count)
        for number, row in enumerate(rows):
            if not number % step or row["id"] in asked:
                yield {key: row[key] for key in ("id", "title", "text", "lang") if row.get(key)}


class Asker:
    """Asks for the nearest documents in other languages, and notes how long it takes."""

    def __init__(self, root: Path) -> None:
        self.snapshot: Snapshot = IndexDirectory(root).current()
        self.seconds: list[float] = []
        self._vectors = DirectoryVectors(root)
        self.nearest("erste Frage", "de")

    def nearest(self, text: str, language: str, only: str = "", limit: int = DEPTH) -> list[Any]:
        """Return the ids of documents and their nearness."""
        selected = {"lang": (only,)} if only else {}
        request = SearchRequest(q=text, selected=selected, locale=language)
        parsed = parse(text, self.snapshot.analyzers)
        began = perf_counter()
        evaluation = Evaluation(self.snapshot, scored=False)
        opened = self._vectors.of(evaluation)
        _, found = nearest(request, parsed, lambda: opened, Notices(), limit, 1e-6)
        self.seconds.append(perf_counter() - began)
        return [(self.snapshot.stored_fields.get(doc)[0], nearness) for doc, nearness in found]


def known_items(asker: Asker) -> Iterator[str]:
    """Yield the rows of a table: pairs of languages, and all."""
    questions = lines("across-questions.tsv")
    own: dict[str, list[str]] = {}
    all_of: dict[str, list[str]] = {}
    judged: dict[str, dict[str, int]] = {}
    languages: dict[str, str] = {}
    for number, (language, id, text) in enumerate(questions):
        doc = asker.snapshot.docnum(id)
        assert doc is not None, id
        spoken = asker.snapshot.stored_fields.head(doc).language
        key = str(number)
        judged[key], languages[key] = {id: 1}, spoken
        own[key] = [one.id for one, _ in asker.nearest(text, language, spoken)]
        all_of[key] = [one.id for one, _ in asker.nearest(text, language)]
    columns = "MRR@10 | success@10 | MRR@10 among all | success@10 among all"
    yield f"| documents in | questions | {columns} |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name in (*sorted(set(languages.values())), "all"):
        some = {key: judged[key] for key in judged if name in (languages[key], "all")}
        one, every = figures(own, some), figures(all_of, some)
        yield (
            f"| {name} | {one.queries} | {one.mrr:.3f} | {one.success:.3f} |"
            f" {every.mrr:.3f} | {every.success:.3f} |"
        )


def subjects(asker: Asker, shown: bool) -> Iterator[str]:
    """Yield the rows of a table: least nearnesses, and what is shown above them."""
    judged = []
    asked = lines("across-subjects.tsv")
    for text, pattern in asked:
        for document, nearness in asker.nearest(text, "fr", limit=LIMIT):
            read = f"{document.title}\n{document.text[:_READ]}"
            right = bool(re.search(pattern, read, re.IGNORECASE))
            judged.append((text, nearness, right))
            if shown:
                print(f"{nearness:.2f} {'+-'[not right]} {text} | {read[:100]!r}")
    yield "| least nearness | lines | on the subject | subjects with a line |"
    yield "| --- | --- | --- | --- |"
    for least in NEARNESSES:
        above = [(text, right) for text, nearness, right in judged if nearness >= least]
        share = sum(right for _, right in above) / max(1, len(above))
        some = len({text for text, _ in above})
        yield f"| {least:.2f} | {len(above)} | {share:.0%} | {some} of {len(asked)} |"


def main() -> None:
    """Run both measures."""
    parser = argparse.ArgumentParser(description="Score search across languages on the press.")
    parser.add_argument("--indexes", type=Path, help="folder that keeps the index")
    parser.add_argument("--list", action="store_true", help="print every line of a subject")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.indexes or Path(temporary)
        root, source = folder / "across", folder / "across.jsonl"
        if not (root / "current").exists():
            folder.mkdir(parents=True, exist_ok=True)
            asked = {id for _, id, _ in lines("across-questions.tsv")}
            source.write_text("".join(json.dumps(row) + "\n" for row in documents(asked)), "utf-8")
            rebuild(root, [source])
        began = process_time()
        computed = compute(root)
        if computed.encoded:
            spent = process_time() - began
            print(f"{computed.encoded / spent:.0f} documents a second of processor time")
        asker = Asker(root)
        print("\n".join(known_items(asker)))
        print("\n".join(subjects(asker, options.list)))
        middle = sorted(asker.seconds)[len(asker.seconds) // 2]
        print(f"{middle * 1000:.1f} ms a question, over {computed.documents:,} documents")


if __name__ == "__main__":
    main()
