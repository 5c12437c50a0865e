"""Loops over documents that were found: what they share, what either has, the first of them."""

from typing import Any

import numpy as np

from index.kernels._compiler import F4, FLAG, I4, INTEGER, compiled, inlined

_SKEWED = 24
"""Documents among which one is searched for in the time of walking over them all."""


@inlined
def _reach(docs: Any, at: int, doc: int) -> int:
    """Return the first place from ``at`` on whose document is not below ``doc``: by leaps."""
    step = 1
    low = at
    while at < len(docs) and docs[at] < doc:
        low = at + 1
        at += step
        step *= 2
    high = min(at, len(docs))
    while low < high:
        middle = (low + high) >> 1
        if docs[middle] < doc:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def meet(docs: Any, at: Any, others: Any, place: Any) -> Any:
    """Return the first places, from these on, at which both have one document; else both ends."""
    while at < len(docs) and place < len(others):
        at = _reach(docs, at, others[place])
        if at == len(docs):
            break
        if docs[at] == others[place]:
            return at, place
        place = _reach(others, place, docs[at])
    return len(docs), len(others)


@inlined
def _shared(few: Any, many: Any) -> Any:
    here, there = np.empty(len(few), np.int64), np.empty(len(few), np.int64)
    found = 0
    if len(few) * _SKEWED < len(many):
        at, number = meet(many, 0, few, 0)
        while number < len(few):
            here[found], there[found] = number, at
            found += 1
            at, number = meet(many, at + 1, few, number + 1)
        return here[:found], there[:found]
    first = second = 0
    # Without a branch that the processor would have to guess.
    while first < len(few) and second < len(many):
        one, other = few[first], many[second]
        here[found], there[found] = first, second
        found += one == other
        first += one <= other
        second += other <= one
    return here[:found], there[:found]


@compiled((I4, I4))
def shared(docs: Any, others: Any) -> Any:
    """Return where the documents stand, in the first and in the second, that are in both."""
    if len(docs) > len(others):
        there, here = _shared(others, docs)
    else:
        here, there = _shared(docs, others)
    return here, there


@compiled((I4, F4, I4, F4, FLAG))
def united(docs: Any, scores: Any, others: Any, their_scores: Any, maximum: bool) -> Any:
    """Return the documents of both, with the sum or the ``maximum`` of their scores."""
    every = np.empty(len(docs) + len(others), np.int32)
    combined = np.empty(len(every), np.float32)
    found = first = second = 0
    while first < len(docs) and second < len(others):
        one, other = docs[first], others[second]
        mine = scores[first] if one <= other else np.float32(0.0)
        theirs = their_scores[second] if other <= one else np.float32(0.0)
        every[found] = min(one, other)
        combined[found] = max(mine, theirs) if maximum else mine + theirs
        found += 1
        first += one <= other
        second += other <= one
    for at in range(first, len(docs)):
        every[found], combined[found] = docs[at], scores[at]
        found += 1
    for at in range(second, len(others)):
        every[found], combined[found] = others[at], their_scores[at]
        found += 1
    return every[:found], combined[:found]


@inlined
def _worse(scores: Any, ranks: Any, docs: Any, one: int, other: int) -> Any:
    """Tell whether one stands behind the other: a lower score, or the same and a higher rank."""
    if scores[one] != scores[other]:
        return scores[one] < scores[other]
    return ranks[docs[one]] > ranks[docs[other]]


@inlined
def _replace(heap: Any, size: int, number: int, scores: Any, ranks: Any, docs: Any) -> None:
    """Put a number in the place of the one on top of the first ``size`` of a heap."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and _worse(scores, ranks, docs, heap[below + 1], heap[below]):
            below += 1
        if not _worse(scores, ranks, docs, heap[below], number):
            break
        heap[at] = heap[below]
        at = below
    heap[at] = number


@compiled((F4, I4, I4, INTEGER))
def best(scores: Any, docs: Any, ranks: Any, count: int) -> Any:
    """Return the indices of the ``count`` highest scores, highest first, equal ones by rank.

    ``ranks`` are those of all documents. Kept is a heap with the worst of the best on top.
    """
    size = min(count, len(scores))
    heap = np.empty(size, np.int64)
    if not size:
        return heap
    for number in range(size):
        at = number
        while at and _worse(scores, ranks, docs, number, heap[(at - 1) >> 1]):
            heap[at] = heap[(at - 1) >> 1]
            at = (at - 1) >> 1
        heap[at] = number
    worst = scores[heap[0]]
    for number in range(size, len(scores)):
        if scores[number] < worst or not _worse(scores, ranks, docs, heap[0], number):
            continue
        _replace(heap, size, number, scores, ranks, docs)
        worst = scores[heap[0]]
    for left in range(size - 1, 0, -1):
        last, heap[left] = heap[left], heap[0]
        _replace(heap, left, last, scores, ranks, docs)
    return heap
