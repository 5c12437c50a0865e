"""Searches over a cluster: ours, OpenSearch as it is, and the embedded engine beside them."""

from os import environ
from uuid import uuid4

from tools.bench import opensearch_system, trouvaille_system
from tools.bench.context import Context
from tools.bench.opensearch_system import OnCluster, Stock, build_ours, build_stock, delete
from tools.bench.tables import Section, Table
from tools.bench.timing import Ask, Times

URL = "TROUVAILLE_OPENSEARCH"
EMBEDDED = trouvaille_system.NAME
OURS = opensearch_system.OURS
STOCK = opensearch_system.STOCK
SHARDS = int(environ.get("TROUVAILLE_BENCH_SHARDS", "1"))


def cluster(context: Context) -> Section:
    """Ask questions of every kind, with three facets, of the cluster at TROUVAILLE_OPENSEARCH."""
    section = Section("cluster", "On an OpenSearch cluster")
    nodes = opensearch_system.address(environ[URL])
    prefix = f"bench-{uuid4().hex[:12]}"
    ours, stock = f"{prefix}-ours", f"{prefix}-stock"
    try:
        build_ours(nodes, ours, context.corpus.entries(), SHARDS)
        build_stock(nodes, stock, context.corpus.entries(), SHARDS)
        over = OnCluster(nodes, ours)
        systems = {
            EMBEDDED: context.system(EMBEDDED),
            OURS: over,
            STOCK: Stock(nodes, stock, over.engine),  # type: ignore[arg-type]
        }
        asks: dict[str, Ask] = {name: system.ask for name, system in systems.items()}
        for snippets in (False, True):
            title = "Ten results with three facets" + (" and snippets" if snippets else "")
            table = Table(f"{title}, ms: p50 / p95", ["", *systems, "ratio of p50", "of p95"])
            section.tables.append(table)
            every: dict[str, Times] = {name: Times() for name in systems}
            for kind, drawn in context.drawn.questions.items():
                questions = [question.with_facets() for question in drawn]
                if snippets:
                    questions = [question.with_snippets() for question in questions]
                took = context.race(asks, questions)
                table.rows.append(_row(kind, took))
                for name, times in took.items():
                    every[name].first += times.settled
            table.rows.append(_row("all", every))
    finally:
        delete(nodes, prefix)
    return section


def _row(kind: str, took: dict[str, Times]) -> list[str]:
    cells = [f"{times.ms(50):.1f} / {times.ms(95):.1f}" for times in took.values()]
    ratios = [f"{took[OURS].ms(percent) / took[STOCK].ms(percent):.2f}" for percent in (50, 95)]
    return [kind, *cells, *ratios]
