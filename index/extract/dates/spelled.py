"""Days and years that are written in words: *le quinze mars*, *en mil neuf cent quatorze*.

Each language has words for days, and patterns of the classes of words around them (``spelled`` in
its file), by which a word that counts other things too is one for a day.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

_DAYS: Final = r"[Ci](?:[,ea]a?[tl]?[Ci]){0,6}"
_SEVERAL: Final = r"[Ci](?:[,ea]a?[tl]?[Ci]){1,6}"
_WORD: Final = re.compile("[Ci]")


def spelled_pattern(rows: list[str]) -> re.Pattern[str] | None:
    """Return the pattern of the rows of a language, ``{days}`` being one or more; None for none."""
    joined = "|".join(rows)
    if not joined:
        return None
    return re.compile(joined.replace("{days}", _DAYS).replace("{several}", _SEVERAL))


def with_spelled_days(letters: str, pattern: re.Pattern[str], is_led: Callable[[int], bool]) -> str:
    """Return the classes of words with ``O``, a day, for words in which the pattern finds one.

    What is found as ``led`` counts where ``is_led`` says so of its place.
    """

    def days(found: re.Match[str]) -> str:
        counts = found.lastgroup != "led" or is_led(found.start())
        return _WORD.sub("O", found[0]) if counts else found[0]

    return pattern.sub(days, letters)


MOST_YEAR_WORDS: Final = 14
"""Words and marks that a year in words has at most: *mil neuf cent quatre-vingt-dix-neuf*."""
_FIRST_YEAR, _LAST_YEAR = 1001, 2099
_TENS: Final = range(20, 100, 10)
_CENTURIES: Final = range(13, 20)
"""Hundreds of years that other years may follow at once; smaller numbers may tell the time."""
_LEAST_JOINED: Final = 10


class YearWords(NamedTuple):
    """The folded words of which the years of a language are made, with their values."""

    values: Mapping[str, int] = {}
    """Less than 0: "and" with the value."""
    joiners: frozenset[str] = frozenset()
    """What may stand between them and has no value."""
    rare: frozenset[str] = frozenset()
    """Those that are hardly anything but parts of years."""
    first: frozenset[str] = frozenset()
    """Those that a year may begin with, in languages that write its words apart."""
    joined: re.Pattern[str] | None = None
    """The parts of a year, in languages that write it as one word."""


def year_words(
    values: Mapping[str, int], joiners: frozenset[str], rare: frozenset[str], rules: frozenset[str]
) -> YearWords:
    """Return the words of years of a language by the values of its numbers."""
    if "joined-years" in rules:
        parts = "|".join(sorted(values, key=len, reverse=True))
        return YearWords(values, joined=re.compile(parts), rare=rare)
    firsts = {1000, 2000, 2, *(range(10, 20) if "counted-centuries" in rules else ())}
    first = frozenset(word for word, value in values.items() if value in firsts)
    return YearWords(values, joiners, rare, first)


def joined_year(word: str, years: YearWords) -> int:
    """Return the year that a folded word means (*neunzehnhundertvierzehn*); 0 for any other."""
    if years.joined is None or len(word) < _LEAST_JOINED:
        return 0
    parts = years.joined.findall(word)
    if sum(map(len, parts)) != len(word):
        return 0
    return _year([years.values[part] for part in parts])[0]


def spelled_year(words: Iterable[str], years: YearWords) -> tuple[int, int]:
    """Return the year that words begin with, and how many words and joiners it has; 0, 0: none."""
    values: list[int] = []
    lengths: list[int] = []
    for length, word in enumerate(words, 1):
        if word == "-":
            continue
        if word not in years.values and (not values or word not in years.joiners):
            break
        value = years.values.get(word, 0)
        values += (0, -value) if value < 0 else (value,)
        lengths += (length, length) if value < 0 else (length,)
    year, used = _year(values)
    return (year, lengths[used - 1]) if year else (0, 0)


def _year(values: Sequence[int]) -> tuple[int, int]:
    """Return the year that the values of its words make, and how many of them; 0, 0 for none.

    A value is added where it is smaller than the last one allows, and hundreds and thousands
    multiply. ``19 14`` is a year too, 4 before 20 is 80, and what stands before "and" (0) and tens
    is added to them.
    """
    thousands = rest = used = 0
    limit, last = 1000, -1
    for number, value in enumerate(values, 1):
        if value == 0:
            pass
        elif value == 1000 and not thousands and rest <= 2:
            thousands, rest, limit = 1000 * (rest or 1), 0, 1000
        elif value == 2000 and not thousands and not rest:
            thousands = 2000
        elif value == 100 and rest < 20:
            rest, limit = 100 * (rest or 1), 100
        elif value == 20 and last == 4:
            rest, limit = rest + 76, 20
        elif value == 10 and 0 < last < 10 and rest % 100 == last:  # Arabic: nine ten
            rest, limit = rest + 10, 0
        elif value < limit:
            rest += value
            limit = _limit(value)
        elif last == 0 and value in _TENS and 0 < rest % 100 < 10:  # vierundzwanzig
            rest, limit = rest + value, 0
        elif not thousands and rest == last in _CENTURIES and 10 <= value < 100:
            rest, limit = 100 * rest + value, _limit(value)  # nineteen fourteen
        else:
            break
        last = value
        used = number if value else used
    year = thousands + rest
    return (year, used) if _FIRST_YEAR <= year <= _LAST_YEAR else (0, 0)


def _limit(value: int) -> int:
    """Return what a number behind a value must be less than."""
    if value >= 100:
        return 100
    if value in (60, 80):  # soixante-dix
        return 20
    return 10 if value % 10 == 0 else 0
