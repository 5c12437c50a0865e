"""Building on a node: what is published, what a failed build leaves, and the way back."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from index.build import BuildOptions, rebuild_into, update_into
from index.document import Document, Fields, Language
from index.errors import (
    BuildFailed,
    ClusterUnavailable,
    IndexLocked,
    IndexMissing,
    NoDocuments,
    UsageError,
)
from index.opensearch import (
    TEXTS,
    Address,
    Archive,
    Cluster,
    check,
    encode_drafts,
    head_of,
    locked,
    pieces,
    pieces_of,
    publish_documents,
    published,
    report_of,
    rollback,
    size,
)
from index.segments import BuildRecord, draft

from .conftest import item

pytestmark = pytest.mark.opensearch
OPTIONS = BuildOptions(workers=0)


def write(path: Path, *records: dict[str, Any]) -> None:
    path.write_bytes(b"\n".join(map(orjson.dumps, records)))


def encoded(id: str, text: str) -> Any:
    return encode_drafts([draft(Document(id, text), Fields(Language("fr")))])[0]


def texts(node: Any, name: str) -> dict[str, str]:
    everything = node.cluster.walk(name, {"match_all": {}}, [{"id": "asc"}], **TEXTS)
    return {head_of(one).id: pieces_of(one)[0] for one in everything}


def test_a_build_is_published_and_can_be_taken_back(node: Any, tmp_path: Path) -> None:
    name, source = node.new_name(), tmp_path / "a.jsonl"
    archive = Archive(node.cluster, name)
    with pytest.raises(IndexMissing):
        published(node.cluster, name)
    write(source, {"id": "1", "text": "Un accord sur la pêche."}, {"id": "2", "text": "Rien."})
    first = rebuild_into(archive, [tmp_path], OPTIONS)
    assert (first.documents, published(node.cluster, name).documents) == (2, 2)
    with pytest.raises(IndexMissing):
        rollback(node.cluster, name)
    write(source, {"id": "1", "text": "Un autre accord."})
    second = rebuild_into(archive, [tmp_path], OPTIONS)
    assert second.generation > first.generation
    assert texts(node, name) == {"1": "Un autre accord."}
    assert rollback(node.cluster, name).name == first.generation
    assert set(texts(node, name)) == {"1", "2"}
    assert not check(node.cluster, name).faults
    assert size(node.cluster, name).documents == 2
    assert size(node.cluster, name).words >= 5


def test_only_the_published_and_the_previous_generation_are_kept(node: Any) -> None:
    name = node.new_name()
    document = Document("1", "un"), Fields(Language("fr"))
    names = [publish_documents(node.cluster, name, [document]).name for _ in range(3)]
    indexes = node.cluster.request("GET", f"/{name}-*/_settings")
    assert {one for one in indexes if one in names} == set(names[1:])


def test_of_documents_with_one_id_the_later_version_counts(node: Any, tmp_path: Path) -> None:
    name = node.new_name()
    write(
        tmp_path / "a.jsonl",
        {"id": "1", "text": "Ancien.", "version": "1"},
        {"id": "1", "text": "Nouveau.", "version": "2"},
        {"id": "2", "text": "Autre."},
    )
    result = rebuild_into(Archive(node.cluster, name), [tmp_path], OPTIONS)
    assert result.documents == len(texts(node, name)) == 2
    report = report_of(node.cluster, name, published(node.cluster, name).index)
    assert [one.kind for one in report.skipped] == [one.kind for one in result.skipped]


def test_a_report_may_be_larger_than_a_request(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = node.new_name()
    archive = Archive(node.cluster, name)
    source = tmp_path / "source"
    source.mkdir()
    withdrawals = [item(number, 1, "canceled") for number in range(9)]
    write(source / "a.jsonl", {"id": "1", "text": "Un texte."}, *({"id": "1"},) * 30, *withdrawals)
    whole = rebuild_into(archive, [source], OPTIONS)
    expected = report_of(node.cluster, name, whole.generation)
    assert len(expected.skipped) >= 30
    assert len(expected.withdrawn) == 9
    assert not node.cluster.exists(f"/{whole.generation}-report")
    monkeypatch.setattr(pieces, "PIECE_BYTES", 700)
    made = rebuild_into(archive, [source], OPTIONS).generation
    assert node.cluster.exists(f"/{made}-report")
    assert report_of(node.cluster, name, made) == expected
    assert archive.withdrawn() == expected.withdrawn
    write(source / "b.jsonl", {"id": "2", "text": "Un autre texte."})
    updated = update_into(archive, [source], OPTIONS).generation
    assert sorted(report_of(node.cluster, name, updated).skipped) == sorted(expected.skipped)
    assert node.cluster.exists(f"/{made}-report")
    rebuild_into(archive, [source], OPTIONS)
    assert not node.cluster.exists(f"/{made}-report")


def test_what_was_removed_is_not_found(node: Any) -> None:
    name = node.new_name()
    with Archive(node.cluster, name).building() as generation:
        for id in "abc":
            generation.add(encoded(id, f"texte {id}"))
        generation.remove("b")
        generation.remove("c")
        generation.add(encoded("c", "encore"))
        hashes = dict.fromkeys("ac", "")
        assert generation.publish(BuildRecord(hashes)).documents == 2
    assert texts(node, name) == {"a": "texte a", "c": "encore"}


def build_refused(node: Any, name: str) -> None:
    refused = encoded("a", "texte")._replace(source=b'{"id":"a","no_such_field":1}')
    with Archive(node.cluster, name).building() as generation:
        generation.add(refused)
        generation.publish(BuildRecord({}))


def test_documents_without_a_text_and_with_much_to_show_are_read_back(node: Any) -> None:
    """Doc values and stored fields hold what is empty, and what is long."""
    name = node.new_name()
    authors = tuple(f"{number:04} {'Prénom Nom ' * 8}".strip() for number in range(1_000))
    bare = Document("bare", "", title="Titre seul")
    long = Document("long", "Accord " * 200_000, title="Longue", authors=authors)
    with Archive(node.cluster, name).building() as generation:
        for document in (bare, long):
            generation.add(encode_drafts([draft(document, Fields(Language("fr")))])[0])
        generation.publish(BuildRecord({"bare": "", "long": ""}))
    everything = node.cluster.walk(name, {"match_all": {}}, [{"id": "asc"}], **TEXTS)
    read = [(head_of(hit).decode_details().authors, "".join(pieces_of(hit))) for hit in everything]
    assert [(tuple(had), text) for had, text in read] == [((), ""), (authors, long.text)]


def test_a_failed_build_leaves_the_published_generation(node: Any, tmp_path: Path) -> None:
    name = node.new_name()
    publish_documents(node.cluster, name, [(Document("1", "un"), Fields(Language("fr")))])
    before = set(node.cluster.request("GET", f"/{name}-*/_settings"))
    with pytest.raises(NoDocuments):
        rebuild_into(Archive(node.cluster, name), [tmp_path], OPTIONS)
    with pytest.raises(BuildFailed, match="the document a"):
        build_refused(node, name)
    assert set(node.cluster.request("GET", f"/{name}-*/_settings")) == before
    assert texts(node, name) == {"1": "un"}


def lock(node: Any, name: str) -> None:
    with locked(node.cluster, name):
        pass


def test_one_build_at_a_time(node: Any) -> None:
    name = node.new_name()
    with locked(node.cluster, name), pytest.raises(IndexLocked, match="builds"):
        lock(node, name)
    lock(node, name)


def test_one_module_imports_the_client() -> None:
    root = Path(__file__).parents[3]
    modules = [path for room in ("index", "search", "web") for path in (root / room).rglob("*.py")]
    importing = [path.stem for path in modules if "import opensearchpy" in path.read_text()]
    assert importing == ["client"]


def test_a_cluster_that_is_away_is_named() -> None:
    pytest.importorskip("opensearchpy")
    cluster = Cluster(Address(("http://127.0.0.1:9",), seconds=1.0))
    with pytest.raises(ClusterUnavailable, match=r"127\.0\.0\.1:9"):
        published(cluster, "archive")


@pytest.mark.parametrize(
    "urls", ["", "localhost:9200", "ftp://host", "http://", "https://:9200", "http://a:x", "a,b"]
)
def test_what_is_no_address_is_refused(urls: str) -> None:
    with pytest.raises(UsageError):
        Address.parse(urls)
