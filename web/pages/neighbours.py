"""The documents before and after one within the results that led to it."""

from dataclasses import dataclass, replace

from search.engine import Engine
from search.request import MAX_DEPTH, SearchRequest
from search.response import Result

_FEWEST, _MOST = 3, 100


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a document stands among the results of a search.

    ``position`` counts from 1. ``found`` is false where the results no longer have the document
    there (the archive was renewed): there are then no neighbours to tell of.
    """

    position: int
    total: int
    found: bool
    before: Result | None = None
    after: Result | None = None


def neighbours(engine: Engine, search: SearchRequest, id: str, position: int) -> Neighbours:
    """Ask the engine for the page of results around a position, and look where the document is.

    The archive may have been renewed since the link was written: a document that has moved a
    little is found where it is now.
    """
    size, page = page_around(position)
    response = engine.search(
        replace(search, page=page, per_page=size, cursor=None, facets=(), highlight="false")
    )
    first = (page - 1) * size + 1
    ids = [result.id for result in response.results]
    if id not in ids:
        return Neighbours(position, response.total, found=False)
    at = ids.index(id)
    if first + at != position and (at == 0 or at == len(ids) - 1):
        return neighbours(engine, search, id, first + at)
    return Neighbours(
        position=first + at,
        total=response.total,
        found=True,
        before=response.results[at - 1] if at else None,
        after=response.results[at + 1] if at + 1 < len(ids) else None,
    )


def page_around(position: int) -> tuple[int, int]:
    """Return the size and the number of a page that has a position and those beside it.

    No page reaches deeper than MAX_DEPTH: at its end the one beside it may be left out.
    """
    at = position - 1
    for size in range(_FEWEST, _MOST + 1):
        first = max(at - 1, 0) // size
        if (at + 1) // size == first and (first + 1) * size <= MAX_DEPTH:
            return size, first + 1
    return 1, position
