"""Builds killed at every step: what is served stays whole, and the next build ends as any other."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from index.build import rebuild_into, update_into
from index.errors import IndexLocked
from index.opensearch import Archive, published

from .conftest import HERE, content, states, write
from .proxy import proxied

pytestmark = pytest.mark.opensearch
LEASE = 2.0

BUILD = """
import sys
from pathlib import Path
from index import build
from index.opensearch import Address, Archive, Cluster, filling
filling.SENT_TOGETHER = 4
kind, url, name, source, seconds = sys.argv[1:]
archive = Archive(Cluster(Address((url,))), name, lease_seconds=float(seconds))
into = {"rebuild": build.rebuild_into, "update": build.update_into}[kind]
into(archive, [Path(source)], build.BuildOptions(workers=0))
"""

POINTS = {
    "the first documents": ("-2*/_bulk", 1, "stall"),
    "some documents": ("-2*/_bulk", 3, "stall after"),
    "all documents": ("-words/_bulk", 1, "stall"),
    "words": ("-words/_bulk", 1, "stall after"),
    "values": ("-values/_refresh", 1, "stall"),
    "replicas": ("-values/_settings", 1, "stall after"),
    "before it is served": ("/_aliases", 1, "stall"),
    "when it is served": ("/_aliases", 1, "stall after"),
}
"""At which request a build is killed: how its path ends, the how many-th, what becomes of it."""


def matches(path: str, end: str, name: str) -> bool:
    path = path.partition("?")[0]
    begin, star, rest = end.partition("*")
    if not star:
        return path.endswith(end)
    return path.startswith(f"/{name}{begin}") and path.endswith(rest) and path.count("-") == 2


INTO = {"rebuild": rebuild_into, "update": update_into}
QUICK = {("rebuild", "some documents"), ("update", "some documents"), ("update", "words")}
CASES = [
    pytest.param(kind, point, marks=() if (kind, point) in QUICK else pytest.mark.long)
    for kind in INTO
    for point in POINTS
]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed") / "a.jsonl"


@pytest.fixture(scope="module")
def stages() -> list[list[dict[str, Any]]]:
    return states(5, 2, documents=14)


@pytest.fixture(scope="module")
def unkilled(
    node: Any, source: Path, stages: list[list[dict[str, Any]]]
) -> Callable[[str], dict[str, Any]]:
    """Return what builds lead to that nobody kills."""

    @cache
    def build(kind: str) -> dict[str, Any]:
        archive = Archive(node.cluster, node.new_name())
        rebuild_into(archive, [write(source, stages[0])], HERE)
        INTO[kind](archive, [write(source, stages[1])], HERE)
        return content(node, archive.name)

    return build


def killed(node: Any, name: str, kind: str, source: Path, point: str) -> None:
    """Run a build and kill it there."""
    (url,) = node.cluster.address.urls
    end, wanted, deed = POINTS[point]
    count = 0

    def rule(method: str, path: str) -> str:
        nonlocal count
        count += matches(path, end, name)
        return deed if matches(path, end, name) and count == wanted else "pass"

    with proxied(url, rule) as proxy:
        arguments = [kind, proxy.url, name, str(source), str(LEASE)]
        process = subprocess.Popen([sys.executable, "-c", BUILD, *arguments])
        try:
            while not proxy.stalled.wait(0.1):
                assert process.poll() is None, f"the build ended before {point}"
        finally:
            process.kill()
            process.wait()


def when_free(build: Any, archive: Archive, source: Path) -> Any:
    """Build as soon as the lock of the dead builder has ended."""
    while True:
        try:
            return build(archive, [source], HERE)
        except IndexLocked:
            time.sleep(0.2)


@pytest.mark.parametrize(("kind", "point"), CASES)
def test_a_killed_build_leaves_what_is_served_and_the_next_one_ends(
    node: Any,
    source: Path,
    stages: list[list[dict[str, Any]]],
    unkilled: Callable[[str], dict[str, Any]],
    kind: str,
    point: str,
) -> None:
    name, expected = node.new_name(), unkilled(kind)
    archive = Archive(node.cluster, name, lease_seconds=LEASE)
    first = rebuild_into(archive, [write(source, stages[0])], HERE)
    before = content(node, name)
    write(source, stages[1])
    killed(node, name, kind, source, point)
    served = published(node.cluster, name)
    if point == "when it is served":
        assert served.name != first.generation
    else:
        assert (served.name, content(node, name)) == (first.generation, before)
    left = indexes(node, name) - {first.generation}
    again = when_free(INTO[kind], archive, source)
    if kind == "update" and point != "when it is served":
        assert left == {again.generation}  # it went on with what was there
    assert content(node, name) == expected
    kept = {published(node.cluster, name).name, first.generation, served.name}
    assert indexes(node, name) <= kept


def indexes(node: Any, name: str) -> set[str]:
    """Return the indexes of documents that there are."""
    found = node.cluster.request("GET", f"/{name}-2*/_settings")
    return {index for index in found if index.count("-") == 2}
