"""Counts: how many documents each facet value and each year, month or day has.

Counts keep the contract of docs/facets.md. Days are numbers since 1970-01-01.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import repeat
from time import perf_counter
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import Snapshot
from index.arrays import places
from index.calendar import UNDATED_DAY, day_number, day_of
from index.store import Chosen
from search.engine import DateBucket, DateFacet, FacetPage, FacetValue, ValueFacet
from search.facets.filters import Docs, Filtered
from search.facets.labels import LocalizedFacet, LocalizedFacets
from search.request import FacetOrder, SearchRequest

MAX_BUCKETS = 1_000
"""If there were more, buckets are wider; of more years than this, the last are counted."""
MAX_DAYS = 62
"""Buckets of a day that the interval ``auto`` makes at most; for months the request says."""
_MAX_KEPT_SIZE = 100
"""Values of a facet over all documents that are kept at most."""
_KEPT_UNITS = 64
"""Names of years, months or days are made for so many at a time."""
_SPARSE = 16
"""Counting every day of a span pays up to so many days for a document."""

Unit = Literal["year", "month", "day"]
_UNITS: dict[Unit, str] = {"day": "M8[D]", "month": "M8[M]", "year": "M8[Y]"}
"""From the finest to the coarsest, as NumPy types."""


def facets(
    request: SearchRequest, filtered: Filtered, localized: LocalizedFacets, deadline: float
) -> dict[str, ValueFacet | DateFacet]:
    """Count the facets that a request asks for, in its order.

    A facet that is not begun by ``deadline`` (a moment of ``perf_counter``) is ``truncated``: only
    its selected and excluded values are counted.
    """
    counted: dict[str, ValueFacet | DateFacet] = {}
    for name in request.facets:
        late = perf_counter() > deadline
        if name == "date" and late:
            counted[name] = DateFacet("date", request.interval, 0, (), truncated=True)
        elif name == "date":
            counted[name] = _date_facet(request, filtered, localized)
        elif late:
            facet = _value_facet(name, replace(request, facet_size=0), filtered, localized)
            counted[name] = replace(facet, size=request.facet_size, truncated=True)
        else:
            counted[name] = _value_facet(name, request, filtered, localized)
    return counted


def facet_page(
    name: str,
    request: SearchRequest,
    filtered: Filtered,
    localized: LocalizedFacets,
    prefix: str,
    page: int,
    order: FacetOrder = "count",
) -> FacetPage:
    """Return a page of the values of a facet that have a name with a word that begins so.

    A page has ``request.facet_size`` values that are carried by any document under the other
    filters, those of both levels in one list. ``order`` is by count, or by label (``name``).
    Raises KeyError for a name that is no facet of values.
    """
    facet = localized.facet(name)
    counter = _ValueCounter(name, request, filtered, facet, filtered.chosen(name))
    counts = facet.only_starting(counter.counts, prefix) if prefix.strip() else counter.counts
    total = int(np.count_nonzero(counts))
    size = request.facet_size
    first = facet.by_label if order == "name" else facet.most_frequent
    ordinals = first(counts, page * size)[(page - 1) * size :]
    values = tuple(counter.values(ordinals))
    return FacetPage(
        facet=ValueFacet(name, size, total, counter.missing, values),
        page=page,
        per_page=size,
        total=total,
    )


# Values


def _value_facet(
    name: str, request: SearchRequest, filtered: Filtered, localized: LocalizedFacets
) -> ValueFacet:
    """Count the most frequent values of a facet, and all that are selected or excluded."""
    chosen, facet, size = filtered.chosen(name), localized.facet(name), request.facet_size

    def count() -> ValueFacet:
        return _ValueCounter(name, request, filtered, facet, chosen).facet()

    pinned = request.selected.get(name) or request.excluded.get(name)
    if pinned or len(chosen.docs) < filtered.snapshot.documents or size > _MAX_KEPT_SIZE:
        return count()
    return localized.unfiltered((name, size), count)


_new_value: Callable[[Iterable[object]], FacetValue] = partial(tuple.__new__, FacetValue)
"""Makes a value from all of its fields, in half the time of its class."""


class _ValueCounter:
    """The counts of one facet's values, by ordinal, in ``chosen`` documents.

    *Pinned* values are selected or excluded: they are always listed.
    """

    def __init__(
        self,
        name: str,
        request: SearchRequest,
        filtered: Filtered,
        facet: LocalizedFacet,
        chosen: Chosen,
    ) -> None:
        self.name = name
        self._localized = facet
        self._size = request.facet_size
        self._selected = request.selected.get(name, ())
        self._excluded = request.excluded.get(name, ())
        self._pinned = tuple(dict.fromkeys((*self._selected, *self._excluded)))
        column = facet.column
        self.counts, self.missing = column.tally(chosen)
        # No chosen document carries excluded values: they are counted without their exclusion.
        excluded = [value for value in self._excluded if value in column.ordinal]
        if excluded:
            self.counts = self.counts.copy()
        for value in excluded:
            ordinal = column.ordinal[value]
            readmitted = filtered.readmitting(name, value)
            self.counts[ordinal] = int(column.tally(readmitted).counts[ordinal])

    def facet(self) -> ValueFacet:
        """Return the most frequent values, then the other pinned ones."""
        if self._localized.names.flat:
            distinct = int(np.count_nonzero(self.counts))
            values = self.values(self._localized.most_frequent(self.counts, self._size))
            listed = {value.value for value in values} if self._pinned else set()
            values += [self._value(value) for value in self._pinned if value not in listed]
        else:
            distinct, values = self._two_levels()
        return ValueFacet(self.name, self._size, distinct, self.missing, tuple(values))

    def values(
        self, ordinals: Sequence[int], children: Iterable[tuple[FacetValue, ...]] = repeat(())
    ) -> list[FacetValue]:
        """Return the values of some ordinals, with the ``children`` of each."""
        names = self._localized.column.values
        values = [names[ordinal] for ordinal in ordinals]
        labels, counts = self._localized.labels(values), self.counts.take(ordinals).tolist()
        selected, excluded = _among(self._selected, values), _among(self._excluded, values)
        fields = zip(values, labels, counts, selected, children, excluded, strict=False)
        return list(map(_new_value, fields))

    def _value(self, value: str) -> FacetValue:
        """Return a value that documents may not carry at all."""
        ordinal = self._localized.column.ordinal.get(value)
        return FacetValue(
            value=value,
            label=self._localized.label(value),
            count=0 if ordinal is None else int(self.counts[ordinal]),
            selected=value in self._selected,
            excluded=value in self._excluded,
        )

    def _two_levels(self) -> tuple[int, list[FacetValue]]:
        """Return how many values of the first level have a count, and those to be listed."""
        parents, size = self._localized.names.parents, self._size
        first: list[int] = []
        second: list[int] = []
        for ordinal in self._localized.most_frequent(self.counts, len(self.counts)):
            (first if parents[ordinal] < 0 else second).append(ordinal)
        below: defaultdict[int, list[FacetValue]] = defaultdict(list)
        for ordinal, value in zip(second, self.values(second), strict=True):
            below[parents[ordinal]].append(value)
        values = self.values(first[:size], [tuple(below[top][:size]) for top in first[:size]])
        return len(first), self._with_pinned(values, below) if self._pinned else values

    def _with_pinned(
        self, values: list[FacetValue], below: Mapping[int, list[FacetValue]]
    ) -> list[FacetValue]:
        """Add the pinned values that are not listed, and the values above them."""
        names, ordinals = self._localized.names, self._localized.column.ordinal
        place = {value.value: number for number, value in enumerate(values)}
        for pinned in self._pinned:
            above = names.parent(pinned)
            top = above or pinned
            if top not in place:
                place[top] = len(values)
                children = below.get(ordinals.get(top, -1), [])[: self._size]
                values.append(self._value(top)._replace(children=tuple(children)))
            value = values[place[top]]
            if above and pinned not in {child.value for child in value.children}:
                children = [*value.children, self._value(pinned)]
                values[place[top]] = value._replace(children=tuple(children))
        return values


def _among(chosen: Collection[str], values: Sequence[str]) -> Iterable[bool]:
    return [value in chosen for value in values] if chosen else repeat(False)


# Dates


class DayRanges(NamedTuple):
    """Ranges of days, both ends included, and the document of each; documents ascend.

    ``documents`` is the number of different documents.
    """

    docs: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    documents: int


class Buckets(NamedTuple):
    """Contiguous years, months or days: their names, and their first and last days (ISO 8601).

    ``bounds`` are the first day of each and the day after the last one.
    """

    names: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    bounds: NDArray[np.int64]


def _date_facet(
    request: SearchRequest, filtered: Filtered, localized: LocalizedFacets
) -> DateFacet:
    """Count by date: in the range that is asked for, else from the first to the last document."""
    docs = filtered.without("date")

    def count() -> DateFacet:
        return _count_dates(request, docs, filtered.snapshot)

    if request.date_from or request.date_to or len(docs) < filtered.snapshot.documents:
        return count()
    return localized.unfiltered(
        ("date", request.date_field, request.interval, request.months), count
    )


def _count_dates(request: SearchRequest, docs: Docs, snapshot: Snapshot) -> DateFacet:
    mentioned = request.date_field == "mentioned"
    ranges = _mentioned(docs, snapshot) if mentioned else _published(docs, snapshot)
    missing = len(docs) - ranges.documents
    shown = _shown_range(ranges, request)
    if shown is None:
        unit = "year" if request.interval == "auto" else request.interval
        return DateFacet("date", unit, missing, ())
    unit = _unit(*shown, request)
    first, last = _in_units(shown, unit)
    buckets = _buckets(max(first, last - MAX_BUCKETS + 1), last, unit)
    counts = _count_ranges(ranges, buckets) if mentioned else _count_days(ranges.first, buckets)
    columns = (buckets.names, buckets.first, buckets.last, counts.tolist())
    return DateFacet(
        name="date",
        interval=unit,
        missing=missing,
        values=tuple(map(DateBucket, *columns, _selected(buckets, request))),
        truncated=unit == "year" and day_of(shown[0]).year < int(buckets.names[0]),
    )


def _published(docs: Docs, snapshot: Snapshot) -> DayRanges:
    days = snapshot.dates.days.take(docs)
    dated = days != UNDATED_DAY
    if not dated.all():
        docs, days = docs[dated], days[dated]
    return DayRanges(docs, days, days, len(docs))


def _mentioned(docs: Docs, snapshot: Snapshot) -> DayRanges:
    column = snapshot.mentioned
    starts = column.offsets[docs].astype(np.int64)
    sizes = column.offsets[docs + 1] - starts
    entries = places(starts, sizes)
    documents = int(np.count_nonzero(sizes))
    return DayRanges(np.repeat(docs, sizes), column.first[entries], column.last[entries], documents)


def _shown_range(ranges: DayRanges, request: SearchRequest) -> tuple[int, int] | None:
    """Return the first and the last day to show; None if there is nothing to show.

    Days without documents at either end of the range that is asked for are left out, but not if
    the whole range has none.
    """
    ranged = request.undated != "only"
    start = day_number(request.date_from) if ranged and request.date_from else None
    end = day_number(request.date_to) if ranged and request.date_to else None
    if len(ranges.docs):
        oldest, newest = int(ranges.first.min()), int(ranges.last.max())
        first = oldest if start is None else max(start, oldest)
        last = newest if end is None else min(end, newest)
        if first <= last:
            return first, last
    return None if start is None or end is None or end < start else (start, end)


def _unit(first: int, last: int, request: SearchRequest) -> Unit:
    """Return the finest unit that makes few enough buckets and is not finer than asked for."""
    units, most = list(_UNITS), {"day": MAX_DAYS, "month": request.months}
    if request.interval != "auto":
        units = units[units.index(request.interval) :]
        most = dict.fromkeys(("day", "month"), MAX_BUCKETS)
    for unit in units[:-1]:
        start, end = _in_units((first, last), unit)
        if end - start < most[unit]:
            return unit
    return "year"


def _in_units(days: Sequence[int], unit: Unit) -> list[int]:
    """Return the number of the year, month or day since 1970 that each day is in."""
    numbers: list[int] = np.array(days, "M8[D]").astype(_UNITS[unit]).astype(np.int64).tolist()
    return numbers


def _buckets(first: int, last: int, unit: Unit) -> Buckets:
    """Return the units ``first`` to ``last``: a part of more of them, which are kept."""
    begin = first // _KEPT_UNITS * _KEPT_UNITS
    kept = _kept_buckets(begin, -(-(last + 1) // _KEPT_UNITS) * _KEPT_UNITS - 1, unit)
    part = slice(first - begin, last + 1 - begin)
    bounds = kept.bounds[part.start : part.stop + 1]
    return Buckets(kept.names[part], kept.first[part], kept.last[part], bounds)


@lru_cache(maxsize=32)
def _kept_buckets(first: int, last: int, unit: Unit) -> Buckets:
    units = np.arange(first, last + 2).astype(_UNITS[unit])
    bounds = units.astype("M8[D]").astype(np.int64)
    return Buckets(
        tuple(np.datetime_as_string(units[:-1]).tolist()),
        tuple(np.datetime_as_string(bounds[:-1].astype("M8[D]")).tolist()),
        tuple(np.datetime_as_string((bounds[1:] - 1).astype("M8[D]")).tolist()),
        bounds,
    )


def _selected(buckets: Buckets, request: SearchRequest) -> list[bool]:
    """Return which buckets overlap the range that is asked for."""
    if request.undated == "only" or not (request.date_from or request.date_to):
        return [False] * len(buckets.names)
    overlapping = np.ones(len(buckets.names), np.bool_)
    if request.date_from:
        overlapping &= buckets.bounds[1:] > day_number(request.date_from)
    if request.date_to:
        overlapping &= buckets.bounds[:-1] <= day_number(request.date_to)
    return overlapping.tolist()


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
