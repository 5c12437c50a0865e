"""Private memory of a process that searches, beside another one that does the same.

Run as ``python -m tools.bench.memory SYSTEM FOLDER`` it answers the questions given as a pickle
on its input, and tells its memory on its output after each step; it ends with its input.
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools.bench.question import Question

ROOT = Path(__file__).parents[2]
ROLLUP = Path("/proc/self/smaps_rollup")


class Usage(NamedTuple):
    """Bytes that no other process shares, and those of them that were written to."""

    private: int
    written: int


class Life(NamedTuple):
    """Usage after what all processes share is loaded, after opening, and after the questions."""

    imported: Usage
    opened: Usage
    answered: Usage


def available() -> bool:
    """Tell whether this system says what is private to a process."""
    return ROLLUP.exists()


def usage(process: int | str = "self") -> Usage:
    """Return the memory of a process."""
    sizes = {"Private_Clean:": 0, "Private_Dirty:": 0}
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        name, *rest = line.split()
        if name in sizes:
            sizes[name] = int(rest[0]) * 1024
    return Usage(sum(sizes.values()), sizes["Private_Dirty:"])


def second_process(system: str, folder: Path, questions: Sequence[Question]) -> Life:
    """Start two processes that answer the questions and return the memory of the second."""
    first = _start(system, folder, questions)
    try:
        _life(first)
        second = _start(system, folder, questions)
        try:
            return _life(second)
        finally:
            _end(second)
    finally:
        _end(first)


def _start(system: str, folder: Path, questions: Sequence[Question]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.bench.memory", system, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    pickle.dump(list(questions), process.stdin)
    process.stdin.flush()
    return process


def _life(process: subprocess.Popen[bytes]) -> Life:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the measured process ended early: {process.wait()}")
    return Life(*(Usage(*pair) for pair in json.loads(line)))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.communicate()


def main() -> None:
    """Answer the questions of the input and say what it cost."""
    from tools.bench.registry import kinds
    from web.operate import preload

    # As ``serve`` does, before it has several processes.
    preload(compiled=True)
    name, folder = sys.argv[1:]
    kind = kinds()[name]
    questions = pickle.load(sys.stdin.buffer)
    steps = [usage()]
    system = kind.open(Path(folder))
    steps.append(usage())
    for question in questions:
        system.ask(question)
    steps.append(usage())
    print(json.dumps(steps), flush=True)
    # Mapped files stay mapped until the other process has been measured too.
    sys.stdin.buffer.read()
    system.close()


if __name__ == "__main__":
    main()
