"""The nodes of a query tree beyond Whoosh's own.

Nodes that match text carry what scoring needs to count the forms of one word once. They are ORs (or
ANDs) over stock nodes, so that Whoosh can evaluate them below a node of its own. Filters are over
doc values, which Whoosh does not have: it asks ``search.scoring.evaluate`` for their documents.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from whoosh import query
from whoosh.matching import ListMatcher

TEXT_FIELDS = ("title", "body")


class TextNode(query.Or):  # type: ignore[misc]
    """A node over text fields. Nodes of one class with the same ``key`` are equal.

    Its stock nodes are made only if something other than our evaluation asks for them.
    """

    # What the constructor of Or, which wants the stock nodes, would set.
    boost = 1.0
    minmatch = 0
    scale = None

    def __init__(self, key: Hashable, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self._key = key, fields
        self._hash = hash(self._key)

    @cached_property
    def subqueries(self) -> list[query.Query]:
        """The stock nodes that this one is to Whoosh."""
        return self._stock()

    def _stock(self) -> list[query.Query]:
        raise NotImplementedError

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and isinstance(other, TextNode) and self._key == other._key


class WordQuery(TextNode):
    """One word in every language of the index.

    - ``forms``: index terms by analyzer (suffix), the closest form first;
    - ``literal``: the word as typed, folded;
    - ``literal_in``: analyzers for which the word is a stop word that must occur: documents of
      these match if an unstemmed field has ``literal``;
    - ``optional_in``: analyzers of which every document matches, without having the word.
    """

    def __init__(
        self,
        literal: str,
        forms: Mapping[str, tuple[str, ...]],
        fields: tuple[str, ...] = TEXT_FIELDS,
        literal_in: frozenset[str] = frozenset(),
        optional_in: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__((literal, tuple(forms.items()), literal_in, optional_in), fields)
        self.literal = literal
        self.forms = dict(forms)
        self.literal_in = literal_in
        self.optional_in = optional_in

    def _stock(self) -> list[query.Query]:
        terms: list[query.Query] = [
            query.Term(f"{field}_{suffix}", form)
            for suffix, suffix_forms in self.forms.items()
            for field in self.fields
            for form in suffix_forms
        ]
        if self.literal_in:
            literals = [query.Term(field, self.literal) for field in self.fields]
            terms.append(query.And([AnalyzerFilter(self.literal_in), query.Or(literals)]))
        if self.optional_in:
            terms.append(AnalyzerFilter(self.optional_in))
        return terms

    def with_stop_words(
        self, literal_in: frozenset[str], optional_in: frozenset[str]
    ) -> "WordQuery":
        """Return the word with other ``literal_in`` and ``optional_in``."""
        return WordQuery(self.literal, self.forms, self.fields, literal_in, optional_in)

    def required(self) -> "WordQuery":
        """Return the word without the documents that match without having it."""
        return self.with_stop_words(self.literal_in, frozenset())


class PhraseQuery(TextNode):
    """Successive words as typed in one unstemmed field."""

    def __init__(self, words: Sequence[str], fields: tuple[str, ...] = TEXT_FIELDS) -> None:
        self.words = tuple(words)
        super().__init__(self.words, fields)

    def _stock(self) -> list[query.Query]:
        words = list(self.words)
        return [
            query.Phrase(field, words) if len(words) > 1 else query.Term(field, words[0])
            for field in self.fields
        ]


class NearQuery(TextNode):
    """Words as typed, in any order, with at most ``distance`` other words among them.

    To Whoosh it is all the words in one field.
    """

    def __init__(
        self, words: Sequence[str], distance: int, fields: tuple[str, ...] = TEXT_FIELDS
    ) -> None:
        self.words = tuple(words)
        self.distance = distance
        super().__init__((self.words, distance), fields)

    def _stock(self) -> list[query.Query]:
        return [
            query.And([query.Term(field, word) for word in self.words]) for field in self.fields
        ]


class PrefixQuery(TextNode):
    """Words with a prefix, in an unstemmed field."""

    def __init__(self, prefix: str, fields: tuple[str, ...] = TEXT_FIELDS) -> None:
        self.prefix = prefix
        super().__init__(prefix, fields)

    def _stock(self) -> list[query.Query]:
        return [query.Prefix(field, self.prefix) for field in self.fields]


class FuzzyQuery(TextNode):
    """Words within an edit distance of a word, in an unstemmed field; see ``search.query.words``.

    To Whoosh two neighbouring letters in the wrong order are two edits, and words may be short.
    """

    def __init__(self, word: str, distance: int, fields: tuple[str, ...] = TEXT_FIELDS) -> None:
        self.word = word
        self.distance = distance
        super().__init__((word, distance), fields)

    def _stock(self) -> list[query.Query]:
        return [
            query.FuzzyTerm(field, self.word, maxdist=self.distance, prefixlength=0)
            for field in self.fields
        ]


class CompoundQuery(query.DisjunctionMax):  # type: ignore[misc]
    """A compound: its joined form, or the phrase of its parts; the better score counts."""

    def __init__(self, joined: WordQuery, parts: Sequence[str]) -> None:
        self.joined = joined
        self.parts = PhraseQuery(parts, joined.fields)
        super().__init__([joined, self.parts])


class Filter(query.Query):  # type: ignore[misc]
    """A condition on the columns of a document; it adds nothing to a score."""

    boost = 1.0

    def is_leaf(self) -> bool:
        """Return True: a filter has no nodes below it."""
        return True

    def matcher(self, searcher: Any, context: object = None) -> ListMatcher:
        """Return the documents that pass, for a Whoosh node that has this one below it."""
        return ListMatcher(searcher.matching(self))

    def estimate_size(self, reader: Any) -> int:
        """Return the number of documents: how many pass is not known beforehand."""
        return int(reader.doc_count())

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"

    __str__ = __repr__


class AnalyzerFilter(Filter):
    """Documents whose language is analysed by one of these analyzers (suffixes)."""

    def __init__(self, suffixes: frozenset[str]) -> None:
        self.suffixes = suffixes


class FacetFilter(Filter):
    """Documents with a value of a facet.

    ``typed`` is the value as typed; it does not count when filters are compared. An ``implied``
    filter was not typed as one: a word names the organization.
    """

    def __init__(self, facet: str, value: str, typed: str, implied: bool = False) -> None:
        self.facet = facet
        self.value = value
        self.typed = typed
        self.implied = implied

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FacetFilter) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str]:
        return self.facet, self.value


class DateFilter(Filter):
    """Documents published between two days, both included; None leaves that side open."""

    def __init__(self, first: date | None, last: date | None) -> None:
        self.first = first
        self.last = last
