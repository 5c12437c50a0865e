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

WINDOW = 1 << 20
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
        edges = _edges(np.frombuffer(data, np.uint8, stop - start, start))
        found.append(edges + (start + 1))
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


def _edges(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the last bytes of separators and of pieces, in turn."""
    apart = _ALONE[data]
    for lead, following in _LEADS:
        at = np.flatnonzero(data == lead)
        if len(at):
            width = 2 if lead == 0xC2 else 3
            code = data[at + 1].astype(np.uint16) << 8 | data[at + (width - 1)]
            at = at[following[code]]
            for byte in range(width):
                apart[at + byte] = True
    # A full stop or comma ends what stands before a separator.
    stops = (data[:-1] == ord(".")) | (data[:-1] == ord(","))
    stops &= apart[1:]
    apart[:-1] |= stops
    return np.flatnonzero(apart[1:] != apart[:-1])


def _alone() -> NDArray[np.bool_]:
    found = np.zeros(256, np.bool_)
    found[list(_ASCII.encode())] = True
    return found


def _leads() -> list[tuple[int, NDArray[np.bool_]]]:
    """Return the first bytes of other separators, and for each which bytes may follow.

    These are, in two bytes, the second and the last.
    """
    found: dict[int, NDArray[np.bool_]] = {}
    for separator in _OTHERS:
        data = separator.encode()
        following = found.setdefault(data[0], np.zeros(1 << 16, np.bool_))
        following[data[1] << 8 | data[-1]] = True
    return list(found.items())


_ALONE, _LEADS = _alone(), _leads()
