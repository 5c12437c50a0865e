"""Counts of documents by year, month or day, over arrays of days.

Facets under the contract of docs/facets.md.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import repeat
from time import perf_counter
from typing import Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from index.arrays import places
from index.days import UNDATED_DAY, day_number, day_of
from index.store import Chosen
from search.facets.filters import Docs, Filtered
from search.facets.labels import FacetLookup, Lookup
from search.request import FacetOrder, SearchRequest
from search.response import DateBucket, DateFacet, FacetPage, FacetValue, ValueFacet

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


def facets(
    request: SearchRequest, filtered: Filtered, lookup: Lookup, deadline: float
) -> dict[str, ValueFacet | DateFacet]:
    """Count the facets that the request asks for, in its order.

    ``deadline`` is a time of ``perf_counter``: a facet not begun by then is ``truncated`` to
    the values that are selected or excluded.
    """
    counted: dict[str, ValueFacet | DateFacet] = {}
    for name in request.facets:
        late = perf_counter() > deadline
        if name == "date":
            counted[name] = (
                DateFacet("date", request.interval, 0, (), truncated=True)
                if late
                else _date_facet(request, filtered, lookup)
            )
        elif late:
            facet = value_facet(name, replace(request, facet_size=0), filtered, lookup)
            counted[name] = replace(facet, size=request.facet_size, truncated=True)
        else:
            counted[name] = value_facet(name, request, filtered, lookup)
    return counted


def value_facet(
    name: str, request: SearchRequest, filtered: Filtered, lookup: Lookup
) -> ValueFacet:
    """Count one facet of values: the most frequent, and all that are selected or excluded."""
    chosen = filtered.chosen(name)
    facet = lookup.facet(name)
    size = request.facet_size
    pinned = request.selected.get(name) or request.excluded.get(name)
    if pinned or len(chosen.docs) < filtered.generation.documents:
        return _Counts(name, request, filtered, facet, chosen).facet()
    known = facet.everything.get(size)
    if known is None:
        known = _Counts(name, request, filtered, facet, chosen).facet()
        facet.keep(known)
    return known


def facet_page(
    name: str,
    request: SearchRequest,
    filtered: Filtered,
    lookup: Lookup,
    prefix: str,
    page: int,
    order: FacetOrder = "count",
) -> FacetPage:
    """Count the values of a facet a word of whose names starts like ``prefix``.

    Values of both levels come in one flat list; those that no document carries under the
    other filters are left out. ``order`` is by count, or by label (``name``). Raises KeyError
    for a name that is no facet of values.
    """
    facet = lookup.facet(name)
    counts = _Counts(name, request, filtered, facet, filtered.chosen(name))
    found = counts.array
    if prefix.strip():
        wanted = np.zeros(len(found), dtype=np.bool_)
        wanted[facet.names.starting(prefix)] = True
        found = np.where(wanted, found, 0)
    total = int(np.count_nonzero(found))
    size = request.facet_size
    first = facet.by_label if order == "name" else facet.most_frequent
    ordinals = first(found, page * size)[(page - 1) * size :]
    return FacetPage(
        facet=ValueFacet(name, size, total, counts.missing, tuple(counts.values(ordinals))),
        page=page,
        per_page=size,
        total=total,
    )


def _date_facet(request: SearchRequest, filtered: Filtered, lookup: Lookup) -> DateFacet:
    """Count by date, once where all documents are counted and no range is asked for."""
    ranged = request.date_from or request.date_to
    if ranged or len(filtered.without("date")) < filtered.generation.documents:
        return date_facet(request, filtered)
    asked = (request.date_field, request.interval, request.months)
    known = lookup.dates.get(asked)
    if known is None:
        known = date_facet(request, filtered)
        lookup.keep_dates(asked, known)
    return known


def date_facet(request: SearchRequest, filtered: Filtered) -> DateFacet:
    """Count by date: the buckets of the range asked for, else of all documents.

    By the day of publication, or by the days mentioned, as the request says.
    """
    docs = filtered.without("date")
    mentioned = request.date_field == "mentioned"
    spans = _mentioned(docs, filtered) if mentioned else _published(docs, filtered)
    missing = len(docs) - spans.documents
    shown = _shown(spans, request)
    if shown is None:
        grain = "year" if request.interval == "auto" else request.interval
        return DateFacet("date", grain, missing, ())
    wanted: Grain = (
        automatic_grain(*shown, request.months) if request.interval == "auto" else request.interval
    )
    grain = possible_grain(*shown, wanted)
    buckets = edges(*shown, grain)
    counts = span_histogram(spans, buckets) if mentioned else histogram(spans.first, buckets)
    return DateFacet(
        name="date",
        interval=grain,
        missing=missing,
        values=tuple(
            map(
                DateBucket,
                buckets.names,
                buckets.first,
                buckets.last,
                counts.tolist(),
                _selected(buckets, request),
            )
        ),
        truncated=grain == "year" and day_of(shown[0]).year < int(buckets.names[0]),
    )


_new_value: Callable[[Iterable[object]], FacetValue] = partial(tuple.__new__, FacetValue)
"""Makes a value of all its fields, in half the time that its class takes to look them over."""


class _Counts:
    """The counts of one facet's values under the other filters."""

    def __init__(
        self,
        name: str,
        request: SearchRequest,
        filtered: Filtered,
        lookup: FacetLookup,
        chosen: Chosen,
    ) -> None:
        self.name = name
        self.lookup = lookup
        self.size = request.facet_size
        self.selected = request.selected.get(name, ())
        self.excluded = request.excluded.get(name, ())
        self.pinned = (*self.selected, *(v for v in self.excluded if v not in self.selected))
        column = lookup.column
        self.array, self.missing = column.tally(chosen)
        again = [value for value in self.excluded if value in column.ordinal]
        if again:
            self.array = self.array.copy()
        for value in again:
            ordinal = column.ordinal[value]
            readmitted = filtered.readmitting(name, value)
            self.array[ordinal] = int(column.counts(readmitted)[ordinal])

    def facet(self) -> ValueFacet:
        """Return the facet: the most frequent values, then those that are pinned."""
        if self.lookup.names.flat:
            distinct = int(np.count_nonzero(self.array))
            lines = self.values(self.lookup.most_frequent(self.array, self.size))
            listed = {line.value for line in lines} if self.pinned else set()
            lines += [self._value(value) for value in self.pinned if value not in listed]
        else:
            distinct, lines = self._two_levels()
        return ValueFacet(self.name, self.size, distinct, self.missing, tuple(lines))

    def values(
        self, ordinals: Sequence[int], children: Iterable[tuple[FacetValue, ...]] = repeat(())
    ) -> list[FacetValue]:
        """Return values, with the ``children`` of each."""
        names = self.lookup.column.values
        values = [names[ordinal] for ordinal in ordinals]
        labels, counts = self.lookup.labels(values), map(self.array.item, ordinals)
        selected, excluded = self._among(self.selected, values), self._among(self.excluded, values)
        lines = zip(values, labels, counts, selected, children, excluded, strict=False)
        return list(map(_new_value, lines))

    def _among(self, chosen: Collection[str], values: Sequence[str]) -> Iterable[bool]:
        return [value in chosen for value in values] if chosen else repeat(False)

    def _two_levels(self) -> tuple[int, list[FacetValue]]:
        """Return how many values of the first level have a count, and those to be listed."""
        parents, size = self.lookup.names.parents, self.size
        first: list[int] = []
        second: list[int] = []
        for ordinal in self.lookup.most_frequent(self.array, len(self.array)):
            (first if parents[ordinal] < 0 else second).append(ordinal)
        below: defaultdict[int, list[FacetValue]] = defaultdict(list)
        for ordinal, value in zip(second, self.values(second), strict=True):
            below[parents[ordinal]].append(value)
        shown = first[:size]
        lines = self.values(shown, [tuple(below[ordinal][:size]) for ordinal in shown])
        return len(first), self._with_pinned(lines, below) if self.pinned else lines

    def _with_pinned(
        self, lines: list[FacetValue], below: Mapping[int, list[FacetValue]]
    ) -> list[FacetValue]:
        """Return values of the first level with all that are selected or excluded, and above."""
        names, ordinals = self.lookup.names, self.lookup.column.ordinal
        place = {line.value: at for at, line in enumerate(lines)}
        for value in self.pinned:
            above = names.parent(value)
            top = above or value
            if top not in place:
                place[top] = len(lines)
                children = below.get(ordinals.get(top, -1), [])[: self.size]
                lines.append(self._value(top)._replace(children=tuple(children)))
            line = lines[place[top]]
            if above and value not in {child.value for child in line.children}:
                lines[place[top]] = line._replace(children=(*line.children, self._value(value)))
        return lines

    def _value(self, value: str) -> FacetValue:
        ordinal = self.lookup.column.ordinal.get(value)
        return FacetValue(
            value=value,
            label=self.lookup.label(value),
            count=0 if ordinal is None else int(self.array[ordinal]),
            selected=value in self.selected,
            excluded=value in self.excluded,
        )


def _published(docs: Docs, filtered: Filtered) -> Spans:
    days = filtered.generation.dates.days.take(docs)
    dated = days != UNDATED_DAY
    if not dated.all():
        docs, days = docs[dated], days[dated]
    return Spans(docs, days, days, len(docs))


def _mentioned(docs: Docs, filtered: Filtered) -> Spans:
    column = filtered.generation.mentioned
    starts = column.offsets[docs].astype(np.int64)
    sizes = column.offsets[docs + 1] - starts
    entries = places(starts, sizes)
    return Spans(
        np.repeat(docs, sizes),
        column.first[entries],
        column.last[entries],
        int(np.count_nonzero(sizes)),
    )


def _shown(spans: Spans, request: SearchRequest) -> tuple[int, int] | None:
    """Return the first and last day to show.

    With a range, what of it lies where documents are (all of it where none is); without, from
    the first document to the last. None when there is nothing to show.
    """
    asked = request.undated != "only"
    start = day_number(request.date_from) if asked and request.date_from else None
    end = day_number(request.date_to) if asked and request.date_to else None
    if len(spans.docs):
        oldest, newest = int(spans.first.min()), int(spans.last.max())
        first = oldest if start is None else max(start, oldest)
        last = newest if end is None else min(end, newest)
        if first <= last:
            return first, last
    return None if start is None or end is None or end < start else (start, end)


def _selected(buckets: Edges, request: SearchRequest) -> list[bool]:
    """Return which buckets overlap the range that is asked for."""
    if request.undated == "only" or not (request.date_from or request.date_to):
        return [False] * len(buckets.names)
    overlapping = np.ones(len(buckets.names), np.bool_)
    if request.date_from:
        overlapping &= buckets.bounds[1:] > day_number(request.date_from)
    if request.date_to:
        overlapping &= buckets.bounds[:-1] <= day_number(request.date_to)
    return overlapping.tolist()
