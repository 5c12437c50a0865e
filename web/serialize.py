"""Answers as the JSON of docs/api.md, with addresses and in the reader's language."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, NotRequired, TypedDict

import orjson

from index.document import Agency
from index.facets import SUGGESTED, VALUE_FACETS
from search import (
    DateFacet,
    DocumentView,
    FacetPage,
    FacetValue,
    Notice,
    SearchRequest,
    SearchResponse,
    Suggestion,
    ValueFacet,
)
from search.answers import (
    Address,
    DateBucketJson,
    DateFacetJson,
    DocumentHeadJson,
    FacetValueJson,
    Keywords,
    LabelledJson,
    LinksJson,
    OtherAddress,
    Presenter,
    ResultJson,
    Span,
    ValueFacetJson,
    labelled,
    spans,
)
from web import links
from web.i18n import facet_label, gettext
from web.originals import original_address
from web.paths import path_of
from web.render import clean_text


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


class MentionedCountryJson(LabelledJson):
    """A country that a document names."""

    spans: Annotated[list[Span], "Its mentions, in characters of `text`."]


class MentionedPersonJson(LabelledJson):
    """A person that a document names."""

    spans: Annotated[list[Span], "Its mentions, in characters of `text`."]


class AssignedThemeJson(LabelledJson):
    """A theme of a document."""

    evidence: Annotated[list[Span], "What decided, in characters of `text`."]
    given: Annotated[bool, "Whether the agency gave it, by a code of IPTC."]


class AgencyJson(TypedDict):
    """What a news agency says of an item beside its text."""

    subjects: Annotated[list[str], "Codes of IPTC."]
    organizations: list[str]
    persons: list[str]
    places: list[str]
    keywords: list[str]
    slug: str
    urgency: Annotated[int | None, "From 1 to 9."]
    note: Annotated[str, "To editors; of a correction, what was wrong."]
    corrected: bool


class DocumentLinksJson(TypedDict):
    """The addresses of a document in other forms."""

    self: Address
    similar: Address
    html: Address
    original: Annotated[OtherAddress, "The file that it was read from, or null."]


class DocumentJson(DocumentHeadJson):
    """A whole document."""

    text: str
    language_confidence: Annotated[float, Keywords({"minimum": 0, "maximum": 1})]
    date_origin: Annotated[str | None, "Where the date was found."]
    path: Annotated[str, "The file it was read from."]
    tags: list[str]
    authors: list[str]
    parent: Annotated[str, "The identifier of the document that it is a part of, or empty."]
    thread: Annotated[
        list[str],
        "Of mail: the identifiers of the messages that it answers, the oldest first, and its own.",
    ]
    digest: Annotated[str, "Of what was attached: copies of the file have the same; or empty."]
    version: Annotated[str, "The version of an item of an agency, or empty."]
    ocr: Annotated[bool, "Whether text of it was read in pictures, so that it may have errors."]
    agency: Annotated[AgencyJson | None, "Of an item of an agency."]
    pages: Annotated[list[int], "The character of `text` at which each page or slide begins."]
    organizations: list[MentionedOrganizationJson]
    themes: list[AssignedThemeJson]
    countries: list[MentionedCountryJson]
    persons: list[MentionedPersonJson]
    links: DocumentLinksJson


class SimilarJson(TypedDict):
    """The documents most like one."""

    id: str
    results: list[ResultJson]


class ClusterJson(TypedDict):
    """The OpenSearch cluster that answers."""

    status: Annotated[
        str, Keywords({"enum": ["green", "yellow"]}), "`yellow` if copies of shards are missing."
    ]
    nodes: int
    unassigned_shards: int


class HealthJson(TypedDict):
    """The index that answers."""

    status: Annotated[str, Keywords({"enum": ["ok"]})]
    generation: str
    documents: int
    compiled: Annotated[bool, "Whether answers are worked out with compiled loops."]
    cluster: NotRequired[Annotated[ClusterJson, "If a cluster answers."]]


_JSON = {False: "false", True: "true"}


@lru_cache(maxsize=20_000)
def _beginning(value: str, label: str) -> str:
    """Return the JSON of a facet value up to its count."""
    return orjson.dumps({"value": value, "label": label})[:-1].decode() + ',"count":'


def _fragment(items: Sequence[str]) -> Any:
    """Return objects that are written already as what ``orjson`` takes for their list."""
    return orjson.Fragment(f"[{','.join(items)}]")


class Serializer(Presenter):
    """Writes answers with absolute addresses that begin with ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base
        # The rest of an address is encoded, so that JSON has it as it is.
        self._written_base = orjson.dumps(base)[1:-1].decode()
        self._documents = links.address(base, path_of("pages.document", id=""))
        self._links: links.FilterLinks | None = None

    def address(self, endpoint: str, request: SearchRequest) -> str:
        """Return the address of a search at an endpoint."""
        return links.address(
            self.base, path_of(endpoint), links.parameters(links.everywhere(request))
        )

    def facet_label(self, name: str) -> str:
        """Return what a facet is called."""
        return facet_label(name)

    def notice_detail(self, notice: Notice) -> str:
        """Return what a notice says."""
        return notice.detail(gettext)

    def document_url(self, id: str) -> str:
        """Return the address of a document's page."""
        return f"{self._documents}{links.quoted_path(id)}"

    def values(self, facet: ValueFacet, request: SearchRequest) -> ValueFacetJson:
        """Write a facet over values, with the templates of their addresses if asked for."""
        answer = super().values(facet, request)
        if request.links == "template":
            choose, exclude = self.links_of(request).templates(facet.name)
            answer["templates"] = {"choose": choose, "exclude": exclude}
        return answer

    def dates(self, facet: DateFacet, request: SearchRequest) -> DateFacetJson:
        """Write the date facet, with the template of its addresses if asked for."""
        answer = super().dates(facet, request)
        if request.links == "template":
            answer["templates"] = {"choose": self.links_of(request).range("{from}", "{to}")}
        return answer

    def _values(self, facet: ValueFacet, request: SearchRequest) -> list[FacetValueJson]:
        """Write the values of a facet at once: hundreds of objects take longer than their text."""
        values = [one for value in facet.values for one in (value, *value.children)]
        items = iter(
            [
                f'{_beginning(value, label)}{count},"selected":{_JSON[selected]},'
                f'"excluded":{_JSON[excluded]}{link}'
                for (value, label, count, selected, _, excluded), link in zip(
                    values, self._value_links(facet.name, values, request), strict=True
                )
            ]
        )
        written = []
        for value, item in zip(facet.values, items, strict=False):
            below = "},".join(islice(items, len(value.children)))
            written.append(f'{item},"children":[{below}}}]}}' if below else f"{item}}}")
        answers: list[FacetValueJson] = _fragment(written)
        return answers

    def _value_links(
        self, facet: str, values: Sequence[FacetValue], request: SearchRequest
    ) -> list[str]:
        """Write the addresses of each value; with templates, of those that do not follow them."""
        to, names = self._written_links(request), [value.value for value in values]
        if request.links == "full":
            return [f',"url":"{url}"' for url in to.toggled(facet, names)]
        written = [""] * len(values)
        for number in to.irregular(facet, names):
            own = [names[number]]
            url, other = to.toggled(facet, own)[0], to.excluded(facet, own)[0]
            written[number] = f',"url":"{url}","exclude_url":"{other}"'
        return written

    def _buckets(self, facet: DateFacet, request: SearchRequest) -> list[DateBucketJson]:
        """Write the buckets of the date facet at once."""
        to = self._written_links(request)
        if request.links == "full":
            ends = [f',"url":"{url}"}}' for url in to.buckets(facet.values)]
        else:
            lifted = f',"url":"{to.undated()}"}}'
            ends = [lifted if to.is_range(bucket) else "}" for bucket in facet.values]
        buckets: list[DateBucketJson] = _fragment(
            [
                f'{{"value":"{value}","from":"{first}","to":"{last}","count":{count},'
                f'"inferred":{inferred},"selected":{_JSON[selected]}{end}'
                for (value, first, last, count, inferred, selected), end in zip(
                    facet.values, ends, strict=True
                )
            ]
        )
        return buckets

    def links_of(self, request: SearchRequest) -> links.FilterLinks:
        """Return the addresses of the endpoint that are one step away from a request."""
        request = links.everywhere(request)
        if self._links is None or self._links.request is not request:
            self._links = links.FilterLinks(self.base + path_of("api.search"), request)
        return self._links

    def _written_links(self, request: SearchRequest) -> links.FilterLinks:
        """Return the same addresses as JSON has them between quotation marks."""
        if self._written_base == self.base:
            return self.links_of(request)
        return links.FilterLinks(
            self._written_base + path_of("api.search"), links.everywhere(request)
        )

    def links(self, response: SearchResponse) -> LinksJson:
        """Return the addresses of the answer in other forms and of its other pages."""
        to, pages = self.links_of(response.request), links.pages(response)
        return {
            "self": to.own(),
            "first": to.place(pages.first),
            "prev": to.place(pages.prev) if pages.prev else None,
            "next": to.place(pages.next) if pages.next else None,
            "last": to.place(pages.last) if pages.last else None,
            "html": to.own(self.base + path_of("pages.search")),
            "csv": to.whole(self.base + path_of("export.csv")),
            "ndjson": to.whole(self.base + path_of("export.ndjson")),
            "feed": to.whole(self.base + path_of("export.atom")),
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
            url = links.address(self.base, path_of("api.document", id=suggestion.value))
        elif suggestion.kind == "word":
            url = links.address(self.base, path_of("api.search"), [("q", suggestion.text)])
        else:
            url = links.address(
                self.base, path_of("api.search"), [(suggestion.kind, suggestion.value)]
            )
        return {
            "kind": suggestion.kind,
            "text": clean_text(suggestion.text),
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
            "authors": list(view.authors),
            "parent": view.parent,
            "thread": list(view.mail.thread) if view.mail else [],
            "digest": view.digest,
            "version": view.version,
            "ocr": view.ocr,
            "agency": _of_agency(view.agency) if view.agency else None,
            "pages": list(view.pages),
            "organizations": [
                {**labelled(one), "spans": spans(view.organization_spans.get(one.value, ()))}
                for one in view.organizations
            ],
            "themes": [
                {
                    **labelled(one),
                    "evidence": spans(view.theme_evidence.get(one.value, ())),
                    "given": one.value in view.given_themes,
                }
                for one in view.themes
            ],
            "countries": [
                {**labelled(one), "spans": spans(view.country_spans.get(one.value, ()))}
                for one in view.countries
            ],
            "persons": [
                {**labelled(one), "spans": spans(view.person_spans.get(one.value, ()))}
                for one in view.persons
            ],
            "links": {
                "self": links.address(self.base, path_of("api.document", id=view.id)),
                "similar": links.address(self.base, path_of("api.similar", id=view.id)),
                "html": self.document_url(view.id),
                "original": original_address(self.base, view),
            },
        }


def _of_agency(agency: Agency) -> AgencyJson:
    return {
        "subjects": list(agency.subjects),
        "organizations": list(agency.organizations),
        "persons": list(agency.persons),
        "places": list(agency.places),
        "keywords": list(agency.keywords),
        "slug": agency.slug,
        "urgency": agency.urgency or None,
        "note": agency.note,
        "corrected": agency.corrected,
    }
