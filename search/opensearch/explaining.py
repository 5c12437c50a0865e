"""Why a document stands where it does; see ``search.scoring.explanation``."""

from collections.abc import Sequence

from whoosh import query

from search.engine import Explanation, WordScore
from search.opensearch.clauses import NOTHING, Json, terms
from search.opensearch.finding import Finder, Found, Hit
from search.query import TEXT_FIELDS, Clause, Filter, WordQuery
from search.scoring import in_field


def explain(
    finder: Finder, found: Found, page: Sequence[Hit], below: Sequence[Hit]
) -> tuple[Explanation, ...]:
    """Return the explanation of each result; nothing where the order is not that of scores."""
    if not finder.is_scored(found):
        return ()
    parts = found.parsed.clauses if found.relaxed else found.parsed.parts
    return (
        *_explained(finder, page, parts),
        *_explained(finder, below, found.parsed.wishes),
    )


def _explained(finder: Finder, hits: Sequence[Hit], clauses: Sequence[Clause]) -> list[Explanation]:
    of_words: dict[str, list[WordScore]] = {hit.id: [] for hit in hits}
    if not hits:
        return []
    told = [
        (clause, clause.node.required() if isinstance(clause.node, WordQuery) else clause.node)
        for clause in clauses
        if not isinstance(clause.node, query.Not) and clause.text
    ]
    bodies = [_asked(finder, node, list(of_words)) for _, node in told]
    documents = finder.opened.statistics.counts([finder.matcher(node) for _, node in told])
    answers = finder.opened.searches(bodies)
    for (clause, _), matching, answer in zip(told, documents, answers, strict=True):
        for hit in answer["hits"]["hits"]:
            had = tuple(name for name in TEXT_FIELDS if name in hit.get("matched_queries", ()))
            score = float(hit["_score"] or 0.0)
            of_words[hit["fields"]["id"][0]].append(WordScore(clause.text, had, matching, score))
    return [_explanation(hit.score, of_words[hit.id]) for hit in hits]


def _asked(finder: Finder, node: query.Query, ids: Sequence[str]) -> Json:
    score = finder.scorer.alone(node)
    should: list[Json] = [] if score == NOTHING else [score]
    if not isinstance(node, Filter):
        for field in TEXT_FIELDS:
            matching = finder.matcher(in_field(node, field))
            constant = {"filter": matching, "boost": 0.0}
            should.append({"constant_score": {**constant, "_name": field}})
    return {
        "query": {
            "bool": {
                "filter": [terms("id", ids), finder.matcher(node)],
                "should": should,
                "minimum_should_match": 0,
            }
        },
        "size": len(ids),
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["id"],
    }


def _explanation(score: float, words: Sequence[WordScore]) -> Explanation:
    nearness = score - sum(word.score for word in words)
    # Sums of single precision differ in the last digits.
    return Explanation(tuple(words), nearness if nearness > score * 1e-4 else 0.0)
