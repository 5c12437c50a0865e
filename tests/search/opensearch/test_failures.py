"""When nodes are away, silent, slow, or break off: what is said, and the way back by itself."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from index.errors import ClusterUnavailable, SearchTimeout
from index.opensearch import Address, Cluster, publish_documents
from index.opensearch.breaker import Breaker
from index.vocabularies import LANGUAGES
from search.opensearch import OpenSearchEngine
from search.request import SearchRequest, parse_request
from search.results import Budget
from tests.search.conftest import Entries
from tests.search.opensearch.relay import Relay
from web import create_app

pytestmark = pytest.mark.opensearch
REQUEST = parse_request({"q": ["zanova mirka"]}, "fr")
TITLES = {
    "fr": "Serveurs de recherche indisponibles",
    "en": "Search cluster unavailable",
    "es": "Servidores de búsqueda no disponibles",
    "de": "Suchserver nicht erreichbar",
    "it": "Server di ricerca non disponibili",
    "pt": "Servidores de pesquisa indisponíveis",
    "ar": "خوادم البحث غير متاحة",
}


@pytest.fixture(scope="module")
def name(node: Any, entries: Entries) -> str:
    name: str = node.new_name()
    publish_documents(node.cluster, name, entries)
    return name


@pytest.fixture
def relay(node: Any) -> Iterator[Relay]:
    relay = Relay(node.cluster.address.urls[0])
    yield relay
    relay.cut()


def engine_over(name: str, *urls: str, seconds: float = 60.0) -> OpenSearchEngine:
    return OpenSearchEngine(Cluster(Address(urls)), name, Budget(seconds, 60.0, 60.0, 60.0))


def eventually(fact: Callable[[], Any]) -> Any:
    """Return what a fact says as soon as it holds."""
    end = time.monotonic() + 60
    while not (found := fact()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)
    return found


def fresh(number: int) -> SearchRequest:
    """Return a request of which nothing is known yet."""
    return replace(REQUEST, q=f"zanova word{number}")


@pytest.fixture
def client(name: str, relay: Relay) -> FlaskClient:
    return create_app(engine_over(name, relay.url)).test_client()


def test_pages_say_so_at_once_and_are_back_by_themselves(client: FlaskClient, relay: Relay) -> None:
    before = client.get("/api/search?q=zanova").get_json()
    relay.cut()
    for number in range(5):
        assert client.get(f"/api/search?q=away{number}").status_code == 503
    asked = relay.asked
    for language in LANGUAGES:
        page = client.get(f"/search?q=away&hl={language}")
        assert (page.status_code, TITLES[language] in page.text) == (503, True)
        assert int(page.headers["Retry-After"]) >= 1
        assert "no-store" in page.headers["Cache-Control"]
    problem = client.get("/api/search?q=other").get_json()
    assert problem["type"].endswith("#cluster-unavailable")
    assert client.get("/healthz").status_code == 503
    assert 'trouvaille_cluster_status{status="unavailable"} 1.0' in client.get("/metrics").text
    assert "trouvaille_cluster_breaker_open 1.0" in client.get("/metrics").text
    assert relay.asked == asked
    relay.restore()
    eventually(lambda: client.get("/healthz").status_code == 200)
    after = client.get("/api/search?q=zanova").get_json()
    assert [one["id"] for one in after["results"]] == [one["id"] for one in before["results"]]
    assert after["total"] == before["total"]
    assert "trouvaille_cluster_breaker_open 0.0" in client.get("/metrics").text


def test_health_says_how_the_cluster_is(client: FlaskClient) -> None:
    health = client.get("/healthz").get_json()["cluster"]
    assert health["status"] in ("green", "yellow")
    assert health["nodes"] >= 1
    metrics = client.get("/metrics").text
    written = (Path(__file__).parents[3] / "docs" / "operating.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `(trouvaille_cluster_\w+)`", written, re.MULTILINE))
    assert set(re.findall(r"^# TYPE (trouvaille_cluster_\w+)", metrics, re.MULTILINE)) == documented
    assert 'trouvaille_cluster_rejected_total{kind="write"}' in metrics


def test_a_silent_cluster_is_away_and_is_not_asked_again(name: str, relay: Relay) -> None:
    engine = engine_over(name, relay.url, seconds=2.0)
    eventually(lambda: answered(engine))
    relay.mode = "silent"
    for number in range(3):
        with pytest.raises(ClusterUnavailable):
            engine.search(fresh(number))
    # The breaker is open: one trial in two seconds, whatever is asked.
    asked = relay.asked
    for number in range(100):
        with pytest.raises(ClusterUnavailable) as raised:
            engine.search(fresh(number))
        assert raised.value.retry_after >= 1
    assert relay.asked - asked <= 3
    relay.cut()
    relay.restore()
    assert eventually(lambda: answered(engine)).total


def answered(engine: OpenSearchEngine) -> Any:
    try:
        return engine.search(REQUEST)
    except (ClusterUnavailable, SearchTimeout):
        return None


@pytest.mark.parametrize("fault", ["cut", "breaks", "silent"])
def test_another_node_answers(name: str, node: Any, relay: Relay, fault: str) -> None:
    engine = engine_over(name, relay.url, node.cluster.address.urls[0], seconds=20.0)
    expected = replace(engine.search(REQUEST), timings={})
    if fault == "cut":
        relay.cut()
    else:
        relay.mode = "breaks" if fault == "breaks" else "silent"
    answers = []
    for number in range(40):
        if fault == "silent" and relay.mode == "passes":
            break
        try:
            answers.append(replace(engine.search(REQUEST), timings={}))
            engine.search(fresh(number))
        except SearchTimeout:
            # A node that says nothing costs one search its time; others go elsewhere.
            assert fault == "silent"
            relay.mode = "passes"
    assert all(answer == expected for answer in answers)
    assert not engine.cluster().is_away


def test_a_search_ends_within_its_time_in_the_cluster_too(name: str, node: Any) -> None:
    cluster = Cluster(node.cluster.address)
    endless = "double x = 0; for (int i = 0; i < 900000; i++) { x += Math.sqrt(i) } return x;"
    scored = {"query": {"match_all": {}}, "script": {"source": endless}}
    body = {"query": {"script_score": scored}, "size": 1}
    with pytest.raises(SearchTimeout), cluster.answering(0.3):
        cluster.search(name, body)
    assert not cluster.breaker.is_open
    path = "/_tasks?actions=indices:data/read/search*&detailed"
    eventually(lambda: endless not in str(cluster.request("GET", path)))


def test_answers_are_whole_or_none(name: str, relay: Relay) -> None:
    engine = engine_over(name, relay.url, seconds=5.0)
    expected = engine.search(REQUEST)
    for seconds in (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 5.0):
        hurried = engine_over(name, relay.url, seconds=seconds)
        try:
            found = hurried.search(REQUEST)
        except (SearchTimeout, ClusterUnavailable):
            continue
        assert replace(found, timings={}) == replace(expected, timings={})
    assert found.total


def test_the_breaker_lets_one_trial_through_at_a_time() -> None:
    now = 0.0
    breaker = Breaker(failures=2, seconds=10.0, clock=lambda: now)
    breaker.failed()
    assert breaker.wait() == 0
    breaker.failed()
    assert (breaker.is_open, breaker.wait()) == (True, 10.0)
    now = 10.0
    assert [breaker.wait() for _ in range(3)] == [0.0, 10.0, 10.0]
    breaker.failed()
    now = 19.0
    assert breaker.wait() == 1.0
    now = 20.0
    assert breaker.wait() == 0
    breaker.succeeded()
    assert [breaker.wait() for _ in range(3)] == [0.0, 0.0, 0.0]
