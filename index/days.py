"""ISO 8601 dates cut at their precision, as days and seconds since 1970-01-01."""

from calendar import monthrange
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np

UNDATED_DAY = int(np.iinfo(np.int32).min)
UNDATED_SECOND = int(np.iinfo(np.int64).min)

_EPOCH = date(1970, 1, 1).toordinal()
_KEPT = 1 << 14
"""Dates that are kept as days: documents speak of the same ones again and again."""


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to this one."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """Return the day with this number."""
    return date.fromordinal(number + _EPOCH)


@lru_cache(_KEPT)
def span(value: str) -> tuple[int, int, int]:
    """Return first day, last day and second of ``2024``, ``2024-03``, ``2024-03-12T09:41Z``...

    The second is that at which the value begins; a time without a zone counts as UTC. Raises
    ValueError for anything that is not such a value.
    """
    if len(value) == 4:
        year = int(value)
        first, last = date(year, 1, 1), date(year, 12, 31)
    elif len(value) == 7:
        year, month = int(value[:4]), int(value[5:])
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    elif len(value) == 10:
        first = last = date.fromisoformat(value)
    else:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        day = day_number(moment.date())
        return day, day, day * 86400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    number = day_number(first)
    return number, day_number(last), number * 86400
