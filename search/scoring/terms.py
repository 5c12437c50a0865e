"""The documents that have a word, in any of its forms and in every language, scored.

All posting lists that a word leads to in one language are read together, title and body, and
added up by document; see ``search.scoring.bm25`` for the formulas. What was found of a word is
kept for a while: a reader pages, sorts and chooses facets with the same words.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import sum_over
from index.inverted_index import Lists
from index.snapshot import Snapshot
from index.store import ByteCache
from search.query import WordQuery
from search.scoring.bm25 import (
    Docs,
    Parameters,
    Scores,
    SnapshotStats,
    factors,
    idf,
    saturated,
    weighted,
)
from search.scoring.postings import NO_DOCS, NO_SCORES, either


class Found(NamedTuple):
    """The documents that have a word in any form, in any language, with their scores.

    ``weights`` are the idfs of the word by analyzer, of those in whose language any document has
    it; ``lists`` are all posting lists of the word by field.
    """

    docs: Docs
    scores: Scores
    weights: Mapping[str, float]
    lists: Mapping[str, Lists]


class TermScorer:
    """Finds words in one generation, with one set of parameters; safe for threads."""

    def __init__(
        self, generation: Snapshot, statistics: SnapshotStats, parameters: Parameters
    ) -> None:
        # The generation keeps this, so this does not keep the generation.
        self._generation = ref(generation)
        self._statistics = statistics
        self._parameters = parameters
        self._kept = ByteCache(generation.cache_bytes)

    def find(self, node: WordQuery) -> Found:
        """Return the documents that have a word."""

        def find() -> tuple[Found, int]:
            found = self._find(node)
            return found, found.docs.nbytes + found.scores.nbytes + 1000

        kept: Found = self._kept.get((node.literal, *node.forms.items(), node.fields), find)
        return kept

    def kept(self, key: Hashable, make: Callable[[], tuple[Any, int | None]]) -> Any:
        """Return what is kept beside words, or what ``make`` makes; see ``ByteCache``."""
        return self._kept.get(key, make)

    def _find(self, node: WordQuery) -> Found:
        generation = self._generation()
        if generation is None:
            raise RuntimeError("the generation has been let go of")
        lists_of = generation.inverted_index.lists
        written = [lists_of(field, node.literal) for field in node.fields]
        led_to: dict[str, list[list[Lists]]] = {}
        for suffix, forms in node.forms.items():
            found = [
                [lists_of(f"{field}_{suffix}", form) for form in forms] for field in node.fields
            ]
            if any(map(len, chain(*chain(*found)))):
                led_to[suffix] = found
        if not led_to:
            return Found(NO_DOCS, NO_SCORES, {}, {})
        lists = _Lists(node.fields, tuple(led_to.values()), written, self._parameters)
        read = lists, tuple(led_to), generation, self._statistics, self._parameters
        if loops := kernels.active:
            docs, scores, weights = _scored_by_loops(loops, *read)
        else:
            docs, scores, weights = _Postings(*read).scored()
        by_field = {field: lists.of_field(number) for number, field in enumerate(node.fields)}
        return Found(docs, scores, weights, by_field)


_kept: WeakKeyDictionary[Snapshot, dict[Parameters, TermScorer]] = WeakKeyDictionary()
_lock = Lock()


def term_scorer(
    generation: Snapshot, statistics: SnapshotStats, parameters: Parameters
) -> TermScorer:
    """Return what finds words in a generation, with what it has kept of them."""
    with _lock:
        scores = _kept.setdefault(generation, {})
        if parameters not in scores:
            scores[parameters] = TermScorer(generation, statistics, parameters)
        return scores[parameters]


class _Stretch(NamedTuple):
    """Successive postings of one language in one field."""

    language: int
    field: str
    where: slice


class _Lists:
    """The posting lists of a word, segment by segment: field after field, language by language.

    ``form`` is what an occurrence counts by the form that leads to it, ``exact`` whether it is the
    word as typed, ``field`` and ``language`` are numbers; all in the order of ``Gathered``.
    """

    def __init__(
        self,
        fields: Sequence[str],
        led_to: Sequence[Sequence[Sequence[Lists]]],
        written: Sequence[Lists],
        parameters: Parameters,
    ) -> None:
        """Combine the lists of each form in each language and field with those of the word typed.

        ``written`` are the latter, by field.
        """
        numbers: list[list[int]] = []
        form: list[float] = []
        exact: list[bool] = []
        place_of: list[tuple[int, int]] = []
        for segment in range(len(written[0])):
            numbers.append([])
            for field, as_typed in enumerate(written):
                typed = set(as_typed[segment].tolist())
                for language, of_fields in enumerate(led_to):
                    values: dict[int, float] = {}
                    for rank, lists in enumerate(of_fields[field]):
                        for number in lists[segment].tolist():
                            values.setdefault(number, parameters.inexact if rank else 1.0)
                    numbers[-1] += values
                    form += values.values()
                    exact += [number in typed for number in values]
                    place_of += [(field, language)] * len(values)
        self.numbers: Lists = tuple([np.array(each, np.uint32) for each in numbers])
        self.fields = fields
        self._ends = np.cumsum(list(map(len, numbers)))
        self.form = np.array(form, np.float32)
        self.exact = np.array(exact, np.bool_)
        self.field, self.language = np.array(place_of, np.int64).T.copy()

    def of_field(self, field: int) -> Lists:
        """Return the lists of one field."""
        chosen = np.split(self.field == field, self._ends[:-1])
        return tuple(each[which] for each, which in zip(self.numbers, chosen, strict=True))

    def stretches(self, counts: NDArray[np.int64]) -> Iterator[_Stretch]:
        """Yield which postings are of which language and field; ``counts`` are those of lists."""
        ends = counts.cumsum().tolist()
        changes = (np.diff(self.field) != 0) | (np.diff(self.language) != 0)
        begin = 0
        for last in (*changes.nonzero()[0].tolist(), len(ends) - 1):
            field = self.fields[self.field[last]]
            yield _Stretch(int(self.language[last]), field, slice(begin, ends[last]))
            begin = ends[last]


def _scored_by_loops(
    loops: kernels.Kernels,
    lists: _Lists,
    suffixes: Sequence[str],
    generation: Snapshot,
    statistics: SnapshotStats,
    parameters: Parameters,
) -> tuple[Docs, Scores, dict[str, float]]:
    """Return what ``_Postings.scored`` does, by compiled loops."""
    docs, freqs, counts = generation.inverted_index.read(lists.numbers)
    frames = [statistics.frame(suffix) for suffix in suffixes]
    lengths = [statistics.lengths[field] for field in lists.fields]
    docs, scores, idfs = loops.score_word(
        docs,
        freqs.astype(np.int32, copy=False),
        counts,
        lists.field,
        lists.language,
        lists.form,
        lists.exact,
        lengths[0],
        lengths[-1],
        *factors(lists.fields, frames, parameters),
        np.array([frame.documents for frame in frames]),
        parameters.k1,
        parameters.exact,
        generation.size,
    )
    return docs, scores, dict(zip(suffixes, idfs.tolist(), strict=True))


class _Postings:
    """The postings of a word, list after list, and what each of them is worth."""

    def __init__(
        self,
        lists: _Lists,
        suffixes: Sequence[str],
        generation: Snapshot,
        statistics: SnapshotStats,
        parameters: Parameters,
    ) -> None:
        docs, freqs, self._counts = generation.inverted_index.read(lists.numbers)
        self._lists, self._suffixes, self._parameters = lists, suffixes, parameters
        self._size = generation.size
        self._docs = docs.astype(np.intp)
        self._frames = [statistics.frame(suffix) for suffix in suffixes]
        self._stretches = list(lists.stretches(self._counts))
        self._worth = np.empty(len(docs), np.float32)
        for language, field, where in self._stretches:
            weighted(
                self._docs[where],
                freqs[where],
                field,
                self._frames[language],
                statistics.lengths,
                parameters,
                out=self._worth[where],
            )

    def scored(self) -> tuple[Docs, Scores, dict[str, float]]:
        """Return documents, their scores, and the idf of the word by language."""
        many = np.bincount(self._lists.language, self._counts)
        # The documents of the last are not looked up in the others.
        languages: list[int] = many.argsort().tolist()
        together = self._together(languages)
        if together is None:
            # Where a document has the word in several languages, the one that scores best counts.
            apart = [self._together([language]) for language in languages]
            found = [each for each in apart if each is not None]
            docs, scores = either([(docs, scores) for docs, scores, _ in found], np.maximum)
            idfs = [weight for _, _, (weight,) in found]
        else:
            docs, scores, idfs = together
        named = [self._suffixes[language] for language in languages]
        return docs, scores, dict(zip(named, idfs, strict=True))

    def _together(self, languages: Sequence[int]) -> tuple[Docs, Scores, list[float]] | None:
        """Score some languages; None if a document has the word in several of them."""
        place = {language: number for number, language in enumerate(languages)}
        parts = [each for each in self._stretches if each.language in place]
        parts.sort(key=lambda each: place[each.language])
        docs = [self._docs[where] for _, _, where in parts]
        groups = [place[each.language] for each in parts]
        # What is of one list is ascending.
        alone = len(self._counts) == len(self._stretches)
        total = sum_over(docs, self._size, groups, ascending=alone)
        language = total.group_of() if len(languages) > 1 else np.zeros(len(total.docs), np.uint8)
        if language is None:
            return None

        def added(factors: NDArray[Any]) -> Scores:
            worth = self._worth
            if not (factors == 1.0).all():
                worth = worth * factors.repeat(self._counts)
            return total.of([worth[where] for _, _, where in parts])

        def weights(of: NDArray[Any]) -> list[float]:
            counts = [np.count_nonzero(of == number) for number in range(len(languages))]
            frames = [self._frames[each] for each in languages]
            return [idf(frame, int(each)) for frame, each in zip(frames, counts, strict=True)]

        def score(sums: Scores, idfs: Sequence[float]) -> Scores:
            weight = idfs[0] if len(idfs) == 1 else np.array(idfs, np.float32).take(language)
            return saturated(sums, weight, self._parameters)

        form, exact, share = self._lists.form, self._lists.exact, self._parameters.exact
        idfs = weights(language)
        scores = score(added(form), idfs)
        if np.array_equal(form, exact):
            # Nobody writes the word otherwise.
            scores *= np.float32(1.0 + share)
        elif share and exact.any():
            literal = added(exact)
            typed = weights(np.where(literal > 0.0, language, len(languages)))
            scores += np.float32(share) * score(literal, typed)
        return total.docs, scores, idfs
