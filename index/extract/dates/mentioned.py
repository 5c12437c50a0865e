"""The passages of a text that may speak of a date, so that the rest of it need not be scanned.

Every date holds a word or number that announces one, and no word that means nothing in dates. A
passage reaches from a word that is part of no date to the next such word, where one between them
announces a date.

The dates that a text speaks of, seen from the day it was published.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from index.document import MentionedDate, PublicationDate, Span
from index.extract.dates.resolver import Resolver, Tense
from index.extract.dates.scanner import Expression, expressions
from index.extract.dates.tables import table
from index.vocabularies import Folded, fold_key, fold_text

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


@cache
def _kinds(language: str) -> dict[str, str]:
    """Return what the folded words of dates in a language are to a date; others are no part."""
    words, by_first = table(language)
    phrases = [row for rows in by_first.values() for row in rows]
    announcing = {word for word, meaning in words.items() if meaning.letter in _ANNOUNCING}
    announcing.update(
        max(parts, key=len) for parts, meaning in phrases if meaning.letter in _ANNOUNCING
    )
    in_phrases = {part for parts, _ in phrases for part in parts}
    return {
        **dict.fromkeys(_folded(in_phrases.union(words)), _PART),
        **dict.fromkeys(_folded(announcing), _ANNOUNCES),
        "": _PART,  # between two spaces
    }


def _folded(words: set[str]) -> Iterator[str]:
    return (part for word in words for part in fold_key(word).split())


def _mixed(word: str, kinds: dict[str, str], least_digits: int) -> str:
    """Return what a word with other characters than letters is to a date."""
    runs = _RUN.findall(word)
    if any(run.isdecimal() and len(run) >= least_digits for run in runs):
        return _ANNOUNCES
    return _ANNOUNCES if any(kinds.get(run) == _ANNOUNCES for run in runs) else _PART


def passages(text: str, language: str, folded: Folded, lead: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last characters of the passages of ``text``, in order.

    ``folded`` is the folded form of the text with ``lead`` characters before it. Neighbours may
    share the word between them, which is a part of no date.
    """
    if not text.isascii() and _UNUSUAL.search(text):
        yield 0, len(text)
        return
    known = _kinds(language)
    least_digits = 1 if language == "de" and _DOTTED_DAY.search(text) else 4
    kinds = "".join(
        [
            known[word]
            if word in known
            else (_NO_PART if word.isalpha() else _mixed(word, known, least_digits))
            for word in folded.words
        ]
    )
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


def reference_day(published: PublicationDate | None, otherwise: date | None) -> date | None:
    """Return the day that relative dates are counted from.

    That of publication where it is known to the day, and not from the time of a file.
    """
    if published and published.origin != "mtime" and len(published.value) >= 10:
        return date.fromisoformat(published.value[:10])
    return otherwise


def mentioned(
    text: str,
    parts: Sequence[tuple[Span, str]],
    reference: date | None,
    folded: Folded | None = None,
    lead: int = 0,
) -> tuple[MentionedDate, ...]:
    """Find the dates in a text, each part of it in its own language.

    ``first`` and ``last`` of a date that cannot be resolved are empty. ``folded`` is the folded
    form of the text with ``lead`` characters before it, where that is at hand.
    """
    found = []
    for span, language in parts:
        tense = Tense(text, language)
        resolver = Resolver(reference, language, tense)
        for expression in _expressions(text, span, language, folded, lead):
            for start, end, days in resolver.resolve(expression):
                first = days.first.isoformat() if days.first else ""
                last = days.last.isoformat() if days.last else ""
                found.append(MentionedDate(Span(start, end), first, last, days.precision))
    return tuple(found)


def _expressions(
    text: str, span: Span, language: str, folded: Folded | None, lead: int
) -> Iterator[Expression]:
    part = text[span.start : span.end]
    if folded is None or part != text:
        folded, lead = fold_text(part), 0
    for start, end in passages(part, language, folded, lead):
        yield from expressions(text, language, span.start + start, span.start + end)
