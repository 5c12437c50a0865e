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
    written, so that those of words with a common beginning stand together. ``written`` is the
    word of each list, with its accents, and ``stops`` whether it is a stop word.
    """

    rank: NDArray[np.int64]
    fields: dict[str, list[bytes]]
    counts: NDArray[np.int64]
    lists: NDArray[np.int64]
    written: list[str]
    stops: NDArray[np.bool_]

    def lists_of(self, field: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how many lists each term of a field has, and the lists, term after term."""
        first = sum(len(terms) for name, terms in self.fields.items() if name < field)
        last = first + len(self.fields.get(field, ()))
        start, size = self.counts[:first].sum(), self.counts[first:last].sum()
        return self.counts[first:last], self.lists[start : start + size]


class _Word(NamedTuple):
    """A word: how it is sorted, its terms, and whether it is a stop word."""

    order: bytes
    normal: str
    written: bytes
    suffix: str
    forms: list[bytes]
    stop: bool


def vocabulary(keys: Sequence[str], lists: NDArray[np.integer[Any]]) -> Vocabulary:
    """Return the terms of words by their keys (see ``index.tokens``).

    ``lists`` are the numbers of posting lists: of word ``w`` in part ``p`` of ``PARTS``,
    ``w * len(PARTS) + p``.
    """
    numbers, parts = np.divmod(lists, len(PARTS))
    words = _words(keys, np.unique(numbers).tolist())
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
            _add(fields.setdefault(PARTS[part], {}), word.written, at)
        if word.forms:
            terms_of = fields.setdefault(f"{PARTS[part]}_{word.suffix}", {})
            for form in word.forms:
                _add(terms_of, form, at)
    terms = {field: sorted(fields[field]) for field in sorted(fields)}
    members = [fields[field][term] for field, found in terms.items() for term in found]
    counts = np.fromiter(map(len, members), np.int64, len(members))
    flat = np.fromiter(chain.from_iterable(members), np.int64, int(counts.sum()))
    of_list = [words[number] for number in numbers[sequence].tolist()]
    stops = np.fromiter((word.stop for word in of_list), np.bool_, len(of_list))
    return Vocabulary(rank, terms, counts, flat, [word.normal for word in of_list], stops)


def _add(terms: dict[bytes, list[int]], term: bytes, at: int) -> None:
    if term in terms:
        terms[term].append(at)
    else:
        terms[term] = [at]


def _words(keys: Sequence[str], numbers: Sequence[int]) -> dict[int, _Word]:
    """Analyse words by their numbers, those of one analyzer together."""
    by_suffix: dict[str, list[tuple[int, str]]] = {}
    words: dict[int, _Word] = {}
    for number in numbers:
        suffix, _, written = keys[number].partition("\0")
        if written.endswith("'"):
            words[number] = _word(keys[number], suffix, written[:-1], ())
        else:
            by_suffix.setdefault(suffix, []).append((number, written))
    for suffix, mine in by_suffix.items():
        forms = analyzer(suffix).forms_of([written for _, written in mine])
        for (number, written), each in zip(mine, forms, strict=True):
            words[number] = _word(keys[number], suffix, written, each)
    return words


def _word(key: str, suffix: str, written: str, forms: tuple[str, ...]) -> _Word:
    plain = written.isascii() and "-" not in written
    folded = _bytes(written if plain else word_token(written).folded)
    # Other spellings, other languages, follow one another.
    order = b"\0".join((folded, key.encode("utf-8", "replace")))
    return _Word(order, written, folded, suffix, [*dict.fromkeys(map(_bytes, forms))], not forms)


def _bytes(term: str) -> bytes:
    return fit(term).encode("utf-8", "replace")
