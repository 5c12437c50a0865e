"""The term dictionary: (field, term) -> term number, in byte order.

A key is the number of the field, two bytes, and the term in UTF-8. All keys stand sorted in one
blob with an array of offsets. A term is found by bisection; the terms of a field, or those with a
prefix, are one range of numbers.

Many texts put in order by a few operations on arrays.

Words to terms: under which terms of which fields the posting list of a word is found.

There is one posting list for each word of each language in each part of the documents. A word as
written, without its accents, is a term of ``title`` or ``body``; each of its forms (see
``Analyzer.forms``) is a term of the field of its analyzer. Terms that several words lead to are the
sum of their lists, so nothing is stored twice.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.arrays import begins_run, narrowest, places, run_starts, sorted_distinct, starts_of
from index.document import MAX_TERM_BYTES, PARTS, fit
from index.store.files import ArrayFile, ArrayWriter, Place, write_array

STEP = 16
"""Keys from one landmark to the next."""
_BETWEEN = b"\xff"
"""What never stands in UTF-8, nor in the number of a field that a dictionary has."""


class Term(NamedTuple):
    """A term of a field, as it stands in the dictionary; they sort as their numbers do."""

    field: str
    text: bytes


def encode(term: str) -> bytes:
    """Return a term as it stands in keys."""
    return term.encode("utf-8", "surrogatepass")


def write_dictionary(folder: Place, fields: Mapping[str, Sequence[bytes]]) -> None:
    """Write the terms of fields, sorted and distinct, the fields sorted too."""
    writer = ArrayWriter(folder / "terms.blob", np.uint8)
    lengths: list[NDArray[np.int64]] = []
    landmarks: list[bytes] = []
    size = 0
    for number, terms in enumerate(fields.values()):
        code = _code(number)
        lengths.append(np.fromiter(map(len, terms), np.int64, len(terms)) + len(code))
        landmarks += [code + term for term in terms[-size % STEP :: STEP]]
        size += len(terms)
        for start in range(0, len(terms), 1 << 16):
            data = code + code.join(terms[start : start + (1 << 16)])
            writer.append(np.frombuffer(data, np.uint8))
    writer.close()
    offsets = np.concatenate([np.zeros(1, np.int64), *lengths])
    write_array(folder / "terms.offsets", narrowest(np.cumsum(offsets)))
    for name, parts in (
        ("terms.landmarks", landmarks),
        ("terms.fields", [field.encode() for field in fields]),
    ):
        write_array(folder / name, np.frombuffer(_BETWEEN.join(parts), np.uint8))


def _code(field: int) -> bytes:
    # Base 128, so that no byte of it is that between landmarks.
    return bytes((field >> 7, field & 127))


class Dictionary:
    """Read side; safe for threads."""

    def __init__(self, folder: Place) -> None:
        self._blob = ArrayFile(folder / "terms.blob")
        self._offsets = ArrayFile(folder / "terms.offsets")
        self._landmark_file = ArrayFile(folder / "terms.landmarks")
        names = ArrayFile(folder / "terms.fields").all().tobytes()
        self._fields = tuple(name.decode() for name in names.split(_BETWEEN)) if names else ()
        self._codes = {field: _code(number) for number, field in enumerate(self._fields)}
        self.size = self._offsets.size - 1

    def _key(self, number: int) -> bytes:
        return self._blob.raw(self._offsets.item(number), self._offsets.item(number + 1))

    @cached_property
    def _landmarks(self) -> list[bytes]:
        """Every ``STEP``-th key: what a lookup bisects in memory before it reads one block."""
        return self._landmark_file.all().tobytes().split(_BETWEEN) if self.size else []

    def _block(self, wanted: bytes) -> tuple[list[int], bytes, int]:
        """Return the last ``STEP`` keys of which the first is not above ``wanted``.

        That is: where they begin in the blob and the last one ends, their bytes, and the number of
        the first. There is none where ``wanted`` is below all keys.
        """
        block = bisect_right(self._landmarks, wanted) - 1
        if block < 0:
            return [], b"", 0
        last = min((block + 1) * STEP, self.size)
        offsets = self._offsets.slice(block * STEP, last + 1).tolist()
        return offsets, self._blob.raw(offsets[0], offsets[-1]), block * STEP

    def _bisect(self, wanted: bytes) -> int:
        """Return the first number whose key is not below ``wanted``."""
        offsets, blob, first = self._block(wanted)
        return first + bisect_left(_keys(offsets, blob), wanted)

    def _keys(self, numbers: range) -> list[bytes]:
        offsets = self._offsets.slice(numbers.start, numbers.stop + 1).tolist()
        return _keys(offsets, self._blob.raw(offsets[0], offsets[-1]))

    def split(self, number: int) -> Term:
        """Return the field and the term of a number."""
        key = self._key(number)
        return Term(self._fields[key[0] << 7 | key[1]], key[2:])

    def find(self, field: str, term: bytes) -> int:
        """Return the number of a term, -1 if the segment lacks it."""
        code = self._codes.get(field)
        if code is None:
            return -1
        wanted = code + term
        offsets, blob, first = self._block(wanted)
        # Most often it is not there at all. Else it may stand within another key, or across two.
        place = blob.find(wanted)
        while place >= 0:
            at = bisect_left(offsets, offsets[0] + place)
            if offsets[at : at + 2] == [offsets[0] + place, offsets[0] + place + len(wanted)]:
                return first + at
            place = blob.find(wanted, place + 1)
        return -1

    def lower(self, field: str, term: bytes) -> int:
        """Return the first number whose key is not below this term of this field."""
        code = self._codes.get(field)
        if code is not None:
            return self._bisect(code + term)
        later = [other for other in self._fields if other > field]
        return self.field(later[0]).start if later else self.size

    def prefix(self, field: str, prefix: str) -> range:
        """Return the numbers of a field's terms that start with ``prefix``."""
        code = self._codes.get(field)
        if code is None:
            return range(0)
        first = code + encode(prefix)
        # UTF-8 never holds 0xFF, so this is above every key that starts so.
        return range(self._bisect(first), self._bisect(first + b"\xff"))

    def field(self, field: str) -> range:
        """Return the numbers of all terms of a field."""
        return self.prefix(field, "")

    def terms(self, numbers: range) -> Iterator[str]:
        """Yield the terms of successive numbers, decoding the blob in one go."""
        if not numbers:
            return
        for whole in self._keys(numbers):
            yield whole[2:].decode("utf-8", "surrogatepass")

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields that have terms."""
        return self._fields


def _keys(offsets: Sequence[int], blob: bytes) -> list[bytes]:
    """Return the keys that stand between offsets; ``blob`` begins at the first of these."""
    base = offsets[0] if offsets else 0
    return [blob[start - base : stop - base] for start, stop in itertools.pairwise(offsets)]


_WORD = 8
_BEGINNING = np.array([(1 << 64) - (1 << 64 - 8 * left) for left in range(_WORD)], np.uint64)
"""Which bits of a word are those of a text of which so many bytes are left."""


class Ordered(NamedTuple):
    """Texts in UTF-8, in the order of their bytes and each once; where each that was given is."""

    texts: list[bytes]
    place: NDArray[np.int64]


def ordered(texts: Sequence[str]) -> Ordered:
    """Put texts in order; none has a NUL or a new line.

    They are compared eight bytes at a time, as numbers: all by their first eight, then those that
    are alike so far and longer by the next, and so on.
    """
    if not texts:
        return Ordered([], np.empty(0, np.int64))
    data = np.frombuffer("\n".join(texts).encode() + b"\n" + bytes(_WORD), np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    rank = _ranks(data, starts, ends - starts)
    first = np.zeros(len(texts), np.bool_)
    first[rank] = True
    place = (np.cumsum(first) - 1)[rank]
    given = np.empty(int(np.count_nonzero(first)), np.int64)
    given[place] = np.arange(len(texts))
    sizes = ends[given] + 1 - starts[given]
    return Ordered(data[places(starts[given], sizes)].tobytes().split(b"\n")[:-1], place)


def _ranks(
    data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many texts stand before each in order; ``_WORD`` bytes follow the last."""
    words = np.ndarray((len(data) - _WORD + 1,), ">u8", data, strides=(1,))
    rank = np.zeros(len(starts), np.int64)
    undecided = np.arange(len(starts))
    depth = 0
    while len(undecided):
        word = words[starts[undecided] + depth].astype(np.uint64)
        left = lengths[undecided] - depth
        short = left < _WORD
        word[short] &= _BEGINNING[left[short]]
        # Those alike so far have one rank, that of the first of them.
        order = np.lexsort((word, rank[undecided])) if depth else np.argsort(word)
        undecided, word = undecided[order], word[order]
        alike = rank[undecided]
        new = begins_run(alike)
        begin = _begins(new)
        new[1:] |= word[1:] != word[:-1]
        rank[undecided] = alike + _begins(new) - begin
        depth += _WORD
        single = new & np.append(new[1:], True)
        undecided = undecided[~single & (lengths[undecided] >= depth)]
    return rank


def _begins(new: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each place the last at or before it that is new."""
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))


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
    entries = sorted_distinct(entries)
    if words.texts and not words.texts[0]:
        entries = entries[entries >> _BITS & _MOST > 0]
    term = entries >> _BITS
    first = run_starts(term)
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
        found = analyzer(name).analyse_words([written[at] for at in mine])
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
