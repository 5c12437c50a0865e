"""Dates: as days since 1970, and as people write them down in seven languages.

``days`` counts days and seconds, with the values of documents without a date; ``written`` reads a
date in the forms that exports, pages and readers use. Useful for: another form of a date. Not for:
the dates that a text mentions, or which of several is that of publication (``index.extract``).
"""

from index.calendar.days import (
    DAY_SECONDS,
    UNDATED_DAY,
    UNDATED_SECOND,
    Period,
    day_number,
    day_of,
    first_second,
    month_period,
    period,
)
from index.calendar.written import (
    AS_WRITTEN,
    isoformat,
    localized,
    read_date,
    says_nothing,
    time_zone,
)

__all__ = [
    "AS_WRITTEN",
    "DAY_SECONDS",
    "UNDATED_DAY",
    "UNDATED_SECOND",
    "Period",
    "day_number",
    "day_of",
    "first_second",
    "isoformat",
    "localized",
    "month_period",
    "period",
    "read_date",
    "says_nothing",
    "time_zone",
]
