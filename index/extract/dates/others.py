"""What shows that a quarter, half or season with a year is none of the calendar.

*The first half of the 2018 final*, *dans la première moitié de 1999 postes*, *the Audi Q3 2019*,
*Le Printemps 2020*, *Trainer Winter 2018*, *der Prager Frühling 1968*.
"""

import re
from enum import Enum, auto

from index.extract.dates.scanner import Expression
from index.extract.dates.tense import is_past
from index.extract.dates.words import fold_word, table


class Reading(Enum):
    """What part of a year an expression means: that part, no more than the year, or nothing."""

    PART = auto()
    YEAR = auto()
    NOTHING = auto()


_CODE = re.compile(r"[A-Za-z]\W?\d")
_HALVES = frozenset(("half", "moitie", "mitad", "meta", "metade", "halfte"))
"""Folded words for a half of anything, unlike *semestre*."""
_WORD = re.compile(r"[^\W\d_]+")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[ \u00a0]$")
_WORD_BEHIND = re.compile(r"[ \u00a0]([^\W\d_]+)")
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|\n|[؟]")
_SCORE = re.compile(r"(?<![\d:.-])\d[:–-]\d(?![\d:.-])")
_LONGEST_WORD = 30
_SENTENCE = 150
_COMPANY = re.compile(r"\s(?:Ltd|Inc|Corp|LLC|plc|GmbH)\b")
_GERMAN_ADJECTIVE = re.compile(
    r"\w+isch(?:e[nrm]?|es)|(?:Prag|Berlin|Wien|Münchn|Hamburg|Paris|Köln|Salzburg)er"
)
_GERMAN_NAMES = frozenset(("frühling", "sommer", "herbst", "winter"))
"""Seasons that are surnames, and Frühling a revolt, unlike *Frühjahr* and *Spätsommer*."""
_ARABIC_COUNTED = re.compile(
    r"(?!ارتفاعا|انخفاضا|تراجعا|نموا|تحسنا|عجزا|فائضا|انتعاشا|تطورا|استقرارا|زيادا|عندما|كما|فيما"
    r"|بعدما|حينما|بينما|هذا|أيضا|مقارنا|وفقا|حسبما|ما|لما|إذا)[^\W\d_]{2,}ا"
)
"""A noun behind a number: *2018 دينارا*; rises and falls may stand behind a year."""


def reading(expression: Expression, text: str, language: str) -> Reading:
    """Return how a part of a year is read by the words beside it."""
    part, year = expression.parts["part"], expression.parts.get("year")
    if year is None or year.start < part.start:
        return Reading.PART
    named = text[part.start : part.end]
    behind = _WORD_BEHIND.match(text, year.end)
    word = behind[1] if behind else ""
    of = _WORD.search(text, part.end, year.start) is not None
    if language == "ar" and not of and _ARABIC_COUNTED.fullmatch(word):
        return Reading.NOTHING
    if part.letter == "&":
        return _season(expression, text, language, of, word)
    if _CODE.fullmatch(named):
        before = _word_before(text, part.start)
        return Reading.PART if _is_code(before, word, language) else Reading.NOTHING
    return _share(expression, text, language, of, word)


def _word_before(text: str, at: int) -> str:
    """Return the word before a character, empty where a mark or nothing is before it."""
    before = _WORD_BEFORE.search(text, max(0, at - _LONGEST_WORD), at)
    return before[1] if before else ""


def _is_known(word: str, language: str) -> bool:
    """Return whether a word is one of dates, a function word or a verb of the past."""
    words, lowered = table(language), word.lower()
    return (
        lowered in words.behind_year
        or lowered in words.verbs_behind_year
        or lowered in words.beside_code
        or fold_word(word) in words.words
        or (word == lowered and is_past(word, language))
    )


def _is_code(before: str, behind: str, language: str) -> bool:
    """Return whether *Q3*, *T3*, *S1* or *H1* is a part of a year and no model or line.

    No name stands before it, and behind *the* a noun of accounts follows.
    """
    if behind.lower() in table(language).beside_code:
        return True
    if before.lower() == "the":
        return not behind
    return not before or _is_known(before, language)


def _share(expression: Expression, text: str, language: str, of: bool, behind: str) -> Reading:
    """Return the reading of a quarter or a half, which matches and numbers of people have too."""
    part, year = expression.parts["part"], expression.parts["year"]
    words = _WORD.findall(text[part.start : part.end])
    half = fold_word(words[-1]) in _HALVES
    if not (half or language == "en"):
        return Reading.PART
    before_year = _word_before(text, year.start).lower()
    if before_year == "the" or text.startswith(("'s", "’s"), year.end):
        return Reading.YEAR
    if _is_of_play(expression, text, language):
        return Reading.YEAR if of else Reading.NOTHING
    if not half or not behind:
        return Reading.PART
    if language == "de":
        counts = behind[0].isupper()
    elif language == "it" and before_year == "di":
        counts = True
    elif of:
        counts = language != "en" and behind[-1] in "sx" and behind.islower()
    else:
        counts = "-" not in text[part.start : part.end]
    return Reading.NOTHING if counts and not _is_known(behind, language) else Reading.PART


def _is_of_play(expression: Expression, text: str, language: str) -> bool:
    """Return whether a sentence has a score or a word of sport."""
    start = max(0, expression.start - _SENTENCE)
    for end in _SENTENCE_END.finditer(text, start, expression.start):
        start = end.end()
    stop = _SENTENCE_END.search(text, expression.end, expression.end + _SENTENCE)
    sentence = text[start : stop.start() if stop else expression.end + _SENTENCE]
    if _SCORE.search(sentence):
        return True
    return not table(language).sport.isdisjoint(_WORD.findall(sentence.lower()))


def _season(expression: Expression, text: str, language: str, of: bool, behind: str) -> Reading:
    """Return the reading of a season, whose word is also a name and a time of revolt."""
    part, year = expression.parts["part"], expression.parts["year"]
    before = _word_before(text, part.start)
    name = _WORD.findall(text[part.start : part.end])[-1]
    rules = table(language).rules
    is_name = bool(before) and before[0].isupper() and not _is_known(before, language)
    if "capital-nouns" in rules:
        if not is_name or name.lower() not in _GERMAN_NAMES:
            return Reading.PART
        return Reading.YEAR if _GERMAN_ADJECTIVE.fullmatch(before) else Reading.NOTHING
    if not name[0].isupper() or name.isupper():
        counted = (
            language == "en"
            and year.letter == "R"
            and behind[-1:] == "s"
            and behind.islower()
            and not _is_known(behind, language)
        )
        return Reading.NOTHING if counted else Reading.PART
    if language == "en":
        if not of and (is_name or _COMPANY.match(text, year.end)):
            return Reading.NOTHING
        return Reading.PART
    if "cased" not in rules or not before:
        return Reading.PART
    named = not of and before.lower() in ("le", "la", "il", "el", "o", "a")
    return Reading.NOTHING if named else Reading.YEAR
