"""Runs: some millions of tokens, inverted in memory and written down.

A token is the number of its posting list, its document and its position. Tokens come in the order
of documents and positions, so that a sort by list that keeps that order leaves the postings of
every list in order, which is all that inversion is. A run is a folder of plain ``.npy`` files
that only the merge reads.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.codec.lists import Lists


class Run(NamedTuple):
    """One run: the numbers of the lists that it has postings of, ascending, and these."""

    numbers: NDArray[np.int32]
    lists: Lists


class RunBuilder:
    """Collects documents; ``finish`` inverts them."""

    def __init__(self) -> None:
        self._docs: list[tuple[int, int]] = []  # document, number of its tokens
        self._lists: list[NDArray[np.int32]] = []
        self._positions: list[NDArray[np.int32]] = []
        self.size = 0
        """Tokens held."""

    def add(self, doc: int, lists: NDArray[np.int32], positions: NDArray[np.int32]) -> None:
        """Add tokens of a document, positions of one list ascending. Raises ValueError.

        Documents come in ascending order of their number, one possibly several times.
        """
        if len(lists) != len(positions):
            raise ValueError(f"{len(lists)} tokens have {len(positions)} positions")
        self._docs.append((doc, len(lists)))
        self._lists.append(lists)
        self._positions.append(positions)
        self.size += len(lists)

    def finish(self) -> Run:
        """Invert what was added. The builder is spent afterwards."""
        if not self.size:
            nothing = np.empty(0, np.int32)
            return Run(nothing, Lists(*[nothing] * 5))
        # Sorting 64-bit numbers, list above place, is several times quicker than ``argsort``.
        keys = np.concatenate(self._lists).astype(np.uint64) << np.uint64(32)
        self._lists.clear()
        keys |= np.arange(len(keys), dtype=np.uint64)
        keys.sort()
        place = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        of_list = (keys >> np.uint64(32)).astype(np.int32)
        del keys
        docs = np.repeat(*np.array(self._docs, np.int32).reshape(-1, 2).T)[place]
        positions = np.concatenate(self._positions)[place]
        self._positions.clear()
        return inverted(of_list, docs, positions)


def inverted(of_list: NDArray[Any], docs: NDArray[Any], positions: NDArray[Any]) -> Run:
    """Return the run of tokens that are sorted by list, document and position."""
    new_list = np.ones(len(docs), np.bool_)
    np.not_equal(of_list[1:], of_list[:-1], out=new_list[1:])
    new_posting = new_list.copy()
    new_posting[1:] |= docs[1:] != docs[:-1]
    postings = np.flatnonzero(new_posting)
    lists = np.flatnonzero(new_list)
    freqs = np.diff(postings, append=len(docs)).astype(np.int32)
    counts = np.diff(np.flatnonzero(new_list[postings]), append=len(postings))
    located = np.diff(lists, append=len(docs))
    return Run(
        of_list[lists],
        Lists(counts.astype(np.int32), located.astype(np.int64), docs[postings], freqs, positions),
    )


def write_run(folder: Path, run: Run) -> None:
    """Write a run to a new folder."""
    folder.mkdir(parents=True)
    for name, array in (("numbers", run.numbers), *run.lists._asdict().items()):
        header = np.lib.format.header_data_from_array_1_0(array)
        with (folder / f"{name}.npy").open("wb") as file:
            # Not np.save, which does not say why it could not write.
            np.lib.format.write_array_header_1_0(file, header)
            file.write(np.ascontiguousarray(array).data)


def load_run(folder: Path) -> Run:
    """Return a run on disk."""
    return Run(load(folder, "numbers"), Lists(*(load(folder, name) for name in Lists._fields)))


def load(folder: Path, name: str) -> NDArray[Any]:
    """Return an array of a run on disk."""
    array: NDArray[Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
    return array
