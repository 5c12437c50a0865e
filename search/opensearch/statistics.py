"""How many documents have something: exact numbers, asked for once in a generation."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock

import orjson

from index.analysis import analyzer
from index.opensearch import Published
from search.opensearch.clauses import Json
from search.scoring import CollectionStats

_KEPT = 100_000
_TOGETHER = 500
"""Counts that are asked for in one request."""


class Statistics:
    """The statistics of a generation that words are weighed by; safe for threads."""

    def __init__(self, search: Callable[[Json], Json], generation: Published) -> None:
        self._search = search
        self._counts: dict[bytes, int] = {}
        self._lock = Lock()
        self.asked: set[Hashable] = set()
        """Words whose counts were all asked for."""
        self.all = CollectionStats(generation.documents, generation.lengths[""])
        documents: dict[str, int] = {}
        for language, count in generation.languages.items():
            suffix = analyzer(language).suffix
            documents[suffix] = documents.get(suffix, 0) + count
        self._by_suffix: Mapping[str, CollectionStats] = {
            suffix: CollectionStats(documents.get(suffix, 0), lengths)
            for suffix, lengths in generation.lengths.items()
            if suffix
        }

    @property
    def suffixes(self) -> Sequence[str]:
        """The analyzers of which there are documents."""
        return tuple(self._by_suffix)

    def by_suffix(self, suffix: str) -> CollectionStats:
        """Return the statistics of the documents of an analyzer; of all if it has none."""
        return self._by_suffix.get(suffix, self.all)

    def counts(self, queries: Sequence[Json]) -> list[int]:
        """Return how many documents match each query."""
        keys = [orjson.dumps(query, option=orjson.OPT_SORT_KEYS) for query in queries]
        known = self._counts
        wanted = {key: query for key, query in zip(keys, queries, strict=True) if key not in known}
        found: dict[bytes, int] = {}
        for first in range(0, len(wanted), _TOGETHER):
            some = list(wanted.items())[first : first + _TOGETHER]
            filters = {"filters": {"filters": [query for _, query in some]}}
            body = {"size": 0, "track_total_hits": False, "aggs": {"counts": filters}}
            buckets = self._search(body)["aggregations"]["counts"]["buckets"]
            for (key, _), bucket in zip(some, buckets, strict=True):
                found[key] = bucket["doc_count"]
        if found:
            with self._lock:
                kept = {} if len(self._counts) > _KEPT else self._counts
                self._counts = {**kept, **found}
        return [found[key] if key in found else known[key] for key in keys]

    def count(self, query: Json) -> int:
        """Return how many documents match a query."""
        return self.counts([query])[0]
