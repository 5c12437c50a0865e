"""Words that were typed side by side count for more where they stand close together.

For two neighbouring words a and b of the query, with ``tf`` the sum over the occurrences of a of
1 / distance to the nearest b (up to ``WINDOW`` words away), title occurrences weighted::

    score += P * min(idf a, idf b) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean))

after Büttcher, Clarke and Lushman, "Term proximity scoring for ad-hoc retrieval", SIGIR 2006.
Only the ``RESCORED`` best documents are looked at. Nothing is ever subtracted, so they stay the
best, and the order of the others does not change.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.evaluate import Evaluation, Hits
from search.nodes import Word
from search.occurrences import Keys, keys_of
from search.scoring import Docs, Scores

WINDOW = 8
RESCORED = 200

Pair = tuple[Word, Word]


def rescore(hits: Hits, pairs: Sequence[Pair], evaluation: Evaluation) -> Hits:
    """Return ``hits`` with the bonus of the best documents added."""
    if not pairs or not len(hits.docs) or not evaluation.scored:
        return hits
    best = _best(hits, evaluation)
    docs = hits.docs[best]
    bonus = np.zeros(len(docs), np.float32)
    for suffix in evaluation.generation.analyzers:
        spoken = np.flatnonzero(evaluation.statistics.mask(suffix)[docs])
        if len(spoken):
            for first, second in pairs:
                evaluation.check_deadline()
                bonus[spoken] += _bonus(docs[spoken], suffix, first, second, evaluation)
    scores = hits.scores.copy()
    scores[best] += bonus
    return Hits(hits.docs, scores)


def _best(hits: Hits, evaluation: Evaluation) -> NDArray[np.intp]:
    """Return where the best documents stand in ``hits``, ascending."""
    if len(hits.docs) <= RESCORED:
        return np.arange(len(hits.docs))
    edge = np.partition(hits.scores, -RESCORED)[-RESCORED]
    candidates = np.flatnonzero(hits.scores >= edge)
    order = evaluation.generation.order[hits.docs[candidates]]
    ranked = np.lexsort((order, -hits.scores[candidates]))
    return np.sort(candidates[ranked[:RESCORED]])


def _bonus(docs: Docs, suffix: str, first: Word, second: Word, evaluation: Evaluation) -> Scores:
    parameters = evaluation.parameters
    weight = min(evaluation.weight(first, suffix), evaluation.weight(second, suffix))
    tf = np.zeros(len(docs), np.float32)
    if weight > 0.0:
        for name in first.fields:
            field = f"{name}_{suffix}"
            here = _positions(first, field, suffix, docs, evaluation)
            there = _positions(second, field, suffix, docs, evaluation)
            tf += parameters.weight(name) * _closeness(here, there, docs)
    frame = evaluation.statistics.frame(suffix)
    b = parameters.body_b
    length = evaluation.statistics.lengths["body"][docs] / frame.mean_lengths["body"]
    saturated = tf * (parameters.k1 + 1.0) / (tf + parameters.k1 * (1.0 - b + b * length))
    bonus: Scores = (parameters.proximity * weight * saturated).astype(np.float32)
    return bonus


def _positions(word: Word, field: str, suffix: str, docs: Docs, evaluation: Evaluation) -> Keys:
    parts = [
        keys_of(evaluation.generation, field, form, docs)
        for form in word.forms.get(suffix, ())
        if len(evaluation.generation.postings(field, form).docs)
    ]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _closeness(here: Keys, there: Keys, docs: Docs) -> Scores:
    """Return for each of ``docs`` the sum of 1 / distance from each key to the nearest other."""
    if not len(here) or not len(there):
        return np.zeros(len(docs), np.float32)
    after = np.searchsorted(there, here)
    to_next = np.abs(there[np.minimum(after, len(there) - 1)] - here)
    to_last = np.abs(here - there[np.maximum(after - 1, 0)])
    distance = np.maximum(np.minimum(to_next, to_last), 1)
    # Keys of another document are far away.
    near = distance <= WINDOW
    owner = np.searchsorted(docs, here[near] >> 32)
    return np.bincount(owner, 1.0 / distance[near], len(docs)).astype(np.float32)
