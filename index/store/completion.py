"""Words as documents write them: what completes a beginning, and how a folded word is spelt.

Beside the dictionary of a segment stand, for each part of its documents, how many of them have
each term as written, in the order of the dictionary; above every ``BLOCK`` of terms the highest of
these numbers, so that the most frequent of many terms are found without looking at all. Files::

    words.counts   of each term of the body, then of the title, how many documents have it, in
                   a byte; in the body, those of stop words and very short words are negative;
                   in the title an upper bound
    words.more     the terms for which a byte is too narrow, their counts, the highest of each
                   block; how many of the first there are stands at the very end
    words.spelt    the written forms of terms of the body that differ from the term itself, UTF-8
    words.at       the places of these terms; then where each form begins, and where the last ends

A place is that of a term in ``words.counts``.
"""

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import begins_run, count_distinct
from index.store.files import ArrayFile, Place, write_array
from index.store.postings import PostingLists
from index.store.spell import write_spelling
from index.store.terms import Dictionary, Vocabulary

SHORT = 2
"""Letters of a word that nobody wants completed."""
BLOCK = 64
MOST = 127
"""What stands in a byte for a count so high or higher."""
_TOGETHER = 2_000_000
"""Postings that are counted together."""

_ORDER = ("body", "title")

Counts = NDArray[np.int64]


def write_words(folder: Place, vocabulary: Vocabulary) -> None:
    """Write what completion and spelling need, beside the posting lists of a vocabulary."""
    lists = PostingLists(folder)
    postings = lists.counts(slice(None))
    texts = vocabulary.texts
    words = b"\n".join(texts).decode().split("\n")
    letters = np.fromiter(map(len, words), np.int64, len(words))
    body, title = (_terms(vocabulary, name, postings) for name in _ORDER)
    counts = [_complete(body, letters, vocabulary, lists, postings), title.postings]
    whole = np.concatenate(counts)
    peaks = [_peaks(each) for each in counts]
    wide = np.flatnonzero(np.abs(whole) >= MOST)
    more = np.concatenate([wide, whole[wide], *peaks, [len(wide)]])
    write_array(folder / "words.counts", np.clip(whole, -MOST, MOST).astype(np.int8))
    write_array(folder / "words.more", more.astype(np.int32))
    places, forms = _spelt(body, postings, vocabulary.written)
    spelt = [texts[at] for at in forms.tolist()]
    ends = np.cumsum([0, *map(len, spelt)])
    write_array(folder / "words.spelt", np.frombuffer(b"".join(spelt), np.uint8))
    write_array(folder / "words.at", np.concatenate([places, ends]).astype(np.uint32))
    held = np.zeros(len(texts), np.int64)
    for part in (body, title):
        held[part.terms] = np.maximum(held[part.terms], part.postings)
    terms = np.flatnonzero(held)
    write_spelling(folder, [words[at] for at in terms.tolist()], held[terms])


class _Terms(NamedTuple):
    """The terms of a part: how many lists each has, which, and how many postings in these."""

    terms: Counts
    counts: Counts
    members: Counts
    postings: Counts

    @property
    def of_list(self) -> Counts:
        """The index of the term that each of ``members`` is a list of."""
        return np.repeat(np.arange(len(self.terms)), self.counts)

    def added(self, values: NDArray[np.integer[Any]]) -> Counts:
        """Return the sum of the values of the lists of each term."""
        return np.bincount(self.of_list, values, len(self.terms)).astype(np.int64)


def _terms(vocabulary: Vocabulary, name: str, postings: Counts) -> _Terms:
    nothing = np.empty(0, np.int64)
    terms = vocabulary.terms.get(name, nothing)
    found = _Terms(terms, *vocabulary.lists_of(name), nothing)
    return found._replace(postings=found.added(postings[found.members]))


def _complete(
    body: _Terms, letters: Counts, vocabulary: Vocabulary, lists: PostingLists, postings: Counts
) -> Counts:
    """Return how many documents have each term, negative where nobody wants it completed."""
    counts = body.postings.copy()
    stopped = body.added(postings[body.members] * vocabulary.stops[body.members])
    hidden = (letters[body.terms] <= SHORT) | (2 * stopped > counts)
    several = (body.counts > 1) & ~hidden
    members = body.members[np.repeat(several, body.counts)]
    counts[several] = _documents(lists, members, body.counts[several])
    counts[hidden] *= -1
    return counts


def _peaks(counts: Counts) -> Counts:
    starts = np.arange(0, len(counts), BLOCK)
    return np.maximum.reduceat(counts, starts) if len(counts) else counts


def _documents(lists: PostingLists, members: NDArray[np.int64], counts: Counts) -> Counts:
    """Return how many documents are in any of the lists of each term, ``counts`` of them each."""
    held = np.zeros(len(counts), np.int64)
    sizes = lists.counts(members)
    ends = np.cumsum(counts)
    done = np.concatenate(([0], np.cumsum(sizes)))[np.concatenate(([0], ends))]
    first = 0
    while first < len(counts):
        last = max(int(np.searchsorted(done, done[first] + _TOGETHER, "right")) - 1, first + 1)
        here = members[ends[first] - counts[first] : ends[last - 1]]
        many = lists.many(here)
        of_term = np.repeat(np.repeat(np.arange(last - first), counts[first:last]), many.counts)
        held[first:last] = count_distinct(of_term, many.docs, last - first)
        first = last
    return held


def _spelt(body: _Terms, postings: Counts, written: Counts) -> tuple[Counts, Counts]:
    """Return the terms that are mostly written otherwise than they are, and how.

    Terms by their place in the body, what is written by its place in the vocabulary; of forms
    that equally many documents write, the first.
    """
    term, form, held = body.of_list, written[body.members], postings[body.members]
    order = np.lexsort((form, term))
    term, form = term[order], form[order]
    first = (begins_run(term) | begins_run(form)).nonzero()[0]
    if len(first):
        held = np.add.reduceat(held[order], first)
    term, form = term[first], form[first]
    best = np.lexsort((form, -held, term))
    best = best[begins_run(term[best])]
    term, form = term[best], form[best]
    differing = form != body.terms[term]
    return term[differing], form[differing]


class TermCount(NamedTuple):
    """The number of a term in the dictionary, and how many documents have it."""

    number: int
    documents: int


class WrittenWord(NamedTuple):
    """A word of the body: how many documents have it, and how most of them write it.

    ``documents`` is negative for a word that completes nothing.
    """

    documents: int
    form: str


class _Part(NamedTuple):
    """The numbers of the terms of a part, and where its counts and their peaks begin."""

    numbers: range
    place: int
    peak: int


class WrittenWords:
    """Reads the counts and forms of the words of one segment; safe for threads.

    Terms are given by their numbers in the dictionary.
    """

    def __init__(self, folder: Place, dictionary: Dictionary) -> None:
        self._counts = ArrayFile(folder / "words.counts")
        self._more = ArrayFile(folder / "words.more")
        self._spelt = ArrayFile(folder / "words.spelt")
        self._at = ArrayFile(folder / "words.at")
        self._dictionary = dictionary

    @cached_property
    def _parts(self) -> Mapping[str, _Part]:
        parts = {}
        place, peak = 0, 2 * self._exceptions
        for name in _ORDER:
            numbers = self._dictionary.field(name)
            parts[name] = _Part(numbers, place, peak)
            place += len(numbers)
            peak += -(-len(numbers) // BLOCK)
        return parts

    @cached_property
    def _exceptions(self) -> int:
        return self._more.item(self._more.size - 1)

    def total(self, part: str, numbers: range) -> int:
        """Return how many postings successive terms have."""
        shift = self._parts[part].place - self._parts[part].numbers.start
        places = np.arange(numbers.start + shift, numbers.stop + shift)
        return int(np.abs(self._exact(places)).sum())

    def most_frequent(self, part: str, numbers: range, limit: int) -> list[TermCount]:
        """Return the terms that most documents have; most first, of equals the first.

        Those that complete nothing are left out. ``limit`` is at least 1.
        """
        places = self._likely(self._parts[part], numbers, limit)
        if len(places) > limit:
            counts = self._bytes(places)
            places = places[counts >= np.partition(counts, -limit)[-limit]]
        exact = self._exact(places)
        order = np.lexsort((places, -exact))[:limit]
        terms = places[order] - self._parts[part].place + self._parts[part].numbers.start
        found = zip(terms.tolist(), exact[order].tolist(), strict=True)
        return [TermCount(number, count) for number, count in found if count > 0]

    def _likely(self, part: _Part, numbers: range, limit: int) -> NDArray[np.int64]:
        """Return places of counts among which the ``limit`` highest are."""
        first, stop = numbers.start - part.numbers.start, numbers.stop - part.numbers.start
        blocks = range(-(-first // BLOCK), stop // BLOCK)
        if len(blocks) <= limit:
            return np.arange(part.place + first, part.place + stop)
        # One of the highest stands at an edge, or in a block that has one of the highest peaks.
        peaks = self._more.slice(part.peak + blocks.start, part.peak + blocks.stop)
        high = np.flatnonzero(peaks >= np.partition(peaks, -limit)[-limit]) + blocks.start
        among = [
            np.arange(first, blocks.start * BLOCK),
            (high[:, None] * BLOCK + np.arange(BLOCK)).ravel(),
            np.arange(blocks.stop * BLOCK, stop),
        ]
        return np.concatenate(among) + part.place

    def _exact(self, places: NDArray[np.int64]) -> Counts:
        """Return the counts at ascending places."""
        counts = self._bytes(places).astype(np.int64)
        wide = np.flatnonzero(np.abs(counts) == MOST)
        if len(wide):
            known, more = self._more.slice(0, 2 * self._exceptions).reshape(2, -1)
            counts[wide] = more[np.searchsorted(known, places[wide])]
        return counts

    def _bytes(self, places: NDArray[np.int64]) -> NDArray[np.int8]:
        if not len(places):
            return np.empty(0, np.int8)
        first, last = int(places[0]), int(places[-1])
        found: NDArray[np.int8] = self._counts.slice(first, last + 1)[places - first]
        return found

    def word(self, term: str) -> WrittenWord | None:
        """Return what is known of a term of the body; None if it is not one."""
        number = self._dictionary.find("body", term.encode("utf-8", "replace"))
        if number < 0:
            return None
        part = self._parts["body"]
        place = part.place + number - part.numbers.start
        return WrittenWord(int(self._exact(np.array([place]))[0]), self._form(place) or term)

    def _form(self, place: int) -> str | None:
        count = (self._at.size - 1) // 2
        found = bisect_left(range(count), place, key=self._at.item)
        if found == count or self._at.item(found) != place:
            return None
        start, stop = self._at.item(count + found), self._at.item(count + found + 1)
        return self._spelt.raw(start, stop).decode()
