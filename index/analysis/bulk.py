"""A table of the pieces met so far: most of a text are pieces that were met before.

Each piece, in texts of one analyzer, is a row: how many positions it takes, and which words stand
at which of them. A piece of up to 16 bytes is two 64-bit numbers, and the rows of many pieces are
found at once: a hash leads to two rows, which are compared. What is longer, new, or has the same
hash as others that came before it is looked up in a dictionary.

Texts to tokens as numbers: which word, where; of many texts at once, with no loop over words.

A text is cut into pieces, the rows of these are looked up in a table (see
``index.analysis.bulk``), and rows become tokens by a few operations on arrays.
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
from index.analysis.splitter import BEGINS, ENDS, Pieces, cut, edges_of, wordings, written
from index.analysis.tokenizer import Token
from index.arrays import places, starts_of
from index.document import Span

MAX_WEIGHT = 8_000_000
"""Bytes of pieces that the table of a thread remembers before it is begun anew."""

_SHORT: Final = 16
PADDING: Final = bytes(_SHORT)
"""What must follow a text whose pieces are looked up."""

NO_ROW: Final = 0
"""A row without words."""

AT_ONCE: Final = 1 << 17
HASH_BITS: Final = 20
_SIXTEEN = np.dtype("V16")
# By the length of a piece, which bits of sixteen bytes are its own.
_MASKS = np.frombuffer(
    b"".join([bytes([255] * n).ljust(_SHORT, b"\0")[:_SHORT] for n in range(_SHORT + 2)]), _SIXTEEN
)
# Odd numbers without a pattern.
_MIX, _MIX_SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)

Text = TypeVar("Text", bytes, str)


class Table(threading.local):
    """The rows that a thread has; when it is full, to be begun anew by who needs no row more.

    Of each row ``spans`` positions, ``edges`` (see ``index.analysis.splitter``), its first word in
    ``leads`` (-1: none), and how many words it has beside that in ``more``, which are from
    ``firsts`` on in ``words`` and, as positions in the piece, ``offsets``. ``keys`` are of
    words: the suffix of an analyzer and what ``wording`` gives. ``name`` is of no other table
    anywhere.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.name = uuid4().hex
        self.spans, self.edges, self.leads = array("i"), array("b"), array("i")
        self.more, self.firsts = array("i"), array("q")
        self.words, self.offsets = array("i"), array("i")
        self.keys: list[str] = []
        self._words, self._rows = _Numbers[str](), _Numbers[bytes]()
        self._weight = 0
        # What is compared of each row, and the row of each hash.
        self._bytes, self._tags = array("Q"), array("i")
        self._row_of = np.zeros(1 << HASH_BITS, np.int64)
        self._rows.of(0, [b""])
        self._learn(0)

    @property
    def full(self) -> bool:
        """Whether it is time to begin anew."""
        return self._weight > MAX_WEIGHT

    def rows(self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the rows of pieces of a text, which ``PADDING`` must follow."""
        found = np.empty(len(suffixes), np.int64)
        for at in range(0, len(found), AT_ONCE):
            some = slice(at, at + AT_ONCE)
            mine = Pieces(pieces.starts[some], pieces.stops[some])
            found[some] = self._some_rows(data, mine, suffixes[some])
        return found

    def _some_rows(
        self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        keys = _keys(data, pieces, suffixes)
        places = keys.places()
        self._level()
        found = self._row_of.take(places[0])
        rest = np.flatnonzero(~self._same(found, keys))
        again = self._row_of.take(places[1].take(rest))
        same = self._same(again, keys.take(rest))
        found[rest[same]] = again[same]
        rest = rest[~same]
        mine = Pieces(pieces.starts[rest], pieces.stops[rest])
        found[rest] = rows = self.look_up(data, mine, suffixes[rest])
        self._remember(keys.take(rest), [place.take(rest) for place in places], rows)
        return found

    def _same(self, rows: NDArray[np.int64], keys: "_Keys") -> NDArray[np.bool_]:
        """Tell which of the rows are those of the keys."""
        kept: NDArray[np.uint64] = np.frombuffer(self._bytes, _SIXTEEN).take(rows).view("<u8")
        halves = kept == keys.bytes.view("<u8")
        same: NDArray[np.bool_] = halves.view(np.uint16) == 0x0101
        same &= np.asarray(self._tags).take(rows) == keys.tags
        return same

    def _remember(
        self, keys: "_Keys", places: Sequence[NDArray[np.int64]], rows: NDArray[np.int64]
    ) -> None:
        """Take up the keys of new rows, so that they are found without a dictionary."""
        new, first = np.unique(rows, return_index=True)
        at = first[np.searchsorted(new, len(self._tags)) :]
        self._bytes.frombytes(keys.bytes[at].tobytes())
        tags = keys.tags[at]
        tags[tags >> 8 > _SHORT] = 0
        self._tags.frombytes(tags.tobytes())
        # Words come by frequency: who is first has the place.
        for place in places:
            free = np.flatnonzero(self._row_of[place] == 0)
            self._row_of[place[free]] = rows[free]

    def _level(self) -> None:
        """Make rows that were not found among pieces, and will not be, equal to none."""
        missing = len(self.spans) - len(self._tags)
        self._tags.extend([0] * missing)
        self._bytes.frombytes(bytes(_SHORT * missing))

    def look_up(
        self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Return the rows of a few pieces of a text, by dictionary."""
        found = np.empty(len(suffixes), np.int64)
        for suffix in np.flatnonzero(np.bincount(suffixes)).tolist():
            mine = np.flatnonzero(suffixes == suffix)
            cuts = map(slice, pieces.starts[mine].tolist(), pieces.stops[mine].tolist())
            found[mine] = self._rows.of(suffix, map(data.__getitem__, cuts))
            self._learn(suffix)
        return found

    def _learn(self, suffix: int) -> None:
        """Add the rows of new pieces of texts of an analyzer."""
        pieces = self._rows.new(suffix)
        if not pieces:
            return
        joined = b"\n".join(pieces)
        words = wordings(joined.decode().split("\n"))
        spans, more = np.array(words.spans, np.int32), np.array(words.more, np.int32)
        leads = self._words.of(suffix, words.first)
        leads[spans == 0] = -1
        further = self._words.of(suffix, words.further)
        before = f"{ANALYZERS[suffix]}\0"
        self.keys += [before + word for word in self._words.new(suffix)]
        self.spans.frombytes(spans.tobytes())
        self.edges.frombytes(edges_of(joined).tobytes())
        self.leads.frombytes(leads.tobytes())
        self.more.frombytes(more.tobytes())
        self.firsts.frombytes((len(self.words) + starts_of(more)).tobytes())
        self.words.frombytes(further.tobytes())
        self.offsets.extend(words.offsets)
        self._weight += len(joined) - (len(pieces) - 1)


class _Numbers(Generic[Text]):
    """Numbers of pieces or words, of each analyzer apart, in the order in which they come."""

    def __init__(self) -> None:
        self._next = count()
        self._of: list[defaultdict[Text, int]] = [
            defaultdict(self._next.__next__) for _ in ANALYZERS
        ]
        self._given = [0] * len(ANALYZERS)

    def of(self, suffix: int, texts: Iterable[Text]) -> NDArray[np.int32]:
        """Return the numbers of texts, the next ones for those that are new."""
        return np.fromiter(map(self._of[suffix].__getitem__, texts), np.int32)

    def new(self, suffix: int) -> list[Text]:
        """Return what has been numbered since this was asked the last time."""
        known = self._of[suffix]
        new = list(islice(reversed(known), len(known) - self._given[suffix]))
        self._given[suffix] = len(known)
        return new[::-1]


class _Keys(NamedTuple):
    """Pieces as numbers: sixteen bytes, and a tag of the length and the analyzer."""

    bytes: NDArray[np.void]
    tags: NDArray[np.int32]

    def take(self, at: NDArray[np.intp]) -> "_Keys":
        return _Keys(self.bytes.take(at), self.tags.take(at))

    def places(self) -> list[NDArray[np.int64]]:
        """Return the two hashes of each."""
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


def _keys(data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]) -> _Keys:
    # The sixteen bytes that begin at every byte.
    every: NDArray[np.void] = np.ndarray((len(data) - 15,), _SIXTEEN, data, strides=(1,))
    # All that is long has one length, which no row has.
    sizes = np.minimum(pieces.stops - pieces.starts, _SHORT + 1)
    found = every[pieces.starts]
    masked = found.view("<u8")
    masked &= _MASKS.take(sizes).view("<u8")
    return _Keys(found, sizes.astype(np.int32) << 8 | suffixes)


# By its first byte, how many bytes a space has that can stand within a number.
_SPACE_BYTES = np.zeros(256, np.int64)
_SPACE_BYTES[[0x20, 0xC2, 0xE2]] = (1, 2, 3)

_table = Table()


class Keys(Sequence[str]):
    """The keys of some words, looked up when asked for: most are known to who is given them.

    Another process is given them all.
    """

    def __init__(self, every: Sequence[str], numbers: NDArray[np.int32]) -> None:
        """Take the keys with these numbers among ``every``, which may grow."""
        self._every, self._numbers = every, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, at: Any) -> Any:
        return self._every[self._numbers[at]]

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(map(self._every.__getitem__, self._numbers.tolist())),)


class Vocabulary(NamedTuple):
    """Words by their keys, see ``word_key``.

    They are in a ``table`` too, under ascending ``numbers``: the same in it is the same key.
    """

    keys: Sequence[str]
    numbers: NDArray[np.int32]
    table: str


class Tokens(NamedTuple):
    """The tokens of some texts, in no order.

    ``words`` are indices into ``vocabulary``, ``texts`` tell the text, and ``positions`` the place
    in it. ``lengths`` are, of each text, how many positions it has; gaps between parts are not
    counted.
    """

    vocabulary: Vocabulary
    words: NDArray[np.int32]
    texts: NDArray[np.int32]
    positions: NDArray[np.int32]
    lengths: list[int]


def word_key(suffix: str, token: Token) -> str:
    """Return the key of a token in a text of an analyzer: an elision keeps its apostrophe."""
    return f"{suffix}\0{written(token)}"


class Part(NamedTuple):
    """A part of a text in one language: its UTF-8, and the number of its analyzer."""

    data: bytes
    suffix: int


@lru_cache(maxsize=1024)
def _suffix(language: str) -> int:
    return ANALYZERS.index(analyzer(language).suffix)


def part(data: bytes, language: str) -> Part:
    """Return a part of a text."""
    return Part(data, _suffix(language))


def parts(text: str, languages: Sequence[tuple[Span, str]]) -> list[Part]:
    """Return the parts of a text, each in its own language. Raises ValueError for surrogates."""
    return [part(text[start:stop].encode(), language) for (start, stop), language in languages]


def tokens(texts: Sequence[Sequence[Part]]) -> Tokens:
    """Return the tokens of texts by their parts."""
    try:
        made = _tokens_of(texts)
    except BaseException:
        _table.begin()  # it may hold half a row
        raise
    if _table.full:
        _table.begin()
    return made


def forget() -> None:
    """Forget the pieces that this thread has met."""
    _table.begin()


if hasattr(os, "register_at_fork"):
    # Two processes must not go on with one table: its name would be of both.
    os.register_at_fork(after_in_child=forget)


def _tokens_of(texts: Sequence[Sequence[Part]]) -> Tokens:
    every = [part for text in texts for part in text]
    text_of = np.repeat(np.arange(len(texts), dtype=np.int32), list(map(len, texts)))
    # Each part stands between two new lines.
    encoded = [part.data for part in every]
    begins = np.cumsum([1, *map(len, encoded)]) + np.arange(len(every) + 1)
    data = b"\n".join([b"", *encoded, b""])
    pieces = cut(data)
    data += PADDING
    suffix_of = np.array([part.suffix for part in every], np.int32)
    suffixes = np.repeat(suffix_of, np.diff(np.searchsorted(pieces.starts, begins)))
    rows = _table.rows(data, pieces, suffixes)
    _tie(data, pieces, suffixes, rows)
    return _tokens(rows, np.searchsorted(pieces.starts, begins), text_of, len(texts))


def _tie(data: bytes, pieces: Pieces, suffixes: NDArray[np.int32], rows: NDArray[np.int64]) -> None:
    """Make numbers that stand in several pieces one row each.

    Where a space stands between digits, the pieces on both its sides are taken for one; what
    that holds is for the analyzer to say.
    """
    edges = np.asarray(_table.edges).take(rows)
    at = np.flatnonzero((edges[:-1] & ENDS).view(np.bool_) & (edges[1:] >= BEGINS))
    between = np.frombuffer(data, np.uint8)[pieces.stops[at]]
    at = at[pieces.starts[at + 1] - pieces.stops[at] == _SPACE_BYTES[between]]
    if not len(at):
        return
    new = np.flatnonzero(np.diff(at, prepend=-2) > 1)
    first, last = at[new], at[np.append(new[1:], len(at)) - 1] + 1
    rows[at + 1] = NO_ROW
    tied = Pieces(pieces.starts[first], pieces.stops[last])
    rows[first] = _table.look_up(data, tied, suffixes[first])


def _tokens(
    rows: NDArray[np.int64], bounds: NDArray[np.int64], text_of: NDArray[np.int32], texts: int
) -> Tokens:
    """Return the tokens of rows; part ``p``, of a text, has those from ``bounds[p]`` on."""
    spans = np.asarray(_table.spans).take(rows)
    ends = np.cumsum(spans, dtype=np.int32)
    part_begins = np.concatenate(([0], ends))[bounds]
    first_part = np.searchsorted(text_of, np.arange(texts + 1))
    text_begins = part_begins[first_part]
    # What the positions of a part are moved by: its text, and the gaps before it.
    gaps = np.arange(len(text_of)) - first_part[text_of]
    moved = (PART_GAP * gaps - text_begins[text_of]).astype(np.int32)
    sizes = np.diff(bounds)
    positions = ends
    positions -= spans
    positions += np.repeat(moved, sizes)
    text = np.repeat(text_of, sizes)
    words = np.asarray(_table.leads).take(rows)
    # Most pieces are one word: what others have beside the first is put behind.
    more = np.asarray(_table.more).take(rows)
    several, single = np.flatnonzero(more > 0), np.flatnonzero(words >= 0)
    more = more[several]
    entries = places(np.asarray(_table.firsts)[rows[several]], more)
    offsets = np.asarray(_table.offsets)[entries]
    used, words = _renumbered(np.append(words.take(single), np.asarray(_table.words)[entries]))
    return Tokens(
        Vocabulary(Keys(_table.keys, used), used, _table.name),
        words,
        np.append(text.take(single), np.repeat(text[several], more)),
        np.append(positions.take(single), np.repeat(positions[several], more) + offsets),
        np.diff(text_begins).tolist(),
    )


def _renumbered(words: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the words that occur, and the tokens as indices into these."""
    seen = np.zeros(len(_table.keys), np.bool_)
    seen[words] = True
    used = np.flatnonzero(seen).astype(np.int32)
    number = np.empty(len(_table.keys), np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return used, number.take(words)
