"""Names of persons in texts in Latin script."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from index.document import NamedPerson, Span
from index.extract.organizations import PERSON_ROLE, Words
from index.extract.persons.bits import (
    AFTER,
    ALSO,
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
    INSIDE,
    JOINT,
    JUNIOR,
    KNOWN,
    NO_PART,
    OPENS_PLACE,
    PLACE,
    ROMAN,
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
    long_places,
    opens_place,
    word_bits,
)
from index.extract.persons.naming import Name, Taken, folded_name, joined
from index.extract.persons.surnames import LONG_SURNAME, SurnamesAlone
from index.vocabularies import (
    LANGUAGES,
    known_persons,
    person_grammar,
)

_LONGEST_NAME = 6
_SURNAMES = {"de": 1, "en": 2, "fr": 2, "it": 2}
"""Words of a surname at most; elsewhere as many as a name has."""
_MANY_SURNAMES = 4
_CREDIT_LENGTH = len("par")
_QUOTES = '«“"„‹»”›'
_APPOSITION = 100
"""Characters between a role and a name behind a comma, at most."""
_ARTICLES_LENGTH = 16
"""Characters between a comma and the role behind it."""
_CAPES = frozenset(("cabo", "cap"))
"""Titles of soldiers that are capes before a saint: *cabo San Vicente*."""
_ENGLISH_ARTICLES = frozenset(("the", "a", "an"))
_FIRST = "I"
_SAINTS = frozenset(("saint", "san", "santa"))
_BEFORE_ROLE = 3
"""Words behind a comma of which one is the role of somebody named before it, at most."""
_SENTENCE_END = re.compile(r"[.!?:;\n(](?:\s|$)")
_JOINTS_IN_A_ROW = 3
_OF = frozenset(("de", "du", "des", "d", "von", "l"))
_AND = frozenset(("and", "et", "und"))
_COMPANY = frozenset(("co", "sons", "cie", "company", "associates"))
_ALSO_SURNAMES = frozenset(("hall", "lane", "park", "law", "house", "tower"))
"""Words that make a thing of a full name before them, and are surnames behind a given name."""
_OF_THINGS = frozenset(("el", "la", "los", "las", "del", "al", "en"))
"""Words before bodies, things and places."""
_AGE = re.compile(r", (?:de |di )?\d{1,2} (?:años|anos|ans|anni|Jahre)(?![\w-])(?! de )")
"""Behind a name: the age of somebody."""
_LAST_WORD = re.compile(r"(?<!\w)[^\W\d_]{3,}$")
_LONGEST_WORD = 40
_LEAST_SPOKEN = 2
"""Cues that make a person of a surname that no list has and the text never has in full."""


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
        alone = SurnamesAlone(
            self._text, self._language, self._words, self._bits, self._taken, self._names
        )
        return joined(self._text, self._shortened(names), alone.add)

    def _shortened(self, names: Sequence[Name]) -> Iterator[Name]:
        """Yield names; one of surnames with which one other name ends stands for that person."""
        written = [self._text[name.span.start : name.span.end] for name in names]
        longer = {text for text in written if " " in text}
        for name, text in zip(names, written, strict=True):
            surnames = name.given and not name.id and name.last > name.first
            if surnames and not self._bits[name.first] & GIVEN:
                ending = sum(other.endswith(f" {text}") for other in longer)
                yield name._replace(given=False) if ending == 1 else name
            else:
                yield name

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
        begins = follows & GIVEN and not follows & DOUBTFUL
        if bits & DOUBTFUL and begins and not self._is_inside(index):
            return None  # the next word begins the name
        if index and self._bits[index - 1] & OPENS_PLACE and opens_place(self._words, index - 1):
            return None  # El Salvador
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
            if bits & OPENS_PLACE and opens_place(words, index):
                break
            if front and words[index].folded in _SAINTS and self._is_surname_of_saint(index):
                index += 1
                continue
            ends = bits & ENDS and not (front and self._is_surname_too(index))
            if not bits & FRONT_JOINT and (ends or announces):
                break
            if bits & AFTER and (surnames or words[index].folded not in _ALSO_SURNAMES):
                break
            if bits & INITIAL and front and self._is_first(index):
                last = index
                break
            if bits & INITIAL:
                if not words.joined(index + 1) or self._text[words[index].end] != ".":
                    break
            elif not (front and bits & FORENAME and not bits & STOP):
                if surnames == most and words[index].folded not in JUNIOR:
                    break
                if not bits & FRONT_JOINT:
                    surnames += 1
                    front = False
            last = index
            if bits & RUNS_IN:
                break
            index += 1
        while last > first and every[last] & INITIAL and words[last].text != _FIRST:
            last -= 1
        if last == first and given:
            return None
        certain = every[last] & SUFFICES and not every[last] & GIVEN  # Jesús González
        doubtful = given and not certain and every[first] & DOUBTFUL > 0
        doubtful = doubtful and not self._is_inside(first)
        return self._made(first, last, given=last > first, doubtful=doubtful)

    def _is_inside(self, index: int) -> bool:
        """Say whether a word, capital inside a sentence, is a given name: *said Will Smith*."""
        if not self._bits[index] & INSIDE or not self._words.joined(index):
            return False
        before = self._words[index - 1]
        return before.text.islower() and before.folded not in _ENGLISH_ARTICLES

    def _is_surname_too(self, index: int) -> bool:
        """Say whether a word that ends names is a surname behind a given name: *Kanye West*."""
        bits, before = self._bits[index], self._bits[index - 1]
        if not before & GIVEN or before & DOUBTFUL or bits & UPPER:
            return False
        if bits & ALSO:
            return True
        follows = self._bits[index + 1] if self._words.joined(index + 1) else 0
        return (
            bits & THING > 0
            and not bits & STOP
            and not follows & (CAPITAL | JOINT | FRONT_JOINT)
            and self._language != "de"
        )

    def _is_first(self, index: int) -> bool:
        """Say whether *I* is the number of a ruler: *Juan Carlos I*; in English it is a word."""
        end = self._words[index].end
        return (
            self._words[index].text == _FIRST
            and self._language != "en"
            and (self._text[end : end + 1] != "." or self._language == "de")
        )

    def _is_surname_of_saint(self, index: int) -> bool:
        """Say whether *Saint* is part of a surname: *Yves Saint Laurent*, *Roque Santa Cruz*."""
        before = self._bits[index - 1]
        follows = self._bits[index + 1] if self._words.joined(index + 1) else 0
        return bool(
            before & GIVEN and not before & DOUBTFUL and follows & CAPITAL and not follows & ENDS
        )

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
        if bits & STOP and not self._is_inside(first):
            return self._particled(title, first) or self._saint(first)
        if bits & ANNOUNCES or (bits & PLACE and not self._is_followed(first)):
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

    def _is_followed(self, index: int) -> bool:
        """Say whether a given name that is a place too has a surname behind it."""
        follows = self._bits[index + 1] if self._words.joined(index + 1) else 0
        surname = follows & FRONT_JOINT or (follows & CAPITAL and not follows & NO_PART)
        return bool(self._bits[index] & GIVEN and surname)

    def _particled(self, title: int, first: int) -> Name | None:
        """Return the surname in ``Mme Le Pen``, whose first word is otherwise a function word."""
        last = first + 1
        particle = self._bits[first] & (JOINT | FRONT_JOINT)
        if not particle or not self._bits[title] & DOTTED or not self._words.joined(last):
            return None
        if not self._is_part(last, last):
            return None
        return self._checked(self._made(first, last, given=False))

    def _saint(self, first: int) -> Name | None:
        """Return the surname in ``el general San Martín``."""
        last = first + 1
        if self._words[first].folded not in _SAINTS or not self._words.joined(last):
            return None
        if self._words[first - 1].folded in _CAPES:
            return None
        if self._bits[last] & NO_PART or not self._bits[last] & CAPITAL:
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
        last = first + 1
        while words.joined(last) and self._bits[last] & GIVEN:
            last += 1
        if words.joined(last) and ROMAN.fullmatch(words[last].text):  # rey Juan Carlos I
            return self._checked(self._made(first, last, given=True))
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
            if len(names) >= _LEAST_SPOKEN and len(text) >= LONG_SURNAME
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
        if not bits & CAPITAL or bits & NO_PART & ~PLACE:
            return False
        if bits & PLACE and not self._is_followed(index):
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
        if folded.replace(" ", "") in self._towns or folded in long_places():
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
        if self._counts[surname] + self._counts[f"{surname}s"] > 1:
            return False
        return not self._has_role(name)

    def _has_role(self, name: Name) -> bool:
        """Say whether a verb of saying or a role is behind a name: *Jordan Bardella, député*."""
        words, index = self._words, name.last + 1
        if words.joined(index):
            return bool(self._bits[index] & SAID)
        if index == len(words) or not words.gap(index).startswith(","):
            return False
        for at in range(index, min(index + _BEFORE_ROLE, len(words))):
            if (at > index and not words.joined(at)) or self._bits[at] & CAPITAL:
                break
            if self._bits[at] & ANNOUNCES:
                return True
        return False

    @cached_property
    def _counts(self) -> Counter[str]:
        """How often each word stands in the text."""
        return Counter(self._texts)

    @cached_property
    def _texts(self) -> Sequence[str]:
        """The words as written."""
        return self._words.texts()
