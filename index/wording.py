"""The words of one piece of text, as an analyzer has them; quickly, for the kinds that most are."""

import re
from collections.abc import Sequence

from index.analysis import Token, fold, normalize
from index.analysis.tokenizer import CHUNK, ENCLITICS, MAX_TERM, analyse_chunk

ENDS, BEGINS = 1, 2
"""Edges of a piece at which a number may be tied to that of the next or the last piece."""


Words = Sequence[tuple[str, int]]
"""Words with their positions: ascending, and 0 that of the first.

A word is ``Token.normal``; an elision keeps its apostrophe.
"""

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
# Letters that case folding alone normalises: Latin, Greek, Cyrillic, Hebrew, Arabic, Persian.
_PLAIN = re.compile(
    "[A-Za-z\u00c0-\u00d6\u00d8-\u00de\u00e0-\u00f6\u00f8-\u00ff\u0152\u0153"
    "\u0388-\u038a\u038c\u038e\u038f\u0391-\u03a1\u03a3-\u03af\u03b1-\u03ce\u0400-\u045f"
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc]"
    f"{{1,{MAX_TERM}}}"
)
# Characters written without spaces that are as they should be: Han, kana, Hangul.
_RUN = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]{2,}")
_JOINED = re.compile(
    "(?:([ldstcjnmLDSTCJNM]|[qQ]u)['’](?=[aeiouyhàâäéèêëîïôöùûüAEIOUYHÀÂÉÈÊÎÔ]))?"
    f"([{_LETTERS}0-9]+(?:-[{_LETTERS}0-9]+){{0,5}})"
)
_DECIMAL = re.compile("([0-9]+)[.,]([0-9]{1,2}|[0-9]{4,})")
_DOTTED = re.compile("[0-9]+(?:[.,][0-9]{1,2}){2,}")
_DOT = re.compile("[.,]")
_SPACED = re.compile("([0-9]{1,3}(?:[ \u00a0\u2007\u2009\u202f][0-9]{3})+)(?:[.,]([0-9]+))?")
_WITH_FRACTION = re.compile(r"\d+[.,]\d+")


def wording(piece: str) -> Words:
    """Return the words of a piece."""
    if _PLAIN.fullmatch(piece):
        return ((piece.casefold(), 0),)
    if _RUN.fullmatch(piece):
        return [(piece[at : at + 2], at) for at in range(len(piece) - 1)]
    quick = _quick(piece) if len(piece) <= MAX_TERM else None
    return _analysed(piece) if quick is None else quick


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


def _analysed(piece: str) -> Words:
    words = []
    base = 0
    for surface in CHUNK.findall(piece):
        chunk = analyse_chunk(surface)
        words += [(written(token), base + token.position) for token in chunk.tokens]
        base += chunk.positions
    return words


def _quick(piece: str) -> Words | None:
    """Return the words of a piece of the kinds that most others are, None for the rest."""
    # No chunk has these at its edges, but for the last dot of an acronym.
    bare = piece.lstrip("-'’.,").rstrip("-.,")
    if joined := _JOINED.fullmatch(bare):
        return _joined(joined[1], joined[2])
    if decimal := _DECIMAL.fullmatch(bare):
        return [(f"{decimal[1]}.{decimal[2]}", 0)]
    if _DOTTED.fullmatch(bare):
        return [(part, at) for at, part in enumerate(_DOT.split(bare))]
    if spaced := _SPACED.fullmatch(bare):
        parts = spaced[1].split()
        if spaced[2]:
            parts[-1] = f"{parts[-1]}.{spaced[2]}"
        words = [(part, at) for at, part in enumerate(parts)]
        words.insert(1, ("".join(parts), 0))
        return words
    return None if bare else ()


def _joined(elided: str | None, rest: str) -> Words:
    """Return the words that hyphens join, with the compound they make, behind an elision."""
    before = [(f"{elided.lower()}'", 0)] if elided else []
    base = len(before)
    if "-" not in rest:
        return [*before, (normalize(rest)[:MAX_TERM], base)]
    parts = [normalize(part)[:MAX_TERM] for part in rest.split("-")]
    words = [(part, at) for at, part in enumerate(parts, base)]
    numbers = parts[0].isdecimal() and all(map(str.isdecimal, parts))
    if not (numbers or fold(parts[-1]) in ENCLITICS):
        words.insert(1, ("-".join(parts)[:MAX_TERM], base))
    return [*before, *words]
