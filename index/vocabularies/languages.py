"""The languages of the product, and the names of all languages, as Babel has them."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from index.analysis import fold

LANGUAGES: Final = ("fr", "en", "es", "de", "it", "pt", "ar")
"""Languages with vocabularies of organizations, themes and dates."""
DETECTED_LANGUAGES: Final = (*LANGUAGES, "nl", "ru", "sv")
"""Languages that documents are detected in by default, and whose names for languages are read."""


class LanguageNames:
    """The vocabulary of languages: ISO 639-1 codes with their names."""

    def label(self, code: str, locale: str) -> str:
        """Return the name of a language in ``locale``; the code where Babel has none."""
        return _name(code, locale) or code

    def names(self, code: str) -> Iterable[str]:
        """Return the names of a language in the detected languages and in itself, each once."""
        names = (_name(code, locale) for locale in (*DETECTED_LANGUAGES, code))
        return dict.fromkeys(name for name in names if name)

    def resolve(self, text: str) -> str:
        """Return the code that ``text`` is (``fr-FR`` too) or names; else ``text``, lower case."""
        code = re.split("[-_]", text.strip().lower(), maxsplit=1)[0]
        if code in _locale("en").languages:
            return code
        return _codes().get(fold(text.strip()), text.strip().lower())


@cache
def languages() -> LanguageNames:
    """Return the vocabulary of languages."""
    return LanguageNames()


@lru_cache(maxsize=4096)
def _name(code: str, locale: str) -> str | None:
    name = _locale(locale).languages.get(code)
    return str(name) if name else None


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for locale in DETECTED_LANGUAGES:
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
