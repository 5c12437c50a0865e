"""The scanner of dates in running text: words become classes, classes become expressions.

Each word of a text becomes one letter (``words.py``), and the forms of dates are regular
expressions over those letters (``forms.py``).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from index.extract.dates.forms import grammar
from index.extract.dates.spelled import (
    MOST_YEAR_WORDS,
    YearWords,
    joined_year,
    spelled_year,
    with_spelled_days,
)
from index.extract.dates.words import Meaning, Phrases, fold_word, table


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
    r"|(?P<numeric>(?<![\d/.-])\d{1,2}(?:([/.-])\d{1,2}\4|\.[ \xa0]\d{1,2}\.[ \xa0])"
    r"\d{4}(?![\d/-]))"
    r"|(?P<brief>(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\6\d{2}(?![\d/-]|[.,:]\d|[^\W\d_]))"
    r"|(?P<short>(?<![\d/.-])\d{1,2}/\d{1,2}(?![\d/-]))"
    r"|(?P<dotted>(?<![\d/.-])\d{1,2}\.\d{1,2}\.(?!\d))"
    r"|\d+(?:[.,:hH]\d+)+\w*|\d+(?P<suffix>[^\W\d_]*[º°]?)"
    # Marks that mean nothing in dates: many are as good as one.
    r"|\./(?=\d)|[^\w\s'’ʼ`–—,،.()%€$£-]+|[^\w\s]|\n)"
)
_NUMERIC = (("iso", "I"), ("numeric", "D"), ("brief", "B"), ("short", "S"), ("dotted", "Z"))
_ORDINALS = frozenset(("er", "re", "st", "nd", "rd", "th", "º", "°", "ª", "o", "ro"))
_SILENT = frozenset("'’ʼ`")
_PUNCTUATION = {"-": "-", "–": "-", "—": "-", ",": ",", "،": ",", ".": ".", "(": "(", ")": ")"}
_PUNCTUATION |= dict.fromkeys("%€$£", "u")
_PUNCTUATION["./"] = "e"  # "3./4. Mai"
_OPENING = frozenset(";.:(-")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
"""Years that a number of four digits may mean if a month or a word announces one."""
_FIRST_EARLY_YEAR = 1000
"""Numbers from here on are years too, but only behind a month or a word for one: *1500 people*."""
_TWO_THOUSAND = 2000
"""What a single word may mean, in Arabic, and be a year."""
_CACHED_WORDS = 50_000
_CACHED_PASSAGES = 10_000
_LONGEST_CACHED_PASSAGE = 80

_classified: dict[str, dict[str, Meaning | None]] = {}
"""By language: the meaning of words and marks as written; None for a silent mark."""
_TWICE = re.compile(r"[Mm](?:;[Mm]|\([Mm]\))")
_NOTHING = Meaning("x")
_NO_DATE_WORD = Token("x", 0, 0, 0)
_fold = lru_cache(_CACHED_WORDS)(fold_word)


def _tokens(text: str, language: str, start: int, end: int | None) -> list[Token]:
    """Return the tokens of a part of a text; a phrase is one token.

    All words that mean nothing are the same token, of class ``x`` and without a place.
    """
    phrases, years = table(language).phrases, table(language).years
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
            phrase = _phrase(matches, index, phrases, years)
            letter = letter[1:]
            if phrase:
                (letter, value), length = phrase
                next_index = index + length
                stop = matches[next_index - 1].end()
        if letter == "N" and _is_numbered(tokens):
            letter = "n"
        if letter in "WwMmr~":
            letter = _class_by_case(word, Meaning(letter, value), language, tokens)
        append(Token(letter, value, match.start(), stop, word))
    if "two-months" in table(language).rules:
        return list(_with_one_name(tokens))
    return tokens


def _with_one_name(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens, one for a month that is named twice: ``آذار/مارس``, ``آذار (مارس)``."""
    letters = "".join([token.letter for token in tokens])
    at = 0
    for twice in _TWICE.finditer(letters):
        first, last = tokens[twice.start()], tokens[twice.start() + 2]
        if first.value == last.value:
            yield from tokens[at : twice.start()]
            yield first._replace(end=tokens[twice.end() - 1].end)
            at = twice.end()
    yield from tokens[at:]


def _classify(match: re.Match[str], language: str) -> Meaning | None:
    """Return the meaning of a token, None for a silent mark; ``*`` if a phrase may begin there."""
    word = match.group()
    if word[0].isdigit():
        number = _number(match)
        starts_phrase = fold_word(word) in table(language).phrases
        return Meaning("*" + number.letter, number.value) if starts_phrase else number
    if not word[0].isalpha():
        return None if word in _SILENT else Meaning(_PUNCTUATION.get(word, ";"))
    words, phrases, *_ = table(language)
    folded = fold_word(word)
    meaning = words.get(folded, _NOTHING)
    if meaning is _NOTHING and (year := joined_year(folded, table(language).years)):
        return Meaning(_word_year_letter(year), year)
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


def _word_year_letter(year: int) -> str:
    """Return the class of a year in words, which is no more certain than an early one."""
    return "H" if year % 100 else "Q"


def _phrase(
    matches: list[re.Match[str]], start: int, phrases: Phrases, years: YearWords
) -> tuple[Meaning, int] | None:
    """Return the longest phrase that begins at a word, and the number of its tokens."""
    second = start + 1
    while second < len(matches) and matches[second].group() in _SILENT:
        second += 1
    first_word = _fold(matches[start].group())
    second_word = _fold(matches[second].group()) if second < len(matches) else ""
    if first_word in years.first and (
        second_word in years.values
        or second_word == "-"
        or years.values[first_word] == _TWO_THOUSAND
    ):
        words = (_fold(match.group()) for match in islice(matches, start, start + MOST_YEAR_WORDS))
        year, length = spelled_year(words, years)
        if year:
            return Meaning(_word_year_letter(year), year), length
    for parts, meaning in phrases[first_word]:
        if parts[1] != second_word:
            continue
        index = second + 1
        for part in parts[2:]:
            while index < len(matches) and matches[index].group() in _SILENT:
                index += 1
            if index >= len(matches) or _fold(matches[index].group()) != part:
                break
            index += 1
        else:
            return meaning, index - start
    return None


def _is_numbered(before: list[Token]) -> bool:
    """Return whether a number behind these tokens is that of an article: *art. 12*."""
    at = -2 if before[-1:] and before[-1].letter == "." else -1
    return len(before) >= -at and before[at].letter == "#"


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
    if language == "en" and not capital and (letter in "mw" or word == "that"):
        return "x"
    if language == "de" and letter == "r" and meaning.value == 1 and capital and inside:
        return "x"
    return letter


# Expressions

_MOST_OF_A_WEEKDAY = 5
_LONGEST_LEADING = 20


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
    pattern, groups = grammar(language)
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
