"""Names of persons in texts in Latin script."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache, cached_property

from index.analysis import fold_key, name_key
from index.document import NamedPerson, Span
from index.extract.organizations import PERSON_ROLE, Words, fold_word
from index.extract.persons.naming import Name, Person, Taken, folded_name, joined
from index.vocabularies import (
    LANGUAGES,
    countries,
    function_words,
    known_persons,
    locale_of,
    person_grammar,
)

_LONGEST_NAME = 6
_SURNAMES = {"de": 1, "en": 2, "fr": 2, "it": 2}
"""Words of a surname at most; elsewhere as many as a name has."""
_MANY_SURNAMES = 4
_WITH_STOP = frozenset(
    re.findall(
        r"\w+",
        "dr prof sr sra srta mr mrs ms sen rep gov gen col capt lt maj sgt adm rev sig dott avv on"
        " m me mm mme mgr",
    )
)
"""Titles that may end with a full stop."""
_ROMAN = re.compile(r"(?:X{0,2}(?:IX|IV|V?I{1,3}|V)|X{1,2})")
_RUN_IN = re.compile(r"(?<=[a-zà-ÿ]{2})par$")
"""A credit that runs into the last word of a line: ``Macronpar 6MEDIAS``."""
_CREDIT_LENGTH = len("par")
_PATRONYM = re.compile(r"[eoji]v(?:itch|ich|na)$|[eoji]w(?:itsch|na)$")
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
_FEW = 32
"""Surnames that it is faster to search for than to compare with each word."""
_JUNIOR = frozenset(("jr", "sr", "junior"))


# What a written word may be, as bits, so that each word is judged once.

_CAPITAL, _HIGH, _UPPER, _DIGIT, _INITIAL, _RUNS_IN = (1 << bit for bit in range(6))
_GIVEN, _DOUBTFUL, _PATRONYMIC = (1 << bit for bit in range(6, 9))
_TITLE, _CROWN, _TRADE, _DOTTED, _KNOWN = (1 << bit for bit in range(9, 14))
_STOP, _PLACE, _THING, _AFTER, _BYLINE, _JOINT, _FRONT_JOINT = (1 << bit for bit in range(14, 21))
_BESIDE, _SAID, _DEED, _SURNAME, _SUFFICES = (1 << bit for bit in range(21, 26))
_ANNOUNCES = _TITLE | _CROWN | _TRADE
_FORENAME = _GIVEN | _PATRONYMIC
_ENDS = _STOP | _THING | _DIGIT
_NO_PART = _UPPER | _DIGIT | _PLACE | _STOP | _ANNOUNCES
"""Of a word that is no part of a name behind or before a comma."""
_KINDS = {"": 0, "title": _TITLE, "crown": _CROWN, "trade": _TRADE}
_LISTED = {
    "thing": _THING,
    "beside": _BESIDE,
    "said": _SAID,
    "deed": _DEED,
    "after": _AFTER,
    "byline": _BYLINE,
    "joint": _JOINT,
    "joint-given": _FRONT_JOINT,
}
"""What words of a role of the grammar may be."""
_CACHED = 60_000
_LONGEST_CACHED = 40


class _Bits(dict[str, int]):
    """What each word as written may be in a language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        grammar = self._grammar = person_grammar(language if language in LANGUAGES else "und")
        self._listed: dict[str, int] = defaultdict(int)
        """What a folded word may be, whatever its capitals."""
        for words, bit in (
            (_WITH_STOP, _DOTTED),
            (_no_surnames(language), _STOP),
            (_places() | _places("demonym"), _PLACE),
            *((grammar[role], bit) for role, bit in _LISTED.items()),
        ):
            for word in words:
                self._listed[word] |= bit

    def __missing__(self, text: str) -> int:
        if len(self) >= _CACHED:
            self.clear()
        bits = self._bits(text, fold_word(text))
        if len(text) <= _LONGEST_CACHED:
            self[text] = bits
        return bits

    def _bits(self, text: str, folded: str) -> int:
        bits = self._listed.get(folded, 0) | _KINDS[self._grammar.kind(folded)]
        capital = text[:1].isupper()
        upper = len(text) > 1 and text.isupper()
        if capital and not upper:
            bits |= self._named(text, folded)
        facts = (
            (capital, _CAPITAL),
            (capital or (text[2:3] == "-" and text[3:4].isupper()), _HIGH),  # al-Assad
            (upper, _UPPER),
            (not text.isalpha() and any(map(str.isdigit, text)), _DIGIT),
            (len(text) == 1, _INITIAL),
            (_RUN_IN.search(text) is not None, _RUNS_IN),
            (_PATRONYM.search(folded) is not None, _PATRONYMIC),
        )
        return sum((bit for holds, bit in facts if holds), bits)

    def _named(self, text: str, folded: str) -> int:
        """Return what a word with a capital may be as a name."""
        grammar = self._grammar
        given = grammar.is_given(text, folded)
        facts = (
            (given, _GIVEN),
            (given and folded in grammar.doubtful, _DOUBTFUL),
            (folded in grammar.known, _KNOWN),
            (folded in grammar["surname"], _SURNAME),
            (grammar.suffices(text, folded), _SUFFICES),
        )
        return sum(bit for holds, bit in facts if holds)


_bits = cache(_Bits)


@cache
def _no_surnames(language: str) -> frozenset[str]:
    """Return words with a capital that end a name: days, months, function words, nations."""
    codes = (language,) if language in LANGUAGES else LANGUAGES
    listed: set[str] = set()
    for code in codes:
        locale = locale_of(code)
        for names in (locale.days, locale.months):
            listed.update(names["format"]["wide"].values())
        listed |= function_words().get(code, frozenset())
        listed |= set(person_grammar(code)["stop"])
    folded = {fold_key(word).replace(" ", "") for word in listed}
    return frozenset(folded | _places("demonym"))


@cache
def _places(kind: str = "") -> frozenset[str]:
    """Return the folded forms of countries of a kind, or of all but demonyms."""
    return frozenset(
        name_key(form.text).replace(" ", "")
        for entry in countries().entries.values()
        for form in entry.forms
        if (form.kind == kind if kind else form.kind != "demonym")
    )


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
        self._bits = words.looked_up(_bits(language))
        self._towns = person_grammar(language if language in LANGUAGES else "und")["town"]
        self._taken = taken
        self._names: dict[int, Name] = {}
        """By first word."""
        self._done = -1

    def persons(self) -> tuple[NamedPerson, ...]:
        """Return the persons of the text."""
        for index in self._words.with_role(PERSON_ROLE):
            if index > self._done:
                name = self._at(index)
                if name:
                    self._names[name.first] = name
                    self._done = max(self._done, name.last)
        names = [name for name in self._names.values() if not self._is_doubtful(name)]
        return joined(self._text, names, self._alone)

    # Names.

    def _at(self, index: int) -> Name | None:
        """Return the name that a word begins, ends or announces."""
        bits = self._bits[index]
        if bits & _KNOWN:
            known = self._known(index)
            if known:
                return known
        if bits & _ANNOUNCES:
            name = self._behind_title(index)
            if name or not bits & _CAPITAL:
                return name
        if bits & (_SAID | _DEED):
            return self._acting(index)
        if bits & _SURNAME and not bits & _GIVEN:
            return self._before_surname(index)
        if not bits & _GIVEN:
            return None
        follows = self._bits[index + 1] if index + 1 < len(self._words) else 0
        if bits & _DOUBTFUL and follows & _GIVEN and not follows & _DOUBTFUL:
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
                if first == index and follows & _CAPITAL and not follows & _STOP:
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
            if not bits & _HIGH:
                joint = bits & (_JOINT | _FRONT_JOINT if front else _JOINT)
                if not joint or index - last > _JOINTS_IN_A_ROW:
                    break
                index += 1
                continue
            if index - last > 1 and not front and bits & _PLACE:
                break
            announces = bits & _ANNOUNCES and (surnames or every[first] & _INITIAL)
            if not bits & _FRONT_JOINT and (bits & _ENDS or announces):
                break
            if bits & _AFTER and (surnames or words[index].folded not in _ALSO_SURNAMES):
                break
            if bits & _INITIAL:
                if not words.joined(index + 1) or self._text[words[index].end] != ".":
                    break
            elif not (front and bits & _FORENAME):
                if surnames == most and words[index].folded not in _JUNIOR:
                    break
                if not bits & _FRONT_JOINT:
                    surnames += 1
                    front = False
            last = index
            if bits & _RUNS_IN:
                break
            index += 1
        while last > first and every[last] & _INITIAL:
            last -= 1
        if last == first and given:
            return None
        doubtful = given and every[first] & _DOUBTFUL > 0
        return self._made(first, last, given=last > first, doubtful=doubtful)

    def _made(
        self, first: int, last: int, given: bool, id: str = "", doubtful: bool = False
    ) -> Name:
        start, end = self._words[first].start, self._words[last].end
        if self._bits[last] & _RUNS_IN and self._text[end : end + 1] == " ":
            end -= _CREDIT_LENGTH
        return Name(first, last, Span(start, end), given, id, doubtful)

    # What announces a name.

    def _behind_title(self, index: int) -> Name | None:
        """Return the name that a title announces, directly or behind a comma."""
        first = index + 1
        if first >= len(self._words):
            return None
        if self._bits[first] & _CAPITAL:
            tight = self._words.joined(first)
            if tight or (self._bits[index] & _DOTTED and self._words.gap(first) == ". "):
                return self._titled(index, first)
        return self._before_comma(index) or self._behind_comma(index)

    def _titled(self, title: int, first: int) -> Name | None:
        """Return the name behind a title: one word of a title or a crown, two of a trade."""
        bits = self._bits[first]
        if bits & _STOP:
            return self._particled(title, first)
        if bits & (_PLACE | _ANNOUNCES):
            return None
        if self._bits[title] & _CROWN:
            return self._crowned(title, first) if bits & _GIVEN else None
        if bits & _UPPER:
            return None
        name = self._named(first) if bits & _GIVEN else self._surname(first)
        if name is None:
            return None
        if name.first == name.last and (self._bits[title] & _TRADE or bits & _INITIAL):
            return None  # M. X
        after = name.last + 1
        follows = self._bits[after] if self._words.joined(after) else 0
        if follows & _CAPITAL and follows & _ANNOUNCES:  # Deputy Finance Minister
            return None
        return self._checked(name._replace(doubtful=False))

    def _particled(self, title: int, first: int) -> Name | None:
        """Return the surname in ``Mme Le Pen``, whose first word is otherwise a function word."""
        last = first + 1
        particle = self._bits[first] & (_JOINT | _FRONT_JOINT)
        if not particle or not self._bits[title] & _DOTTED or not self._words.joined(last):
            return None
        if not self._is_part(last, last):
            return None
        return self._checked(self._made(first, last, given=False))

    def _surname(self, first: int) -> Name | None:
        name = self._named(first, given=False)
        if name and self._language == "de" and name.last == first:
            follows = first + 1
            if self._words.joined(follows) and self._bits[follows] & _CAPITAL:
                if self._bits[follows] & _STOP:
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
        if name and not self._bits[name.last] & _GIVEN:  # Prince Mohammed bin Zayed
            return self._checked(name)
        return self._checked(self._made(title, name.last if name else first, given=True))

    def _acting(self, index: int) -> Name | None:
        """Return the name in ``dijo Garrido``, ``Garrido dijo``, ``gol de Garrido``.

        Ministries speak too, and there are goals of gold: a word that no list has as a name counts
        only as the surname of somebody whom the text names elsewhere (:meth:`_alone`).
        """
        words, bits = self._words, self._bits[index]
        first = index + 1
        if bits & _DEED:
            first += words.joined(first) and words[first].folded == "de"
            if first == index + 1:
                return None
        if words.joined(first) and self._is_part(first, first):
            name = self._named(first, given=False)
            if name is None or self._is_part_of_more(name) or not self._suffices(name):
                return None
            return self._checked(name)
        before = index - 1
        if not bits & _SAID or before <= self._done or not words.joined(index):
            return None
        if not self._is_part(before, before) or self._bits[before] & _INITIAL:
            return None
        if words[before].first or (words.joined(before) and self._bits[before - 1] & _CAPITAL):
            return None
        if words.joined(before) and self._bits[before - 1] & _JOINT:
            return None
        name = self._made(before, before, given=False)
        return self._checked(name) if self._suffices(name) else None

    def _suffices(self, name: Name) -> bool:
        """Say whether a word of a name is a name and nothing else."""
        return any(self._bits[at] & _SUFFICES for at in range(name.first, name.last + 1))

    def _is_part_of_more(self, name: Name) -> bool:
        """Say whether a name goes on with what is no part of one."""
        after = name.last + 1
        return self._words.joined(after) and bool(self._bits[after] & (_CAPITAL | _JOINT))

    def _before_surname(self, index: int) -> Name | None:
        """Return the name whose surname alone a list has: ``Celestino Gómez``."""
        words, first = self._words, index - 1
        if first <= self._done or not words.joined(index) or words[first].first:
            return None
        bits = self._bits[first]
        if not self._is_part(first, index) or bits & (_THING | _AFTER | _INITIAL):
            return None
        if words.joined(first) and self._bits[first - 1] & (_CAPITAL | _JOINT):
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
        while at > 0 and words.joined(at) and index - at < 2 and not self._bits[at - 1] & _CAPITAL:
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
        if not bits & _CAPITAL or bits & _NO_PART:
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
        name = self._named(first, self._bits[first] & _GIVEN > 0)
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
                self._words[last].end > taken.start or not self._bits[last] & _CAPITAL
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
            if bits & _THING or (bits & _BESIDE and at == name.first - 1):
                return True
            if bits & _CAPITAL:
                if at < name.first - 1:
                    break
            elif words[at].folded not in _OF:
                break
        follows = name.last + 1
        if not words.joined(follows):
            return False
        if every[follows] & _AFTER:
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
        if opens and self._bits[first - 1] & _BYLINE:
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
        while start > name.first + 1 and self._bits[start - 1] & (_JOINT | _FRONT_JOINT):
            start -= 1
        return (*(self._words[at].text for at in range(start, last)), surname)

    def _forms(self, surname: str) -> tuple[str, ...]:
        forms = (surname, surname.upper())
        return (*forms, f"{surname}s") if self._language == "de" else forms

    def _goes_on(self, index: int) -> bool:
        """Say whether a word is part of a longer name of somebody, or something, else."""
        words, bits = self._words, self._bits[index]
        follows = self._bits[index + 1] if words.joined(index + 1) else 0
        if follows & _AFTER:
            return True
        if bits & _GIVEN and follows & _CAPITAL and not follows & _STOP:
            return self._language != "de"
        before = self._bits[index - 1] if index else 0
        return bool(before & _GIVEN and words.joined(index) and not words[index - 1].first)
