"""Analysis: text becomes tokens, and tokens the terms under which documents are found.

``analyzer`` returns the analyzer of a language, a composition of Whoosh's tokenizer and token
filters; documents and queries go through the same one. ``tokens`` analyses many texts at once with
arrays, for indexing. Offsets are characters of the text as given. The room reads no index and knows
no query.
"""

from index.analysis.analyzers import (
    ANALYZERS,
    EXACT_ANALYZER,
    PART_GAP,
    Analyzer,
    ElisionFilter,
    FoldFilter,
    StemFilter,
    StopWordFilter,
    WordTokenizer,
    analyse,
    analyzer,
    direction,
    forms_of,
)
from index.analysis.bulk import Part, Tokens, Vocabulary, part, parts, tokens
from index.analysis.folding import (
    Folded,
    composed,
    fold,
    fold_key,
    fold_text,
    name_key,
    normalize,
)
from index.analysis.inflection import INFLECTIONS, plural_rules
from index.analysis.squeezing import Squeezed, spellings, squeeze, squeeze_word
from index.analysis.stemming import function_words
from index.analysis.tokenizer import CHUNK, Token, chunk_tokens, tokenize

__all__ = [
    "ANALYZERS",
    "CHUNK",
    "EXACT_ANALYZER",
    "INFLECTIONS",
    "PART_GAP",
    "Analyzer",
    "ElisionFilter",
    "FoldFilter",
    "Folded",
    "Part",
    "Squeezed",
    "StemFilter",
    "StopWordFilter",
    "Token",
    "Tokens",
    "Vocabulary",
    "WordTokenizer",
    "analyse",
    "analyzer",
    "chunk_tokens",
    "composed",
    "direction",
    "fold",
    "fold_key",
    "fold_text",
    "forms_of",
    "function_words",
    "name_key",
    "normalize",
    "part",
    "parts",
    "plural_rules",
    "spellings",
    "squeeze",
    "squeeze_word",
    "tokenize",
    "tokens",
]
