"""Results: documents of the index as results and views, with labels in the reader's language."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from index import Document, Fields, Span
from index.analysis import direction
from index.store import Head
from search.engine import StoredTexts
from search.facets import LocalizedFacets
from search.response import DocumentView, Highlights, Labelled, Result

MAX_LABELS = 20_000
MAX_RESULTS = 4_000
MAX_LENGTH = 1_000
"""Organizations and results that are kept, and the characters of a result that is."""

NO_HIGHLIGHTS = Highlights()


class ResultBuilder:
    """Builds results and views with labels in one locale, and keeps the last ones.

    Safe for threads: two may build the same result.
    """

    def __init__(self, localized: LocalizedFacets, texts: StoredTexts) -> None:
        self._localized = localized
        self._texts = texts
        self._results: dict[int, Result] = {}
        self._organizations: dict[tuple[str, str], Labelled] = {}
        self._themes: dict[str, Labelled] = {}

    def organization(self, id: str, name: str) -> Labelled:
        """Return an organization; its label is ``name`` if no vocabulary has it."""
        organization = self._organizations.get((id, name))
        if organization is None:
            if len(self._organizations) >= MAX_LABELS:
                self._organizations = {}
            label = self._localized.facet("organization").known_label(id) or name
            organization = self._organizations[id, name] = Labelled(id, label)
        return organization

    def theme(self, id: str) -> Labelled:
        """Return a theme."""
        theme = self._themes.get(id)
        if theme is None:
            theme = self._themes[id] = Labelled(id, self._localized.facet("theme").label(id))
        return theme

    def result(self, doc: int, score: float, highlights: Highlights = NO_HIGHLIGHTS) -> Result:
        """Return the result for a document number."""
        result = self._results.get(doc)
        if result is None:
            head = self._texts.head(doc)
            result = self._unscored(head)
            if len(head.title) + len(head.url) + len(head.source) <= MAX_LENGTH:
                if len(self._results) >= MAX_RESULTS:
                    self._results = {}
                self._results[doc] = result
        # Score and highlights are the last fields; `_replace` takes four times as long.
        return tuple.__new__(Result, (*result[:-2], score, highlights))

    def _unscored(self, head: Head) -> Result:
        return Result(
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
            highlights=NO_HIGHLIGHTS,
        )

    def view(self, document: Document, fields: Fields, highlights: Highlights) -> DocumentView:
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
            organizations=tuple(self.organization(o.id, o.label) for o in fields.organizations),
            themes=tuple(self.theme(theme.id) for theme in fields.themes),
            organization_spans={o.id: _pairs(o.spans) for o in fields.organizations},
            theme_evidence={theme.id: _pairs(theme.evidence) for theme in fields.themes},
            highlights=highlights,
            mentioned=fields.mentioned,
        )


@lru_cache(maxsize=4096)
def moment(value: str) -> str:
    """Return a date as it is, a time with seconds (RFC 3339 if its zone is known)."""
    if len(value) <= 10:
        return value
    time = datetime.fromisoformat(value).isoformat(timespec="seconds")
    return time.replace("+00:00", "Z")


def _pairs(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans)
