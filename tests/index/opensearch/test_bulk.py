"""Bulk requests to a node that is busy, or that nobody hears: nothing is lost or comes twice."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest

from index.build import rebuild_into, update_into
from index.errors import BuildFailed, ClusterUnavailable
from index.opensearch import Address, Archive, Cluster, client, filling, mapping, published
from index.opensearch.bulk import Action, bulk

from .conftest import HERE, content, record, write
from .proxy import proxied

pytestmark = pytest.mark.opensearch
SPOILT = ("429", "pass", "half", "busy", "pass", "drop", "503", "busy")


def test_what_a_busy_cluster_refuses_is_sent_again(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "SENT_TOGETHER", 12)
    name, plain = node.new_name(), node.new_name()
    (url,) = node.cluster.address.urls
    deeds = cycle(SPOILT)
    write(tmp_path / "a.jsonl", [record(number) for number in range(24)])

    def rule(method: str, path: str) -> str:
        return next(deeds) if path.partition("?")[0].endswith("/_bulk") else "pass"

    with proxied(url, rule) as proxy:
        cluster = Cluster(Address((proxy.url,)))
        rebuild_into(Archive(cluster, name), [tmp_path], HERE)
        write(tmp_path / "a.jsonl", [record(number, number % 3) for number in range(5, 29)])
        update_into(Archive(cluster, name), [tmp_path], HERE)
        assert {deed for _, deed in proxy.seen} == set(SPOILT)
    rebuild_into(Archive(node.cluster, plain), [tmp_path], HERE)
    assert content(node, name) == content(node, plain)


@pytest.fixture
def index(node: Any) -> str:
    name = f"{node.new_name()}-20200101t000000000000"
    node.cluster.request("PUT", f"/{name}", mapping.documents(1, {}))
    return name


def action(id: str, **more: Any) -> Action:
    return Action(id, orjson.dumps({"id": id, "place": 1, **more}), id)


def test_a_cluster_says_when_it_wants_to_be_asked_again(node: Any, index: str) -> None:
    (url,) = node.cluster.address.urls
    times: list[float] = []

    def rule(method: str, path: str) -> str:
        times.append(monotonic())
        return "429" if len(times) == 1 else "pass"

    with proxied(url, rule) as proxy:
        bulk(Cluster(Address((proxy.url,))), index, [action("a")], pauses=[0.0])
    assert len(times) == 2
    assert times[1] - times[0] >= 1  # as its Retry-After asks


def test_what_is_refused_is_named_and_nothing_else(node: Any, index: str) -> None:
    actions = [action("a"), action("b", other=1), action("c"), action("d", other=1)]
    with pytest.raises(BuildFailed, match=r"refuses the documents b, d: .*other"):
        bulk(node.cluster, index, actions)
    with pytest.raises(BuildFailed, match="refuses the document b: "):
        bulk(node.cluster, index, actions[:2])


def test_a_cluster_that_takes_no_more_is_told_with_its_reason(node: Any, index: str) -> None:
    (url,) = node.cluster.address.urls
    with proxied(url, lambda method, path: "busy") as proxy:
        busy = Cluster(Address((proxy.url,)))
        with pytest.raises(ClusterUnavailable, match=r"the document a .*rejected execution"):
            bulk(busy, index, [action("a")], pauses=[0.0, 0.0])
        assert len(proxy.seen) == 3
    with pytest.raises(ClusterUnavailable, match="the documents a, b could not"):
        bulk(Cluster(Address(("http://127.0.0.1:9",))), index, [action("a"), action("b")], [0.0])


def test_a_request_that_is_too_large_is_divided(node: Any, index: str) -> None:
    (url,) = node.cluster.address.urls
    requests = iter(["413", "pass", "413", "pass", "pass"])
    with proxied(url, lambda method, path: next(requests)) as proxy:
        bulk(Cluster(Address((proxy.url,))), index, [action(id) for id in "abcd"])
        assert len(proxy.seen) == 5
    node.cluster.request("POST", f"/{index}/_refresh")
    assert node.cluster.request("GET", f"/{index}/_count")["count"] == 4


@pytest.mark.parametrize("lost", [1, 4])
def test_what_is_published_stays_when_nobody_hears_of_it(
    node: Any, tmp_path: Path, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_PAUSES", (0.0, 0.0, 0.0))
    name = node.new_name()
    (url,) = node.cluster.address.urls
    deeds = iter(["drop"] * lost)
    write(tmp_path / "a.jsonl", [record(number) for number in range(3)])

    def rule(method: str, path: str) -> str:
        return next(deeds, "pass") if path.startswith("/_aliases") else "pass"

    with proxied(url, rule) as proxy:
        rebuild_into(Archive(Cluster(Address((proxy.url,))), name), [tmp_path], HERE)
    assert published(node.cluster, name).documents == 3


def test_an_update_that_the_cluster_could_not_take_is_gone_on_with(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "SENT_TOGETHER", 4)
    monkeypatch.setattr(client, "_PAUSES", (0.0, 0.0, 0.0))
    name, archive = node.new_name(), Archive(node.cluster, node.new_name())
    (url,) = node.cluster.address.urls
    write(tmp_path / "a.jsonl", [record(number) for number in range(8)])
    rebuild_into(Archive(node.cluster, name), [tmp_path], HERE)
    write(tmp_path / "a.jsonl", [record(number) for number in range(24)])

    def rule(method: str, path: str) -> str:
        return "503" if path.partition("?")[0].endswith("/_count") else "pass"

    with proxied(url, rule) as proxy, pytest.raises(ClusterUnavailable):
        update_into(Archive(Cluster(Address((proxy.url,))), name), [tmp_path], HERE)
    into: list[str] = []

    def noted(cluster: Cluster, index: str, actions: Sequence[Action]) -> None:
        into.append(index)
        bulk(cluster, index, actions)

    monkeypatch.setattr(filling, "bulk", noted)
    update_into(Archive(node.cluster, name), [tmp_path], HERE)
    assert all(index.endswith(("-words", "-values")) for index in into)  # no document again
    rebuild_into(archive, [tmp_path], HERE)
    assert content(node, name) == content(node, archive.name)
