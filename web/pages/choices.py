"""What is chosen and what there is to choose, ready to be written on a page."""

from dataclasses import dataclass, replace

from flask_babel import gettext

from index.facets import VALUE_FACETS
from search.request import SearchRequest
from search.response import FacetValue, SearchResponse, ValueFacet
from web import links
from web.addresses import Addresses
from web.i18n import month_or_day, number
from web.messages import FACETS
from web.pages.histogram import period_of

FIRST_VALUES = 8
"""Values of a facet that a search page shows besides those that are chosen."""
FIRST_CHILDREN = 2


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter and the address that removes it."""

    facet: str
    label: str
    address: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A value of a facet with its count and the addresses that choose and exclude it."""

    value: str
    label: str
    count: str
    state: str
    address: str
    exclude: str
    children: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The values of a facet that are in sight, and whether there are more."""

    lines: tuple[Line, ...]
    more: bool
    distinct: int
    missing: int
    truncated: bool


def section(facet: ValueFacet, to: Addresses) -> Section:
    """Return the most frequent values of a facet and all that are chosen.

    Sub-themes stand under their theme: more of them where it is chosen.
    """
    first = facet.values[:FIRST_VALUES]
    pinned = tuple(value for value in facet.values[FIRST_VALUES:] if _pinned(value))
    lines = tuple(_line(facet.name, value, to) for value in (*first, *pinned))
    below = sum(len(value.children) for value in first) > sum(len(line.children) for line in lines)
    return Section(
        lines=lines,
        more=below or facet.distinct > len(lines),
        distinct=facet.distinct,
        missing=facet.missing,
        truncated=facet.truncated,
    )


def line(facet: str, value: FacetValue, to: Addresses, label: str = "") -> Line:
    """Return one value without what is below it."""
    return Line(
        value=value.value,
        label=label or value.label,
        count=number(value.count),
        state="chosen" if value.selected else "excluded" if value.excluded else "",
        address=to.toggled(facet, value.value),
        exclude=to.excluded(facet, value.value),
    )


def _line(facet: str, value: FacetValue, to: Addresses) -> Line:
    whole = value.selected or any(child.selected for child in value.children)
    children = value.children[: FIRST_VALUES if whole else FIRST_CHILDREN]
    pinned = [child for child in value.children if _pinned(child) and child not in children]
    below = tuple(line(facet, child, to) for child in (*children, *pinned))
    return replace(line(facet, value, to), children=below)


def _pinned(value: FacetValue) -> bool:
    return value.selected or value.excluded or any(_pinned(child) for child in value.children)


def chips(response: SearchResponse, to: Addresses) -> list[Chip]:
    """Return the chosen filters in the order of the facets, dates last."""
    request = response.request
    found: list[Chip] = []
    for facet in VALUE_FACETS:
        labels = _labels(response, facet)
        name = str(FACETS[facet])
        for value in request.selected.get(facet, ()):
            found.append(Chip(name, labels.get(value, value), to.toggled(facet, value)))
        for value in request.excluded.get(facet, ()):
            address = to.search(links.readmitted(request, facet, value))
            found.append(Chip(name, labels.get(value, value), address, excluded=True))
    if request.date_from or request.date_to or request.undated:
        found.append(Chip(str(FACETS["date"]), dates(request), to.dates()))
    return found


def _labels(response: SearchResponse, facet: str) -> dict[str, str]:
    counted = response.facets.get(facet)
    if not isinstance(counted, ValueFacet):
        return {}
    lines: list[FacetValue] = list(counted.values)
    lines += [child for value in counted.values for child in value.children]
    return {line.value: line.label for line in lines}


def dates(request: SearchRequest) -> str:
    """Say the range of dates of a search, and what becomes of undated documents."""
    first = month_or_day(request.date_from.isoformat()) if request.date_from else ""
    last = month_or_day(request.date_to.isoformat()) if request.date_to else ""
    if request.date_from and request.date_to:
        period = period_of(request.date_from, request.date_to)
        said = (
            month_or_day(period)
            if period
            else gettext("%(first)s to %(last)s", first=first, last=last)
        )
    elif first:
        said = gettext("from %(first)s", first=first)
    elif last:
        said = gettext("until %(last)s", last=last)
    else:
        said = ""
    about = {
        "only": gettext("undated only"),
        "include": gettext("undated included"),
        "exclude": gettext("dated only"),
    }.get(request.undated or "", "")
    return ", ".join(part for part in (said, about) if part)
