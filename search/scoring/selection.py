"""The first few of many in an order, without sorting the others."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
_GROUPS = 4
"""Groups made for every item that is wanted, at least."""
_MOST_GROUPS = 1024
_FEW_ROWS = 4


def smallest(keys: NDArray[np.int32], count: int) -> Places:
    """Return the indices of the ``count`` smallest of different keys, ascending by key."""
    if count <= 0:
        return np.empty(0, np.intp)
    if count < len(keys):
        found = (keys <= _bound(keys, count, np.minimum)).nonzero()[0]
        least: Places = found[keys[found].argsort()[:count]]
        return least
    return keys.argsort()


def best(
    scores: NDArray[np.float32], count: int, ranks: Callable[[Places | slice], NDArray[np.int32]]
) -> Places:
    """Return the indices of the ``count`` highest scores, highest first.

    Equal scores come by ascending rank; ``ranks`` gives the ranks at indices, all different.
    """
    if count <= 0 or not len(scores):
        return np.empty(0, np.intp)
    bound = _bound(scores, min(count, len(scores)), np.maximum)
    if scores[0] == bound == scores.max() == scores.min():
        return smallest(ranks(slice(None)), count)
    found = (scores >= bound).nonzero()[0]
    if len(found) > 2 * _GROUPS * count:
        found = _cut(scores, found, count, ranks)
    order: Places = np.lexsort((ranks(found), -scores[found]))[:count]
    first: Places = found[order]
    return first


def _bound(keys: NDArray[Any], count: int, extreme: np.ufunc) -> Any:
    """Return a key that at least ``count`` keys reach, smallest or highest, and hardly more.

    The extreme keys of as many groups will do: groups are columns, whose extremes are found
    together.
    """
    columns = max(min(len(keys) // 64, _MOST_GROUPS), 64, _GROUPS * count)
    rows = len(keys) // columns
    if rows >= _FEW_ROWS:
        keys = extreme.reduce(keys[: rows * columns].reshape(rows, columns), axis=0)
    at = count - 1 if extreme is np.minimum else len(keys) - count
    return np.partition(keys, at)[at]


def _cut(
    scores: NDArray[np.float32],
    found: Places,
    count: int,
    ranks: Callable[[Places | slice], NDArray[np.int32]],
) -> Places:
    """Leave out what cannot be among the first where many scores are equal (no query: all are)."""
    held = scores[found]
    last = held.max()
    if np.count_nonzero(held == last) < count:
        last = np.partition(held, len(held) - count)[len(held) - count]
    tied = found[held == last]
    tied = tied[smallest(ranks(tied), count)]
    return np.concatenate([found[held > last], tied])
