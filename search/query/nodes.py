"""The nodes of a query tree beyond Whoosh's own.

``ArrayQuery`` nodes are evaluated with arrays. Those over text carry what scoring needs to count
the forms of one word once; filters are over the columns of documents.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

from whoosh import query
from whoosh.matching import ListMatcher

TEXT_FIELDS = ("title", "body")


class ArrayQuery(query.Query):  # type: ignore[misc]
    """A node that arrays evaluate, see ``search.scoring``.

    Below one of Whoosh's nodes that runs through Whoosh's matchers, its matcher is the list of the
    documents and scores that arrays give. Only a searcher of ``search.scoring`` has these.
    """

    boost = 1.0

    def matcher(self, searcher: Any, context: object = None) -> ListMatcher:
        """Return a matcher of the documents that match."""
        docs, scores = searcher.evaluate(self)
        return ListMatcher(docs.tolist(), scores.tolist())

    def estimate_size(self, reader: Any) -> int:
        """Return the number of documents, which is how many may match."""
        return int(reader.doc_count())


class TextNode(ArrayQuery):
    """A node over text fields. Nodes of one class with the same ``key`` are equal."""

    def __init__(self, key: Hashable, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self._key = key, fields
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and isinstance(other, TextNode) and self._key == other._key

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._key!r}"

    __str__ = __repr__


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


class NearQuery(TextNode):
    """Words as typed, in any order, with at most ``distance`` other words among them."""

    def __init__(
        self, words: Sequence[str], distance: int, fields: tuple[str, ...] = TEXT_FIELDS
    ) -> None:
        self.words = tuple(words)
        self.distance = distance
        super().__init__((self.words, distance), fields)


class PrefixQuery(TextNode):
    """Words with a prefix, in an unstemmed field."""

    def __init__(self, prefix: str, fields: tuple[str, ...] = TEXT_FIELDS) -> None:
        self.prefix = prefix
        super().__init__(prefix, fields)


class FuzzyQuery(TextNode):
    """Words within an edit distance of a word, in an unstemmed field: ``search.query.words``."""

    def __init__(self, word: str, distance: int, fields: tuple[str, ...] = TEXT_FIELDS) -> None:
        self.word = word
        self.distance = distance
        super().__init__((word, distance), fields)


class CompoundQuery(query.DisjunctionMax):  # type: ignore[misc]
    """A compound: its joined form, or the phrase of its parts; the better score counts."""

    def __init__(self, joined: WordQuery, parts: Sequence[str]) -> None:
        self.joined = joined
        self.parts = PhraseQuery(parts, joined.fields)
        super().__init__([joined, self.parts])


class WordPattern(query.Wildcard):  # type: ignore[misc]
    """The words of one field that match a pattern, in which ``*`` stands for any letters.

    It is Whoosh's node, which finds the words; their postings are added up at once. Every document
    scores the same.
    """

    def matcher(self, searcher: Any, context: object = None) -> Any:
        """Return a matcher of the documents that have any of the words."""
        reader = searcher.reader()
        terms = [term for _, term in self.expanded_terms(reader)]
        return reader.any_of(self.fieldname, terms)


class WildcardQuery(query.Or):  # type: ignore[misc]
    """Words that match a pattern, in an unstemmed field; they begin with ``prefix``."""

    def __init__(self, pattern: str, fields: tuple[str, ...] = TEXT_FIELDS) -> None:
        self.pattern = pattern
        self.prefix = pattern.partition("*")[0]
        self.fields = fields
        super().__init__([WordPattern(field, pattern) for field in fields])


class Filter(ArrayQuery):
    """A condition on the columns of a document; it adds nothing to a score."""

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
