"""Words to terms: under which terms of which fields the posting list of a word is found.

There is one posting list for each word of each language in each part of the documents. A word as
written, without its accents, is a term of ``title`` or ``body``; each of its forms (see
``Analyzer.forms``) is a term of the field of its analyzer. Terms that several words lead to are the
sum of their lists, so nothing is stored twice.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.analysis.tokenizer import word_token
from index.schema import PARTS, fit


class Vocabulary(NamedTuple):
    """The terms of a segment by field, sorted, and the posting lists of each, term after term.

    ``rank`` is the place of each list that was given; lists stand in the order of what is
    written, so that those of words with a common beginning stand together.
    """

    rank: NDArray[np.int64]
    fields: dict[str, list[bytes]]
    counts: NDArray[np.int64]
    lists: NDArray[np.int64]


class _Word(NamedTuple):
    """A word: how it is sorted, and its terms."""

    order: bytes
    written: bytes
    suffix: str
    forms: list[bytes]


def vocabulary(keys: Sequence[str], lists: NDArray[np.integer[Any]]) -> Vocabulary:
    """Return the terms of words by their keys (see ``index.tokens``).

    ``lists`` are the numbers of posting lists: of word ``w`` in part ``p`` of ``PARTS``,
    ``w * len(PARTS) + p``.
    """
    numbers, parts = np.divmod(lists, len(PARTS))
    words = {number: _word(keys[number]) for number in np.unique(numbers).tolist()}
    order = sorted(words, key=lambda number: words[number].order)
    place = np.empty(len(keys), np.int64)
    place[order] = np.arange(len(order))
    sequence = np.lexsort((place[numbers], parts))
    rank = np.empty(len(lists), np.int64)
    rank[sequence] = np.arange(len(lists))
    fields: dict[str, dict[bytes, list[int]]] = {}
    pairs = zip(numbers[sequence].tolist(), parts[sequence].tolist(), strict=True)
    for at, (number, part) in enumerate(pairs):
        word = words[number]
        if word.written:
            _add(fields, PARTS[part], word.written, at)
        for form in word.forms:
            _add(fields, f"{PARTS[part]}_{word.suffix}", form, at)
    terms = {field: sorted(fields[field]) for field in sorted(fields)}
    members = [fields[field][term] for field, found in terms.items() for term in found]
    counts = np.fromiter(map(len, members), np.int64, len(members))
    flat = np.fromiter(chain.from_iterable(members), np.int64, int(counts.sum()))
    return Vocabulary(rank, terms, counts, flat)


def _add(fields: dict[str, dict[bytes, list[int]]], field: str, term: bytes, at: int) -> None:
    terms = fields.setdefault(field, {})
    if term in terms:
        terms[term].append(at)
    else:
        terms[term] = [at]


def _word(key: str) -> _Word:
    suffix, _, written = key.partition("\0")
    token = word_token(written.removesuffix("'"))
    folded = _bytes(token.folded)
    # Other spellings, other languages, follow one another.
    order = b"\0".join((folded, key.encode("utf-8", "replace")))
    forms = () if written.endswith("'") else analyzer(suffix).forms(token)
    return _Word(order, folded, suffix, [_bytes(form) for form in dict.fromkeys(map(fit, forms))])


def _bytes(term: str) -> bytes:
    return fit(term).encode("utf-8", "replace")
