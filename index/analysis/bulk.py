"""Texts to tokens as numbers: which word, where; of many texts at once, with no loop over words.

A text is cut into pieces, the rows of these are looked up in a table (see
``index.analysis.rows``), and rows become tokens by a few operations on arrays.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis.analyzers import ANALYZERS, PART_GAP, analyzer
from index.analysis.cutting import Pieces, cut
from index.analysis.rows import NO_ROW, PADDING, Table
from index.analysis.tokenizer import Token
from index.analysis.wording import BEGINS, ENDS, written
from index.arrays import places
from index.document import Span

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
