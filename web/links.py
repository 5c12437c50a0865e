"""Links: a search request written as an address, and the requests one link away from it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import g
from flask import request as http

from index.facets import VALUE_FACETS
from search import FACETS, MAX_DEPTH, RESULT_FIELDS, DateBucket, SearchRequest, SearchResponse
from search.query import depends_on_language, in_every_language, quoted
from web.i18n import asked
from web.paths import path_of

# Characters that stay readable in an address; every other one is percent-encoded.
PATH = "/:,@"
QUERY = "/:,*"

Parameters = list[tuple[str, str]]

_OTHERS = (
    "match",
    "date_field",
    "page",
    "per_page",
    "cursor",
    "facet_size",
    "interval",
    "highlight",
    "explain",
    "across",
    "links",
)
_read_others = attrgetter(*_OTHERS)
_DEFAULTS = _read_others(SearchRequest())


def parameters(request: SearchRequest) -> Parameters:
    """Return a request as query parameters, in a fixed order and without defaults.

    ``parse_request`` of the result returns the same request. Two requests that mean the same have
    the same parameters, so they serve as the key of an ETag.
    """
    pairs: Parameters = [("q", request.q)] if request.q else []
    for prefix, values in (("", request.selected), ("exclude_", request.excluded)):
        for facet in VALUE_FACETS if values else ():
            pairs.extend((prefix + facet, value) for value in values.get(facet, ()))
    pairs.extend((f"{facet}_mode", "all") for facet in request.all_of)
    if request.date_from:
        pairs.append(("from", request.date_from.isoformat()))
    if request.date_to:
        pairs.append(("to", request.date_to.isoformat()))
    if request.undated:
        pairs.append(("undated", request.undated))
    if request.sort != ("relevance" if request.q.strip() else "-date"):
        pairs.append(("sort", request.sort))
    others = _read_others(request)
    if others != _DEFAULTS:
        for name, value, default in zip(_OTHERS, others, _DEFAULTS, strict=True):
            if value != default:
                pairs.append((name, str(value)))
    if request.facets != FACETS:
        pairs.append(("facets", ",".join(request.facets)))
    if request.fields != RESULT_FIELDS:
        pairs.append(("fields", ",".join(request.fields)))
    return pairs


def address(base: str, path: str, pairs: Sequence[tuple[str, str]] = ()) -> str:
    """Join a base address, a path (quoted here) and parameters."""
    query = encoded(pairs)
    return f"{base}{quoted_path(path)}{'?' + query if query else ''}"


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Return parameters as the query of an address."""
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def quoted_path(path: str) -> str:
    """Quote a path, or the end of one."""
    return _short_path(path) if len(path) <= _SHORT_PATH else quote(path, safe=PATH)


_SHORT_PATH = 200
"""Characters of a path that is kept quoted: many pages show the same documents."""


@lru_cache(maxsize=10_000)
def _short_path(path: str) -> str:
    return quote(path, safe=PATH)


@lru_cache(maxsize=10_000)
def _quoted(value: str) -> str:
    """Quote a name or a value; cached because every page links to the same facet values."""
    return quote(value, safe=QUERY)


# Requests one link away.


def first_page(request: SearchRequest) -> SearchRequest:
    """Return the request without page and cursor."""
    return replace(request, page=1, cursor=None)


def everywhere(request: SearchRequest) -> SearchRequest:
    """Return the request for readers of every language; see ``in_every_language``."""
    q = in_every_language(request.q, request.locale)
    return request if q == request.q else replace(request, q=q)


def same_results(request: SearchRequest) -> SearchRequest:
    """Return the request for the same results in the same order, shown in the default way.

    ``per_page`` stays: the way back leads to the page that a result stands on.
    """
    return replace(
        first_page(request),
        facets=FACETS,
        facet_size=20,
        interval="auto",
        highlight="true",
        fields=RESULT_FIELDS,
        links="full",
    )


def toggled(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Select a value of a facet, or deselect it if it is selected; every other filter stays.

    A value and one below it are never selected together, because the upper one covers the lower:
    a sub-theme replaces its selected theme, and a theme its selected sub-themes. A value that was
    excluded no longer is. Where all values are required, only a theme above is replaced.
    """
    selected = request.selected.get(facet, ())
    if value in selected:
        kept = tuple(other for other in selected if other != value)
    else:
        together = facet in request.all_of
        replaced = [
            other
            for other in selected
            if _is_below(facet, value, other) or (not together and _is_below(facet, other, value))
        ]
        kept = (*(other for other in selected if other not in replaced), value)
    remaining = tuple(other for other in request.excluded.get(facet, ()) if other != value)
    return replace(
        first_page(request),
        selected=_with(request.selected, facet, kept),
        excluded=_with(request.excluded, facet, remaining),
    )


def readmitted(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Stop excluding a value."""
    remaining = tuple(other for other in request.excluded.get(facet, ()) if other != value)
    return replace(first_page(request), excluded=_with(request.excluded, facet, remaining))


def excluded(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Exclude a value, or stop excluding it if it is excluded; every other filter stays.

    Neither the value nor anything below it, which it covers, stays selected.
    """
    if value in request.excluded.get(facet, ()):
        return readmitted(request, facet, value)
    kept = tuple(
        other
        for other in request.selected.get(facet, ())
        if other != value and not _is_below(facet, other, value)
    )
    return replace(
        first_page(request),
        selected=_with(request.selected, facet, kept),
        excluded=_with(request.excluded, facet, (*request.excluded.get(facet, ()), value)),
    )


def _among(facets: Sequence[str], facet: str) -> tuple[str, ...]:
    """Return the facets with another one, in their order."""
    return tuple(name for name in VALUE_FACETS if name == facet or name in facets)


def other_mode(request: SearchRequest, facet: str) -> SearchRequest:
    """Require all values of a facet if any is enough, and the other way round."""
    if facet in request.all_of:
        modes = tuple(name for name in request.all_of if name != facet)
    else:
        modes = _among(request.all_of, facet)
    return replace(first_page(request), all_of=modes)


def _with(
    chosen: Mapping[str, tuple[str, ...]], facet: str, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the chosen values with those of one facet replaced."""
    others = {name: held for name, held in chosen.items() if name != facet}
    return others | {facet: values} if values else others


def _is_below(facet: str, value: str, other: str) -> bool:
    """Tell whether a value of a facet lies below another."""
    return other in VALUE_FACETS[facet].above(value)


def undated(request: SearchRequest) -> SearchRequest:
    """Remove the range of dates, and what was asked about undated documents."""
    return replace(first_page(request), date_from=None, date_to=None, undated=None)


def dated(request: SearchRequest, bucket: DateBucket) -> SearchRequest:
    """Set the range to the days of a bucket, or remove it if it is exactly those."""
    if _has_range(request, bucket):
        return undated(request)
    first, last = date.fromisoformat(bucket.first), date.fromisoformat(bucket.last)
    return replace(first_page(request), date_from=first, date_to=last, undated=None)


def _has_range(request: SearchRequest, bucket: DateBucket) -> bool:
    """Tell whether the range of the request is the days of a bucket."""
    days = request.date_from, request.date_to
    return tuple(day and day.isoformat() for day in days) == (bucket.first, bucket.last)


class Place(NamedTuple):
    """A page of results, by number or by cursor."""

    page: int = 1
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """The other pages of an answer; None where there is no such page."""

    count: int | None
    first: Place
    prev: Place | None
    next: Place | None
    last: Place | None


def pages(response: SearchResponse) -> Pages:
    """Return the pages around an answer.

    A walk by cursor only goes forward and does not count pages. By page number, no link leads
    deeper than MAX_DEPTH results.
    """
    request = response.request
    if request.cursor is not None:
        cursor = response.next_cursor
        following = Place(cursor=cursor) if cursor else None
        return Pages(count=None, first=Place(cursor="*"), prev=None, next=following, last=None)
    page, count = request.page, -(-response.total // request.per_page)
    reachable = min(count, MAX_DEPTH // request.per_page)
    return Pages(
        count=count,
        first=Place(),
        prev=Place(min(page - 1, max(reachable, 1))) if page > 1 else None,
        next=Place(page + 1) if page < reachable else None,
        last=Place(max(count, 1)) if count <= reachable else None,
    )


# Addresses.


class Query:
    """The parameters of a request, encoded once for all addresses of an answer.

    These addresses differ in one or two parameters. ``more`` are parameters that all of them have.
    """

    def __init__(self, request: SearchRequest, more: Parameters) -> None:
        self._texts: dict[str, str] = {}
        for name, value in parameters(request):
            text, before = f"{name}={_quoted(value)}", self._texts.get(name)
            self._texts[name] = f"{before}&{text}" if before else text
        self._more = encoded(more)

    def changed(self, changes: Mapping[str, str]) -> str:
        """Return the query of an address; ``changes`` are encoded parameters, or empty, by name."""
        return self._joined(_ORDER, {**self._texts, **changes}, self._more)

    def around(self, name: str, changes: Mapping[str, str]) -> tuple[str, str]:
        """Return what stands before and after another value of a parameter in such a query."""
        texts = {**self._texts, **changes}
        before = self._joined(_ORDER[: _RANK[name] + 1], texts)
        after = self._joined(_ORDER[_RANK[name] + 1 :], texts, self._more)
        return f"{before}{'&' if before else ''}", f"{'&' if after else ''}{after}"

    @staticmethod
    def _joined(names: Sequence[str], texts: Mapping[str, str], more: str = "") -> str:
        return "&".join(filter(None, [*map(texts.get, names), more]))


_ORDER = (
    *("q", *VALUE_FACETS, *(f"exclude_{name}" for name in VALUE_FACETS)),
    *(*(f"{name}_mode" for name in VALUE_FACETS), "from", "to", "undated"),
    *("sort", *_OTHERS, "facets", "fields"),
)
"""The order in which ``parameters`` writes them."""
_RANK = {name: rank for rank, name in enumerate(_ORDER)}

_FIRST_PAGE = {"page": "", "cursor": ""}
_UNDATED = {**_FIRST_PAGE, "from": "", "to": "", "undated": ""}


_EXPANDED = re.compile(f"[^{QUERY}]*").fullmatch
_EXPANDED_WITH_SLASHES = re.compile(r"[^?#\[\]@!$&'()+;=%]*").fullmatch
"""Values that RFC 6570 expands to what ``_quoted`` returns, for ``{value}`` and ``{+value}``."""


class FilterLinks:
    """The addresses that change one filter of a request, or lead to another page of its results.

    ``page`` is their address without parameters; ``more`` are parameters that all of them have.
    """

    brief_ranges = False
    """Whether a bucket is named (``from=2024&to=2024``) rather than its first and last day."""

    def __init__(self, page: str, request: SearchRequest, more: Parameters | None = None) -> None:
        self.request = request
        self._page, self._more = page, more or []
        self._query = Query(request, self._more)
        self._around: dict[str, tuple[str, str]] = {}
        self._narrowing: dict[str, FilterLinks] = {}
        days = request.date_from, request.date_to
        self._range = tuple(day and day.isoformat() for day in days)

    def own(self, page: str | None = None) -> str:
        """Return the address of the request itself, at another ``page`` if one is given."""
        return self._address({}, page)

    def whole(self, page: str | None = None) -> str:
        """Return the address of all its results, from the first on."""
        return self._address(_FIRST_PAGE, page)

    def place(self, place: Place) -> str:
        """Return the address of a page of results."""
        number = f"page={place.page}" if place.page > 1 else ""
        cursor = f"cursor={_quoted(place.cursor)}" if place.cursor else ""
        return self._address({"page": number, "cursor": cursor})

    def toggled(self, facet: str, values: Sequence[str]) -> list[str]:
        """Return the addresses that select or deselect each value; see ``links.toggled``."""
        return self._choosing(facet, facet, values, toggled)

    def excluded(self, facet: str, values: Sequence[str]) -> list[str]:
        """Return the addresses that exclude or readmit each value; see ``links.excluded``."""
        return self._choosing(f"exclude_{facet}", facet, values, excluded)

    def narrowed(self, facet: str, values: Sequence[str]) -> list[str]:
        """Return the addresses that narrow the search to what has each value.

        Beside one that is selected it is required too; it takes the place of several alternatives.
        """
        selected = self.request.selected.get(facet, ())
        if not selected or facet in self.request.all_of:
            return self.toggled(facet, values)
        if facet not in self._narrowing:
            left = selected if len(selected) == 1 else ()
            narrowing = replace(
                self.request,
                selected=_with(self.request.selected, facet, left),
                all_of=_among(self.request.all_of, facet) if left else self.request.all_of,
            )
            self._narrowing[facet] = FilterLinks(self._page, narrowing, self._more)
        return self._narrowing[facet].toggled(facet, values)

    def buckets(self, buckets: Sequence[DateBucket]) -> list[str]:
        """Return the addresses that set or remove the range of each bucket; see ``links.dated``."""
        head, tail = self._around_range
        if self.brief_ranges:
            addresses = [f"{head}from={one[0]}&to={one[0]}{tail}" for one in buckets]
        else:
            addresses = [f"{head}from={one[1]}&to={one[2]}{tail}" for one in buckets]
        if any(self._range):
            for number, bucket in enumerate(buckets):
                if self.is_range(bucket):
                    addresses[number] = self.undated()
        return addresses

    def is_range(self, bucket: DateBucket) -> bool:
        """Tell whether the range of the request is the days of a bucket."""
        return self._range == bucket[1:3]

    def templates(self, facet: str) -> tuple[str, str]:
        """Return the URI templates (RFC 6570) of the addresses that choose or exclude a value.

        Expanded, they are those of ``toggled`` and ``excluded``, but for values in ``irregular``.
        """
        variable = "{+value}" if VALUE_FACETS[facet].parent else "{value}"
        choose, exclude = (self._around_values(name) for name in (facet, f"exclude_{facet}"))
        return variable.join(choose), variable.join(exclude)

    def irregular(self, facet: str, values: Sequence[str]) -> list[int]:
        """Return the places of values whose addresses do not follow from the templates.

        The values of a tree have slashes, which stay as they are, and nothing else that does.
        """
        plain = _EXPANDED_WITH_SLASHES if VALUE_FACETS[facet].parent else _EXPANDED
        others = [number for number, value in enumerate(values) if not plain(value)]
        return sorted({*others, *self._related(facet, values)})

    def range(self, first: str, last: str) -> str:
        """Return the address that sets the range of dates, at the precision given."""
        head, tail = self._around_range
        return f"{head}from={first}&to={last}{tail}"

    def since(self, first: str) -> str:
        """Return the address that sets a range of dates without an end."""
        head, tail = self._around_range
        return f"{head}from={first}{tail}"

    def undated(self) -> str:
        """Return the address without a range; see ``links.undated``."""
        return self._address(_UNDATED)

    def _address(self, changes: Mapping[str, str], page: str | None = None) -> str:
        query = self._query.changed(changes)
        return f"{self._page if page is None else page}{'?' if query else ''}{query}"

    def _choosing(
        self,
        name: str,
        facet: str,
        values: Sequence[str],
        choose: Callable[[SearchRequest, str, str], SearchRequest],
    ) -> list[str]:
        """Return addresses that choose values: all alike but for the value.

        Not for values that are chosen, or above or below one that is: choosing them changes more.
        """
        head, tail = self._around_values(name)
        addresses = [f"{head}{value}{tail}" for value in map(_quoted, values)]
        for number in self._related(facet, values):
            pairs = parameters(choose(self.request, facet, values[number])) + self._more
            addresses[number] = address(self._page, "", pairs)
        return addresses

    def _around_values(self, name: str) -> tuple[str, str]:
        around = self._around.get(name)
        if around is None:
            head, tail = self._query.around(name, _FIRST_PAGE)
            around = self._around[name] = f"{self._page}?{head}{name}=", tail
        return around

    def _related(self, facet: str, values: Sequence[str]) -> list[int]:
        """Return the places of values that are chosen, or above or below one that is."""
        chosen = {*self.request.selected.get(facet, ()), *self.request.excluded.get(facet, ())}
        if not chosen:
            return []
        above = VALUE_FACETS[facet].above
        related = chosen.union(*map(above, chosen))
        return [
            number
            for number, value in enumerate(values)
            if value in related or not chosen.isdisjoint(above(value))
        ]

    @cached_property
    def _around_range(self) -> tuple[str, str]:
        head, tail = self._query.around("from", _UNDATED)
        return f"{self._page}?{head}", tail


def language_parameter() -> Parameters:
    """Return what links carry so that the reader stays in the language of the address."""
    code = asked()
    return [("hl", code)] if code else []


def page_address(endpoint: str) -> str:
    """Return the address of a page in the language of the address."""
    return address(http.script_root, path_of(endpoint), language_parameter())


class PageLinks(FilterLinks):
    """The addresses that the links of a page lead to, for one search."""

    brief_ranges = True

    def __init__(self, request: SearchRequest) -> None:
        self._root = http.script_root
        super().__init__(self._root + path_of("pages.search"), request, language_parameter())

    def search(self, request: SearchRequest) -> str:
        """Return the address of a search."""
        return self._at(path_of("pages.search"), parameters(request))

    def changed(self, **fields: Any) -> str:
        """Return the address of the first page of this search with other values of its fields."""
        return self.search(replace(self.request, **{"page": 1, "cursor": None, **fields}))

    def numbered(self, page: int) -> str:
        """Return the address of a page of the results of this search."""
        return self.place(Place(page))

    def keyed(self, field: str, value: str) -> str:
        """Return the address of all documents that have a key, see ``index.keys``."""
        request = SearchRequest(q=f"{field}:{quoted(value)}", sort="date")
        return self.search(request)

    def unfiltered(self) -> str:
        """Return the address of the same words without any filter."""
        return self.search(SearchRequest(q=self.request.q, sort=self.request.sort))

    def facet(self, name: str, **more: str | int) -> str:
        """Return the address of the page of all values of a facet."""
        return self._of_facet("pages.facet", name, more)

    def counts(self, name: str, **more: str | int) -> str:
        """Return the address of the counts of a facet as CSV."""
        return self._of_facet("export.facet_csv", name, more)

    def _of_facet(self, endpoint: str, name: str, more: Mapping[str, str | int]) -> str:
        pairs = [(key, str(value)) for key, value in more.items() if value]
        return self._at(path_of(endpoint, name=name), [*self._same_results, *pairs])

    @cached_property
    def _same_results(self) -> Parameters:
        return parameters(same_results(self.request))

    @cached_property
    def _first_page(self) -> Parameters:
        return parameters(first_page(self.request))

    def document(self, id: str, position: int | None = None) -> str:
        """Return the address of a document, with its position (from 1) in this search."""
        path = f"{self._root}{path_of('pages.document', id=quoted_path(id))}"
        if position is None or position >= MAX_DEPTH:
            query = encoded([*([("q", self.request.q)] if self.request.q else []), *self._more])
            return f"{path}?{query}" if query else path
        head, tail = self._around_position
        return f"{path}?{head}at={position}{tail}"

    @cached_property
    def _around_position(self) -> tuple[str, str]:
        head, tail = encoded(self._same_results), encoded(self._more)
        return f"{head}{'&' if head else ''}", f"{'&' if tail else ''}{tail}"

    def permanent(self, id: str) -> str:
        """Return the address under which a document may be cited, host included."""
        return address(g.base, path_of("pages.document", id=id))

    def reference(self, id: str, endpoint: str) -> str:
        """Return the address of a document as a reference."""
        return self._at(path_of(endpoint, id=id), [])

    def value(self, facet: str, value: str) -> str:
        """Return the address of all documents that have a value."""
        head, tail = self._around_value
        return f"{head}{facet}={_quoted(value)}{tail}"

    @cached_property
    def _around_value(self) -> tuple[str, str]:
        more = encoded(self._more)
        return f"{self._page}?", f"{'&' if more else ''}{more}"

    @cached_property
    def _everywhere(self) -> FilterLinks:
        """The addresses that leave this page, and find the same for readers of every language."""
        request, more = everywhere(self.request), self._more
        if not more and depends_on_language(request.q):
            more = [("hl", request.locale)]
        return FilterLinks(self._page, request, more)

    def export(self, endpoint: str) -> str:
        """Return the address of the same search in another form."""
        return self._everywhere.whole(self._root + path_of(endpoint))

    def saved(self) -> str:
        """Return the address of this page of results, to keep."""
        return self._everywhere.own()

    def shared(self) -> str:
        """Return the address of this page of results, host included."""
        return self._everywhere.own(g.base + path_of("pages.search"))

    def spreadsheet(self) -> str:
        """Return the address of the same search as a table for people."""
        address = self.export("export.csv")
        return f"{address}{'&' if '?' in address else '?'}headings=labels"

    def api(self, base: str | None = None) -> str:
        """Return the address of the same answer from the endpoint."""
        root = self._root if base is None else base
        return address(root, path_of("api.search"), parameters(self._everywhere.request))

    def raw(self, id: str) -> str:
        """Return the address of a document from the endpoint."""
        return address(self._root, path_of("api.document", id=id))

    def hidden(self, *visible: str) -> Parameters:
        """Return the parameters that a form carries besides its ``visible`` fields."""
        return [pair for pair in self._first_page if pair[0] not in visible] + self._more

    def _at(self, path: str, pairs: Parameters) -> str:
        return address(self._root, path, [*pairs, *self._more])
