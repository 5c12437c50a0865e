"""Three nodes, one killed at a bad moment: no wrong answer, nothing lost, green again by itself.

    pytest -m cluster -n 0 -s tests/opensearch

starts the nodes (2.5 GB of memory), and prints what docs/opensearch.md has a table of. With
TROUVAILLE_CLUSTER_FOLDER, packages and data are kept in that folder.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from index import IndexDirectory
from index.opensearch import Address, Cluster, publish_documents
from index.opensearch import check as faults_of
from search.opensearch import OpenSearchEngine
from search.results import Budget
from tests.contract.requests import REQUESTS, Entries, Parameters, drawn
from tests.opensearch.cluster import LocalCluster, Unavailable
from web import create_app
from web.kept import KeptAnswers

pytestmark = pytest.mark.cluster
SEARCHES = 5_000
THREADS = 2
COPIES = 30
"""Times that each document of the sample archive is there."""
SHARDS = 3
BUDGET = Budget(20.0, 20.0, 20.0, 20.0)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    named = os.environ.get("TROUVAILLE_CLUSTER_FOLDER")
    folder = Path(named) if named else tmp_path_factory.mktemp("cluster")
    if not named:  # pytest's folders are for one user alone, and nodes are another one's
        for above in (folder, *folder.parents[:2]):
            above.chmod(0o755)
    nodes = LocalCluster(folder)
    try:
        nodes.start(3)
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield nodes
    finally:
        nodes.stop()


@pytest.fixture(scope="module")
def cluster(nodes: LocalCluster) -> Cluster:
    return Cluster(Address(tuple(nodes.urls)))


@pytest.fixture(scope="module")
def entries(archive: Path) -> Entries:
    snapshot = IndexDirectory(archive).current()
    documents = [snapshot.stored_fields.get(doc) for doc in snapshot.every.tolist()]
    return [
        (replace(document, id=f"{document.id}/{copy}"), fields)
        for copy in range(COPIES)
        for document, fields in documents
    ]


class Asked:
    """An application over an archive, which keeps no answers, and what it said."""

    def __init__(self, nodes: LocalCluster, name: str) -> None:
        self.app = create_app(OpenSearchEngine(Cluster(Address(tuple(nodes.urls))), name, BUDGET))
        self.app.config["ANSWERS"] = KeptAnswers(0)
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.expected: dict[int, Any] = {}

    def ask(self, number: int, parameters: Parameters) -> None:
        """Send a request; what is answered must be what was answered before."""
        start = time.perf_counter()
        answer = self.app.test_client().get("/api/search", query_string=parameters)
        self.seconds.append(time.perf_counter() - start)
        self.statuses[answer.status_code] += 1
        if answer.status_code != 200:
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) >= 1
            return
        found = answer.get_json()
        del found["took_ms"], found["index"]
        assert self.expected.setdefault(number, found) == found, parameters

    @property
    def failed(self) -> float:
        """The share of requests that were not answered."""
        return 1 - self.statuses[200] / sum(self.statuses.values())


def requests_of(entries: Entries) -> list[tuple[int, Parameters]]:
    kinds = [kind for kind in REQUESTS if not kind.startswith("explained")]
    return list(enumerate(next(drawn(kind, entries, 1)) for kind in kinds))


def manager(cluster: Cluster, nodes: LocalCluster) -> int:
    """Return the number of the node that manages the others."""
    states = cluster.request("GET", "/_cluster/state/cluster_manager_node,nodes")
    return int(states["nodes"][states["cluster_manager_node"]]["name"].removeprefix("node-"))


def settle(nodes: LocalCluster, number: int) -> float:
    """Start a node again; return the seconds until all is green, which it becomes by itself."""
    start = time.monotonic()
    nodes.start_node(number)
    nodes.wait("green", (number + 1) % 3)
    return time.monotonic() - start


@pytest.mark.parametrize("victim", ["manager", "other"])
def test_searches(nodes: LocalCluster, cluster: Cluster, entries: Entries, victim: str) -> None:
    name = f"search-{victim}"
    publish_documents(cluster, name, entries, SHARDS)
    nodes.wait("green")
    requests = requests_of(entries)
    asked = Asked(nodes, name)
    for number, parameters in requests:
        asked.ask(number, parameters)
    assert asked.failed == 0
    chosen = manager(cluster, nodes)
    chosen = chosen if victim == "manager" else (chosen + 1) % 3
    asked = replace_counts(asked)
    work = list(islice(cycle(requests), SEARCHES))
    with ThreadPoolExecutor(THREADS) as pool:
        first = SEARCHES // 5
        for _ in pool.map(lambda one: asked.ask(*one), work[:first]):
            pass
        killer = Thread(target=nodes.kill, args=[chosen])
        killer.start()
        for _ in pool.map(lambda one: asked.ask(*one), work[first:]):
            pass
        killer.join()
    seconds = settle(nodes, chosen)
    told = asked.statuses
    slowest = max(asked.seconds[first:])
    print(f"\n{victim} killed: {dict(told)}, slowest {slowest:.1f} s, green after {seconds:.0f} s")
    assert asked.failed < 0.005
    after = replace_counts(asked)
    for number, parameters in requests:
        after.ask(number, parameters)
    assert after.failed == 0
    assert faults_of(cluster, name).faults == ()


def replace_counts(asked: Asked) -> Asked:
    asked.statuses, asked.seconds = Counter(), []
    return asked


def test_indexing(nodes: LocalCluster, cluster: Cluster, entries: Entries) -> None:
    nodes.wait("green")
    requests = requests_of(entries)
    publish_documents(cluster, "undisturbed", entries, SHARDS)
    undisturbed = Asked(nodes, "undisturbed")
    for number, parameters in requests:
        undisturbed.ask(number, parameters)
    chosen = (manager(cluster, nodes) + 1) % 3
    reached, restarted = Event(), Event()

    def disturb() -> None:
        reached.wait()
        nodes.kill(chosen)
        settle(nodes, chosen)
        restarted.set()

    Thread(target=disturb).start()
    publish_documents(cluster, "disturbed", watched(entries, reached), SHARDS)
    assert restarted.wait(300)
    nodes.wait("green")
    assert faults_of(cluster, "disturbed").faults == ()
    disturbed = Asked(nodes, "disturbed")
    disturbed.expected = undisturbed.expected
    for number, parameters in requests:
        disturbed.ask(number, parameters)
    assert disturbed.failed == 0
    print(f"\nindexing: {len(entries)} documents, none lost")


def watched(entries: Entries, reached: Event) -> Iterator[Any]:
    """Yield documents, and say when a third of them is on the way."""
    for place, entry in enumerate(entries):
        if place == len(entries) // 3:
            reached.set()
        yield entry
