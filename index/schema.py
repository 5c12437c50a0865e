"""The fields that are searched, and how analysed text enters them.

``title`` and ``body`` hold words as written, folded but not stemmed;
``title_<suffix>`` and ``body_<suffix>`` hold the terms of one analyzer.
"""

from collections.abc import Iterable

from whoosh.fields import FieldType, Schema
from whoosh.formats import Positions

PARTS = ("title", "body")
MAX_TERM_BYTES = 255
"""Longer terms are cut, in documents and in lookups alike: nobody means more than that."""

_SAFE_CHARACTERS = MAX_TERM_BYTES // 4


def fit(term: str) -> str:
    """Cut a term at MAX_TERM_BYTES of UTF-8, between characters."""
    if len(term) <= _SAFE_CHARACTERS:
        return term
    encoded = term.encode("utf-8", "replace")
    return encoded[:MAX_TERM_BYTES].decode("utf-8", "ignore")


def schema(analyzers: Iterable[str]) -> Schema:
    """Return the same fields for Whoosh's own searcher, see ``index.whoosh.codec``."""
    fields = {}
    for part in PARTS:
        for name in (part, *(f"{part}_{suffix}" for suffix in analyzers)):
            fields[name] = FieldType(format=Positions(), analyzer=None, scorable=True)
    return Schema(**fields)
