"""The arrays of one segment, opened for reading."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.codec.dictionary import Dictionary
from index.codec.files import ArrayFile, Place
from index.codec.narrow import NarrowArray


class TermPostings(NamedTuple):
    """Postings of one term: document numbers, ascending, and frequencies; views of the files."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]


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

    def positions(
        self, number: int, docs: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the positions of a term in some of its documents.

        ``docs`` is ascending and every one of them holds the term. Returns ``(bounds, positions)``:
        the positions in ``docs[i]`` are ``positions[bounds[i]:bounds[i + 1]]``, ascending.
        """
        postings = self.postings(number)
        ends = np.cumsum(postings.freqs, dtype=np.int64)
        at = np.searchsorted(postings.docs, docs)
        counts = postings.freqs[at].astype(np.int64)
        starts = ends[at] - counts + self._positions_at.item(number)
        bounds = np.concatenate(([0], np.cumsum(counts)))
        where = np.repeat(starts - bounds[:-1], counts) + np.arange(bounds[-1])
        return bounds, self._positions.take(where)

    def lengths(self, field: str) -> NDArray[np.int64]:
        """Return the number of tokens of a field, by document, up to the last that has any.

        Added up from the postings of the field the first time, so exact; then kept.
        """
        if field not in self._lengths:
            numbers = self.dictionary.field(field)
            docs, freqs = self.postings_of(numbers)
            self._lengths[field] = np.bincount(docs, weights=freqs).astype(np.int64)
        return self._lengths[field]
