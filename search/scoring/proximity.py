"""Term proximity: words typed side by side score more where they stand close together.

For two neighbouring words a and b of the query, with ``tf`` the sum over the occurrences of a of
1 / distance to the nearest b (up to ``WINDOW`` words away), weighted by field::

    score += P * min(idf a, idf b) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean))

after Büttcher, Clarke and Lushman, "Term proximity scoring for ad-hoc retrieval", SIGIR 2006.
Only the ``RESCORED`` best documents are rescored. Nothing is subtracted, so they remain the best,
and the order of the others does not change.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import Keys
from search.query import TEXT_FIELDS, WordQuery
from search.scoring.evaluate import Evaluation
from search.scoring.postings import Docs, Hits, Scores

WINDOW = 8
RESCORED = 200

Pair = tuple[WordQuery, WordQuery]


def rescore(hits: Hits, pairs: Sequence[Pair], evaluation: Evaluation) -> Hits:
    """Return ``hits`` with the proximity score of ``pairs`` added to the best documents."""
    if not pairs or not len(hits.docs) or not evaluation.scored:
        return hits
    places: NDArray[np.intp] | slice = slice(None)
    if len(hits.docs) > RESCORED:
        order = evaluation.snapshot.order
        places = kernels.active.top_documents(hits.scores, hits.docs, order, RESCORED)
        places.sort()
    docs = hits.docs[places]
    words = list(dict.fromkeys(chain.from_iterable(pairs)))
    keys = dict(zip(words, _keys(words, docs, evaluation), strict=True))
    bonus = np.zeros(len(docs), np.float32)
    for pair in pairs:
        evaluation.time.check()
        bonus += _bonus(docs, pair, keys, evaluation)
    scores = hits.scores.copy()
    scores[places] += bonus
    return Hits(hits.docs, scores)


def _keys(words: Sequence[WordQuery], docs: Docs, evaluation: Evaluation) -> list[Keys]:
    """Return the keys of words in ``docs``, in any language; bodies have ``SECOND_PART``."""
    index = evaluation.snapshot.inverted_index
    postings = []
    for word in words:
        lists = evaluation.words.find(word).lists
        postings.append(index.positioned([lists.get(name, index.nothing) for name in TEXT_FIELDS]))
    return index.keys(postings, docs)


def _bonus(
    docs: Docs, pair: Pair, keys: Mapping[WordQuery, Keys], evaluation: Evaluation
) -> Scores:
    first, second = pair
    parameters, statistics = evaluation.parameters, evaluation.statistics
    weights = parameters.weight("title"), parameters.weight("body")
    tf = kernels.active.proximity(keys[first], keys[second], docs, WINDOW, *weights)
    bonus = np.zeros(len(docs), np.float32)
    close = tf.nonzero()[0]
    if not len(close):
        return bonus
    idf = min(evaluation.words.find(word).idf for word in pair)
    close_docs = docs.take(close)
    for suffix in statistics.suffixes:
        places = close[statistics.mask(suffix).take(close_docs)]
        if not len(places):
            continue
        mean_length = statistics.by_suffix(suffix).mean_lengths["body"]
        scale, shift = parameters.norm("body", mean_length)
        lengths = statistics.lengths["body"].take(docs.take(places))
        norms = np.float32(parameters.k1) * (lengths * np.float32(scale) + np.float32(shift))
        tf_here = tf.take(places)
        factor = parameters.proximity * idf * (parameters.k1 + 1.0)
        bonus[places] = factor * tf_here / (tf_here + norms)
    return bonus
