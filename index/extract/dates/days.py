"""Days, weeks, months and years seen from a day, as dates mean them."""

from datetime import date, timedelta
from typing import NamedTuple

from index.calendar import month_period
from index.document import Precision
from index.extract.dates.words import UNITS

DAY = timedelta(days=1)
SATURDAY = 5
_LATEST_SHORT_YEAR = 20
"""Years after the reference at which a year of two digits lies at most."""


class Days(NamedTuple):
    """The days from ``first`` to ``last`` inclusive, as precise as written; None: unresolved."""

    first: date | None = None
    last: date | None = None
    precision: Precision = "day"


def one_day(day: date | None) -> Days:
    """Return the days of one day."""
    return Days(day, day)


def valid_date(year: int, month: int, day: int) -> date | None:
    """Return a day, None for one that does not exist."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shifted(day: date, days: int) -> date | None:
    """Return the day so many days after another, None beyond all calendars."""
    try:
        return day + days * DAY
    except OverflowError:
        return None


def weekday_near(reference: date, weekday: int, future: bool) -> date:
    """Return the nearest such day of the week in one direction, the reference included."""
    if future:
        return reference + ((weekday - reference.weekday()) % 7) * DAY
    return reference - ((reference.weekday() - weekday) % 7) * DAY


def near_month(reference: date, month: int, direction: int) -> Days:
    """Return the nearest month of that number strictly before or after that of the reference."""
    after = (month - reference.month) * direction > 0
    return month_days(reference.year if after else reference.year + direction, month)


def unit_days(reference: date, unit: int, count: int) -> Days:
    """Return the day, week (from Monday), month or year so many units after the reference."""
    match UNITS[unit]:
        case "year":
            return year_days(reference.year + count)
        case "month":
            months = reference.year * 12 + reference.month - 1 + count
            return month_days(months // 12, months % 12 + 1)
        case "week":
            monday = shifted(reference, 7 * count - reference.weekday())
            return Days(monday, shifted(monday, 6) if monday else None)
        case "weekend":
            saturday = shifted(reference, 7 * count + SATURDAY - reference.weekday())
            return Days(saturday, shifted(saturday, 1) if saturday else None)
        case _:
            return one_day(shifted(reference, count))


def full_year(digits: int, reference: date | None) -> int:
    """Return the year that two digits mean; 0 without a reference.

    It lies at most 79 years before the reference and 20 after it, as ICU has it.
    """
    if reference is None:
        return 0
    last = reference.year + _LATEST_SHORT_YEAR
    return last - (last - digits) % 100


def month_days(year: int, month: int) -> Days:
    """Return the days of a month."""
    try:
        return Days(*month_period(year, month), "month")
    except ValueError:
        return Days(None, None, "month")


def year_days(year: int) -> Days:
    """Return the days of a year."""
    return Days(valid_date(year, 1, 1), valid_date(year, 12, 31), "year")
