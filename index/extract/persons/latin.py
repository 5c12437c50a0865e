"""Names of persons in texts in Latin script."""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from index.analysis import fold_key
from index.document import NamedPerson, Span
from index.extract.organizations import Word, Words
from index.extract.persons.naming import Name, Person, Taken, joined
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
_DOTTED = frozenset(
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
_PATRONYMIC = re.compile(r"[eoji]v(?:itch|ich|na)$|[eoji]w(?:itsch|na)$")
_QUOTES = '«“"„‹»”›'
_LONG_SURNAME = 3
_APPOSITION = 14
"""Words between a role and a name behind a comma, at most."""
_JUNIOR = frozenset(("jr", "sr", "junior"))


def _begins_high(text: str) -> bool:
    """Say whether a word begins with a capital, perhaps behind an article: ``al-Assad``."""
    return text[0].isupper() or (text[2:3] == "-" and text[3:4].isupper())


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
        fold_key(form.text).replace(" ", "")
        for entry in countries().entries.values()
        for form in entry.forms
        if (form.kind == kind if kind else form.kind != "demonym")
    )


class LatinNames:
    """The names of persons in a text in Latin script."""

    def __init__(self, text: str, language: str, words: Words, taken: Taken) -> None:
        self._text = text
        self._words = words
        self._language = language
        self._grammar = person_grammar(language if language in LANGUAGES else "und")
        self._stop = _no_surnames(language)
        self._taken = taken
        self._names: dict[int, Name] = {}
        """By first word."""
        self._done = -1

    def persons(self) -> tuple[NamedPerson, ...]:
        """Return the persons of the text."""
        for index in sorted({*self._with("given"), *self._with("title"), *self._with("known")}):
            if index > self._done:
                name = self._at(index)
                if name:
                    self._names[name.first] = name
                    self._done = max(self._done, name.last)
        names = [name for name in self._names.values() if not self._is_doubtful(name)]
        return joined(self._text, names, self._alone)

    def _with(self, role: str) -> Sequence[int]:
        return self._words.with_role(role)

    # Names.

    def _at(self, index: int) -> Name | None:
        """Return the name that a word begins, ends or announces."""
        word = self._words[index]
        known = self._known(index)
        if known:
            return known
        if self._grammar.kind(word.folded):
            name = self._behind_title(index)
            if name or not word.capital:
                return name
        if self._grammar.is_given(word.text, word.folded) and word.capital:
            if word.folded in self._grammar.doubtful and self._words.joined(index + 1):
                follows = self._words[index + 1]
                if follows.capital and follows.folded in self._grammar.given:
                    return None
            return self._checked(self._named(index))
        return None

    def _known(self, index: int) -> Name | None:
        """Return the known name whose last word is ``index``."""
        word = self._words[index]
        if word.folded not in self._grammar.known or not word.capital:
            return None
        people = known_persons()
        for first in range(max(0, index - 4), index + 1):
            if first <= self._done or not all(
                self._words[at].tight for at in range(first + 1, index + 1)
            ):
                continue
            key = fold_key(self._text[self._words[first].start : word.end])
            id = people.aliases.get(key)
            if id and (first < index or key in people.called):
                last = self._end(index) if first == index else index
                if last > index:
                    return None
                return self._checked(self._made(first, index, given=first < index, id=id))
        return None

    def _end(self, index: int) -> int:
        """Return the last word of the run of capitals that goes on behind a word."""
        while self._words.joined(index + 1) and self._words[index + 1].capital:
            index += 1
            if self._words[index].folded in self._stop:
                return index - 1
        return index

    def _named(self, first: int, given: bool = True) -> Name | None:
        """Return the name that begins with the word ``first``."""
        words, grammar = self._words, self._grammar
        most = _SURNAMES.get(self._language, _MANY_SURNAMES)
        last, surnames = first, 0
        index = first + 1
        front = given  # only given names so far
        while index - first < _LONGEST_NAME and words.joined(index):
            word = words[index]
            if not _begins_high(word.text):
                joints = grammar["joint"] | (grammar["joint-given"] if front else frozenset())
                if word.folded not in joints or index - last > 3:
                    break
                index += 1
                continue
            if index - last > 1 and not front and self._is_place(word):
                break
            if not self._may_continue(word, surnames):
                break
            if len(word.text) == 1:
                if not words.joined(index + 1) or self._text[word.end] != ".":
                    break
            elif not (front and self._is_given(word)):
                if surnames == most and word.folded not in _JUNIOR:
                    break
                if word.folded not in grammar["joint-given"]:
                    surnames += 1
                    front = False
            last = index
            if _RUN_IN.search(word.text):
                break
            index += 1
        while last > first and len(words[last].text) == 1:
            last -= 1
        if last == first and given:
            return None
        doubtful = given and words[first].folded in grammar.doubtful
        return self._made(first, last, given=last > first, doubtful=doubtful)

    def _is_given(self, word: Word) -> bool:
        given = self._grammar.is_given(word.text, word.folded)
        return given or _PATRONYMIC.search(word.folded) is not None

    def _may_continue(self, word: Word, surnames: int) -> bool:
        if word.folded in self._grammar["joint-given"]:
            return True
        if word.folded in self._stop or word.folded in self._grammar["thing"]:
            return False
        if word.text[0].isdigit() or any(letter.isdigit() for letter in word.text):
            return False
        return not (surnames and self._grammar.kind(word.folded))

    def _is_place(self, word: Word) -> bool:
        return word.folded in _places() or word.folded in _places("demonym")

    def _made(
        self, first: int, last: int, given: bool, id: str = "", doubtful: bool = False
    ) -> Name:
        start, end = self._words[first].start, self._words[last].end
        run_in = _RUN_IN.search(self._text[start:end])
        if run_in and self._text[end : end + 1] == " ":
            end = start + run_in.start()
        return Name(first, last, Span(start, end), given, id, doubtful)

    # What announces a name.

    def _behind_title(self, index: int) -> Name | None:
        """Return the name that a title announces, directly or behind a comma."""
        words, grammar = self._words, self._grammar
        kind = grammar.kind(words[index].folded)
        first = index + 1
        if first >= len(words):
            return None
        follows = words[first]
        dotted = words[index].folded in _DOTTED and self._gap(first) == ". "
        if follows.capital and (follows.tight or dotted):
            return self._titled(index, first, kind)
        before = self._before_comma(index)
        return before or self._behind_comma(index)

    def _titled(self, title: int, first: int, kind: str) -> Name | None:
        """Return the name behind a title: one word of a title or a crown, two of a trade."""
        word = self._words[first]
        if word.folded in self._stop or self._is_place(word) or self._grammar.kind(word.folded):
            return None
        if kind == "crown":
            return self._crowned(title, first)
        if word.text.isupper() and len(word.text) > 1:
            return None
        given = self._grammar.is_given(word.text, word.folded)
        name = self._named(first, given) if given else self._surname(first)
        if name is None or (kind == "trade" and name.first == name.last):
            return None
        after = name.last + 1
        if self._words.joined(after) and self._words[after].capital:
            word = self._words[after]  # Deputy Finance Minister
            if self._grammar.kind(word.folded):
                return None
        return self._checked(name._replace(doubtful=False))

    def _surname(self, first: int) -> Name | None:
        name = self._named(first, given=False)
        if name and self._language == "de" and name.last == first:
            follows = first + 1
            if self._words.joined(follows) and self._words[follows].capital:
                if self._words[follows].folded in self._stop:
                    return None
                return self._made(first, follows, given=True)
        return name

    def _crowned(self, title: int, first: int) -> Name | None:
        word = self._words[first]
        if not self._grammar.is_given(word.text, word.folded):
            return None
        words, people = self._words, known_persons()
        start = words[title].start
        for last in (first + 2, first + 1, first):
            if last < len(words) and all(words[at].tight for at in range(first + 1, last + 1)):
                id = people.aliases.get(fold_key(self._text[start : words[last].end]))
                if id:
                    return self._checked(self._made(title, last, given=True, id=id))
        numbered = words.joined(first + 1) and _ROMAN.fullmatch(words[first + 1].text)
        last = first + 1 if numbered else first
        name = self._named(first)
        if name and not numbered:
            last = name.last
            family = words[last]
            if not self._grammar.is_given(family.text, family.folded):  # Prince Mohammed bin Zayed
                return self._checked(name)
        return self._checked(self._made(title, last, given=True))

    def _before_comma(self, index: int) -> Name | None:
        """Return the name in ``Jorio Dauster, president of``."""
        words = self._words
        at = index
        while at > 0 and words[at].tight and index - at < 2 and not words[at - 1].capital:
            at -= 1
        if at == 0 or words[at].tight or not self._gap(at).startswith(","):
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
        word = self._words[index]
        if index < then and not self._words[then].tight:
            return False
        if not word.capital or (word.text.isupper() and len(word.text) > 1):
            return False
        if self._is_place(word) or word.folded in self._stop:
            return False
        return not self._grammar.kind(word.folded) and not any(map(str.isdigit, word.text))

    def _behind_comma(self, index: int) -> Name | None:
        """Return the name in ``the president of the institute, Jorio Dauster, said``."""
        words = self._words
        for first in range(index + 1, min(len(words), index + _APPOSITION)):
            word = words[first]
            if word.tight:
                continue
            if not self._gap(first).startswith(",") or not word.capital or word.first:
                return None
            if not self._is_part(first, first):
                return None
            name = self._named(first, self._grammar.is_given(word.text, word.folded))
            after = self._gap(name.last + 1)[:1] if name else ""
            if name and name.last > first and after in (",", "(", ".", ""):
                return self._checked(name._replace(doubtful=False))
            return None
        return None

    def _gap(self, index: int) -> str:
        """Return what stands between the word ``index`` and the one before it."""
        start = self._words[index - 1].end if index else 0
        end = self._words[index].start if index < len(self._words) else len(self._text)
        return self._text[start:end]

    # What is no person.

    def _checked(self, name: Name | None) -> Name | None:
        """Return a name unless what stands around it says that it is none."""
        if name is None:
            return None
        taken = self._taken.before(name.span)
        if taken:
            last = name.last
            while last > name.first and (
                self._words[last].end > taken.start or not self._words[last].capital
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
        words, grammar = self._words, self._grammar
        for at in range(name.first - 1, max(-1, name.first - 4), -1):
            if not words[at + 1].tight:
                break
            folded = words[at].folded
            if folded in grammar["thing"]:
                return True
            if not words[at].capital and folded not in ("de", "du", "des", "d", "von", "l"):
                break
            if words[at].capital and at < name.first - 1:
                break
        follows = name.last + 1
        if words.joined(follows):
            return words[follows].folded in grammar["after"] or (
                words[follows].folded in ("and", "et", "und")
                and words.joined(follows + 1)
                and words[follows + 1].folded in ("co", "sons", "cie", "company", "associates")
            )
        return False

    def _signs(self, name: Name) -> bool:
        """Say whether somebody signs here, or a line is only a name."""
        words = self._words
        before = words[name.first - 1] if name.first else None
        after = self._text[name.span.end : name.span.end + 2]
        ends = not after.strip() or "\n" in after or after[:1] in ",/|-–—)("
        if before and before.folded in self._grammar["byline"] and ends:
            opens = (
                name.first == 1 or words[name.first - 1].first or "(" in self._gap(name.first - 1)
            )
            if opens:
                return True
        if "©" in self._gap(name.first):
            return True
        line = name.first > 0 and "\n" in self._gap(name.first)
        return line and (not after.strip() or after[:1] == "\n")

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
        return len(re.findall(rf"\b{re.escape(surname)}\b", self._text)) < 2

    # Surnames alone.

    def _alone(self, persons: Sequence[Person]) -> None:
        """Add to each person the places where only the surname stands."""
        bearers: dict[str, list[tuple[tuple[str, ...], Person]]] = defaultdict(list)
        for person in persons:
            for surname in {self._surname_of(name) for name in person.names}:
                for form in self._forms(surname[-1]) if surname else ():
                    bearers[form].append((surname[:-1], person))
        if not bearers:
            return
        covered = {at for name in self._names.values() for at in range(name.first, name.last + 1)}
        for index in self._words.written(bearers):
            if index in covered or self._goes_on(index):
                continue
            word = self._words[index]
            for before, person in self._nearest(bearers[word.text], word.start):
                first = index - len(before)
                if first >= 0 and all(
                    self._words[first + at].folded == fold_key(part)
                    for at, part in enumerate(before)
                ):
                    span = Span(self._words[first].start, word.end)
                    if not self._taken.before(span):
                        person.spans.append(span)
                    break

    def _surname_of(self, name: Name) -> tuple[str, ...]:
        """Return the words of a surname as written; the last word, unless a particle begins it."""
        words = [self._words[at] for at in range(name.first, name.last + 1)]
        while len(words) > 1 and words[-1].folded in _JUNIOR:
            words.pop()
        last = self._text[words[-1].start : min(words[-1].end, name.span.end)]
        if len(last) < _LONG_SURNAME or (not name.given and len(words) > 1):
            return ()
        start = len(words) - 1
        joints = self._grammar["joint"] | self._grammar["joint-given"]
        while start > 1 and words[start - 1].folded in joints:
            start -= 1
        return (*(word.text for word in words[start:-1]), last)

    def _forms(self, surname: str) -> tuple[str, ...]:
        forms = (surname, surname.upper())
        return (*forms, f"{surname}s") if self._language == "de" else forms

    def _goes_on(self, index: int) -> bool:
        """Say whether a word is part of a longer name of somebody, or something, else."""
        words, word = self._words, self._words[index]
        if words.joined(index + 1):
            follows = words[index + 1]
            if follows.folded in self._grammar["after"]:
                return True
            if follows.capital and follows.folded not in self._stop and self._language != "de":
                return self._grammar.is_given(word.text, word.folded)
        before = words[index - 1] if index else None
        return bool(
            before
            and word.tight
            and before.capital
            and not before.first
            and self._grammar.is_given(before.text, before.folded)
        )

    def _nearest(
        self, bearers: list[tuple[tuple[str, ...], Person]], start: int
    ) -> list[tuple[tuple[str, ...], Person]]:
        """Return bearers of a surname, the one that was named last before a place first."""

        def rank(bearer: tuple[tuple[str, ...], Person]) -> tuple[bool, int]:
            before = [name.span.start for name in bearer[1].names if name.span.start < start]
            return not before, -max(before) if before else bearer[1].names[0].span.start

        return sorted(bearers, key=rank) if len(bearers) > 1 else bearers
