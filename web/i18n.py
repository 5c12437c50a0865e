"""The reader's language, and what is written differently in each."""

from datetime import date, datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from flask import Flask, g, request
from flask_babel import Babel
from markupsafe import Markup, escape

OFFERED = ("fr", "en")
"""Languages of the interface, the default first."""

TRANSLATIONS = Path(__file__).parent / "translations"


def negotiate() -> str:
    """Return the language to answer in: ``hl`` of a page, else Accept-Language, else French."""
    chosen: str | None = g.get("locale")
    if chosen is None:
        asked = "" if request.path.startswith("/api/") else request.args.get("hl", "")
        best = request.accept_languages.best_match(OFFERED, default=OFFERED[0])
        chosen = asked if asked in OFFERED else str(best)
        g.locale = chosen
    return chosen


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
    return format_decimal(value, locale=negotiate())


def month_or_day(value: str) -> str:
    """Write ``2024``, ``2024-03`` or ``2024-03-12`` as the reader's language does."""
    locale = negotiate()
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
    if not value:
        return Markup("")
    if len(value) <= 10:
        written = month_or_day(value)
    else:
        moment = datetime.fromisoformat(value)
        locale = negotiate()
        day = _long(moment, locale)
        hour = format_time(moment, "short", locale=locale, tzinfo=moment.tzinfo)
        # A time whose zone is unknown is given as it was written.
        written = f"{day}, {hour}{' UTC' if moment.tzinfo else ''}"
    return Markup('<time datetime="{}">{}</time>').format(value, escape(written))


def language(code: str) -> str:
    """Return the name of a language in the reader's, the code itself where it has none."""
    try:
        name = Locale.parse(code, sep="-").get_language_name(negotiate())
    except (UnknownLocaleError, ValueError):
        name = Locale(negotiate()).languages.get(code)
    return name or code
