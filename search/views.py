"""Documents of the index as results and views, labelled in a locale."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from index.analysis import direction
from index.document import Document, Fields, Span
from index.heads import opening
from search.lookup import Lookup
from search.response import DocumentView, Highlights, Labelled, Result

__all__ = ["moment", "opening", "result", "view"]


def result(
    document: Document, fields: Fields, score: float, highlights: Highlights, lookup: Lookup
) -> Result:
    """Return one line of an answer."""
    published = fields.published
    return Result(
        id=document.id,
        title=document.title,
        language=fields.language.code,
        direction=direction(fields.language.code),
        published=moment(published.value) if published else None,
        date_precision=published.precision if published else None,
        source=document.source,
        url=document.url,
        organizations=_organizations(fields, lookup),
        themes=_themes(fields, lookup),
        score=score,
        highlights=highlights,
        opening="" if document.title.strip() else opening(document.text),
    )


def view(
    document: Document, fields: Fields, highlights: Highlights, lookup: Lookup
) -> DocumentView:
    """Return a whole document."""
    published = fields.published
    return DocumentView(
        id=document.id,
        title=document.title,
        text=document.text,
        language=fields.language.code,
        direction=direction(fields.language.code),
        language_confidence=fields.language.confidence,
        published=moment(published.value) if published else None,
        date_precision=published.precision if published else None,
        date_origin=published.origin if published else None,
        source=document.source,
        url=document.url,
        path=document.path,
        tags=document.tags,
        organizations=_organizations(fields, lookup),
        themes=_themes(fields, lookup),
        organization_spans={one.id: _pairs(one.spans) for one in fields.organizations},
        theme_evidence={one.id: _pairs(one.evidence) for one in fields.themes},
        highlights=highlights,
        mentioned=fields.mentioned,
    )


@lru_cache(maxsize=4096)
def moment(value: str) -> str:
    """Return a date as it is; a time in full, with its seconds (RFC 3339 where a zone is known)."""
    if len(value) <= 10:
        return value
    written = datetime.fromisoformat(value).isoformat(timespec="seconds")
    return written.replace("+00:00", "Z")


def _organizations(fields: Fields, lookup: Lookup) -> tuple[Labelled, ...]:
    facet = lookup.facet("organization")
    return tuple(
        Labelled(one.id, facet.known_label(one.id) or one.label) for one in fields.organizations
    )


def _themes(fields: Fields, lookup: Lookup) -> tuple[Labelled, ...]:
    facet = lookup.facet("theme")
    return tuple(Labelled(one.id, facet.label(one.id)) for one in fields.themes)


def _pairs(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans)
