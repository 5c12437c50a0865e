"""What tests of several folders compare with."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path
from time import time
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from index import kernels
from index.build import BuildOptions, rebuild, rebuild_into
from index.opensearch import Address, Archive, Cluster
from index.publishing import commit

# Examples of each property: few in the fast suite, many with --hypothesis-profile=full, as in CI.
# No deadline: machines are busy.
settings.register_profile(
    "fast", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("full", settings.get_profile("fast"), max_examples=100)
settings.load_profile("fast")

EditDistance = Callable[[str, str], int]


@cache
def _distance(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _distance(one[:-1], other) + 1,
        _distance(one, other[:-1]) + 1,
        _distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-2:] == other[-1] + other[-2]:
        ways.append(_distance(one[:-2], other[:-2]) + 1)
    return min(ways)


@pytest.fixture(scope="session")
def edit_distance() -> EditDistance:
    """Return the optimal string alignment distance, as its definition has it."""
    return _distance


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample archive, not to be changed; the processes of a run share it."""
    folder: Path = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    root = folder / "archive"
    with (folder / "archive.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not root.exists():
            building = folder / "archive.new"
            rebuild(building, [Path(__file__).parents[1] / "seeds"], BuildOptions(workers=0))
            building.rename(root)
    return root


@dataclass
class Node:
    """A node of OpenSearch to be tested with, and the archives that tests made on it."""

    cluster: Cluster
    names: list[str] = field(default_factory=list)

    def new_name(self) -> str:
        """Return a name that no archive has, of this or another process."""
        self.names.append(f"test-{uuid4().hex[:12]}")
        return self.names[-1]

    def delete(self, name: str) -> None:
        """Delete all indexes of an archive."""
        self.names.remove(name)
        self._delete(self.cluster.request("GET", f"/{name}-*/_settings"))

    def clean_up(self) -> None:
        """Delete what this process made, and what one left that was killed a day ago."""
        for name in list(self.names):
            self.delete(name)
        long_ago = (time() - 86_400) * 1000
        settings = self.cluster.request("GET", "/test-*/_settings")
        self._delete(
            index
            for index, content in settings.items()
            if int(content["settings"]["index"]["creation_date"]) < long_ago
        )

    def _delete(self, indexes: Iterable[str]) -> None:
        for index in indexes:
            self.cluster.request("DELETE", f"/{index}", params={"ignore": 404})


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """The node at TROUVAILLE_OPENSEARCH; without one the test is skipped."""
    urls = os.environ.get("TROUVAILLE_OPENSEARCH")
    if not urls:
        pytest.skip("set TROUVAILLE_OPENSEARCH to the address of a node to test the cluster")
    cluster = Cluster(Address.parse(urls))
    cluster.check_version()
    node = Node(cluster)
    yield node
    node.clean_up()


@pytest.fixture(scope="session")
def clustered(node: Node) -> str:
    """The name of the sample archive on the node, not to be changed."""
    name, seeds = node.new_name(), Path(__file__).parents[1] / "seeds"
    rebuild_into(Archive(node.cluster, name), [seeds], BuildOptions(workers=0))
    return name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let everything be tested with compiled loops."""
    parser.addoption(
        "--kernels", action="store_true", help="answer with compiled loops; needs numba"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks a node of OpenSearch where there is none: hundreds of tests."""
    if os.environ.get("TROUVAILLE_OPENSEARCH"):
        return
    left_out = [item for item in items if item.get_closest_marker("opensearch")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("opensearch")]


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[None]:
    """Wait for no disk: a build syncs some 80 files, and these tests build a thousand times.

    No test can tell but one that puts its own ``os.fsync`` in place.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def few_probes() -> Iterator[None]:
    """Look up one term of each field of what is built, not eight: that was a third of a build."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commit, "PROBED_TERMS", 1)
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Activate the loops before anything is imported that might ask for them."""
    if config.getoption("--kernels") and not kernels.activate():
        raise pytest.UsageError("--kernels needs numba: install the extra `fast`.")
