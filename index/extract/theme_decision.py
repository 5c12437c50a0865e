"""What a text says for a theme, and which themes it has by that.

An expression gives points. A theme that something supports is given if it is likely enough by its
points, its share of what the text says, and its expressions, those in the title and the lead above
all. The laws were fitted to judged documents by ``tools.vocabularies.learn_theme_decision``.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import repeat
from math import exp, log, log1p
from typing import NamedTuple

from index.analysis import Folded
from index.document import Organization, Span
from index.extract.theme_expressions import Hit, span_of
from index.vocabularies import SURE

LEAD = 400
"""Characters below the title in which an expression weighs more."""
LEAD_BONUS, TITLE = 0.5, 1.5
"""What an expression gains in the lead, and by what a weak one is multiplied in the title."""
MOST_WEAK_EACH = 1.0
_MOST_WEAK = 3.0
"""The most that weak expressions add up to: together, and the same one again and again."""
WEAKEST_ALONE = 1.0
"""The weight from which an expression may be enough by itself."""
COMPANY, COMPANY_NEEDED = 2, 1.5
"""Expressions that may be enough together, and the points that they need.

A theme at the top, of which everyday words of several themes speak, needs one expression more.
"""
_NEGATED = 0.25
"""The share that a negation leaves of a weight."""
LIKELY, LIKELY_ALONE = 0.58, 0.25
"""How likely a theme must be, and that of a text that would have none: chosen where precision on
judged documents is some 94, by laws that have not seen them, and recall 95.
"""
_BODIES = "~"
"""What organizations that each count as a weak expression are called together."""


@dataclass(slots=True)
class ThemeScore:
    """What a text says for a theme: the points, and what gave them."""

    needed: float
    """The least points that a theme needs, which an expression in the title has."""
    folded: Folded
    recurs: int
    """How often an expression must stand in the text to be enough."""
    enough: float
    """Those that it needs in a short text, which a sure expression has."""
    strong: dict[str, float] = field(default_factory=dict)
    """The points of each expression that is not weak, and of each organization."""
    weak: dict[str, float] = field(default_factory=dict)
    """The points of each weak expression, and of each organization that counts as one."""
    counts: dict[str, int] = field(default_factory=dict)
    """How often each expression stands in the text."""
    alone: bool = False
    """Whether one expression is enough by itself."""
    sure: bool = False
    """Whether one expression says by itself what a text is about."""
    places: list[tuple[int, int]] = field(default_factory=list)
    """The first and last words of expressions."""
    organizations: set[Span] = field(default_factory=set)
    lead: set[tuple[str | int, int]] = field(default_factory=set)
    """Where expressions and organizations stand in the title or the lead."""
    last_word: int = -1

    @property
    def total(self) -> float:
        """The points, those of weak expressions among them."""
        everyday = sum(map(min, self.weak.values(), repeat(MOST_WEAK_EACH)))
        return sum(self.strong.values()) + min(everyday, _MOST_WEAK)

    @property
    def _in_one_place(self) -> bool:
        start, end = max(self.places, key=lambda place: place[1] - place[0], default=(0, -1))
        inside = all(start <= first and last <= end for first, last in self.places)
        return inside and len(self.organizations) < (1 if self.places else 2)

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
        if first < lead_end:
            self.lead.add((first, last))
        count = self.counts[key] = self.counts.get(key, 0) + 1
        if weight < WEAKEST_ALONE:
            points = weight * TITLE if first < title_end else weight
            self.weak[key] = self.weak.get(key, 0.0) + points
            return
        if first < title_end and not rare:
            points = self.needed
            self.alone = True
        else:
            points = weight + LEAD_BONUS * (first < lead_end)
        self.strong[key] = self.strong.get(key, 0.0) + points
        recurs = count >= self.recurs or (count > 1 and self.strong[key] >= self.enough)
        self.sure = self.sure or weight >= SURE
        self.alone = self.alone or self.sure or (recurs and not rare)

    def add_organization(
        self, organization: Organization, weight: float, title_length: int
    ) -> None:
        """Count an organization whose mention speaks for the theme, as a word of a weight does."""
        id, mentions = organization.id, len(organization.spans)
        self.organizations.update(organization.spans)
        lead_end = title_length + LEAD
        self.lead.update((id, start) for start, _ in organization.spans if start < lead_end)
        if weight < WEAKEST_ALONE:
            self.weak[_BODIES] = self.weak.get(_BODIES, 0.0) + weight * mentions
            self.counts[_BODIES] = self.counts.get(_BODIES, 0) + mentions
            return
        decides = weight >= SURE or any(span.start < title_length for span in organization.spans)
        self.counts[id] = self.counts.get(id, 0) + mentions
        points = self.needed if decides else weight * mentions
        self.strong[id] = self.strong.get(id, 0.0) + points
        self.alone = self.alone or decides
        self.sure = self.sure or weight >= SURE

    @property
    def rests_on_one(self) -> bool:
        """Whether one expression is enough by itself, with the points that a theme needs."""
        return self.alone and self.total >= self.needed

    def supported(self, company: int = COMPANY) -> bool:
        """Return whether one expression is enough, or a ``company`` of several in two places.

        A weak expression that is a word of a longer one is none beside it: *disparition* and
        *disparition inquiétante*.
        """
        if self.total < COMPANY_NEEDED:
            return False
        if self.rests_on_one:
            return True
        words = {word for key in self.counts if " " in key for word in key.split()}
        different = len(self.counts) - len(words & self.weak.keys())
        return different >= company and not self._in_one_place

    @property
    def lone(self) -> bool:
        """Whether all that speaks for the theme is one word that stands once, in the title.

        It may be a figure of speech or the name of a work: *Tempête au conseil municipal*.
        """
        [(key, count), *others] = self.counts.items()
        single = not others and count == 1 and " " not in key
        return single and self.alone and not self.sure and not self.organizations


class Law(NamedTuple):
    """How likely a theme is: what each feature adds to the logarithm of the odds."""

    bias: float
    points: float
    """For the logarithm of the points."""
    share: float
    """For that of the points over those of the top theme that has most."""
    expressions: float
    """For each different expression."""
    lead: float
    """For each expression in the title or the lead."""
    strong: float
    """For the logarithm of the points that are not of weak expressions, and one more."""
    alone: float
    """If one expression is enough by itself."""


TOP = Law(-1.65, -0.17, 0.97, 0.38, 0.80, 0.88, 0.71)
CHILD = Law(-2.64, 0.39, 0.43, 0.40, 0.84, 0.78, 0.54)
"""The laws of themes at the top and of those below, printed by learn_theme_decision.py."""


def _features(score: ThemeScore, share: float) -> tuple[float, ...]:
    """Return what a law weighs, in its order; bounds keep long texts and chance hits in reason."""
    return (
        1.0,
        log(max(score.total, 0.25)),
        log(max(share, 0.05)),
        min(len(score.counts), 6),
        min(len(score.lead), 4),
        log1p(sum(score.strong.values())),
        float(score.rests_on_one),
    )


def _joined_families(scores: Mapping[str, ThemeScore]) -> dict[str, ThemeScore]:
    """Return what a text says for each theme at the top and those below it together.

    Families for which it says too little are left out: they decide nothing.
    """
    families: dict[str, dict[str, ThemeScore]] = defaultdict(dict)
    points: dict[str, float] = defaultdict(float)
    for id, score in scores.items():
        top = id.partition("/")[0]
        families[top][id] = score
        points[top] += score.total
    return {
        top: _joined(family)
        for top, family in families.items()
        if points[top] >= min(next(iter(family.values())).needed, COMPANY_NEEDED)
    }


class Candidate(NamedTuple):
    """What speaks for a theme that something supports, and the features of its law."""

    score: ThemeScore
    features: tuple[float, ...]

    def chance(self, law: Law) -> float:
        """Return how likely the theme is."""
        odds = sum(weight * value for weight, value in zip(law, self.features, strict=True))
        return 1 / (1 + exp(-odds))


def candidates(scores: Mapping[str, ThemeScore]) -> dict[str, Candidate]:
    """Return the themes that something supports.

    A lone word of a title needs another expression of its family. What is said for a theme at the
    top is what is said for all of its family.
    """
    joined = _joined_families(scores)
    if not joined:
        return {}
    points = {top: score.total for top, score in joined.items()}
    most = max(*points.values(), next(iter(joined.values())).needed)
    said = {id: score for id, score in scores.items() if "/" in id} | joined
    return {
        id: Candidate(score, _features(score, points[id.partition("/")[0]] / most))
        for id, score in said.items()
        if score.supported(COMPANY if "/" in id else COMPANY + 1)
        and not (score.lone and len(joined[id.partition("/")[0]].counts) == 1)
    }


def chances(
    supported: Mapping[str, Candidate], top: Law = TOP, child: Law = CHILD
) -> dict[str, float]:
    """Return how likely each theme is by these laws: certain if an expression is sure."""
    return {
        id: 1.0 if each.score.sure else each.chance(child if "/" in id else top)
        for id, each in supported.items()
    }


def given(likely: Mapping[str, float]) -> set[str]:
    """Return the themes that are likely enough.

    A text without one has the likeliest theme at the top, if something speaks for it.
    """
    held = {id for id, chance in likely.items() if chance >= LIKELY}
    tops = {id: chance for id, chance in likely.items() if "/" not in id}
    if not held and tops:
        id = max(tops, key=tops.__getitem__)
        held = {id} if tops[id] >= LIKELY_ALONE else held
    return held


def decided_themes(scores: Mapping[str, ThemeScore]) -> dict[str, ThemeScore]:
    """Return the themes that a text has, with what speaks for them."""
    supported = candidates(scores)
    return {id: supported[id].score for id in given(chances(supported))}


def _joined(family: Mapping[str, ThemeScore]) -> ThemeScore:
    """Return what a text says for several themes: what speaks for two of them counts once.

    Bodies that count as weak ones speak for their theme and not for its parent.
    """
    (only, first), *others = family.items()
    if not others and ("/" not in only or _BODIES not in first.counts):
        return first
    joined = ThemeScore(first.needed, first.folded, first.recurs, first.enough)
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
        for key, count in score.counts.items():
            joined.counts[key] = max(joined.counts.get(key, 0), count)
        joined.places += score.places
        joined.organizations |= score.organizations
        joined.lead |= score.lead
        joined.alone = joined.alone or score.alone
        joined.sure = joined.sure or score.sure
    for key in joined.strong:
        joined.weak.pop(key, None)
    return joined
