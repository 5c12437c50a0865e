"""Answers of the engine as the JSON of docs/api.md: its shapes, and the presenter that writes it.

The OpenAPI description follows from the shapes (``web.api``). In an annotation a text describes
the value, ``Keywords`` replace parts of its JSON schema, and a ``Shape`` lists its keys.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from itertools import islice
from typing import Annotated, Any, Final, NotRequired, TypedDict, cast, get_args

from index.document import Mail, Person, Precision
from index.facets import FACETS, VALUE_FACETS
from search.engine import (
    DateFacet,
    DocumentView,
    Explanation,
    Highlights,
    Labelled,
    Notice,
    Result,
    SearchResponse,
    ValueFacet,
)
from search.request import RESULT_FIELDS, DateField, Match, Mode, SearchRequest, Sort, Undated

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Keywords:
    """Keywords of a JSON schema that replace those of the annotated type."""

    keywords: Mapping[str, Any]


class Selection:
    """Says that an annotated object may have some of its keys only."""


@dataclass(frozen=True, eq=False)
class Shape:
    """The keys of an annotated object that follow from the declared facets, with their types."""

    keys: Mapping[str, Any]


Address = Annotated[str | None, Keywords({"type": "string", "format": "uri"})]
"""An address; None only on the command line, which serves nothing."""
OtherAddress = Annotated[str | None, Keywords({"type": ["string", "null"], "format": "uri"})]
Day = Annotated[str, Keywords({"format": "date"})]
Span = Annotated[list[int], Keywords({"minItems": 2, "maxItems": 2})]
"""``[start, end]`` in characters, the end exclusive."""


class LabelledJson(TypedDict):
    """A value with its label."""

    value: str
    label: Annotated[str, "In the reader's language."]


class HighlightsJson(TypedDict):
    """Matches in the title and in pieces of the text.

    Escaped HTML with `<mark>` only; with `highlight=offsets`, `[start, end]` in characters of the
    title and of the text.
    """

    title: list[str] | list[Span]
    body: list[str] | list[Span]
    truncated: Annotated[bool, "True when time for marks ran out, or there are too many offsets."]


class PersonJson(TypedDict):
    """A sender or recipient."""

    name: str
    address: str


MailJson = TypedDict(
    "MailJson", {"from": list[PersonJson], "to": list[PersonJson], "cc": list[PersonJson]}
)


class DocumentHeadJson(TypedDict):
    """What is told of a document wherever it is shown."""

    id: str
    url: Annotated[Address, "The page of the document."]
    title: str
    language: Annotated[str, "ISO 639-1; `und` where none was recognised."]
    direction: Annotated[str, Keywords({"enum": ["ltr", "rtl"]})]
    published: Annotated[
        str | None, "ISO 8601 cut at its precision; `Z` where the time zone was known."
    ]
    date_precision: Annotated[str | None, Keywords({"enum": [*get_args(Precision), None]})]
    source: str
    source_url: Annotated[str | None, "Where the document says it was published."]
    mail: Annotated[MailJson | None, "Of mail and what is attached to it: who wrote to whom."]
    highlights: HighlightsJson
    page: Annotated[int | None, "The page or slide that the first match shown is on, from 1."]


class WordScoreJson(TypedDict):
    """What a part of the query adds to the score of a document."""

    text: str
    fields: Annotated[list[str], "`title`, `body`; none for a condition."]
    documents: Annotated[int, "How many documents have it."]
    score: float


class ExplanationJson(TypedDict):
    """Why a document stands where it does."""

    words: list[WordScoreJson]
    nearness: Annotated[float, "What is added for words that stand close together."]


class ResultJson(DocumentHeadJson):
    """One document of an answer."""

    organizations: list[LabelledJson]
    themes: list[LabelledJson]
    countries: list[LabelledJson]
    persons: list[LabelledJson]
    score: float


class ExplainedResultJson(ResultJson):
    """One document of an answer and, if asked for, why it stands where it does."""

    explanation: NotRequired[Annotated[ExplanationJson, "With `explain=true`, by relevance."]]


class AcrossJson(TypedDict):
    """A document in another language that is about what the question is about."""

    id: str
    url: Annotated[Address, "The page of the document."]
    title: Annotated[str, "The first words of the text if there is no title."]
    language: str
    nearness: Annotated[float, "The cosine of its vector and that of the question, below 1."]


class FacetValueJson(TypedDict):
    """A value of a facet with its count.

    With `links=template`, only values whose addresses do not follow from the templates have any.
    """

    value: str
    label: str
    count: int
    selected: bool
    excluded: bool
    url: NotRequired[
        Annotated[Address, "The same search with this value added, or removed if selected."]
    ]
    exclude_url: NotRequired[
        Annotated[
            Address,
            "With `links=template`: the same search without this value, or no longer without it.",
        ]
    ]
    children: NotRequired[list["FacetValueJson"]]


Template = Annotated[str, Keywords({"format": "uri-template"})]


class TemplatesJson(TypedDict):
    """URI templates (RFC 6570) for the values of a facet that have no address of their own."""

    choose: Annotated[Template, "The same search with a value added; its variable is `value`."]
    exclude: Annotated[Template, "The same search without a value."]


class RangeTemplatesJson(TypedDict):
    """The URI template (RFC 6570) for the buckets that have no address of their own."""

    choose: Annotated[Template, "The same search in a range; its variables are `from` and `to`."]


class ValueFacetJson(TypedDict):
    """A facet of values."""

    label: str
    size: Annotated[int, "`facet_size` of the request."]
    distinct: Annotated[int, "Values in all, of the upper level."]
    missing: Annotated[int, "Documents without any value."]
    truncated: Annotated[bool, "True when the time for facets ran out."]
    templates: NotRequired[Annotated[TemplatesJson, "With `links=template`."]]
    values: list[FacetValueJson]


DateBucketJson = TypedDict(
    "DateBucketJson",
    {
        "value": Annotated[str, "`2024`, `2024-03` or `2024-03-12`."],
        "from": Day,
        "to": Day,
        "count": int,
        "inferred": Annotated[int, "How many of these do not declare their publication date."],
        "selected": bool,
        "url": NotRequired[
            Annotated[Address, "The same search in this range, or without one if selected."]
        ],
    },
)


class DateFacetJson(TypedDict):
    """The date facet: contiguous buckets, zeros included."""

    label: str
    interval: Annotated[str, Keywords({"enum": ["year", "month", "day"]})]
    missing: Annotated[int, "Undated documents."]
    truncated: bool
    templates: NotRequired[Annotated[RangeTemplatesJson, "With `links=template`."]]
    values: list[DateBucketJson]


class NoticeJson(TypedDict):
    """Something that the reader should know."""

    code: str
    detail: Annotated[str, "In the reader's language."]
    values: dict[str, str]


class LinksJson(TypedDict):
    """The addresses of an answer in other forms and of its other pages."""

    self: Address
    first: Address
    prev: OtherAddress
    next: OtherAddress
    last: OtherAddress
    html: Address
    csv: Address
    ndjson: Address
    feed: Address


class IndexJson(TypedDict):
    """The index that answered."""

    generation: str
    documents: int


QUERY = Shape(
    {
        "q": str,
        "understood": Annotated[str, "How the words were read."],
        "languages": Annotated[list[str], "The languages whose forms were looked for."],
        **{prefix + name: list[str] for prefix in ("", "exclude_") for name in VALUE_FACETS},
        **dict.fromkeys((f"{name}_mode" for name in VALUE_FACETS), Mode),
        "from": Day | None,
        "to": Day | None,
        "undated": Undated | None,
        "date_field": DateField,
        "sort": Sort,
        "match": Match,
    }
)
FACET_ANSWERS = Shape(
    {facet.name: NotRequired[ValueFacetJson if facet.values else DateFacetJson] for facet in FACETS}
)


class SearchAnswerJson(TypedDict):
    """The answer to a search."""

    query: Annotated[Json, QUERY, "The question as it was understood, values canonical."]
    total: Annotated[int, "Exact, and the same on every page."]
    page: Annotated[int | None, "Null in a walk by cursor."]
    per_page: int
    pages: Annotated[int | None, "Null in a walk by cursor."]
    took_ms: float
    results: list[Annotated[ExplainedResultJson, Selection()]]
    division: Annotated[
        int | None,
        "How many of `results` match; those below have only most of the words. Null if all match.",
    ]
    more: Annotated[int, "Documents that have most of the words; they are not in `total`."]
    across: NotRequired[Annotated[list[AcrossJson], "With `across=true`: the nearest first."]]
    across_language: NotRequired[
        Annotated[str, "The language of the question, in which `across` lists none."]
    ]
    facets: Annotated[
        dict[str, ValueFacetJson | DateFacetJson],
        FACET_ANSWERS,
        Keywords({"additionalProperties": False}),
    ]
    suggestion: Annotated[str | None, "Words that were probably meant."]
    themes: Annotated[list[LabelledJson], "Themes that the whole query names, in any language."]
    organizations: Annotated[list[LabelledJson], "Likewise the organization, if it names one."]
    countries: Annotated[list[LabelledJson], "Likewise the country."]
    warnings: list[NoticeJson]
    next_cursor: str | None
    links: LinksJson
    index: IndexJson


FACET_LABELS = {facet.name: facet.label for facet in FACETS}


def mail(mail: Mail) -> MailJson:
    """Write who wrote to whom."""

    def people(some: Sequence[Person]) -> list[PersonJson]:
        return [{"name": person.name, "address": person.address} for person in some]

    return {"from": people(mail.sender), "to": people(mail.to), "cc": people(mail.cc)}


class Presenter:
    """Writes answers; every address is None."""

    def search(self, response: SearchResponse, took_ms: float) -> SearchAnswerJson:
        """Write a whole answer."""
        request = response.request
        walking = request.cursor is not None
        results = cast(
            "list[ExplainedResultJson]",
            [self.result(result, request.highlight) for result in response.results],
        )
        for result, explanation in zip(results, response.explanations, strict=False):
            result["explanation"] = explained(explanation)
        if request.fields != RESULT_FIELDS:
            results = [selected(result, request.fields) for result in results]

        def named(facet: str) -> list[LabelledJson]:
            return [labelled(one) for name, one in response.names if name == facet]

        answer: SearchAnswerJson = {
            "query": query(response),
            "total": response.total,
            "page": None if walking else request.page,
            "per_page": request.per_page,
            "pages": None if walking else -(-response.total // request.per_page),
            "took_ms": round(took_ms, 1),
            "results": results,
            "division": response.division,
            "more": response.more,
            "facets": {
                name: self.dates(facet, request)
                if isinstance(facet, DateFacet)
                else self.values(facet, request)
                for name, facet in response.facets.items()
            },
            "suggestion": response.suggestion,
            "themes": named("theme"),
            "organizations": named("organization"),
            "countries": named("country"),
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
        if response.across and request.across == "true":
            answer["across"] = [self.across(result) for result in response.across.results]
            answer["across_language"] = response.across.language
        return answer

    def across(self, result: Result) -> AcrossJson:
        """Write a document in another language than the question."""
        return {
            "id": result.id,
            "url": self.document_url(result.id),
            "title": result.title or result.opening,
            "language": result.language,
            "nearness": round(result.score, 4),
        }

    def result(self, result: Result, highlight: str = "true") -> ResultJson:
        """Write one document of an answer."""
        return {
            **self.head(result, highlight),
            "organizations": [labelled(one) for one in result.organizations],
            "themes": [labelled(one) for one in result.themes],
            "countries": [labelled(one) for one in result.countries],
            "persons": [labelled(one) for one in result.persons],
            "score": round(result.score, 4),
        }

    def head(self, document: Result | DocumentView, highlight: str) -> DocumentHeadJson:
        """Write what is told of a document wherever it is shown."""
        return {
            "id": document.id,
            "url": self.document_url(document.id),
            "title": document.title,
            "language": document.language,
            "direction": document.direction,
            "published": document.published,
            "date_precision": document.date_precision,
            "source": document.source,
            "source_url": web_address(document.url),
            "mail": mail(document.mail) if document.mail else None,
            "highlights": highlights(document.highlights, highlight),
            "page": next(iter(document.highlights.pages), None),
        }

    def values(self, facet: ValueFacet, request: SearchRequest) -> ValueFacetJson:
        """Write a facet over values."""
        return {
            "label": self.facet_label(facet.name),
            "size": facet.size,
            "distinct": facet.distinct,
            "missing": facet.missing,
            "truncated": facet.truncated,
            "values": self._values(facet, request),
        }

    def _values(self, facet: ValueFacet, request: SearchRequest) -> list[FacetValueJson]:
        """Write the values of a facet."""
        values = [one for value in facet.values for one in (value, *value.children)]
        answers: list[FacetValueJson] = [
            {
                "value": value,
                "label": label,
                "count": count,
                "selected": selected,
                "excluded": excluded,
                "url": None,
            }
            for value, label, count, selected, _, excluded in values
        ]
        if len(values) == len(facet.values):
            return answers
        following = iter(answers)
        upper = []
        for value, answer in zip(facet.values, following, strict=False):
            if value.children:
                answer["children"] = list(islice(following, len(value.children)))
            upper.append(answer)
        return upper

    def dates(self, facet: DateFacet, request: SearchRequest) -> DateFacetJson:
        """Write the date facet."""
        return {
            "label": self.facet_label("date"),
            "interval": facet.interval,
            "missing": facet.missing,
            "truncated": facet.truncated,
            "values": self._buckets(facet, request),
        }

    def _buckets(self, facet: DateFacet, request: SearchRequest) -> list[DateBucketJson]:
        """Write the buckets of the date facet."""
        return [
            {
                "value": value,
                "from": first,
                "to": last,
                "count": count,
                "inferred": inferred,
                "selected": selected,
                "url": None,
            }
            for value, first, last, count, inferred, selected in facet.values
        ]

    def facet_label(self, name: str) -> str:
        """Return what a facet is called."""
        return FACET_LABELS[name]

    def notice_detail(self, notice: Notice) -> str:
        """Return what a notice says."""
        return notice.detail()

    def document_url(self, id: str) -> str | None:
        """Return the address of a document."""
        return None

    def links(self, response: SearchResponse) -> LinksJson:
        """Return the addresses of the answer in other forms and of its other pages."""
        return cast(LinksJson, dict.fromkeys(LinksJson.__annotations__))


def query(response: SearchResponse) -> Json:
    """Write the question as it was understood, values canonical."""
    request = response.request
    answer: Json = {
        "q": request.q,
        "understood": response.understood,
        "languages": list(response.languages),
    }
    for prefix, values in (("", request.selected), ("exclude_", request.excluded)):
        for facet in VALUE_FACETS:
            answer[prefix + facet] = list(values.get(facet, ()))
    for facet in VALUE_FACETS:
        answer[f"{facet}_mode"] = "all" if facet in request.all_of else "any"
    return answer | {
        "from": request.date_from.isoformat() if request.date_from else None,
        "to": request.date_to.isoformat() if request.date_to else None,
        "undated": request.undated,
        "date_field": request.date_field,
        "sort": request.sort,
        "match": request.match,
    }


def selected(result: Mapping[str, Any], fields: Sequence[str]) -> Any:
    """Return the fields of a result that are asked for."""
    return {name: result[name] for name in fields if name in result}


def explained(explanation: Explanation) -> ExplanationJson:
    """Write why a document stands where it does."""
    return {
        "words": [
            {
                "text": word.text,
                "fields": list(word.fields),
                "documents": word.documents,
                "score": round(word.score, 4),
            }
            for word in explanation.words
        ],
        "nearness": round(explanation.nearness, 4),
    }


def labelled(one: Labelled) -> LabelledJson:
    """Write a value with its label."""
    return {"value": one.value, "label": one.label}


def highlights(found: Highlights, form: str) -> HighlightsJson:
    """Write matches as HTML with ``<mark>``, or as offsets."""
    cut = found.truncated
    if form == "offsets":
        title, body = spans(found.title_offsets), spans(found.body_offsets)
        return {"title": title, "body": body, "truncated": cut}
    return {"title": list(found.title), "body": list(found.body), "truncated": cut}


def spans(pairs: tuple[tuple[int, int], ...]) -> list[Span]:
    """Write pairs of offsets."""
    return [list(pair) for pair in pairs]


MAX_PORT: Final = 65535
_NAME: Final = r"""[^\s\x00-\x20\x7f"#%/:<>?@\[\\\]^`{|}.]+"""
_WEB_ADDRESS: Final = re.compile(
    rf"https?://(?:\[(?P<ip>[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*)\]|(?P<host>{_NAME}(?:\.{_NAME})*\.?))"
    r"(?::(?P<port>[0-9]{0,5}))?(?:[/?#][^\x00-\x1f\x7f]*)?",
    re.IGNORECASE,
)
"""An address with a host and no password."""


@lru_cache(maxsize=4096)
def web_address(address: str) -> str | None:
    """Return an address that a document gives for itself if it is one of the web, else None.

    Documents are not trusted: ``javascript:`` and its kind must not become a link, nor what
    browsers and other programs would read as links to different hosts.
    """
    parts = _WEB_ADDRESS.fullmatch(address)
    if not parts or int(parts["port"] or 0) > MAX_PORT:
        return None
    host = parts["ip"] or parts["host"].rstrip(".")
    if parts["ip"] or host.rpartition(".")[2].isdecimal():
        try:
            ip_address(host)
        except ValueError:
            return None
    return address
