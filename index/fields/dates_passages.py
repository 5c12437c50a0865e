"""The passages of a text that may speak of a date, so that the rest of it need not be scanned.

Every date holds a word or number that announces one, and no word that means nothing in dates. A
passage reaches from a word that is part of no date to the next such word, where one between them
announces a date.
"""

import re
from collections.abc import Iterator
from functools import cache

from index.fields.dates_tables import table
from index.vocabularies.folding import Folded, fold_key

_NO_PART, _PART, _ANNOUNCES = "-", "?", "!"
_ANNOUNCING = frozenset("WwMmrYVEUP")
"""Classes of words of which every form of a date has one, or else a number of four digits."""
_DOTTED_DAY = re.compile(r"\d\.\d\d?\.")
"""A day in figures without a year, as German writes it: ``am 28.10.``."""
_RUN = re.compile(r"[^\W\d_]+|\d+")
_UNUSUAL = re.compile(
    "[^\x00-\xac\xae-\u024f\u060c\u061b\u061f\u0621-\u0652\u0660-\u066c"
    "\u2000-\u200a\u2010-\u2027\u202f\u2030-\u203a\u20a0-\u20bf]"
)
"""Characters beside which words of folded text may be other words than those of the text."""
_CACHED_WORDS = 50_000
_LONGEST_CACHED = 40


class _Kinds(dict[str, str]):
    """What the folded words of a language are to a date, found out when first asked for."""

    def __init__(self, language: str, dotted: bool) -> None:
        super().__init__()
        self._least_digits = 1 if dotted else 4
        words, by_first = table(language)
        phrases = [row for rows in by_first.values() for row in rows]
        parts = {part for each, _ in phrases for part in each}
        announcing = {word for word, meaning in words.items() if meaning.letter in _ANNOUNCING}
        announcing.update(
            max(each, key=len) for each, meaning in phrases if meaning.letter in _ANNOUNCING
        )
        self._announcing = _folded(announcing)
        self._parts = _folded(parts.union(words))

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        kind = self._kind(word)
        if len(word) <= _LONGEST_CACHED:
            self[word] = kind
        return kind

    def _kind(self, word: str) -> str:
        if word.isalpha() and word not in self._parts:
            return _NO_PART
        runs = _RUN.findall(word)
        numbers = [run for run in runs if run.isdecimal()]
        if any(len(number) >= self._least_digits for number in numbers):
            return _ANNOUNCES
        return _PART if self._announcing.isdisjoint(runs) else _ANNOUNCES


def _folded(words: set[str]) -> frozenset[str]:
    return frozenset(part for word in words for part in fold_key(word).split())


_kinds = cache(_Kinds)


def passages(text: str, language: str, folded: Folded, lead: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last characters of the passages of ``text``, in order.

    ``folded`` is the folded form of the text with ``lead`` characters before it. Neighbours may
    share the word between them, which is a part of no date.
    """
    if not text.isascii() and _UNUSUAL.search(text):
        yield 0, len(text)
        return
    dotted = language == "de" and _DOTTED_DAY.search(text) is not None
    kinds = "".join(map(_kinds(language, dotted).__getitem__, folded.words))
    at = kinds.find(_ANNOUNCES)
    while at >= 0:
        first = kinds.rfind(_NO_PART, 0, at)
        last = kinds.find(_NO_PART, at)
        start, end = 0, len(text)
        if first >= 0:
            start = max(0, folded.span(folded.starts[first], folded.starts[first] + 1).start - lead)
        if last >= 0:
            stop = folded.starts[last + 1] - 1
            end = folded.span(stop - 1, stop).end - lead
        if end > 0:
            yield start, end
        at = kinds.find(_ANNOUNCES, last) if last >= 0 else -1
