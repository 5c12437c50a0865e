"""Loops over the places of words: which documents have them, where, and how near each other.

The postings of a word are several lists behind one another: list ``n`` is from ``bounds[n]`` to
``bounds[n + 1]``, and its documents ascend.
"""

from typing import Any

import numpy as np

from index.kernels._compiler import B1, I4, I8, INTEGER, REAL, U1, U4, compiled, listed, number_at
from index.kernels.documents import meet

_FEW = 48
"""Numbers that are put in order by insertion."""


@compiled((U1, I4, I4, I8, I8, B1))
def begins(widths: Any, docs: Any, freqs: Any, counts: Any, starts: Any, having: Any) -> Any:
    """Return where the positions of each posting begin; see ``PostingLists.begins``."""
    found = np.empty(len(docs), np.uint32)
    first = 0
    for number in range(len(counts)):
        at = starts[number]
        for place in range(first, first + counts[number]):
            found[place] = at
            if having[number]:
                at += np.int64(widths[docs[place]]) * freqs[place]
        first += counts[number]
    return found


@compiled((I4, INTEGER))
def ascending(docs: Any, end: int) -> Any:
    """Return documents, all below ``end``, in order and each once."""
    marks = np.zeros((end + 63) >> 6, np.uint64)
    one = np.uint64(1)
    for doc in docs:
        marks[doc >> 6] |= one << np.uint64(doc & 63)
    return listed(marks, len(docs))


@compiled((I4, I4, I8))
def having(docs: Any, word_docs: Any, bounds: Any) -> Any:
    """Return which of ascending ``docs`` any list of a word has, ascending."""
    marked = np.zeros(len(docs), np.bool_)
    for number in range(len(bounds) - 1):
        held = word_docs[: bounds[number + 1]]
        at, place = meet(held, bounds[number], docs, 0)
        while place < len(docs):
            marked[place] = True
            at, place = meet(held, at + 1, docs, place + 1)
    return docs[marked]


@compiled(*((I4, I4, freqs, U4, I8, INTEGER, U1, U1, INTEGER, INTEGER) for freqs in (U1, I4)))
def keys(
    docs: Any,
    word_docs: Any,
    freqs: Any,
    begins: Any,
    bounds: Any,
    first: int,
    blob: Any,
    widths: Any,
    base: int,
    second: int,
) -> Any:
    """Return where a word is in ascending ``docs``, ascending: ``document << 32 | position``.

    The ``first`` so many lists are of the first part; positions in the other have the bit
    ``second``. ``base`` is added to documents.
    """
    room = 0
    for number in range(len(bounds) - 1):
        room += min(bounds[number + 1] - bounds[number], len(docs))
    met, at_place = np.empty(room, np.int64), np.empty(room, np.int64)
    ends, parts = np.zeros(len(docs) + 1, np.int64), np.zeros(len(docs), np.int8)
    matches = 0
    for number in range(len(bounds) - 1):
        held = word_docs[: bounds[number + 1]]
        at, place = meet(held, bounds[number], docs, 0)
        while place < len(docs):
            met[matches], at_place[matches] = at, place
            matches += 1
            ends[place + 1] += freqs[at]
            parts[place] += parts[place] < 2
            at, place = meet(held, at + 1, docs, place + 1)
    ends = ends.cumsum()
    found, filled = np.empty(ends[-1], np.int64), ends[:-1].copy()
    for match in range(matches):
        at, place = met[match], at_place[match]
        key = np.int64(docs[place] + base) << 32 | (0 if at < bounds[first] else second)
        width, byte = np.int64(widths[docs[place]]), np.int64(begins[at])
        for free in range(filled[place], filled[place] + freqs[at]):
            found[free] = key | number_at(blob, byte, width)
            byte += width
        filled[place] += freqs[at]
    for place in range(len(docs)):
        if parts[place] < 2:
            continue
        mine = found[ends[place] : ends[place + 1]]
        if len(mine) > _FEW:
            mine.sort()
            continue
        for number in range(1, len(mine)):
            key, at = mine[number], number
            while at and mine[at - 1] > key:
                mine[at] = mine[at - 1]
                at -= 1
            mine[at] = key
    return found


@compiled((I8, I8, I4, INTEGER, INTEGER, REAL, REAL))
def closeness(
    here: Any, there: Any, docs: Any, window: int, second: int, first_weight: float, weight: float
) -> Any:
    """Return for each of ``docs`` the sum of 1 / distance from each key to the nearest other.

    Up to ``window`` away, times the weight of the part; see ``search.scoring.proximity``.
    """
    sums = np.zeros(len(docs), np.float64)
    at = place = 0
    for key in here if len(there) else here[:0]:
        while at < len(there) - 1 and there[at] < key:
            at += 1
        distance = abs(there[at] - key)
        if at:
            distance = min(distance, key - there[at - 1])
        if distance <= window:
            doc = key >> 32
            while docs[place] < doc:
                place += 1
            sums[place] += (weight if key & second else first_weight) / max(distance, 1)
    return sums.astype(np.float32)


@compiled((I8, INTEGER))
def counted(keys: Any, second: int) -> Any:
    """Return how many of ascending keys are of each document, in its first part and its second."""
    docs, freqs = np.empty((2, len(keys)), np.int32), np.empty((2, len(keys)), np.int32)
    sizes = np.zeros(2, np.int64)
    for key in keys:
        part = 1 if key & second else 0
        doc, at = np.int32(key >> 32), sizes[part]
        if at and docs[part, at - 1] == doc:
            freqs[part, at - 1] += 1
        else:
            docs[part, at], freqs[part, at] = doc, 1
            sizes[part] += 1
    first, last = sizes[0], sizes[1]
    return docs[0, :first], freqs[0, :first], docs[1, :last], freqs[1, :last]
