"""Names that were found in a text, and the persons that they make."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from index.analysis import fold_key
from index.document import NamedPerson, Span
from index.vocabularies import known_persons, never_persons, person_key

_KEPT = 1 << 15
"""Names whose keys are kept: archives name the same persons again and again."""


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
    last: str
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


@lru_cache(_KEPT)
def _keys(written: str) -> tuple[str, str, str]:
    """Return a name folded, the known person of that name (or nothing), and its key."""
    folded = fold_key(written)
    return folded, known_persons().aliases.get(folded, ""), person_key(folded)


def given_person(name: str) -> NamedPerson | None:
    """Return the person that a name given beside a text stands for, without mentions."""
    key = person_key(name)
    id = known_persons().aliases.get(fold_key(name), "")
    never = never_persons()
    if not key or key in never or id in never:
        return None
    return NamedPerson(id or _identifier(key), " ".join(name.split()), (), bool(id))


def _identifier(key: str) -> str:
    return "~" + key.replace(" ", "-")


def joined(
    text: str, names: Sequence[Name], alone: Callable[[Sequence[Person]], None] | None = None
) -> tuple[NamedPerson, ...]:
    """Join names into persons, and return them by first mention."""
    persons: list[Person] = []
    by_key: dict[str, Person] = {}
    by_ends: dict[tuple[str, str], Person] = {}
    for name in (
        *[each for each in names if each.given],
        *[each for each in names if not each.given],
    ):
        folded, called, plain = _keys(text[name.span.start : name.span.end])
        id = name.id or (called if name.given else "")
        key = id or plain
        ends = key.split()
        person = by_key.get(key) or (None if id else by_ends.get((ends[0], ends[-1])))
        if not name.given:
            last = folded.split()[-1]
            person = person or next(
                (one for one in persons if one.key.split()[-1] == last or one.last == last), None
            )
        if person is None:
            person = Person(key, id, folded.split()[-1])
            persons.append(person)
        by_key.setdefault(key, person)
        if name.given:
            by_ends.setdefault((ends[0], ends[-1]), person)
            if not person.id and len(key) > len(person.key):
                person.key = key
        person.names.append(name)
        person.spans.append(name.span)
    if alone:
        alone(persons)
    never = never_persons()
    found = []
    for person in persons:
        if person.id in never or person.key in never:
            continue
        written = [text[name.span.start : name.span.end] for name in person.names]
        label = max(written, key=lambda one: (not one.isupper(), len(one)))
        id = person.id or _identifier(person.key)
        spans = tuple(sorted(set(person.spans)))
        found.append(NamedPerson(id, " ".join(label.split()), spans, bool(person.id)))
    found.sort(key=lambda one: (one.spans[0], one.id))
    return tuple(found)
