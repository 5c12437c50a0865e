"""A table of the pieces met so far: most of a text are pieces that were met before.

Each piece, in texts of one analyzer, is a row: how many positions it takes, and which words stand
at which of them. A piece of up to 16 bytes is two 64-bit numbers, and the rows of many pieces are
found at once: a hash leads to one row, which is compared. What is longer, new, or has the same
hash as another that came before it is looked up in a dictionary.
"""

import threading
from array import array
from typing import Final, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from index.analysis import ANALYZERS
from index.cutting import Pieces
from index.wording import edges, wording

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
        self._numbers = _Numbers()
        self.keys = self._numbers.keys_by_number
        self._rows = [_Rows(self, suffix) for suffix in ANALYZERS]
        self._new: list[tuple[str, bytes]] = []
        self._weight = 0
        # What is compared of each row, and the row of each hash.
        self._first, self._second, self._tags = array("Q"), array("Q"), array("i")
        self._row_of = np.zeros(1 << HASH_BITS, np.int32)
        self.promise("", b"")
        self._learn()

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

    def look_up(self, data: bytes, pieces: Pieces, suffixes: NDArray[np.int32]) -> list[int]:
        """Return the rows of a few pieces of a text, one by one."""
        rows = self._rows
        places = zip(suffixes.tolist(), pieces.starts.tolist(), pieces.stops.tolist(), strict=True)
        found = [rows[suffix][data[start:stop]] for suffix, start, stop in places]
        self._learn()
        return found

    def promise(self, suffix: str, piece: bytes) -> int:
        """Return the row that a piece will have."""
        self._new.append((f"{suffix}\0", piece))
        return len(self.spans) + len(self._new) - 1

    def _learn(self) -> None:
        """Add the rows of new pieces."""
        numbers, others, offsets = self._numbers, self.words, self.offsets
        spans, ends, leads, more, firsts = [], [], [], [], []
        for before, piece in self._new:
            text = piece.decode()
            words = wording(text)
            spans.append(words[-1][1] + 1 if words else 0)
            ends.append(edges(text))
            leads.append(numbers[before + words[0][0]] if words else -1)
            firsts.append(len(others))
            if len(words) > 1:
                for word, offset in words[1:]:
                    others.append(numbers[before + word])
                    offsets.append(offset)
            more.append(len(others) - firsts[-1])
        self._weight += sum(len(piece) for _, piece in self._new)
        self._new.clear()
        self.spans.extend(spans)
        self.edges.extend(ends)
        self.leads.extend(leads)
        self.more.extend(more)
        self.firsts.extend(firsts)


class _Rows(dict[bytes, int]):
    """Piece -> its row, for one analyzer."""

    __slots__ = ("_suffix", "_table")

    def __init__(self, table: Table, suffix: str) -> None:
        super().__init__()
        self._table, self._suffix = table, suffix

    def __missing__(self, piece: bytes) -> int:
        row = self[piece] = self._table.promise(self._suffix, piece)
        return row


class _Numbers(dict[str, int]):
    """Key of a word -> its number."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_by_number: list[str] = []

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        self.keys_by_number.append(key)
        return number


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
