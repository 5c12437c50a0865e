"""Acronyms that nobody explains, where an article or a verb shows that they name a body."""

import re
from collections.abc import Iterator, Sequence

from index.extract.organizations.words import Candidate, Word, Words, span_of
from index.vocabularies import Grammar

_ACRONYM = re.compile(r"[A-ZÀ-Þ]{3,7}(?:-[A-Z]{2,5})?")
_OF = frozenset(("de", "di"))
_OFFICE_WORDS = (
    "presidente presidenta lider portavoz dirigente dirigentes secretario secretaria diputado"
    " diputada diputados senador militante militantes sector candidato candidata miembro miembros"
    " leader segretario portavoce deputato deputati senatore esponente esponenti capogruppo"
    " dirigenti militanti"
)
_OFFICES = frozenset(_OFFICE_WORDS.split())
"""Whoever is one of these is one of a body (in Spanish and Italian, which have no article)."""
_NUMERAL = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,4})"
_ROMAN = re.compile(rf"{_NUMERAL}(?:-{_NUMERAL})?")


def is_acronym(written: str, folded: str, grammar: Grammar) -> bool:
    """Say whether a word may be the acronym of a body."""
    if not _ACRONYM.fullmatch(written) or _ROMAN.fullmatch(written):
        return False
    return folded not in grammar["acronymstop"]


def find_acronyms(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield words of three to seven capitals between an article, or before a verb of speech.

    A line in capitals has none.
    """
    articles, said = grammar["article"], grammar["said"]
    for index in words.where("acronym"):
        word = words[index]
        before = words[index - 1].folded if index and word.tight else ""
        after = words[index + 1].folded if index + 1 < len(words) else ""
        spoken = index + 1 < len(words) and words[index + 1].tight and after in said
        named = (before in articles and not words[index - 1].text.isupper()) or spoken
        named = named or (before in _OF and not _OFFICES.isdisjoint(_behind(words, index)))
        if named and not _shouted(words, index):
            yield Candidate(span_of(words, index, index), "acronym")


def _behind(words: Words, index: int) -> set[str]:
    """Return the two words before ``of`` and an acronym: ``sector crítico de CDC``."""
    return {word.folded for word in words[max(0, index - 3) : index - 1]}


def _shouted(words: Sequence[Word], index: int) -> bool:
    near = [*words[max(0, index - 2) : index], *words[index + 1 : index + 3]]
    shouted = [word for word in near if len(word.text) > 1 and word.text.isupper()]
    return len(shouted) > 1 and len(shouted) == len([w for w in near if len(w.text) > 1])
