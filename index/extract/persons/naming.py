"""Names that were found in a text, and the persons that they make."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from index.analysis import fold_key
from index.document import NamedPerson, Span
from index.vocabularies import known_persons, never_persons, person_key

_KEPT = 1 << 15
"""Names whose keys are kept: archives name the same persons again and again."""

_MOST_ALIKE = 8
"""Persons with the same first and last word that a name is compared with."""


class Name(NamedTuple):
    """Words ``first`` to ``last`` of a text that name a person, and how it is known.

    ``given``: a given name, or two words behind a title, stand in front. ``id``: that of a known
    person, if it is one.
    """

    first: int
    last: int
    span: Span
    given: bool
    id: str = ""
    doubtful: bool = False


@dataclass(slots=True)
class Person:
    """One person of a text while names are joined."""

    key: str
    id: str
    parts: tuple[str, ...]
    names: list[Name] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


class Taken:
    """Characters that are taken, as sorted spans that do not overlap."""

    def __init__(self, spans: Iterator[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.start for span in self._spans]

    def before(self, span: Span) -> Span | None:
        """Return the taken span that shares characters with ``span``; None if there is none."""
        at = bisect_right(self._starts, span.end - 1) - 1
        touches = at >= 0 and self._spans[at].end > span.start
        return self._spans[at] if touches else None


@lru_cache(_KEPT)
def folded_name(written: str) -> str:
    """Return ``fold_key`` of what may be a name."""
    return fold_key(written)


class _Keys(NamedTuple):
    """What a name as written is joined by.

    ``known``: the known person of that name, ``called``: the one that it alone is enough for.
    ``parts``: the words of the key; a given name with hyphens is one. ``last``: the last word
    folded.
    """

    last: str
    known: str
    called: str
    key: str
    parts: tuple[str, ...]


@lru_cache(_KEPT)
def _keys(written: str) -> _Keys:
    folded, people = fold_key(written), known_persons()
    key = person_key(folded)
    words = key.split()
    first = fold_key(written.split()[0]).split()
    if len(first) > 1 and words[: len(first)] == first:
        words[: len(first)] = ["-".join(first)]
    known, called = people.resolve(written) or "", people.called.get(folded, "")
    return _Keys(folded.split()[-1], known, called, key, tuple(words))


def given_person(name: str) -> NamedPerson | None:
    """Return the person that a name given beside a text stands for, without mentions."""
    key = person_key(name)
    id = known_persons().resolve(name) or ""
    never = never_persons()
    if not key or key in never or id in never:
        return None
    return NamedPerson(id or _identifier(key), " ".join(name.split()), (), bool(id))


def _identifier(key: str) -> str:
    return "~" + key.replace(" ", "-")


def _covers(parts: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Say whether one of two names has all words of the other."""
    return set(parts) <= set(others) or set(others) <= set(parts)


def joined(
    text: str, found: Iterable[Name], alone: Callable[[Sequence[Person]], None] | None = None
) -> tuple[NamedPerson, ...]:
    """Join names into persons, and return them by first mention.

    Names with the same first and last word are one person if one has all words of the other. A
    surname is the person who bears it in this text, else the known person whom it is enough for.
    A name that is never a line is joined with no other name in full.
    """
    names = tuple(found)
    never = never_persons()
    persons: list[Person] = []
    by_key: dict[str, Person] = {}
    by_ends: dict[tuple[str, str], list[Person]] = defaultdict(list)
    by_last: dict[str, Person] = {}
    for name in (
        *[each for each in names if each.given],
        *[each for each in names if not each.given],
    ):
        keys = _keys(text[name.span.start : name.span.end])
        id = name.id or (keys.known if name.given else "")
        person = None if name.given else by_last.get(keys.last)
        id = id or ("" if name.given else keys.called)
        key = id or keys.key
        person = by_key.get(key) or person
        alike = by_ends[keys.parts[0], keys.parts[-1]]
        joins = name.given and not id and key not in never
        if person is None and joins:
            person = next(
                (one for one in alike[:_MOST_ALIKE] if _covers(one.parts, keys.parts)), None
            )
        if person is None:
            person = Person(key, id, keys.parts)
            persons.append(person)
            by_last.setdefault(key.split()[-1], person)
            by_last.setdefault(keys.last, person)
            if joins:
                alike.append(person)
        by_key.setdefault(key, person)
        if joins and not person.id and len(key) > len(person.key):
            person.key, person.parts = key, keys.parts
        person.names.append(name)
        person.spans.append(name.span)
    if alone:
        alone(persons)
    lines = []
    for person in persons:
        if person.id in never or person.key in never:
            continue
        written = [text[name.span.start : name.span.end] for name in person.names]
        label = max(written, key=lambda one: (not one.isupper(), len(one)))
        id = person.id or _identifier(person.key)
        spans = tuple(sorted(set(person.spans)))
        lines.append(NamedPerson(id, " ".join(label.split()), spans, bool(person.id)))
    lines.sort(key=lambda one: (one.spans[0], one.id))
    return tuple(lines)
