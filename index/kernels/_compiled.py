"""The kernels compiled by numba; ``_numpy`` has and describes the same.

Importing this needs numba, and compiles every loop for fixed types or loads what was compiled
before. Arrays that a loop only reads are declared read-only, so that it takes mapped files as well
as arrays in memory. Loops release the interpreter lock. A kernel that compiling would make hardly
faster is that of NumPy.
"""

import logging
import math
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit, types

from index.arrays import SECOND_PART
from index.kernels import _numpy
from index.kernels._numpy import position_starts, proximity, top_documents

__all__ = [
    "count_ordinals",
    "decode_postings",
    "position_keys",
    "position_starts",
    "proximity",
    "score_word",
    "top_documents",
    "top_ordinals",
    "unite",
]

_log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

# Compiling


def _cache_folder() -> Path | None:
    """Return where compiled code is kept: beside the source, else in the user's cache, if any.

    A change of any file of this package, not only of a loop's own, compiles all loops anew.
    """
    here = Path(__file__).parent
    source = zlib.crc32(b"".join(path.read_bytes() for path in sorted(here.glob("*.py"))))
    name, beside = f"loops-{source:08x}", here / "__pycache__"
    if os.access(beside if beside.exists() else here, os.W_OK):
        for old in beside.glob("loops-*"):
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        return beside / name
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    # Code is loaded from there: never from a relative path.
    return cache / "trouvaille" / name if cache.is_absolute() else None


_CACHE = _cache_folder()
if _CACHE and not os.environ.get("NUMBA_CACHE_DIR"):
    config.CACHE_DIR = str(_CACHE)


def _reads(kind: Any) -> Any:
    """Return the type of a contiguous, read-only array."""
    return types.Array(kind, 1, "C", readonly=True)


U1, U2, U4 = _reads(types.uint8), _reads(types.uint16), _reads(types.uint32)
I4, I8 = _reads(types.int32), _reads(types.int64)
F4, B1 = _reads(types.float32), _reads(types.boolean)
INTEGER, REAL, FLAG = types.int64, types.float64, types.boolean


def _compiled(*signatures: tuple[Any, ...]) -> Callable[[F], F]:
    """Compile a loop at once for arguments of these types."""

    def compile_(function: F) -> F:
        if _CACHE:
            try:
                return cast("F", njit(list(signatures), cache=True, nogil=True)(function))
            except Exception:
                _log.debug("%s is compiled and not kept", function.__name__, exc_info=True)
        return cast("F", njit(list(signatures), nogil=True)(function))

    return compile_


def _inlined(function: F) -> F:
    """Compile a function that only loops of this module call; it is kept with them."""
    return cast("F", njit(nogil=True)(function))


@_inlined
def _integer_at(blob, at, width):
    """Return the little-endian integer of ``width`` bytes that begins at ``at``."""
    value = np.int64(blob[at])
    for byte in range(1, width):
        value |= np.int64(blob[at + byte]) << (8 * byte)
    return value


# Posting lists

_PACKED = 255


@_inlined
def _count(blob, start, stop):
    code = np.int64(blob[start])
    if code == _PACKED:
        return _integer_at(blob, start + 1, 4)
    return (stop - start - 1) // ((code & 15) + (code >> 4))


@_inlined
def _decode_packed(blob, start, first, last, docs, freqs):
    at, doc = start + 9, 0
    flags = at + _integer_at(blob, start + 5, 4)
    place = first
    while at < flags:
        doc += blob[at]
        docs[place] = doc
        # A step of 255 is a part of a gap: the same place is written again.
        place += blob[at] != _PACKED
        at += 1
    high = flags + ((last - first + 7) >> 3)
    for place in range(first, last):
        at = place - first
        freqs[place] = 1
        if blob[flags + (at >> 3)] >> (7 - (at & 7)) & 1:
            freqs[place] = blob[high]
            high += 1


@_compiled((U1, I8, I8))
def decode_postings(blob, starts, stops):
    counts = np.empty(len(starts), np.int64)
    for number in range(len(starts)):
        counts[number] = _count(blob, starts[number], stops[number])
    total = counts.sum()
    docs, freqs = np.empty(total, np.int32), np.empty(total, np.int32)
    first = 0
    for number in range(len(starts)):
        start, last = starts[number], first + counts[number]
        if blob[start] == _PACKED:
            _decode_packed(blob, start, first, last, docs, freqs)
        else:
            gap, freq = np.int64(blob[start]) & 15, np.int64(blob[start]) >> 4
            at, doc = start + 1, 0
            for place in range(first, last):
                doc += _integer_at(blob, at, gap)
                docs[place] = doc
                at += gap
            for place in range(first, last):
                freqs[place] = _integer_at(blob, at, freq) if freq else 1
                at += freq
        first = last
    return docs, freqs, counts


# Positions

_FEW_KEYS = 48
"""Keys that are sorted by insertion."""


@_inlined
def _reach(docs, at, doc):
    """Return the first index from ``at`` on whose document is not below ``doc``: by leaps."""
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


@_inlined
def _meet(docs, at, others, place):
    """Return the next indices at which both hold the same document, or both lengths."""
    while at < len(docs) and place < len(others):
        at = _reach(docs, at, others[place])
        if at == len(docs):
            break
        if docs[at] == others[place]:
            return at, place
        place = _reach(others, place, docs[at])
    return len(docs), len(others)


@_compiled(*((I4, I4, freqs, U4, I8, INTEGER, U1, U1, INTEGER) for freqs in (U1, I4)))
def _position_keys(docs, word_docs, freqs, starts, bounds, first, blob, widths, base):
    room = 0
    for number in range(len(bounds) - 1):
        room += min(bounds[number + 1] - bounds[number], len(docs))
    met, met_place = np.empty(room, np.int64), np.empty(room, np.int64)
    ends, parts = np.zeros(len(docs) + 1, np.int64), np.zeros(len(docs), np.int8)
    matches = 0
    for number in range(len(bounds) - 1):
        of_list = word_docs[: bounds[number + 1]]
        at, place = _meet(of_list, bounds[number], docs, 0)
        while place < len(docs):
            met[matches], met_place[matches] = at, place
            matches += 1
            ends[place + 1] += freqs[at]
            parts[place] += parts[place] < 2
            at, place = _meet(of_list, at + 1, docs, place + 1)
    ends = ends.cumsum()
    keys, filled = np.empty(ends[-1], np.int64), ends[:-1].copy()
    for match in range(matches):
        at, place = met[match], met_place[match]
        key = np.int64(docs[place] + base) << 32 | (0 if at < bounds[first] else SECOND_PART)
        width, byte = np.int64(widths[docs[place]]), np.int64(starts[at])
        for free in range(filled[place], filled[place] + freqs[at]):
            keys[free] = key | _integer_at(blob, byte, width)
            byte += width
        filled[place] += freqs[at]
    # Keys of a document that come from several lists are not in order yet.
    for place in range(len(docs)):
        if parts[place] < 2:
            continue
        mine = keys[ends[place] : ends[place + 1]]
        if len(mine) > _FEW_KEYS:
            mine.sort()
            continue
        for number in range(1, len(mine)):
            key, at = mine[number], number
            while at and mine[at - 1] > key:
                mine[at] = mine[at - 1]
                at -= 1
            mine[at] = key
    return keys


def position_keys(docs, word_docs, freqs, starts, *more):
    # Positions of more than 4 GB are not worth another loop.
    loop = _position_keys if starts.dtype == np.uint32 else _numpy.position_keys
    return loop(docs, word_docs, freqs, starts, *more)


# Scores

_DE_BRUIJN, _SHIFT = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
_LOWEST = np.zeros(64, np.int64)
_LOWEST[((np.uint64(1) << np.arange(64, dtype=np.uint64)) * _DE_BRUIJN) >> _SHIFT] = np.arange(64)


@_inlined
def _listed(marks, count):
    """Return the documents whose bits are set, ascending; there are at most ``count``.

    The lowest bit of a word is found by a de Bruijn sequence: Leiserson, Prokop and Randall,
    "Using de Bruijn sequences to index a 1 in a computer word", 1998.
    """
    found, size, one = np.empty(count, np.int32), 0, np.uint64(1)
    for block in range(len(marks)):
        word = marks[block]
        while word:
            found[size] = (block << 6) + _LOWEST[((word & (~word + one)) * _DE_BRUIJN) >> _SHIFT]
            size += 1
            word &= word - one
    return found[:size]


@_inlined
def _idf(documents, matching):
    documents = max(documents, matching)
    return math.log(1.0 + (documents - matching + 0.5) / (matching + 0.5))


@_compiled((I4, F4, I4, F4, FLAG))
def _united(docs, scores, others, their_scores, maximum):
    every = np.empty(len(docs) + len(others), np.int32)
    combined = np.empty(len(every), np.float32)
    found = first = second = 0
    # Without a branch that the processor would have to guess.
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


_MOST_PARTS = 8
"""Parts that are united one after another, not all at once."""


def unite(parts, maximum):
    if len(parts) > _MOST_PARTS:
        return _numpy.unite(parts, maximum)
    docs, scores = parts[0]
    for more_docs, more_scores in parts[1:]:
        docs, scores = _united(docs, scores, more_docs, more_scores, maximum)
    return docs, scores


@_inlined
def _documents_of(docs, counts, exact, size):
    """Count the documents of all lists, and those of the exact word."""
    marks = np.zeros(size, np.uint8)
    matching = typed = first = 0
    for number in range(len(counts)):
        last = first + counts[number]
        kind = np.uint8(3) if exact[number] else np.uint8(1)
        for at in range(first, last):
            doc = np.int64(docs[at])
            matching += marks[doc] == 0
            typed += kind == 3 and marks[doc] != 3
            marks[doc] |= kind
        first = last
    return matching, typed


@_compiled((I4, I4, I8, I8, I8, F4, B1, F4, F4, F4, F4, INTEGER, REAL, REAL, REAL, INTEGER))
def _score_word(
    docs,
    freqs,
    counts,
    fields,
    languages,
    form_weights,
    exact,
    first_lengths,
    second_lengths,
    norms,
    field_weights,
    documents,
    k1,
    exact_weight,
    idf,
    size,
):
    many = len(norms) // (2 * len(field_weights))
    matching, typed = _documents_of(docs, counts, exact, size)
    if idf <= 0.0:
        idf = _idf(documents, matching)
    factor = np.float32(idf * (k1 + 1.0))
    typed_factor = np.float32(_idf(documents, typed) * (k1 + 1.0))
    # Two sums for each document, side by side: of all forms of the word, and of the exact word.
    sums = np.empty(2 * size, np.float32)
    all_exact = True
    for number in range(len(counts)):
        all_exact &= form_weights[number] == (1.0 if exact[number] else 0.0)
    one, nothing = np.uint64(1), np.float32(0.0)
    limit, more = np.float32(k1), np.float32(exact_weight)
    found, best = np.empty(0, np.int32), np.empty(0, np.float32)
    for language in range(many):
        marks = np.zeros((size + 63) >> 6, np.uint64)
        matching = first = 0
        for number in range(len(counts)):
            last = first + counts[number]
            if languages[number] != language:
                first = last
                continue
            field = fields[number]
            lengths = second_lengths if field else first_lengths
            at = 2 * (len(field_weights) * language + field)
            scale, shift = norms[at], norms[at + 1]
            weight, form, is_exact = field_weights[field], form_weights[number], exact[number]
            for at in range(first, last):
                doc = np.int64(docs[at])
                worth = np.float32(freqs[at]) * weight / (lengths[doc] * scale + shift)
                bit = one << np.uint64(doc & 63)
                if not marks[doc >> 6] & bit:
                    marks[doc >> 6] |= bit
                    sums[2 * doc] = sums[2 * doc + 1] = nothing
                    matching += 1
                sums[2 * doc] += worth * form
                if is_exact:
                    sums[2 * doc + 1] += worth
            first = last
        mine = _listed(marks, matching)
        scores = np.empty(len(mine), np.float32)
        for at in range(len(mine)):
            total, literal = sums[2 * mine[at]], sums[2 * mine[at] + 1]
            score = total * factor / (total + limit)
            if all_exact:
                score *= np.float32(1.0 + exact_weight)
            elif exact_weight and literal > nothing:
                score += more * (literal * typed_factor / (literal + limit))
            scores[at] = score
        # Where a document has the word in several languages, the one that scores best counts.
        found, best = _united(found, best, mine, scores, True) if language else (mine, scores)
    return found, best, idf


def score_word(docs, freqs, *more):
    return _score_word(docs, freqs.astype(np.int32, copy=False), *more)


# Facets


@_compiled(*((cells, INTEGER, INTEGER, I4, I4, I8) for cells in (U1, U2, U4)))
def count_ordinals(cells, slots, values, more_docs, more_ordinals, docs):
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


@_compiled((I8, I8, INTEGER))
def _top_ordinals(counts, ranks, size):
    chosen = np.empty(min(size, len(counts)), np.int64)
    held, least = 0, 1
    for ordinal in range(len(counts)):
        count = counts[ordinal]
        if count < least:
            continue
        at = held
        if held == len(chosen):
            last = chosen[held - 1]
            if count == least and ranks[ordinal] > ranks[last]:
                continue
            at -= 1
        else:
            held += 1
        # Insertion: few are asked for, and fewer still come in late.
        while at and (
            counts[chosen[at - 1]] < count
            or (counts[chosen[at - 1]] == count and ranks[chosen[at - 1]] > ranks[ordinal])
        ):
            chosen[at] = chosen[at - 1]
            at -= 1
        chosen[at] = ordinal
        if held == len(chosen):
            least = counts[chosen[held - 1]]
    return chosen[:held]


_MOST_INSERTED = 200
"""Ordinals up to which insertion is faster than sorting."""


def top_ordinals(counts, ranks, size):
    loop = _top_ordinals if size <= _MOST_INSERTED else _numpy.top_ordinals
    return loop(counts, ranks, size)
