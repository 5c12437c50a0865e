"""Facet values: the canonical form of what was given, and labels in the reader's language."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from index.analysis import fold
from index.vocabularies import organizations, themes

# Languages may be asked for by the name that one of these has for them, or by their own name.
_NAMING_LOCALES = ("fr", "en", "es", "de", "it", "pt", "ar", "nl", "ru", "sv")


def canonical(facet: str, text: str) -> str:
    """Return the canonical value that ``text`` (a value, an alias, a label) stands for.

    A text that no vocabulary knows is returned as given: it may be a value that only the
    documents know.
    """
    if facet == "organization":
        return organizations().resolve(text) or text
    if facet == "theme":
        return themes().resolve(text) or text
    if facet == "lang":
        return _language_code(text)
    return text


def vocabulary_label(facet: str, value: str, locale: str) -> str | None:
    """Return the label that a vocabulary or Babel has for a value; None if they know none."""
    if facet == "organization":
        label = organizations().label(value, locale)
        return label if label != value else None
    if facet == "theme":
        label = themes().label(value, locale)
        return label if label != value else None
    if facet == "lang":
        return language_name(value, locale)
    return None


def vocabulary_names(facet: str, value: str) -> tuple[str, ...]:
    """Return every name that vocabularies or Babel have for a value, in all languages."""
    if facet == "organization":
        return tuple(organizations().names(value))
    if facet == "theme":
        return tuple(themes().names(value))
    if facet == "lang":
        names = (language_name(value, locale) for locale in (*_NAMING_LOCALES, value))
        return tuple(dict.fromkeys(name for name in names if name))
    return ()


@lru_cache(maxsize=4096)
def language_name(code: str, locale: str) -> str | None:
    """Return the name of a language in the language ``locale``; None if Babel has none."""
    name = _locale(locale).languages.get(code)
    return str(name) if name else None


def _language_code(text: str) -> str:
    code = re.split("[-_]", text.strip().lower(), maxsplit=1)[0]
    if code in _locale("en").languages:
        return code
    return _language_codes().get(fold(text.strip()), text.strip().lower())


@lru_cache(maxsize=1)
def _language_codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for locale in _NAMING_LOCALES:
        for code, name in _locale(locale).languages.items():
            if len(code) <= 3:
                codes.setdefault(fold(str(name)), str(code))
    return codes


@lru_cache(maxsize=256)
def _locale(code: str) -> Locale:
    """Return the locale of a language; French where Babel knows none so called."""
    try:
        return Locale.parse(code.replace("-", "_"))
    except (ValueError, TypeError, UnknownLocaleError):
        return Locale("fr")
