"""Operations on sets of documents, postings and positions, as arrays.

Documents are always ascending and distinct. Phrases and windows are found by intersecting sorted
position keys (see ``index.arrays``). Nothing here loops over postings in Python.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import Keys, parts_of, run_lengths, run_starts, sum_over
from index.segments import InvertedIndex, Lists, sum_postings
from index.store import TermPostings

Docs = NDArray[np.int32]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]

NO_DOCS: Docs = np.empty(0, np.int32)
NO_SCORES: Scores = np.empty(0, np.float32)

BATCH = 1 << 12
"""Documents whose positions are compared, at least, between two checks of the deadline.

Keys of so many fit the caches of the processor.
"""
_MAX_BATCHES = 16
"""Batches at most: the postings of a word are searched once for each."""
_TERMS_TOGETHER = 10
"""Terms whose postings are read between two checks of the deadline."""
_SEARCHED = 8
"""Searching one document takes as long as marking so many."""
_CHEAP = 2000
"""Marking so many documents costs nothing worth mentioning."""


class Hits(NamedTuple):
    """The documents that match one node, ascending, with their scores."""

    docs: Docs
    scores: Scores

    def where(self, mask: Mask) -> "Hits":
        """Return the hits where ``mask``, which has one item for each, is true."""
        places = mask.nonzero()[0]
        return Hits(self.docs.take(places), self.scores.take(places))

    def intersect(self, other: "Hits") -> "Hits":
        """Return the hits that the other hits contain too, their scores added."""
        here, there = shared(self.docs, other.docs)
        return Hits(self.docs.take(here), self.scores.take(here) + other.scores.take(there))

    def sized(self) -> "tuple[Hits, int]":
        """Return the hits and their size in bytes, for ``ByteCache``."""
        return self, self.docs.nbytes + self.scores.nbytes + 500


NO_HITS = Hits(NO_DOCS, NO_SCORES)


def unscored(docs: Docs) -> Hits:
    """Return documents as hits with the score 0."""
    return Hits(docs, np.zeros(len(docs), np.float32))


def among(docs: Docs, others: Docs) -> Mask:
    """Return which of ``docs`` are in ``others``."""
    if not len(others):
        return np.zeros(len(docs), np.bool_)
    if _few(docs, others):
        found: Mask = others.take(others.searchsorted(docs), mode="clip") == docs
        return found
    return _marked(others, int(others[-1])).take(docs, mode="clip")


def shared(docs: Docs, others: Docs) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of the documents in both arrays: in the first, and in the second."""
    if len(docs) > len(others):
        there, here = shared(others, docs)
        return here, there
    if not len(docs) or _few(docs, others):
        places = others.searchsorted(docs)
        here = (others.take(places, mode="clip") == docs).nonzero()[0] if len(docs) else places
        return here, places.take(here)
    last = int(others[-1])
    here = _marked(others, last).take(docs, mode="clip").nonzero()[0]
    return here, _marked(docs.take(here), last).take(others).nonzero()[0]


def _few(docs: Docs, others: Docs) -> bool:
    """Tell whether searching documents in others is faster than marking the others."""
    return _SEARCHED * len(docs) < len(others) + _CHEAP


def _marked(docs: Docs, last: int) -> Mask:
    """Return which documents up to ``last`` are in ``docs``; one more item is false."""
    marked = np.zeros(last + 2, np.bool_)
    marked[docs] = True
    return marked


def union(parts: Sequence[Docs]) -> Docs:
    """Return the documents in any of ``parts``."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else NO_DOCS
    end = max(int(part[-1]) for part in parts) + 1
    return sum_over(parts, end, ascending=True).docs


def either(hits: Sequence[tuple[Docs, Scores]], combine: np.ufunc) -> Hits:
    """Return the documents in any of ``hits``, their scores combined; none is negative."""
    present = [part for part in hits if len(part[0])]
    if len(present) < 2:
        return Hits(*present[0]) if present else NO_HITS
    return Hits(*kernels.active.unite(present, maximum=combine is np.maximum))


def of_terms(
    index: InvertedIndex, field: str, terms: Sequence[str], goes_on: Callable[[], bool]
) -> Iterator[TermPostings]:
    """Yield the postings of terms, several added up, as long as ``goes_on`` returns True."""
    for first in range(0, len(terms), _TERMS_TOGETHER):
        if not goes_on():
            return
        of_terms = [index.lists(field, term) for term in terms[first : first + _TERMS_TOGETHER]]
        lists = tuple(np.concatenate(of_segment) for of_segment in zip(*of_terms, strict=True))
        if any(map(len, lists)):
            postings = index.read(lists)
            yield sum_postings(postings.docs, postings.freqs)


ListsOf = Callable[[str, str], Lists]
"""Returns the posting lists of a word in a field."""


def of_phrase(
    index: InvertedIndex,
    fields: Sequence[str],
    words: Sequence[str],
    within: Docs | None,
    check: Callable[[], None],
    lists_of: ListsOf | None = None,
) -> list[TermPostings]:
    """Return the occurrences of successive words, for each of one or two fields.

    Only documents in ``within`` are considered, if given. ``check`` is called now and then; it may
    raise. ``lists_of`` says what stands for a word, if that is not the word as written.
    """
    starts = []
    for keys in _keys_of(index, fields, words, within, check, lists_of or index.lists):
        start = keys[words[0]]
        for offset, word in enumerate(words[1:], 1):
            start = start[_contains(keys[word], start + offset)]
        starts.append(start)
    return _counted(starts, fields)


def of_window(
    index: InvertedIndex,
    fields: Sequence[str],
    words: Sequence[str],
    distance: int,
    within: Docs | None,
    check: Callable[[], None],
) -> list[TermPostings]:
    """Return the occurrences of words in any order with at most ``distance`` others among them.

    An occurrence is the position of one of the words that begins such a window; a word given twice
    must be there twice. Other parameters are those of ``of_phrase``.
    """
    needed = {word: words.count(word) for word in words}
    windows = []
    for keys in _keys_of(index, fields, words, within, check, index.lists):
        starts = np.unique(np.concatenate(list(keys.values())))
        last = starts.copy()
        complete = np.ones(len(starts), np.bool_)
        for word, times in needed.items():
            # The last of as many as are needed, from the start of the window on.
            places = np.searchsorted(keys[word], starts) + times - 1
            exists = places < len(keys[word])
            complete &= exists
            last = np.maximum(last, keys[word][np.where(exists, places, 0)])
        # Keys of the next field are 2**31 away: no window reaches into it.
        windows.append(starts[complete & (last - starts <= len(words) - 1 + distance)])
    return _counted(windows, fields)


def _keys_of(
    index: InvertedIndex,
    fields: Sequence[str],
    words: Sequence[str],
    within: Docs | None,
    check: Callable[[], None],
    lists_of: ListsOf,
) -> Iterator[dict[str, Keys]]:
    """Yield the keys of words in the documents that have them all, in batches of documents."""
    distinct = list(dict.fromkeys(words))
    postings = [index.positioned([lists_of(field, word) for field in fields]) for word in distinct]
    docs = index.intersection(postings)
    if within is not None:
        docs = docs[among(docs, within)]
    if len(docs) > BATCH:
        postings = index.restricted(postings, docs)
    size = max(BATCH, -(-len(docs) // _MAX_BATCHES))
    for first in range(0, len(docs), size):
        check()
        batch = docs[first : first + size]
        yield dict(zip(distinct, index.keys(postings, batch), strict=True))


def _contains(keys: Keys, wanted: Keys) -> Mask:
    found: Mask = keys.take(keys.searchsorted(wanted), mode="clip") == wanted
    return found


def _counted(batches: Sequence[Keys], fields: Sequence[str]) -> list[TermPostings]:
    """Count the keys of each document in each field; batches are ascending."""
    if not any(map(len, batches)):
        return [TermPostings(NO_DOCS, NO_DOCS) for _ in fields]
    keys = batches[0] if len(batches) == 1 else np.concatenate(batches)
    parts = parts_of(keys)
    starts = run_starts(parts)
    parts, freqs = parts.take(starts), run_lengths(starts, len(keys))
    docs = (parts >> 1).astype(np.int32)
    if len(fields) == 1:
        return [TermPostings(docs, freqs)]
    second = parts & 1 > 0
    return [TermPostings(docs[which], freqs[which]) for which in (~second, second)]
