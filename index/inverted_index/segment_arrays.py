"""The arrays of one segment, opened for reading."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import narrowest, sum_over
from index.store import (
    ArrayFile,
    Dictionary,
    Keys,
    ManyPostings,
    Place,
    PostingLists,
    TermPostings,
    added,
    write_array,
    write_dictionary,
)

_DENSE = 8
"""Bytes of successive lists for which an array over so many documents pays, for each of them."""


class Located(NamedTuple):
    """Positions in some documents: those in the i-th are ``flat[bounds[i]:bounds[i + 1]]``."""

    bounds: NDArray[np.int64]
    flat: NDArray[np.int64]

    def split(self) -> list[NDArray[np.int64]]:
        """Return the positions in each document."""
        return [self.flat[start:stop] for start, stop in pairwise(self.bounds.tolist())]


def located(keys: Keys, docs: NDArray[np.int32]) -> Located:
    """Return keys as positions in ascending ``docs``."""
    bounds = np.searchsorted(keys, docs.astype(np.int64) << 32)
    return Located(np.append(bounds, len(keys)), keys & 0xFFFFFFFF)


def write_terms(
    folder: Place,
    fields: Mapping[str, Sequence[bytes]],
    counts: NDArray[Any],
    lists: NDArray[Any],
) -> None:
    """Write the sorted terms of fields, and of which posting lists each is the sum.

    ``counts`` says of how many, term after term; ``lists`` are their numbers.
    """
    write_dictionary(folder, fields)
    at = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=at[1:])
    write_array(folder / "terms.at", narrowest(at))
    write_array(folder / "terms.lists", lists.astype(np.uint32))


class SegmentArrays:
    """Terms, postings and positions of one segment; safe for threads.

    A term is the sum of one or several posting lists: a list is what was written in one way in
    one language, and a stem, or a word without its accents, has all that leads to it.
    """

    def __init__(self, folder: Place) -> None:
        self.dictionary = Dictionary(folder)
        self.lists = PostingLists(folder)
        self._at = ArrayFile(folder / "terms.at")
        self._lists = ArrayFile(folder / "terms.lists")
        self._lengths: dict[str, NDArray[np.int64]] = {}

    def lists_of(self, numbers: range) -> NDArray[np.uint32]:
        """Return the posting lists of successive terms behind one another."""
        return self._lists.slice(self._at.item(numbers.start), self._at.item(numbers.stop))

    def list_counts(self, numbers: range) -> NDArray[np.int64]:
        """Return how many posting lists each of successive terms has."""
        at = self._at.slice(numbers.start, numbers.stop + 1).astype(np.int64)
        return at[1:] - at[:-1]

    def frequency(self, number: int) -> int:
        """Return how many documents hold a term."""
        lists = self.lists_of(range(number, number + 1))
        if len(lists) == 1:
            return int(self.lists.counts(lists)[0])
        return len(self.postings(number).docs)

    def frequencies(self, numbers: range) -> NDArray[np.int64]:
        """Return how many postings each of successive terms has in all of its lists.

        A document that has a term in two lists counts twice.
        """
        if not numbers:
            return np.empty(0, np.int64)
        counts = self.lists.counts(self.lists_of(numbers))
        starts = self._at.slice(numbers.start, numbers.stop).astype(np.int64)
        return np.add.reduceat(counts, starts - starts[0])

    def postings(self, number: int) -> TermPostings:
        """Return the postings of a term."""
        lists = self.lists_of(range(number, number + 1))
        if len(lists) == 1:
            return self.lists.postings(int(lists[0]))
        many = self.lists.many(lists)
        return merged(many.docs, many.freqs)

    def postings_of(self, numbers: range) -> ManyPostings:
        """Return the postings of the lists of successive terms behind one another."""
        return self.lists.many(self.lists_of(numbers))

    def added(self, numbers: range) -> TermPostings:
        """Return the sum of the postings of successive terms."""
        lists = self.lists_of(numbers)
        if len(lists) > 1 and (lists[1:] - lists[:-1] == 1).all():
            data, at = self.lists.raw(int(lists[0]), int(lists[-1]) + 1)
            if _DENSE * len(data) > self.lists.documents:
                total = added(data, at, self.lists.documents)
                having = (total > 0).nonzero()[0]
                return TermPostings(having.astype(np.int32), total.take(having))
        docs, freqs, _ = self.lists.many(lists)
        return merged(docs, freqs)

    def keys(self, number: int, docs: NDArray[np.int32]) -> Keys:
        """Return where a term is in ascending ``docs``, ascending."""
        lists = self.lists_of(range(number, number + 1))
        many = self.lists.many(lists)
        which = np.isin(many.docs, docs).nonzero()[0]
        begins = self.lists.begins(lists, many)[which]
        keys = self.lists.keys(many.docs[which], many.freqs[which], begins)
        keys.sort()
        return keys

    def lengths(self, field: str) -> NDArray[np.int64]:
        """Return the number of tokens of a field, by document, up to the last that has any.

        Added up from the postings of the field the first time, so exact; then kept.
        """
        if field not in self._lengths:
            docs, freqs, _ = self.postings_of(self.dictionary.field(field))
            self._lengths[field] = np.bincount(docs, weights=freqs).astype(np.int64)
        return self._lengths[field]


def merged(docs: NDArray[np.int32], freqs: NDArray[Any]) -> TermPostings:
    """Return the sum of several posting lists, given behind one another."""
    total = sum_over([docs], int(docs.max(initial=-1)) + 1)
    # Exact up to 2 ** 24 times in a document.
    summed = total.of([freqs.astype(np.float32)])
    return TermPostings(total.docs, summed.astype(np.int32))


__all__ = ["Keys", "Located", "SegmentArrays", "TermPostings", "located", "merged", "write_terms"]
