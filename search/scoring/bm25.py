"""BM25F: the documents that have a word in any form and language, and their scores.

For a word in one analyzer's language::

    tf'   = sum over fields of  weight * tf / (1 - b + b * length / mean length)
    score = idf * tf' * (k1 + 1) / (tf' + k1)
    idf   = ln(1 + (N - n + 0.5) / (n + 0.5))

Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004. The
idf is Lucene's, which is never negative. ``N`` and ``n`` are live documents of all languages: a
word has one rarity. If it were weighed in each language alone, the French words of a question would
be the rarest words of an Arabic document that quotes them. The mean lengths are those of the
documents in the analyzer's language, as languages differ in how many words they need.

The score of the word exactly as typed is computed in the same way and added with the weight
``exact``. A document with the word in several languages has the best of its scores.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from index import Snapshot, kernels
from index.analysis import analyzer
from index.segments import Lists
from index.store import ByteCache
from search.query import WordQuery
from search.scoring.postings import NO_DOCS, NO_SCORES, Docs, Mask, Scores


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of scoring.

    - ``k1``, weights and ``b``: see the formula;
    - ``inexact``: weight of an occurrence of a secondary form (the folded one, if the word was
      typed with accents);
    - ``exact``: weight of the word as typed, beside its other forms;
    - ``proximity``: weight of two words close together;
    - ``slip``: factor for each edit between an indexed word and a fuzzy one. It is so low that
      among texts of average length the nearest word decides, however often others occur.
    """

    k1: float = 1.2
    title_weight: float = 2.0
    title_b: float = 0.5
    body_weight: float = 1.0
    body_b: float = 0.85
    inexact: float = 0.8
    exact: float = 0.5
    proximity: float = 0.6
    slip: float = 0.45

    def weight(self, field: str) -> float:
        """Return the weight of ``title`` or ``body``."""
        return self.title_weight if field == "title" else self.body_weight

    def norm(self, field: str, mean_length: float) -> tuple[float, float]:
        """Return factor and summand that make a length the denominator of ``tf'``."""
        b = self.title_b if field == "title" else self.body_b
        return b / mean_length, 1.0 - b


PARAMETERS = Parameters()


class CollectionStats(NamedTuple):
    """A collection of documents that a word is weighed against."""

    documents: int
    mean_lengths: Mapping[str, float]

    def idf(self, matching: int) -> float:
        """Return the idf of a word that ``matching`` documents have."""
        documents = max(self.documents, matching)
        return math.log(1.0 + (documents - matching + 0.5) / (matching + 0.5))


class SnapshotStats:
    """The statistics of a snapshot: of all its live documents, and by analyzer.

    ``lengths`` are the lengths of each field by document, in positions.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.lengths = snapshot.lengths
        self.all = self._stats(snapshot.live)
        self._no_documents: Mask = np.zeros(snapshot.size, np.bool_)
        column = snapshot.columns["lang"]
        ordinals: dict[str, list[int]] = {}
        for ordinal, language in enumerate(column.values):
            ordinals.setdefault(analyzer(language).suffix, []).append(ordinal)
        self._masks = {
            suffix: column.mask(of_suffix) & snapshot.live for suffix, of_suffix in ordinals.items()
        }
        self._by_suffix = {suffix: self._stats(mask) for suffix, mask in self._masks.items()}

    @property
    def suffixes(self) -> Sequence[str]:
        """The analyzers of which there are documents."""
        return tuple(self._masks)

    def mask(self, suffix: str) -> Mask:
        """Return which live documents have a language of this analyzer."""
        return self._masks.get(suffix, self._no_documents)

    def by_suffix(self, suffix: str) -> CollectionStats:
        """Return the statistics of the documents of an analyzer; of all if it has none."""
        return self._by_suffix.get(suffix, self.all)

    def _stats(self, mask: Mask) -> CollectionStats:
        means = {}
        for field, lengths in self.lengths.items():
            present = lengths[mask & (lengths > 0)]
            means[field] = float(present.mean(dtype=np.float64)) if len(present) else 1.0
        return CollectionStats(int(np.count_nonzero(mask)), means)


class PostingLists(NamedTuple):
    """Posting lists that are scored as one term.

    ``docs`` and ``freqs`` are their postings, list after list. The other arrays have one item for
    each list: how many postings it has, the number of its field, the number of its language, the
    weight of an occurrence, and whether it is the list of the word as typed.
    """

    docs: Docs
    freqs: NDArray[Any]
    counts: NDArray[np.int64]
    fields: NDArray[np.int64]
    languages: NDArray[np.int64]
    weights: Scores
    exact: Mask


_LIST_TYPES = (np.int64, np.int64, np.float32, np.bool_)


def score(
    lists: PostingLists,
    fields: Sequence[str],
    languages: Sequence[CollectionStats],
    documents: int,
    lengths: Mapping[str, Scores],
    parameters: Parameters,
    idf: float = 0.0,
) -> tuple[Docs, Scores, float]:
    """Return the documents of posting lists, ascending, their scores, and the idf.

    ``fields`` are one or two, by number, ``languages`` the statistics of each language, by number,
    ``documents`` how many there are in all. A positive ``idf`` is used instead of that of the
    documents found.
    """
    norms = [
        value
        for language in languages
        for field in fields
        for value in parameters.norm(field, language.mean_lengths[field])
    ]
    return kernels.active.score_word(
        *lists,
        lengths[fields[0]],
        lengths[fields[-1]],
        np.array(norms, np.float32),
        np.array([parameters.weight(field) for field in fields], np.float32),
        documents,
        parameters.k1,
        parameters.exact,
        idf,
        len(lengths[fields[0]]),
    )


class WordHits(NamedTuple):
    """The documents that have a word in any form and language, ascending, with their scores.

    ``idf`` is infinite if no document has it; ``lists`` are all its posting lists by field.
    """

    docs: Docs
    scores: Scores
    idf: float
    lists: Mapping[str, Lists]


class TermScorer:
    """Finds words in one snapshot with one set of parameters; safe for threads.

    Words are cached: paging, sorting and filtering search the same words again.
    """

    def __init__(self, snapshot: Snapshot, statistics: SnapshotStats, parameters: Parameters):
        # The snapshot is the key under which this is cached: a reference would keep it alive.
        self._snapshot = ref(snapshot)
        self.statistics = statistics
        self._parameters = parameters
        self._cache = ByteCache(snapshot.cache_bytes)

    def find(self, node: WordQuery) -> WordHits:
        """Return the documents that have a word."""

        def find() -> tuple[WordHits, int]:
            hits = self._find(node)
            return hits, hits.docs.nbytes + hits.scores.nbytes + 1000

        hits: WordHits = self.cached((node.literal, *node.forms.items(), node.fields), find)
        return hits

    def cached(self, key: Hashable, make: Callable[[], tuple[Any, int | None]]) -> Any:
        """Return a cached value, or the one that ``make`` returns with its size in bytes."""
        return self._cache.get(key, make)

    def _find(self, node: WordQuery) -> WordHits:
        snapshot = self._snapshot()
        if snapshot is None:
            raise RuntimeError("the snapshot has been let go of")
        lists_of = snapshot.inverted_index.lists
        typed = [lists_of(field, node.literal) for field in node.fields]
        by_suffix: dict[str, list[list[Lists]]] = {}
        for suffix, forms in node.forms.items():
            of_fields = [
                [lists_of(f"{field}_{suffix}", form) for form in forms] for field in node.fields
            ]
            if any(map(len, chain(*chain(*of_fields)))):
                by_suffix[suffix] = of_fields
        if not by_suffix:
            return WordHits(NO_DOCS, NO_SCORES, math.inf, {})
        numbers, rows = self._rows(typed, list(by_suffix.values()))
        postings = snapshot.inverted_index.read(numbers)
        lists = PostingLists(*postings, *map(np.array, zip(*rows, strict=True), _LIST_TYPES))
        languages = [self.statistics.by_suffix(suffix) for suffix in by_suffix]
        statistics = self.statistics
        docs, scores, idf = score(
            lists,
            node.fields,
            languages,
            statistics.all.documents,
            statistics.lengths,
            self._parameters,
        )
        ends = np.cumsum(list(map(len, numbers)))[:-1]
        by_field: dict[str, Lists] = {}
        for place, field in enumerate(node.fields):
            own = lists.fields == place
            masks = np.split(own, ends) if len(ends) else [own]
            by_field[field] = tuple(
                [segment[mask] for segment, mask in zip(numbers, masks, strict=True)]
            )
        return WordHits(docs, scores, idf, by_field)

    def _rows(
        self, typed: Sequence[Lists], by_language: Sequence[Sequence[Sequence[Lists]]]
    ) -> tuple[Lists, list[tuple[int, int, float, bool]]]:
        """Return the posting lists of a word and, for each, what ``PostingLists`` has of it.

        ``typed`` are the lists of the word as typed, by field; ``by_language`` those of its forms,
        by language, field and form. The result has the lists of one segment after another.
        """
        numbers: list[NDArray[np.uint32]] = []
        rows: list[tuple[int, int, float, bool]] = []
        for segment in range(len(typed[0])):
            of_segment: list[int] = []
            for field, typed_lists in enumerate(typed):
                exact = set(typed_lists[segment].tolist())
                for language, of_fields in enumerate(by_language):
                    weights: dict[int, float] = {}
                    for rank, lists in enumerate(of_fields[field]):
                        for number in lists[segment].tolist():
                            weights.setdefault(number, self._parameters.inexact if rank else 1.0)
                    of_segment += weights
                    rows += [
                        (field, language, weight, number in exact)
                        for number, weight in weights.items()
                    ]
            numbers.append(np.array(of_segment, np.uint32))
        return tuple(numbers), rows


_scorers: WeakKeyDictionary[Snapshot, dict[Parameters, TermScorer]] = WeakKeyDictionary()
_lock = Lock()


def term_scorer(snapshot: Snapshot, parameters: Parameters) -> TermScorer:
    """Return the scorer of a snapshot, with what it has cached."""
    with _lock:
        scorers = _scorers.setdefault(snapshot, {})
        if parameters not in scorers:
            other = next(iter(scorers.values()), None)
            statistics = other.statistics if other else SnapshotStats(snapshot)
            scorers[parameters] = TermScorer(snapshot, statistics, parameters)
        return scorers[parameters]
