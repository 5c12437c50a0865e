"""The deadline of a search, and what is left out to keep it.

What only adds documents or only orders them may be left out; the answer then says so. Without
anything else an answer would contain wrong documents: then the search ends with SearchTimeout.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from whoosh import query

from index.errors import SearchTimeout
from search.engine import Notices
from search.query import (
    CompoundQuery,
    DateFilter,
    FacetFilter,
    FuzzyQuery,
    KeyFilter,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WildcardQuery,
    WordPattern,
    WordQuery,
)

Part = Literal["alternatives", "expansions", "proximity", "relaxation"]
"""What may be left out: members of an OR, words that a prefix or fuzzy word stands for, the score
of words close together, documents with only some of the words."""

_MAX_DESCRIPTION = 200


@dataclass
class Deadline:
    """The deadline of one evaluation, ``seconds`` from now; None for none.

    Only if ``lenient`` is anything left out; ``notices`` then say what. ``clock`` returns seconds.
    """

    seconds: float | None = None
    lenient: bool = False
    clock: Callable[[], float] = monotonic
    notices: Notices = field(default_factory=Notices)

    def __post_init__(self) -> None:
        self._end = None if self.seconds is None else self.clock() + self.seconds

    def check(self) -> None:
        """Raise SearchTimeout if the deadline has passed."""
        if self._end is not None and self.clock() > self._end:
            raise SearchTimeout(
                "The search took longer than it may.", "Ask for fewer or longer words."
            )

    def omit(self, error: SearchTimeout, part: Part, nodes: Sequence[query.Query] = ()) -> None:
        """Add a notice that a part is left out; raise ``error`` unless lenient."""
        if not self.lenient:
            raise error
        values: dict[str, str] = {"part": part}
        if nodes:
            values["left_out"] = _description(nodes)
        self.notices.add("out_of_time", **values)

    def has_time(self, part: Part, node: query.Query) -> bool:
        """Tell whether there is time for more of a part of a node; if not, it is left out."""
        try:
            self.check()
        except SearchTimeout as error:
            self.omit(error, part, [node])
            return False
        return True

    @contextmanager
    def strict(self) -> Iterator[None]:
        """Leave nothing out inside this context."""
        lenient, self.lenient = self.lenient, False
        try:
            yield
        finally:
            self.lenient = lenient


def _description(nodes: Sequence[query.Query]) -> str:
    """Return nodes as they may be typed, cut to fit a sentence."""
    text = ", ".join(filter(None, map(_text, nodes)))
    return text if len(text) <= _MAX_DESCRIPTION else text[: _MAX_DESCRIPTION - 1] + "…"


def _text(node: query.Query) -> str:
    match node:
        case WordQuery(literal=word):
            return word
        case PhraseQuery(words=words) | NearQuery(words=words):
            return f'"{" ".join(words)}"'
        case WildcardQuery(pattern=pattern) | WordPattern(text=pattern):
            return pattern
        case PrefixQuery(prefix=prefix):
            return f"{prefix}*"
        case FuzzyQuery(word=word, distance=distance):
            return f"{word}~{distance}"
        case CompoundQuery(parts=parts):
            return "-".join(parts.words)
        case FacetFilter(facet=facet, value=value):
            return f"{facet}:{value}"
        case KeyFilter(key=key, typed=typed):
            return f"{key}:{typed}"
        case DateFilter(first=first, last=last):
            return f"date:{first or ''}..{last or ''}"
        case query.Not(query=excluded):
            return f"NOT {_text(excluded)}"
        case query.And() | query.Or():
            return " ".join(filter(None, map(_text, node.subqueries)))
    return ""
