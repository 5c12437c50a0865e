"""Names that begin with what the body is: ``Fédération française de X``, ``Ministerio de X``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.extract.organizations.words import Candidate, Word, Words
from index.vocabularies import Grammar

GENITIVES = ("es", "s", "")
_NO_JOINTS: frozenset[str] = frozenset()
_MOST_GROUPS = 3
"""Prepositional phrases that a name in lower case may have."""
_LONGEST_NAME = 14
_SCHOOLS = frozenset(("lycee", "clinique"))
"""A town has many of these, so that its name does not identify one."""
_LONGEST_ARTICLE = 5
_VAGUE = frozenset(("von", "des", "den", "dem"))
_NOMINATIVE = frozenset(("il", "lo", "el"))
_GERMAN_NOMINATIVE = frozenset(("die", "das"))
"""Articles that begin another part of the sentence: ``sollte die Gesellschaft die Kunst``."""
_ARTICLES = frozenset(
    ("la", "le", "les", "l", "the", "el", "los", "las", "il", "lo", "i", "gli", "die", "das", "den")
) | {"dem"}
"""Articles without a preposition in them; German ``der`` and ``des`` are also genitives."""
_FOR = frozenset(("para", "per", "pour"))
_INFINITIVES = ("ar", "er", "ir", "are", "ere", "ire", "oir", "arse", "erse", "irse")
_NO_INFINITIVES = frozenset(("mujer", "militar", "hogar", "mar", "mulher", "popular", "exterior"))
_SURE_INFINITIVES = ("ser", "ger", "ter", "ler", "cer", "arse", "erse", "irse", "quer", "voir")
_SHORT_VERB = 5
_NO_PART = frozenset(
    ("pour", "contre", "en", "aux", "para", "contra", "sobre", "per", "contro", "su")
)
"""Small words that do not lead to the place or the domain of a public body."""
_IN = frozenset(("en", "aux", "sobre", "su"))
_OF_A_HOUSE = frozenset(("de", "d", "du", "des", "del", "di", "do", "da", "della", "dell"))
_HOSPITALS = frozenset(("hopital", "hospital", "ospedale", "clinique", "clinica", "krankenhaus"))
_FORMAL = frozenset(("federal", "nacional", "estatal", "autonomico", "vasco", "catalan", "europeo"))
"""Adjectives with a capital that belong to a parliament: ``Congreso Nacional``."""
_SAINTS = frozenset(("san", "sao", "santo", "santa", "saint", "sankt", "st", "sant"))
_PARTIES = frozenset(("partito", "partido"))
_MINISTRIES = ("ministerium", "ministeriums")
_SHORTEST_MINISTRY = 14
_FEDERAL = re.compile(
    r"bundes(?!liga|prasident|lander|tags).{3,}(?:amt|gericht|gerichtshof|rechnungshof|agentur"
    r"|behorde|anstalt|kammer|polizei|anwaltschaft|zentrale)(?:e?s)?"
)
_SHORTEST_FEDERAL = 15
_FOREIGN = frozenset(("iglesia", "igreja", "chiesa", "air", "caja", "radio", "tele", "rede"))
"""Heads that German takes from other languages as they are: ``Iglesias`` is a surname."""


@dataclass(slots=True)
class _Complement:
    """What follows a head: its last word, and how many prepositions and capitals it holds."""

    last: int
    capitals: int = 0
    groups: int = 0
    nation: bool = False


def is_head(folded: str, grammar: Grammar) -> bool:
    """Say whether a name may begin with a word."""
    if _nominative(folded, grammar) in grammar.heads:
        return True
    if grammar.language != "de":
        return False
    return folded.endswith(_MINISTRIES) or _FEDERAL.fullmatch(folded) is not None


def find_heads(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield names that begin with a noun for a body and say more than that noun."""
    done = 0
    for index in words.with_role("head"):
        last = _headed_name(words, index, grammar) if index >= done else None
        if last is not None:
            yield Candidate(words.span(index, last), "head", (), last - index + 1)
            done = last + 1


def _headed_name(words: Words, start: int, grammar: Grammar) -> int | None:
    """Return the last word of the name that begins with the head ``start``, None if none does."""
    word = words[start]
    head = _nominative(word.folded, grammar)
    if head not in grammar.heads:
        return start if grammar.language == "de" and _is_german_body(word) else None
    if word.capital:
        last = _direct(words, start, grammar) if head in grammar["direct"] else None
        if head in grammar["bare"] and grammar.language == "de":
            return start if last is None else last
        if head in grammar["bare"] and not word.first:
            before = words[start - 1].folded if start else ""
            if before in grammar["indefinite"] and before not in grammar["article"]:
                return None
            rest = _place(words, start, grammar)
            if rest.capitals:
                return rest.last
            return start if _has_article(words, start, grammar) else None
        if last is not None and not _in_capitals(words, start):
            return None if _is_generic(words, start, last, grammar) else last
    elif head in _PARTIES:
        return _party(words, start, grammar)
    if head in grammar["titled"]:
        titled = _titled(words, start, grammar)
        if titled is not None:
            return titled
    ministry, court = head in grammar["ministry"], head in grammar["court"]
    upper = word.capital and not word.first and head in grammar["head"]
    if not (ministry or court or upper or head in grammar["lower"]):
        return None
    rest = _complement(words, start, grammar)
    if rest.last == start or _is_generic(words, start, rest.last, grammar):
        return None
    if head in grammar["weak"] and not _is_strong(words, start, rest):
        return None
    enough: bool | int
    if ministry:
        enough = rest.groups or rest.capitals
    elif upper and not _in_capitals(words, start):
        enough = rest.groups or rest.capitals or rest.nation
    elif court:
        enough = rest.capitals and (words[start + 1].capital or head not in _SCHOOLS)
    else:
        enough = rest.groups and (rest.capitals or rest.nation)
    return rest.last if enough else None


def _nominative(folded: str, grammar: Grammar) -> str:
    """Return a German head without the ending of its genitive: ``Bundesministeriums``."""
    if grammar.language == "de" and folded not in grammar.heads:
        for ending in GENITIVES:
            noun = folded.removesuffix(ending)
            if ending and noun in grammar.heads and noun not in _FOREIGN:
                return noun
    return folded


def _titled(words: Words, head: int, grammar: Grammar) -> int | None:
    """Return the last word of a house with a proper name: ``musée d'Orsay``, ``hôpital Necker``."""
    first = head + 1
    if words.joined(first) and words[first].folded in _OF_A_HOUSE:
        if words[head].folded in _HOSPITALS and not words[head].capital:  # a service of its town
            return None
        first += 1
    if not words.joined(first) or not words[first].capital or words[first].text.isupper():
        return None
    if words[first].folded in grammar["stop"]:
        return None
    return words.capital_run(first, grammar["small"] - _NO_PART, 5)


def _place(words: Words, head: int, grammar: Grammar) -> _Complement:
    """Return what a body by itself is of: adjectives of nation, one place."""
    rest = _Complement(head)
    index = head + 1
    if words.joined(index) and words[index].folded in grammar["region"]:
        return _Complement(index, capitals=1)
    while (
        words.joined(index)
        and not words[index].capital
        and (words[index].folded not in grammar["stop"] and grammar.is_nation(words[index].folded))
    ):
        rest.last, rest.nation = index, True
        index += 1
    if words.joined(index) and words[index].folded in grammar["small"] - _NO_PART:
        noun = _skip(words, index, grammar["small"] - _NO_PART)
        if noun is not None and words[noun].capital and not words[noun].text.isupper():
            last = words.capital_run(noun, grammar["small"] - _NO_PART, 4)
            rest.last = _before_person(words, noun, last, grammar)
            rest.groups = rest.capitals = 1
    elif words.joined(index) and words[index].capital and words[index].folded in _FORMAL:
        rest.last, rest.capitals = index, 1
    return rest


def _before_person(words: Words, first: int, last: int, grammar: Grammar) -> int:
    """Return the last word of a place before a person: ``Câmara dos Deputados Eduardo Zorva``."""
    for index in range(first + 1, last):
        given = words[index].folded in grammar["given"]
        if given and words[index - 1].folded not in _SAINTS and words[index + 1].capital:
            return index - 1
    return last


def _direct(words: Words, head: int, grammar: Grammar) -> int | None:
    """Return the last word of a name whose head has a proper name behind it: ``Banque X``."""
    first = head + 1
    if not words.joined(first):
        return None
    word = words[first]
    if not word.capital or word.folded in grammar["stop"] or word.folded in grammar["common"]:
        return None
    if len(word.text) == 1:
        return None
    joints = _NO_JOINTS if grammar.language in ("fr", "de") else grammar["small"]
    last = words.capital_run(first, joints, 8)
    return words.before_common(first, last, grammar["common"])


def _complement(words: Words, head: int, grammar: Grammar) -> _Complement:
    """Return what belongs to a head: adjectives, proper names, prepositional phrases."""
    rest = _Complement(head)
    small, stop, joints = grammar["small"], grammar["stop"], grammar["and"]
    nominative = _GERMAN_NOMINATIVE if grammar.language == "de" else _NOMINATIVE
    index = head + 1
    while index - head < _LONGEST_NAME and words.joined(index):
        word = words[index]
        before = words[index - 1]
        if word.folded in joints and rest.groups:
            noun = _skip(words, index + 1, small)
            if noun is None or _stops(words[noun], stop):
                break
            if words[noun].capital != words[rest.last].capital:
                break
            if _begins_body(words, index, noun, grammar):
                break
            rest.capitals += words[noun].capital
            rest.last = noun
        elif word.folded in nominative:
            break
        elif word.folded in small:
            noun = _skip(words, index, small)
            if noun is None or _stops(words[noun], stop) or words[noun].text[0].isdigit():
                break
            if not words[noun].capital and (rest.groups >= _MOST_GROUPS or rest.capitals > 1):
                break
            if noun == index + 1 and _is_infinitive(words[noun], word.folded in _FOR):
                break
            if word.folded in _NO_PART and (
                words[head].folded in grammar["ministry"]
                or (word.folded in _IN and not words[noun].capital)
            ):
                break
            rest.groups += 1
            rest.capitals += words[noun].capital
            rest.last = noun
        elif word.capital:
            named = before.folded in _SAINTS or before.folded in grammar["direct"]
            if word.folded in grammar["given"] and not named:  # but: Università Federico II
                break
            lower = not words[head].capital and index - head > 1 and not before.capital
            if lower and before.folded not in small:  # agenzia di stampa Cihan
                break
            rest.capitals += 1
            rest.last = index
        elif word.folded not in stop and grammar.is_adjective(word.folded):
            rest.nation = rest.nation or grammar.is_nation(word.folded)
            rest.last = index
        else:
            break
        index = rest.last + 1
    return rest


def _begins_body(words: Words, joint: int, noun: int, grammar: Grammar) -> bool:
    """Say whether ``joint`` leads to another body and to no other part of what a body is of.

    It does before a ministry, an article with a name, a head that has a complement of its own, and
    a country with its body: ``and Pakistan's Ministry``. ``Recht und Gesellschaft`` are domains.
    """
    head = _nominative(words[noun].folded, grammar)
    if head in grammar["ministry"] or head.endswith(_MINISTRIES):
        return True
    body = is_head(head, grammar) or head in grammar["bare"]
    if words[joint + 1].folded in _ARTICLES:
        german = grammar.language == "de"  # where every noun has a capital
        return body or (words[noun].text.isupper() if german else words[noun].capital)
    if noun + 1 == len(words):
        return False
    following = words[noun + 1]
    if following.text == "s" and grammar.language == "en":
        return True
    if not following.tight:
        return False
    if body and words[noun].capital:
        return following.capital or following.folded in grammar["small"]
    return following.capital and is_head(following.folded, grammar)


def _stops(word: Word, stop: frozenset[str]) -> bool:
    return word.folded in stop and not word.capital


def _skip(words: Words, index: int, small: frozenset[str]) -> int | None:
    """Return the first word from ``index`` on that is no small word; three of these at most."""
    for following in range(index, index + 4):
        if not words.joined(following):
            return None
        if words[following].folded not in small:
            return following
    return None


def _is_strong(words: Words, head: int, rest: _Complement) -> bool:
    """Say whether a noun that is a common word as often as a body is a body here.

    German writes the adjectives of names with a capital. Such names go on with ``für`` or with a
    noun in the genitive that has an article (``Forum gegen Antisemitismus``).
    """
    complement = words.slice(head + 1, rest.last + 1)
    lower = any(not word.capital and len(word.folded) > _LONGEST_ARTICLE for word in complement)
    return rest.groups > 0 and complement[0].folded not in _VAGUE and not lower


def _is_infinitive(word: Word, purpose: bool) -> bool:
    """Say whether a word is an infinitive; behind ``de`` only one that is surely no noun."""
    if word.capital or word.folded in _NO_INFINITIVES:
        return False
    if purpose:
        return word.folded.endswith(_INFINITIVES)
    return len(word.folded) > _SHORT_VERB and word.folded.endswith(_SURE_INFINITIVES)


def _is_generic(words: Words, first: int, last: int, grammar: Grammar) -> bool:
    name = " ".join(word.folded for word in words.slice(first, last + 1))
    return f"{name} ".startswith(grammar.generic)


def _in_capitals(words: Words, index: int) -> bool:
    """Say whether a word stands in a line of capitals, where these show nothing."""
    return all(word.text.isupper() for word in words.slice(index - 1, index + 3))


def _has_article(words: Words, head: int, grammar: Grammar) -> bool:
    """Say whether an article stands before a body, perhaps before another that is joined to it.

    In Spanish and Italian a head without one is a surname (``Alberto, Irazusta y Armada``) or a
    heading.
    """
    articles = grammar["definite"]
    if not articles:
        return True
    before = words[head - 1].folded if head else ""
    if head > 1 and before in grammar["and"] and words[head - 2].folded in grammar["bare"]:
        return True
    return before in articles


def _party(words: Words, head: int, grammar: Grammar) -> int | None:
    """Return the last word of a party in lower case: ``il partito liberal democratico``."""
    if not _has_article(words, head, grammar):
        return None
    last = head
    while words.joined(last + 1) and not words[last + 1].capital:
        folded = words[last + 1].folded
        if folded not in grammar["ideology"] and not (last > head and grammar.is_nation(folded)):
            break
        last += 1
    return last if last > head else None


def _is_german_body(word: Word) -> bool:
    """Say whether a German compound is a body by itself: ``Justizministerium``."""
    if not word.capital:
        return False
    if _FEDERAL.fullmatch(word.folded):
        return len(word.folded) >= _SHORTEST_FEDERAL
    return word.folded.endswith(_MINISTRIES) and len(word.folded) >= _SHORTEST_MINISTRY
