"""Counts of documents by year, month or day, over arrays of days."""

from typing import Any, Literal, NamedTuple, cast

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


class Spans(NamedTuple):
    """Spans of days, both ends included, with the document of each; documents ascend."""

    docs: NDArray[np.integer[Any]]
    first: NDArray[np.int32]
    last: NDArray[np.int32]


def span_histogram(spans: Spans, first: int, last: int, grain: Grain) -> list[Bucket]:
    """Count documents in contiguous buckets: one counts in every bucket it has a day of.

    The buckets are those of ``histogram``. Spans that meet in a bucket are joined first, so that
    a document counts there once, however many of its spans do; memory does not grow with their
    lengths.
    """
    empty = histogram(np.empty(0, dtype=np.int32), first, last, grain)
    start = int(_unit(np.array([first], dtype=np.int32), grain)[0])
    begins = _unit(np.maximum(spans.first, empty[0].first).astype(np.int32), grain) - start
    ends = _unit(np.minimum(spans.last, empty[-1].last).astype(np.int32), grain) - start
    inside = (spans.last >= empty[0].first) & (spans.first <= empty[-1].last)
    # One axis for all documents, on which those of different documents are far apart.
    axis = spans.docs[inside] * (len(empty) + 1)
    begins, ends = begins[inside] + axis, ends[inside] + axis
    order = np.argsort(begins, kind="stable")
    begins, ends, axis = begins[order], ends[order], axis[order]
    reached = np.maximum.accumulate(ends)
    opens = np.ones(len(begins), dtype=np.bool_)
    opens[1:] = begins[1:] > reached[:-1]
    closes = np.ones(len(begins), dtype=np.bool_)
    closes[:-1] = opens[1:]
    changes = np.bincount((begins - axis)[opens], minlength=len(empty) + 1)
    changes -= np.bincount((reached - axis)[closes] + 1, minlength=len(empty) + 1)
    counts = np.cumsum(changes)
    return [bucket._replace(documents=int(counts[i])) for i, bucket in enumerate(empty)]


def _buckets(first: int, last: int, grain: Grain) -> int:
    start, end = _unit(np.array([first, last], dtype=np.int32), grain)
    return int(end - start) + 1


def _unit(days: NDArray[np.int32], grain: Grain) -> NDArray[np.int64]:
    dates = days.astype("M8[D]").astype(_UNITS[grain])
    return cast("NDArray[np.int64]", dates.astype(np.int64))
