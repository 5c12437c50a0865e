"""What a document costs a search across languages on a cluster: ``python -m tools.bench.nearest``.

Short documents with random vectors are published in one shard. Questions are asked among all of
them and among every tenth, and the difference of the least times is divided among the others.
"""

import argparse
import sys
from collections.abc import Sequence
from time import perf_counter
from unittest.mock import patch
from uuid import uuid4

import numpy as np

from index import embedding
from index.document import Document, Fields, Language
from index.opensearch import Address, Cluster, compute_vectors, coverage, publish_documents
from search.across import LEAST, LIMIT, Eligible
from search.opensearch.across import IndexVectors
from search.opensearch.opened import Opened
from search.opensearch.reader import Reader
from search.query import parse
from search.request import SearchRequest

_QUESTIONS = 25
_SECONDS = 600.0


class _Chance:
    """Stands for the model."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(1)

    def encode(self, texts: Sequence[str]) -> embedding.Vector:
        """Return random vectors of length 1."""
        drawn = self._chance.normal(size=(len(texts), embedding.DIMENSIONS))
        vectors: embedding.Vector = drawn.astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print microseconds."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.nearest", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:9200")
    parser.add_argument("--documents", type=int, default=20_000)
    options = parser.parse_args(arguments)
    cluster = Cluster(Address.parse(options.url))
    name = f"bench-{uuid4().hex[:8]}"
    entries = (
        (
            Document(f"{at}", f"mot {at}", source="" if at % 10 else "Agence"),
            Fields(Language("fr")),
        )
        for at in range(options.documents)
    )
    encoder = _Chance()
    with (
        patch.object(embedding, "model", lambda: "chance"),
        patch.object(embedding, "encoder", lambda: encoder),
    ):
        try:
            generation = publish_documents(cluster, name, entries)
            compute_vectors(cluster, name)
            opened = Opened(cluster, generation, 0.0)
            vectors = IndexVectors(opened, Reader(opened), coverage(cluster, generation), _SECONDS)
            every, tenth = (
                _least(vectors, encoder, SearchRequest(locale="en", selected=selected))
                for selected in ({}, {"source": ("Agence",)})
            )
        finally:
            for index in cluster.request("GET", f"/{name}-*/_settings"):
                cluster.request("DELETE", f"/{index}")
    print(f"among all {options.documents:,}: {1000 * every:.1f} ms; a tenth: {1000 * tenth:.1f} ms")
    print(f"a document: {1e6 * (every - tenth) / (0.9 * options.documents):.2f} µs")
    return 0


def _least(vectors: IndexVectors, encoder: _Chance, request: SearchRequest) -> float:
    """Return the seconds of the quickest question."""
    eligible = Eligible(request, parse("", ()), "en")
    times = []
    for _ in range(_QUESTIONS):
        (question,) = encoder.encode([""])
        began = perf_counter()
        vectors.nearest(question, eligible, LIMIT, LEAST)
        times.append(perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
