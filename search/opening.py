"""The engine that answers from an index, wherever it is."""

from index import IndexDirectory
from index.location import Location, OnCluster
from search.engine import Engine
from search.results import Budget
from search.whoosh_engine import WhooshEngine


def open_engine(index: Location, budget: Budget | None = None) -> Engine:
    """Return the engine of an index; it opens files, or sends requests, at the first question.

    Each process opens its own.
    """
    if isinstance(index, OnCluster):
        from search.opensearch import OpenSearchEngine

        return OpenSearchEngine(index.settings.connect(), index.name, budget)
    return WhooshEngine(IndexDirectory(index.root), budget)
