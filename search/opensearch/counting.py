"""The filters of a request, and counts under them, by aggregations; see docs/facets.md.

A selection narrows everything but its own facet, an exclusion everything. Facets that the same
selections narrow stand under one ``filter`` aggregation.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.calendar import DAY_SECONDS, day_of
from index.facets import VALUE_FACETS
from index.opensearch import MAX_VALUES, facet_field
from index.store import Tally
from search.facets import Buckets, Dates
from search.opensearch.clauses import EVERYTHING, Json, all_of, any_of, terms
from search.opensearch.opened import Opened
from search.request import SearchRequest

_SHARD_SIZE = 1_000
_MOST_BUCKETS = 60_000
"""Below what a cluster answers at most (``search.max_buckets``)."""
_DAY = 1000 * DAY_SECONDS
_UNITS = {4: "year", 7: "month", 10: "day"}
"""The unit of a bucket, by the length of its name."""


class Filters:
    """The filters of a request as clauses."""

    def __init__(self, request: SearchRequest) -> None:
        self.request = request
        self.date_field = "mentioned" if request.date_field == "mentioned" else "day"
        self.selected: dict[str, Json] = {
            name: all_of([terms(facet_field(name), [value]) for value in values])
            if name in request.all_of
            else terms(facet_field(name), values)
            for name, values in request.selected.items()
            if values and name in VALUE_FACETS
        }
        if request.date_from or request.date_to or request.undated in ("exclude", "only"):
            self.selected["date"] = self._dates()
        self.excluded: dict[tuple[str, str], Json] = {
            (name, value): terms(facet_field(name), [value])
            for name, values in request.excluded.items()
            for value in values
        }

    def _dates(self) -> Json:
        request = self.request
        dated: Json = {"exists": {"field": self.date_field}}
        if request.undated == "only":
            return all_of([], [dated])
        bounds = {}
        if request.date_from:
            bounds["gte"] = request.date_from.isoformat()
        if request.date_to:
            bounds["lte"] = request.date_to.isoformat()
        if request.date_from and request.date_to and request.date_from > request.date_to:
            passing: Json = {"match_none": {}}
        else:
            passing = {"range": {self.date_field: bounds}} if bounds else dated
        if request.undated == "include":
            return any_of([passing, all_of([], [dated])])
        return passing

    def all(self) -> Json | None:
        """Return the clause of all filters; None if there are none."""
        if not self.selected and not self.excluded:
            return None
        return all_of(self.selected.values(), self.excluded.values())

    def common(self, facets: Collection[str]) -> list[Json]:
        """Return the selections that narrow each of some facets, as one list of clauses."""
        return [
            clause
            for name, clause in self.selected.items()
            if name not in facets or not self.widens(name)
        ]

    def without(self, facet: str, common: Collection[Json] = ()) -> Json:
        """Return the clause of all filters but the selection of a facet; see ``widens``.

        What is ``common`` is left out.
        """
        others = [clause for clause in self._others(facet) if clause not in common]
        return all_of(others, self.excluded.values())

    def widens(self, facet: str) -> bool:
        """Tell whether a facet is counted without its own selection."""
        return facet in self.selected and facet not in self.request.all_of

    def _others(self, facet: str) -> list[Json]:
        return [
            clause
            for name, clause in self.selected.items()
            if name != facet or not self.widens(name)
        ]

    def readmitting(self, facet: str, value: str) -> Json:
        """Return the clause of the documents with an excluded value if it were not excluded."""
        others = self._others(facet)
        but = [clause for key, clause in self.excluded.items() if key != (facet, value)]
        return all_of([*others, self.excluded[facet, value]], but)


class Counter:
    """Counts facets of what matches a query: ``search.facets.Tallies``.

    ``body`` goes beside the search for results; ``take`` gets its answer.
    """

    def __init__(
        self, opened: Opened, filters: Filters, facets: Sequence[str], *, whole: bool = False
    ) -> None:
        """Begin; with ``whole``, every value of a facet is counted, however rare."""
        self._opened = opened
        self._filters = filters
        self._whole = whole
        self._asked = {name: self._of_facet(name) for name in facets}
        self._groups: dict[str, list[str]] = {}
        for name in facets:
            selected = name if filters.widens(name) else ""
            self._groups.setdefault(selected, []).append(name)
        self._common = filters.common(facets)
        self._matching: Json = EVERYTHING
        self._answer: Json = {}
        self._documents: dict[str, int] = {}
        self._readmitted: dict[tuple[str, str], int] = {}

    def body(self, matching: Json) -> Json:
        """Return the search that counts all that is asked for of what matches."""
        return {
            "query": all_of([matching, *self._common]),
            "size": 0,
            "track_total_hits": True,
            "aggs": self.aggregations(),
        }

    @property
    def is_of_page(self) -> bool:
        """Whether everything is counted over the very documents that a page is of."""
        return self._filters.without("", self._common) == EVERYTHING

    def beside(self, page: Json) -> Json:
        """Return the search for a page that counts as well; see ``is_of_page``."""
        return {**page, "track_total_hits": True, "aggs": self.aggregations()}

    def aggregations(self) -> Json:
        """Return what is counted of the documents that pass what all facets are narrowed by."""
        made: Json = {}
        for number, (selected, names) in enumerate(self._groups.items()):
            below = {key: body for name in names for key, body in self._asked[name].items()}
            narrowing = self._filters.without(selected, self._common)
            if narrowing == EVERYTHING:
                made |= below
            else:
                made[f"group{number}"] = {"filter": narrowing, "aggs": below}
        for number, (name, value) in enumerate(self._filters.excluded):
            made[f"readmitted{number}"] = {"filter": self._filters.readmitting(name, value)}
        passing = self._filters.without("", self._common)
        if passing != EVERYTHING:
            made["passing"] = {"filter": passing}
        return made

    def take(self, matching: Json, answer: Json) -> int:
        """Take the answer for what matches; return how many documents pass all filters."""
        self._matching = matching
        total: int = answer["hits"]["total"]["value"]
        found = answer.get("aggregations", {})
        self._answer = found
        for number, names in enumerate(self._groups.values()):
            group = found.get(f"group{number}", {"doc_count": total})
            self._answer = {**self._answer, **group}
            self._documents |= dict.fromkeys(names, group["doc_count"])
        for number, key in enumerate(self._filters.excluded):
            self._readmitted[key] = found[f"readmitted{number}"]["doc_count"]
        return found["passing"]["doc_count"] if "passing" in found else total

    # Values

    def _is_large(self, name: str) -> bool:
        return len(self._opened.columns[name].values) > MAX_VALUES

    def _of_facet(self, name: str) -> Json:
        if name == "date":
            return self._of_dates()
        field = facet_field(name)
        found: Json = {f"{name}:missing": {"missing": {"field": field}}}
        if self._is_large(name):
            if not self._whole:
                size = self._wanted(name) + 1
                found[f"{name}:top"] = self._top(field, size, _SHARD_SIZE)
                found[f"{name}:distinct"] = {
                    "cardinality": {"field": field, "precision_threshold": 40_000}
                }
        else:
            # All are asked for: no shard leaves any out.
            found[f"{name}:top"] = self._top(field, MAX_VALUES, MAX_VALUES)
        pinned = self._pinned(name)
        if pinned and self._is_large(name):
            chosen = {"field": field, "include": pinned, "size": len(pinned)}
            found[f"{name}:pinned"] = {"terms": chosen}
        return found

    def _pinned(self, name: str) -> list[str]:
        """Return the values that are counted however rare they are."""
        request = self._filters.request
        chosen = (*request.selected.get(name, ()), *request.excluded.get(name, ()))
        above = [one for value in chosen for one in VALUE_FACETS[name].above(value)]
        return [*chosen, *above, *self._opened.columns[name].lower]

    def _wanted(self, name: str) -> int:
        """Return how many values hold as many of the first level as are asked for."""
        return self._filters.request.facet_size + len(self._opened.columns[name].lower)

    def _top(self, field: str, size: int, shard_size: int) -> Json:
        return {"terms": {"field": field, "size": size, "shard_size": max(size, shard_size)}}

    def is_whole(self, facet: str) -> bool:
        """Tell whether all documents pass every filter but the selection of a facet."""
        return self._documents[facet] == self._opened.generation.documents

    def tally(self, facet: str) -> Tally:
        """Count what passes every filter but the selection of a facet, by value."""
        column = self._opened.columns[facet]
        counts = np.zeros(len(column.values), np.int64)
        buckets = self._buckets(facet)
        ordinals = [column.ordinal[bucket["key"]] for bucket in buckets]
        counts[ordinals] = [bucket["doc_count"] for bucket in buckets]
        return Tally(counts, self._answer[f"{facet}:missing"]["doc_count"])

    def _buckets(self, facet: str) -> list[Json]:
        if not self._is_large(facet):
            found: list[Json] = self._answer[f"{facet}:top"]["buckets"]
            return found if self._whole else self._listed(facet, found)
        if self._whole:
            return self._partitions(facet)
        pinned: list[Json] = self._answer.get(f"{facet}:pinned", {"buckets": []})["buckets"]
        return self._first(facet) + pinned

    def _listed(self, facet: str, buckets: list[Json]) -> list[Json]:
        """Return the most frequent values, all that are as frequent, and those that are pinned.

        To look up every value of an answer takes longer than all else that is done with it.
        """
        wanted = self._wanted(facet)
        if len(buckets) <= wanted:
            return buckets
        least = buckets[wanted - 1]["doc_count"] if wanted else np.inf
        rare = bisect_right(buckets, -least, key=lambda bucket: -bucket["doc_count"])
        values = [bucket["key"] for bucket in buckets]
        pinned = set(self._pinned(facet)).intersection(values[rare:])
        return buckets[:rare] + [buckets[values.index(value, rare)] for value in pinned]

    def _first(self, facet: str) -> list[Json]:
        """Return the most frequent values with exact counts, and all that are as frequent."""
        answer = self._answer[f"{facet}:top"]
        wanted = self._wanted(facet)
        size, shard_size = wanted + 1, _SHARD_SIZE
        while True:
            buckets: list[Json] = answer["buckets"]
            tied = len(buckets) == size and buckets[-1]["doc_count"] == (
                buckets[wanted - 1]["doc_count"] if wanted else 0
            )
            if not answer["doc_count_error_upper_bound"] and not tied:
                return buckets
            if size >= _MOST_BUCKETS:
                return self._partitions(facet)
            size = min(_MOST_BUCKETS, size * 4 if tied else size)
            shard_size = max(10 * shard_size, size)
            top = self._top(facet_field(facet), size, shard_size)
            answer = self._ask(facet, {"top": top})["top"]

    def _partitions(self, facet: str) -> list[Json]:
        """Return all values, in as many requests as that takes."""
        number = len(self._opened.columns[facet].values) // (_MOST_BUCKETS // 2) + 1
        found: list[Json] = []
        for partition in range(number):
            chosen = {
                "field": facet_field(facet),
                "size": _MOST_BUCKETS,
                "include": {"partition": partition, "num_partitions": number},
            }
            found += self._ask(facet, {"top": {"terms": chosen}})["top"]["buckets"]
        return found

    def _ask(self, facet: str, aggregations: Json) -> Json:
        """Return aggregations over what passes every filter but the selection of a facet."""
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": all_of([self._matching, self._filters.without(facet)]),
            "aggs": aggregations,
        }
        found: Json = self._opened.search(body)["aggregations"]
        return found

    def distinct(self, facet: str, counts: NDArray[np.int64]) -> int:
        """Return how many values have a count."""
        if self._whole:
            return int(np.count_nonzero(counts))
        column = self._opened.columns[facet]
        excluded = [
            value
            for value in self._filters.request.excluded.get(facet, ())
            if value in column.ordinal and counts[column.ordinal[value]]
        ]
        if self._is_large(facet):
            return int(self._answer[f"{facet}:distinct"]["value"]) + len(excluded)
        return len(self._answer[f"{facet}:top"]["buckets"]) + len(excluded)

    def readmitted(self, facet: str, value: str) -> int:
        """Return the count that a value would have if it were not excluded."""
        return self._readmitted[facet, value]

    # Dates

    def _of_dates(self) -> Json:
        field = self._filters.date_field
        of_mentions = field == "mentioned"
        found: Json = {
            "date:missing": {"missing": {"field": field}},
            "date:first": {"min": {"field": "mentioned_first" if of_mentions else "day"}},
            "date:last": {"max": {"field": "mentioned_last" if of_mentions else "day"}},
        }
        if not of_mentions:
            for unit in ("month", "year"):
                found[f"date:{unit}"] = _histogram(field, unit)
        return found

    def dates(self) -> Dates:
        """Return the dates of what passes every filter but that by date."""
        return _CountedDates(self)

    def date_answer(self, name: str) -> Json | None:
        """Return an answer about dates; None if it was not asked for."""
        answer: Json | None = self._answer.get(f"date:{name}")
        return answer

    def histogram(self, unit: str, first: int, last: int) -> list[Json]:
        """Ask for the buckets from one day to another."""
        field = self._filters.date_field
        days = {"gte": day_of(first).isoformat(), "lte": day_of(last).isoformat()}
        histogram = _histogram(field, unit)
        if field == "mentioned":
            # A range of a thousand years has buckets for what is shown only; the end is left out.
            bounds = {"min": days["gte"], "max": day_of(last + 1).isoformat()}
            histogram["date_histogram"]["hard_bounds"] = bounds
        inner = {"histogram": histogram}
        narrowed = {"filter": {"range": {field: days}}, "aggs": inner}
        found: list[Json] = self._ask("date", {"in": narrowed})["in"]["histogram"]["buckets"]
        return found


def _histogram(field: str, unit: str) -> Json:
    made: Json = {"field": field, "calendar_interval": unit, "min_doc_count": 1}
    histogram: Json = {"date_histogram": made}
    if field == "day":
        histogram["aggs"] = {"inferred": {"filter": {"term": {"inferred": True}}}}
    return histogram


class _Counts(NamedTuple):
    """How many documents have a date in each bucket, and of how many it is inferred."""

    buckets: Buckets
    all: NDArray[np.int64]
    inferred: NDArray[np.int64]


class _CountedDates:
    """The dates of some documents, counted by a cluster."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._counted: _Counts | None = None

    @property
    def missing(self) -> int:
        """How many documents have no date."""
        answer = self._counter.date_answer("missing")
        return answer["doc_count"] if answer else 0

    def extent(self) -> tuple[int, int] | None:
        """Return the first and the last day; None if there is no date."""
        first, last = self._counter.date_answer("first"), self._counter.date_answer("last")
        if not first or not last or first["value"] is None:
            return None
        return int(first["value"] // _DAY), int(last["value"] // _DAY)

    def counts(self, buckets: Buckets) -> NDArray[np.int64]:
        """Return how many documents have a date in each bucket."""
        return self._both(buckets).all

    def inferred(self, buckets: Buckets) -> NDArray[np.int64]:
        """Return how many of these do not declare their publication date; none of mentions."""
        return self._both(buckets).inferred

    def _both(self, buckets: Buckets) -> "_Counts":
        if self._counted and self._counted.buckets is buckets:
            return self._counted
        unit = _UNITS[len(buckets.names[0])]
        answer = self._counter.date_answer(unit)
        first, last = int(buckets.bounds[0]), int(buckets.bounds[-1]) - 1
        found = answer["buckets"] if answer else self._counter.histogram(unit, first, last)
        size = len(buckets.names)
        counts = _Counts(buckets, np.zeros(size, np.int64), np.zeros(size, np.int64))
        for bucket in found:
            day = bucket["key"] // _DAY
            if first <= day <= last:
                place = int(np.searchsorted(buckets.bounds, day, "right")) - 1
                counts.all[place] = bucket["doc_count"]
                counts.inferred[place] = bucket.get("inferred", {"doc_count": 0})["doc_count"]
        self._counted = counts
        return counts
