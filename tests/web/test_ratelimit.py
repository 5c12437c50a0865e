from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path
from threading import Lock
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app
from web.operate import RateLimit, SlowLane


@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 50),
    steps=st.lists(st.floats(0, 2), max_size=200),
)
def test_no_more_pass_than_the_burst_and_the_rate(
    rate: float, burst: int, steps: list[float]
) -> None:
    limit = RateLimit(rate, burst)
    now = 0.0
    for passed, step in enumerate(steps, 1):
        now += step
        wait = limit.wait("192.0.2.1", now)
        assert wait >= 0
        if wait:
            # Whoever waits as long as told is let through.
            assert limit.wait("192.0.2.1", now + wait * 1.001 + 1e-6) == 0
            now += wait * 1.001 + 1e-6
        assert passed <= burst + now * rate + 1e-6 * len(steps)


def test_addresses_do_not_share_but_a_network_of_version_6_does() -> None:
    limit = RateLimit(1, 1)
    assert limit.wait("192.0.2.1", 0) == 0
    assert limit.wait("192.0.2.1", 0) > 0
    assert limit.wait("192.0.2.2", 0) == 0
    assert limit.wait("2001:db8::1", 0) == 0
    assert limit.wait("2001:db8::2", 0) > 0
    assert limit.wait("2001:db8:0:1::1", 0) == 0
    assert limit.wait("::ffff:192.0.2.1", 0) > 0


def test_memory_is_bounded() -> None:
    limit = RateLimit(1, 1, addresses=100)
    for number in range(1_000):
        limit.wait(f"198.51.100.{number}", 0)
    assert len(limit) == 100


def test_too_many_requests(archive: Path) -> None:
    settings = Settings(rate_limit=0.01, rate_burst=2, proxies=1)
    client = create_app(WhooshEngine(IndexDirectory(archive)), settings).test_client()
    reader = {"X-Forwarded-For": "192.0.2.7", "Accept-Language": "en"}
    for _ in range(2):
        assert client.get("/api/search", headers=reader).status_code == 200
    refused = client.get("/api/search", headers=reader)
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert refused.get_json()["type"].endswith("#rate-limited")
    assert 90 <= int(refused.headers["Retry-After"]) <= 100
    page = client.get("/search?q=ONU", headers=reader)
    assert page.status_code == 429
    assert page.mimetype == "text/html"
    assert page.headers["Retry-After"]
    assert "Too many requests" in page.get_data(as_text=True)
    # What keeps a page readable and a service watched does not count; nor do other readers.
    with client.get("/static/icon.svg", headers=reader) as icon:
        assert icon.status_code == 200
    assert client.get("/healthz", headers=reader).status_code == 200
    other = {"X-Forwarded-For": "192.0.2.7, 192.0.2.8"}
    assert client.get("/api/search", headers=other).status_code == 200
    # This machine itself is never turned away.
    assert all(client.get("/api/search").status_code == 200 for _ in range(5))


def test_no_limit(archive: Path) -> None:
    settings = Settings(rate_limit=0, proxies=1)
    client = create_app(WhooshEngine(IndexDirectory(archive)), settings).test_client()
    reader = {"X-Forwarded-For": "192.0.2.7"}
    assert all(client.get("/healthz", headers=reader).status_code == 200 for _ in range(200))
    assert client.get("/api/suggest?q=a", headers=reader).status_code == 200


def test_dear_searches_wait_for_each_other_and_ordinary_ones_do_not(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.app.LANE_SECONDS", 0.05)
    app = create_app(WhooshEngine(IndexDirectory(archive)))
    client = app.test_client()
    dear = ["/search?per_page=100", "/api/search?q=" + "a*+OR+" * 50, "/search?per_page=1000"]
    with app.test_request_context("/"):
        lane = app.config["SLOW_LANE"]
    assert lane.enter(0)
    for address in dear:
        refused = client.get(address)
        assert refused.status_code == 503
        assert "Retry-After" in refused.headers
    assert client.get("/search?q=accord").status_code == 200
    lane.leave()
    # Answered or faulty, each leaves its place to the next.
    dear.append("/api/search?per_page=1000")
    for _ in range(3):
        assert [client.get(address).status_code for address in dear] == [200, 200, 200, 400]


def test_one_dear_request_computes_and_a_bounded_number_waits() -> None:
    lane = SlowLane(waiting=3)
    inside = Lock()

    def ask() -> bool:
        if not lane.enter(60):
            return False
        alone = inside.acquire(blocking=False)
        sleep(0.01)
        inside.release()
        lane.leave()
        return alone

    assert lane.enter(0)
    with ThreadPoolExecutor(8) as pool:
        asked = {pool.submit(ask) for _ in range(8)}
        refused = set(islice(as_completed(asked, 60), 5))
        assert not any(one.result() for one in refused)
        assert not any(one.done() for one in asked - refused)
        lane.leave()
        assert all(one.result() for one in asked - refused)
    assert lane.enter(0)
    assert not lane.enter(0)
    assert not lane.enter(0.01)
    lane.leave()
    assert lane.enter(0)
