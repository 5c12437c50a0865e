"""TODO."""

from search.facets.counts import facet_page, facets
from search.facets.filters import Filtered
from search.facets.labels import FacetLookup, Lookup, Names, facet_names

__all__ = [
    "FacetLookup",
    "Filtered",
    "Lookup",
    "Names",
    "facet_names",
    "facet_page",
    "facets",
]
