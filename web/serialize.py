"""Answers as the JSON of docs/api.md, with addresses and in the reader's language."""

from typing import Annotated, TypedDict

from flask_babel import gettext

from index.facets import SUGGESTED, VALUE_FACETS
from search import (
    DateBucket,
    DocumentView,
    FacetPage,
    FacetValue,
    Notice,
    SearchRequest,
    SearchResponse,
    Suggestion,
)
from search.answers import (
    Address,
    DocumentHeadJson,
    Keywords,
    LabelledJson,
    LinksJson,
    Presenter,
    ResultJson,
    Span,
    ValueFacetJson,
    labelled,
    spans,
)
from web import links
from web.errors import FACETS
from web.links import API_SEARCH


class FacetPageJson(ValueFacetJson):
    """One page of a search inside a facet."""

    name: Annotated[str, Keywords({"enum": list(VALUE_FACETS)})]
    total: Annotated[int, "Values found."]
    page: int
    per_page: int
    pages: int


class SuggestionJson(TypedDict):
    """A completion of what is being typed."""

    kind: Annotated[str, Keywords({"enum": [*SUGGESTED, "title", "word"]})]
    text: str
    value: str
    count: int
    url: Annotated[Address, "The search, or the document, that it leads to."]


class SuggestionsJson(TypedDict):
    """Completions of what is being typed."""

    q: str
    suggestions: list[SuggestionJson]


class MentionedOrganizationJson(LabelledJson):
    """An organization that a document names."""

    spans: Annotated[list[Span], "Its mentions, in characters of `text`."]


class AssignedThemeJson(LabelledJson):
    """A theme of a document."""

    evidence: Annotated[list[Span], "What decided, in characters of `text`."]


class DocumentLinksJson(TypedDict):
    """The addresses of a document in other forms."""

    self: Address
    similar: Address
    html: Address


class DocumentJson(DocumentHeadJson):
    """A whole document."""

    text: str
    language_confidence: Annotated[float, Keywords({"minimum": 0, "maximum": 1})]
    date_origin: Annotated[str | None, "Where the date was found."]
    path: Annotated[str, "The file it was read from."]
    tags: list[str]
    organizations: list[MentionedOrganizationJson]
    themes: list[AssignedThemeJson]
    links: DocumentLinksJson


class SimilarJson(TypedDict):
    """The documents most like one."""

    id: str
    results: list[ResultJson]


class HealthJson(TypedDict):
    """The index that answers."""

    status: Annotated[str, Keywords({"enum": ["ok"]})]
    generation: str
    documents: int
    compiled: Annotated[bool, "Whether answers are worked out with compiled loops."]


class Serializer(Presenter):
    """Writes answers with absolute addresses that begin with ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._filters: links.FilterLinks | None = None

    def address(self, path: str, request: SearchRequest) -> str:
        """Return the address of a search at a path."""
        return links.address(self.base, path, links.parameters(request))

    def facet_label(self, name: str) -> str:
        """Return what a facet is called."""
        return str(FACETS[name])

    def notice_detail(self, notice: Notice) -> str:
        """Return what a notice says."""
        return notice.detail(gettext)

    def document_url(self, id: str) -> str:
        """Return the address of a document's page."""
        return links.address(self.base, f"/document/{id}")

    def value_url(self, facet: str, value: FacetValue, request: SearchRequest) -> str:
        """Return the address that adds a facet value to the request, or removes it."""
        return self._filter_links(request).toggled(facet, value.value)

    def bucket_url(self, bucket: DateBucket, request: SearchRequest) -> str:
        """Return the address that sets the range of the request to a bucket, or removes it."""
        return self._filter_links(request).bucket(bucket)

    def _filter_links(self, request: SearchRequest) -> links.FilterLinks:
        if self._filters is None or self._filters.request is not request:
            self._filters = links.FilterLinks(links.address(self.base, API_SEARCH), request)
        return self._filters

    def links(self, response: SearchResponse) -> LinksJson:
        """Return the addresses of the answer in other forms and of its other pages."""
        request, pages = response.request, links.pages(response)
        whole = links.first_page(request)
        return {
            "self": self.address(API_SEARCH, request),
            "first": self.address(API_SEARCH, pages.first),
            "prev": self.address(API_SEARCH, pages.prev) if pages.prev else None,
            "next": self.address(API_SEARCH, pages.next) if pages.next else None,
            "last": self.address(API_SEARCH, pages.last) if pages.last else None,
            "html": self.address("/search", request),
            "csv": self.address("/search.csv", whole),
            "ndjson": self.address("/search.ndjson", whole),
            "feed": self.address("/search.atom", whole),
        }

    def facet_page(self, page: FacetPage, request: SearchRequest) -> FacetPageJson:
        """Write one page of a search inside a facet."""
        return {
            **self.values(page.facet, request),
            "name": page.facet.name,
            "total": page.total,
            "page": page.page,
            "per_page": page.per_page,
            "pages": -(-page.total // page.per_page),
        }

    def suggestion(self, suggestion: Suggestion) -> SuggestionJson:
        """Write a completion with the address of its search, or of its document."""
        if suggestion.kind == "title":
            url = links.address(self.base, f"/api/documents/{suggestion.value}")
        elif suggestion.kind == "word":
            url = links.address(self.base, API_SEARCH, [("q", suggestion.text)])
        else:
            url = links.address(self.base, API_SEARCH, [(suggestion.kind, suggestion.value)])
        return {
            "kind": suggestion.kind,
            "text": suggestion.text,
            "value": suggestion.value,
            "count": suggestion.count,
            "url": url,
        }

    def document(self, view: DocumentView) -> DocumentJson:
        """Write a whole document; spans are ``[start, end]`` in characters of ``text``."""
        return {
            **self.head(view, "offsets"),
            "text": view.text,
            "language_confidence": round(view.language_confidence, 4),
            "date_origin": view.date_origin,
            "path": view.path,
            "tags": list(view.tags),
            "organizations": [
                {**labelled(one), "spans": spans(view.organization_spans.get(one.value, ()))}
                for one in view.organizations
            ],
            "themes": [
                {**labelled(one), "evidence": spans(view.theme_evidence.get(one.value, ()))}
                for one in view.themes
            ],
            "links": {
                "self": links.address(self.base, f"/api/documents/{view.id}"),
                "similar": links.address(self.base, f"/api/documents/{view.id}/similar"),
                "html": self.document_url(view.id),
            },
        }
