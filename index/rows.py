"""A table of the pieces met so far: most of a text are pieces that were met before.

Each piece, in texts of one analyzer, is a row: how many positions it takes, and which words stand
at which of them. A piece of up to 16 bytes is two 64-bit numbers, and the rows of many pieces are
found at once: a hash leads to one row, which is compared. What is longer, new, or has the same
hash as another that came before it is looked up in a dictionary.
"""

import threading
from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import count, islice
from typing import Final, Generic, NamedTuple, TypeVar
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from index.analysis import ANALYZERS
from index.codec.lists import starts_of
from index.cutting import Pieces
from index.wording import edges_of, wordings

MAX_WEIGHT = 8_000_000
"""Bytes of pieces that the table of a thread remembers before it is begun anew."""

_SHORT: Final = 16
PADDING: Final = bytes(_SHORT)
"""What must follow a text whose pieces are looked up."""

NO_ROW: Final = 0
"""A row without words."""

AT_ONCE: Final = 1 << 16
HASH_BITS: Final = 20
# By the length of a piece, the bits of its first eight bytes and of the next.
_FIRST = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(_SHORT + 2)], np.uint64)
_SECOND = np.array([(1 << 8 * min(max(n - 8, 0), 8)) - 1 for n in range(_SHORT + 2)], np.uint64)
# Odd numbers without a pattern.
_MIX, _MIX_SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)

Text = TypeVar("Text", bytes, str)


class Table(threading.local):
    """The rows that a thread has; when it is full, to be begun anew by who needs no row more.

    Of each row ``spans`` positions, ``edges`` (see ``index.wording``), its first word in ``leads``
    (-1: none), and how many words it has beside that in ``more``, which are from ``firsts`` on in
    ``words`` and, as positions in the piece, ``offsets``. ``keys`` are of words: the suffix of an
    analyzer and what ``wording`` gives. ``name`` is of no other table anywhere.
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
        self._first, self._second, self._tags = array("Q"), array("Q"), array("i")
        self._row_of = np.zeros(1 << HASH_BITS, np.int32)
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
        hashes = keys.hashes()
        self._level()
        found = self._row_of[hashes].astype(np.int64)
        same = np.asarray(self._tags)[found] == keys.tags
        same &= np.asarray(self._first)[found] == keys.first
        same &= np.asarray(self._second)[found] == keys.second
        rest = np.flatnonzero(~same)
        mine = Pieces(pieces.starts[rest], pieces.stops[rest])
        found[rest] = self.look_up(data, mine, suffixes[rest])
        self._remember(keys, hashes, found, rest)
        return found

    def _remember(
        self,
        keys: "_Keys",
        hashes: NDArray[np.int64],
        found: NDArray[np.int64],
        rest: NDArray[np.int64],
    ) -> None:
        """Take up new rows, so that they are found without a dictionary."""
        new, first = np.unique(found[rest], return_index=True)
        at = rest[first[np.searchsorted(new, len(self._tags)) :]]
        self._first.frombytes(keys.first[at].tobytes())
        self._second.frombytes(keys.second[at].tobytes())
        tags = keys.tags[at]
        tags[tags >> 8 > _SHORT] = 0
        self._tags.frombytes(tags.tobytes())
        # Words come by frequency: who is first has the place.
        at = rest[self._row_of[hashes[rest]] == 0]
        self._row_of[hashes[at]] = found[at]

    def _level(self) -> None:
        """Make rows that were not found among pieces, and will not be, equal to none."""
        for kept in (self._first, self._second, self._tags):
            kept.extend([0] * (len(self.spans) - len(kept)))

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

    first: NDArray[np.uint64]
    second: NDArray[np.uint64]
    tags: NDArray[np.int32]

    def hashes(self) -> NDArray[np.int64]:
        mixed = self.first * _MIX ^ self.second * _MIX_SECOND ^ self.tags.astype(np.uint64) * _MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX_SECOND
        mixed >>= np.uint64(64 - HASH_BITS)
        hashes: NDArray[np.int64] = mixed.astype(np.int64)
        return hashes


def _keys(data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]) -> _Keys:
    # The eight bytes that begin at every byte.
    eight: NDArray[np.uint64] = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    # All that is long has one length, which no row has.
    sizes = np.minimum(pieces.stops - pieces.starts, _SHORT + 1)
    return _Keys(
        eight[pieces.starts] & _FIRST[sizes],
        eight[pieces.starts + 8] & _SECOND[sizes],
        sizes.astype(np.int32) << 8 | suffixes,
    )
