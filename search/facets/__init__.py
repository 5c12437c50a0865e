"""Facets: the filters of a request, and the counts of values and dates under them.

``Filtered`` applies the filters to the documents that match a query. ``facets`` and ``facet_page``
count them under the contract of docs/facets.md. ``LocalizedFacets`` has the values of all facets
with labels in one locale. Which facets there are, and how a document gets its values, is declared
in ``index.facets``; the columns of values are ``index.store``'s.
"""

from search.facets.counts import Tallies, facet_page, facets
from search.facets.dates import Buckets, Dates
from search.facets.filters import Filtered
from search.facets.labels import Column, FacetNames, LocalizedFacet, LocalizedFacets, facet_names

__all__ = [
    "Buckets",
    "Column",
    "Dates",
    "FacetNames",
    "Filtered",
    "LocalizedFacet",
    "LocalizedFacets",
    "Tallies",
    "facet_names",
    "facet_page",
    "facets",
]
