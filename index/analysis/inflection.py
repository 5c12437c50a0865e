"""Inflections that a language's Snowball stemmer leaves apart: plurals, mostly.

A base form is that from which the stemmer finds the right stem. What it makes is an additional
term; a wrong guess hides nothing.
"""

import re
from collections.abc import Set
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


_RULES: Final[dict[str, _Rules]] = {
    "pt": _PORTUGUESE,
    "ca": _CATALAN,
    "es": _SPANISH,
    "nl": _DUTCH,
    "ro": _ROMANIAN,
}

STEMMED_TWICE: Final = frozenset({"tr", "eu", "el"})
"""Languages of many endings, whose stemmers take one and find the next at a second pass."""


def bases(language: str, words: Set[str]) -> dict[str, str]:
    """Return the base form of those words, normalised or folded, that have one."""
    if language == "fr":
        return {word: _FRENCH[word] for word in _FRENCH.keys() & words}
    rules = _RULES.get(language, ())
    return {word: base for word in words if (base := _base(word, rules))} if rules else {}


def _base(word: str, rules: _Rules) -> str:
    for pattern, replacement in rules:
        if pattern.search(word):
            return pattern.sub(replacement, word)
    return ""
