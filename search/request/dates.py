"""Partial dates as API parameters write them: 2024, 2024-03, 2024-03-15."""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Period(NamedTuple):
    """The days that a partial date covers, both inclusive."""

    first: date
    last: date


def period(text: str) -> Period:
    """Return the days of ``2024``, ``2024-03`` or ``2024-03-15`` (any decimal digits).

    Raises ValueError for every other form and for days that no calendar has.
    """
    match = _PARTIAL.fullmatch(ascii_digits(text))
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Period(date(year, month, 1), date(year, month, _month_length(year, month)))
    return Period(date(year, month, day), date(year, month, day))


def ascii_digits(text: str) -> str:
    """Return ``text`` with the decimal digits of every script as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _month_length(year: int, month: int) -> int:
    # monthrange raises IllegalMonthError (a ValueError), but accepts year 0 on some versions.
    date(year, month, 1)
    return monthrange(year, month)[1]
