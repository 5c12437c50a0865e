"""Cells: the ordinals that documents carry in one facet, laid out to be counted.

A document has a row of ``slots`` cells (one, two, four or eight, so that a row is one integer to
fetch) that hold its first ordinals; the few documents with more values have the others outside.
An empty cell in slot ``s`` of ``v`` values holds ``v + s``: counting the cells of some documents
counts their values, and what stands at ``v`` is how many of them carry none. That empty cells
of a row differ matters: a counter that is raised twice in a row waits for itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import places as ranges

SLOTS = (1, 2, 4, 8)
_MORE_COST = 32
"""Bytes that a value outside the rows is worth: the eight it takes, and the time to find it."""

_MANY = 4
"""Values outside the rows for a document from which on it is better to look through them all."""
_SEARCH_COST = 32
"""Values outside the rows that are looked through in the time of looking one document up."""
_PAIRED = 100_000
"""Cells of one byte from which on counting them two by two is quicker."""
_COMPARED = 12_000, 21
"""Cells in whose time a comparison begins; cells compared while one is counted."""

Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Cells(NamedTuple):
    """The ordinals of documents: their rows, and what does not fit into these.

    ``values`` is how many values there are. ``more_docs`` ascends.
    """

    values: int
    slots: int
    rows: NDArray[np.unsignedinteger]
    more_docs: Docs
    more_ordinals: NDArray[np.int32]

    def table(self) -> NDArray[np.unsignedinteger]:
        """Return the cells, one row for a document."""
        return self.flat(self.rows).reshape(-1, self.slots)

    def flat(self, rows: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        """Return the cells of rows, one behind the other."""
        return rows.view(f"<u{rows.itemsize // self.slots}")

    def tally(self, places: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return how many documents, ascending, carry each ordinal; behind them, how many none."""
        if loops := kernels.active:
            docs, cells = places.astype(np.int32, copy=False), self.flat(self.rows)
            more = self.more_docs, self.more_ordinals
            found: NDArray[np.int64] = loops.tally(cells, self.slots, self.values, *more, docs)
            return found
        rows = self.rows.take(places)
        counts = self._tally(rows)
        if len(self.more_docs):
            if len(places) < len(self.more_docs) // _MANY:
                # Only where the last cell is taken may there be more.
                places = places[self.flat(rows)[self.slots - 1 :: self.slots] < self.values]
            counts[: self.values] += np.bincount(self._more(places), minlength=self.values)
        return counts

    def tally_all(self) -> NDArray[np.int64]:
        """Return the tally of all documents."""
        counts = self._tally(self.rows)
        counts[: self.values] += np.bincount(self.more_ordinals, minlength=self.values)
        return counts

    def _tally(self, rows: NDArray[np.unsignedinteger]) -> NDArray[np.int64]:
        cells, counted = self.flat(rows), self.values + 1
        begin, rate = _COMPARED
        if counted * (begin + len(cells)) < rate * len(cells):
            return np.array([np.count_nonzero(cells == ordinal) for ordinal in range(counted)])
        if cells.itemsize == 1 and self.slots > 1 and len(cells) > _PAIRED:
            pairs = np.bincount(cells.view(np.uint16), minlength=1 << 16).reshape(256, 256)
            counts: NDArray[np.int64] = pairs.sum(axis=0) + pairs.sum(axis=1)
            return counts[:counted]
        return np.bincount(cells, minlength=self.values + self.slots)[:counted]

    def _more(self, docs: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the ordinals outside the rows that ascending documents carry."""
        if _SEARCH_COST * len(docs) < len(self.more_docs):
            narrow = docs.astype(np.int32)
            first = self.more_docs.searchsorted(narrow)
            count = self.more_docs.searchsorted(narrow, "right") - first
            return self.more_ordinals[ranges(first, count)]
        asked = np.zeros(len(self.rows), np.bool_)
        asked[docs] = True
        return self.more_ordinals.take(asked.take(self.more_docs).nonzero()[0])

    def carrying(self, ordinals: Sequence[int], docs: Docs | None = None) -> Mask:
        """Return which documents (of all, or of these, ascending) carry any of the ordinals."""
        rows = self.rows if docs is None else self.rows.take(docs)
        carrying: Mask = np.zeros(len(rows), np.bool_)
        cells = self.flat(rows)
        for ordinal in ordinals:
            # The comparisons of a row's cells are bytes: together one integer, zero if all fail.
            carrying |= (cells == ordinal).view(f"<u{self.slots}") != 0
            held = self.more_docs[self.more_ordinals == ordinal]
            if docs is None:
                carrying[held] = True
            elif len(held):
                at = docs.searchsorted(held)
                at[at == len(docs)] = 0
                carrying[at[docs[at] == held] if len(docs) else at[:0]] = True
        return carrying

    def of(self, doc: int) -> list[int]:
        """Return the ordinals of one document."""
        held = [cell for cell in self.flat(self.rows[doc : doc + 1]).tolist() if cell < self.values]
        first, last = self.more_docs.searchsorted((doc, doc + 1)).tolist()
        return held + [int(ordinal) for ordinal in self.more_ordinals[first:last]]

    def sizes(self) -> NDArray[np.int64]:
        """Return how many values each document carries."""
        sizes = np.bincount(self.more_docs, minlength=len(self.rows))
        sizes += np.count_nonzero(self.table() < self.values, axis=1)
        return sizes

    def entries(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the number of values of each document, and all ordinals in their order."""
        sizes = self.sizes()
        table = self.table()
        inside = np.arange(self.slots) < sizes[:, None]
        ordinals = np.empty(int(sizes.sum()), np.int64)
        first = np.arange(len(ordinals)) - np.repeat(np.cumsum(sizes) - sizes, sizes) < self.slots
        ordinals[first] = table[inside]
        ordinals[~first] = self.more_ordinals
        return sizes, ordinals


def lay_out(sizes: NDArray[np.int64], ordinals: NDArray[np.int64], values: int) -> Cells:
    """Lay out documents of so many values each, whose ordinals follow one another."""
    place = np.arange(len(ordinals)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    costs = []
    for slots in SLOTS:
        width = np.min_scalar_type(values + slots - 1).itemsize
        if slots * width <= 8:
            outside = int(np.count_nonzero(place >= slots))
            costs.append((len(sizes) * slots * width + _MORE_COST * outside, slots, width))
    _, slots, width = min(costs)
    table = np.empty((len(sizes), slots), f"<u{width}")
    table[:] = np.arange(values, values + slots)
    docs = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    inside = place < slots
    table[docs[inside], place[inside]] = ordinals[inside]
    return Cells(
        values,
        slots,
        table.view(f"<u{slots * width}").ravel(),
        docs[~inside],
        ordinals[~inside].astype(np.int32),
    )
