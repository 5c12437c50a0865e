"""The places of a text in Latin script where a person is called by a surname alone."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from index.document import Span
from index.extract.organizations import LookedUp, Words, fold_word
from index.extract.persons.bits import (
    AFTER,
    CAPITAL,
    FORENAME,
    FRONT_JOINT,
    GIVEN,
    INITIAL,
    JOINT,
    JUNIOR,
    OPENS_PLACE,
    ROMAN,
    STOP,
    UPPER,
    opens_place,
)
from index.extract.persons.naming import Name, Person, Taken

LONG_SURNAME = 3
_FEW = 32
"""Surnames that it is faster to search for than to compare with each word."""
_ByParticles = dict[tuple[str, ...], list[tuple[int, Person]]]
"""Bearers of a surname, and where each is named, ascending, by the particles before the surname."""


def _first(place: tuple[int, Person]) -> int:
    return place[0]


class SurnamesAlone:
    """Adds to the persons of a text the places where only a surname stands."""

    def __init__(
        self,
        text: str,
        language: str,
        words: Words,
        bits: LookedUp[int],
        taken: Taken,
        names: Mapping[int, Name],
    ) -> None:
        self._text = text
        self._language = language
        self._words = words
        self._bits = bits
        self._taken = taken
        self._covered = {at for name in names.values() for at in range(name.first, name.last + 1)}

    def add(self, persons: Sequence[Person]) -> None:
        """Add to each person the places where only the surname stands."""
        bearers: dict[str, _ByParticles] = defaultdict(lambda: defaultdict(list))
        for person in persons:
            for surname in {self._surname_of(name) for name in person.names}:
                for form in self._forms(surname[-1]) if surname else ():
                    bearers[form][surname[:-1]] += [
                        (one.span.start, person) for one in person.names
                    ]
        self._add_others(persons, bearers)
        if not bearers:
            return
        for by_particles in bearers.values():
            for listed in by_particles.values():
                listed.sort(key=_first)
        for index in self._standing(bearers):
            if index not in self._covered and not self._goes_on(index):
                self._mention(index, bearers[self._words[index].text])

    def _add_others(self, persons: Sequence[Person], bearers: dict[str, _ByParticles]) -> None:
        """Add the surnames by which a person is called too, if only one person has them.

        That is the last one without its particles (*Moraes*), and in Spanish each before it.
        """
        others: dict[str, dict[int, Person]] = defaultdict(dict)
        for form, by_particles in bearers.items():
            for listed in by_particles.values():
                others[form].update((id(person), person) for _, person in listed)
        for person in persons:
            for surname in {one for name in person.names for one in self._first_surnames(name)}:
                for form in self._forms(surname):
                    others[form][id(person)] = person
        for form, borne in others.items():
            by_particles = bearers[form]
            if len(borne) == 1 and () not in by_particles:
                (person,) = borne.values()
                by_particles[()] = [(one.span.start, person) for one in person.names]

    def _first_surnames(self, name: Name) -> Iterator[str]:
        """Yield the surnames before the last one of a Spanish name."""
        if self._language != "es" or not name.given:
            return
        front = True
        for at in range(name.first + 1, name.last):
            bits, text = self._bits[at], self._words[at].text
            if front and bits & FORENAME:
                continue
            front = False
            if bits & CAPITAL and not bits & (INITIAL | UPPER) and len(text) > LONG_SURNAME:
                yield text

    def _standing(self, forms: Collection[str]) -> Iterator[int]:
        """Yield the words that are one of ``forms``: few are searched for, many are looked up."""
        if len(forms) > _FEW:
            yield from (index for index, text in enumerate(self._words.texts()) if text in forms)
            return
        for form in forms:
            start = self._text.find(form)
            while start >= 0:
                index = self._words.at(start)
                if index is not None and self._words[index].text == form:
                    yield index
                start = self._text.find(form, start + len(form))

    def _mention(self, index: int, by_particles: _ByParticles) -> None:
        """Add a surname that stands alone to its bearer named last, else to the first one."""
        word, nearest = self._words[index], None
        for particles, listed in by_particles.items():
            first = index - len(particles)
            parts = enumerate(particles, first)
            if first >= 0 and all(self._words[at].folded == fold_word(part) for at, part in parts):
                before = bisect_left(listed, word.start, key=_first)
                start, person = listed[max(0, before - 1)]
                rank = (before > 0, start if before else -start, len(particles))
                if nearest is None or rank > nearest[0]:
                    nearest = rank, first, person
        if nearest:
            span = Span(self._words[nearest[1]].start, word.end)
            if not self._taken.before(span):
                nearest[2].spans.append(span)

    def _surname_of(self, name: Name) -> tuple[str, ...]:
        """Return the words of a surname as written; the last word, unless a particle begins it."""
        last = name.last
        while last > name.first and self._words[last].folded in JUNIOR:
            last -= 1
        word = self._words[last]
        surname = self._text[word.start : min(word.end, name.span.end)]
        if len(surname) < LONG_SURNAME or ROMAN.fullmatch(surname):
            return ()
        if not name.given and name.last > name.first:
            return ()
        start = last
        while start > name.first + 1 and self._bits[start - 1] & (JOINT | FRONT_JOINT):
            start -= 1
        return (*(self._words[at].text for at in range(start, last)), surname)

    def _forms(self, surname: str) -> tuple[str, ...]:
        forms = (surname, surname.upper())
        return (*forms, f"{surname}s") if self._language == "de" else forms

    def _goes_on(self, index: int) -> bool:
        """Say whether a word is part of a longer name of somebody, or something, else."""
        words, bits = self._words, self._bits[index]
        follows = self._bits[index + 1] if words.joined(index + 1) else 0
        if follows & AFTER or (bits & OPENS_PLACE and opens_place(words, index)):
            return True
        if bits & GIVEN and follows & CAPITAL and not follows & STOP:
            return self._language != "de"
        before = self._bits[index - 1] if index else 0
        return bool(before & GIVEN and words.joined(index) and not words[index - 1].first)
