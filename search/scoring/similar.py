"""More like this: documents that share what sets a document apart.

Words that are frequent in the document and rare in its language are searched in the other
documents of that language, each with the weight ``idf * (1 + log(count))`` of Lucene's
MoreLikeThis. Organizations and themes in common add a part of their idf, and so find documents in
other languages too.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import log
from typing import NamedTuple

import numpy as np

from index import Document
from index.analysis import Analyzer, Token, analyzer, tokenize
from search.query import WordQuery
from search.scoring.bm25 import CollectionStats
from search.scoring.evaluate import Evaluation

MAX_WORDS = 25
"""Words of a document that are searched."""
MAX_POSTINGS = 50_000
"""Postings that are read for all of these words together."""
MAX_CANDIDATES = 300
"""Words of a document whose document frequencies are compared, the most frequent ones."""
MAX_CHARACTERS = 50_000
"""Characters of a text that are read."""
TITLE_WEIGHT = 3
"""A word in the title counts as often as so many in the text."""
VALUE_WEIGHTS = {"organization": 1.0, "theme": 0.5}
"""By facet: the part of its idf that a value in common adds."""

Forms = tuple[str, ...]
"""The index terms of a word in one language."""
Frequencies = Callable[[Sequence[Forms]], Sequence[int]]
"""Returns about how many documents have each of some words."""


class Similar(NamedTuple):
    """A document number and its score, to be compared with the scores of others only."""

    doc: int
    score: float


def similar(doc: int, limit: int, evaluation: Evaluation) -> list[Similar]:
    """Return the ``limit`` documents most like a live one, best first, without itself.

    Raises SearchTimeout at the deadline of ``evaluation``.
    """
    snapshot, statistics = evaluation.snapshot, evaluation.statistics
    document, fields = snapshot.stored_fields.get(doc)
    language = analyzer(fields.language.code)

    def frequencies(words: Sequence[Forms]) -> list[int]:
        """Return the postings in bodies of the most frequent form of each word."""
        index, field = snapshot.inverted_index, f"body_{language.suffix}"
        terms = [index.lists(field, form) for forms in words for form in forms]
        counts = iter(index.posting_counts(terms).tolist())
        return [max(next(counts) for _ in forms) for forms in words]

    collection = statistics.by_suffix(language.suffix)
    scores = np.zeros(snapshot.size, np.float32)
    for word, weight in distinctive_words(document, language, collection, frequencies):
        hits = evaluation.hits(word)
        scores[hits.docs] += np.float32(weight) * hits.scores
    for facet, weight in VALUE_WEIGHTS.items():
        column = snapshot.columns[facet]
        for value in column.of(doc):
            ordinal = column.ordinal[value]
            rarity = statistics.all.idf(int(column.totals.counts[ordinal]))
            scores[column.mask([ordinal])] += np.float32(weight * rarity)
    scores[doc] = 0.0
    scores[~snapshot.live] = 0.0
    least = np.partition(scores, -limit)[-limit] if limit < len(scores) else np.float32(0.0)
    docs = np.flatnonzero((scores >= least) & (scores > 0.0))
    ranked = docs[np.lexsort((snapshot.order[docs], -scores[docs]))][:limit]
    return [Similar(other, float(scores[other])) for other in ranked.tolist()]


def distinctive_words(
    document: Document, language: Analyzer, collection: CollectionStats, frequencies: Frequencies
) -> list[tuple[WordQuery, float]]:
    """Return the words that set a document apart, with their weights; the best has weight 1.

    ``collection`` are the documents in the language.
    """
    tokens: dict[str, Token] = {}
    counts: Counter[str] = Counter()
    for text, weight in ((document.title, TITLE_WEIGHT), (document.text[:MAX_CHARACTERS], 1)):
        for token in tokenize(text):
            if token.kind != "compound" and len(token.folded) > 1:
                tokens.setdefault(token.folded, token)
                counts[token.folded] += weight
    candidates: dict[Forms, tuple[str, int]] = {}
    for literal, count in counts.most_common():
        if len(candidates) == MAX_CANDIDATES:
            break
        forms = language.forms(tokens[literal])
        if forms:
            candidates.setdefault(forms, (literal, count))
    ranked = sorted(
        (-collection.idf(documents) * (1.0 + log(count)), literal, forms, documents)
        for (forms, (literal, count)), documents in zip(
            candidates.items(), frequencies(list(candidates)), strict=True
        )
        if documents > 1
    )
    return [
        (WordQuery(literal, {language.suffix: forms}), weight / ranked[0][0])
        for weight, literal, forms in _affordable(ranked)
    ]


def _affordable(
    ranked: Sequence[tuple[float, str, Forms, int]],
) -> Iterator[tuple[float, str, Forms]]:
    """Yield the first MAX_WORDS words without those whose postings exceed what is left to read."""
    left = MAX_POSTINGS
    for weight, literal, forms, documents in ranked[:MAX_WORDS]:
        if documents <= left:
            left -= documents
            yield weight, literal, forms
