"""Answering: the documents that match a query, relaxed if none does, and the order of a page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from whoosh import query

from index.calendar import UNDATED_SECOND
from search.engine import Notices
from search.opensearch.clauses import EVERYTHING, NOTHING, Json, all_of, scored
from search.opensearch.counting import Counter, Filters
from search.opensearch.matching import Matcher
from search.opensearch.opened import NEWEST, Opened
from search.opensearch.reader import HEAD, WHOLE, Reader
from search.opensearch.relaxing import Weighed
from search.opensearch.scores import Scorer
from search.query import ParsedQuery, WordQuery
from search.request import Cursor, SearchRequest
from search.scoring import RESCORED

_TOGETHER = 4
"""How many times more often than by chance words are taken to stand in one document."""
_LAST_SECOND = 2**63 - 1
_OLDEST: Sequence[Json] = (
    {"second": {"order": "asc", "missing": "_last"}},
    {"id": {"order": "asc"}},
)


class Hit(NamedTuple):
    """A document of an answer: its ``_id``, what it is sorted by, and what was read of it."""

    key: str
    score: float
    second: int
    id: str
    number: int = -1


class Found(NamedTuple):
    """What matches a request."""

    parsed: ParsedQuery
    matching: Json
    scores: Sequence[Json]
    relaxed: bool
    unfiltered: int
    total: int
    first: Sequence[Json]
    """The hits that came with the answer: the first ones, or as many as are ranked again."""
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
            scores = [self.scorer(tree)] if self.by_score else []
            ranked = self._ask_ranked(asked, tree, scores)
            found = ranked or self._ask(asked, self.matcher(tree), scores)
            if found.unfiltered:
                return found
        if len(found.parsed.clauses) < 2:
            return found
        return self._relaxed(found.parsed) or found

    def _relaxed(self, parsed: ParsedQuery) -> Found | None:
        weighed = Weighed(parsed.clauses, self.matcher, self.scorer)
        if not weighed.any:
            return None
        matching = weighed.enough()
        if not self.opened.statistics.count(matching):
            matching = weighed.best_share()
        scores = weighed.scores() if self.by_score else []
        found = self._ask(parsed, matching, scores)
        if not found.unfiltered:
            return None
        self.notices.add(
            "relaxed",
            missing=", ".join(weighed.missing),
            at_least=str(weighed.least_matching(matching)),
            asked=str(weighed.asked),
        )
        return found._replace(relaxed=True, unfiltered=0)

    def is_scored(self, found: Found) -> bool:
        """Return whether the order is that of scores."""
        return self.by_score and found.parsed.tree is not None

    def _ask_ranked(
        self, parsed: ParsedQuery, tree: query.Query | None, scores: Sequence[Json]
    ) -> Found | None:
        """Ask for a page whose order is final, in one request instead of three.

        None if that takes more: as many documents match as are ranked again, and perhaps others.
        """
        expected = self.by_score and parsed.pairs and self.request.cursor in (None, "*")
        if not expected or not self._are_few(tree):
            return None
        close = [self.scorer.closeness(*pair) for pair in parsed.pairs]
        found = self._ask(parsed, self.matcher(tree), [*scores, *close], is_ranked=True)
        return found if found.unfiltered <= RESCORED else None

    def _are_few(self, tree: query.Query | None) -> bool:
        """Tell whether few documents will have all words, as far as their numbers tell."""
        if not isinstance(tree, query.And):
            return False
        documents = max(1, self.opened.generation.documents)
        words = [node for node in tree.subqueries if isinstance(node, WordQuery)]
        counts = self.opened.statistics.counts([self.matcher.forms(word) for word in words])
        together = documents * prod(count / documents for count in counts)
        return min(counts, default=documents) <= RESCORED or _TOGETHER * together <= RESCORED

    def _ask(
        self,
        parsed: ParsedQuery,
        matching: Json,
        scores: Sequence[Json],
        is_ranked: bool = False,
    ) -> Found:
        """Ask for the total, the facets, and the first results, all at once."""
        request = self.request
        is_scored = self.by_score and parsed.tree is not None
        rescored = is_scored and bool(parsed.pairs) and not is_ranked
        size, start = request.per_page, (request.page - 1) * request.per_page
        if rescored or request.cursor not in (None, "*"):
            size, start = (RESCORED if rescored else 0), 0
        body: Json = {
            "query": scored(matching, scores) if is_scored else all_of([matching]),
            "track_total_hits": True,
            "size": size,
            "from": start,
            "aggs": self.counter.aggregations(),
        }
        if size:
            body["sort"] = self._sort(is_scored)
            body["_source"] = False if rescored else {"includes": self._includes}
            body["docvalue_fields"] = ["id"]
        filters = self.filters.all()
        if filters is not None:
            body["post_filter"] = filters
        answer = self.opened.search(body)
        self.counter.take(matching, answer["aggregations"])
        return Found(
            parsed,
            matching,
            scores,
            False,
            answer["aggregations"]["matches"]["doc_count"],
            answer["hits"]["total"]["value"],
            answer["hits"]["hits"],
            is_ranked,
        )

    @property
    def _includes(self) -> list[str]:
        return list(HEAD if self.request.marks == "false" else WHOLE)

    def _sort(self, is_scored: bool) -> list[object]:
        if is_scored:
            return ["_score", *NEWEST]
        return list(_OLDEST if self.request.sort == "date" else NEWEST)

    # The order of a page

    def page(self, found: Found, cursor: Cursor | None) -> list[Hit]:
        """Return the documents of the page that is asked for, or of that behind a cursor."""
        request = self.request
        is_scored = self.is_scored(found)
        rescored = is_scored and bool(found.parsed.pairs) and not found.is_ranked
        size = request.per_page
        start = 0 if request.cursor is not None else (request.page - 1) * size
        if not rescored:
            if cursor is None:
                return [self._hit(hit, is_scored) for hit in found.first]
            return self._more(found, size, after=self._place(cursor, is_scored))
        top = self._ranked_again(found)
        if cursor is not None:
            places = [place for place, hit in enumerate(top) if hit.id == cursor.id]
            if places:
                start = places[0] + 1
            else:
                start = sum(self._order(hit) <= self._order_of(cursor) for hit in top)
        page = top[start : start + size]
        if len(page) < size and len(top) == RESCORED:
            # Below those ranked again, the order is that of the base scores.
            room = size - len(page)
            last = found.first[-1]["sort"]
            if cursor is not None and start >= len(top) and not places:
                last = self._place(cursor, is_scored)
            skipped = max(0, start - len(top)) if cursor is None else 0
            if skipped:
                page += self._more(found, room, start=start)
            else:
                page += self._more(found, room, after=last)
        numbers = self.reader.fetch([hit.id for hit in page], self._includes)
        return [hit._replace(number=number) for hit, number in zip(page, numbers, strict=True)]

    def _order(self, hit: Hit) -> tuple[float, float, str]:
        age = -float(hit.second) if hit.second != UNDATED_SECOND else float("inf")
        return -hit.score, age, hit.id

    def _order_of(self, cursor: Cursor) -> tuple[float, float, str]:
        return self._order(Hit("", cursor.score, cursor.seconds, cursor.id))

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
        return Hit(hit["_id"], score[0] if is_scored and score else 0.0, second, id, number)

    def _more(
        self, found: Found, size: int, start: int = 0, after: list[object] | None = None
    ) -> list[Hit]:
        """Return further results in the order of the base scores, or of dates."""
        is_scored = self.is_scored(found)
        body: Json = {
            "query": scored(found.matching, found.scores) if is_scored else found.matching,
            "track_total_hits": False,
            "size": size,
            "sort": self._sort(is_scored),
            "_source": {"includes": self._includes},
        }
        if after is not None:
            body["search_after"] = after
        else:
            body["from"] = start
        filters = self.filters.all()
        if filters is not None:
            body["post_filter"] = filters
        return [self._hit(hit, is_scored) for hit in self.opened.search(body)["hits"]["hits"]]

    def _ranked_again(self, found: Found) -> list[Hit]:
        """Return the best documents with what is added for words close together, in order.

        The best are those before any filter of the request, as in the other engine.
        """
        hits = [self._hit(hit, True, read=False) for hit in found.first]
        best = {hit.key for hit in hits}
        if self.filters.all() is not None and found.unfiltered > RESCORED:
            body: Json = {
                "query": scored(found.matching, found.scores),
                "size": RESCORED,
                "sort": self._sort(True),
                "track_total_hits": False,
                "_source": False,
            }
            best &= {hit["_id"] for hit in self.opened.search(body)["hits"]["hits"]}
        return sorted(self._with_bonus(found.parsed, hits, best), key=self._order)

    def _with_bonus(
        self, parsed: ParsedQuery, hits: Sequence[Hit], best: Collection[str]
    ) -> list[Hit]:
        bonus = self.bonuses(parsed, [hit.key for hit in hits if hit.key in best])
        return [hit._replace(score=hit.score + bonus.get(hit.key, 0.0)) for hit in hits]

    def bonuses(self, parsed: ParsedQuery, keys: Sequence[str]) -> dict[str, float]:
        """Return what is added to the scores of documents for words close together, by ``_id``."""
        close = [self.scorer.closeness(*pair) for pair in parsed.pairs]
        close = [clause for clause in close if clause != NOTHING]
        if not close or not keys:
            return {}
        body: Json = {
            "query": {
                "bool": {
                    "filter": [{"ids": {"values": list(keys)}}],
                    "should": close,
                    "minimum_should_match": 1,
                }
            },
            "size": len(keys),
            "track_total_hits": False,
            "_source": False,
        }
        return {hit["_id"]: hit["_score"] for hit in self.opened.search(body)["hits"]["hits"]}

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
        filters = self.filters.all() or EVERYTHING
        wished = parsed.wished()
        body: Json = {
            "query": scored(all_of([matching, filters]), weighed.scores()),
            "size": RESCORED if wished.pairs else room,
            "sort": self._sort(True),
            "track_total_hits": True,
            "_source": False,
        }
        answer = self.opened.search(body)["hits"]
        hits = [self._hit(hit, True, read=False) for hit in answer["hits"]]
        if wished.pairs:
            best = {hit.key for hit in hits}
            hits = sorted(self._with_bonus(wished, hits, best), key=self._order)
        hits = hits[:room]
        numbers = self.reader.fetch([hit.id for hit in hits], self._includes)
        hits = [hit._replace(number=number) for hit, number in zip(hits, numbers, strict=True)]
        return hits, answer["total"]["value"]
