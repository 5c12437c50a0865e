"""TODO."""

from search.request.cursor import Cursor, CursorError, decode, encode, fingerprint
from search.request.dates import period
from search.request.request import (
    FACETS,
    MAX_DEPTH,
    MAX_FACET_SIZE,
    MAX_PER_PAGE,
    VALUE_FACETS,
    DateField,
    FacetOrder,
    Fault,
    Interval,
    InvalidRequest,
    SearchRequest,
    Sort,
    parse_request,
)
from search.request.values import canonical, vocabulary_label, vocabulary_names

__all__ = [
    "FACETS",
    "MAX_DEPTH",
    "MAX_FACET_SIZE",
    "MAX_PER_PAGE",
    "VALUE_FACETS",
    "Cursor",
    "CursorError",
    "DateField",
    "FacetOrder",
    "Fault",
    "Interval",
    "InvalidRequest",
    "SearchRequest",
    "Sort",
    "canonical",
    "decode",
    "encode",
    "fingerprint",
    "parse_request",
    "period",
    "vocabulary_label",
    "vocabulary_names",
]
