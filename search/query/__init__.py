"""The query language: text as typed becomes a query tree. ``parse`` is the way in.

The room holds the lexer and parser, the compiler, the analysis of query words, entity linking,
question detection and the nodes of query trees. It finds no documents: ``search.scoring`` evaluates
the tree. It knows no other parameter of a request than ``q``.
"""

from search.query.compiler import Clause, ParsedQuery, QueryWord, parse
from search.query.marks import Mark
from search.query.nodes import (
    TEXT_FIELDS,
    AnalyzerFilter,
    ArrayQuery,
    CompoundQuery,
    DateFilter,
    FacetFilter,
    Filter,
    FuzzyQuery,
    KeyFilter,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WildcardQuery,
    WordPattern,
    WordQuery,
)
from search.query.parser import quoted, running_text
from search.query.wording import depends_on_language, in_every_language, in_own_words, understood_as
from search.query.words import MAX_TERMS, FuzzyExpansion, default_edits, expand_fuzzy

__all__ = [
    "MAX_TERMS",
    "TEXT_FIELDS",
    "AnalyzerFilter",
    "ArrayQuery",
    "Clause",
    "CompoundQuery",
    "DateFilter",
    "FacetFilter",
    "Filter",
    "FuzzyExpansion",
    "FuzzyQuery",
    "KeyFilter",
    "LetterQuery",
    "Mark",
    "NearQuery",
    "ParsedQuery",
    "PhraseQuery",
    "PrefixQuery",
    "QueryWord",
    "WildcardQuery",
    "WordPattern",
    "WordQuery",
    "default_edits",
    "depends_on_language",
    "expand_fuzzy",
    "in_every_language",
    "in_own_words",
    "parse",
    "quoted",
    "running_text",
    "understood_as",
]
