"""Documents of the index as results and views, labelled in a locale."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from index.analysis import direction
from index.document import Document, Fields, Span
from index.snapshot import Snapshot
from index.store import Head
from search.facets import Lookup
from search.response import (
    DocumentView,
    Highlights,
    Labelled,
    Result,
)

MAX_KEPT = 20_000
MAX_LINES = 4_000
MAX_LENGTH = 1_000
"""Documents whose lines are kept, and the characters of one that is."""

_new_result: Callable[[Iterable[object]], Result] = partial(tuple.__new__, Result)
"""Makes a result of all its fields without looking them over."""


class Labels:
    """Documents of a generation with labels in one locale; those met are kept.

    Safe for threads: two may make one label, to no harm.
    """

    def __init__(self, lookup: Lookup, generation: Snapshot) -> None:
        self._lookup = lookup
        self._generation = generation
        self._lines: dict[int, tuple[Any, ...]] = {}
        self._organizations: dict[tuple[str, str], Labelled] = {}
        self._themes: dict[str, Labelled] = {}

    def organization(self, id: str, written: str) -> Labelled:
        """Return an organization; one that no vocabulary knows as the document writes it."""
        found = self._organizations.get((id, written))
        if found is None:
            if len(self._organizations) >= MAX_KEPT:
                self._organizations = {}
            label = self._lookup.facet("organization").known_label(id) or written
            found = self._organizations[id, written] = Labelled(id, label)
        return found

    def theme(self, id: str) -> Labelled:
        """Return a theme."""
        found = self._themes.get(id)
        if found is None:
            found = self._themes[id] = Labelled(id, self._lookup.facet("theme").label(id))
        return found

    def result(self, doc: int, score: float, highlights: Highlights) -> Result:
        """Return a document as one line of an answer."""
        line = self._lines.get(doc)
        if line is None:
            head = self._generation.stored_fields.head(doc)
            line = self._line(head)
            if len(head.title) + len(head.url) + len(head.source) <= MAX_LENGTH:
                if len(self._lines) >= MAX_LINES:
                    self._lines = {}
                self._lines[doc] = line
        return _new_result((*line, score, highlights))

    def _line(self, head: Head) -> tuple[Any, ...]:
        """Return a result but for its score and highlights, which are its last fields."""
        whole = Result(
            id=head.id,
            title=head.title,
            language=head.language,
            direction=direction(head.language),
            published=moment(head.published) if head.precision else None,
            date_precision=head.precision or None,
            source=head.source,
            url=head.url,
            organizations=tuple([self.organization(*named) for named in head.organizations]),
            themes=tuple([self.theme(id) for id in head.themes]),
            opening=head.opening,
            score=0.0,
            highlights=Highlights(),
        )
        return whole[:-2]


def view(
    document: Document, fields: Fields, highlights: Highlights, labels: Labels
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
        organizations=tuple(labels.organization(one.id, one.label) for one in fields.organizations),
        themes=tuple(labels.theme(one.id) for one in fields.themes),
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


def _pairs(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans)
