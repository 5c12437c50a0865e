"""Answering: the documents that match a query, relaxed if none does, and the order of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from whoosh import query

from index.calendar import UNDATED_SECOND
from index.opensearch import HEADS, TEXTS
from search.engine import Notices
from search.opensearch.clauses import (
    EVERYTHING,
    NOTHING,
    Json,
    all_of,
    any_of,
    narrowed,
    scored,
    terms,
)
from search.opensearch.counting import Counter, Filters
from search.opensearch.matching import Matcher
from search.opensearch.opened import NEWEST, Opened
from search.opensearch.reader import Reader
from search.opensearch.relaxing import Weighed
from search.opensearch.scores import Scorer
from search.query import (
    TEXT_FIELDS,
    FuzzyQuery,
    NearQuery,
    ParsedQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
)
from search.request import Cursor, SearchRequest
from search.scoring import RESCORED

_TOGETHER = 4
"""How many times more often than by chance words are taken to stand in one document."""
_ONE_PASS = 10_000
"""Documents up to which page and counts are asked for in one search.

It takes the least of the processors. Two searches go side by side, the page by date ends early, and
the counts are kept for other pages: that pays where many documents match.
"""
_LAST_SECOND = 2**63 - 1
_UNREAD: Json = {"_source": False, "stored_fields": "_none_"}
"""Of such hits nothing is known but what they are sorted by, and nothing is read from the disk."""
_OLDEST: Sequence[Json] = (
    {"second": {"order": "asc", "missing": "_last"}},
    {"id": {"order": "asc"}},
)


class Hit(NamedTuple):
    """A document of an answer: what it is sorted by, and what was read of it."""

    score: float
    second: int
    id: str
    number: int = -1


class Found(NamedTuple):
    """What matches a request.

    ``matching`` is what matches the query, ``scored`` the same with scores. ``first`` are the hits
    that came with the answer: the first ones, or as many as are ranked again.
    """

    parsed: ParsedQuery
    matching: Json
    scored: Json
    relaxed: bool
    total: int
    first: Sequence[Json]
    is_ranked: bool = False
    """Whether words close together count already: so few match that all are ranked so."""


@dataclass
class Finder:
    """Answers one request; not for several threads."""

    opened: Opened
    request: SearchRequest
    reader: Reader
    counter: Counter
    filters: Filters

    def __post_init__(self) -> None:
        self.notices = Notices()
        self.matcher = Matcher(self.opened, self.notices)
        self.scorer = Scorer(self.matcher)

    @property
    def _documents(self) -> int:
        return self.opened.generation.documents

    @property
    def by_score(self) -> bool:
        """Whether results are asked for by relevance."""
        return self.request.sort == "relevance"

    def answer(self, parsed: ParsedQuery) -> Found:
        """Return what matches a query, relaxed if nothing does."""
        trees: list[tuple[ParsedQuery, query.Query | None]] = []
        if parsed.closer is not None:
            trees.append((parsed, parsed.closer))
        trees.append((parsed, parsed.tree))
        if parsed.question is not None:
            trees.append((parsed.question, parsed.question.tree))
        for asked, tree in trees:
            if tree is not None:
                self.matcher.prepare([tree])
            scored = self.scorer.matching(tree) if self.by_score else NOTHING
            ranked = self._ask_ranked(asked, tree, scored)
            found = ranked or self._ask(asked, self.matcher(tree), scored, self._expected(tree))
            if self.unfiltered(found):
                return found
        if len(found.parsed.clauses) < 2:
            return found
        return self._relaxed(found.parsed) or found

    def unfiltered(self, found: Found) -> int:
        """Return how many documents match without the filters of the request."""
        if self.filters.all() is None:
            return found.total
        if found.matching == EVERYTHING:
            return self.opened.generation.documents
        return self.opened.statistics.count(found.matching)

    def _relaxed(self, parsed: ParsedQuery) -> Found | None:
        weighed = Weighed(parsed.clauses, self.matcher, self.scorer)
        if not weighed.any:
            return None
        matching = weighed.enough()
        count = self.opened.statistics.count
        if not count(matching):
            matching = weighed.best_share()
        found = self._ask(parsed, matching, scored(matching, weighed.scores()), count(matching))
        if not self.unfiltered(found):
            return None
        self.notices.add(
            "relaxed",
            missing=", ".join(weighed.missing),
            at_least=str(weighed.least_matching(matching)),
            asked=str(weighed.asked),
        )
        return found._replace(relaxed=True)

    def is_scored(self, found: Found) -> bool:
        """Return whether the order is that of scores."""
        return self.by_score and found.parsed.tree is not None

    def _ask_ranked(
        self, parsed: ParsedQuery, tree: query.Query | None, scored: Json
    ) -> Found | None:
        """Ask for a page whose order is final, in one request instead of two.

        None if that takes more: as many documents match as are ranked again, and perhaps others.
        """
        is_asked = self.by_score and parsed.pairs and self.request.cursor in (None, "*")
        if not is_asked or not self._are_few(tree):
            return None
        ranked = narrowed(scored, [], self._closeness(parsed))
        expected = self._expected(tree)
        found = self._ask(parsed, self.matcher(tree), ranked, expected, is_ranked=True)
        return found if self.unfiltered(found) <= RESCORED else None

    def _are_few(self, tree: query.Query | None) -> bool:
        """Tell whether few documents will have all words, as far as their numbers tell."""
        if not isinstance(tree, query.And):
            return False
        documents = max(1, self._documents)
        words = [node for node in tree.subqueries if isinstance(node, WordQuery)]
        counts = self.opened.statistics.counts([self.matcher.forms(word) for word in words])
        together = documents * prod(count / documents for count in counts)
        return min(counts, default=documents) <= RESCORED or _TOGETHER * together <= RESCORED

    def _ask(
        self,
        parsed: ParsedQuery,
        matching: Json,
        scored: Json,
        expected: int,
        is_ranked: bool = False,
    ) -> Found:
        """Ask for the total and the facets, and for the first results beside them.

        About so many documents are ``expected`` to match.
        """
        request = self.request
        is_scored = self.by_score and parsed.tree is not None
        rescored = is_scored and bool(parsed.pairs) and not is_ranked
        size, start = request.per_page, (request.page - 1) * request.per_page
        if rescored or request.cursor not in (None, "*"):
            size, start = (RESCORED if rescored else 0), 0
        first: Sequence[Json] = []
        if not size:
            counts = self.opened.search(self.counter.body(matching))
        else:
            asked = scored if is_scored else matching
            page = self._results(asked, is_scored, size, start, read=not rescored)
            if self.counter.is_of_page and expected <= _ONE_PASS:
                counts = results = self.opened.search(self.counter.beside(page))
            else:
                counts, results = self.opened.searches([self.counter.body(matching), page])
            first = results["hits"]["hits"]
        total = self.counter.take(matching, counts)
        return Found(parsed, matching, scored, False, total, first, is_ranked)

    def _expected(self, node: query.Query | None) -> int:
        """Return about how many documents match a node at most, by numbers that are known."""
        match node:
            case WordQuery(optional_in=optional) if not optional:
                return self.opened.statistics.count(self.matcher.forms(node))
            case PrefixQuery() | FuzzyQuery() if self.by_score:  # counted already, to be weighed
                return self.opened.statistics.count(self.matcher(node))
            case PhraseQuery(open=False) | NearQuery() if self.by_score:
                words = [self.matcher.written(TEXT_FIELDS, word) for word in node.words]
                return min(self.opened.statistics.counts(words))
            case query.And():
                return min(map(self._expected, node.subqueries))
            case query.Or() | query.DisjunctionMax():
                return min(sum(map(self._expected, node.subqueries)), self._documents)
        return self._documents

    def _results(
        self, asked: Json, is_scored: bool, size: int, start: int = 0, read: bool = True
    ) -> Json:
        """Return the search for results that pass the filters of the request."""
        filters = self.filters.all()
        return {
            "query": asked if filters is None else narrowed(asked, [filters]),
            "track_total_hits": False,
            "size": size,
            "from": start,
            "sort": self._sort(is_scored),
            **(self._reading if read else _UNREAD),
        }

    @property
    def _reading(self) -> Json:
        return HEADS if self.request.marks == "false" else TEXTS

    def _sort(self, is_scored: bool) -> list[object]:
        if is_scored:
            return ["_score", *NEWEST]
        return list(_OLDEST if self.request.sort == "date" else NEWEST)

    # The order of a page

    def page(self, found: Found, cursor: Cursor | None) -> list[Hit]:
        """Return the documents of the page that is asked for, or of that behind a cursor."""
        request = self.request
        is_scored = self.is_scored(found)
        size = request.per_page
        start = 0 if request.cursor is not None else (request.page - 1) * size
        if not is_scored or not found.parsed.pairs or found.is_ranked:
            if cursor is None:
                return [self._hit(hit, is_scored) for hit in found.first]
            return self._more(found, size, after=self._place(cursor, is_scored))
        top = [hit["sort"][-1] for hit in found.first]
        is_part = self.filters.all() is not None and self.unfiltered(found) > RESCORED
        best = self._best(found) if is_part else top
        after = None if cursor is None else self._place(cursor, is_scored=True)
        page = self._ranked_again(found.scored, top, best, found.parsed, size, start, after)
        if len(page) < size and len(top) == RESCORED:
            # Below those ranked again, the order is that of the base scores.
            room = size - len(page)
            last = self._hit(found.first[-1], True, read=False)
            if start > len(top):
                page += self._more(found, room, start=start)
            elif cursor is not None and self._is_below(cursor, top, last):
                page += self._more(found, room, after=after)
            else:
                page += self._more(found, room, after=found.first[-1]["sort"])
        return page

    def _is_below(self, cursor: Cursor, top: Sequence[str], last: Hit) -> bool:
        """Tell whether a cursor stands below the documents that are ranked again."""
        place = self._order(Hit(cursor.score, cursor.seconds, cursor.id))
        return cursor.id not in top and place > self._order(last)

    def _order(self, hit: Hit) -> tuple[float, float, str]:
        age = -float(hit.second) if hit.second != UNDATED_SECOND else float("inf")
        return -hit.score, age, hit.id

    def _place(self, cursor: Cursor, is_scored: bool) -> list[object]:
        second = cursor.seconds
        if second == UNDATED_SECOND and self.request.sort == "date":
            second = _LAST_SECOND
        return [cursor.score, second, cursor.id] if is_scored else [second, cursor.id]

    def _hit(self, hit: Json, is_scored: bool, read: bool = True) -> Hit:
        *score, second, id = hit["sort"]
        if second in (_LAST_SECOND, None):
            second = UNDATED_SECOND
        number = self.reader.add(hit) if read else -1
        return Hit(score[0] if is_scored and score else 0.0, second, id, number)

    def _more(
        self, found: Found, size: int, start: int = 0, after: list[object] | None = None
    ) -> list[Hit]:
        """Return further results in the order of the base scores, or of dates."""
        is_scored = self.is_scored(found)
        asked = found.scored if is_scored else found.matching
        return self._hits(self._results(asked, is_scored, size, start), is_scored, after)

    def _hits(self, body: Json, is_scored: bool, after: list[object] | None) -> list[Hit]:
        if after is not None:
            body = {**body, "search_after": after}
        found = self.opened.search(body)["hits"]["hits"]
        return [self._hit(hit, is_scored) for hit in found]

    def _best(self, found: Found) -> Sequence[str]:
        """Return the ids of the best documents before any filter of the request.

        These are ranked again, as in the other engine.
        """
        body = {
            "query": found.scored,
            "size": RESCORED,
            "sort": self._sort(True),
            "track_total_hits": False,
            **_UNREAD,
        }
        return [hit["sort"][-1] for hit in self.opened.search(body)["hits"]["hits"]]

    def _closeness(self, parsed: ParsedQuery) -> list[Json]:
        """Return what is added to scores for words close together."""
        return [
            clause for pair in parsed.pairs if (clause := self.scorer.closeness(*pair)) != NOTHING
        ]

    def _ranked_again(
        self,
        asked: Json,
        top: Sequence[str],
        best: Sequence[str],
        parsed: ParsedQuery,
        size: int,
        start: int = 0,
        after: list[object] | None = None,
    ) -> list[Hit]:
        """Return some documents in a new order: words close together count in the best ones."""
        if not top:
            return []
        close = self._closeness(parsed)
        if best is not top and close:
            close = [narrowed(any_of(close), [terms("id", best)])]
        body = {
            "query": narrowed(asked, [terms("id", top)], close),
            "track_total_hits": False,
            "size": size,
            "from": 0 if after is not None else start,
            "sort": self._sort(True),
            **self._reading,
        }
        return self._hits(body, True, after)

    # Below the answer

    def below(self, found: Found, page: Sequence[Hit]) -> tuple[list[Hit], int]:
        """Return documents with most of the words that fill the last page, and how many there are.

        They have at least two of them, or one beside a quotation; where the answer is relaxed, any.
        """
        request = self.request
        room = request.per_page - len(page)
        parsed = found.parsed
        if (
            request.cursor is not None
            or request.match == "all"
            or room < 1
            or not (page or request.page == 1)
            or not parsed.wishes
            or not self.by_score
        ):
            return [], 0
        weighed = Weighed(parsed.wishes, self.matcher, self.scorer)
        if not weighed.any:
            return [], 0
        least = 1 if any(clause.quoted for clause in parsed.wishes) else 2
        if found.relaxed:
            having = weighed.having(1)
        else:
            having = all_of([weighed.enough(), weighed.having(least)])
        if having == NOTHING or (weighed.having(least) == NOTHING and not found.relaxed):
            return [], 0
        matching = all_of([having], [found.matching])
        wished = parsed.wished()
        asked = scored(matching, weighed.scores())
        size, read = (RESCORED, False) if wished.pairs else (room, True)
        body = {**self._results(asked, True, size, read=read), "track_total_hits": True}
        answer = self.opened.search(body)["hits"]
        if wished.pairs:
            top = [hit["sort"][-1] for hit in answer["hits"]]
            hits = self._ranked_again(asked, top, top, wished, room)
        else:
            hits = [self._hit(hit, True) for hit in answer["hits"]]
        return hits, answer["total"]["value"]
