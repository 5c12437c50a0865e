"""Runs to the posting lists of one segment, in a new order.

Two passes over the runs. The first adds up how many postings and positions each list will have,
which fixes where they begin. The second reads the runs one after another, in the order of their
documents, and copies each list's postings behind those of the runs before. Memory holds one run;
what is scattered goes through maps of files. The result depends on the documents and their order
alone, not on how they were cut into runs.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.codec.files import Place
from index.codec.list_writer import write_lists
from index.codec.lists import Lists, places
from index.codec.runs import load, load_run


def numbers(runs: Sequence[Path]) -> NDArray[np.int32]:
    """Return the numbers of the lists that runs have postings of, ascending."""
    every = [load(run, "numbers") for run in runs]
    found: NDArray[np.int32] = np.unique(np.concatenate(every)) if every else np.empty(0, np.int32)
    return found


def merge(
    runs: Sequence[Path], rank: NDArray[np.integer[Any]], size: int, folder: Place, scratch: Path
) -> None:
    """Merge runs, in the order of their documents, into ``size`` posting lists in ``folder``.

    ``rank`` gives the place of a list by its number in the runs. ``scratch`` is a folder that is
    made and removed.
    """
    if len(runs) == 1:
        _, lists = run = load_run(runs[0])
        write_lists(folder, _arranged(lists, np.argsort(rank[run.numbers])))
        return
    counts = np.zeros(size, np.int64)
    located = np.zeros(size, np.int64)
    for path in runs:
        at = rank[load(path, "numbers")]
        counts[at] += load(path, "counts")
        located[at] += load(path, "located")
    scratch.mkdir()
    postings, positions = int(counts.sum()), int(located.sum())
    merged = Lists(
        counts,
        located,
        _mapped(scratch / "docs", np.int32, postings),
        _mapped(scratch / "freqs", np.int32, postings),
        _mapped(scratch / "positions", np.int32, positions),
    )
    next_posting, next_position = np.cumsum(counts) - counts, np.cumsum(located) - located
    for path in runs:
        run = load_run(path)
        at = rank[run.numbers]
        where = places(next_posting[at], run.lists.counts)
        merged.docs[where] = run.lists.docs
        merged.freqs[where] = run.lists.freqs
        where = places(next_position[at], run.lists.located)
        merged.positions[where] = run.lists.positions
        next_posting[at] += run.lists.counts
        next_position[at] += run.lists.located
    write_lists(folder, merged)
    del merged
    shutil.rmtree(scratch)


def _mapped(path: Path, dtype: type[np.generic], items: int) -> NDArray[Any]:
    if not items:
        return np.empty(0, dtype)
    return np.memmap(path, dtype, "w+", shape=(items,))


def _arranged(lists: Lists, order: NDArray[np.intp]) -> Lists:
    """Return the same lists in another order."""
    starts = np.cumsum(lists.counts, dtype=np.int64) - lists.counts
    located = np.cumsum(lists.located, dtype=np.int64) - lists.located
    entries = places(starts[order], lists.counts[order])
    tokens = places(located[order], lists.located[order])
    return Lists(
        lists.counts[order],
        lists.located[order],
        lists.docs[entries],
        lists.freqs[entries],
        lists.positions[tokens],
    )
