"""The words of one piece of text, as an analyzer has them; quickly, for the kinds that most are."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.analysis import Token, fold, normalize
from index.analysis.tokenizer import CHUNK, ENCLITICS, MAX_TERM, analyse_chunk

ENDS, BEGINS = 1, 2
"""Edges of a piece at which a number may be tied to that of the next or the last piece."""


class Wording(NamedTuple):
    """The words of a piece with their positions, ascending from 0, and how many these are.

    A word is ``Token.normal``; an elision keeps its apostrophe. ``edges`` tell where the piece may
    be tied to its neighbours.
    """

    words: Sequence[tuple[str, int]]
    span: int
    edges: int = 0


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
_FIRST_GROUP = re.compile(r"(?<!\d)\d{1,3}\Z")
_WITH_FRACTION = re.compile(r"\d+[.,]\d+")
_NEXT_GROUP = re.compile(r"\d{3}(?!\d)")


def wording(piece: str) -> Wording:
    """Return the words of a piece."""
    if _PLAIN.fullmatch(piece):
        return Wording(((piece.casefold(), 0),), 1)
    if _RUN.fullmatch(piece):
        return Wording([(piece[at : at + 2], at) for at in range(len(piece) - 1)], len(piece) - 1)
    made = (_quick(piece) if len(piece) <= MAX_TERM else None) or _analysed(piece)
    edges = _edges(piece)
    return made._replace(edges=edges) if edges else made


def written(token: Token) -> str:
    """Return a token as a word."""
    return f"{token.normal}'" if token.kind == "elision" else token.normal


def _edges(piece: str) -> int:
    """Return which edges of a piece may belong to a number of which the rest stands apart."""
    first = piece[:1].isdecimal() and _NEXT_GROUP.match(piece) is not None
    last = piece[-1:].isdecimal() and _FIRST_GROUP.search(piece) is not None
    if last and _WITH_FRACTION.fullmatch(piece):
        last = False
    return BEGINS * first | ENDS * last


def _analysed(piece: str) -> Wording:
    words, span = [], 0
    for surface in CHUNK.findall(piece):
        chunk = analyse_chunk(surface)
        words += [(written(token), span + token.position) for token in chunk.tokens]
        span += chunk.positions
    return Wording(words, span)


def _quick(piece: str) -> Wording | None:
    # No chunk has these at its edges, but for the last dot of an acronym.
    bare = piece.lstrip("-'’.,").rstrip("-.,")
    if joined := _JOINED.fullmatch(bare):
        return _joined(joined[1], joined[2])
    if decimal := _DECIMAL.fullmatch(bare):
        return Wording([(f"{decimal[1]}.{decimal[2]}", 0)], 1)
    if _DOTTED.fullmatch(bare):
        parts = _DOT.split(bare)
        return Wording([(part, at) for at, part in enumerate(parts)], len(parts))
    if spaced := _SPACED.fullmatch(bare):
        parts = spaced[1].split()
        if spaced[2]:
            parts[-1] = f"{parts[-1]}.{spaced[2]}"
        words = [(part, at) for at, part in enumerate(parts)]
        words.insert(1, ("".join(parts), 0))
        return Wording(words, len(parts))
    return None if bare else Wording([], 0)


def _joined(elided: str | None, rest: str) -> Wording:
    """Return the words that hyphens join, with the compound they make, behind an elision."""
    before = [(f"{elided.lower()}'", 0)] if elided else []
    base = len(before)
    if "-" not in rest:
        return Wording([*before, (normalize(rest)[:MAX_TERM], base)], base + 1)
    parts = [normalize(part)[:MAX_TERM] for part in rest.split("-")]
    words = [(part, at) for at, part in enumerate(parts, base)]
    if not (fold(parts[-1]) in ENCLITICS or all(map(str.isdecimal, parts))):
        words.insert(1, ("-".join(parts)[:MAX_TERM], base))
    return Wording([*before, *words], base + len(parts))
