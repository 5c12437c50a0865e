"""Evaluation and scoring: a query tree becomes ranked documents. ``answer`` is the way in.

The room holds the evaluation of query nodes, BM25F, term proximity, relaxation, the deadline and
the order of results; ``similar`` ranks the documents most like one. It parses nothing
(``search.query``), and knows neither facets nor snippets.
"""

from search.scoring.bm25 import PARAMETERS, CollectionStats, Parameters
from search.scoring.conversation import conversation
from search.scoring.deadline import Deadline
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.explanation import explain, in_field
from search.scoring.proximity import RESCORED, WINDOW
from search.scoring.relaxation import MOST, Answer, answer, most
from search.scoring.similar import VALUE_WEIGHTS, distinctive_words, similar
from search.scoring.spellings import MOST_DOCUMENTS, halves
from search.scoring.top import Ranking, request_fingerprint

__all__ = [
    "MOST",
    "MOST_DOCUMENTS",
    "PARAMETERS",
    "RESCORED",
    "VALUE_WEIGHTS",
    "WINDOW",
    "Answer",
    "CollectionStats",
    "Deadline",
    "Evaluation",
    "Matches",
    "Parameters",
    "Ranking",
    "answer",
    "conversation",
    "distinctive_words",
    "explain",
    "halves",
    "in_field",
    "most",
    "request_fingerprint",
    "similar",
]
