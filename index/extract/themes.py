"""Themes of a text: by curated expressions, and by a model learned from labelled documents.

Names of organizations are masked first, so that a civil aviation body makes no transport story;
only a whole name may be an expression. A theme needs points, and more than one expression: a word
in passing decides nothing. It may rest on one that stands in the title, that recurs, or that says
by itself what a text is about. What else decides is in ``index.extract.theme_decision``. Models
are trained in ``index.build``.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import Folded, analyzer, fold_text, tokenize
from index.document import Organization, Span, Theme
from index.extract.organizations import OrganizationMatches
from index.extract.theme_decision import (
    COMPANY,
    COMPANY_NEEDED,
    LEAD,
    LEAD_BONUS,
    MOST_WEAK_EACH,
    TITLE,
    WEAKEST_ALONE,
    ThemeScore,
    decided_themes,
)
from index.extract.theme_expressions import Hit, find_expressions, span_of
from index.vocabularies import SURE, ThemeVocabulary
from index.vocabularies import organizations as organization_vocabulary
from index.vocabularies import themes as theme_vocabulary

# The score of a theme

_ENOUGH, _ENOUGH_IN = 2.5, {"fr": 2.75}
"""The points that a theme needs, and in languages where others decide better.

Chosen on judged documents: French texts have many expressions.
"""
_RECURS, _RECURS_SHORT = 3, 2
"""How often an expression must stand in a text to be enough, and in a short one.

Twice is enough anywhere if the points are: for several words, or with the lead.
"""
_SHORT = 500
"""Characters of a short text."""
_CHARACTERS_A_POINT = 1_300
_MOST_NEEDED = 4.0
"""A long text needs a point for so many characters, from ``_ENOUGH`` up to this."""
_NO_ORGANIZATIONS = OrganizationMatches((), ())


def score_themes(
    text: str,
    language: str,
    folded: Folded | None = None,
    organizations: OrganizationMatches = _NO_ORGANIZATIONS,
    title_length: int = 0,
    vocabulary: ThemeVocabulary | None = None,
    *,
    decisive: bool = False,
) -> dict[str, ThemeScore]:
    """Return what a text says for each theme that it says anything for.

    ``organizations`` are those of the text: their names are masked, but some of them imply a theme.
    The first ``title_length`` characters of ``text`` are a title. ``decisive`` leaves out families
    for which it says too little for any theme; :func:`decided_themes` decides the same without
    them.
    """
    vocabulary = vocabulary or theme_vocabulary()
    enough = _ENOUGH_IN.get(language, _ENOUGH)
    folded = folded or fold_text(text)
    length = len(folded.text)
    needed = min(max(enough, length / _CHARACTERS_A_POINT), _MOST_NEEDED)
    recurs = _RECURS_SHORT if length < _SHORT else _RECURS
    scores: dict[str, ThemeScore] = defaultdict(lambda: ThemeScore(needed, folded, recurs, enough))
    by_organization = _implied(vocabulary)
    implied = [
        (theme, organization, weight)
        for organization in organizations.organizations
        for theme, weight in by_organization.get(organization.id, ())
    ]
    if language in vocabulary.languages:
        title_end = folded.place(title_length)
        ends = _word_at(folded, title_end), _word_at(folded, title_end + LEAD)
        hits = find_expressions(text, folded, language, organizations.covered, vocabulary)
        hits, implied = _once(hits, implied, folded)
        if decisive:
            families = _possible(hits, implied, needed, enough, *ends)
            hits = [hit for hit in hits if hit.pattern.family in families]
            implied = [each for each in implied if each[0].partition("/")[0] in families]
        for hit in _outside_longer(hits):
            scores[hit.pattern.theme].add(hit, *ends)
    for theme, organization, weight in implied:
        scores[theme].add_organization(organization, weight, title_length)
    return scores


_Implied = tuple[str, Organization, float]
"""A theme, an organization that speaks for it, and what a mention weighs."""


def _once(
    hits: list[Hit], implied: list[_Implied], folded: Folded
) -> tuple[list[Hit], list[_Implied]]:
    """Return both without the lighter of an expression and an organization that it is the name of.

    One mention speaks for a theme once.
    """
    if not implied:
        return hits, implied
    names = {
        (theme, span): (organization.id, weight)
        for theme, organization, weight in implied
        for span in organization.spans
    }
    themes = {theme for theme, _, _ in implied}
    kept, lighter = [], set()
    for hit in hits:
        theme = hit.pattern.theme
        name = theme in themes and names.get((theme, span_of(folded, hit.first, hit.last)))
        if not name:
            kept.append(hit)
        elif hit.pattern.weight > name[1]:
            kept.append(hit)
            lighter.add((theme, name[0]))
    return kept, [each for each in implied if (each[0], each[1].id) not in lighter]


def _possible(
    hits: Sequence[Hit],
    implied: Sequence[_Implied],
    needed: float,
    enough: float,
    title_end: int,
    lead_end: int,
) -> set[str]:
    """Return the families whose expressions may be enough, if each gives the most it can.

    So may the organizations that are more than weak.

    Most expressions of a text are of other families: to add up their points theme by theme would
    take longer.
    """
    most: dict[str, float] = defaultdict(float)
    number: dict[str, int] = defaultdict(int)
    for first, _, pattern, _ in hits:
        points = max(pattern.weight, enough) if pattern.weight >= SURE else pattern.weight
        if first < title_end:
            points = needed if points >= WEAKEST_ALONE else points * TITLE
        elif first < lead_end and points >= WEAKEST_ALONE:
            points += LEAD_BONUS
        most[pattern.family] += points
        number[pattern.family] += 1
    for theme, organization, weight in implied:
        points = (
            needed
            if weight >= WEAKEST_ALONE
            else min(weight * len(organization.spans), MOST_WEAK_EACH)
        )
        family = theme.partition("/")[0]
        most[family] += points
        number[family] += 1
    return {
        family
        for family, points in most.items()
        if points >= (COMPANY_NEEDED if number[family] >= COMPANY else needed)
    }


def _outside_longer(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield expressions, but no weak one that is part of a longer one of its family.

    The ball of handball is not that of football, and who is taken to prison by a judge's order is
    no story about prisons.
    """
    reached: dict[str, int] = {}
    for hit in hits:
        first, last, pattern, _ = hit
        if last > first:
            reached[pattern.family] = max(last, reached.get(pattern.family, -1))
        elif pattern.weight < WEAKEST_ALONE and last <= reached.get(pattern.family, -1):
            continue
        yield hit


def _word_at(folded: Folded, place: int) -> int:
    """Return the index of the first word that begins at a place of the folded text or behind it."""
    return bisect_left(folded.starts, place)


def find_themes(
    text: str,
    language: str,
    folded: Folded | None = None,
    organizations: OrganizationMatches = _NO_ORGANIZATIONS,
    title_length: int = 0,
) -> tuple[Theme, ...]:
    """Return the themes of ``text`` with their evidence, parents before their children.

    The parameters are those of :func:`score_themes`.
    """
    folded = folded or fold_text(text)
    scores = score_themes(text, language, folded, organizations, title_length, decisive=True)
    decided = decided_themes(scores)
    places = {place for score in decided.values() for place in score.places}
    spans = {place: span_of(folded, *place) for place in places}  # most are of several themes
    return _with_parents(
        {
            id: score.organizations.union([spans[place] for place in score.places])
            for id, score in decided.items()
        }
    )


def _with_parents(evidence: Mapping[str, set[Span]]) -> tuple[Theme, ...]:
    """Return themes with their evidence, in the order of the vocabulary.

    A parent also has the evidence of its children. Themes that the vocabulary lacks are left out.
    """
    vocabulary = theme_vocabulary()
    spans: dict[str, set[Span]] = defaultdict(set)
    for theme, own in evidence.items():
        spans[theme] |= own
        parent = vocabulary.parent(theme)
        if parent:
            spans[parent] |= own
    ranks = _ranks(vocabulary)
    known = sorted(ranks.keys() & spans.keys(), key=ranks.__getitem__)
    return tuple(Theme(id, tuple(sorted(spans[id]))) for id in known)


@cache
def _ranks(vocabulary: ThemeVocabulary) -> dict[str, int]:
    return {id: rank for rank, id in enumerate(vocabulary.entries)}


@cache
def _implied(vocabulary: ThemeVocabulary) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return the themes that an organization implies, by its id, and what its name weighs."""
    implied: dict[str, dict[str, float]] = defaultdict(dict)
    for id, entry in vocabulary.entries.items():
        for organization, weight in entry.organizations.items():
            for member in _members(organization):
                implied[member].setdefault(id, weight)
    return {organization: tuple(themes.items()) for organization, themes in implied.items()}


def _members(name: str) -> tuple[str, ...]:
    """Return the organization ids that a row names.

    One, all of a kind (``kind:party``), or those of a kind with a word in their id
    (``kind:sport/fc``).
    """
    if not name.startswith("kind:"):
        return (name,)
    kind, _, word = name.removeprefix("kind:").partition("/")
    entries = organization_vocabulary().entries
    return tuple(
        id
        for id, entry in entries.items()
        if entry.kind == kind and (not word or word in id.split("-"))
    )


# Learned themes

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
        return _with_parents(evidence)


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
