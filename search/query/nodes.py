"""The nodes of a query tree beyond Whoosh's own.

Nodes that match text carry what scoring needs to count the forms of one word once. They are ORs (or
ANDs) over stock nodes, so that Whoosh can evaluate them too. Filters are over columns, which Whoosh
does not have: only ``search.scoring.evaluate`` evaluates them.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import cached_property

from whoosh import query

TEXT_FIELDS = ("title", "body")


class TextNode(query.Or):  # type: ignore[misc]
    """A node whose stock nodes are made only when something other than our evaluation asks.

    Two are equal that have the same ``key``.
    """

    # What the stock constructor, which wants the stock nodes, would set.
    minmatch = 0
    scale = None

    def __init__(self, key: Hashable, boost: float) -> None:
        self.boost = boost
        self._key = key
        self._hash = hash(key)

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
        return (
            type(self) is type(other)
            and isinstance(other, TextNode)
            and self._key == other._key
            and self.boost == other.boost
        )


class WordQuery(TextNode):
    """One word in every language of the index.

    ``forms`` maps the suffix of an analyzer to its terms for the word, the closest form first;
    ``literal`` is the word as written (folded), looked up in the unstemmed fields for documents
    whose analyzer is in ``literal_in`` because the word is a stop word there. Documents whose
    analyzer is in ``optional_in`` match without having the word.
    """

    def __init__(
        self,
        literal: str,
        forms: Mapping[str, tuple[str, ...]],
        fields: tuple[str, ...] = TEXT_FIELDS,
        literal_in: frozenset[str] = frozenset(),
        optional_in: frozenset[str] = frozenset(),
        boost: float = 1.0,
    ) -> None:
        super().__init__((literal, tuple(forms.items()), fields, literal_in, optional_in), boost)
        self.literal = literal
        self.forms = dict(forms)
        self.fields = fields
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
        """Return the word, knowing what it asks where it is a stop word."""
        return WordQuery(self.literal, self.forms, self.fields, literal_in, optional_in)

    def required(self) -> "WordQuery":
        """Return the word without the documents that match without having it."""
        return self.with_stop_words(self.literal_in, frozenset())


class PhraseQuery(TextNode):
    """Words as written, one after another, in the title or in the body (unstemmed fields)."""

    def __init__(
        self, words: Sequence[str], fields: tuple[str, ...] = TEXT_FIELDS, boost: float = 1.0
    ) -> None:
        self.words = tuple(words)
        self.fields = fields
        super().__init__((self.words, fields), boost)

    def _stock(self) -> list[query.Query]:
        words = list(self.words)
        return [
            query.Phrase(field, words) if len(words) > 1 else query.Term(field, words[0])
            for field in self.fields
        ]


class NearQuery(TextNode):
    """Words as written, in any order, with at most ``distance`` other words among them.

    To Whoosh, which has no such node over arrays of positions, it is all the words in one field.
    """

    def __init__(
        self,
        words: Sequence[str],
        distance: int,
        fields: tuple[str, ...] = TEXT_FIELDS,
        boost: float = 1.0,
    ) -> None:
        self.words = tuple(words)
        self.distance = distance
        self.fields = fields
        super().__init__((self.words, distance, fields), boost)

    def _stock(self) -> list[query.Query]:
        return [
            query.And([query.Term(field, word) for word in self.words]) for field in self.fields
        ]


class PrefixQuery(TextNode):
    """Words that start so, as written (unstemmed fields)."""

    def __init__(
        self, prefix: str, fields: tuple[str, ...] = TEXT_FIELDS, boost: float = 1.0
    ) -> None:
        self.prefix = prefix
        self.fields = fields
        super().__init__((prefix, fields), boost)

    def _stock(self) -> list[query.Query]:
        return [query.Prefix(field, self.prefix) for field in self.fields]


class FuzzyQuery(TextNode):
    """Words at most ``distance`` slips away from a word, as written (unstemmed fields).

    See ``search.query.words`` for which these are. To Whoosh a slip is not two neighbouring letters
    in the wrong order, and words may be short.
    """

    def __init__(
        self,
        word: str,
        distance: int,
        fields: tuple[str, ...] = TEXT_FIELDS,
        boost: float = 1.0,
    ) -> None:
        self.word = word
        self.distance = distance
        self.fields = fields
        super().__init__((word, distance, fields), boost)

    def _stock(self) -> list[query.Query]:
        return [
            query.FuzzyTerm(field, self.word, maxdist=self.distance, prefixlength=0)
            for field in self.fields
        ]


class CompoundQuery(query.DisjunctionMax):  # type: ignore[misc]
    """A compound: its joined form, or its parts one after another; the better one counts."""

    def __init__(self, joined: WordQuery, parts: Sequence[str], boost: float = 1.0) -> None:
        self.joined = joined
        self.parts = PhraseQuery(parts, joined.fields)
        super().__init__([joined, self.parts], boost=boost)


class Filter(query.Query):  # type: ignore[misc]
    """A condition on the columns of a document; it adds nothing to a score."""

    boost = 1.0

    def is_leaf(self) -> bool:
        """Return True: a filter has no nodes below it."""
        return True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"

    __str__ = __repr__


class AnalyzerFilter(Filter):
    """Documents whose language is analysed by one of these analyzers (by suffix)."""

    def __init__(self, suffixes: frozenset[str]) -> None:
        self.suffixes = suffixes


class FacetFilter(Filter):
    """Documents with a value of a facet; ``typed`` is the value as it was typed.

    ``implied`` filters were not typed as such. Two names of one value make equal filters.
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
    """Documents published between two days, both inclusive; None leaves that side open."""

    def __init__(self, first: date | None, last: date | None) -> None:
        self.first = first
        self.last = last
