"""The publication date of a document: its value, its precision and where it was found.

The sources, in this order: metadata (also of HTML), the dateline, a full date in the first
characters of the text, the file name, the reference date, and the time of the file if asked for.

A dateline may be in any language, and its document in another. So dates are found here by one
pattern over the month names of all languages, and not by the scanner, which reads one language.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import NamedTuple

from index.calendar import isoformat, localized, read_date, says_nothing
from index.document import Document, Precision, PublicationDate
from index.extract.dates.words import fold_word, month_names, weekday_names

_FIRST_YEAR, _LAST_YEAR = 1000, 2200
_MAX_DECLARED = 100
_DATELINE_REACH = 160
"""Characters of the text in which a dateline may stand."""
_TEXT_REACH = 60
"""Characters of the text in which a full date may stand."""

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_ISO_INSIDE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_TIME = re.compile(
    r"^,?\s*(?:-\s*)?(?:a|at|um|alle(?: ore)?|as|a las|ore|la(?: ore)?|الساعة)?\s*"
    r"(\d{1,2})\s*(?:h|:|\.)\s*(\d{2})(?:\s*(?:uhr|h))?(?:\s*(gmt|utc|z)\b)?"
)
_FILE_DASHED = re.compile(
    r"(?<![0-9A-Za-z])(?P<year>\d{4})([-_.])(?P<month>\d{2})\2(?P<day>\d{2})(?!\d)"
)
_FILE_COMPACT = re.compile(
    r"(?<![0-9A-Za-z])(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?![0-9A-Za-z])"
)
_FILE_FOLDERS = re.compile(r"(?:^|/)(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})(?=/)")
_OLDEST_FILE_YEAR = 1800


class _WrittenDate(NamedTuple):
    """A date as written, and its characters; the year is 0 if it is not written."""

    start: int
    end: int
    year: int
    month: int
    day: int
    weekday: int | None = None
    hour: int | None = None
    minute: int = 0
    utc: bool = False


def publication_date(
    document: Document,
    reference: date | None = None,
    *,
    file_times: bool = False,
    zone: tzinfo | None = None,
) -> PublicationDate | None:
    """Return the publication date of a document; None if no source has one.

    A date in the metadata that cannot be parsed is ignored. ``reference`` completes a dateline
    without a year, which means the nearest such day not after it, and is the last resort. Times
    are in ``zone``, or in the one that is written.
    """
    declared = parse_declared(document.date, document.language, zone)
    if declared:
        return PublicationDate(*declared, document.date_origin)
    written = _dateline(document, reference, zone) or _start_of_text(document.text, zone)
    if written:
        return written
    day = _file_name_day(document.path)
    if day:
        return PublicationDate(day, "day", "filename")
    if reference:
        return PublicationDate(reference.isoformat(), "day", "reference")
    return _file_time(document.path, zone) if file_times else None


def parse_declared(
    declared: str, language: str = "", zone: tzinfo | None = None
) -> tuple[str, Precision] | None:
    """Parse a date of metadata: as ``read_date`` does, or else one in words among others.

    Returns the ISO 8601 value and its precision; None if the date cannot be parsed.
    """
    if says_nothing(declared) or len(declared) > _MAX_DECLARED:
        return None
    read = read_date(declared, language, zone)
    if read:
        return read
    full = next((written for written in _written_dates(declared) if written.year), None)
    return _value(full, zone) if full else None


def _value(written: _WrittenDate, zone: tzinfo | None) -> tuple[str, Precision] | None:
    """Return the ISO 8601 value and precision of a full date; None if there is no such day."""
    try:
        day = date(written.year, written.month, written.day)
    except ValueError:
        return None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return None
    if written.hour is None or written.hour > 23 or written.minute > 59:
        return day.isoformat(), "day"
    time = datetime(*day.timetuple()[:3], written.hour, written.minute)
    moment = localized(time.replace(tzinfo=UTC if written.utc else None), zone)
    return isoformat(moment, second=False), "minute"


@cache
def _in_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns day-month-year and month-day-year over folded text."""
    month = "|".join(sorted(map(re.escape, month_names()), key=len, reverse=True))
    weekday = "|".join(sorted(map(re.escape, weekday_names()), key=len, reverse=True))
    before = (
        rf"(?<!\w)(?:(?P<weekday>{weekday})\.?,?\s+)?(?:le\s+|den\s+|am\s+|el\s+|il\s+|dia\s+)?"
    )
    day = r"(?P<day>\d{1,2})(?:er|re|st|nd|rd|th|º|°|o|\.)?"
    year = r"(?P<year>\d{4})(?!\d)"
    day_first = (
        rf"{before}{day}\s*[\s-]\s*(?:de\s+|of\s+|من\s+)?(?P<month>{month})(?!\w)\.?"
        rf"(?:(?:\s*/\s*\w+)?,?[\s-]+(?:de\s+|del\s+|do\s+|سنة\s+|عام\s+)?{year})?"
    )
    month_first = (
        rf"{before}(?P<month>{month})(?!\w)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
        rf"(?:,?\s+{year})?"
    )
    return re.compile(day_first), re.compile(month_first)


def _written_dates(text: str) -> Iterator[_WrittenDate]:
    """Yield the dates in a short text in order of place, but no 32nd and no 13th month."""
    folded = fold_word(text)
    dates = []
    for pattern in _in_words():
        for match in pattern.finditer(folded):
            year, month, day = int(match["year"] or 0), month_names()[match["month"]], match["day"]
            weekday = weekday_names().get(match["weekday"])
            dates.append(_WrittenDate(*match.span(), year, month, int(day), weekday))
    for match in _NUMERIC.finditer(folded):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, second) if second <= 12 else (second, first)
        dates.append(_WrittenDate(*match.span(), year, month, day))
    for match in _ISO_INSIDE.finditer(folded):
        year, month, day = map(int, match.groups())
        dates.append(_WrittenDate(*match.span(), year, month, day))
    dates.sort(key=lambda written: (written.start, -written.end))
    for written in dates:
        if not (1 <= written.month <= 12 and 1 <= written.day <= 31):
            continue
        time = _TIME.match(folded[written.end : written.end + 30])
        if time:
            hour, minute = int(time[1]), int(time[2])
            written = written._replace(hour=hour, minute=minute, utc=bool(time[3]))
        yield written


def _dateline(
    document: Document, reference: date | None, zone: tzinfo | None
) -> PublicationDate | None:
    first_line = document.text.lstrip("\ufeff \n\t")[:_DATELINE_REACH].split("\n", 1)[0]
    for line in (document.dateline, _before_dash(first_line)):
        written = next(_written_dates(line), None)
        if written and not written.year:
            written = _completed(written, reference)
        value = _value(written, zone) if written else None
        if value:
            return PublicationDate(*value, "dateline")
    return None


_DASH = re.compile(r"\s*(?:--|[—–]|\s-(?:\s|$))")
_CAPITALISED = re.compile(r"\W*(?:[^\W\d_a-zß-öø-ÿ]|\d)")


def _before_dash(line: str) -> str:
    """Return what is before the dash of a dateline such as ``RABAT, 14 novembre (X) —``."""
    dash = _DASH.search(line)
    return line[: dash.start()] if dash and _CAPITALISED.match(line) else ""


def _completed(written: _WrittenDate, reference: date | None) -> _WrittenDate | None:
    """Complete a date without a year: the nearest such day not after the reference."""
    if reference is None:
        return None
    for year in range(reference.year, reference.year - 9, -1):
        try:
            day = date(year, written.month, written.day)
        except ValueError:
            continue
        if day <= reference and written.weekday in (None, day.weekday()):
            return written._replace(year=year)
    return None


def _start_of_text(text: str, zone: tzinfo | None) -> PublicationDate | None:
    """Return the first full date, with a year, at the start of the text."""
    start = text[: _TEXT_REACH + 40].lstrip("\ufeff \n\t")
    for written in _written_dates(start):
        value = _value(written, zone) if written.year and written.end <= _TEXT_REACH else None
        if value:
            return PublicationDate(*value, "text")
    return None


def _file_name_day(path: str) -> str | None:
    """Return the day in a file name: ``2019-11-14``, ``20191114``, ``2019/11/14/x``."""
    name = path.rsplit("/", 1)[-1]
    for place, pattern in ((name, _FILE_DASHED), (name, _FILE_COMPACT), (path, _FILE_FOLDERS)):
        for match in pattern.finditer(place):
            year, month, day = (int(match[part]) for part in ("year", "month", "day"))
            if _OLDEST_FILE_YEAR <= year <= _LAST_YEAR:
                try:
                    return date(year, month, day).isoformat()
                except ValueError:
                    continue
    return None


def _file_time(path: str, zone: tzinfo | None) -> PublicationDate | None:
    try:
        seconds = os.stat(re.sub(r":\d+$", "", path)).st_mtime
    except OSError:
        return None
    moment = datetime.fromtimestamp(seconds, zone or UTC)
    return PublicationDate(isoformat(moment, second=True), "second", "mtime")
