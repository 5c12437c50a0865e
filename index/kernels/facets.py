"""Loops that count facet values."""

from typing import Any

import numpy as np

from index.kernels._compiler import I4, I8, INTEGER, U1, U2, U4, compiled


@compiled(*((cells, INTEGER, INTEGER, I4, I4, I4) for cells in (U1, U2, U4)))
def tally(
    cells: Any, slots: int, values: int, more_docs: Any, more_ordinals: Any, docs: Any
) -> Any:
    """Count the values that ascending documents carry; see ``index.store.doc_values``."""
    counts = np.zeros(values + slots, np.int64)
    for doc in docs:
        # Empty cells are counted too: to stop at the first would be to guess where it is.
        for at in range(doc * slots, (doc + 1) * slots):
            counts[cells[at]] += 1
    at = 0
    for doc in docs if len(more_docs) else docs[:0]:
        if cells[(doc + 1) * slots - 1] < values:
            if at < len(more_docs) and more_docs[at] < doc:
                at += np.searchsorted(more_docs[at:], doc)
            while at < len(more_docs) and more_docs[at] == doc:
                counts[more_ordinals[at]] += 1
                at += 1
    return counts[: values + 1]


@compiled((I8, I8, INTEGER))
def most_frequent(counts: Any, ranks: Any, size: int) -> Any:
    """Return at most ``size`` ordinals that have a count: highest first, then by rank."""
    chosen = np.empty(min(size, len(counts)), np.int64)
    held = 0
    for ordinal in range(len(counts)):
        count = counts[ordinal]
        if not count:
            continue
        at = held
        if held == len(chosen):
            last = chosen[held - 1]
            if count < counts[last] or (count == counts[last] and ranks[ordinal] > ranks[last]):
                continue
            at -= 1
        else:
            held += 1
        # Insertion: few are wanted, and fewer still come in late.
        while at and (
            counts[chosen[at - 1]] < count
            or (counts[chosen[at - 1]] == count and ranks[chosen[at - 1]] > ranks[ordinal])
        ):
            chosen[at] = chosen[at - 1]
            at -= 1
        chosen[at] = ordinal
    return chosen[:held]


@compiled((I8, I8, I4, INTEGER))
def two_levels(counts: Any, ranks: Any, parents: Any, size: int) -> Any:
    """Return at most ``size`` values of the first level, and as many of the second below each.

    ``parents`` are -1 on the first level. The first in order, those below one behind the other,
    where those of each end, and how many values of the first level have a count.
    """
    ordered = most_frequent(counts, ranks, len(counts))
    place, first = np.full(len(counts), -1, np.int64), np.empty(len(ordered), np.int64)
    distinct = 0
    for ordinal in ordered:
        if parents[ordinal] < 0:
            place[ordinal] = distinct
            first[distinct] = ordinal
            distinct += 1
    listed = min(distinct, size)
    ends = np.zeros(listed + 1, np.int64)
    for ordinal in ordered:
        at = place[parents[ordinal]] if parents[ordinal] >= 0 else -1
        if 0 <= at < listed and ends[at + 1] < size:
            ends[at + 1] += 1
    ends = ends.cumsum()
    second, filled = np.empty(ends[-1], np.int64), ends[:-1].copy()
    for ordinal in ordered:
        at = place[parents[ordinal]] if parents[ordinal] >= 0 else -1
        if 0 <= at < listed and filled[at] < ends[at + 1]:
            second[filled[at]] = ordinal
            filled[at] += 1
    return first[:listed], second, ends, distinct


@compiled((I8, INTEGER))
def leading(counts: Any, size: int) -> Any:
    """Return, ascending, the ordinals with the ``size`` highest counts and those that equal them.

    Without those that have no count.
    """
    highest = np.zeros(min(size, len(counts)), np.int64)
    last = len(highest) - 1
    present = np.empty(len(counts), np.int64)
    found = 0
    for ordinal in range(len(counts)):
        count = counts[ordinal]
        present[found] = ordinal
        found += count > 0 and count >= highest[last]
        if count > highest[last]:
            at = last
            while at and highest[at - 1] < count:
                highest[at] = highest[at - 1]
                at -= 1
            highest[at] = count
    kept = 0
    for at in range(found):
        present[kept] = present[at]
        kept += counts[present[at]] >= highest[last]
    return present[:kept]
