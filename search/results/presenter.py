"""Answers of the engine as the JSON of docs/api.md, wherever they are written.

``Presenter`` knows no addresses and no language but English; what has them (the web application)
overrides the methods that say where things are and what they are called.
"""

from typing import Any

from index.facets import FACETS, VALUE_FACETS
from search.request import SearchRequest
from search.response import (
    DateBucket,
    DateFacet,
    FacetValue,
    Highlights,
    Labelled,
    Notice,
    Result,
    SearchResponse,
    ValueFacet,
)

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
