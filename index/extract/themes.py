"""Themes of a text: by curated expressions, and by a model learned from labelled documents.

Names of organizations are masked first, so that a civil aviation body makes no transport story. A
theme needs points, and more than one expression: a word in passing decides nothing. It may rest on
one that stands in the title, that recurs, or that says by itself what a text is about. A long text
needs more points. Models are trained in ``index.build``.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import repeat
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import Folded, analyzer, fold_text, tokenize
from index.document import Organization, Span, Theme
from index.extract.organizations import OrganizationMatches
from index.extract.theme_expressions import Hit, find_expressions, span_of
from index.vocabularies import SURE, ThemeVocabulary
from index.vocabularies import organizations as organization_vocabulary
from index.vocabularies import themes as theme_vocabulary

# The score of a theme

_ENOUGH, _ENOUGH_IN = 2.5, {"fr": 2.75}
"""The points that a theme needs, and in languages where others decide better.

Chosen on judged documents: French texts have many expressions.
"""
_LEAD = 400
"""Characters below the title in which an expression weighs more."""
_LEAD_BONUS, _TITLE = 0.5, 1.5
"""What an expression gains in the lead, and by what a weak one is multiplied in the title."""
_MOST_WEAK, _MOST_WEAK_EACH = 3.0, 1.0
"""The most that weak expressions add up to: together, and the same one again and again."""
_WEAKEST_ALONE = 1.0
"""The weight from which an expression may be enough by itself."""
_RECURS, _RECURS_SHORT = 3, 2
"""How often an expression must stand in a text to be enough, and in a short one.

Twice is enough anywhere if the points are: for several words, or with the lead.
"""
_TOGETHER = 0.25
"""The points that a text needs more if several expressions are enough only together."""
_SHORT = 500
"""Characters of a short text."""
_COMPANY = 3
"""Weak expressions that are enough together."""
_NEGATED = 0.25
"""The share that a negation leaves of a weight."""
_CHARACTERS_A_POINT = 1_300
_MOST_NEEDED = 4.0
"""A long text needs a point for so many characters, from ``_ENOUGH`` up to this."""
_FAMILY, _FAMILY_BESIDE = 1.25, 1.75
"""How many times the points of a theme those below a top theme need together, in a text without
another theme and beside one.
"""
_LOOSE = frozenset(("human-interest", "lifestyle"))
"""Top themes whose words say nothing together."""
_BODIES = "~"
"""What organizations that each count as a weak expression are called together."""
_NO_ORGANIZATIONS = OrganizationMatches((), ())


@dataclass(slots=True)
class ThemeScore:
    """What a text says for a theme: the points, and what gave them."""

    needed: float
    folded: Folded
    recurs: int = _RECURS
    enough: float = _ENOUGH
    """The points that a short text in its language needs."""
    strong: dict[str, float] = field(default_factory=dict)
    """The points of each expression that is not weak, and of each organization."""
    weak: dict[str, float] = field(default_factory=dict)
    """The points of each weak expression, and of each organization that counts as one."""
    counts: dict[str, int] = field(default_factory=dict)
    """How often each expression stands in the text."""
    alone: bool = False
    """Whether one expression is enough by itself."""
    places: list[tuple[int, int]] = field(default_factory=list)
    """The first and last words of expressions."""
    organizations: set[Span] = field(default_factory=set)
    last_word: int = -1

    @property
    def total(self) -> float:
        """The points, those of weak expressions among them."""
        return sum(self.strong.values()) + min(self._everyday, _MOST_WEAK)

    @property
    def everything(self) -> float:
        """The points, if any number of weak expressions count."""
        return sum(self.strong.values()) + self._everyday

    @property
    def _everyday(self) -> float:
        return sum(map(min, self.weak.values(), repeat(_MOST_WEAK_EACH)))

    @property
    def spans(self) -> set[Span]:
        """The characters of what gave the points."""
        return {span_of(self.folded, *place) for place in set(self.places)} | self.organizations

    def add(self, hit: Hit, title_end: int, lead_end: int) -> None:
        """Count an expression that does not stand within a longer one.

        ``title_end`` and ``lead_end`` are the first words behind the title and the lead.
        """
        first, last, pattern, negated = hit
        if last <= self.last_word:
            return
        self.last_word = last
        weight = pattern.weight
        if pattern.compound:
            weight /= 2
        if negated:
            weight *= _NEGATED
        elif weight >= SURE:
            weight = max(weight, self.enough)
        key, rare = pattern.key, pattern.expression.rare and len(pattern.forms) == 1
        self.places.append((first, last))
        count = self.counts[key] = self.counts.get(key, 0) + 1
        if weight < _WEAKEST_ALONE:
            points = weight * _TITLE if first < title_end else weight
            self.weak[key] = self.weak.get(key, 0.0) + points
            return
        if first < title_end and not rare:
            points = self.needed
            self.alone = True
        else:
            points = weight + _LEAD_BONUS * (first < lead_end)
        self.strong[key] = self.strong.get(key, 0.0) + points
        recurs = count >= self.recurs or (count > 1 and self.strong[key] >= self.enough)
        self.alone = self.alone or weight >= SURE or (recurs and not rare)

    def add_organization(
        self, organization: Organization, weight: float, title_length: int
    ) -> None:
        """Count an organization whose mention speaks for the theme, as a word of a weight does."""
        id, mentions = organization.id, len(organization.spans)
        self.organizations.update(organization.spans)
        if weight < _WEAKEST_ALONE:
            self.weak[_BODIES] = self.weak.get(_BODIES, 0.0) + weight * mentions
            self.counts[_BODIES] = self.counts.get(_BODIES, 0) + mentions
            return
        decides = weight >= SURE or any(span.start < title_length for span in organization.spans)
        self.counts[id] = self.counts.get(id, 0) + mentions
        points = self.needed if decides else weight * mentions
        self.strong[id] = self.strong.get(id, 0.0) + points
        self.alone = self.alone or decides

    @property
    def holds(self) -> bool:
        """Whether the text has the theme.

        A weak expression that is a word of a longer one is none beside it: *disparition* and
        *disparition inquiétante*.
        """
        if self.alone:
            return self.total >= self.needed
        if self.total < self.needed + _TOGETHER:
            return False
        if not self.strong:
            return len(self.weak) >= _COMPANY
        words = {word for key in self.strong if " " in key for word in key.split()}
        return len(self.counts) - len(words & self.weak.keys()) > 1


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
    needed = min(max(enough, len(text) / _CHARACTERS_A_POINT), _MOST_NEEDED)
    recurs = _RECURS_SHORT if len(text) < _SHORT else _RECURS
    folded = folded or fold_text(text)
    scores: dict[str, ThemeScore] = defaultdict(lambda: ThemeScore(needed, folded, recurs, enough))
    by_organization = _implied(vocabulary)
    implied = [
        (theme, organization, weight)
        for organization in organizations.organizations
        for theme, weight in by_organization.get(organization.id, ())
    ]
    if language in vocabulary.languages:
        ends = _word_at(folded, title_length), _word_at(folded, title_length + _LEAD)
        hits = find_expressions(text, folded, language, organizations.covered, vocabulary)
        if decisive:
            families = _possible(hits, implied, needed, enough, *ends)
            hits = [hit for hit in hits if hit.pattern.family in families]
            implied = [each for each in implied if each[0].partition("/")[0] in families]
        for hit in _outside_longer(hits):
            scores[hit.pattern.theme].add(hit, *ends)
    for theme, organization, weight in implied:
        scores[theme].add_organization(organization, weight, title_length)
    return scores


def _possible(
    hits: Sequence[Hit],
    implied: Sequence[tuple[str, Organization, float]],
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
    for first, _, pattern, _ in hits:
        points = max(pattern.weight, enough) if pattern.weight >= SURE else pattern.weight
        if first < title_end:
            points = needed if points >= _WEAKEST_ALONE else points * _TITLE
        elif first < lead_end and points >= _WEAKEST_ALONE:
            points += _LEAD_BONUS
        most[pattern.family] += points
    for theme, organization, weight in implied:
        enough = weight >= _WEAKEST_ALONE
        points = needed if enough else min(weight * len(organization.spans), _MOST_WEAK_EACH)
        most[theme.partition("/")[0]] += points
    return {family for family, points in most.items() if points >= needed}


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
        elif pattern.weight < _WEAKEST_ALONE and last <= reached.get(pattern.family, -1):
            continue
        yield hit


def _word_at(folded: Folded, character: int) -> int:
    """Return the index of the first word that begins at a character of the text, or behind it."""
    return bisect_left(folded.starts, folded.place(character))


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
    scores = score_themes(text, language, folded, organizations, title_length, decisive=True)
    return _with_parents({id: score.spans for id, score in decided_themes(scores).items()})


def decided_themes(scores: Mapping[str, ThemeScore]) -> dict[str, ThemeScore]:
    """Return the themes that a text has.

    A theme at the top is also had by a text that says a little for each of several below it, and
    enough for none. Everyday words alone make none: only a text that would have no theme at all has
    the one that most of them speak for, if they are many.
    """
    held = {id: score for id, score in scores.items() if score.holds}
    had = {id.partition("/")[0] for id in held}
    families: dict[str, dict[str, ThemeScore]] = defaultdict(dict)
    for id, score in scores.items():
        top = id.partition("/")[0]
        if top not in had and top not in _LOOSE:
            families[top][id] = score
    joined = {
        id: _joined(family)
        for id, family in families.items()
        if sum(score.everything for score in family.values())
        >= _FAMILY * next(iter(family.values())).needed
    }
    joined = {id: score for id, score in joined.items() if len(score.counts) >= _COMPANY}
    several = {
        id: score
        for id, score in joined.items()
        if score.total >= (_FAMILY_BESIDE if held else _FAMILY) * score.needed
    }
    held |= several
    if not held and joined:
        id = max(joined, key=lambda each: joined[each].everything)
        if joined[id].everything >= _FAMILY * joined[id].needed:
            held[id] = joined[id]
    return held


def _joined(family: Mapping[str, ThemeScore]) -> ThemeScore:
    """Return what a text says for several themes: what speaks for two of them counts once.

    Bodies that count as weak ones speak for their theme and not for its parent.
    """
    first = next(iter(family.values()))
    joined = ThemeScore(first.needed, first.folded)
    for id, score in family.items():
        if "/" in id and _BODIES in score.counts:
            score = replace(
                score,
                weak={key: points for key, points in score.weak.items() if key != _BODIES},
                counts={key: count for key, count in score.counts.items() if key != _BODIES},
            )
        for key, points in score.strong.items():
            joined.strong[key] = max(joined.strong.get(key, 0.0), points)
        for key, points in score.weak.items():
            joined.weak[key] = max(joined.weak.get(key, 0.0), points)
        joined.counts.update(dict.fromkeys(score.counts, 1))
        joined.places += score.places
        joined.organizations |= score.organizations
    for key in joined.strong:
        joined.weak.pop(key, None)
    return joined


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
