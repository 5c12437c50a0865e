"""Vectors on a cluster: given once, a part of their documents, and nothing else changes."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from index import embedding
from index.build import rebuild_into, update_into
from index.document import Document, Fields, Language
from index.embedding import Coverage
from index.errors import IndexLocked
from index.opensearch import (
    Archive,
    check,
    compute_vectors,
    coverage,
    locked,
    publish_documents,
    published,
    rollback,
    rows_of,
    vectors,
)
from tests.model import MODEL, replaced_model
from web.cli import cli

from .conftest import HERE, content, record, write

pytestmark = pytest.mark.opensearch
ARCHIVE = [
    *[record(number) for number in range(20)],
    record(20, language="fa", title="", text="معلمان برای افزایش دستمزد در اعتصاب هستند"),
]


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vectors, "CHUNK", 8)
    with replaced_model():
        yield


@pytest.fixture
def archive(node: Any, tmp_path: Path) -> Archive:
    made = Archive(node.cluster, node.new_name())
    write(tmp_path / "a.jsonl", ARCHIVE)
    rebuild_into(made, [tmp_path], HERE)
    return made


def covered(node: Any, name: str) -> Coverage | None:
    return coverage(node.cluster, published(node.cluster, name))


def rows(node: Any, name: str) -> dict[str, bytes]:
    """Return what the published generation has of documents with a vector, by id."""
    fields = ["id", "vector", "vector_signs"]
    body = {"docvalue_fields": fields, "_source": False}
    index = published(node.cluster, name).index
    hits = list(node.cluster.walk(index, vectors.having(MODEL), [{"place": "asc"}], **body))
    for row, hit in zip(rows_of(hits), hits, strict=True):
        assert hit["fields"]["vector_signs"][0].rstrip("=") == (
            vectors.as_sent(vectors.signs(row[embedding.HASH :])).rstrip("=")
        )
    return {
        hit["fields"]["id"][0]: row.tobytes() for hit, row in zip(hits, rows_of(hits), strict=True)
    }


def test_nothing_but_the_vector_changes(node: Any, archive: Archive) -> None:
    name = archive.name
    before, generation = content(node, name), published(node.cluster, name)
    assert covered(node, name) is None
    computed = compute_vectors(node.cluster, name)
    assert (computed.documents, computed.encoded, computed.without) == (20, 20, 1)
    assert covered(node, name) == Coverage(MODEL, 20, 1, 0)
    assert published(node.cluster, name) == generation
    assert content(node, name) == before
    assert not check(node.cluster, name).faults
    assert is_blocked(node, generation.index)
    had = rows(node, name)
    assert len(had) == 20
    assert compute_vectors(node.cluster, name).encoded == 0
    assert rows(node, name) == had


def test_vectors_follow_their_documents(node: Any, archive: Archive, tmp_path: Path) -> None:
    name = archive.name
    compute_vectors(node.cluster, name)
    had = rows(node, name)
    write(tmp_path / "a.jsonl", [record(0, 1), *ARCHIVE[2:], record(30)])
    update_into(archive, [tmp_path], HERE)
    kept = {f"doc-{number:04}" for number in range(2, 20)}
    assert rows(node, name) == {id: row for id, row in had.items() if id in kept}
    assert covered(node, name) == Coverage(MODEL, 18, 1, 2)
    assert compute_vectors(node.cluster, name).encoded == 2
    rollback(node.cluster, name)
    assert rows(node, name) == had
    rollback(node.cluster, name)
    had = rows(node, name)
    # Nothing of a rebuild is encoded again, though a text is cut behind what is encoded.
    records = [{**one, "date": "2019-01-01"} for one in (record(0, 1), *ARCHIVE[2:], record(30))]
    write(tmp_path / "a.jsonl", records)
    rebuild_into(archive, [tmp_path], HERE)
    assert covered(node, name) is None
    assert compute_vectors(node.cluster, name).encoded == 0
    assert rows(node, name) == had


def test_what_was_interrupted_goes_on(node: Any, archive: Archive) -> None:
    def stop(done: int, size: int) -> None:
        assert (done, size) == (8, 20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute_vectors(node.cluster, archive.name, stop)
    assert len(rows(node, archive.name)) == 8
    assert compute_vectors(node.cluster, archive.name).encoded == 12
    with locked(node.cluster, archive.name, key="vectors"), pytest.raises(IndexLocked):
        compute_vectors(node.cluster, archive.name)


def is_blocked(node: Any, index: str) -> bool:
    settings = node.cluster.request("GET", f"/{index}/_settings")[index]["settings"]["index"]
    return settings.get("blocks", {}).get("write") == "true"


def test_what_a_killed_run_left_is_mended(
    node: Any, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was killed before it merged, and the cluster did not block the index again."""
    index = published(node.cluster, archive.name).index
    merged: list[str] = []

    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(vectors, "merge", lambda _, index: merged.append(index))
    with monkeypatch.context() as context:
        context.setattr(vectors, "is_worn", killed)
        with pytest.raises(KeyboardInterrupt):
            compute_vectors(node.cluster, archive.name)
    vectors._block(node.cluster, index, False)
    assert compute_vectors(node.cluster, archive.name).encoded == 0
    assert is_blocked(node, index)
    assert merged == [index]


def test_documents_are_held_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "CHUNK_CHARACTERS", 100)
    sizes = [60, 60, 200, 10, 99, *[1] * 9]
    documents: Any = [SimpleNamespace(document=Document("a", "x" * size)) for size in sizes]
    chunks = list(vectors._chunks(documents))
    assert [one for chunk in chunks for one in chunk] == documents
    assert [len(chunk) for chunk in chunks] == [2, 1, 2, 8, 1]


def test_known_vectors_are_found_among_many_equal_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page for each hash at most, however many documents have it."""
    monkeypatch.setattr(vectors, "_ROWS_TOGETHER", 10)
    rows = embedding.hashed(["a", "b", "c", "d"])
    there = [row.tobytes()[: embedding.HASH] + bytes(512) for row in rows[:3] for _ in range(100)]
    asked: list[int] = []

    def search(_index: str, body: dict[str, Any]) -> dict[str, Any]:
        keys = body["query"]["bool"]["filter"][0]["terms"]["vector_key"]
        found = [row for row in there if vectors.key_of(row) in keys][: body["size"]]
        asked.append(len(found))
        hits = [{"fields": {"vector": [vectors.as_sent(row).rstrip("=")]}} for row in found]
        return {"hits": {"hits": hits}}

    cluster: Any = SimpleNamespace(search=search)
    assert sorted(vectors._known(cluster, ["x"], MODEL, rows, [0, 1, 2, 3])) == [0, 1, 2]
    assert asked == [10, 10, 10, 0]


def test_a_deleted_generation_does_not_come_back(
    node: Any, archive: Archive, tmp_path: Path
) -> None:
    """A cluster that makes indexes by itself makes one of what comes too late for it."""
    name, first = archive.name, published(node.cluster, archive.name).index

    def build(_done: int, _size: int) -> None:
        if published(node.cluster, name).index == first:
            write(tmp_path / "a.jsonl", ARCHIVE[:2])
            for _ in range(2):
                rebuild_into(archive, [tmp_path], HERE)
            node.cluster.create(f"/{first}", {"mappings": {"properties": {}}})

    assert compute_vectors(node.cluster, name, build).documents == 2
    assert not node.cluster.exists(f"/{first}")


def test_builds_go_on_meanwhile(node: Any, archive: Archive, tmp_path: Path) -> None:
    """What is published while vectors are computed gets its vectors, too; so does a third one."""
    name, states = archive.name, [[*ARCHIVE, record(40)], [*ARCHIVE, record(40), record(41)]]

    def build(done: int, size: int) -> None:
        if states:
            write(tmp_path / "a.jsonl", states.pop(0))
            update_into(archive, [tmp_path], HERE)

    computed = compute_vectors(node.cluster, name, build)
    assert computed.generation == published(node.cluster, name).index
    assert (computed.documents, computed.encoded) == (22, 22)
    assert covered(node, name) == Coverage(MODEL, 22, 1, 0)
    assert not check(node.cluster, name).faults


def test_an_index_that_is_written_to_is_cloned(node: Any, archive: Archive, tmp_path: Path) -> None:
    index = published(node.cluster, archive.name).index
    vectors._block(node.cluster, index, False)
    write(tmp_path / "a.jsonl", ARCHIVE[:10])
    assert update_into(archive, [tmp_path], HERE).documents == 10


def test_what_a_blocked_index_refuses_is_sent_again(
    node: Any, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[bool] = []
    block = vectors._block

    def overtaken(cluster: Any, index: str, blocked: bool) -> None:
        calls.append(blocked)
        if len(calls) > 1:  # an update was quicker than the first
            block(cluster, index, blocked)

    monkeypatch.setattr(vectors, "_block", overtaken)
    monkeypatch.setattr(vectors, "_PAUSE", 0.0)
    assert compute_vectors(node.cluster, archive.name).encoded == 20
    assert calls[:4] == [False, True, False, True]


def test_vectors_of_another_model_are_computed_anew(
    node: Any, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = archive.name
    compute_vectors(node.cluster, name)
    monkeypatch.setattr(embedding, "model", lambda: "words 2")
    assert covered(node, name) == Coverage(MODEL, 20, 1, 0)
    assert compute_vectors(node.cluster, name).encoded == 20
    assert covered(node, name) == Coverage("words 2", 20, 1, 0)
    monkeypatch.setattr(embedding, "model", lambda: None)
    assert covered(node, name) == Coverage("words 2", 20, 1, 0)


def test_a_document_of_no_words_is_looked_at_once(node: Any) -> None:
    name = node.new_name()
    entries = [
        (Document("a", ""), Fields(Language("fr"))),
        (Document("b", "un"), Fields(Language("fr"))),
    ]
    publish_documents(node.cluster, name, entries)
    assert compute_vectors(node.cluster, name)[1:] == (1, 1, 1)
    assert covered(node, name) == Coverage(MODEL, 1, 1, 0)
    node.delete(name)


def test_the_commands_tell_of_vectors(node: Any, archive: Archive) -> None:
    given = {
        "TROUVAILLE_ENGINE": "opensearch",
        "TROUVAILLE_OPENSEARCH_URL": node.cluster.address.urls[0],
        "TROUVAILLE_OPENSEARCH_INDEX": archive.name,
    }

    def command(*arguments: str) -> str:
        return CliRunner().invoke(cli, arguments, env=given, catch_exceptions=False).stdout

    assert json.loads(command("stats", "--json"))["vectors"] is None
    told = command("vectors")
    assert "20 documents have a vector, 20 of them new" in told
    assert "Vectors        20 documents, 0 not yet, 1 in languages without" in command("stats")
    assert command("check").startswith("Sound: ")
