"""The rules that recognise names of organizations in texts in Latin script.

Each yields the names that it finds, in order. They overlap: ``extractor`` chooses. The words that
they go by stand in ``organizations-grammar.txt``, under the roles that ``grammar[...]`` asks for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.document import Span
from index.extract.organizations.words import Candidate, Word, Words
from index.vocabularies import Grammar, organizations

_NO_JOINTS: frozenset[str] = frozenset()

# Names that begin with what the body is: ``Fédération française de X``, ``Ministerio de X``.

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
        for ending in _GENITIVES:
            if ending and folded.removesuffix(ending) in grammar.heads:
                return folded.removesuffix(ending)
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
            rest.last = words.capital_run(noun, grammar["small"] - _NO_PART, 4)
            rest.groups = rest.capitals = 1
    elif words.joined(index) and words[index].capital and words[index].folded in _FORMAL:
        rest.last, rest.capitals = index, 1
    return rest


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


# Proper names that end with what the body is: ``Interco Inc``, ``Iran Aseman Airlines``.

_COMPANY_JOINTS = frozenset(("of", "and", "for", "the", "de", "du", "der", "di"))
_ENGLISH_JOINTS = frozenset(("of", "for", "the"))
_ANGLICISM_JOINTS = _ENGLISH_JOINTS | {"and"}
_OPEN = frozenset(("bank", "court", "university", "institute", "group", "trust", "co", "school"))
"""Nouns that an ``of`` may follow: ``Royal Bank of Scotland``."""
_SINGLE = frozenset(("bank", "university", "church", "court"))
"""Behind these ``and`` joins another name: ``Bank of America and Sanwa``."""
_LEARNED = frozenset(("university", "journal", "academy", "college", "school"))
_PLACE_ARTICLES = frozenset(("los", "las", "la", "el", "des"))
"""With these begin names of places in English: ``Los Angeles Lakers``."""
_CAPITAL_FORMS = frozenset(("se", "sa", "ag", "ab", "nv", "kg", "bv", "spa", "asa"))
"""Legal forms that count in capitals only."""
_LONGEST_COMPANY = 9
_SHORT_ALIAS = 3
_INITIALS = 2


def is_decisive(folded: str, grammar: Grammar) -> bool:
    """Say whether a word with a capital may make a company of the words beside it."""
    return folded in grammar["legal"] or folded in grammar["suffix"] or folded in grammar["of"]


def find_companies(words: Words, grammar: Grammar, places: frozenset[str]) -> Iterator[Candidate]:
    """Yield runs of capitalised words that end with a legal form or a noun for a body.

    ``places`` are names of countries, which do not stand for a company by themselves.
    """
    joints = _ANGLICISM_JOINTS if grammar.language == "de" else _COMPANY_JOINTS
    for phrase in words.phrases("company"):
        index = phrase.start
        while index < phrase.stop:
            if not words[index].capital or _leads(words[index], grammar):
                index += 1
                continue
            last = words.capital_run(index, joints, _LONGEST_COMPANY)
            end = _company_end(words, index, last, grammar)
            if end is None:
                index = last + 1
                continue
            first = _behind_and(words, index, end, grammar["legal"])
            if first > index:
                end_before = _company_end(words, index, first - 2, grammar)
                if end_before is not None:
                    yield Candidate(words.span(index, end_before), "suffix")
            if words[end].folded in grammar["legal"]:
                aliases = _aliases(words, first, end, places, grammar["ordinary"])
                yield Candidate(words.span(first, end), "legal", aliases)
            else:
                yield Candidate(words.span(first, end), "suffix")
            index = end + 1


def _behind_and(words: Words, first: int, end: int, legal: frozenset[str]) -> int:
    """Return where the name begins: behind an ``and`` that joins it to another name.

    ``Trust and Investment Corp`` is one name, ``NATO and World Bank`` are two.
    """
    for index in range(end - 1, first, -1):
        if words[index].folded == "and":
            between = end - index - 1
            ending = words[end].folded
            one = between == 0 or (between == 1 and (ending in legal or ending == "association"))
            return first if one or words[index + 1].folded == "of" else index + 1
    return first


def _leads(word: Word, grammar: Grammar) -> bool:
    """Say whether a capitalised word stands before a name and is no part of it."""
    folded = word.folded
    if grammar.language == "en" and folded in _PLACE_ARTICLES:
        return False
    if folded in grammar["leading"] or folded in grammar["office"] or folded in grammar["legal"]:
        return True
    if grammar.language == "de" and folded in grammar["cue"]:
        return True
    if word.text.endswith(("-based", "-owned")):
        return True
    return word.first and (folded in grammar["small"] or folded in grammar["stop"])


def _company_end(words: Words, first: int, last: int, grammar: Grammar) -> int | None:
    """Return the word with which a run ends as names of bodies do, None if none does."""
    legal = grammar["legal"]
    # In German every noun has a capital: what may be a German word does not count.
    suffix = grammar["loan"] if grammar.language == "de" else grammar["suffix"]
    best = None
    for index in range(first + 1, last + 1):
        word, before = words[index], words[index - 1]
        if word.folded in grammar["office"]:
            return None
        if word.folded in legal and _is_legal_form(word):
            shouted = len(word.text) == _INITIALS and before.text.isupper()
            if shouted and grammar.language != "en":
                return None
            if index == first + 1 and before.folded in grammar["ordinary"]:
                return None
            if before.folded in ("trust", "bank"):
                return _with_of(words, index, last)
            while index < last and words[index + 1].folded in legal and words[index + 1].capital:
                index += 1  # Co Ltd
            return index
        if word.folded in suffix and word.capital:
            best = index
        elif word.folded == "and" and best is not None and best == index - 1:
            following = {word.folded for word in words.slice(index + 1, index + 3)}
            if following.isdisjoint(legal) and "association" not in following:
                return best
    if best is not None:
        return _with_of(words, best, last) if words[best].folded in _OPEN else best
    if words[first].folded not in grammar["of"] or last <= first + 1:
        return None
    if words[first + 1].folded not in ("of", "for"):
        return None
    if grammar.language == "de" and words[first].folded not in _LEARNED:
        return None
    if words[first].folded in _SINGLE:
        for index in range(first + 2, last):
            if words[index].folded == "and":
                return index - 1
    return last


def _is_legal_form(word: Word) -> bool:
    if word.folded in _CAPITAL_FORMS:
        return word.text.isupper() or word.text in ("SpA", "Spa")
    return word.text in ("Co", "CO") if word.folded == "co" else word.capital


def _with_of(words: Words, index: int, last: int) -> int:
    """Take in what follows a noun: ``Royal Bank of Scotland``, ``Trust Co of Ohio NA``."""
    if index + 2 > last or words[index + 1].folded != "of":
        return index
    end = index + 2
    while end < last and words[end + 1].capital:
        end += 1
    return end


def _aliases(
    words: Words, first: int, end: int, places: frozenset[str], ordinary: frozenset[str]
) -> tuple[str, ...]:
    """Return the name without its legal form, and its first word where that may stand alone."""
    names = [word.text for word in words.slice(first, end)]
    if not names:
        return ()
    aliases = [" ".join(names)]
    leading = words[first].folded
    if len(leading) > _SHORT_ALIAS and leading not in places and leading not in ordinary:
        aliases.append(names[0])
    return tuple(alias for alias in aliases if alias.lower() not in ordinary and len(alias) > 2)


# Proper names behind a word that says what they are: ``le quotidien X``, ``la société X``.

_MOST_ADJECTIVES = 2
_KIN = re.compile(r".*jahrigen?|(?:sein|ihr|mein)e[rn]?|kleinen?|altest.*|jungst.*")
_OF = frozenset(("di", "de"))
_NO_PHRASE = frozenset(("partido", "radio", "canal", "canale", "casa", "rete", "operadora"))
"""Cues that are common words with an ``of`` behind them: ``partido de ida``."""
_STREETS = frozenset(("viale", "piazza", "corso", "calle", "plaza"))
_SHORT_NOUN = 4
_ABSTRACT = (
    *("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tionen"),
    *("tag", "abend", "nacht", "morgen", "mittag", "vormittag", "personen", "angaben", "leute"),
)
"""Endings of German nouns that are no names: ``der Konzern Mittwochabend``."""
_CLUB_INITIALS = frozenset(
    ["CD", "UD", "SD", "RCD", "CF", "RC", "AD", "CA", "FC", "AC", "AS", "US", "SS", "SSC"]
)


def find_cued(words: Words, grammar: Grammar, places: frozenset[str]) -> Iterator[Candidate]:
    """Yield proper names behind a cue; adjectives may stand between them.

    ``places`` are names of countries, which name no organization.
    """
    stop, small = grammar["stop"], grammar["small"]
    joints = {"de": _ENGLISH_JOINTS, "en": _NO_JOINTS}.get(grammar.language, small)
    for cue in words.with_role("cue"):
        if words[cue].folded == "tochter" and _is_kin(words, cue):
            continue
        first = _behind_phrase(words, cue, stop)
        most = first + _MOST_ADJECTIVES
        while first < most and words.joined(first) and _is_adjective(words[first], grammar):
            first += 1
        if not (words.joined(first) and words[first].capital):
            continue
        word = words[first]
        last = words.capital_run(first, joints, 4)
        last = words.before_common(first, last, grammar["common"])
        if last > first:
            if word.folded in grammar["given"]:
                continue
        elif len(word.text) == 1 or _is_common(word, grammar):  # gruppo B
            continue
        name = " ".join(word.folded for word in words.slice(first, last + 1))
        titled = word.folded in small and (last == first or word.text.isupper())
        if (
            name.removesuffix("s") not in places
            and name not in places
            and not titled
            and word.folded not in stop
        ):
            yield Candidate(words.span(first, last), "cue")
            if words[cue].folded in grammar["plural"]:
                yield from _second(words, last + 1, grammar)


def _is_adjective(word: Word, grammar: Grammar) -> bool:
    if word.capital or word.folded in grammar["stop"]:
        return False
    return grammar.is_adjective(word.folded)


def _is_kin(words: Words, index: int) -> bool:
    """Say whether a German ``Tochter`` is a child, as the word before shows."""
    named = index + 1 < len(words) and words[index + 1].text.isupper()
    return not named and index > 0 and _KIN.fullmatch(words[index - 1].folded) is not None


def _second(words: Words, joint: int, grammar: Grammar) -> Iterator[Candidate]:
    """Yield the second of two names behind a cue: ``i sindacati X e Y``."""
    first = joint + 1
    if words.joined(joint) and words[joint].folded in grammar["and"] and words.joined(first):
        word = words[first]
        if word.capital and word.folded not in grammar["given"]:
            last = words.capital_run(first, _NO_JOINTS, 4)
            if last > first or word.folded not in grammar["small"]:
                yield Candidate(words.span(first, last), "cue")


def _behind_phrase(words: Words, cue: int, stop: frozenset[str]) -> int:
    """Return the word behind a cue and what it is of: ``agenzia di stampa X``."""
    of, noun = cue + 1, cue + 2
    if noun >= len(words) or words[of].text not in _OF or words[cue].folded in _NO_PHRASE:
        return of
    word = words[noun]
    plain = words[of].tight and word.tight and word.text.islower() and word.folded not in stop
    long = len(word.folded) > _SHORT_NOUN and word.folded not in _STREETS
    return noun + 1 if plain and long else of


def _is_common(word: Word, grammar: Grammar) -> bool:
    """Say whether a capitalised German word is a common noun and no name."""
    if grammar.language != "de" or word.text.isupper():
        return False
    return word.folded in grammar["common"] or word.folded.endswith(_ABSTRACT)


def find_clubs(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield towns that stand for their club, as initials or the article before them show."""
    for index in words.with_role("club"):
        if index and words[index].tight:
            if words[index - 1].text in _CLUB_INITIALS:
                yield Candidate(words.span(index - 1, index), "club")
            elif words[index - 1].folded in grammar["clubarticle"]:
                yield Candidate(words.span(index, index), "club")


# Acronyms that nobody explains.

_ACRONYM = re.compile(r"[A-ZÀ-Þ]{3,7}(?:-[A-Z]{2,5})?")
_NUMERAL = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,4})"
_ROMAN = re.compile(rf"{_NUMERAL}(?:-{_NUMERAL})?")


def is_acronym(text: str, folded: str, grammar: Grammar) -> bool:
    """Say whether a word may be the acronym of a body."""
    if not _ACRONYM.fullmatch(text) or _ROMAN.fullmatch(text):
        return False
    return folded not in grammar["acronymstop"]


def find_acronyms(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield words of three to seven capitals that an article or a verb of speech shows to be names.

    ``sector crítico de CDC`` shows it too: whoever is a ``member`` is one of a body. In a line of
    capitals nothing is shown.
    """
    for index in words.with_role("acronym"):
        named = words.joined(index + 1) and words[index + 1].folded in grammar["said"]
        if not named and index and words[index].tight:
            before = words[index - 1]
            named = before.folded in grammar["article"] and not before.text.isupper()
            if not named and before.folded in _OF:
                governing = words.slice(index - 3, index - 1)
                named = any(word.folded in grammar["member"] for word in governing)
        if named and not _is_shouted(words, index):
            yield Candidate(words.span(index, index), "acronym")


def _is_shouted(words: Words, index: int) -> bool:
    near = words.slice(index - 2, index) + words.slice(index + 1, index + 3)
    upper = [word.text.isupper() for word in near if len(word.text) > 1]
    return len(upper) > 1 and all(upper)


# Names that their form shows: in quotation marks, a web address, German with an adjective.

_QUOTED = re.compile(
    r"((?: [a-zß-ÿ]+){0,2}),? ?[\"“«„] ?([A-ZÀ-Þ][^\"”“»«„\n.,;:!?()]{1,48}?) ?[\"“”»]"
)
_MOST_QUOTED_WORDS = 6
_TITLED = frozenset(("editorial",))
"""Cues behind which quotation marks hold the title of a text."""
_SITE = re.compile(r"[A-Z][A-Za-z0-9]{2,}\.(?:com|net|it|at|de|es)")
_GENITIVES = ("es", "s", "")
_PRESS = (
    "zeitung nachrichten anzeiger rundschau tagblatt tageblatt abendblatt volksblatt morgenpost"
    " abendpost kurier merkur"
)
_INSTITUTIONS = (
    "partei universitat gesellschaft verband akademie institut kammer gericht gerichtshof agentur"
    " kommission armee kirche stiftung verein zentralbank nationalbank notenbank volkspartei"
    " gewerkschaftsbund"
)
_PRESS_TAILS = tuple(_PRESS.split())
_TAILS = (*_PRESS_TAILS, *_INSTITUTIONS.split())
_BODIES = frozenset(("bank", "bund", "amt", "rat", "union", "front", "fonds", "allianz"))
_INFLECTED_TAILS = tuple(tail + ending for tail in _TAILS for ending in _GENITIVES)
_INFLECTED_BODIES = frozenset(noun + ending for noun in _BODIES for ending in _GENITIVES)
_CLUBS = frozenset(("sv", "sc", "fc", "ac", "sk", "ak", "bsc"))
_ADJECTIVE = re.compile(r".{2,}(?:isch|deutsch|lich|al|iv|ell|oberst|vereint|frei|neu)e[nrsm]?")
_OF_A_TOWN = re.compile(r".{3,}er")
_INDEFINITE = re.compile(r"k?eine?[nrsm]?|mehrere[nr]?|viele[nr]?|andere[nr]?|jede[nrs]?")
_PLACED = ("universitat", "akademie")
_ACRONYM_BEHIND = re.compile(r"  ?\(?([A-ZÄÖÜ]{3,6})\b")


def is_site(text: str) -> bool:
    """Say whether a word is a company's or a newspaper's web address: ``Despegar.com``."""
    return _SITE.fullmatch(text) is not None


def is_tail(text: str, folded: str) -> bool:
    """Say whether a German word may end a name that an adjective begins."""
    if folded in _CLUBS:
        return text.isupper()
    return folded.endswith(_INFLECTED_TAILS) or folded in _INFLECTED_BODIES


def find_quoted(text: str, words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield names in quotation marks behind a cue: ``il quotidiano "Gazzetta di Valdora"``."""
    for index in words.with_role("cue"):
        cue = words[index]
        match = _QUOTED.match(text, cue.end)
        if match and cue.folded not in _TITLED:
            few = len(match.group(2).split()) <= _MOST_QUOTED_WORDS
            if few and all(map(grammar.is_adjective, match.group(1).split())):
                yield Candidate(Span(*match.span(2)), "quoted")


def find_sites(text: str, words: Words) -> Iterator[Candidate]:
    """Yield web addresses that no path follows."""
    for index in words.with_role("site"):
        if text[words[index].end : words[index].end + 1] != "/":
            yield Candidate(words.span(index, index), "site")


def find_adjectival(text: str, words: Words) -> Iterator[Candidate]:
    """Yield German names of adjective and noun: ``Oberpfälzische Volkszeitung``.

    A name that explains a known acronym is left out: ``Kurdische Arbeiterpartei (PKK)``.
    """
    for index in words.with_role("tail"):
        if _follows_adjective(words, index):
            last = _adjectival_end(words, index)
            span = words.span(index - 1, last)
            acronym = _ACRONYM_BEHIND.match(text, span.end)
            if acronym is None or organizations().resolve(acronym.group(1)) is None:
                yield Candidate(span, "head", (), last - index + 2)


def _follows_adjective(words: Words, index: int) -> bool:
    """Say whether a German name begins with the adjective before its noun ``index``.

    Behind a word in lower case an adjective has a capital only as part of a name. One made of the
    name of a town always has a capital, so that it counts for newspapers and clubs alone.
    """
    if index < 1 or not words[index].tight:
        return False
    adjective, noun = words[index - 1], _without_genitive(words[index].folded)
    if not adjective.capital or adjective.first:
        return False
    of_a_town = _OF_A_TOWN.fullmatch(adjective.folded) is not None
    if noun in _CLUBS:
        alone = not (words.joined(index + 1) and words[index + 1].capital)
        return alone and len(adjective.text) > 5 and of_a_town
    if index < 2 or not adjective.tight:
        return False
    before = words[index - 2]
    if before.capital or not before.text.isalpha() or _INDEFINITE.fullmatch(before.folded):
        return False
    if _ADJECTIVE.fullmatch(adjective.folded):
        return True
    return of_a_town and noun.endswith(_PRESS_TAILS) and noun != "zeitung"


def _adjectival_end(words: Words, index: int) -> int:
    """Return the last word of a German name: ``Technische Universität Graz``, ``Rat für X``."""
    following = words.slice(index + 1, index + 3)
    if not following or not following[0].tight:
        return index
    if words[index].folded.endswith(_PLACED) and following[0].capital:
        return index + 1
    if len(following) > 1 and following[0].text == "für" and following[1].capital:
        return words.capital_run(index + 2, _NO_JOINTS, 3)
    return index


def _without_genitive(folded: str) -> str:
    for ending in _GENITIVES:
        noun = folded.removesuffix(ending)
        if noun.endswith(_TAILS) or noun in _BODIES:
            return noun
    return folded
