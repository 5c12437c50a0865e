"""One text to the postings of its fields.

Most of a text are words that were met before. Each surface form that an analyzer has met has a
number, and what it contributes (terms, at which of its positions) stands in arrays; a text is then
a row of numbers, and laying out its postings a few operations on arrays, with no loop over words.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import ANALYZERS, Analyzer, analyse, analyzer
from index.analysis.tokenizer import CHUNK
from index.codec.runs import FieldPostings, places
from index.document import Span
from index.schema import field_postings, fit

SHORT = 200
"""Characters of a text that is analysed word by word: arrays do not pay."""
MAX_WEIGHT = 8_000_000
"""Characters of surface forms that a table remembers before it is begun anew."""


class InvertedText(NamedTuple):
    """The postings of a text: words as written, and terms by analyzer suffix.

    ``length`` is the number of positions, as in ``AnalysedText``.
    """

    exact: FieldPostings
    stems: dict[str, FieldPostings]
    length: int


def invert(text: str, parts: Sequence[tuple[Span, str]]) -> InvertedText:
    """Analyse a text, each part in its own language, and lay out its postings."""
    if len(parts) == 1 and len(text) > SHORT and parts[0][0] == (0, len(text)):
        return _table(analyzer(parts[0][1])).invert(text)
    analysed = analyse(text, parts)
    stems = {suffix: field_postings(terms) for suffix, terms in analysed.stems.items()}
    return InvertedText(field_postings(analysed.exact), stems, analysed.length)


class _Numbers:
    """An array of 32-bit integers that grows."""

    def __init__(self) -> None:
        self._items = np.empty(1 << 12, np.int32)
        self.size = 0

    def append(self, value: int) -> None:
        if self.size == len(self._items):
            self._items = np.resize(self._items, 2 * self.size)
        self._items[self.size] = value
        self.size += 1

    def at(self, where: NDArray[np.integer]) -> NDArray[np.int32]:
        found: NDArray[np.int32] = self._items[where]
        return found


class _Contributions:
    """What each surface form puts into one field: pairs of a term and an offset."""

    def __init__(self) -> None:
        self._terms: list[str] = []
        self._number_of: dict[str, int] = {}
        self._starts, self._counts = _Numbers(), _Numbers()
        self._term, self._offset = _Numbers(), _Numbers()

    def add(self, pairs: Iterable[tuple[str, int]]) -> None:
        """Take the next surface form."""
        self._starts.append(self._term.size)
        # Two long terms can be one when they are cut.
        fitting = dict.fromkeys((fit(term), offset) for term, offset in pairs if term)
        for term, offset in fitting:
            number = self._number_of.setdefault(term, len(self._terms))
            if number == len(self._terms):
                self._terms.append(term)
            self._term.append(number)
            self._offset.append(offset)
        self._counts.append(len(fitting))

    def postings(self, surfaces: NDArray[np.int32], positions: NDArray[np.int32]) -> FieldPostings:
        """Lay out what surface forms contribute that begin at ascending positions."""
        counts = self._counts.at(surfaces)
        entries = places(self._starts.at(surfaces), counts)
        terms = self._term.at(entries)
        where = np.repeat(positions, counts) + self._offset.at(entries)
        order = np.argsort(terms, kind="stable")
        terms = terms[order]
        firsts = np.flatnonzero(np.diff(terms, prepend=-1))
        freqs = np.diff(firsts, append=len(terms)).astype(np.int32)
        names = self._terms
        return FieldPostings([names[n] for n in terms[firsts].tolist()], freqs, where[order])


class _Table(dict[str, int]):
    """Numbers the surface forms of one analyzer."""

    def __init__(self, of: Analyzer) -> None:
        super().__init__()
        self._analyzer = of
        self._spans = _Numbers()
        self._exact, self._stems = _Contributions(), _Contributions()
        self.weight = 0

    def __missing__(self, surface: str) -> int:
        entry = self._analyzer.entry(surface)
        self._spans.append(entry.positions)
        self._exact.add(entry.exact)
        self._stems.add(entry.stems)
        self.weight += len(surface)
        number = self[surface] = len(self)
        return number

    def invert(self, text: str) -> InvertedText:
        found = CHUNK.findall(text)
        surfaces = np.fromiter(map(self.__getitem__, found), np.int32, len(found))
        spans = self._spans.at(surfaces)
        ends = np.cumsum(spans, dtype=np.int32)
        positions = ends - spans
        return InvertedText(
            self._exact.postings(surfaces, positions),
            {self._analyzer.suffix: self._stems.postings(surfaces, positions)},
            int(ends[-1]) if len(ends) else 0,
        )


class _Tables(threading.local):
    """The tables of a thread: they change while they are used."""

    def __init__(self) -> None:
        self.of = {suffix: _Table(analyzer(suffix)) for suffix in ANALYZERS}


_tables = _Tables()


def _table(of: Analyzer) -> _Table:
    if _tables.of[of.suffix].weight > MAX_WEIGHT:
        _tables.of[of.suffix] = _Table(of)
    return _tables.of[of.suffix]
