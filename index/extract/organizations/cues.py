"""Proper names behind a word that says what they are: ``le quotidien X``, ``la société X``."""

import re
from collections.abc import Iterator

from index.document import Span
from index.extract.organizations.words import (
    Candidate,
    Word,
    Words,
    before_common,
    capital_run,
    span_of,
)
from index.vocabularies import Grammar

_ADJECTIVES = 2
_NO_JOINTS = frozenset(("und", "and"))
"""In languages with these a small word ends the name behind a cue."""
_BEFORE = re.compile(
    r"\b(?:selon|journal|journaux|journaliste|quotidien|hebdomadaire|mensuel|magazine|colonnes|dans"
    r"|d['’]après|interview|entretien|site|édition|rapporte|révèle|indique|affirme|explique|raconte"
    r"|écrit|cité|citée|cités|confié|déclaré|expliqué|précisé|assuré|raconté|accordé|accordée|révélé"
    r"|indiqué|affirmé|confie|relate|relaie|relayé|rédaction|lecteurs|tribune|correspondant|une"
    r"|sondage|pour|par|information|informations|publié|publiée|repéré|contacté|interrogé|reprises)"
    r"(?: \w+)?(?: \w+)? ?$"
)
_AFTER = re.compile(
    r"[\"»]?,? (?:a |avait |qui |s['’])?(?:rapport|révél|indiqu|affirm|écri|précis|assur|racont"
    r"|publi|expliqu|relat|détaill|cit|annon|not|titr|évoqu|soulign|rappel)"
)
_CONTEXT = 45
_ENGLISH_JOINTS = frozenset(("of", "for", "the"))
_KIN = re.compile(r".*jahrigen?|(?:sein|ihr|mein)e[rn]?|kleinen?|altest.*|jungst.*")
_OF = frozenset(("di", "de"))
_NO_PHRASE = frozenset(("partido", "radio", "canal", "canale", "casa", "rete", "operadora"))
"""Cues that are common words with an ``of`` behind them: ``partido de ida``."""
_PLURAL_WORDS = (
    "quotidiani giornali settimanali riviste sindacati partiti associazioni emittenti"
    " periodicos diarios semanarios revistas sindicatos empresas asociaciones emisoras"
    " zeitungen zeitschriften parteien gewerkschaften magazine sender firmen vereine"
)
_PLURALS = frozenset(_PLURAL_WORDS.split())
_STREETS = frozenset(("viale", "piazza", "corso", "calle", "plaza"))
_SHORT = 4
_ABSTRACT = (
    *("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tionen"),
    *("tag", "abend", "nacht", "morgen", "mittag", "vormittag", "personen", "angaben", "leute"),
)
"""Endings of German nouns that are no names: ``der Konzern Mittwochabend``."""


def quoted_as_press(text: str, span: Span) -> bool:
    """Say whether the French around ``span`` speaks of the press as a source."""
    before = text[max(0, span.start - _CONTEXT) : span.start]
    return _BEFORE.search(before) is not None or _AFTER.match(text, span.end) is not None


def find_cued(words: Words, grammar: Grammar, common: frozenset[str]) -> Iterator[Candidate]:
    """Yield proper names behind a cue, adjectives between them allowed.

    ``common`` are names that are none of an organization, such as countries.
    """
    stop, small = grammar["stop"], grammar["small"]
    joints = small
    if grammar["and"] & _NO_JOINTS:
        joints = _ENGLISH_JOINTS if "und" in grammar["and"] else frozenset()
    for index in words.where("cue"):
        if words[index].folded == "tochter" and _is_kin(words, index):
            continue
        at = _behind_phrase(words, index, stop)
        adjectives = 0
        while (
            at < len(words)
            and words[at].tight
            and not words[at].capital
            and adjectives < _ADJECTIVES
            and words[at].folded not in stop
            and grammar.is_adjective(words[at].folded)
        ):
            at, adjectives = at + 1, adjectives + 1
        if at < len(words) and words[at].tight and words[at].capital:
            last = before_common(words, at, capital_run(words, at, joints, 4), grammar)
            name = " ".join(each.folded for each in words[at : last + 1])
            if words[at].folded in grammar["given"] and last > at:
                continue
            if len(words[at].text) == 1 and last == at:  # gruppo B
                continue
            if last == at and _is_common(words[at], grammar):
                continue
            titled = words[at].folded in small and (last == at or words[at].text.isupper())
            if name not in common and not titled and words[at].folded not in stop:
                yield Candidate(span_of(words, at, last), "cue")
                if words[index].folded in _PLURALS:
                    yield from _second(words, last + 1, grammar)


def _is_kin(words: Words, index: int) -> bool:
    """Say whether a German ``Tochter`` is a child, as the word before shows."""
    named = index + 1 < len(words) and words[index + 1].text.isupper()
    return not named and index > 0 and _KIN.fullmatch(words[index - 1].folded) is not None


def _second(words: Words, joint: int, grammar: Grammar) -> Iterator[Candidate]:
    """Yield the second of two names behind a cue: ``i sindacati X e Y``."""
    at = joint + 1
    if at < len(words) and words[joint].folded in grammar["and"] and words[joint].tight:
        first = words[at]
        if first.tight and first.capital and first.folded not in grammar["given"]:
            last = capital_run(words, at, frozenset(), 4)
            if last > at or first.folded not in grammar["small"]:
                yield Candidate(span_of(words, at, last), "cue")


def _behind_phrase(words: Words, cue: int, stop: frozenset[str]) -> int:
    """Return the word behind a cue and what it is of: ``agenzia di stampa X``."""
    at = cue + 1
    if at + 1 >= len(words) or words[at].text not in _OF or words[cue].folded in _NO_PHRASE:
        return at
    noun = words[at + 1]
    plain = words[at].tight and noun.tight and noun.text.islower() and noun.folded not in stop
    return at + 2 if plain and len(noun.folded) > _SHORT and noun.folded not in _STREETS else at


def _is_common(word: Word, grammar: Grammar) -> bool:
    """Say whether a capitalised German word is a common noun and no name."""
    if "und" not in grammar["and"] or word.text.isupper():
        return False
    return word.folded in grammar["common"] or word.folded.endswith(_ABSTRACT)


_INITIALS = "CD UD SD RCD CF RC AD CA FC AC AS US SS SSC"
_CLUB_INITIALS = frozenset(_INITIALS.split())


def find_clubs(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield towns that stand for their club, as the article before them shows."""
    articles = grammar["clubarticle"]
    for index in words.where("club"):
        if index and words[index].tight and words[index - 1].text in _CLUB_INITIALS:
            yield Candidate(span_of(words, index - 1, index), "club")
            continue
        if index and words[index].tight and words[index - 1].folded in articles:
            yield Candidate(span_of(words, index, index), "club")
