"""TODO."""

from search.scoring.bm25 import Frame, idf
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.relaxation import answer
from search.scoring.top import Ranking, request_fingerprint

__all__ = [
    "Evaluation",
    "Frame",
    "Matches",
    "Ranking",
    "answer",
    "idf",
    "request_fingerprint",
]
