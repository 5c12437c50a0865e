"""Counts: how many documents each facet value and each year, month or day has.

Counts keep the contract of docs/facets.md. Days are numbers since 1970-01-01.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice, repeat
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.calendar import day_number, day_of
from index.store import Tally
from search.engine import DateBucket, DateFacet, FacetPage, FacetValue, ValueFacet
from search.facets.dates import UNITS, Buckets, Dates, Unit, buckets_of, in_units
from search.facets.labels import LocalizedFacet, LocalizedFacets
from search.request import FacetOrder, SearchRequest

MAX_BUCKETS = 1_000
"""If there were more, buckets are wider; of more years than this, the last are counted."""
MAX_DAYS = 62
"""Buckets of a day that the interval ``auto`` makes at most; for months the request says."""
_OUTLIERS = 100
"""One document in so many may lie outside a trimmed range, at either end."""
_MAX_KEPT_SIZE = 100
"""Values of a facet over all documents that are kept at most."""


class Tallies(Protocol):
    """The documents that match a query, counted under the filters of a request."""

    def is_whole(self, facet: str) -> bool:
        """Tell whether all documents pass every filter but the selection of a facet."""

    def tally(self, facet: str) -> Tally:
        """Count what passes every filter but the selection of a facet, by value."""

    def distinct(self, facet: str, counts: NDArray[np.int64]) -> int:
        """Return how many values have a count; ``counts`` may lack rare ones."""

    def readmitted(self, facet: str, value: str) -> int:
        """Return the count that a value would have if it were not excluded."""

    def dates(self) -> Dates:
        """Return the dates of what passes every filter but that by date."""


def facets(
    request: SearchRequest, tallies: Tallies, localized: LocalizedFacets, deadline: float
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
            counted[name] = _date_facet(request, tallies, localized)
        elif late:
            facet = _value_facet(name, replace(request, facet_size=0), tallies, localized)
            counted[name] = replace(facet, size=request.facet_size, truncated=True)
        else:
            counted[name] = _value_facet(name, request, tallies, localized)
    return counted


def facet_page(
    name: str,
    request: SearchRequest,
    tallies: Tallies,
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
    counter = _ValueCounter(name, request, tallies, facet)
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
    name: str, request: SearchRequest, tallies: Tallies, localized: LocalizedFacets
) -> ValueFacet:
    """Count the most frequent values of a facet, and all that are selected or excluded."""
    facet, size = localized.facet(name), request.facet_size

    def count() -> ValueFacet:
        return _ValueCounter(name, request, tallies, facet).facet()

    pinned = request.selected.get(name) or request.excluded.get(name)
    if pinned or not tallies.is_whole(name) or size > _MAX_KEPT_SIZE:
        return count()
    return localized.unfiltered((name, size), count)


_new_value: Callable[[Iterable[object]], FacetValue] = partial(tuple.__new__, FacetValue)
"""Makes a value from all of its fields, in half the time of its class."""


class _ValueCounter:
    """The counts of one facet's values, by ordinal.

    *Pinned* values are selected or excluded: they are always listed.
    """

    def __init__(
        self,
        name: str,
        request: SearchRequest,
        tallies: Tallies,
        facet: LocalizedFacet,
    ) -> None:
        self.name = name
        self._localized = facet
        self._size = request.facet_size
        self._selected = request.selected.get(name, ())
        self._excluded = request.excluded.get(name, ())
        self._pinned = tuple(dict.fromkeys((*self._selected, *self._excluded)))
        column = facet.column
        self._tallies = tallies
        self.counts, self.missing = tallies.tally(name)
        # No chosen document carries excluded values: they are counted without their exclusion.
        excluded = [value for value in self._excluded if value in column.ordinal]
        if excluded:
            self.counts = self.counts.copy()
        for value in excluded:
            ordinal = column.ordinal[value]
            self.counts[ordinal] = tallies.readmitted(name, value)

    def facet(self) -> ValueFacet:
        """Return the most frequent values, then the other pinned ones.

        Values that the names call ``weak`` are counted as distinct and not listed.
        """
        names = self._localized.names
        distinct = self._tallies.distinct(self.name, self.counts)
        counts = self.counts
        if len(names.weak):
            counts = counts.copy()
            counts[names.weak] = 0
        if names.flat:
            values = self.values(self._localized.most_frequent(counts, self._size))
            listed = {value.value for value in values} if self._pinned else set()
            values += [self._value(value) for value in self._pinned if value not in listed]
        else:
            lower = names.parents >= 0
            distinct -= int(np.count_nonzero(self.counts[lower]))
            first = self._localized.most_frequent(np.where(lower, 0, counts), self._size)
            values = self.values(first, self._children(first))
            if self._pinned:
                values = self._with_pinned(values)
        return ValueFacet(self.name, self._size, distinct, self.missing, tuple(values))

    def _children(self, tops: Sequence[int]) -> list[tuple[FacetValue, ...]]:
        """Return the most frequent values below each of some values."""
        below = self._localized.most_frequent_below(tops, self.counts, self._size)
        made = iter(self.values(list(chain.from_iterable(below.values()))))
        children = {top: tuple(islice(made, len(ordinals))) for top, ordinals in below.items()}
        return [children.get(top, ()) for top in tops]

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

    def _with_pinned(self, values: list[FacetValue]) -> list[FacetValue]:
        """Add the pinned values that are not listed, and the values above them."""
        names, ordinals = self._localized.names, self._localized.column.ordinal
        place = {value.value: number for number, value in enumerate(values)}
        for pinned in self._pinned:
            above = names.parent(pinned)
            top = above or pinned
            if top not in place:
                place[top] = len(values)
                known = [ordinals[top]] if top in ordinals else []
                children = next(iter(self._children(known)), ())
                values.append(self._value(top)._replace(children=children))
            value = values[place[top]]
            if above and pinned not in {child.value for child in value.children}:
                children = (*value.children, self._value(pinned))
                values[place[top]] = value._replace(children=children)
        return values


def _among(chosen: Collection[str], values: Sequence[str]) -> Iterable[bool]:
    return [value in chosen for value in values] if chosen else repeat(False)


# Dates


def _date_facet(request: SearchRequest, tallies: Tallies, localized: LocalizedFacets) -> DateFacet:
    """Count by date: in the range that is asked for, else from the first to the last document."""

    def count() -> DateFacet:
        return count_dates(request, tallies.dates())

    if request.date_from or request.date_to or not tallies.is_whole("date"):
        return count()
    return localized.unfiltered(
        ("date", request.date_field, request.interval, request.months, request.trimmed), count
    )


def count_dates(request: SearchRequest, dates: Dates) -> DateFacet:
    """Count dates by year, month or day, in the range that a request shows."""
    shown = _shown_range(dates.extent(), request)
    if shown is None:
        unit = "year" if request.interval == "auto" else request.interval
        return DateFacet("date", unit, dates.missing, ())
    before = after = 0
    unranged = request.date_from is None and request.date_to is None
    if request.trimmed and unranged and request.date_field == "published":
        shown, before, after = _without_outliers(shown, dates)
    unit = _unit(*shown, request)
    first, last = in_units(shown, unit)
    buckets = buckets_of(max(first, last - MAX_BUCKETS + 1), last, unit)
    counts = (dates.counts(buckets).tolist(), dates.inferred(buckets).tolist())
    days = (buckets.names, buckets.first, buckets.last)
    return DateFacet(
        name="date",
        interval=unit,
        missing=dates.missing,
        values=tuple(map(DateBucket, *days, *counts, _selected(buckets, request))),
        truncated=unit == "year" and day_of(shown[0]).year < int(buckets.names[0]),
        before=before,
        after=after,
    )


def _without_outliers(shown: tuple[int, int], dates: Dates) -> tuple[tuple[int, int], int, int]:
    """Return the days without those years away, and how many documents lie before and after.

    An end is left out if it has one document in a hundred at most (of ten, one), and is as long as
    all that stays.
    """
    first, last = in_units(shown, "year")
    years = buckets_of(max(first, last - MAX_BUCKETS + 1), last, "year")
    counts = dates.counts(years)
    total = int(counts.sum())
    few = max(total // _OUTLIERS, int(total >= _OUTLIERS // 10))
    until, since = counts.cumsum(), counts[::-1].cumsum()
    begin = int(until.searchsorted(few, "right"))
    end = len(counts) - int(since.searchsorted(few, "right"))
    oldest, newest = shown
    for start, stop in ((begin, end), (begin, len(counts)), (0, end)):
        kept, late = stop - start, len(counts) - stop
        if kept <= 0 or 0 < start < kept or 0 < late < kept:
            continue
        if start:
            oldest = int(years.bounds[start])
        if late:
            newest = int(years.bounds[stop]) - 1
        before = int(until[start - 1]) if start else 0
        after = int(since[late - 1]) if late else 0
        return (oldest, newest), before, after
    return shown, 0, 0


def _shown_range(extent: tuple[int, int] | None, request: SearchRequest) -> tuple[int, int] | None:
    """Return the first and the last day to show; None if there is nothing to show.

    Days without documents at either end of the range that is asked for are left out, but not if
    the whole range has none.
    """
    ranged = request.undated != "only"
    start = day_number(request.date_from) if ranged and request.date_from else None
    end = day_number(request.date_to) if ranged and request.date_to else None
    if extent is not None:
        oldest, newest = extent
        first = oldest if start is None else max(start, oldest)
        last = newest if end is None else min(end, newest)
        if first <= last:
            return first, last
    return None if start is None or end is None or end < start else (start, end)


def _unit(first: int, last: int, request: SearchRequest) -> Unit:
    """Return the finest unit that makes few enough buckets and is not finer than asked for."""
    units, most = list(UNITS), {"day": MAX_DAYS, "month": request.months}
    if request.interval != "auto":
        units = units[units.index(request.interval) :]
        most = dict.fromkeys(("day", "month"), MAX_BUCKETS)
    for unit in units[:-1]:
        start, end = in_units((first, last), unit)
        if end - start < most[unit]:
            return unit
    return "year"


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
