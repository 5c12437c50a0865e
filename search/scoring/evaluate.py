"""A query tree over arrays -> the documents that match, and their scores.

Every node gives ascending document numbers and one score for each. Nothing here loops over
postings in Python, and the set of documents is exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np
from whoosh import query

from index import kernels
from index.errors import SearchTimeout
from index.snapshot import Snapshot
from search.query import (
    MAX_TERMS,
    TEXT_FIELDS,
    FacetFilter,
    Filter,
    FuzzyExpansion,
    FuzzyQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
    expand_fuzzy,
)
from search.response import Notice
from search.scoring.bm25 import (
    PARAMETERS,
    CollectionStats,
    Docs,
    Parameters,
    Scores,
    SnapshotStats,
    idf,
    saturated,
    scored_by_loops,
    statistics,
    weighted,
)
from search.scoring.deadline import Deadline
from search.scoring.postings import (
    NONE,
    Hits,
    Occurrences,
    among,
    either,
    of_phrase,
    of_prefix,
    of_term,
    of_terms,
    of_window,
    ordinals,
    passing,
    shared,
    spread,
    union,
    unscored,
)
from search.scoring.terms import term_scorer


class Matches(NamedTuple):
    """The documents that match, ascending, with their scores.

    These are zeros where they are not asked for, or where there is no query to score by: then it
    is not ``scored``. ``newest`` are the documents newest first, where that is known.
    """

    docs: Docs
    scores: Scores
    warnings: tuple[Notice, ...] = ()
    scored: bool = True
    newest: Docs | None = None


def evaluate(
    tree: query.Query | None,
    generation: Snapshot,
    scored: bool = True,
    deadline: float | None = None,
    parameters: Parameters = PARAMETERS,
    lenient: bool = False,
) -> Matches:
    """Return what matches ``tree``; None matches everything.

    ``deadline`` is a moment of ``time.monotonic()``; raises SearchTimeout when it has passed.
    Where some documents are found by then, ``lenient`` has further ones left out with a warning.
    """
    evaluation = Evaluation(generation, scored, deadline, parameters, lenient)
    hits = evaluation.hits(tree if tree is not None else query.Every())
    return Matches(hits.docs, hits.scores, evaluation.notices, scored and tree is not None)


@dataclass
class Evaluation:
    """One evaluation over one generation."""

    generation: Snapshot
    scored: bool = True
    deadline: float | None = None
    parameters: Parameters = PARAMETERS
    lenient: bool = False
    warnings: list[Notice] = field(default_factory=list)
    statistics: SnapshotStats = field(init=False)

    def __post_init__(self) -> None:
        self.statistics = statistics(self.generation)
        self.words = term_scorer(self.generation, self.statistics, self.parameters)
        self.time = Deadline(self.deadline, self.lenient)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader should know of what was found so far."""
        return (*self.warnings, *self.time.notices)

    def hits(self, node: query.Query, within: Docs | None = None) -> Hits:
        """Return what matches a node; documents that are not in ``within`` may be left out."""
        self.check_deadline()
        match node:
            case WordQuery():
                return self._word(node, within)
            case PhraseQuery():
                return self._quoted(node, within)
            case NearQuery():
                return self._near(node, within)
            case PrefixQuery():
                return self._started(node, node.prefix, node.fields)
            case FuzzyQuery():
                return self._fuzzy(node)
            case Filter():
                return self._filtered(
                    node, self._everything() if within is None else unscored(within)
                )
            case query.And():
                return self._and(node.subqueries, within)
            case query.DisjunctionMax():
                return self._any(node.subqueries, within, np.maximum)
            case query.Or():
                return self._any(node.subqueries, within, np.add)
            case query.Not():
                return self._and([node], within)
            case query.AndNot():
                return self._and([node.a, query.Not(node.b)], within)
            case query.Every() if node.fieldname is None:
                return self._everything()
            case query.NullQuery:
                return NONE
            case query.Prefix():
                return self._started(node, node.text, (node.fieldname,))
            case query.Term():
                return self._stock([node.text], node.fieldname, within)
            case query.Phrase() if node.slop == 1:
                return self._stock(node.words, node.fieldname, within)
        raise TypeError(f"cannot be evaluated: {node!r}")

    # Text

    def _word(self, node: WordQuery, within: Docs | None) -> Hits:
        docs, scores, _, _ = self.words.find(node)
        having = Hits(docs, scores)
        if not node.literal_in and not node.optional_in:
            return having
        if within is None or node.literal_in:
            return self._settled(node, having)
        return self._word_within(node, having, within)

    def _settled(self, node: WordQuery, hits: Hits) -> Hits:
        """Return what matches a word that is a stop word of some languages."""
        found = [hits]
        if node.literal_in:
            parts = [(name, of_term(self.generation, name, node.literal)) for name in node.fields]
            for suffix in sorted(node.literal_in):
                having = self.statistics.mask(suffix)
                kept = [(name, _where(part, having)) for name, part in parts]
                found.append(self._scored(kept, self.statistics.frame(suffix)))
        for suffix in sorted(node.optional_in):
            found.append(self._unscored(self.statistics.mask(suffix)))
        return self._either(found, np.maximum)

    def _word_within(self, node: WordQuery, having: Hits, within: Docs) -> Hits:
        """Return which of ``within`` have a word, or a language that it is a stop word of."""
        passing = np.zeros(len(within), np.bool_)
        for suffix in node.optional_in:
            passing |= self.statistics.mask(suffix).take(within)
        hits = unscored(within)
        here, there = shared(within, having.docs)
        passing[here] = True
        hits.scores[here] = having.scores.take(there)
        return hits.where(passing)

    def _quoted(self, node: PhraseQuery, within: Docs | None) -> Hits:
        if len(node.words) == 1:
            word = node.words[0]
            parts = [(name, of_term(self.generation, name, word)) for name in node.fields]
            return self._scored(parts, self.statistics.everywhere)
        asked = self.generation, node.fields, node.words, within, self.check_deadline
        return self._placed("quoted", node, within, lambda: of_phrase(*asked))

    def _near(self, node: NearQuery, within: Docs | None) -> Hits:
        words = node.fields, node.words, node.distance
        asked = self.generation, *words, within, self.check_deadline
        return self._placed(f"near {node.distance}", node, within, lambda: of_window(*asked))

    def _placed(
        self,
        kind: str,
        node: PhraseQuery | NearQuery,
        within: Docs | None,
        find: Callable[[], list[Occurrences]],
    ) -> Hits:
        """Return what matches words in their places; kept where it is looked for everywhere."""

        def make() -> tuple[Hits, int]:
            parts = list(zip(node.fields, find(), strict=True))
            return self._scored(parts, self.statistics.everywhere, node.words).sized()

        if within is not None:
            return make()[0]
        key = kind, tuple(node.words), tuple(node.fields), self.scored
        kept: Hits = self.words.kept(key, make)
        return kept

    def _started(self, node: query.Query, prefix: str, fields: Sequence[str]) -> Hits:
        def find(goes_on: Callable[[], bool]) -> Hits:
            parts = [
                (name.partition("_")[0], of_prefix(self.generation, name, prefix, goes_on))
                for name in fields
            ]
            return self._scored(parts, self.statistics.everywhere)

        return self._expanded(("started", prefix, *fields), node, find)

    def _fuzzy(self, node: FuzzyQuery) -> Hits:
        """Score the words that are equally near as one; the nearest that a document has counts."""
        near = self._near_words(node.word, node.distance)
        if near.cut:
            values = {"word": f"{node.word}~{node.distance}", "limit": str(MAX_TERMS)}
            self._warn(Notice("fuzzy_cut", values))

        def find(more: Callable[[], bool]) -> Hits:
            parts: list[list[tuple[str, Occurrences]]] = []
            for distance in range(node.distance + 1):
                terms = [each.term for each in near.terms if each.distance == distance]
                goes_on = more if distance else lambda: True
                parts.append(
                    [
                        (name, part)
                        for name in node.fields
                        for part in of_terms(self.generation, name, terms, goes_on)
                    ]
                )
            docs = union([part.docs for each in parts for _, part in each])
            found = []
            for distance, each in enumerate(parts):
                hits = self._scored(each, self.statistics.everywhere, documents=len(docs))
                factor = np.float32(self.parameters.slip**distance)
                found.append(Hits(hits.docs, hits.scores * factor))
            return self._either(found, np.maximum)

        return self._expanded(("fuzzy", node.word, node.distance, *node.fields), node, find)

    def _near_words(self, word: str, distance: int) -> FuzzyExpansion:
        def find() -> tuple[FuzzyExpansion, int]:
            near = expand_fuzzy(word, distance, self.generation)
            return near, 200 * (1 + len(near.terms))

        found: FuzzyExpansion = self.words.kept(("near", word, distance), find)
        return found

    def _expanded(
        self,
        key: tuple[str | int, ...],
        node: query.Query,
        find: Callable[[Callable[[], bool]], Hits],
    ) -> Hits:
        """Return what a node that stands for many words matches; kept where none is left out.

        ``find`` is given what tells whether there is time for more of them.
        """
        ended = False

        def goes_on() -> bool:
            nonlocal ended
            ended = not self.time.goes_on("expansions", node)
            return not ended

        def make() -> tuple[Hits, int | None]:
            hits, size = find(goes_on).sized()
            return hits, None if ended else size

        found: Hits = self.words.kept((*key, self.scored), make)
        return found

    def _stock(self, words: Sequence[str], fieldname: str, within: Docs | None) -> Hits:
        """Evaluate a term or phrase of one field as Whoosh has them."""
        name, _, suffix = fieldname.partition("_")
        frame = self.statistics.frame(suffix) if suffix else self.statistics.everywhere
        if len(words) == 1:
            return self._scored([(name, of_term(self.generation, fieldname, words[0]))], frame)
        (part,) = of_phrase(self.generation, [fieldname], words, within, self.check_deadline)
        return self._scored([(name, part)], frame, words)

    def _scored(
        self,
        parts: Sequence[tuple[str, Occurrences]],
        frame: CollectionStats,
        words: Sequence[str] = (),
        documents: int = 0,
    ) -> Hits:
        """Score occurrences in fields as those of one term that so many documents have at least.

        That of a phrase weighs as much as its ``words`` together: how many documents have the
        phrase need not be known, so that it is looked for only where it can be.
        """
        parts = [pair for pair in parts if len(pair[1].docs)]
        if not parts:
            return NONE
        if (loops := kernels.active) and self.scored and words and len(parts) <= len(TEXT_FIELDS):
            asked = parts, frame, self._weights(words, frame), self.statistics, self.parameters
            return Hits(*scored_by_loops(loops, *asked))
        docs = union([part.docs for _, part in parts])
        if not self.scored:
            return unscored(docs)
        weight = self._weights(words, frame) if words else idf(frame, max(documents, len(docs)))
        lengths = self.statistics.lengths
        in_fields = [
            Occurrences(part.docs, weighted(*part, name, frame, lengths, self.parameters))
            for name, part in parts
        ]
        total = reduce(np.add, [spread(docs, part) for part in in_fields])
        return Hits(docs, saturated(total, weight, self.parameters))

    def _weights(self, words: Sequence[str], frame: CollectionStats) -> float:
        return sum(self._weight(word, frame) for word in dict.fromkeys(words))

    def _weight(self, word: str, frame: CollectionStats) -> float:
        inverted_index = self.generation.inverted_index
        lists = [inverted_index.lists(name, word) for name in TEXT_FIELDS]
        return idf(frame, inverted_index.count_documents(lists))

    # Combinations

    def _and(self, nodes: Sequence[query.Query], within: Docs | None) -> Hits:
        """Intersect: what is quick first, then positions, filters and negations on what is left."""
        ranked = sorted(nodes, key=_cost)
        left: Hits | None = None if within is None else unscored(within)
        for node in ranked:
            if left is not None and not len(left.docs):
                return NONE
            if isinstance(node, Filter):
                left = self._filtered(node, left or self._everything())
            elif isinstance(node, query.Not):
                left = left or self._everything()
                with self.time.strictly():
                    excluded = self.hits(node.query, left.docs)
                left = left.where(~among(left.docs, excluded.docs))
            else:
                hits = self.hits(node, None if left is None else left.docs)
                left = hits if left is None else left.and_also(hits)
        return left if left is not None else NONE

    def _any(self, nodes: Sequence[query.Query], within: Docs | None, combine: np.ufunc) -> Hits:
        """Unite: once something is found, what there is no time for may be left out."""
        found: list[Hits] = []
        for number, node in enumerate(nodes):
            try:
                found.append(self.hits(node, within))
            except SearchTimeout as error:
                if not any(len(hits.docs) for hits in found):
                    raise
                self.time.omit(error, "alternatives", nodes[number:])
                break
        return self._either(found, combine)

    def _either(self, found: Sequence[Hits], combine: np.ufunc) -> Hits:
        return Hits(*either(found, combine))

    def _filtered(self, node: Filter, hits: Hits) -> Hits:
        docs = hits.docs if len(hits.docs) < self.generation.size else None
        if not isinstance(node, FacetFilter):
            return hits.where(passing(node, self.generation, docs))
        values: list[int] = self.words.kept(
            ("values", node.facet, node.value, node.typed),
            lambda: (ordinals(node, self.generation), 500),
        )
        if not values and not node.implied:
            self._warn(Notice("unknown_value", {"field": node.facet, "value": node.typed}))
        column = self.generation.columns[node.facet]
        return hits.where(column.mask(values) if docs is None else column.carrying(docs, values))

    def _everything(self) -> Hits:
        if self.generation.documents < self.generation.size:
            return self._unscored(self.generation.live)
        return unscored(self.generation.every)

    def _unscored(self, passing: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Hits:
        return unscored(passing.nonzero()[0].astype(np.int32))

    def _warn(self, notice: Notice) -> None:
        if notice not in self.warnings:
            self.warnings.append(notice)

    def check_deadline(self) -> None:
        """Raise SearchTimeout when the deadline has passed."""
        self.time.check()


def _cost(node: query.Query) -> int:
    """Rank what to evaluate first: postings, positions and stop words, filters, negations."""
    if isinstance(node, query.Not):
        return 3
    if isinstance(node, Filter | query.Every):
        return 2
    if isinstance(node, NearQuery | query.Phrase) or (
        isinstance(node, PhraseQuery) and len(node.words) > 1
    ):
        return 1
    if isinstance(node, WordQuery) and node.optional_in:
        return 1
    return 0


def _where(part: Occurrences, passing: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Occurrences:
    kept = passing[part.docs]
    return Occurrences(part.docs[kept], part.frequency[kept])
