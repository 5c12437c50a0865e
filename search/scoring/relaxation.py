"""Answering a query, and relaxation: documents with most of the query if none has all of it.

A query is relaxed if it matches nothing (before the facets of the request), has several clauses,
and no AND was typed between them. Filters and negations are never dropped. Of the other clauses,
weighed by their idf, a document must match ``MOST``; if none does, those that match most are
returned. Stop words in the language of a document and words that no document has do not count.
The score is the sum over the clauses that match.

An answer that fills no page is followed by the documents that have most of the words (``most``).
They are no part of it: totals and facets do not count them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query

from index.errors import SearchTimeout
from search.query import Clause, ParsedQuery, WordQuery
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.postings import NO_HITS, Docs, Hits, Mask, Scores, among, union
from search.scoring.proximity import rescore

MOST = 0.4
"""Share of the weight of a query that is most of it: two of three words that are equally rare, or
one that is much rarer than the others. Half by number found less on judged questions."""

_TINY = np.float32(1e-9)


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


def most(answered: Answer, evaluation: Evaluation) -> Hits:
    """Return the documents that are no answer but have most of the words, with their scores.

    They have at least two, or one beside a quotation: one of two words says little (*vitamine E*
    for *vitamine C*).
    Where the answer itself is relaxed, they have any of the words.
    """
    parsed = answered.parsed
    if not parsed.wishes or not evaluation.scored:
        return NO_HITS
    try:
        with evaluation.time.strict():
            found = _weighed(parsed.wishes, evaluation)
            least = 1 if any(clause.quoted for clause in parsed.wishes) else 2
            enough = found.enough & (found.matching >= least) | answered.relaxed
            below = enough & ~among(found.docs, answered.matches.docs)
            hits = Hits(found.docs[below], found.scores[below])
            return rescore(hits, parsed.wished().pairs, evaluation)
    except SearchTimeout as error:
        evaluation.time.omit(error, "relaxation")
        return NO_HITS


class _Weighed(NamedTuple):
    """Documents with any of some clauses: the share that each has, and in how many clauses."""

    docs: Docs
    scores: Scores
    shares: Scores
    matching: NDArray[np.int32]
    missing: tuple[str, ...] = ()
    """Clauses that no document has."""

    @property
    def enough(self) -> Mask:
        """Which documents have most of the clauses."""
        return self.shares >= MOST


def _weighed(clauses: Sequence[Clause], evaluation: Evaluation) -> _Weighed:
    """Return the documents that have any of the clauses, and all of those that are conditions."""
    words = [clause for clause in clauses if not clause.condition]
    conditions = [clause.node for clause in clauses if clause.condition]
    clause_hits = [
        evaluation.hits(
            clause.node.required() if isinstance(clause.node, WordQuery) else clause.node
        )
        for clause in words
    ]
    docs = union([hits.docs for hits in clause_hits])
    if conditions and len(docs):
        docs = evaluation.hits(query.And(conditions), docs).docs
    missing: list[str] = []
    matching = np.zeros(len(docs), np.int32)
    scores, had, asked = np.zeros((3, len(docs)), np.float32)
    for clause, hits in zip(words, clause_hits, strict=True):
        present = among(docs, hits.docs)
        if not present.any():
            missing.append(clause.text)
            continue
        matching += present
        scores[present] += hits.scores[np.searchsorted(hits.docs, docs[present])]
        idf = np.float32(evaluation.statistics.all.idf(len(hits.docs)))
        had += idf * present
        asked += idf * (present | ~_is_optional(clause, docs, evaluation))
    shares = np.divide(had, np.maximum(asked, _TINY), dtype=np.float32)
    return _Weighed(docs, scores, shares, matching, tuple(missing))


def _is_optional(clause: Clause, docs: Docs, evaluation: Evaluation) -> Mask:
    """Return in which documents a clause is a stop word."""
    optional = np.zeros(len(docs), np.bool_)
    if isinstance(clause.node, WordQuery):
        for suffix in clause.node.optional_in:
            optional |= evaluation.statistics.mask(suffix)[docs]
    return optional


def _relax(parsed: ParsedQuery, evaluation: Evaluation) -> Hits:
    """Return what matches most of a query; add a notice unless nothing does."""
    found = _weighed(parsed.clauses, evaluation)
    if not len(found.docs):
        return NO_HITS
    enough = found.enough if found.enough.any() else found.shares == found.shares.max()
    evaluation.notices.add(
        "relaxed",
        missing=", ".join(found.missing),
        at_least=str(int(found.matching[enough].min())),
        asked=str(sum(not clause.condition for clause in parsed.clauses)),
    )
    return Hits(found.docs[enough], found.scores[enough])
