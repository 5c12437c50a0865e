"""Memory of a build of many files of many formats: level in the main process and in the workers.

    python -m tools.quality.leaks FOLDER --count 10000

The files of ``FOLDER`` are built again and again under other names, until there are ``count``. The
memory of each process that is its own (``RssAnon``) is looked at while the build reads. What is
printed, in MiB, is the median of each tenth of the time; ``growth`` compares the last tenth with
the sixth, when caches are full.
"""

import multiprocessing
import os
import statistics
import sys
import threading
from collections.abc import Sequence
from itertools import cycle, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import click

from index.build import BuildOptions, BuildResult, rebuild

PARTS: Final = 10
_SECONDS: Final = 0.1
_MEBIBYTE: Final = 1024


class Watched(NamedTuple):
    """MiB of the main process, and of all workers together, one pair for each look."""

    main: list[float]
    workers: list[float]


def memory(pid: int) -> float:
    """Return the MiB of memory that are a process's own; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0.0
    sizes = (line.split()[1] for line in lines if line.startswith("RssAnon:"))
    return int(next(sizes, "0")) / _MEBIBYTE


def watched_build(source: Path, root: Path, options: BuildOptions) -> tuple[Watched, BuildResult]:
    """Build a folder, looking at the memory of the processes meanwhile."""
    watched, ended = Watched([], []), threading.Event()

    def watch() -> None:
        while not ended.wait(_SECONDS):
            workers = multiprocessing.active_children()
            if workers:
                watched.main.append(memory(os.getpid()))
                watched.workers.append(sum(memory(worker.pid or 0) for worker in workers))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = rebuild(root, [source], options)
    finally:
        ended.set()
        watcher.join()
    return watched, result


def repeated(files: Sequence[Path], folder: Path, count: int) -> None:
    """Copy files into a folder, again and again, until there are so many."""
    folder.mkdir(parents=True)
    for number, path in enumerate(islice(cycle(files), count)):
        below = folder / f"{number // 1000:03}"
        below.mkdir(exist_ok=True)
        (below / f"{number:06}-{path.name}").write_bytes(path.read_bytes())


def parts(sizes: Sequence[float]) -> list[float]:
    """Return the median of each tenth of what was looked at."""
    bounds = [len(sizes) * part // PARTS for part in range(PARTS + 1)]
    return [
        round(statistics.median(sizes[start:end] or [0.0]), 1) for start, end in pairwise(bounds)
    ]


def growth(sizes: Sequence[float]) -> float:
    """Return how much larger the memory of the last tenth is than that of the sixth."""
    medians = parts(sizes)
    return medians[-1] / medians[PARTS // 2]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--count", default=10_000, help="Files to build.")
@click.option("--workers", default=1, help="Worker processes.")
@click.option("--most", default=1.25, help="Growth from which on the exit status is 1.")
def main(folder: Path, count: int, workers: int, most: float) -> None:
    """Build the files of FOLDER many times over, and print the memory of the processes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with TemporaryDirectory() as scratch:
        repeated(files, Path(scratch) / "source", count)
        options = BuildOptions(workers=workers)
        watched, result = watched_build(Path(scratch) / "source", Path(scratch) / "index", options)
    click.echo(f"{count:,} files, {result.documents:,} documents, {len(result.skipped):,} skipped")
    for name, sizes in (("main process", watched.main), ("workers", watched.workers)):
        click.echo(f"{name}: {parts(sizes)} MiB, growth {growth(sizes):.2f}")
    if max(growth(watched.main), growth(watched.workers)) > most:
        sys.exit(1)


if __name__ == "__main__":
    main()
