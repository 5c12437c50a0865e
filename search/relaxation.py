"""When no document has everything that was asked: those that have most of it.

A query is relaxed when it matches nothing at all (before the facets chosen beside it), has
several words, phrases or groups, and no AND was typed between them. Filters and negations stay.
Of the n other clauses (a stop word is none for documents of its language) a document must have
at least half; if none has, those are given that have the most, and at least one. A document
scores what the clauses are worth that it has.
"""

from typing import NamedTuple

import numpy as np
from whoosh import query

from index.generations import Generation
from search.evaluate import Evaluation, Hits, Matches
from search.nodes import Word
from search.occurrences import NO_DOCS, NO_SCORES, among, union
from search.proximity import rescore
from search.query import Clause, ParsedQuery
from search.response import Notice
from search.scoring import PARAMETERS, Docs, Parameters


class Answer(NamedTuple):
    """What matches a query, or, ``relaxed``, what matches most of it."""

    matches: Matches
    relaxed: bool = False


def answer(
    parsed: ParsedQuery,
    generation: Generation,
    scored: bool = True,
    deadline: float | None = None,
    parameters: Parameters = PARAMETERS,
) -> Answer:
    """Return what matches a query, relaxed if nothing does. Raises SearchTimeout."""
    evaluation = Evaluation(generation, scored, deadline, parameters)
    hits = evaluation.hits(parsed.tree if parsed.tree is not None else query.Every())
    if len(hits.docs) or len(parsed.clauses) < 2:
        hits = rescore(hits, parsed.pairs, evaluation)
        return Answer(Matches(hits.docs, hits.scores, tuple(evaluation.warnings)))
    return _relaxed(parsed, evaluation)


def _relaxed(parsed: ParsedQuery, evaluation: Evaluation) -> Answer:
    asked = [clause for clause in parsed.clauses if not clause.condition]
    kept = [clause.node for clause in parsed.clauses if clause.condition]
    found = [evaluation.hits(_demanding(clause.node)) for clause in asked]
    docs = union([hits.docs for hits in found])
    if kept and len(docs):
        docs = evaluation.hits(query.And(kept), docs).docs
    if not len(docs):
        return Answer(Matches(NO_DOCS, NO_SCORES, tuple(evaluation.warnings)))

    missing = [
        clause.text
        for clause, hits in zip(asked, found, strict=True)
        if not among(docs, hits.docs).any()
    ]
    has = np.zeros(len(docs), np.int32)
    scores = np.zeros(len(docs), np.float32)
    for hits in found:
        present = among(docs, hits.docs)
        has += present
        scores[present] += hits.scores[np.searchsorted(hits.docs, docs[present])]
    of = _asked_of(docs, asked, evaluation)
    enough = 2 * has >= of
    if not enough.any():
        enough = has == has.max()
    docs, has = docs[enough], has[enough]
    scores = rescore(Hits(docs, scores[enough]), parsed.pairs, evaluation).scores

    notice = Notice(
        "relaxed",
        {"missing": ", ".join(missing), "at_least": str(int(has.min())), "asked": str(len(asked))},
    )
    return Answer(Matches(docs, scores, (*evaluation.warnings, notice)), relaxed=True)


def _demanding(node: query.Query) -> query.Query:
    return node.demanding() if isinstance(node, Word) else node


def _asked_of(
    docs: Docs, asked: list[Clause], evaluation: Evaluation
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return how many clauses ask something of each document; at least one."""
    of = np.full(len(docs), len(asked), np.int32)
    for clause in asked:
        if isinstance(clause.node, Word) and clause.node.stopped:
            stopped = [evaluation.statistics.mask(each)[docs] for each in clause.node.stopped]
            of -= np.logical_or.reduce(stopped)
    return np.maximum(of, 1)
