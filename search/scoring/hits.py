"""Documents that match one node of a query, with their scores."""

from typing import NamedTuple

import numpy as np

from search.scoring.bm25 import Docs, Mask, Scores
from search.scoring.postings import NO_DOCS, NO_SCORES, shared


class Hits(NamedTuple):
    """The documents that match one node, ascending, with their scores."""

    docs: Docs
    scores: Scores

    def where(self, passing: Mask) -> "Hits":
        """Return those that pass."""
        at = passing.nonzero()[0]
        return Hits(self.docs.take(at), self.scores.take(at))

    def and_also(self, other: "Hits") -> "Hits":
        """Return those that are in the other hits too, their scores added."""
        here, there = shared(self.docs, other.docs)
        return Hits(self.docs.take(here), self.scores.take(here) + other.scores.take(there))

    def sized(self) -> "tuple[Hits, int]":
        """Return the hits and what they take of memory, in bytes, for ``ByteCache``."""
        return self, self.docs.nbytes + self.scores.nbytes + 500


NONE = Hits(NO_DOCS, NO_SCORES)


def unscored(docs: Docs) -> Hits:
    """Return documents that are worth nothing."""
    return Hits(docs, np.zeros(len(docs), np.float32))
