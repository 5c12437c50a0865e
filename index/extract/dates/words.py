"""The words of dates in each language, from ``words-LANGUAGE.txt`` and from CLDR.

A row of a file is ``class: word word``. ``lun=0`` gives a word a value, ``an/année=3`` gives it to
both words, and ``avant_-_hier`` is a phrase, which counts as one word. The first row that has a
word decides, except that ``month`` and ``ambiguous-month`` decide over others. Words are compared
folded. ``rules`` are habits of a language that some forms depend on. ``future`` and ``past`` are
regular expressions for the words by which a sentence shows its tense; rows are alternatives.
``spelled`` is one over classes, for words that are days; ``spelled-behind`` are words before them.
``year-word`` and ``rare-year-word``, which announces a date, are parts of years in words;
``behind-year`` and ``verb-behind-year`` are words by which ``in 1800`` is a year and no count;
``before-time`` words before a time of day, ``law`` nouns before the number of a law, ``year-noun``
words before a year in words that is no count, ``beside-code`` words of accounts beside *Q3*, and
``sport`` words of matches, which have halves too. The value of a ``part-of-year`` has its first and
last month, 406 for April to June; that of a ``season`` is its first month north of the equator.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from index.extract.dates.spelled import YearWords, spelled_pattern, year_words
from index.vocabularies import LANGUAGES

CLASSES = {
    "weekday": "W",  # Monday is 0
    "short-weekday": "w",  # counts only with a day beside it
    "month": "M",
    "short-month": "m",  # counts only with a day or year beside it
    "ambiguous-month": "m",  # has another meaning
    "ordinal": "O",  # stands for a day of the month
    "firsts": "!",  # of months, and no day: *ai primi di maggio* is early in May
    "number": "C",
    "never-a-day": "y",  # a word for one that counts weeks and years, but names no day
    "number-of-day": "i",  # a word for a day of the month, where ``spelled`` finds it
    "article": "t",  # or a preposition before a day
    "habitual-article": "l",  # makes a bare day of the week a habit
    "every": "h",  # makes what follows a habit
    "of": "d",  # joins day, month and year
    "of-or-from": "b",
    "from": "f",
    "between": "g",  # makes a range of "and" too
    "to": "a",  # value 1: joins two days that are no range
    "and": "e",
    "before-year": "p",
    "in": "q",  # likewise; a month behind it begins no day: "in March 10 people"
    "hijri": "z",  # the year before it is one of the Hijra
    "relative-day": "r",  # value: days from the day of publication
    "this-weekend": "s",
    "unit": "U",  # of time, value: index in UNITS
    "units": "P",  # the plural
    "part-of-year": "/",
    "season": "&",
    "of-two-years": "=",  # beside 2018-19, which are two years
    "that": "~",  # a bare day of the week behind it is one that was spoken of
    "numbered": "#",  # the number behind it is no day
    "weekend": "v",  # likewise; no year stands behind it as behind "year"
    "told-from": "F",  # "the following": counted from the day last mentioned, 1 or -1
    "last": "L",
    "next": "X",
    "this": "T",
    "ago-before": "A",  # the word for "ago" stands before the number
    "ago-after": "G",
    "day-before": "V",  # the day before the one last mentioned
    "day-after": "E",
    "measure": "u",  # the number before it is no year
    "no-date": "k",  # looks like a date and is none
}
"""The class of a word by its name in the files: one letter, over which forms are written."""
UNITS = ("day", "week", "month", "year", "weekend")
_BESIDE = (
    *("behind-year", "verb-behind-year", "before-time", "law", "year-noun", "beside-code", "sport"),
)
"""Rows of words in lower case, as written, that change what stands beside them."""
_NO_CLASSES = ("rules", "future", "past", "spelled", "spelled-behind", *_BESIDE)
_YEAR_CLASSES = ("year-word", "rare-year-word")
_OVERRIDING = ("month", "ambiguous-month")
_JOINED_AND = "و"
"""Arabic "and", which is written as a part of the word behind it."""
_NOT_IN_DATELINES = frozenset(("setiembre", "sett", "يونيه", "يوليه", "دسمبر"))
"""Months that running text knows and datelines do not: knowing them would change their dates."""


_NO_PHRASES: list[tuple[tuple[str, ...], "Meaning"]] = []


class Meaning(NamedTuple):
    """The class of a word, one letter, and its value."""

    letter: str
    value: int = 0


Phrases = dict[str, tuple[tuple[tuple[str, ...], Meaning], ...]]
"""The words and the meaning of phrases, by their first word, longest first."""


class Table(NamedTuple):
    """The date words of one language, folded, its rules, and its patterns of future and past."""

    words: dict[str, Meaning]
    phrases: Phrases
    rules: frozenset[str]
    future: str
    past: str
    spelled: re.Pattern[str] | None
    leading: tuple[str, ...]
    """Words, not folded, before a spelled day that another word could make the first of many."""
    years: YearWords
    behind_year: frozenset[str]
    """Words in lower case by which a number before them is a year, and no count."""
    verbs_behind_year: frozenset[str]
    before_time: frozenset[str]
    """Words in lower case before a number that may be a time of day: *by 1530*."""
    laws: frozenset[str]
    """Nouns in lower case before the number of a law."""
    year_nouns: frozenset[str]
    """Words before a number in words that is a year."""
    beside_code: frozenset[str]
    """Words of accounts in lower case, beside codes like *Q3*."""
    sport: frozenset[str]
    """Words in lower case that show that a half is one of a match."""


def fold_word(word: str) -> str:
    """Fold case, accents and Arabic letter forms. Keeps punctuation; the length may change."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    base = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return base.replace("ى", "ي").replace("ـ", "")


@cache
def table(language: str) -> Table:
    """Return the table of a language; an empty one for a language without a file."""
    words = dict(_words(language))
    rules = frozenset(rule for row in _rows(language, "rules") for rule in row.split())
    years = _years(language, words, rules)
    phrases: dict[str, list[tuple[tuple[str, ...], Meaning]]] = defaultdict(list)
    for _, parts, meaning in _entries(language):
        if len(parts) > 1:
            phrases[parts[0]].append((parts, meaning))
    if "joined-prefixes" in rules:  # of Arabic: and, in, for
        for word, meaning in list(words.items()):
            if meaning.letter in "WMm":
                for prefix in "وبل":
                    joined = word[1:] if prefix == "ل" and word.startswith("ال") else word
                    words.setdefault(prefix + joined, meaning)
    return Table(
        words,
        {
            first: tuple(sorted(group, key=lambda phrase: -len(phrase[0])))
            for first, group in (dict.fromkeys(years.first, _NO_PHRASES) | phrases).items()
        },
        rules,
        "|".join(_rows(language, "future")),
        "|".join(_rows(language, "past")),
        spelled_pattern(_rows(language, "spelled")),
        tuple(f" {word}" for row in _rows(language, "spelled-behind") for word in row.split()),
        years,
        *(
            frozenset(word for row in _rows(language, name) for word in row.split())
            for name in _BESIDE
        ),
    )


def _years(language: str, words: dict[str, Meaning], rules: frozenset[str]) -> YearWords:
    """Return the words of which years are made in a language."""
    parts = {word: value for name, word, value in _valued(language) if name in _YEAR_CLASSES}
    if not parts:
        return YearWords()
    numbers = {word: meaning.value for word, meaning in words.items() if meaning.letter in "Ciy"}
    joiners = frozenset(word for word, meaning in words.items() if meaning.letter == "e")
    rare = frozenset(word for name, word, _ in _valued(language) if name == "rare-year-word")
    values = {**numbers, **parts}
    if "joined-and" in rules:
        values = {f"{_JOINED_AND}{word}": -value for word, value in values.items()} | values
    return year_words(values, joiners, rare, rules)


def _valued(language: str) -> Iterator[tuple[str, str, int]]:
    """Yield the class name, the folded word and the value of each entry of one word."""
    for name, values in _file(language):
        if name not in ("future", "past", "spelled"):
            for entry in values.split():
                variants, _, value = entry.partition("=")
                for word in variants.split("/"):
                    yield name, fold_word(word), int(value or 0)


@cache
def month_names() -> dict[str, int]:
    """Return the numbers of months by their folded names in all languages, for datelines."""
    months = {
        word: meaning.value
        for language in LANGUAGES
        for word, meaning in _words(language).items()
        if meaning.letter in "Mm" and word not in _NOT_IN_DATELINES
    }
    for language in LANGUAGES:
        for _, parts, meaning in _entries(language):
            if meaning.letter == "M" and len(parts) > 1:
                months[" ".join(parts)] = meaning.value
    return months


@cache
def weekday_names() -> dict[str, int]:
    """Return the numbers of weekdays (Monday is 0) by their folded names in all languages."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for language in LANGUAGES:
        days = Locale(language).days
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in days[context][width].items():
                    numbers[fold_word(name).rstrip(".")].add(number)
    return {
        name: min(group) for name, group in numbers.items() if len(name) > 2 and len(group) == 1
    }


@cache
def _words(language: str) -> dict[str, Meaning]:
    """Return the folded words of a language: those of CLDR, then those of its file."""
    words: dict[str, Meaning] = {}
    if language in LANGUAGES:
        locale = Locale(language)
        for context in ("format", "stand-alone"):
            for number, name in locale.months[context]["wide"].items():
                words[fold_word(name)] = Meaning("M", number)
            for number, name in locale.days[context]["wide"].items():
                if "-" not in name:
                    words[fold_word(name)] = Meaning("W", number)
    for name, parts, meaning in _entries(language):
        if len(parts) == 1 and (name in _OVERRIDING or parts[0] not in words):
            words[parts[0]] = meaning
    return words


def _entries(language: str) -> Iterator[tuple[str, tuple[str, ...], Meaning]]:
    """Yield the class name, the folded words and the meaning of each entry of a file."""
    for name, values in _file(language):
        if name in _NO_CLASSES or name in _YEAR_CLASSES:
            continue
        for entry in values.split():
            variants, _, value = entry.partition("=")
            for variant in variants.split("/"):
                words = tuple(map(fold_word, variant.split("_")))
                yield name, words, Meaning(CLASSES[name], int(value or 0))


def _rows(language: str, name: str) -> list[str]:
    return [values for other, values in _file(language) if other == name]


@cache
def _file(language: str) -> list[tuple[str, str]]:
    """Return the names and values of the rows of a file; none for a language without one."""
    if language not in LANGUAGES:
        return []
    text = Path(__file__).with_name(f"words-{language}.txt").read_text("utf-8")
    rows = (line.partition(": ") for line in text.splitlines() if line and line[0] != "#")
    return [(name, values) for name, _, values in rows]
