"""Names that begin with what the body is: ``Fédération française de X``, ``Ministerio de X``."""

import re
from collections.abc import Iterator, Sequence

from index.extract.organizations.words import (
    Candidate,
    Word,
    Words,
    before_common,
    capital_run,
    span_of,
)
from index.vocabularies import Grammar

_GROUPS = 3
"""Prepositional phrases that a name in lower case may have."""
_LONGEST = 14
_SCHOOLS = frozenset(("lycee", "clinique"))
"""Of these there are many in a town: its name does not do."""


_ARTICLE = 5
_VAGUE = frozenset(("von", "des", "den", "dem"))
_NOMINATIVE = frozenset(("il", "lo", "el"))
_GERMAN_NOMINATIVE = frozenset(("die", "das"))
"""Articles that begin another part of the sentence: ``sollte die Gesellschaft die Kunst``."""
_FOR = frozenset(("para", "per", "pour"))
_INFINITIVES = ("ar", "er", "ir", "are", "ere", "ire", "oir", "arse", "erse", "irse")
_NOUNS = frozenset(("mujer", "militar", "hogar", "mar", "mulher", "popular", "exterior"))
_SAINTS = frozenset(("san", "sao", "santo", "santa", "saint", "sankt", "st", "sant"))


class _Complement:
    """What follows a head: the last word, and what kinds of word it holds."""

    __slots__ = ("capitals", "groups", "last", "nation")

    def __init__(self, last: int) -> None:
        self.last = last
        self.capitals = 0
        self.groups = 0
        self.nation = False


def is_head(folded: str, grammar: Grammar, language: str) -> bool:
    """Say whether a name may begin with a word."""
    if folded in grammar.heads:
        return True
    if language != "de":
        return False
    return folded.endswith(_GERMAN_TAILS) or _FEDERAL.fullmatch(folded) is not None


def find_heads(words: Words, grammar: Grammar, language: str) -> Iterator[Candidate]:
    """Yield names that begin with a head noun and say more than that noun."""
    done = 0
    for index in words.where("head"):
        last = _name(words, index, grammar, language) if index >= done else None
        if last is not None:
            yield Candidate(span_of(words, index, last), "head", (), last - index + 1)
            done = last + 1


def _name(words: Sequence[Word], at: int, grammar: Grammar, language: str) -> int | None:
    word = words[at]
    head = word.folded
    if head not in grammar.heads:
        return at if language == "de" and _german(word) else None
    if word.capital:
        if head in grammar["bare"] and (not word.first or language == "de"):
            if language == "de":
                last = _direct(words, at, grammar) if head in grammar["direct"] else None
                return at if last is None else last
            if at and words[at - 1].folded in grammar["indefinite"]:
                return None
            rest = _complement(words, at, grammar)
            if rest.capitals:
                return rest.last
            return at if _has_article(words, at, grammar, language) else None
        last = _direct(words, at, grammar) if head in grammar["direct"] else None
        if last is not None and not _all_capitals(words, at):
            return None if _is_generic(words, at, last, grammar) else last
    ministry, court = head in grammar["ministry"], head in grammar["court"]
    if head in _PARTIES and not word.capital:
        return _party(words, at, grammar, language)
    lower = ministry or court or head in grammar["lower"]
    upper = word.capital and not word.first and head in grammar["head"]
    if not (lower or upper):
        return None
    rest = _complement(words, at, grammar)
    if rest.last == at or _is_generic(words, at, rest.last, grammar):
        return None
    if head in grammar["weak"] and not _strong(words, at, rest):
        return None
    named = rest.capitals or (rest.nation and rest.groups)
    if ministry:
        return rest.last if rest.groups or rest.capitals else None
    if upper and not _all_capitals(words, at):
        return rest.last if rest.groups or rest.capitals or rest.nation else None
    if court:
        named = words[at + 1].capital or head not in _SCHOOLS
        return rest.last if rest.capitals and named else None
    return rest.last if named and rest.groups else None


def _direct(words: Sequence[Word], at: int, grammar: Grammar) -> int | None:
    """Return the end of a name whose head has a proper name behind it."""
    following = at + 1
    if following < len(words) and words[following].tight and words[following].capital:
        if words[following].folded in grammar["stop"]:
            return None
        if words[following].folded in grammar["common"] or len(words[following].text) == 1:
            return None
        german = not grammar["small"].isdisjoint(("der", "des"))
        last = capital_run(words, following, frozenset() if german else grammar["small"], 8)
        return before_common(words, following, last, grammar)
    return None


def _complement(words: Sequence[Word], at: int, grammar: Grammar) -> _Complement:
    rest = _Complement(at)
    small, stop, joints = grammar["small"], grammar["stop"], grammar["and"]
    nominative = _GERMAN_NOMINATIVE if "und" in joints else _NOMINATIVE
    index = at + 1
    while index < len(words) and index - at < _LONGEST and words[index].tight:
        word = words[index]
        if word.folded in joints and rest.groups:
            following = _skip(words, index + 1, small)
            if following is None or _stops(words[following], stop):
                break
            joined = words[following].capital == words[rest.last].capital
            if not joined or (following == index + 1 and not joined):
                break
            rest.capitals += words[following].capital
            rest.last, index = following, following + 1
        elif word.folded in nominative:
            break
        elif word.folded in small:
            following = _skip(words, index, small)
            if following is None or _stops(words[following], stop):
                break
            target = words[following]
            if target.text[0].isdigit():
                break
            if not target.capital and (rest.groups >= _GROUPS or rest.capitals > 1):
                break
            if word.folded in _FOR and following == index + 1 and _infinitive(target):
                break
            rest.groups += 1
            rest.capitals += target.capital
            rest.last, index = following, following + 1
        elif word.capital:
            before = words[index - 1].folded
            named = before in _SAINTS or before in grammar["direct"]  # Università Federico II
            if word.folded in grammar["given"] and not named:
                break
            plain = not words[at].capital and index - at > 1 and not words[index - 1].capital
            if plain and words[index - 1].folded not in small:  # agenzia di stampa Cihan
                break
            rest.capitals += 1
            rest.last, index = index, index + 1
        elif word.folded not in stop and grammar.is_adjective(word.folded):
            rest.nation = rest.nation or grammar.is_nation(word.folded)
            rest.last, index = index, index + 1
        else:
            break
    return rest


def _stops(word: Word, stop: frozenset[str]) -> bool:
    return word.folded in stop and not word.capital


def _skip(words: Sequence[Word], index: int, small: frozenset[str]) -> int | None:
    """Return the index of the first word from ``index`` on that is no small word."""
    for following in range(index, min(index + 4, len(words))):
        if not words[following].tight:
            return None
        if words[following].folded not in small:
            return following
    return None


def _strong(words: Sequence[Word], at: int, rest: _Complement) -> bool:
    """Say whether a noun that is a common word as often as a body is one here.

    German writes the adjectives of names with a capital, and such names go on with ``für`` or
    a noun in the genitive that has an article (``Forum gegen Antisemitismus``).
    """
    written = words[at + 1 : rest.last + 1]
    first = written[0].folded
    plain = any(not word.capital and len(word.folded) > _ARTICLE for word in written)
    return rest.groups > 0 and first not in _VAGUE and not plain


def _infinitive(word: Word) -> bool:
    return not word.capital and word.folded.endswith(_INFINITIVES) and word.folded not in _NOUNS


def _is_generic(words: Sequence[Word], at: int, last: int, grammar: Grammar) -> bool:
    start = " ".join(word.folded for word in words[at : last + 1]) + " "
    return start.startswith(grammar.generic)


def _all_capitals(words: Sequence[Word], at: int) -> bool:
    near = words[max(0, at - 1) : at + 3]
    return all(word.text.isupper() for word in near)


def _has_article(words: Sequence[Word], at: int, grammar: Grammar, language: str) -> bool:
    """Say whether an article stands before a body, perhaps before another that is joined to it.

    Without one it is a surname (``Alberto, Irazusta y Armada``) or a heading.
    """
    if language not in _ARTICLES:
        return True
    before = words[at - 1].folded if at else ""
    if at > 1 and before in grammar["and"] and words[at - 2].folded in grammar["bare"]:
        return True
    return before in _ARTICLES[language]


def _party(words: Sequence[Word], at: int, grammar: Grammar, language: str) -> int | None:
    """Return the end of the name of a party in lower case: ``il partito liberal democratico``."""
    if not _has_article(words, at, grammar, language):
        return None
    last = at
    while last + 1 < len(words) and words[last + 1].tight and not words[last + 1].capital:
        folded = words[last + 1].folded
        if folded not in _IDEOLOGIES and not (last > at and grammar.is_nation(folded)):
            break
        last += 1
    return last if last > at else None


_ITALIAN_ARTICLES = (
    "il lo la l i gli le al allo alla all ai del dello della dell dei dal dallo dalla dall"
    " nel nello nella nell in sul sullo sulla sull"
)
_SPANISH_ARTICLES = "el la los las al del"
_ARTICLES = {
    "es": frozenset(_SPANISH_ARTICLES.split()),
    "it": frozenset(_ITALIAN_ARTICLES.split()),
}
_PARTIES = frozenset(("partito", "partido"))
_IDEOLOGY_WORDS = (
    "democratico democrata republicano repubblicano socialista comunista liberal liberale"
    " conservatore conservador laburista laborista radicale radical popolare popular"
    " socialdemocratico socialdemocrata democristiano"
)
_IDEOLOGIES = frozenset(_IDEOLOGY_WORDS.split())

_GERMAN_TAILS = ("ministerium", "ministeriums")
_FEDERAL = re.compile(
    r"bundes(?!liga|prasident|lander|tags).{3,}(?:amt|gericht|gerichtshof|rechnungshof|agentur|behorde|anstalt|kammer|polizei"
    r"|anwaltschaft|zentrale)(?:e?s)?"
)
_FEDERAL_LENGTH = 15


def _german(word: Word) -> bool:
    """Say whether a German compound is a body by itself: ``Justizministerium``."""
    if word.capital and _FEDERAL.fullmatch(word.folded):
        return len(word.folded) >= _FEDERAL_LENGTH
    return word.capital and word.folded.endswith(_GERMAN_TAILS) and len(word.folded) > 13
