"""Mail on the pages, in the JSON of documents and in exports."""

import csv
import io
import json
import re
from html import unescape
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search.whoosh_engine import WhooshEngine
from tests.index.readers import made
from web import create_app

PEOPLE = {
    "from": [{"name": "Zoé <b>", "address": "zoe@exemple.example"}],
    "to": [{"name": "Bruno Essai", "address": "bruno@essai.example"}],
    "cc": [],
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("mail")
    source = folder / "source"
    source.mkdir()
    plan = made.attached("plan.txt", "Le plan.")
    letters = (
        made.letter(1, plan, sender='"Zoé <b>" <zoe@exemple.example>'),
        made.letter(2, answers="In-Reply-To: <1@exemple.example>\n"),
        made.letter(3, plan, to=", ".join(f"p{n}@x.example" for n in range(30))),
    )
    for number, letter in enumerate(letters, 1):
        (source / f"{number}.eml").write_bytes(letter)
    (source / "note.txt").write_text("Une note de Rabat.", "utf-8")
    rebuild(folder / "index", [source], BuildOptions(workers=0))
    return create_app(WhooshEngine(IndexDirectory(folder / "index"))).test_client()


def page(client: FlaskClient, id: str) -> str:
    return client.get(f"/document/{quote(id)}?hl=en").get_data(as_text=True)


def aside(text: str, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="about-{name}">.*?</section>', text, re.S)
    return unescape(found[0]) if found else ""


def test_the_page_names_sender_and_recipients_with_links(client: FlaskClient) -> None:
    origin = aside(page(client, "1@exemple.example"), "origin")
    assert "Zoé <b> <zoe@exemple.example>" in origin
    address = re.search(r'href="(/search[^"]*from[^"]*)"', origin)
    assert address is not None
    assert "from:" in unquote(address[1])
    results = client.get(address[1]).get_data(as_text=True)
    assert "/document/1@exemple.example" in results
    assert "/document/2@exemple.example" not in results
    assert "10 more" in aside(page(client, "3@exemple.example"), "origin")
    assert "Sender" not in page(client, "note")


def test_the_page_shows_parts_conversation_and_copies(client: FlaskClient) -> None:
    first = page(client, "1@exemple.example")
    assert "1.eml!plan.txt" in unquote(aside(first, "parts"))
    conversation = aside(first, "conversation")
    assert conversation.index("Lettre 1") < conversation.index("Lettre 2")
    whole = re.search(r'href="(/search[^"]*thread[^"]*)"', conversation)
    assert whole is not None
    assert "/document/2@exemple.example" in client.get(whole[1]).get_data(as_text=True)
    plan = page(client, "1.eml!plan.txt")
    assert 'aria-current="page"' in aside(plan, "parts")
    assert "Lettre 3" in aside(plan, "copies")
    assert "Lettre 1" not in aside(plan, "copies")
    note = page(client, "note")
    assert not any(aside(note, name) for name in ("parts", "conversation", "copies"))


def test_the_json_of_documents_and_results(client: FlaskClient) -> None:
    document = client.get("/api/documents/1@exemple.example").get_json()
    assert (document["mail"], document["thread"]) == (PEOPLE, ["1@exemple.example"])
    part = client.get(f"/api/documents/{quote('1.eml!plan.txt')}").get_json()
    assert (part["mail"], part["thread"], len(part["digest"])) == (PEOPLE, [], 32)
    assert client.get("/api/documents/note").get_json()["mail"] is None
    (result,) = client.get("/api/search?q=from:zoe+lettre").get_json()["results"]
    assert result["mail"] == PEOPLE


def test_exports_have_the_people(client: FlaskClient) -> None:
    rows = csv.DictReader(io.StringIO(client.get("/search.csv?bom=no").get_data(as_text=True)))
    by_id = {row["id"]: row for row in rows}
    assert by_id["1@exemple.example"]["from"] == "Zoé <b> <zoe@exemple.example>"
    assert len(by_id["3@exemple.example"]["to"].splitlines()) == 30
    assert by_id["note"]["from"] == ""
    lines = client.get("/search.ndjson?q=from:zoe").get_data(as_text=True).splitlines()
    assert all(json.loads(line)["mail"] == PEOPLE for line in lines)
    feed = client.get("/search.atom?q=from:zoe").get_data(as_text=True)
    assert "<email>zoe@exemple.example</email>" in feed
