"""Names of persons in Arabic texts: a given name needs another name behind it.

Behind a given name of another language (``foreign``) stands a surname that no list has; a given
name that is a word as often (``doubtful``) needs a title, a verb of saying, or a second mention.
The words of titles, and of what is named after persons, stand in ``persons-grammar.txt``.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from index.analysis import Folded, fold_key
from index.document import NamedPerson
from index.extract.persons.naming import Name, Person, Taken, joined
from index.vocabularies import countries, known_persons, person_grammar, person_names

_PREFIXES = ("و", "ل", "ب", "ف", "ول", "وب")
_LEAST_BEHIND_PREFIX = 4
_SONS = frozenset(map(fold_key, ("بن", "ابن", "بنت", "ولد", "أبو", "أم", "آل", "بو", "الـ")))
_SON = "بن"
_SERVANT = "عبد"
_FAITH = "الدين"
_OF_THE_FAITH = frozenset(
    fold_key(
        "نور عز شمس صلاح علاء بدر سيف خير ناصر حسام جمال كمال محي محيي زين تقي فخر ضياء بهاء شرف"
        " شهاب جلال عماد نصر صفي سعد"
    ).split()
)
"""Words that are a given name before ``الدين``: *نور الدين*."""
_MOST_ARABIC = 4
_ANNOUNCED = 6
"""Words before an Arabic name among which a title announces it."""
_SHORTEST_NISBA = 5
_ARTICLE = "ال"
_ARABIC_PREFIX = re.compile("^[وبلف]{0,2}(?:ال|ل)?")
_ONE_LETTER = frozenset("وبلف")
"""Prefixes of one letter, which titles have too."""
_PARTICLES = frozenset(map(fold_key, ("دي", "دو", "دا", "دوس", "فان", "فون", "لو", "لا", "ديل")))
"""Particles of foreign surnames."""
_LONG_SURNAME = 5
_BEHIND_CLAUSE = re.compile(r"\W*?(?:[:،,.(\")»\n]|$)")
"""What ends a clause behind a name."""


class _Sought(NamedTuple):
    """What is looked for in Arabic texts: prefix lengths by word, and known names by first word."""

    starts: dict[str, int]
    known: dict[str, list[tuple[tuple[str, ...], str]]]


@cache
def _sought() -> _Sought:
    foreign = person_grammar("ar")["foreign"]
    starts = dict.fromkeys((*_given_names(), *foreign, *_OF_THE_FAITH, _SERVANT), 0)
    known: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    people = known_persons()
    for key, id in people.aliases.items():
        words = tuple(key.split())
        if "\u0621" <= key[0] <= "\u064a" and (len(words) > 1 or key in people.called):
            known.setdefault(words[0], []).append((words, id))
    for listed in known.values():
        listed.sort(key=lambda one: -len(one[0]))
    for word in (*starts, *known):
        if len(word) >= _LEAST_BEHIND_PREFIX or word in known:
            for prefix in _PREFIXES:
                starts.setdefault(prefix + word, len(prefix))
    return _Sought(starts, known)


def arabic_names(text: str, folded: Folded, taken: Taken) -> Iterator[Name]:
    """Yield the persons that an Arabic text names."""
    sought = _sought()
    words = folded.words
    starting, known = sought.starts, sought.known
    hits = [at for at, word in enumerate(words) if word in starting or word in known]
    if not hits:
        return
    starts = folded.starts
    done = -1
    for at in hits:
        if at <= done:
            continue
        match = _arabic_name(words, at, sought)
        if match is None:
            continue
        last, prefix, given, id = match
        if given and not id and _goes_on(text, folded, at, last):
            last += 1
        span = folded.span(starts[at] + prefix, starts[last] + len(words[last]))
        if taken.before(span) or re.search(
            r"[^\w\s\u0640\u064b-\u0652\u0670-]", text[span.start : span.end]
        ):
            continue
        done = last
        yield Name(at, last, span, given, id)


def arabic_persons(text: str, folded: Folded, taken: Taken) -> tuple[NamedPerson, ...]:
    """Return the persons that an Arabic text names, with the places of surnames alone."""
    names = list(arabic_names(text, folded, taken))

    def alone(persons: Sequence[Person]) -> None:
        _surnames_alone(folded, persons, taken)

    return joined(text, names, alone)


def _surnames_alone(folded: Folded, persons: Sequence[Person], taken: Taken) -> None:
    """Add to each person the places where only the surname stands, if it is no word or name else.

    It ends in -i behind the article (*الغنوشي*), or follows a foreign given name.
    """
    words, starts = folded.words, folded.starts
    foreign = person_grammar("ar")["foreign"]
    bearers: dict[str, tuple[int, Person]] = {}
    covered: set[int] = set()
    for person in persons:
        for name in person.names:
            covered.update(range(name.first, name.last + 1))
            surname = words[name.last]
            if len(surname) < _LONG_SURNAME or not name.given or name.first == name.last:
                continue
            if _is_nisba(surname) or words[name.first] in foreign:
                for prefix in ("", *_PREFIXES):
                    bearers.setdefault(prefix + surname, (len(prefix), person))
    if not bearers:
        return
    for index, word in enumerate(words):
        bearer = bearers.get(word)
        if bearer and index not in covered and not _behind_thing(words, index):
            length, person = bearer
            span = folded.span(starts[index] + length, starts[index] + len(word))
            if not taken.before(span):
                person.spans.append(span)


def _arabic_name(words: list[str], at: int, sought: _Sought) -> tuple[int, int, bool, str] | None:
    """Return last word, characters of prefix, whether there is a given name, and a known id."""
    word = words[at]
    prefix = sought.starts.get(word, 0)
    bare = word[prefix:]
    if _behind_thing(words, at) or (at and words[at - 1] == _SON):
        return None
    for listed, id in sought.known.get(bare, ()):
        if (bare, *words[at + 1 : at + len(listed)]) == listed:
            return at + len(listed) - 1, prefix, len(listed) > 1, id
    grammar = person_grammar("ar")
    before = words[at - 1] if at else ""
    beside = before in grammar["said"] or before in grammar["title"]
    cued = beside or _is_announced(words, at)
    if bare in grammar["foreign"]:
        last = _foreign_surname(words, at) if not prefix or len(bare) > 3 else 0
        return (last, prefix, True, "") if last else None
    both = _has_second_part(words, at, bare)
    if bare not in _given_names() and not both:
        return None
    doubtful = bare in grammar.doubtful and not both
    last, sure = _parts_behind(words, at, bare, beside or (cued and not doubtful))
    if last == at + both or not (sure or cued):
        return None
    if doubtful and not cued and not _recurs(words, at, last):
        return None
    return last, prefix, True, ""


def _parts_behind(words: list[str], at: int, bare: str, cued: bool) -> tuple[int, bool]:
    """Return the last word of the name that a given name begins, and whether it is surely one.

    ``cued``: what is beside it says that any word behind it is a surname.
    """
    grammar, names = person_grammar("ar"), person_names()
    last, parts, sure = at, 1, False
    both = _has_second_part(words, at, bare)
    if bare == _SERVANT and not both:
        return at, False
    last += both
    while parts < _MOST_ARABIC and last + 1 < len(words):
        after = words[last + 1]
        if len(after) < 2 or after in grammar["stop"] or after in grammar["title"]:
            break
        if after in _SONS or after == _SERVANT:
            if last + 2 >= len(words):
                break
            father = words[last + 2]  # علي is also a preposition
            if father in grammar["stop"] and father not in grammar.doubtful:
                break
            last += 3 if father == _SERVANT and last + 3 < len(words) else 2
            sure = True
        elif after in _given_names() or after in names.surnames:
            last += 1
            sure = True
        elif after in _arabic_nations():
            break
        elif _is_nisba(after):
            return last + 1, sure or both or bare not in grammar.doubtful
        elif parts == 1 and cued and len(after) >= 3:
            return last + 1, sure
        else:
            break
        parts += 1
    return last, sure


def _has_second_part(words: list[str], at: int, bare: str) -> bool:
    """Say whether a given name is of two words: *عبد العزيز*, *نور الدين*."""
    after = words[at + 1] if at + 1 < len(words) else ""
    if bare == _SERVANT:
        return after.startswith(_ARTICLE)
    return after == _FAITH and bare in _OF_THE_FAITH


def _is_nisba(word: str) -> bool:
    return word.startswith(_ARTICLE) and word.endswith("ي") and len(word) >= _SHORTEST_NISBA


def _is_announced(words: list[str], at: int) -> bool:
    """Say whether a title stands before a word, also with a prefix of one letter."""
    titles = person_grammar("ar")["title"]
    return any(
        word in titles or (word[:1] in _ONE_LETTER and word[1:] in titles)
        for word in words[max(0, at - _ANNOUNCED) : at]
    )


def _foreign_surname(words: list[str], at: int) -> int:
    """Return the last word of the surname behind a foreign given name; 0 if there is none."""
    grammar = person_grammar("ar")
    last = at + 1
    while last < len(words) and last - at <= 2 and words[last] in grammar["foreign"]:
        last += 1  # جان مارك
    if last + 1 < len(words) and words[last] in _PARTICLES:
        last += 1
    if last >= len(words):
        return last - 1 if last - at > 2 else 0
    after = words[last]
    if (
        len(after) < 3
        or after.startswith(_ARTICLE)
        or after in grammar["stop"]
        or after in grammar["title"]
        or after in grammar["said"]
        or after in grammar["thing"]
        or after in _arabic_nations()
    ):
        return last - 1 if last - at > 1 else 0
    return last


def _recurs(words: list[str], at: int, last: int) -> bool:
    """Say whether a name stands in a text twice, or its last word behind a verb of saying."""
    said, surname = person_grammar("ar")["said"], words[last]
    size = last - at
    for other in (at for at, word in enumerate(words) if word == surname and at):
        if other != last and (
            words[other - 1] in said
            or (
                words[other - size + 1 : other] == words[at + 1 : last]
                and words[other - size].endswith(words[at][-3:])
            )
        ):
            return True
    return False


def _goes_on(text: str, folded: Folded, at: int, last: int) -> bool:
    """Say whether a word that no list has ends a name of given names: *محمد صالح قسومة:*."""
    grammar, names = person_grammar("ar"), person_names()
    words, after = folded.words, last + 1
    if last == at or after >= len(words) or not _is_announced(words, at):
        return False
    if not _SONS.isdisjoint(words[at:last]):
        return False  # a patronymic ends the name
    word, final = words[after], words[last]
    if final not in _given_names() or final in names.surnames or len(word) < 4:
        return False
    if any(word in grammar[role] for role in ("stop", "title", "said", "thing")):
        return False
    if word in _arabic_nations() or word.startswith(_ARTICLE):
        return False
    end = folded.span(folded.starts[after], folded.starts[after] + len(word)).end
    return _BEHIND_CLAUSE.match(text, end) is not None


@cache
def _given_names() -> frozenset[str]:
    return person_names().arabic | person_grammar("ar")["given"]


def _behind_thing(words: list[str], at: int) -> bool:
    """Say whether what is named after persons stands before a word, or before its adjective.

    What belongs to an office is none: *النائب عن حركة النهضة*.
    """
    things = person_grammar("ar")["thing"]
    adjective = at > 1 and words[at - 1].startswith(_ARTICLE)
    if adjective and words[at - 1] not in person_grammar("ar")["title"]:
        adjective = not _is_announced(words, at - 2)
    first = at - 2 if adjective else at - 1
    return any(
        word in things or _ARABIC_PREFIX.sub("", word) in things
        for word in words[max(0, first) : at]
    )


@cache
def _arabic_nations() -> frozenset[str]:
    return frozenset(
        fold_key(form.text)
        for entry in countries().entries.values()
        for form in entry.forms
        if form.language == "ar"
    )
