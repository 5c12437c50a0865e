"""What each extractor takes of the time of a document, by language.

    python -m tools.bench.extraction [LANGUAGE ...] [--documents N] [--rounds N] [--detected]
        [--against CHECKOUT]

Dispatches drawn from the press archives, as declared to be of their language or, with
``--detected``, with nothing declared. ``--against`` times another checkout too (one made by ``git
worktree add``), in a process of its own on the same documents: the two take turns, and each reads
the time of its own processor, so that what else the machine does meets both alike.

Times are milliseconds of processor time a document, of each document the least of all rounds after
the first, which fills the caches: on a busy machine a whole round is seldom left alone, but most
documents are once. What lies between the extractors (folding the text, moving spans) is ``rest``.
Extraction names the field of each step; of a checkout whose steps have no names, its own copy of
this file tells them.
"""

import argparse
import gc
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import Any, Self

from index import Document
from index.extract import ExtractionOptions, extract

LANGUAGES = ("fr", "en", "es", "de", "pt", "ar")
SEED = 20261205
_CALLED = {"publication date": "dates", "dates": "mentioned dates"}
"""What fields are called now that checkouts called otherwise whose steps had no names."""
Seconds = dict[str, float]


def unnamed() -> tuple[str, ...]:
    """Return the fields of the steps of a checkout that does not name them, in their order."""
    from tools.bench import extraction as benchmark  # of the checkout that is timed

    return tuple(_CALLED.get(field, field) for field in getattr(benchmark, "STEPS", ()))


def timed(documents: list[Document]) -> list[Seconds]:
    """Return the seconds that each field of each document takes."""
    rows: list[Seconds] = []
    spent: Seconds = {}
    order = unnamed()
    steps: Iterator[str] = iter(())

    @contextmanager
    def step(field: str = "") -> Iterator[None]:
        field = field or next(steps)
        began = process_time()
        yield
        spent[field] = spent.get(field, 0.0) + process_time() - began

    gc.collect()
    gc.freeze()
    for document in documents:
        spent, steps = {}, iter(order)
        began = process_time()
        extract(document, ExtractionOptions(), step)
        spent["rest"] = process_time() - began - sum(spent.values())
        rows.append(spent)
    gc.unfreeze()
    return rows


def drawn(language: str, number: int, detected: bool) -> list[dict[str, str]]:
    """Return dispatches of a language, drawn at random but always the same."""
    from tools.quality import press  # not in the other process: its checkout has none beside it

    rows: list[dict[str, Any]] = list(press(language))
    rows = random.Random(SEED).sample(rows, min(number, len(rows)))
    declared = "" if detected else language
    return [
        {
            "id": row["id"],
            "text": row["text"],
            "title": row.get("title") or "",
            "date": row.get("date") or "",
            "language": declared,
        }
        for row in rows
    ]


class Checkout:
    """A checkout whose extraction is timed, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, "--serve"],  # -P: this folder has an http.py
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def timed(self, rows: list[dict[str, str]]) -> list[Seconds]:
        """Return the seconds that each field of each document takes."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(rows) + "\n")
        self._process.stdin.flush()
        answer: list[Seconds] = json.loads(self._process.stdout.readline())
        return answer


def serve() -> None:
    """Time the documents of each line of the standard input."""
    for line in sys.stdin:
        print(json.dumps(timed([Document(**row) for row in json.loads(line)])), flush=True)


def least(rounds: list[list[Seconds]]) -> Seconds:
    """Return the milliseconds a document of each field, the least of the rounds."""
    documents = list(zip(*rounds, strict=True))
    fields = dict.fromkeys(field for turns in documents for each in turns for field in each)
    return {
        field: 1000 * fmean(min(each.get(field, 0.0) for each in turns) for turns in documents)
        for field in fields
    }


def report(language: str, here: Seconds, other: Seconds | None = None) -> Iterator[str]:
    """Yield the rows of a language."""
    for field, ms in [("all", sum(here.values())), *sorted(here.items(), key=lambda it: -it[1])]:
        row = f"| {language} | {field} | {ms:.3f} | {100 * ms / sum(here.values()):.0f} % |"
        if other:
            before = sum(other.values()) if field == "all" else other.get(field, 0.0)
            row += f" {before:.3f} | {before / max(ms, 1e-9):.2f} |"
        yield row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time each extractor.")
    parser.add_argument("language", nargs="*", default=LANGUAGES)
    parser.add_argument("--documents", type=int, default=300, help="dispatches of each language")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--detected", action="store_true", help="declare no language")
    parser.add_argument("--against", type=Path, help="the root of another checkout")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    folders = [Path(__file__).parents[2], *([options.against] if options.against else [])]
    head = "| language | field | ms a document | share |"
    print(head + (" the other | other / this |" if options.against else ""))
    print("| --- | --- | ---: | ---: |" + (" ---: | ---: |" if options.against else ""))
    with ExitStack() as stack:
        processes = [stack.enter_context(Checkout(folder.resolve())) for folder in folders]
        for row in rows_of_table(processes, options):
            print(row, flush=True)


def rows_of_table(processes: list[Checkout], options: argparse.Namespace) -> Iterator[str]:
    """Yield the rows of all languages."""
    for language in options.language:
        rows = drawn(language, options.documents, options.detected)
        rounds: list[list[list[Seconds]]] = [[] for _ in processes]
        for number in range(options.rounds + 1):
            turns = list(zip(processes, rounds, strict=True))
            for checkout, seconds in turns[:: 1 if number % 2 else -1]:
                seconds.append(checkout.timed(rows))
        tables = [least(seconds[1:] or seconds) for seconds in rounds]
        yield from report(language, *tables)


if __name__ == "__main__":
    main()
