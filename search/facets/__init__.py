"""Facets under the contract of docs/facets.md: filters, counts of values, labels.

Not for: which facets there are (``index.facets``) or how a page shows them.
"""

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
