"""Where the links of a page lead, in the language of the page."""

from dataclasses import replace
from functools import cached_property

from flask import g, request

from search.request import FACETS, MAX_DEPTH, SearchRequest, Sort
from search.response import DateBucket
from web import links
from web.i18n import asked
from web.serialize import SEARCH


def language() -> links.Parameters:
    """Return what links carry so that the reader stays in the language that the address chose."""
    chosen = asked()
    return [("hl", chosen)] if chosen else []


def here(path: str, parameters: links.Parameters) -> str:
    """Return the address of a page."""
    return links.address(request.script_root, path, [*parameters, *language()])


class Addresses:
    """The addresses that the links of a page lead to, for one search."""

    def __init__(self, search: SearchRequest) -> None:
        self.request = search
        self._language = language()
        self._root = request.script_root
        self._carrying: dict[tuple[str, str], str] = {}
        self._near = links.Near(f"{self._root}/search", search, self._language)

    def search(self, wanted: SearchRequest | None = None) -> str:
        """Return the address of a search; of the page itself by default."""
        return self._at("/search", links.parameters(wanted or self.request))

    def words(self, q: str) -> str:
        """Return the address of the same search with other words."""
        return self.search(replace(links.first_page(self.request), q=q))

    def unfiltered(self) -> str:
        """Return the address of the same words without any filter."""
        return self.search(SearchRequest(q=self.request.q, sort=self.request.sort))

    def toggled(self, facet: str, value: str) -> str:
        """Return the address that adds a value, or removes it if selected."""
        return self._near.toggled(facet, value)

    def excluded(self, facet: str, value: str) -> str:
        """Return the address that excludes a value, or stops excluding it."""
        return self._near.excluded(facet, value)

    def bucket(self, bucket: DateBucket) -> str:
        """Return the address that sets the range to a bucket, or lifts it."""
        return self._near.bucket(bucket, brief=True)

    def range(self, first: str, last: str) -> str:
        """Return the address that sets the range, at the precision given."""
        return self._near.range(first, last)

    def undated(self, wanted: str) -> str:
        """Return the address with undated documents alone, included, or left out."""
        if wanted == "only":
            return self.search(replace(links.undated(self.request), undated="only"))
        if wanted == "include":
            return self.search(replace(links.first_page(self.request), undated="include"))
        return self.search(replace(links.first_page(self.request), undated=None))

    def dates(self) -> str:
        """Return the address without a range."""
        return self.search(links.undated(self.request))

    def sorted(self, sort: Sort) -> str:
        """Return the address of the same results in another order."""
        return self.search(replace(links.first_page(self.request), sort=sort))

    def page(self, number: int) -> str:
        """Return the address of another page."""
        return self.search(replace(self.request, page=number, cursor=None))

    def facet(self, name: str, **more: str) -> str:
        """Return the address of the page of all values of a facet."""
        chosen = [(key, value) for key, value in more.items() if value]
        whole = links.parameters(plain(self.request))
        return self._at(f"/facet/{name}", [*whole, *chosen])

    def document(self, id: str, position: int | None = None) -> str:
        """Return the address of a document, with the search that led to it."""
        if position is None or position >= MAX_DEPTH:
            q = [("q", self.request.q)] if self.request.q else []
            return self._at(f"/document/{id}", q)
        where = links.address(self._root, f"/document/{id}")
        return f"{where}?{self._walk}at={position}{self._walk_language}"

    @cached_property
    def _walk(self) -> str:
        written = links.encoded(links.parameters(plain(self.request)))
        return f"{written}&" if written else ""

    @cached_property
    def _walk_language(self) -> str:
        return "".join(f"&{name}={value}" for name, value in self._language)

    def permanent(self, id: str) -> str:
        """Return the address under which a document may be cited, host included."""
        return links.address(g.base, f"/document/{id}")

    def value(self, facet: str, value: str) -> str:
        """Return the address of all documents that carry a value."""
        found = self._carrying.get((facet, value))
        if found is None:
            found = self._at("/search", [(facet, value)])
            self._carrying[facet, value] = found
        return found

    def export(self, path: str) -> str:
        """Return the address of the same search in another form."""
        return self._at(path, links.parameters(links.first_page(self.request)))

    def api(self, base: str | None = None) -> str:
        """Return the address of the same answer from the endpoint."""
        root = self._root if base is None else base
        return links.address(root, SEARCH, links.parameters(self.request))

    def raw(self, id: str) -> str:
        """Return the address of a document from the endpoint."""
        return links.address(self._root, f"/api/documents/{id}")

    def hidden(self, *left_out: str) -> links.Parameters:
        """Return what a form must carry along besides its own fields."""
        written = links.parameters(links.first_page(self.request))
        return [pair for pair in written if pair[0] not in left_out] + self._language

    def _at(self, path: str, written: links.Parameters) -> str:
        return links.address(self._root, path, [*written, *self._language])


def plain(search: SearchRequest) -> SearchRequest:
    """Return what decides which results come and in which order, without how they are shown.

    ``per_page`` stays: the way back leads to the page that a result stands on.
    """
    return replace(
        links.first_page(search), facets=FACETS, facet_size=20, interval="auto", highlight="true"
    )
