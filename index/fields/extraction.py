"""extract: everything that the index adds to a document, one extractor after another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from index.document import (
    Document,
    Fields,
    Language,
    MentionedDate,
    Organization,
    Span,
    Theme,
)
from index.fields import dates, dates_mentioned, language, organizations, themes
from index.vocabularies.folding import fold_text

EXTRACTOR_VERSION = "1"
"""Changes whenever the same document may give other fields; results are cached under it."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """What extraction is told: the day relative dates refer to, the languages on offer."""

    reference_date: date | None = None
    languages: tuple[str, ...] = language.OFFERED
    file_times: bool = False
    """Whether the time of a file may date a document that nothing else dates."""


def extract(document: Document, options: ExtractionOptions) -> Fields:
    """Extract the fields of a document. Never raises: a failed extractor is noted in the result."""
    failures: list[tuple[str, str]] = []

    def attempt(name: str, extractor: Callable[[], _Result], otherwise: _Result) -> _Result:
        try:
            return extractor()
        except Exception as error:  # one field of one document must not cost the document
            failures.append((name, f"{type(error).__name__}: {error}"))
            return otherwise

    spoken = attempt(
        "language",
        lambda: language.detect(document, options.languages),
        Language("und", 0.0, "none"),
    )
    lead = f"{document.title}\n\n" if document.title else ""
    text = lead + document.text
    folded = fold_text(text)
    found = attempt(
        "organizations",
        lambda: organizations.find_all(text, spoken.code, folded),
        organizations.Found((), ()),
    )
    subjects: tuple[Theme, ...] = attempt(
        "themes", lambda: themes.assign(text, spoken.code, folded, found, len(lead)), ()
    )
    published = attempt(
        "dates",
        lambda: dates.published(document, options.reference_date, file_times=options.file_times),
        None,
    )
    mentioned: tuple[MentionedDate, ...] = attempt(
        "mentioned dates",
        lambda: dates_mentioned.mentioned(
            document.text,
            spoken.parts or ((Span(0, len(document.text)), spoken.code),),
            dates_mentioned.reference_day(published, options.reference_date),
        ),
        (),
    )
    named = found.organizations
    if lead:  # spans are those in the text
        named = tuple(
            Organization(each.id, each.label, _in_text(each.spans, len(lead)), each.known)
            for each in named
        )
        subjects = tuple(Theme(each.id, _in_text(each.evidence, len(lead))) for each in subjects)
    return Fields(spoken, named, subjects, published, mentioned, tuple(failures))


def _in_text(spans: tuple[Span, ...], offset: int) -> tuple[Span, ...]:
    return tuple(
        Span(span.start - offset, span.end - offset) for span in spans if span.start >= offset
    )
