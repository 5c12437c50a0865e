"""Engine: what the web application and the command line ask questions of."""

from typing import Protocol

from index.document import Skipped
from search.request import FacetOrder, SearchRequest
from search.response import DocumentView, FacetPage, IndexStatus, Result, SearchResponse, Suggestion


class Engine(Protocol):
    """A searchable archive. Every method is safe to call from several threads.

    Every method may raise ``index.errors.IndexUnavailable`` (the remedy is in the error).
    """

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a search: one page of results, an exact total, facets under the contract."""
        ...

    def facet(
        self,
        name: str,
        request: SearchRequest,
        prefix: str,
        page: int,
        order: FacetOrder = "count",
    ) -> FacetPage:
        """Search inside a value facet: values a word of whose label or alias starts so.

        ``request.facet_size`` values a page, under the other filters of ``request``, by count
        or by label. Case, accents and language of the alias do not matter. Raises KeyError for
        an unknown facet.
        """
        ...

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Complete what is being typed: organizations, themes, titles, words."""
        ...

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document, matches of ``q`` in ``highlights``; None if absent."""
        ...

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one, best first; None if absent."""
        ...

    def status(self) -> IndexStatus:
        """Return what is being served."""
        ...

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the files and records that were left out of what is served, and why."""
        ...
