"""What every engine makes of stored heads: results, views, canonical requests, cursors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache

from index import Document, Fields, Span
from index.analysis import direction
from index.document import Organization, PublicationDate
from index.extract import given_themes
from index.store import Head
from index.vocabularies import organizations
from search.engine import DocumentView, Highlights, Labelled, Result, StoredTexts
from search.facets import Column, FacetNames, LocalizedFacets, facet_names
from search.request import (
    Cursor,
    CursorError,
    Fault,
    InvalidRequest,
    SearchRequest,
    decode_cursor,
)

MAX_LOCALES = 16
"""Locales whose labels are kept."""
MAX_LABELS = 20_000
MAX_RESULTS = 4_000
MAX_LENGTH = 1_000
"""Organizations and results that are kept, and the characters of a result that is."""

NO_HIGHLIGHTS = Highlights()


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds that each part of a search may take.

    - ``search``: then SearchTimeout is raised, or optional parts are left out with a warning (see
      ``search.scoring.deadline``);
    - ``facets``: then the remaining facets are truncated;
    - ``snippets``: then fragments show the matches found so far;
    - ``spelling``: then no other spelling is suggested;
    - ``across``: then a page over a cluster goes without documents in other languages. Who asks for
      them waits as for the search.
    """

    search: float = 5.0
    facets: float = 1.0
    snippets: float = 1.0
    spelling: float = 0.5
    across: float = 0.5


class ResultBuilder:
    """Builds results and views with labels in one locale, and keeps the last ones.

    Safe for threads: two may build the same result.
    """

    def __init__(self, localized: LocalizedFacets, texts: StoredTexts) -> None:
        self._localized = localized
        self._texts = texts
        self._results: dict[int, Result] = {}
        self._named: dict[tuple[str, str, str], Labelled] = {}
        self._values: dict[tuple[str, str], Labelled] = {}

    def named(self, facet: str, id: str, name: str) -> Labelled:
        """Return a value of a facet; its label is ``name`` if no vocabulary has it."""
        value = self._named.get((facet, id, name))
        if value is None:
            if len(self._named) >= MAX_LABELS:
                self._named = {}
            label = self._localized.facet(facet).known_label(id) or name
            value = self._named[facet, id, name] = Labelled(id, label)
        return value

    def _of_its_day(self, one: Organization, published: PublicationDate | None) -> Labelled:
        """Return an organization with the name that it bore when a document was published."""
        day = published.value[:10] if published else ""
        former = organizations().label_at(one.id, self._localized.locale, day) if day else None
        return Labelled(one.id, former) if former else self.named("organization", one.id, one.label)

    def value(self, facet: str, id: str) -> Labelled:
        """Return a value of a facet whose vocabulary has all values."""
        value = self._values.get((facet, id))
        if value is None:
            label = self._localized.facet(facet).label(id)
            value = self._values[facet, id] = Labelled(id, label)
        return value

    def result(self, doc: int, score: float, highlights: Highlights = NO_HIGHLIGHTS) -> Result:
        """Return the result for a document number, without credits."""
        result = self._results.get(doc)
        if result is None:
            head = self._texts.head(doc)
            result = self.of(head)
            if len(head.title) + len(head.url) + len(head.source) <= MAX_LENGTH:
                if len(self._results) >= MAX_RESULTS:
                    self._results = {}
                self._results[doc] = result
        # Score and highlights are the last fields; `_replace` takes four times as long.
        return tuple.__new__(Result, (*result[:-2], score, highlights))

    def credited(self, doc: int, score: float, highlights: Highlights = NO_HIGHLIGHTS) -> Result:
        """Return the result for a document number, with credits."""
        result = self.of(self._texts.head(doc), credits=True)
        return result._replace(score=score, highlights=highlights)

    def of(self, head: Head, *, credits: bool = False) -> Result:
        """Return the result of a stored head, without score and highlights."""
        details = head.decode_details() if credits else None
        agency = details.of_agency() if details else None
        return Result(
            id=head.id,
            title=head.title,
            language=head.language,
            direction=direction(head.language),
            published=moment(head.published) if head.precision else None,
            date_precision=head.precision or None,
            source=one_line(head.source),
            url=head.url,
            organizations=tuple([self.named("organization", *one) for one in head.organizations]),
            themes=tuple([self.value("theme", id) for id in head.themes]),
            countries=tuple([self.value("country", id) for id in head.countries]),
            persons=tuple([self.named("person", *one) for one in head.persons]),
            opening=head.opening,
            mail=head.mail(),
            authors=tuple(details.authors) if details else (),
            keywords=agency.keywords if agency else (),
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
            source=one_line(document.source),
            url=document.url,
            path=document.path,
            tags=document.tags,
            authors=document.authors,
            parent=document.parent,
            version=document.version,
            organizations=tuple(self._of_its_day(one, published) for one in fields.organizations),
            themes=tuple(self.value("theme", theme.id) for theme in fields.themes),
            countries=tuple(self.value("country", country.id) for country in fields.countries),
            persons=tuple(self.named("person", one.id, one.label) for one in fields.persons),
            organization_spans={o.id: _pairs(o.spans) for o in fields.organizations},
            country_spans={country.id: _pairs(country.spans) for country in fields.countries},
            person_spans={one.id: _pairs(one.spans) for one in fields.persons},
            theme_evidence={theme.id: _pairs(theme.evidence) for theme in fields.themes},
            highlights=highlights,
            mentioned=fields.mentioned,
            mail=document.mail,
            digest=document.digest,
            agency=document.agency,
            given_themes=given_themes(document.agency) if document.agency else (),
            pages=document.pages,
            ocr=document.ocr,
        )


class Locales:
    """The facets of an index with labels, and what builds results, in the locales asked for last.

    Safe for threads.
    """

    def __init__(self, columns: Mapping[str, Column], texts: StoredTexts) -> None:
        self._columns = columns
        self._texts = texts
        self._locales: dict[str, tuple[LocalizedFacets, ResultBuilder]] = {}

    @cached_property
    def _names(self) -> dict[str, FacetNames]:
        return facet_names(self._columns)

    def of(self, locale: str) -> tuple[LocalizedFacets, ResultBuilder]:
        """Return the facets in a locale, and the builder of results."""
        entry = self._locales.get(locale)
        if entry is None:
            localized = LocalizedFacets(self._names, locale)
            entry = localized, ResultBuilder(localized, self._texts)
            newest = list(self._locales.items())[-MAX_LOCALES + 1 :]
            # A new dictionary, because another thread may be reading the old one.
            self._locales = {**dict(newest), locale: entry}
        return entry


@lru_cache(maxsize=4096)
def one_line(sources: str) -> str:
    """Return the sources of a document, which stand on lines, as one line."""
    return sources.replace("\n", ", ")


def moment(value: str) -> str:
    """Return a date as it is, a time with seconds (RFC 3339 if its zone is known)."""
    if len(value) <= 10:
        return value
    time = datetime.fromisoformat(value).isoformat(timespec="seconds")
    return time.replace("+00:00", "Z")


def _pairs(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans)


def cursor_of(text: str, request: bytes) -> Cursor:
    """Return the cursor; raises InvalidRequest unless it belongs to the request."""
    try:
        cursor = decode_cursor(text)
    except CursorError as error:
        raise InvalidRequest((Fault("cursor", "invalid_cursor", text[:200]),)) from error
    if cursor.request != request:
        raise InvalidRequest((Fault("cursor", "cursor_mismatch", text[:200]),))
    return cursor


def canonical(request: SearchRequest, localized: LocalizedFacets) -> SearchRequest:
    """Replace names of facet values that only documents know by the values they stand for."""
    if not request.selected and not request.excluded:
        return request

    def resolved(chosen: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(dict.fromkeys(map(localized.facet(name).names.resolve, values)))
            for name, values in chosen.items()
            if values
        }

    return replace(
        request, selected=resolved(request.selected), excluded=resolved(request.excluded)
    )
