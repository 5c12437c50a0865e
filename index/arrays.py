"""What several arrays say of documents, added up by document.

Where they speak of many documents, all are counted in an array over the archive; where of few,
what they say is sorted.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Docs = NDArray[np.int32]
Places = NDArray[np.integer[Any]]
Values = NDArray[np.float32]

_DENSE = 8
"""Documents of the archive for each one given, below which an array over them all is quicker."""
_FEW = 3
"""Ascending parts that are merged more quickly than sorted."""


def is_dense(given: int, size: int) -> bool:
    """Tell whether an array over all documents is quicker than sorting those given."""
    return _DENSE * given > size


class Sum(Protocol):
    """The documents that several parts speak of, ascending, to add up what these say."""

    @property
    def docs(self) -> Docs:
        """The documents."""
        ...

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        """Return the values of each document combined; ``values`` are those of each part.

        No value is below 0, and 0 changes no other.
        """
        ...

    def group_of(self) -> NDArray[Any] | None:
        """Return the group that speaks of each document; None where several do of one."""
        ...


def sum_over(
    parts: Sequence[Places], size: int, groups: Sequence[int] = (), ascending: bool = False
) -> Sum:
    """Return what adds up over parts that give documents below ``size``.

    ``groups`` are the numbers of those that the parts belong to, ascending from 0; without any,
    each part is one. Parts that are ``ascending`` give each document once, others in any order
    and repeatedly.
    """
    if ascending and len(parts) == 1:
        return _Single(parts[0])
    groups = groups or range(len(parts))
    if is_dense(sum(map(len, parts)), size):
        return _Spread(parts, groups, size)
    return _Sorted(parts, groups, ascending and len(parts) <= _FEW)


class _Single:
    """One part, as it is."""

    def __init__(self, part: Places) -> None:
        self.docs: Docs = part.astype(np.int32, copy=False)

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        (value,) = values
        return value

    def group_of(self) -> NDArray[Any] | None:
        return np.zeros(len(self.docs), np.uint8)


class _Spread:
    """Adds up in arrays over all documents of the archive."""

    def __init__(self, parts: Sequence[Places], groups: Sequence[int], size: int) -> None:
        self._size = size
        # Indices of any other type would be converted for every use.
        self._parts = [part.astype(np.intp, copy=False) for part in parts]
        self._groups = groups
        # Of the group, plus one.
        self._number: NDArray[Any] = np.zeros(size, np.min_scalar_type(groups[-1] + 1))
        for group, places in zip(groups, self._parts, strict=True):
            self._number[places] = group + 1
        self._places = (self._number != 0).nonzero()[0]
        self.docs: Docs = self._places.astype(np.int32)

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        everywhere = np.zeros(self._size, np.float32)
        for places, each in zip(self._parts, values, strict=True):
            combine.at(everywhere, places, each)
        combined: Values = everywhere.take(self._places)
        return combined

    def group_of(self) -> NDArray[Any] | None:
        # What a later group speaks of too has its number.
        for group, places in zip(self._groups, self._parts, strict=True):
            if group < self._groups[-1] and (self._number.take(places) != group + 1).any():
                return None
        found: NDArray[Any] = self._number.take(self._places) - 1
        return found


class _Sorted:
    """Adds up by sorting."""

    def __init__(self, parts: Sequence[Places], groups: Sequence[int], merge: bool) -> None:
        """Sort; ``merge`` is whether parts are ascending, and few."""
        self._groups, self._sizes = groups, list(map(len, parts))
        every = np.concatenate(parts)
        if merge:
            self._order = every.argsort(kind="stable")
            docs = every.take(self._order).astype(np.int32, copy=False)
        else:
            # With each document its place: sorting 64 bits is quicker than ``argsort``.
            keys = every.astype(np.int64, copy=False) << 32
            keys |= np.arange(len(keys))
            keys.sort()
            docs = (keys >> 32).astype(np.int32)
            keys &= 0xFFFFFFFF
            self._order = keys
        first = np.ones(len(docs), np.bool_)
        np.not_equal(docs[1:], docs[:-1], out=first[1:])
        self._starts = first.nonzero()[0]
        self.docs: Docs = docs[self._starts]

    def of(self, values: Sequence[Values], combine: np.ufunc = np.add) -> Values:
        ordered = np.concatenate(values).take(self._order)
        combined: Values = combine.reduceat(ordered, self._starts) if len(ordered) else ordered
        return combined

    def group_of(self) -> NDArray[Any] | None:
        groups = np.repeat(self._groups, self._sizes)[self._order]
        ends = np.append(self._starts, len(groups))[1:]
        found = groups[self._starts]
        return found if (found == groups[ends - 1]).all() else None


Numbers = NDArray[np.integer[Any]]


def places(starts: Numbers, counts: Numbers) -> NDArray[np.int64]:
    """Return start, start+1, ... for each of the ranges, one after another."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - counts), counts) + np.arange(total)


def narrowest(array: NDArray[np.int64]) -> NDArray[Any]:
    """Return ascending numbers in 32 bits if they fit."""
    return array.astype(np.uint32) if not len(array) or array[-1] < 1 << 32 else array


def starts_of(counts: Numbers) -> NDArray[np.int64]:
    """Return where ranges begin that follow one another."""
    starts: NDArray[np.int64] = np.cumsum(counts, dtype=np.int64) - counts
    return starts
