"""The filters of a request: which matches pass all of them, and which pass all but one facet's.

A facet of values has two filters. Its selection passes documents that carry any of the selected
values; the facet itself is counted without it. A selection of a facet in ``all_of`` passes those
that carry all of them, and narrows its own facet too. Its exclusion passes documents that carry
none of the excluded values and holds everywhere, also for the counts of its own facet. The date
range is one filter, on the publication date or on the dates that the text mentions. See
docs/facets.md.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index import Snapshot
from index.calendar import UNDATED_DAY
from index.facets import VALUE_FACETS
from index.store import Chosen, Tally
from search.facets.dates import DayRanges, mentioned, published
from search.query import DateFilter
from search.request import SearchRequest

Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]
_SORTED_SHARE = 16
"""Sorting pays if no more than one document in so many is sorted; else all are compared."""


class Filtered:
    """The documents that match a query, under the filters of a request.

    ``matches`` are ascending document numbers. ``any`` tells whether there are filters at all.
    """

    def __init__(self, matches: Docs, request: SearchRequest, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._request = request
        self._matches = matches
        self._dates = DateFilter(request.date_from, request.date_to)
        self._selected = [name for name in VALUE_FACETS if request.selected.get(name)]
        if request.date_from or request.date_to or request.undated in ("exclude", "only"):
            self._selected.append("date")
        self._selections: dict[str, Mask] = {}
        self._carried: dict[str, NDArray[np.int64]] = {}
        self._exclusions = {
            name: ~self._carrying(name, values)
            for name, values in request.excluded.items()
            if values
        }
        self.any = bool(self._selected or self._exclusions)

    @cached_property
    def passing(self) -> NDArray[np.intp]:
        """The indices in ``matches`` of what passes every filter."""
        if self.newest is not None and _SORTED_SHARE * len(self.newest) < len(self._matches):
            return np.sort(self.newest).astype(np.intp)
        return self._where(self._masks(self._selected), self._exclusions.values())

    @cached_property
    def newest(self) -> Docs | None:
        """What passes every filter, newest first, if it can be bisected; else None.

        It can if every document matches and the only filter is a range of publication dates.
        """
        request = self._request
        if len(self._matches) < self.snapshot.size:
            return None
        if not self.any:
            return self.snapshot.newest_first
        by_day = request.date_field == "published" and request.undated in (None, "exclude")
        if self._selected != ["date"] or self._exclusions or not by_day:
            return None
        return self.snapshot.published(*self._dates.days)

    @cached_property
    def all(self) -> Docs:
        """The documents that pass every filter, ascending."""
        return self._matches.take(self.passing) if self.any else self._matches

    def without(self, facet: str) -> Docs:
        """Return the documents that pass every filter but the selection of ``facet``.

        A selection of which all values are required holds for its own facet too.
        """
        if not self._widens(facet):
            return self.all
        others = [name for name in self._selected if name != facet]
        if not others and not self._exclusions:
            return self._matches
        return self._matches.take(self._where(self._masks(others), self._exclusions.values()))

    def _widens(self, facet: str) -> bool:
        """Tell whether a facet is counted without its own selection."""
        return facet in self._selected and facet not in self._request.all_of

    def is_whole(self, facet: str) -> bool:
        """Tell whether all documents pass every filter but the selection of a facet."""
        return len(self.without(facet)) == self.snapshot.documents

    def tally(self, facet: str) -> Tally:
        """Count what passes every filter but the selection of a facet, by value."""
        chosen = self._chosen(self.without(facet)) if self._widens(facet) else self._all_chosen
        return self.snapshot.columns[facet].tally(chosen)

    def distinct(self, facet: str, counts: NDArray[np.int64]) -> int:
        """Return how many values have a count."""
        return int(np.count_nonzero(counts))

    def readmitted(self, facet: str, value: str) -> int:
        """Return the count that a value would have if it were not excluded."""
        column = self.snapshot.columns[facet]
        return int(column.tally(self.readmitting(facet, value)).counts[column.ordinal[value]])

    def dates(self) -> DayRanges:
        """Return the dates of what passes every filter but that by date."""
        dates = mentioned if self._request.date_field == "mentioned" else published
        return dates(self.without("date"), self.snapshot)

    @cached_property
    def _all_chosen(self) -> Chosen:
        return self._chosen(self.all)

    def _chosen(self, docs: Docs) -> Chosen:
        snapshot = self.snapshot
        live = None if snapshot.documents == snapshot.size else snapshot.live
        return Chosen(docs, snapshot.size, live)

    def readmitting(self, facet: str, value: str) -> Docs:
        """Return what ``without(facet)`` would be if ``value`` were not excluded."""
        passing = self._where(
            self._masks(
                [name for name in self._selected if name != facet or not self._widens(name)]
            ),
            [mask for name, mask in self._exclusions.items() if name != facet],
            [self._excluded_counts(facet) == self._carrying(facet, [value])],
        )
        return self._matches.take(passing)

    def _excluded_counts(self, facet: str) -> NDArray[np.int64]:
        """Return how many of the excluded values of a facet each match carries; kept."""
        if facet not in self._carried:
            carried = np.zeros(len(self._matches), np.int64)
            for value in self._request.excluded[facet]:
                carried += self._carrying(facet, [value])
            self._carried[facet] = carried
        return self._carried[facet]

    def _where(self, *masks: Iterable[Mask]) -> NDArray[np.intp]:
        """Return the indices at which all masks are true; there is at least one mask."""
        passing: NDArray[np.intp] = reduce(np.logical_and, chain(*masks)).nonzero()[0]
        return passing

    def _masks(self, names: Sequence[str]) -> list[Mask]:
        """Return which matches pass the selections of some facets; they are kept."""
        for name in names:
            if name not in self._selections:
                self._selections[name] = (
                    self._in_range()
                    if name == "date"
                    else self._selecting(name, self._request.selected[name])
                )
        return [self._selections[name] for name in names]

    def _selecting(self, facet: str, values: Sequence[str]) -> Mask:
        """Return which matches pass the selection of a facet."""
        if facet not in self._request.all_of:
            return self._carrying(facet, values)
        return reduce(np.logical_and, (self._carrying(facet, [value]) for value in values))

    def _carrying(self, facet: str, values: Sequence[str]) -> Mask:
        """Return which matches carry any of the values."""
        column = self.snapshot.columns[facet]
        ordinals = [column.ordinal[value] for value in values if value in column.ordinal]
        return column.mask(ordinals, self._matches)

    def _in_range(self) -> Mask:
        """Return which matches pass the filter by publication date, or by the dates mentioned."""
        request = self._request
        if request.date_field == "mentioned":
            return self._mentioning()
        days = self.snapshot.dates.days
        if len(self._matches) < len(days):
            days = days.take(self._matches)
        if request.undated == "only":
            return np.equal(days, UNDATED_DAY)
        passing = self._dates.mask(days)
        if request.undated == "include":
            passing |= days == UNDATED_DAY
        return passing

    def _mentioning(self) -> Mask:
        request, column = self._request, self.snapshot.mentioned
        docs = self._matches
        undated: Mask = column.offsets[docs + 1] == column.offsets[docs]
        if request.undated == "only":
            return undated
        ranged = request.date_from or request.date_to
        passing = column.mask(*self._dates.days)[docs] if ranged else ~undated
        return passing | undated if request.undated == "include" else passing
