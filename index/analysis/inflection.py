"""Inflection that stemmers miss: the singular of a plural, where the two have different stems.

Snowball leaves whole classes of nouns apart (*élu*, *élus*; *Firma*, *Firmen*). The base form of a
plural is found by the rules of its language and by the table ``inflections/LANGUAGE.txt``, which
``tools/vocabularies/build_inflections.py`` makes. A line of a table is a word and its base forms,
or a word and ``-`` if the rules are not to apply: *paris* is no plural of *pari*. A base form is an
additional form of a word, so a wrong one hides nothing.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from index.analysis.folding import fold

INFLECTIONS: Final = Path(__file__).with_name("inflections")

_Rules = tuple[tuple[str, str], ...]

RULES: Final[dict[str, _Rules]] = {
    "fr": (
        (r"(?<=..)s$", ""),
        (r"(?<=[aeo]u)x$", ""),
    ),
    "es": (
        (r"(?<=.[aeiouáéíóú])s$", ""),
        (r"(?<=.[dlnrjxyz])es$", ""),
        (r"(?<=..)ces$", "z"),
    ),
    "pt": (
        (r"(?<=.[aeiouáéíóúãõâêô])s$", ""),
        (r"(?<=.[rznls])es$", ""),
        (r"(?<=.)ns$", "m"),
        (r"(?<=..)(?:ões|ães)$", "ão"),
        (r"(?<=..)(?:oes|aes)$", "ao"),
        (r"(?<=..)ais$", "al"),
        (r"(?<=..)[ée]is$", "el"),
        (r"(?<=..)eis$", "il"),
        (r"(?<=..)is$", "il"),
        (r"(?<=..)[óo]is$", "ol"),
        (r"(?<=..)[úu]is$", "ul"),
        (r"(?<=.[bcdfgkprtvw])s$", ""),
    ),
    "it": (
        (r"(?<=.[cg])h(?=[ei]$)", ""),
        (r"(?<=..[bcdfgklmnprtvwy])s$", ""),
    ),
    "en": (
        (r"(?<=...)men$", "man"),
        (r"(?<=[aiou]s)es$", ""),
        (r"(?<=.[aiou])s$", ""),
        (r"^([^aeiouy]{2,})s$", r"\1"),
        (r"(?<=..)ves$", "fe"),
        (r"(?<=..)ves$", "f"),
    ),
    "de": (
        (r"(?<=..[aiouyéw])s$", ""),
        (r"(?<=..ern)s$", ""),
        (r"(?<=in)nen$", ""),
        (r"(?<=nis)sen?$", ""),
        (r"(?<=..)ien$", "ium"),
        (r"(?<=..[eä])en$", "um"),
        (r"(?<=..)em$", "eme"),
    ),
    "ca": ((r"(?<=..)ions$", "ió"),),
    "nl": ((r"(?<=...[^aeiou])en$", ""),),
    "ro": ((r"(?<=...)uri(?:le)?$", ""), (r"(?<=...)i$", "e")),
    "ar": ((r"(?<=...)ا$", ""),),
}

LAST_LETTERS: Final = {
    "fr": "sx",
    "es": "s",
    "pt": "s",
    "it": "eis",
    "en": "ns",
    "de": "emns",
    "ca": "s",
    "nl": "n",
    "ro": "ei",
    "ar": "ا",
}
"""How the words end that any rule is about: most words need not be compared with the rules."""


def table(language: str) -> dict[str, tuple[str, ...]]:
    """Return the base forms of the words in the table of a language, which may have none."""
    path = INFLECTIONS / f"{language}.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else ()
    entries = (line.split() for line in lines if not line.startswith("#"))
    bases_of = {word: tuple(bases) if bases != ["-"] else () for word, *bases in entries}
    # Without its accents a word has the same base forms, unless that is another word.
    return {fold(word): bases for word, bases in bases_of.items()} | bases_of


def plural_rules(language: str, word: str) -> tuple[str, ...]:
    """Return the base forms that the rules of a language make of a word."""
    rules = RULES.get(language, ())
    return tuple([re.sub(rule, base, word) for rule, base in rules if re.search(rule, word)])


class _Inflection:
    """The rules and the table of one language."""

    def __init__(self, language: str) -> None:
        self._rules = [(re.compile(rule), base) for rule, base in RULES.get(language, ())]
        self._last = LAST_LETTERS.get(language, "")
        self._table = table(language)

    def base_forms(self, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the base forms of the words that may have any."""
        found: dict[str, tuple[str, ...]] = {}
        rules, table, last = self._rules, self._table, self._last
        for word in words:
            bases = table.get(word)
            if bases is None:
                if word[-1:] not in last:
                    continue
                bases = tuple([rule.sub(base, word) for rule, base in rules if rule.search(word)])
            if bases:
                found[word] = bases
        return found


_of_language = cache(_Inflection)


def base_forms(language: str, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the possible base forms of inflected words, which are normalised or folded."""
    return _of_language(language).base_forms(words)
