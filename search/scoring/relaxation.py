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

from index.errors import SearchTimeout
from index.snapshot import Snapshot
from search.query import Clause, ParsedQuery, WordQuery
from search.response import Notice
from search.scoring.bm25 import PARAMETERS, Docs, Parameters
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.postings import NONE, Hits, among, union
from search.scoring.proximity import rescore


class Answer(NamedTuple):
    """What matches a query, or, ``relaxed``, what matches most of it."""

    matches: Matches
    relaxed: bool = False


def answer(
    parsed: ParsedQuery,
    generation: Snapshot,
    scored: bool = True,
    deadline: float | None = None,
    parameters: Parameters = PARAMETERS,
    lenient: bool = False,
) -> Answer:
    """Return what matches a query, relaxed if nothing does. Raises SearchTimeout.

    When ``lenient``, what may be is left out, with a warning, when the deadline has passed.
    """
    evaluation = Evaluation(generation, scored, deadline, parameters, lenient)
    hits = evaluation.hits(parsed.tree if parsed.tree is not None else query.Every())
    relaxed: tuple[Notice, ...] = ()
    if not len(hits.docs) and len(parsed.clauses) > 1:
        try:
            with evaluation.time.strictly():
                hits, relaxed = _relaxed(parsed, evaluation)
        except SearchTimeout as error:
            evaluation.time.omit(error, "relaxation")
    hits = _rescored(hits, parsed, evaluation)
    warnings = (*evaluation.notices, *relaxed)
    matches = Matches(hits.docs, hits.scores, warnings, scored and parsed.tree is not None)
    return Answer(matches, bool(relaxed))


def _rescored(hits: Hits, parsed: ParsedQuery, evaluation: Evaluation) -> Hits:
    try:
        return rescore(hits, parsed.pairs, evaluation)
    except SearchTimeout as error:
        evaluation.time.omit(error, "proximity")
        return hits


def _relaxed(parsed: ParsedQuery, evaluation: Evaluation) -> tuple[Hits, tuple[Notice, ...]]:
    """Return what matches most of a query, and a notice of that; nothing if nothing does."""
    asked = [clause for clause in parsed.clauses if not clause.condition]
    kept = [clause.node for clause in parsed.clauses if clause.condition]
    found = [evaluation.hits(_demanding(clause.node)) for clause in asked]
    docs = union([hits.docs for hits in found])
    if kept and len(docs):
        docs = evaluation.hits(query.And(kept), docs).docs
    if not len(docs):
        return NONE, ()

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

    notice = Notice(
        "relaxed",
        {"missing": ", ".join(missing), "at_least": str(int(has.min())), "asked": str(len(asked))},
    )
    return Hits(docs, scores[enough]), (notice,)


def _demanding(node: query.Query) -> query.Query:
    return node.required() if isinstance(node, WordQuery) else node


def _asked_of(
    docs: Docs, asked: list[Clause], evaluation: Evaluation
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return how many clauses ask something of each document; at least one."""
    of = np.full(len(docs), len(asked), np.int32)
    for clause in asked:
        if isinstance(clause.node, WordQuery) and clause.node.optional_in:
            stopped = [evaluation.statistics.mask(each)[docs] for each in clause.node.optional_in]
            of -= np.logical_or.reduce(stopped)
    return np.maximum(of, 1)
