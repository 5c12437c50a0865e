"""TODO."""

from search.request.cursor import Cursor, CursorError, decode, encode, fingerprint
from search.request.dates import period
from search.request.request import (
    FACETS,
    MAX_DEPTH,
    MAX_FACET_SIZE,
    MAX_PER_PAGE,
    DateField,
    FacetOrder,
    Fault,
    Interval,
    InvalidRequest,
    SearchRequest,
    Sort,
    parse_request,
)

__all__ = [
    "FACETS",
    "MAX_DEPTH",
    "MAX_FACET_SIZE",
    "MAX_PER_PAGE",
    "Cursor",
    "CursorError",
    "DateField",
    "FacetOrder",
    "Fault",
    "Interval",
    "InvalidRequest",
    "SearchRequest",
    "Sort",
    "decode",
    "encode",
    "fingerprint",
    "parse_request",
    "period",
]
