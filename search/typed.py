"""Dates as readers type them into a box or a field: one day, a period, or a range."""

import re
from datetime import date, timedelta

from index.calendar import Period, period, read_date

_MAX_TYPED = 50
"""Characters of a date in words."""


def typed_period(text: str) -> tuple[date | None, date | None] | None:
    """Return the first and last day of a date as readers type it; None if it is no date.

    ``2024``, ``12/03/2024``, ``mars 2024``; ``2024..2025``, ``2024..``, ``..2025``; ``>=2024``,
    ``>2024``, ``<=2024``, ``<2024``. The end of a range that is open is None.
    """
    text = text.strip()
    compared = _COMPARED.match(text)
    if compared:
        days = typed_day(text[compared.end() :])
        return days and _compared(compared[0].replace("≤", "<=").replace("≥", ">="), days)
    ends = _RANGE.split(text, maxsplit=1)
    years = _YEARS.fullmatch(text)
    if years:
        ends = list(years.groups())
    periods = [typed_day(end) if end.strip() else None for end in ends]
    known = [days for days in periods if days]
    if not known or len(known) < sum(bool(end.strip()) for end in ends):
        return None
    # The earlier end is the first, in whatever order they were typed.
    first = min(days.first for days in known) if periods[0] else None
    last = max(days.last for days in known) if periods[-1] else None
    return first, last


_COMPARED = re.compile(r"[<>]=?|[≤≥]|=")
_RANGE = re.compile(r"\.{2,}|…")
_YEARS = re.compile(r"\s*(\d{4})\s*[-–—]\s*(\d{4})\s*")


def _compared(sign: str, days: Period) -> tuple[date | None, date | None] | None:
    """Return the days that a comparison leaves; None if the calendar has none."""
    try:
        match sign:
            case ">=":
                return days.first, None
            case ">":
                return days.last + timedelta(1), None
            case "<=":
                return None, days.last
            case "<":
                return None, days.first - timedelta(1)
    except OverflowError:
        return None
    return days.first, days.last


def typed_day(text: str) -> Period | None:
    """Return the days of a date that a reader typed, at the precision given."""
    plain = ascii_digits(text.strip())
    try:
        return period(plain)
    except ValueError:
        pass
    is_short = plain[:1].isalnum() and len(plain) <= _MAX_TYPED
    read = read_date(plain) if is_short else None
    return period(read.value) if read and len(read.value) <= len("2024-03-12") else None


def ascii_digits(text: str) -> str:
    """Return a text with the decimal digits of every script as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)
