"""The date facet drawn: one bar a bucket, each a link, without a script.

The drawing is as wide as there are buckets and 100 high, and is stretched to its place by the
style sheet. What is said of time runs with the text around it: right to left in Arabic.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext

from search.request import SearchRequest
from search.response import DateBucket, DateFacet
from web.addresses import Addresses
from web.i18n import month_or_day, number

MONTHS = 40
"""The most bars of a month; beyond it they are years."""
HEIGHT = 100
LEAST = 3
"""Height of the bar of a single document, however many others there are."""
WIDTH = 10
GAP = 1
FEWEST = 12
"""Buckets that the drawing has room for; fewer share it."""
WIDEST = 30
"""Width of a bar at the most: a single one is no wall."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bucket: where its bar stands, what it says, and where it leads."""

    x: int
    y: int
    width: int
    height: int
    said: str
    address: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A wider range to go back to; without an address, the one that is shown."""

    label: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The bars that have documents, and what stands around them."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    first: str
    last: str
    most: int
    grain: str
    steps: tuple[Step, ...]


def drawing(facet: DateFacet, to: Addresses) -> Drawing | None:
    """Lay out the bars of a facet; None where it has none."""
    if not facet.values:
        return None
    most = max((bucket.count for bucket in facet.values), default=0)
    width = max(len(facet.values), FEWEST) * WIDTH
    step = width // len(facet.values)
    bars = tuple(
        _bar(at * step, step, bucket, most, to)
        for at, bucket in enumerate(facet.values)
        if bucket.count or bucket.selected
    )
    return Drawing(
        bars=bars,
        width=width,
        height=HEIGHT,
        first=month_or_day(facet.values[0].value),
        last=month_or_day(facet.values[-1].value),
        most=most,
        grain=facet.interval,
        steps=steps(to.request, to),
    )


def said(bucket: DateBucket) -> str:
    """Say a bucket and its count."""
    when = month_or_day(bucket.value)
    return str(gettext("%(date)s: %(count)s", date=when, count=number(bucket.count)))


def _bar(at: int, step: int, bucket: DateBucket, most: int, to: Addresses) -> Bar:
    """Lay out one bar in the middle of the ``step`` units that begin ``at``."""
    width = min(step - GAP, WIDEST)
    height = max(round(bucket.count / most * HEIGHT), LEAST) if bucket.count else 0
    return Bar(
        x=at + (step - GAP - width) // 2,
        y=HEIGHT - height,
        width=width,
        height=height,
        said=said(bucket),
        address=to.bucket(bucket),
        selected=bucket.selected,
    )


def steps(request: SearchRequest, to: Addresses) -> tuple[Step, ...]:
    """Return the way out of a range: all dates, its year, its month, the range itself."""
    first, last = request.date_from, request.date_to
    if not first and not last:
        return ()
    way = [Step(gettext("All dates"), to.dates())]
    if first and last:
        for period in _around(first, last):
            address = None if _days(period) == (first, last) else to.range(period, period)
            way.append(Step(month_or_day(period), address))
    return tuple(way)


def period_of(first: date, last: date) -> str | None:
    """Return the year, month or day that a range is exactly; None if it is none."""
    periods = _around(first, last)
    return next((one for one in periods if _days(one) == (first, last)), None)


def _around(first: date, last: date) -> list[str]:
    """Return the year and the month that hold a range, and the day that it is."""
    periods = []
    if first.year == last.year:
        periods.append(f"{first.year:04}")
        if first.month == last.month:
            periods.append(first.isoformat()[:7])
            if first == last:
                periods.append(first.isoformat())
    return periods


def _days(period: str) -> tuple[date, date]:
    """Return the first and last day of a year, month or day."""
    if len(period) == 10:
        return date.fromisoformat(period), date.fromisoformat(period)
    year, month = int(period[:4]), int(period[5:] or 1)
    if len(period) == 4:
        return date(year, 1, 1), date(year, 12, 31)
    following = date(year, month, 28) + timedelta(days=4)
    return date(year, month, 1), following - timedelta(days=following.day)
