"""The scanner of dates in running text: words to classes, classes to expressions.

Every word of the text becomes one letter (``index.extract.dates.tables``); the forms that a date
may have are regular expressions over those letters.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from index.extract.dates.tables import CASED, MODIFIER_FIRST, MONTH_FIRST, Meaning, fold_word, table

_TOKEN = re.compile(
    r"(?! )(?:[^\W\d_]+(?:[\u064b-\u0652\u0640]+[^\W\d_]+)*[\u064b-\u0652]*"
    r"|(?P<iso>(?<![\d/.-])\d{4}([-/.])\d{1,2}\2\d{1,2}(?![\d/-]))"
    r"|(?P<numeric>(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\4\d{4}(?![\d/-]))"
    r"|(?P<short>(?<![\d/.-])\d{1,2}/\d{1,2}(?![\d/-]))"
    r"|(?P<dotted>(?<![\d/.-])\d{1,2}\.\d{1,2}\.(?!\d))"
    r"|\d+(?:[.,:hH]\d+)+\w*|\d+(?P<suffix>[^\W\d_]*[º°]?)|[^\w\s]|\n)"
)
_ORDINALS = frozenset(("er", "re", "st", "nd", "rd", "th", "º", "°", "ª", "o", "ro"))
_SILENT = frozenset("'’ʼ`")
_PUNCTUATION = {"-": "-", "–": "-", "—": "-", ",": ",", "،": ",", ".": ".", "(": "(", ")": ")"}
_PUNCTUATION |= dict.fromkeys("%€$£", "u")
_OPENING = frozenset(";.:(-")
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that a number of four digits may stand for where a month or a word announces one."""
_MONTH_YEAR = range(1000, 2201)
_CACHED_WORDS = 50_000


_NUMERIC = (("iso", "I"), ("numeric", "D"), ("short", "S"), ("dotted", "Z"))


class Token(NamedTuple):
    """A word, number or mark: its class and value, and its characters in the text."""

    letter: str
    value: int
    start: int
    end: int
    text: str = ""


class Expression(NamedTuple):
    """A date as written: the form it has, its tokens, and the indices of named tokens.

    ``parts`` maps a name of the form (``day``, ``month``, ``weekday``, ``year``...) to a token.
    """

    form: str
    start: int
    end: int
    parts: dict[str, Token]
    tokens: list[Token]


_YEAR = r"(?:(?:,|[dbptf]{0,2})(?P<%s>Y))?"
_DAY_OF_WEEK = r"(?:[tlfbT]?(?P<%s>[Ww])(?:(?<=w)\.)?,?\(?[tlf]{0,2})?"


def _day_month(suffix: str) -> str:
    day = rf"(?P<day{suffix}>[NO])\.?[db]?(?P<month{suffix}>[Mm])\.?"
    return _DAY_OF_WEEK % f"weekday{suffix}" + day


def _month_day(suffix: str) -> str:
    day = rf"(?P<month{suffix}>[Mm])\.?t?(?P<day{suffix}>[NO])"
    return _DAY_OF_WEEK % f"weekday{suffix}" + day


_WEEKDAY1 = r"(?:t?(?P<weekday>W)t?)?"
_WEEKDAY2 = r"(?:(?P<weekday2>W)t?)?"
_END = r"(?P<day2>[NO])\.?[db]?(?P<month2>[Mm])\.?" + _YEAR % "year2"

_FORMS: tuple[tuple[str, str, frozenset[str] | None], ...] = (
    (
        "days",
        rf"(?P<between>[fgb]?)[tl]?{_WEEKDAY1}(?P<day>[NO])\.?(?P<joint>a|-|e)[tl]?{_WEEKDAY2}{_END}",
        None,
    ),
    (
        "days",
        rf"(?P<between>[fgb]?)t?{_day_month('')}{_YEAR % 'year'}(?P<joint>a|-|e)[tl]?"
        rf"{_day_month('2')}{_YEAR % 'year2'}",
        None,
    ),
    (
        "days",
        rf"(?P<between>[fgb]?){_month_day('')}(?P<joint>a|-|e)(?:t?{_month_day('2')}|(?P<day3>N)(?![MmN]))"
        rf"{_YEAR % 'year2'}",
        MONTH_FIRST,
    ),
    ("night_day", rf"(?P<before>W)a{_day_month('')}{_YEAR % 'year'}", None),
    (
        "list",
        rf"(?P<list>[NO]\.?(?:(?:,|e)[tl]?[NO]\.?){{1,6}})[db]?(?P<month>[Mm])\.?{_YEAR % 'year'}",
        None,
    ),
    ("day", rf"{_day_month('')}{_YEAR % 'year'}(?!u)", None),
    ("day", rf"(?<!p){_month_day('')}(?:{_YEAR % 'year'})(?![MmP])", MONTH_FIRST),
    ("numeric", rf"{_DAY_OF_WEEK % 'weekday'}(?P<numeric>[DI])", None),
    ("short", r"(?P<weekday>[Ww])\.?,?\(?[tl]?(?P<short>S)\)?", None),
    (
        "short",
        r"(?:(?P<weekday>[Ww])\.?,?\(?[tlf]{0,2}|[tf])(?P<short>Z)",
        frozenset(("de",)),
    ),
    (
        "months",
        rf"(?P<between>[fgb]?)(?P<month>M){_YEAR % 'year'}(?P<joint>a|-|e)"
        rf"(?P<month2>[Mm]){_YEAR % 'year2'}",
        None,
    ),
    ("month", r"[pbf]?(?P<month>[Mm])\.?,?[dbp]{0,2}(?P<year>Y)(?!-?N)", None),
    ("years", r"(?P<between>[fgbp]?)(?P<year>Y)(?P<joint>a|e|-)(?P<year2>Y)(?![u-])", None),
    ("year", r"(?:p[tlb]?U?|U)[tlbdf]?(?P<year>Y)(?![uNM-])", None),
    ("year", r"\((?P<year>Y)\)", None),
    ("weekday_day", r"(?P<weekday>[Ww])\(?t?(?P<day>N)\)?(?![MmuUPN])", None),
    ("weekday_day", r"(?P<weekday>W),(?P<day>N)(?=[,;.)])", frozenset(("pt",))),
    ("habit", r"h[tl]?W|fWaW|fWaW|[WMU]h", None),
    ("weekday_next", r"[tl]?[tTf]?(?P<weekday>W)X", None),
    ("weekday_next", r"X(?P<weekday>W)", MODIFIER_FIRST),
    ("weekday_last", r"[tl]?[tTf]?(?P<weekday>W)L", None),
    ("weekday_last", r"L(?P<weekday>W)", MODIFIER_FIRST),
    ("today_weekday", r"(?P<offset>r),?\(?t?(?P<weekday>W)\)?", None),
    ("night", r"(?P<weekday>W)a(?P<weekday2>W)", None),
    ("weekday", r"(?<!l)(?P<weekday>W)(?!-W)", None),
    ("month_last", r"[pbf]?(?P<month>M)L", None),
    ("month_next", r"[pbf]?(?P<month>M)X", None),
    ("month_last", r"L(?P<month>[Mm])", MODIFIER_FIRST),
    ("month_next", r"X(?P<month>[Mm])", MODIFIER_FIRST),
    ("ago", r"A(?P<count>[CN])(?P<unit>[PU])", None),
    ("ago", r"(?P<count>[CN])(?P<unit>[PU])G", None),
    ("unit_last", r"(?<![CN])(?P<unit>U)L", None),
    ("unit_next", r"(?<![CN])(?P<unit>U)X", None),
    ("unit_last", r"(?<![C])L(?P<unit>U)", MODIFIER_FIRST),
    ("unit_next", r"(?<![C])X(?P<unit>U)", MODIFIER_FIRST),
    ("unit_this", r"T(?P<unit>U)(?![LX])", None),
    ("offset", r"(?P<offset>r)", None),
    ("eve", r"V", None),
    ("morrow", r"E", None),
    ("bare_month", r"(?:p|b|f)(?P<month>M)(?![hLX])", None),
)


@cache
def _grammar(language: str) -> tuple[re.Pattern[str], dict[str, tuple[str, dict[str, str]]]]:
    """Return one pattern of all forms of a language, and what its groups are called in each."""
    alternatives = []
    groups: dict[str, tuple[str, dict[str, str]]] = {}
    for number, (form, pattern, languages) in enumerate(_FORMS):
        if languages is not None and language not in languages:
            continue
        names = dict.fromkeys(re.findall(r"\(\?P<(\w+)>", pattern))
        renamed = re.sub(r"\(\?P<(\w+)>", rf"(?P<f{number}_\1>", pattern)
        alternatives.append(f"(?P<f{number}>{renamed})")
        groups[f"f{number}"] = (form, {name: f"f{number}_{name}" for name in names})
    starts = "(?=[A-Zabefghlmprtw(])(?=[^x;]{0,18}?[WwMmDISZYrVEULPG])"  # spares most attempts
    return re.compile(starts + "(?:" + "|".join(alternatives) + ")"), groups


_classified: dict[str, dict[str, Meaning | None]] = {}
"""By language: the meaning of words and marks as written; None for a silent mark."""
_NOTHING = Meaning("x")
_WORD_LIKE = Token("x", 0, 0, 0)
_fold = lru_cache(_CACHED_WORDS)(fold_word)


def tokens(text: str, language: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of a part of a text, phrases as one token.

    Words that mean nothing are all the same token, of class ``x`` and without a place.
    """
    phrases = table(language).phrases
    known = _classified.setdefault(language, {})
    if len(known) > _CACHED_WORDS:
        known.clear()
    found: list[Token] = []
    append = found.append
    waiting = 0
    matches = list(_TOKEN.finditer(text, start, len(text) if end is None else end))
    for at, match in enumerate(matches):
        if at < waiting:
            continue
        written = match[0]
        if written[0].isdigit():  # what stands before it counts too
            meaning = _classify(match, language)
        else:
            try:
                meaning = known[written]
            except KeyError:
                meaning = known[written] = _classify(match, language)
        if meaning is _NOTHING:
            append(_WORD_LIKE)
            continue
        if meaning is None:
            continue
        letter, value = meaning
        stop = match.end()
        if letter[0] == "*":
            phrase = _phrase(matches, at, phrases)
            letter = letter[1:]
            if phrase:
                (letter, value), length = phrase
                waiting = at + length
                stop = matches[waiting - 1].end()
        if letter in "WwMmr":
            letter = _cased(written, Meaning(letter, value), language, found)
        append(Token(letter, value, match.start(), stop, written))
    return found


def _classify(match: re.Match[str], language: str) -> Meaning | None:
    """Return the meaning of a token, None for a silent mark; ``*`` where a phrase may begin."""
    written = match.group()
    if written[0].isdigit():
        return _of_number(match)
    if not written[0].isalpha():
        return None if written in _SILENT else Meaning(_PUNCTUATION.get(written, ";"))
    words, phrases = table(language)
    folded = fold_word(written)
    meaning = words.get(folded, _NOTHING)
    return Meaning("*" + meaning.letter, meaning.value) if folded in phrases else meaning


def _of_number(match: re.Match[str]) -> Meaning:
    for name, letter in _NUMERIC:
        if match[name]:
            return Meaning(letter)
    written = match.group()
    suffix = match["suffix"] or ""
    digits = written[: len(written) - len(suffix)]
    if not digits.isdecimal() or len(digits) > 4 or (suffix and suffix.lower() not in _ORDINALS):
        return Meaning("n")
    number = int(digits)
    if len(digits) <= 2 and 1 <= number <= 31:
        return Meaning("N", number)
    if len(digits) == 4 and not suffix and FIRST_YEAR <= number <= LAST_YEAR:
        return Meaning("Y", number)
    return Meaning("n", number)


def _phrase(
    matches: list[re.Match[str]],
    at: int,
    phrases: dict[str, tuple[tuple[tuple[str, ...], Meaning], ...]],
) -> tuple[Meaning, int] | None:
    """Return the longest phrase that begins at a word, and how many tokens it has."""
    for parts, meaning in phrases[_fold(matches[at].group())]:
        index = at + 1
        for part in parts[1:]:
            while index < len(matches) and matches[index].group() in _SILENT:
                index += 1
            if index >= len(matches) or _fold(matches[index].group()) != part:
                break
            index += 1
        else:
            return meaning, index - at
    return None


def _cased(written: str, meaning: Meaning, language: str, before: list[Token]) -> str:
    """Return the class of a day or month as its case lets it be.

    Where they are written small, a capital inside a sentence makes a name ("Domingo"), unless a
    day or year stands beside it; all capitals are a title. English ones want their capital where
    the word has another meaning; German "Morgen" is no "morgen".
    """
    letter = meaning.letter
    capital = written[0].isupper()
    inside = bool(before) and before[-1].letter not in _OPENING
    if language in CASED and capital and inside and not written.isupper():
        if written == "Mars" and before[-1].letter not in "NO":  # the planet
            return "x"
        return letter.lower() if letter != "r" else letter
    if language == "en" and not capital and letter in "mw":
        return "x"
    if language == "de" and letter == "r" and meaning.value == 1 and capital and inside:
        return "x"
    return letter


def expressions(
    text: str, language: str, start: int = 0, end: int | None = None
) -> Iterator[Expression]:
    """Yield the dates written in a part of a text, in order; habits and phrases are left out."""
    found = tokens(text, language, start, end)
    letters = "".join([token.letter for token in found])
    pattern, groups = _grammar(language)
    for match in pattern.finditer(letters):
        form, named = groups[match.lastgroup or ""]
        parts = {
            part: found[match.start(group)]
            for part, group in named.items()
            if part != "list" and match[group]
        }
        used = found[match.start() : match.end()]
        if "list" in named:
            span = match.span(named["list"])
            used = [token for token in found[slice(*span)] if token.letter in "NO"]
        first, last = found[match.start()], found[match.end() - 1]
        end_of_word = last.end - (last.text == ".")
        yield Expression(form, first.start, end_of_word, parts, used)
