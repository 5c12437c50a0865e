"""TODO."""

from search.query.compiler import Mark
from search.query.fuzzy import MAX_TERMS, Expansion, expansion
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
from search.query.query import Clause, ParsedQuery, QueryWord, parse

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
