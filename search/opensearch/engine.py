"""The engine over an OpenSearch cluster."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import monotonic, perf_counter, time

from index import Skipped
from index.analysis import analyzer
from index.errors import ClusterUnavailable, IndexUnavailable, SearchTimeout
from index.opensearch import (
    HEADS,
    TEXTS,
    Cluster,
    facet_field,
    head_of,
    health,
    published,
    report_of,
)
from index.opensearch import term as indexed_term
from index.originals import Indexed, NoOriginalError, Original, original_of
from search.across import in_other_languages
from search.engine import (
    ClusterHealth,
    DocumentView,
    FacetPage,
    IndexStatus,
    Notice,
    Related,
    Result,
    SearchResponse,
    Suggestion,
)
from search.facets import LocalizedFacets, facet_page, facets
from search.highlight import Highlighter
from search.opensearch.across import Counted, IndexVectors
from search.opensearch.clauses import Json, any_of, terms
from search.opensearch.counting import Counter, Filters
from search.opensearch.explaining import explain
from search.opensearch.finding import Finder, Found, Hit
from search.opensearch.matching import Matcher
from search.opensearch.opened import NEWEST, Opened
from search.opensearch.reader import Reader
from search.opensearch.scores import Scorer
from search.query import ParsedQuery, parse
from search.related import Relations
from search.request import (
    Cursor,
    FacetOrder,
    SearchRequest,
    encode_cursor,
    fingerprint,
)
from search.results import Budget, Locales, ResultBuilder, canonical, cursor_of
from search.scoring import VALUE_WEIGHTS, distinctive_words, request_fingerprint
from search.suggest import PLENTY, did_you_mean, suggest

_FOLLOWED = 1.0
"""Seconds for which a generation is taken to be the published one."""
_HEALTH = 2.0
"""Seconds that asking how the cluster is may take."""
_OPENING = 30.0
"""Seconds that opening a generation may take."""


class OpenSearchEngine:
    """Implements ``search.engine.Engine``. It follows the alias: a new generation is served."""

    def __init__(
        self,
        cluster: Cluster,
        name: str,
        budget: Budget | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._name = name
        self._budget = budget or Budget()
        self._opening = Lock()
        self._opened: Opened | None = None
        self._locales: tuple[Opened, Locales] | None = None
        self._counted = Counted()
        self._checked = 0.0

    @contextmanager
    def _answering(self) -> Iterator[Opened]:
        """Answer from the published generation, within the time of a search."""
        opened = self._open()
        with self._cluster.answering(self._budget.search):
            yield opened

    def _open(self) -> Opened:
        """Return the published generation; the one before while another thread opens it."""
        opened = self._opened
        if opened is not None and monotonic() - self._checked < _FOLLOWED:
            return opened
        if not self._opening.acquire(blocking=opened is None):
            assert opened is not None
            return opened
        try:
            opened = self._opened
            if opened is None or monotonic() - self._checked >= _FOLLOWED:
                opened = self._opened = self._newest(opened)
                self._checked = monotonic()
            return opened
        finally:
            self._opening.release()

    def _newest(self, opened: Opened | None) -> Opened:
        """Return what is published now, opened; what was opened if the cluster does not say."""
        now = self._clock()
        try:
            with self._cluster.answering(_FOLLOWED if opened else _OPENING):
                generation = published(self._cluster, self._name)
            if (
                opened is not None
                and opened.generation.index == generation.index
                and now < opened.changes
            ):
                return opened
            with self._cluster.answering(_OPENING):
                return Opened(self._cluster, generation, now)
        except (ClusterUnavailable, SearchTimeout):
            if opened is None:
                raise
            return opened

    def _of_locale(self, opened: Opened, locale: str) -> tuple[LocalizedFacets, ResultBuilder]:
        kept = self._locales
        if kept is None or kept[0] is not opened:
            kept = self._locales = opened, Locales(opened.columns, Reader(opened))
        return kept[1].of(locale)

    def search(self, request: SearchRequest) -> SearchResponse:
        """Return one page of results. Raises InvalidRequest for a cursor of another request."""
        with self._answering() as opened:
            return self._search(opened, request)

    def _search(self, opened: Opened, request: SearchRequest) -> SearchResponse:
        start = perf_counter()
        localized, results = self._of_locale(opened, request.locale)
        parsed = parse(request.q, opened.generation.analyzers, request.locale)
        request = canonical(request, localized)
        if request.q != parsed.text:
            request = replace(request, q=parsed.text)
        asked = parsed
        parsing_ended = perf_counter()
        finder = self._finder(opened, request)
        cursor = self._cursor(request)
        found = finder.answer(parsed)
        parsed = found.parsed
        page = finder.page(found, cursor)
        next_cursor = self._next_cursor(finder, found, page, opened) if page else None
        below, more = finder.below(found, page)
        suggestion = self._correction(found, finder)
        search_ended = perf_counter()
        counted = facets(request, finder.counter, localized, search_ended + self._budget.facets)
        facets_ended = perf_counter()
        shown = self._results(page, finder, parsed, results)
        division = None
        if below:
            division = len(shown)
            shown += self._results(below, finder, parsed.wished(), results)
        explanations = explain(finder, found, page, below) if request.explained else ()
        notices = tuple(finder.notices)
        if cursor is not None and cursor.generation != fingerprint(opened.name):
            notices = (*notices, Notice("generation_changed"))
        across, others = in_other_languages(
            request,
            asked,
            lambda: self._counted.stamp(opened),
            lambda: IndexVectors(
                opened,
                finder.reader,
                self._counted.of(opened),
                self._budget.search if request.across == "true" else self._budget.across,
            ),
            lambda doc, nearness: results.of(finder.reader.head(doc))._replace(score=nearness),
        )
        ended = perf_counter()
        return SearchResponse(
            request=request,
            understood=parsed.understood,
            languages=request.selected.get("lang") or tuple(opened.generation.languages),
            total=found.total,
            results=shown,
            division=division,
            more=more,
            names=tuple((facet, results.value(facet, id)) for facet, id in parsed.names),
            explanations=explanations,
            across=across,
            facets=counted,
            generation=opened.name,
            documents=opened.generation.documents,
            suggestion=suggestion,
            warnings=(*parsed.warnings, *notices, *others),
            next_cursor=next_cursor,
            timings={
                "parse": (parsing_ended - start) * 1000,
                "search": (search_ended - parsing_ended) * 1000,
                "facets": (facets_ended - search_ended) * 1000,
                "snippets": (ended - facets_ended) * 1000,
            },
        )

    def _finder(self, opened: Opened, request: SearchRequest) -> Finder:
        filters = Filters(request)
        counter = Counter(opened, filters, request.facets)
        return Finder(opened, request, Reader(opened), counter, filters)

    def _cursor(self, request: SearchRequest) -> Cursor | None:
        if request.cursor is None or request.cursor == "*":
            return None
        return cursor_of(request.cursor, request_fingerprint(request))

    def _next_cursor(
        self, finder: Finder, found: Found, page: Sequence[Hit], opened: Opened
    ) -> str | None:
        request = finder.request
        if request.cursor is None or len(page) < request.per_page:
            return None
        last = page[-1]
        return encode_cursor(
            Cursor(
                sort=request.sort,
                request=request_fingerprint(request),
                generation=fingerprint(opened.name),
                score=last.score,
                seconds=last.second,
                id=last.id,
            )
        )

    def _correction(self, found: Found, finder: Finder) -> str | None:
        """Return the query in a better spelling, if there is one."""
        if found.total >= PLENTY and not found.relaxed:
            return None
        parsed, total = found.parsed, 0 if found.relaxed else finder.unfiltered(found)
        opened, matcher = finder.opened, Matcher(finder.opened)

        def correct() -> tuple[str | None, int]:
            better = did_you_mean(
                parsed,
                total,
                opened.words,
                finder.reader,
                lambda tree: opened.statistics.count(matcher(tree)),
            )
            return better, 500 + 4 * len(parsed.text)

        try:
            with self._cluster.answering(self._budget.spelling):
                correction: str | None = opened.corrections.get(
                    (parsed.text, parsed.language, total), correct
                )
        except SearchTimeout:
            return None
        return correction

    def _results(
        self, hits: Sequence[Hit], finder: Finder, parsed: ParsedQuery, results: ResultBuilder
    ) -> tuple[Result, ...]:
        request, reader = finder.request, finder.reader
        made = [
            results.of(reader.head(hit.number), credits=request.credits)._replace(
                score=float(hit.score)
            )
            for hit in hits
        ]
        if request.marks == "false":
            return tuple(made)
        highlighter = self._highlighter(parsed, reader, finder.opened)
        highlight = highlighter.html if request.marks == "true" else highlighter.offsets
        found = highlight([(hit.number, reader.head(hit.number)) for hit in hits])
        return tuple(
            result._replace(highlights=highlights)
            for result, highlights in zip(made, found, strict=True)
        )

    def _highlighter(self, parsed: ParsedQuery, reader: Reader, opened: Opened) -> Highlighter:
        return Highlighter(parsed, reader, reader, opened.words, self._budget.snippets)

    def facet(
        self, name: str, request: SearchRequest, prefix: str, page: int, order: FacetOrder = "count"
    ) -> FacetPage:
        """Return one page of facet values. Raises KeyError for a name that is no value facet."""
        with self._answering() as opened:
            localized, _ = self._of_locale(opened, request.locale)
            localized.facet(name)
            request = canonical(replace(request, sort="date", per_page=0), localized)
            filters = Filters(request)
            counter = Counter(opened, filters, (name,), whole=True)
            finder = Finder(opened, request, Reader(opened), counter, filters)
            finder.answer(parse(request.q, opened.generation.analyzers, request.locale))
            return facet_page(name, request, counter, localized, prefix, page, order)

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Return completions of a text being typed."""
        with self._answering() as opened:
            return suggest(text, limit, opened.words, self._of_locale(opened, locale)[0], locale)

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document with all matches of ``q`` as offsets; None if it is absent."""
        with self._answering() as opened:
            reader = Reader(opened)
            doc = reader.docnum(id)
            if doc is None:
                return None
            parsed = parse(q, opened.generation.analyzers, locale)
            highlights = self._highlighter(parsed, reader, opened).complete(doc, reader.head(doc))
            return self._of_locale(opened, locale)[1].view(*reader.get(doc), highlights)

    def related(self, id: str, locale: str) -> Related | None:
        """Return the parts, the conversation and the copies of a document; None if it is absent."""
        with self._answering() as opened:
            reader = Reader(opened)
            doc = reader.docnum(id)
            if doc is None:
                return None
            results = self._of_locale(opened, locale)[1]
            check = self._cluster.check_time
            return Relations(reader, lambda doc: results.of(reader.head(doc)), check).of(doc)

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one, best first; None if it is absent."""
        with self._answering() as opened:
            return self._similar(opened, id, limit, locale)

    def _similar(
        self, opened: Opened, id: str, limit: int, locale: str
    ) -> tuple[Result, ...] | None:
        reader = Reader(opened)
        doc = reader.docnum(id)
        if doc is None:
            return None
        statistics = opened.statistics
        document, fields = reader.get(doc)
        language = analyzer(fields.language.code)

        def frequencies(words: Sequence[tuple[str, ...]]) -> list[int]:
            every = [
                terms("body", [indexed_term(language.suffix, form)])
                for forms in words
                for form in forms
            ]
            counts = iter(statistics.counts(every))
            return [max(next(counts) for _ in forms) for forms in words]

        collection = statistics.by_suffix(language.suffix)
        words = distinctive_words(document, language, collection, frequencies)
        matcher = Matcher(opened)
        matcher.prepare([word for word, _ in words])
        scorer = Scorer(matcher)
        should = [scorer.word(word, weight) for word, weight in words]
        for name, weight in VALUE_WEIGHTS.items():
            column, field = opened.columns[name], facet_field(name)
            for value in _values_of(opened, id, field):
                rarity = statistics.all.idf(int(column.totals.counts[column.ordinal[value]]))
                has_value = terms(field, [value])
                should.append({"constant_score": {"filter": has_value, "boost": weight * rarity}})
        body: Json = {
            "query": {
                "bool": {
                    "must": [any_of(should)],
                    "must_not": [terms("id", [id])],
                }
            },
            "size": limit,
            "sort": ["_score", *NEWEST],
            "track_total_hits": False,
            **TEXTS,
        }
        request = SearchRequest(locale=locale)
        finder = self._finder(opened, request)
        hits = [
            Hit(hit["sort"][0], 0, "", finder.reader.add(hit))
            for hit in opened.search(body)["hits"]["hits"]
        ]
        nothing = parse("", opened.generation.analyzers)
        return self._results(hits, finder, nothing, self._of_locale(opened, locale)[1])

    def original(self, id: str, within: Sequence[Path] = ()) -> Original | None:
        """Return the file that a document was read from. Raises NoOriginalError.

        Who may write into the cluster names paths: only files in folders ``within`` are read.
        """
        with self._answering() as opened:
            body = {
                "query": terms("id", [id.encode("utf-8", "replace").decode()]),
                "size": 1,
                **HEADS,
                "docvalue_fields": ["head", "hash"],
            }
            hits = opened.search(body)["hits"]["hits"]
        if not hits:
            return None
        if not within:
            raise NoOriginalError("elsewhere")
        head, built = head_of(hits[0]), opened.generation
        path, (hash,) = head.decode_details().path, hits[0]["fields"]["hash"]
        return original_of(Indexed(head.id, path, built.settings, built.made_by, hash=hash), within)

    def status(self) -> IndexStatus:
        """Return what is being served."""
        opened = self._open()
        generation = opened.generation
        try:
            vectors = self._counted.stamp(opened)
        except (ClusterUnavailable, SearchTimeout):  # pages do without them
            vectors = ""
        return IndexStatus(
            generation=opened.name,
            documents=generation.documents,
            languages=generation.languages,
            built=generation.built,
            skipped=sum(generation.skipped.values()),
            vectors=vectors,
        )

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the files and records that the index leaves out, and why."""
        with self._answering() as opened:
            return tuple(report_of(self._cluster, self._name, opened.generation.index).skipped)

    def cluster(self) -> ClusterHealth:
        """Return how the cluster is."""
        breaker = self._cluster.breaker
        try:
            opened = self._open()
            with self._cluster.answering(_HEALTH):
                found = health(self._cluster, opened.generation)
        except (IndexUnavailable, SearchTimeout):
            return ClusterHealth("unavailable", 0, 0, 0, 0, breaker.is_open)
        return ClusterHealth(*found, breaker.is_open)


def _values_of(opened: Opened, id: str, field: str) -> list[str]:
    body = {
        "query": terms("id", [id]),
        "size": 1,
        "_source": {"includes": [field]},
    }
    hits = opened.search(body)["hits"]["hits"]
    values: list[str] = hits[0]["_source"].get(field, []) if hits else []
    return values
