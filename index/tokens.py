"""Texts to tokens as numbers: which word, and where.

Most of a text are words that were met before. Every surface form that an analyzer has met is a
row of a table: how many positions it takes, and which words stand at which of them. A text is
then a list of row numbers, and the tokens of many texts a few operations on arrays, with no loop
over words.

A *word* is an analyzer's suffix and a word as ``Token.normal`` has it; ``word_key`` ties them.
"""

import re
import threading
from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import ANALYZERS, PART_GAP, Token, analyzer, fold, normalize
from index.analysis.tokenizer import CHUNK, ENCLITICS, MAX_TERM, analyse_chunk
from index.codec.lists import places
from index.document import Span

MAX_WEIGHT = 8_000_000
"""Characters of surface forms that the tables of a thread remember before they are begun anew."""

# What parts words and is in none of them, before the text is cut at spaces. A new line does not
# tie the digits of a number together, as a space may.
_PARTING = [*'()[]«»"“”;:!?…', ". ", ", ", ".\n", ",\n"]


class Words(NamedTuple):
    """The words that tokens of some documents number, as keys (see ``word_key``)."""

    keys: tuple[str, ...]


class Tokens(NamedTuple):
    """The tokens of one text in the order of their positions, and how many positions it has.

    ``words`` are indices into the ``Words`` of the document; gaps between parts are not counted
    in ``length``.
    """

    words: NDArray[np.int32]
    positions: NDArray[np.int32]
    length: int


def word_key(suffix: str, token: Token) -> str:
    """Return the key of a token in a text of an analyzer: an elision keeps its apostrophe."""
    mark = "'" if token.kind == "elision" else ""
    return f"{suffix}\0{token.normal}{mark}"


def pieces(text: str) -> list[str]:
    """Cut a text where no chunk goes on, so that chunks can be looked for piece by piece.

    Cutting at spaces is several times quicker than matching every chunk. Only the digits of one
    number may stand apart: two pieces, of which the first ends and the second begins with a digit.
    """
    return parted(text).split()


def parted(text: str) -> str:
    """Return a text of the same length with white space wherever ``pieces`` cuts."""
    for mark in _PARTING:
        text = text.replace(mark, "\n" * len(mark))
    return text


_ENDS, _BEGINS = 1, 2
"""Edges of a piece that are digits."""


class _Tables(threading.local):
    """What a thread has learnt of surface forms: tables change while they are used."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.number_of: dict[str, int] = {}
        self.keys: list[str] = []
        # Of each row: positions taken, first entry, entries, what it begins and ends with; of
        # each entry: word, position.
        self.spans, self.firsts, self.counts = array("i"), array("i"), array("i")
        self.edges = array("b")
        self.word, self.offset = array("i"), array("i")
        self.weight = 0
        self.of = {suffix: _Rows(self, suffix) for suffix in ANALYZERS}
        self.gap = self.row(PART_GAP, [], 0)

    def row(self, span: int, entries: Sequence[tuple[str, int]], edges: int) -> int:
        """Add a row."""
        self.firsts.append(len(self.word))
        for key, offset in entries:
            number = self.number_of.setdefault(key, len(self.keys))
            if number == len(self.keys):
                self.keys.append(key)
            self.word.append(number)
            self.offset.append(offset)
        self.counts.append(len(entries))
        self.spans.append(span)
        self.edges.append(edges)
        return len(self.spans) - 1


_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_WORD = re.compile(f"([{_LETTERS}]+)|([{_LETTERS}]{{2,}})\\.")
_ELIDED = re.compile(
    f"([ldstcjnmLDSTCJNM]|[qQ]u)['’]([aeiouyhàâäéèêëîïôöùûüAEIOUYHÀÂÉÈÊÎÔ][{_LETTERS}]+)\\.?"
)
_COMPOUND = re.compile(f"[{_LETTERS}]+(?:-[{_LETTERS}]+){{1,5}}")
_DIGITS = re.compile("[0-9]+(?:-[0-9]+)*")
_DECIMAL = re.compile("([0-9]+)[.,]([0-9]{1,2})")
_SPACED = re.compile("[0-9]{1,3}(?:[ \u00a0\u2007\u2009\u202f][0-9]{3})+")


def _quick(piece: str) -> list[tuple[str, int]]:
    """Return the words of a piece, with their positions, if it is of the kinds that most are.

    As ``analyse_chunk`` has them. Nothing for all others.
    """
    if word := _WORD.fullmatch(piece):
        return [(normalize(word[1] or word[2])[:MAX_TERM], 0)]
    if elided := _ELIDED.fullmatch(piece):
        return [(f"{elided[1].lower()}'", 0), (normalize(elided[2])[:MAX_TERM], 1)]
    if _DIGITS.fullmatch(piece):
        return [(part, at) for at, part in enumerate(piece.split("-"))]
    if decimal := _DECIMAL.fullmatch(piece):
        return [(f"{decimal[1]}.{decimal[2]}", 0)]
    if _COMPOUND.fullmatch(piece):
        return _compound([normalize(part) for part in piece.split("-")])
    if _SPACED.fullmatch(piece):
        parts = piece.split()
        first, *rest = enumerate(parts)
        return [(part, at) for at, part in (first, (0, "".join(parts)), *rest)]
    return []


def _compound(parts: list[str]) -> list[tuple[str, int]]:
    words = [(part, at) for at, part in enumerate(parts)]
    if fold(parts[-1]) in ENCLITICS:
        return words
    return [words[0], ("-".join(parts)[:MAX_TERM], 0), *words[1:]]


class _Rows(dict[str, int]):
    """Piece of text -> its row, for one analyzer."""

    def __init__(self, tables: "_Tables", suffix: str) -> None:
        super().__init__()
        self._tables, self._suffix = tables, suffix

    def __missing__(self, piece: str) -> int:
        self._tables.weight += len(piece)
        quick = _quick(piece) if len(piece) <= MAX_TERM else None
        if quick:
            entries = [(f"{self._suffix}\0{word}", at) for word, at in quick]
            row = self._tables.row(quick[-1][1] + 1, entries, _edges(piece))
        else:
            row = self._analysed(piece)
        self[piece] = row
        return row

    def _analysed(self, piece: str) -> int:
        span = 0
        entries = []
        for surface in CHUNK.findall(piece):
            chunk = analyse_chunk(surface)
            entries += [(word_key(self._suffix, t), span + t.position) for t in chunk.tokens]
            span += chunk.positions
        return self._tables.row(span, entries, _edges(piece))


def _edges(piece: str) -> int:
    return _BEGINS * piece[0].isdecimal() | _ENDS * piece[-1].isdecimal()


_tables = _Tables()


class Rows(NamedTuple):
    """A text as rows of this thread's tables, until ``tokens`` makes tokens of many texts."""

    rows: NDArray[np.int32]


def rows(text: str, parts: Sequence[tuple[Span, str]]) -> Rows:
    """Return the rows of a text, each of its parts in its own language."""
    found: list[NDArray[np.int32]] = []
    for (start, stop), language in parts:
        if found:
            found.append(np.array([_tables.gap], np.int32))
        table = _tables.of[analyzer(language).suffix]
        part = text[start:stop]
        here = _looked_up(table, pieces(part))
        edges = np.asarray(_tables.edges)[here]
        if (edges[:-1] & (edges[1:] >> 1)).any():
            here = _looked_up(table, CHUNK.findall(part))
        found.append(here)
    return Rows(found[0] if len(found) == 1 else np.concatenate(found))


def _looked_up(table: _Rows, found: list[str]) -> NDArray[np.int32]:
    return np.fromiter(map(table.__getitem__, found), np.int32, len(found))


def tokens(texts: Sequence[Rows]) -> tuple[list[Tokens], Words]:
    """Return the tokens of texts whose rows this thread has just found, and their words.

    Spends the rows: a full table may be begun anew.
    """
    row = np.concatenate([text.rows for text in texts]).astype(np.int64)
    spans, counts = np.asarray(_tables.spans)[row], np.asarray(_tables.counts)[row]
    sizes = [len(text.rows) for text in texts]
    cuts = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    ends = np.concatenate(([0], np.cumsum(spans, dtype=np.int64)))
    starts = ends[:-1] - np.repeat(ends[cuts[:-1]], sizes)
    entries = places(np.asarray(_tables.firsts)[row], counts)
    positions = np.repeat(starts, counts) + np.asarray(_tables.offset)[entries]
    used, word = _renumbered(np.asarray(_tables.word)[entries])
    bounds = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))[cuts].tolist()
    gaps = np.concatenate(([0], np.cumsum(row == _tables.gap)))
    lengths = np.diff(ends[cuts]) - PART_GAP * np.diff(gaps[cuts])
    words = Words(tuple(map(_tables.keys.__getitem__, used.tolist())))
    places_of = positions.astype(np.int32)
    made = [
        Tokens(word[first:last], places_of[first:last], length)
        for first, last, length in zip(bounds[:-1], bounds[1:], lengths.tolist(), strict=True)
    ]
    if _tables.weight > MAX_WEIGHT:
        _tables.begin()
    return made, words


def _renumbered(word: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the words that occur, and the tokens as indices into these."""
    seen = np.zeros(len(_tables.keys), np.bool_)
    seen[word] = True
    used = np.flatnonzero(seen).astype(np.int32)
    number = np.empty(len(_tables.keys), np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return used, number[word]
