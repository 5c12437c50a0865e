"""TODO."""

from search.query.compiler import Clause, Mark, ParsedQuery, QueryWord, parse
from search.query.nodes import (
    TEXT_FIELDS,
    AnalyzedWith,
    Compound,
    Dated,
    Filter,
    Fuzzy,
    HasValue,
    Near,
    Quoted,
    Started,
    Word,
)
from search.query.words import MAX_TERMS, Expansion, expansion

__all__ = [
    "MAX_TERMS",
    "TEXT_FIELDS",
    "AnalyzedWith",
    "Clause",
    "Compound",
    "Dated",
    "Expansion",
    "Filter",
    "Fuzzy",
    "HasValue",
    "Mark",
    "Near",
    "ParsedQuery",
    "QueryWord",
    "Quoted",
    "Started",
    "Word",
    "expansion",
    "parse",
]
