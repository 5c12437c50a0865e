"""What a build costs on a cluster beside the embedded engine: ``python -m tools.bench.cluster``.

Rebuilds the same documents in turns into an index directory and into an index of a cluster, then
updates a twentieth of them, and prints seconds by the clock and of this process, and their ratio.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple
from uuid import uuid4

import orjson

from index.build import BuildOptions, Progress, rebuild_into, update_into
from index.build.directory import Directory
from index.document import Document
from index.opensearch import Address, Archive, Cluster, size
from index.readers import read
from tools.bench.http import ROOT

CHANGED = 20
"""One document of so many is changed before an update."""


class Cost(NamedTuple):
    """Seconds of a build: by the clock, and of this process and its workers' results."""

    clock: float
    processor: float
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
        try:
            for turn in range(options.turns):
                for kind, into in (("rebuild", rebuild_into), ("update", update_into)):
                    _write(source, found, changed=turn + 1 if kind == "update" else 0)
                    for engine, destination in (
                        ("embedded", Directory(folder / "index")),
                        ("cluster", Archive(cluster, name)),
                    ):
                        phases = _Phases()
                        began, used = perf_counter(), process_time()
                        into(destination, [source], build, phases)
                        phases.phase("")
                        cost = Cost(perf_counter() - began, process_time() - used, phases.seconds)
                        costs.setdefault((kind, engine), []).append(cost)
            _table(costs)
            print(f"on the cluster: {size(cluster, name).bytes / 1e6:.1f} MB")
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


if __name__ == "__main__":
    sys.exit(main())
