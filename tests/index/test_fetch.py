"""Fetching feeds from real servers of this machine."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from index import fetch as fetching
from index.build import BuildOptions, rebuild
from index.commands import COMMANDS
from index.fetch import Client, FetchError, FetchOptions
from index.publishing import open_published

GROUP = click.Group("trouvaille", commands={str(c.name): c for c in COMMANDS})
Reply = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server of pages; ``asked`` has every request with its headers."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str], float]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers), time.monotonic()))
                reply = site.pages.get(self.path)
                if reply:
                    reply(self)
                else:
                    self.send_error(404)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


def reply(body: str | bytes, status: int = 200, **headers: str) -> Reply:
    data = body.encode() if isinstance(body, str) else body

    def send(handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("If-None-Match")
        handler.send_response(304 if wanted and wanted == headers.get("ETag") else status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if not wanted or wanted != headers.get("ETag"):
            handler.wfile.write(data)

    return send


def rss(*items: tuple[str, str], extra: str = "") -> str:
    entries = "".join(
        f"<item><title>{title}</title><guid>{guid}</guid><link>/pages/{guid}</link>"
        f"<description>Le texte de {title}.</description>"
        "<pubDate>Thu, 14 Nov 2019 09:41:00 +0100</pubDate></item>"
        for guid, title in items
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Agence Exemple</title>'
        f"<language>fr</language>{entries}{extra}</channel></rss>"
    )


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def trouvaille(tmp_path: Path) -> Callable[..., Result]:
    """Run ``fetch`` over feeds, with options."""

    def run(*feeds: str, options: tuple[str, ...] = ("--allow-private", "--delay", "0")) -> Result:
        (tmp_path / "feeds.txt").write_text("# nos agences\n\n" + "\n".join(feeds))
        command = ["fetch", str(tmp_path / "feeds.txt"), "--into", str(tmp_path / "into")]
        return CliRunner().invoke(GROUP, [*command, *options], catch_exceptions=False)

    return run


def documents(tmp_path: Path) -> dict[str, tuple[str, str, str]]:
    rebuild(tmp_path / "index", [tmp_path / "into"], BuildOptions(workers=0))
    snapshot = open_published(tmp_path / "index")
    assert snapshot.report().skipped == [] or snapshot.manifest.skipped.keys() == {"hidden"}
    found = [snapshot.stored_fields.get(doc)[0] for doc in range(snapshot.size)]
    return {one.id: (one.title, one.source, one.text) for one in found}


def test_entries_become_files_that_are_documents(
    site: Site, trouvaille: Callable[..., Result], tmp_path: Path
) -> None:
    feed = f"{site.address}/feed"
    site.pages["/feed"] = reply(rss(("a", "Un"), ("b", "Deux")), ETag='"1"')
    assert trouvaille(feed).stdout == f"{feed}: 2 new, 0 changed\n"
    assert documents(tmp_path) == {
        "a": ("Un", "Agence Exemple", "Le texte de Un."),
        "b": ("Deux", "Agence Exemple", "Le texte de Deux."),
    }
    # What the server has already sent is not sent again.
    assert trouvaille(feed).stdout == f"{feed}: 0 new, 0 changed\n"
    assert site.asked[-1][1]["If-None-Match"] == '"1"'
    # An entry that leaves the feed stays; one that changes is changed.
    site.pages["/feed"] = reply(rss(("b", "Deux bis"), ("c", "Trois")), ETag='"2"')
    assert trouvaille(feed).stdout == f"{feed}: 1 new, 1 changed\n"
    titles = {id: title for id, (title, _, _) in documents(tmp_path).items()}
    assert titles == {"a": "Un", "b": "Deux bis", "c": "Trois"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>x:1</id>'
            "<title>Un</title><summary>Le texte.</summary></entry></feed>",
            {"x:1"},
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/"><channel><title>A</title></channel>'
            '<item rdf:about="http://x.example/1"><title>Un</title><link>http://x.example/1</link>'
            "<description>Le texte.</description></item></rdf:RDF>",
            {"http::x.example:1"},
        ),
        (rss(("a", "Un"), extra="<item><title>Coupé & mal</title><guid>z</guid>"), {"a", "z"}),
    ],
)
def test_all_kinds_of_feeds(
    site: Site,
    trouvaille: Callable[..., Result],
    tmp_path: Path,
    body: str,
    expected: set[str],
) -> None:
    site.pages["/feed"] = reply(gzip.compress(body.encode()), Content_Encoding="gzip")
    trouvaille(f"{site.address}/feed")
    assert set(documents(tmp_path)) == expected


def test_pages_take_the_place_of_entries(
    site: Site, trouvaille: Callable[..., Result], tmp_path: Path
) -> None:
    page = "<html><head><title>La page</title></head><body><p>Tout le texte.</p></body></html>"
    site.pages["/feed"] = reply(rss(("a", "Un"), ("b", "Deux")))
    site.pages["/pages/a"] = reply(page, Content_Type="text/html")
    options = ("--allow-private", "--delay", "0", "--pages")
    trouvaille(f"{site.address}/feed", options=options)
    found = sorted(title for title, _, _ in documents(tmp_path).values())
    assert found == ["Deux", "La page"]  # the page of the other could not be fetched
    trouvaille(f"{site.address}/feed", options=options)
    assert site.paths().count("/pages/a") == 1


def test_robots_are_asked_and_obeyed(site: Site, trouvaille: Callable[..., Result]) -> None:
    site.pages["/robots.txt"] = reply("User-agent: *\nDisallow: /private\nCrawl-delay: 1\n")
    site.pages["/feed"] = reply(rss(("a", "Un")))
    site.pages["/private/feed"] = reply(rss(("b", "Deux")))
    result = trouvaille(f"{site.address}/feed", f"{site.address}/private/feed")
    assert "not fetched, robots.txt of 127.0.0.1" in result.stderr
    assert site.paths() == ["/robots.txt", "/feed"]
    assert site.asked[1][2] - site.asked[0][2] >= 0.9
    site.pages["/robots.txt"] = reply("", 500)
    assert "cannot be read" in trouvaille(f"{site.address}/feed").stderr
    assert "/feed" not in site.paths()[2:]


def test_one_host_is_asked_in_turn(site: Site, trouvaille: Callable[..., Result]) -> None:
    site.pages["/feed"] = reply(rss(("a", "Un")))
    trouvaille(
        f"{site.address}/feed",
        f"{site.address}/feed?2",
        options=("--allow-private", "--delay", "0.3"),
    )
    moments = [moment for _, _, moment in site.asked]
    assert all(later - before >= 0.28 for before, later in pairwise(moments))
    assert len(moments) == 3


def test_a_server_that_is_busy_is_left_alone(site: Site, trouvaille: Callable[..., Result]) -> None:
    site.pages["/feed"] = reply("", 429)
    result = trouvaille(f"{site.address}/feed", f"{site.address}/other")
    assert result.stderr.count("asks for fewer requests") == 2
    assert site.paths() == ["/robots.txt", "/feed"]
    assert result.exit_code == 1


def slowly(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):  # nobody waits for the end
        for _ in range(100):
            handler.wfile.write(b"<")
            time.sleep(0.1)


def test_answers_are_bounded(
    site: Site, trouvaille: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100_000)
    bomb = gzip.compress(bytes(10_000_000))
    site.pages["/bomb"] = reply(bomb, Content_Encoding="gzip")
    site.pages["/around"] = reply("", 302, Location="/around")
    site.pages["/page"] = reply("<html><body>Une page.</body></html>")
    site.pages["/slow"] = slowly
    names = ("bomb", "around", "page", "slow", "missing")
    options = ("--allow-private", "--delay", "0", "--timeout", "1", "--json")
    result = trouvaille(*(f"{site.address}/{name}" for name in names), options=options)
    reasons = [one["trouble"] for one in json.loads(result.stdout)["feeds"]]
    expected = [
        "the answer has more than 100,000 bytes",
        "it redirects more than 5 times",
        "it is no feed",
        "the answer took longer than 1 seconds",
        "the server answered with status 404",
    ]
    assert reasons == expected
    assert result.exit_code == 1


def test_private_addresses_are_not_asked(site: Site, trouvaille: Callable[..., Result]) -> None:
    for address in (site.address, f"http://localhost:{site.server.server_port}"):
        result = trouvaille(f"{address}/feed", options=())
        assert "is a private address (see --allow-private)" in result.stderr
    assert site.asked == []


def test_a_redirect_leads_nowhere_private(
    site: Site, monkeypatch: pytest.MonkeyPatch, trouvaille: Callable[..., Result]
) -> None:
    """A public server that redirects to this machine, or to another scheme."""
    public = fetching._is_public
    monkeypatch.setattr(
        fetching, "_is_public", lambda number: number == "127.0.0.1" or public(number)
    )
    site.pages["/feed"] = reply("", 302, Location="http://169.254.169.254/latest/meta-data")
    site.pages["/file"] = reply("", 302, Location="file:///etc/passwd")
    feeds = [f"{site.address}/feed", f"{site.address}/file", "ftp://x.example/feed", "feeds/a.xml"]
    feeds += ["http://user:word@x.example/", "http://[::1", "http://x y/"]
    result = trouvaille(*feeds, options=("--delay", "0"))
    lines = result.stderr.splitlines()
    assert "169.254.169.254 is a private address" in lines[0]
    assert "“file:///etc/passwd” is not an address of http or https" in lines[1]
    assert all("not fetched, “" in line for line in lines[2:])
    assert len(lines) == len(feeds)


@given(
    st.ip_addresses(network="10.0.0.0/8")
    | st.ip_addresses(network="127.0.0.0/8")
    | st.ip_addresses(network="169.254.0.0/16")
    | st.ip_addresses(network="192.168.0.0/16")
    | st.ip_addresses(network="172.16.0.0/12")
    | st.ip_addresses(network="100.64.0.0/10"),
    st.sampled_from(["{}", "::ffff:{}", "64:ff9b::{}", "2002:{hex}::1"]),
)
def test_no_form_of_a_private_address_is_public(address: Any, form: str) -> None:
    number = int(address)
    written = form.format(address, hex=f"{number >> 16:x}:{number & 0xFFFF:x}")
    assert not fetching._is_public(written)


def test_public_addresses_are_public() -> None:
    for number in ("8.8.8.8", "2001:4860:4860::8888", "64:ff9b::8.8.8.8"):
        assert fetching._is_public(number)
    for number in ("::1", "fe80::1%eth0", "fc00::1", "0.0.0.0", "224.0.0.1", "ff02::1"):
        assert not fetching._is_public(number)


def test_a_folder_that_cannot_be_written_is_named(
    site: Site, trouvaille: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "into").write_text("Un fichier.")
    result = trouvaille(f"{site.address}/feed")
    assert result.exit_code == 1
    assert "into” could not be written" in result.stderr


def test_an_address_is_asked_for_by_its_number(site: Site) -> None:
    """The name is resolved once: it cannot mean another address when it is connected to."""
    site.pages["/feed"] = reply(rss(("a", "Un")))
    client = Client(FetchOptions(private=True, delay=0))
    port = site.server.server_port
    answer = client.get(f"http://localhost:{port}/feed", {})
    assert answer.status == 200
    assert site.asked[-1][1]["Host"] == f"localhost:{port}"
    with pytest.raises(FetchError):
        Client(FetchOptions(delay=0)).get(f"http://localhost:{port}/feed", {})
