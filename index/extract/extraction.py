"""extract: everything that the index adds to a document, one extractor after another."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from index.document import Document, Fields, Language, MentionedDate, Organization, Span, Theme
from index.extract.dates import mentioned as find_mentioned
from index.extract.dates import published as find_published
from index.extract.dates import reference_day
from index.extract.language import detect_language
from index.extract.organizations import OrganizationMatches, find_organizations
from index.extract.themes import LearnedThemes, find_themes
from index.versions import EXTRACTION_VERSION
from index.vocabularies import DETECTED_LANGUAGES, fold_text


@cache
def extraction_version() -> str:
    """Return ``VERSION.DIGEST``: ``EXTRACTION_VERSION`` and a digest of the vocabulary files.

    Fields that were extracted under the same string need not be extracted again. The digest does
    not depend on the kind of line ends.
    """
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted((Path(__file__).parents[1] / "vocabularies").iterdir()):
        if path.suffix in (".tsv", ".txt"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return f"{EXTRACTION_VERSION}.{digest.hexdigest()}"


_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """What extraction is told: the day relative dates refer to, the languages on offer."""

    reference_date: date | None = None
    languages: tuple[str, ...] = DETECTED_LANGUAGES
    file_times: bool = False
    """Whether the time of a file may date a document that nothing else dates."""
    ner: bool = False
    """Full mode: whether a model for names looks for organizations too (``trouvaille[ner]``)."""
    learned: LearnedThemes | None = None
    """Themes that labelled documents have taught."""


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
        lambda: detect_language(document, options.languages),
        Language("und", 0.0, "none"),
    )
    lead = f"{document.title}\n\n" if document.title else ""
    text = lead + document.text
    folded = fold_text(text)
    found = attempt(
        "organizations",
        lambda: find_organizations(text, spoken.code, folded, ner=options.ner),
        OrganizationMatches((), ()),
    )
    subjects: tuple[Theme, ...] = attempt(
        "themes", lambda: find_themes(text, spoken.code, folded, found, len(lead)), ()
    )
    learned = options.learned
    if learned is not None:
        curated = subjects
        subjects = attempt(
            "learned themes",
            lambda: learned.decide(text, spoken.code, curated),
            curated,
        )
    published = attempt(
        "dates",
        lambda: find_published(document, options.reference_date, file_times=options.file_times),
        None,
    )
    mentioned: tuple[MentionedDate, ...] = attempt(
        "mentioned dates",
        lambda: find_mentioned(
            document.text,
            spoken.parts or ((Span(0, len(document.text)), spoken.code),),
            reference_day(published, options.reference_date),
            folded,
            len(lead),
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
