"""The local engine: searches an index directory in this process."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import monotonic, perf_counter
from typing import NamedTuple

from whoosh import query

from index import (
    IndexDirectory,
    Skipped,
    Snapshot,
    SnapshotLexicon,
    kernels,
)
from index.errors import SearchTimeout
from index.originals import Original, original
from index.store import ByteCache
from search.across import in_other_languages
from search.engine import (
    DocumentView,
    Explanation,
    FacetPage,
    IndexStatus,
    Notice,
    Related,
    Result,
    SearchResponse,
    Suggestion,
)
from search.facets import Filtered, LocalizedFacets, facet_page, facets
from search.highlight import Highlighter
from search.query import ParsedQuery, parse
from search.related import Relations
from search.request import (
    FacetOrder,
    SearchRequest,
    encode_cursor,
    fingerprint,
)
from search.results import Budget, Locales, ResultBuilder, canonical, cursor_of
from search.scoring import (
    Answer,
    Deadline,
    Evaluation,
    Matches,
    Ranking,
    answer,
    explain,
    most,
    request_fingerprint,
    similar,
)
from search.suggest import did_you_mean, suggest
from search.whoosh_across import DirectoryVectors

_CORRECTIONS_BYTES = 1 << 20
"""Memory for corrected queries: the next page of a search asks for the same one."""


class WhooshEngine:
    """Implements ``search.engine.Engine``. It follows the directory: a new generation is served.

    Methods also raise SearchTimeout when ``budget`` is exceeded. ``clock`` returns seconds.
    """

    def __init__(
        self,
        directory: IndexDirectory,
        budget: Budget | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.directory = directory
        self._vectors = DirectoryVectors(directory.path)
        self._budget = budget or Budget()
        self._clock = clock
        self._opened: _Opened | None = None
        self._lock = Lock()

    def search(self, request: SearchRequest) -> SearchResponse:
        """Return one page of results. Raises InvalidRequest for a cursor of another request."""
        opened = self._open()
        snapshot = opened.snapshot
        start = perf_counter()
        localized = opened.localized(request.locale)
        parsed = parse(request.q, snapshot.analyzers, request.locale)
        request = canonical(request, localized)
        if request.q != parsed.text:
            # Links and cursors must lead to what was searched if an overlong query was cut.
            request = replace(request, q=parsed.text)
        parsing_ended = perf_counter()
        # All pages of a walk must belong to one list: nothing may be left out of some of them.
        lenient = request.cursor is None
        found = self._find(request, parsed, snapshot, lenient)
        across, notices = in_other_languages(
            request,
            parsed,
            self._vectors.stamp,
            lambda: self._vectors.of(self._unscored(snapshot)),
            opened.results(request.locale).result,
        )
        matches, filtered, parsed = found.matches, found.filtered, found.answered.parsed
        page = _page(request, matches, snapshot)
        below, more = self._below(request, found, page)
        in_time = all(notice.code != "out_of_time" for notice in matches.warnings)
        suggestion = self._correction(parsed, found.unfiltered, opened) if in_time else None
        search_ended = perf_counter()
        counted = facets(request, filtered, localized, search_ended + self._budget.facets)
        facets_ended = perf_counter()
        results = self._results(page.documents, request, parsed, opened)
        division = None
        if below:
            division = len(results)
            results += self._results(below, request, parsed.wished(), opened)
        explanations = self._explanations(request, found, page.documents, below)
        ended = perf_counter()
        return SearchResponse(
            request=request,
            understood=parsed.understood,
            languages=request.selected.get("lang") or tuple(snapshot.languages),
            total=len(matches.docs),
            results=results,
            division=division,
            more=more,
            names=tuple(
                (facet, opened.results(request.locale).value(facet, id))
                for facet, id in found.answered.parsed.names
            ),
            explanations=explanations,
            across=across,
            facets=counted,
            generation=snapshot.name,
            documents=snapshot.documents,
            suggestion=suggestion,
            warnings=(*parsed.warnings, *matches.warnings, *page.notices, *notices),
            next_cursor=page.next_cursor,
            timings={
                "parse": (parsing_ended - start) * 1000,
                "search": (search_ended - parsing_ended) * 1000,
                "facets": (facets_ended - search_ended) * 1000,
                "snippets": (ended - facets_ended) * 1000,
            },
        )

    def facet(
        self, name: str, request: SearchRequest, prefix: str, page: int, order: FacetOrder = "count"
    ) -> FacetPage:
        """Return one page of facet values. Raises KeyError for a name that is no value facet."""
        opened = self._open()
        localized = opened.localized(request.locale)
        localized.facet(name)
        request = canonical(replace(request, sort="date"), localized)
        parsed = parse(request.q, opened.snapshot.analyzers, request.locale)
        filtered = self._find(request, parsed, opened.snapshot, lenient=False).filtered
        return facet_page(name, request, filtered, localized, prefix, page, order)

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Return completions of a text being typed."""
        opened = self._open()
        return suggest(text, limit, opened.lexicon, opened.localized(locale), locale)

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document with all matches of ``q`` as offsets; None if it is absent."""
        opened = self._open()
        doc = opened.snapshot.docnum(id)
        if doc is None:
            return None
        stored = opened.snapshot.stored_fields
        parsed = parse(q, opened.snapshot.analyzers, locale)
        highlighter = self._highlighter(parsed, opened)
        highlights = highlighter.complete(doc, stored.head(doc))
        return opened.results(locale).view(*stored.get(doc), highlights)

    def related(self, id: str, locale: str) -> Related | None:
        """Return the parts, the conversation and the copies of a document; None if it is absent."""
        opened = self._open()
        doc = opened.snapshot.docnum(id)
        if doc is None:
            return None
        results, time = opened.results(locale), self._deadline(self._budget.search)
        return Relations(opened.snapshot, lambda doc: results.result(doc, 0.0), time.check).of(doc)

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one, best first; None if it is absent."""
        opened = self._open()
        doc = opened.snapshot.docnum(id)
        if doc is None:
            return None
        evaluation = Evaluation(opened.snapshot, time=self._deadline(self._budget.search))
        documents = similar(doc, limit, evaluation)
        nothing = parse("", opened.snapshot.analyzers)
        return self._results(documents, SearchRequest(locale=locale), nothing, opened)

    def original(self, id: str, within: Sequence[Path] = ()) -> Original | None:
        """Return the file that a document was read from. Raises NoOriginalError."""
        return original(self.directory.current(), id, within)

    def status(self) -> IndexStatus:
        """Return what is being served."""
        snapshot = self.directory.current()
        return IndexStatus(
            generation=snapshot.name,
            documents=snapshot.documents,
            languages=snapshot.languages,
            built=snapshot.manifest.built,
            skipped=sum(snapshot.manifest.skipped.values()),
            compiled=kernels.is_compiled(),
            vectors=self._vectors.stamp(),
        )

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the files and records that the index leaves out, and why."""
        return tuple(self.directory.current().report().skipped)

    def cluster(self) -> None:
        """Return nothing: no cluster is asked."""

    def _open(self) -> "_Opened":
        """Return the current snapshot with what is kept beside it."""
        snapshot = self.directory.current()
        opened = self._opened
        if opened is not None and opened.snapshot is snapshot:
            return opened
        with self._lock:
            if self._opened is None or self._opened.snapshot is not snapshot:
                self._opened = _Opened(snapshot)
            return self._opened

    def _unscored(self, snapshot: Snapshot) -> Evaluation:
        time = self._deadline(self._budget.search)
        return Evaluation(snapshot, scored=False, time=time)

    def _find(
        self, request: SearchRequest, parsed: ParsedQuery, snapshot: Snapshot, lenient: bool
    ) -> "_Found":
        """Return what matches under all filters."""
        time = self._deadline(self._budget.search, lenient)
        evaluation = Evaluation(snapshot, request.sort == "relevance", time)
        answered = answer(parsed, evaluation)
        matches = answered.matches
        unfiltered = 0 if answered.relaxed else len(matches.docs)
        filtered = Filtered(matches.docs, request, snapshot)
        if filtered.any:
            scores = matches.scores.take(filtered.passing)
            matches = matches._replace(docs=filtered.all, scores=scores)
        if not matches.scored:
            matches = matches._replace(newest=filtered.newest)
        return _Found(matches, filtered, unfiltered, answered, evaluation)

    def _below(
        self, request: SearchRequest, found: "_Found", page: "_Page"
    ) -> tuple[Sequence[tuple[int, float]], int]:
        """Return documents with most of the words that fill the last page, and how many there are.

        A walk by cursor has only what matches, and so has any order but relevance.
        """
        room = request.per_page - len(page.documents)
        last = page.documents or request.page == 1
        if request.cursor is not None or request.match == "all" or not room or not last:
            return (), 0
        snapshot = found.filtered.snapshot
        hits = most(found.answered, found.evaluation)
        filtered = Filtered(hits.docs, request, snapshot)
        scores = hits.scores.take(filtered.passing) if filtered.any else hits.scores
        ranking = Ranking(Matches(filtered.all, scores), "relevance", snapshot)
        return ranking.slice(0, room), len(scores)

    def _explanations(
        self,
        request: SearchRequest,
        found: "_Found",
        whole: Sequence[tuple[int, float]],
        below: Sequence[tuple[int, float]],
    ) -> tuple[Explanation, ...]:
        """Return why each result stands where it does, if asked for and there is time."""
        if not request.explained or not found.matches.scored:
            return ()
        parsed, evaluation = found.answered.parsed, found.evaluation
        parts = parsed.clauses if found.answered.relaxed else parsed.parts
        try:
            return (
                *explain(whole, parts, evaluation),
                *explain(below, parsed.wishes, evaluation),
            )
        except SearchTimeout:
            return ()

    def _deadline(self, seconds: float, lenient: bool = False) -> Deadline:
        return Deadline(seconds, lenient, self._clock)

    def _correction(self, parsed: ParsedQuery, total: int, opened: "_Opened") -> str | None:
        """Return the query in a better spelling, if one is found in time."""
        snapshot = opened.snapshot
        time = self._deadline(self._budget.spelling)
        evaluation = Evaluation(snapshot, scored=False, time=time)

        def count(tree: query.Query) -> int:
            return len(evaluation.hits(tree).docs)

        def correct() -> tuple[str | None, int]:
            lexicon, terms = opened.lexicon, snapshot.inverted_index
            return did_you_mean(parsed, total, lexicon, terms, count), 500 + 4 * len(parsed.text)

        try:
            correction: str | None = opened.corrections.get(
                (parsed.text, parsed.language, total), correct
            )
        except SearchTimeout:
            return None
        return correction

    def _highlighter(self, parsed: ParsedQuery, opened: "_Opened") -> Highlighter:
        snapshot = opened.snapshot
        return Highlighter(
            parsed,
            snapshot.stored_fields,
            snapshot.inverted_index,
            opened.lexicon,
            self._budget.snippets,
        )

    def _results(
        self,
        documents: Sequence[tuple[int, float]],
        request: SearchRequest,
        parsed: ParsedQuery,
        opened: "_Opened",
    ) -> tuple[Result, ...]:
        """Return results for document numbers and scores."""
        builder = opened.results(request.locale)
        result = builder.credited if request.credits else builder.result
        if request.marks == "false":
            return tuple([result(doc, score) for doc, score in documents])
        highlighter = self._highlighter(parsed, opened)
        highlight = highlighter.html if request.marks == "true" else highlighter.offsets
        head = opened.snapshot.stored_fields.head
        found = highlight([(doc, head(doc)) for doc, _ in documents])
        return tuple(
            [
                result(doc, score, highlights)
                for (doc, score), highlights in zip(documents, found, strict=True)
            ]
        )


class _Found(NamedTuple):
    """What matches a request; ``unfiltered`` counts what matches without its filters.

    That is 0 if the query had to be relaxed.
    """

    matches: Matches
    filtered: Filtered
    unfiltered: int
    answered: Answer
    evaluation: Evaluation


class _Opened:
    """A snapshot with what is kept beside it while it is served."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.lexicon = SnapshotLexicon(snapshot)
        self.corrections = ByteCache(_CORRECTIONS_BYTES)

        self._locales = Locales(snapshot.columns, snapshot.stored_fields)

    def localized(self, locale: str) -> LocalizedFacets:
        """Return the facet values with labels in a locale."""
        return self._locales.of(locale)[0]

    def results(self, locale: str) -> ResultBuilder:
        """Return what builds results with labels in a locale."""
        return self._locales.of(locale)[1]


class _Page(NamedTuple):
    """Document numbers and scores of one page, and how to go on by cursor."""

    documents: list[tuple[int, float]]
    next_cursor: str | None = None
    notices: tuple[Notice, ...] = ()


def _page(request: SearchRequest, matches: Matches, snapshot: Snapshot) -> _Page:
    """Return the page that a request asks for by number or by cursor. Raises InvalidRequest."""
    ranking = Ranking(matches, request.sort, snapshot)
    if request.cursor is None:
        start = (request.page - 1) * request.per_page
        return _Page(ranking.slice(start, start + request.per_page))
    request_digest = request_fingerprint(request)
    start = 0
    notices: tuple[Notice, ...] = ()
    if request.cursor != "*":
        cursor = cursor_of(request.cursor, request_digest)
        start = ranking.after(cursor)
        if cursor.generation != fingerprint(snapshot.name):
            notices = (Notice("generation_changed"),)
    documents = ranking.slice(start, start + request.per_page)
    next_cursor = None
    if start + len(documents) < len(matches.docs):
        doc, score = documents[-1]
        id = snapshot.stored_fields.head(doc).id
        next_cursor = encode_cursor(ranking.cursor(doc, score, id, request_digest))
    return _Page(documents, next_cursor, notices)
