"""The two contracts of an engine: what it answers, and what its index must know.

``Engine`` is what the web application and the command line ask; a second engine (a search cluster,
say) implements it and nothing else changes. ``Lexicon``, ``Terms`` and ``StoredTexts`` are what
fuzzy words, spelling, suggestions and highlighting ask of an index. An engine that implements them
uses that code as it is; the local engine has ``SnapshotLexicon``, ``InvertedIndex`` and
``StoredFields``.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index import Skipped
from index.store import Details, Head, LongText, Near
from search.request import FacetOrder, SearchRequest
from search.response import DocumentView, FacetPage, IndexStatus, Result, SearchResponse, Suggestion


class Engine(Protocol):
    """A searchable index. Every method is safe to call from several threads.

    Every method may raise ``index.errors.IndexUnavailable``, whose message names the remedy.
    """

    def search(self, request: SearchRequest) -> SearchResponse:
        """Return one page of results, the exact total and the facets that were asked for.

        Raises InvalidRequest for a cursor of another request, SearchTimeout.
        """

    def facet(
        self, name: str, request: SearchRequest, prefix: str, page: int, order: FacetOrder = "count"
    ) -> FacetPage:
        """Return one page of the values of a facet that have a word beginning with ``prefix``.

        Labels and aliases in every language are searched; case and accents do not matter. Counts
        are under the other filters of ``request``; a page has ``request.facet_size`` values.
        Raises KeyError for a name that is no facet of values, SearchTimeout.
        """

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Return completions of a text being typed: organizations, themes, words, titles."""

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document with all matches of ``q`` as offsets; None if it is absent."""

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one, best first; None if it is absent."""

    def status(self) -> IndexStatus:
        """Return what is being served."""

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the files and records that the index leaves out, and why."""


class Lexicon(Protocol):
    """The words of an index as documents write them.

    Words go in and come out folded (lower case, no accents), but for surface forms.
    """

    def near_words(self, word: str, edits: int) -> Mapping[str, Near]:
        """Return the words within an edit distance of ``word``, by word."""

    def surface_form(self, word: str) -> str:
        """Return how most documents write a word, in lower case; an unknown word as it is."""

    def completions(
        self, prefix: str, limit: int, before: Sequence[str] = ()
    ) -> Sequence[tuple[str, int]]:
        """Return words with a prefix and how many documents have them and all words ``before``.

        Most documents first. Stop words and very short words are left out.
        """

    def titles(self, prefix: str, limit: int, before: Sequence[str] = ()) -> Sequence[Head]:
        """Return the newest documents with all words ``before`` and one with a prefix in the title.

        Newest first.
        """


class Terms(Protocol):
    """The terms of an index, by field."""

    def exceeds(self, field: str, term: str, documents: int) -> bool:
        """Tell whether more than ``documents`` documents have a term."""

    def positions(self, field: str, term: str, doc: int) -> NDArray[np.int64]:
        """Return the positions of a term in one document, ascending; none if it lacks the term."""


class StoredTexts(Protocol):
    """What is stored of documents, by document number."""

    def head(self, doc: int) -> Head:
        """Return what a line of results shows of a document."""

    def details(self, doc: int, head: Head) -> Details:
        """Return the languages and mentions of the document that ``head`` is of."""

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document."""
