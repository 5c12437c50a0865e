"""Terms: the term dictionary on disk, and the terms that the words of a segment lead to.

The dictionary maps (field, term) to a term number, in the order of fields and then of UTF-8. A key
is the number of the field, two bytes, and the term. All keys stand sorted in ``terms.*``, see
``Strings``; a term is found by bisection; the terms of a field, or those with a prefix, are one
range of numbers. ``terms.lists`` holds the posting lists of each term, ``terms.at`` where they
begin.

There is one posting list for each word of each language in each part of the documents. A word as
written, without its accents, is a term of ``title`` or ``body``; each of its forms (see
``Analyzer.forms``) is a term of the field of its analyzer. Terms that several words lead to are the
sum of their lists, so nothing is stored twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.arrays import (
    bounds_of,
    narrowest,
    places,
    run_lengths,
    run_starts,
    sorted_distinct,
    starts_of,
)
from index.document import MAX_TERM_BYTES, PARTS, fit
from index.store.files import Folder, Strings, open_array, write_array, write_strings

Numbers = NDArray[np.int64]

STEP = 16
"""Keys from one landmark to the next."""
_NEAR = 8
"""Keys from one that is wanted to the next up to which both are read in one go."""
_BETWEEN = b"\xff"
"""What never stands in UTF-8, nor in the number of a field that a dictionary has."""


class FieldTerms(NamedTuple):
    """The terms of a field, ascending, as indices of texts; each has ``counts`` of ``lists``."""

    texts: Numbers
    counts: Numbers
    lists: Numbers


def write_terms(folder: Path, texts: Sequence[str], fields: Mapping[str, FieldTerms]) -> None:
    """Write the terms of sorted fields, and the numbers of the posting lists of each term."""
    codes = map(_code, range(len(fields)))
    parts = zip(codes, fields.values(), strict=True)
    encoded = [text.encode() for text in texts]
    keys = [code + encoded[term] for code, part in parts for term in part.texts.tolist()]
    write_strings(folder, "terms", keys)
    for name, strings in (
        ("terms.landmarks", keys[::STEP]),
        ("terms.fields", [field.encode() for field in fields]),
    ):
        write_array(folder / name, np.frombuffer(_BETWEEN.join(strings), np.uint8))
    nothing = FieldTerms(*[np.empty(0, np.int64)] * 3)
    _, counts, lists = map(np.concatenate, zip(nothing, *fields.values(), strict=True))
    write_array(folder / "terms.at", narrowest(bounds_of(counts)))
    write_array(folder / "terms.lists", lists.astype(np.uint32))


def _code(field: int) -> bytes:
    # Base 128, so that no byte of it is that between landmarks.
    return bytes((field >> 7, field & 127))


class Dictionary:
    """Reads the terms of a segment; safe for threads. ``fields`` are those that have terms."""

    def __init__(self, folder: Folder) -> None:
        self._keys = Strings(folder, "terms")
        self._landmark_file = open_array(folder, "terms.landmarks")
        self._starts = open_array(folder, "terms.at")
        self._lists = open_array(folder, "terms.lists")
        names = open_array(folder, "terms.fields").all().tobytes()
        self.fields = tuple(name.decode() for name in names.split(_BETWEEN)) if names else ()
        self._codes = {field: _code(number) for number, field in enumerate(self.fields)}
        self._ranges: dict[str, range] = {}

    def __len__(self) -> int:
        return len(self._keys)

    @cached_property
    def _landmarks(self) -> list[bytes]:
        """Every ``STEP``-th key: what a lookup bisects in memory before it reads one block."""
        return self._landmark_file.all().tobytes().split(_BETWEEN)

    def _block(self, key: bytes) -> tuple[int, int]:
        """Return the first and the last number (excluded) of the keys among which one belongs."""
        first = max(bisect_right(self._landmarks, key) - 1, 0) * STEP
        return first, min(first + STEP, len(self))

    def _bisect(self, key: bytes) -> int:
        """Return the first number whose key is not below ``key``."""
        first, stop = self._block(key)
        return first + bisect_left(self._keys.read(first, stop), key)

    def find(self, field: str, term: bytes) -> int:
        """Return the number of a term, -1 if the segment lacks it."""
        code = self._codes.get(field)
        if code is None:
            return -1
        # Most terms that are looked for are none: then there is no need to divide the block.
        return self._keys.find(code + term, *self._block(code + term))

    def prefix(self, field: str, prefix: str) -> range:
        """Return the numbers of a field's terms that start with ``prefix``."""
        code = self._codes.get(field)
        if code is None:
            return range(0)
        first = code + prefix.encode("utf-8", "surrogatepass")
        # UTF-8 never holds 0xFF, so this is above every key that starts so.
        return range(self._bisect(first), self._bisect(first + b"\xff"))

    def field(self, field: str) -> range:
        """Return the numbers of all terms of a field."""
        numbers = self._ranges.get(field)
        if numbers is None:
            numbers = self._ranges[field] = self.prefix(field, "")
        return numbers

    def start_from(self, field: str, term: bytes) -> range:
        """Return the numbers of a field's terms that are not below a term."""
        terms = self.field(field)
        return range(self._bisect(self._codes[field] + term), terms.stop) if terms else terms

    def term(self, number: int) -> str:
        """Return the term of a number."""
        return self._keys[number][2:].decode()

    def terms(self, numbers: range) -> Iterator[str]:
        """Yield the terms of successive numbers, which are read in one go."""
        for key in self._keys.read(numbers.start, numbers.stop):
            yield key[2:].decode()

    def lists(self, terms: range) -> NDArray[np.uint32]:
        """Return the posting lists of successive terms, one behind the other."""
        return self._lists.slice(self._starts.item(terms.start), self._starts.item(terms.stop))

    def words_of(self, part: str, lists: NDArray[np.uint32]) -> list[str]:
        """Return the words, folded, that some posting lists of a part are of, ascending.

        The lists of a part stand in the order of these words, so they are found by bisection.
        """
        words = self.field(part)
        if not words or not len(lists):
            return []
        starts = self._starts.slice(words.start, words.stop + 1)
        shift = self._lists.item(int(starts[0])) - int(starts[0])
        inside = (lists.astype(np.int64) - shift).astype(starts.dtype)
        found = starts.searchsorted(inside, "right")
        numbers = sorted(set((found + (words.start - 1)).tolist()))
        texts, first = [], 0
        for place, number in enumerate(numbers, 1):
            if place == len(numbers) or numbers[place] - number > _NEAR:
                keys = self._keys.read(numbers[first], number + 1)
                texts += [keys[n - numbers[first]][2:].decode() for n in numbers[first:place]]
                first = place
        return texts

    def list_counts(self, terms: range) -> Numbers:
        """Return how many posting lists each of successive terms has."""
        return np.diff(self._starts.slice(terms.start, terms.stop + 1)).astype(np.int64)


_BITS = 28
_MOST = (1 << _BITS) - 1
"""Texts and lists that there may be: three numbers stand in one of 64 bits."""
_SHORT = MAX_TERM_BYTES // 4
"""Characters of a term that are never too many bytes."""


class Vocabulary(NamedTuple):
    """The terms of a segment, and the posting lists of each.

    ``rank`` is the place of each list that was given; lists stand in the order of what is
    written, so that those of words with a common beginning stand together. ``texts`` are terms and
    words, sorted; ``fields`` are sorted by name. ``written`` is the index of the word of each list,
    with its accents; ``stops`` is whether that is a stop word.
    """

    rank: Numbers
    texts: list[str]
    fields: dict[str, FieldTerms]
    written: Numbers
    stops: NDArray[np.bool_]


class _Words(NamedTuple):
    """Words, by place: of which analyzer, and what they are as indices of the sorted ``texts``.

    ``exact`` is the term of the word as written, of the forms there are ``sizes`` of each word,
    word after word; ``order`` is how words are sorted.
    """

    suffixes: list[str]
    suffix: Numbers
    texts: list[str]
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
    written, stops = words.written[word], words.sizes[word] == 0
    return Vocabulary(rank, words.texts, _fields(words, word, part), written, stops)


def _fields(words: _Words, word: Numbers, part: Numbers) -> dict[str, FieldTerms]:
    """Return the terms of each field that has any; lists are of these words and parts."""
    by_part = [[name, *(f"{name}_{suffix}" for suffix in words.suffixes)] for name in PARTS]
    names = sorted(chain.from_iterable(by_part))
    field = np.array([[names.index(name) for name in fields] for fields in by_part])
    sizes = words.sizes[word]
    form = words.forms[places(starts_of(words.sizes)[word], sizes)]
    of_list = np.repeat(np.arange(len(word)), sizes)
    # One number for an entry: field, text and list; the same text several times is one term.
    exact = _entries(field[part, 0], words.exact[word], np.arange(len(word)))
    stemmed = _entries(field[part, words.suffix[word] + 1][of_list], form, of_list)
    entries = sorted_distinct(np.concatenate([exact, stemmed]))
    if words.texts and not words.texts[0]:
        entries = entries[entries >> _BITS & _MOST > 0]
    terms = entries >> _BITS
    first = run_starts(terms)
    terms, counts = terms[first], run_lengths(first, len(entries))
    fields = {}
    for number, name in enumerate(names):
        start, stop = terms.searchsorted((number << _BITS, number + 1 << _BITS)).tolist()
        if start < stop:
            last = first[stop - 1] + counts[stop - 1]
            lists = entries[first[start] : last] & _MOST
            fields[name] = FieldTerms(terms[start:stop] & _MOST, counts[start:stop], lists)
    return fields


def _entries(field: Numbers, text: Numbers, of_list: Numbers) -> Numbers:
    return (field << _BITS | text) << _BITS | of_list


def _words(keys: Sequence[str]) -> _Words:
    """Analyse words, those of one analyzer together."""
    split = "\0".join(keys).encode("utf-8", "replace").decode().split("\0") if keys else []
    written = split[1::2]
    suffixes = sorted(set(split[::2]))
    number_of = dict(zip(suffixes, count(), strict=False))
    suffix = np.fromiter(map(number_of.__getitem__, split[::2]), np.int64, len(keys))
    elided = np.fromiter(map(str.endswith, written, repeat("'")), np.bool_, len(keys))
    for number in elided.nonzero()[0].tolist():
        written[number] = written[number][:-1]
    folded = [""] * len(keys)
    forms: list[tuple[str, ...]] = [()] * len(keys)
    for name, of_name in number_of.items():
        mine = np.flatnonzero(suffix == of_name).tolist()
        analysed = analyzer(name).analyse_words([written[number] for number in mine])
        for number, plain, stemmed in zip(mine, *analysed, strict=True):
            folded[number], forms[number] = plain, stemmed
    for number in elided.nonzero()[0].tolist():
        forms[number] = ()
    sizes = np.fromiter(map(len, forms), np.int64, len(forms))
    terms = chain(folded, chain.from_iterable(forms))
    cut = [term if len(term) <= _SHORT else fit(term) for term in terms]
    rank = dict.fromkeys(chain(cut, written), 0)
    texts = sorted(rank)  # by code points, which is the order of UTF-8
    rank.update(zip(texts, count(), strict=False))
    term = np.fromiter(map(rank.__getitem__, cut), np.int64, len(cut))
    word = np.fromiter(map(rank.__getitem__, written), np.int64, len(written))
    exact, form = np.split(term, [len(keys)])
    order = np.empty(len(keys), np.int64)
    # Other languages, other spellings, follow one another; sorted as one number of 63 bits.
    order[np.argsort(((exact << 6 | suffix) << _BITS | word) << 1 | elided)] = np.arange(len(keys))
    return _Words(suffixes, suffix, texts, word, exact, form, sizes, order)
