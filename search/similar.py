"""More like this: the documents that share the words that set a document apart.

The words of the document that are frequent in it and rare in its language are looked for in all
others of that language, each weighed by how much it sets the document apart. Organizations and
themes in common add to that, and reach documents in other languages.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import Analyzer, Token, analyzer, tokenize
from index.document import Document
from index.snapshot import Snapshot
from search.query import WordQuery
from search.scoring import CollectionStats, Evaluation

MAX_WORDS = 25
MAX_POSTINGS = 50_000
"""Postings that are read of all words together."""
MAX_CONSIDERED = 300
MAX_CHARACTERS = 50_000
"""As much of a text as is read to find out what it is about."""
TITLE_WEIGHT = 3
VALUE_WEIGHTS = {"organization": 1.0, "theme": 0.5}
"""What a value in common adds, as a part of its idf."""


class Similar(NamedTuple):
    """A document number and how similar it is; only good for comparing with others."""

    doc: int
    score: float


def similar(
    generation: Snapshot, doc: int, limit: int, deadline: float | None = None
) -> list[Similar]:
    """Return the ``limit`` documents most like a live one, best first, itself excluded.

    Raises SearchTimeout after ``deadline`` (a moment of ``time.monotonic()``).
    """
    evaluation = Evaluation(generation, deadline=deadline)
    document, fields = generation.stored_fields.get(doc)
    scores = np.zeros(generation.size, np.float32)
    of_language = analyzer(fields.language.code)
    for word, weight in _telling_words(document, of_language, evaluation):
        hits = evaluation.hits(word)
        scores[hits.docs] += np.float32(weight) * hits.scores
    _add_common_values(scores, doc, generation, evaluation.statistics.all)
    scores[doc] = 0.0
    scores[~generation.live] = 0.0
    least = np.partition(scores, -limit)[-limit] if limit < len(scores) else np.float32(0.0)
    found = np.flatnonzero((scores >= least) & (scores > 0.0))
    ranked = found[np.lexsort((generation.order[found], -scores[found]))][:limit]
    return [Similar(int(each), float(scores[each])) for each in ranked]


def _telling_words(
    document: Document, of_language: Analyzer, evaluation: Evaluation
) -> list[tuple[WordQuery, float]]:
    """Return the words that set a document apart, with their weights (1 for the best)."""
    tokens: dict[str, Token] = {}
    counts: Counter[str] = Counter()
    for text, weight in ((document.title, TITLE_WEIGHT), (document.text[:MAX_CHARACTERS], 1)):
        for token in tokenize(text):
            if token.kind != "compound" and len(token.folded) > 1:
                tokens.setdefault(token.folded, token)
                counts[token.folded] += weight
    frame = evaluation.statistics.by_suffix(of_language.suffix)
    found: dict[tuple[str, ...], tuple[str, int]] = {}
    for literal, count in counts.most_common():
        if len(found) == MAX_CONSIDERED:
            break
        forms = of_language.forms(tokens[literal])
        if forms:
            found.setdefault(forms, (literal, count))
    held = _frequencies(list(found), of_language.suffix, evaluation.snapshot)
    ranked = sorted(
        (-frame.idf(matching) * (1.0 + log(count)), literal, forms, matching)
        for (forms, (literal, count)), matching in zip(found.items(), held, strict=True)
        if matching > 1
    )
    return [
        (WordQuery(literal, {of_language.suffix: forms}), weight / ranked[0][0])
        for weight, literal, forms in _affordable(ranked)
    ]


def _affordable(
    ranked: Sequence[tuple[float, str, tuple[str, ...], int]],
) -> Iterator[tuple[float, str, tuple[str, ...]]]:
    """Yield the first words, but those that would take too much to look for."""
    left = MAX_POSTINGS
    for weight, literal, forms, matching in ranked[:MAX_WORDS]:
        if matching <= left:
            left -= matching
            yield weight, literal, forms


def _frequencies(words: Sequence[tuple[str, ...]], suffix: str, generation: Snapshot) -> list[int]:
    """Return about how many documents have each word, by its forms, in their body."""
    inverted_index = generation.inverted_index
    forms = [form for word in words for form in word]
    sizes = inverted_index.posting_counts(
        [inverted_index.lists(f"body_{suffix}", form) for form in forms]
    ).tolist()
    each = iter(sizes)
    return [max(next(each) for _ in word) for word in words]


def _add_common_values(
    scores: NDArray[np.float32], doc: int, generation: Snapshot, frame: CollectionStats
) -> None:
    for facet, weight in VALUE_WEIGHTS.items():
        column = generation.columns[facet]
        positions: Mapping[str, int] = column.ordinal
        totals = column.totals.counts
        for value in column.of(doc):
            ordinal = positions[value]
            rarity = frame.idf(int(totals[ordinal]))
            scores[column.mask([ordinal])] += np.float32(weight * rarity)
