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
STEPS = (
    "language",
    "countries",
    "organizations",
    "countries",
    "organizations",
    "persons",
    "themes",
    "publication date",
    "dates",
)
"""The field of each step of ``extract``, in its order.

Beside a checkout whose extractors had another order, only the time of all fields tells something.
"""
FIELDS = (*dict.fromkeys(STEPS), "rest")
Seconds = dict[str, float]


def timed(documents: list[Document]) -> list[Seconds]:
    """Return the seconds that each field of each document takes."""
    rows: list[Seconds] = []
    spent: Seconds = {}
    steps: Iterator[str] = iter(())

    @contextmanager
    def step() -> Iterator[None]:
        field = next(steps)
        began = process_time()
        yield
        spent[field] += process_time() - began

    gc.collect()
    gc.freeze()
    for document in documents:
        spent = dict.fromkeys(FIELDS, 0.0)
        steps = iter(STEPS)
        began = process_time()
        extract(document, ExtractionOptions(), step)
        spent["rest"] = process_time() - began - sum(spent.values())
        rows.append(spent)
        if next(steps, None) is not None:
            raise AssertionError("the steps of extraction are not those that are listed")
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
    return {
        field: 1000 * fmean(min(each[field] for each in turns) for turns in documents)
        for field in FIELDS
    }


def report(language: str, here: Seconds, other: Seconds | None = None) -> Iterator[str]:
    """Yield the rows of a language."""
    for field, ms in [("all", sum(here.values())), *sorted(here.items(), key=lambda it: -it[1])]:
        row = f"| {language} | {field} | {ms:.3f} | {100 * ms / sum(here.values()):.0f} % |"
        if other:
            before = sum(other.values()) if field == "all" else other[field]
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
