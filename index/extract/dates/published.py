"""The publication date of a document: its value, its precision and where it was found.

In this order: metadata (or the date that the reader took from the HTML), the dateline, a full
date in the first characters, the file name, the reference date, the file's time if asked for.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from typing import NamedTuple

from index.document import Document, Precision, PublicationDate
from index.extract.dates.tables import fold_word, months, weekdays

FIRST_YEAR, LAST_YEAR = 1000, 2200
_DATELINE_REACH = 160
_TEXT_REACH = 60

_ISO = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})"
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?)?)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_ISO_INSIDE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_TIME = re.compile(
    r"^,?\s*(?:-\s*)?(?:a|at|um|alle(?: ore)?|as|a las|ore|la(?: ore)?|الساعة)?\s*"
    r"(\d{1,2})\s*(?:h|:|\.)\s*(\d{2})(?:\s*(?:uhr|h))?(?:\s*(gmt|utc|z)\b)?"
)
_FILE_DASHED = re.compile(r"(?<![0-9A-Za-z])(\d{4})([-_.])(\d{2})\2(\d{2})(?!\d)")
_FILE_COMPACT = re.compile(r"(?<![0-9A-Za-z])(\d{4})(\d{2})(\d{2})(?![0-9A-Za-z])")
_FILE_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{2})/(\d{2})(?=/)")
_OLDEST_FILE_YEAR = 1800


class Written(NamedTuple):
    """A date as written in running text; 0 for a year that is not said."""

    start: int
    end: int
    year: int
    month: int
    day: int
    weekday: int | None
    hour: int | None = None
    minute: int = 0
    utc: bool = False


def published(
    document: Document, reference: date | None = None, *, file_times: bool = False
) -> PublicationDate | None:
    """Return the publication date of a document, None where nothing tells it.

    A date of the metadata that cannot be understood is passed over. ``reference`` completes a
    dateline that has no year (nearest day not after it) and dates what nothing else dates.
    """
    declared = parse_declared(document.date)
    if declared:
        return PublicationDate(*declared, document.date_origin)
    said = _dateline(document, reference) or _first_words(document.text)
    if said:
        return said
    named = from_file_name(document.path)
    if named:
        return PublicationDate(named, "day", "filename")
    if reference:
        return PublicationDate(reference.isoformat(), "day", "reference")
    return _file_time(document.path) if file_times else None


def parse_declared(written: str) -> tuple[str, Precision] | None:
    """Read a date of metadata: ISO 8601, RFC 2822, day/month/year, or a date in words."""
    text = written.strip()
    if not text or len(text) > 100:
        return None
    for pattern in (_ISO, _COMPACT):
        found = pattern.fullmatch(text)
        if found:
            return _of_numbers(found.groups())
    try:
        return _of_datetime(parsedate_to_datetime(text), "second")
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    for date_in_words in find_written(text):
        if date_in_words.year:
            return _value(date_in_words)
    return None


def _of_numbers(groups: tuple[str | None, ...]) -> tuple[str, Precision] | None:
    year, month, day, hour, minute, second, zone = groups
    if not FIRST_YEAR <= int(year or 0) <= LAST_YEAR:
        return None
    try:
        if month is None:
            return f"{year}", "year"
        if day is None:
            date(int(year or 0), int(month), 1)
            return f"{year}-{int(month):02}", "month"
        if hour is None:
            return date(int(year or 0), int(month), int(day)).isoformat(), "day"
        midnight = datetime(int(year or 0), int(month), int(day), tzinfo=_zone(zone))
        moment = midnight.replace(hour=int(hour), minute=int(minute or 0), second=int(second or 0))
    except ValueError:
        return None
    return _of_datetime(moment, "second" if second else "minute")


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    if written.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _of_datetime(moment: datetime, precision: Precision) -> tuple[str, Precision] | None:
    """Write a moment in UTC where its zone is known, cut at its precision."""
    ending = ""
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            return None
        ending = "Z"
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment.isoformat(
        timespec="seconds" if precision == "second" else "minutes"
    ) + ending, precision


def _value(written: Written) -> tuple[str, Precision] | None:
    """Return the ISO value and precision of a complete date; None if there is no such day."""
    try:
        day = date(written.year, written.month, written.day or 1)
    except ValueError:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    if not written.day:
        return day.isoformat()[:7], "month"
    if written.hour is None or written.hour > 23 or written.minute > 59:
        return day.isoformat(), "day"
    ending = "Z" if written.utc else ""
    return f"{day.isoformat()}T{written.hour:02}:{written.minute:02}{ending}", "minute"


@cache
def _in_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns day-month-year and month-day-year over folded text."""
    month = "|".join(sorted(map(re.escape, months()), key=len, reverse=True))
    weekday = "|".join(sorted(map(re.escape, weekdays()), key=len, reverse=True))
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


def find_written(text: str) -> Iterator[Written]:
    """Yield the dates written in a short text in order of place, but no 32nd or 13th month."""
    folded = fold_word(text)
    found = []
    for pattern in _in_words():
        for match in pattern.finditer(folded):
            weekday = match["weekday"]
            found.append(
                Written(
                    match.start(),
                    match.end(),
                    int(match["year"] or 0),
                    months()[match["month"]],
                    int(match["day"]),
                    weekdays()[weekday] if weekday else None,
                )
            )
    for match in _NUMERIC.finditer(folded):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, second) if second <= 12 else (second, first)
        found.append(Written(match.start(), match.end(), year, month, day, None))
    for match in _ISO_INSIDE.finditer(folded):
        year, month, day = map(int, match.groups())
        found.append(Written(match.start(), match.end(), year, month, day, None))
    found.sort(key=lambda written: (written.start, -written.end))
    for written in found:
        if not (1 <= written.month <= 12 and 1 <= written.day <= 31):
            continue
        time = _TIME.match(folded[written.end : written.end + 30])
        if time:
            hour, minute = int(time[1]), int(time[2])
            written = written._replace(hour=hour, minute=minute, utc=bool(time[3]))
        yield written


def _dateline(document: Document, reference: date | None) -> PublicationDate | None:
    for line, certain in ((document.dateline, True), (_head(document.text), False)):
        folded_line = line if certain else _before_dash(line)
        for written in find_written(folded_line):
            complete = written if written.year else _completed(written, reference)
            value = _value(complete) if complete else None
            if value:
                return PublicationDate(*value, "dateline")
            break
    return None


def _head(text: str) -> str:
    return text.lstrip("\ufeff \n\t")[:_DATELINE_REACH].split("\n", 1)[0]


_DASH = re.compile(r"\s*(?:--|[—–]|\s-(?:\s|$))")


def _before_dash(line: str) -> str:
    """Return what stands before the dash of a dateline such as ``RABAT, 14 novembre (X) —``."""
    dash = _DASH.search(line)
    if not dash or not _CAPITALISED.match(line):
        return ""
    return line[: dash.start()]


_CAPITALISED = re.compile(r"\W*(?:[^\W\d_a-zß-öø-ÿ]|\d)")


def _completed(written: Written, reference: date | None) -> Written | None:
    """Give a date without a year that of the nearest such day not after the reference."""
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


def _first_words(text: str) -> PublicationDate | None:
    """Return a full date, day month and year, within the first characters of the text."""
    start = text[: _TEXT_REACH + 40].lstrip("\ufeff \n\t")
    for written in find_written(start):
        if written.year and written.end <= _TEXT_REACH:
            value = _value(written)
            if value:
                return PublicationDate(*value, "text")
    return None


def from_file_name(path: str) -> str | None:
    """Return the day that a file name says: ``2019-11-14``, ``20191114``, ``2019/11/14/x``."""
    name = path.rsplit("/", 1)[-1]
    for where, pattern, groups in (
        (name, _FILE_DASHED, (1, 3, 4)),
        (name, _FILE_COMPACT, (1, 2, 3)),
        (path, _FILE_FOLDERS, (1, 2, 3)),
    ):
        for found in pattern.finditer(where):
            year, month, day = (int(found[group]) for group in groups)
            if _OLDEST_FILE_YEAR <= year <= LAST_YEAR:
                try:
                    return date(year, month, day).isoformat()
                except ValueError:
                    continue
    return None


def _file_time(path: str) -> PublicationDate | None:
    try:
        seconds = os.stat(re.sub(r":\d+$", "", path)).st_mtime
    except OSError:
        return None
    value = _of_datetime(datetime.fromtimestamp(seconds, UTC), "second")
    return PublicationDate(*value, "mtime") if value else None
