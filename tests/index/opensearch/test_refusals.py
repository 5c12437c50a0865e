"""Clusters that are not what was meant, or not as they were: each in a sentence with its remedy."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest

from index.document import Document, Fields, Language
from index.errors import (
    ClusterRefused,
    ClusterUnavailable,
    IndexMissing,
    IndexUnavailable,
    IndexVersion,
    UsageError,
)
from index.opensearch import (
    Address,
    Archive,
    Cluster,
    bulk,
    check,
    encode_drafts,
    publish_documents,
    published,
)
from index.segments import BuildRecord, draft
from tests.index.opensearch.front import basic, front, self_signed

pytestmark = pytest.mark.opensearch
DOCUMENTS = [(Document("1", "un accord"), Fields(Language("fr")))]
ELASTIC = "You Know, for Search"
PROJECT = "The OpenSearch Project: https://opensearch.org/"


@pytest.fixture
def url(node: Any) -> str:
    url: str = node.cluster.address.urls[0]
    return url


@pytest.fixture
def name(node: Any) -> Any:
    """The name of a published index, which may be spoilt."""
    name = node.new_name()
    publish_documents(node.cluster, name, DOCUMENTS)
    yield name
    node.delete(name)


def refused(address: Address, name: str = "absent") -> IndexUnavailable:
    with pytest.raises(IndexUnavailable) as raised:
        published(Cluster(address), name)
    assert raised.value.remedy
    assert raised.value.message.count(". ") == 0, "one sentence"
    return raised.value


def faults_of(node: Any, name: str) -> tuple[str, ...]:
    return check(node.cluster, name).faults


# Who asks


def test_users_and_keys(url: str) -> None:
    with front(url, known=(basic("u", "right"), "ApiKey abc")) as guarded:
        unknown = refused(Address((guarded,)))
        assert isinstance(unknown, ClusterRefused)
        assert "wants to know who asks" in unknown.message
        assert "--opensearch-user" in unknown.remedy
        wrong = refused(Address((guarded,), user="u", password="wrong"))
        assert isinstance(wrong, ClusterRefused)
        assert "does not accept the user “u”" in wrong.message
        assert "wrong" not in str(wrong)
        assert "does not accept the API key" in str(refused(Address((guarded,), api_key="x")))
        for address in (
            Address((guarded,), user="u", password="right"),
            Address((guarded,), api_key="abc"),
        ):
            assert isinstance(refused(address), IndexMissing)


def test_tls(url: str, tmp_path: Path) -> None:
    own = self_signed(tmp_path / "own.pem", "IP:127.0.0.1")
    other = self_signed(tmp_path / "other.pem", "DNS:elsewhere.example,IP:192.0.2.1")
    with front(url, certificate=own) as node, front(url, certificate=other) as misnamed:
        unknown = refused(Address((node,)))
        assert isinstance(unknown, ClusterRefused)
        assert "not of a known authority" in unknown.message
        assert "--opensearch-ca" in unknown.remedy
        # Known authorities are not asked where one's own is named.
        assert isinstance(refused(Address((node,), ca_file=str(own))), IndexMissing)
        assert "not of a known" in str(refused(Address((node,), ca_file=str(other))))
        assert "is for another" in str(refused(Address((misnamed,), ca_file=str(other))))
        plain = refused(Address((node.replace("https:", "http:"),)))
        assert "https://" in plain.remedy
    without = refused(Address((url.replace("http:", "https:"),)))
    assert "does not use TLS" in without.message
    assert "http://" in without.remedy


# What answers


def root(number: str, tagline: str = PROJECT, distribution: str = "opensearch") -> Any:
    version = {"number": number, "build_type": "tar", "lucene_version": "9.7.0"}
    if distribution:
        version["distribution"] = distribution
    return {"name": "n", "cluster_name": "c", "version": version, "tagline": tagline}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (root("8.15.3", ELASTIC, ""), "Elasticsearch 8.15.3"),
        (root("7.10.2", ELASTIC, ""), "Elasticsearch 7.10.2"),
        (root("1.3.20"), "OpenSearch 1.3.20 at .* is too old.* 2.12 to 3.x"),
        (root("2.11.1"), "OpenSearch 2.11.1 at .* is too old"),
        (root("4.0.0"), "OpenSearch 4.0.0 at .* is newer .* 2.12 to 3.x"),
        ({"hello": "world"}, "is no OpenSearch"),
        ({"version": "1.0"}, "is no OpenSearch"),
    ],
)
def test_another_program_is_named(url: str, answer: Any, said: str) -> None:
    with front(url, root=answer) as another:
        error = refused(Address((another,)))
        assert isinstance(error, IndexVersion)
        assert re.search(said, str(error))


@pytest.mark.parametrize("number", ["2.12.0", "2.19.6", "3.0.0", "3.11.0-SNAPSHOT"])
def test_versions_that_are_known(url: str, number: str) -> None:
    with front(url, root=root(number)) as known:
        Cluster(Address((known,))).check_version()


# What became of the index


def change(node: Any, index: str, settings: dict[str, object]) -> None:
    """Change settings that only a closed index takes."""
    node.cluster.request("POST", f"/{index}/_close")
    node.cluster.request("PUT", f"/{index}/_settings", {"index": settings})
    node.cluster.request("POST", f"/{index}/_open", params={"wait_for_active_shards": 1})


def lose(node: Any, index: str) -> None:
    """Make an index again whose shard no node may take, as if the disk that held it were lost."""
    made = node.cluster.request("GET", f"/{index}")[index]
    settings = made["settings"]["index"]
    for name in ("uuid", "creation_date", "provided_name", "version"):
        del settings[name]
    settings["routing"] = {"allocation": {"require": {"_name": "no-such-node"}}}
    node.cluster.request("DELETE", f"/{index}")
    node.cluster.request("PUT", f"/{index}", made, params={"wait_for_active_shards": 0})


def test_a_red_index_is_told(node: Any, name: str) -> None:
    index = published(node.cluster, name).index
    assert not faults_of(node, name)
    lose(node, index)
    with pytest.raises(ClusterUnavailable, match="are missing") as raised:
        node.cluster.search(index, {})
    assert "Start the nodes" in raised.value.remedy
    assert any(index in fault and "start the nodes" in fault for fault in faults_of(node, name))


def test_a_full_disk_is_told_by_check(node: Any, name: str) -> None:
    index = published(node.cluster, name).index
    full = {"index": {"blocks": {"read_only_allow_delete": True}}}
    node.cluster.request("PUT", f"/{index}/_settings", full)
    assert node.cluster.search(index, {})["hits"]["total"]["value"] == 1
    (fault,) = faults_of(node, name)
    assert "nearly full" in fault


def alter_mapping(node: Any, index: str) -> None:
    node.cluster.request("PUT", f"/{index}/_mapping", {"properties": {"x": {"type": "keyword"}}})


def alter_dynamic(node: Any, index: str) -> None:
    node.cluster.request("PUT", f"/{index}/_mapping", {"dynamic": True})


def alter_window(node: Any, index: str) -> None:
    node.cluster.request("PUT", f"/{index}/_settings", {"index": {"max_result_window": 10_001}})


def alter_similarity(node: Any, index: str) -> None:
    change(node, index, {"similarity.frequency.script.source": "return 1.0;"})


def alter_analysis(node: Any, index: str) -> None:
    change(node, index, {"analysis.tokenizer.spaces.max_token_length": 100})


def delete_document(node: Any, index: str) -> None:
    node.cluster.request("PUT", f"/{index}/_settings", {"index": {"blocks": {"write": False}}})
    path, query = f"/{index}/_delete_by_query", {"query": {"term": {"id": "1"}}}
    node.cluster.request("POST", path, query, {"refresh": "true"})


def delete_words(node: Any, index: str) -> None:
    node.cluster.request("DELETE", f"/{index}-words")


@pytest.mark.parametrize(
    "alter",
    [
        alter_mapping,
        alter_dynamic,
        alter_window,
        alter_similarity,
        alter_analysis,
        delete_document,
        delete_words,
    ],
)
def test_check_notices_what_somebody_changed(node: Any, name: str, alter: Any) -> None:
    index = published(node.cluster, name).index
    assert not faults_of(node, name)
    alter(node, index)
    (fault,) = faults_of(node, name)
    assert index in fault
    assert "rebuild it" in fault


def test_words_are_searched_whose_documents_are_known(node: Any, name: str) -> None:
    assert check(node.cluster, name).searches == 2
    words = published(node.cluster, name).words
    node.cluster.request("PUT", f"/{words}/_settings", {"index": {"blocks": {"write": False}}})
    query = {"query": {"term": {"word": "accord"}}, "script": {"source": "ctx._source.body = 2"}}
    node.cluster.request("POST", f"/{words}/_update_by_query", query, {"refresh": "true"})
    (fault,) = faults_of(node, name)
    assert "“accord” is found in 1 documents" in fault


def test_a_full_disk_is_told_and_the_build_goes_on(
    node: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk has room again while the build waits: nothing is lost, and nothing is done twice."""
    monkeypatch.setattr(bulk, "DISK_PAUSE", 0.05)
    name = node.new_name()
    waited = threading.Event()
    sent = bulk._sent

    def noticed(cluster: Cluster, index: str, actions: Any) -> Any:
        left = sent(cluster, index, actions)
        if left.actions:
            waited.set()
        return left

    monkeypatch.setattr(bulk, "_sent", noticed)
    blocks: Any = {"index": {"blocks": {"read_only_allow_delete": True}}}

    def lift(index: str) -> None:
        assert waited.wait(60)
        blocks["index"]["blocks"]["read_only_allow_delete"] = None
        node.cluster.request("PUT", f"/{index}/_settings", blocks)

    with Archive(node.cluster, name).building() as generation:
        node.cluster.request("PUT", f"/{generation.writer.index}/_settings", blocks)
        lifting = threading.Thread(target=lift, args=[generation.writer.index])
        lifting.start()
        for encoded in encode_drafts([draft(*one) for one in DOCUMENTS]):
            generation.writer.add(encoded, "")
        assert generation.publish(BuildRecord({"1": ""})).documents == 1
        lifting.join()
    assert "nearly full" in caplog.text
    assert "takes documents again" in caplog.text
    node.delete(name)


def test_what_an_operator_may_change_is_no_fault(node: Any, name: str) -> None:
    index = published(node.cluster, name).index
    settings = {"auto_expand_replicas": False, "number_of_replicas": 0, "refresh_interval": "9s"}
    node.cluster.request("PUT", f"/{index}/_settings", {"index": settings})
    assert not faults_of(node, name)


@pytest.mark.parametrize("way", ["index", "alias", "index of ours"])
def test_nothing_is_built_over_an_index_of_somebody_else(node: Any, name: str, way: str) -> None:
    """It is told before the build begins, and whatever it is stays."""
    taken = {"index": f"{name}-of-another", "alias": f"{name}-alias"}.get(way, name)
    if way == "index":
        node.cluster.request("PUT", f"/{taken}", {})
    elif way == "alias":
        node.cluster.request("PUT", f"/{name}-of-another", {"aliases": {taken: {}}})
    before = set(node.cluster.request("GET", f"/{name}*/_settings"))
    archive = Archive(node.cluster, taken)
    for begin in (archive.building, archive.updating):
        if way == "index of ours":
            with begin():
                pass
            continue
        with pytest.raises(UsageError, match="not an index of Trouvaille") as raised, begin():
            pass
        assert "--opensearch-index" in raised.value.remedy
    assert set(node.cluster.request("GET", f"/{name}*/_settings")) == before


def test_an_index_of_another_version_or_of_somebody_else(node: Any, name: str, url: str) -> None:
    index = published(node.cluster, name).index
    meta = node.cluster.request("GET", f"/{index}/_mapping")[index]["mappings"]["_meta"]
    node.cluster.request("PUT", f"/{index}/_mapping", {"_meta": {**meta, "format": 1}})
    error = refused(Address((url,)), name)
    assert isinstance(error, IndexVersion)
    assert "built by another version" in error.message
    node.cluster.request("PUT", f"/{index}/_mapping", {"_meta": {}})
    error = refused(Address((url,)), name)
    assert "is not an index of Trouvaille" in error.message
    assert "--opensearch-index" in error.remedy
