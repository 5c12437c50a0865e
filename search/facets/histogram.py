"""Counts of documents by year, month or day, over arrays of days."""

from functools import lru_cache
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

_SPARSE = 16
"""Days are counted one by one where there are no more of them than so many for a document."""


class Edges(NamedTuple):
    """Contiguous years, months or days: their names, and first and last days (ISO 8601).

    ``bounds`` are the first days and the one behind the last, in days since 1970-01-01.
    """

    grain: Grain
    names: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    bounds: NDArray[np.int64]


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


def edges(first: int, last: int, grain: Grain) -> Edges:
    """Return the buckets from that of day ``first`` to that of day ``last``, both whole.

    At most MAX_BUCKETS, the last ones.
    """
    start, end = (int(unit) for unit in _unit(np.array([first, last], dtype=np.int32), grain))
    return _edges(max(start, end - MAX_BUCKETS + 1), end, grain)


@lru_cache(maxsize=32)
def _edges(start: int, end: int, grain: Grain) -> Edges:
    units = np.arange(start, end + 2).astype(_UNITS[grain])
    days = units.astype("M8[D]")
    return Edges(
        grain,
        tuple(np.datetime_as_string(units[:-1]).tolist()),
        tuple(np.datetime_as_string(days[:-1]).tolist()),
        tuple(np.datetime_as_string((days.astype(np.int64)[1:] - 1).astype("M8[D]")).tolist()),
        days.astype(np.int64),
    )


def histogram(days: NDArray[np.int32], edges: Edges) -> NDArray[np.int64]:
    """Count days in buckets."""
    if not len(days):
        return np.zeros(len(edges.names), np.int64)
    begin, end = int(edges.bounds[0]), int(edges.bounds[-1])
    if days.min() < begin or days.max() >= end:
        days = days[(days >= begin) & (days < end)]
    if end - begin > _SPARSE * len(days):
        return np.bincount(_bucket(days, edges), minlength=len(edges.names))
    counts: NDArray[np.int64] = np.add.reduceat(
        np.bincount(days - begin, minlength=end - begin), edges.bounds[:-1] - begin
    )
    return counts


class Spans(NamedTuple):
    """Spans of days, both ends included, with the document of each; documents ascend.

    ``documents`` is how many different ones there are.
    """

    docs: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    documents: int


def span_histogram(spans: Spans, edges: Edges) -> NDArray[np.int64]:
    """Count documents in buckets: one counts in every bucket it has a day of.

    Spans that meet in a bucket are joined first, so that
    a document counts there once, however many of its spans do; memory does not grow with their
    lengths.
    """
    begin, end = int(edges.bounds[0]), int(edges.bounds[-1])
    inside = (spans.last >= begin) & (spans.first < end)
    # One axis for all documents, on which those of different documents are far apart.
    axis = spans.docs[inside] * np.int64(len(edges.names) + 1)
    begins = _bucket(np.maximum(spans.first[inside], begin), edges) + axis
    ends = _bucket(np.minimum(spans.last[inside], end - 1), edges) + axis
    order = np.argsort(begins, kind="stable")
    begins, ends, axis = begins[order], ends[order], axis[order]
    reached = np.maximum.accumulate(ends)
    opens = np.ones(len(begins), dtype=np.bool_)
    opens[1:] = begins[1:] > reached[:-1]
    closes = np.ones(len(begins), dtype=np.bool_)
    closes[:-1] = opens[1:]
    changes = np.bincount((begins - axis)[opens], minlength=len(edges.names) + 1)
    changes -= np.bincount((reached - axis)[closes] + 1, minlength=len(edges.names) + 1)
    return np.cumsum(changes)[:-1]


def _bucket(days: NDArray[np.int32], edges: Edges) -> NDArray[np.int64]:
    """Return the number of the bucket that each of these days is in."""
    begin, end = int(edges.bounds[0]), int(edges.bounds[-1])
    if end - begin > _SPARSE * len(days):
        return edges.bounds.searchsorted(days, "right") - 1
    of_day = np.repeat(np.arange(len(edges.names)), np.diff(edges.bounds))
    return of_day.take(days - begin)


def _buckets(first: int, last: int, grain: Grain) -> int:
    start, end = _unit(np.array([first, last], dtype=np.int32), grain)
    return int(end - start) + 1


def _unit(days: NDArray[np.int32], grain: Grain) -> NDArray[np.int64]:
    dates = days.astype("M8[D]").astype(_UNITS[grain])
    return cast("NDArray[np.int64]", dates.astype(np.int64))
