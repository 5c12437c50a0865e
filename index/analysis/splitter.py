"""The splitter of bulk analysis: text is split into pieces, and a piece has words.

A *piece* stands between two separators. No separator can be inside a chunk of the tokenizer, so a
piece holds whole chunks, except a number written with spaces. Splitting at bytes is several times
faster than matching every chunk. ``piece_words`` returns the words of many pieces, with shortcuts
for the kinds of pieces that are most frequent.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis.folding import normalize
from index.analysis.tokenizer import (
    CHUNK,
    MAX_TERM,
    NUMBERED,
    Token,
    analyse_chunk,
    chunk_tokens,
    ends_in_pronoun,
)

# More separators cost nothing where bytes are split, and leave fewer different pieces: the white
# space and brackets of ASCII, and what most often stands beside words elsewhere.
_ASCII = '\t\n\v\f\r\x1c\x1d\x1e\x1f !"$%()*/:;<=>?@[\\]^{|}~'
_OTHERS = (
    "\x85\u00a0«»°"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "–—“”„•…\u3000、。「」『』"
)
SEPARATORS = _ASCII + _OTHERS

WINDOW = 1 << 18
"""Bytes that are split together."""


class Pieces(NamedTuple):
    """Pieces of UTF-8: bytes ``starts`` (included) to ``stops`` (excluded), none empty."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


def split(data: bytes) -> Pieces:
    """Split UTF-8 that begins and ends with a new line."""
    parts = [np.empty(0, np.int64)]
    start = 0
    while start < len(data) - 1:
        stop = _end_of_window(data, start)
        parts.append(_boundaries(data[start:stop]) + (start + 1))
        # The last separator of a window is the first of the next.
        start = stop - 1
    boundaries = np.concatenate(parts)
    return Pieces(boundaries[::2], boundaries[1::2])


def _end_of_window(data: bytes, start: int) -> int:
    """Return where a window ends: after a space or new line."""
    end = start + WINDOW
    if end >= len(data):
        return len(data)
    last = max(data.rfind(b" ", start + 1, end), data.rfind(b"\n", start + 1, end))
    return (last if last > 0 else data.index(b"\n", end)) + 1


def _boundaries(window: bytes) -> NDArray[np.int64]:
    """Return the last byte of each run of separators and of each piece, in turn."""
    data = np.frombuffer(window, np.uint8)
    kinds = np.frombuffer(window.translate(_BYTE_KINDS), np.uint8)
    separates = kinds == _SEPARATOR
    for lead, width, following in _LEADS:
        if lead in window:
            first = np.flatnonzero(data == lead[0])
            code = data[first + 1].astype(np.uint16) << 8 | data[first + (width - 1)]
            first = first[following[code]]
            for byte in range(width):
                separates[first + byte] = True
    # A full stop or comma before a separator is part of it.
    separates[:-1] |= (kinds[:-1] == _STOP) & separates[1:]
    return np.flatnonzero(separates[1:] != separates[:-1])


_SEPARATOR, _STOP = 1, 2


def _byte_kinds() -> bytes:
    kinds = bytearray(256)
    for kind, characters in ((_SEPARATOR, _ASCII), (_STOP, ".,")):
        for byte in characters.encode():
            kinds[byte] = kind
    return bytes(kinds)


def _leads() -> list[tuple[bytes, int, NDArray[np.bool_]]]:
    """Return the first bytes of the separators outside ASCII.

    With each come the number of bytes of its separators, and the mask of those by their second and
    last byte.
    """
    leads: dict[bytes, tuple[int, NDArray[np.bool_]]] = {}
    for separator in _OTHERS:
        data = separator.encode()
        _, following = leads.setdefault(data[:1], (len(data), np.zeros(1 << 16, np.bool_)))
        following[data[1] << 8 | data[-1]] = True
    return [(lead, *rest) for lead, rest in leads.items()]


_BYTE_KINDS, _LEADS = _byte_kinds(), _leads()


ENDS, BEGINS = 1, 2
"""Flags of a piece that may end, or begin, with digits of a number written with spaces."""


def edge(piece: str) -> int:
    """Return the flags ``BEGINS`` and ``ENDS`` of a piece."""
    # The first group of a number has up to three digits, each other one three; a fraction ends it.
    begins = piece[:3].isdecimal() and len(piece) > 2 and not piece[3:4].isdecimal()
    ends = piece[-1:].isdecimal() and not (piece[-4:].isdecimal() and len(piece) > 3)
    if ends and _WITH_FRACTION.fullmatch(piece):
        ends = False
    return BEGINS * begins | ENDS * ends


class PieceWords(NamedTuple):
    """The words of pieces, as ``key_text`` returns them.

    - ``first``: the first word of each piece, empty for a piece without words; its position is 0;
    - ``spans``: the number of positions of each piece;
    - ``edges``: its flags ``BEGINS`` and ``ENDS``;
    - ``counts``: how many words follow the first one;
    - ``further``, ``offsets``: these words, piece after piece, and their positions in the piece.
    """

    first: list[str]
    spans: list[int]
    edges: list[int]
    counts: list[int]
    further: list[str]
    offsets: list[int]


_Words = list[tuple[str, int]]
"""The words of one piece with their positions, ascending from 0."""

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
# Letters that case folding alone normalises: Latin, Greek, Cyrillic, Hebrew, Arabic, Persian.
_PLAIN = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00de\u00e0-\u00f6\u00f8-\u00ff\u0152\u0153"
    "\u0388-\u038a\u038c\u038e\u038f\u0391-\u03a1\u03a3-\u03af\u03b1-\u03ce\u0400-\u045f"
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc"
)
_FOLDED = re.compile(f"[{_PLAIN}0-9-]*")
# The kinds of pieces, one on a line: a word; words joined by hyphens, after an elision; a decimal
# number; a number written with spaces; others. No chunk has the marks at its edges that stand
# before and after, except the last dot of an acronym.
_KINDS = re.compile(
    f"^(?:((?!{NUMBERED}$)[{_PLAIN}]{{1,{MAX_TERM}}})|[-'’.,]*(?:"
    "(?:([ldstcjnmLDSTCJNM]|[qQ]u)['’](?=[aeiouyhàâäéèêëîïôöùûüAEIOUYHÀÂÉÈÊÎÔ]))?"
    f"([{_LETTERS}0-9]+(?:-[{_LETTERS}0-9]+){{0,5}})"
    "|([0-9]+)[.,]([0-9]{1,2}|[0-9]{4,})"
    "|([0-9]{1,3}(?:[ \u00a0\u2007\u2009\u202f][0-9]{3})+)(?:[.,]([0-9]+))?"
    ")[-.,]*|.*)$",
    re.M,
)
# Characters written without spaces that normalisation leaves as they are: Han, kana, Hangul.
_RUN = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]{2,}")
_DOTTED = re.compile("[-'’.,]*([0-9]+(?:[.,][0-9]{1,2}){2,})[-.,]*")
_DOT = re.compile("[.,]")
_IS_NUMBERED = re.compile(NUMBERED)
_DIGIT = re.compile("[0-9]")
_FIGURES = re.compile("[0-9-]+")
_WITH_FRACTION = re.compile(r"\d+[.,]\d+")


def key_text(token: Token) -> str:
    """Return the word of a token as keys have it: ``normal``, and the apostrophe if elided."""
    return f"{token.normal}'" if token.kind == "elision" else token.normal


def piece_words(pieces: Sequence[str]) -> PieceWords:
    """Return the words of some pieces, none of which has a new line."""
    text = "\n".join(pieces)
    ones, zeros = [1] * len(pieces), [0] * len(pieces)
    result = PieceWords(text.casefold().split("\n"), ones, zeros, zeros.copy(), [], [])
    kinds = enumerate(_KINDS.findall(text))
    for number, (plain, elided, joined, whole, fraction, spaced, decimals) in kinds:
        if plain:
            continue
        result.edges[number] = edge(pieces[number])
        if len(pieces[number]) > MAX_TERM:
            words = _other(pieces[number])
        elif joined:
            words = _joined(elided, joined) or _other(pieces[number])
        elif whole:
            words = [(f"{whole}.{fraction}", 0)]
        elif spaced:
            words = _spaced(spaced, decimals)
        else:
            words = _other(pieces[number])
        result.first[number] = words[0][0] if words else ""
        if len(words) != 1:
            result.spans[number] = words[-1][1] + 1 if words else 0
            result.counts[number] = max(len(words) - 1, 0)
            for word, offset in words[1:]:
                result.further.append(word)
                result.offsets.append(offset)
    return result


def _other(piece: str) -> _Words:
    """Return the words of a piece of no special kind, from the tokenizer."""
    if _RUN.fullmatch(piece):
        return [(piece[start : start + 2], start) for start in range(len(piece) - 1)]
    if len(piece) <= MAX_TERM and (dotted := _DOTTED.fullmatch(piece)):
        return [(part, position) for position, part in enumerate(_DOT.split(dotted[1]))]
    words = []
    base = 0
    analyse = analyse_chunk if len(piece) <= MAX_TERM else chunk_tokens
    for surface in CHUNK.findall(piece):
        chunk = analyse(surface)
        words += [(key_text(token), base + token.position) for token in chunk.tokens]
        base += chunk.positions
    return words


def _spaced(groups: str, decimals: str) -> _Words:
    """Return the groups of digits of a number written with spaces, and the number."""
    parts = groups.split()
    if decimals:
        parts[-1] = f"{parts[-1]}.{decimals}"
    words = [(part, position) for position, part in enumerate(parts)]
    words.insert(1, ("".join(parts), 0))
    return words


def _joined(elided: str, rest: str) -> _Words:
    """Return an elided word, the words that hyphens join, and the compound they make.

    Nothing is returned for words of letters and figures, which the tokenizer divides.
    """
    if not rest.isdecimal() and _DIGIT.search(rest) and not _FIGURES.fullmatch(rest):
        return []
    if _IS_NUMBERED.fullmatch(rest):
        return []
    before = [(f"{elided.lower()}'", 0)] if elided else []
    base = len(before)
    normal = rest.casefold() if _FOLDED.fullmatch(rest) else normalize(rest)
    if "-" not in normal:
        return [*before, (normal[:MAX_TERM], base)]
    parts = [part[:MAX_TERM] for part in normal.split("-")]
    words = [(part, position) for position, part in enumerate(parts, base)]
    numbers = parts[0].isdecimal() and all(map(str.isdecimal, parts))
    if not (numbers or ends_in_pronoun(rest.split("-"))):
        words.insert(1, ("-".join(parts)[:MAX_TERM], base))
    return [*before, *words]
