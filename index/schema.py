"""The fields that are searched, and how analysed text enters them.

``id`` finds a document. ``title`` and ``body`` hold words as written, folded but not stemmed;
``title_<suffix>`` and ``body_<suffix>`` hold the terms of one analyzer. Text is analysed in the
worker processes, so a document reaches the writer as finished postings.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence, Positions

from index.codec.runs import FieldPostings

ID = "id"
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


def field_postings(terms: Mapping[str, Sequence[int]]) -> FieldPostings:
    """Lay out terms and their ascending positions in one field of one document."""
    fitting = {term: at for term, at in terms.items() if 0 < len(term) <= _SAFE_CHARACTERS and at}
    if len(fitting) < len(terms):
        for term, at in terms.items():
            if len(term) > _SAFE_CHARACTERS and at:
                # Two long terms can be one after the cut.
                key = fit(term)
                fitting[key] = sorted({*fitting.get(key, ()), *at})
    freqs = np.fromiter(map(len, fitting.values()), np.int32, len(fitting))
    positions = np.fromiter(chain.from_iterable(fitting.values()), np.int32, int(freqs.sum()))
    return FieldPostings(list(fitting), freqs, positions)


def id_postings(id: str) -> FieldPostings:
    """Lay out the id of a document: one term, whole."""
    return FieldPostings([id], np.ones(1, np.int32), None)


def schema(analyzers: Iterable[str]) -> Schema:
    """Return the same fields for Whoosh's own searcher, see ``index.codec.whoosh_codec``."""
    fields = {ID: FieldType(format=Existence(), analyzer=None)}
    for part in PARTS:
        for name in (part, *(f"{part}_{suffix}" for suffix in analyzers)):
            fields[name] = FieldType(format=Positions(), analyzer=None, scorable=True)
    return Schema(**fields)
