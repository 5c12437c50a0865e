"""Names of persons: given names, the words around names, persons with names in several scripts.

``persons-grammar.txt`` has the words by which names are told, ``persons-names.txt`` given names and
how Arabic names are written in Latin letters, ``persons-known.txt`` persons whom languages or
scripts write in different ways.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from index.analysis import fold_key
from index.vocabularies.vocabulary import LANGUAGES, Vocabulary, best_claims, read_rows, split_list

_ROLES: Final = (
    frozenset(
        (
            "title",
            "trade",
            "crown",
            "suffix",
            "thing",
            "beside",
            "after",
            "byline",
            "joint",
            "bearer",
        )
    )
    | {"joint-given", "stop", "given", "doubtful", "said", "town", "foreign", "deed", "word"}
    | {"source", "article", "also", "inside"}
)
_KINDS: Final = frozenset(("latin", "arabic", "arabic-surname", "spanish-surname", "join"))
_CUES: Final = ("deed", "said", "source", "article")
_ANNOUNCING: Final = ("title", "crown", "trade")
_LEADING: Final = ("ex", "vice", "vize")
_PRETERITE = "ó"
"""Ends Spanish verbs that folded are given names: *Marcó*."""
_BEFORE_TITLE = re.compile(rf"^(?:{'|'.join(_LEADING)})(?=.{{3}})")
_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True, slots=True)
class PersonGrammar:
    """The words of one language, folded without spaces, by role."""

    words: Mapping[str, frozenset[str]]
    suffixes: tuple[str, ...]
    given: frozenset[str]
    doubtful: frozenset[str]
    known: frozenset[str]
    """Words that a known name ends with."""
    kinds: Mapping[str, str]
    """The role of each word that announces a person."""
    places: frozenset[str]
    """The places that read like names of persons, folded with their spaces."""

    def __getitem__(self, role: str) -> frozenset[str]:
        return self.words.get(role, frozenset())

    def is_given(self, text: str, folded: str) -> bool:
        """Say whether a word with a capital may be a given name; ``Jean-Pierre`` is two."""
        if folded in self.given or folded in self.doubtful:
            return not text.endswith(_PRETERITE)
        first, hyphen, second = text.partition("-")
        return bool(hyphen) and second[:1].isupper() and fold_key(first) in self.given

    def suffices(self, text: str, folded: str) -> bool:
        """Say whether a word with a capital alone is a name beside what only a person does."""
        if folded in self["word"] or folded in self.doubtful:
            return False
        return folded in self["bearer"] or self.is_given(text, folded)

    def sets_off(self, text: str, folded: str) -> bool:
        """Say whether a word as written may begin, end or announce a name."""
        named = text[:1].isupper() and not (len(text) > 1 and text.isupper())
        if named and (folded in self.known or self.is_given(text, folded)):
            return True
        if named and folded in self["surname"]:
            return True
        return bool(self.kind(folded)) or any(folded in self[role] for role in _CUES)

    def kind(self, folded: str) -> str:
        """Return which role announces a person: title, trade, crown; empty for none."""
        role = self.kinds.get(folded)
        if role is None and folded.startswith(_LEADING):
            role = self.kinds.get(_BEFORE_TITLE.sub("", folded))
        if role is not None:
            return role
        return "title" if self.suffixes and folded.endswith(self.suffixes) else ""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A known person: names by language, ``mul`` for all that have no name of their own.

    ``alone`` are names that mean this person without a given name.
    """

    id: str
    written: Mapping[str, tuple[str, ...]]
    alone: tuple[str, ...] = ()

    def label(self, locale: str) -> str:
        """Return the first name in ``locale``."""
        names = self.written.get(locale) or self.written["mul"]
        return names[0]

    def all_names(self) -> Iterator[str]:
        """Yield every name in full."""
        for names in self.written.values():
            yield from names


@dataclass(frozen=True)
class Persons(Vocabulary[PersonEntry]):
    """Known persons; ``called`` has the ids of those that one name is enough for.

    ``keys`` has ids by ``person_key`` of names in full: *Donald J. Trump* is a known person too.
    """

    called: Mapping[str, str]
    keys: Mapping[str, str]

    def resolve(self, text: str) -> str | None:
        """Return the id that ``text`` is, or is a name of, whatever its spelling and initials."""
        return Vocabulary.resolve(self, text) or self.keys.get(person_key(text))


@dataclass(frozen=True, slots=True)
class PersonNames:
    """Given names, and Arabic names with the ways to write them in Latin letters, folded."""

    latin: frozenset[str]
    arabic: frozenset[str]
    surnames: frozenset[str]
    spanish: frozenset[str]
    """Surnames before which a given name may stand that no list has."""
    joined: Mapping[str, str]
    """One Latin spelling for each Arabic name, and for each of its other Latin spellings."""


def load_known(path: Path) -> Persons:
    """Read known persons. Raises VocabularyError for a malformed row or a name of two persons."""
    entries: dict[str, PersonEntry] = {}
    called: dict[str, str] = {}
    bearers: dict[str, str] = {}
    for row in read_rows(path, "|"):
        id, name, *cells = (*row.cells, "")
        if not name or id in entries:
            raise row.error("expected: id | name | LANGUAGE=names | alone=names, each id once")
        written: dict[str, tuple[str, ...]] = {"mul": (name,)}
        alone: tuple[str, ...] = ()
        for cell in filter(None, cells):
            code, equals, names = cell.partition("=")
            listed = tuple(split_list(names))
            if not equals or not listed or code not in ("alone", *LANGUAGES):
                raise row.error(f"{cell[:20]!r} does not begin with a language and =")
            if code == "alone":
                alone = listed
            else:
                written[code] = listed
        entry = entries[id] = PersonEntry(id, written, alone)
        for text in (*entry.all_names(), *alone):
            if bearers.setdefault(fold_key(text), id) != id:
                raise row.error(f"“{text}” is also a name of {bearers[fold_key(text)]}")
        called |= {fold_key(text): id for text in alone}
    claims = [(2, fold_key(name), one.id) for one in entries.values() for name in one.all_names()]
    claims += [(1, key, id) for key, id in called.items()]
    return Persons(entries, best_claims(claims), called, _by_key(entries.values()))


def _by_key(entries: Iterable[PersonEntry]) -> dict[str, str]:
    """Return ids by the keys of names in full that one person has.

    A name that needs its initials to tell its bearer has none: *George W. Bush*.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for name in entry.all_names():
            key, words = person_key(name), fold_key(name).split()
            if " " in key and all(len(word) > 1 for word in words):
                ids[key].add(entry.id)
    return {key: min(bearers) for key, bearers in ids.items() if len(bearers) == 1}


def load_names(path: Path) -> PersonNames:
    """Read given names and joined spellings. Raises VocabularyError for a malformed row."""
    words: dict[str, set[str]] = defaultdict(set)
    joined: dict[str, str] = {}
    for row in read_rows(path, "|"):
        if len(row.cells) != 2 or row.cells[0] not in _KINDS:
            raise row.error(f"expected: one of {', '.join(sorted(_KINDS))} | names")
        kind, listed = row.cells
        if kind == "join":
            first, *others = listed.split()
            joined |= dict.fromkeys((first, *others), first)
        else:
            words[kind].update(listed.split())
    latin, arabic = frozenset(words["latin"]), frozenset(words["arabic"])
    surnames, spanish = frozenset(words["arabic-surname"]), frozenset(words["spanish-surname"])
    return PersonNames(latin, arabic, surnames, spanish, joined)


def load_grammar(path: Path, language: str) -> PersonGrammar:
    """Read the words of a language; raises VocabularyError for a malformed row."""
    words: dict[str, set[str]] = defaultdict(set)
    places: set[str] = set()
    for row in read_rows(path, "|"):
        if len(row.cells) != 3 or row.cells[0] not in ("*", *LANGUAGES):
            raise row.error("expected: language or * | role | words")
        code, role, listed = row.cells
        if role not in _ROLES:
            raise row.error(f"unknown role {role!r}")
        if role == "town":
            places |= {fold_key(place) for place in split_list(listed)}
        if code in ("*", language):
            words[role] |= {fold_key(word).replace(" ", "") for word in split_list(listed)} - {""}
    people = known_persons()
    endings = {key.split()[-1] for key in people.aliases if not _ARABIC.search(key)}
    doubtful = frozenset(words["doubtful"])
    if language == "es":
        words["surname"] = set(person_names().spanish)
    if language in ("es", "pt"):
        words["bearer"] |= person_names().spanish
    latin = person_names().latin | words["given"]
    return PersonGrammar(
        {role: frozenset(listed) for role, listed in words.items()},
        tuple(words["suffix"]),
        frozenset(latin - doubtful - words["stop"] - words["thing"] - words["title"]),
        doubtful,
        frozenset(endings),
        {word: role for role in reversed(_ANNOUNCING) for word in words[role]},
        frozenset(places),
    )


@cache
def known_persons() -> Persons:
    """Return the known persons that come with the product, read once."""
    return load_known(Path(__file__).with_name("persons-known.txt"))


@cache
def person_names() -> PersonNames:
    """Return given names and joined spellings, read once."""
    return load_names(Path(__file__).with_name("persons-names.txt"))


@cache
def person_grammar(language: str) -> PersonGrammar:
    """Return the words by which names of persons are told in a language, read once."""
    return load_grammar(Path(__file__).with_name("persons-grammar.txt"), language)


def person_key(name: str) -> str:
    """Return what all ways to write a name have in common: folded, no initials, no *Jr.*

    A last *I* is a number: *Juan Carlos I*.
    Arabic names are one whatever their script, where ``persons-names.txt`` has all their words.
    """
    folded = _SERVANT.sub(r"\1\2", fold_key(name))
    every = folded.split()
    words = [word for word in every if len(word) > 1 and word not in _JUNIOR]
    if words and every[-1] == "i":
        words.append("i")
    spelt = _spelt(words)
    if len(spelt) > 1 and all(spelt):
        return " ".join(spelt)
    return " ".join(words) or fold_key(name)


def _spelt(words: list[str]) -> list[str]:
    """Return the one spelling of each word; empty for what is no Arabic name.

    The article is part of a name, or left out: *Al-Ghannouchi*, *Ghannouchi*.
    """
    joined = person_names().joined
    spelt, article = [], ""
    for word in words:
        if word in ("al", "el"):
            article = word
            continue
        spelt.append(joined.get(article + word) or joined.get(word, ""))
        article = ""
    return spelt


_SERVANT = re.compile(r"\b(abd(?:el|ul|al|e)?|عبد) (?:al |el )?(\w)")
"""*Abdel Aziz*, which is one name."""
_JUNIOR = frozenset(("jr", "sr", "junior"))
