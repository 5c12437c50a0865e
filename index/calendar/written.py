"""A date by itself, as programs export it and as people write it: ``read_date``.

The text is a date and nothing else, as in a field of a record or behind ``date:``. Dates inside
sentences are ``index.extract.dates``. Months and days of the week go by their names in CLDR; a name
that means two months (Czech and Croatian ``listopad``) is read only where the language is known.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale, UnknownLocaleError

from index.document import Precision
from index.errors import SettingError

AS_WRITTEN = "written"
"""The name that stands for no zone: times keep the one that is written."""
_FIRST_YEAR, _LAST_YEAR = 1000, 2200
_MAX_LENGTH = 100
_PIVOT = 69
"""Years of two digits from here on are of the 1900s, as POSIX has it."""
_EPOCH_YEARS = (1973, 2100)
"""Years that a number of seconds may mean; smaller and larger numbers are something else."""


class WrittenDate(NamedTuple):
    """ISO 8601 ``value`` cut at its ``precision``, as ``index.document.PublicationDate`` has it."""

    value: str
    precision: Precision


class _Day(NamedTuple):
    year: int
    month: int = 0
    day: int = 0


class _Clock(NamedTuple):
    hour: int
    minute: int = 0
    second: int | None = None
    zone: tzinfo | None = None


def read_date(text: str, language: str = "", zone: tzinfo | None = None) -> WrittenDate | None:
    """Return the date that a text is; None if it is not understood.

    A time keeps the zone that is written, so that its day is the one that is written. With a
    ``zone`` it is converted to that; one without a zone is then of it, and bare for UTC. Of
    ``03/12/2019`` the day comes first, unless only the other order makes a date. ``language`` is a
    code that decides what a name means; it may be empty.
    """
    if len(text) > _MAX_LENGTH:
        return None
    language = _code(language)
    plain = _plain(text)
    moment = _numbered(plain)
    if moment:
        return _cut(moment.astimezone(zone or UTC), second=True)
    for part, clock in _divided(plain):
        day = _day(part, language)
        if day and 1200 <= day.year < 1500:
            day = _of_other_calendar(day, text, language)
        if day:
            return _written(day, clock, zone)
    return None


@cache
def time_zone(name: str) -> tzinfo | None:
    """Return a zone of the tz database; None for ``AS_WRITTEN``. Raises SettingError."""
    if name.lower() == AS_WRITTEN:
        return None
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(_regions().get(name.lower(), name))
    raise SettingError(
        f"“{name}” is not a time zone.",
        f"Give a name of the tz database, such as Europe/Paris, or “{AS_WRITTEN}”.",
    )


def says_nothing(text: str) -> bool:
    """Return whether a text stands for a missing date, as databases export it."""
    return bool(_MISSING.fullmatch(text.strip()))


def localized(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment in a zone, or as it is written.

    One without a zone is of ``zone``, and stays bare for UTC.
    """
    if zone is None:
        return moment
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    return moment if zone is UTC else moment.replace(tzinfo=zone)


def isoformat(moment: datetime, *, second: bool) -> str:
    """Return a moment cut at the second or the minute; UTC is written ``Z``."""
    value = moment.isoformat(timespec="seconds" if second else "minutes")
    return value.removesuffix("+00:00") + ("Z" if value.endswith("+00:00") else "")


def _code(language: str) -> str:
    code = re.split("[-_]", language.strip().lower())[0]
    return code if code.isascii() and code.isalpha() and len(code) in (2, 3) else ""


def _cut(moment: datetime, *, second: bool) -> WrittenDate:
    return WrittenDate(isoformat(moment, second=second), "second" if second else "minute")


def _written(day: _Day, clock: _Clock | None, zone: tzinfo | None) -> WrittenDate:
    if not day.month:
        return WrittenDate(f"{day.year:04}", "year")
    if not day.day:
        return WrittenDate(f"{day.year:04}-{day.month:02}", "month")
    whole = WrittenDate(f"{day.year:04}-{day.month:02}-{day.day:02}", "day")
    if clock is None:
        return whole
    midnight = clock.hour == 24 and not clock.minute and not clock.second
    # A leap second is the last one of its minute to every clock of ours.
    second = min(clock.second or 0, 59) if (clock.second or 0) <= 60 else 60
    try:
        moment = datetime(*day, 0 if midnight else clock.hour, clock.minute, second)
        moment = localized((moment + timedelta(midnight)).replace(tzinfo=clock.zone), zone)
    except (ValueError, OverflowError):
        return whole
    return _cut(moment, second=clock.second is not None)


# Characters

_MISSING: Final = re.compile(
    r"0*|[-–—?.\s]*|0000-00-00(?:[T ]00:00:00(?:\.0+)?Z?)?|00/00/0000|none|null|nil|nan|nat|n/?a|"
    r"n\.a\.|s\.?\s?d\.?|unknown|undated|undefined|\\N",
    re.IGNORECASE,
)
_PERSIAN_DIGITS: Final = re.compile("[\u06f0-\u06f9]")
_ARABIC_DIGITS: Final = re.compile("[\u0660-\u0669]")
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-") | {ord("،"): ","}
_WRAPPED: Final = re.compile(r"/date\((-?\d+)(?:[+-]\d{4})?\)/|d:(\d{14}.*)")
"""``/Date(1552384800000)/`` of .NET and ``D:20190312101500+01'00'`` of PDF."""
_COMMENT: Final = re.compile(r" ?[(\[][^)\]\d/]{6,}[)\]]")
"""``(heure de Paris)``, ``(Central European Standard Time)`` behind an offset."""
_CJK_DAY: Final = re.compile(
    r"(\d{1,4}) ?[年년](?: ?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日号號일])?| ?度)?"
)
_CJK_TIME: Final = re.compile(
    r"(\d{1,2}) ?[時时点點시](?: ?(\d{1,2}) ?[分분](?: ?(\d{1,2}) ?[秒초])?)?"
)
_CJK_WEEKDAY: Final = re.compile(
    r"\(?(?:(?:星期|週|周|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일"
    r"|(?<=\()[一二三四五六月火水木金土日월화수목금토일](?=\)))\)?"
)
_CJK_DIGITS: Final = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")}
_CJK_NUMBER: Final = re.compile("[〇零一二三四五六七八九十]+(?=[年月日号號時时点點分秒])")
_ERAS: Final = {
    "明治": 1867,
    "大正": 1911,
    "昭和": 1925,
    "平成": 1988,
    "令和": 2018,
    "民國": 1911,
    "民国": 1911,
    "中華民國": 1911,
}
"""The year before the first of an era, in Japan and Taiwan."""
_ERA: Final = re.compile(
    rf"({'|'.join(sorted(_ERAS, key=len, reverse=True))}) ?(元|\d{{1,3}})(?= ?年)"
)
_THAI: Final = re.compile("[\u0e00-\u0e7f]")
_BUDDHIST: Final = 543


@lru_cache(1 << 12)
def fold(text: str) -> str:
    """Return a text in small letters without accents, with decimal digits as 0 to 9."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    kept = (char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    composed = unicodedata.normalize("NFC", "".join(kept))
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in composed
    ).translate(_ARABIC)


_ARABIC: Final = {ord("ى"): "ي", ord("ی"): "ي", ord("ک"): "ك", ord("ـ"): ""}


def _plain(text: str) -> str:
    """Return a text folded, its East Asian dates and times in figures with hyphens and colons."""
    text = " ".join(fold(text.translate(_DASHES)).split()).strip(" \"'«»“”;")
    text = _COMMENT.sub("", text)
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        return wrapped[1] or wrapped[2].replace("'", "")
    if not text.isascii():
        text = _CJK_NUMBER.sub(_cjk_number, text)
        text = _ERA.sub(lambda era: str(_ERAS[era[1]] + int(era[2].replace("元", "1"))), text)
        text = _CJK_WEEKDAY.sub(" ", text)
        text = _CJK_DAY.sub(lambda parts: "-".join(filter(None, parts.groups())) + " ", text)
        text = _CJK_TIME.sub(
            lambda parts: f"{parts[1]}:{parts[2] or 0:0>2}:{parts[3] or 0:0>2}", text
        )
    return text.strip(" .,;")


def _cjk_number(match: re.Match[str]) -> str:
    """Return ``十二`` as 12 and ``二〇一九`` as 2019."""
    digits = match[0].replace("零", "〇")
    tens, ten, units = digits.rpartition("十")
    if not ten:
        return "".join(_CJK_DIGITS[char] for char in digits)
    return (_CJK_DIGITS.get(tens, "") if tens else "1") + (
        _CJK_DIGITS.get(units, "") if units else "0"
    )


# Numbers

_EPOCH: Final = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(\.\d*)?|\d(?:\.\d+)?e\+?\d+")
_COMPACT: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})[t ]?(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?(z|[+-]\d{2}:?(?:\d{2})?)?"
)


def _numbered(text: str) -> datetime | None:
    """Return the moment of a number of seconds since 1970, or of thousandths and less."""
    if not _EPOCH.fullmatch(text):
        return None
    compact = _COMPACT.fullmatch(text)
    if compact and 1900 <= int(compact[1]) <= 2100 and _exists(*map(int, compact.groups()[:3])):
        return None
    seconds = float(text)
    while seconds >= 1e11:
        seconds /= 1000
    with suppress(ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(int(seconds), UTC)
        if _EPOCH_YEARS[0] <= moment.year <= _EPOCH_YEARS[1]:
            return moment
    return None


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


# Times

_ZONES: Final = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0.0),
    **dict.fromkeys(("bst", "cet", "mez", "west"), 1.0),
    **dict.fromkeys(("cest", "mesz", "eet", "sast", "cat"), 2.0),
    **dict.fromkeys(("eest", "msk", "eat", "trt"), 3.0),
    "pkt": 5.0,
    "jst": 9.0,
    "kst": 9.0,
    "aest": 10.0,
    "aedt": 11.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "hkt": 8.0,
    "sgt": 8.0,
    "brt": -3.0,
    "art": -3.0,
    "hst": -10.0,
    "edt": -4.0,
    "est": -5.0,
    "cdt": -5.0,
    "cst": -6.0,
    "mdt": -6.0,
    "mst": -7.0,
    "pdt": -7.0,
    "pst": -8.0,
    "akdt": -8.0,
    "akst": -9.0,
}
"""Hours from UTC of abbreviations that mean one zone to nearly all who use them."""
_OFFSET: Final = r"[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?"
_ZONE: Final = (
    rf"(?: ?(?P<region>[a-z]+(?:/[a-z_+-]+){{1,2}})"
    rf"| ?\(?(?P<name>(?:{'|'.join(sorted(_ZONES, key=len, reverse=True))})(?![a-z]))?"
    rf" ?(?P<offset>{_OFFSET})?\)?(?: ?[\[(](?P<comment>[^\])]*)[\])])?"
    r"(?: ?[a-z]{2,5}(?=$| \d{4}$))?)"
)
_BEFORE_NOON: Final = frozenset(("am", "午前", "上午", "오전", "ص", "صباحا"))
_AFTER_NOON: Final = frozenset(("pm", "午後", "下午", "오후", "م", "مساء", "بعد الظهر"))
_HALF: Final = r"(?P<half>[ap]\.? ?m\.?(?![a-z])|صباحا|مساء|بعد الظهر|ص|م)?"
_LEAD: Final = (
    r"(?:^|(?<=\d)t|[ ,:@-]) ?-? ?"
    r"(?:(?:a|at|um|alle ore|alle|ore|as|a las|a la|kl|klo|la|om|o|w|v|в|о|الساعة|saat)\.? )?"
    r"(?P<early>午前|上午|오전|午後|下午|오후)? ?"
)
_HOURS: Final = r"(?: ?(?:uhr|hrs?|heures?|horas?|h|s)(?![a-z]))?"
_TIMES: Final = tuple(
    re.compile(_LEAD + time + _HOURS + " ?" + _HALF + _ZONE + end)
    for time, end in (
        # 10:15, 10:15:30.123, 10h15, anywhere in the text.
        (
            r"(?P<hour>\d{1,2}) ?(?::|h) ?(?P<minute>\d{2})"
            r"(?: ?[:m.] ?(?P<second>\d{2})(?:[.,:]\d{1,9})?)?(?!\d)",
            "",
        ),
        # 10.15 at the end, where it is no month; also 10.15.30.
        (
            r"(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?!\d)",
            "$",
        ),
        # 101530 behind T.
        (r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:[.,]\d{1,9})?(?!\d)", "$"),
        # 10 at the end: 5 pm, 18 h, T10.
        (r"(?P<hour>\d{1,2})(?P<minute>)(?P<second>)(?!\d)", "$"),
    )
)
_ONLY_ZONE: Final = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})(?:z|{_OFFSET})")


def _divided(text: str) -> Iterable[tuple[str, _Clock | None]]:
    """Yield the ways to divide a text into a day and a time, the likeliest first."""
    yield text, None
    only_zone = _ONLY_ZONE.fullmatch(text)
    if only_zone:
        yield only_zone[1], None
    compact = _COMPACT.fullmatch(text)
    if compact:
        *_, hour, minute, second, zone = compact.groups()
        clock = _Clock(int(hour), int(minute), int(second) if second else None, _offset(zone))
        yield "-".join(compact.groups()[:3]), clock
    for number, pattern in enumerate(_TIMES):
        for match in pattern.finditer(text):
            bare = not match["half"] and not match["early"]
            hour_only = number == 3 and not re.search(r"[hu]|^t", match[0].strip())
            if (number == 2 and match[0][0] != "t") or (hour_only and bare):
                continue
            yield f"{text[: match.start()]} {text[match.end() :]}", _clock(match)


def _clock(match: re.Match[str]) -> _Clock:
    hour, second = int(match["hour"]), match["second"]
    half = re.sub(r"[. ]", "", match["early"] or match["half"] or "")
    if half in _AFTER_NOON and hour < 12:
        hour += 12
    elif half in _BEFORE_NOON and hour == 12:
        hour = 0
    zone = _region(match["region"] or match["comment"] or "")
    if match["offset"]:
        zone = _offset(match["offset"])
    elif match["name"]:
        zone = timezone(timedelta(hours=_ZONES[match["name"]]))
    return _Clock(hour, int(match["minute"] or 0), int(second) if second else None, zone)


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "z":
        return UTC
    hours, minutes = re.match(r"(\d\d?):?(\d\d)?", text[1:]).groups("0")  # type: ignore[union-attr]
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text[0] == "-" else offset) if offset < timedelta(1) else None


def _region(name: str) -> tzinfo | None:
    region = _regions().get(name.strip()) if "/" in name else None
    return ZoneInfo(region) if region else None


@cache
def _regions() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


# Days

_DIVIDER: Final = r" ?[-/._] ?"
_YEAR_FIRST: Final = re.compile(
    rf"(\d{{4}})(?:{_DIVIDER}(\d{{1,2}})(?:(?:{_DIVIDER}| )(\d{{1,2}}))?)?"
)
_YEAR_LAST: Final = re.compile(rf"(\d{{1,2}}){_DIVIDER}(\d{{1,2}})(?:{_DIVIDER}| )(\d{{4}}|'?\d\d)")
_MONTH_YEAR: Final = re.compile(rf"(\d{{1,2}}){_DIVIDER}(\d{{4}})")
_WEEK: Final = re.compile(r"(\d{4})-?w(\d{2})(?:-?([1-7]))?")
_DAY_OF_YEAR: Final = re.compile(r"(\d{4})[-/]?(\d{3})")
_EIGHT: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)")
_SIX: Final = re.compile(r"(\d{4})(\d{2})")
_TOKEN: Final = re.compile(r"'?\d+|[^\W\d_]+")
_AROUND_WORDS: Final = """
of the on at de del della do da du d le la les el il lo den der dem am an au en in im vom a
er re st nd rd th eme o e dia jour day tag date data fecha datum published posted updated created
publie publiee mis mise ligne modifie modified last pubblicato publicado stand year annee ano anno
jahr g г год года году р рік року r roku rok y m gada gads ko dne dnia den v w nam ngay tarihli
سنة عام من يوم بتاريخ في พ ศ คศ ค ad ce
"""
_AROUND: Final = frozenset(_AROUND_WORDS.split())
"""Words beside the numbers and names of a date."""


def _day(text: str, language: str) -> _Day | None:
    text = text.strip(" ,.;-")
    day = _figures(text) or _in_words(text, language)
    if day and _BUDDHIST + 1800 < day.year < _BUDDHIST + 2200 and _THAI.search(text):
        day = day._replace(year=day.year - _BUDDHIST)
    return day if day and _is_possible(day) else None


def _is_possible(day: _Day) -> bool:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return False
    return not day.month or _exists(day.year, day.month, day.day or 1)


def _figures(text: str) -> _Day | None:
    """Return a date of figures only; it may be one that the calendar does not have."""
    with suppress(ValueError):
        if match := _YEAR_FIRST.fullmatch(text):
            return _checked(*(int(part) for part in match.groups() if part))
        if match := _YEAR_LAST.fullmatch(text):
            return _year_last(*match.groups())
        if match := _MONTH_YEAR.fullmatch(text):
            return _checked(int(match[2]), int(match[1]))
        if match := _WEEK.fullmatch(text):
            # A week without a day is of the month of its Thursday, as its year is.
            day = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 4))
            return _Day(day.year, day.month, day.day if match[3] else 0)
        if match := _DAY_OF_YEAR.fullmatch(text):
            day = date(int(match[1]), 1, 1) + timedelta(int(match[2]) - 1)
            return _Day(*day.timetuple()[:3]) if day.year == int(match[1]) else None
        if match := _EIGHT.fullmatch(text):
            first, second, third, fourth = map(int, match.groups())
            day_last = _Day(100 * first + second, third, fourth)
            return day_last if _is_possible(day_last) else _Day(100 * third + fourth, second, first)
        if match := _SIX.fullmatch(text):
            return _Day(int(match[1]), int(match[2])) if 1900 <= int(match[1]) <= 2100 else None
    return None


def _checked(year: int, *rest: int) -> _Day:
    """Return a day whose month and day, where written, are not 0. Raises ValueError."""
    if not all(rest):
        raise ValueError("the calendar has no day or month 0")
    return _Day(year, *rest)


def _year_last(first: str, second: str, year: str) -> _Day:
    if int(first) > 31 and len(year) == 2:  # 99-03-12
        first, year = year, first
    day, month = int(first), int(second)
    if month > 12:
        day, month = month, day
    return _checked(_whole_year(year), month, day)


def _whole_year(year: str) -> int:
    number = int(year.lstrip("'"))
    if len(year.lstrip("'")) > 2:
        return number
    return number + (1900 if number >= _PIVOT else 2000)


def _in_words(text: str, language: str) -> _Day | None:
    """Return a date of which the month is a name, or beside which stands a day of the week."""
    tokens = _TOKEN.findall(text)
    if not tokens or len(tokens) > 20:
        return None
    for names in _vocabularies(language):
        day = _with_names(tokens, text, names)
        if day:
            return day
    return None


def _with_names(tokens: list[str], text: str, names: "_Names") -> _Day | None:
    months: list[int] = []
    numbers: list[str] = []
    persian = 0
    at = 0
    while at < len(tokens):
        number = 0
        for length in (3, 2, 1):
            phrase = " ".join(tokens[at : at + length])
            number = names.months.get(phrase, 0)
            persian = persian or _PERSIAN_MONTHS.get(phrase, 0)
            if number or (length == 1 and phrase in _PERSIAN_MONTHS):
                at += length
                break
        else:
            token = tokens[at]
            if token.lstrip("'").isdigit():
                numbers.append(token)
            elif token not in _AROUND and token not in names.weekdays:
                return None
            at += 1
            continue
        # "mar. 12 mars": what is a day of the week too counts if nothing else is a month.
        if number and not (phrase in names.weekdays and months):
            if months and months[-1] != number and phrase not in names.weekdays:
                months = [month for month in months if month < 0]
            months.append(number if phrase not in names.weekdays else -number)
    certain = {month for month in months if month > 0} or {-month for month in months}
    if persian:
        return _persian_words(numbers, persian) if not certain else None
    if not certain:
        figures = re.sub(r"[^\d'/.-]+", " ", text).strip(" .-")
        return _figures(figures) if figures != text and len(numbers) != 1 else _lone(numbers, text)
    years = [number for number in numbers if len(number) == 4 or number[0] == "'"]
    days = [number for number in numbers if len(number) <= 2]
    if not years and len(days) == 2:
        years = [days.pop()]
    if len(certain) != 1 or len(years) != 1 or len(days) > 1 or len(numbers) > 2:
        return None
    with suppress(ValueError):
        return _checked(_whole_year(years[0]), certain.pop(), *map(int, days))
    return None


def _lone(numbers: list[str], text: str) -> _Day | None:
    """Return the year of ``2019 г.``, which no other word than that for a year may accompany."""
    is_year = len(numbers) == 1 and len(numbers[0]) == 4 and len(text) < 20
    return _Day(int(numbers[0])) if is_year else None


# Names

_LANGUAGES: Final = ("fr", "en", "es", "pt", "de", "it", "ar")
_OTHER_LANGUAGES: Final = """
ar_MA ar_DZ ar_LB de_AT en_GB es_PE pt_BR nl ca gl eu ro pl cs sk sl hr sr bs mk bg uk be ru lt lv
et fi sv nb nn da is el tr az hu sq mt ga cy br oc he fa ur ps ku hi bn ta te ml mr gu kn pa th vi
id ms fil sw so am af hy ka kk ky uz tg mn my km lo si ne eo lb fo ha yo
"""
_OTHERS: Final = tuple(_OTHER_LANGUAGES.split())
_MORE_MONTHS: Final = """
sept=9 sep=9 set=9 setiembre=9 maerz=3 jaenner=1 feber=2
جانفي=1 ينائر=1 فيفري=2 مارس=3 افريل=4 ابريل=4 ماي=5 جوان=6 جويلية=7 يوليوز=7 اوت=8 غشت=8 شتنبر=9
نونبر=11 دجنبر=12 كانون_الثاني=1 شباط=2 اذار=3 نيسان=4 ايار=5 حزيران=6 تموز=7 اب=8 ايلول=9
تشرين_الاول=10 تشرين_الثاني=11 كانون_الاول=12
"""
"""Months, folded, that the names of ``_LANGUAGES`` in CLDR lack."""
_PERSIAN_MONTHS: Final = {
    fold(name): number
    for names in (
        "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
        "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت",
    )
    for number, name in enumerate(names.split(), start=1)
}
"""Months of the solar calendar of Iran and Afghanistan."""


class _Names(NamedTuple):
    """Numbers of months by folded name, and folded names of days of the week."""

    months: dict[str, int]
    weekdays: frozenset[str]


def _vocabularies(language: str) -> Iterable[_Names]:
    """Yield the names to look for, the likeliest first."""
    if language:
        yield _names((language,))
    yield _names(_LANGUAGES, more=True)
    yield _names(_OTHERS)


@cache
def _names(languages: tuple[str, ...], *, more: bool = False) -> _Names:
    months: dict[str, set[int]] = {}
    weekdays: set[str] = set()
    for code in languages:
        with suppress(UnknownLocaleError, ValueError):
            locale = Locale.parse(code)
            for context in ("format", "stand-alone"):
                for width in ("wide", "abbreviated"):
                    for number, name in locale.months[context][width].items():
                        months.setdefault(_phrase(name), set()).add(number)
                    weekdays.update(map(_phrase, locale.days[context][width].values()))
    for pair in _MORE_MONTHS.split() if more else ():
        name, _, number = pair.replace("_", " ").partition("=")
        months.setdefault(name, {int(number)})
    return _Names(
        {
            name: min(numbers)
            for name, numbers in months.items()
            if len(numbers) == 1 and not name.isdigit()
        },
        frozenset(word for name in weekdays for word in (name, *name.split())),
    )


def _phrase(name: str) -> str:
    return " ".join(_TOKEN.findall(fold(name)))


# Other calendars


def _of_other_calendar(day: _Day, text: str, language: str) -> _Day | None:
    """Return a day of the years 1200 to 1499, which in some scripts are of another calendar.

    In Persian it is the solar one. In Arabic it is that of the moon, which is not computed: its
    months begin as they are seen.
    """
    if language == "fa" or _PERSIAN_DIGITS.search(text):
        return _of_persian(day)
    return None if language == "ar" or _ARABIC_DIGITS.search(text) else day


def _persian_words(numbers: list[str], month: int) -> _Day | None:
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) <= 2]
    if len(years) != 1 or len(days) != 1:
        return None
    return _of_persian(_Day(years[0], month, days[0]))


def _of_persian(day: _Day) -> _Day | None:
    """Return the day of a date of the solar calendar; None if it has no day.

    Leap years follow the cycle of 33 years, which is right from 1800 to 2256.
    """
    year, month, number = day
    if not (1 <= month <= 12 and 1 <= number <= 31):
        return None
    before = 31 * (month - 1) if month < 7 else 30 * (month - 7) + 186
    years = year + 1595
    days = 365 * years + years // 33 * 8 + (years % 33 + 3) // 4 + before + number - 355_668
    gregorian = date.fromordinal(days - 365)
    return _Day(gregorian.year, gregorian.month, gregorian.day)
