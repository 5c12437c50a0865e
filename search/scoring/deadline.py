"""The deadline of a search, and what is left out to keep it.

What only adds documents, or only orders them, may be left out: the answer then says so. Without
the rest, an answer would have wrong documents: that ends the search.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from whoosh import query

from index.errors import SearchTimeout
from search.query import (
    CompoundQuery,
    DateFilter,
    FacetFilter,
    FuzzyQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
)
from search.response import Notice

Part = Literal["alternatives", "expansions", "proximity", "relaxation"]
"""What can be left out: alternatives of an OR, words that a prefix or fuzzy word stands for,
what words close together add to a score, documents that have only some of the words."""

_MAX_SAID = 200


@dataclass
class Deadline:
    """The deadline (a moment of ``time.monotonic()``, None for none) of one evaluation.

    Only when ``lenient`` is anything left out; ``notices`` then say what.
    """

    deadline: float | None = None
    lenient: bool = False
    notices: list[Notice] = field(default_factory=list)

    def check(self) -> None:
        """Raise SearchTimeout when the deadline has passed."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise SearchTimeout(
                "The search took longer than it may.", "Ask for fewer or longer words."
            )

    def omit(self, error: SearchTimeout, part: Part, nodes: Sequence[query.Query] = ()) -> None:
        """Take note that a part is left out; raises the error where nothing is."""
        if not self.lenient:
            raise error
        values: dict[str, str] = {"part": part}
        if nodes:
            values["left_out"] = _said(nodes)
        notice = Notice("out_of_time", values)
        if notice not in self.notices:
            self.notices.append(notice)

    def goes_on(self, part: Part, node: query.Query) -> bool:
        """Tell whether there is time for more of a part of a node; if not, it is left out."""
        try:
            self.check()
        except SearchTimeout as error:
            self.omit(error, part, [node])
            return False
        return True

    @contextmanager
    def strictly(self) -> Iterator[None]:
        """Leave nothing out within."""
        lenient, self.lenient = self.lenient, False
        try:
            yield
        finally:
            self.lenient = lenient


def _said(nodes: Sequence[query.Query]) -> str:
    """Return words of nodes, as far as they fit a sentence."""
    said = ", ".join(filter(None, map(_wording, nodes)))
    return said if len(said) <= _MAX_SAID else said[: _MAX_SAID - 1] + "…"


def _wording(node: query.Query) -> str:
    match node:
        case WordQuery(literal=word):
            return word
        case PhraseQuery(words=words) | NearQuery(words=words):
            return f'"{" ".join(words)}"'
        case PrefixQuery(prefix=prefix):
            return f"{prefix}*"
        case FuzzyQuery(word=word, distance=distance):
            return f"{word}~{distance}"
        case CompoundQuery(parts=parts):
            return "-".join(parts.words)
        case FacetFilter(facet=facet, value=value):
            return f"{facet}:{value}"
        case DateFilter(first=first, last=last):
            return f"date:{first or ''}..{last or ''}"
        case query.Not(query=excluded):
            return f"NOT {_wording(excluded)}"
        case query.And() | query.Or():
            return " ".join(filter(None, map(_wording, node.subqueries)))
    return ""
