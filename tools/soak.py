"""Update an archive many times while clients search it, with few descriptors allowed.

``python -m tools.soak`` prints what was asked, what failed, and the open files and memory of the
serving processes at the beginning, in the middle and at the end. It ends with status 1 if an answer
failed, or if descriptors or memory grew.
"""

import json
import os
import resource
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from index.build import BuildOptions, rebuild, update
from tools.bench.http import children, serving

PATHS = (
    *(f"api/search?q={quote(q)}" for q in ("pêche", '"accord de pêche"', "na*", "oceen~", "")),
    *("search?q=accord", "search?organization=onu", "search.csv?q=quota", "healthz"),
    *("api/suggest?q=acc", "facet/organization", "status"),
)
SUBJECTS = ("pêche", "navires", "quotas", "océan", "ports", "budget", "école", "énergie")
MORE_MEMORY = 1.25
"""How much more memory the end may take than the middle: caches fill, allocators round up."""


@dataclass
class Answers:
    """What clients were answered; ``failures`` are sentences."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def dispatch(number: int, version: int) -> str:
    """Return a line of an archive."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    text = f"L'ONU et les ministres négocient un accord sur la {subject}. " * 5
    record = {
        "id": f"d{number}",
        "title": f"Accord de {subject} {number}",
        "text": f"{text}{version}",
    }
    return json.dumps(record) + "\n"


def ask(address: str, first: int, ended: Event, answers: Answers) -> None:
    """Ask one path after another until ``ended``."""
    for path in cycle(PATHS[first:] + PATHS[:first]):
        if ended.is_set():
            return
        try:
            with urlopen(address + path, timeout=60) as answer:
                answer.read()
                answers.statuses[answer.status] += 1
        except (URLError, OSError) as error:
            answers.failures.append(f"{path}: {error}")


def measure(parent: int) -> tuple[int, int]:
    """Return the open files and the resident kilobytes of the processes below one, added up."""
    files = memory = 0
    for process in children(parent):
        folder = Path(f"/proc/{process}")
        try:
            memory += int((folder / "status").read_text().partition("VmRSS:")[2].split()[0])
            files += len(os.listdir(folder / "fd"))
        except (OSError, IndexError):  # it ended meanwhile
            continue
    return files, memory


def soak(updates: int, clients: int, descriptors: int, documents: int = 200) -> bool:
    """Run the soak and print what happened; return whether nothing failed or grew."""
    with TemporaryDirectory() as folder:
        root, source = Path(folder) / "index", Path(folder) / "dispatches.jsonl"
        versions = [0] * documents
        options = BuildOptions(workers=0)

        def write() -> None:
            lines = (dispatch(number, version) for number, version in enumerate(versions))
            source.write_text("".join(lines), "utf-8")

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        write()
        rebuild(root, [source], options)
        # As many exports as clients: more would rightly be told to come again.
        serve = ("-c", "from web.cli import main; main()", "serve", "--port", "0")
        options_of_server = ("--index", str(root), "--log-format", "off", "--exports", str(clients))
        ended, answers, measures = Event(), Answers(), []
        with serving([*serve, *options_of_server], limit) as (process, address):
            threads = [
                Thread(target=ask, args=(f"{address}/", first, ended, answers))
                for first in range(clients)
            ]
            for thread in threads:
                thread.start()
            try:
                for number in range(updates):
                    # One document in twenty changes, each time others.
                    for changed in range(number % 20, documents, 20):
                        versions[changed] += 1
                    write()
                    update(root, [source], options)
                    if number in (min(20, updates // 4), updates // 2, updates - 1):
                        measures.append(measure(process.pid))
            finally:
                ended.set()
                for thread in threads:
                    thread.join()
    print(f"{updates} updates, {sum(answers.statuses.values())} answers: {dict(answers.statuses)}")
    print(f"{len(answers.failures)} failures {answers.failures[:5]}")
    for moment, (files, memory) in zip(("begin", "middle", "end"), measures, strict=True):
        print(f"{moment}: {files} open files, {memory / 1024:.0f} MB")
    (_, _), (files, memory), (last_files, last_memory) = measures
    level = last_files <= files + clients and last_memory <= MORE_MEMORY * memory
    return level and not answers.failures


def main() -> None:
    """Run the command."""
    parser = ArgumentParser("python -m tools.soak", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--updates", type=int, default=1000, help="generations to publish")
    parser.add_argument("--clients", type=int, default=4, help="clients that search meanwhile")
    parser.add_argument("--descriptors", type=int, default=256, help="limit of open files")
    options = parser.parse_args()
    sys.exit(0 if soak(options.updates, options.clients, options.descriptors) else 1)


if __name__ == "__main__":
    main()
