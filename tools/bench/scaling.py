"""A plan for a large archive on a cluster, computed from what was measured on a small one.

    python -m tools.bench.scaling --documents 1000000000 [--extract-ms 2.8 ...]

Every figure that is put in is an option; what it says by default was measured as docs/scaling.md
tells. The plan is printed as tables, those of that page.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import ceil, log

from tools.bench.tables import Table

GB = 1e9
HOURS = 3600.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a document costs, and what machines have; see docs/scaling.md for each."""

    documents: int = 1_000_000_000
    source_bytes: float = 2_254.0
    sent_bytes: float = 9_267.0
    index_bytes: float = 6_823.0
    word_bytes: float = 121.0
    words_of_1000: float = 23_667.0
    words_of_6000: float = 50_574.0
    extract_ms: float = 9.2
    analyse_ms: float = 1.6
    ingest_ms: float = 1.33
    merge_factor: float = 2.0
    match_us: float = 4.4
    facet_us: float = 3.0
    matched: float = 0.001
    answer_bytes: float = 60_000.0
    requests: float = 2.5
    searches_per_second: float = 20.0
    shard_gb: float = 30.0
    copies: int = 1
    cores: int = 16
    memory_gb: float = 64.0
    disk_gb: float = 3_000.0
    hot: float = 0.1
    hours: float = 24.0
    node_hour: float = 1.0
    indexer_hour: float = 0.7


@dataclass(frozen=True, slots=True)
class Plan:
    """What an archive needs."""

    source_gb: float
    index_gb: float
    words_gb: float
    shards: int
    disk_gb: float
    hot_gb: float
    extract_hours: float
    ingest_hours: float
    indexers: int
    nodes: int
    why: str
    network_gbit: float
    query_ms: float
    query_cores: float
    build_cost: float
    month_cost: float


def plan(given: Measured) -> Plan:
    """Return what an archive needs."""
    index_gb = given.documents * given.index_bytes / GB
    # Heaps: the vocabulary is a power of the documents, here that between two measured sizes.
    power = log(given.words_of_6000 / given.words_of_1000) / log(6)
    words = given.words_of_6000 * (given.documents / 6_000) ** power
    words_gb = words * given.word_bytes / GB
    held = 1 + given.copies
    # Two generations, and room for the merges of a third.
    disk_gb = held * (index_gb + words_gb) * 2 + given.merge_factor * index_gb
    shards = ceil(index_gb / given.shard_gb)
    hot_gb = held * index_gb * given.hot
    extract_hours = given.documents * (given.extract_ms + given.analyse_ms) / 1000 / HOURS
    ingest_hours = given.documents * given.ingest_ms / 1000 / HOURS
    indexers = ceil(extract_hours / given.hours / given.cores)
    # A search looks at every shard once; documents that match are scored and counted.
    matching = given.documents * given.matched
    core_ms = matching * (given.match_us + given.facet_us) / 1000
    query_cores = core_ms / 1000 * given.searches_per_second
    needed = {
        "disk": disk_gb / given.disk_gb,
        "memory": hot_gb / (given.memory_gb / 2),
        "searches": query_cores / given.cores,
        "indexing": ingest_hours / given.hours / given.cores,
        "three managers": 3.0,
    }
    why = max(needed, key=lambda reason: needed[reason])
    nodes = ceil(needed[why])
    wire = given.documents * given.sent_bytes / (given.hours * HOURS) * held
    answers = given.searches_per_second * given.answer_bytes * given.requests
    parallel = min(shards, nodes * given.cores)
    return Plan(
        source_gb=given.documents * given.source_bytes / GB,
        index_gb=index_gb,
        words_gb=words_gb,
        shards=shards,
        disk_gb=disk_gb,
        hot_gb=hot_gb,
        extract_hours=extract_hours,
        ingest_hours=ingest_hours,
        indexers=indexers,
        nodes=nodes,
        why=why,
        network_gbit=(wire + answers) * 8 / GB,
        query_ms=core_ms / parallel,
        query_cores=query_cores,
        build_cost=indexers * given.hours * given.indexer_hour,
        month_cost=nodes * 730 * given.node_hour,
    )


def tables(given: Measured, sizes: Sequence[int]) -> list[Table]:
    """Return the plans for archives of several sizes."""
    plans = [plan(replace(given, documents=size)) for size in sizes]
    table = Table("Plan", ["documents", *(f"{size:,}" for size in sizes)])
    rows: list[tuple[str, list[str]]] = [
        ("sources, GB", [f"{one.source_gb:,.0f}" for one in plans]),
        ("index, one copy, GB", [f"{one.index_gb:,.0f}" for one in plans]),
        ("words, one copy, GB", [f"{one.words_gb:,.1f}" for one in plans]),
        ("primary shards", [f"{one.shards:,}" for one in plans]),
        ("disk in all, GB", [f"{one.disk_gb:,.0f}" for one in plans]),
        ("page cache wanted, GB", [f"{one.hot_gb:,.0f}" for one in plans]),
        ("data nodes", [f"{one.nodes:,}" for one in plans]),
        ("… decided by", [one.why for one in plans]),
        ("extraction and analysis, core hours", [f"{one.extract_hours:,.0f}" for one in plans]),
        ("indexing in the nodes, core hours", [f"{one.ingest_hours:,.0f}" for one in plans]),
        (f"indexing machines for {given.hours:.0f} h", [f"{one.indexers:,}" for one in plans]),
        ("network while building, Gbit/s in all", [f"{one.network_gbit:,.2f}" for one in plans]),
        (
            "a search that finds one document in a thousand, ms",
            [f"{one.query_ms:,.0f}" for one in plans],
        ),
        ("cores busy with searches", [f"{one.query_cores:,.1f}" for one in plans]),
        ("price of a build: indexing machines", [_money(one.build_cost) for one in plans]),
        ("price of a month: data nodes", [_money(one.month_cost) for one in plans]),
    ]
    for name, cells in rows:
        table.add(name, *cells)
    inputs = Table("Put in", ["option", "value"])
    for field in fields(Measured):
        if field.name != "documents":
            inputs.add(field.name, f"{getattr(given, field.name):,g}")
    return [table, inputs]


def _money(amount: float) -> str:
    return f"{amount:,.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.scaling", description=__doc__)
    for field in fields(Measured):
        kind = int if isinstance(field.default, int) else float
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    given = Measured(**vars(parser.parse_args(arguments)))
    sizes = sorted({1_000_000, 50_000_000, given.documents})
    print("\n".join(table.markdown() for table in tables(given, sizes)))


if __name__ == "__main__":
    main()
