"""Addresses: a SearchRequest written as parameters, and the requests one link away from it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from urllib.parse import quote, urlencode

from index.facets import VALUE_FACETS
from search.request import FACETS, MAX_DEPTH, SearchRequest, Sort
from search.response import DateBucket, SearchResponse

# What stays legible in an address; everything else is percent-encoded.
PATH = "/:,@"
QUERY = "/:,*"

Parameters = list[tuple[str, str]]


def parameters(request: SearchRequest) -> Parameters:
    """Write a request as query parameters in one order, leaving out what is the default.

    ``parse_request`` of the result gives the same request: two requests that mean the same have
    the same parameters, which makes them the key of an ETag.
    """
    plain = SearchRequest()
    written: Parameters = [("q", request.q)] if request.q else []
    for prefix, values in (("", request.selected), ("exclude_", request.excluded)):
        for facet in VALUE_FACETS:
            written.extend((prefix + facet, value) for value in values.get(facet, ()))
    if request.date_from:
        written.append(("from", request.date_from.isoformat()))
    if request.date_to:
        written.append(("to", request.date_to.isoformat()))
    if request.undated:
        written.append(("undated", request.undated))
    if request.sort != default_sort(request):
        written.append(("sort", request.sort))
    for name in ("date_field", "page", "per_page", "cursor", "facet_size", "interval", "highlight"):
        value = getattr(request, name)
        if value != getattr(plain, name):
            written.append((name, str(value)))
    if request.facets != FACETS:
        written.append(("facets", ",".join(request.facets)))
    return written


def default_sort(request: SearchRequest) -> Sort:
    """Return the order of a request that names none."""
    return "relevance" if request.q.strip() else "-date"


def address(base: str, path: str, written: Sequence[tuple[str, str]] = ()) -> str:
    """Join a base address, a path (quoted here) and parameters."""
    query = encoded(written)
    return f"{base}{quote(path, safe=PATH)}{'?' + query if query else ''}"


def encoded(written: Sequence[tuple[str, str]]) -> str:
    """Write parameters as the query of an address."""
    return urlencode(written, quote_via=quote, safe=QUERY)


@lru_cache(maxsize=10_000)
def _quoted(value: str) -> str:
    """Write a value: the same facet values are linked to from page after page."""
    return quote(value, safe=QUERY)


def first_page(request: SearchRequest) -> SearchRequest:
    """Return the request without page and cursor."""
    return replace(request, page=1, cursor=None)


def toggled(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Add a value to its facet, or remove it if it is selected; every other filter stays.

    Two levels of one facet never stand side by side: a theme covers its sub-themes, so that a
    sub-theme takes the place of its selected theme, and a theme that of its sub-themes. A value
    that was excluded is no longer.
    """
    selected = request.selected.get(facet, ())
    if value in selected:
        kept = tuple(other for other in selected if other != value)
    else:
        kept = (*(other for other in selected if not same_branch(other, value)), value)
    excluded = tuple(other for other in request.excluded.get(facet, ()) if other != value)
    return replace(
        first_page(request),
        selected=_with(request.selected, facet, kept),
        excluded=_with(request.excluded, facet, excluded),
    )


def readmitted(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Stop excluding a value."""
    kept = tuple(other for other in request.excluded.get(facet, ()) if other != value)
    return replace(first_page(request), excluded=_with(request.excluded, facet, kept))


def excluded(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Exclude a value, or stop excluding it if it is; every other filter stays.

    What is excluded is no longer selected, nor is anything below it, which it covers.
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


def is_chosen(request: SearchRequest, bucket: DateBucket) -> bool:
    """Tell whether the range of dates is that of a bucket."""
    days = request.date_from, request.date_to
    return tuple(day and day.isoformat() for day in days) == (bucket.first, bucket.last)


def dated(request: SearchRequest, bucket: DateBucket) -> SearchRequest:
    """Set the range to a bucket's days, or lift it if it is exactly those."""
    if is_chosen(request, bucket):
        return undated(request)
    first, last = date.fromisoformat(bucket.first), date.fromisoformat(bucket.last)
    return replace(first_page(request), date_from=first, date_to=last, undated=None)


class Around:
    """An address with one place left open: what stands around it is written once.

    A page links to a hundred values of facets, and the rest of their addresses is the same.
    """

    def __init__(self, base: str, written: Sequence[tuple[str, str]], at: int, width: int = 1):
        before, after = encoded(written[:at]), encoded(written[at + width :])
        self._head = f"{base}?{before}{'&' if before else ''}"
        self._tail = f"{'&' if after else ''}{after}"

    def __call__(self, *pairs: tuple[str, str]) -> str:
        """Return the address with these parameters in the open place."""
        middle = "&".join([f"{name}={_quoted(value)}" for name, value in pairs])
        return f"{self._head}{middle}{self._tail}"


_OPEN = secrets.token_hex(16)
"""Stands for a value in an address that is left open; no reader can have typed it."""


class Near:
    """The addresses one choice away from a request, of a page or of the endpoint.

    ``page`` is the address without parameters; ``more`` are parameters that all have.
    """

    def __init__(self, page: str, request: SearchRequest, more: Parameters | None = None) -> None:
        self.request = request
        self._page, self._more = page, more or []
        self._values: dict[tuple[str, bool], Around] = {}

    def toggled(self, facet: str, value: str) -> str:
        """Return the address that adds a value, or removes it if selected; see ``toggled``."""
        if self._plain(facet, value):
            return self._around(facet, exclude=False)((facet, value))
        return self._at(toggled(self.request, facet, value))

    def excluded(self, facet: str, value: str) -> str:
        """Return the address that excludes a value, or stops excluding it; see ``excluded``."""
        if self._plain(facet, value):
            return self._around(facet, exclude=True)((f"exclude_{facet}", value))
        return self._at(excluded(self.request, facet, value))

    def range(self, first: str, last: str) -> str:
        """Return the address that sets the range of dates, at the precision given."""
        return self._range(("from", first), ("to", last))

    def bucket(self, bucket: DateBucket, brief: bool = False) -> str:
        """Return the address that sets the range to a bucket's days, or lifts it; see ``dated``.

        A ``brief`` one names the bucket, as a year or a month, where the other names days.
        """
        if is_chosen(self.request, bucket):
            return self._at(dated(self.request, bucket))
        days = (bucket.value, bucket.value) if brief else (bucket.first, bucket.last)
        return self.range(*days)

    def _at(self, wanted: SearchRequest) -> str:
        return address(self._page, "", [*parameters(wanted), *self._more])

    def _plain(self, facet: str, value: str) -> bool:
        """Tell whether choosing a value changes nothing else that is chosen."""
        chosen = (*self.request.selected.get(facet, ()), *self.request.excluded.get(facet, ()))
        return not chosen or not any(
            other == value or same_branch(other, value) for other in chosen
        )

    def _around(self, facet: str, exclude: bool) -> Around:
        found = self._values.get((facet, exclude))
        if found is None:
            choose = excluded if exclude else toggled
            written = parameters(choose(self.request, facet, _OPEN)) + self._more
            at = next(i for i, pair in enumerate(written) if pair[1] == _OPEN)
            found = self._values[facet, exclude] = Around(self._page, written, at)
        return found

    @cached_property
    def _range(self) -> Around:
        written = parameters(undated(self.request))
        # The range stands behind the words and the values of facets.
        at = sum(
            name == "q" or name.removeprefix("exclude_") in VALUE_FACETS for name, _ in written
        )
        return Around(self._page, written + self._more, at, width=0)


def undated(request: SearchRequest) -> SearchRequest:
    """Lift the range of dates and what was said about undated documents."""
    return replace(first_page(request), date_from=None, date_to=None, undated=None)


def same_branch(one: str, other: str) -> bool:
    """Tell whether one value lies below the other."""
    return one.startswith(other + "/") or other.startswith(one + "/")


def _with(
    chosen: Mapping[str, tuple[str, ...]], facet: str, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    kept = {name: held for name, held in chosen.items() if name != facet}
    return kept | {facet: values} if values else kept


@dataclass(frozen=True, slots=True)
class Pages:
    """The requests of the neighbouring pages of an answer; None where there is no such page."""

    count: int | None
    first: SearchRequest
    prev: SearchRequest | None
    next: SearchRequest | None
    last: SearchRequest | None


def pages(response: SearchResponse) -> Pages:
    """Work out the pages around an answer.

    A walk by cursor only goes forward and counts no pages. By page number, no link leads deeper
    than MAX_DEPTH results.
    """
    request = response.request
    if request.cursor is not None:
        following = response.next_cursor
        return Pages(
            count=None,
            first=replace(request, page=1, cursor="*"),
            prev=None,
            next=replace(request, page=1, cursor=following) if following else None,
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
