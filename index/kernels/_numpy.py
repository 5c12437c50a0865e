"""The kernels in NumPy."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import (
    SECOND_PART,
    Keys,
    document_keys,
    documents_of,
    extreme_bound,
    most_counted,
    places,
    smallest,
    starts_of,
    sum_over,
)

Docs = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Scores = NDArray[np.float32]
Numbers = NDArray[np.integer[Any]]
Postings = tuple[Docs, NDArray[Any], NDArray[np.int64]]

# Posting lists

_PACKED = 255
_FEW_LISTS = 32
"""Lists that are decoded faster one by one than together."""


def decode_postings(blob: Bytes, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Postings:
    """Decode posting lists; list ``i`` is ``blob[starts[i]:stops[i]]``.

    Returns documents and frequencies, list after list, and the number of postings of each
    list. ``index.store.postings`` describes the format.
    """
    if len(starts) <= _FEW_LISTS:
        return _one_by_one(blob, starts, stops)
    packed = blob[starts] == _PACKED
    if not packed.any():
        return _decode_plain(blob, starts, stops)
    docs, freqs, counts = _decode_plain(blob, starts[~packed], stops[~packed])
    alone = _one_by_one(blob, starts[packed], stops[packed])
    every = np.empty(len(starts), np.int64)
    every[~packed], every[packed] = counts, alone[2]
    begin = starts_of(every)
    all_docs, all_freqs = np.empty((2, int(every.sum())), np.int32)
    for which, part in ((~packed, (docs, freqs, counts)), (packed, alone)):
        where = places(begin[which], part[2])
        all_docs[where], all_freqs[where] = part[0], part[1]
    return all_docs, all_freqs, every


def _one_by_one(blob: Bytes, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Postings:
    bounds = zip(starts.tolist(), stops.tolist(), strict=True)
    lists = [_decode(blob[start:stop]) for start, stop in bounds]
    counts = np.array([len(docs) for docs, _ in lists], np.int64)
    if len(lists) == 1:
        return *lists[0], counts
    if not lists:
        return np.empty(0, np.int32), np.empty(0, np.uint8), counts
    docs, freqs = zip(*lists, strict=True)
    return np.concatenate(docs), np.concatenate(freqs), counts


def _decode(data: Bytes) -> tuple[Docs, NDArray[Any]]:
    """Decode one list."""
    code = data.item(0)
    if code == _PACKED:
        return _decode_packed(data)
    gap_width, freq_width = code & 15, code >> 4
    count = (len(data) - 1) // (gap_width + freq_width)
    split = 1 + count * gap_width
    docs = _as_integers(data[1:split], gap_width).cumsum(dtype=np.int32)
    freqs = _as_integers(data[split:], freq_width) if freq_width else np.ones(count, np.uint8)
    return docs, freqs


def _decode_packed(data: Bytes) -> tuple[Docs, NDArray[Any]]:
    count, size = data[1:9].view("<u4").tolist()
    steps, flags_end = data[9 : 9 + size], 9 + size + -(-count // 8)
    docs = steps.cumsum(dtype=np.int32)
    if size > count:
        docs = docs[steps != 255]
    freqs = np.ones(count, np.uint8)
    # Where many are flagged, a mask takes several times as long as their places.
    flags = np.unpackbits(data[9 + size : flags_end], count=count)
    freqs[flags.view(np.bool_).nonzero()[0]] = data[flags_end:]
    return docs, freqs


def _as_integers(data: Bytes, width: int) -> NDArray[Any]:
    return data if width == 1 else data.view(f"<u{width}")


def _decode_plain(blob: Bytes, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Postings:
    """Decode lists that are not packed, all together."""
    if not len(starts):
        return _one_by_one(blob, starts, stops)
    codes = blob[starts]
    gap_width, freq_width = (codes & 15).astype(np.int64), (codes >> 4).astype(np.int64)
    counts: NDArray[np.int64] = (stops - starts - 1) // (gap_width + freq_width)
    gaps = _gather(blob, starts + 1, gap_width, counts, 0)
    freqs = _gather(blob, starts + 1 + counts * gap_width, freq_width, counts, 1)
    docs = np.cumsum(gaps)
    first = starts_of(counts)
    docs -= np.repeat(docs[first] - gaps[first], counts)
    return docs.astype(np.int32), freqs.astype(np.int32), counts


def _gather(
    blob: Bytes, base: Numbers, width: Numbers, counts: Numbers, absent: int
) -> NDArray[np.int64]:
    """Read ``counts`` integers of each list, ``width`` bytes each; ``absent`` where that is 0."""
    found = np.full(int(counts.sum()), absent, np.int64)
    starts = starts_of(counts)
    for size in (1, 2, 4):
        which = np.flatnonzero(width == size)
        if not which.size:
            continue
        number = counts[which]
        where = np.repeat(base[which] - size * starts_of(number), number)
        where += size * np.arange(len(where))
        values = blob[where].astype(np.int64)
        for byte in range(1, size):
            values |= blob[where + byte].astype(np.int64) << 8 * byte
        if which.size == len(width):
            return values
        found[places(starts[which], number)] = values
    return found


# Positions


def position_starts(
    widths: Bytes,
    docs: Docs,
    freqs: NDArray[Any],
    counts: NDArray[np.int64],
    starts: NDArray[Any],
) -> NDArray[Any]:
    """Return the byte at which the positions of each posting begin, in the type of ``starts``.

    ``docs``, ``freqs`` and ``counts`` are those of ``decode_postings``; ``starts`` is where the
    positions of each list begin, ``widths`` the bytes of a position in each document.
    """
    # As narrow as can be: this is done for every posting, to find the positions of a few.
    kind = starts.dtype
    sizes = np.multiply(widths.take(docs), freqs, dtype=kind, casting="unsafe")
    begin: NDArray[Any] = sizes.cumsum(dtype=kind)
    begin -= sizes
    begin += (starts - begin.take(starts_of(counts), mode="clip")).repeat(counts)
    return begin


def position_keys(
    docs: Docs,
    word_docs: Docs,
    freqs: NDArray[Any],
    starts: NDArray[Any],
    bounds: NDArray[np.int64],
    first: int,
    blob: Bytes,
    widths: Bytes,
    base: int,
) -> Keys:
    """Return the position keys of a word in ascending ``docs``, ascending.

    List ``i`` of the word is ``bounds[i]:bounds[i + 1]`` of ``word_docs``, ``freqs`` and
    ``starts`` (see ``position_starts``); the first ``first`` lists are of the first part, the
    others of the second. ``base`` is added to document numbers.
    """
    wanted = np.zeros(int(docs[-1]) + 2 if len(docs) else 1, np.bool_)
    wanted[docs] = True
    which = wanted.take(word_docs, mode="clip").nonzero()[0]
    found, freqs, starts = word_docs.take(which), freqs.take(which), starts.take(which)
    keys = document_keys(found).repeat(freqs)
    if base:
        keys += base << 32
    width = widths.take(found)
    widest = int(width.max(initial=1))
    ends = freqs.cumsum(dtype=np.int64)
    where = np.arange(len(keys))
    if widest == 1:
        where += (starts - (ends - freqs)).repeat(freqs)
        keys |= blob.take(where)
    else:
        width = width.astype(np.int64)
        widths = width.repeat(freqs)
        where *= widths
        where += (starts - width * (ends - freqs)).repeat(freqs)
        keys |= blob.take(where)
        for byte in range(1, widest):
            wide = (widths > byte).nonzero()[0]
            keys[wide] |= blob.take(where.take(wide) + byte).astype(np.int64) << 8 * byte
    of_first = int(which.searchsorted(bounds[first]))
    keys[int(ends[of_first - 1]) if of_first else 0 :] |= SECOND_PART
    keys.sort(kind="stable")  # fastest where a few lists are in order already
    return keys


def proximity(
    keys: Keys, others: Keys, docs: Docs, window: int, first_weight: float, second_weight: float
) -> Scores:
    """Return, for each of ``docs``, the sum of weight / distance over the keys in it.

    The distance is that to the nearest of ``others``, at least 1; keys further away than
    ``window`` count nothing. The weight is that of the part the key is in.
    """
    if not len(keys) or not len(others):
        return np.zeros(len(docs), np.float32)
    after = others.searchsorted(keys)
    distance = np.abs(others.take(after, mode="clip") - keys)
    after -= 1
    np.minimum(distance, np.abs(keys - others.take(after, mode="clip")), out=distance)
    # Keys of another document, or of its other part, are far away.
    near = (distance <= window).nonzero()[0]
    keys, distance = keys.take(near), np.maximum(distance.take(near), 1)
    weight = np.where(keys & SECOND_PART, second_weight, first_weight)
    owner = docs.searchsorted(documents_of(keys))
    return np.bincount(owner, weight / distance, len(docs)).astype(np.float32)


# Scores


def score_word(
    docs: Docs,
    freqs: NDArray[Any],
    counts: NDArray[np.int64],
    fields: NDArray[np.int64],
    languages: NDArray[np.int64],
    form_weights: Scores,
    exact: NDArray[np.bool_],
    first_lengths: Scores,
    second_lengths: Scores,
    norms: Scores,
    field_weights: Scores,
    documents: int,
    k1: float,
    exact_weight: float,
    idf: float,
    size: int,
) -> tuple[Docs, Scores, float]:
    """Score the postings of a word by BM25F; see ``search.scoring.bm25`` for the formulas.

    ``docs``, ``freqs`` and ``counts`` are postings, list after list. Each list has a field (0
    or 1), a language (0, 1, ...), the weight of its form, and whether its form is the exact
    word. ``norms`` holds, language after language and field after field, the factor of a
    length and what is added to it; ``documents`` is how many there are in all. A positive ``idf``
    is used instead of that of the documents found. ``size`` is above all document numbers.

    Returns the documents, ascending, the score of each in the language in which it scores
    best, and the idf of the word.
    """
    lengths = first_lengths, second_lengths
    factors = norms.reshape(-1, len(field_weights), 2)
    changes = (fields[1:] != fields[:-1]) | (languages[1:] != languages[:-1])
    edges = [0, *(changes.nonzero()[0] + 1).tolist(), len(counts)]
    runs = [slice(*edge) for edge in pairwise(edges)]
    ends = counts.cumsum()

    def weigh(language: int) -> tuple[Docs, Scores, Scores | None]:
        """Return documents, the frequency of all forms, and that of the exact word."""
        own = [run for run in runs if languages[run.start] == language]
        parts: list[NDArray[np.intp]] = []
        frequencies: list[Scores] = []
        for run in own:
            field = fields[run.start]
            postings = slice(ends[run.start] - counts[run.start], ends[run.stop - 1])
            parts.append(docs[postings].astype(np.intp))
            norm = lengths[field].take(parts[-1])
            norm *= factors[language, field, 0]
            norm += factors[language, field, 1]
            frequency: Scores = np.multiply(freqs[postings], field_weights[field], dtype=np.float32)
            frequency /= norm
            frequencies.append(frequency)
        # The postings of one list are ascending.
        sums = sum_over(parts, size, ascending=all(run.stop - run.start == 1 for run in own))

        def total(weights: NDArray[Any]) -> Scores:
            if (weights == 1.0).all():
                return sums.of(frequencies)
            of_runs = [weights[run].repeat(counts[run]) for run in own]
            return sums.of([a * b for a, b in zip(frequencies, of_runs, strict=True)])

        typed = total(exact) if exact_weight and not only_exact and exact.any() else None
        return sums.docs, total(form_weights), typed

    def saturated(frequency: Scores, idf: float) -> Scores:
        scores: Scores = frequency * np.float32(idf * (k1 + 1.0))
        scores /= frequency + np.float32(k1)
        return scores

    only_exact = bool((form_weights == exact).all())  # nobody writes the word otherwise
    weighed = [weigh(language) for language in range(len(factors))]
    idf = idf or _idf(documents, _count([docs for docs, *_ in weighed], size))
    typed_in = [docs[typed > 0] for docs, _, typed in weighed if typed is not None]
    typed_idf = _idf(documents, _count(typed_in, size))
    results = []
    for found, frequency, typed in weighed:
        scores = saturated(frequency, idf)
        if only_exact:
            scores *= np.float32(1.0 + exact_weight)
        elif typed is not None:
            scores += np.float32(exact_weight) * saturated(typed, typed_idf)
        results.append((found, scores))
    # Where a document has the word in several languages, the one that scores best counts.
    united = results[0] if len(results) == 1 else unite(results, maximum=True)
    return *united, idf


def _count(parts: Sequence[Docs], size: int) -> int:
    """Return how many documents there are in parts that may overlap."""
    return len(sum_over(parts, size, ascending=True).docs) if parts else 0


def _idf(documents: int, matching: int) -> float:
    documents = max(documents, matching)
    return math.log(1.0 + (documents - matching + 0.5) / (matching + 0.5))


def unite(parts: Sequence[tuple[Docs, Scores]], maximum: bool) -> tuple[Docs, Scores]:
    """Return the indices of the ``count`` highest scores, highest first.

    Equal scores come by ascending rank; ``ranks`` has the rank of every document.
    """
    end = max(int(docs[-1]) if len(docs) else 0 for docs, _ in parts) + 1
    total = sum_over([docs for docs, _ in parts], end, ascending=True)
    scores = total.of([scores for _, scores in parts], np.maximum if maximum else np.add)
    return total.docs, scores


def top_documents(
    scores: Scores, docs: Docs, ranks: NDArray[np.int32], count: int
) -> NDArray[np.intp]:
    """Return the indices of the ``count`` highest scores, highest first.

    Equal scores come by ascending rank; ``ranks`` has the rank of every document.
    """
    if count <= 0 or not len(scores):
        return np.empty(0, np.intp)
    bound = extreme_bound(scores, min(count, len(scores)), np.maximum)
    if scores[0] == bound == scores.max() == scores.min():
        return smallest(ranks.take(docs), count)
    found = (scores >= bound).nonzero()[0]
    if len(found) > _TIED * count:
        found = _without_most_ties(scores, found, docs, ranks, count)
    order = np.lexsort((ranks.take(docs.take(found)), -scores.take(found)))[:count]
    top: NDArray[np.intp] = found[order]
    return top


_TIED = 8
"""Candidates for each document asked for, from which on those of equal score are cut first."""


def _without_most_ties(
    scores: Scores, found: NDArray[np.intp], docs: Docs, ranks: NDArray[np.int32], count: int
) -> NDArray[np.intp]:
    """Drop candidates that cannot be among the first where many scores are equal."""
    candidates = scores[found]
    last = candidates.max()
    if np.count_nonzero(candidates == last) < count:
        last = np.partition(candidates, len(found) - count)[len(found) - count]
    tied = found[candidates == last]
    tied = tied[smallest(ranks.take(docs.take(tied)), count)]
    return np.concatenate([found[candidates > last], tied])


# Facets

_MORE_PER_DOCUMENT = 4
"""Values outside the cells for each document, from which on it is asked which have any."""
_SEARCH_COST = 32
"""Values outside the cells that are read in the time of searching for one document."""
_MANY_CELLS = 100_000
"""Cells of one byte from which on counting them two by two is faster."""
_COMPARE_START, _COMPARE_RATE = 12_000, 21
"""Cells in whose time a comparison begins; cells compared while one is counted."""


def count_ordinals(
    cells: NDArray[np.unsignedinteger],
    slots: int,
    values: int,
    more_docs: Docs,
    more_ordinals: NDArray[np.int32],
    docs: NDArray[np.intp],
) -> NDArray[np.int64]:
    """Count the documents that have each ordinal; behind these, those that have none.

    ``docs`` ascend. ``index.store.doc_values`` describes cells and slots.
    """
    rows = cells.view(f"<u{cells.itemsize * slots}")
    chosen = rows.take(docs).view(cells.dtype)
    counts = _count_cells(chosen, slots, values)
    if len(more_docs):
        if len(docs) < len(more_docs) // _MORE_PER_DOCUMENT:
            # Only a document whose last cell is taken may have more.
            docs = docs[chosen[slots - 1 :: slots] < values]
        if _SEARCH_COST * len(docs) < len(more_docs):
            narrow = docs.astype(np.int32)
            first = more_docs.searchsorted(narrow)
            more = more_ordinals[places(first, more_docs.searchsorted(narrow, "right") - first)]
        else:
            asked = np.zeros(len(rows), np.bool_)
            asked[docs] = True
            more = more_ordinals.take(asked.take(more_docs).nonzero()[0])
        counts[:values] += np.bincount(more, minlength=values)
    return counts


def _count_cells(cells: NDArray[np.unsignedinteger], slots: int, values: int) -> NDArray[np.int64]:
    counted = values + 1
    if counted * (_COMPARE_START + len(cells)) < _COMPARE_RATE * len(cells):
        return np.array([np.count_nonzero(cells == ordinal) for ordinal in range(counted)])
    if cells.itemsize == 1 and slots > 1 and len(cells) > _MANY_CELLS:
        pairs = np.bincount(cells.view(np.uint16), minlength=1 << 16).reshape(256, 256)
        counts: NDArray[np.int64] = pairs.sum(axis=0) + pairs.sum(axis=1)
        return counts[:counted]
    return np.bincount(cells, minlength=values + slots)[:counted]


def top_ordinals(
    counts: NDArray[np.int64], ranks: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    """Return at most ``size`` ordinals with a count: highest count first, then by rank."""
    present = most_counted(counts, size)
    order = np.lexsort((ranks.take(present), -counts.take(present)))
    top: NDArray[np.int64] = present[order[:size]]
    return top
