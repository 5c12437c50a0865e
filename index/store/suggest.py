"""Suggestions: the side dictionaries that complete, accent and correct words.

*Completion* has, for the terms of body and title as documents write them, how many documents have
each, so that the most frequent terms with a prefix are found without their postings; and how most
documents spell a term. A place is that of a term in ``words.counts``. Files::

    words.counts       int32, of each term of the body, then of the title: how many documents have
                       it; in the body negative for stop words and very short words; in the title
                       an upper bound
    words.spelt        the places of the body's terms that are mostly spelt otherwise
    words.forms.*      their written forms, see ``Strings``

*Spelling* has words of three to ``MAX_LENGTH`` letters, without case and accents, by their length,
so that those from which a few slips may have made another are one range of every array. Files::

    spelling.shape     how many words there are of each length, from 0 on; then the alphabet
    spelling.codes     the letters of the words, as places in the alphabet from 1 on
    spelling.letters   64 bits for each word: which letters it has, see ``_letters``
    spelling.counts    how many documents have it, at most MANY: an upper bound

A word is compared in two steps: first all words of a likely length by their bits, then those that
remain by Damerau-Levenshtein distance, all at once.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import compress, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import (
    begins_run,
    bounds_of,
    count_distinct,
    extreme_bound,
    places,
    run_starts,
    starts_of,
)
from index.store.files import Folder, Strings, open_array, write_array, write_strings
from index.store.postings import PostingLists, blocks
from index.store.terms import Dictionary, FieldTerms, Vocabulary

SHORT = 2
"""Letters of a word that nobody wants completed."""
_TOGETHER = 2_000_000
"""Postings that are counted together."""

Counts = NDArray[np.int64]


def write_words(folder: Path, vocabulary: Vocabulary) -> None:
    """Write what completion and spelling need, beside the posting lists of a vocabulary."""
    lists = PostingLists(folder)
    postings = lists.counts(slice(None))
    texts = vocabulary.texts
    nothing = FieldTerms(*[np.empty(0, np.int64)] * 3)
    body, title = (vocabulary.fields.get(name, nothing) for name in ("body", "title"))
    upper_bounds = [_summed(part, postings[part.lists]) for part in (body, title)]
    counts = _body_counts(body, upper_bounds[0], vocabulary, lists, postings)
    write_array(folder / "words.counts", np.concatenate([counts, upper_bounds[1]]).astype(np.int32))
    spelt, forms = _spelt(body, postings, vocabulary.written)
    write_array(folder / "words.spelt", spelt.astype(np.uint32))
    write_strings(folder, "words.forms", [texts[form].encode() for form in forms.tolist()])
    frequency = np.zeros(len(texts), np.int64)
    for part, bounds in zip((body, title), upper_bounds, strict=True):
        frequency[part.texts] = np.maximum(frequency[part.texts], bounds)
    terms = np.flatnonzero(frequency)
    write_spelling(folder, [texts[term] for term in terms.tolist()], frequency[terms])


def _term_of_list(part: FieldTerms) -> Counts:
    """Return the index of the term that each of the lists of a field belongs to."""
    return np.repeat(np.arange(len(part.texts)), part.counts)


def _summed(part: FieldTerms, values: NDArray[np.integer[Any]]) -> Counts:
    """Return the sum of the values of the lists of each term."""
    return np.bincount(_term_of_list(part), values, len(part.texts)).astype(np.int64)


def _body_counts(
    body: FieldTerms, bounds: Counts, vocabulary: Vocabulary, lists: PostingLists, postings: Counts
) -> Counts:
    """Return how many documents have each term, negative where nobody wants it completed."""
    counts = bounds.copy()
    stopped = _summed(body, postings[body.lists] * vocabulary.stops[body.lists])
    texts = vocabulary.texts
    letters = np.fromiter(map(len, texts), np.int64, len(texts))
    hidden = (letters[body.texts] <= SHORT) | (2 * stopped > counts)
    several = (body.counts > 1) & ~hidden
    members = body.lists[np.repeat(several, body.counts)]
    counts[several] = _documents(lists, members, body.counts[several])
    counts[hidden] *= -1
    return counts


def _documents(lists: PostingLists, members: Counts, sizes: Counts) -> Counts:
    """Return how many documents are in any of the lists of each term, ``sizes`` of ``members``."""
    bounds = bounds_of(sizes)
    counts = [np.empty(0, np.int64)]
    postings = np.add.reduceat(lists.counts(members), bounds[:-1])
    for block in blocks(postings, _TOGETHER):
        docs, _, of_list = lists.many(members[bounds[block.start] : bounds[block.stop]])
        size = block.stop - block.start
        term = np.repeat(np.repeat(np.arange(size), sizes[block]), of_list)
        counts.append(count_distinct(term, docs, size))
    return np.concatenate(counts)


def _spelt(body: FieldTerms, postings: Counts, written: Counts) -> tuple[Counts, Counts]:
    """Return the indices of the terms that are mostly spelt otherwise, and the text of each.

    Of forms that equally many documents write, the first.
    """
    term, form = _term_of_list(body), written[body.lists]
    order = np.lexsort((form, term))
    term, form = term[order], form[order]
    first = (begins_run(term) | begins_run(form)).nonzero()[0]
    documents = np.add.reduceat(postings[body.lists][order], first)
    term, form = term[first], form[first]
    best = np.lexsort((form, -documents, term))
    best = best[run_starts(term[best])]
    term, form = term[best], form[best]
    differing = form != body.texts[term]
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


class WrittenWords:
    """Reads the counts and forms of the words of one segment; safe for threads.

    Terms are given by their numbers in the dictionary; a part is ``body`` or ``title``.
    """

    def __init__(self, folder: Folder, dictionary: Dictionary) -> None:
        self._counts = open_array(folder, "words.counts")
        self._spelt = open_array(folder, "words.spelt")
        self._forms = Strings(folder, "words.forms")
        self._dictionary = dictionary

    @cached_property
    def _shift(self) -> dict[str, int]:
        """What is added to the number of a term to get its place."""
        body, title = self._dictionary.field("body"), self._dictionary.field("title")
        return {"body": -body.start, "title": len(body) - title.start}

    def _counts_of(self, part: str, numbers: range) -> NDArray[np.int32]:
        shift = self._shift[part]
        return self._counts.slice(numbers.start + shift, numbers.stop + shift)

    def total(self, part: str, numbers: range) -> int:
        """Return how many postings successive terms have."""
        return int(np.abs(self._counts_of(part, numbers)).sum(dtype=np.int64))

    def most_frequent(self, part: str, numbers: range, limit: int) -> list[TermCount]:
        """Return the terms that most documents have; most first, of equals the first.

        Those that complete nothing are left out. ``limit`` is at least 1.
        """
        counts = self._counts_of(part, numbers)
        bound = extreme_bound(counts, limit, np.maximum) if len(counts) > limit else 1
        highest = (counts >= max(bound, 1)).nonzero()[0]
        highest = highest[np.argsort(-counts[highest], kind="stable")[:limit]]
        terms = (highest + numbers.start).tolist()
        return list(map(TermCount, terms, counts[highest].tolist()))

    def word(self, term: str) -> WrittenWord | None:
        """Return what is known of a term of the body; None if it is not one."""
        number = self._dictionary.find("body", term.encode("utf-8", "replace"))
        if number < 0:
            return None
        place = number + self._shift["body"]
        spelt = bisect_left(range(self._spelt.size), place, key=self._spelt.item)
        if spelt < self._spelt.size and self._spelt.item(spelt) == place:
            term = self._forms[spelt].decode()
        return WrittenWord(self._counts.item(place), term)


# Spelling

MIN_LENGTH = 3
MAX_LENGTH = 24
MANY = 0xFFFF
MOST_LETTERS = 254
OTHER = MOST_LETTERS + 1
"""The code of a letter that no word has."""
_BUCKETS = 32

Codes = NDArray[np.uint8]
Bits = NDArray[np.uint64]


class Near(NamedTuple):
    """A word near to another, the distance, and how many documents have it (or a few less)."""

    term: str
    distance: int
    frequency: int


def write_spelling(folder: Path, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write those of the sorted words that have a fit length and nothing but letters.

    ``counts`` is how many documents have each. Words with other letters than the ``MOST_LETTERS``
    most frequent are left out.
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    fit = np.fromiter(map(str.isalpha, words), np.bool_, len(words))
    fit &= (lengths >= MIN_LENGTH) & (lengths <= MAX_LENGTH)
    points = _points("".join(compress(words, fit.tolist())))
    letters, often = np.unique(points, return_counts=True)
    alphabet = letters[np.argsort(-often, kind="stable")[:MOST_LETTERS]]
    code_of = np.zeros(int(letters.max(initial=0)) + 1, np.uint8)
    code_of[alphabet] = np.arange(1, len(alphabet) + 1)
    codes = code_of[points]
    lengths, counts = lengths[fit], counts[fit]
    if len(letters) > len(alphabet):
        known = np.logical_and.reduceat(codes > 0, starts_of(lengths))
        codes = codes[np.repeat(known, lengths)]
        lengths, counts = lengths[known], counts[known]
    order = np.argsort(lengths, kind="stable")
    codes = codes[places(starts_of(lengths)[order], lengths[order])]
    sizes = np.bincount(lengths, minlength=MAX_LENGTH + 1)
    groups = np.split(codes, np.cumsum(sizes * np.arange(MAX_LENGTH + 1)))[MIN_LENGTH:-1]
    bits = [_letters(group.reshape(-1, length)) for length, group in enumerate(groups, MIN_LENGTH)]
    shape = np.concatenate([sizes.astype(np.uint32), alphabet])
    write_array(folder / "spelling.shape", shape)
    write_array(folder / "spelling.codes", codes)
    write_array(folder / "spelling.letters", np.concatenate(bits))
    write_array(folder / "spelling.counts", np.minimum(counts[order], MANY).astype(np.uint16))


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _letters(codes: Codes) -> Bits:
    """Return for each row which letters it has: a bit for a letter, one more for its second.

    Letters share ``_BUCKETS`` pairs of bits, the most frequent ones have one alone.
    """
    bits = np.zeros(len(codes), np.uint64)
    for column in codes.T:
        bit = np.uint64(1) << (column % _BUCKETS * 2).astype(np.uint64)
        bits |= bit | (bits & bit) << np.uint64(1)
    return bits


class SpellingWords:
    """Reads the words of one segment; safe for threads."""

    def __init__(self, folder: Folder) -> None:
        self._shape = open_array(folder, "spelling.shape")
        self._codes = open_array(folder, "spelling.codes")
        self._letters = open_array(folder, "spelling.letters")
        self._counts = open_array(folder, "spelling.counts")

    @cached_property
    def _alphabet(self) -> NDArray[np.uint32]:
        """The letter of each code."""
        alphabet = np.zeros(OTHER + 1, np.uint32)
        letters = self._shape.slice(MAX_LENGTH + 1, self._shape.size)
        alphabet[1 : len(letters) + 1] = letters
        return alphabet

    @cached_property
    def _code_of(self) -> dict[str, int]:
        letters = self._shape.slice(MAX_LENGTH + 1, self._shape.size).tolist()
        return {chr(letter): code for code, letter in enumerate(letters, 1)}

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """By length: the first word of it, and the first of their letters."""
        sizes = self._shape.slice(0, MAX_LENGTH + 1).astype(np.int64)
        rows = np.concatenate(([0], np.cumsum(sizes)))
        letters = np.concatenate(([0], np.cumsum(sizes * np.arange(MAX_LENGTH + 1))))
        return rows.tolist(), letters.tolist()

    def near(self, word: str, distance: int) -> list[Near]:
        """Return the words at most ``distance`` slips away from a folded one, itself included.

        A slip is a letter too many, too few or wrong, or two neighbours in the wrong order
        (optimal string alignment: no part of the word is changed twice).
        """
        codes = np.array([[self._code_of.get(letter, OTHER) for letter in word]], np.uint8)
        shortest = max(len(word) - distance, MIN_LENGTH)
        longest = min(len(word) + distance, MAX_LENGTH)
        if shortest > longest or len(word) > MAX_LENGTH:
            return []
        groups = self._likely(codes, shortest, longest, distance)
        likely = np.concatenate(groups)
        if not len(likely):
            return []
        matrix = self._matrix(groups, shortest, longest)
        ends = np.cumsum([len(group) for group in groups]).tolist()
        distances = _distances(matrix, ends, shortest, codes[0])
        found = np.flatnonzero(distances <= distance)
        rows = likely[found]
        lengths = shortest + np.searchsorted(ends, found, side="right")
        letters = self._alphabet[matrix[:, found].T]
        letters[np.arange(longest) >= lengths[:, None]] = 0
        terms = np.ascontiguousarray(letters).view(f"<U{longest}").ravel().tolist()
        counts = self._counts.parts(rows, rows + 1)[rows].tolist()
        return list(map(Near, terms, distances[found].tolist(), counts))

    def _likely(
        self, codes: Codes, shortest: int, longest: int, distance: int
    ) -> list[NDArray[np.intp]]:
        """Return by length the numbers of the words that their bits do not rule out.

        A letter too many or too few changes one bit, a wrong one two.
        """
        starts, _ = self._starts
        first = starts[shortest]
        bits = self._letters.slice(first, starts[longest + 1])
        differing = np.bitwise_count(bits ^ _letters(codes)[0])
        likely = []
        for length in range(shortest, longest + 1):
            here = differing[starts[length] - first : starts[length + 1] - first]
            allowed = 2 * distance - abs(length - codes.shape[1])
            likely.append((here <= allowed).nonzero()[0] + starts[length])
        return likely

    def _matrix(self, groups: list[NDArray[np.intp]], shortest: int, longest: int) -> Codes:
        """Return the letters of words, a column each, padded with zeros."""
        rows, letters = self._starts
        matrix = np.zeros((longest, sum(map(len, groups))), np.uint8)
        at = 0
        for length, group in enumerate(groups, shortest):
            if len(group):
                words = self._codes.slice(letters[length], letters[length + 1])
                chosen = words.reshape(-1, length)[group - rows[length]]
                matrix[:length, at : at + len(group)] = chosen.T
                at += len(group)
        return matrix


def _distances(
    matrix: Codes, ends: list[int], shortest: int, word: Codes
) -> NDArray[np.integer[Any]]:
    """Return the optimal string alignment distance of ``word`` to each column of ``matrix``.

    Columns stand by length, from ``shortest`` on, which end at ``ends``. The columns of the usual
    table are bits of one number for each word, added to letter by letter: H. Hyyrö, "A
    bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic Journal of
    Computing 10 (2003).
    """
    one = np.uint32(1)
    count = matrix.shape[1]
    places = np.zeros(OTHER + 1, np.uint32)
    for at, code in enumerate(word.tolist()):
        places[code] |= 1 << at
    places[OTHER] = places[0] = 0
    last = np.uint32(len(word) - 1)
    rising = np.full(count, (1 << len(word)) - 1, np.uint32)
    falling, diagonal, before = (np.zeros(count, np.uint32) for _ in range(3))
    score = np.full(count, len(word), np.int32)
    distances = np.empty(count, np.int32)
    bounds = dict(enumerate(pairwise([0, *ends]), shortest))
    for length, letters in enumerate(places[matrix], 1):
        swapped = (~diagonal & letters) << one & before
        diagonal = ((letters & rising) + rising ^ rising) | letters | falling | swapped
        more = falling | ~(diagonal | rising)
        less = diagonal & rising
        score += (more >> last & one).view(np.int32)
        score -= (less >> last & one).view(np.int32)
        more = more << one | one
        rising = less << one | ~(diagonal | more)
        falling = diagonal & more
        before = letters
        if length in bounds:
            start, stop = bounds[length]
            distances[start:stop] = score[start:stop]
    return distances
