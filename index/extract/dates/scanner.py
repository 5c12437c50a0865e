"""The scanner of dates in running text: words become classes, classes become expressions.

Each word of a text becomes one letter, and the forms of dates are regular expressions over those
letters. The words stand in ``words-LANGUAGE.txt``;
names of months and days come from CLDR too.

A row of a file is ``class: word word``. ``lun=0`` gives a word a value, ``an/année=3`` gives it to
both words, and ``avant_-_hier`` is a phrase, which counts as one word. The first row that has a
word decides, except that ``month`` and ``ambiguous-month`` decide over others. Words are compared
folded. ``rules`` are habits of a language that some forms depend on. ``future`` and ``past`` are
regular expressions for the words by which a sentence shows its tense; rows are alternatives.
``spelled`` is one over classes, for words that are days; ``spelled-behind`` are words before them.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from index.extract.dates.spelled import spelled_pattern, with_spelled_days
from index.vocabularies import LANGUAGES

# Words

CLASSES = {
    "weekday": "W",  # Monday is 0
    "short-weekday": "w",  # counts only with a day beside it
    "month": "M",
    "short-month": "m",  # counts only with a day or year beside it
    "ambiguous-month": "m",  # has another meaning
    "ordinal": "O",  # stands for a day of the month
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
    "to": "a",
    "and": "e",
    "before-year": "p",
    "in": "q",  # likewise; a month behind it begins no day: "in March 10 people"
    "hijri": "z",  # the year before it is one of the Hijra
    "relative-day": "r",  # value: days from the day of publication
    "this-weekend": "s",
    "unit": "U",  # of time, value: index in UNITS
    "units": "P",  # the plural
    "weekend": "v",  # likewise; no year stands behind it as behind "year"
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
_NO_CLASSES = ("rules", "future", "past", "spelled", "spelled-behind")
_OVERRIDING = ("month", "ambiguous-month")
_NOT_IN_DATELINES = frozenset(("setiembre", "sett", "يونيه", "يوليه", "دسمبر"))
"""Months that running text knows and datelines do not: knowing them would change their dates."""


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
    phrases: dict[str, list[tuple[tuple[str, ...], Meaning]]] = defaultdict(list)
    for _, parts, meaning in _entries(language):
        if len(parts) > 1:
            phrases[parts[0]].append((parts, meaning))
    rules = frozenset(rule for row in _rows(language, "rules") for rule in row.split())
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
            for first, group in phrases.items()
        },
        rules,
        "|".join(_rows(language, "future")),
        "|".join(_rows(language, "past")),
        spelled_pattern(_rows(language, "spelled")),
        tuple(f" {word}" for row in _rows(language, "spelled-behind") for word in row.split()),
    )


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
        if name in _NO_CLASSES:
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


class Token(NamedTuple):
    """A word, number or mark: its class and value, and its characters in the text."""

    letter: str
    value: int
    start: int
    end: int
    text: str = ""


class Expression(NamedTuple):
    """A date as written: the form it has, its characters, and its tokens.

    ``parts`` has the tokens that the form names (``day``, ``month``, ``weekday``, ``year``...);
    ``tokens`` are all of them, or the days of a ``list``.
    """

    form: str
    start: int
    end: int
    parts: dict[str, Token]
    tokens: list[Token]


# Tokens

_TOKEN = re.compile(
    r"(?! )(?:[^\W\d_]+(?:[\u064b-\u0652\u0640]+[^\W\d_]+)*[\u064b-\u0652]*"
    r"|(?P<iso>(?<![\d/.-])\d{4}([-/.])\d{1,2}\2\d{1,2}(?![\d/-]))"
    r"|(?P<numeric>(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\4\d{4}(?![\d/-]))"
    r"|(?P<brief>(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\6\d{2}(?![\d/-]|[.,:]\d|[^\W\d_]))"
    r"|(?P<short>(?<![\d/.-])\d{1,2}/\d{1,2}(?![\d/-]))"
    r"|(?P<dotted>(?<![\d/.-])\d{1,2}\.\d{1,2}\.(?!\d))"
    r"|\d+(?:[.,:hH]\d+)+\w*|\d+(?P<suffix>[^\W\d_]*[º°]?)"
    # Marks that mean nothing in dates: many are as good as one.
    r"|[^\w\s'’ʼ`–—,،.()%€$£-]+|[^\w\s]|\n)"
)
_NUMERIC = (("iso", "I"), ("numeric", "D"), ("brief", "B"), ("short", "S"), ("dotted", "Z"))
_ORDINALS = frozenset(("er", "re", "st", "nd", "rd", "th", "º", "°", "ª", "o", "ro"))
_SILENT = frozenset("'’ʼ`")
_PUNCTUATION = {"-": "-", "–": "-", "—": "-", ",": ",", "،": ",", ".": ".", "(": "(", ")": ")"}
_PUNCTUATION |= dict.fromkeys("%€$£", "u")
_OPENING = frozenset(";.:(-")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
"""Years that a number of four digits may mean if a month or a word announces one."""
_FIRST_EARLY_YEAR = 1000
"""Numbers from here on are years too, but only behind a month or a word for one: *1500 people*."""
_CACHED_WORDS = 50_000
_CACHED_PASSAGES = 10_000
_LONGEST_CACHED_PASSAGE = 80

_classified: dict[str, dict[str, Meaning | None]] = {}
"""By language: the meaning of words and marks as written; None for a silent mark."""
_NOTHING = Meaning("x")
_NO_DATE_WORD = Token("x", 0, 0, 0)
_fold = lru_cache(_CACHED_WORDS)(fold_word)


def _tokens(text: str, language: str, start: int, end: int | None) -> list[Token]:
    """Return the tokens of a part of a text; a phrase is one token.

    All words that mean nothing are the same token, of class ``x`` and without a place.
    """
    phrases = table(language).phrases
    known = _classified.setdefault(language, {})
    if len(known) > _CACHED_WORDS:
        known.clear()
    tokens: list[Token] = []
    append = tokens.append
    next_index = 0
    matches = list(_TOKEN.finditer(text, start, len(text) if end is None else end))
    for index, match in enumerate(matches):
        if index < next_index:
            continue
        word = match[0]
        try:
            meaning = known[word]
        except KeyError:
            meaning = _classify(match, language)
            if not word[0].isdigit():  # what stands before a number counts too
                known[word] = meaning
        if meaning is _NOTHING:
            append(_NO_DATE_WORD)
            continue
        if meaning is None:
            continue
        letter, value = meaning
        stop = match.end()
        if letter[0] == "*":
            phrase = _phrase(matches, index, phrases)
            letter = letter[1:]
            if phrase:
                (letter, value), length = phrase
                next_index = index + length
                stop = matches[next_index - 1].end()
        if letter in "WwMmr":
            letter = _class_by_case(word, Meaning(letter, value), language, tokens)
        append(Token(letter, value, match.start(), stop, word))
    return tokens


def _classify(match: re.Match[str], language: str) -> Meaning | None:
    """Return the meaning of a token, None for a silent mark; ``*`` if a phrase may begin there."""
    word = match.group()
    if word[0].isdigit():
        return _number(match)
    if not word[0].isalpha():
        return None if word in _SILENT else Meaning(_PUNCTUATION.get(word, ";"))
    words, phrases, *_ = table(language)
    folded = fold_word(word)
    meaning = words.get(folded, _NOTHING)
    return Meaning("*" + meaning.letter, meaning.value) if folded in phrases else meaning


def _number(match: re.Match[str]) -> Meaning:
    word = match.group()
    for name, letter in _NUMERIC:
        if match[name]:
            return Meaning("o" if letter == "B" and len(word) == len("1.2.98") else letter)
    suffix = match["suffix"] or ""
    digits = word[: len(word) - len(suffix)]
    if not digits.isdecimal() or len(digits) > 4 or (suffix and suffix.lower() not in _ORDINALS):
        return Meaning("n")
    number = int(digits)
    if len(digits) == 2 and not suffix and _behind_apostrophe(match):
        return Meaning("J", number)
    if len(digits) <= 2 and 1 <= number <= 31:
        return Meaning("N", number)
    return Meaning("n" if suffix else _year_letter(digits, number), number)


def _behind_apostrophe(match: re.Match[str]) -> bool:
    """Return whether a number has the apostrophe of a year: ``'98``, but not ``l'98``."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    return before[-1:] in _SILENT and not before[:-1].isalnum()


def _year_letter(digits: str, number: int) -> str:
    """Return the class of a number that may be a year, ``n`` for any other.

    ``Y`` is one of today, ``R`` a round one, ``H`` an early one, ``Q`` a round early one, ``K`` one
    far off; ``c`` has three digits and ``j`` two. The more a number looks like a count, the more
    must stand beside it.
    """
    if len(digits) == 4 and number >= _FIRST_EARLY_YEAR:
        if number > _LAST_YEAR:
            return "K"
        early = number < _FIRST_YEAR
        return ("H" if early else "Y") if number % 100 else ("Q" if early else "R")
    return {2: "j", 3: "c"}.get(len(digits), "n") if digits[0] != "0" else "n"


def _phrase(
    matches: list[re.Match[str]], start: int, phrases: Phrases
) -> tuple[Meaning, int] | None:
    """Return the longest phrase that begins at a word, and the number of its tokens."""
    for parts, meaning in phrases[_fold(matches[start].group())]:
        index = start + 1
        for part in parts[1:]:
            while index < len(matches) and matches[index].group() in _SILENT:
                index += 1
            if index >= len(matches) or _fold(matches[index].group()) != part:
                break
            index += 1
        else:
            return meaning, index - start
    return None


def _class_by_case(word: str, meaning: Meaning, language: str, before: list[Token]) -> str:
    """Return the class of a day or month, which its capital may change.

    In a ``cased`` language, which writes them small, a capital inside a sentence makes a name
    ("Domingo"), unless a day or year stands beside it; all capitals are a title. English words
    that have another meaning need their capital. German "Morgen" is not "morgen".
    """
    letter = meaning.letter
    capital = word[0].isupper()
    inside = bool(before) and before[-1].letter not in _OPENING
    if capital and inside and not word.isupper() and "cased" in table(language).rules:
        if word == "Mars" and before[-1].letter not in "NO":  # the planet
            return "x"
        return letter.lower() if letter != "r" else letter
    if language == "en" and not capital and letter in "mw":
        return "x"
    if language == "de" and letter == "r" and meaning.value == 1 and capital and inside:
        return "x"
    return letter


# Expressions

_MOST_OF_A_WEEKDAY = 5
_LONGEST_LEADING = 20
_ANY_YEAR = r"(?:Y|[RH](?!u)|[QK](?![xu]))"
"""A year of four digits. A round one before a noun is none: "le 12 juin 1500 personnes"."""
_PAUSE = r"(?=[;.)]|,(?!N)|$)"
"""What stands behind a year of two or three digits that has no apostrophe."""
_BEFORE_YEAR = r"(?:,|[dbptqf]{0,2}(?:U[db]?)?)"
_THAT_YEAR = rf"(?:{_ANY_YEAR}|J|[cj]{_PAUSE}|(?<![,dbptqfU])N{_PAUSE})"
_YEAR = rf"(?:{_BEFORE_YEAR}(?P<%s>{_THAT_YEAR}))?"
_UNCLEAR = r"(?P<unclear>j(?![uPU])|c(?![xuPU])|N(?=[apq]))"
"""A number behind a month that may be a year, or a count of something."""
_YEAR_IF_ANY = rf"(?:{_BEFORE_YEAR}(?P<year>{_THAT_YEAR})|{_UNCLEAR})?"
_WHICH_YEAR = (
    r"(?:[dbptlfq]{0,3}(?P<unit>U)?(?P<turn>[LX])(?!v)(?P<unit2>U)?"
    r"|[dbptlf]{0,2}(?:T(?P<this>U)|(?P<this2>U)T))?"
)
"""Behind a day and month: "last", "next", "of last year", "this year"."""
_WEEKEND = rf"v(?![LX]?[dbptlfq]{{0,3}}(?:[Mm]|{_ANY_YEAR}|[NO]\.?[db]?[Mm]))"
"""A weekend that is seen from a day, and not one of a month or year that stands behind it."""
_UNIT = rf"(?P<unit>U|{_WEEKEND})"
_DAY_OF_WEEK = r"(?:[tlfbT]?(?P<%s>[Ww])(?:(?<=w)\.)?,?\(?[tlf]{0,2})?"


def _day_month(suffix: str) -> str:
    day = rf"(?P<day{suffix}>[NO])\.?[db]?(?P<month{suffix}>[Mm])\.?"
    return _DAY_OF_WEEK % f"weekday{suffix}" + day


def _month_day(suffix: str) -> str:
    day = rf"(?P<month{suffix}>[Mm])\.?t?(?P<day{suffix}>[NO])"
    return _DAY_OF_WEEK % f"weekday{suffix}" + day


_IN_YEAR = r"(?:q[tlb]?U?|U)(?P<year>[YRH])"
_WEEKDAY1 = r"(?:t?(?P<weekday>W)t?)?"
_WEEKDAY2 = r"(?:(?P<weekday2>W)t?)?"
_END = r"(?P<day2>[NO])\.?[db]?(?P<month2>[Mm])\.?" + _YEAR % "year2"

# Name, pattern, and the rule that a language must have for the form (empty: none).
_FORMS: tuple[tuple[str, str, str], ...] = (
    (
        "days",
        rf"(?P<between>[fgb]?)(?:[tl]P?)?{_WEEKDAY1}(?P<day>[NO])\.?(?P<joint>a|-|e)a?[tl]?{_WEEKDAY2}{_END}",
        "",
    ),
    (
        "days",
        rf"(?P<between>[fgb]?)t?{_day_month('')}{_YEAR % 'year'}(?P<joint>a|-|e)a?[tl]?"
        rf"{_day_month('2')}{_YEAR % 'year2'}",
        "",
    ),
    (
        "days",
        rf"(?P<between>[fgb]?){_month_day('')}{_YEAR % 'year'}(?P<joint>a|-|e)a?"
        rf"(?:t?{_month_day('2')}|(?P<day3>N)(?![MmN])){_YEAR % 'year2'}",
        "month-first",
    ),
    (
        "day_and_weekday",
        rf"(?P<weekday>W)t?(?P<day>N)(?:[db]?(?P<month>[Mm])\.?{_YEAR % 'year'})?e[tl]?"
        r"(?P<weekday2>W)(?!t?\(?[NOLX])",
        "",
    ),
    ("night_day", rf"[fb]?(?P<before>W)a{_day_month('')}{_YEAR % 'year'}", ""),
    (
        "list",
        rf"(?P<list>[NO]\.?(?:(?:,|e)[tl]?[NO]\.?){{1,6}})[db]?(?P<month>[Mm])\.?{_YEAR % 'year'}",
        "",
    ),
    ("day", rf"{_IN_YEAR},?[tlf]?{_day_month('')}(?!{_ANY_YEAR})", ""),
    ("day", rf"{_IN_YEAR},?[tlf]?{_month_day('')}(?!,?{_ANY_YEAR}|[MmP])", "month-first"),
    ("day", rf"{_day_month('')}\((?P<year>[YRH])\)", ""),
    ("day", rf"[tl]?(?P<turn>[LX])t?{_day_month('')}(?!{_ANY_YEAR})", ""),
    ("day", rf"[tl]?(?P<turn>[LX])t?{_month_day('')}(?!,?{_ANY_YEAR}|[MmP])", "month-first"),
    ("day", rf"{_day_month('')}{_YEAR_IF_ANY}{_WHICH_YEAR}", ""),
    (
        "day",
        rf"(?<!q){_month_day('')}{_YEAR_IF_ANY}(?![MmP]){_WHICH_YEAR}",
        "month-first",
    ),
    (
        "numerics",
        rf"(?P<between>[fgb]?)[tl]?{_DAY_OF_WEEK % 'weekday'}(?P<numeric>[DIBZS]|N\.?(?=-))"
        rf"(?P<joint>a|-|e)a?[tl]?{_DAY_OF_WEEK % 'weekday2'}(?P<numeric2>[DIB])",
        "",
    ),
    (
        "numerics",
        rf"(?P<between>[fgb])[tl]?{_DAY_OF_WEEK % 'weekday'}(?P<numeric>Z)(?P<joint>a|-|e)a?[tl]?"
        rf"{_DAY_OF_WEEK % 'weekday2'}(?P<numeric2>Z)",
        "dotted-days",
    ),
    ("numeric", rf"{_DAY_OF_WEEK % 'weekday'}(?P<numeric>[DI])(?!z)", ""),
    ("numeric", r"[tlfbT]?(?P<weekday>[Ww])\.?,?\(?[tlf]{0,2}(?P<numeric>[Bo])", ""),
    ("numeric", r"[abdefglptq(](?P<numeric>B)", ""),
    ("numeric", r"[tf](?P<numeric>o)", "dotted-days"),
    ("short", r"(?P<weekday>[Ww])\.?,?\(?[tl]?(?P<short>S)\)?", ""),
    ("short", r"(?:(?P<weekday>[Ww])\.?,?\(?[tlf]{0,2}|[tf])(?P<short>Z)", "dotted-days"),
    (
        "months",
        rf"(?P<between>[fgb]?)(?P<month>M){_YEAR % 'year'}(?P<joint>a|-|e)a?"
        rf"(?P<month2>[Mm]){_YEAR % 'year2'}",
        "",
    ),
    (
        "months",
        rf"(?P<between>[fgb])(?P<month>m)(?P<joint>a|-|e)a?(?P<month2>[Mm]){_BEFORE_YEAR}"
        rf"(?P<year2>{_THAT_YEAR})",
        "",
    ),
    ("month", rf"[pqbf]?(?P<month>[Mm])\.?,?[dbpq]{{0,2}}(?P<year>{_ANY_YEAR})(?!-?N)", ""),
    ("years", r"(?P<between>[fgbpq]?)(?P<year>[YR])(?P<joint>a|e|-)(?P<year2>[YR])(?![u-])", ""),
    ("years", r"(?P<between>[fgb])(?P<year>H)(?P<joint>a|e)(?P<year2>[YH])(?![uxz-])", ""),
    ("year", r"(?:[pq][tlb]?U?|U)[tlbdf]?(?P<year>[YR])(?![uNM-])", ""),
    ("year", r"\((?P<year>[YR])\)", ""),
    ("year", r"(?:[pq][tlb]?)?U[tlbdf]?(?P<year>[HQ])(?![uzNM-])", ""),
    ("year", r"[pq][tlb]?(?P<year>H)(?![uxzNM-])", ""),
    ("years", r"(?<=\()(?P<year>[HQ])(?P<joint>-)(?P<year2>[HQYR])(?=\))", ""),
    ("weekday_day", r"(?P<weekday>[Ww])\(?t?(?P<day>N)\)?(?![MmuUPN])", ""),
    ("weekday_day", r"(?P<weekday>W),(?P<day>N)(?=[,;.)])", "weekday-comma-day"),
    ("habit", r"h[tl]?W|fWaW(?!t?[NO])|[WMU]h|Wib?[Mm]", ""),
    ("weekday_next", r"[tl]?[tTf]?(?P<weekday>W)X", ""),
    ("weekday_next", r"X(?P<weekday>W)", "modifier-first"),
    ("weekday_last", r"[tl]?[tTf]?(?P<weekday>W)L", ""),
    ("weekday_last", r"L(?P<weekday>W)", "modifier-first"),
    ("today_weekday", r"(?P<offset>r),?\(?t?(?P<weekday>W)\)?", ""),
    ("night", r"(?P<weekday>W)a(?P<weekday2>W)", ""),
    ("weekday_this", r"(?<=T)(?P<weekday>W)(?!-W)", "near-this"),
    ("weekday", r"(?<!l)(?P<weekday>W)(?!-W)", ""),
    ("month_last", r"[pqbf]?(?P<month>M)L", ""),
    ("month_next", r"[pqbf]?(?P<month>M)X", ""),
    ("month_last", r"L(?P<month>[Mm])", "modifier-first"),
    ("month_next", r"X(?P<month>[Mm])", "modifier-first"),
    ("ago", r"A(?P<count>[CNy])(?P<unit>[PUv])", ""),
    ("ago", r"(?P<count>[CNy])(?P<unit>[PUv])G", ""),
    ("unit_last", rf"(?<![CNy]){_UNIT}L", ""),
    ("unit_next", rf"(?<![CNy]){_UNIT}X", ""),
    ("unit_last", rf"(?<![Cy])L{_UNIT}", "modifier-first"),
    ("unit_next", rf"(?<![Cy])X{_UNIT}", "modifier-first"),
    ("unit_this", rf"T{_UNIT}(?![LX])", ""),
    ("unit_this", r"(?P<unit>s)", ""),
    ("offset", r"(?P<offset>r)", ""),
    ("eve", r"V", ""),
    ("morrow", r"E", ""),
    ("bare_month", r"(?:q|[pbf](?!Mt?[NO]))(?P<month>M)(?![hLX])", "month-first"),
    ("bare_month", r"[pqbf](?P<month>M)(?![hLX])", "day-first"),
)


@cache
def _grammar(language: str) -> tuple[re.Pattern[str], dict[str, tuple[str, dict[str, str]]]]:
    """Return one pattern of all forms of a language, and what its groups are called in each."""
    alternatives = []
    groups: dict[str, tuple[str, dict[str, str]]] = {}
    rules = {"", *table(language).rules}
    rules |= {"day-first"} - {rule.replace("month", "day") for rule in rules}
    for number, (form, pattern, rule) in enumerate(_FORMS):
        if rule not in rules:
            continue
        names = dict.fromkeys(re.findall(r"\(\?P<(\w+)>", pattern))
        renamed = re.sub(r"\(\?P<(\w+)>", rf"(?P<f{number}_\1>", pattern)
        alternatives.append(f"(?P<f{number}>{renamed})")
        groups[f"f{number}"] = (form, {name: f"f{number}_{name}" for name in names})
    # Spares most attempts.
    starts = "(?=[A-Zabdefghlmpqrstvwy(])(?=[^x;]{0,18}?[WwMmDIBoSZYRHQrVEULPGsv])"
    return re.compile(starts + "(?:" + "|".join(alternatives) + ")"), groups


def _with_spelled_days(text: str, language: str, tokens: list[Token], letters: str) -> str:
    words = table(language)
    if words.spelled is None or not ("i" in letters or "C" in letters):
        return letters

    def is_led(at: int) -> bool:
        if at and letters[at - 1] == "W":  # no month has a sixth of a day of the week
            return tokens[at].value > _MOST_OF_A_WEEKDAY
        start = tokens[at].start
        before = " ".join(text[max(0, start - _LONGEST_LEADING) : start].split())
        return f" {before}".endswith(words.leading)

    return with_spelled_days(letters, words.spelled, is_led)


def expressions(
    text: str, language: str, start: int = 0, end: int | None = None
) -> Iterator[Expression]:
    """Yield the dates written in a part of a text, in order, without looking for passages."""
    tokens = _tokens(text, language, start, end)
    letters = "".join([token.letter for token in tokens])
    letters = _with_spelled_days(text, language, tokens, letters)
    find = _kept_forms if len(letters) <= _LONGEST_CACHED_PASSAGE else _find_forms
    for form, first, last, parts, used in find(letters, language):
        end = tokens[last].end - (tokens[last].text == ".")
        named = {name: tokens[index] for name, index in parts}
        yield Expression(form, tokens[first].start, end, named, [tokens[each] for each in used])


class _Found(NamedTuple):
    """A form in a series of classes: as an ``Expression``, with indices in place of tokens."""

    form: str
    first: int
    last: int
    parts: tuple[tuple[str, int], ...]
    used: Sequence[int]


def _find_forms(letters: str, language: str) -> tuple[_Found, ...]:
    """Return the forms of dates in a series of classes of words, in order."""
    pattern, groups = _grammar(language)
    found = []
    for match in pattern.finditer(letters):
        form, names = groups[match.lastgroup or ""]
        parts = tuple(
            (part, match.start(group))
            for part, group in names.items()
            if part != "list" and match[group]
        )
        used: Sequence[int] = range(*match.span())
        if "list" in names:
            used = [index for index in range(*match.span(names["list"])) if letters[index] in "NO"]
        found.append(_Found(form, match.start(), match.end() - 1, parts, used))
    return tuple(found)


_kept_forms = lru_cache(_CACHED_PASSAGES)(_find_forms)  # most passages are built like others
