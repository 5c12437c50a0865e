"""The filters of a request over arrays: which matches pass them, and which pass all but one.

A value facet has two filters. Its selection passes documents that carry any of the selected
values. Its exclusion passes documents that carry none of the excluded ones, and belongs to no
facet: it holds everywhere, in the counts of its own facet too. The date is one filter,
on the publication or on the days that a document mentions.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index import Snapshot
from index.days import UNDATED_DAY, day_number
from index.facets import VALUE_FACETS
from index.store import Chosen
from search.request import SearchRequest

Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]
_FEW = 16
"""Documents that are looked at in the time in which one is put in order."""
_FIRST_DAY, _LAST_DAY = int(np.iinfo(np.int32).min), int(np.iinfo(np.int32).max)


class Filtered:
    """The documents that match a query, under the filters of a request."""

    def __init__(self, matches: Docs, request: SearchRequest, generation: Snapshot) -> None:
        self.generation = generation
        self._request = request
        self._matches = matches
        self._selected = [name for name in VALUE_FACETS if request.selected.get(name)]
        if request.date_from or request.date_to or request.undated in ("exclude", "only"):
            self._selected.append("date")
        self._masks: dict[str, Mask] = {}
        self._admissions = {
            name: ~self._carrying(name, values)
            for name, values in request.excluded.items()
            if values
        }
        self.any = bool(self._selected or self._admissions)
        """Whether the request has filters at all."""

    @cached_property
    def passing(self) -> NDArray[np.intp]:
        """Where those of the matches stand that pass every filter."""
        if self.newest is not None and _FEW * len(self.newest) < len(self._matches):
            return np.sort(self.newest).astype(np.intp)
        return self._where(self._selections(self._selected), self._admissions.values())

    @cached_property
    def newest(self) -> Docs | None:
        """What passes every filter, newest first, where all matches and at most a range is asked.

        Found by bisection; None where each document has to be looked at.
        """
        request = self._request
        if len(self._matches) < self.generation.size:
            return None
        if not self.any:
            return self.generation.newest_first
        by_day = request.date_field == "published" and request.undated in (None, "exclude")
        if self._selected != ["date"] or self._admissions or not by_day:
            return None
        return self.generation.published(*_days(request))

    @cached_property
    def all(self) -> Docs:
        """The documents that pass every filter, ascending."""
        return self._matches.take(self.passing) if self.any else self._matches

    def without(self, facet: str) -> Docs:
        """Return the documents that pass every filter but the selection of ``facet``."""
        if facet not in self._selected:
            return self.all
        others = [name for name in self._selected if name != facet]
        if not others and not self._admissions:
            return self._matches
        passing = self._where(self._selections(others), self._admissions.values())
        return self._matches.take(passing)

    def chosen(self, facet: str) -> Chosen:
        """Return ``without(facet)``, to be counted; that of all facets without selection is one."""
        return self._chosen(self.without(facet)) if facet in self._selected else self._whole

    @cached_property
    def _whole(self) -> Chosen:
        return self._chosen(self.all)

    def _chosen(self, docs: Docs) -> Chosen:
        generation = self.generation
        live = None if generation.documents == generation.size else generation.live
        return Chosen(docs, generation.size, live)

    def readmitting(self, facet: str, value: str) -> Docs:
        """Return what ``without(facet)`` would be, were ``value`` not among the excluded."""
        excluded = [other for other in self._request.excluded[facet] if other != value]
        passing = self._where(
            self._selections([name for name in self._selected if name != facet]),
            [mask for name, mask in self._admissions.items() if name != facet],
            [~self._carrying(facet, excluded)],
        )
        return self._matches.take(passing)

    def _where(self, *masks: Iterable[Mask]) -> NDArray[np.intp]:
        """Return where the matches stand that all masks pass; there is at least one."""
        passing: NDArray[np.intp] = reduce(np.logical_and, chain(*masks)).nonzero()[0]
        return passing

    def _selections(self, names: Sequence[str]) -> list[Mask]:
        """Return which matches pass some selections; made when first asked for."""
        for name in names:
            if name not in self._masks:
                self._masks[name] = self._selection(name)
        return [self._masks[name] for name in names]

    def _selection(self, name: str) -> Mask:
        request = self._request
        if name != "date":
            return self._carrying(name, request.selected[name])
        in_range = _mentioning if request.date_field == "mentioned" else _published
        return in_range(self.generation, self._matches, request)

    def _carrying(self, facet: str, values: Sequence[str]) -> Mask:
        """Return which matches carry any of the values."""
        column = self.generation.columns[facet]
        ordinals = [column.ordinal[value] for value in values if value in column.ordinal]
        return column.carrying(self._matches, ordinals)


def _mentioning(generation: Snapshot, docs: Docs, request: SearchRequest) -> Mask:
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


def _published(generation: Snapshot, docs: Docs, request: SearchRequest) -> Mask:
    """Pass by the first day a document may be of; see docs/facets.md on partial dates."""
    days = generation.dates.days
    if len(docs) < len(days):
        days = days.take(docs)
    if request.undated == "only":
        undated: Mask = days == UNDATED_DAY
        return undated
    first, last = _days(request)
    passing: Mask = days >= first
    if request.date_to:
        passing &= days <= last
    if request.undated == "include":
        passing |= days == UNDATED_DAY
    return passing


def _days(request: SearchRequest) -> tuple[int, int]:
    """Return the first and the last day of the range; an undated document is older than any."""
    first = day_number(request.date_from) if request.date_from else UNDATED_DAY + 1
    last = day_number(request.date_to) if request.date_to else _LAST_DAY
    return first, last
