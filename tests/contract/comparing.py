"""What is compared of two answers to one request."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields

from search.engine import Explanation, Result, SearchResponse
from search.request import SearchRequest

SINGLE = 1e-4
"""By how much, as a share, sums of single precision differ."""
_APART = {"results", "explanations", "facets", "generation", "timings", "next_cursor"}
"""What is compared in another way, or belongs to an engine."""


def differences(
    request: SearchRequest, embedded: SearchResponse, cluster: SearchResponse
) -> Iterator[str]:
    """Yield the names of what differs."""
    for field in fields(SearchResponse):
        if field.name not in _APART:
            ours, theirs = (getattr(answer, field.name) for answer in (embedded, cluster))
            if ours != theirs:
                yield field.name
    if list(embedded.facets) != list(cluster.facets):
        yield "facets"
    for name, facet in embedded.facets.items():
        for field in fields(facet):
            if getattr(facet, field.name) != getattr(cluster.facets[name], field.name):
                yield f"facet {name}: {field.name}"
    if (embedded.next_cursor is None) != (cluster.next_cursor is None):
        yield "next_cursor"
    division = len(embedded.results) if embedded.division is None else embedded.division
    if len(embedded.results) == len(cluster.results):
        parts = {"": slice(division), "below: ": slice(division, None)}
        for name, part in parts.items():
            by_score = bool(name) or request.sort == "relevance"
            for found in _of_pages(embedded.results[part], cluster.results[part], by_score):
                yield name + found
    else:
        yield "results"
    if not _same_explanations(embedded.explanations, cluster.explanations):
        yield "explanations"


def _of_pages(
    embedded: Sequence[Result], cluster: Sequence[Result], by_score: bool
) -> Iterator[str]:
    """Yield what differs between two pages."""
    if by_score and not all(
        close(ours.score, theirs.score) for ours, theirs in zip(embedded, cluster, strict=True)
    ):
        yield "scores"
    known = {result.id: result for result in embedded}
    common = [result for result in cluster if result.id in known]
    if [result.id for result in embedded] != [result.id for result in cluster]:
        places = zip(embedded, cluster, strict=True)
        tied = by_score and all(
            ours.id == theirs.id or close(ours.score, theirs.score) for ours, theirs in places
        )
        if not tied:
            yield "which results" if len(common) < len(cluster) else "order"
    for result in common:
        if result._replace(score=0.0) != known[result.id]._replace(score=0.0):
            yield "contents of results"
            break


def close(one: float, other: float) -> bool:
    """Tell whether two scores are the same in single precision."""
    return math.isclose(one, other, rel_tol=SINGLE, abs_tol=1e-6)


def _same_explanations(embedded: Sequence[Explanation], cluster: Sequence[Explanation]) -> bool:
    return len(embedded) == len(cluster) and all(
        close(ours.nearness, theirs.nearness)
        and len(ours.words) == len(theirs.words)
        and all(
            one._replace(score=0.0) == other._replace(score=0.0) and close(one.score, other.score)
            for one, other in zip(ours.words, theirs.words, strict=True)
        )
        for ours, theirs in zip(embedded, cluster, strict=True)
    )
