"""TODO."""

from search.facets.counts import facet_page, facets
from search.facets.filters import Filtered
from search.facets.labels import Lookup, Names, facet_names

__all__ = [
    "Filtered",
    "Lookup",
    "Names",
    "facet_names",
    "facet_page",
    "facets",
]
