"""Documents with most of a query; see ``search.scoring.relaxation``, which has the rules.

What a document has and what it is asked for are sums over clauses, weighed by their idf. That it
has most of it is one inequality between sums, and so one ``script_score`` with a ``min_score``: one
for all analyzers that take the same clauses for stop words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from search.opensearch.clauses import (
    NOTHING,
    Json,
    all_of,
    any_of,
    scored,
    terms,
)
from search.opensearch.matching import Matcher
from search.opensearch.scores import Scorer, script
from search.query import Clause, WordQuery
from search.scoring import MOST

SCORE = "_score"
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class _Wish:
    """A clause that some document has: what matches it, its rarity, its score."""

    matching: Json
    idf: float
    score: Json
    optional_in: frozenset[str]


class Weighed:
    """The clauses of a query, weighed."""

    def __init__(self, clauses: Sequence[Clause], matcher: Matcher, scorer: Scorer) -> None:
        statistics = matcher.statistics
        matcher.prepare([clause.node for clause in clauses])
        conditions = [matcher(clause.node) for clause in clauses if clause.condition]
        self.conditions = all_of(conditions)
        self._suffixes = statistics.suffixes
        self._matcher = matcher
        words = [clause for clause in clauses if not clause.condition]
        self.asked = len(words)
        nodes = [
            clause.node.required() if isinstance(clause.node, WordQuery) else clause.node
            for clause in words
        ]
        found = [matcher(node) for node in nodes]
        counts = statistics.counts([*found, *(all_of([one, self.conditions]) for one in found)])
        self.missing: list[str] = []
        self._wishes: list[_Wish] = []
        for place, (clause, node) in enumerate(zip(words, nodes, strict=True)):
            if not counts[len(words) + place]:
                self.missing.append(clause.text)
                continue
            optional = clause.node.optional_in if isinstance(clause.node, WordQuery) else ()
            idf = statistics.all.idf(counts[place])
            self._wishes.append(_Wish(found[place], idf, scorer.alone(node), frozenset(optional)))

    @property
    def any(self) -> bool:
        """Whether any document has any of the clauses."""
        return bool(self._wishes)

    def enough(self, share: float = MOST) -> Json:
        """Return what has so large a share of the query."""
        groups: dict[frozenset[int], list[str]] = {}
        for suffix in self._suffixes:
            optional = frozenset(
                place for place, wish in enumerate(self._wishes) if suffix in wish.optional_in
            )
            groups.setdefault(optional, []).append(suffix)
        found = []
        for optional, suffixes in groups.items():
            weights = [
                wish.idf * (1 - share * (place in optional))
                for place, wish in enumerate(self._wishes)
            ]
            needed = share * sum(
                wish.idf for place, wish in enumerate(self._wishes) if place not in optional
            )
            having = any_of(
                {"constant_score": {"filter": wish.matching, "boost": weight}}
                for wish, weight in zip(self._wishes, weights, strict=True)
            )
            enough = script(having, SCORE)
            enough["script_score"]["min_score"] = needed * (1 - _ROUNDING)
            found.append(all_of([terms("analyzer", suffixes), enough]))
        return all_of([any_of(found), self.conditions])

    def having(self, least: int) -> Json:
        """Return what has at least so many of the clauses."""
        should = [wish.matching for wish in self._wishes]
        if len(should) < least:
            return NOTHING
        having = {"bool": {"should": should, "minimum_should_match": least}}
        return all_of([having, self.conditions])

    def best_share(self) -> Json:
        """Return what has the largest share of the query, where none has most of it."""
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": scored(
                self.having(1),
                [
                    {"constant_score": {"filter": wish.matching, "boost": wish.idf}}
                    for wish in self._wishes
                ],
            ),
            "aggs": {"best": {"max": {"script": {"source": SCORE}}}},
        }
        best = self._matcher.opened.search(body)["aggregations"]["best"]["value"] or 0.0
        total = sum(wish.idf for wish in self._wishes) or 1.0
        return self.enough(best / total)

    def least_matching(self, matching: Json) -> int:
        """Return the least number of clauses that any of some documents has."""
        counted = [
            {"constant_score": {"filter": wish.matching, "boost": 1.0}} for wish in self._wishes
        ]
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": scored(matching, counted),
            "aggs": {"least": {"min": {"script": {"source": SCORE}}}},
        }
        return int(self._matcher.opened.search(body)["aggregations"]["least"]["value"] or 0)

    def scores(self) -> list[Json]:
        """Return the scores of all clauses."""
        return [wish.score for wish in self._wishes]
