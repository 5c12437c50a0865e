"""Facets under the contract of docs/facets.md."""

from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from index.days import UNDATED_DAY, day_number, day_of
from search.filters import Docs, Filtered
from search.histogram import (
    MAX_BUCKETS,
    Bucket,
    Grain,
    Spans,
    automatic_grain,
    histogram,
    possible_grain,
    span_histogram,
)
from search.lookup import FacetLookup, Lookup
from search.request import FacetOrder, SearchRequest
from search.response import DateBucket, DateFacet, FacetPage, FacetValue, ValueFacet


def facets(
    request: SearchRequest, filtered: Filtered, lookup: Lookup, deadline: float
) -> dict[str, ValueFacet | DateFacet]:
    """Count the facets that the request asks for, in its order.

    ``deadline`` is a time of ``perf_counter``: a facet not begun by then is ``truncated`` to
    the values that are selected or excluded.
    """
    counted: dict[str, ValueFacet | DateFacet] = {}
    pinned_only = replace(request, facet_size=0)
    for name in request.facets:
        late = perf_counter() > deadline
        if name == "date":
            counted[name] = (
                DateFacet("date", request.interval, 0, (), truncated=True)
                if late
                else date_facet(request, filtered)
            )
        elif late:
            facet = value_facet(name, pinned_only, filtered, lookup)
            counted[name] = replace(facet, size=request.facet_size, truncated=True)
        else:
            counted[name] = value_facet(name, request, filtered, lookup)
    return counted


def value_facet(
    name: str, request: SearchRequest, filtered: Filtered, lookup: Lookup
) -> ValueFacet:
    """Count one facet of values: the most frequent, and all that are selected or excluded."""
    docs = filtered.without(name)
    facet = lookup.facet(name)
    counts = _Counts(name, request, filtered, facet, docs)
    top = facet.names.top_level
    chosen = facet.most_frequent(np.where(top, counts.array, 0), request.facet_size)
    lines = [facet.column.values[ordinal] for ordinal in chosen]
    for value in counts.pinned:
        line = facet.names.parent(value) or value
        if line not in lines:
            lines.append(line)
    return ValueFacet(
        name=name,
        size=request.facet_size,
        distinct=int(np.count_nonzero(counts.array[top])),
        missing=facet.column.missing(docs),
        values=tuple(counts.value(line, with_children=True) for line in lines),
    )


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
    docs = filtered.without(name)
    facet = lookup.facet(name)
    counts = _Counts(name, request, filtered, facet, docs)
    found = counts.array
    if prefix.strip():
        wanted = np.zeros(len(found), dtype=np.bool_)
        wanted[facet.names.starting(prefix)] = True
        found = np.where(wanted, found, 0)
    total = int(np.count_nonzero(found))
    size = request.facet_size
    first = facet.by_label if order == "name" else facet.most_frequent
    ordinals = first(found, page * size)[(page - 1) * size :]
    values = tuple(counts.value(facet.column.values[o], with_children=False) for o in ordinals)
    return FacetPage(
        facet=ValueFacet(name, size, total, facet.column.missing(docs), values),
        page=page,
        per_page=size,
        total=total,
    )


def date_facet(request: SearchRequest, filtered: Filtered) -> DateFacet:
    """Count by date: the buckets of the range asked for, else of all documents.

    By the day of publication, or by the days mentioned, as the request says.
    """
    docs = filtered.without("date")
    spans = (
        _mentioned(docs, filtered)
        if request.date_field == "mentioned"
        else _published(docs, filtered)
    )
    missing = len(docs) - len(np.unique(spans.docs))
    span = _span(spans, request)
    if span is None:
        grain = "year" if request.interval == "auto" else request.interval
        return DateFacet("date", grain, missing, ())
    first, last = span
    wanted: Grain = (
        automatic_grain(first, last, request.months)
        if request.interval == "auto"
        else request.interval
    )
    grain = possible_grain(first, last, wanted)
    buckets = (
        span_histogram(spans, first, last, grain)
        if request.date_field == "mentioned"
        else histogram(spans.first, first, last, grain)
    )
    return DateFacet(
        name="date",
        interval=grain,
        missing=missing,
        values=tuple(_date_bucket(bucket, request) for bucket in buckets[-MAX_BUCKETS:]),
        truncated=len(buckets) > MAX_BUCKETS,
    )


class _Counts:
    """The counts of one facet's values under the other filters."""

    def __init__(
        self,
        name: str,
        request: SearchRequest,
        filtered: Filtered,
        facet: FacetLookup,
        docs: Docs,
    ) -> None:
        self.facet = facet
        self.selected = request.selected.get(name, ())
        self.excluded = request.excluded.get(name, ())
        self.pinned = (*self.selected, *(v for v in self.excluded if v not in self.selected))
        self.size = request.facet_size
        self.array: NDArray[np.int64] = facet.column.counts(docs)
        for value in self.excluded:
            ordinal = facet.column.ordinal.get(value)
            if ordinal is not None:
                readmitted = filtered.readmitting(name, value)
                self.array[ordinal] = int(facet.column.counts(readmitted)[ordinal])

    def value(self, value: str, with_children: bool) -> FacetValue:
        ordinal = self.facet.column.ordinal.get(value)
        return FacetValue(
            value=value,
            label=self.facet.label(value),
            count=0 if ordinal is None else int(self.array[ordinal]),
            selected=value in self.selected,
            excluded=value in self.excluded,
            children=self._children(value) if with_children else (),
        )

    def _children(self, parent: str) -> tuple[FacetValue, ...]:
        among = self.facet.names.children.get(parent)
        if among is None:
            chosen = []
        else:
            values = self.facet.column.values
            chosen = [values[o] for o in self.facet.most_frequent(self.array, self.size, among)]
        pinned = [
            v for v in self.pinned if self.facet.names.parent(v) == parent and v not in chosen
        ]
        return tuple(self.value(child, with_children=False) for child in (*chosen, *pinned))


def _published(docs: Docs, filtered: Filtered) -> Spans:
    days = filtered.generation.dates.days[docs]
    dated = days != UNDATED_DAY
    return Spans(docs[dated].astype(np.int64), days[dated], days[dated])


def _mentioned(docs: Docs, filtered: Filtered) -> Spans:
    column = filtered.generation.mentioned
    starts = column.offsets[docs]
    sizes = column.offsets[docs + 1] - starts
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    entries = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - sizes), sizes)
    return Spans(
        np.repeat(docs.astype(np.int64), sizes), column.first[entries], column.last[entries]
    )


def _span(spans: Spans, request: SearchRequest) -> tuple[int, int] | None:
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


def _date_bucket(bucket: Bucket, request: SearchRequest) -> DateBucket:
    first = day_of(bucket.first)
    last = day_of(bucket.last)
    ranged = request.undated != "only" and bool(request.date_from or request.date_to)
    selected = (
        ranged
        and (request.date_from is None or last >= request.date_from)
        and (request.date_to is None or first <= request.date_to)
    )
    return DateBucket(
        value=bucket.name,
        first=first.isoformat(),
        last=last.isoformat(),
        count=bucket.documents,
        selected=selected,
    )
