"""Where a text may be cut, so that its words can be looked for piece by piece.

A *piece* is what stands between two separators, none of which can be in a chunk of
``index.analysis``: so every chunk lies in one piece, but a number whose groups of digits stand
apart. Cutting is several times quicker than matching every chunk.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# A new line does not tie the digits of a number together, as a space may.
_PARTING = [*'*()[]«»"“”;:!?…', ". ", ", ", ".\n", ",\n"]

# Cutting bytes, more separators cost nothing, and leave fewer pieces that differ: all white space
# and brackets of ASCII, and what most often stands beside words elsewhere.
_ASCII = '\t\n\v\f\r\x1c\x1d\x1e\x1f !"$%()*/:;<=>?@[\\]^{|}~'
_OTHERS = (
    "\x85\u00a0«»°"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "–—“”„•…\u3000、。「」『』"
)
SEPARATORS = _ASCII + _OTHERS

WINDOW = 1 << 18
"""Bytes that are cut at once."""


def parted(text: str) -> str:
    """Return a text of the same length with white space wherever a piece of it may end."""
    for mark in _PARTING:
        text = text.replace(mark, "\n" * len(mark))
    return text


class Pieces(NamedTuple):
    """The pieces of a text: bytes ``starts`` to ``stops`` of it, none empty."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


def cut(data: bytes) -> Pieces:
    """Cut UTF-8 that begins and ends with a new line."""
    found = []
    start = 0
    while start < len(data) - 1:
        stop = _end_of_window(data, start)
        found.append(_edges(data[start:stop]) + (start + 1))
        # The last separator of a window is the first of the next.
        start = stop - 1
    edges = np.concatenate(found) if found else np.empty(0, np.int64)
    return Pieces(edges[::2], edges[1::2])


def _end_of_window(data: bytes, start: int) -> int:
    """Return where a window ends: behind a space or new line."""
    most = start + WINDOW
    if most >= len(data):
        return len(data)
    last = max(data.rfind(b" ", start + 1, most), data.rfind(b"\n", start + 1, most))
    return (last if last > 0 else data.index(b"\n", most)) + 1


def _edges(window: bytes) -> NDArray[np.int64]:
    """Return the last bytes of separators and of pieces, in turn."""
    data = np.frombuffer(window, np.uint8)
    kinds = np.frombuffer(window.translate(_KINDS), np.uint8)
    apart = kinds == _SEPARATOR
    for lead, width, following in _LEADS:
        if lead in window:
            at = np.flatnonzero(data == lead[0])
            code = data[at + 1].astype(np.uint16) << 8 | data[at + (width - 1)]
            at = at[following[code]]
            for byte in range(width):
                apart[at + byte] = True
    # A full stop or comma ends what stands before a separator.
    apart[:-1] |= (kinds[:-1] == _STOP) & apart[1:]
    return np.flatnonzero(apart[1:] != apart[:-1])


_SEPARATOR, _STOP = 1, 2


def _kinds() -> bytes:
    found = bytearray(256)
    for kind, characters in ((_SEPARATOR, _ASCII), (_STOP, ".,")):
        for byte in characters.encode():
            found[byte] = kind
    return bytes(found)


def _leads() -> list[tuple[bytes, int, NDArray[np.bool_]]]:
    """Return the first bytes of other separators, and for each how many bytes these have.

    And which bytes may follow: the second and the last.
    """
    found: dict[bytes, tuple[int, NDArray[np.bool_]]] = {}
    for separator in _OTHERS:
        data = separator.encode()
        _, following = found.setdefault(data[:1], (len(data), np.zeros(1 << 16, np.bool_)))
        following[data[1] << 8 | data[-1]] = True
    return [(lead, *rest) for lead, rest in found.items()]


_KINDS, _LEADS = _kinds(), _leads()
