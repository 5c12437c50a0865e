"""Evaluation and scoring: a query tree becomes ranked documents. ``answer`` is the way in.

The room holds the evaluation of query nodes, BM25F, term proximity, relaxation, the deadline and
the order of results; ``similar`` ranks the documents most like one. It parses nothing
(``search.query``), and knows neither facets nor snippets.
"""

from search.scoring.bm25 import PARAMETERS, CollectionStats, Parameters
from search.scoring.conversation import conversation
from search.scoring.deadline import Deadline
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.explanation import explain
from search.scoring.relaxation import Answer, answer, most
from search.scoring.similar import similar
from search.scoring.top import Ranking, request_fingerprint

__all__ = [
    "PARAMETERS",
    "Answer",
    "CollectionStats",
    "Deadline",
    "Evaluation",
    "Matches",
    "Parameters",
    "Ranking",
    "answer",
    "conversation",
    "explain",
    "most",
    "request_fingerprint",
    "similar",
]
