"""The dates that a text speaks of, seen from the day it was published."""

from collections.abc import Iterator, Sequence
from datetime import date

from index.document import MentionedDate, PublicationDate, Span
from index.extract.dates.passages import passages
from index.extract.dates.resolver import Resolver
from index.extract.dates.scanner import Expression, expressions
from index.extract.dates.tense import Tense
from index.vocabularies import Folded, fold_text


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
