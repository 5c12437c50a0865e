"""Metrics, log, status page: what an operator sees."""

import gc
import json
import logging
import re
import signal
from pathlib import Path
from urllib.request import Request, urlopen
from weakref import ref

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from index import IndexDirectory, Snapshot
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app
from web.operate.observe import JsonLines, TextLines
from web.operate.serve import rehearse, warm

from .test_serve import PATIENCE, run, serving, write


def client_of(archive: Path, settings: Settings | None = None) -> FlaskClient:
    return create_app(WhooshEngine(IndexDirectory(archive)), settings).test_client()


def figures(client: FlaskClient) -> dict[str, float]:
    return figures_of(client.get("/metrics").get_data(as_text=True))


def figures_of(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def test_metrics_count_what_was_asked(archive: Path) -> None:
    client = client_of(archive)
    client.get("/api/search?q=accord")
    client.get("/search?q=zzzzqqqq")
    client.get("/document/absent")
    client.get("/api/search?from=hier")
    client.get("/nowhere/at/all")
    client.get("/search.csv?q=ONU", buffered=True)
    response = client.get("/metrics")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    told = figures(client)
    requests = 'trouvaille_requests_total{method="GET",route="%s",status="%s"}'
    assert told[requests % ("/api/search", 200)] == 1
    assert told[requests % ("/api/search", 400)] == 1
    assert told[requests % ("/search", 200)] == 1
    assert told[requests % ("/document/{id}", 404)] == 1
    assert told[requests % ("none", 404)] == 1
    assert told["trouvaille_searches_total"] == 3
    assert told["trouvaille_searches_without_result_total"] == 1
    assert told['trouvaille_problems_total{type="not-found"}'] == 2
    assert told['trouvaille_request_seconds_count{route="/search.csv"}'] == 1
    assert told["trouvaille_index_up"] == 1
    status = client.get("/healthz").get_json()
    assert told[f'trouvaille_index_info{{generation="{status["generation"]}"}}'] == 1
    documents = [told[one] for one in told if one.startswith("trouvaille_index_documents{")]
    assert sum(documents) == status["documents"]
    assert told["trouvaille_index_built_timestamp_seconds"] > 1.5e9


def test_what_is_documented_of_the_metrics_is_what_there_is(archive: Path) -> None:
    client = client_of(archive)
    client.get("/api/search?q=accord&from=x")
    text = client.get("/metrics").get_data(as_text=True) + client.get("/metrics").get_data(True)
    written = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `(trouvaille_(?!cluster_)\w+)`", written, re.MULTILINE))
    given = set(re.findall(r"^# TYPE (trouvaille_\w+) ", text, re.MULTILINE))
    assert {name for name in given if not name.endswith("_created")} == documented


def test_who_may_read_the_metrics(archive: Path, tmp_path: Path) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    local = client_of(archive)
    assert local.get("/metrics").status_code == 200
    assert local.get("/metrics", environ_overrides=elsewhere).status_code == 404
    # A proxy of this machine asks for somebody else.
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"):
        assert local.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404
    believing = client_of(archive, Settings(proxies=1))
    assert believing.get("/metrics").status_code == 200
    spoofed = {"X-Forwarded-For": "127.0.0.1"}
    answer = believing.get("/metrics", headers=spoofed, environ_overrides=elsewhere)
    assert answer.status_code == 404
    everybody = client_of(archive, Settings(metrics="on"))
    assert everybody.get("/metrics", environ_overrides=elsewhere).status_code == 200
    assert client_of(archive, Settings(metrics="off")).get("/metrics").status_code == 404
    # Without an index the service can still be watched.
    assert figures(client_of(tmp_path / "absent"))["trouvaille_index_up"] == 0


def test_each_request_is_a_line_without_what_was_asked(
    archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trouvaille.requests")
    client = client_of(archive)
    answer = client.get("/search?q=confidentiel&organization=onu")
    client.get("/document/confidentiel")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    search, document = lines
    assert search["request"] == answer.headers["X-Request-Id"]
    assert (search["method"], search["route"], search["status"]) == ("GET", "/search", 200)
    assert search["ms"] > 0
    assert search["generation"] == client.get("/healthz").get_json()["generation"]
    assert search["total"] == 0
    assert (document["route"], document["problem"]) == ("/document/{id}", "not-found")
    text = "\n".join(TextLines().format(record) for record in caplog.records)
    assert "route=/document/{id} status=404" in text
    assert "confidentiel" not in text + str(lines)
    caplog.clear()
    asked = client_of(archive, Settings(log_queries=True))
    asked.get("/search?q=confidentiel")
    assert json.loads(JsonLines().format(caplog.records[0]))["address"] == "/search?q=confidentiel"


def test_a_line_is_one_line_whatever_readers_send(
    archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = client_of(archive, Settings(log_queries=True))
    client.get("/search?q=a%0Ab%20%22c%22=%1b[31m")
    client.get("/document/a%0A2026-01-01%20ERROR%20forged")
    for record in caplog.records:
        for form in (TextLines(), JsonLines()):
            line = form.format(record)
            assert line.isprintable()
    strange = logging.LogRecord("trouvaille", logging.ERROR, "", 0, "a\nb\x1b[2J", None, None)
    assert TextLines().format(strange).isprintable()
    assert JsonLines().format(strange).isprintable()


@pytest.mark.long
def test_processes_add_up_and_log_in_json(tmp_path: Path) -> None:
    sources = tmp_path / "documents"
    write(sources, "un.txt", "Un accord sur la pêche est signé à Rabat par les ministres.")
    (tmp_path / "trouvaille.toml").write_text('log-format = "json"\nrate-limit = 5.5\n', "utf-8")
    assert run("rebuild", sources, cwd=tmp_path).returncode == 0
    with serving(cwd=tmp_path) as service:
        for _ in range(30):
            service.ask("api/search?q=accord")
        with urlopen(service.address + "metrics", timeout=PATIENCE) as answer:
            told = figures_of(answer.read().decode())
        assert told["trouvaille_searches_total"] == 30
        with urlopen(
            Request(service.address + "status", headers={"Accept-Language": "en"}),
            timeout=PATIENCE,
        ) as answer:
            assert "5.5 per second" in answer.read().decode()
        _, complained = service.stop(signal.SIGTERM)
    lines = [json.loads(line) for line in complained.splitlines()]
    assert len([line for line in lines if line.get("route") == "/api/search"]) == 30
    assert all(line["level"] == "info" for line in lines)


def test_the_status_page(archive: Path) -> None:
    client = client_of(archive)
    page = html.document_fromstring(
        client.get("/status", headers={"Accept-Language": "en"}).get_data(as_text=True)
    )
    text = page.text_content()
    status = client.get("/healthz").get_json()
    assert status["generation"] in text
    assert str(status["documents"]) in text
    assert "Arabic" in text
    assert "README" in text
    assert "20 per second, 100 at once" in text
    assert page.xpath("//time/@datetime")
    hidden = client_of(archive, Settings(skipped_paths=False)).get("/status").get_data(as_text=True)
    assert "README" not in hidden
    assert 'id="status-skipped"' in hidden
    assert client.get("/status?x=1").status_code == 200


def test_the_most_results_that_a_page_may_ask_for(archive: Path) -> None:
    client = client_of(archive, Settings(max_per_page=10))
    assert client.get("/api/search?per_page=10").get_json()["per_page"] == 10
    refused = client.get("/api/search?per_page=11").get_json()
    assert refused["errors"][0]["code"] == "out_of_range"
    assert "10" in refused["errors"][0]["detail"]
    assert client.get("/api/search").get_json()["per_page"] == 10


def test_warming_is_neither_counted_nor_logged(
    archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    app = create_app(WhooshEngine(IndexDirectory(archive)))
    warm(app)
    assert not caplog.records
    assert "/search" not in app.test_client().get("/metrics").get_data(as_text=True)


def test_what_is_loaded_before_processes_fork_does_not_hold_the_index(archive: Path) -> None:
    """An index that a process before them keeps open would stay on the disk for ever."""
    engines: list[ref[WhooshEngine]] = []
    snapshots: list[ref[Snapshot]] = []

    def make() -> Flask:
        engine = WhooshEngine(IndexDirectory(archive))
        engines.append(ref(engine))
        snapshots.append(ref(engine.directory.current()))
        return create_app(engine)

    thresholds = gc.get_threshold()
    try:
        rehearse(make)
        assert gc.get_freeze_count() > 10_000
        assert [one() for one in (*engines, *snapshots)] == [None, None]
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def test_warming_without_an_index_leaves_the_error_to_readers(tmp_path: Path) -> None:
    app = create_app(WhooshEngine(IndexDirectory(tmp_path / "absent")))
    warm(app)
    assert app.test_client().get("/api/search").status_code == 503
