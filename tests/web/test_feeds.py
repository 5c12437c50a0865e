import csv
import io
import json
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from web import export

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def rows(client: FlaskClient, query: str) -> list[dict[str, str]]:
    response = client.get(f"/search.csv?{query}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    text = response.get_data().decode("utf-8")
    assert text.startswith("\ufeff") == ("bom=no" not in query)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_exports_hold_all_results_in_order(client: FlaskClient) -> None:
    for query in ("q=de", "q=ONU&lang=fr&sort=date", "", "q=zzzzqqqq", "undated=only"):
        answer = client.get(f"/api/search?{query}&per_page=100").get_json()
        assert answer["pages"] <= 1
        ids = [one["id"] for one in answer["results"]]
        assert [row["id"] for row in rows(client, query + "&page=1&per_page=1")] == ids
        response = client.get(f"/search.ndjson?{query}&highlight=false")
        assert response.mimetype == "application/x-ndjson"
        lines = [json.loads(line) for line in response.get_data(as_text=True).splitlines()]
        assert [line["id"] for line in lines] == ids
        assert {tuple(line) for line in lines} <= {tuple(one) for one in answer["results"]}


def test_more_than_one_batch(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 7)
    for sort in ("relevance", "-date", "date"):
        answer = client.get(f"/api/search?q=de&sort={sort}&per_page=100").get_json()
        exported = [row["id"] for row in rows(client, f"q=de&sort={sort}")]
        assert exported == [one["id"] for one in answer["results"]]
        assert len(exported) > 14
    # No more than a batch is kept for a reader who pauses.
    for form, end in (("csv", b"\r\n"), ("ndjson", b"\n")):
        with client.get(f"/search.{form}?q=de") as streamed:
            assert all(chunk.count(end) <= 7 for chunk in streamed.iter_encoded())


def test_a_feed_has_the_newest_first(client: FlaskClient) -> None:
    response = client.get("/search.atom?q=ONU")
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.get_data())
    entries = feed.findall("a:entry", ATOM)
    newest = client.get("/api/search?q=ONU&sort=-date&per_page=50").get_json()["results"]
    assert [one.findtext("a:id", "", ATOM) for one in entries] == [one["url"] for one in newest]
    own = feed.find("a:link[@rel='self']", ATOM)
    assert own is not None
    assert own.get("href") == "http://localhost/search.atom?q=ONU"
    for entry in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert entry.findtext(f"a:{name}", "", ATOM), name
    tag = response.headers["ETag"]
    assert client.get("/search.atom?q=ONU", headers={"If-None-Match": tag}).status_code == 304


def test_no_cell_is_a_formula_and_no_character_breaks_the_feed(hostile: FlaskClient) -> None:
    found = {row["id"]: row for row in rows(hostile, "q=accord")}
    assert found["formule"]["title"] == "'=1+1 accord"
    assert found["formule"]["source"] == "'@x"
    for row in found.values():
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    ElementTree.fromstring(hostile.get("/search.atom?q=accord").get_data())
