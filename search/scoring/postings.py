"""Documents that match one node of a query, with their scores.

Filters of a query tree as masks over the documents of a generation.

Where words occur: frequencies and positions as arrays, merged without a loop over postings.

Documents are always ascending and distinct. A *key* is a document and a position in one 64-bit
integer, so that a phrase is an intersection of sorted keys.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.analysis import fold
from index.arrays import is_dense, sum_over
from index.inverted_index import SECOND_PART, sum_postings
from index.snapshot import Snapshot
from search.query import AnalyzerFilter, DateFilter, FacetFilter, Filter
from search.scoring.bm25 import Docs, Mask, Scores, statistics

NO_DOCS: Docs = np.empty(0, np.int32)
NO_SCORES: Scores = np.empty(0, np.float32)


class Hits(NamedTuple):
    """The documents that match one node, ascending, with their scores."""

    docs: Docs
    scores: Scores

    def where(self, passing: Mask) -> "Hits":
        """Return those that pass."""
        at = passing.nonzero()[0]
        return Hits(self.docs.take(at), self.scores.take(at))

    def and_also(self, other: "Hits") -> "Hits":
        """Return those that are in the other hits too, their scores added."""
        here, there = shared(self.docs, other.docs)
        return Hits(self.docs.take(here), self.scores.take(here) + other.scores.take(there))

    def sized(self) -> "tuple[Hits, int]":
        """Return the hits and what they take of memory, in bytes, for ``ByteCache``."""
        return self, self.docs.nbytes + self.scores.nbytes + 500


NONE = Hits(NO_DOCS, NO_SCORES)


def unscored(docs: Docs) -> Hits:
    """Return documents that are worth nothing."""
    return Hits(docs, np.zeros(len(docs), np.float32))


_EPOCH = date(1970, 1, 1).toordinal()
_UNDATED = np.iinfo(np.int32).min


def passing(node: Filter, generation: Snapshot, docs: Docs | None) -> Mask:
    """Return which of some documents pass a filter that asks for no value of a facet.

    None stands for all documents.
    """
    match node:
        case DateFilter():
            days = generation.dates.days
            return _dated(node, days if docs is None else days.take(docs))
        case AnalyzerFilter():
            masks = [statistics(generation).mask(suffix) for suffix in node.suffixes]
            found = np.logical_or.reduce(masks) if masks else np.zeros(generation.size, np.bool_)
            return found if docs is None else found.take(docs)
    raise TypeError(f"not a filter: {node!r}")


def ordinals(node: FacetFilter, generation: Snapshot) -> list[int]:
    """Return the values of the facet that are meant; none if no document has it.

    A value that no vocabulary knew may be written otherwise than the documents write it.
    """
    column = generation.columns[node.facet]
    ordinal = column.ordinal.get(node.value)
    if ordinal is not None:
        return [ordinal]
    typed = fold(node.typed)
    return [
        ordinal
        for ordinal, value in enumerate(column.values)
        if typed in (fold(value), fold(column.labels.get(value, value)))
    ]


def _dated(node: DateFilter, days: NDArray[np.int32]) -> Mask:
    """Pass by the first day a document may be of, as the filters of a request do."""
    passing: Mask = days != _UNDATED
    if node.first:
        passing &= days >= node.first.toordinal() - _EPOCH
    if node.last:
        passing &= days <= node.last.toordinal() - _EPOCH
    return passing


Keys = NDArray[np.int64]

TOGETHER = 1 << 12
"""Documents whose positions are compared at least between two looks at the clock.

What is compared of so many stays in the processor's caches.
"""
MOST_PORTIONS = 16
"""Times that the postings of a word are looked through for some of its documents."""
TERMS_TOGETHER = 10
"""Terms of a list whose postings are read between two looks at the clock."""
MOST_UNITED = 8
"""Parts that are united one after another by compiled loops, not all at once."""
_SEARCHED = 8
"""Documents among which one is searched for as quickly as all of them are marked."""
_CHEAP = 2000
"""Documents that are marked as quickly as none."""


class Occurrences(NamedTuple):
    """Documents, and how often each has what was looked for (a float: forms may count less)."""

    docs: Docs
    frequency: Scores


NOWHERE = Occurrences(NO_DOCS, NO_SCORES)


def among(docs: Docs, others: Docs) -> NDArray[np.bool_]:
    """Return which of ``docs`` are in ``others``."""
    if not len(others):
        return np.zeros(len(docs), np.bool_)
    if _few(docs, others):
        found: NDArray[np.bool_] = others.take(others.searchsorted(docs), mode="clip") == docs
        return found
    return _marked(others, int(others[-1])).take(docs, mode="clip")


def shared(docs: Docs, others: Docs) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the documents stand, in the first and in the second, that are in both."""
    if loops := kernels.active:
        found: tuple[NDArray[np.intp], NDArray[np.intp]] = loops.shared(docs, others)
        return found
    if len(docs) > len(others):
        there, here = shared(others, docs)
        return here, there
    if not len(docs) or _few(docs, others):
        at = others.searchsorted(docs)
        here = (others.take(at, mode="clip") == docs).nonzero()[0] if len(docs) else at
        return here, at.take(here)
    last = int(others[-1])
    here = _marked(others, last).take(docs, mode="clip").nonzero()[0]
    return here, _marked(docs.take(here), last).take(others).nonzero()[0]


def _few(docs: Docs, others: Docs) -> bool:
    """Tell whether it is quicker to search for documents among others than to mark these."""
    return _SEARCHED * len(docs) < len(others) + _CHEAP


def _marked(docs: Docs, last: int) -> NDArray[np.bool_]:
    """Return which documents up to the ``last`` are in ``docs``; one more item says no."""
    marked = np.zeros(last + 2, np.bool_)
    marked[docs] = True
    return marked


def union(parts: Sequence[Docs]) -> Docs:
    """Return the documents that are in any of ``parts``."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else NO_DOCS
    end = max(int(part[-1]) for part in parts) + 1
    if is_dense(sum(map(len, parts)), end):
        present = np.zeros(end, np.bool_)
        for part in parts:
            present[part] = True
        return np.flatnonzero(present).astype(np.int32)
    return distinct(np.concatenate(parts))


def distinct(values: NDArray[np.int32]) -> Docs:
    """Return what is in ``values``, ascending; sorts it in place.

    ``np.unique`` hashes, which is several times slower on numbers this small.
    """
    values.sort()
    kept = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=kept[1:])
    return values[kept]


def spread(docs: Docs, part: Occurrences) -> Scores:
    """Return the frequencies of ``part`` for ``docs``, of which its documents are a subset."""
    if len(docs) == len(part.docs):
        return part.frequency
    end = int(docs[-1]) + 1
    if is_dense(len(part.docs), end):
        everywhere = np.zeros(end, np.float32)
        everywhere[part.docs] = part.frequency
        return everywhere[docs]
    frequency = np.zeros(len(docs), np.float32)
    frequency[np.searchsorted(docs, part.docs)] = part.frequency
    return frequency


def either(found: Sequence[tuple[Docs, Scores]], combine: np.ufunc) -> tuple[Docs, Scores]:
    """Return the documents that are in any of ``found``, their scores combined; none is below 0."""
    found = [hits for hits in found if len(hits[0])]
    if len(found) < 2:
        return found[0] if found else (NO_DOCS, NO_SCORES)
    if (loops := kernels.active) and len(found) <= MOST_UNITED:
        maximum = combine is np.maximum
        return reduce(lambda hits, others: loops.united(*hits, *others, maximum), found)
    end = max(int(docs[-1]) for docs, _ in found) + 1
    total = sum_over([docs for docs, _ in found], end, ascending=True)
    return total.docs, total.of([scores for _, scores in found], combine)


def of_term(generation: Snapshot, field: str, term: str) -> Occurrences:
    """Return the occurrences of one term."""
    docs, freqs = generation.inverted_index.postings(field, term)
    return Occurrences(docs, freqs.astype(np.float32))


def of_terms(
    generation: Snapshot, field: str, terms: Sequence[str], goes_on: Callable[[], bool]
) -> Iterator[Occurrences]:
    """Yield the occurrences of some terms, of several added up, until told not to go on."""
    for first in range(0, len(terms), TERMS_TOGETHER):
        if not goes_on():
            return
        found = [
            generation.inverted_index.lists(field, term)
            for term in terms[first : first + TERMS_TOGETHER]
        ]
        lists = tuple(np.concatenate(each) for each in zip(*found, strict=True))
        if any(map(len, lists)):
            held = generation.inverted_index.read(lists)
            docs, freqs = sum_postings(held.docs, held.freqs)
            yield Occurrences(docs, freqs.astype(np.float32))


def of_prefix(
    generation: Snapshot, field: str, prefix: str, goes_on: Callable[[], bool]
) -> Occurrences:
    """Return the occurrences of all terms with a prefix, added up, until told not to go on."""
    docs, freqs = generation.inverted_index.prefix_postings(field, prefix, goes_on)
    return Occurrences(docs, freqs.astype(np.float32))


def of_phrase(
    generation: Snapshot,
    fields: Sequence[str],
    words: Sequence[str],
    within: Docs | None,
    check: Callable[[], None],
) -> list[Occurrences]:
    """Return the occurrences of words one after another in each of one or two fields.

    ``check`` may end this by raising.
    """
    found = []
    for keys in _keys_of(generation, fields, words, within, check):
        starts = keys[words[0]]
        for offset, word in enumerate(words[1:], 1):
            starts = starts[_contains(keys[word], starts + offset)]
        found.append(starts)
    return _counted(found, fields)


def of_window(
    generation: Snapshot,
    fields: Sequence[str],
    words: Sequence[str],
    distance: int,
    within: Docs | None,
    check: Callable[[], None],
) -> list[Occurrences]:
    """Return the occurrences of words in any order, at most ``distance`` others among them.

    An occurrence is a position of one of the words that begins such a window; a word that was
    given twice has to be there twice. ``check`` may end this by raising. One or two ``fields``
    have occurrences each.
    """
    needed = {word: words.count(word) for word in words}
    found = []
    for keys in _keys_of(generation, fields, words, within, check):
        starts = np.unique(np.concatenate(list(keys.values())))
        last = starts.copy()
        complete = np.ones(len(starts), np.bool_)
        for word, times in needed.items():
            # The last of as many as are needed, from the start of the window on.
            at = np.searchsorted(keys[word], starts) + times - 1
            there = at < len(keys[word])
            complete &= there
            last = np.maximum(last, keys[word][np.where(there, at, 0)])
        # The next field's keys are 2**31 away: a window never reaches into it.
        found.append(starts[complete & (last - starts <= len(words) - 1 + distance)])
    return _counted(found, fields)


def _keys_of(
    generation: Snapshot,
    fields: Sequence[str],
    words: Sequence[str],
    within: Docs | None,
    check: Callable[[], None],
) -> Iterator[dict[str, Keys]]:
    """Yield where words are in the documents that have them all, for some of these at a time."""
    inverted_index = generation.inverted_index
    distinct = list(dict.fromkeys(words))
    postings = [
        inverted_index.positioned([inverted_index.lists(field, word) for field in fields])
        for word in distinct
    ]
    docs = inverted_index.intersection(postings)
    if within is not None:
        docs = docs[among(docs, within)]
    if len(docs) > TOGETHER:
        postings = inverted_index.restricted(postings, docs)
    for some in _portions(docs, check):
        yield dict(zip(distinct, inverted_index.keys(postings, some), strict=True))


def _portions(docs: Docs, check: Callable[[], None]) -> Iterator[Docs]:
    size = max(TOGETHER, -(-len(docs) // MOST_PORTIONS))
    for first in range(0, len(docs), size):
        check()
        yield docs[first : first + size]


def _contains(keys: Keys, wanted: Keys) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = keys.take(keys.searchsorted(wanted), mode="clip") == wanted
    return found


def _counted(found: Sequence[Keys], fields: Sequence[str]) -> list[Occurrences]:
    """Return how many keys each document has in each field; those of ``found`` are ascending."""
    if not any(map(len, found)):
        return [NOWHERE for _ in fields]
    keys = found[0] if len(found) == 1 else np.concatenate(found)
    if len(fields) == 1:
        return [_counts(keys)]
    if loops := kernels.active:
        first, freqs, last, their_freqs = loops.counted(keys, SECOND_PART)
        return [Occurrences(first, freqs), Occurrences(last, their_freqs)]
    of_second = keys & SECOND_PART > 0
    return [_counts(keys[~of_second]), _counts(keys[of_second])]


def _counts(keys: Keys) -> Occurrences:
    docs = (keys >> 32).astype(np.int32)
    first = np.ones(len(docs), np.bool_)
    np.not_equal(docs[1:], docs[:-1], out=first[1:])
    starts = first.nonzero()[0]
    counts = np.empty(len(starts), np.float32)
    counts[:-1] = starts[1:] - starts[:-1]
    counts[-1:] = len(docs) - starts[-1:]
    return Occurrences(docs.take(starts), counts)
