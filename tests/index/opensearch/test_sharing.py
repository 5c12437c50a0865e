"""Several processes share a rebuild: the result is that of one, whichever of them is killed."""

import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from index.build import rebuild_into, rebuild_shared
from index.errors import IndexLocked, UsageError
from index.opensearch import Archive, published

from .conftest import HERE, content, states, write
from .proxy import Rule, proxied
from .test_killed import when_free

pytestmark = pytest.mark.opensearch
LEASE = 3.0

BUILD = """
import sys
from pathlib import Path
from index import build
from index.build import sharing
from index.opensearch import Address, Archive, Cluster, filling, pieces
filling.SENT_TOGETHER, sharing.UNIT_FILES, pieces.PIECE_BYTES = 4, 2, 500
url, name, source, seconds = sys.argv[1:]
archive = Archive(Cluster(Address((url,))), name, lease_seconds=float(seconds))
print(build.rebuild_shared(archive, [Path(source)], build.BuildOptions(workers=0)).generation)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Eight files; of many documents there are versions in several."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "picture.bin").write_bytes(b"\0\1\2")
    (state,) = states(3, 1, documents=16)
    for number in range(8):
        write(folder / f"{number:02}.jsonl", state[number::8])
    return folder


def machine(url: str, name: str, source: Path) -> subprocess.Popen[bytes]:
    arguments = [url, name, str(source), str(LEASE)]
    return subprocess.Popen([sys.executable, "-c", BUILD, *arguments], stdout=subprocess.PIPE)


KILLED = {
    "at work": ("/_bulk", 3, "stall"),
    "before it publishes": ("/_aliases", 1, "stall"),
    "when it has published": ("/_aliases", 1, "stall after"),
}
"""At which request a machine is killed: how its path ends, the how many-th, what becomes of it."""


@pytest.mark.parametrize(
    "point",
    [pytest.param(one, marks=() if one == "at work" else pytest.mark.long) for one in KILLED],
)
def test_machines_that_share_a_rebuild_lead_to_what_one_does(
    node: Any, source: Path, point: str
) -> None:
    end, wanted, deed = KILLED[point]
    name, plain = node.new_name(), node.new_name()
    (url,) = node.cluster.address.urls
    requests: Counter[str] = Counter()
    joined = Barrier(2)

    def rule_of(machine: int) -> Rule:
        def rule(method: str, path: str) -> str:
            path = path.partition("?")[0]
            requests[f"{machine} {path}"] += 1
            if path.endswith("-units/_mget") and requests[f"{machine} {path}"] == 1:
                joined.wait(120)  # or one does all of the work before another begins
            requests[end] += path.endswith(end)
            return deed if path.endswith(end) and requests[end] == wanted else "pass"

        return rule

    with ExitStack() as stack:
        proxies = [stack.enter_context(proxied(url, rule_of(number))) for number in range(2)]
        machines = [machine(proxy.url, name, source) for proxy in proxies]
        while not any(proxy.stalled.wait(0.1) for proxy in proxies):
            assert all(one.poll() is None for one in machines)
        dead = 0 if proxies[0].stalled.is_set() else 1
        machines[dead].kill()
        told = [one.communicate()[0].decode().strip() for one in machines]
    assert machines[1 - dead].returncode == 0
    assert told[1 - dead] == published(node.cluster, name).name
    rebuild_into(Archive(node.cluster, plain), [source], HERE)
    assert content(node, name) == content(node, plain)
    if point == "when it has published":
        when_free(rebuild_into, Archive(node.cluster, name), source)  # it deletes what was left
    assert not [one for one in node.cluster.request("GET", f"/{name}-*/_settings") if "unit" in one]


def test_a_machine_that_does_other_work_waits(node: Any, source: Path) -> None:
    name = node.new_name()
    archive = Archive(node.cluster, name)
    with archive.sharing("work", 3) as share:
        assert share.take() == 0
        with pytest.raises(IndexLocked, match="from other sources or settings"):
            rebuild_shared(archive, [source], HERE)
        with pytest.raises(IndexLocked):
            rebuild_into(archive, [source], HERE)
        with archive.sharing("work", 3) as other:
            assert other.take() == 1


def test_standard_input_is_not_shared(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/null") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(UsageError, match="cannot be shared"):
            rebuild_shared(Archive(node.cluster, node.new_name()), [Path("-")], HERE)
