"""Analysis of many texts at once, with arrays, for indexing.

A text is split into pieces (see ``index.analysis.splitter``), most of which have been met before.
The token cache keeps the words of every piece, so the tokens of a text are found by a few
operations on arrays, without a loop over words. What comes out are the tokens of ``tokenize`` in
another shape, which tests hold.
"""

import os
import threading
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count, islice
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from index.analysis.analyzers import ANALYZERS, PART_GAP, analyzer
from index.analysis.splitter import BEGINS, ENDS, Pieces, key_text, piece_words, split
from index.analysis.tokenizer import Token
from index.arrays import places, starts_of
from index.document import Span

MAX_BYTES = 8_000_000
"""Bytes of pieces after which a thread empties its cache."""
PIECES_TOGETHER: Final = 1 << 17
HASH_BITS: Final = 20

_SHORT: Final = 16
_PADDING: Final = bytes(_SHORT)
"""Follows a text whose pieces are looked up, sixteen bytes at a time."""
_EMPTY: Final = 0
"""The entry of a piece without words."""
_SIXTEEN = np.dtype("V16")
# By the length of a piece, which bits of sixteen bytes belong to it.
_MASKS = np.frombuffer(
    b"".join([bytes([255] * n).ljust(_SHORT, b"\0")[:_SHORT] for n in range(_SHORT + 2)]), _SIXTEEN
)
# Odd numbers without a pattern.
_MIX, _MIX_SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
# By its first byte, how many bytes a space has that may stand within a number.
_SPACE_BYTES = np.zeros(256, np.int64)
_SPACE_BYTES[[0x20, 0xC2, 0xE2]] = (1, 2, 3)

Text = TypeVar("Text", bytes, str)


class _TokenCache(threading.local):
    """The words of the pieces that a thread has met; a piece in texts of one analyzer is an entry.

    - ``spans``: the number of positions of an entry;
    - ``edges``: whether it may be part of a number written with spaces, see ``splitter``;
    - ``firsts``: the number of its first word, -1 for none;
    - ``counts``: how many words follow the first one. These are ``words``, from
      ``starts[entry]`` on, at positions ``offsets`` after the beginning of the piece.

    Words are numbered by ``keys`` (see ``word_key``). ``name`` differs from that of any other
    cache of any process. A piece of up to 16 bytes is compared as two 64-bit numbers with the
    entries at two places of a hash table; others are looked up in a dictionary.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.name = uuid4().hex
        self.spans, self.edges, self.firsts = array("i"), array("b"), array("i")
        self.counts, self.starts = array("i"), array("q")
        self.words, self.offsets = array("i"), array("i")
        self.keys: list[str] = []
        self._word_numbers, self._entry_numbers = _Numbers[str](), _Numbers[bytes]()
        self._size = 0
        # What is compared of each entry, and the entry at each place of the hash table.
        self._bytes, self._tags = array("Q"), array("i")
        self._hash_table = np.zeros(1 << HASH_BITS, np.int64)
        self._entry_numbers.of(0, [b""])
        self._add_new(0)

    @property
    def full(self) -> bool:
        """Whether the cache should be emptied as soon as no entry is in use."""
        return self._size > MAX_BYTES

    def entries(
        self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Return the entry of each piece of ``data``, which ends with ``_PADDING``.

        ``suffixes`` are the numbers of the analyzers of the pieces.
        """
        entries = np.empty(len(suffixes), np.int64)
        for start in range(0, len(entries), PIECES_TOGETHER):
            some = slice(start, start + PIECES_TOGETHER)
            part = Pieces(pieces.starts[some], pieces.stops[some])
            entries[some] = self._by_hash(data, part, suffixes[some])
        return entries

    def _by_hash(
        self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        keys = _piece_keys(data, pieces, suffixes)
        hashes = keys.hashes()
        self._pad_keys()
        entries = self._hash_table.take(hashes[0])
        rest = np.flatnonzero(~self._equal(entries, keys))
        second = self._hash_table.take(hashes[1].take(rest))
        equal = self._equal(second, keys.take(rest))
        entries[rest[equal]] = second[equal]
        rest = rest[~equal]
        part = Pieces(pieces.starts[rest], pieces.stops[rest])
        entries[rest] = others = self.look_up(data, part, suffixes[rest])
        self._add_hashes(keys.take(rest), [hashed.take(rest) for hashed in hashes], others)
        return entries

    def _equal(self, entries: NDArray[np.int64], keys: "_PieceKeys") -> NDArray[np.bool_]:
        """Tell which entries are those of the keys."""
        cached: NDArray[np.uint64] = np.frombuffer(self._bytes, _SIXTEEN).take(entries).view("<u8")
        halves = cached == keys.bytes.view("<u8")
        equal: NDArray[np.bool_] = halves.view(np.uint16) == 0x0101
        equal &= np.asarray(self._tags).take(entries) == keys.tags
        return equal

    def _add_hashes(
        self, keys: "_PieceKeys", hashes: Sequence[NDArray[np.int64]], entries: NDArray[np.int64]
    ) -> None:
        """Add the keys of new entries, and put entries into free places of the hash table."""
        distinct, first = np.unique(entries, return_index=True)
        new = first[np.searchsorted(distinct, len(self._tags)) :]
        self._bytes.frombytes(keys.bytes[new].tobytes())
        tags = keys.tags[new]
        tags[tags >> 8 > _SHORT] = 0
        self._tags.frombytes(tags.tobytes())
        # Frequent pieces come first, and keep their places.
        for hashed in hashes:
            free = np.flatnonzero(self._hash_table[hashed] == 0)
            self._hash_table[hashed[free]] = entries[free]

    def _pad_keys(self) -> None:
        """Give the entries that were added without a key one that equals no piece."""
        missing = len(self.spans) - len(self._tags)
        self._tags.extend([0] * missing)
        self._bytes.frombytes(bytes(_SHORT * missing))

    def look_up(
        self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Return the entry of each of a few pieces, by dictionary."""
        entries = np.empty(len(suffixes), np.int64)
        for suffix in np.flatnonzero(np.bincount(suffixes)).tolist():
            own = np.flatnonzero(suffixes == suffix)
            slices = map(slice, pieces.starts[own].tolist(), pieces.stops[own].tolist())
            entries[own] = self._entry_numbers.of(suffix, map(data.__getitem__, slices))
            self._add_new(suffix)
        return entries

    def _add_new(self, suffix: int) -> None:
        """Add the entries of pieces that were numbered since the last time."""
        pieces = self._entry_numbers.new(suffix)
        if not pieces:
            return
        joined = b"\n".join(pieces)
        words = piece_words(joined.decode().split("\n"))
        spans, counts = np.array(words.spans, np.int32), np.array(words.counts, np.int32)
        firsts = self._word_numbers.of(suffix, words.first)
        firsts[spans == 0] = -1
        further = self._word_numbers.of(suffix, words.further)
        prefix = f"{ANALYZERS[suffix]}\0"
        self.keys += [prefix + word for word in self._word_numbers.new(suffix)]
        self.spans.frombytes(spans.tobytes())
        self.edges.extend(words.edges)
        self.firsts.frombytes(firsts.tobytes())
        self.counts.frombytes(counts.tobytes())
        self.starts.frombytes((len(self.words) + starts_of(counts)).tobytes())
        self.words.frombytes(further.tobytes())
        self.offsets.extend(words.offsets)
        self._size += len(joined) - (len(pieces) - 1)


class _Numbers(Generic[Text]):
    """Numbers texts in the order in which they come, those of each analyzer apart."""

    def __init__(self) -> None:
        self._next = count()
        self._of: list[defaultdict[Text, int]] = [
            defaultdict(self._next.__next__) for _ in ANALYZERS
        ]
        self._returned = [0] * len(ANALYZERS)

    def of(self, suffix: int, texts: Iterable[Text]) -> NDArray[np.int32]:
        """Return the number of each text."""
        return np.fromiter(map(self._of[suffix].__getitem__, texts), np.int32)

    def new(self, suffix: int) -> list[Text]:
        """Return the texts that were numbered since the last call, in order."""
        numbers = self._of[suffix]
        new = list(islice(reversed(numbers), len(numbers) - self._returned[suffix]))
        self._returned[suffix] = len(numbers)
        return new[::-1]


class _PieceKeys(NamedTuple):
    """Pieces as numbers: sixteen bytes, and a tag of length and analyzer."""

    bytes: NDArray[np.void]
    tags: NDArray[np.int32]

    def take(self, which: NDArray[np.intp]) -> "_PieceKeys":
        return _PieceKeys(self.bytes.take(which), self.tags.take(which))

    def hashes(self) -> list[NDArray[np.int64]]:
        """Return the two hashes of each key."""
        first, second = self.bytes.view("<u8").reshape(-1, 2).T
        mixed: NDArray[np.uint64] = first * _MIX
        mixed ^= second * _MIX_SECOND
        mixed ^= self.tags.astype(np.uint64) * _MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX_SECOND
        first = mixed >> np.uint64(64 - HASH_BITS)
        mixed >>= np.uint64(64 - 2 * HASH_BITS)
        mixed &= np.uint64((1 << HASH_BITS) - 1)
        return [first.astype(np.int64), mixed.astype(np.int64)]


def _piece_keys(data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]) -> _PieceKeys:
    # The sixteen bytes that begin at every byte.
    windows: NDArray[np.void] = np.ndarray((len(data) - 15,), _SIXTEEN, data, strides=(1,))
    # All long pieces have one length, which no entry has.
    sizes = np.minimum(pieces.stops - pieces.starts, _SHORT + 1)
    keys = windows[pieces.starts]
    masked = keys.view("<u8")
    masked &= _MASKS.take(sizes).view("<u8")
    return _PieceKeys(keys, sizes.astype(np.int32) << 8 | suffixes)


_cache = _TokenCache()


class _WordKeys(Sequence[str]):
    """The keys of some words, read when they are asked for: the reader knows most of them.

    Another process is given them all.
    """

    def __init__(self, keys: Sequence[str], numbers: NDArray[np.int32]) -> None:
        """Take the keys with these numbers; ``keys`` may grow."""
        self._keys, self._numbers = keys, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: Any) -> Any:
        return self._keys[self._numbers[index]]

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(map(self._keys.__getitem__, self._numbers.tolist())),)


class Vocabulary(NamedTuple):
    """Different words, by their keys (see ``word_key``).

    Their ascending ``numbers`` in a ``table`` are stable: the same number in a table of the same
    name is the same key.
    """

    keys: Sequence[str]
    numbers: NDArray[np.int32]
    table: str


class Tokens(NamedTuple):
    """The tokens of some texts, in no order.

    - ``words``: the index of each token's word in ``vocabulary``;
    - ``texts``: the number of its text;
    - ``positions``: its position in the text;
    - ``lengths``: the number of positions of each text, gaps between parts excluded.
    """

    vocabulary: Vocabulary
    words: NDArray[np.int32]
    texts: NDArray[np.int32]
    positions: NDArray[np.int32]
    lengths: list[int]


def word_key(suffix: str, token: Token) -> str:
    """Return the key of a token in a text of an analyzer: the suffix, NUL and the word."""
    return f"{suffix}\0{key_text(token)}"


class Part(NamedTuple):
    """A part of a text in one language: UTF-8, and the number of its analyzer."""

    data: bytes
    suffix: int


@lru_cache(maxsize=1024)
def _suffix(language: str) -> int:
    return ANALYZERS.index(analyzer(language).suffix)


def part(data: bytes, language: str) -> Part:
    """Return a part of a text in a language."""
    return Part(data, _suffix(language))


def parts(text: str, languages: Sequence[tuple[Span, str]]) -> list[Part]:
    """Return the parts of a text by their languages. Raises ValueError for surrogates."""
    return [part(text[start:stop].encode(), language) for (start, stop), language in languages]


def tokens(texts: Sequence[Sequence[Part]]) -> Tokens:
    """Return the tokens of texts, each given by its parts."""
    try:
        made = _analyse(texts)
    except BaseException:
        _cache.clear()  # an entry may be incomplete
        raise
    if _cache.full:
        _cache.clear()
    return made


def clear_cache() -> None:
    """Empty the cache of this thread."""
    _cache.clear()


if hasattr(os, "register_at_fork"):
    # Two processes must not continue one table: its name would be of both.
    os.register_at_fork(after_in_child=clear_cache)


def _analyse(texts: Sequence[Sequence[Part]]) -> Tokens:
    all_parts = [part for text in texts for part in text]
    text_of = np.repeat(np.arange(len(texts), dtype=np.int32), list(map(len, texts)))
    # Each part stands between two new lines.
    encoded = [part.data for part in all_parts]
    begins = np.cumsum([1, *map(len, encoded)]) + np.arange(len(all_parts) + 1)
    data = b"\n".join([b"", *encoded, b""])
    pieces = split(data)
    data += _PADDING
    suffix_of = np.array([part.suffix for part in all_parts], np.int32)
    bounds = np.searchsorted(pieces.starts, begins)
    suffixes = np.repeat(suffix_of, np.diff(bounds))
    entries = _cache.entries(data, pieces, suffixes)
    _join_numbers(data, pieces, suffixes, entries)
    return _tokens(entries, bounds, text_of, len(texts))


def _join_numbers(
    data: bytes, pieces: Pieces, suffixes: NDArray[np.int32], entries: NDArray[np.int64]
) -> None:
    """Give one entry to a number that several pieces make up, such as ``10 000``.

    Pieces with digits on both sides of one space are looked up as one; the tokenizer decides what
    that is.
    """
    sides = np.asarray(_cache.edges).take(entries)
    left = np.flatnonzero((sides[:-1] & ENDS).view(np.bool_) & (sides[1:] >= BEGINS))
    between = np.frombuffer(data, np.uint8)[pieces.stops[left]]
    left = left[pieces.starts[left + 1] - pieces.stops[left] == _SPACE_BYTES[between]]
    if not len(left):
        return
    new = np.flatnonzero(np.diff(left, prepend=-2) > 1)
    first, last = left[new], left[np.append(new[1:], len(left)) - 1] + 1
    entries[left + 1] = _EMPTY
    joined = Pieces(pieces.starts[first], pieces.stops[last])
    entries[first] = _cache.look_up(data, joined, suffixes[first])


def _tokens(
    entries: NDArray[np.int64], bounds: NDArray[np.int64], text_of: NDArray[np.int32], texts: int
) -> Tokens:
    """Return the tokens of entries; those of part ``p`` begin at ``bounds[p]``.

    ``text_of`` are the texts of the parts.
    """
    spans = np.asarray(_cache.spans).take(entries)
    ends = np.cumsum(spans, dtype=np.int32)
    part_begins = np.concatenate(([0], ends))[bounds]
    first_part = np.searchsorted(text_of, np.arange(texts + 1))
    text_begins = part_begins[first_part]
    # The positions of a part count from its text, and after the gaps before it.
    gaps = np.arange(len(text_of)) - first_part[text_of]
    moved = (PART_GAP * gaps - text_begins[text_of]).astype(np.int32)
    sizes = np.diff(bounds)
    positions = ends
    positions -= spans
    positions += np.repeat(moved, sizes)
    text = np.repeat(text_of, sizes)
    firsts = np.asarray(_cache.firsts).take(entries)
    # Most pieces are one word; the further words of the others are put behind.
    counts = np.asarray(_cache.counts).take(entries)
    several, single = np.flatnonzero(counts > 0), np.flatnonzero(firsts >= 0)
    counts = counts[several]
    further = places(np.asarray(_cache.starts)[entries[several]], counts)
    offsets = np.asarray(_cache.offsets)[further]
    used, words = _renumbered(np.append(firsts.take(single), np.asarray(_cache.words)[further]))
    return Tokens(
        Vocabulary(_WordKeys(_cache.keys, used), used, _cache.name),
        words,
        np.append(text.take(single), np.repeat(text[several], counts)),
        np.append(positions.take(single), np.repeat(positions[several], counts) + offsets),
        np.diff(text_begins).tolist(),
    )


def _renumbered(words: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the different words, ascending, and the index of each token's word among them."""
    seen = np.zeros(len(_cache.keys), np.bool_)
    seen[words] = True
    used = np.flatnonzero(seen).astype(np.int32)
    number = np.empty(len(_cache.keys), np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return used, number.take(words)
