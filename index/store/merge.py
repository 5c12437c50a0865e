"""Inversion: from the tokens of a segment to its posting lists, with little in memory.

A token is the number of its posting list, its document and its position; to invert is to sort
tokens by these. Some millions of tokens at a time are sorted in memory and written as a *run*: a
folder of array files that only the merge reads. A posting list is its parts in all runs, one behind
the other. The merge maps the runs and puts some lists at a time together, in their final order.
What it writes depends on the documents and their order alone, not on how they were cut into runs.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import Numbers, begins_run, run_lengths, run_starts, starts_of
from index.store.files import ArrayFile, write_array
from index.store.postings import Lists, ListWriter, blocks, document_widths

RUN_SIZE = 4_000_000
"""Tokens held in memory before they are written as a run; inverting them takes 150 MB."""
_BLOCK = 1 << 20
"""Postings and positions that are merged and encoded at once."""

Column = NDArray[np.int32]


class Inverter:
    """Takes the tokens of a segment, documents in ascending order, and writes posting lists."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs: list[Path] = []
        self._tokens: list[tuple[Column, Column, Column]] = []
        self._held = 0

    def add(self, lists: Column, docs: Column, positions: Column) -> None:
        """Add tokens in any order; none of their documents is below one added before."""
        if len(lists):
            self._tokens.append((lists, docs, positions))
            self._held += len(lists)
            if self._held >= RUN_SIZE:
                self._spill()

    def _spill(self) -> None:
        """Write the tokens in memory as a run."""
        if not self._tokens:
            return
        folder = self._folder / f"run-{len(self._runs)}"
        folder.mkdir()
        numbers, lists = invert(self._tokens)
        self._held = 0
        for name, column in (("numbers", numbers), *lists._asdict().items()):
            if name in ("freqs", "positions"):
                # Most are far smaller than they may be.
                column = column.astype(np.min_scalar_type(column.max()))
            write_array(folder / name, column)
        self._runs.append(folder)

    def numbers(self) -> NDArray[np.int64]:
        """Return the numbers of all lists that have postings, ascending. Ends the adding."""
        self._spill()
        every = [_read(run, "numbers") for run in self._runs]
        return np.flatnonzero(np.bincount(np.concatenate([np.empty(0, np.int32), *every])))

    def write(self, rank: NDArray[np.integer[Any]]) -> None:
        """Write the posting lists; ``rank`` gives the place of each by its number."""
        columns = []
        for name in Lists._fields:
            # Each column has one type in all runs.
            arrays = [_read(run, name) for run in self._runs]
            columns.append([array.astype(np.result_type(*arrays), copy=False) for array in arrays])
        runs = [Lists(*run) for run in zip(*columns, strict=True)]
        writer = ListWriter(self._folder, document_widths(runs))
        if runs:
            place = np.concatenate([rank[_read(run, "numbers")] for run in self._runs])
            for lists in _merged(runs, place):
                writer.add(lists)
        writer.close()
        for run in self._runs:
            shutil.rmtree(run)


def _read(run: Path, name: str) -> NDArray[Any]:
    return ArrayFile(run / name).all()


def invert(tokens: list[tuple[Column, Column, Column]]) -> tuple[Column, Lists]:
    """Return the numbers of the lists that tokens are of, ascending, and these lists.

    ``tokens`` are lists, documents and positions; they are cleared to save memory.
    """
    bits = [max(int(c.max()) for c in column).bit_length() for column in zip(*tokens, strict=True)]
    if sum(bits) > 64:
        lists, docs, positions = map(np.concatenate, zip(*tokens, strict=True))
        tokens.clear()
        order = np.lexsort((positions, docs, lists))
        lists, docs, positions = lists[order], docs[order], positions[order]
        first = (begins_run(lists) | begins_run(docs)).nonzero()[0]
        return _lists(lists[first], docs[first], first, positions)
    # Sorting 64-bit numbers is several times quicker than sorting by columns.
    _, doc_bits, position_bits = bits
    keys = np.empty(sum(len(lists) for lists, _, _ in tokens), np.uint64)
    start = 0
    for lists, docs, positions in tokens:
        some = keys[start : start + len(lists)]
        some[:] = lists
        for width, column in ((doc_bits, docs), (position_bits, positions)):
            some <<= np.uint64(width)
            some |= column.view(np.uint32)
        start += len(lists)
    tokens.clear()
    keys.sort()
    # Of as many as there are tokens, none is made wider than it will be written.
    highest = (1 << position_bits) - 1
    packed_positions = keys.astype(np.min_scalar_type(highest))
    packed_positions &= packed_positions.dtype.type(highest)
    keys >>= np.uint64(position_bits)
    first = run_starts(keys)
    keys = keys[first]
    docs = (keys & np.uint64((1 << doc_bits) - 1)).astype(np.int32)
    keys >>= np.uint64(doc_bits)
    return _lists(keys.astype(np.int32), docs, first, packed_positions)


def _lists(
    list_of: Column, docs: Column, first: NDArray[np.intp], positions: Numbers
) -> tuple[Column, Lists]:
    """Return the lists of sorted postings; ``first`` is where the positions of each begin."""
    starts = run_starts(list_of)
    counts = run_lengths(starts, len(list_of)).astype(np.int32)
    freqs = run_lengths(first, len(positions)).astype(np.int32)
    return list_of[starts], Lists(counts, docs, freqs, positions)


def _merged(runs: Sequence[Lists], place: NDArray[np.integer[Any]]) -> Iterator[Lists]:
    """Yield the lists of runs, some at a time; ``place`` says where each belongs, run after run."""
    # A column for each part of a list: its run, postings from where and how many, positions alike.
    columns = []
    for number, lists in enumerate(runs):
        counts, located = lists.counts.astype(np.int64), lists.position_counts()
        run = np.full(len(counts), number)
        columns.append(np.stack([run, starts_of(counts), counts, starts_of(located), located]))
    order = np.argsort(place, kind="stable")
    parts = np.concatenate(columns, axis=1).take(order, axis=1)
    first = run_starts(place[order])
    counts, located = np.add.reduceat(parts[[2, 4]], first, axis=1)
    first = np.append(first, len(order))
    _, docs, freqs, positions = zip(*runs, strict=True)
    for block in blocks(counts + located, _BLOCK):
        run, *postings, start, count = parts[:, first[block.start] : first[block.stop]]
        yield Lists(
            counts[block],
            _joined(docs, run, *postings),
            _joined(freqs, run, *postings),
            _joined(positions, run, start, count),
        )


def _joined(
    runs: Sequence[NDArray[Any]], of_run: Numbers, starts: Numbers, counts: Numbers
) -> NDArray[Any]:
    """Return pieces of arrays, all of one type, one behind the other."""
    # Slices of bytes are joined several times as quickly as slices of arrays.
    width = runs[0].itemsize
    views = [run.view(np.uint8).data for run in runs]
    begins, ends = (width * starts).tolist(), (width * (starts + counts)).tolist()
    pieces = zip(of_run.tolist(), begins, ends, strict=True)
    joined = b"".join([views[number][begin:end] for number, begin, end in pieces])
    return np.frombuffer(joined, runs[0].dtype)
