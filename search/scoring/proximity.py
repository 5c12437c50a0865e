"""Words that were typed side by side count for more where they stand close together.

For two neighbouring words a and b of the query, with ``tf`` the sum over the occurrences of a of
1 / distance to the nearest b (up to ``WINDOW`` words away), title occurrences weighted::

    score += P * min(idf a, idf b) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean))

after Büttcher, Clarke and Lushman, "Term proximity scoring for ad-hoc retrieval", SIGIR 2006.
Only the ``RESCORED`` best documents are looked at. Nothing is ever subtracted, so they stay the
best, and the order of the others does not change.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.inverted_index import SECOND_PART
from search.query import TEXT_FIELDS, WordQuery
from search.scoring.bm25 import Docs, Parameters, Scores
from search.scoring.evaluate import Evaluation
from search.scoring.postings import Hits, Keys

WINDOW = 8
RESCORED = 200

Pair = tuple[WordQuery, WordQuery]


def rescore(hits: Hits, pairs: Sequence[Pair], evaluation: Evaluation) -> Hits:
    """Return ``hits`` with the bonus of the best documents added."""
    if not pairs or not len(hits.docs) or not evaluation.scored:
        return hits
    best = _best(hits, evaluation)
    docs = hits.docs[best]
    words = list(dict.fromkeys(chain.from_iterable(pairs)))
    keys = dict(zip(words, _keys(words, docs, evaluation), strict=True))
    bonus = np.zeros(len(docs), np.float32)
    for pair in pairs:
        evaluation.check_deadline()
        bonus += _bonus(docs, pair, keys, evaluation)
    scores = hits.scores.copy()
    scores[best] += bonus
    return Hits(hits.docs, scores)


def _best(hits: Hits, evaluation: Evaluation) -> NDArray[np.intp] | slice:
    """Return where the best documents stand in ``hits``, ascending."""
    if len(hits.docs) <= RESCORED:
        return slice(None)
    if loops := kernels.active:
        order = evaluation.generation.order
        chosen: NDArray[np.intp] = loops.best(hits.scores, hits.docs, order, RESCORED)
        chosen.sort()
        return chosen
    edge = np.partition(hits.scores, -RESCORED)[-RESCORED]
    candidates: NDArray[np.intp] = (hits.scores >= edge).nonzero()[0]
    if len(candidates) == RESCORED:
        return candidates
    order = evaluation.generation.order[hits.docs[candidates]]
    ranked = np.lexsort((order, -hits.scores[candidates]))
    return np.sort(candidates[ranked[:RESCORED]])


def _keys(words: Sequence[WordQuery], docs: Docs, evaluation: Evaluation) -> list[Keys]:
    """Return where words are in ``docs``, in every language; ``SECOND_PART`` are the bodies."""
    inverted_index = evaluation.generation.inverted_index
    postings = []
    for word in words:
        lists = evaluation.words.find(word).lists
        postings.append(
            inverted_index.positioned(
                [lists.get(name, inverted_index.nothing) for name in TEXT_FIELDS]
            )
        )
    return inverted_index.keys(postings, docs)


def _bonus(
    docs: Docs, pair: Pair, keys: Mapping[WordQuery, Keys], evaluation: Evaluation
) -> Scores:
    first, second = pair
    tf = _closeness(keys[first], keys[second], docs, evaluation.parameters)
    bonus = np.zeros(len(docs), np.float32)
    close = tf.nonzero()[0]
    if not len(close):
        return bonus
    tf, docs = tf[close], docs[close]
    parameters = evaluation.parameters
    b = parameters.body_b
    of_first, of_second = (evaluation.words.find(word).weights for word in pair)
    for suffix in of_first:
        weight = min(of_first[suffix], of_second.get(suffix, 0.0))
        spoken = evaluation.statistics.mask(suffix)[docs].nonzero()[0]
        if not weight or not len(spoken):
            continue
        mean = evaluation.statistics.frame(suffix).mean_lengths["body"]
        length = evaluation.statistics.lengths["body"][docs[spoken]] / np.float32(mean)
        here = tf[spoken]
        norm = parameters.k1 * (1.0 - b + b * length)
        worth = parameters.proximity * weight * here * (parameters.k1 + 1.0) / (here + norm)
        bonus[close[spoken]] = worth
    return bonus


def _closeness(here: Keys, there: Keys, docs: Docs, parameters: Parameters) -> Scores:
    """Return for each of ``docs`` the sum of 1 / distance from each key to the nearest other.

    What is close in a title counts as much more as titles do.
    """
    if loops := kernels.active:
        weights = parameters.weight("title"), parameters.weight("body")
        found: Scores = loops.closeness(here, there, docs, WINDOW, SECOND_PART, *weights)
        return found
    if not len(here) or not len(there):
        return np.zeros(len(docs), np.float32)
    after = there.searchsorted(here)
    distance = np.abs(there.take(after, mode="clip") - here)
    after -= 1
    np.minimum(distance, np.abs(here - there.take(after, mode="clip")), out=distance)
    # Keys of another document, or of its title, are far away.
    near = (distance <= WINDOW).nonzero()[0]
    here, distance = here.take(near), np.maximum(distance.take(near), 1)
    owner = docs.searchsorted(here >> 32)
    weight = np.where(here & SECOND_PART, parameters.weight("body"), parameters.weight("title"))
    return np.bincount(owner, weight / distance, len(docs)).astype(np.float32)
