"""Words that were typed side by side count for more where they stand close together.

For two neighbouring words a and b of the query, with ``tf`` the sum over the occurrences of a of
1 / distance to the nearest b (up to ``WINDOW`` words away), title occurrences weighted::

    score += P * min(idf a, idf b) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean))

after Büttcher, Clarke and Lushman, "Term proximity scoring for ad-hoc retrieval", SIGIR 2006.
Only the ``RESCORED`` best documents are looked at. Nothing is ever subtracted, so they stay the
best, and the order of the others does not change.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from search.evaluate import Evaluation, Hits
from search.nodes import Word
from search.occurrences import Keys
from search.scoring import Docs, Parameters, Scores

WINDOW = 8
RESCORED = 200
TITLE = 1 << 31
"""Marks the key of a position in a title; no text has so many."""

Pair = tuple[Word, Word]


def rescore(hits: Hits, pairs: Sequence[Pair], evaluation: Evaluation) -> Hits:
    """Return ``hits`` with the bonus of the best documents added."""
    if not pairs or not len(hits.docs) or not evaluation.scored:
        return hits
    best = _best(hits, evaluation)
    docs = hits.docs[best]
    keys: dict[Word, Keys] = {}
    bonus = np.zeros(len(docs), np.float32)
    for pair in pairs:
        evaluation.check_deadline()
        for word in pair:
            if word not in keys:
                keys[word] = _positions(word, docs, evaluation)
        bonus += _bonus(docs, pair, keys, evaluation)
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


def _positions(word: Word, docs: Docs, evaluation: Evaluation) -> Keys:
    """Return where a word is in ``docs``, in every language; positions in titles are ``TITLE``."""
    gathering = evaluation.generation.gathering
    parts = []
    for field, lists in evaluation.words.find(word).lists.items():
        keys = gathering.keys(lists, docs)
        parts.append(keys | TITLE if field == "title" else keys)
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else np.empty(0, np.int64)
    keys = np.concatenate(parts)
    keys.sort()
    return keys


def _bonus(docs: Docs, pair: Pair, keys: Mapping[Word, Keys], evaluation: Evaluation) -> Scores:
    first, second = pair
    tf = _closeness(keys[first], keys[second], docs, evaluation.parameters)
    bonus = np.zeros(len(docs), np.float32)
    parameters = evaluation.parameters
    b = parameters.body_b
    weights = [evaluation.words.find(word).weights for word in pair]
    for suffix in weights[0]:
        weight = min(each.get(suffix, 0.0) for each in weights)
        spoken = np.flatnonzero(evaluation.statistics.mask(suffix)[docs] & (tf > 0.0))
        if not weight or not len(spoken):
            continue
        mean = evaluation.statistics.frame(suffix).mean_lengths["body"]
        length = evaluation.statistics.lengths["body"][docs[spoken]] / np.float32(mean)
        here = tf[spoken]
        norm = parameters.k1 * (1.0 - b + b * length)
        bonus[spoken] = parameters.proximity * weight * here * (parameters.k1 + 1.0) / (here + norm)
    return bonus


def _closeness(here: Keys, there: Keys, docs: Docs, parameters: Parameters) -> Scores:
    """Return for each of ``docs`` the sum of 1 / distance from each key to the nearest other.

    What is close in a title counts as much more as titles do.
    """
    if not len(here) or not len(there):
        return np.zeros(len(docs), np.float32)
    after = np.searchsorted(there, here)
    to_next = np.abs(there[np.minimum(after, len(there) - 1)] - here)
    to_last = np.abs(here - there[np.maximum(after - 1, 0)])
    distance = np.maximum(np.minimum(to_next, to_last), 1)
    # Keys of another document, or of its title, are far away.
    near = np.flatnonzero(distance <= WINDOW)
    owner = np.searchsorted(docs, here[near] >> 32)
    in_title = (here[near] & TITLE) > 0
    weight = np.where(in_title, parameters.weight("title"), parameters.weight("body"))
    return np.bincount(owner, weight / distance[near], len(docs)).astype(np.float32)
