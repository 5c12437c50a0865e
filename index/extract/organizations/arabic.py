"""The rules for Arabic: a noun for a body in the construct state, or definite with its adjective.

They work on the text itself. Their words stand in ``organizations-grammar.txt``.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from index.analysis import fold_key
from index.document import Span
from index.extract.organizations.words import Candidate, fold_word
from index.vocabularies import Grammar, countries, grammar, person_names

_LETTERS = r"\u0621-\u064a"
_WORD = rf"[{_LETTERS}\u064b-\u0652\u0670]+"
_SPELLINGS = {"ا": "[اأإآ]", "ه": "[هة]", "ي": "[يىئ]", "و": "[وؤ]"}
_QUOTED = re.compile(r" ?[\"“«] ?([^\"”»\n]{2,40}?) ?[\"”»]")
_ARTICLED = re.compile(r"^(?:و|ب|ل|ول)?(?:ال|لل)")
_UNITED_WORD = " يونايتد"
_UNITED = re.compile(
    rf"(?<![{_LETTERS}])(?:[ولب](?=\w{{4}}))?({_WORD}{_UNITED_WORD})(?![{_LETTERS}])"
)
_QUOTED_NAME = re.compile(
    r"[\"“«] ?((?![إأ]ن)[^ \"“”«»\n]{2,15}(?: [^ \"“”«»\n]{2,15}){0,2}) ?[\"”»]"
)
_MASCULINE = re.compile(rf" (ال[{_LETTERS}]{{2,}}[يى])(?![{_LETTERS}])")
_BEFORE = re.compile(rf"{_WORD}|(?<!\d)[-–*/](?!\d)")
_LONGEST_BEFORE = 40
_MOST_OPPONENT_WORDS = 2
_WHAT = frozenset(("ما", "لما", "بما", "فيما"))
_AND, _MINISTRY, _HOSPITAL = "و", "وزاره", "مستشفي"
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
    """A prefix, a head, and up to seven words after it."""
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
    nations: frozenset[str]
    """Adjectives of nation, definite and masculine."""


@cache
def _rules() -> _Rules:
    words = grammar("ar")
    names = words["head"] | words["own"] | words["named"]
    heads = names | words["club"] | words["quoted"]
    contracted = _without_article(heads)
    longest_first = sorted(heads | contracted, key=len, reverse=True)
    demonyms = map(fold_key, _country_names("demonym"))
    nations = {word for word in demonyms if word.startswith("ال") and word.endswith("ي")}
    places = words["place"]
    openings = frozenset(place.split()[0] for place in places if " " in place)
    return _Rules(
        words,
        re.compile(
            rf"(?<![{_LETTERS}])([ولبفك]{{0,2}}?)({_any_spelling(longest_first)})(?![{_LETTERS}])"
            rf"((?: {_WORD}){{0,7}})"
        ),
        re.compile(_any_spelling(beginning.strip() for beginning in words.generic)),
        heads,
        names | contracted,
        contracted - heads,
        _Places(places, places | _without_article(places)),
        _Places(openings, openings | _without_article(openings)),
        frozenset(fold_key(name) for name in _country_names()),
        re.compile(rf"(?<![{_LETTERS}])[وبل]?(?:{_any_spelling(words['match'])})(?![{_LETTERS}])"),
        frozenset(fold_key(word) for word in nations),
    )


def _country_names(kind: str = "name") -> Iterator[str]:
    for entry in countries().entries.values():
        for form in entry.forms:
            if form.language == "ar" and form.kind == kind:
                yield form.text


def _without_article(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.removeprefix("ال") for word in words if word.startswith("ال"))


def _any_spelling(names: Iterable[str]) -> str:
    """Return an expression for all ways of writing folded names, in their order."""
    return "|".join("".join(_SPELLINGS.get(letter, letter) for letter in name) for name in names)


def find_arabic(text: str) -> Iterator[Candidate]:
    """Yield names that begin with a noun for a body and go on as such names do.

    So are those that end with *United*, which clubs alone are called, a name in quotation marks
    behind a verb of reporting, and the opponent in a match: a word without an article that a
    definite adjective of nation in the masculine follows is a name, and no town.
    """
    if _UNITED_WORD in text:
        for club in _UNITED.finditer(text):
            yield Candidate(Span(*club.span(1)), "arabic")
    rules = _rules()
    yield from _reporters(text, rules)
    yield from _opponents(text, rules)
    position = 0
    while match := rules.name.search(text, position):
        name = _name(match, text, rules)
        position = name.end if name else match.end(2)
        if name:
            rule = "quoted" if name.start > match.start(2) else "arabic"
            yield Candidate(name, rule)


def _name(match: re.Match[str], text: str, rules: _Rules) -> Span | None:
    """Return the characters of the name that a head begins, None if it begins none."""
    head = fold_word(match.group(2))
    if head in rules.contracted and not match.group(1).endswith("لل"):
        return None
    quoted = _QUOTED.match(text, match.end(2))
    if quoted and (
        head in rules.words["named"]
        or (_announces(head, text, rules) and not _is_noun(quoted.group(1), rules))
    ):
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


def _reporters(text: str, rules: _Rules) -> Iterator[Candidate]:
    """Yield short names in quotation marks behind a verb of reporting: ``أوردته "العربية"``."""
    for match in _QUOTED_NAME.finditer(text):
        before = text[max(0, match.start() - _LONGEST_BEFORE) : match.start()].split()
        if before and _reports(before, rules) and not _is_noun(match.group(1), rules):
            yield Candidate(Span(*match.span(1)), "quoted")


def _reports(before: list[str], rules: _Rules) -> bool:
    """Say whether words end with a verb whose subject, whoever reports, must follow.

    It has a pronoun for what is reported (``أوردته``), or stands behind ``ما`` (``وفق ما ذكرت``):
    else its object may follow.
    """
    verb = fold_key(before[-1])
    if verb in rules.words["reports"] or verb[1:] in rules.words["reports"]:
        return True
    return verb in rules.words["reportsbehind"] and fold_key(before[-2:][0]) in _WHAT


def _is_noun(name: str, rules: _Rules) -> bool:
    """Say whether a word is a common noun, or the adjective of one: ``حركة "احتجاجية"``."""
    words = fold_key(name).split()
    if not words:
        return True
    adjective = len(words) == 1 and words[0].endswith("يه") and not words[0].startswith("ال")
    return adjective or words[0] in rules.words["plain"]


def _opponents(text: str, rules: _Rules) -> Iterator[Candidate]:
    """Yield clubs before an adjective of nation in a match: ``على فريق أجاكس الهولندي``.

    A noun without an article that a definite adjective follows is a name, or has a pronoun
    (``نظيره``); a town is feminine.
    """
    persons = person_names().arabic
    for match in _MASCULINE.finditer(text):
        if fold_word(match.group(1)) not in rules.nations:
            continue
        if not _tells_of_sport(text):  # few texts get here
            return
        before = list(
            _BEFORE.finditer(text, max(0, match.start() - _LONGEST_BEFORE), match.start())
        )
        listed = False
        count = 0
        for word_match in reversed(before):
            word = fold_word(word_match.group())
            listed = not word
            if listed or word in rules.words["opponent"] or word[1:] in rules.words["opponent"]:
                break
            count += 1
        else:
            continue
        named = before[len(before) - count :]
        if not 0 < count <= _MOST_OPPONENT_WORDS or named[-1].end() + 1 < match.start():
            continue
        words = [word.group() for word in named]
        if len(words[0]) > _SHORTEST and not any(
            word.startswith(("ال", "لل"))
            or word.endswith(("ه", "ها", "هم", "هما"))
            or fold_word(word) in rules.words["stop"] | rules.words["plain"] | rules.heads
            or (listed and fold_word(word) in persons)
            for word in words
        ):
            yield Candidate(Span(named[0].start(), named[-1].end()), "arabic")


def _announces(head: str, text: str, rules: _Rules) -> bool:
    """Say whether a noun announces the name in quotation marks; a team is one in sport alone."""
    if head not in rules.words["quoted"]:
        return False
    return head not in rules.words["opponent"] or _tells_of_sport(text)


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
    persons = person_names().arabic if head == _HOSPITAL else frozenset()
    own, stop, purposes = head in rules.words["own"], rules.words["stop"], rules.words["purpose"]
    count = named = 0
    placed = opened = False
    word = ""
    for word_match in re.finditer(_WORD, match.group(3)):
        before, word = word, fold_word(word_match.group())
        inside = definite or count > 0
        if word == _AND and head == _MINISTRY and count:  # وزارة الشباب و الرياضة
            continue
        if before == _AND and word in rules.heads:
            break
        if word in stop or len(word) < _SHORTEST or placed:
            break
        if count == 1 and before in persons and word[0] not in "بلو" and not _ARTICLED.match(word):
            count += 1
            end = match.start(3) + word_match.end()
            continue
        if count == 0 and word.startswith("وال"):
            return none
        if (count > 1 and word in rules.heads) or _is_verb(word_match.group()):
            break
        if count and word[0] == "و" and word[1:] in rules.heads:  # and another body
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
    words = [fold_word(word) for word in rest.split()]
    if not words or not rules.words["purpose"].isdisjoint(words):
        return bool(words)
    adjective = words[0].startswith("ال") and words[0].endswith(("ي", "يه"))
    return not adjective and words[0] not in rules.countries


def _names_body(rest: str, rules: _Rules) -> bool:
    """Say whether what follows a definite noun makes it a name."""
    words = [fold_word(word) for word in rest.split()]
    placed = len(words) > 1 and words[-1].startswith("ب")
    return placed or any(word in rules.words["body"] or word.startswith("ل") for word in words)


def _is_verb(word: str) -> bool:
    """Say whether a word is a verb in the past, third person feminine, as headlines have them."""
    return len(word) > _LONG and word.endswith("ت") and not word.endswith("ات")
