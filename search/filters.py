"""The filters of a request over arrays: which matches pass them, and which pass all but one.

A value facet has two filters. Its selection passes documents that carry any of the selected
values. Its exclusion passes documents that carry none of the excluded ones, and belongs to no
facet: it holds everywhere, in the counts of its own facet too. The date is one filter,
on the publication or on the days that a document mentions.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.days import UNDATED_DAY, day_number
from index.generations import Generation
from search.request import VALUE_FACETS, SearchRequest

Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]
_FIRST_DAY, _LAST_DAY = int(np.iinfo(np.int32).min), int(np.iinfo(np.int32).max)


class Filtered:
    """The documents that match a query, under the filters of a request."""

    def __init__(self, matches: Docs, request: SearchRequest, generation: Generation) -> None:
        self.generation = generation
        self._request = request
        self._matches = matches
        self._selections = self._select()
        self._excluded = {
            name: self._carrying(name, values)
            for name, values in request.excluded.items()
            if values
        }
        self.any = bool(self._selections or self._excluded)
        """Whether the request has filters at all."""
        self._failures: NDArray[np.int8] = np.zeros(len(matches) if self.any else 0, np.int8)
        for selected in self._selections.values():
            self._failures += ~selected
        for excluded in self._excluded.values():
            self._failures += excluded

    @property
    def passing(self) -> Mask:
        """Which of the matches pass every filter, where there is any."""
        passing: Mask = self._failures == 0
        return passing

    def all(self) -> Docs:
        """Return the documents that pass every filter, ascending."""
        return self._passing(self._failures) if self.any else self._matches

    def without(self, facet: str) -> Docs:
        """Return the documents that pass every filter but the selection of ``facet``."""
        if facet not in self._selections:
            return self.all()
        return self._passing(self._failures - ~self._selections[facet])

    def readmitting(self, facet: str, value: str) -> Docs:
        """Return what ``without(facet)`` would be, were ``value`` not among the excluded."""
        failures = self._failures - self._excluded[facet]
        if facet in self._selections:
            failures -= ~self._selections[facet]
        others = [other for other in self._request.excluded[facet] if other != value]
        return self._passing(failures + self._carrying(facet, others))

    def _select(self) -> dict[str, Mask]:
        request = self._request
        selections = {
            name: self._carrying(name, request.selected[name])
            for name in VALUE_FACETS
            if request.selected.get(name)
        }
        if request.date_from or request.date_to or request.undated in ("exclude", "only"):
            in_range = _mentioning if request.date_field == "mentioned" else _published
            selections["date"] = in_range(self.generation, self._matches, request)
        return selections

    def _carrying(self, facet: str, values: Sequence[str]) -> Mask:
        """Return which matches carry any of the values."""
        column = self.generation.columns[facet]
        ordinals = [column.ordinal[value] for value in values if value in column.ordinal]
        return column.carrying(self._matches, ordinals)

    def _passing(self, failures: NDArray[np.int8]) -> Docs:
        return self._matches if not failures.any() else self._matches[failures == 0]


def _mentioning(generation: Generation, docs: Docs, request: SearchRequest) -> Mask:
    """Pass what mentions any day of the range."""
    mentioned = generation.mentioned
    undated: Mask = mentioned.offsets[docs + 1] == mentioned.offsets[docs]
    if request.undated == "only":
        return undated
    passing: Mask = ~undated
    if request.date_from or request.date_to:
        first = day_number(request.date_from) if request.date_from else _FIRST_DAY
        last = day_number(request.date_to) if request.date_to else _LAST_DAY
        passing = mentioned.mask(first, last)[docs]
    return passing | undated if request.undated == "include" else passing


def _published(generation: Generation, docs: Docs, request: SearchRequest) -> Mask:
    """Pass by the first day a document may be of; see docs/facets.md on partial dates."""
    days = generation.dates.days[docs]
    undated: Mask = days == UNDATED_DAY
    if request.undated == "only":
        return undated
    passing: Mask = ~undated
    if request.date_from:
        passing &= days >= day_number(request.date_from)
    if request.date_to:
        passing &= days <= day_number(request.date_to)
    if request.undated == "include":
        passing |= undated
    return passing
