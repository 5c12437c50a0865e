"""The posting lists of several terms, read and located together.

What a word asks of an index is many lists: of every form, in every language, in title and body.
They are decoded in one go, so that scoring them is a few operations on arrays.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.cache import ByteCache
from index.codec.lists import Keys, ManyPostings
from index.postings import SegmentPostings

Lists = tuple[NDArray[np.uint32], ...]
"""The numbers of posting lists, segment by segment."""


class Gathered(NamedTuple):
    """Postings of live documents in several lists, list after list within each segment.

    ``counts`` says how many there are of each list, the lists in the order in which they were
    asked for, segment after segment.
    """

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    counts: NDArray[np.int64]


class Gathering:
    """Reads posting lists of all segments; safe for threads.

    ``live`` is asked for when some document of the ``segments`` is deleted, else it is None.
    """

    def __init__(
        self,
        segments: Sequence[SegmentPostings],
        bases: Sequence[int],
        live: Callable[[], NDArray[np.bool_]] | None,
        cache: ByteCache,
    ) -> None:
        self._segments, self._bases, self._live, self._cache = segments, bases, live, cache

    def lists(self, field: str, term: str) -> Lists:
        """Return the posting lists of a term."""
        found: Lists = self._cache.get(("lists", field, term), lambda: self._find(field, term))
        return found

    def _find(self, field: str, term: str) -> tuple[Lists, int]:
        lists = tuple(segment.lists(field, term) for segment in self._segments)
        return lists, 200 + sum(each.nbytes for each in lists)

    def sizes(self, terms: Sequence[Lists]) -> NDArray[np.int64]:
        """Return how many postings the lists of each term have, deleted documents included.

        A document that has a term in several spellings counts once for each.
        """
        sizes = np.zeros(len(terms), np.int64)
        for number, segment in enumerate(self._segments):
            held = [lists[number] for lists in terms]
            if held:
                of_term = np.repeat(np.arange(len(held)), list(map(len, held)))
                counts = segment.counts(np.concatenate(held))
                sizes += np.bincount(of_term, counts, len(held)).astype(np.int64)
        return sizes

    def postings(self, lists: Lists) -> Gathered:
        """Return the postings of some lists."""
        if len(self._segments) == 1 and self._live is None:
            return Gathered(*self._many(0, lists[0]))
        parts = [self._part(number, numbers) for number, numbers in enumerate(lists)]
        return Gathered(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _part(self, number: int, lists: NDArray[np.uint32]) -> Gathered:
        many = self._many(number, lists)
        docs = many.docs + np.int32(self._bases[number])
        if self._live is None:
            return Gathered(docs, many.freqs, many.counts)
        alive = self._live()[docs]
        of = np.repeat(np.arange(len(lists)), many.counts)
        counts = np.bincount(of[alive], minlength=len(lists))
        return Gathered(docs[alive], many.freqs[alive], counts)

    def keys(self, lists: Lists, docs: NDArray[np.int32]) -> Keys:
        """Return where any of some lists is in ascending ``docs``, ascending."""
        if len(self._segments) == 1:
            return self._keys(0, lists[0], docs)
        cuts = [*np.searchsorted(docs, self._bases).tolist(), len(docs)]
        parts = [np.empty(0, np.int64)]
        for number, numbers in enumerate(lists):
            base = self._bases[number]
            mine = docs[cuts[number] : cuts[number + 1]] - np.int32(base)
            if len(mine):
                parts.append(self._keys(number, numbers, mine) + (base << 32))
        return np.concatenate(parts)

    def _keys(self, number: int, lists: NDArray[np.uint32], docs: NDArray[np.int32]) -> Keys:
        segment, many = self._segments[number], self._many(number, lists)

        def read() -> tuple[NDArray[np.int64], int]:
            begins = segment.begins(lists, many)
            return begins, 200 + begins.nbytes

        key = ("begins", number, lists.tobytes())
        return segment.keys(many, self._cache.get(key, read), docs)

    def _many(self, number: int, lists: NDArray[np.uint32]) -> ManyPostings:
        def read() -> tuple[ManyPostings, int]:
            many = self._segments[number].many(lists)
            return many, 200 + sum(each.nbytes for each in many)

        found: ManyPostings = self._cache.get((number, lists.tobytes()), read)
        return found
