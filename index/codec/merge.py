"""Runs to one segment: the dictionary first, then every run scattered to its place.

Two passes over the runs. The first gathers the keys and adds up how many postings and positions
each will have, which fixes where its postings begin. The second reads the runs one after another,
in the order of their documents, and copies each key's postings behind those of the runs before.
Memory holds the dictionary and one run; the output is written through a map. The result depends
on the documents and their order alone, not on how they were cut into runs.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.codec.dictionary import write_dictionary
from index.codec.files import Place, allocate, seal, write_array
from index.codec.narrow import NarrowWriter
from index.codec.runs import Run, load, load_run, places, read_keys


def merge(runs: Sequence[Path], folder: Place) -> int:
    """Merge runs into the arrays of a segment in ``folder``; return the number of terms.

    ``runs`` are in the order of their documents.
    """
    ranks, keys = _number_keys(runs)
    frequency = np.zeros(len(keys), np.int64)
    located = np.zeros(len(keys), np.int64)
    for run, rank in zip(runs, ranks, strict=True):
        frequency[rank] += load(run, "frequency")
        located[rank] += load(run, "located")
    segment = _SegmentWriter(folder, keys, frequency, located)
    for run, rank in zip(runs, ranks, strict=True):
        segment.add(load_run(run), rank)
    segment.close()
    return len(keys)


def write_postings(folder: Place, run: Run) -> None:
    """Write one run, whose documents are numbered for good, as the arrays of a segment."""
    segment = _SegmentWriter(folder, run.keys, run.frequency, run.located)
    segment.add(run, np.arange(len(run.keys)))
    segment.close()


def _number_keys(runs: Sequence[Path]) -> tuple[list[NDArray[np.int32]], list[bytes]]:
    """Return, for each run, the final number of each of its keys; and all keys in order."""
    seen: dict[bytes, int] = {}
    first_seen = []
    for run in runs:
        keys = read_keys(run)
        numbers = (seen.setdefault(key, len(seen)) for key in keys)
        first_seen.append(np.fromiter(numbers, np.int32, len(keys)))
    ordered = sorted(seen)
    rank = np.empty(len(ordered), np.int32)
    places = np.fromiter(map(seen.__getitem__, ordered), np.int32, len(ordered))
    rank[places] = np.arange(len(ordered), dtype=np.int32)
    return [rank[numbers] for numbers in first_seen], ordered


class _SegmentWriter:
    """Puts the postings of runs, given in the order of their documents, where they belong."""

    def __init__(
        self,
        folder: Place,
        keys: list[bytes],
        frequency: NDArray[np.integer],
        located: NDArray[np.integer],
    ) -> None:
        write_dictionary(folder, keys)
        postings_at = np.concatenate(([0], np.cumsum(frequency, dtype=np.int64)))
        positions_at = np.concatenate(([0], np.cumsum(located, dtype=np.int64)))
        write_array(folder / "postings.at", postings_at)
        write_array(folder / "positions.at", positions_at)
        self._docs_path = folder / "postings.docs"
        self._size = int(postings_at[-1])
        self._docs = allocate(self._docs_path, np.int32, self._size)
        self._freqs = NarrowWriter(folder, "postings.freqs", np.uint8, self._size)
        self._positions = NarrowWriter(folder, "positions", np.uint16, int(positions_at[-1]))
        self._next_posting, self._next_position = postings_at[:-1], positions_at[:-1]

    def add(self, run: Run, rank: NDArray[np.integer]) -> None:
        """Copy a run; ``rank`` numbers its keys."""
        where = places(self._next_posting[rank], run.frequency)
        self._docs[where] = run.docs
        self._freqs.put(where, run.freqs)
        self._positions.put(places(self._next_position[rank], run.located), run.positions)
        self._next_posting[rank] += run.frequency
        self._next_position[rank] += run.located

    def close(self) -> None:
        """Write what is left, durably."""
        if isinstance(self._docs, np.memmap):
            self._docs.flush()
        del self._docs
        seal(self._docs_path, np.int32, self._size)
        self._freqs.close()
        self._positions.close()
