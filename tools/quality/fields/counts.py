"""Counts of right, false and missed answers, and the figures they give."""

from typing import NamedTuple


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
