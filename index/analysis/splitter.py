"""Where a text may be cut, so that its words can be looked for piece by piece.

A *piece* is what stands between two separators, none of which can be in a chunk of
``index.analysis``: so every chunk lies in one piece, but a number whose groups of digits stand
apart. Cutting is several times quicker than matching every chunk.

The words of pieces of text, as an analyzer has them; quickly, for the kinds that most are.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis.folding import fold, normalize
from index.analysis.tokenizer import CHUNK, ENCLITICS, MAX_TERM, Token, analyse_chunk

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
    kinds = np.frombuffer(window.translate(_BYTE_KINDS), np.uint8)
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


_BYTE_KINDS, _LEADS = _kinds(), _leads()


ENDS, BEGINS = 1, 2
"""Edges of a piece at which a number may be tied to that of the next or the last piece."""


class Words(NamedTuple):
    """The words of pieces. A word is ``Token.normal``; an elision keeps its apostrophe.

    Of each piece the ``first`` (empty: it has none), at how many positions its words stand in
    ``spans``, and how many it has beside the first in ``more``. These are ``further``, piece after
    piece, with their positions in the piece (that of the first is 0) in ``offsets``.
    """

    first: list[str]
    spans: list[int]
    more: list[int]
    further: list[str]
    offsets: list[int]


_Words = list[tuple[str, int]]
"""The words of one piece with their positions, which ascend from 0 on."""

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
# Letters that case folding alone normalises: Latin, Greek, Cyrillic, Hebrew, Arabic, Persian.
_PLAIN = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00de\u00e0-\u00f6\u00f8-\u00ff\u0152\u0153"
    "\u0388-\u038a\u038c\u038e\u038f\u0391-\u03a1\u03a3-\u03af\u03b1-\u03ce\u0400-\u045f"
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc"
)
_FOLDED = re.compile(f"[{_PLAIN}0-9-]*")
# The kinds of pieces, one on a line: a word; words joined by hyphens, behind an elision; a decimal
# number; one whose groups of digits stand apart; others. No chunk has at its edges the marks that
# stand before and behind, but for the last dot of an acronym.
_KINDS = re.compile(
    f"^(?:([{_PLAIN}]{{1,{MAX_TERM}}})|[-'’.,]*(?:"
    "(?:([ldstcjnmLDSTCJNM]|[qQ]u)['’](?=[aeiouyhàâäéèêëîïôöùûüAEIOUYHÀÂÉÈÊÎÔ]))?"
    f"([{_LETTERS}0-9]+(?:-[{_LETTERS}0-9]+){{0,5}})"
    "|([0-9]+)[.,]([0-9]{1,2}|[0-9]{4,})"
    "|([0-9]{1,3}(?:[ \u00a0\u2007\u2009\u202f][0-9]{3})+)(?:[.,]([0-9]+))?"
    ")[-.,]*|.*)$",
    re.M,
)
# Characters written without spaces that are as they should be: Han, kana, Hangul.
_RUN = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]{2,}")
_DOTTED = re.compile("[-'’.,]*([0-9]+(?:[.,][0-9]{1,2}){2,})[-.,]*")
_DOT = re.compile("[.,]")
_WITH_FRACTION = re.compile(r"\d+[.,]\d+")


def wordings(pieces: Sequence[str]) -> Words:
    """Return the words of some pieces, none of which has a new line."""
    text = "\n".join(pieces)
    found = Words(text.casefold().split("\n"), [1] * len(pieces), [0] * len(pieces), [], [])
    kinds = enumerate(_KINDS.findall(text))
    for at, (plain, elided, joined, whole, fraction, spaced, behind) in kinds:
        if plain:
            continue
        if len(pieces[at]) > MAX_TERM:
            words = _other(pieces[at])
        elif joined:
            words = _joined(elided, joined)
        elif whole:
            words = [(f"{whole}.{fraction}", 0)]
        elif spaced:
            words = _spaced(spaced, behind)
        else:
            words = _other(pieces[at])
        found.first[at] = words[0][0] if words else ""
        if len(words) != 1:
            found.spans[at] = words[-1][1] + 1 if words else 0
            found.more[at] = max(len(words) - 1, 0)
            for word, offset in words[1:]:
                found.further.append(word)
                found.offsets.append(offset)
    return found


def written(token: Token) -> str:
    """Return a token as a word."""
    return f"{token.normal}'" if token.kind == "elision" else token.normal


def edges(piece: str) -> int:
    """Return which edges of a piece may belong to a number of which the rest stands apart."""
    # A first group has up to three digits, each that follows has three; a fraction ends a number.
    first = piece[:3].isdecimal() and len(piece) > 2 and not piece[3:4].isdecimal()
    last = piece[-1:].isdecimal() and not (piece[-4:].isdecimal() and len(piece) > 3)
    if last and _WITH_FRACTION.fullmatch(piece):
        last = False
    return BEGINS * first | ENDS * last


def edges_of(joined: bytes) -> NDArray[np.int8]:
    """Return the ``edges`` of pieces in UTF-8, given joined by new lines."""
    data = np.frombuffer(b"\n%b\n\n\n\n" % joined, np.uint8)
    parting = np.flatnonzero(data == ord("\n"))[:-3]
    starts, stops = parting[:-1] + 1, parting[1:]
    # A new line is no digit, so nothing is seen of the pieces before and behind.
    digit = (data >= ord("0")) & (data <= ord("9"))
    begins = digit[starts] & digit[starts + 1] & digit[starts + 2] & ~digit[starts + 3]
    ends = digit[stops - 1] & ~(digit[stops - 2] & digit[stops - 3] & digit[stops - 4])
    marks = np.add.reduceat((data == ord(".")) | (data == ord(",")), starts, dtype=np.int64)
    digits = np.add.reduceat(digit, starts, dtype=np.int64)
    ends &= ~(digit[starts] & (marks == 1) & (digits + marks == stops - starts))
    found = BEGINS * begins.astype(np.int8) | ENDS * ends.astype(np.int8)
    # Digits of other scripts begin with bytes from 0xD9 on; few pieces may have one at an edge.
    before = data[stops - 2]
    may_begin = digit[starts] | (data[starts] >= 0xD9)
    may_end = digit[stops - 1] | (data[stops - 1] > 0x7F) & ((before < 0xC2) | (before >= 0xD9))
    wide = np.logical_or.reduceat(data > 0x7F, starts)
    for at in np.flatnonzero(wide & (may_begin | may_end)).tolist():
        found[at] = edges(data[starts[at] : stops[at]].tobytes().decode())
    return found


def _other(piece: str) -> _Words:
    """Return the words of a piece of another kind."""
    if _RUN.fullmatch(piece):
        return [(piece[at : at + 2], at) for at in range(len(piece) - 1)]
    if len(piece) <= MAX_TERM and (dotted := _DOTTED.fullmatch(piece)):
        return [(part, at) for at, part in enumerate(_DOT.split(dotted[1]))]
    words = []
    base = 0
    for surface in CHUNK.findall(piece):
        chunk = analyse_chunk(surface)
        words += [(written(token), base + token.position) for token in chunk.tokens]
        base += chunk.positions
    return words


def _spaced(groups: str, fraction: str) -> _Words:
    """Return the groups of digits that stand apart, and the number they make."""
    parts = groups.split()
    if fraction:
        parts[-1] = f"{parts[-1]}.{fraction}"
    words = [(part, at) for at, part in enumerate(parts)]
    words.insert(1, ("".join(parts), 0))
    return words


def _joined(elided: str, rest: str) -> _Words:
    """Return the words that hyphens join, with the compound they make, behind an elision."""
    before = [(f"{elided.lower()}'", 0)] if elided else []
    base = len(before)
    normal = rest.casefold() if _FOLDED.fullmatch(rest) else normalize(rest)
    if "-" not in normal:
        return [*before, (normal[:MAX_TERM], base)]
    parts = [part[:MAX_TERM] for part in normal.split("-")]
    words = [(part, at) for at, part in enumerate(parts, base)]
    numbers = parts[0].isdecimal() and all(map(str.isdecimal, parts))
    if not (numbers or fold(parts[-1]) in ENCLITICS):
        words.insert(1, ("-".join(parts)[:MAX_TERM], base))
    return [*before, *words]
