"""A question in, an answer out: the engine over an index, its requests and its responses.

``WhooshEngine(IndexDirectory(path)).search(parse_request(args, locale))`` gives a
``SearchResponse``; ``search.answers`` writes it as JSON. Not for HTTP, pages and addresses, which
are ``web``'s, nor for building an index. ``search.cli`` has the command.
"""

from search import answers
from search.engine import (
    ClusterHealth,
    DateBucket,
    DateFacet,
    DocumentView,
    Engine,
    FacetPage,
    FacetValue,
    IndexStatus,
    Labelled,
    Node,
    Notice,
    Related,
    Result,
    SearchResponse,
    Suggestion,
    ValueFacet,
)
from search.opening import open_engine
from search.query import understood_as
from search.request import (
    FACETS,
    MAX_DEPTH,
    PARAMETERS,
    RESULT_FIELDS,
    Arguments,
    FacetOrder,
    Fault,
    InvalidRequest,
    Parameter,
    SearchRequest,
    parse_leniently,
    parse_request,
)
from search.results import Budget
from search.whoosh_engine import WhooshEngine

__all__ = [
    "FACETS",
    "MAX_DEPTH",
    "PARAMETERS",
    "RESULT_FIELDS",
    "Arguments",
    "Budget",
    "ClusterHealth",
    "DateBucket",
    "DateFacet",
    "DocumentView",
    "Engine",
    "FacetOrder",
    "FacetPage",
    "FacetValue",
    "Fault",
    "IndexStatus",
    "InvalidRequest",
    "Labelled",
    "Node",
    "Notice",
    "Parameter",
    "Related",
    "Result",
    "SearchRequest",
    "SearchResponse",
    "Suggestion",
    "ValueFacet",
    "WhooshEngine",
    "answers",
    "open_engine",
    "parse_leniently",
    "parse_request",
    "understood_as",
]
