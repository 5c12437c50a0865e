"""What is asked again costs no search, and is never of an old generation."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search import SearchResponse, WhooshEngine
from search.request import SearchRequest
from web import create_app
from web.context import ANSWER_BYTES

PAGES = ("/", "/?hl=en", "/search?q=accord", "/search?q=accord&lang=fr&page=1", "/search?q=&x=y")


def searches(client: FlaskClient) -> float:
    told = re.search(r"^trouvaille_searches_total (\S+)", client.get("/metrics").text, re.M)
    return float(told[1]) if told else 0.0


def test_a_page_asked_again_costs_no_search(tmp_path: Path) -> None:
    source = tmp_path / "un.txt"
    source.write_text("Un accord sur la pêche.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    client = create_app(WhooshEngine(IndexDirectory(tmp_path / "ix"))).test_client()
    tags = {}
    for address in PAGES:
        answer = client.get(address)
        assert client.get(address).headers["ETag"] == answer.headers["ETag"]
        tags[address] = answer.headers["ETag"]
    assert len(set(tags.values())) == len(PAGES)
    before = searches(client)
    for address, tag in tags.items():
        known = client.get(address, headers={"If-None-Match": tag})
        assert (known.status_code, known.data) == (304, b"")
        assert known.headers["ETag"] == tag
        assert known.headers["Cache-Control"] == "no-cache"
        assert set(known.headers["Vary"].split(", ")) == set(answer.headers["Vary"].split(", "))
    assert searches(client) == before
    for address, tag in tags.items():
        other = client.get(address, headers={"If-None-Match": tag, "Accept-Language": "de"})
        assert other.status_code == (304 if "hl=" in address else 200)
    # A page tells which language is remembered.
    client.set_cookie("hl", "fr")
    assert client.get("/", headers={"If-None-Match": tags["/"]}).status_code == 200
    client.delete_cookie("hl")
    source.write_text("Un accord sur la pêche et sur les ports.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    for address, tag in tags.items():
        anew = client.get(address, headers={"If-None-Match": tag})
        assert anew.status_code == 200
        assert anew.headers["ETag"] != tag


class CountingEngine(WhooshEngine):
    """Counts what it searches."""

    searched = 0

    def search(self, request: SearchRequest) -> SearchResponse:
        """Search and count."""
        self.searched += 1
        return super().search(request)


ASKED = (*PAGES, "/api/search?q=accord", "/api/search?q=accord&highlight=offsets", "/facet/date")
ALIKE = ("/api/search?q=accord%0Asort%3Ddate", "/api/search?q=accord&sort=date")
"""Their parameters, one a line, are the same text."""


def without_times(body: bytes) -> bytes:
    return re.sub(rb'"took_ms":[0-9.]+', b"", body)


def test_an_answer_that_was_given_is_given_again_without_a_search(tmp_path: Path) -> None:
    source = tmp_path / "un.txt"
    source.write_text("Un accord <b>sur</b> la pêche.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    engine = CountingEngine(IndexDirectory(tmp_path / "ix"))
    client = create_app(engine).test_client()
    first = {}
    for address in (*ASKED, *ALIKE):
        for language in ("fr", "ar"):
            headers = {"Accept-Language": language}
            first[address, language] = client.get(address, headers=headers)
    tags = {answer.headers["ETag"] for answer in first.values()}
    assert engine.searched == len(tags) == len(first) - 1  # ``hl=en`` is one language
    counted = searches(client)
    for (address, language), answer in first.items():
        again = client.get(address, headers={"Accept-Language": language})
        assert without_times(again.data) == without_times(answer.data)
        for name in ("Content-Type", "Content-Language", "ETag", "Link", "Cache-Control", "Vary"):
            assert again.headers.get(name) == answer.headers.get(name), name
    assert engine.searched == len(tags)
    assert searches(client) == counted + len(first)
    source.write_text("Un accord sur la pêche et sur les ports.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    anew = client.get("/api/search?q=ports").get_json()
    assert (anew["total"], client.get(ASKED[-1]).status_code) == (1, 200)
    assert engine.searched == len(tags) + 2


def test_answers_are_kept_in_bounded_memory(tmp_path: Path) -> None:
    source = tmp_path / "un.txt"
    source.write_text("Un accord sur la pêche.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    app = create_app(WhooshEngine(IndexDirectory(tmp_path / "ix")))
    kept = app.config["ANSWERS"]
    client = app.test_client()
    client.get("/search?q=accord")
    one = kept.held
    assert 0 < one < ANSWER_BYTES // 100
    app.config["ANSWERS"] = kept = type(kept)(3 * one)
    for number in range(20):
        client.get(f"/search?q=accord&page={number + 1}")
    assert 0 < kept.held <= 3 * one
