"""Dates to be counted: the days of documents, and the years, months or days they are counted in.

Days are numbers since 1970-01-01.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index import Snapshot
from index.arrays import places
from index.calendar import UNDATED_DAY

Docs = NDArray[np.int32]
_KEPT_UNITS = 64
"""Names of years, months or days are made for so many at a time."""
_SPARSE = 16
"""Counting every day of a span pays up to so many days for a document."""

Unit = Literal["year", "month", "day"]
UNITS: dict[Unit, str] = {"day": "M8[D]", "month": "M8[M]", "year": "M8[Y]"}
"""From the finest to the coarsest, as NumPy types."""


class Dates(Protocol):
    """The dates of some documents."""

    @property
    def missing(self) -> int:
        """How many documents have no date."""

    def extent(self) -> tuple[int, int] | None:
        """Return the first and the last day; None if there is no date."""

    def counts(self, buckets: "Buckets") -> NDArray[np.int64]:
        """Return how many documents have a date in each bucket."""

    def inferred(self, buckets: "Buckets") -> NDArray[np.int64]:
        """Return how many of these do not declare their publication date; none of mentions."""


@dataclass(frozen=True, slots=True)
class DayRanges:
    """Ranges of days, both ends included, and the document of each; documents ascend.

    ``missing`` is the number of documents without any; ``single`` if every range is one day.
    ``inferred_days`` are those of documents that do not declare their publication date.
    """

    docs: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    missing: int
    single: bool
    inferred_days: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def extent(self) -> tuple[int, int] | None:
        """Return the first and the last day; None if there is no date."""
        return (int(self.first.min()), int(self.last.max())) if len(self.docs) else None

    def counts(self, buckets: "Buckets") -> NDArray[np.int64]:
        """Return how many documents have a date in each bucket."""
        return _count_days(self.first, buckets) if self.single else _count_ranges(self, buckets)

    def inferred(self, buckets: "Buckets") -> NDArray[np.int64]:
        """Return how many of these do not declare their publication date; none of mentions."""
        return _count_days(self.inferred_days, buckets)


class Buckets(NamedTuple):
    """Contiguous years, months or days: their names, and their first and last days (ISO 8601).

    ``bounds`` are the first day of each and the day after the last one.
    """

    names: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    bounds: NDArray[np.int64]


def in_units(days: Sequence[int], unit: Unit) -> list[int]:
    """Return the number of the year, month or day since 1970 that each day is in."""
    numbers: list[int] = np.array(days, "M8[D]").astype(UNITS[unit]).astype(np.int64).tolist()
    return numbers


def published(docs: Docs, snapshot: Snapshot) -> DayRanges:
    """Return when documents were published."""
    days = snapshot.dates.days.take(docs)
    inferred = days[snapshot.dates.inferred.take(docs)]
    dated = days != UNDATED_DAY
    documents = len(docs)
    if not dated.all():
        docs, days = docs[dated], days[dated]
    return DayRanges(docs, days, days, documents - len(docs), single=True, inferred_days=inferred)


def mentioned(docs: Docs, snapshot: Snapshot) -> DayRanges:
    """Return the dates that documents mention."""
    column = snapshot.mentioned
    starts = column.offsets[docs].astype(np.int64)
    sizes = column.offsets[docs + 1] - starts
    entries = places(starts, sizes)
    missing = len(docs) - int(np.count_nonzero(sizes))
    first, last = column.first[entries], column.last[entries]
    return DayRanges(np.repeat(docs, sizes), first, last, missing, single=False)


def buckets_of(first: int, last: int, unit: Unit) -> Buckets:
    """Return the units ``first`` to ``last``: a part of more of them, which are kept."""
    begin = first // _KEPT_UNITS * _KEPT_UNITS
    kept = _kept_buckets(begin, -(-(last + 1) // _KEPT_UNITS) * _KEPT_UNITS - 1, unit)
    part = slice(first - begin, last + 1 - begin)
    bounds = kept.bounds[part.start : part.stop + 1]
    return Buckets(kept.names[part], kept.first[part], kept.last[part], bounds)


@lru_cache(maxsize=32)
def _kept_buckets(first: int, last: int, unit: Unit) -> Buckets:
    units = np.arange(first, last + 2).astype(UNITS[unit])
    bounds = units.astype("M8[D]").astype(np.int64)
    return Buckets(
        tuple(np.datetime_as_string(units[:-1]).tolist()),
        tuple(np.datetime_as_string(bounds[:-1].astype("M8[D]")).tolist()),
        tuple(np.datetime_as_string((bounds[1:] - 1).astype("M8[D]")).tolist()),
        bounds,
    )


def _count_days(days: NDArray[np.int32], buckets: Buckets) -> NDArray[np.int64]:
    """Return how many of the days each bucket has; days outside all buckets do not count."""
    if not len(days):
        return np.zeros(len(buckets.names), np.int64)
    begin, end = int(buckets.bounds[0]), int(buckets.bounds[-1])
    if days.min() < begin or days.max() >= end:
        days = days[(days >= begin) & (days < end)]
    if end - begin > _SPARSE * len(days):
        return np.bincount(_bucket_of(days, buckets), minlength=len(buckets.names))
    counts: NDArray[np.int64] = np.add.reduceat(
        np.bincount(days - begin, minlength=end - begin), buckets.bounds[:-1] - begin
    )
    return counts


def _count_ranges(ranges: DayRanges, buckets: Buckets) -> NDArray[np.int64]:
    """Return how many documents have a day in each bucket.

    Ranges of a document that meet in a bucket are joined first, so that it counts once there.
    Memory does not grow with the length of ranges.
    """
    begin, end = int(buckets.bounds[0]), int(buckets.bounds[-1])
    inside = (ranges.last >= begin) & (ranges.first < end)
    # One axis for all documents, on which those of different documents are far apart.
    axis = ranges.docs[inside] * np.int64(len(buckets.names) + 1)
    begins = _bucket_of(np.maximum(ranges.first[inside], begin), buckets) + axis
    ends = _bucket_of(np.minimum(ranges.last[inside], end - 1), buckets) + axis
    order = np.argsort(begins, kind="stable")
    begins, ends, axis = begins[order], ends[order], axis[order]
    reached = np.maximum.accumulate(ends)
    opens = np.ones(len(begins), dtype=np.bool_)
    opens[1:] = begins[1:] > reached[:-1]
    closes = np.ones(len(begins), dtype=np.bool_)
    closes[:-1] = opens[1:]
    changes = np.bincount((begins - axis)[opens], minlength=len(buckets.names) + 1)
    changes -= np.bincount((reached - axis)[closes] + 1, minlength=len(buckets.names) + 1)
    return np.cumsum(changes)[:-1]


def _bucket_of(days: NDArray[np.int32], buckets: Buckets) -> NDArray[np.int64]:
    """Return the index of the bucket that each day is in; all are in one."""
    begin, end = int(buckets.bounds[0]), int(buckets.bounds[-1])
    if end - begin > _SPARSE * len(days):
        return buckets.bounds.searchsorted(days, "right") - 1
    bucket_of = np.repeat(np.arange(len(buckets.names)), np.diff(buckets.bounds))
    return bucket_of.take(days - begin)
