"""What pages show of facets: filters that are set, values to choose, dates as a histogram."""

from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext

from index.days import period
from index.facets import VALUE_FACETS
from search import DateBucket, DateFacet, FacetValue, SearchRequest, SearchResponse, ValueFacet
from web import links
from web.errors import FACETS
from web.i18n import month_or_day, number
from web.links import PageLinks

FIRST_VALUES = 8
"""Values of a facet that a search page shows, besides those that are chosen."""
FIRST_CHILDREN = 2

MAX_MONTHS = 40
"""Most bars for months; a longer range has bars for years."""
HEIGHT = 100
MIN_HEIGHT = 3
"""Height of the bar of a single document, however many others there are."""
WIDTH = 10
GAP = 1
MIN_BARS = 12
"""Bars that the drawing has room for; fewer bars share it."""
MAX_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the address that removes it."""

    facet: str
    label: str
    address: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A value of a facet with its count and the addresses that select and exclude it.

    ``state`` is ``chosen``, ``excluded`` or empty.
    """

    value: str
    label: str
    count: str
    state: str
    address: str
    exclude: str
    children: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The values of a facet that a search page shows; ``more`` if there are others."""

    lines: tuple[Line, ...]
    more: bool
    distinct: int


def section(facet: ValueFacet, to: PageLinks) -> Section:
    """Return the most frequent values of a facet, and all values that are chosen.

    Lower values stand under their upper one; more of them where it is chosen.
    """
    first = facet.values[:FIRST_VALUES]
    chosen = tuple(value for value in facet.values[FIRST_VALUES:] if _is_chosen(value))
    lines = tuple(_with_children(facet.name, value, to) for value in (*first, *chosen))
    hidden = sum(len(value.children) for value in first) > sum(len(line.children) for line in lines)
    return Section(lines, hidden or facet.distinct > len(lines), facet.distinct)


def line(facet: str, value: FacetValue, to: PageLinks, label: str = "") -> Line:
    """Return one value without those below it."""
    return Line(
        value=value.value,
        label=label or value.label,
        count=number(value.count),
        state="chosen" if value.selected else "excluded" if value.excluded else "",
        address=to.toggled(facet, value.value),
        exclude=to.excluded(facet, value.value),
    )


def _with_children(facet: str, value: FacetValue, to: PageLinks) -> Line:
    expanded = value.selected or any(child.selected for child in value.children)
    first = value.children[: FIRST_VALUES if expanded else FIRST_CHILDREN]
    chosen = [child for child in value.children if _is_chosen(child) and child not in first]
    children = tuple(line(facet, child, to) for child in (*first, *chosen))
    return replace(line(facet, value, to), children=children)


def _is_chosen(value: FacetValue) -> bool:
    return value.selected or value.excluded or any(_is_chosen(child) for child in value.children)


def chips(response: SearchResponse, to: PageLinks) -> list[Chip]:
    """Return the filters that are set, in the order of the facets, dates last."""
    request = response.request
    chips: list[Chip] = []
    for facet in VALUE_FACETS:
        labels = _labels(response, facet)
        name = str(FACETS[facet])
        for value in request.selected.get(facet, ()):
            chips.append(Chip(name, labels.get(value, value), to.toggled(facet, value)))
        for value in request.excluded.get(facet, ()):
            address = to.search(links.readmitted(request, facet, value))
            chips.append(Chip(name, labels.get(value, value), address, excluded=True))
    if request.date_from or request.date_to or request.undated:
        chips.append(Chip(str(FACETS["date"]), _range_label(request), to.dates()))
    return chips


def _labels(response: SearchResponse, name: str) -> dict[str, str]:
    facet = response.facets.get(name)
    if not isinstance(facet, ValueFacet):
        return {}
    values = [*facet.values, *(child for value in facet.values for child in value.children)]
    return {value.value: value.label for value in values}


def _range_label(request: SearchRequest) -> str:
    """Say the range of dates of a search, and whether it includes undated documents."""
    first, last = request.date_from, request.date_to
    since = month_or_day(first.isoformat()) if first else ""
    until = month_or_day(last.isoformat()) if last else ""
    if first and last:
        exact = next((text for text in _periods(first, last) if period(text) == (first, last)), "")
        label = (
            month_or_day(exact)
            if exact
            else gettext("%(first)s to %(last)s", first=since, last=until)
        )
    elif first:
        label = gettext("from %(first)s", first=since)
    elif last:
        label = gettext("until %(last)s", last=until)
    else:
        label = ""
    undated = {
        "only": gettext("undated only"),
        "include": gettext("undated included"),
        "exclude": gettext("dated only"),
    }.get(request.undated or "", "")
    return ", ".join(part for part in (label, undated) if part)


def _periods(first: date, last: date) -> list[str]:
    """Return the year and the month that contain a range, and the day that it is."""
    periods = []
    if first.year == last.year:
        periods.append(f"{first.year:04}")
        if first.month == last.month:
            periods.append(first.isoformat()[:7])
            if first == last:
                periods.append(first.isoformat())
    return periods


# The histogram.


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one date bucket, its label, and the address that it leads to."""

    x: int
    y: int
    width: int
    height: int
    label: str
    address: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A wider range to go back to; the current range has no address."""

    label: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars of the buckets that have documents, and the labels around them.

    The drawing has ``WIDTH`` units for each bucket and is ``HEIGHT`` units high; the style sheet
    stretches it. Time runs with the text around it: from right to left in Arabic.
    """

    bars: tuple[Bar, ...]
    width: int
    height: int
    first: str
    last: str
    steps: tuple[Step, ...]


def histogram(facet: DateFacet, to: PageLinks) -> Histogram | None:
    """Return the histogram of the date facet, each bar a link; None if it has no bucket."""
    if not facet.values:
        return None
    most = max(bucket.count for bucket in facet.values)
    width = max(len(facet.values), MIN_BARS) * WIDTH
    step = width // len(facet.values)
    bars = tuple(
        _bar(index * step, step, bucket, most, to)
        for index, bucket in enumerate(facet.values)
        if bucket.count or bucket.selected
    )
    return Histogram(
        bars=bars,
        width=width,
        height=HEIGHT,
        first=month_or_day(facet.values[0].value),
        last=month_or_day(facet.values[-1].value),
        steps=steps(to),
    )


def _bar(x: int, step: int, bucket: DateBucket, most: int, to: PageLinks) -> Bar:
    """Return a bar in the middle of the ``step`` units from ``x``; ``most`` is the full height."""
    width = min(step - GAP, MAX_WIDTH)
    height = max(round(bucket.count / most * HEIGHT), MIN_HEIGHT) if bucket.count else 0
    day = month_or_day(bucket.value)
    return Bar(
        x=x + (step - GAP - width) // 2,
        y=HEIGHT - height,
        width=width,
        height=height,
        label=gettext("%(date)s: %(count)s", date=day, count=number(bucket.count)),
        address=to.bucket(bucket),
        selected=bucket.selected,
    )


def steps(to: PageLinks) -> tuple[Step, ...]:
    """Return the way out of a range of dates: all dates, its year, its month, the range itself."""
    first, last = to.request.date_from, to.request.date_to
    if not first and not last:
        return ()
    steps = [Step(gettext("All dates"), to.dates())]
    if first and last:
        for text in _periods(first, last):
            address = None if period(text) == (first, last) else to.range(text, text)
            steps.append(Step(month_or_day(text), address))
    return tuple(steps)
