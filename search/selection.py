"""The first few of many in an order, without sorting the others."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
_GROUPS = 4
"""Groups made for every item that is wanted."""
_FEW_ROWS = 4


def smallest(keys: NDArray[np.int32], count: int) -> Places:
    """Return the indices of the ``count`` smallest of different keys, ascending by key."""
    if count <= 0:
        return np.empty(0, np.intp)
    if count < len(keys):
        found = (keys <= _bound(keys, count)).nonzero()[0]
        first: Places = found[keys[found].argsort()[:count]]
        return first
    return keys.argsort()


def best(
    scores: NDArray[np.float32], count: int, ranks: Callable[[Places | slice], NDArray[np.int32]]
) -> Places:
    """Return the indices of the ``count`` highest scores, highest first.

    Equal scores come by ascending rank; ``ranks`` gives the ranks at indices, all different.
    """
    if count <= 0 or not len(scores):
        return np.empty(0, np.intp)
    if scores.min() == scores.max():
        return smallest(ranks(slice(None)), count)
    keys = -scores
    found = np.arange(len(keys))
    if count < len(keys):
        found = (keys <= _bound(keys, count)).nonzero()[0]
        if len(found) > 2 * _GROUPS * count:
            found = _cut(keys, found, count, ranks)
    order = np.lexsort((ranks(found), keys[found]))
    return found[order[:count]]


def _bound(keys: NDArray[Any], count: int) -> Any:
    """Return a key that at least ``count`` keys do not exceed, and hardly more.

    The smallest keys of as many groups will do: groups are columns, whose smallest keys are found
    together.
    """
    columns = max(64, _GROUPS * count)
    rows = len(keys) // columns
    if rows >= _FEW_ROWS:
        keys = keys[: rows * columns].reshape(rows, columns).min(axis=0)
    return np.partition(keys, count - 1)[count - 1]


def _cut(
    keys: NDArray[np.float32],
    found: Places,
    count: int,
    ranks: Callable[[Places | slice], NDArray[np.int32]],
) -> Places:
    """Leave out what cannot be among the first where many keys are equal (no query: all are)."""
    held = keys[found]
    least = held.min()
    last = (
        least
        if np.count_nonzero(held == least) >= count
        else np.partition(held, count - 1)[count - 1]
    )
    tied = found[held == last]
    tied = tied[smallest(ranks(tied), count)]
    return np.concatenate([found[held < last], tied])
