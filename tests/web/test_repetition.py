"""What is asked again costs no search, and is never of an old generation."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search import WhooshEngine
from web import create_app

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
