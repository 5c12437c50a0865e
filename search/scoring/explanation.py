"""Why a document stands where it does: what each word of the query adds to its score.

The score of a document is the sum over the words that it has, by field and rarity (``bm25``), and
what is added where they stand close together (``proximity``). Dates and sources add nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from whoosh import query

from search.engine import Explanation, WordScore
from search.query import (
    TEXT_FIELDS,
    Clause,
    CompoundQuery,
    Filter,
    FuzzyQuery,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WildcardQuery,
    WordQuery,
)
from search.scoring.evaluate import Evaluation
from search.scoring.postings import Docs, Mask, Scores, shared


def explain(
    documents: Sequence[tuple[int, float]], clauses: Sequence[Clause], evaluation: Evaluation
) -> tuple[Explanation, ...]:
    """Return the explanation of each document, given with its score, in their order.

    ``clauses`` are the parts of the query that were summed up. Raises SearchTimeout.
    """
    docs = np.array(sorted(doc for doc, _ in documents), np.int32)
    of_words: dict[int, list[WordScore]] = {doc: [] for doc in docs.tolist()}
    for clause in clauses:
        if isinstance(clause.node, query.Not) or not clause.text:
            continue
        # A stop word is told of the documents that have it.
        node = clause.node.required() if isinstance(clause.node, WordQuery) else clause.node
        scores, present = _scores(node, docs, evaluation)
        fields = {
            field: _scores(in_field(node, field), docs, evaluation)[1]
            for field in (() if isinstance(node, Filter) else TEXT_FIELDS)
        }
        matching = len(evaluation.hits(node).docs)
        for place, doc in enumerate(docs.tolist()):
            if present[place]:
                had = tuple(field for field, of_field in fields.items() if of_field[place])
                word = WordScore(clause.text, had, matching, float(scores[place]))
                of_words[doc].append(word)
    return tuple(_explanation(score, of_words[doc]) for doc, score in documents)


def _explanation(score: float, words: Sequence[WordScore]) -> Explanation:
    nearness = score - sum(word.score for word in words)
    # Sums of single precision differ in the last digits.
    return Explanation(tuple(words), nearness if nearness > score * 1e-4 else 0.0)


def _scores(node: query.Query, docs: Docs, evaluation: Evaluation) -> tuple[Scores, Mask]:
    """Return what a node adds to the score of each document, and which match it."""
    scores, present = np.zeros(len(docs), np.float32), np.zeros(len(docs), np.bool_)
    hits = evaluation.hits(node, docs)
    here, there = shared(docs, hits.docs)
    scores[here], present[here] = hits.scores.take(there), True
    return scores, present


def in_field(node: query.Query, field: str) -> query.Query:
    """Return a node as it is in one field only; what no document matches if it is in others."""
    if isinstance(node, query.And | query.Or) and not isinstance(node, WildcardQuery):
        return type(node)([in_field(child, field) for child in node.subqueries])
    if field not in getattr(node, "fields", ()):
        return query.NullQuery
    match node:
        case CompoundQuery():
            return CompoundQuery(replace(node.joined, fields=(field,)), node.parts.words)
        case LetterQuery():
            return replace(node, word=replace(node.word, fields=(field,)))
        case WildcardQuery():
            return WildcardQuery(node.pattern, (field,))
        case WordQuery() | PhraseQuery() | NearQuery() | PrefixQuery() | FuzzyQuery():
            return replace(node, fields=(field,))
    return query.NullQuery
