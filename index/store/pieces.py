"""Long texts in pieces, each kept on its own, so that one place can be read without the rest.

Postings say at which positions (words) a term stands. Of a long text it is also kept at which
position each piece begins: so the pieces that hold a term are known without reading any.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from index.analysis import CHUNK, PART_GAP, chunk_tokens
from index.document import Span

LONG: Final = 32_768
"""Characters from which on a text is kept in pieces."""
PIECE: Final = 2_048
"""Characters of a piece, at least."""

# Between two words that nothing ties together: no chunk is cut there.
_BETWEEN = re.compile(r"[^\W\d_]\s(?=\s*[^\W\d_])")


class Piece(NamedTuple):
    """The character and the position at which a piece begins."""

    start: int
    position: int


def word_end(text: str, start: int) -> int:
    """Return the first place from ``start`` on where a text may be cut, or its end."""
    between = _BETWEEN.search(text, start)
    return between.start() + 1 if between else len(text)


def cut(text: str, parts: Sequence[tuple[Span, str]]) -> tuple[Piece, ...]:
    """Return the pieces of a text and, behind them, its end; nothing for one that is not long.

    ``parts`` are its parts in several languages.
    """
    if len(text) < LONG:
        return ()
    starts = [0]
    while (end := word_end(text, starts[-1] + PIECE)) < len(text):
        starts.append(end)
    starts.append(len(text))
    return tuple(map(Piece, starts, _positions(text, parts, starts)))


def _positions(text: str, parts: Sequence[tuple[Span, str]], starts: Sequence[int]) -> list[int]:
    """Return the position of the first word from each of the ascending ``starts`` on."""
    found: list[int] = []
    base = 0
    for first, last in [span for span, _ in parts] or [Span(0, len(text))]:
        at = first
        while len(found) < len(starts) and starts[len(found)] < last:
            end = max(at, starts[len(found)])
            base += _taken(text, at, end)
            found.append(base)
            at = end
        base += _taken(text, at, last) + PART_GAP
    return found + [base] * (len(starts) - len(found))


def _taken(text: str, start: int, end: int) -> int:
    return sum(chunk_tokens(surface).positions for surface in CHUNK.findall(text, start, end))


class LongText:
    """A long text, read as far as it is asked for: slices give its characters.

    ``starts`` and ``positions`` are those of its pieces and of its end, see ``Piece``; ``read``
    returns the piece of a number, each is asked for once. Not for several threads.
    """

    def __init__(
        self, starts: Sequence[int], positions: Sequence[int], read: Callable[[int], str]
    ) -> None:
        self._starts = starts
        self._positions = positions
        self._read = read
        self._known: dict[int, str] = {}

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, wanted: slice) -> str:
        start, stop, step = wanted.indices(len(self))
        if start >= stop:
            return ""
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, stop)
        joined = "".join(self.piece(number) for number in range(first, last))
        begin = self._starts[first]
        return joined[start - begin : stop - begin : step]

    @property
    def pieces(self) -> int:
        """How many pieces there are."""
        return len(self._starts) - 1

    def start(self, number: int) -> int:
        """Return the character at which a piece begins."""
        return self._starts[number]

    def piece(self, number: int) -> str:
        """Return one piece of the text."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._read(number)
        return known

    def at_position(self, position: int) -> int:
        """Return the number of the piece in which the word at a position begins."""
        return max(0, min(bisect_right(self._positions, position), self.pieces) - 1)

    def at_character(self, character: int) -> int:
        """Return the number of the piece that holds a character."""
        return max(0, min(bisect_right(self._starts, character), self.pieces) - 1)
