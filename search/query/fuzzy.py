"""Words near to one that was typed: which words of the archive ``acord~`` stands for.

Words are compared as the unstemmed fields have them, by Damerau-Levenshtein distance (see
``index.store.spell``). Near words have three to ``MAX_LENGTH`` letters; the word itself is always
among them.
"""

from typing import NamedTuple

from index.snapshot import Snapshot
from index.store import MAX_LENGTH, MIN_LENGTH, Near

MAX_SLIPS = 2
MAX_TERMS = 50
"""Words that one fuzzy word stands for at most."""
_LONG = 6
"""Letters of a word in which two slips are as likely as one in a shorter word."""


class Expansion(NamedTuple):
    """The words near to a word, the nearest first, of these the most frequent first.

    ``cut`` when there were more than ``MAX_TERMS``.
    """

    terms: tuple[Near, ...]
    cut: bool


def is_comparable(word: str) -> bool:
    """Tell whether a folded word is one that near words are kept for: not a number, not short."""
    return MIN_LENGTH <= len(word) <= MAX_LENGTH and word.isalpha()


def slips(word: str) -> int:
    """Return how many slips a folded word is looked for with where none were asked for."""
    return 1 if len(word) < _LONG else MAX_SLIPS


def expansion(word: str, distance: int, generation: Snapshot) -> Expansion:
    """Return the words at most ``distance`` slips away from a folded one, itself first.

    Of deleted documents too: such a word finds nothing, and may take the place of another.
    """
    frequency: dict[tuple[str, int], int] = {(word, 0): 0}
    for segment, _ in generation.segments():
        for near in segment.spelling.near(word, distance):
            key = near.term, near.distance
            frequency[key] = frequency.get(key, 0) + near.frequency
    found = [Near(term, away, count) for (term, away), count in frequency.items()]
    found.sort(key=lambda near: (near.distance, -near.frequency, near.term))
    return Expansion(tuple(found[:MAX_TERMS]), len(found) > MAX_TERMS)
