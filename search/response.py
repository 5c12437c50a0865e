"""A search response and its parts, without HTTP. Labels are in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from index.document import MentionedDate
from search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader should know: the code of a sentence, and its values."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with its label in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Highlights:
    """Matches in the title and the text of a document.

    ``title`` and ``body`` are fragments of HTML in which ``<mark>`` is the only markup. Offsets
    are pairs of start and end (excluded), in characters.
    """

    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    title_offsets: tuple[tuple[int, int], ...] = ()
    body_offsets: tuple[tuple[int, int], ...] = ()


class Result(NamedTuple):
    """One document of a response."""

    id: str
    title: str
    language: str
    direction: str
    published: str | None
    date_precision: str | None
    source: str
    url: str
    organizations: tuple[Labelled, ...]
    themes: tuple[Labelled, ...]
    opening: str
    """The first words of the text if there is no title."""
    score: float
    highlights: Highlights


class FacetValue(NamedTuple):
    """A value of a facet with its count, under the contract of docs/facets.md."""

    value: str
    label: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    selected: bool = False
    children: tuple["FacetValue", ...] = ()
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ValueFacet:
    """A facet of values: ``distinct`` values in all, ``missing`` documents without any.

    ``truncated`` if there was no time to count.
    """

    name: str
    size: int
    distinct: int
    missing: int
    values: tuple[FacetValue, ...]
    truncated: bool = False


class DateBucket(NamedTuple):
    """A year, month or day, from day ``first`` to day ``last``; all are ISO 8601."""

    value: str
    first: str
    last: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    selected: bool = False


@dataclass(frozen=True, slots=True)
class DateFacet:
    """Contiguous date buckets, empty ones included; ``missing`` counts undated documents."""

    name: str
    interval: str
    missing: int
    values: tuple[DateBucket, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The response to one search.

    - ``request``: as it was understood, with canonical values;
    - ``understood``: the query in normal form;
    - ``languages``: those whose word forms were searched;
    - ``total``: the exact number of documents that match;
    - ``generation``, ``documents``: the index that was searched and its size;
    - ``timings``: milliseconds spent in ``parse``, ``search``, ``facets`` and ``snippets``.
    """

    request: SearchRequest
    understood: str
    languages: tuple[str, ...]
    total: int
    results: tuple[Result, ...]
    facets: Mapping[str, ValueFacet | DateFacet]
    generation: str
    documents: int
    suggestion: str | None = None
    warnings: tuple[Notice, ...] = ()
    next_cursor: str | None = None
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetPage:
    """One page of the ``total`` values of a facet."""

    facet: ValueFacet
    page: int
    per_page: int
    total: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion of a text being typed.

    ``kind`` is the name of a facet, ``title`` or ``word``; ``value`` is what to search for, of a
    title the id of the document.
    """

    kind: str
    text: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A whole document.

    ``organization_spans`` and ``theme_evidence`` map a value to character spans of ``text``.
    """

    id: str
    title: str
    text: str
    language: str
    direction: str
    language_confidence: float
    published: str | None
    date_precision: str | None
    date_origin: str | None
    source: str
    url: str
    path: str
    tags: tuple[str, ...]
    organizations: tuple[Labelled, ...]
    themes: tuple[Labelled, ...]
    organization_spans: Mapping[str, tuple[tuple[int, int], ...]]
    theme_evidence: Mapping[str, tuple[tuple[int, int], ...]]
    highlights: Highlights
    mentioned: tuple[MentionedDate, ...] = ()
    """The dates that the text mentions."""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The index that is served; ``compiled`` if with compiled loops."""

    generation: str
    documents: int
    languages: Mapping[str, int]
    built: str
    skipped: int
    compiled: bool = False
