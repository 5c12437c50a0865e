"""Hostile documents, hostile addresses, and what every answer forbids the browser."""

import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markupsafe import Markup

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from index.errors import SettingError
from search.answers import web_address
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app
from web.cli import allowed_hosts
from web.render import MAX_MARKS, clean_text

LONG = 1 << 18
OVERRIDE = "\u202e"


@pytest.fixture(scope="module")
def beasts(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of documents made to break pages."""
    folder = tmp_path_factory.mktemp("beasts")
    marks = "\u0300" * (LONG // 8)
    documents = [
        {"id": "marks", "title": "Un accord z" + marks, "text": "Un accord de pêche e" + marks},
        {"id": "title", "title": "Un accord " + "long " * (LONG // 40), "text": "Un accord."},
        {"id": "word", "title": "Un accord", "text": "Un accord " + "x" * LONG},
        {
            "id": "override",
            "title": f"Un accord {OVERRIDE}fdp.exe\u202d",
            "text": f"L'accord {OVERRIDE}caché\x00 \x1b[2J \x85 \x9b",
            "source": f"Agence{OVERRIDE}",
        },
        *(
            {"id": f"url{number}", "title": "Un accord", "text": "Texte.", "url": url}
            for number, url in enumerate(
                (
                    "javascript:alert(1)",
                    " JAVASCRIPT:alert(1)",
                    "java\tscript:alert(1)",
                    "data:text/html,<script>alert(1)</script>",
                    "vbscript:x",
                    "//evil.example/x",
                    'https://example.org/?a="><script>alert(1)</script>',
                )
            )
        ),
    ]
    source = folder / "beasts.jsonl"
    source.write_text("\n".join(json.dumps(one) for one in documents), "utf-8")
    rebuild(folder / "index", [source], BuildOptions(workers=0))
    return create_app(WhooshEngine(IndexDirectory(folder / "index"))).test_client()


def test_pages_of_hostile_documents_are_bounded_and_plain(beasts: FlaskClient) -> None:
    ids = [one["id"] for one in beasts.get("/api/search?per_page=100").get_json()["results"]]
    assert len(ids) >= 10
    addresses = ["/search?q=accord", "/search?q=accord&per_page=100&hl=en"]
    for address in [*addresses, *(f"/document/{quote(id)}?q=accord" for id in ids)]:
        response = beasts.get(address)
        assert response.status_code == 200
        text = response.get_data(as_text=True)
        bad = {char for char in text if unicodedata.category(char) == "Cc"} - {"\n", "\t"}
        assert not bad
        assert OVERRIDE not in text
        assert "\u202d" not in text
        assert "\u0300" * (MAX_MARKS + 1) not in text
        page = html.document_fromstring(text)
        assert not page.xpath("//script[not(@src)]|//*[@onclick]|//iframe")
        for link in page.xpath("//@href|//@src|//@action"):
            scheme = link.strip().lower().partition(":")[0] if ":" in link else ""
            assert "/" in scheme or scheme in ("", "http", "https"), link
            assert not link.startswith("//")
    assert len(beasts.get("/search?q=accord&per_page=100").data) < LONG


@given(st.text() | st.text(alphabet="e\u0300\u0489\u202e\x00\u0651ا", max_size=80))
def test_taming_keeps_what_is_honest(text: str) -> None:
    tame = clean_text(text)
    assert clean_text(tame) == tame
    run = 0
    for char in tame:
        assert char not in "\x00\x1b\u202d\u202e"
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert run <= MAX_MARKS
    dropped = [char for char in text if char not in tame]
    assert all(unicodedata.category(char)[0] in "CM" for char in dropped)
    assert type(clean_text(Markup(text))) is Markup
    assert clean_text(None) is None


def test_every_answer_forbids_what_it_does_not_need(beasts: FlaskClient) -> None:
    for address in (
        *("/", "/search?q=accord", "/document/word", "/status", "/docs/errors", "/nothing"),
        *("/api/search", "/api/nothing", "/search.csv", "/search.atom", "/static/style.css"),
        *("/metrics", "/healthz"),
    ):
        response = beasts.get(address, buffered=True)
        headers = response.headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(policy)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Set-Cookie" not in headers
        assert "Server" not in headers or "Werkzeug" not in headers["Server"]
        response.close()


@pytest.mark.parametrize("host", ['a"><b>', "a b", "", "a/b", "é.example", "a:b:c"])
def test_a_malformed_host_is_refused(beasts: FlaskClient, host: str) -> None:
    for address in ("/", "/api/search"):
        response = beasts.get(address, environ_overrides={"HTTP_HOST": host})
        assert response.status_code == 400
        assert "<b>" not in response.get_data(as_text=True)


def test_only_the_hosts_that_are_allowed(beasts: FlaskClient) -> None:
    app = create_app(
        beasts.application.config["ENGINE"], Settings(hosts=("press.example.org", "[::1]"))
    )
    client = app.test_client()
    for host, status in (
        *(("press.example.org", 200), ("PRESS.example.org.:8080", 200), ("[::1]:80", 200)),
        *(("evil.example", 400), ("press.example.org.evil.example", 400), ("localhost", 400)),
    ):
        answer = client.get("/api/search", environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == status, host


def test_which_hosts_are_allowed() -> None:
    own = ("localhost", "127.0.0.1", "[::1]")
    assert allowed_hosts("127.0.0.1", "", 0, ()) == own
    assert allowed_hosts("localhost", "https://a.example/x", 0, ()) == (*own, "a.example")
    assert allowed_hosts("::1", "", 0, ("B.example", "2001:db8::1")) == (
        *own,
        "b.example",
        "[2001:db8::1]",
    )
    assert allowed_hosts("0.0.0.0", "", 0, ()) == ()
    assert allowed_hosts("127.0.0.1", "", 1, ()) == ()
    assert allowed_hosts("0.0.0.0", "", 1, ("a.example",)) == (*own, "a.example")
    for wrong in ("http://a.example", "a.example:80", "", "a b"):
        with pytest.raises(SettingError):
            allowed_hosts("0.0.0.0", "", 0, (wrong,))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://[::1",
            "http://a\\@b/",
            "http://::1/",
            "http://[::g]/",
            "http://[]/",
            "http:///x",
        ),
        *(
            "http://",
            "https://:80/",
            "http://a:99999/",
            "http://a:b/",
            "http://a:-1/",
            "http://a b/",
        ),
        *(
            "http://user@example.org/",
            "http://www.un.org@evil.example/",
            "http://a\\b/",
            "http:/a/",
        ),
        *("http://a..b/", "http://.a/", "http://a\x00/", "http://a/\x01", "http://1.2.3.999/"),
        *("http://%61/", "http://a%2fb/", "http://<a>/", "http://[1.2.3.4]/", "http://a\u00a0b/"),
        *(
            "https:example.org",
            "//example.org",
            "http://a\n/",
            "ftp://a/",
            "http://[fe80::1%eth0]/",
        ),
        *("javascript://a/%0aalert(1)", "http://a|b/", "http://?a", "http://#", "http:\\\\a/"),
    ],
)
def test_a_malformed_address_is_no_link(address: str) -> None:
    assert web_address(address) is None


@pytest.mark.parametrize(
    "address",
    [
        *("http://example.org", "HTTPS://Example.org/", "https://example.org:8443/a b?c=é#d@e:f"),
        *("http://[2001:db8::1]:80/", "http://192.0.2.1/", "http://localhost?x", "http://a_b.c./"),
        *(
            "https://उदाहरण.परीक्षा/",
            "https://مثال.إختبار/a",
            "http://xn--bcher-kva.example/",
            "http://a:/",
        ),
        "https://example.org/a\\b",
    ],
)
def test_an_address_of_the_web_is_a_link(address: str) -> None:
    assert web_address(address) == address


@given(st.text("ab.:/@\\[]#?%1 ", max_size=12).map("http://".__add__))
def test_programs_agree_on_the_host_of_a_link(address: str) -> None:
    if web_address(address):
        parts = urlsplit(address)
        assert parts.hostname
        assert parts.username is None
        assert re.split(r"[/?#\\]", address[7:])[0] == parts.netloc


def links(client: FlaskClient, address: str, **more: object) -> list[str]:
    page = html.document_fromstring(client.get(address, **more).get_data(as_text=True))
    found: list[str] = page.xpath("//@href|//@src|//@action|//@formaction|//@data-src")
    return [one for one in found if not one.startswith("#")]


@pytest.mark.parametrize("how", ["header", "setting"])
def test_under_a_path_every_link_begins_with_it(archive: Path, how: str) -> None:
    base = "https://press.example.org/archive"
    engine = WhooshEngine(IndexDirectory(archive))
    settings = Settings(proxies=1, base_url=base if how == "setting" else "")
    client = create_app(engine, settings).test_client()
    headers = {
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "press.example.org",
        "X-Forwarded-Prefix": "/archive",
    }
    sent = headers if how == "header" else {}
    id = client.get("/api/search?q=ONU").get_json()["results"][0]["id"]
    for address in (
        *("/", "/search?q=ONU&organization=onu&exclude_lang=de&from=2018", "/search?q=de&page=2"),
        *(f"/document/{id}?q=ONU", "/status", "/docs/errors", "/nothing", "/search?from=x"),
        "/search?q=zzzzqqqq",
    ):
        found = links(client, address, headers=sent)
        assert len(found) > 5
        for link in found:
            if link.startswith("/"):
                assert link.startswith("/archive/"), (address, link)
            else:
                assert link.startswith((base, "http", "?")), (address, link)
    answer = client.get("/api/search?q=ONU", headers=sent).get_json()
    assert answer["links"]["self"].startswith(base + "/api/search")
    assert all(one["url"].startswith(base + "/document/") for one in answer["results"])
    feed = client.get("/search.atom?q=ONU", headers=sent).get_data(as_text=True)
    assert f'href="{base}/document/' in feed
    assert 'href="https://press.example.org/document' not in feed
    wrong = client.get("/api/search?from=x", headers=sent).get_json()
    assert wrong["type"] == f"{base}/docs/errors#invalid-parameter"
    openapi = client.get("/api/openapi.json", headers=sent).get_json()
    assert openapi["servers"][0]["url"].startswith(base)


def test_unbelieved_headers_change_nothing(archive: Path) -> None:
    client = create_app(WhooshEngine(IndexDirectory(archive))).test_client()
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/x"}
    answer = client.get("/api/search", headers=headers).get_data(as_text=True)
    assert "evil.example" not in answer
    assert '"/x' not in answer
