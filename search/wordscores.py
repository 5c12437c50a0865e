"""The documents that have a word, in any of its forms and in every language, scored.

All posting lists that a word leads to in one language are read together, title and body, and
added up by document; see ``search.scoring`` for the formulas. What was found of a word is kept for
a while: a reader pages, sorts and chooses facets with the same words.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from index.cache import ByteCache
from index.gathering import Lists
from index.generations import Generation
from index.sums import sum_over
from search.nodes import Word
from search.occurrences import NO_DOCS, NO_SCORES, either
from search.scoring import Docs, Frame, Parameters, Scores, Statistics, idf, saturated, weighted


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

    def kept(self, key: Hashable, make: Callable[[], tuple[Any, int | None]]) -> Any:
        """Return what is kept beside words, or what ``make`` makes; see ``ByteCache``."""
        return self._kept.get(key, make)

    def _find(self, node: Word) -> Found:
        generation = self._generation()
        if generation is None:
            raise RuntimeError("the generation has been let go of")
        statistics, parameters = self._statistics, self._parameters
        lists_of = generation.gathering.lists
        written = [lists_of(field, node.literal) for field in node.fields]
        found: list[_Postings] = []
        for suffix, forms in node.forms.items():
            led_to = [
                [lists_of(f"{field}_{suffix}", form) for form in forms] for field in node.fields
            ]
            if any(map(len, chain(*chain(*led_to)))):
                lists = _Lists(node.fields, led_to, written, parameters)
                found.append(_postings(lists, suffix, generation, statistics, parameters))
        if not found:
            return Found(NO_DOCS, NO_SCORES, {}, {})
        # Only those in whose language fewer have the word are looked up in the others.
        found.sort(key=lambda postings: len(postings.docs))
        docs, scores, idfs = _scored(found, parameters, generation.size)
        weights = {each.suffix: weight for each, weight in zip(found, idfs, strict=True)}
        by_field = {
            field: _joined([each.lists.of_field(number) for each in found])
            for number, field in enumerate(node.fields)
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
    return tuple(np.concatenate(each) for each in zip(*lists, strict=True))


class _Lists:
    """The posting lists of a word in one language, field after field in each segment.

    ``form`` is what an occurrence counts by the form that leads to it, ``exact`` whether it is the
    word as typed, ``field`` the number of its field; all in the order of ``Gathered``.
    """

    def __init__(
        self,
        fields: Sequence[str],
        led_to: Sequence[Sequence[Lists]],
        written: Sequence[Lists],
        parameters: Parameters,
    ) -> None:
        """Combine, for each field, the lists of each form and those of the word as typed."""
        numbers: list[NDArray[np.uint32]] = []
        form: list[float] = []
        exact: list[bool] = []
        field_of: list[int] = []
        for segment in range(len(written[0])):
            mine: list[int] = []
            for field_number, found in enumerate(led_to):
                values: dict[int, float] = {}
                for rank, lists in enumerate(found):
                    for number in lists[segment].tolist():
                        values.setdefault(number, parameters.inexact if rank else 1.0)
                as_typed = set(written[field_number][segment].tolist())
                mine += values
                form += values.values()
                exact += [number in as_typed for number in values]
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

    def stretches(self, counts: NDArray[np.int64]) -> Iterator[tuple[str, slice]]:
        """Yield fields and which postings are theirs, ``counts`` being those of each list."""
        ends = np.cumsum(counts).tolist()
        last = np.append(np.flatnonzero(np.diff(self.field)), len(ends) - 1).tolist()
        begin = 0
        for at in last:
            yield self.fields[self.field[at]], slice(begin, ends[at])
            begin = ends[at]


class _Postings(NamedTuple):
    """The postings of a word in one language: documents, list after list, and what each is worth.

    ``counts`` says how many there are in each list, ``frame`` what the word is weighed against.
    """

    suffix: str
    lists: _Lists
    docs: NDArray[np.intp]
    worth: Scores
    counts: NDArray[np.int64]
    frame: Frame

    def times(self, factors: NDArray[Any]) -> Scores:
        """Return what the postings are worth times the factor of their list."""
        return (
            self.worth if (factors == 1.0).all() else self.worth * np.repeat(factors, self.counts)
        )


def _postings(
    lists: _Lists,
    suffix: str,
    generation: Generation,
    statistics: Statistics,
    parameters: Parameters,
) -> _Postings:
    docs, freqs, counts = generation.gathering.postings(lists.numbers)
    places = docs.astype(np.intp)
    frame = statistics.frame(suffix)
    worth = np.empty(len(places), np.float32)
    for field, where in lists.stretches(counts):
        weighted(
            places[where],
            freqs[where],
            field,
            frame,
            statistics.lengths,
            parameters,
            out=worth[where],
        )
    return _Postings(suffix, lists, places, worth, counts, frame)


def _scored(
    found: Sequence[_Postings], parameters: Parameters, size: int
) -> tuple[Docs, Scores, list[float]]:
    """Return documents, their scores, and the idf of the word in each language."""
    single = len(found) == 1 and len(found[0].counts) == 1
    total = sum_over([each.docs for each in found], size, single)
    language = total.part_of()
    if language is None:
        # Where a document has the word in several languages, the one that scores best counts.
        apart = [_scored([each], parameters, size) for each in found]
        docs, scores = either([(docs, scores) for docs, scores, _ in apart], np.maximum)
        return docs, scores, [weight for _, _, (weight,) in apart]

    def weights(of: NDArray[Any]) -> list[float]:
        counts = [int(np.count_nonzero(of == number)) for number in range(len(found))]
        return [idf(each.frame, count) for each, count in zip(found, counts, strict=True)]

    def score(sums: Scores, idfs: Sequence[float]) -> Scores:
        weight = idfs[0] if len(found) == 1 else np.array(idfs, np.float32).take(language)
        return saturated(sums, weight, parameters)

    idfs = weights(language)
    sums = total.of([each.times(each.lists.form) for each in found])
    scores = score(sums, idfs)
    if all(np.array_equal(each.lists.form, each.lists.exact) for each in found):
        # Nobody writes the word otherwise.
        scores *= np.float32(1.0 + parameters.exact)
    elif parameters.exact and any(each.lists.exact.any() for each in found):
        literal = total.of([each.times(each.lists.exact) for each in found])
        exact = weights(np.where(literal > 0.0, language, len(found)))
        scores += np.float32(parameters.exact) * score(literal, exact)
    return total.docs, scores, idfs
