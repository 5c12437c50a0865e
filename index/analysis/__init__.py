"""Text to tokens to terms, the same for documents and for queries."""

from index.analysis.analyzers import (
    ANALYZERS,
    PART_GAP,
    WRITTEN,
    AnalysedText,
    Analyzer,
    analyse,
    analyzer,
    direction,
)
from index.analysis.bulk import Part, Tokens, Vocabulary, part, parts, tokens
from index.analysis.folding import fold, normalize
from index.analysis.splitter import parted
from index.analysis.tokenizer import CHUNK, Token, analyse_chunk, chunk_tokens, tokenize

__all__ = [
    "ANALYZERS",
    "CHUNK",
    "PART_GAP",
    "WRITTEN",
    "AnalysedText",
    "Analyzer",
    "Part",
    "Token",
    "Tokens",
    "Vocabulary",
    "analyse",
    "analyse_chunk",
    "analyzer",
    "chunk_tokens",
    "direction",
    "fold",
    "normalize",
    "part",
    "parted",
    "parts",
    "tokenize",
    "tokens",
]
