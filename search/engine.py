"""The contracts of an engine: what it answers, and what its index must know.

``Engine`` is what the web application and the command line ask; a second engine (a search cluster,
say) implements it and nothing else changes. ``SearchResponse`` and the shapes around it are what it
answers, without HTTP, with labels in the reader's language. ``Lexicon``, ``Terms`` and
``StoredTexts`` are what fuzzy words, spelling, suggestions and highlighting ask of an index. An
engine that implements them uses that code as it is; the local engine has ``SnapshotLexicon``,
``InvertedIndex`` and ``StoredFields``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index import MentionedDate, Skipped
from index.document import DECLARED, Agency, Mail
from index.originals import Original
from index.store import Details, Head, LongText, Near
from search.request import FacetOrder, SearchRequest

_l = str  # Marks a sentence for the message catalogues of web/translations.

NOTICES: Mapping[str, str] = {
    "across_damaged": _l(
        "Documents in other languages are missing: files of their vectors are damaged (%(files)s)."
        " Run `trouvaille vectors`."
    ),
    "across_incomplete": _l(
        "%(count)s documents have no vector yet, so that they are not found in other languages."
        " Run `trouvaille vectors`."
    ),
    "across_language": _l(
        "Other languages were not searched: the model does not know the language of the question"
        " (%(language)s)."
    ),
    "across_not_installed": _l(
        "Other languages were not searched, as that needs an extra: %(install)s."
    ),
    "across_out_of_time": _l(
        "Other languages were not searched: that would have taken too long. Try again."
    ),
    "across_version": _l(
        "Other languages were not searched: the vectors are those of another version of the model."
        " Run `trouvaille vectors`."
    ),
    "fuzzy_cut": _l(
        "Many words are spelt nearly like %(word)s: only the %(limit)s nearest were looked for."
    ),
    "fuzzy_unsupported": _l(
        "In %(word)s, ~ was left out: it needs a word of three to 24 letters before it."
    ),
    "out_of_time": _l("Time ran out: a part of the query was left out."),
    "query_cut": _l("The query was cut after %(limit)s characters."),
    "control_characters": _l("Control characters were left out of the query."),
    "unbalanced_quote": _l("A quotation mark without a match was left out."),
    "unbalanced_parenthesis": _l("A parenthesis without a match was completed or left out."),
    "too_deep": _l("Parentheses beyond %(limit)s levels were left out."),
    "too_many_words": _l("Only the first %(limit)s words of the query were searched."),
    "empty_phrase": _l("Quotation marks with nothing to look for between them were left out."),
    "invalid_date": _l("“%(value)s” is not a date and was left out; expected: 2024, 2024-03-15."),
    "generation_changed": _l("The archive was updated meanwhile: results may be new or missing."),
    "lone_operator": _l("%(operator)s has nothing to join and was left out."),
    "operators_are_words": _l(
        "All is in capitals and reads as a title, so that %(word)s is a word in it. If it joins or"
        " excludes, put the query in parentheses; a minus before a word excludes it, too."
    ),
    "nothing_understood": _l("The query has no word to look for."),
    "prefix_too_short": _l("%(prefix)s stands for too many words: type more letters before *."),
    "question": _l(
        "Read as a question in plain words: documents that have most of them come first."
    ),
    "relaxed": _l(
        "No document has all %(asked)s words: those that have most of them are shown,"
        " at least %(at_least)s."
    ),
    "unknown_value": _l("No document has %(field)s:%(value)s."),
    "wildcard_unsupported": _l(
        "In %(word)s, * is only understood after the first two letters of a word"
        " and outside quotation marks, ? not at all."
    ),
}

_OUT_OF_TIME: Mapping[str, str] = {
    "alternatives": _l("Time ran out: documents found only by %(left_out)s are missing."),
    "expansions": _l("Time ran out: not all words that %(left_out)s stands for were looked for."),
    "proximity": _l("Time ran out: the order does not consider how close words are."),
    "relaxation": _l("Time ran out: documents with only some of the words were not looked for."),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader should know.

    ``code`` is a key of ``NOTICES``; ``values`` are those of its sentence.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def detail(self, translate: Callable[[str], str] = str) -> str:
        """Say what the notice means."""
        sentence = NOTICES.get(self.code, self.code)
        if self.code == "out_of_time":
            sentence = _OUT_OF_TIME.get(self.values.get("part", ""), sentence)
        detail = translate(sentence) % defaultdict(str, self.values)
        if self.code == "relaxed" and self.values.get("missing"):
            missing = translate(_l("In no document: %(missing)s."))
            detail += " " + missing % {"missing": self.values["missing"]}
        return detail


class Notices(list[Notice]):
    """Notices in order, without duplicates."""

    def add(self, code: str, **values: str) -> None:
        """Add a notice unless an equal one is there."""
        notice = Notice(code, values)
        if notice not in self:
            self.append(notice)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with its label in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Highlights:
    """Matches in the title and the text of a document.

    ``title`` and ``body`` are fragments of HTML in which ``<mark>`` is the only markup. Offsets
    are pairs of start and end (excluded), in characters. ``truncated`` if matches may be missing:
    time ran out, or there are too many. ``pages`` are those that the first match of each fragment
    of ``body`` is on, in a text that has pages.
    """

    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    title_offsets: tuple[tuple[int, int], ...] = ()
    body_offsets: tuple[tuple[int, int], ...] = ()
    truncated: bool = False


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
    countries: tuple[Labelled, ...]
    persons: tuple[Labelled, ...]
    opening: str
    """The first words of the text if there is no title."""
    mail: Mail | None
    """Who wrote it to whom, without its thread."""
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    """Authors, and what an agency gave it: empty unless ``credits`` were asked for."""
    # What differs from search to search comes last: ``ResultBuilder`` counts on it.
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
    """A year, month or day, from day ``first`` to day ``last``; all are ISO 8601.

    ``inferred`` of its documents do not declare their date.
    """

    value: str
    first: str
    last: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    inferred: int = 0
    selected: bool = False


@dataclass(frozen=True, slots=True)
class DateFacet:
    """Contiguous date buckets, empty ones included; ``missing`` counts undated documents.

    ``before`` and ``after`` count those of years that a ``trimmed`` request leaves out.
    """

    name: str
    interval: str
    missing: int
    values: tuple[DateBucket, ...]
    truncated: bool = False
    before: int = 0
    after: int = 0


class WordScore(NamedTuple):
    """What a part of the query adds to the score of one document.

    - ``text``: the part in normal form;
    - ``fields``: ``title``, ``body``: where the document has it. Empty for a condition;
    - ``documents``: how many documents have it: its rarity.
    """

    text: str
    fields: tuple[str, ...]
    documents: int
    score: float


class Explanation(NamedTuple):
    """Why a document stands where it does; ``nearness`` is added for words close together."""

    words: tuple[WordScore, ...]
    nearness: float


class InOtherLanguages(NamedTuple):
    """The documents in other languages than ``language`` that are nearest to the question.

    The score of each is its nearness: the cosine of its vector and that of the question. If they
    are ``cut``, there was no time to look for them.
    """

    language: str
    results: tuple[Result, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The response to one search.

    - ``request``: as it was understood, with canonical values;
    - ``understood``: the query in normal form;
    - ``languages``: those whose word forms were searched;
    - ``total``: the exact number of documents that match;
    - ``division``: how many of the results do; those below, if any, have only most of the words.
      None if all do;
    - ``explanations``: one for each result, if asked for and in the order of relevance;
    - ``names``: facets with values that the whole query names, to be offered as filters;
    - ``across``: what there is in other languages, if asked for;
    - ``more``: how many documents have most of the words and do not match;
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
    division: int | None = None
    more: int = 0
    names: tuple[tuple[str, Labelled], ...] = ()
    explanations: tuple[Explanation, ...] = ()
    across: InOtherLanguages | None = None
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_cut(self) -> bool:
        """Whether time ran out for something that was looked for: there may be more next time."""
        return (self.across is not None and self.across.cut) or any(
            notice.code == "out_of_time" for notice in self.warnings
        )


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

    ``organization_spans``, ``country_spans``, ``person_spans`` and ``theme_evidence`` map a value
    to character spans of ``text``.
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
    authors: tuple[str, ...]
    parent: str
    version: str
    organizations: tuple[Labelled, ...]
    themes: tuple[Labelled, ...]
    countries: tuple[Labelled, ...]
    persons: tuple[Labelled, ...]
    organization_spans: Mapping[str, tuple[tuple[int, int], ...]]
    country_spans: Mapping[str, tuple[tuple[int, int], ...]]
    person_spans: Mapping[str, tuple[tuple[int, int], ...]]
    theme_evidence: Mapping[str, tuple[tuple[int, int], ...]]
    highlights: Highlights
    mentioned: tuple[MentionedDate, ...] = ()
    """The dates that the text mentions."""
    mail: Mail | None = None
    digest: str = ""
    agency: Agency | None = None
    given_themes: tuple[str, ...] = ()
    """The themes that the agency gave it."""
    pages: tuple[int, ...] = ()
    """The character of ``text`` at which each page begins."""
    ocr: bool = False
    """Whether text of it was read in pictures."""

    @property
    def is_inferred(self) -> bool:
        """Whether it has a date that it does not declare itself."""
        return self.date_origin is not None and self.date_origin not in DECLARED


@dataclass(frozen=True, slots=True)
class Node:
    """A document in the tree of parts that it belongs to.

    ``more`` counts its parts that are not listed.
    """

    result: Result
    parts: tuple["Node", ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """What belongs to a document: nothing of each where there is nothing else.

    - ``tree``: the document that it is a part of, however deep, with all its parts;
    - ``conversation``: the messages around it, oldest first, itself included; ``messages`` are
      there in all;
    - ``copies``: documents that the same file is attached to; ``attached`` are there in all.
    """

    tree: Node | None = None
    conversation: tuple[Result, ...] = ()
    messages: int = 0
    copies: tuple[Result, ...] = ()
    attached: int = 0


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The index that is served; ``compiled`` if with compiled loops.

    ``vectors`` changes whenever there are other vectors; empty if there are none that can be used.
    """

    generation: str
    documents: int
    languages: Mapping[str, int]
    built: str
    skipped: int
    compiled: bool = False
    vectors: str = ""


class ClusterHealth(NamedTuple):
    """How the cluster is that an engine asks.

    - ``status``: of what is served: green; yellow if copies are missing; red if a part of it is;
      unavailable if the cluster does not answer;
    - ``unassigned``: shards, copies included, that no node has;
    - ``rejected_writes``, ``rejected_searches``: by all nodes since they started;
    - ``is_away``: this process does not ask the cluster, but for a trial now and then.
    """

    status: str
    nodes: int
    unassigned: int
    rejected_writes: int
    rejected_searches: int
    is_away: bool


class Engine(Protocol):
    """A searchable index. Every method is safe to call from several threads.

    Every method may raise ``index.errors.IndexUnavailable``, whose message names the remedy.
    """

    def search(self, request: SearchRequest) -> SearchResponse:
        """Return one page of results, the exact total and the facets that were asked for.

        Raises InvalidRequest for a cursor of another request, SearchTimeout.
        """

    def facet(
        self, name: str, request: SearchRequest, prefix: str, page: int, order: FacetOrder = "count"
    ) -> FacetPage:
        """Return one page of the values of a facet that have a word beginning with ``prefix``.

        Labels and aliases in every language are searched; case and accents do not matter. Counts
        are under the other filters of ``request``; a page has ``request.facet_size`` values.
        Raises KeyError for a name that is no facet of values, SearchTimeout.
        """

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Return completions of a text being typed: organizations, themes, words, titles."""

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document with all matches of ``q`` as offsets; None if it is absent."""

    def related(self, id: str, locale: str) -> Related | None:
        """Return the parts, the conversation and the copies of a document; None if it is absent.

        Raises SearchTimeout.
        """

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one, best first; None if it is absent."""

    def original(self, id: str, within: Sequence[Path] = ()) -> Original | None:
        """Return the file that a document was read from; None if the document is absent.

        It must lie in one of the folders ``within``, if there are any; over a cluster there have
        to be.
        Raises index.originals.NoOriginalError.
        """

    def status(self) -> IndexStatus:
        """Return what is being served."""

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the files and records that the index leaves out, and why."""

    def cluster(self) -> ClusterHealth | None:
        """Return how the cluster is that is asked; None if none is. Never raises."""


class Lexicon(Protocol):
    """The words of an index as documents write them.

    Words go in and come out folded (lower case, no accents), but for surface forms.
    """

    def near_words(self, word: str, edits: int) -> Mapping[str, Near]:
        """Return the words within an edit distance of ``word``, by word."""

    def surface_form(self, word: str) -> str:
        """Return how most documents write a word, in lower case; an unknown word as it is."""

    def completions(
        self, prefix: str, limit: int, before: Sequence[str] = ()
    ) -> Sequence[tuple[str, int]]:
        """Return words with a prefix and how many documents have them and all words ``before``.

        Most documents first. Stop words and very short words are left out.
        """

    def of_language(self, words: Mapping[str, int], suffix: str) -> frozenset[str]:
        """Return those words a form of which more documents have in a language than they say.

        ``suffix`` is that of the analyzer of the language.
        """

    def titles(self, prefix: str, limit: int, before: Sequence[str] = ()) -> Sequence[Head]:
        """Return the newest documents with all words ``before`` and one with a prefix in the title.

        Newest first.
        """


class Terms(Protocol):
    """The terms of an index, by field."""

    def exceeds(self, field: str, term: str, documents: int) -> bool:
        """Tell whether more than ``documents`` documents have a term."""

    def positions(self, field: str, term: str, doc: int) -> NDArray[np.int64]:
        """Return the positions of a term in one document, ascending; none if it lacks the term."""

    def written_words(self, part: str, suffix: str, terms: Iterable[str]) -> frozenset[str]:
        """Return the words of all titles, or bodies, that have any of the terms, folded.

        ``suffix`` is that of an analyzer, ``terms`` are forms that its words have.
        """


class StoredTexts(Protocol):
    """What is stored of documents, by document number."""

    def head(self, doc: int) -> Head:
        """Return what a line of results shows of a document."""

    def details(self, doc: int, head: Head) -> Details:
        """Return the languages and mentions of the document that ``head`` is of."""

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document."""


class Reader(Protocol):
    """Documents by number, found by their ids and keys."""

    @property
    def stored_fields(self) -> StoredTexts:
        """What is stored of the documents."""

    @property
    def oldest_first(self) -> NDArray[np.int32]:
        """The rank of every document: oldest first, undated last, then by id."""

    def docnum(self, id: str) -> int | None:
        """Return the number of the document with this id; None if there is none."""

    def keyed(self, field: str, term: str) -> NDArray[np.int32]:
        """Return the documents that have a key (see ``index.keys``), in their order."""
