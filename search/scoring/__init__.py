"""TODO."""

from search.scoring.bm25 import Frame, idf
from search.scoring.evaluate import Evaluation, Matches
from search.scoring.ranking import Ranking, request_fingerprint
from search.scoring.relaxation import answer

__all__ = [
    "Evaluation",
    "Frame",
    "Matches",
    "Ranking",
    "answer",
    "idf",
    "request_fingerprint",
]
