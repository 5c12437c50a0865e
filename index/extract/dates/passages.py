"""The passages of a text that may hold a date: only they are scanned.

Every date holds a word or number that announces it, and no word that means nothing in dates. A
passage reaches from a word that is part of no date to the next such word, if what stands between
them announces a date.
"""

import re
from collections.abc import Iterator
from functools import cache

from index.analysis import Folded, fold_key, fold_text
from index.extract.dates.scanner import Expression, expressions
from index.extract.dates.spelled import joined_year
from index.extract.dates.words import table


def scan(
    text: str, start: int, end: int, language: str, folded: Folded | None = None, lead: int = 0
) -> Iterator[Expression]:
    """Yield the dates written in characters ``start`` to ``end`` of a text, in order.

    ``folded``, where the caller has it, is all of the text, folded with ``lead`` characters before
    it.
    """
    part = text[start:end]
    if folded is None or part != text:
        folded, lead = fold_text(part), 0
    for first, last in passages(part, language, folded, lead):
        yield from expressions(text, language, start + first, start + last)


_NO_PART, _PART, _ANNOUNCES, _ANNOUNCES_BESIDE, _NO_WORD = "-", "?", "!", "+", " "
_ANNOUNCING = frozenset("WwMmrYVEUPsv&")
"""Classes one of which is in every form of a date that has no number of four digits."""
_NEVER_ALONE = frozenset("wMmUPv&")
"""Those of them that no form has as its only word."""
_LONG = 4
_HUNDREDS = (100, 1000, 2000)
"""Values of words that announce a year in words beside another."""
_CACHED_WORDS = 50_000
_LONGEST_CACHED = 40
_ANNOUNCEMENT = re.compile(r"!|\+ *[?+]|\? *\+")
_DOTTED_DAY = re.compile(r"\d\.\d\d?\.")
"""A day in figures without a year, as German writes it: ``am 28.10.``."""
_BRIEF_DAY = re.compile(r"\d[/.-]\d\d?[/.-]\d\d(?!\d)")
"""A day in figures with a year of two digits: ``le 12/03/98``."""
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_UNUSUAL = re.compile(
    "[^\x00-\xac\xae-\u024f\u060c\u061b\u061f\u0621-\u0652\u0660-\u066c"
    "\u2000-\u200a\u2010-\u2027\u202f\u2030-\u203a\u20a0-\u20bf]"
)
"""Characters beside which the words of folded text may differ from those of the text."""


def passages(text: str, language: str, folded: Folded, lead: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last characters of the passages of ``text``, in order.

    ``folded`` is the text folded with ``lead`` characters before it. Neighbours may share the word
    between them, which is part of no date.
    """
    if not text.isascii() and _UNUSUAL.search(text):
        yield 0, len(text)
        return
    dotted_days = "dotted-days" in table(language).rules and _DOTTED_DAY.search(text)
    least_digits = 1 if dotted_days or _BRIEF_DAY.search(text) else 4
    kinds = "".join(map(_kinds(language, least_digits).__getitem__, folded.words))
    announcement = _ANNOUNCEMENT.search(kinds)
    while announcement:
        before = kinds.rfind(_NO_PART, 0, announcement.start())
        after = kinds.find(_NO_PART, announcement.end())
        start, end = 0, len(text)
        if before >= 0:
            place = folded.starts[before]
            start = max(0, folded.span(place, place + 1).start - lead)
        if after >= 0:
            place = folded.starts[after + 1] - 1
            end = folded.span(place - 1, place).end - lead
        if end > 0:
            yield start, end
        announcement = _ANNOUNCEMENT.search(kinds, after) if after >= 0 else None


class _Kinds(dict[str, str]):
    """The kind of each folded word of a language in passages."""

    def __init__(self, language: str, least_digits: int) -> None:
        super().__init__()
        self._known = _passage_kinds(language)
        self._years = table(language).years
        self._least_digits = least_digits

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        kind = self._known.get(word) or self._other_kind(word)
        if len(word) <= _LONGEST_CACHED:
            self[word] = kind
        return kind

    def _other_kind(self, word: str) -> str:
        if word.isalpha():
            return _ANNOUNCES if joined_year(word, self._years) else _NO_PART
        runs = _LETTERS_OR_DIGITS.findall(word)
        announces = any(
            len(run) >= self._least_digits
            if run.isdecimal()
            else self._known.get(run) in (_ANNOUNCES, _ANNOUNCES_BESIDE)
            for run in runs
        )
        return _ANNOUNCES if announces else _PART


_kinds = cache(_Kinds)


@cache
def _passage_kinds(language: str) -> dict[str, str]:
    """Return the kinds of the folded words that are part of dates in a language."""
    words, by_first, *_ = table(language)
    years = table(language).years
    phrases = [phrase for group in by_first.values() for phrase in group]
    beside = {word for word, meaning in words.items() if meaning.letter in _NEVER_ALONE}
    beside |= {word for word, value in years.values.items() if value in _HUNDREDS}
    announcing = {word for word, meaning in words.items() if meaning.letter in _ANNOUNCING} - beside
    for parts, meaning in sorted(phrases, key=lambda phrase: len(phrase[0])):
        # The words of a phrase stand side by side: one is enough, the last that is long is rare.
        if meaning.letter in _ANNOUNCING and not (announcing | beside).intersection(parts):
            long = [part for part in parts if len(part) >= _LONG]
            beside.add(long[-1] if long else max(parts, key=len))
    announcing |= years.rare
    in_phrases = {part for parts, _ in phrases for part in parts}
    return {
        **dict.fromkeys(_folded_words(in_phrases.union(words, years.values)), _PART),
        **dict.fromkeys(_folded_words(beside), _ANNOUNCES_BESIDE),
        **dict.fromkeys(_folded_words(announcing), _ANNOUNCES),
        "": _NO_WORD,  # between two spaces
    }


def _folded_words(words: set[str]) -> Iterator[str]:
    return (part for word in words for part in fold_key(word).split())
