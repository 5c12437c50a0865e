"""Words to terms: under which terms of which fields the posting list of a word is found.

There is one posting list for each word of each language in each part of the documents. A word as
written, without its accents, is a term of ``title`` or ``body``; each of its forms (see
``Analyzer.forms``) is a term of the field of its analyzer. Terms that several words lead to are the
sum of their lists, so nothing is stored twice.
"""

from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.arrays import places, starts_of
from index.schema import MAX_TERM_BYTES, PARTS, fit
from index.store.ordering import ordered

Numbers = NDArray[np.int64]

_BITS = 28
_MOST = (1 << _BITS) - 1
"""Texts and lists that there may be: three numbers stand in one of 64 bits."""
_SHORT = MAX_TERM_BYTES // 4
"""Characters of a term that are never too many bytes."""


class Vocabulary(NamedTuple):
    """The terms of a segment, and the posting lists of each, term after term.

    ``rank`` is the place of each list that was given; lists stand in the order of what is
    written, so that those of words with a common beginning stand together. ``texts`` are terms
    and words, sorted; the others are places in it: ``terms`` the terms by field, sorted,
    ``written`` the word of each list, with its accents; ``stops`` is whether that is a stop word.
    """

    rank: Numbers
    texts: list[bytes]
    terms: dict[str, Numbers]
    counts: Numbers
    lists: Numbers
    written: Numbers
    stops: NDArray[np.bool_]

    @property
    def fields(self) -> dict[str, list[bytes]]:
        """The terms of each field, sorted."""
        texts = self.texts
        return {name: [texts[at] for at in found.tolist()] for name, found in self.terms.items()}

    def lists_of(self, field: str) -> tuple[Numbers, Numbers]:
        """Return how many lists each term of a field has, and the lists, term after term."""
        first = sum(len(terms) for name, terms in self.terms.items() if name < field)
        last = first + len(self.terms.get(field, ()))
        start, size = self.counts[:first].sum(), self.counts[first:last].sum()
        return self.counts[first:last], self.lists[start : start + size]


class _Words(NamedTuple):
    """Words, by place: of which analyzer, and what they are as places in the sorted ``texts``.

    ``exact`` is the term of the word as written, of the forms there are ``sizes`` of each word,
    word after word; ``order`` is how words are sorted.
    """

    suffixes: list[str]
    suffix: Numbers
    texts: list[bytes]
    written: Numbers
    exact: Numbers
    forms: Numbers
    sizes: Numbers
    order: Numbers


def vocabulary(keys: Sequence[str], lists: NDArray[np.integer[Any]]) -> Vocabulary:
    """Return the terms of words by their keys (see ``index.analysis.bulk``).

    ``lists`` are the numbers of posting lists: of word ``w`` in part ``p`` of ``PARTS``,
    ``w * len(PARTS) + p``.
    """
    numbers, part = np.divmod(lists.astype(np.int64), len(PARTS))
    used = np.flatnonzero(np.bincount(numbers))
    words = _words([keys[number] for number in used.tolist()])
    word = np.searchsorted(used, numbers)
    sequence = np.argsort(part * len(used) + words.order[word])
    rank = np.empty(len(lists), np.int64)
    rank[sequence] = np.arange(len(lists))
    word, part = word[sequence], part[sequence]
    terms, counts, members = _terms(words, word, part)
    written, stops = words.written[word], words.sizes[word] == 0
    return Vocabulary(rank, words.texts, terms, counts, members, written, stops)


def _terms(
    words: _Words, word: Numbers, part: Numbers
) -> tuple[dict[str, Numbers], Numbers, Numbers]:
    """Return the terms of fields, how many lists each has, and these; lists are of these words."""
    by_part = [[name, *(f"{name}_{suffix}" for suffix in words.suffixes)] for name in PARTS]
    names = sorted(chain.from_iterable(by_part))
    field = np.array([[names.index(name) for name in each] for each in by_part])
    sizes = words.sizes[word]
    form = words.forms[places(starts_of(words.sizes)[word], sizes)]
    of_list = np.repeat(np.arange(len(word)), sizes)
    # One number for an entry: field, text and list; the same text several times is one term.
    exact = _entries(field[part, 0], words.exact[word], np.arange(len(word)))
    stemmed = _entries(field[part, words.suffix[word] + 1][of_list], form, of_list)
    entries = np.concatenate([exact, stemmed])
    entries.sort()
    entries = entries[np.diff(entries, prepend=-1) > 0]
    if words.texts and not words.texts[0]:
        entries = entries[entries >> _BITS & _MOST > 0]
    term = entries >> _BITS
    first = np.flatnonzero(np.diff(term, prepend=-1))
    texts = term[first] & _MOST
    ends = np.cumsum(np.bincount(term[first] >> _BITS, minlength=len(names)))
    found = zip(names, np.split(texts, ends), strict=False)
    terms = {name: each for name, each in found if len(each)}
    return terms, np.diff(first, append=len(entries)), entries & _MOST


def _entries(field: Numbers, text: Numbers, at: Numbers) -> Numbers:
    return (field << _BITS | text) << _BITS | at


def _words(keys: Sequence[str]) -> _Words:
    """Analyse words, those of one analyzer together."""
    split = "\0".join(keys).encode("utf-8", "replace").decode().split("\0") if keys else []
    written = split[1::2]
    suffixes = sorted(set(split[::2]))
    number = {suffix: at for at, suffix in enumerate(suffixes)}
    suffix = np.fromiter(map(number.__getitem__, split[::2]), np.int64, len(keys))
    elided = np.fromiter(map(str.endswith, written, repeat("'")), np.bool_, len(keys))
    for at in np.flatnonzero(elided).tolist():
        written[at] = written[at][:-1]
    folded = [""] * len(keys)
    forms: list[tuple[str, ...]] = [()] * len(keys)
    for name, of_name in number.items():
        mine = np.flatnonzero(suffix == of_name).tolist()
        found = analyzer(name).analysed([written[at] for at in mine])
        for at, plain, each in zip(mine, *found, strict=True):
            folded[at], forms[at] = plain, each
    for at in np.flatnonzero(elided).tolist():
        forms[at] = ()
    sizes = np.fromiter(map(len, forms), np.int64, len(forms))
    terms = chain(folded, chain.from_iterable(forms))
    cut = [term if len(term) <= _SHORT else fit(term) for term in terms]
    texts, place = ordered(cut + written)
    exact, form, word = np.split(place, [len(keys), len(cut)])
    order = np.empty(len(keys), np.int64)
    # Other languages, other spellings, follow one another; sorted as one number of 63 bits.
    order[np.argsort(((exact << 6 | suffix) << _BITS | word) << 1 | elided)] = np.arange(len(keys))
    return _Words(suffixes, suffix, texts, word, exact, form, sizes, order)
