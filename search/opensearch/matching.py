"""Query nodes as filters of OpenSearch: which documents match, without scores."""

from collections.abc import Iterator, Sequence

from whoosh import query

from index.analysis import fold
from index.document import fit
from index.opensearch import facet_field, key_term, term
from index.store import key_digest
from search.engine import Notices
from search.opensearch.clauses import (
    EVERYTHING,
    NOTHING,
    Json,
    all_of,
    any_of,
    one_word,
    terms,
    within,
)
from search.opensearch.opened import Opened
from search.opensearch.reader import Reader
from search.query import (
    MAX_TERMS,
    AnalyzerFilter,
    DateFilter,
    FacetFilter,
    FuzzyExpansion,
    FuzzyQuery,
    KeyFilter,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordPattern,
    WordQuery,
    expand_fuzzy,
)
from search.scoring import MOST_DOCUMENTS, conversation, halves

_KEPT = 20_000
"""Words of which is remembered that they were counted."""
MAX_OPEN = 1_000
"""Words that the open end of a phrase stands for at most, the most frequent ones."""


class Matcher:
    """Translates the nodes of one query; ``notices`` gets what the reader should know."""

    def __init__(self, opened: Opened, notices: Notices | None = None) -> None:
        self.opened = opened
        self.statistics = opened.statistics
        self.notices = Notices() if notices is None else notices
        self.prefixes = 1
        """Nodes of the query that stand for all words with a prefix."""

    def __call__(self, node: query.Query | None) -> Json:
        """Return what matches a node."""
        match node:
            case None:
                return EVERYTHING
            case WordQuery():
                return self.word(node)
            case PhraseQuery():
                return any_of([self.phrase(field, node) for field in node.fields])
            case NearQuery():
                return any_of([self.near(field, node) for field in node.fields])
            case LetterQuery():
                return any_of([self.letter(field, node) for field in node.fields])
            case PrefixQuery():
                return any_of([self.prefix(field, node.prefix) for field in node.fields])
            case FuzzyQuery():
                words = [near.term for near in self.near_words(node).terms]
                return any_of([terms(field, words) for field in node.fields])
            case WordPattern():
                return {"wildcard": {node.fieldname: {"value": node.text}}}
            case FacetFilter():
                return self._facet(node)
            case KeyFilter():
                return self._key(node)
            case DateFilter():
                return _published(node)
            case AnalyzerFilter():
                return terms("analyzer", sorted(node.suffixes))
            case query.And():
                wanted = [each for each in node.subqueries if not isinstance(each, query.Not)]
                but = [each.query for each in node.subqueries if isinstance(each, query.Not)]
                return all_of(map(self, wanted), map(self, but))
            case query.Or():  # DisjunctionMax is one
                return any_of(map(self, node.subqueries))
            case query.DisjunctionMax():
                return any_of(map(self, node.subqueries))
            case query.Not():
                return all_of([], [self(node.query)])
            case query.Every():
                return EVERYTHING
            case query.NullQuery:
                return NOTHING
        raise TypeError(f"no such node: {node!r}")

    def prepare(self, nodes: Sequence[query.Query]) -> None:
        """Ask for the numbers of all words at once, instead of for those of each."""
        every = [part for node in nodes for part in nodes_of(node)]
        self.prefixes = sum(isinstance(part, PrefixQuery) for part in every)
        asked_before = self.statistics.asked
        distinct = dict.fromkeys(part for part in every if isinstance(part, WordQuery))
        words = [word for word in distinct if word not in asked_before]
        if not words:
            return
        asked = [self.forms(word) for word in words] + [self.typed(word) for word in words]
        asked += [self.forms(word, suffix) for word in words for suffix in word.forms]
        counts = self.statistics.counts(asked)
        rare = [word for word, n in zip(words, counts, strict=False) if n <= MOST_DOCUMENTS]
        pieces = [
            self.written(word.fields, piece)
            for word in rare
            if not word.literal_in and not word.optional_in
            for both in halves(word.literal)
            for piece in both
        ]
        self.statistics.counts(pieces)
        if len(asked_before) > _KEPT:
            asked_before.clear()
        asked_before.update(words)

    # Words

    def word(self, node: WordQuery) -> Json:
        """Return what has a word in any form, joined or written apart, or needs not have it."""
        return self.opened.kept(("matching", node, node.joined), lambda: self._word(node))

    def _word(self, node: WordQuery) -> Json:
        found = [self.forms(node)]
        for words in self.spellings(node):
            found += [self.phrase(field, PhraseQuery(words)) for field in node.fields]
        if node.literal_in:
            only = terms("analyzer", sorted(node.literal_in))
            found.append(all_of([only, self.written(node.fields, node.literal)]))
        if node.optional_in:
            found.append(terms("analyzer", sorted(node.optional_in)))
        return any_of(found)

    def forms(self, node: WordQuery, suffix: str = "") -> Json:
        """Return what has any form of a word, in one language or in any."""
        every = [
            term(one, form)
            for one, forms in node.forms.items()
            if one == suffix or not suffix
            for form in forms
        ]
        return any_of([terms(field, every) for field in node.fields])

    def present(self, node: WordQuery) -> list[str]:
        """Return the terms of a word, in the languages in which any document has it."""
        counts = self.statistics.counts([self.forms(node, suffix) for suffix in node.forms])
        return [
            term(suffix, form)
            for (suffix, forms), count in zip(node.forms.items(), counts, strict=True)
            for form in forms
            if count
        ]

    def typed(self, node: WordQuery) -> Json:
        """Return what has a word as it was typed, in a language that has forms of it."""
        only = terms("analyzers", sorted(node.forms))
        return all_of([only, self.written(node.fields, node.literal)])

    def written(self, fields: Sequence[str], word: str) -> Json:
        """Return what has a folded word in any of the fields."""
        return any_of([terms(field, [fit(word)]) for field in fields])

    def spellings(self, node: WordQuery) -> list[tuple[str, ...]]:
        """Return the phrases that are other spellings of a word: joined, or in two words."""
        if node.literal_in or node.optional_in:
            return []
        found: list[tuple[str, ...]] = [(word,) for word in node.joined]
        if self.statistics.count(self.forms(node)) <= MOST_DOCUMENTS:
            pairs = list(halves(node.literal))
            counts = iter(
                self.statistics.counts(
                    [self.written(node.fields, word) for both in pairs for word in both]
                )
            )
            found += [both for both in pairs if all([next(counts) > 0, next(counts) > 0])]
        return found

    def phrase(self, field: str, node: PhraseQuery) -> Json:
        """Return what has successive words in a field."""
        words = [fit(word) for word in node.words]
        if node.open:
            ends = self.opened.words.beginning(words[-1], MAX_OPEN)
            if not ends:
                return NOTHING
            rules = [one_word([word]) for word in words[:-1]] + [one_word(ends)]
            if len(rules) == 1:
                return terms(field, ends)
            return {"intervals": {field: within(rules, 0, ordered=True)}}
        if len(words) == 1:
            return terms(field, words)
        return {"match_phrase": {field: {"query": " ".join(words)}}}

    def near(self, field: str, node: NearQuery) -> Json:
        """Return what has words near one another in a field."""
        rules = [one_word([fit(word)]) for word in node.words]
        return {"intervals": {field: within(rules, node.distance, ordered=False)}}

    def letter(self, field: str, node: LetterQuery) -> Json:
        """Return what has a word in any form before a letter."""
        every = self.present(node.word)
        if not every:
            return NOTHING
        rules = [one_word(every), one_word([fit(node.letter)])]
        return {"intervals": {field: within(rules, 0, ordered=True)}}

    def prefix(self, field: str, prefix: str) -> Json:
        """Return what has a word with a prefix."""
        return {"prefix": {field.partition("_")[0]: {"value": fit(prefix)}}}

    def near_words(self, node: FuzzyQuery) -> FuzzyExpansion:
        """Return the words that a fuzzy one stands for; add a notice if they are not all."""
        near = expand_fuzzy(node.word, node.distance, self.opened.words)
        if near.cut:
            word = f"{node.word}~{node.distance}"
            self.notices.add("fuzzy_cut", word=word, limit=str(MAX_TERMS))
        return near

    # Filters

    def _facet(self, node: FacetFilter) -> Json:
        column = self.opened.columns[node.facet]
        if node.value in column.ordinal:
            return terms(facet_field(node.facet), [node.value])
        # A value of no vocabulary may differ in case and accents from that of documents.
        typed = fold(node.typed)
        values = [
            value
            for value in column.values
            if typed in (fold(value), fold(column.labels.get(value, value)))
        ]
        if not values and not node.implied:
            self.notices.add("unknown_value", field=node.facet, value=node.typed)
        return terms(facet_field(node.facet), values)

    def _key(self, node: KeyFilter) -> Json:
        if node.key == "thread":
            reader = Reader(self.opened)
            docs = conversation(reader, node.having[0]).tolist()
            found = terms("id", [reader.head(doc).id for doc in docs])
            found = found if docs else NOTHING
        else:
            keys = [key_term(key_digest(node.key, having)) for having in node.having]
            found = all_of([terms("keys", [key]) for key in keys])
            found = found if self.statistics.count(found) else NOTHING
        if found == NOTHING:
            self.notices.add("unknown_value", field=node.key, value=node.typed)
        return found


def _published(node: DateFilter) -> Json:
    bounds = {}
    if node.first:
        bounds["gte"] = node.first.isoformat()
    if node.last:
        bounds["lte"] = node.last.isoformat()
    return {"range": {"day": bounds}} if bounds else {"exists": {"field": "day"}}


def nodes_of(node: query.Query) -> Iterator[query.Query]:
    """Yield a node and all that it is made of."""
    yield node
    match node:
        case LetterQuery():
            yield node.word
        case query.Not():
            yield from nodes_of(node.query)
        case query.And() | query.Or() | query.DisjunctionMax():
            for child in node.subqueries:
                yield from nodes_of(child)
