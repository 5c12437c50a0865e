"""Three nodes, one of which dies: no answer is wrong, nothing is lost, and it comes back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from time import sleep

import pytest

from index.errors import IndexUnavailable, SearchTimeout
from index.opensearch import Address, Cluster, check, publish_documents, published
from tests.contract import archives
from tests.contract.archives import Both
from tests.contract.comparing import differences
from tests.contract.known import known_lines
from tests.contract.requests import REQUESTS, as_request, drawn
from tests.opensearch.cluster import LocalCluster, Unavailable

pytestmark = pytest.mark.cluster
ROUNDS = 2
NAME = "archive"


@pytest.fixture(scope="module")
def nodes() -> Iterator[LocalCluster]:
    """Three nodes; without packages or Java for them the test is skipped."""
    folder = Path(mkdtemp(prefix="trouvaille-nodes-"))
    folder.chmod(0o755)  # whoever runs the nodes reads below it
    nodes = LocalCluster(folder)
    try:
        nodes.start(3)
        yield nodes
    except Unavailable as reason:
        pytest.skip(str(reason))
    finally:
        nodes.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def three(nodes: LocalCluster, archive: Path) -> Both:
    """Both engines over the sample archive; every shard has a copy on another node."""
    cluster = Cluster(Address(tuple(nodes.urls)))
    both = archives.both("three nodes", archive, cluster, NAME, 3)
    nodes.wait("green")
    return both


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_answer_is_wrong_while_a_node_dies_and_returns(
    nodes: LocalCluster, three: Both, number: int
) -> None:
    asked = [
        as_request(parameters)
        for kind in REQUESTS
        for parameters in drawn(kind, three.documents, ROUNDS)
    ]
    failed = 0
    for place, request in enumerate(asked):
        if place == len(asked) // 3:
            nodes.kill(number)
        if place == 2 * len(asked) // 3:
            nodes.start_node(number)
        try:
            answer = three.cluster.search(request)
        except (IndexUnavailable, SearchTimeout):
            failed += 1
            continue
        found = list(differences(request, three.embedded.search(request), answer))
        assert known_lines(request, found, three.analyzers)[1] == [], request
    assert failed <= 0.005 * len(asked)
    nodes.wait("green")


def test_nothing_is_lost_of_what_is_built_while_a_node_dies(
    nodes: LocalCluster, three: Both
) -> None:
    cluster = Cluster(Address(tuple(nodes.urls)))
    before = published(cluster, NAME)

    def kill() -> None:
        sleep(1.0)
        nodes.kill(2)

    killing = Thread(target=kill)
    killing.start()
    publish_documents(cluster, NAME, three.documents, 2)
    killing.join()
    nodes.start_node(2)
    nodes.wait("green")
    after = published(cluster, NAME)
    assert after.index != before.index
    assert after.documents == len(three.documents)
    assert not check(cluster, NAME).faults
