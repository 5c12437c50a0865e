"""Answers of the engine as the JSON of docs/api.md."""

from typing import Any

from search.request import SearchRequest
from search.response import (
    DateFacet,
    DocumentView,
    FacetPage,
    FacetValue,
    Highlights,
    Labelled,
    Result,
    SearchResponse,
    Suggestion,
    ValueFacet,
)
from web import links
from web.messages import FACETS, notice_detail

Json = dict[str, Any]
SEARCH = "/api/search"


class Writer:
    """Writes answers with absolute addresses under ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base

    def at(self, path: str, request: SearchRequest) -> str:
        """Return the address of a request at a path."""
        return links.address(self.base, path, links.parameters(request))

    def search(self, response: SearchResponse, took_ms: float) -> Json:
        """Write a whole answer."""
        request = response.request
        pages = links.pages(response)
        return {
            "query": query(response),
            "total": response.total,
            "page": request.page if request.cursor is None else None,
            "per_page": request.per_page,
            "pages": pages.count,
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
                    "detail": notice_detail(notice),
                    "values": dict(notice.values),
                }
                for notice in response.warnings
            ],
            "next_cursor": response.next_cursor,
            "links": {
                "self": self.at(SEARCH, request),
                "first": self.at(SEARCH, pages.first),
                "prev": self.at(SEARCH, pages.prev) if pages.prev else None,
                "next": self.at(SEARCH, pages.next) if pages.next else None,
                "last": self.at(SEARCH, pages.last) if pages.last else None,
                "html": self.at("/search", request),
                "csv": self.at("/search.csv", links.first_page(request)),
                "ndjson": self.at("/search.ndjson", links.first_page(request)),
                "feed": self.at("/search.atom", links.first_page(request)),
            },
            "index": {"generation": response.generation, "documents": response.documents},
        }

    def result(self, result: Result, highlight: str = "true") -> Json:
        """Write one document of an answer."""
        return {
            "id": result.id,
            "url": links.address(self.base, f"/document/{result.id}"),
            "title": result.title,
            "language": result.language,
            "direction": result.direction,
            "published": result.published,
            "date_precision": result.date_precision,
            "source": result.source,
            "source_url": links.web_address(result.url),
            "organizations": [labelled(one) for one in result.organizations],
            "themes": [labelled(one) for one in result.themes],
            "score": round(result.score, 4),
            "highlights": highlights(result.highlights, highlight),
        }

    def values(self, facet: ValueFacet, request: SearchRequest) -> Json:
        """Write a facet over values."""
        return {
            "label": str(FACETS[facet.name]),
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
            "url": self.at(SEARCH, links.toggled(request, facet, value.value)),
        }
        if value.children:
            written["children"] = [self.value(facet, child, request) for child in value.children]
        return written

    def dates(self, facet: DateFacet, request: SearchRequest) -> Json:
        """Write the date facet; a bucket's address sets the range to its days."""
        return {
            "label": str(FACETS["date"]),
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
                    "url": self.at(SEARCH, links.dated(request, bucket)),
                }
                for bucket in facet.values
            ],
        }

    def facet_page(self, found: FacetPage, request: SearchRequest) -> Json:
        """Write one page of a search inside a facet."""
        return self.values(found.facet, request) | {
            "name": found.facet.name,
            "total": found.total,
            "page": found.page,
            "per_page": found.per_page,
            "pages": -(-found.total // found.per_page),
        }

    def suggestion(self, suggestion: Suggestion) -> Json:
        """Write a completion with the search it leads to."""
        by_value = suggestion.kind in ("organization", "theme")
        wanted = (suggestion.kind, suggestion.value) if by_value else ("q", suggestion.text)
        return {
            "kind": suggestion.kind,
            "text": suggestion.text,
            "value": suggestion.value,
            "count": suggestion.count,
            "url": links.address(self.base, SEARCH, [wanted]),
        }

    def document(self, view: DocumentView) -> Json:
        """Write a whole document; spans are ``[start, end]`` in characters of ``text``."""
        return {
            "id": view.id,
            "url": links.address(self.base, f"/document/{view.id}"),
            "title": view.title,
            "text": view.text,
            "language": view.language,
            "direction": view.direction,
            "language_confidence": round(view.language_confidence, 4),
            "published": view.published,
            "date_precision": view.date_precision,
            "date_origin": view.date_origin,
            "source": view.source,
            "source_url": links.web_address(view.url),
            "path": view.path,
            "tags": list(view.tags),
            "organizations": [
                labelled(one) | {"spans": spans(view.organization_spans.get(one.value, ()))}
                for one in view.organizations
            ],
            "themes": [
                labelled(one) | {"evidence": spans(view.theme_evidence.get(one.value, ()))}
                for one in view.themes
            ],
            "highlights": highlights(view.highlights, "offsets"),
            "links": {
                "self": links.address(self.base, f"/api/documents/{view.id}"),
                "similar": links.address(self.base, f"/api/documents/{view.id}/similar"),
                "html": links.address(self.base, f"/document/{view.id}"),
            },
        }


def query(response: SearchResponse) -> Json:
    """Write the question as it was understood, values canonical."""
    request = response.request
    told: Json = {
        "q": request.q,
        "understood": response.understood,
        "languages": list(response.languages),
    }
    for prefix, values in (("", request.selected), ("exclude_", request.excluded)):
        for facet in ("organization", "theme", "lang", "source"):
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
