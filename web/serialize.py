"""Answers of the engine as the JSON of docs/api.md, with addresses and in the reader's language."""

from search.request import SearchRequest
from search.response import (
    DateBucket,
    DocumentView,
    FacetPage,
    FacetValue,
    Notice,
    SearchResponse,
    Suggestion,
)
from search.results import Json, Presenter, highlights, labelled, spans, web_address
from web import links
from web.messages import FACETS, notice_detail

SEARCH = "/api/search"


class Writer(Presenter):
    """Writes answers with absolute addresses under ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._written: links.Near | None = None

    def at(self, path: str, request: SearchRequest) -> str:
        """Return the address of a request at a path."""
        return links.address(self.base, path, links.parameters(request))

    def facet_label(self, name: str) -> str:
        """Return what a facet is called."""
        return str(FACETS[name])

    def notice_detail(self, notice: Notice) -> str:
        """Return what a notice says."""
        return notice_detail(notice)

    def document_url(self, id: str) -> str:
        """Return the address of a document's page."""
        return links.address(self.base, f"/document/{id}")

    def value_url(self, facet: str, value: FacetValue, request: SearchRequest) -> str:
        """Return the address that adds a facet value to the request, or takes it away."""
        return self._near(request).toggled(facet, value.value)

    def bucket_url(self, bucket: DateBucket, request: SearchRequest) -> str:
        """Return the address that sets the range of the request to a bucket, or lifts it."""
        return self._near(request).bucket(bucket)

    def _near(self, request: SearchRequest) -> links.Near:
        if self._written is None or self._written.request is not request:
            self._written = links.Near(links.address(self.base, SEARCH), request)
        return self._written

    def links(self, response: SearchResponse) -> dict[str, str | None]:
        """Return the addresses of the answer in other forms and of its other pages."""
        request, pages = response.request, links.pages(response)
        whole = links.first_page(request)
        return {
            "self": self.at(SEARCH, request),
            "first": self.at(SEARCH, pages.first),
            "prev": self.at(SEARCH, pages.prev) if pages.prev else None,
            "next": self.at(SEARCH, pages.next) if pages.next else None,
            "last": self.at(SEARCH, pages.last) if pages.last else None,
            "html": self.at("/search", request),
            "csv": self.at("/search.csv", whole),
            "ndjson": self.at("/search.ndjson", whole),
            "feed": self.at("/search.atom", whole),
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
        """Write a completion with the search, or the document, that it leads to."""
        if suggestion.kind == "title":
            leads_to = links.address(self.base, f"/api/documents/{suggestion.value}")
        elif suggestion.kind == "word":
            leads_to = links.address(self.base, SEARCH, [("q", suggestion.text)])
        else:
            leads_to = links.address(self.base, SEARCH, [(suggestion.kind, suggestion.value)])
        return {
            "kind": suggestion.kind,
            "text": suggestion.text,
            "value": suggestion.value,
            "count": suggestion.count,
            "url": leads_to,
        }

    def document(self, view: DocumentView) -> Json:
        """Write a whole document; spans are ``[start, end]`` in characters of ``text``."""
        return {
            "id": view.id,
            "url": self.document_url(view.id),
            "title": view.title,
            "text": view.text,
            "language": view.language,
            "direction": view.direction,
            "language_confidence": round(view.language_confidence, 4),
            "published": view.published,
            "date_precision": view.date_precision,
            "date_origin": view.date_origin,
            "source": view.source,
            "source_url": web_address(view.url),
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
                "html": self.document_url(view.id),
            },
        }
