"""More like this: the documents that share the words that set a document apart.

The words of the document that are frequent in it and rare in its language are looked for in all
others of that language, each weighed by how much it sets the document apart. Organizations and
themes in common add to that, and reach documents in other languages.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import Analyzer, Token, analyzer, tokenize
from index.document import Document
from index.generations import Generation
from search.evaluate import Evaluation
from search.nodes import Word
from search.scoring import Frame, idf

MAX_WORDS = 25
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
    generation: Generation, doc: int, limit: int, deadline: float | None = None
) -> list[Similar]:
    """Return the ``limit`` documents most like a live one, best first, itself excluded.

    Raises SearchTimeout after ``deadline`` (a moment of ``time.monotonic()``).
    """
    evaluation = Evaluation(generation, deadline=deadline)
    document, fields = generation.stored(doc)
    scores = np.zeros(generation.size, np.float32)
    of_language = analyzer(fields.language.code)
    for word, weight in _telling_words(document, of_language, evaluation):
        hits = evaluation.hits(word)
        scores[hits.docs] += np.float32(weight) * hits.scores
    scores += _common_values(doc, generation, evaluation.statistics.everywhere)
    scores[doc] = 0.0
    found = np.flatnonzero((scores > 0.0) & generation.live)
    ranked = found[np.lexsort((generation.order[found], -scores[found]))][:limit]
    return [Similar(int(each), float(scores[each])) for each in ranked]


def _telling_words(
    document: Document, of_language: Analyzer, evaluation: Evaluation
) -> list[tuple[Word, float]]:
    """Return the words that set a document apart, with their weights (1 for the best)."""
    tokens: dict[str, Token] = {}
    counts: Counter[str] = Counter()
    for text, weight in ((document.title, TITLE_WEIGHT), (document.text[:MAX_CHARACTERS], 1)):
        for token in tokenize(text):
            if token.kind != "compound" and len(token.folded) > 1:
                tokens.setdefault(token.folded, token)
                counts[token.folded] += weight
    frame = evaluation.statistics.frame(of_language.suffix)
    weights: dict[tuple[str, ...], tuple[float, str]] = {}
    for literal, count in counts.most_common():
        if len(weights) == MAX_CONSIDERED:
            break
        forms = of_language.forms(tokens[literal])
        if forms and forms not in weights:
            rarity = _rarity(forms, of_language.suffix, frame, evaluation.generation)
            weights[forms] = (rarity * (1.0 + np.log(count)), literal)
    best = sorted(weights.items(), key=lambda item: (-item[1][0], item[1][1]))[:MAX_WORDS]
    return [
        (Word(literal, {of_language.suffix: forms}), weight / best[0][1][0])
        for forms, (weight, literal) in best
        if weight > 0.0
    ]


def _rarity(forms: tuple[str, ...], suffix: str, frame: Frame, generation: Generation) -> float:
    """Return the idf of a word that other documents have too, 0 of one that they have not."""
    matching = max(generation.term_frequency(f"body_{suffix}", form) for form in forms)
    return idf(frame, matching) if matching > 1 else 0.0


def _common_values(doc: int, generation: Generation, frame: Frame) -> NDArray[np.float32]:
    scores = np.zeros(generation.size, np.float32)
    for facet, weight in VALUE_WEIGHTS.items():
        column = generation.columns[facet]
        positions: Mapping[str, int] = column.ordinal
        for value in column.of(doc):
            carrying = column.mask([positions[value]]) & generation.live
            rarity = idf(frame, int(np.count_nonzero(carrying)))
            scores[carrying] += np.float32(weight * rarity)
    return scores
