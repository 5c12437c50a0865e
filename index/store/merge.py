"""Runs to the posting lists of one segment, in a new order.

A list is the parts of it that runs have, one behind the other in the order of the runs, which is
that of their documents. The arrays of runs are mapped; some lists at a time are put together from
their parts and written, so memory holds little of what is merged. The result depends on the
documents and their order alone, not on how they were cut into runs.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import Numbers, starts_of
from index.store.array_files import Place
from index.store.list_writer import ListWriter, blocks, document_widths
from index.store.lists import Lists
from index.store.runs import load


def numbers(runs: Sequence[Path]) -> NDArray[np.int64]:
    """Return the numbers of the lists that runs have postings of, ascending."""
    every = [load(run, "numbers") for run in runs]
    return np.flatnonzero(np.bincount(np.concatenate([np.empty(0, np.int32), *every])))


class _Part(NamedTuple):
    """What runs have of lists, list after list: which run, and where in its arrays."""

    run: Numbers
    posting: Numbers
    counts: Numbers
    position: Numbers
    located: Numbers


def merge(runs: Sequence[Path], rank: NDArray[np.integer[Any]], folder: Place) -> None:
    """Merge runs, in the order of their documents, into the posting lists in ``folder``.

    ``rank`` gives the place of a list by its number in the runs.
    """
    runs = [run for run in runs if len(load(run, "numbers"))]
    opened = _opened(runs)
    writer = ListWriter(folder, document_widths(opened))
    if opened:
        place = np.concatenate([rank[load(run, "numbers")] for run in runs])
        for lists in _merged(opened, place):
            writer.add(lists)
    writer.close()


def _merged(runs: Sequence[Lists], place: NDArray[np.integer[Any]]) -> Iterator[Lists]:
    """Yield the lists of runs, some at a time; ``place`` says where each belongs, run after run."""
    order = np.argsort(place, kind="stable")
    each = zip(*(_parts(number, lists) for number, lists in enumerate(runs)), strict=True)
    parts = _Part(*(np.concatenate(column)[order] for column in each))
    first = np.flatnonzero(np.diff(place[order], prepend=-1))
    counts, located = np.add.reduceat(parts.counts, first), np.add.reduceat(parts.located, first)
    first = np.append(first, len(order))
    docs, freqs, positions = zip(*(lists[2:] for lists in runs), strict=True)
    for block in blocks(counts + located):
        mine = _Part(*(column[first[block.start] : first[block.stop]] for column in parts))
        yield Lists(
            counts[block.start : block.stop],
            located[block.start : block.stop],
            _joined(docs, mine.run, mine.posting, mine.counts),
            _joined(freqs, mine.run, mine.posting, mine.counts),
            _joined(positions, mine.run, mine.position, mine.located),
        )


def _opened(runs: Sequence[Path]) -> list[Lists]:
    """Map the lists of runs, each array of one type in all of them."""
    columns = []
    for name in Lists._fields:
        arrays = [np.load(run / f"{name}.npy", mmap_mode="r", allow_pickle=False) for run in runs]
        columns.append([np.asarray(array, np.result_type(*arrays)) for array in arrays])
    return [Lists(*run) for run in zip(*columns, strict=True)]


def _parts(number: int, run: Lists) -> _Part:
    counts, located = (np.asarray(each, np.int64) for each in (run.counts, run.located))
    of_run = np.full(len(counts), number)
    return _Part(of_run, starts_of(counts), counts, starts_of(located), located)


def _joined(
    runs: Sequence[NDArray[Any]], of_run: Numbers, starts: Numbers, counts: Numbers
) -> NDArray[Any]:
    """Return pieces of arrays, all of one type, behind one another."""
    # Slices of bytes are joined several times as quickly as slices of arrays.
    width = runs[0].itemsize
    views = [run.data.cast("B") for run in runs]
    pieces = zip(
        of_run.tolist(),
        (width * starts).tolist(),
        (width * (starts + counts)).tolist(),
        strict=True,
    )
    joined = b"".join([views[number][start:stop] for number, start, stop in pieces])
    return np.frombuffer(joined, runs[0].dtype)
