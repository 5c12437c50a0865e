"""What a process spends until its first document is extracted, or its first query is read.

    python -m tools.bench.cold [LANGUAGE | query ...] [--rounds N] [--against CHECKOUT]

Each round starts a new process, which imports the package and extracts one sentence of a language,
or reads a query of one word. Times are seconds of its processor time, the least of all rounds;
memory is the most that it had. With ``--against`` another checkout takes turns with this one.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SENTENCES = {
    "fr": "Le président a visité la ville de Lyon lundi avec les ministres du gouvernement.",
    "en": "The president visited the town on Monday with the ministers of his government.",
    "es": "El presidente visitó la ciudad el lunes con los ministros de su gobierno.",
    "de": "Der Präsident besuchte am Montag die Stadt mit den Ministern der Regierung.",
    "it": "Il presidente ha visitato lunedì la città con i ministri del suo governo.",
    "pt": "O presidente visitou a cidade na segunda-feira com os ministros do seu governo.",
    "query": "inondations",
    "ar": "زار رئيس البلاد المدينة يوم الاثنين مع وزراء الحكومة",
}
_PROCESS = """
import gc, json, resource, sys, time
gc.set_threshold(1_000_000, 50, 50)  # as builds do
from index.document import Document
from index.extract import ExtractionOptions, extract
if sys.argv[2] == "query":
    from search.query import parse
imported = time.process_time()
if sys.argv[2] == "query":
    parse(sys.argv[1], ("fr", "en"))
else:
    extract(Document("", sys.argv[1], language=sys.argv[2]), ExtractionOptions())
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([imported, time.process_time() - imported, memory]))
"""


class Start(NamedTuple):
    """Seconds of imports and of the first document or query, and mebibytes."""

    imports: float
    first: float
    memory: float


def started(checkout: Path, language: str) -> Start:
    """Start a process of a checkout and return what it spent."""
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, SENTENCES[language], language],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        capture_output=True,
        check=True,
    )
    return Start(*json.loads(ran.stdout))


def least(rounds: list[Start]) -> Start:
    """Return the least of each figure."""
    return Start(*map(min, *rounds)) if len(rounds) > 1 else rounds[0]


def main() -> None:
    """Print a row for each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", default=SENTENCES, choices=SENTENCES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    checkouts = [Path(__file__).parents[2], *filter(None, [options.against])]
    other = " imports | first document or query | MiB |" * len(checkouts)
    print(f"| |{other}")
    print("| --- |" + " ---: |" * 3 * len(checkouts))
    for language in options.languages:
        rounds = [[started(each, language) for each in checkouts] for _ in range(options.rounds)]
        cells = [language]
        for turns in zip(*rounds, strict=True):
            start = least(list(turns))
            cells += [f"{start.imports:.2f}", f"{start.first:.2f}", f"{start.memory:.0f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
