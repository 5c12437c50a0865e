"""Answering a query, and relaxation: documents with most of the query if none has all of it.

A query is relaxed if it matches nothing (before the facets of the request), has several clauses,
and no AND was typed between them. Filters and negations are never dropped. Of the n other clauses,
not counting stop words in the language of a document, a document must match at least half; if none
does, those that match most are returned. The score is the sum over the clauses that match.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query

from index.errors import SearchTimeout
from search.query import Clause, ParsedQuery, WordQuery
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.postings import NO_HITS, Docs, Hits, among, union
from search.scoring.proximity import rescore


class Answer(NamedTuple):
    """What matches a query or, if ``relaxed``, most of it."""

    matches: Matches
    parsed: ParsedQuery
    """The query that was answered: that of the question if no document had all of its words."""
    relaxed: bool = False


def answer(parsed: ParsedQuery, evaluation: Evaluation) -> Answer:
    """Return what matches a query, relaxed if nothing does. Raises SearchTimeout."""
    hits = NO_HITS if parsed.closer is None else evaluation.hits(parsed.closer)
    if not len(hits.docs):
        hits = evaluation.hits(parsed.tree if parsed.tree is not None else query.Every())
    if not len(hits.docs) and parsed.question is not None:
        parsed = parsed.question
        hits = evaluation.hits(parsed.tree)
    relaxed = False
    if not len(hits.docs) and len(parsed.clauses) > 1:
        try:
            with evaluation.time.strict():
                hits = _relax(parsed, evaluation)
                relaxed = len(hits.docs) > 0
        except SearchTimeout as error:
            evaluation.time.omit(error, "relaxation")
    try:
        hits = rescore(hits, parsed.pairs, evaluation)
    except SearchTimeout as error:
        evaluation.time.omit(error, "proximity")
    scored = evaluation.scored and parsed.tree is not None
    matches = Matches(hits.docs, hits.scores, tuple(evaluation.notices), scored)
    return Answer(matches, parsed, relaxed)


def _relax(parsed: ParsedQuery, evaluation: Evaluation) -> Hits:
    """Return what matches most of a query; add a notice unless nothing does."""
    clauses = [clause for clause in parsed.clauses if not clause.condition]
    conditions = [clause.node for clause in parsed.clauses if clause.condition]
    clause_hits = [
        evaluation.hits(
            clause.node.required() if isinstance(clause.node, WordQuery) else clause.node
        )
        for clause in clauses
    ]
    docs = union([hits.docs for hits in clause_hits])
    if conditions and len(docs):
        docs = evaluation.hits(query.And(conditions), docs).docs
    if not len(docs):
        return NO_HITS

    missing: list[str] = []
    matching = np.zeros(len(docs), np.int32)
    scores = np.zeros(len(docs), np.float32)
    for clause, hits in zip(clauses, clause_hits, strict=True):
        present = among(docs, hits.docs)
        if not present.any():
            missing.append(clause.text)
        matching += present
        scores[present] += hits.scores[np.searchsorted(hits.docs, docs[present])]
    enough = 2 * matching >= _clause_counts(docs, clauses, evaluation)
    if not enough.any():
        enough = matching == matching.max()

    evaluation.notices.add(
        "relaxed",
        missing=", ".join(missing),
        at_least=str(int(matching[enough].min())),
        asked=str(len(clauses)),
    )
    return Hits(docs[enough], scores[enough])


def _clause_counts(docs: Docs, clauses: list[Clause], evaluation: Evaluation) -> NDArray[np.int32]:
    """Return how many clauses ask something of each document; at least one."""
    counts = np.full(len(docs), len(clauses), np.int32)
    for clause in clauses:
        if isinstance(clause.node, WordQuery) and clause.node.optional_in:
            masks = [evaluation.statistics.mask(suffix)[docs] for suffix in clause.node.optional_in]
            counts -= np.logical_or.reduce(masks)
    return np.maximum(counts, 1)
