"""Backups in a folder: what comes back is what was there, under the same name or another."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from index.build import rebuild_into
from index.errors import IndexMissing, UsageError
from index.opensearch import (
    Archive,
    backup,
    backups,
    compute_vectors,
    coverage,
    pieces,
    published,
    restore,
)
from tests.model import replaced_model

from .conftest import HERE, content, record, write

pytestmark = pytest.mark.opensearch


def test_what_is_no_repository_is_told(node: Any, tmp_path: Path) -> None:
    name = node.new_name()
    write(tmp_path / "a.jsonl", [record(1)])
    rebuild_into(Archive(node.cluster, name), [tmp_path], HERE)
    with pytest.raises(UsageError, match="no repository “none-there”"):
        backup(node.cluster, name, "none-there")
    with pytest.raises(UsageError, match="cannot be the name"):
        backup(node.cluster, name, "A/b")
    with pytest.raises(UsageError, match=r"path\.repo"):
        backup(node.cluster, name, f"test-{uuid4().hex}", "/nowhere/that/nodes/share")


def test_a_backup_comes_back(node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.environ.get("TROUVAILLE_OPENSEARCH_REPO")
    if not folder:
        pytest.skip("set TROUVAILLE_OPENSEARCH_REPO to a folder of path.repo of the node")
    name, other = node.new_name(), node.new_name()
    repository = f"test-{uuid4().hex}"
    archive = Archive(node.cluster, name)
    write(tmp_path / "a.jsonl", [record(number) for number in range(20)] + [{"id": "x"}] * 9)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 300)  # the report is in an index of its own
    rebuild_into(archive, [tmp_path], HERE)
    first = content(node, name)
    try:
        made = backup(node.cluster, name, repository, f"{folder}/{repository}")
        assert made.name == published(node.cluster, name).name
        assert backup(node.cluster, name, repository) == made
        write(tmp_path / "a.jsonl", [record(number, 1) for number in range(5)])
        second = rebuild_into(archive, [tmp_path], HERE)
        later = backup(node.cluster, name, repository)
        assert backups(node.cluster, repository) == [made, later]
        with replaced_model():
            compute_vectors(node.cluster, name)
        full = backup(node.cluster, name, repository)
        assert full.generation == later.name
        assert backup(node.cluster, name, repository) == full
        assert backups(node.cluster, repository) == [made, later, full]
        restored = restore(node.cluster, name, repository, made.name)
        assert restored.name > second.generation
        assert content(node, name) == first
        assert restore(node.cluster, other, repository, later.name).documents == 5
        latest = restore(node.cluster, name, repository)
        assert latest.documents == 5
        has = coverage(node.cluster, latest)
        assert has is not None
        assert has.documents == 5
        with pytest.raises(IndexMissing, match="no “another”"):
            restore(node.cluster, name, repository, "another")
        with pytest.raises(IndexMissing, match=f"no backup of “{other}”"):
            restore(node.cluster, other, repository)
        indexes = node.cluster.request("GET", f"/{name}-*/_settings")
        assert not [index for index in indexes if index.endswith("-units")]
    finally:
        for one in backups(node.cluster, repository):
            node.cluster.request("DELETE", f"/_snapshot/{repository}/{one.name}")
        node.cluster.request("DELETE", f"/_snapshot/{repository}")


def test_builds_go_on_during_a_backup(node: Any, tmp_path: Path) -> None:
    folder = os.environ.get("TROUVAILLE_OPENSEARCH_REPO")
    if not folder:
        pytest.skip("set TROUVAILLE_OPENSEARCH_REPO to a folder of path.repo of the node")
    name, repository = node.new_name(), f"test-{uuid4().hex}"
    archive = Archive(node.cluster, name)
    write(tmp_path / "a.jsonl", [record(number) for number in range(200)])
    rebuild_into(archive, [tmp_path], HERE)
    index = published(node.cluster, name).index
    slow = {"location": f"{folder}/{repository}", "max_snapshot_bytes_per_sec": "1kb"}
    body = {"type": "fs", "settings": slow}
    node.cluster.request("PUT", f"/_snapshot/{repository}", body)
    path = f"/_snapshot/{repository}/{index}"
    try:
        node.cluster.request("PUT", path, {"indices": index})
        for _ in range(2):
            rebuild_into(archive, [tmp_path], HERE)
        state = node.cluster.request("GET", path)["snapshots"][0]["state"]
        assert state == "IN_PROGRESS"
        assert node.cluster.exists(f"/{index}")
    finally:
        node.cluster.request("DELETE", path, seconds=60.0)
        node.cluster.request("DELETE", f"/_snapshot/{repository}")
    rebuild_into(archive, [tmp_path], HERE)
    assert not node.cluster.exists(f"/{index}")
    assert len(node.cluster.request("GET", f"/{name}-*/_settings")) == 2 * 3 + 1
