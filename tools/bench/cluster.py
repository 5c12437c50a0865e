"""What a build costs on a cluster beside the embedded engine: ``python -m tools.bench.cluster``.

Rebuilds the same documents in turns into an index directory and into an index of a cluster, then
updates a twentieth of them, and prints seconds by the clock and of processors, and their ratio.
Then it asks both engines for the totals and facets of words of the documents, and prints what a
document costs: the inputs of ``tools.bench.scaling``.
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import NamedTuple
from uuid import uuid4

import orjson

from index import IndexDirectory, embedding
from index.build import BuildOptions, Progress, rebuild_into, update_into
from index.build.destination import Destination
from index.build.directory import Directory
from index.document import Document
from index.opensearch import (
    Address,
    Archive,
    Cluster,
    compute_vectors,
    encode_drafts,
    filling,
    published,
    read_back,
)
from index.readers import read
from index.segments import draft
from search import SearchRequest
from search.opensearch import OpenSearchEngine
from search.results import Budget
from search.whoosh_engine import WhooshEngine
from tools.bench.http import ROOT

CHANGED = 20
"""One document of so many is changed before an update."""
_QUESTIONS = 200
_ANALYSED = 2_000
_DROPPED = 40.0
"""Seconds after which a merge drops what was deleted: nodes tell one another every half minute."""
_WORD = re.compile(r"\w{4,}")
_PLENTY = Budget(600.0, 600.0, 600.0, 600.0)


class Cost(NamedTuple):
    """Seconds of a build: by the clock, of this process without its workers, and of the nodes."""

    clock: float
    processor: float
    nodes: float
    phases: dict[str, float]


class _Phases(Progress):
    def __init__(self) -> None:
        super().__init__()
        self._running = ("", perf_counter())
        self.seconds: dict[str, float] = {}

    def phase(self, name: str) -> None:
        before, began = self._running
        now = perf_counter()
        if before:
            self.seconds[before] = self.seconds.get(before, 0.0) + now - began
        self._running = (name, now)

    def step(self, *told: object) -> None:
        """Print nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.cluster", description=__doc__)
    parser.add_argument("source", nargs="?", type=Path, default=ROOT / "seeds")
    parser.add_argument("--url", default="http://127.0.0.1:9200")
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--costs", action="store_true", help="only rebuild on the cluster, and print costs"
    )
    options = parser.parse_args(arguments)
    cluster = Cluster(Address.parse(options.url))
    name = f"bench-{uuid4().hex[:8]}"
    build = BuildOptions(workers=options.workers, fresh=True)
    with tempfile.TemporaryDirectory(prefix="trouvaille-bench-") as temporary:
        folder = Path(temporary)
        source = folder / "documents.jsonl"
        documents = (one for one in read([options.source]) if isinstance(one, Document))
        found = list(islice(documents, options.documents))
        print(f"{len(found):,} documents, {options.workers} workers, {options.turns} turns")
        costs: dict[tuple[str, str], list[Cost]] = {}
        destinations: dict[str, Destination] = {"cluster": Archive(cluster, name)}
        builds: list[tuple[str, Callable[..., object]]] = [("rebuild", rebuild_into)]
        if not options.costs:
            destinations = {"embedded": Directory(folder / "index"), **destinations}
            builds.append(("update", update_into))
        try:
            for turn in range(options.turns):
                for kind, into in builds:
                    _write(source, found, changed=turn + 1 if kind == "update" else 0)
                    for engine, destination in destinations.items():
                        phases = _Phases()
                        began, before = perf_counter(), _used(cluster)
                        into(destination, [source], build, phases)
                        phases.phase("")
                        processor, nodes = _used(cluster)
                        cost = Cost(
                            perf_counter() - began,
                            processor - before[0],
                            nodes - before[1],
                            phases.seconds,
                        )
                        costs.setdefault((kind, engine), []).append(cost)
            if not options.costs:
                _table(costs)
                _compare(folder / "index", cluster, name, found)
            _costs(costs["rebuild", "cluster"], source, cluster, name, len(found))
        finally:
            for index in cluster.request("GET", f"/{name}-*/_settings"):
                cluster.request("DELETE", f"/{index}")
    return 0


def _write(path: Path, documents: Sequence[Document], changed: int) -> None:
    """Write documents as JSON Lines; with ``changed``, one of twenty with another text."""
    with path.open("wb") as file:
        for at, one in enumerate(documents):
            text = f"{one.text}\n{changed}" if changed and at % CHANGED == 0 else one.text
            record = {"id": f"{at:06}", "title": one.title, "text": text, "date": one.date}
            file.write(orjson.dumps({**record, "language": one.language}) + b"\n")


def _table(costs: dict[tuple[str, str], list[Cost]]) -> None:
    """Print the median of each cost, and how many times the embedded engine's it is."""
    for kind in ("rebuild", "update"):
        here, there = costs[kind, "embedded"], costs[kind, "cluster"]
        for what in ("clock", "processor"):
            ours, other = (median(getattr(one, what) for one in some) for some in (here, there))
            print(f"{kind}, {what}: {ours:.2f} s, {other:.2f} s on a cluster: {other / ours:.2f}")
        for engine, some in (("embedded", here), ("cluster", there)):
            phases = {name: median(one.phases[name] for one in some) for name in some[0].phases}
            print(f"  {engine}:", ", ".join(f"{name} {s:.2f} s" for name, s in phases.items()))
            print(f"  {engine}: the nodes {median(one.nodes for one in some):.1f} s")


def _used(cluster: Cluster) -> tuple[float, float]:
    """Return the processor time of this process, and of all nodes."""
    stats = cluster.request("GET", "/_nodes/stats/process")["nodes"].values()
    return process_time(), sum(one["process"]["cpu"]["total_in_millis"] for one in stats) / 1000


def _compare(root: Path, cluster: Cluster, name: str, documents: Sequence[Document]) -> None:
    """Print of how many questions, words of the documents, totals and facets are equal."""
    embedded = WhooshEngine(IndexDirectory(root), _PLENTY)
    over = OpenSearchEngine(cluster, name, _PLENTY)
    chance = random.Random(1)
    totals = facets = 0
    for _ in range(_QUESTIONS):
        words = _WORD.findall(chance.choice(documents).text) or ["accord"]
        request = SearchRequest(q=" ".join(chance.choices(words, k=chance.choice((1, 1, 2)))))
        here, there = embedded.search(request), over.search(request)
        totals += here.total == there.total
        facets += here.facets == there.facets
    print(f"of {_QUESTIONS} questions: {totals} totals and {facets} times all facets are equal")


def _costs(
    costs: Sequence[Cost], source: Path, cluster: Cluster, name: str, documents: int
) -> None:
    """Print what a document costs on a cluster: bytes, and milliseconds of a processor.

    What this process did is all of a build only without workers.
    """
    generation = published(cluster, name)
    held = cluster.request("GET", f"/{generation.index}*/_stats/store,docs")["indices"]
    stored = {index: one["primaries"]["store"]["size_in_bytes"] for index, one in held.items()}
    words = held[generation.words]["primaries"]["docs"]["count"]
    drafts = [
        draft(one.document, one.fields)
        for one in islice(read_back.stored(cluster, name, {"match_all": {}}), _ANALYSED)
    ]
    began = process_time()
    sent = encode_drafts(drafts)
    figures = {
        "source_bytes": source.stat().st_size / documents,
        "sent_bytes": sum(len(one.source) for one in sent) / len(sent),
        "index_bytes": stored[generation.index] / documents,
        "words": words,
        "word_bytes": stored[generation.words] / words,
        "analyse_ms": 1000 * (process_time() - began) / len(sent),
        "this process, ms": 1000 * median(one.processor for one in costs) / documents,
        "ingest_ms": 1000 * median(one.nodes for one in costs) / documents,
    }
    if embedding.model():
        columns, before = _columns(cluster, generation.index), _used(cluster)
        with_vector = compute_vectors(cluster, name).documents
        processor, nodes = _used(cluster)
        sleep(_DROPPED)
        filling.merge(cluster, generation.index)
        figures |= {
            "vector_bytes": (_columns(cluster, generation.index) - columns) / with_vector,
            "this process, ms a vector": 1000 * (processor - before[0]) / with_vector,
            "ingest_ms of a vector": 1000 * (nodes - before[1]) / with_vector,
        }
    for figure, value in figures.items():
        print(f"{figure}: {value:,.2f}")


def _columns(cluster: Cluster, index: str) -> int:
    """Return the bytes of doc values and points: what a vector is kept in."""
    params = {"include_segment_file_sizes": "true"}
    stats = cluster.request("GET", f"/{index}/_stats/segments", params=params)["_all"]["primaries"]
    files = stats["segments"]["file_sizes"]
    return sum(file["size_in_bytes"] for name, file in files.items() if name[:2] in ("dv", "kd"))


if __name__ == "__main__":
    sys.exit(main())
