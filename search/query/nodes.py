"""The nodes of a query tree beyond Whoosh's own.

``ArrayQuery`` nodes are evaluated with arrays. Those over text carry what scoring needs to count
the forms of one word once; filters are over the columns of documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query
from whoosh.matching import ListMatcher

from index.calendar import UNDATED_DAY, day_number

TEXT_FIELDS = ("title", "body")
_LAST_DAY = int(np.iinfo(np.int32).max)


class ArrayQuery(query.Query):  # type: ignore[misc]
    """A node that arrays evaluate, see ``search.scoring``.

    Below one of Whoosh's nodes that runs through Whoosh's matchers, its matcher is the list of the
    documents and scores that arrays give. Only a searcher of ``search.scoring`` has these.
    """

    boost = 1.0

    def __str__(self) -> str:
        return repr(self)

    def matcher(self, searcher: Any, context: object = None) -> ListMatcher:
        """Return a matcher of the documents that match."""
        docs, scores = searcher.evaluate(self)
        return ListMatcher(docs.tolist(), scores.tolist())

    def estimate_size(self, reader: Any) -> int:
        """Return the number of documents, which is how many may match."""
        return int(reader.doc_count())


@dataclass(frozen=True)
class WordQuery(ArrayQuery):
    """One word in every language of the index.

    - ``literal``: the word as typed, folded;
    - ``forms``: index terms by analyzer (suffix), the closest form first;
    - ``literal_in``: analyzers for which the word is a stop word that must occur: documents of
      these match if an unstemmed field has ``literal``;
    - ``optional_in``: analyzers of which every document matches, without having the word;
    - ``joined``: what it makes in one piece with the words typed beside it (``you tube``).
    """

    literal: str
    forms: Mapping[str, tuple[str, ...]] = field(hash=False)
    fields: tuple[str, ...] = TEXT_FIELDS
    literal_in: frozenset[str] = frozenset()
    optional_in: frozenset[str] = frozenset()
    joined: tuple[str, ...] = field(default=(), compare=False)

    def required(self) -> "WordQuery":
        """Return the word without the documents that match without having it."""
        return replace(self, optional_in=frozenset())


@dataclass(frozen=True)
class PhraseQuery(ArrayQuery):
    """Successive words as typed in one unstemmed field; if ``open``, the last is a prefix."""

    words: tuple[str, ...]
    fields: tuple[str, ...] = TEXT_FIELDS
    open: bool = False


@dataclass(frozen=True)
class LetterQuery(ArrayQuery):
    """A single letter behind a word in any of its forms: the C of ``vitamine C``."""

    word: WordQuery
    letter: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the word."""
        return self.word.fields


@dataclass(frozen=True)
class NearQuery(ArrayQuery):
    """Words as typed, in any order, with at most ``distance`` other words among them."""

    words: tuple[str, ...]
    distance: int
    fields: tuple[str, ...] = TEXT_FIELDS


@dataclass(frozen=True)
class PrefixQuery(ArrayQuery):
    """Words with a prefix, in an unstemmed field."""

    prefix: str
    fields: tuple[str, ...] = TEXT_FIELDS


@dataclass(frozen=True)
class FuzzyQuery(ArrayQuery):
    """Words within an edit distance of a word, in an unstemmed field: ``search.query.words``."""

    word: str
    distance: int
    fields: tuple[str, ...] = TEXT_FIELDS


class CompoundQuery(query.DisjunctionMax):  # type: ignore[misc]
    """A compound: its joined form, or the phrase of its parts; the better score counts."""

    def __init__(self, joined: WordQuery, parts: Sequence[str], open: bool = False) -> None:
        self.joined = joined
        self.fields = joined.fields
        self.parts = PhraseQuery(tuple(parts), joined.fields, open)
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


@dataclass(frozen=True)
class AnalyzerFilter(Filter):
    """Documents whose language is analysed by one of these analyzers (suffixes)."""

    suffixes: frozenset[str]


@dataclass(frozen=True)
class FacetFilter(Filter):
    """Documents with a value of a facet.

    ``typed`` is the value as typed. An ``implied`` filter was not typed as one: words name
    the value. Filters are equal whatever was typed.
    """

    facet: str
    value: str
    typed: str = field(compare=False)
    implied: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class KeyFilter(Filter):
    """Documents with all terms ``having`` in the field ``key``, see ``index.keys``.

    A ``thread`` has all messages that are connected with the one whose id is asked for. ``typed``
    is the value as typed.
    """

    key: str
    having: tuple[str, ...]
    typed: str = field(compare=False)


@dataclass(frozen=True)
class DateFilter(Filter):
    """Documents published between two days, both included; None leaves that side open."""

    first: date | None
    last: date | None

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day, since 1970; ``UNDATED_DAY`` is before both."""
        first = day_number(self.first) if self.first else UNDATED_DAY + 1
        return first, day_number(self.last) if self.last else _LAST_DAY

    def mask(self, days: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which days, since 1970, are in the range."""
        first, last = self.days
        mask: NDArray[np.bool_] = days >= first
        if self.last:
            mask &= days <= last
        return mask
