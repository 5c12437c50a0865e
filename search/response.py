"""What a search answers, free of HTTP and of any language but that of the labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from index.document import MentionedDate
from search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader should know: a code, and the values its sentence needs."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with its label in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Highlights:
    """Matches in the title and in pieces of the body.

    ``title`` and ``body`` are HTML with nothing but ``<mark>``, the rest escaped;
    ``title_offsets`` and ``body_offsets`` are pairs of character offsets into the title and the
    text of the document.
    """

    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    title_offsets: tuple[tuple[int, int], ...] = ()
    body_offsets: tuple[tuple[int, int], ...] = ()


class Result(NamedTuple):
    """One document of an answer."""

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
    """The first words of the text, where there is no title to call the document by."""
    score: float
    highlights: Highlights


class FacetValue(NamedTuple):
    """A value of a facet with its count; see the facet contract in docs/api.md."""

    value: str
    label: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    selected: bool = False
    children: tuple["FacetValue", ...] = ()
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ValueFacet:
    """A facet over values: ``distinct`` of them in all, ``missing`` documents without any."""

    name: str
    size: int
    distinct: int
    missing: int
    values: tuple[FacetValue, ...]
    truncated: bool = False


class DateBucket(NamedTuple):
    """A year, month or day: ``first`` and ``last`` are its days, inclusive, ISO 8601."""

    value: str
    first: str
    last: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    selected: bool = False


@dataclass(frozen=True, slots=True)
class DateFacet:
    """Contiguous date buckets, zeros included; ``missing`` counts undated documents."""

    name: str
    interval: str
    missing: int
    values: tuple[DateBucket, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The answer to one search; ``request`` is as understood, values canonical."""

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
    """Milliseconds spent in ``parse``, ``search``, ``facets``, ``snippets``."""


@dataclass(frozen=True, slots=True)
class FacetPage:
    """One page of a search inside a facet."""

    facet: ValueFacet
    page: int
    per_page: int
    total: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion of what is being typed: ``kind`` is organization, theme, title or word."""

    kind: str
    text: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A whole document as the index keeps it.

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
    """The dates that the text speaks of, where the extraction found them."""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is being served, and whether with compiled loops."""

    generation: str
    documents: int
    languages: Mapping[str, int]
    built: str
    skipped: int
    compiled: bool = False
