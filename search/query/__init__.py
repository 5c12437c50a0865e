"""TODO."""

from search.query.compiler import Clause, Mark, ParsedQuery, QueryWord, parse
from search.query.nodes import (
    TEXT_FIELDS,
    AnalyzerFilter,
    CompoundQuery,
    DateFilter,
    FacetFilter,
    Filter,
    FuzzyQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
)
from search.query.words import MAX_TERMS, FuzzyExpansion, expand_fuzzy

__all__ = [
    "MAX_TERMS",
    "TEXT_FIELDS",
    "AnalyzerFilter",
    "Clause",
    "CompoundQuery",
    "DateFilter",
    "FacetFilter",
    "Filter",
    "FuzzyExpansion",
    "FuzzyQuery",
    "Mark",
    "NearQuery",
    "ParsedQuery",
    "PhraseQuery",
    "PrefixQuery",
    "QueryWord",
    "WordQuery",
    "expand_fuzzy",
    "parse",
]
