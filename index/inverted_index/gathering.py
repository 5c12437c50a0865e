"""The posting lists of several terms, read and located together.

What a word asks of an index is many lists: of every form, in every language, in title and body.
They are decoded in one go, so that scoring them is a few operations on arrays.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.inverted_index.segment_postings import SegmentPostings
from index.store import ByteCache, Keys, ManyPostings

SECOND = 1 << 31
"""Marks the key of a position in the second part of a document; no text has so many."""

_DENSE = 16
"""Documents that are sorted as quickly as one of so many is marked."""

_FIRST = np.zeros(1, np.int64)

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


class Spots(NamedTuple):
    """Postings of live documents of one segment, and where their positions begin.

    List ``n`` is from ``bounds[n]`` to ``bounds[n + 1]``. The ``first`` so many lists are of the
    first part that was asked for, the others of the second. All documents are below ``end`` - 1.
    """

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    begins: NDArray[Any]
    bounds: NDArray[np.int64]
    first: int
    end: int

    def among(self, wanted: NDArray[np.bool_]) -> "Spots":
        """Return the postings of wanted documents; of those above all as the last item says."""
        at = wanted.take(self.docs, mode="clip").nonzero()[0]
        docs, freqs, begins = self.docs.take(at), self.freqs.take(at), self.begins.take(at)
        return Spots(docs, freqs, begins, at.searchsorted(self.bounds), self.first, self.end)

    def marked(self) -> NDArray[np.bool_]:
        """Return which documents have a posting; none has that is read as the last item."""
        return _marked(self.docs, self.end)


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
        self.nothing: Lists = tuple([np.empty(0, np.uint32) for _ in segments])
        """No posting lists."""

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

    def spots(self, parts: Sequence[Lists]) -> tuple[Spots, ...]:
        """Return where the postings of some lists are, segment by segment; see ``keys``."""
        return tuple(
            [self._spots(number, lists) for number, lists in enumerate(zip(*parts, strict=True))]
        )

    def _spots(self, number: int, parts: Sequence[NDArray[np.uint32]]) -> Spots:
        def read() -> tuple[Spots, int]:
            spots = self._located(number, parts)
            return spots, 200 + sum(each.nbytes for each in spots[:3])

        found: Spots = self._cache.get(
            ("spots", number, *[lists.tobytes() for lists in parts]), read
        )
        return found

    def _located(self, number: int, parts: Sequence[NDArray[np.uint32]]) -> Spots:
        segment, lists = self._segments[number], np.concatenate(parts)
        # What was read to score a word is asked for but once more.
        many = self._cache.take((number, lists.tobytes())) or segment.many(lists)
        docs, freqs, begins = many.docs, many.freqs, segment.begins(lists, many)
        if freqs.itemsize > 1:
            freqs = freqs.astype(np.uint8 if freqs.max(initial=0) < 256 else np.int32, copy=False)
        bounds = np.concatenate((_FIRST, many.counts.cumsum()))
        if self._live is not None:
            alive = self._live()[self._bases[number] :][docs]
            docs, freqs, begins = docs[alive], freqs[alive], begins[alive]
            bounds = np.concatenate((_FIRST, alive.cumsum())).take(bounds)
        return Spots(docs, freqs, begins, bounds, len(parts[0]), int(docs.max(initial=-1)) + 2)

    def documents(self, parts: Sequence[Lists]) -> int:
        """Return how many live documents are in any of some lists."""
        key = ("documents", *[lists.tobytes() for part in parts for lists in part])
        found: int = self._cache.get(key, lambda: (self._documents(parts), 200))
        return found

    def _documents(self, parts: Sequence[Lists]) -> int:
        return sum(int(np.count_nonzero(spots.marked())) for spots in self.spots(parts))

    def having_all(self, words: Sequence[tuple[Spots, ...]]) -> NDArray[np.int32]:
        """Return the documents that have each of some words (in any part), ascending."""
        found = []
        for base, spots in zip(self._bases, zip(*words, strict=True), strict=True):
            rarest, *others = sorted(spots, key=lambda each: len(each.docs))
            docs = rarest.docs
            if loops := kernels.active:
                docs = loops.ascending(docs, rarest.end)
                for other in others:
                    docs = loops.having(docs, other.docs, other.bounds)
                found.append(docs + np.int32(base) if base else docs)
                continue
            for other in others:
                docs = other.docs[_marked(docs, rarest.end).take(other.docs, mode="clip")]
            found.append(_ascending(docs, rarest.end) + np.int32(base))
        return found[0] if len(found) == 1 else np.concatenate(found)

    def narrowed(
        self, words: Sequence[tuple[Spots, ...]], docs: NDArray[np.int32]
    ) -> list[tuple[Spots, ...]]:
        """Return what there is of words in ascending ``docs``."""
        wanted = _marked(docs, int(docs[-1]) + 2 if len(docs) else 1)
        of_segments = [wanted[min(base, len(wanted) - 1) :] for base in self._bases]
        return [
            tuple([spots.among(here) for spots, here in zip(word, of_segments, strict=True)])
            for word in words
        ]

    def keys(self, words: Sequence[tuple[Spots, ...]], docs: NDArray[np.int32]) -> list[Keys]:
        """Return where each of some words is in ascending ``docs``, ascending.

        Positions in the second part of a document have the bit ``SECOND``.
        """
        narrow = all(spots.begins.dtype == np.uint32 for word in words for spots in word)
        if (loops := kernels.active) and narrow:
            return [self._located_in(word, docs, loops) for word in words]
        narrowed = self.narrowed(words, docs)
        found = [
            self._keys(number, spots) for number, spots in enumerate(zip(*narrowed, strict=True))
        ]
        if len(found) == 1:
            return found[0]
        return [np.concatenate(each) for each in zip(*found, strict=True)]

    def _located_in(
        self, word: tuple[Spots, ...], docs: NDArray[np.int32], loops: kernels.Kernels
    ) -> Keys:
        """Return where a word is in ascending ``docs``, ascending, by compiled loops."""
        found = []
        ends = [*docs.searchsorted(self._bases[1:]).tolist(), len(docs)]
        first = 0
        for number, (spots, end) in enumerate(zip(word, ends, strict=True)):
            base, (blob, widths) = self._bases[number], self._segments[number].located
            here = docs[first:end] - np.int32(base) if base else docs[first:end]
            places = spots.docs, spots.freqs, spots.begins, spots.bounds, spots.first
            found.append(loops.keys(here, *places, blob, widths, base, SECOND))
            first = end
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _keys(self, number: int, words: Sequence[Spots]) -> list[Keys]:
        """Return the keys of words in one segment."""
        docs = np.concatenate([spots.docs for spots in words])
        freqs = np.concatenate([spots.freqs for spots in words])
        begins = np.concatenate([spots.begins for spots in words])
        keys = self._segments[number].keys(docs, freqs, begins)
        if self._bases[number]:
            keys += self._bases[number] << 32
        # Of each word: where its postings begin, those in the second part, and where they end.
        bounds = [0]
        for spots in words:
            of_first = int(spots.bounds[spots.first])
            bounds += (bounds[-1] + of_first, bounds[-1] + len(spots.docs))
        ends = np.concatenate((_FIRST, freqs.cumsum(dtype=np.int64))).take(bounds).tolist()
        found = []
        for second in range(1, len(ends), 2):
            keys[ends[second] : ends[second + 1]] |= SECOND
            mine = keys[ends[second - 1] : ends[second + 1]]
            mine.sort(kind="stable")  # quickest where a few lists are in order already
            found.append(mine)
        return found

    def _many(self, number: int, lists: NDArray[np.uint32]) -> ManyPostings:
        def read() -> tuple[ManyPostings, int]:
            many = self._segments[number].many(lists)
            return many, 200 + sum(each.nbytes for each in many)

        found: ManyPostings = self._cache.get((number, lists.tobytes()), read)
        return found


def _marked(docs: NDArray[np.int32], end: int) -> NDArray[np.bool_]:
    """Return for the numbers below ``end`` which are in ``docs``."""
    marked = np.zeros(end, np.bool_)
    marked[docs] = True
    return marked


def _ascending(docs: NDArray[np.int32], end: int) -> NDArray[np.int32]:
    """Return documents, all below ``end``, in order and each once."""
    if _DENSE * len(docs) > end:
        return _marked(docs, end).nonzero()[0].astype(np.int32)
    docs = np.sort(docs)
    first = np.ones(len(docs), np.bool_)
    np.not_equal(docs[1:], docs[:-1], out=first[1:])
    return docs[first]
