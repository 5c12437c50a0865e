"""Themes learned from labelled documents: the model as it is applied.

A document is the TF-IDF vector of its analyzer terms, and a theme is a linear classifier with a
threshold. The model says for each theme who decides: the curated expressions, the classifier, or
either, whichever was best in cross-validation. Models are trained in ``index.build.learning``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer, tokenize
from index.document import Span, Theme
from index.extract.themes.themes import with_parents
from index.vocabularies import themes as theme_vocabulary

Decider = Literal["curated", "learned", "either"]
Vector = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Term numbers in ascending order, and their weights."""

_READ = 20_000
"""Characters of a document that are read."""
_STRONGEST = 5
_MOST_SPANS = 20


class LearnedTheme(NamedTuple):
    """The classifier of one theme; ``weights`` has one number for each term of the model."""

    decider: Decider
    threshold: float
    bias: float
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LearnedThemes:
    """A model: ``terms`` maps a term to its number, ``idf`` has its weight.

    It applies to documents in ``languages``: those with enough labelled documents. ``version``
    changes with everything else.
    """

    version: str
    languages: frozenset[str]
    terms: Mapping[str, int]
    idf: NDArray[np.float32]
    themes: Mapping[str, LearnedTheme]

    def decide(self, text: str, language: str, curated: Sequence[Theme]) -> tuple[Theme, ...]:
        """Return the themes of a document whose expressions gave the ``curated`` ones.

        The evidence of a learned theme is the terms that weighed most for it.
        """
        if language not in self.languages:
            return tuple(curated)
        spans = term_spans(text, language)
        numbers, values = vector({term: len(places) for term, places in spans.items()}, self)
        evidence = {theme.id: set(theme.evidence) for theme in curated}
        names = list(self.terms)
        for id, theme in self.themes.items():
            if theme.decider == "curated":
                continue
            parts = theme.weights[numbers] * values
            if parts.sum() + theme.bias >= theme.threshold:
                strongest = [int(index) for index in np.argsort(-parts)[:_STRONGEST]]
                groups = [spans[names[numbers[index]]] for index in strongest if parts[index] > 0]
                places = sorted(span for group in groups for span in group)
                evidence.setdefault(id, set()).update(places[:_MOST_SPANS])
            elif theme.decider == "learned" and id in evidence:
                removed = evidence.pop(id)
                parent = theme_vocabulary().parent(id)
                if parent in evidence and evidence[parent] <= removed:
                    del evidence[parent]  # this theme was the reason for it
        return with_parents(evidence)


def term_spans(text: str, language: str) -> dict[str, list[Span]]:
    """Return the terms of a text, as the analyzer of its language makes them, with their spans."""
    analysis = analyzer(language)
    prefix = f"{analysis.suffix}:"
    spans: dict[str, list[Span]] = {}
    for token in tokenize(text[:_READ]):
        forms = analysis.forms(token)
        if forms and token.kind != "number":
            spans.setdefault(prefix + forms[-1], []).append(Span(token.start, token.end))
    return spans


def vector(counts: Mapping[str, int], model: LearnedThemes) -> Vector:
    """Return the vector of a document from the frequencies of its terms.

    The weight of a term of frequency n is (1 + ln n) idf; the vector has length 1.
    """
    rows = sorted((model.terms[term], n) for term, n in counts.items() if term in model.terms)
    numbers = np.array([number for number, _ in rows], np.int32)
    values = 1 + np.log(np.array([max(n, 1) for _, n in rows], np.float32))
    values = (values * model.idf[numbers]).astype(np.float32)
    length = float(np.sqrt(values @ values))
    return numbers, (values / (length or 1.0)).astype(np.float32)
