"""Themes that were learned from labelled documents: the model as it is applied.

A document is the TF-IDF vector of its analyzer terms; each theme is a line through it with a
threshold. For each theme the model says who decides: the curated expressions, the classifier, or
either of them, whichever was best in cross-validation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer, tokenize
from index.document import Span, Theme
from index.vocabularies import themes as theme_vocabulary

Decider = Literal["curated", "learned", "either"]
Vector = tuple[NDArray[np.int32], NDArray[np.float32]]

_READ = 20_000
"""Characters of a document that are looked at."""
_STRONGEST = 5
_MOST_SPANS = 20


class LearnedTheme(NamedTuple):
    """How one theme is decided; ``weights`` has one number for each term of the model."""

    decider: Decider
    threshold: float
    bias: float
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LearnedThemes:
    """A classifier: ``terms`` number the terms, ``idf`` weighs them.

    It is applied to documents in ``languages`` only: those it has seen enough of. ``version``
    changes with everything else.
    """

    version: str
    languages: frozenset[str]
    terms: Mapping[str, int]
    idf: NDArray[np.float32]
    themes: Mapping[str, LearnedTheme]

    def decide(self, text: str, language: str, curated: Sequence[Theme]) -> tuple[Theme, ...]:
        """Return the themes of a document that has the ``curated`` ones by its expressions.

        The evidence of a learned theme are the terms that spoke most for it.
        """
        if language not in self.languages:
            return tuple(curated)
        spans = term_spans(text, language)
        at, values = vector({term: len(found) for term, found in spans.items()}, self)
        kept = {theme.id: set(theme.evidence) for theme in curated}
        names = list(self.terms)
        for id, theme in self.themes.items():
            if theme.decider == "curated":
                continue
            parts = theme.weights[at] * values
            if parts.sum() + theme.bias >= theme.threshold:
                strongest = [int(best) for best in np.argsort(-parts)[:_STRONGEST]]
                found = [spans[names[at[best]]] for best in strongest if parts[best] > 0]
                evidence = sorted(span for each in found for span in each)[:_MOST_SPANS]
                kept.setdefault(id, set()).update(evidence)
            elif theme.decider == "learned" and id in kept:
                gone = kept.pop(id)
                parent = theme_vocabulary().parent(id)
                if parent in kept and kept[parent] <= gone:
                    del kept[parent]  # it was there for this one
        return _in_order(kept)


def term_spans(text: str, language: str) -> dict[str, list[Span]]:
    """Return the terms of a text, in its language's analysis, with where they stand."""
    analysis = analyzer(language)
    prefix = f"{analysis.suffix}:"
    found: dict[str, list[Span]] = {}
    for token in tokenize(text[:_READ]):
        forms = analysis.forms(token)
        if forms and token.kind != "number":
            found.setdefault(prefix + forms[-1], []).append(Span(token.start, token.end))
    return found


def vector(counts: Mapping[str, int], model: LearnedThemes) -> Vector:
    """Return the numbers of a document's terms, ascending, and their weights.

    A term that stands n times weighs (1 + ln n) idf; the vector has the length 1.
    """
    known = sorted((model.terms[term], n) for term, n in counts.items() if term in model.terms)
    at = np.array([number for number, _ in known], np.int32)
    values = 1 + np.log(np.array([max(n, 1) for _, n in known], np.float32))
    values = (values * model.idf[at]).astype(np.float32)
    length = float(np.sqrt(values @ values))
    return at, (values / (length or 1.0)).astype(np.float32)


def _in_order(kept: Mapping[str, set[Span]]) -> tuple[Theme, ...]:
    vocabulary = theme_vocabulary()
    spans = {id: set(evidence) for id, evidence in kept.items()}
    for id, evidence in kept.items():
        parent = vocabulary.parent(id)
        if parent:
            spans.setdefault(parent, set()).update(evidence)
    return tuple(Theme(id, tuple(sorted(spans[id]))) for id in vocabulary.entries if id in spans)
