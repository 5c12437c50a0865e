"""The order of results, pages of it, and where a cursor stands in it.

Orders: by score, newest first; or by date, undated documents last in both directions. What is
equal otherwise stands in the order of the generation (date, newest first, then id), so every
order is total and pages never overlap.
"""

import numpy as np
from numpy.typing import NDArray

from index.days import UNDATED_SECOND
from index.generations import Generation
from search.cursor import Cursor, fingerprint
from search.evaluate import Matches
from search.request import SearchRequest, Sort

Docs = NDArray[np.int32]


class Ranking:
    """The documents of an answer in one order; sorted no further than asked for."""

    def __init__(self, matches: Matches, sort: Sort, generation: Generation) -> None:
        self._docs = matches.docs
        self._scores = matches.scores
        self._sort = sort
        self._generation = generation
        self._ties = generation.order[matches.docs]
        self._key = self._sort_key()

    def slice(self, start: int, stop: int) -> list[tuple[int, float]]:
        """Return documents ``start`` to ``stop`` of the order, each with its score."""
        order = self._first(min(stop, len(self._docs)))[start:stop]
        return [(int(self._docs[at]), float(self._scores[at])) for at in order]

    def after(self, cursor: Cursor) -> int:
        """Return how many documents stand before the place where ``cursor`` continues.

        In the generation that the cursor comes from that is the place of its document. In
        another it is decided by the sort key.
        """
        doc = self._generation.docnum(cursor.id)
        if doc is not None and cursor.generation == fingerprint(self._generation.name):
            at = int(np.searchsorted(self._docs, doc))
            if at < len(self._docs) and self._docs[at] == doc:
                return self._before(self._key[at], int(self._ties[at])) + 1
        key = self._cursor_key(cursor)
        return self._before(key, self._tie(key, cursor))

    def cursor(self, doc: int, score: float, id: str, request: bytes) -> Cursor:
        """Return the cursor that continues after a document."""
        return Cursor(
            sort=self._sort,
            request=request,
            generation=fingerprint(self._generation.name),
            score=score,
            seconds=int(self._generation.dates.seconds[doc]),
            id=id,
        )

    def _sort_key(self) -> NDArray[np.float64]:
        """Return what is ascending in the order; ties are broken apart from it."""
        if self._sort == "relevance":
            return -self._scores.astype(np.float64)
        return _date_key(self._generation.dates.seconds[self._docs], self._sort)

    def _cursor_key(self, cursor: Cursor) -> float:
        if self._sort == "relevance":
            return -cursor.score
        return float(_date_key(np.array([cursor.seconds], dtype=np.int64), self._sort)[0])

    def _first(self, count: int) -> NDArray[np.int64]:
        """Return the indices of the first ``count`` documents in order."""
        if count <= 0:
            return np.empty(0, dtype=np.int64)
        candidates = np.arange(len(self._docs))
        if count < len(self._docs):
            last = np.partition(self._key, count - 1)[count - 1]
            candidates = np.flatnonzero(self._key <= last)
            tied = candidates[self._key[candidates] == last]
            if len(tied) > 2 * count:
                # Most share the last key (no query: all do); only their first can be wanted.
                few = tied[np.argpartition(self._ties[tied], count - 1)[:count]]
                candidates = np.concatenate([candidates[self._key[candidates] < last], few])
        order = np.lexsort((self._ties[candidates], self._key[candidates]))
        return candidates[order][:count]

    def _before(self, key: float, tie: int) -> int:
        """Count the documents that stand before a sort key."""
        same = self._key == key
        return int(np.count_nonzero(self._key < key)) + int(
            np.count_nonzero(self._ties[same] < tie)
        )

    def _tie(self, key: float, cursor: Cursor) -> int:
        """Return the rank behind which a document with the cursor's date and id would stand.

        Documents of one second stand in the order of their ids: bisection reads few of them.
        """
        tied = np.flatnonzero(self._key == key)
        tied = tied[np.argsort(self._ties[tied])]
        low, high = 0, len(tied)
        while low < high:
            middle = (low + high) // 2
            doc = int(self._docs[tied[middle]])
            seconds = int(self._generation.dates.seconds[doc])
            before = seconds > cursor.seconds or (
                seconds == cursor.seconds and self._generation.stored(doc)[0].id <= cursor.id
            )
            low, high = (middle + 1, high) if before else (low, middle)
        return int(self._ties[tied[low]]) if low < len(tied) else int(np.iinfo(np.int32).max)


def request_fingerprint(request: SearchRequest) -> bytes:
    """Return 8 bytes that stand for what decides which results come, and in which order."""
    parts = (
        request.q,
        sorted((name, sorted(values)) for name, values in request.selected.items()),
        sorted((name, sorted(values)) for name, values in request.excluded.items()),
        request.date_from,
        request.date_to,
        request.undated,
        request.date_field,
        request.sort,
    )
    return fingerprint(repr(parts))


def _date_key(seconds: NDArray[np.int64], sort: Sort) -> NDArray[np.float64]:
    # Seconds of any year fit the 53 bits of a double.
    key = seconds.astype(np.float64)
    return np.where(seconds == UNDATED_SECOND, np.inf, key if sort == "date" else -key)
