"""The order of results: the first few of many without sorting the others, and cursors.

Results are ordered by score, or by date, newest or oldest first; undated documents come last.
Documents that are equal in this stand in the order of the snapshot (date, newest first, then id),
so that every order is total and pages never overlap.
"""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from index import Snapshot, kernels
from index.arrays import smallest
from index.calendar import UNDATED_SECOND
from search.query import in_every_language
from search.request import Cursor, SearchRequest, Sort, fingerprint
from search.scoring.evaluate import Matches
from search.scoring.postings import Docs

Ranks = NDArray[np.int32]


def _of(docs: Docs, ranks: Ranks) -> Ranks:
    """Return the ranks of documents; as they are for all documents."""
    return ranks if len(docs) == len(ranks) else ranks.take(docs)


class Ranking:
    """The documents of an answer in one order, sorted no further than asked for."""

    def __init__(self, matches: Matches, sort: Sort, snapshot: Snapshot) -> None:
        self._docs = matches.docs
        self._scores = matches.scores
        self._scored = matches.scored
        self._newest = matches.newest
        self._sort = sort
        self._snapshot = snapshot
        self._ranks = snapshot.oldest_first if sort == "date" else snapshot.order

    def slice(self, start: int, stop: int) -> list[tuple[int, float]]:
        """Return documents ``start`` to ``stop`` of the order, each with its score."""
        order = self._first(min(stop, len(self._docs)))[start:]
        return list(zip(self._docs[order].tolist(), self._scores[order].tolist(), strict=True))

    def after(self, cursor: Cursor) -> int:
        """Return how many documents stand before the place where ``cursor`` continues.

        In the generation of the cursor that is the place after its document. In another one it
        depends on the sort key of the document.
        """
        tied, better = self._docs, 0
        if self._sort == "relevance":
            tied = self._docs[self._scores == cursor.score]
            better = int(np.count_nonzero(self._scores > cursor.score))
        return better + int(np.count_nonzero(_of(tied, self._ranks) < self._rank_after(cursor)))

    def cursor(self, doc: int, score: float, id: str, request: bytes) -> Cursor:
        """Return the cursor that continues after a document."""
        return Cursor(
            sort=self._sort,
            request=request,
            generation=fingerprint(self._snapshot.name),
            score=score,
            seconds=int(self._snapshot.dates.seconds[doc]),
            id=id,
        )

    def _first(self, count: int) -> NDArray[np.integer]:
        """Return the places of the first ``count`` documents in order."""
        if self._sort == "relevance" and self._scored:
            return kernels.active.top_documents(self._scores, self._docs, self._ranks, count)
        if self._sort != "date" and self._newest is not None:
            return self._docs.searchsorted(self._newest[:count])
        return smallest(_of(self._docs, self._ranks), count)

    def _rank_after(self, cursor: Cursor) -> int:
        """Return the first rank, among all documents, after the date and id of a cursor."""
        doc = self._snapshot.docnum(cursor.id)
        if doc is not None and cursor.generation == fingerprint(self._snapshot.name):
            return int(self._ranks[doc]) + 1

        def key(doc: int) -> tuple[float, str]:
            age = self._age(int(self._snapshot.dates.seconds[doc]))
            return age, self._snapshot.stored_fields.head(doc).id

        # Bisection reads the ids of few documents.
        in_order = self._ranks.argsort().tolist()
        return bisect_right(in_order, (self._age(cursor.seconds), cursor.id), key=key)

    def _age(self, seconds: int) -> float:
        """Return the time of a date, ascending in the order."""
        if seconds == UNDATED_SECOND:
            return float("inf")
        # Seconds of any year fit the 53 bits of a double.
        return float(seconds if self._sort == "date" else -seconds)


def request_fingerprint(request: SearchRequest) -> bytes:
    """Return 8 bytes that stand for what decides which results come, and in which order."""
    parts = (
        in_every_language(request.q, request.locale),
        sorted((name, sorted(values)) for name, values in request.selected.items()),
        sorted((name, sorted(values)) for name, values in request.excluded.items()),
        request.all_of,
        request.date_from,
        request.date_to,
        request.undated,
        request.date_field,
        request.sort,
    )
    return fingerprint(repr(parts))
