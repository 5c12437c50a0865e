"""Words to terms: under which terms of which fields the posting list of a word is found.

There is one posting list for each word of each language in each part of the documents. A word as
written, without its accents, is a term of ``title`` or ``body``; each of its forms (see
``Analyzer.forms``) is a term of the field of its analyzer. Terms that several words lead to are the
sum of their lists, so nothing is stored twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.analysis.tokenizer import word_token
from index.codec.dictionary import Term
from index.schema import PARTS, fit


class Vocabulary(NamedTuple):
    """The terms of a segment, sorted, and the posting lists of each behind one another.

    ``rank`` is the place of each list that was given; lists stand in the order of what is
    written, so that those of words with a common beginning stand together.
    """

    rank: NDArray[np.int64]
    terms: list[Term]
    counts: NDArray[np.int64]
    lists: NDArray[np.int64]


class _Analysed(NamedTuple):
    """A word: as it is sorted, and its terms."""

    order: bytes
    written: bytes
    suffix: str
    forms: tuple[str, ...]


def vocabulary(keys: Sequence[str], lists: NDArray[np.integer]) -> Vocabulary:
    """Return the terms of words by their keys (see ``index.tokens``).

    ``lists`` are the numbers of posting lists: of word ``w`` in part ``p`` of ``PARTS``,
    ``w * len(PARTS) + p``.
    """
    words, parts = np.divmod(lists, len(PARTS))
    analysed = {word: _analysed(keys[word]) for word in np.unique(words).tolist()}
    order = sorted(analysed, key=lambda word: analysed[word].order)
    place = np.empty(len(keys), np.int64)
    place[order] = np.arange(len(order))
    sequence = np.lexsort((place[words], parts))
    rank = np.empty(len(lists), np.int64)
    rank[sequence] = np.arange(len(lists))
    found: dict[Term, list[int]] = defaultdict(list)
    pairs = zip(words[sequence].tolist(), parts[sequence].tolist(), strict=True)
    for number, (word, part) in enumerate(pairs):
        for term in _terms(analysed[word], PARTS[part]):
            found[term].append(number)
    terms = sorted(found)
    members = [found[term] for term in terms]
    counts = np.fromiter(map(len, members), np.int64, len(members))
    flat = (number for each in members for number in each)
    return Vocabulary(rank, terms, counts, np.fromiter(flat, np.int64, int(counts.sum())))


def _analysed(key: str) -> _Analysed:
    suffix, _, written = key.partition("\0")
    elided = written.endswith("'")
    token = word_token(written.removesuffix("'"))
    folded = fit(token.folded).encode("utf-8", "replace")
    order = b"\0".join((folded, written.encode("utf-8", "replace"), suffix.encode()))
    forms = () if elided else analyzer(suffix).forms(token)
    return _Analysed(order, folded, suffix, tuple(dict.fromkeys(map(fit, forms))))


def _terms(word: _Analysed, part: str) -> Iterator[Term]:
    if word.written:
        yield Term(part, word.written)
    field = f"{part}_{word.suffix}"
    for form in word.forms:
        if form:
            yield Term(field, form.encode("utf-8", "replace"))
