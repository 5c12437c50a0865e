"""ISO 8601 dates, whole or partial, as days and seconds since 1970-01-01.

A partial date is ``2024`` or ``2024-03``: it stands for all of its days.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np

UNDATED_DAY = int(np.iinfo(np.int32).min)
UNDATED_SECOND = int(np.iinfo(np.int64).min)
"""What columns hold for a document without a date."""

DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_CACHED = 1 << 14
"""Dates whose days are cached: documents name the same ones again and again."""
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Period(NamedTuple):
    """A range of days, both included."""

    first: date
    last: date


def period(value: str) -> Period:
    """Return the days of ``2024``, ``2024-03`` or ``2024-03-12``.

    Raises ValueError for any other form and for a day that the calendar does not have.
    """
    match = _PARTIAL.fullmatch(value)
    if match is None:
        raise ValueError(f"not a date: {value!r}")
    year, month, day = match.groups()
    if month is None:
        return Period(date(int(year), 1, 1), date(int(year), 12, 31))
    if day is None:
        return month_period(int(year), int(month))
    whole = date(int(year), int(month), int(day))
    return Period(whole, whole)


def month_period(year: int, month: int) -> Period:
    """Return the days of a month. Raises ValueError for one that the calendar does not have."""
    first = date(year, month, 1)
    return Period(first, first.replace(day=monthrange(year, month)[1]))


def day_number(day: date) -> int:
    """Return how many days a day is after 1970-01-01; negative before it."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """Return the day that is so many days after 1970-01-01."""
    return date.fromordinal(number + _EPOCH)


@lru_cache(_CACHED)
def first_second(value: str) -> int:
    """Return the second since 1970-01-01 at which a partial date, a day or a time begins.

    ``2024``, ``2024-03``, ``2024-03-12``, ``2024-03-12T09:41Z``; a time counts as its own clock
    shows it, whatever its zone, so that its day is the written one. Raises ValueError for anything
    else.
    """
    if len(value) > len("2024-03-12"):
        moment = datetime.fromisoformat(value)
        return int(moment.replace(microsecond=0, tzinfo=UTC).timestamp())
    return day_number(period(value).first) * DAY_SECONDS
