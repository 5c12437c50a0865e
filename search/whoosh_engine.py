"""The engine over our index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from time import monotonic, perf_counter

from index import kernels
from index.directory import IndexDirectory
from index.document import Skipped
from index.errors import SearchTimeout
from index.snapshot import Snapshot
from search.facets import Filtered, Lookup, Names, facet_names, facet_page, facets
from search.highlight import Highlighter
from search.query import ParsedQuery, parse
from search.request import (
    Cursor,
    CursorError,
    FacetOrder,
    Fault,
    InvalidRequest,
    SearchRequest,
    decode_cursor,
    encode_cursor,
    fingerprint,
)
from search.response import (
    DocumentView,
    FacetPage,
    Highlights,
    IndexStatus,
    Notice,
    Result,
    SearchResponse,
    Suggestion,
)
from search.results import Labels, view
from search.scoring import Matches, Ranking, answer, request_fingerprint
from search.similar import similar
from search.spelling import did_you_mean
from search.suggest import suggest

MAX_LOCALES = 16
NOTHING_MARKED = Highlights()


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds that the parts of a search may take.

    Finding that takes longer raises SearchTimeout, or leaves out what adds to an answer with a
    warning (see ``search.scoring.deadline``); facets that take longer are truncated; snippets
    then show what was found so far, and no better spelling is suggested.
    """

    search: float = 5.0
    facets: float = 1.0
    snippets: float = 1.0
    spelling: float = 0.5


class WhooshEngine:
    """Implements ``search.engine.Engine`` over an index directory."""

    def __init__(self, archive: IndexDirectory, budget: Budget | None = None) -> None:
        self._archive = archive
        self._budget = budget or Budget()
        self._opened: _Opened | None = None
        self._lock = Lock()

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a search. Raises InvalidRequest for a cursor that does not belong to it."""
        opened = self._open()
        began = perf_counter()
        lookup = opened.lookup(request.locale)
        parsed = parse(request.q, opened.generation.analyzers)
        request = _canonical(request, lookup)
        if request.q != parsed.text:
            # Links and cursors of the answer speak of what was read of an overlong query.
            request = replace(request, q=parsed.text)
        understood = perf_counter()
        # The pages of a walk are parts of one whole.
        lenient = request.cursor is None
        found, filtered, unfiltered = self._find(request, parsed, opened, lenient)
        page = _page(request, found, opened.generation)
        hurried = any(notice.code == "out_of_time" for notice in found.warnings)
        suggestion = None if hurried else self._spelling(parsed, unfiltered, opened.generation)
        searched = perf_counter()
        counted = facets(request, filtered, lookup, searched + self._budget.facets)
        sorted_out = perf_counter()
        labels = opened.labels(request.locale)
        results = self._results(page.lines, request, parsed, opened.generation, labels)
        ended = perf_counter()
        return SearchResponse(
            request=request,
            understood=parsed.understood,
            languages=request.selected.get("lang") or tuple(opened.generation.languages),
            total=len(found.docs),
            results=results,
            facets=counted,
            generation=opened.generation.name,
            documents=opened.generation.documents,
            suggestion=suggestion,
            warnings=(*parsed.warnings, *found.warnings, *page.notices),
            next_cursor=page.next_cursor,
            timings={
                "parse": (understood - began) * 1000,
                "search": (searched - understood) * 1000,
                "facets": (sorted_out - searched) * 1000,
                "snippets": (ended - sorted_out) * 1000,
            },
        )

    def facet(
        self,
        name: str,
        request: SearchRequest,
        prefix: str,
        page: int,
        order: FacetOrder = "count",
    ) -> FacetPage:
        """Search inside a facet of values. Raises KeyError for any other name."""
        opened = self._open()
        lookup = opened.lookup(request.locale)
        lookup.facet(name)
        request = _canonical(replace(request, sort="date"), lookup)
        parsed = parse(request.q, opened.generation.analyzers)
        _, filtered, _ = self._find(request, parsed, opened, lenient=False)
        return facet_page(name, request, filtered, lookup, prefix, page, order)

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Complete what is being typed: organizations, themes, titles, words."""
        opened = self._open()
        return suggest(text, limit, opened.generation, opened.lookup(locale))

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document, every match of ``q`` in ``highlights``; None if absent."""
        opened = self._open()
        doc = opened.generation.docnum(id)
        if doc is None:
            return None
        generation = opened.generation
        parsed = parse(q, generation.analyzers)
        highlighter = Highlighter(parsed, generation, self._budget.snippets)
        highlights = highlighter.everything(doc, generation.stored_fields.head(doc))
        return view(*generation.stored_fields.get(doc), highlights, opened.labels(locale))

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one, best first; None if absent."""
        opened = self._open()
        doc = opened.generation.docnum(id)
        if doc is None:
            return None
        deadline = monotonic() + self._budget.search
        found = similar(opened.generation, doc, limit, deadline)
        nothing = parse("", opened.generation.analyzers)
        request = SearchRequest(locale=locale)
        return self._results(found, request, nothing, opened.generation, opened.labels(locale))

    def status(self) -> IndexStatus:
        """Return what is being served."""
        generation = self._archive.current()
        return IndexStatus(
            generation=generation.name,
            documents=generation.documents,
            languages=generation.languages,
            built=generation.manifest.built,
            skipped=sum(generation.manifest.skipped.values()),
            compiled=kernels.active is not None,
        )

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the files and records that were left out when the index was built."""
        return tuple(self._archive.current().report().skipped)

    def _open(self) -> "_Opened":
        generation = self._archive.current()
        opened = self._opened
        if opened is not None and opened.generation is generation:
            return opened
        with self._lock:
            if self._opened is None or self._opened.generation is not generation:
                self._opened = _Opened(generation)
            return self._opened

    def _find(
        self, request: SearchRequest, parsed: ParsedQuery, opened: "_Opened", lenient: bool
    ) -> tuple[Matches, Filtered, int]:
        """Return what matches under all filters, the filters, and how much matches without them.

        The last is 0 where only a part of the query matches.
        """
        deadline = monotonic() + self._budget.search
        scored = request.sort == "relevance"
        matches, relaxed = answer(parsed, opened.generation, scored, deadline, lenient=lenient)
        filtered = Filtered(matches.docs, request, opened.generation)
        found = matches
        if filtered.any:
            scores = matches.scores.take(filtered.passing)
            found = matches._replace(docs=filtered.all, scores=scores)
        if not found.scored:
            found = found._replace(newest=filtered.newest)
        return found, filtered, 0 if relaxed else len(matches.docs)

    def _spelling(self, parsed: ParsedQuery, total: int, generation: Snapshot) -> str | None:
        """Return the query spelt better; an answer does not fail for want of it."""
        try:
            deadline = monotonic() + self._budget.spelling
            return did_you_mean(parsed, generation, total, deadline)
        except SearchTimeout:
            return None

    def _results(
        self,
        lines: Sequence[tuple[int, float]],
        request: SearchRequest,
        parsed: ParsedQuery,
        generation: Snapshot,
        labels: Labels,
    ) -> tuple[Result, ...]:
        if request.highlight == "false":
            return tuple([labels.result(doc, score, NOTHING_MARKED) for doc, score in lines])
        highlighter = Highlighter(parsed, generation, self._budget.snippets)
        mark = highlighter.html if request.highlight == "true" else highlighter.offsets
        marked = [
            (doc, score, mark(doc, generation.stored_fields.head(doc))) for doc, score in lines
        ]
        return tuple([labels.result(*line) for line in marked])


class _Opened:
    """A generation with what is kept beside it while it serves."""

    def __init__(self, generation: Snapshot) -> None:
        self.generation = generation
        self._locales: dict[str, tuple[Lookup, Labels]] = {}

    @cached_property
    def _names(self) -> dict[str, Names]:
        return facet_names(self.generation)

    def lookup(self, locale: str) -> Lookup:
        """Return the facet values with the labels of a locale; those of the last few are kept."""
        return self._locale(locale)[0]

    def labels(self, locale: str) -> Labels:
        """Return the labels of a locale for documents."""
        return self._locale(locale)[1]

    def _locale(self, locale: str) -> tuple[Lookup, Labels]:
        found = self._locales.get(locale)
        if found is None:
            lookup = Lookup(self._names, locale)
            found = lookup, Labels(lookup, self.generation)
            kept = list(self._locales.items())[-MAX_LOCALES + 1 :]
            # Replaced, not changed: another thread may be reading.
            self._locales = {**dict(kept), locale: found}
        return found


@dataclass(frozen=True, slots=True)
class _Page:
    lines: list[tuple[int, float]]
    next_cursor: str | None = None
    notices: tuple[Notice, ...] = ()


def _page(request: SearchRequest, found: Matches, generation: Snapshot) -> _Page:
    """Return the documents of a page with their scores, or those behind a cursor."""
    ranking = Ranking(found, request.sort, generation)
    if request.cursor is None:
        start = (request.page - 1) * request.per_page
        return _Page(ranking.slice(start, start + request.per_page))
    fingerprinted = request_fingerprint(request)
    start = 0
    notices: tuple[Notice, ...] = ()
    if request.cursor != "*":
        cursor = _cursor(request.cursor, fingerprinted)
        start = ranking.after(cursor)
        if cursor.generation != fingerprint(generation.name):
            notices = (Notice("generation_changed"),)
    lines = ranking.slice(start, start + request.per_page)
    following = None
    if start + len(lines) < len(found.docs):
        doc, score = lines[-1]
        id = generation.stored_fields.head(doc).id
        following = encode_cursor(ranking.cursor(doc, score, id, fingerprinted))
    return _Page(lines, following, notices)


def _cursor(word: str, request: bytes) -> Cursor:
    try:
        cursor = decode_cursor(word)
    except CursorError as error:
        raise InvalidRequest((Fault("cursor", "invalid_cursor", word[:200]),)) from error
    if cursor.request != request:
        raise InvalidRequest((Fault("cursor", "cursor_mismatch", word[:200]),))
    return cursor


def _canonical(request: SearchRequest, lookup: Lookup) -> SearchRequest:
    """Replace names that only documents know by the values they stand for."""
    if not request.selected and not request.excluded:
        return request

    def resolved(chosen: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(dict.fromkeys(map(lookup.facet(name).names.resolve, values)))
            for name, values in chosen.items()
            if values
        }

    return replace(
        request,
        selected=resolved(dict(request.selected)),
        excluded=resolved(dict(request.excluded)),
    )
