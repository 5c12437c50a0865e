"""Several processes share a rebuild: the result is that of one, whichever of them is killed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.build import rebuild_into, rebuild_shared
from index.errors import IndexLocked, UsageError
from index.opensearch import Archive, published

from .conftest import HERE, content, states, write
from .proxy import proxied

pytestmark = pytest.mark.opensearch
LEASE = 3.0

BUILD = """
import sys
from pathlib import Path
from index import build
from index.build import sharing
from index.opensearch import Address, Archive, Cluster, filling
filling.SENT_TOGETHER, sharing.UNIT_FILES = 4, 2
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


@pytest.mark.parametrize("end", ["/_bulk", pytest.param("/_aliases", marks=pytest.mark.long)])
def test_machines_that_share_a_rebuild_lead_to_what_one_does(
    node: Any, source: Path, end: str
) -> None:
    name, plain = node.new_name(), node.new_name()
    (url,) = node.cluster.address.urls
    count = 0

    def rule(method: str, path: str) -> str:
        nonlocal count
        count += path.partition("?")[0].endswith(end)
        return "stall" if count == (3 if end == "/_bulk" else 1) else "pass"

    with proxied(url, rule) as proxy:
        dying = machine(proxy.url, name, source)
        try:
            while not proxy.stalled.wait(0.1):
                assert dying.poll() is None
            others = [machine(url, name, source) for _ in range(2)]
        finally:
            dying.kill()
            dying.communicate()
    told = [other.communicate()[0].decode().strip() for other in others]
    assert [other.returncode for other in others] == [0, 0]
    assert set(told) == {published(node.cluster, name).name}
    rebuild_into(Archive(node.cluster, plain), [source], HERE)
    assert content(node, name) == content(node, plain)
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
