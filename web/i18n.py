"""The reader's language, and what is written differently in each language."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache, lru_cache, partial
from gettext import NullTranslations
from pathlib import Path
from typing import Generic, TypeVar

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.numbers import format_decimal
from babel.support import Translations
from flask import g, request
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from index.facets import FACETS
from index.vocabularies import LANGUAGES
from web.paths import is_for_programs

DEFAULT = LANGUAGES[0]
"""The first of the languages of the interface, which are those of the vocabularies."""

COOKIE = "hl"
"""Set only for a reader who asks that a language be remembered."""

TRANSLATIONS = Path(__file__).parent / "translations"


def negotiate() -> str:
    """Return the language to answer in.

    For a page and an export it is ``hl`` of the address, else the cookie, else Accept-Language,
    else the default. The endpoint looks at Accept-Language alone.
    """
    code: str | None = g.get("locale")
    if code is None:
        code = asked() or remembered()
        if not code:
            code = _accepted(request.headers.get("Accept-Language", ""))
        g.locale = code
    return code


def asked() -> str:
    """Return the language that the address asks for; empty if it is not offered."""
    return _offered(request.args.get("hl", ""))


def remembered() -> str:
    """Return the language of the reader's cookie; empty if it is not offered."""
    return _offered(request.cookies.get(COOKIE, "")) if "Cookie" in request.headers else ""


def _offered(code: str) -> str:
    return code if code in LANGUAGES and not is_for_programs() else ""


@lru_cache(maxsize=256)
def _accepted(header: str) -> str:
    """Return the language that Accept-Language asks for: the lookup of RFC 4647, section 3.4.

    The range that is wanted most decides: ``de-CH`` asks for German before ``en;q=0.7`` asks for
    English.
    """
    ranges = sorted(parse_accept_header(header, LanguageAccept), key=lambda item: -item[1])
    codes = [(re.split("[-_]", name.lower())[0], quality) for name, quality in ranges]
    refused = {code for code, quality in codes if quality <= 0}
    offered = [code for code, quality in codes if quality > 0 and code in LANGUAGES]
    rest = (DEFAULT, *LANGUAGES) if refused else (DEFAULT,)
    return next((code for code in (*offered, *rest) if code not in refused), DEFAULT)


@cache
def own_names() -> dict[str, str]:
    """Return the languages of the interface, each with the name that it has for itself."""
    # Not at the start of a program: each language has a file of data.
    return {code: str(Locale(code).get_display_name(code)).capitalize() for code in LANGUAGES}


@cache
def catalogue(locale: str) -> NullTranslations:
    """Return the translations into a language."""
    return Translations.load(TRANSLATIONS, [locale])


def gettext(message: str, **values: object) -> str:
    """Return a sentence in the reader's language, completed with ``values``."""
    text = catalogue(negotiate()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Return a sentence in the reader's language for a number of things."""
    return catalogue(negotiate()).ngettext(singular, plural, num) % {"num": num, **values}


T = TypeVar("T")
R = TypeVar("R")


class Localized(Generic[T, R]):
    """A function of a value and the reader's language; recent results are kept."""

    def __init__(self, write: Callable[[T, str], R]) -> None:
        self._write = lru_cache(maxsize=8192)(write)

    def __call__(self, value: T) -> R:
        """Return the result in the language of this request."""
        return self._write(value, negotiate())

    def into(self, locale: str) -> Callable[[T], R]:
        """Return the function for one language."""
        return partial(self._write, locale=locale)


_FACET_LABELS = {facet.name: facet.label for facet in FACETS}


@Localized
def facet_label(name: str, locale: str) -> str:
    """Return what a facet is called in the reader's language; nothing for another name."""
    return catalogue(locale).gettext(_FACET_LABELS[name]) if name in _FACET_LABELS else ""


@Localized
def number(value: int, locale: str) -> str:
    """Return a number with its digits grouped as in the reader's language."""
    return f"{value:,}".replace(",", _group_sign(locale))


@cache
def _group_sign(locale: str) -> str:
    """Return what stands between thousands; Babel takes longer for each number than its page."""
    return str(format_decimal(1000, locale=locale)[1:-3])


@Localized
def month_or_day(value: str, locale: str) -> str:
    """Return ``2024``, ``2024-03`` or ``2024-03-12`` as the reader's language writes it."""
    return _period(value, locale)


def _period(value: str, locale: str) -> str:
    if len(value) == 4:
        return value
    if len(value) == 7:
        return format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=locale)
    return _long(date.fromisoformat(value), locale)


def _long(day: date, locale: str) -> str:
    text = _in_month(day.month, locale).format(day.day, day.year)
    # French writes the first of a month as an ordinal, which CLDR's patterns cannot say.
    return f"1er{text[1:]}" if locale == "fr" and day.day == 1 else text


@cache
def _in_month(month: int, locale: str) -> str:
    """Return how a day of a month is written, with places for the day and the year."""
    text = format_date(date(1111, month, 22), "long", locale=locale)
    return str(text).replace("1111", "{1}").replace("22", "{0}")


@cache
def _clock(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale)


@cache
def _day_and_hour(locale: str) -> str:
    """Return how a time of a day is written, with places for the hour (0) and the day (1)."""
    return str(get_datetime_format("medium", locale)).replace("'", "")


@Localized
def dated(value: str | None, locale: str) -> Markup:
    """Return a publication date, cut at its precision, as a ``<time>`` element; empty for none."""
    if not value:
        return Markup("")
    if len(value) <= 10:
        text = _period(value, locale)
    else:
        moment = datetime.fromisoformat(value)
        # A time whose zone is unknown is shown as the document gives it.
        hour = _clock(moment.hour, moment.minute, locale)
        text = _day_and_hour(locale).format(hour, _long(moment, locale)) + _zone(moment)
    return Markup('<time datetime="{}">{}</time>').format(value, escape(text))


def _zone(moment: datetime) -> str:
    """Return `` UTC``, `` UTC+1`` or `` UTC+5:30``; nothing for a time without a zone."""
    if moment.tzinfo is None:
        return ""
    sign, hours, minutes = re.fullmatch(r".*([+-])(\d\d):(\d\d)", moment.isoformat()).groups()  # type: ignore[union-attr]
    return (
        " UTC"
        + (f"{sign}{int(hours)}" if hours + minutes != "0000" else "")
        + (f":{minutes}" if minutes != "00" else "")
    )


@Localized
def language(code: str, locale: str) -> str:
    """Return the name of a language in the reader's; the code itself if it has none."""
    try:
        # The undetermined language is none: its likely one would be English.
        parsed = Locale.parse(code, sep="-", resolve_likely_subtags=False)
        name = parsed.get_language_name(locale)
    except (UnknownLocaleError, ValueError):
        name = Locale(locale).languages.get(code)
    return name or code
