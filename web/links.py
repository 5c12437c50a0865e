"""Links: a search request written as an address, and the requests one link away from it."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from flask import g
from flask import request as http

from index.facets import VALUE_FACETS
from search import FACETS, MAX_DEPTH, DateBucket, SearchRequest, SearchResponse
from web.i18n import asked

API_SEARCH = "/api/search"

# Characters that stay readable in an address; every other one is percent-encoded.
PATH = "/:,@"
QUERY = "/:,*"

Parameters = list[tuple[str, str]]

_DEFAULT = SearchRequest()


def parameters(request: SearchRequest) -> Parameters:
    """Return a request as query parameters, in a fixed order and without defaults.

    ``parse_request`` of the result returns the same request. Two requests that mean the same have
    the same parameters, so they serve as the key of an ETag.
    """
    pairs: Parameters = [("q", request.q)] if request.q else []
    for prefix, values in (("", request.selected), ("exclude_", request.excluded)):
        for facet in VALUE_FACETS:
            pairs.extend((prefix + facet, value) for value in values.get(facet, ()))
    if request.date_from:
        pairs.append(("from", request.date_from.isoformat()))
    if request.date_to:
        pairs.append(("to", request.date_to.isoformat()))
    if request.undated:
        pairs.append(("undated", request.undated))
    if request.sort != ("relevance" if request.q.strip() else "-date"):
        pairs.append(("sort", request.sort))
    for name in ("date_field", "page", "per_page", "cursor", "facet_size", "interval", "highlight"):
        value = getattr(request, name)
        if value != getattr(_DEFAULT, name):
            pairs.append((name, str(value)))
    if request.facets != FACETS:
        pairs.append(("facets", ",".join(request.facets)))
    return pairs


def address(base: str, path: str, pairs: Sequence[tuple[str, str]] = ()) -> str:
    """Join a base address, a path (quoted here) and parameters."""
    query = encoded(pairs)
    return f"{base}{quote(path, safe=PATH)}{'?' + query if query else ''}"


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Return parameters as the query of an address."""
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


@lru_cache(maxsize=10_000)
def _quoted(value: str) -> str:
    """Quote a name or a value; cached because every page links to the same facet values."""
    return quote(value, safe=QUERY)


# Requests one link away.


def first_page(request: SearchRequest) -> SearchRequest:
    """Return the request without page and cursor."""
    return replace(request, page=1, cursor=None)


def same_results(request: SearchRequest) -> SearchRequest:
    """Return the request for the same results in the same order, shown in the default way.

    ``per_page`` stays: the way back leads to the page that a result stands on.
    """
    return replace(
        first_page(request), facets=FACETS, facet_size=20, interval="auto", highlight="true"
    )


def toggled(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Select a value of a facet, or deselect it if it is selected; every other filter stays.

    A value and one below it are never selected together, because the upper one covers the lower:
    a sub-theme replaces its selected theme, and a theme its selected sub-themes. A value that was
    excluded no longer is.
    """
    selected = request.selected.get(facet, ())
    if value in selected:
        kept = tuple(other for other in selected if other != value)
    else:
        kept = (*(other for other in selected if not _same_branch(other, value)), value)
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
        if other != value and not other.startswith(value + "/")
    )
    return replace(
        first_page(request),
        selected=_with(request.selected, facet, kept),
        excluded=_with(request.excluded, facet, (*request.excluded.get(facet, ()), value)),
    )


def _with(
    chosen: Mapping[str, tuple[str, ...]], facet: str, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the chosen values with those of one facet replaced."""
    others = {name: held for name, held in chosen.items() if name != facet}
    return others | {facet: values} if values else others


def _above(value: str) -> Iterator[str]:
    """Yield the values above a value, the nearest first."""
    while "/" in value:
        value = value.rpartition("/")[0]
        yield value


def _same_branch(one: str, other: str) -> bool:
    """Tell whether one value is below the other."""
    return one.startswith(other + "/") or other.startswith(one + "/")


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


@dataclass(frozen=True, slots=True)
class Pages:
    """The requests of the other pages of an answer; None where there is no such page."""

    count: int | None
    first: SearchRequest
    prev: SearchRequest | None
    next: SearchRequest | None
    last: SearchRequest | None


def pages(response: SearchResponse) -> Pages:
    """Return the pages around an answer.

    A walk by cursor only goes forward and does not count pages. By page number, no link leads
    deeper than MAX_DEPTH results.
    """
    request = response.request
    if request.cursor is not None:
        cursor = response.next_cursor
        return Pages(
            count=None,
            first=replace(request, page=1, cursor="*"),
            prev=None,
            next=replace(request, page=1, cursor=cursor) if cursor else None,
            last=None,
        )
    count = -(-response.total // request.per_page)
    reachable = min(count, MAX_DEPTH // request.per_page)
    return Pages(
        count=count,
        first=replace(request, page=1),
        prev=replace(request, page=min(request.page - 1, max(reachable, 1)))
        if request.page > 1
        else None,
        next=replace(request, page=request.page + 1) if request.page < reachable else None,
        last=replace(request, page=max(count, 1)) if count <= reachable else None,
    )


# Addresses.


class _Template:
    """An address with one place left open, encoded once and filled many times.

    A page links to a hundred facet values, and the rest of their addresses is the same.
    """

    def __init__(self, page: str, pairs: Parameters, start: int, end: int) -> None:
        before, after = encoded(pairs[:start]), encoded(pairs[end:])
        self._head = f"{page}?{before}{'&' if before else ''}"
        self._tail = f"{'&' if after else ''}{after}"

    def fill(self, *pairs: tuple[str, str]) -> str:
        """Return the address with these parameters in the open place."""
        middle = "&".join([f"{name}={_quoted(value)}" for name, value in pairs])
        return f"{self._head}{middle}{self._tail}"


_OPEN = secrets.token_hex(16)
"""Marks the open place of a template; no reader can have typed it."""


class FilterLinks:
    """The addresses that change one filter of a request.

    ``page`` is their address without parameters; ``more`` are parameters that all of them have.
    """

    brief_ranges = False
    """Whether a bucket is named (``from=2024&to=2024``) rather than its first and last day."""

    def __init__(self, page: str, request: SearchRequest, more: Parameters | None = None) -> None:
        self.request = request
        self._page, self._more = page, more or []
        self._templates: dict[tuple[str, bool], _Template] = {}
        self._branches: dict[str, tuple[set[str], set[str]]] = {}

    def toggled(self, facet: str, value: str) -> str:
        """Return the address that selects or deselects a value; see ``links.toggled``."""
        if self._is_unrelated(facet, value):
            return self._template(facet, exclude=False).fill((facet, value))
        return self._filtered(toggled(self.request, facet, value))

    def excluded(self, facet: str, value: str) -> str:
        """Return the address that excludes or readmits a value; see ``links.excluded``."""
        if self._is_unrelated(facet, value):
            return self._template(facet, exclude=True).fill((f"exclude_{facet}", value))
        return self._filtered(excluded(self.request, facet, value))

    def range(self, first: str, last: str) -> str:
        """Return the address that sets the range of dates, at the precision given."""
        return self._range_template.fill(("from", first), ("to", last))

    def bucket(self, bucket: DateBucket) -> str:
        """Return the address that sets or removes the range of a bucket; see ``links.dated``."""
        if _has_range(self.request, bucket):
            return self._filtered(undated(self.request))
        if self.brief_ranges:
            return self.range(bucket.value, bucket.value)
        return self.range(bucket.first, bucket.last)

    def _filtered(self, request: SearchRequest) -> str:
        return address(self._page, "", [*parameters(request), *self._more])

    def _is_unrelated(self, facet: str, value: str) -> bool:
        """Tell whether choosing a value leaves all chosen values of its facet as they are."""
        if facet not in self._branches:
            request = self.request
            chosen = {*request.selected.get(facet, ()), *request.excluded.get(facet, ())}
            self._branches[facet] = chosen, {part for other in chosen for part in _above(other)}
        chosen, above_chosen = self._branches[facet]
        return value not in above_chosen and chosen.isdisjoint((value, *_above(value)))

    def _template(self, facet: str, exclude: bool) -> _Template:
        template = self._templates.get((facet, exclude))
        if template is None:
            choose = excluded if exclude else toggled
            pairs = parameters(choose(self.request, facet, _OPEN)) + self._more
            start = next(i for i, (_, value) in enumerate(pairs) if value == _OPEN)
            template = _Template(self._page, pairs, start, start + 1)
            self._templates[facet, exclude] = template
        return template

    @cached_property
    def _range_template(self) -> _Template:
        pairs = parameters(undated(self.request))
        # The range comes after the words and the values of facets.
        start = sum(
            name == "q" or name.removeprefix("exclude_") in VALUE_FACETS for name, _ in pairs
        )
        return _Template(self._page, pairs + self._more, start, start)


def language_parameter() -> Parameters:
    """Return what links carry so that the reader stays in the language of the address."""
    code = asked()
    return [("hl", code)] if code else []


def page_address(path: str) -> str:
    """Return the address of a page in the language of the address."""
    return address(http.script_root, path, language_parameter())


class PageLinks(FilterLinks):
    """The addresses that the links of a page lead to, for one search."""

    brief_ranges = True

    def __init__(self, request: SearchRequest) -> None:
        self._root = http.script_root
        super().__init__(f"{self._root}/search", request, language_parameter())
        self._value_addresses: dict[tuple[str, str], str] = {}

    def search(self, request: SearchRequest | None = None) -> str:
        """Return the address of a search; of the page's own search by default."""
        return self._at("/search", parameters(request or self.request))

    def changed(self, **fields: Any) -> str:
        """Return the address of the first page of this search with other values of its fields."""
        return self.search(replace(first_page(self.request), **fields))

    def unfiltered(self) -> str:
        """Return the address of the same words without any filter."""
        return self.search(SearchRequest(q=self.request.q, sort=self.request.sort))

    def dates(self) -> str:
        """Return the address without a range."""
        return self.search(undated(self.request))

    def facet(self, name: str, **more: str | int) -> str:
        """Return the address of the page of all values of a facet."""
        pairs = [(key, str(value)) for key, value in more.items() if value]
        return self._at(f"/facet/{name}", [*parameters(same_results(self.request)), *pairs])

    def document(self, id: str, position: int | None = None) -> str:
        """Return the address of a document, with its position (from 1) in this search."""
        if position is None or position >= MAX_DEPTH:
            return self._at(f"/document/{id}", [("q", self.request.q)] if self.request.q else [])
        path = address(self._root, f"/document/{id}")
        return f"{path}{self._position_template.fill(('at', str(position)))}"

    @cached_property
    def _position_template(self) -> _Template:
        pairs = parameters(same_results(self.request))
        return _Template("", pairs + self._more, len(pairs), len(pairs))

    def permanent(self, id: str) -> str:
        """Return the address under which a document may be cited, host included."""
        return address(g.base, f"/document/{id}")

    def value(self, facet: str, value: str) -> str:
        """Return the address of all documents that have a value."""
        cached = self._value_addresses.get((facet, value))
        if cached is None:
            cached = self._at("/search", [(facet, value)])
            self._value_addresses[facet, value] = cached
        return cached

    def export(self, path: str) -> str:
        """Return the address of the same search in another form."""
        return self._at(path, parameters(first_page(self.request)))

    def api(self, base: str | None = None) -> str:
        """Return the address of the same answer from the endpoint."""
        root = self._root if base is None else base
        return address(root, API_SEARCH, parameters(self.request))

    def raw(self, id: str) -> str:
        """Return the address of a document from the endpoint."""
        return address(self._root, f"/api/documents/{id}")

    def hidden(self, *visible: str) -> Parameters:
        """Return the parameters that a form carries besides its ``visible`` fields."""
        pairs = parameters(first_page(self.request))
        return [pair for pair in pairs if pair[0] not in visible] + self._more

    def _at(self, path: str, pairs: Parameters) -> str:
        return address(self._root, path, [*pairs, *self._more])
