from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app
from web.operate import RateLimit


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
