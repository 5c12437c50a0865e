"""Non-negative integers that are nearly always small, in a narrow array with exceptions.

The low part of every item stands in ``NAME.low`` (one or two bytes an item); for items that do
not fit, ``NAME.where`` has their places in order and ``NAME.high`` their high parts. Frequencies
and positions take a quarter and half of the room of plain 32-bit integers that way, and reading
them stays one array operation.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from index.codec.files import ArrayFile, Place, allocate, seal, write_array


class NarrowWriter:
    """Fills ``size`` items in any order; items never set are zero."""

    def __init__(self, folder: Place, name: str, dtype: DTypeLike, size: int) -> None:
        self._folder, self._name, self._size = folder, name, size
        self._dtype = np.dtype(dtype)
        self._bits = 8 * self._dtype.itemsize
        self._low = allocate(folder / f"{name}.low", dtype, size)
        self._at: list[NDArray[np.int64]] = []
        self._high: list[NDArray[np.uint32]] = []

    def put(self, where: NDArray[np.int64] | slice, values: NDArray[Any]) -> None:
        """Set the items at ``where`` to ``values`` (32-bit integers, or 64-bit below 2**32)."""
        # A cast keeps the low bits.
        self._low[where] = values.astype(self._dtype)
        wide: NDArray[np.intp] = np.flatnonzero(values >> self._bits)
        if wide.size:
            places = np.arange(where.start, where.stop) if isinstance(where, slice) else where
            self._at.append(places[wide].astype(np.int64))
            self._high.append((values[wide] >> self._bits).astype(np.uint32))

    def close(self) -> None:
        """Write what is left, durably."""
        if isinstance(self._low, np.memmap):
            self._low.flush()
        del self._low
        seal(self._folder / f"{self._name}.low", self._dtype, self._size)
        at = np.concatenate(self._at) if self._at else np.empty(0, np.int64)
        high = np.concatenate(self._high) if self._high else np.empty(0, np.uint32)
        order = np.argsort(at, kind="stable")
        write_array(self._folder / f"{self._name}.where", at[order])
        write_array(self._folder / f"{self._name}.high", high[order])


class NarrowArray:
    """Reads what NarrowWriter wrote."""

    def __init__(self, folder: Place, name: str) -> None:
        self._low = ArrayFile(folder / f"{name}.low")
        self._at = ArrayFile(folder / f"{name}.where")
        self._high = ArrayFile(folder / f"{name}.high")
        self._bits = 8 * self._low.dtype.itemsize
        self.size = self._low.size

    def slice(self, start: int, stop: int) -> NDArray[Any]:
        """Return items ``start`` to ``stop`` (excluded): a view where all of them are narrow."""
        low = self._low.slice(start, stop)
        if not self._at.size:
            return low
        at = self._at.all()
        first, last = np.searchsorted(at, (start, stop))
        if first == last:
            return low
        wide = low.astype(np.int64)
        wide[at[first:last] - start] += self._high.all()[first:last].astype(np.int64) << self._bits
        return wide

    def take(self, where: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the items at ``where``, as 64-bit integers."""
        values: NDArray[np.int64] = self._low.all()[where].astype(np.int64)
        if self._at.size and where.size:
            at = self._at.all()
            near = np.searchsorted(at, where)
            near[near == at.size] = 0
            wide = np.flatnonzero(at[near] == where)
            values[wide] += self._high.all()[near[wide]].astype(np.int64) << self._bits
        return values
