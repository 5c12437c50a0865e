"""The first few of many in an order, without sorting the others.

The order of results, pages of it, and where a cursor stands in it.

Orders: by score, newest first; or by date, undated documents last in both directions. What is
equal otherwise stands in the order of the generation (date, newest first, then id), so every
order is total and pages never overlap.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.days import UNDATED_SECOND
from index.snapshot import Snapshot
from search.request import Cursor, SearchRequest, Sort, fingerprint
from search.scoring.evaluate import Matches

Places = NDArray[np.intp]
_GROUPS = 4
"""Groups made for every item that is wanted, at least."""
_MOST_GROUPS = 1024
_FEW_ROWS = 4


def smallest(keys: NDArray[np.int32], count: int) -> Places:
    """Return the indices of the ``count`` smallest of different keys, ascending by key."""
    if count <= 0:
        return np.empty(0, np.intp)
    if count < len(keys):
        found = (keys <= _bound(keys, count, np.minimum)).nonzero()[0]
        least: Places = found[keys[found].argsort()[:count]]
        return least
    return keys.argsort()


def best(
    scores: NDArray[np.float32], count: int, ranks: Callable[[Places | slice], NDArray[np.int32]]
) -> Places:
    """Return the indices of the ``count`` highest scores, highest first.

    Equal scores come by ascending rank; ``ranks`` gives the ranks at indices, all different.
    """
    if count <= 0 or not len(scores):
        return np.empty(0, np.intp)
    bound = _bound(scores, min(count, len(scores)), np.maximum)
    if scores[0] == bound == scores.max() == scores.min():
        return smallest(ranks(slice(None)), count)
    found = (scores >= bound).nonzero()[0]
    if len(found) > 2 * _GROUPS * count:
        found = _cut(scores, found, count, ranks)
    order: Places = np.lexsort((ranks(found), -scores[found]))[:count]
    first: Places = found[order]
    return first


def _bound(keys: NDArray[Any], count: int, extreme: np.ufunc) -> Any:
    """Return a key that at least ``count`` keys reach, smallest or highest, and hardly more.

    The extreme keys of as many groups will do: groups are columns, whose extremes are found
    together.
    """
    columns = max(min(len(keys) // 64, _MOST_GROUPS), 64, _GROUPS * count)
    rows = len(keys) // columns
    if rows >= _FEW_ROWS:
        keys = extreme.reduce(keys[: rows * columns].reshape(rows, columns), axis=0)
    at = count - 1 if extreme is np.minimum else len(keys) - count
    return np.partition(keys, at)[at]


def _cut(
    scores: NDArray[np.float32],
    found: Places,
    count: int,
    ranks: Callable[[Places | slice], NDArray[np.int32]],
) -> Places:
    """Leave out what cannot be among the first where many scores are equal (no query: all are)."""
    held = scores[found]
    last = held.max()
    if np.count_nonzero(held == last) < count:
        last = np.partition(held, len(held) - count)[len(held) - count]
    tied = found[held == last]
    tied = tied[smallest(ranks(tied), count)]
    return np.concatenate([found[held > last], tied])


Docs = NDArray[np.int32]
_HEAPED = 500
"""Results up to which a heap of the best is quicker than to sort those that may be among them."""


class Ranking:
    """The documents of an answer in one order; sorted no further than asked for."""

    def __init__(self, matches: Matches, sort: Sort, generation: Snapshot) -> None:
        self._docs = matches.docs
        self._scores = matches.scores
        self._scored = matches.scored
        self._newest = matches.newest
        self._sort = sort
        self._generation = generation

    def slice(self, start: int, stop: int) -> list[tuple[int, float]]:
        """Return documents ``start`` to ``stop`` of the order, each with its score."""
        order = self._first(min(stop, len(self._docs)))[start:]
        return list(zip(self._docs[order].tolist(), self._scores[order].tolist(), strict=True))

    def after(self, cursor: Cursor) -> int:
        """Return how many documents stand before the place where ``cursor`` continues.

        In the generation that the cursor comes from that is the place of its document. In
        another it is decided by what the document was sorted by.
        """
        doc = self._generation.docnum(cursor.id)
        if doc is not None and cursor.generation == fingerprint(self._generation.name):
            at = int(np.searchsorted(self._docs, doc))
            if at < len(self._docs) and self._docs[at] == doc:
                return self._before(at) + 1
        if self._sort != "relevance":
            return self._until(self._docs[np.argsort(self._ranks(self._docs))], cursor)
        tied = self._docs[self._scores == cursor.score]
        tied = tied[np.argsort(self._ranks(tied))]
        return int(np.count_nonzero(self._scores > cursor.score)) + self._until(tied, cursor)

    def cursor(self, doc: int, score: float, id: str, request: bytes) -> Cursor:
        """Return the cursor that continues after a document."""
        return Cursor(
            sort=self._sort,
            request=request,
            generation=fingerprint(self._generation.name),
            score=score,
            seconds=self._generation.dates.second(doc),
            id=id,
        )

    def _ranks(self, docs: Docs) -> NDArray[np.int32]:
        """Return what decides the order of documents, but for their scores."""
        generation = self._generation
        ranks = generation.oldest_first if self._sort == "date" else generation.order
        return ranks if len(docs) == len(ranks) else ranks.take(docs)

    def _first(self, count: int) -> NDArray[np.integer]:
        """Return the indices of the first ``count`` documents in order."""
        if self._sort == "relevance" and self._scored:
            if (loops := kernels.active) and count <= _HEAPED:
                ranks = self._generation.order
                first: NDArray[np.intp] = loops.best(self._scores, self._docs, ranks, count)
                return first
            return best(self._scores, count, lambda at: self._ranks(self._docs[at]))
        if self._sort != "date" and self._newest is not None:
            return self._docs.searchsorted(self._newest[:count])
        return smallest(self._ranks(self._docs), count)

    def _before(self, at: int) -> int:
        """Count the documents that stand before that at an index."""
        if self._sort != "relevance":
            ranks = self._ranks(self._docs)
            return int(np.count_nonzero(ranks < ranks[at]))
        tied = self._ranks(self._docs[self._scores == self._scores[at]])
        better = int(np.count_nonzero(self._scores > self._scores[at]))
        return better + int(np.count_nonzero(tied < self._ranks(self._docs[at : at + 1])))

    def _until(self, docs: Docs, cursor: Cursor) -> int:
        """Count the documents, in order, up to the cursor's date and id.

        Bisection reads the ids of few of them.
        """
        low, high = 0, len(docs)
        while low < high:
            middle = (low + high) // 2
            doc = int(docs[middle])
            age, limit = (
                self._age(seconds)
                for seconds in (self._generation.dates.second(doc), cursor.seconds)
            )
            before = age < limit or (
                age == limit and self._generation.stored_fields.head(doc).id <= cursor.id
            )
            low, high = (middle + 1, high) if before else (low, middle)
        return low

    def _age(self, seconds: int) -> float:
        """Return what of a date is ascending in the order."""
        if seconds == UNDATED_SECOND:
            return float("inf")
        # Seconds of any year fit the 53 bits of a double.
        return float(seconds if self._sort == "date" else -seconds)


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
