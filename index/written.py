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
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.codec.dictionary import Dictionary
from index.codec.files import ArrayFile, Place, write_array
from index.codec.lists import PostingLists
from index.spelling import write_spelling
from index.terms import Vocabulary

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
    parts = [_terms(vocabulary, name, postings) for name in _ORDER]
    counts = [part.postings.copy() for part in parts]
    _complete(counts[0], parts[0], vocabulary, lists, postings)
    whole = np.concatenate(counts)
    peaks = [_peaks(each) for each in counts]
    wide = np.flatnonzero(np.abs(whole) >= MOST)
    more = np.concatenate([wide, whole[wide], *peaks, [len(wide)]])
    write_array(folder / "words.counts", np.clip(whole, -MOST, MOST).astype(np.int8))
    write_array(folder / "words.more", more.astype(np.int32))
    spelt = _spelt(parts[0], postings, vocabulary.written)
    forms = [form.encode("utf-8", "replace") for form in spelt.values()]
    ends = np.cumsum([0, *map(len, forms)])
    write_array(folder / "words.spelt", np.frombuffer(b"".join(forms), np.uint8))
    write_array(folder / "words.at", np.array([*spelt, *ends.tolist()], np.uint32))
    words: dict[str, int] = {}
    for part in parts:
        for term, count in zip(part.terms, part.postings.tolist(), strict=True):
            words[term] = max(count, words.get(term, 0))
    write_spelling(folder, words)


class _Terms(NamedTuple):
    """The terms of a part: how many lists each has, which, and how many postings in these."""

    terms: list[str]
    counts: Counts
    members: Counts
    postings: Counts

    def added(self, values: NDArray[np.integer[Any]]) -> Counts:
        """Return the sum of the values of the lists of each term."""
        of_term = np.repeat(np.arange(len(self.terms)), self.counts)
        return np.bincount(of_term, values, len(self.terms)).astype(np.int64)


def _terms(vocabulary: Vocabulary, name: str, postings: Counts) -> _Terms:
    terms = [term.decode() for term in vocabulary.fields.get(name, ())]
    found = _Terms(terms, *vocabulary.lists_of(name), np.empty(0, np.int64))
    return found._replace(postings=found.added(postings[found.members]))


def _complete(
    counts: Counts, body: _Terms, vocabulary: Vocabulary, lists: PostingLists, postings: Counts
) -> None:
    """Turn numbers of postings into those of documents, negative where nobody wants the word."""
    stopped = body.added(postings[body.members] * vocabulary.stops[body.members])
    hidden = np.fromiter((len(term) <= SHORT for term in body.terms), np.bool_, len(counts))
    hidden |= 2 * stopped > counts
    several = (body.counts > 1) & ~hidden
    members = body.members[np.repeat(several, body.counts)]
    counts[several] = _documents(lists, members, body.counts[several])
    counts[hidden] *= -1


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
        of_term = np.repeat(np.repeat(np.arange(first, last), counts[first:last]), many.counts)
        keys = np.sort(of_term << 32 | many.docs)
        new = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        held[first:last] = np.bincount((keys[new] >> 32) - first, minlength=last - first)
        first = last
    return held


def _spelt(body: _Terms, postings: Counts, written: Sequence[str]) -> dict[int, str]:
    """Return by place the form that most documents write of a term, where it differs from it."""
    spelt: dict[int, str] = {}
    members = body.members.tolist()
    stop = 0
    for place, (term, count) in enumerate(zip(body.terms, body.counts.tolist(), strict=True)):
        start, stop = stop, stop + count
        form = written[members[start]]
        if count > 1:
            held: Counter[str] = Counter()
            for member in members[start:stop]:
                held[written[member]] += int(postings[member])
            form = min(held, key=lambda each: (-held[each], each))
        if form != term:
            spelt[place] = form
    return spelt


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
