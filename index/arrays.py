"""Array helpers: sums by document, ranges, runs of equal values, extremes, position keys.

A *position key* is a document and a position in one 64-bit integer, ``document << 32 | position``,
so that a phrase is an intersection of sorted keys. Where title and body are read together,
positions in the body also have the bit ``SECOND_PART``.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Docs = NDArray[np.int32]
Places = NDArray[np.integer[Any]]
Values = NDArray[np.float32]

_DENSE = 8
"""An array over all documents is faster than sorting from one document in so many on."""
_FEW = 3
"""Ascending parts that are merged faster than sorted."""


class DocumentSum(Protocol):
    """The documents that occur in several parts, and the values of the parts summed by document."""

    @property
    def docs(self) -> Docs:
        """The documents, ascending."""
        ...

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        """Return the combined values of each document; ``values`` has one array for each part.

        No value is negative, and combining a value with 0 does not change it.
        """
        ...


def sum_over(parts: Sequence[Places], size: int, ascending: bool = False) -> DocumentSum:
    """Prepare sums by document over parts; each part is an array of documents below ``size``.

    Many documents are summed in an array over all of them, few by sorting. A part that is
    ``ascending`` has each document once; any other has documents in any order and repeatedly.
    """
    if ascending and len(parts) == 1:
        return _Single(parts[0])
    if _DENSE * sum(map(len, parts)) > size:
        return _Dense(parts, size)
    return _Sorted(parts, ascending and len(parts) <= _FEW)


class _Single:
    """One ascending part: there is nothing to add."""

    def __init__(self, part: Places) -> None:
        self.docs: Docs = part.astype(np.int32, copy=False)

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        (value,) = values
        return value


class _Dense:
    """Sums in arrays over all documents."""

    def __init__(self, parts: Sequence[Places], size: int) -> None:
        self._size = size
        # Indices of any other type would be converted for every use.
        self._parts = [part.astype(np.intp, copy=False) for part in parts]
        present = np.zeros(size, np.bool_)
        for places in self._parts:
            present[places] = True
        self._places = present.nonzero()[0]
        self.docs: Docs = self._places.astype(np.int32)

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        everywhere = np.zeros(self._size, np.float32)
        for places, value in zip(self._parts, values, strict=True):
            combine.at(everywhere, places, value)
        combined: Values = everywhere.take(self._places)
        return combined


class _Sorted:
    """Sums by sorting."""

    def __init__(self, parts: Sequence[Places], merge: bool) -> None:
        """Sort; ``merge`` says that parts are ascending and few."""
        every = np.concatenate(parts)
        if merge:
            self._order = every.argsort(kind="stable")
            docs = every.take(self._order).astype(np.int32, copy=False)
        else:
            # Sorting pairs of document and index in 64 bits is faster than ``argsort``.
            keys = document_keys(every)
            keys |= np.arange(len(keys))
            keys.sort()
            docs = documents_of(keys)
            self._order = positions_of(keys)
        self._starts = run_starts(docs)
        self.docs: Docs = docs[self._starts]

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        ordered = np.concatenate(values).take(self._order)
        combined: Values = combine.reduceat(ordered, self._starts) if len(ordered) else ordered
        return combined


# Ranges

Numbers = NDArray[np.integer[Any]]


def starts_of(counts: Numbers) -> NDArray[np.int64]:
    """Return where each of successive ranges of these sizes begins."""
    starts: NDArray[np.int64] = np.cumsum(counts, dtype=np.int64) - counts
    return starts


def bounds_of(counts: Numbers) -> NDArray[np.int64]:
    """Return where successive ranges of these sizes begin, and where the last one ends."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)))


def places(starts: Numbers, counts: Numbers) -> NDArray[np.int64]:
    """Return start, start + 1, ... for each of the ranges, one behind another."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - counts), counts) + np.arange(total)


def narrowest(array: NDArray[np.int64]) -> NDArray[Any]:
    """Return ascending integers in 32 bits if they fit, else as they are."""
    return array.astype(np.uint32) if not len(array) or array[-1] < 1 << 32 else array


# Runs of equal values


def begins_run(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether each value differs from the one before it; the first does."""
    begins = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins


def run_starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Return the indices of the values that differ from the one before them."""
    return begins_run(values).nonzero()[0]


def run_lengths(starts: NDArray[np.intp], end: int) -> NDArray[np.intp]:
    """Return the length of each run; runs follow one another and the last ends at ``end``."""
    lengths = np.empty(len(starts), np.intp)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1:] = end - starts[-1:]
    return lengths


def sorted_distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the distinct values, ascending.

    ``np.unique`` hashes, which is several times slower on integers this small.
    """
    ordered = np.sort(values)
    return ordered[begins_run(ordered)]


def count_distinct(groups: Numbers, docs: Numbers, size: int) -> NDArray[np.int64]:
    """Return how many different documents each of ``size`` groups has.

    ``groups`` has the group of each of ``docs``; both are non-negative and in any order.
    """
    keys = sorted_distinct(groups.astype(np.int64, copy=False) << 32 | docs)
    return np.bincount(keys >> 32, minlength=size)


# The smallest and the highest

_GROUPS = 4
"""Groups made for each value asked for, at least."""
_MOST_GROUPS = 1024
_FEW_ROWS = 4


def smallest(keys: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """Return the indices of the ``count`` smallest of distinct keys, ascending by key."""
    if count <= 0:
        return np.empty(0, np.intp)
    if count < len(keys):
        found = (keys <= extreme_bound(keys, count, np.minimum)).nonzero()[0]
        least: NDArray[np.intp] = found[keys[found].argsort()[:count]]
        return least
    return keys.argsort()


def extreme_bound(keys: NDArray[Any], count: int, extreme: np.ufunc) -> Any:
    """Return a bound that at least ``count`` keys reach, and hardly more.

    ``extreme`` is ``np.minimum`` for the smallest keys, ``np.maximum`` for the highest. The bound
    is taken among the extremes of as many groups: groups are the columns of a table, whose extremes
    are found together.
    """
    columns = max(min(len(keys) // 64, _MOST_GROUPS), 64, _GROUPS * count)
    rows = len(keys) // columns
    if rows >= _FEW_ROWS:
        keys = extreme.reduce(keys[: rows * columns].reshape(rows, columns), axis=0)
    at = count - 1 if extreme is np.minimum else len(keys) - count
    return np.partition(keys, at)[at]


def most_counted(counts: NDArray[np.int64], size: int) -> NDArray[np.intp]:
    """Return, ascending, the indices of the ``size`` highest counts and of those equal to them.

    Counts of 0 are left out. ``size`` is at least 1.
    """
    present = counts.nonzero()[0]
    if len(present) > size:
        held = counts[present]
        present = present[held >= np.partition(held, -size)[-size]]
    return present


# Position keys

Keys = NDArray[np.int64]

SECOND_PART = 1 << 31
"""The bit of a position in the second part of a document; no text is that long."""


def document_keys(docs: Numbers) -> Keys:
    """Return the key of position 0 in each document."""
    return docs.astype(np.int64) << 32


def documents_of(keys: Keys) -> Docs:
    """Return the document of each key."""
    return (keys >> 32).astype(np.int32)


def positions_of(keys: Keys) -> NDArray[np.int64]:
    """Return the position of each key, with the bit ``SECOND_PART`` where it has that."""
    return keys & 0xFFFFFFFF


def parts_of(keys: Keys) -> NDArray[np.int64]:
    """Return 2 * document for each key of a first part, 2 * document + 1 for one of a second."""
    return keys >> 31
