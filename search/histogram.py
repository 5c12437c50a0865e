"""Counts of documents by year, month or day, over arrays of days."""

from typing import Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

Grain = Literal["year", "month", "day"]
GRAINS: tuple[Grain, ...] = ("year", "month", "day")
_UNITS = {"year": "M8[Y]", "month": "M8[M]", "day": "M8[D]"}

AUTOMATIC = {"day": 62, "month": 120}
"""A grain is chosen for a span when it makes no more buckets than this; else the next coarser."""

MAX_BUCKETS = 1_000
"""Asked for more, the grain becomes coarser; of more years than this, the newest are given."""


class Bucket(NamedTuple):
    """A year, month or day with its first and last day (days since 1970-01-01) and a count."""

    name: str
    first: int
    last: int
    documents: int


def automatic_grain(first: int, last: int, months: int = AUTOMATIC["month"]) -> Grain:
    """Return the finest grain that shows the days ``first`` to ``last`` in few buckets.

    ``months`` is the most buckets of a month that are few.
    """
    most = AUTOMATIC | {"month": months}
    return next((g for g in ("day", "month") if _buckets(first, last, g) <= most[g]), "year")


def possible_grain(first: int, last: int, wanted: Grain) -> Grain:
    """Return ``wanted``, or the finest coarser grain that makes at most MAX_BUCKETS buckets."""
    for grain in reversed(GRAINS[: GRAINS.index(wanted) + 1]):
        if _buckets(first, last, grain) <= MAX_BUCKETS:
            return grain
    return "year"


def histogram(days: NDArray[np.int32], first: int, last: int, grain: Grain) -> list[Bucket]:
    """Count ``days`` in contiguous buckets, from that of day ``first`` to that of day ``last``.

    The edge buckets are whole: a month is counted from its first day to its last.
    """
    start, end = (int(unit) for unit in _unit(np.array([first, last], dtype=np.int32), grain))
    units = _unit(days, grain) - start
    inside = units[(units >= 0) & (units <= end - start)]
    counts = np.bincount(inside, minlength=end - start + 1)
    edges = np.arange(start, end + 2).astype(_UNITS[grain])
    bounds = edges.astype("M8[D]").astype(np.int64)
    return [
        Bucket(str(edges[i]), int(bounds[i]), int(bounds[i + 1]) - 1, int(counts[i]))
        for i in range(len(counts))
    ]


def _buckets(first: int, last: int, grain: Grain) -> int:
    start, end = _unit(np.array([first, last], dtype=np.int32), grain)
    return int(end - start) + 1


def _unit(days: NDArray[np.int32], grain: Grain) -> NDArray[np.int64]:
    dates = days.astype("M8[D]").astype(_UNITS[grain])
    return cast("NDArray[np.int64]", dates.astype(np.int64))
