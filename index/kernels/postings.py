"""Loops over posting lists: their bytes, and what the lists of a word are worth together."""

import math
from typing import Any

import numpy as np

from index.kernels._compiler import (
    B1,
    F4,
    I4,
    I8,
    INTEGER,
    REAL,
    U1,
    compiled,
    inlined,
    listed,
    number_at,
)
from index.kernels.documents import united

_PACKED = 255


@inlined
def _count(blob: Any, start: Any, stop: Any) -> Any:
    code = np.int64(blob[start])
    if code == _PACKED:
        return number_at(blob, start + 1, 4)
    return (stop - start - 1) // ((code & 15) + (code >> 4))


@inlined
def _unpack(blob: Any, start: Any, first: Any, last: Any, docs: Any, freqs: Any) -> None:
    at, doc = start + 9, 0
    flags = at + number_at(blob, start + 5, 4)
    place = first
    while at < flags:
        doc += blob[at]
        docs[place] = doc
        # A step of 255 is a part of a gap: the place is written again.
        place += blob[at] != _PACKED
        at += 1
    high = flags + ((last - first + 7) >> 3)
    for place in range(first, last):
        at = place - first
        freqs[place] = 1
        if blob[flags + (at >> 3)] >> (7 - (at & 7)) & 1:
            freqs[place] = blob[high]
            high += 1


@compiled((U1, I8, I8))
def decode(blob: Any, starts: Any, stops: Any) -> Any:
    """Return documents, frequencies and counts of the lists in these bytes; see ``codec.lists``."""
    counts = np.empty(len(starts), np.int64)
    for number in range(len(starts)):
        counts[number] = _count(blob, starts[number], stops[number])
    total = counts.sum()
    docs, freqs = np.empty(total, np.int32), np.empty(total, np.int32)
    first = 0
    for number in range(len(starts)):
        start, last = starts[number], first + counts[number]
        if blob[start] == _PACKED:
            _unpack(blob, start, first, last, docs, freqs)
        else:
            gap, freq = np.int64(blob[start]) & 15, np.int64(blob[start]) >> 4
            at, doc = start + 1, 0
            for place in range(first, last):
                doc += number_at(blob, at, gap)
                docs[place] = doc
                at += gap
            for place in range(first, last):
                freqs[place] = number_at(blob, at, freq) if freq else 1
                at += freq
        first = last
    return docs, freqs, counts


@inlined
def _idf(documents: Any, matching: Any) -> Any:
    documents = max(documents, matching)
    return math.log(1.0 + (documents - matching + 0.5) / (matching + 0.5))


@compiled((I4, I4, I8, I8, I8, F4, B1, F4, F4, F4, F4, I8, REAL, REAL, REAL, INTEGER))
def score_word(
    docs: Any,
    freqs: Any,
    counts: Any,
    fields: Any,
    languages: Any,
    forms: Any,
    exact: Any,
    first_lengths: Any,
    second_lengths: Any,
    norms: Any,
    weights: Any,
    documents: Any,
    k1: float,
    share: float,
    idf: float,
    size: int,
) -> Any:
    """Return the documents of a word, their scores, and its idf in each language.

    Of each list: ``counts`` postings, field, language, what an occurrence counts by the form
    (``forms``), whether it is ``exact``. ``norms`` are, language after language and field after
    field, what a length is multiplied by and what is added; ``weights`` are those of the fields;
    ``documents`` how many each language has. A positive ``idf`` is that of every language. See
    ``search.scoring.bm25`` for the formulas.
    """
    many = len(documents)
    idfs = np.zeros(many, np.float64)
    # Of each document two sums side by side: of all that leads to the word, and of the word typed.
    sums = np.empty(2 * size, np.float32)
    all_exact = True
    for number in range(len(counts)):
        all_exact &= forms[number] == (1.0 if exact[number] else 0.0)
    one, nothing = np.uint64(1), np.float32(0.0)
    limit, more = np.float32(k1), np.float32(share)
    found, best = np.empty(0, np.int32), np.empty(0, np.float32)
    for language in range(many):
        marks = np.zeros((size + 63) >> 6, np.uint64)
        here = typed = first = 0
        for number in range(len(counts)):
            last = first + counts[number]
            if languages[number] != language:
                first = last
                continue
            field = fields[number]
            lengths = second_lengths if field else first_lengths
            at = 2 * (len(weights) * language + field)
            scale, shift = norms[at], norms[at + 1]
            weight, form, is_exact = weights[field], forms[number], exact[number]
            for at in range(first, last):
                doc = np.int64(docs[at])
                worth = np.float32(freqs[at]) * weight / (lengths[doc] * scale + shift)
                bit = one << np.uint64(doc & 63)
                if not marks[doc >> 6] & bit:
                    marks[doc >> 6] |= bit
                    sums[2 * doc] = sums[2 * doc + 1] = nothing
                    here += 1
                sums[2 * doc] += worth * form
                if is_exact:
                    typed += sums[2 * doc + 1] == nothing
                    sums[2 * doc + 1] += worth
            first = last
        idfs[language] = idf if idf > 0.0 else _idf(documents[language], here)
        rarity = np.float32(idfs[language] * (k1 + 1.0))
        typed_rarity = np.float32(_idf(documents[language], typed) * (k1 + 1.0))
        mine = listed(marks, here)
        scores = np.empty(len(mine), np.float32)
        for at in range(len(mine)):
            total, literal = sums[2 * mine[at]], sums[2 * mine[at] + 1]
            score = total * rarity / (total + limit)
            if all_exact:
                score *= np.float32(1.0 + share)
            elif share and literal > nothing:
                score += more * (literal * typed_rarity / (literal + limit))
            scores[at] = score
        # Where a document has the word in several languages, the one that scores best counts.
        found, best = united(found, best, mine, scores, True) if language else (mine, scores)
    return found, best, idfs
