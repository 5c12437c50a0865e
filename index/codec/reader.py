"""The arrays of one segment, opened for reading."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.codec.dictionary import Dictionary
from index.codec.files import ArrayFile, Place
from index.codec.narrow import NarrowArray
from index.codec.runs import places


class TermPostings(NamedTuple):
    """Postings of one term: document numbers, ascending, and frequencies; views of the files."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]


class Located(NamedTuple):
    """Positions in some documents: those in the i-th are ``flat[bounds[i]:bounds[i + 1]]``."""

    bounds: NDArray[np.int64]
    flat: NDArray[np.int64]

    def split(self) -> list[NDArray[np.int64]]:
        """Return the positions in each document."""
        return np.split(self.flat, self.bounds[1:-1])


class SegmentArrays:
    """Postings and positions of one segment; safe for threads, nothing copied.

    ``postings.docs`` and ``postings.freqs`` hold all postings, those of term ``t`` at
    ``postings.at[t]`` to ``postings.at[t + 1]``; ``positions`` holds the positions of all
    postings in the same order, those of term ``t`` at ``positions.at[t]`` to ``positions.at[t+1]``.
    """

    def __init__(self, folder: Place) -> None:
        self.dictionary = Dictionary(folder)
        self._postings_at = ArrayFile(folder / "postings.at")
        self._positions_at = ArrayFile(folder / "positions.at")
        self._docs = ArrayFile(folder / "postings.docs")
        self._freqs = NarrowArray(folder, "postings.freqs")
        self._positions = NarrowArray(folder, "positions")
        self._lengths: dict[str, NDArray[np.int64]] = {}

    def frequency(self, number: int) -> int:
        """Return the number of postings of a term."""
        return self._postings_at.item(number + 1) - self._postings_at.item(number)

    def frequencies(self, numbers: range) -> NDArray[np.int64]:
        """Return the number of postings of each of successive terms."""
        return np.diff(self._postings_at.slice(numbers.start, numbers.stop + 1))

    def postings(self, number: int) -> TermPostings:
        """Return the postings of a term."""
        start, stop = self._postings_at.item(number), self._postings_at.item(number + 1)
        return TermPostings(self._docs.slice(start, stop), self._freqs.slice(start, stop))

    def postings_of(self, numbers: range) -> TermPostings:
        """Return the postings of successive terms behind one another, each ascending."""
        start = self._postings_at.item(numbers.start)
        stop = self._postings_at.item(numbers.stop)
        return TermPostings(self._docs.slice(start, stop), self._freqs.slice(start, stop))

    def positions(self, number: int, docs: NDArray[np.int32]) -> Located:
        """Return the positions of a term in ascending ``docs``; none where it is not."""
        held, freqs = self.postings(number)
        ends = np.cumsum(freqs, dtype=np.int64)
        at = np.minimum(np.searchsorted(held, docs), len(held) - 1)
        counts = np.where(held[at] == docs, freqs[at], 0).astype(np.int64)
        starts = ends[at] - freqs[at] + self._positions_at.item(number)
        bounds = np.concatenate(([0], np.cumsum(counts)))
        return Located(bounds, self._positions.take(places(starts, counts)))

    def lengths(self, field: str) -> NDArray[np.int64]:
        """Return the number of tokens of a field, by document, up to the last that has any.

        Added up from the postings of the field the first time, so exact; then kept.
        """
        if field not in self._lengths:
            numbers = self.dictionary.field(field)
            docs, freqs = self.postings_of(numbers)
            self._lengths[field] = np.bincount(docs, weights=freqs).astype(np.int64)
        return self._lengths[field]
