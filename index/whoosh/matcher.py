"""A Whoosh matcher over the arrays of one term."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from whoosh.formats import Format
from whoosh.matching import LeafMatcher, NullMatcher, ReadTooFar

from index.inverted_index import SegmentPostings

_BEHIND = 2**31 - 1


class ArrayMatcher(LeafMatcher):  # type: ignore[misc]
    """Walks the postings of a term; the postings are shared, the place in them is its own."""

    def __init__(
        self,
        arrays: SegmentPostings,
        number: int,
        term: tuple[str, bytes],
        format_: Format,
        scorer: Any = None,
    ) -> None:
        self._arrays, self._number, self._term = arrays, number, term
        self.format, self.scorer = format_, scorer
        self._docs, self._freqs = arrays.postings(number)
        self._at = 0

    def is_active(self) -> bool:
        """Tell whether the matcher stands on a posting."""
        return self._at < len(self._docs)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def copy(self) -> "ArrayMatcher":
        """Return a matcher of its own at the same place."""
        other = ArrayMatcher(self._arrays, self._number, self._term, self.format, self.scorer)
        other._at = self._at
        return other

    def id(self) -> int:
        """Return the document under the matcher; behind the last, a number above all documents.

        Whoosh asks there too, where an AndNot stands in another.
        """
        return int(self._docs[self._at]) if self.is_active() else _BEHIND

    def all_ids(self) -> Iterator[int]:
        """Yield the documents from here on."""
        return iter(self._docs[self._at :].tolist())

    def next(self) -> bool:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return True

    def skip_to(self, id: int) -> bool:
        """Go to the first document not below ``id``, never back."""
        if not self.is_active():
            raise ReadTooFar
        self._at = max(self._at, int(np.searchsorted(self._docs, id)))
        return True

    def replace(self, minquality: float = 0) -> Any:
        """Return this matcher, or one that matches nothing when nothing here is good enough."""
        if not self.is_active():
            return NullMatcher()
        if minquality and self.supports_block_quality() and self.max_quality() < minquality:
            return NullMatcher()
        return self

    def weight(self) -> float:
        """Return the frequency of the term in the document."""
        return float(self._freqs[self._at])

    def block_min_length(self) -> int:
        """Return the shortest document of the block: all postings are one block."""
        return int(self._lengths().min())

    def block_max_length(self) -> int:
        """Return the longest document of the block."""
        return int(self._lengths().max())

    def block_max_weight(self) -> float:
        """Return the largest frequency of the block."""
        return float(self._freqs.max())

    def skip_to_quality(self, minquality: float) -> int:
        """Leave the one block when it is not good enough."""
        if self.block_quality() > minquality:
            return 0
        self._at = len(self._docs)
        return 1

    def _lengths(self) -> Any:
        return self._arrays.lengths(self._term[0])[self._docs]

    def _positions(self) -> list[int]:
        keys = self._arrays.keys(self._number, self._docs[self._at : self._at + 1])
        found: list[int] = (keys & 0xFFFFFFFF).tolist()
        return found

    def value(self) -> Any:
        """Return the posting's value as the field's format encodes it."""
        if self.supports("positions"):
            return self.format.encode(self._positions())
        return self.format.encode(int(self._freqs[self._at]))

    def value_as(self, astype: str) -> Any:
        """Return the posting's value decoded."""
        if astype == "positions":
            return self._positions()
        if astype == "frequency":
            return int(self._freqs[self._at])
        return super().value_as(astype)
