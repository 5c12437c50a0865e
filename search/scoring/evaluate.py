"""Evaluation: a query tree becomes the set of documents that match, with their scores.

Every node gives ascending document numbers and a score for each. The set is exact, unless the
deadline has something left out (see ``search.scoring.deadline``).
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
from whoosh import query
from whoosh.searching import Searcher

from index import Snapshot, SnapshotLexicon
from index.analysis import fold
from index.errors import SearchTimeout
from index.segments import Lists
from index.store import TermPostings
from index.whoosh import SnapshotReader
from search.engine import Notice, Notices
from search.query import (
    MAX_TERMS,
    TEXT_FIELDS,
    AnalyzerFilter,
    ArrayQuery,
    DateFilter,
    FacetFilter,
    Filter,
    FuzzyExpansion,
    FuzzyQuery,
    KeyFilter,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
    expand_fuzzy,
)
from search.scoring.bm25 import (
    PARAMETERS,
    CollectionStats,
    Parameters,
    PostingLists,
    SnapshotStats,
    score,
    term_scorer,
)
from search.scoring.conversation import conversation
from search.scoring.deadline import Deadline
from search.scoring.postings import (
    NO_HITS,
    Docs,
    Hits,
    Mask,
    Scores,
    among,
    either,
    of_phrase,
    of_terms,
    of_window,
    shared,
    union,
    unscored,
)
from search.scoring.spellings import MOST_DOCUMENTS, halves

FieldPostings = tuple[str, TermPostings]

_CHECKED_TOGETHER = 1024
"""Documents that Whoosh yields between two looks at the clock."""


class Matches(NamedTuple):
    """The documents that match a query, ascending, with their scores.

    Scores are zeros unless ``scored``: they were not asked for, or there is no query. ``newest``
    are the documents newest first, if that order is known.
    """

    docs: Docs
    scores: Scores
    warnings: tuple[Notice, ...] = ()
    scored: bool = True
    newest: Docs | None = None


class _Searcher(Searcher):  # type: ignore[misc]
    """Whoosh's searcher over the snapshot of an evaluation, within its deadline."""

    def __init__(self, evaluation: "Evaluation") -> None:
        super().__init__(SnapshotReader(evaluation.snapshot, evaluation.time.check))
        self._evaluation = evaluation

    def evaluate(self, node: ArrayQuery) -> Hits:
        """Return what matches one of our nodes below one of Whoosh's."""
        return self._evaluation.hits(node)


@dataclass
class Evaluation:
    """One evaluation over one snapshot.

    After the deadline of ``time`` methods raise SearchTimeout or, if it is lenient, leave out what
    only adds to an answer.
    """

    snapshot: Snapshot
    scored: bool = True
    time: Deadline = field(default_factory=Deadline)
    parameters: Parameters = PARAMETERS
    statistics: SnapshotStats = field(init=False)

    def __post_init__(self) -> None:
        self.index = self.snapshot.inverted_index
        self.words = term_scorer(self.snapshot, self.parameters)
        self.statistics = self.words.statistics

    @property
    def notices(self) -> Notices:
        """What the reader should know about the evaluation so far."""
        return self.time.notices

    def hits(self, node: query.Query, within: Docs | None = None) -> Hits:
        """Return what matches a node; may leave out documents that are not in ``within``."""
        self.time.check()
        match node:
            case WordQuery():
                return self._word(node, within)
            case PhraseQuery():
                return self._phrase(node, within)
            case NearQuery():
                return self._near(node, within)
            case LetterQuery():
                return self._letter(node, within)
            case PrefixQuery():
                return self._prefix(node, node.prefix, node.fields)
            case FuzzyQuery():
                return self._fuzzy(node)
            case Filter():
                return self._filtered(node, self._all() if within is None else unscored(within))
            case query.And() if _is_plain(node):
                return self._and(node.subqueries, within)
            case query.DisjunctionMax() if _is_plain(node):
                return self._or(node.subqueries, within, np.maximum)
            case query.Or() if _is_plain(node):
                return self._or(node.subqueries, within, np.add)
            case query.Not():
                return self._and([node], within)
            case query.Every() if node.fieldname is None:
                return self._all()
            case query.NullQuery:
                return NO_HITS
        return self._by_whoosh(node)

    # Text

    def _word(self, node: WordQuery, within: Docs | None) -> Hits:
        docs, scores, *_ = self.words.find(node)
        hits = either([Hits(docs, scores), self._spellings(node)], np.maximum)
        if not node.literal_in and not node.optional_in:
            return hits
        if within is not None and not node.literal_in:
            return self._optional_word(node, hits, within)
        parts = [hits]
        if node.literal_in:
            literal = self._terms(node.fields, node.literal)
            for suffix in sorted(node.literal_in):
                mask = self.statistics.mask(suffix)
                masked = [(name, _where(part, mask[part.docs])) for name, part in literal]
                parts.append(self._scored(masked, self.statistics.by_suffix(suffix)))
        parts += [_hits_of(self.statistics.mask(suffix)) for suffix in sorted(node.optional_in)]
        return either(parts, np.maximum)

    def _optional_word(self, node: WordQuery, hits: Hits, within: Docs) -> Hits:
        """Return which of ``within`` have a word, or a language in which it is optional."""
        mask = np.zeros(len(within), np.bool_)
        for suffix in node.optional_in:
            mask |= self.statistics.mask(suffix).take(within)
        candidates = unscored(within)
        here, there = shared(within, hits.docs)
        mask[here] = True
        candidates.scores[here] = hits.scores.take(there)
        return candidates.where(mask)

    def _phrase(self, node: PhraseQuery, within: Docs | None) -> Hits:
        if len(node.words) == 1:
            return self._scored(self._terms(node.fields, node.words[0]), self.statistics.all)
        arguments = self.index, node.fields, node.words, within, self.time.check
        last = node.words[-1]

        def lists_of(field: str, word: str) -> Lists:
            # The last of equal words is not the only one: 日本日.
            of_word = self.index.prefix_lists if word == last else self.index.lists
            return of_word(field, word)

        find = partial(of_phrase, *arguments, lists_of if node.open else None)
        return self._positional("open" if node.open else "phrase", node, within, find)

    def _letter(self, node: LetterQuery, within: Docs | None) -> Hits:
        words = node.word.literal, node.letter
        of_word = self.words.find(node.word).lists

        def lists_of(field: str, word: str) -> Lists:
            if word == node.word.literal:
                return of_word.get(field, self.index.nothing)
            return self.index.lists(field, word)

        parts = of_phrase(self.index, node.fields, words, within, self.time.check, lists_of)
        named = list(zip(node.fields, parts, strict=True))
        return self._scored(named, self.statistics.all, self._phrase_idf(words))

    def _spellings(self, node: WordQuery) -> Hits:
        """Return the documents that join a word with its neighbours, or write it apart."""
        if node.literal_in or node.optional_in:
            return NO_HITS

        def make() -> tuple[Hits, int]:
            found = self.words.find(node)
            parts = [self._terms(node.fields, word) for word in node.joined]
            if len(found.docs) <= MOST_DOCUMENTS:
                for words in halves(node.literal):
                    # The longer half is the likelier not to be a word.
                    if all(
                        self._exists(node.fields, word)
                        for word in sorted(words, key=len, reverse=True)
                    ):
                        arguments = self.index, node.fields, words, None, self.time.check
                        parts.append(list(zip(node.fields, of_phrase(*arguments), strict=True)))
            parts = [part for part in parts if any(len(postings.docs) for _, postings in part)]
            hits = []
            for part in parts:
                documents = len(union([postings.docs for _, postings in part]))
                idf = min(self.statistics.all.idf(documents), found.idf)
                hits.append(self._scored(part, self.statistics.all, idf))
            return either(hits, np.maximum).sized()

        key = "spellings", node.literal, node.joined, node.fields, self.scored
        spellings: Hits = self.words.cached((*key, *node.forms.items()), make)
        return spellings

    def _exists(self, fields: Sequence[str], word: str) -> bool:
        """Tell whether any document has a word as written in any field."""
        # Most words stand in more bodies than titles.
        return any(self.index.has(field, word) for field in reversed(fields))

    def _near(self, node: NearQuery, within: Docs | None) -> Hits:
        words = node.fields, node.words, node.distance
        arguments = self.index, *words, within, self.time.check
        return self._positional(
            f"near {node.distance}", node, within, lambda: of_window(*arguments)
        )

    def _positional(
        self,
        kind: str,
        node: PhraseQuery | NearQuery,
        within: Docs | None,
        find: Callable[[], list[TermPostings]],
    ) -> Hits:
        """Return what matches words by their positions; cached if searched in all documents."""

        def make() -> tuple[Hits, int]:
            parts = list(zip(node.fields, find(), strict=True))
            return self._scored(parts, self.statistics.all, self._phrase_idf(node.words)).sized()

        if within is not None:
            return make()[0]
        hits: Hits = self.words.cached((kind, node.words, node.fields, self.scored), make)
        return hits

    def _prefix(self, node: query.Query, prefix: str, fields: Sequence[str]) -> Hits:
        def find(goes_on: Callable[[], bool]) -> Hits:
            parts = [
                (name.partition("_")[0], self.index.prefix_postings(name, prefix, goes_on))
                for name in fields
            ]
            return self._scored(parts, self.statistics.all)

        return self._expanded(("prefix", prefix, *fields), node, find)

    def _fuzzy(self, node: FuzzyQuery) -> Hits:
        """Score equally near words as one word; the nearest word of a document counts."""
        near = self._near_words(node.word, node.distance)
        if near.cut:
            word = f"{node.word}~{node.distance}"
            self.notices.add("fuzzy_cut", word=word, limit=str(MAX_TERMS))

        def find(goes_on: Callable[[], bool]) -> Hits:
            by_distance: list[list[FieldPostings]] = []
            for distance in range(node.distance + 1):
                terms = [term.term for term in near.terms if term.distance == distance]
                more = goes_on if distance else lambda: True
                by_distance.append(
                    [
                        (name, part)
                        for name in node.fields
                        for part in of_terms(self.index, name, terms, more)
                    ]
                )
            docs = union([part.docs for parts in by_distance for _, part in parts])
            idf = self.statistics.all.idf(len(docs))
            found = []
            for distance, parts in enumerate(by_distance):
                hits = self._scored(parts, self.statistics.all, idf)
                factor = np.float32(self.parameters.slip**distance)
                found.append(Hits(hits.docs, hits.scores * factor))
            return either(found, np.maximum)

        return self._expanded(("fuzzy", node.word, node.distance, *node.fields), node, find)

    def _near_words(self, word: str, distance: int) -> FuzzyExpansion:
        def find() -> tuple[FuzzyExpansion, int]:
            near = expand_fuzzy(word, distance, SnapshotLexicon(self.snapshot))
            return near, 200 * (1 + len(near.terms))

        near: FuzzyExpansion = self.words.cached(("near", word, distance), find)
        return near

    def _expanded(
        self,
        key: tuple[str | int, ...],
        node: query.Query,
        find: Callable[[Callable[[], bool]], Hits],
    ) -> Hits:
        """Return what matches a node that stands for many terms; cached if none is left out.

        ``find`` gets a function that tells whether there is time for more terms.
        """
        complete = True

        def goes_on() -> bool:
            nonlocal complete
            complete = self.time.has_time("expansions", node)
            return complete

        def make() -> tuple[Hits, int | None]:
            hits, size = find(goes_on).sized()
            return hits, size if complete else None

        hits: Hits = self.words.cached((*key, self.scored), make)
        return hits

    def _by_whoosh(self, node: query.Query) -> Hits:
        """Run a node that arrays do not evaluate through Whoosh's own matchers.

        Wildcards, ranges of terms, spans, whatever a plug-in of Whoosh's parser makes. Scores are
        those of Whoosh's BM25F.
        """
        # Not kept: it refers to the evaluation, and so both would wait for the garbage collector.
        searcher = _Searcher(self)
        context = None if self.scored else searcher.boolean_context()
        matcher = node.matcher(searcher, context)
        docs, scores = array("i"), array("f")
        while matcher.is_active():
            if len(docs) % _CHECKED_TOGETHER == 0:
                self.time.check()
            docs.append(matcher.id())
            scores.append(matcher.score() if self.scored else 0.0)
            matcher.next()
        hits = Hits(np.array(docs, np.int32), np.array(scores, np.float32))
        # Whoosh's Not yields a deleted document that follows the last one it excludes.
        return hits.where(self.snapshot.live.take(hits.docs))

    def _terms(self, fields: Sequence[str], term: str) -> list[FieldPostings]:
        return [(name, self.index.postings(name, term)) for name in fields]

    def _scored(
        self, parts: Sequence[FieldPostings], collection: CollectionStats, idf: float = 0.0
    ) -> Hits:
        """Score postings in fields as those of one term, with its own ``idf`` if positive."""
        parts = [part for part in parts if len(part[1].docs)]
        if not parts:
            return NO_HITS
        postings = [part for _, part in parts]
        if not self.scored:
            return unscored(union([part.docs for part in postings]))
        fields = list(dict.fromkeys(name for name, _ in parts))
        lists = PostingLists(
            docs=np.concatenate([part.docs for part in postings]),
            freqs=np.concatenate([part.freqs for part in postings]),
            counts=np.array([len(part.docs) for part in postings], np.int64),
            fields=np.array([fields.index(name) for name, _ in parts], np.int64),
            languages=np.zeros(len(parts), np.int64),
            weights=np.ones(len(parts), np.float32),
            exact=np.zeros(len(parts), np.bool_),
        )
        statistics = self.statistics
        documents = collection.documents
        docs, scores, _ = score(
            lists, fields, [collection], documents, statistics.lengths, self.parameters, idf
        )
        return Hits(docs, scores)

    def _phrase_idf(self, words: Sequence[str]) -> float:
        """Return the sum of the idfs of words.

        The number of documents with the phrase itself is unknown if it is searched only in some.
        """
        index = self.index
        return sum(
            self.statistics.all.idf(
                index.count_documents([index.lists(name, word) for name in TEXT_FIELDS])
            )
            for word in dict.fromkeys(words)
        )

    # Combinations

    def _and(self, nodes: Sequence[query.Query], within: Docs | None) -> Hits:
        """Intersect: cheap nodes first, then positions, filters and negations on what is left."""
        left: Hits | None = None if within is None else unscored(within)
        for node in sorted(nodes, key=_cost):
            if left is not None and not len(left.docs) and not _has_filter(node):
                continue  # of a filter it is said that no document has its value
            if isinstance(node, Filter):
                left = self._filtered(node, left or self._all())
            elif isinstance(node, query.Not):
                left = left or self._all()
                with self.time.strict():
                    excluded = self.hits(node.query, left.docs)
                left = left.where(~among(left.docs, excluded.docs))
            else:
                hits = self.hits(node, None if left is None else left.docs)
                left = hits if left is None else left.intersect(hits)
        return left if left is not None else NO_HITS

    def _or(self, nodes: Sequence[query.Query], within: Docs | None, combine: np.ufunc) -> Hits:
        """Unite; alternatives for which there is no time are left out once something is found."""
        parts: list[Hits] = []
        for number, node in enumerate(nodes):
            try:
                parts.append(self.hits(node, within))
            except SearchTimeout as error:
                if not any(len(hits.docs) for hits in parts):
                    raise
                self.time.omit(error, "alternatives", nodes[number:])
                break
        return either(parts, combine)

    # Filters

    def _filtered(self, node: Filter, hits: Hits) -> Hits:
        docs = hits.docs if len(hits.docs) < self.snapshot.size else None
        match node:
            case FacetFilter():
                ordinals = self._ordinals(node)
                column = self.snapshot.columns[node.facet]
                mask = column.mask(ordinals, docs)
            case KeyFilter():
                of_keys = self._keyed(node)
                mask = among(hits.docs, of_keys)
            case DateFilter():
                days = self.snapshot.dates.days
                mask = node.mask(days if docs is None else days.take(docs))
            case AnalyzerFilter():
                mask = np.zeros(self.snapshot.size, np.bool_)
                for suffix in node.suffixes:
                    mask |= self.statistics.mask(suffix)
                mask = mask if docs is None else mask.take(docs)
            case _:
                raise TypeError(f"not a filter: {node!r}")
        return hits.where(mask)

    def _keyed(self, node: KeyFilter) -> Docs:
        """Return the documents that have the keys of a filter; warn if there are none."""
        if node.key == "thread":
            docs = conversation(self.snapshot, node.having[0], self.time.check)
        else:
            found = [self.snapshot.keyed(node.key, term) for term in node.having]
            docs = reduce(partial(np.intersect1d, assume_unique=True), found)
        if not len(docs):
            self.notices.add("unknown_value", field=node.key, value=node.typed)
        return docs

    def _ordinals(self, node: FacetFilter) -> list[int]:
        """Return the ordinals of the values that a filter means; warn if no document has any."""

        def find() -> tuple[list[int], int]:
            column = self.snapshot.columns[node.facet]
            ordinal = column.ordinal.get(node.value)
            if ordinal is not None:
                return [ordinal], 500
            # A value of no vocabulary may differ in case and accents from that of documents.
            typed = fold(node.typed)
            ordinals = [
                ordinal
                for ordinal, value in enumerate(column.values)
                if typed in (fold(value), fold(column.labels.get(value, value)))
            ]
            return ordinals, 500

        key = "values", node.facet, node.value, node.typed
        ordinals: list[int] = self.words.cached(key, find)
        if not ordinals and not node.implied:
            self.notices.add("unknown_value", field=node.facet, value=node.typed)
        return ordinals

    def _all(self) -> Hits:
        if self.snapshot.documents < self.snapshot.size:
            return _hits_of(self.snapshot.live)
        return unscored(self.snapshot.every)


def _hits_of(mask: Mask) -> Hits:
    return unscored(mask.nonzero()[0].astype(np.int32))


def _where(part: TermPostings, mask: Mask) -> TermPostings:
    return TermPostings(part.docs[mask], part.freqs[mask])


def _has_filter(node: query.Query) -> bool:
    return any(isinstance(leaf, Filter) for leaf in node.leaves())


def _is_plain(node: query.Query) -> bool:
    """Tell whether a compound node says no more than how to combine the nodes below it."""
    others = node.boost != 1 or getattr(node, "scale", None) or getattr(node, "tiebreak", 0)
    return not others and not isinstance(node, query.Ordered)


def _cost(node: query.Query) -> int:
    """Rank what to evaluate first: postings, positions and stop words, filters, negations."""
    match node:
        case query.Not():
            return 3
        case Filter() | query.Every():
            return 2
        case NearQuery() | LetterQuery():
            return 1
        case PhraseQuery(words=words) if len(words) > 1:
            return 1
        case WordQuery(optional_in=optional) if optional:
            return 1
    return 0
