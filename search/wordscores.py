"""The documents that have a word, in any of its forms and in every language, scored.

All posting lists that a word leads to in one language are read together, title and body, and
added up by document; see ``search.scoring`` for the formulas. What was found of a word is kept for
a while: a reader pages, sorts and chooses facets with the same words.
"""

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from index.cache import ByteCache
from index.gathering import Lists
from index.generations import Generation
from search.nodes import Word
from search.scoring import Docs, Frame, Parameters, Scores, Statistics, idf, saturated

KEPT_BYTES = 12 * 1024 * 1024


class Inflected(NamedTuple):
    """The documents of one language that have a word in any form, scored, and the word's idf."""

    docs: Docs
    scores: Scores
    weight: float


_kept: WeakKeyDictionary[Generation, ByteCache] = WeakKeyDictionary()
_lock = Lock()


def inflected(
    node: Word, suffix: str, generation: Generation, statistics: Statistics, parameters: Parameters
) -> Inflected:
    """Return the documents that have a word in the language of an analyzer."""
    with _lock:
        cache = _kept.get(generation)
        if cache is None:
            cache = _kept[generation] = ByteCache(KEPT_BYTES)
    forms = node.forms[suffix]

    def find() -> tuple[Inflected, int]:
        lists = _Lists(node.literal, forms, suffix, node.fields, generation, parameters)
        found = _scored(lists, generation, statistics, suffix, parameters)
        return found, found.docs.nbytes + found.scores.nbytes + 200

    key = (node.literal, suffix, forms, node.fields, parameters)
    kept: Inflected = cache.get(key, find)
    return kept


def lists_of(node: Word, suffix: str, field: str, generation: Generation) -> Lists:
    """Return the posting lists of a word in ``title`` or ``body`` in a language, in any form."""
    found = [
        generation.gathering.lists(f"{field}_{suffix}", form) for form in node.forms.get(suffix, ())
    ]
    if len(found) == 1:
        return found[0]
    return tuple(
        np.array(list(dict.fromkeys(np.concatenate(each).tolist())), np.uint32)
        for each in zip(*found, strict=True)
    )


class _Lists:
    """The posting lists of a word in one language, field after field in each segment.

    ``form`` is what an occurrence counts by the form that leads to it, ``exact`` whether it is the
    word as typed, ``field`` the number of its field; all in the order of ``Gathered``.
    """

    def __init__(
        self,
        literal: str,
        forms: Sequence[str],
        suffix: str,
        fields: Sequence[str],
        generation: Generation,
        parameters: Parameters,
    ) -> None:
        gathering = generation.gathering
        per_field = []
        for field in fields:
            found = [gathering.lists(f"{field}_{suffix}", form) for form in forms]
            per_field.append((found, gathering.lists(field, literal)))
        numbers: list[NDArray[np.uint32]] = []
        form: list[float] = []
        exact: list[bool] = []
        field_of: list[int] = []
        for segment in range(len(per_field[0][1])):
            mine: list[int] = []
            for field_number, (found, literals) in enumerate(per_field):
                values: dict[int, float] = {}
                for rank, lists in enumerate(found):
                    for number in lists[segment].tolist():
                        values.setdefault(number, parameters.inexact if rank else 1.0)
                written = set(literals[segment].tolist())
                mine += values
                form += values.values()
                exact += [number in written for number in values]
                field_of += [field_number] * len(values)
            numbers.append(np.array(mine, np.uint32))
        self.numbers: Lists = tuple(numbers)
        self.fields = fields
        self.form = np.array(form, np.float32)
        self.exact = np.array(exact, np.bool_)
        self.field = np.array(field_of, np.int8)


def _scored(
    lists: _Lists,
    generation: Generation,
    statistics: Statistics,
    suffix: str,
    parameters: Parameters,
) -> Inflected:
    docs, freqs, counts = generation.gathering.postings(lists.numbers)
    frame = statistics.frame(suffix)
    worth = np.empty(len(docs), np.float32)
    for number, field in enumerate(lists.fields):
        of_field = lists.field == number
        whole = bool(of_field.all())
        where = slice(None) if whole else np.flatnonzero(np.repeat(of_field, counts))
        length = statistics.lengths[field][docs[where]]
        b = parameters.b(field)
        norm = length * np.float32(b / frame.mean_lengths[field]) + np.float32(1.0 - b)
        worth[where] = freqs[where] * np.float32(parameters.weight(field)) / norm
    total = Sum(docs, len(counts) == 1, generation.size)
    form = np.repeat(lists.form, counts) if (lists.form != 1.0).any() else np.float32(1.0)
    weight = idf(frame, len(total.docs))
    scores = saturated(total.of(worth * form), weight, parameters)
    if parameters.exact and lists.exact.any():
        if lists.exact.all():
            literal = total.of(worth)
        else:
            literal = total.of(worth * np.repeat(lists.exact, counts))
        exact = idf(frame, int(np.count_nonzero(literal)))
        scores += np.float32(parameters.exact) * saturated(literal, exact, parameters)
    return Inflected(total.docs, scores, weight)


class Sum:
    """Adds up, by document, what postings of several lists are worth; ``docs`` are ascending.

    ``size`` is above every document; of a ``single`` list there is nothing to add.
    """

    def __init__(self, docs: Docs, single: bool, size: int) -> None:
        self._given, self._size = docs, size
        self._single = single
        self._order: NDArray[np.intp] | None = None
        if single:
            self.docs = docs
        elif 16 * len(docs) > size:
            present = np.zeros(size, np.bool_)
            present[docs] = True
            self.docs = np.flatnonzero(present).astype(np.int32)
        else:
            self._order = np.argsort(docs, kind="stable")
            ordered = docs[self._order]
            first = np.ones(len(docs), np.bool_)
            np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
            self._starts = np.flatnonzero(first)
            self.docs = ordered[self._starts]

    def of(self, worth: Scores) -> Scores:
        """Return the sum of each document."""
        if self._single or not len(self.docs):
            return worth
        if self._order is not None:
            added: Scores = np.add.reduceat(worth[self._order], self._starts)
            return added
        everywhere = np.bincount(self._given, worth, self._size)
        return everywhere[self.docs].astype(np.float32)


__all__ = ["Frame", "Inflected", "Sum", "inflected", "lists_of"]
