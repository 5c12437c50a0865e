"""Arabic names: a noun for a body in the construct state, or definite with its adjective.

The words stand in ``organizations-grammar.txt``, with the roles of its Arabic rows.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from index.document import Span
from index.extract.organizations.words import Candidate
from index.vocabularies import Grammar, fold_key, grammar

_LETTERS = r"\u0621-\u064a"
_WORD = rf"[{_LETTERS}\u064b-\u0652\u0670]+"
_QUOTED = re.compile(r" ?[\"“«] ?([^\"”»\n]{2,40}?) ?[\"”»]")
_ARTICLED = re.compile(r"^(?:و|ب|ل|ول)?(?:ال|لل)")
_FEMININE_VERB = 3
_SHORTEST = 2


class _Rules(NamedTuple):
    """What the grammar says of Arabic, ready to use."""

    name: re.Pattern[str]
    heads: frozenset[str]
    contracted: frozenset[str]
    """Nouns that count only with the article, here those behind ``لل``, without its letters."""
    own: frozenset[str]
    """Nouns that a proper name or a place may follow at once (``جامعة تولوز``)."""
    named: frozenset[str]
    """Those that are no part of a name in quotation marks (``صحيفة "الصباح"``)."""
    alone: frozenset[str]
    """Definite nouns that one adjective makes a name (``الترجي التونسي``)."""
    bodies: frozenset[str]
    """Adjectives that make a definite noun the name of a body (``العامة``)."""
    stop: frozenset[str]
    places: frozenset[str]
    purposes: frozenset[str]
    generic: re.Pattern[str]


@cache
def _rules() -> _Rules:
    words: Grammar = grammar("ar")
    own = frozenset(word for word in words["direct"] if not word.isascii())
    heads = words["head"] | words["lower"] | own
    contracted = frozenset(head.removeprefix("ال") for head in heads if head.startswith("ال"))
    spelled = "|".join(
        _spellings(word) for word in sorted(heads | contracted, key=len, reverse=True)
    )
    name = re.compile(
        rf"(?<![{_LETTERS}])([ولبفك]{{0,2}}?)({spelled})(?![{_LETTERS}])((?: {_WORD}){{0,6}})"
    )
    generic = re.compile("|".join(_spellings(each.strip()) for each in words.generic))
    return _Rules(
        name,
        heads,
        contracted - heads,
        own,
        words["lower"],
        words["club"],
        words["bare"],
        words["stop"],
        words["place"],
        words["purpose"],
        generic,
    )


def _spellings(folded: str) -> str:
    """Return an expression for every way of writing a folded word."""
    written = {"ا": "[اأإآ]", "ه": "[هة]", "ي": "[يىئ]", "و": "[وؤ]"}
    return "".join(written.get(letter, letter) for letter in folded)


def find_arabic(text: str) -> Iterator[Candidate]:
    """Yield names that begin with a noun for a body and go on as such names do."""
    rules = _rules()
    position = 0
    while found := rules.name.search(text, position):
        name = _name(found, text, rules)
        position = name.end if name else found.end(2)
        if name:
            yield Candidate(name, "arabic")


def _name(found: re.Match[str], text: str, rules: _Rules) -> Span | None:
    """Return the characters of the name that the noun of ``found`` begins, if it does."""
    head = fold_key(found.group(2))
    if head in rules.contracted and not found.group(1).endswith("لل"):
        return None
    quoted = _QUOTED.match(text, found.end(2))
    if quoted and head in rules.named:
        return Span(*quoted.span(1))
    if quoted and head in rules.own:
        return Span(found.start(2), quoted.end())
    end = _end(found, head, rules)
    if end == found.end(2) or rules.generic.match(text, found.start(2)):
        return None
    return Span(found.start(2), end)


def _end(found: re.Match[str], head: str, rules: _Rules) -> int:
    """Return where the name ends; where its first noun does if it is no name."""
    none = found.end(2)
    end = none
    definite = head.startswith("ال") or found.group(1).endswith("لل")
    own = head in rules.own
    count = named = 0
    placed = opened = False
    for word in re.finditer(_WORD, found.group(3)):
        written = fold_key(word.group())
        if written in rules.stop or len(written) < _SHORTEST or placed:
            break
        if count == 0 and written.startswith("وال"):
            return none
        if count > 1 and written in rules.heads:
            break
        if _is_verb(word.group()):
            break
        if opened:  # the second word of a place such as Sidi Bouzid
            placed, opened = True, False
        elif _place(written, rules.places, definite or count > 0):
            placed = written not in rules.places
        elif _place(written, _opening(rules.places), definite or count > 0):
            opened = True
        elif _ARTICLED.match(written):
            if written.startswith("بال") or (
                written.startswith("لل") and not _purpose(written, count, definite, rules)
            ):
                break
            named += 1
        elif written[0] == "ل" and (written in rules.purposes or (definite and count)):
            named += 1
        elif count == 0 and not definite:
            if written[0] in "بل" and len(written) > _FEMININE_VERB and not own:
                break
            if own and written.endswith(("يه", "ي")):  # an adjective: any body of that kind
                break
            named += own
        else:
            break
        count += 1
        end = found.start(3) + word.end()
    if definite:
        enough = count > 1 or head in rules.alone
        return end if enough and _names_body(found.group(3)[: end - none], rules) else none
    return end if named or (own and count) else none


@cache
def _opening(places: frozenset[str]) -> frozenset[str]:
    """Return the first words of places of two."""
    return frozenset(place.split()[0] for place in places if " " in place)


def _names_body(rest: str, rules: _Rules) -> bool:
    """Say whether what follows a definite noun makes it a name."""
    words = [fold_key(word) for word in rest.split()]
    placed = len(words) > 1 and words[-1].startswith("ب")
    return placed or any(word in rules.bodies or word.startswith("ل") for word in words)


def _is_verb(word: str) -> bool:
    """Say whether a word is a verb in the past, third person feminine, as headlines have them."""
    return len(word) > _FEMININE_VERB and word.endswith("ت") and not word.endswith("ات")


def _place(written: str, places: frozenset[str], prefixed: bool) -> bool:
    """Say whether the word is a place, behind ``ب`` where something stands before it."""
    if prefixed:
        return written[0] == "ب" and (written[1:] in places or written[1:] in _bare(places))
    return written in places


@cache
def _bare(places: frozenset[str]) -> frozenset[str]:
    return frozenset(place.removeprefix("ال") for place in places if place.startswith("ال"))


def _purpose(written: str, count: int, definite: bool, rules: _Rules) -> bool:
    """Say whether ``لل`` begins what the body is for, not what somebody does there."""
    return written in rules.purposes or (definite and count > 0)
