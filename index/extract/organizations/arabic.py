"""The rules for Arabic: a noun for a body in the construct state, or definite with its adjective.

They work on the text itself. Their words stand in ``organizations-grammar.txt``.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from index.analysis import fold_key
from index.document import Span
from index.extract.organizations.words import Candidate
from index.vocabularies import Grammar, countries, grammar

_LETTERS = r"\u0621-\u064a"
_WORD = rf"[{_LETTERS}\u064b-\u0652\u0670]+"
_SPELLINGS = {"ا": "[اأإآ]", "ه": "[هة]", "ي": "[يىئ]", "و": "[وؤ]"}
_QUOTED = re.compile(r" ?[\"“«] ?([^\"”»\n]{2,40}?) ?[\"”»]")
_ARTICLED = re.compile(r"^(?:و|ب|ل|ول)?(?:ال|لل)")
_UNITED = re.compile(rf"(?<![{_LETTERS}])(?:[ولب](?=\w{{4}}))?({_WORD} يونايتد)(?![{_LETTERS}])")
_LONG = 3
"""Letters beyond which a first letter may be a preposition, and a last one an ending."""
_SHORTEST = 2


class _Places(NamedTuple):
    """Places, and the same with and without their article, as they stand behind ``ب``."""

    names: frozenset[str]
    inner: frozenset[str]

    def has(self, word: str, inside: bool) -> bool:
        """Say whether a word is a place; one that stands inside a name needs ``ب`` before it."""
        return word[0] == "ب" and word[1:] in self.inner if inside else word in self.names


class _Rules(NamedTuple):
    """What the grammar says of Arabic, ready to use."""

    words: Grammar
    name: re.Pattern[str]
    """A prefix, a head, and up to six words after it."""
    generic: re.Pattern[str]
    heads: frozenset[str]
    names: frozenset[str]
    """Heads that are not only clubs."""
    contracted: frozenset[str]
    """Heads that count only with the article, without it, as they stand behind ``لل``."""
    places: _Places
    openings: _Places
    """First words of places of two words."""
    countries: frozenset[str]
    match: re.Pattern[str]
    """A word of sport, without which no town is a club."""


@cache
def _rules() -> _Rules:
    words = grammar("ar")
    names = words["head"] | words["own"] | words["named"]
    heads = names | words["club"]
    contracted = _without_article(heads)
    longest_first = sorted(heads | contracted, key=len, reverse=True)
    places = words["place"]
    openings = frozenset(place.split()[0] for place in places if " " in place)
    return _Rules(
        words,
        re.compile(
            rf"(?<![{_LETTERS}])([ولبفك]{{0,2}}?)({_any_spelling(longest_first)})(?![{_LETTERS}])"
            rf"((?: {_WORD}){{0,6}})"
        ),
        re.compile(_any_spelling(beginning.strip() for beginning in words.generic)),
        heads,
        names | contracted,
        contracted - heads,
        _Places(places, places | _without_article(places)),
        _Places(openings, openings | _without_article(openings)),
        frozenset(fold_key(name) for name in _country_names()),
        re.compile(rf"(?<![{_LETTERS}])[وبل]?(?:{_any_spelling(words['match'])})(?![{_LETTERS}])"),
    )


def _country_names() -> Iterator[str]:
    for entry in countries().entries.values():
        for form in entry.forms:
            if form.language == "ar" and form.kind == "name":
                yield form.text


def _without_article(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.removeprefix("ال") for word in words if word.startswith("ال"))


def _any_spelling(names: Iterable[str]) -> str:
    """Return an expression for all ways of writing folded names, in their order."""
    return "|".join("".join(_SPELLINGS.get(letter, letter) for letter in name) for name in names)


def find_arabic(text: str) -> Iterator[Candidate]:
    """Yield names that begin with a noun for a body and go on as such names do.

    So are those that end with *United*, which clubs alone are called.
    """
    for club in _UNITED.finditer(text):
        yield Candidate(Span(*club.span(1)), "arabic")
    rules = _rules()
    position = 0
    while match := rules.name.search(text, position):
        name = _name(match, text, rules)
        position = name.end if name else match.end(2)
        if name:
            yield Candidate(name, "arabic")


def _name(match: re.Match[str], text: str, rules: _Rules) -> Span | None:
    """Return the characters of the name that a head begins, None if it begins none."""
    head = fold_key(match.group(2))
    if head in rules.contracted and not match.group(1).endswith("لل"):
        return None
    quoted = _QUOTED.match(text, match.end(2))
    if quoted and head in rules.words["named"]:
        return Span(*quoted.span(1))
    if quoted and head in rules.words["own"]:
        return Span(match.start(2), quoted.end())
    none = end = match.end(2)
    if head in rules.words["club"] and _tells_of_sport(text):
        end = _end(match, head, rules, club=True)
    if end == none and head in rules.names:
        end = _end(match, head, rules)
        if head in rules.words["club"] and not _names_union(text[none:end], rules):
            return None
    if end == none or rules.generic.match(text, match.start(2)):
        return None
    return Span(match.start(2), end)


@lru_cache(1)
def _tells_of_sport(text: str) -> bool:
    """Say whether a text has a word of sport. Asked for again and again, it is read once."""
    return _rules().match.search(text) is not None


def _end(match: re.Match[str], head: str, rules: _Rules, club: bool = False) -> int:
    """Return where the name ends; where its head does if it is no name.

    A ``club`` is the head and its town alone, such as اتحاد تطاوين.
    """
    none = end = match.end(2)
    definite = head.startswith("ال") or match.group(1).endswith("لل")
    own, stop, purposes = head in rules.words["own"], rules.words["stop"], rules.words["purpose"]
    count = named = 0
    placed = opened = False
    for word_match in re.finditer(_WORD, match.group(3)):
        word = fold_key(word_match.group())
        inside = definite or count > 0
        if word in stop or len(word) < _SHORTEST or placed:
            break
        if count == 0 and word.startswith("وال"):
            return none
        if (count > 1 and word in rules.heads) or _is_verb(word_match.group()):
            break
        if opened:  # the second word of a place such as Sidi Bouzid
            placed, opened = True, False
        elif club and word in rules.countries:
            break
        elif rules.places.has(word, inside):
            placed = club or word not in rules.places.names
            named += club
        elif rules.openings.has(word, inside):
            opened = True
            named += club
        elif club:
            break
        elif _ARTICLED.match(word):
            purpose = word in purposes or (definite and count > 0)
            if word.startswith("بال") or (word.startswith("لل") and not purpose):
                break
            named += 1
        elif word[0] == "ل" and (word in purposes or (definite and count)):
            named += 1
        elif count == 0 and not definite:
            if word[0] in "بل" and len(word) > _LONG and not own:
                break
            if own and word.endswith(("يه", "ي")):  # an adjective: any body of that kind
                break
            named += own
        else:
            break
        count += 1
        end = match.start(3) + word_match.end()
    if definite:
        enough = count > 1 or head in rules.words["alone"]
        return end if enough and _names_body(match.group(3)[: end - none], rules) else none
    return end if named or (own and count) else none


def _names_union(rest: str, rules: _Rules) -> bool:
    """Say whether what follows اتحاد may name it: no adjective, no country but with a purpose."""
    words = [fold_key(word) for word in rest.split()]
    if not words or not rules.words["purpose"].isdisjoint(words):
        return bool(words)
    adjective = words[0].startswith("ال") and words[0].endswith(("ي", "يه"))
    return not adjective and words[0] not in rules.countries


def _names_body(rest: str, rules: _Rules) -> bool:
    """Say whether what follows a definite noun makes it a name."""
    words = [fold_key(word) for word in rest.split()]
    placed = len(words) > 1 and words[-1].startswith("ب")
    return placed or any(word in rules.words["body"] or word.startswith("ل") for word in words)


def _is_verb(word: str) -> bool:
    """Say whether a word is a verb in the past, third person feminine, as headlines have them."""
    return len(word) > _LONG and word.endswith("ت") and not word.endswith("ات")
