"""After an update a cluster has what a rebuild would give, and so has what a killed one left."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.build import rebuild, rebuild_into, update, update_into
from index.errors import IndexMissing, NoDocuments
from index.opensearch import Archive, published, rollback
from index.publishing import open_published

from .conftest import HERE, content, record, states, write

pytestmark = pytest.mark.opensearch


def test_there_must_be_something_to_update(node: Any, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [record(1)])
    with pytest.raises(IndexMissing):
        update_into(Archive(node.cluster, node.new_name()), [tmp_path], HERE)


@pytest.mark.parametrize("seed", range(2))
def test_an_update_equals_a_rebuild_and_what_the_embedded_index_does(
    node: Any, tmp_path: Path, seed: int
) -> None:
    name, root, source = node.new_name(), tmp_path / "index", tmp_path / "a.jsonl"
    archive = Archive(node.cluster, name)
    for at, records in enumerate(states(seed, 3)):
        write(source, records)
        into, here = (update_into, update) if at else (rebuild_into, rebuild)
        found, expected = into(archive, [source], HERE), here(root, [source], HERE)
        told = ("documents", "published", "added", "changed", "deleted", "unchanged", "skipped")
        assert [getattr(found, one) for one in told] == [getattr(expected, one) for one in told]
        snapshot = open_published(root)
        now = content(node, name)
        hashes = {id: one["hash"] for id, one in now["documents"].items()}
        assert hashes == snapshot.content_hashes()
    again = node.new_name()
    forgetful = replace(HERE, forget_withdrawals=True)
    rebuild_into(Archive(node.cluster, again), [source], forgetful)
    update_into(archive, [source], forgetful)
    assert content(node, name) == content(node, again)


def test_nothing_is_published_where_nothing_changed(node: Any, tmp_path: Path) -> None:
    name = node.new_name()
    archive = Archive(node.cluster, name)
    write(tmp_path / "a.jsonl", [record(1), record(2)])
    first = rebuild_into(archive, [tmp_path], HERE)
    second = update_into(archive, [tmp_path], HERE)
    assert (second.published, second.unchanged, second.generation) == (False, 2, first.generation)
    assert set(node.cluster.request("GET", f"/{name}-2*/_settings")) == {
        first.generation,
        f"{first.generation}-words",
        f"{first.generation}-values",
    }


def test_an_update_can_be_taken_back(node: Any, tmp_path: Path) -> None:
    name = node.new_name()
    archive = Archive(node.cluster, name)
    write(tmp_path / "a.jsonl", [record(1), record(2)])
    rebuild_into(archive, [tmp_path], HERE)
    before = content(node, name)
    write(tmp_path / "a.jsonl", [record(2, 1), record(3)])
    update_into(archive, [tmp_path], HERE)
    after = content(node, name)
    assert set(after["documents"]) == {"doc-0002", "doc-0003"}
    rollback(node.cluster, name)
    assert content(node, name) == before
    rollback(node.cluster, name)
    assert content(node, name) == after


def test_a_failed_update_leaves_what_is_published(node: Any, tmp_path: Path) -> None:
    name = node.new_name()
    archive = Archive(node.cluster, name)
    write(tmp_path / "a.jsonl", [record(1)])
    first = rebuild_into(archive, [tmp_path], HERE)
    before = set(node.cluster.request("GET", f"/{name}-*/_settings"))
    write(tmp_path / "a.jsonl", [])
    with pytest.raises(NoDocuments):
        update_into(archive, [tmp_path], HERE)
    assert published(node.cluster, name).name == first.generation
    assert set(node.cluster.request("GET", f"/{name}-*/_settings")) == before


def test_documents_of_what_cannot_be_read_stay(node: Any, tmp_path: Path) -> None:
    name, root, source = node.new_name(), tmp_path / "index", tmp_path / "source"
    source.mkdir()
    archive = Archive(node.cluster, name)
    write(source / "a.jsonl", [record(1), record(2)])
    write(source / "b.jsonl", [record(3)])
    rebuild_into(archive, [source], HERE)
    rebuild(root, [source], HERE)
    (source / "a.jsonl").unlink()
    (source / "a.jsonl").symlink_to(tmp_path / "away" / "a.jsonl")
    write(source / "b.jsonl", [record(3, 1)])
    found, expected = update_into(archive, [source], HERE), update(root, [source], HERE)
    assert found.skipped == expected.skipped
    assert set(content(node, name)["documents"]) == set(open_published(root).content_hashes())


def test_an_index_of_other_rules_is_written_anew(node: Any, tmp_path: Path) -> None:
    name, source = node.new_name(), tmp_path / "a.jsonl"
    archive = Archive(node.cluster, name)
    write(source, [record(number) for number in range(20)])
    first = rebuild_into(archive, [source], HERE)
    before = content(node, name)
    meta = node.cluster.request("GET", f"/{name}/_mapping")[first.generation]["mappings"]["_meta"]
    changed = {"_meta": {**meta, "mapping": "another"}}
    node.cluster.request("PUT", f"/{first.generation}/_mapping", changed)
    write(source, [record(number, number == 3) for number in range(1, 21)])
    update_into(archive, [source], HERE)
    again = node.new_name()
    rebuild_into(Archive(node.cluster, again), [source], HERE)
    assert content(node, name) == content(node, again) != before
