"""Names of persons in Arabic texts: a given name needs another name behind it.

The words of titles, and of what is named after persons, stand in ``persons-grammar.txt``.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from index.analysis import Folded, fold_key
from index.extract.persons.naming import Name, Taken
from index.vocabularies import countries, known_persons, person_grammar, person_names

_PREFIXES = ("و", "ل", "ب", "ف", "ول", "وب")
_LEAST_BEHIND_PREFIX = 4
_SONS = frozenset(map(fold_key, ("بن", "ابن", "بنت", "ولد", "أبو", "أم", "آل", "بو", "الـ")))
_SERVANT = "عبد"
_MOST_ARABIC = 4
_ANNOUNCED = 6
"""Words before an Arabic name among which a title announces it."""
_SHORTEST_NISBA = 5
_ARTICLE = "ال"
_ARABIC_PREFIX = re.compile("^[وبلف]{0,2}(?:ال|ل)?")


class _Sought(NamedTuple):
    """What is looked for in Arabic texts: prefix lengths by word, and known names by first word."""

    starts: dict[str, int]
    known: dict[str, list[tuple[tuple[str, ...], str]]]


@cache
def _sought() -> _Sought:
    names = person_names()
    starts = dict.fromkeys((*names.arabic, _SERVANT), 0)
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
    hits = [at for at, word in enumerate(words) if word in sought.starts or word in sought.known]
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
        span = folded.span(starts[at] + prefix, starts[last] + len(words[last]))
        if taken.before(span) or re.search(
            r"[^\w\s\u0640\u064b-\u0652\u0670-]", text[span.start : span.end]
        ):
            continue
        done = last
        yield Name(at, last, span, given, id)


def _arabic_name(words: list[str], at: int, sought: _Sought) -> tuple[int, int, bool, str] | None:
    """Return last word, characters of prefix, whether there is a given name, and a known id."""
    grammar, names = person_grammar("ar"), person_names()
    word = words[at]
    prefix = sought.starts.get(word, 0)
    bare = word[prefix:]
    if _behind_thing(words, at):
        return None
    for listed, id in sought.known.get(bare, ()):
        if (bare, *words[at + 1 : at + len(listed)]) == listed:
            return at + len(listed) - 1, prefix, len(listed) > 1, id
    if bare not in names.arabic and bare != _SERVANT:
        return None
    last, parts, sure = at, 1, False
    if bare == _SERVANT:
        if at + 1 >= len(words) or not words[at + 1].startswith(_ARTICLE):
            return None
        last += 1
    doubtful = bare in grammar.doubtful
    announced = any(word in grammar["title"] for word in words[max(0, at - _ANNOUNCED) : at])
    said = at > 0 and words[at - 1] in grammar["said"]
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
            last += 2
            sure = True
        elif after in names.arabic or after in names.surnames:
            last += 1
            sure = True
        elif after in _arabic_nations():
            break
        elif after.startswith(_ARTICLE) and after.endswith("ي") and len(after) >= _SHORTEST_NISBA:
            last += 1
            sure = sure or not doubtful
            parts += 1
            break
        elif parts == 1 and (announced or said) and len(after) >= 3 and not doubtful:
            last += 1
            parts += 1
            break
        else:
            break
        parts += 1
    if parts == 1 or (doubtful and not (announced or said)):
        return None
    if not sure and not (announced or said):
        return None
    return last, prefix, True, ""


def _behind_thing(words: list[str], at: int) -> bool:
    """Say whether what is named after persons stands before a word, or before its adjective."""
    things = person_grammar("ar")["thing"]
    first = at - 2 if at > 1 and words[at - 1].startswith(_ARTICLE) else at - 1
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
