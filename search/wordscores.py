"""The documents that have a word, in any of its forms and in every language, scored.

All posting lists that a word leads to in one language are read together, title and body, and
added up by document; see ``search.scoring`` for the formulas. What was found of a word is kept for
a while: a reader pages, sorts and chooses facets with the same words.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from index.cache import ByteCache
from index.gathering import Lists
from index.generations import Generation
from search.nodes import Word
from search.occurrences import either
from search.scoring import Docs, Parameters, Scores, Statistics, idf, saturated


class Found(NamedTuple):
    """The documents that have a word in any form, in any language, with their scores.

    ``weights`` are the idfs of the word by analyzer, of those in whose language any document has
    it; ``lists`` are all posting lists of the word by field.
    """

    docs: Docs
    scores: Scores
    weights: Mapping[str, float]
    lists: Mapping[str, Lists]


class WordScores:
    """Finds words in one generation, with one set of parameters; safe for threads."""

    def __init__(
        self, generation: Generation, statistics: Statistics, parameters: Parameters
    ) -> None:
        # The generation keeps this, so this does not keep the generation.
        self._generation = ref(generation)
        self._statistics = statistics
        self._parameters = parameters
        self._kept = ByteCache(generation.cache_bytes)

    def find(self, node: Word) -> Found:
        """Return the documents that have a word."""

        def find() -> tuple[Found, int]:
            found = self._find(node)
            return found, found.docs.nbytes + found.scores.nbytes + 1000

        kept: Found = self._kept.get((node.literal, *node.forms.items(), node.fields), find)
        return kept

    def _find(self, node: Word) -> Found:
        generation = self._generation()
        if generation is None:
            raise RuntimeError("the generation has been let go of")
        by_suffix: dict[str, tuple[Docs, Scores, float]] = {}
        every: list[_Lists] = []
        for suffix, forms in node.forms.items():
            lists = _Lists(node.literal, forms, suffix, node.fields, generation, self._parameters)
            if len(lists.form):
                every.append(lists)
                by_suffix[suffix] = _scored(
                    lists, generation, self._statistics, suffix, self._parameters
                )
        found = [(docs, scores) for docs, scores, _ in by_suffix.values()]
        docs, scores = either(found, np.maximum)
        weights = {suffix: weight for suffix, (_, _, weight) in by_suffix.items()}
        by_field = {
            field: _joined([lists.of_field(number) for lists in every])
            for number, field in enumerate(node.fields if every else ())
        }
        return Found(docs, scores, weights, by_field)


_kept: WeakKeyDictionary[Generation, dict[Parameters, WordScores]] = WeakKeyDictionary()
_lock = Lock()


def word_scores(
    generation: Generation, statistics: Statistics, parameters: Parameters
) -> WordScores:
    """Return what finds words in a generation, with what it has kept of them."""
    with _lock:
        scores = _kept.setdefault(generation, {})
        if parameters not in scores:
            scores[parameters] = WordScores(generation, statistics, parameters)
        return scores[parameters]


def _joined(lists: Sequence[Lists]) -> Lists:
    return tuple(np.unique(np.concatenate(each)) for each in zip(*lists, strict=True))


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
        self._ends = np.cumsum([len(each) for each in numbers])
        self.fields = fields
        self.form = np.array(form, np.float32)
        self.exact = np.array(exact, np.bool_)
        self.field = np.array(field_of, np.int8)

    def of_field(self, field: int) -> Lists:
        """Return the lists of one field."""
        chosen = np.split(self.field == field, self._ends[:-1])
        return tuple(each[which] for each, which in zip(self.numbers, chosen, strict=True))


def _scored(
    lists: _Lists,
    generation: Generation,
    statistics: Statistics,
    suffix: str,
    parameters: Parameters,
) -> tuple[Docs, Scores, float]:
    """Return the documents of one language, their scores, and the idf of the word."""
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
    return total.docs, scores, weight


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
