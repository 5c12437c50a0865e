import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from index import IndexDirectory
from index.errors import SearchTimeout
from search.engine import NOTICES, IndexStatus, SearchResponse
from search.request import FAULTS, SearchRequest
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app
from web.errors import PROBLEMS

DOCS = Path(__file__).parents[2] / "docs"


def problem(response: TestResponse, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    told = response.get_json()
    assert told["type"] == f"http://localhost/docs/errors#{kind}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["request_id"] == response.headers["X-Request-Id"]
    assert isinstance(told, dict)
    return told


def test_all_faults_are_told_at_once_in_the_readers_language(client: FlaskClient) -> None:
    address = "/api/search?q=accord&from=hier&organisation=onu&per_page=1000&sort=datte"
    told = problem(client.get(address), 400, "invalid-parameter")
    assert told["instance"] == address
    assert told["title"] == "Paramètre invalide"
    assert told["detail"] == "4 paramètres n’ont pas été compris."
    faults = {fault["parameter"]: fault for fault in told["errors"]}
    assert faults["from"] == {
        "parameter": "from",
        "value": "hier",
        "code": "invalid_date",
        "detail": "Attendu\u00a0: 2024, 2024-03 ou 2024-03-15.",
    }
    assert faults["organisation"]["suggestion"] == "organization"
    assert faults["organisation"]["detail"] == (
        "Paramètre inconnu. Vouliez-vous dire «\u00a0organization\u00a0»\u00a0?"
    )
    assert "1 à 100" in faults["per_page"]["detail"]
    assert faults["sort"]["suggestion"] == "date"
    english = client.get(address, headers={"Accept-Language": "en"}).get_json()
    assert english["title"] == "Invalid parameter"
    assert [fault["code"] for fault in english["errors"]] == [
        fault["code"] for fault in told["errors"]
    ]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/api/search?orgnization=x", "unknown-parameter"),
        ("/api/search?hl=fr", "unknown-parameter"),
        ("/api/search?page=501", "page-too-deep"),
        ("/api/search?page=0", "invalid-parameter"),
        ("/api/search?page=deux&q=%00", "invalid-parameter"),
        ("/api/search?page=2&cursor=*", "invalid-parameter"),
        ("/api/search?cursor=zzz", "invalid-parameter"),
        ("/api/search?from=2024-13", "invalid-parameter"),
        ("/api/search?from=2025&to=2024", "invalid-parameter"),
        ("/api/search?q=a&q=b", "invalid-parameter"),
        ("/api/search?facets=thema", "invalid-parameter"),
        ("/api/suggest?limit=0", "invalid-parameter"),
        ("/api/suggest?limit=%C2%B2", "invalid-parameter"),
        ("/api/suggest?limt=1", "unknown-parameter"),
        ("/api/facets/theme?prefx=a", "unknown-parameter"),
        ("/search.csv?from=x", "invalid-parameter"),
    ],
)
def test_wrong_parameters(client: FlaskClient, address: str, kind: str) -> None:
    told = problem(client.get(address), 400, kind)
    assert told["errors"]
    assert all(fault["detail"] != fault["code"] for fault in told["errors"])


def test_a_cursor_of_another_question_is_refused(client: FlaskClient) -> None:
    cursor = client.get("/api/search?q=de&cursor=*&per_page=2").get_json()["next_cursor"]
    address = f"/api/search?q=la&cursor={cursor}&per_page=2"
    told = problem(client.get(address), 400, "invalid-parameter")
    assert told["errors"][0]["code"] == "cursor_mismatch"


def test_page_too_deep_names_the_limit_and_the_way_on(client: FlaskClient) -> None:
    told = client.get("/api/search?page=1001&per_page=10").get_json()
    assert "cursor=*" in told["errors"][0]["detail"]
    assert "10000" in told["errors"][0]["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/nothing",
        "/api/documents/absent",
        "/api/documents/absent/similar",
        "/api/facets/date",
        "/search.atom/x.csv",
    ],
)
def test_what_is_not_there(client: FlaskClient, address: str) -> None:
    problem(client.get(address), 404, "not-found")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
@pytest.mark.parametrize("address", ["/api/search", "/api/documents/a/b", "/healthz"])
def test_only_reading_is_allowed(client: FlaskClient, method: str, address: str) -> None:
    response = getattr(client, method)(address)
    problem(response, 405, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


class Broken(WhooshEngine):
    """An engine that fails in the ways an engine may."""

    def __init__(self, archive: IndexDirectory, error: Exception) -> None:
        super().__init__(archive)
        self.error = error

    def search(self, request: SearchRequest) -> SearchResponse:
        raise self.error

    def status(self) -> IndexStatus:
        return IndexStatus("none", 0, {}, "", 0)


def test_an_unexpected_error_shows_nothing_but_its_request_id(
    archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Broken(IndexDirectory(archive), ValueError("le secret"))
    client = create_app(engine).test_client()
    for address in ("/api/search", "/search.csv"):
        told = problem(client.get(address), 500, "internal-error")
        assert "secret" not in str(told)
        assert told["request_id"] in caplog.text
    page = client.get("/search").get_data(as_text=True)
    assert "secret" not in page
    assert "Traceback" not in page
    assert "le secret" in caplog.text


def test_a_question_that_takes_too_long(archive: Path) -> None:
    client = create_app(Broken(IndexDirectory(archive), SearchTimeout("Too slow."))).test_client()
    response = client.get("/api/search")
    problem(response, 503, "timeout")
    assert int(response.headers["Retry-After"]) > 0


def test_without_an_index_every_address_says_so(tmp_path: Path) -> None:
    engine = WhooshEngine(IndexDirectory(tmp_path / "absent"))
    client = create_app(engine, Settings(retry_after=7)).test_client()
    for address in (
        *("/api/search", "/api/suggest?q=a", "/api/facets/theme", "/api/documents/a"),
        *("/api/documents/a/similar", "/healthz", "/search.csv", "/search.ndjson", "/search.atom"),
    ):
        response = client.get(address)
        told = problem(response, 503, "index-unavailable")
        assert response.headers["Retry-After"] == "7"
        assert str(tmp_path) not in str(told)
    page = client.get("/")
    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/html")
    assert client.get("/api/openapi.json").status_code == 200


def test_errors_of_pages_are_pages(client: FlaskClient) -> None:
    for address, status in (
        *(("/nothing", 404), ("/document/absent", 404), ("/document/absent?from=hier", 404)),
        *(("/document/a?at=%3Cb%3E", 400), ("/document/a?at=0", 400)),
    ):
        response = client.get(address)
        assert response.status_code == status
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        page = response.get_data(as_text=True)
        assert "<h1>" in page
        assert "<b>" not in page
    assert client.post("/search").status_code == 405


def test_every_type_has_its_anchor(client: FlaskClient) -> None:
    page = client.get("/docs/errors").get_data(as_text=True)
    written = (DOCS / "errors.md").read_text("utf-8")
    for kind in PROBLEMS:
        assert f'id="{kind}"' in page
        assert re.search(rf"^#+ {kind}$", written, re.MULTILINE), kind


def test_every_code_is_documented() -> None:
    written = (DOCS / "errors.md").read_text("utf-8")
    for code in (*FAULTS, *NOTICES):
        assert f"| `{code}` |" in written, code
