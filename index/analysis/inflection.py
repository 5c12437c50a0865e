"""Inflections that a language's Snowball stemmer leaves apart: plurals, mostly.

Each function gives the form from which the stemmer finds the right stem, or nothing. What it
makes is an additional term; a wrong guess hides nothing.
"""

import re
from collections.abc import Callable
from typing import Final

_FRENCH: Final = {
    "travaux": "travail",
    "baux": "bail",
    "vitraux": "vitrail",
    "coraux": "corail",
    "émaux": "émail",
    "emaux": "email",
    "yeux": "œil",
    "cieux": "ciel",
    "aïeux": "aïeul",
    "aieux": "aieul",
}

_Rules = tuple[tuple[re.Pattern[str], str], ...]

_PORTUGUESE: Final[_Rules] = (
    (re.compile(r"(?<=..)(?:ões|ães)$"), "ão"),
    (re.compile(r"(?<=..)(?:oes|aes)$"), "ao"),
    (re.compile(r"(?<=..)ais$"), "al"),
    (re.compile(r"(?<=..)[ée]is$"), "el"),
    (re.compile(r"(?<=..)[óo]is$"), "ol"),
)
_CATALAN: Final[_Rules] = ((re.compile(r"(?<=..)ions$"), "ió"),)
_SPANISH: Final[_Rules] = ((re.compile(r"(?<=...[aeiou])s$"), ""),)
_DUTCH: Final[_Rules] = ((re.compile(r"(?<=...[^aeiou])en$"), ""),)
_ROMANIAN: Final[_Rules] = (
    (re.compile(r"(?<=...)uri(?:le)?$"), ""),
    (re.compile(r"(?<=...)i$"), "e"),
)


def _by(rules: _Rules) -> Callable[[str], str]:
    def base(word: str) -> str:
        for pattern, replacement in rules:
            if pattern.search(word):
                return pattern.sub(replacement, word)
        return ""

    return base


BASES: Final[dict[str, Callable[[str], str]]] = {
    "fr": lambda word: _FRENCH.get(word, ""),
    "pt": _by(_PORTUGUESE),
    "ca": _by(_CATALAN),
    "es": _by(_SPANISH),
    "nl": _by(_DUTCH),
    "ro": _by(_ROMANIAN),
}
"""Language to a function from a normalised or folded word to its base form, "" for none."""

STEMMED_TWICE: Final = frozenset({"tr", "eu", "el"})
"""Languages of many endings, whose stemmers take one and find the next at a second pass."""
