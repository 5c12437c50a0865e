"""Documents of the index as results and views, labelled in a locale.

Answers of the engine as the JSON of docs/api.md, wherever they are written.

``Presenter`` knows no addresses and no language but English; what has them (the web application)
overrides the methods that say where things are and what they are called.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from index.analysis import direction
from index.document import Document, Fields, Span
from index.facets import FACETS, VALUE_FACETS
from index.snapshot import Snapshot
from index.store import Head
from search.facets import Lookup
from search.request import SearchRequest
from search.response import (
    DateBucket,
    DateFacet,
    DocumentView,
    FacetValue,
    Highlights,
    Labelled,
    Notice,
    Result,
    SearchResponse,
    ValueFacet,
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


Json = dict[str, Any]
LINKS = ("self", "first", "prev", "next", "last", "html", "csv", "ndjson", "feed")
FACET_LABELS = {facet.name: facet.label for facet in FACETS}


class Presenter:
    """Writes answers; every address is None."""

    def search(self, response: SearchResponse, took_ms: float) -> Json:
        """Write a whole answer."""
        request = response.request
        walking = request.cursor is not None
        return {
            "query": query(response),
            "total": response.total,
            "page": None if walking else request.page,
            "per_page": request.per_page,
            "pages": None if walking else -(-response.total // request.per_page),
            "took_ms": round(took_ms, 1),
            "results": [self.result(result, request.highlight) for result in response.results],
            "facets": {
                name: self.dates(facet, request)
                if isinstance(facet, DateFacet)
                else self.values(facet, request)
                for name, facet in response.facets.items()
            },
            "suggestion": response.suggestion,
            "warnings": [
                {
                    "code": notice.code,
                    "detail": self.notice_detail(notice),
                    "values": dict(notice.values),
                }
                for notice in response.warnings
            ],
            "next_cursor": response.next_cursor,
            "links": self.links(response),
            "index": {"generation": response.generation, "documents": response.documents},
        }

    def result(self, result: Result, highlight: str = "true") -> Json:
        """Write one document of an answer."""
        return {
            "id": result.id,
            "url": self.document_url(result.id),
            "title": result.title,
            "language": result.language,
            "direction": result.direction,
            "published": result.published,
            "date_precision": result.date_precision,
            "source": result.source,
            "source_url": web_address(result.url),
            "organizations": [labelled(one) for one in result.organizations],
            "themes": [labelled(one) for one in result.themes],
            "score": round(result.score, 4),
            "highlights": highlights(result.highlights, highlight),
        }

    def values(self, facet: ValueFacet, request: SearchRequest) -> Json:
        """Write a facet over values."""
        return {
            "label": self.facet_label(facet.name),
            "size": facet.size,
            "distinct": facet.distinct,
            "missing": facet.missing,
            "truncated": facet.truncated,
            "values": [self.value(facet.name, value, request) for value in facet.values],
        }

    def value(self, facet: str, value: FacetValue, request: SearchRequest) -> Json:
        """Write a facet value with the address that toggles it."""
        written: Json = {
            "value": value.value,
            "label": value.label,
            "count": value.count,
            "selected": value.selected,
            "excluded": value.excluded,
            "url": self.value_url(facet, value, request),
        }
        if value.children:
            written["children"] = [self.value(facet, child, request) for child in value.children]
        return written

    def dates(self, facet: DateFacet, request: SearchRequest) -> Json:
        """Write the date facet; a bucket's address sets the range to its days."""
        return {
            "label": self.facet_label("date"),
            "interval": facet.interval,
            "missing": facet.missing,
            "truncated": facet.truncated,
            "values": [
                {
                    "value": bucket.value,
                    "from": bucket.first,
                    "to": bucket.last,
                    "count": bucket.count,
                    "selected": bucket.selected,
                    "url": self.bucket_url(bucket, request),
                }
                for bucket in facet.values
            ],
        }

    def facet_label(self, name: str) -> str:
        """Return what a facet is called."""
        return FACET_LABELS[name]

    def notice_detail(self, notice: Notice) -> str:
        """Return what a notice says."""
        said = notice.code.replace("_", " ")
        values = ", ".join(f"{name} {value}" for name, value in notice.values.items() if value)
        return f"{said} ({values})" if values else said

    def document_url(self, id: str) -> str | None:
        """Return the address of a document."""
        return None

    def value_url(self, facet: str, value: FacetValue, request: SearchRequest) -> str | None:
        """Return the address that adds a facet value to the request, or takes it away."""
        return None

    def bucket_url(self, bucket: DateBucket, request: SearchRequest) -> str | None:
        """Return the address that sets the range of the request to a bucket, or lifts it."""
        return None

    def links(self, response: SearchResponse) -> dict[str, str | None]:
        """Return the addresses of the answer in other forms and of its other pages."""
        return dict.fromkeys(LINKS)


def query(response: SearchResponse) -> Json:
    """Write the question as it was understood, values canonical."""
    request = response.request
    told: Json = {
        "q": request.q,
        "understood": response.understood,
        "languages": list(response.languages),
    }
    for prefix, values in (("", request.selected), ("exclude_", request.excluded)):
        for facet in VALUE_FACETS:
            told[prefix + facet] = list(values.get(facet, ()))
    return told | {
        "from": request.date_from.isoformat() if request.date_from else None,
        "to": request.date_to.isoformat() if request.date_to else None,
        "undated": request.undated,
        "date_field": request.date_field,
        "sort": request.sort,
    }


def labelled(one: Labelled) -> Json:
    """Write a value with its label."""
    return {"value": one.value, "label": one.label}


def highlights(found: Highlights, form: str) -> Json:
    """Write matches as HTML with ``<mark>``, or as offsets."""
    if form == "offsets":
        return {"title": spans(found.title_offsets), "body": spans(found.body_offsets)}
    return {"title": list(found.title), "body": list(found.body)}


def spans(pairs: tuple[tuple[int, int], ...]) -> list[list[int]]:
    """Write pairs of offsets."""
    return [list(pair) for pair in pairs]


def web_address(address: str) -> str | None:
    """Return an address that a document gives for itself if it is one of the web, else None.

    Documents are not trusted: ``javascript:`` and its kind must not become a link.
    """
    return address if address.lower().startswith(("http://", "https://")) else None
