"""What pages show of facets: filters that are set, values to choose, dates as a histogram."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from index.calendar import period
from index.facets import VALUE_FACETS
from index.vocabularies import organizations
from search import (
    DateBucket,
    DateFacet,
    FacetValue,
    Labelled,
    SearchRequest,
    SearchResponse,
    ValueFacet,
)
from web import links
from web.i18n import facet_label, gettext, month_or_day, negotiate, ngettext, number
from web.links import PageLinks
from web.render import escaped, html

SHOWN_ORDER = (
    *("date", "source", "lang"),
    *(name for name in VALUE_FACETS if name not in ("source", "lang")),
)
"""Facets in the column beside the results: first those that every documentalist begins with."""
FIRST_VALUES = 5
"""Values of a facet that a search page shows, besides those that are chosen."""
FIRST_MEDIA = 3
"""Media among the organizations that it shows, apart from the others."""
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
    """A value of a facet with its count and the address that excludes it.

    ``state`` is ``chosen``, ``excluded`` or empty.
    """

    value: str
    label: Markup
    count: str
    state: str
    exclude: str


@dataclass(frozen=True, slots=True)
class Section:
    """The values of a facet that a search page shows, as HTML; ``more`` if there are others.

    ``media`` are organizations that are media: they are quoted, or sign the dispatch, more often
    than a text is about them. ``mode`` is the choice between any and all of the selected values,
    once there is one.
    """

    values: Markup
    media: Markup
    mode: Markup
    more: bool
    distinct: int


def counted(facet: str, count: int) -> str:
    """Say how many values of a facet there are: *275 organizations*."""
    said = number(count)
    match facet:
        case "organization":
            one = ngettext("%(count)s organization", "%(count)s organizations", count, count=said)
        case "theme":
            one = ngettext("%(count)s theme", "%(count)s themes", count, count=said)
        case "country":
            one = ngettext("%(count)s country", "%(count)s countries", count, count=said)
        case "person":
            one = ngettext("%(count)s person", "%(count)s persons", count, count=said)
        case "lang":
            one = ngettext("%(count)s language", "%(count)s languages", count, count=said)
        case "source":
            one = ngettext("%(count)s source", "%(count)s sources", count, count=said)
        case _:
            one = ngettext("%(count)s value", "%(count)s values", count, count=said)
    return one


def lines(facet: str, labelled: Sequence[tuple[str, FacetValue]], to: PageLinks) -> list[Line]:
    """Return values of a facet under other labels, without those below them."""
    excludes = to.excluded(facet, [value.value for _, value in labelled])
    return [
        Line(value.value, html(label), number(value.count), _state(value), exclude)
        for (label, value), exclude in zip(labelled, excludes, strict=True)
    ]


def sections(facets: Iterable[ValueFacet | DateFacet], to: PageLinks) -> dict[str, Section]:
    """Return the most frequent values of each facet of values, and all values that are chosen.

    Lower values stand under their upper one; more of them where it is chosen.
    """
    write = _ValueWriter(to)
    return {
        facet.name: _section(facet, write, to) for facet in facets if isinstance(facet, ValueFacet)
    }


def mode(facet: str, to: PageLinks) -> Markup:
    """Return the choice between any and all of the selected values of a facet.

    Empty while none is selected, and where documents have one value.
    """
    if facet == "lang" or not to.request.selected.get(facet):
        return Markup()
    other = to.search(links.other_mode(to.request, facet))
    labels = (gettext("any of these"), gettext("all of these"))
    required = facet in to.request.all_of
    return _written(
        [Step(label, None if place == required else other) for place, label in enumerate(labels)],
        '<span aria-hidden="true"> / </span>',
    )


def _section(facet: ValueFacet, write: "_ValueWriter", to: PageLinks) -> Section:
    quoted = [value for value in facet.values if is_medium(facet.name, value.value)]
    others = [value for value in facet.values if value not in quoted] if quoted else facet.values
    shown = [*_first(others, FIRST_VALUES), *_first(quoted, FIRST_MEDIA)]
    below = [_shown_children(value) for value in shown]
    items = [
        f"{item}\n{write.nested(facet.name, children)}</li>\n"
        for item, children in zip(write.items(facet.name, shown), below, strict=True)
    ]
    size = len(_first(others, FIRST_VALUES))
    hidden = sum(len(value.children) for value in shown) > sum(map(len, below))
    return Section(
        _listed(items[:size]),
        _listed(items[size:]),
        mode(facet.name, to),
        hidden or facet.distinct > len(shown),
        facet.distinct,
    )


def _first(values: Sequence[FacetValue], size: int) -> list[FacetValue]:
    """Return the first values, and all that are chosen."""
    return [*values[:size], *filter(_is_chosen, values[size:])]


def _listed(items: Sequence[str]) -> Markup:
    return Markup(f'<ul class="values">\n{"".join(items)}</ul>\n') if items else Markup()


def is_medium(facet: str, value: str) -> bool:
    """Tell whether a value is an organization that is known to be of the media."""
    entry = organizations().entries.get(value) if facet == "organization" else None
    return entry is not None and entry.kind == "media"


def _shown_children(value: FacetValue) -> list[FacetValue]:
    if not value.children:
        return []
    expanded = value.selected or any(child.selected for child in value.children)
    size = FIRST_VALUES if expanded else FIRST_CHILDREN
    return [*value.children[:size], *filter(_is_chosen, value.children[size:])]


class _ValueWriter:
    """Writes values of facets as items of a list: each a link that chooses, one that excludes."""

    def __init__(self, to: PageLinks) -> None:
        self._to = to
        self._number = number.into(negotiate())
        self._exclude = _around(gettext("Exclude: %(value)s"))
        self._admit = _around(gettext("Include again: %(value)s"))
        unit = gettext("documents")
        self._documents = f"<i> {unit}</i>"
        self._notes = {
            "": "",
            "chosen": _unseen(gettext("(chosen: remove)")),
            "excluded": _unseen(gettext("(excluded: choose)")),
        }

    def nested(self, facet: str, values: Sequence[FacetValue]) -> str:
        """Return values as a list of their own; nothing for none."""
        items = "".join([f"{item}</li>\n" for item in self.items(facet, values)])
        return f"<ul>\n{items}</ul>\n" if items else ""

    def items(self, facet: str, values: Sequence[FacetValue]) -> list[str]:
        """Return the HTML of each value, from the start of its item to the end of its links."""
        if not values:
            return []
        names = [value.value for value in values]
        toggles = escaped(self._to.toggled(facet, names))
        excludes = escaped(self._to.excluded(facet, names))
        return list(map(self._item, values, toggles, excludes))

    def _item(self, value: FacetValue, toggle: str, exclude: str) -> str:
        label, state = html(value.label), _state(value)
        before, after = self._admit if state == "excluded" else self._exclude
        return (
            f"<li{_CLASSES[state]}>"
            f'<a href="{toggle}"{_CURRENT[state]}>'
            f"<bdi>{label}</bdi>{self._notes[state]} <b>{self._number(value.count)}"
            f"{self._documents}</b></a>"
            f'<a class="not" href="{exclude}" aria-label="{before}{label}{after}">'
            f"{'+' if state == 'excluded' else '−'}</a>\n"
        )


_CLASSES = {"": "", "chosen": ' class="chosen"', "excluded": ' class="excluded"'}
_CURRENT = {"": "", "chosen": ' aria-current="true"', "excluded": ""}


def _unseen(note: str) -> str:
    return f'<span class="unseen"> {note}</span>'


def _around(sentence: str) -> tuple[str, str]:
    """Return what a sentence says before and after its value."""
    before, _, after = (sentence % {"value": "\0"}).partition("\0")
    return before, after


def _state(value: FacetValue) -> str:
    return "chosen" if value.selected else "excluded" if value.excluded else ""


def tags(organizations: Sequence[Labelled], themes: Sequence[Labelled], to: PageLinks) -> Markup:
    """Return the organizations and themes of a result as items of a list.

    Each narrows the search, but what is selected already. Tab passes them by, since the facets lead
    to the same. Of a theme and one below it, the lower
    one is shown.
    """
    above = VALUE_FACETS["theme"].above
    upper = {value for theme in themes for value in above(theme.value)}
    themes = [theme for theme in themes if theme.value not in upper]
    if not organizations and not themes:
        return Markup()
    styles = [""] * len(organizations) + [' class="theme"'] * len(themes)
    addresses = escaped(
        [
            *to.narrowed("organization", [one.value for one in organizations]),
            *to.narrowed("theme", [one.value for one in themes]),
        ]
    )
    selected = {
        *to.request.selected.get("organization", ()),
        *to.request.selected.get("theme", ()),
    }
    return Markup(
        "".join(
            [
                f"<li{style}><span><bdi>{html(one.label)}</bdi></span></li>\n"
                if one.value in selected
                else f'<li{style}><a href="{address}" tabindex="-1">'
                f"<bdi>{html(one.label)}</bdi></a></li>\n"
                for one, style, address in zip(
                    (*organizations, *themes), styles, addresses, strict=True
                )
            ]
        )
    )


def _is_chosen(value: FacetValue) -> bool:
    return value.selected or value.excluded or any(_is_chosen(child) for child in value.children)


def chips(response: SearchResponse, to: PageLinks) -> list[Chip]:
    """Return the filters that are set, in the order of the facets, dates last."""
    request = response.request
    chips: list[Chip] = []
    for facet in VALUE_FACETS if request.selected or request.excluded else ():
        labels = _labels(response, facet)
        name = facet_label(facet)
        joined = gettext("and") if facet in request.all_of else gettext("or")
        selected = request.selected.get(facet, ())
        for value, address in zip(selected, to.toggled(facet, selected), strict=True):
            chips.append(Chip(name, labels.get(value, value), address))
            name = f"{facet_label(facet)} ({joined})"
        name = facet_label(facet)
        for value in request.excluded.get(facet, ()):
            address = to.search(links.readmitted(request, facet, value))
            chips.append(Chip(name, labels.get(value, value), address, excluded=True))
    if request.date_from or request.date_to or request.undated:
        chips.append(Chip(facet_label("date"), range_label(request), to.undated()))
    return chips


def _labels(response: SearchResponse, name: str) -> dict[str, str]:
    facet = response.facets.get(name)
    if not isinstance(facet, ValueFacet):
        return {}
    values = [*facet.values, *(child for value in facet.values for child in value.children)]
    return {value.value: value.label for value in values}


def range_label(request: SearchRequest) -> str:
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
class Step:
    """A wider range to go back to; the current range has no address."""

    label: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars of the buckets that have documents, and what is written around them.

    ``labels`` name the first bucket, the middle one and the last; ``scale`` says how many documents
    the highest bar stands for; ``edges`` lead to what lies before and after, see ``DateFacet``.
    ``inferred`` tells whether a bar has documents that do not declare their date: the hollow end of
    a bar stands for these.

    The drawing has ``WIDTH`` units for each bucket and is ``HEIGHT`` units high; the style sheet
    stretches it. Time runs with the text around it: from right to left in Arabic.
    """

    bars: Markup
    width: int
    height: int
    labels: Markup
    scale: str
    inferred: bool
    edges: Markup
    steps: Markup


def histogram(facet: DateFacet, to: PageLinks) -> Histogram | None:
    """Return the histogram of the date facet, each bar a link; None if it has no bucket.

    Tab passes the bars by: they would stand before the results, and the table has them all.
    """
    if not facet.values:
        return None
    most = max(bucket.count for bucket in facet.values)
    width = max(len(facet.values), MIN_BARS) * WIDTH
    step = width // len(facet.values)
    write = _bar_writer(step, most)
    addresses = escaped(to.buckets(facet.values))
    bars = [
        write(index * step, bucket, address)
        for index, (bucket, address) in enumerate(zip(facet.values, addresses, strict=True))
        if bucket.count or bucket.selected
    ]
    return Histogram(
        bars=Markup("".join(bars)),
        width=width,
        height=HEIGHT,
        labels=_labels_below(facet.values),
        scale=number(most),
        inferred=any(bucket.inferred for bucket in facet.values),
        edges=_edges(facet, to),
        steps=steps(to),
    )


def _labels_below(buckets: Sequence[DateBucket]) -> Markup:
    """Return the names of the first bucket, the last, and the middle one if there is one."""
    count = len(buckets)
    places = (0, count // 2, count - 1) if count > 2 and count % 2 else (0, count - 1)
    labels = (month_or_day(buckets[place].value) for place in dict.fromkeys(places))
    return Markup(" ").join(Markup("<span>{}</span>").format(label) for label in labels)


def _edges(facet: DateFacet, to: PageLinks) -> Markup:
    """Return links to the documents that lie years before and after the buckets."""
    edges = []
    if facet.before:
        last = date.fromisoformat(facet.values[0].first) - timedelta(1)
        label = gettext(
            "%(count)s before %(date)s",
            count=number(facet.before),
            date=month_or_day(facet.values[0].value),
        )
        edges.append(Step(label, to.changed(date_from=None, date_to=last, undated=None)))
    if facet.after:
        first = date.fromisoformat(facet.values[-1].last) + timedelta(1)
        label = gettext(
            "%(count)s after %(date)s",
            count=number(facet.after),
            date=month_or_day(facet.values[-1].value),
        )
        edges.append(Step(label, to.changed(date_from=first, date_to=None, undated=None)))
    return _written(edges, " ")


def presets(newest: str, to: PageLinks) -> Markup:
    """Return links to the last days and to this year, if the archive goes so far.

    ``newest`` is the date of its newest document, in ISO 8601, empty if it has none.

    The range that is set has no address.
    """
    today, request = date.today(), to.request
    ranges = (
        (gettext("Last 24 hours"), today - timedelta(1)),
        (gettext("Last 7 days"), today - timedelta(7)),
        (gettext("Last 30 days"), today - timedelta(30)),
        (gettext("This year"), today.replace(month=1, day=1)),
    )
    if newest:  # a month or a year may have its last day ahead
        newest = period(newest[:10]).last.isoformat()
    open_range = request.date_from if request.date_to is None else None
    steps = [
        Step(label, None if first == open_range else to.since(first.isoformat()))
        for label, first in ranges
        if first == open_range or newest >= first.isoformat()
    ]
    return _written(steps, " ")


def date_rows(facet: DateFacet, to: PageLinks) -> list[tuple[DateBucket, str | None, DateBucket]]:
    """Return the rows of a table of dates: the first bucket, its address, the last bucket.

    Several buckets without documents, side by side, are one row.
    """
    rows: list[tuple[DateBucket, str | None, DateBucket]] = []
    for bucket, address in zip(facet.values, to.buckets(facet.values), strict=True):
        if not bucket.count and rows and not rows[-1][0].count:
            rows[-1] = (rows[-1][0], None, bucket)
        else:
            rows.append((bucket, address if bucket.count else None, bucket))
    return rows


def _bar_writer(step: int, most: int) -> Callable[[int, DateBucket, str], str]:
    """Return what writes a bar in the middle of ``step`` units; ``most`` is the full height."""
    locale, said = negotiate(), gettext("%(date)s: %(count)s")
    said_inferred = gettext("%(date)s: %(count)s, %(inferred)s of them inferred")
    day, digits = month_or_day.into(locale), number.into(locale)
    width = min(step - GAP, MAX_WIDTH)
    left = (step - GAP - width) // 2

    def write(x: int, bucket: DateBucket, address: str) -> str:
        height = max(round(bucket.count / most * HEIGHT), MIN_HEIGHT) if bucket.count else 0
        counts = {"count": digits(bucket.count), "inferred": digits(bucket.inferred)}
        form = said_inferred if bucket.inferred else said
        label = html(form % {"date": day(bucket.value), **counts})
        start, top = x + left, HEIGHT - height
        hollow = round(height * bucket.inferred / bucket.count) if bucket.inferred else 0
        return (
            f'<a href="{address}" tabindex="-1" aria-label="{label}"'
            f"{_CLASSES['chosen' if bucket.selected else '']}><title>{label}</title>"
            f'<path class="reach" d="M{start} 0h{width}v{HEIGHT}h-{width}"/>'
            + _rectangle(start, top + hollow, width, height - hollow)
            + _rectangle(start, top, width, hollow, ' class="inferred"')
            + "</a>\n"
        )

    return write


def _rectangle(x: int, y: int, width: int, height: int, style: str = "") -> str:
    return f'<path{style} d="M{x} {y}h{width}v{height}h-{width}z"/>' if height else ""


def _written(steps: Iterable[Step], between: str) -> Markup:
    """Return steps as links, those without an address in bold."""
    items = [
        f'<a href="{html(step.address)}">{html(step.label)}</a>'
        if step.address
        else f"<b>{html(step.label)}</b>"
        for step in steps
    ]
    return Markup(between.join(items))


def steps(to: PageLinks) -> Markup:
    """Return the way out of a range of dates: all dates, its year, its month, the range itself."""
    first, last = to.request.date_from, to.request.date_to
    if not first and not last:
        return Markup()
    steps = [Step(gettext("All dates"), to.undated())]
    if first and last:
        for text in _periods(first, last):
            address = None if period(text) == (first, last) else to.range(text, text)
            steps.append(Step(month_or_day(text), address))
    return _written(steps, '<span aria-hidden="true"> / </span>')
