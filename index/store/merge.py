"""Runs: some millions of tokens, inverted in memory and written down.

A token is the number of its posting list, its document and its position; sorting tokens by these
is all that inversion is. A run is a folder of plain ``.npy`` files that only the merge reads.

Runs to the posting lists of one segment, in a new order.

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

from index.arrays import Numbers, run_starts, starts_of
from index.store.files import Place
from index.store.postings import Lists, ListWriter, blocks, document_widths


class Run(NamedTuple):
    """One run: the numbers of the lists that it has postings of, ascending, and these."""

    numbers: NDArray[np.int32]
    lists: Lists


class _Some(NamedTuple):
    """Some tokens: their posting lists, documents and positions."""

    lists: NDArray[np.int32]
    docs: NDArray[np.int32]
    positions: NDArray[np.int32]


class RunBuilder:
    """Collects tokens; ``finish`` inverts them."""

    def __init__(self) -> None:
        self._tokens: list[_Some] = []
        self.size = 0
        """Tokens held."""

    def add(
        self, lists: NDArray[np.int32], docs: NDArray[np.int32], positions: NDArray[np.int32]
    ) -> None:
        """Add tokens in any order. Raises ValueError, and adds none."""
        if not len(lists) == len(docs) == len(positions):
            raise ValueError(
                f"{len(lists)} tokens have {len(docs)} documents and {len(positions)} positions"
            )
        if len(lists):
            self._tokens.append(_Some(lists, docs, positions))
            self.size += len(lists)

    def finish(self) -> Run:
        """Invert what was added. The builder is spent afterwards."""
        if not self.size:
            nothing = np.empty(0, np.int32)
            return Run(nothing, Lists(*[nothing] * 5))
        widths = [
            max(int(column.max()) for column in columns).bit_length()
            for columns in zip(*self._tokens, strict=True)
        ]
        return self._packed(*widths[1:]) if sum(widths) <= 64 else self._apart()

    def _packed(self, doc_bits: int, position_bits: int) -> Run:
        """Sort tokens as 64-bit numbers, which is several times quicker than by their columns."""
        keys = np.empty(self.size, np.uint64)
        at = 0
        for some in self._tokens:
            mine = keys[at : at + len(some.lists)]
            mine[:] = some.lists
            for bits, column in ((doc_bits, some.docs), (position_bits, some.positions)):
                mine <<= np.uint64(bits)
                mine |= column.view(np.uint32)
            at += len(mine)
        self._tokens.clear()
        keys.sort()
        # Of as many as there are tokens, none is made wider than it will be written.
        most = (1 << position_bits) - 1
        positions = keys.astype(np.min_scalar_type(most))
        positions &= positions.dtype.type(most)
        keys >>= np.uint64(position_bits)
        postings = np.flatnonzero(_new(keys))
        of_posting = keys[postings]
        docs = (of_posting & np.uint64((1 << doc_bits) - 1)).astype(np.int32)
        of_posting >>= np.uint64(doc_bits)
        return _inverted(of_posting.astype(np.int32), docs, postings, positions)

    def _apart(self) -> Run:
        """Sort tokens that do not fit into 64 bits."""
        lists, docs, positions = map(np.concatenate, zip(*self._tokens, strict=True))
        self._tokens.clear()
        order = np.lexsort((positions, docs, lists))
        lists, docs = lists[order], docs[order]
        postings = np.flatnonzero(_new(lists) | _new(docs))
        return _inverted(lists[postings], docs[postings], postings, positions[order])


def _new(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which values differ from the one before; the first does."""
    new = np.ones(len(column), np.bool_)
    np.not_equal(column[1:], column[:-1], out=new[1:])
    return new


def _inverted(
    of_posting: NDArray[np.int32],
    docs: NDArray[np.int32],
    postings: NDArray[np.int64],
    positions: NDArray[np.integer[Any]],
) -> Run:
    """Return the run of sorted tokens.

    Of each posting ``of_posting`` is the list, ``docs`` the document, and ``postings`` says where
    its positions begin.
    """
    lists = np.flatnonzero(_new(of_posting))
    freqs = np.empty(len(postings), np.int32)
    np.subtract(postings[1:], postings[:-1], out=freqs[:-1], casting="unsafe")
    freqs[-1:] = len(positions) - postings[-1:]
    return Run(
        of_posting[lists],
        Lists(
            np.diff(lists, append=len(postings)).astype(np.int32),
            np.diff(postings[lists], append=len(positions)),
            docs,
            freqs,
            positions,
        ),
    )


def write_run(folder: Path, run: Run) -> None:
    """Write a run to a new folder."""
    folder.mkdir(parents=True)
    for name, array in (("numbers", run.numbers), *run.lists._asdict().items()):
        if name in ("freqs", "positions"):
            # Most are far smaller than they may be.
            array = array.astype(np.min_scalar_type(array.max(initial=0)))
        header = np.lib.format.header_data_from_array_1_0(array)
        with (folder / f"{name}.npy").open("wb") as file:
            # Not np.save, which does not say why it could not write.
            np.lib.format.write_array_header_1_0(file, header)
            file.write(np.ascontiguousarray(array).data)


def load(folder: Path, name: str) -> NDArray[Any]:
    """Return an array of a run on disk."""
    array: NDArray[Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
    return array


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
    first = run_starts(place[order])
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
