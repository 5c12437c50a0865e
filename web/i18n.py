"""The reader's language, and what is written differently in each."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.numbers import format_decimal
from flask import Flask, g, request
from flask_babel import Babel
from markupsafe import Markup, escape

OFFERED = ("fr", "en", "es", "de", "it", "pt", "ar")
"""Languages of the interface, the default first."""

NAMES = {
    "fr": "Français",
    "en": "English",
    "es": "Español",
    "de": "Deutsch",
    "it": "Italiano",
    "pt": "Português",
    "ar": "العربية",
}
"""What each language calls itself."""

RIGHT_TO_LEFT = ("ar",)
COOKIE = "hl"
"""Set only for a reader who asks that a language be remembered."""

TRANSLATIONS = Path(__file__).parent / "translations"


def negotiate() -> str:
    """Return the language to answer in.

    Of a page it is ``hl`` of the address, else that of the cookie, else of Accept-Language, else
    French; the endpoint looks at Accept-Language alone.
    """
    chosen: str | None = g.get("locale")
    if chosen is None:
        chosen = asked() or remembered()
        if not chosen:
            chosen = str(request.accept_languages.best_match(OFFERED, default=OFFERED[0]))
        g.locale = chosen
    return chosen


def asked() -> str:
    """Return the language that the address of a page asks for; empty for none offered."""
    code = "" if request.path.startswith("/api/") else request.args.get("hl", "")
    return code if code in OFFERED else ""


def remembered() -> str:
    """Return the language that the reader had remembered; empty for none offered."""
    code = "" if request.path.startswith("/api/") else request.cookies.get(COOKIE, "")
    return code if code in OFFERED else ""


def install(app: Flask) -> None:
    """Add Flask-Babel and the template filters ``number``, ``dated`` and ``language``."""
    Babel(
        app,
        default_locale=OFFERED[0],
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=negotiate,
    )
    app.add_template_filter(number)
    app.add_template_filter(dated)
    app.add_template_filter(month_or_day, "bucket")
    app.add_template_filter(language)


def number(value: int) -> str:
    """Write a number as the reader's language groups its digits."""
    return _number(value, negotiate())


@lru_cache(maxsize=8192)
def _number(value: int, locale: str) -> str:
    return format_decimal(value, locale=locale)


def month_or_day(value: str) -> str:
    """Write ``2024``, ``2024-03`` or ``2024-03-12`` as the reader's language does."""
    return _period(value, negotiate())


@lru_cache(maxsize=4096)
def _period(value: str, locale: str) -> str:
    if len(value) == 4:
        return value
    if len(value) == 7:
        return format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=locale)
    return _long(date.fromisoformat(value), locale)


def _long(day: date, locale: str) -> str:
    written = format_date(day, "long", locale=locale)
    # French writes the first of a month as an ordinal, which CLDR's patterns cannot say.
    return f"1er{written[1:]}" if locale == "fr" and day.day == 1 else written


def dated(value: str | None) -> Markup:
    """Write a publication date, cut at its precision, as a ``<time>`` element; empty for none."""
    return _dated(value, negotiate()) if value else Markup("")


@lru_cache(maxsize=4096)
def _dated(value: str, locale: str) -> Markup:
    if len(value) <= 10:
        written = _period(value, locale)
    else:
        moment = datetime.fromisoformat(value)
        day = _long(moment, locale)
        hour = format_time(moment, "short", locale=locale, tzinfo=moment.tzinfo)
        # A time whose zone is unknown is given as it was written.
        joined = str(get_datetime_format("medium", locale)).replace("'", "")
        written = joined.replace("{1}", day).replace("{0}", hour)
        written += " UTC" if moment.tzinfo else ""
    return Markup('<time datetime="{}">{}</time>').format(value, escape(written))


def language(code: str) -> str:
    """Return the name of a language in the reader's, the code itself where it has none."""
    return _language(code, negotiate())


@lru_cache(maxsize=1024)
def _language(code: str, locale: str) -> str:
    try:
        name = Locale.parse(code, sep="-").get_language_name(locale)
    except (UnknownLocaleError, ValueError):
        name = Locale(locale).languages.get(code)
    return name or code
