"""TODO."""

from search.scoring.bm25 import CollectionStats, idf
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.relaxation import answer
from search.scoring.top import Ranking, request_fingerprint

__all__ = [
    "CollectionStats",
    "Evaluation",
    "Matches",
    "Ranking",
    "answer",
    "idf",
    "request_fingerprint",
]
