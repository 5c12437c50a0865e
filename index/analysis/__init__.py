"""Text to tokens to terms, the same for documents and for queries."""

from index.analysis.analyzers import (
    ANALYZERS,
    PART_GAP,
    AnalysedText,
    Analyzer,
    analyse,
    analyzer,
    direction,
)
from index.analysis.folding import fold, normalize
from index.analysis.tokenizer import Token, tokenize

__all__ = [
    "ANALYZERS",
    "PART_GAP",
    "AnalysedText",
    "Analyzer",
    "Token",
    "analyse",
    "analyzer",
    "direction",
    "fold",
    "normalize",
    "tokenize",
]
