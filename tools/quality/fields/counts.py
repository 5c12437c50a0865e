"""Counts of right, false and missed answers, and the figures they give."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class Counts(NamedTuple):
    """Answers over some documents; they add up with :meth:`plus`.

    ``right`` of the judged things were found and ``missed`` were not; ``false`` answers are errors.
    ``accepted`` ones are none, though recall does not ask for them: precision counts them good.
    """

    right: int = 0
    missed: int = 0
    false: int = 0
    accepted: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Return the sum of two counts."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def precision(self) -> float:
        """Share of the answers that are no error; 1 where there is no answer."""
        good = self.right + self.accepted
        return good / (good + self.false) if good + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the judged things that were found; 1 where there is none."""
        judged = self.right + self.missed
        return self.right / judged if judged else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Scored(Protocol):
    """What was counted in one document."""

    @property
    def counts(self) -> Counts:
        """Return how many were right, missed and false."""


def total(scores: Sequence[Scored]) -> Counts:
    """Return the counts over all documents."""
    counts = Counts()
    for score in scores:
        counts = counts.plus(score.counts)
    return counts


def table(counted: str, rows: Mapping[str, Sequence[Scored]]) -> Iterator[str]:
    """Yield a Markdown table, a row for each key; ``counted`` heads the column of judged things."""
    yield f"| language | documents | {counted} | found | P | R | F1 |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, scores in rows.items():
        counts = total(scores)
        yield (
            f"| {name} | {len(scores)} | {counts.right + counts.missed} | "
            f"{counts.right + counts.false} | {counts.precision:.1%} | {counts.recall:.1%} | "
            f"{counts.f1:.1%} |"
        )
