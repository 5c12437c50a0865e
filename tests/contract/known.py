"""What may differ between the engines: lines of the table in docs/opensearch.md, no others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whoosh import query

from index.analysis import analyzer, tokenize
from search.query import NearQuery, ParsedQuery, WordQuery, parse
from search.request import SearchRequest

_ORDER = frozenset(
    f"{part}{name}"
    for part in ("", "below: ")
    for name in ("scores", "order", "which results", "explanations")
)


def nodes(node: query.Query | None) -> Iterator[query.Query]:
    """Yield a node and all below it."""
    if node is not None:
        yield node
        below = getattr(node, "subqueries", [getattr(node, "query", None)])
        for child in below:
            yield from nodes(child)


def _all_nodes(parsed: ParsedQuery) -> Iterator[query.Query]:
    for each in (parsed, parsed.wished(), parsed.question):
        if each is not None:
            yield from nodes(each.tree)


def _has_neighbours(parsed: ParsedQuery, _: Sequence[str]) -> bool:
    return any(each.pairs for each in (parsed, parsed.wished(), parsed.question) if each)


def _is_near_itself(parsed: ParsedQuery, _: Sequence[str]) -> bool:
    near = (node for node in _all_nodes(parsed) if isinstance(node, NearQuery))
    return any(len(set(node.words)) < len(node.words) for node in near)


def _is_stopped_somewhere(parsed: ParsedQuery, analyzers: Sequence[str]) -> bool:
    """Tell whether a word, as typed, is a stop word of any language of the archive."""
    words = {node.literal for node in _all_nodes(parsed) if isinstance(node, WordQuery)}
    return any(
        analyzer(suffix).is_stop(token)
        for suffix in analyzers
        for word in words
        for token in tokenize(word)
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A difference: how its line in the table begins, what it touches, and in which queries."""

    line: str
    touches: frozenset[str]
    applies: Callable[[ParsedQuery, Sequence[str]], bool]


KNOWN = (
    Known("the bonus for neighbouring words", _ORDER, _has_neighbours),
    Known("the score of a word near itself", _ORDER, _is_near_itself),
    Known("words as typed", _ORDER, _is_stopped_somewhere),
)


def known_lines(
    request: SearchRequest, found: Sequence[str], analyzers: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the lines that explain what differs, and what none explains."""
    parsed = parse(request.q, tuple(analyzers))
    lines = [
        known.line
        for known in KNOWN
        if known.touches.intersection(found) and known.applies(parsed, analyzers)
    ]
    explained = {name for known in KNOWN if known.line in lines for name in known.touches}
    return lines[:1], [name for name in found if name not in explained]
