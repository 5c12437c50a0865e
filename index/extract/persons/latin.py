"""Names of persons in texts in Latin script."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from index.document import NamedPerson, Span
from index.extract.organizations import PERSON_ROLE, Words, fold_word
from index.extract.persons.bits import (
    AFTER,
    ANNOUNCES,
    ARTICLE,
    BESIDE,
    BYLINE,
    CAPITAL,
    CROWN,
    DEED,
    DEMONYM,
    DOTTED,
    DOUBTFUL,
    ENDS,
    FORENAME,
    FRONT_JOINT,
    GIVEN,
    HIGH,
    INITIAL,
    JOINT,
    KNOWN,
    NO_PART,
    PLACE,
    RUNS_IN,
    SAID,
    SOURCE,
    STOP,
    SUFFICES,
    SURNAME,
    THING,
    TRADE,
    UPPER,
    WORD,
    word_bits,
)
from index.extract.persons.naming import Name, Person, Taken, folded_name, joined
from index.vocabularies import (
    LANGUAGES,
    known_persons,
    person_grammar,
)

_LONGEST_NAME = 6
_SURNAMES = {"de": 1, "en": 2, "fr": 2, "it": 2}
"""Words of a surname at most; elsewhere as many as a name has."""
_MANY_SURNAMES = 4
_ROMAN = re.compile(r"(?:X{0,2}(?:IX|IV|V?I{1,3}|V)|X{1,2})")
_CREDIT_LENGTH = len("par")
_QUOTES = '«“"„‹»”›'
_LONG_SURNAME = 3
_APPOSITION = 100
"""Characters between a role and a name behind a comma, at most."""
_ARTICLES_LENGTH = 16
"""Characters between a comma and the role behind it."""
_SENTENCE_END = re.compile(r"[.!?:;\n(](?:\s|$)")
_JOINTS_IN_A_ROW = 3
_OF = frozenset(("de", "du", "des", "d", "von", "l"))
_AND = frozenset(("and", "et", "und"))
_COMPANY = frozenset(("co", "sons", "cie", "company", "associates"))
_ALSO_SURNAMES = frozenset(("hall", "lane", "park", "law", "house", "tower"))
"""Words that make a thing of a full name before them, and are surnames behind a given name."""
_OF_THINGS = frozenset(("el", "la", "los", "las", "del", "al", "en"))
"""Words before bodies, things and places."""
_FEW = 32
"""Surnames that it is faster to search for than to compare with each word."""
_JUNIOR = frozenset(("jr", "sr", "junior"))
_AGE = re.compile(r", (?:de |di )?\d{1,2} (?:años|anos|ans|anni|Jahre)(?![\w-])(?! de )")
"""Behind a name: the age of somebody."""
_LAST_WORD = re.compile(r"(?<!\w)[^\W\d_]{3,}$")
_LONGEST_WORD = 40
_LEAST_SPOKEN = 2
"""Cues that make a person of a surname that no list has and the text never has in full."""


_ByParticles = dict[tuple[str, ...], list[tuple[int, Person]]]
"""Bearers of a surname, and where each is named, ascending, by the particles before the surname."""


def _first(place: tuple[int, Person]) -> int:
    return place[0]


class LatinNames:
    """The names of persons in a text in Latin script."""

    def __init__(self, text: str, language: str, words: Words, taken: Taken) -> None:
        self._text = text
        self._words = words
        self._language = language
        self._bits = words.looked_up(word_bits(language))
        self._towns = person_grammar(language if language in LANGUAGES else "und")["town"]
        self._taken = taken
        self._names: dict[int, Name] = {}
        """By first word."""
        self._done = -1
        self._spoken: dict[str, list[Name]] = defaultdict(list)
        """Words beside cues that no list has as names."""

    def persons(self) -> tuple[NamedPerson, ...]:
        """Return the persons of the text."""
        for index in self._words.with_role(PERSON_ROLE):
            if index > self._done:
                name = self._at(index)
                if name:
                    self._names[name.first] = name
                    self._done = max(self._done, name.last)
        self._add_aged()
        self._add_spoken()
        names = [name for name in self._names.values() if not self._is_doubtful(name)]
        return joined(self._text, names, self._alone)

    # Names.

    def _at(self, index: int) -> Name | None:
        """Return the name that a word begins, ends or announces."""
        bits = self._bits[index]
        if bits & KNOWN:
            known = self._known(index)
            if known:
                return known
        if bits & ANNOUNCES:
            name = self._behind_title(index)
            if name or not bits & CAPITAL:
                return name
        if bits & (SAID | DEED | SOURCE):
            return self._acting(index)
        if bits & ARTICLE:
            return self._behind_demonym(index)
        if bits & SURNAME and not bits & GIVEN:
            return self._before_surname(index) or self._two_surnames(index)
        if not bits & GIVEN:
            return None
        follows = self._bits[index + 1] if index + 1 < len(self._words) else 0
        if bits & DOUBTFUL and follows & GIVEN and not follows & DOUBTFUL:
            return None  # which begins the name
        return self._checked(self._named(index)) if follows else None

    def _known(self, index: int) -> Name | None:
        """Return the known name whose last word is ``index``."""
        word = self._words[index]
        people = known_persons()
        start = index
        while start > max(index - 4, self._done + 1) and self._words.joined(start):
            start -= 1
        for first in range(start, index + 1):
            key = folded_name(self._text[self._words[first].start : word.end])
            id = people.aliases.get(key)
            if id and (first < index or key in people.called):
                follows = self._bits[index + 1] if self._words.joined(index + 1) else 0
                if first == index and follows & CAPITAL and not follows & STOP:
                    return None  # the name goes on
                return self._checked(self._made(first, index, given=first < index, id=id))
        return None

    def _named(self, first: int, given: bool = True) -> Name | None:
        """Return the name that begins with the word ``first``."""
        words, every = self._words, self._bits
        most = _SURNAMES.get(self._language, _MANY_SURNAMES)
        last, surnames = first, 0
        index = first + 1
        front = given  # only given names so far
        while index - first < _LONGEST_NAME and words.joined(index):
            bits = every[index]
            if not bits & HIGH:
                joint = bits & (JOINT | FRONT_JOINT if front else JOINT)
                if not joint or index - last > _JOINTS_IN_A_ROW:
                    break
                index += 1
                continue
            if index - last > 1 and not front and bits & PLACE:
                break
            announces = bits & ANNOUNCES and (surnames or every[first] & INITIAL)
            if not bits & FRONT_JOINT and (bits & ENDS or announces):
                break
            if bits & AFTER and (surnames or words[index].folded not in _ALSO_SURNAMES):
                break
            if bits & INITIAL:
                if not words.joined(index + 1) or self._text[words[index].end] != ".":
                    break
            elif not (front and bits & FORENAME):
                if surnames == most and words[index].folded not in _JUNIOR:
                    break
                if not bits & FRONT_JOINT:
                    surnames += 1
                    front = False
            last = index
            if bits & RUNS_IN:
                break
            index += 1
        while last > first and every[last] & INITIAL:
            last -= 1
        if last == first and given:
            return None
        certain = every[last] & SURNAME and every[last] & SUFFICES  # Jesús González
        doubtful = given and not certain and every[first] & DOUBTFUL > 0
        return self._made(first, last, given=last > first, doubtful=doubtful)

    def _made(
        self, first: int, last: int, given: bool, id: str = "", doubtful: bool = False
    ) -> Name:
        start, end = self._words[first].start, self._words[last].end
        if self._bits[last] & RUNS_IN and self._text[end : end + 1] == " ":
            end -= _CREDIT_LENGTH
        return Name(first, last, Span(start, end), given, id, doubtful)

    # What announces a name.

    def _behind_title(self, index: int) -> Name | None:
        """Return the name that a title announces, directly or behind a comma."""
        first = index + 1
        if first >= len(self._words):
            return None
        if self._bits[first] & CAPITAL:
            tight = self._words.joined(first)
            if tight or (self._bits[index] & DOTTED and self._words.gap(first) == ". "):
                return self._titled(index, first)
        return self._before_comma(index) or self._behind_comma(index)

    def _titled(self, title: int, first: int) -> Name | None:
        """Return the name behind a title: one word of a title or a crown, two of a trade."""
        bits = self._bits[first]
        if bits & STOP:
            return self._particled(title, first)
        if bits & (PLACE | ANNOUNCES):
            return None
        if self._bits[title] & CROWN:
            return self._crowned(title, first) if bits & GIVEN else None
        if bits & UPPER:
            return None
        name = self._named(first) if bits & GIVEN else self._surname(first)
        if name is None:
            return None
        if name.first == name.last and (self._bits[title] & TRADE or bits & INITIAL):
            return None  # M. X
        after = name.last + 1
        follows = self._bits[after] if self._words.joined(after) else 0
        if follows & CAPITAL and follows & ANNOUNCES:  # Deputy Finance Minister
            return None
        return self._checked(name._replace(doubtful=False))

    def _particled(self, title: int, first: int) -> Name | None:
        """Return the surname in ``Mme Le Pen``, whose first word is otherwise a function word."""
        last = first + 1
        particle = self._bits[first] & (JOINT | FRONT_JOINT)
        if not particle or not self._bits[title] & DOTTED or not self._words.joined(last):
            return None
        if not self._is_part(last, last):
            return None
        return self._checked(self._made(first, last, given=False))

    def _surname(self, first: int) -> Name | None:
        name = self._named(first, given=False)
        if name and self._language == "de" and name.last == first:
            follows = first + 1
            if self._words.joined(follows) and self._bits[follows] & CAPITAL:
                if self._bits[follows] & STOP:
                    return None
                return self._made(first, follows, given=True)
        return name

    def _crowned(self, title: int, first: int) -> Name | None:
        words, people = self._words, known_persons()
        start = words[title].start
        for last in (first + 2, first + 1, first):
            if last < len(words) and all(words.joined(at) for at in range(first + 1, last + 1)):
                id = people.aliases.get(folded_name(self._text[start : words[last].end]))
                if id:
                    return self._checked(self._made(title, last, given=True, id=id))
        if words.joined(first + 1) and _ROMAN.fullmatch(words[first + 1].text):
            return self._checked(self._made(first, first + 1, given=True))
        name = self._named(first)
        if name and not self._bits[name.last] & GIVEN:  # Prince Mohammed bin Zayed
            return self._checked(name)
        return self._checked(self._made(title, name.last if name else first, given=True))

    def _acting(self, index: int) -> Name | None:
        """Return the name in ``dijo Garrido``, ``Garrido dijo``, ``gol de Garrido``.

        Ministries speak too, and there are goals of gold: a word that no list has as a name counts
        only as the surname of somebody whom the text names elsewhere (:meth:`_alone`).
        """
        words, bits = self._words, self._bits[index]
        first = index + 1
        if bits & DEED:
            first += words.joined(first) and words[first].folded == "de"
            if first == index + 1:
                return None
        if words.joined(first) and self._is_part(first, first):
            name = self._named(first, given=False)
            if name is None or self._is_part_of_more(name):
                return None
            return self._sufficient(name)
        before = index - 1
        if not bits & SAID or before <= self._done or not words.joined(index):
            return None
        if not self._is_part(before, before) or self._bits[before] & INITIAL:
            return None
        if words[before].first or (words.joined(before) and self._bits[before - 1] & CAPITAL):
            return None
        if words.joined(before) and self._bits[before - 1] & JOINT:
            return None
        name = self._made(before, before, given=False)
        return self._sufficient(name)

    def _sufficient(self, name: Name) -> Name | None:
        """Return a name that suffices beside a cue; keep another until all cues are known."""
        if self._suffices(name):
            return self._checked(name)
        if name.first == name.last and not self._bits[name.first] & (WORD | THING | INITIAL):
            self._spoken[self._words[name.first].text].append(name)
        return None

    def _add_spoken(self) -> None:
        """Add the surnames that no list has which stand beside several cues.

        What has an article, or *en* before it, is a body or a place.
        """
        spoken = {
            text: names
            for text, names in self._spoken.items()
            if len(names) >= _LEAST_SPOKEN and len(text) >= _LONG_SURNAME
        }
        for at, text in enumerate(self._texts) if spoken else ():
            behind = text in spoken and at and self._words.joined(at)
            if behind and self._words[at - 1].folded in _OF_THINGS:
                del spoken[text]
        for names in spoken.values():
            for name in names:
                checked = self._checked(name)
                if checked:
                    self._names.setdefault(checked.first, checked)

    def _add_aged(self) -> None:
        """Add what stands before an age: ``Katsav, de 54 años``."""
        ages = list(_AGE.finditer(self._text))
        if not ages:
            return
        covered = {at for name in self._names.values() for at in range(name.first, name.last + 1)}
        for age in ages:
            word = _LAST_WORD.search(self._text, max(0, age.start() - _LONGEST_WORD), age.start())
            last = self._words.at(word.start()) if word else None
            if last is None or last in covered:
                continue
            first = self._first_of(last)
            if not self._is_part(last, last) or first in covered:
                continue
            name = self._checked(self._made(first, last, given=last > first))
            if name and (first < last or self._is_surname(first)):
                self._names[name.first] = name

    def _first_of(self, last: int) -> int:
        """Return the first word of the name that ends with a word: *Leandro de Deus Pereira*."""
        first = last
        while first and last - first < _LONGEST_NAME - 1:
            if self._is_part(first - 1, first):
                first -= 1
            elif (
                first > 1
                and self._words.joined(first)
                and self._bits[first - 1] & (JOINT | FRONT_JOINT)
                and self._is_part(first - 2, first - 1)
            ):
                first -= 2
            else:
                break
        return first

    def _is_surname(self, index: int) -> bool:
        """Say whether a word is no given name, and no adjective: *Soltero, de 54 años*."""
        text = self._words[index].text
        if self._bits[index] & GIVEN:
            return False
        opens = self._words[index].first
        return not opens or (self._counts[text] > 1 and not self._counts[text.lower()])

    def _behind_demonym(self, index: int) -> Name | None:
        """Return the name in ``el japonés Kozo Ishii``."""
        words, first = self._words, index + 2
        if not (words.joined(index + 1) and words.joined(first)):
            return None
        demonym = self._bits[index + 1]
        if not demonym & DEMONYM or demonym & CAPITAL or not self._is_part(first, first):
            return None
        name = self._named(first, self._bits[first] & GIVEN > 0)
        if name is None or name.last == name.first or self._bits[first] & (THING | WORD | AFTER):
            return None
        return self._checked(name._replace(given=True, doubtful=False))

    def _two_surnames(self, index: int) -> Name | None:
        """Return the name in ``dijo Pérez Rubalcaba``, ``Gómez de la Serna``."""
        words, bits = self._words, self._bits[index]
        if not bits & SUFFICES or not self._is_part(index, index):
            return None
        if words.joined(index) and self._bits[index - 1] & (CAPITAL | JOINT):
            return None
        name = self._named(index, given=False)
        if name is None or name.last == index or self._bits[name.last] & (THING | PLACE):
            return None
        return self._checked(name)

    def _suffices(self, name: Name) -> bool:
        """Say whether a word of a name is a name and nothing else."""
        return any(self._bits[at] & SUFFICES for at in range(name.first, name.last + 1))

    def _is_part_of_more(self, name: Name) -> bool:
        """Say whether a name goes on with what is no part of one."""
        after = name.last + 1
        return self._words.joined(after) and bool(self._bits[after] & (CAPITAL | JOINT))

    def _before_surname(self, index: int) -> Name | None:
        """Return the name whose surname alone a list has: ``Celestino Gómez``."""
        words, first = self._words, index - 1
        if first <= self._done or not words.joined(index) or words[first].first:
            return None
        bits = self._bits[first]
        if not self._is_part(first, index) or bits & (THING | AFTER | INITIAL):
            return None
        if words.joined(first) and self._bits[first - 1] & (CAPITAL | JOINT):
            return None
        name = self._named(first, given=False)
        return self._checked(name._replace(given=True)) if name and name.last >= index else None

    def _before_comma(self, index: int) -> Name | None:
        """Return the name in ``Jorio Dauster, president of``."""
        words = self._words
        end = words[index].start
        if "," not in self._text[max(0, end - _ARTICLES_LENGTH) : end]:
            return None
        at = index
        while at > 0 and words.joined(at) and index - at < 2 and not self._bits[at - 1] & CAPITAL:
            at -= 1
        if at == 0 or words.joined(at) or not self._words.gap(at).startswith(","):
            return None
        last = at - 1
        first = last
        while first > self._done + 1 and last - first < 2 and self._is_part(first - 1, first):
            first -= 1
        if first == last or not self._is_part(last, last):
            return None
        return self._checked(self._made(first, last, given=True))

    def _is_part(self, index: int, then: int) -> bool:
        """Say whether a word may be part of a name that goes on with the word ``then``."""
        bits = self._bits[index]
        if not bits & CAPITAL or bits & NO_PART:
            return False
        return index == then or self._words.joined(then)

    def _behind_comma(self, index: int) -> Name | None:
        """Return the name in ``the president of the institute, Jorio Dauster, said``."""
        words = self._words
        start = words[index].end
        comma = self._text.find(", ", start, start + _APPOSITION)
        if comma < 0 or not self._text[comma + 2 : comma + 3].isupper():
            return None
        if _SENTENCE_END.search(self._text, start, comma):
            return None
        first = words.at(comma + 2)
        if first is None or not self._is_part(first, first):
            return None
        name = self._named(first, self._bits[first] & GIVEN > 0)
        if name and name.last > first and self._words.gap(name.last + 1)[:1] in (",", "(", ".", ""):
            return self._checked(name._replace(doubtful=False))
        return None

    # What is no person.

    def _checked(self, name: Name | None) -> Name | None:
        """Return a name unless what stands around it says that it is none."""
        if name is None:
            return None
        taken = self._taken.before(name.span)
        if taken:
            last = name.last
            while last > name.first and (
                self._words[last].end > taken.start or not self._bits[last] & CAPITAL
            ):
                last -= 1
            if taken.start <= name.span.start or last == name.first or taken.end < name.span.end:
                return None
            name = self._made(name.first, last, True, name.id, name.doubtful)
        if self._is_thing(name) or self._signs(name) or self._is_title_of_work(name):
            self._done = max(self._done, name.last)
            return None
        return name

    def _is_thing(self, name: Name) -> bool:
        words, every = self._words, self._bits
        folded = folded_name(self._text[name.span.start : name.span.end])
        if folded.replace(" ", "") in self._towns:
            return True
        for at in range(name.first - 1, max(-1, name.first - 4), -1):
            if not words.joined(at + 1):
                break
            bits = every[at]
            if bits & THING or (bits & BESIDE and at == name.first - 1):
                return True
            if bits & CAPITAL:
                if at < name.first - 1:
                    break
            elif words[at].folded not in _OF:
                break
        follows = name.last + 1
        if not words.joined(follows):
            return False
        if every[follows] & AFTER:
            return True
        also = follows + 1
        both = words[follows].folded in _AND and words.joined(also)
        return both and words[also].folded in _COMPANY

    def _signs(self, name: Name) -> bool:
        """Say whether somebody signs here, or a line is only a name."""
        after = self._text[name.span.end : name.span.end + 2]
        ends = not after.strip() or "\n" in after or after[0] in ",/|-–—)("
        first = name.first
        if not first or not ends:
            return False
        gap = self._words.gap(first)
        opens = first == 1 or self._words[first - 1].first or "(" in self._words.gap(first - 1)
        if opens and self._bits[first - 1] & BYLINE:
            return True
        return "©" in gap or ("\n" in gap and (not after.strip() or after[0] == "\n"))

    def _is_title_of_work(self, name: Name) -> bool:
        start, end = name.span
        before = self._text[max(0, start - 2) : start].strip()[-1:]
        after = self._text[end : end + 2].strip()[:1]
        return bool(before and after) and before in _QUOTES and after in _QUOTES

    def _is_doubtful(self, name: Name) -> bool:
        """Say whether a name begins with a word, and nothing else says that it is a name."""
        if not name.doubtful:
            return False
        surname = self._words[name.last].text
        return self._counts[surname] + self._counts[f"{surname}s"] < 2

    @cached_property
    def _counts(self) -> Counter[str]:
        """How often each word stands in the text."""
        return Counter(self._texts)

    @cached_property
    def _texts(self) -> Sequence[str]:
        """The words as written."""
        return self._words.texts()

    # Surnames alone.

    def _alone(self, persons: Sequence[Person]) -> None:
        """Add to each person the places where only the surname stands."""
        bearers: dict[str, _ByParticles] = defaultdict(lambda: defaultdict(list))
        for person in persons:
            for surname in {self._surname_of(name) for name in person.names}:
                for form in self._forms(surname[-1]) if surname else ():
                    bearers[form][surname[:-1]] += [
                        (one.span.start, person) for one in person.names
                    ]
        if not bearers:
            return
        for by_particles in bearers.values():
            for listed in by_particles.values():
                listed.sort(key=_first)
        covered = {at for name in self._names.values() for at in range(name.first, name.last + 1)}
        for index in self._standing(bearers):
            if index not in covered and not self._goes_on(index):
                self._mention(index, bearers[self._words[index].text])

    def _standing(self, forms: Collection[str]) -> Iterator[int]:
        """Yield the words that are one of ``forms``: few are searched for, many are looked up."""
        if len(forms) > _FEW:
            yield from (index for index, text in enumerate(self._texts) if text in forms)
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
        while last > name.first and self._words[last].folded in _JUNIOR:
            last -= 1
        word = self._words[last]
        surname = self._text[word.start : min(word.end, name.span.end)]
        if len(surname) < _LONG_SURNAME or _ROMAN.fullmatch(surname):
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
        if follows & AFTER:
            return True
        if bits & GIVEN and follows & CAPITAL and not follows & STOP:
            return self._language != "de"
        before = self._bits[index - 1] if index else 0
        return bool(before & GIVEN and words.joined(index) and not words[index - 1].first)
