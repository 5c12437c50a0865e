"""What no reader of ours reads goes to a Tika server: here, one that speaks its protocol."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from index.document import Document, Skipped
from index.errors import SettingError
from index.publishing import open_published
from index.readers import ReadOptions, SourceFile, read_file
from tests.index.readers import made
from web.cli import cli

TEXT = "X-TIKA:content"
FAULT = "X-TIKA:EXCEPTION:embedded_exception"
ANSWERS: dict[str, tuple[int, object]] = {
    "plan.pub": (
        200,
        [
            {
                TEXT: "\n\nLes ministres ont parlé.\n",
                "dc:title": "Le plan",
                "dc:creator": ["Anne Exemple", "Bruno Essai"],
                "dcterms:created": "2019-11-14T09:41:00Z",
            }
        ],
    ),
    "boîte.pst": (
        200,
        [
            {TEXT: ""},
            {TEXT: "Un.", "X-TIKA:embedded_resource_path": "/Rabat/1"},
            {TEXT: "", "X-TIKA:embedded_resource_path": "/Rabat/vide"},
            {TEXT: "Deux.", FAULT: "java.io.IOException: cut\n\tat x.y"},
        ],
    ),
    "note.one": (200, [{TEXT: "Une note."}, {TEXT: "Une pièce."}]),
    "secret.one": (422, "org.apache.tika.exception.EncryptedDocumentException: no"),
    "faux.one": (415, "Unsupported\nMedia Type"),
    "fouillis.one": (200, b"{"),
    "nombre.one": (200, 3),
    "muet.one": (200, [{TEXT: "  "}]),
    "long.one": (200, [{TEXT: "a" * 300_000}]),
    "fin.one": (0, b""),
}
DATA = b"\x01\x02\x00\xff" * 30


class Tika(BaseHTTPRequestHandler):
    """Answers ``PUT /base/rmeta/text`` by the name of the file, if the request is as Tika needs."""

    asked: ClassVar[list[str]] = []

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = unquote(self.headers["Content-Disposition"].partition("''")[2])
        self.asked.append(name)
        right = (
            self.path == "/base/rmeta/text"
            and self.headers["Content-Type"] == "application/octet-stream"
            and body
        )
        status, answer = ANSWERS.get(name, (415, "")) if right else (400, "")
        if not status:
            return
        if name == "lent.one":
            time.sleep(3)
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if isinstance(answer, str):
            data = answer.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Tika.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Tika) as serving:
        serving.daemon_threads = False  # closing waits for what is being answered
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/base"
        serving.shutdown()
        thread.join()


def read(address: str, name: str, data: bytes = DATA, **bounds: int) -> list[Document | Skipped]:
    options = ReadOptions(tika=address, **bounds)
    return list(read_file(SourceFile(Path(name), name, "id", len(data), data), options))


def test_a_document_and_its_fields(server: str) -> None:
    (document,) = read(server, "plan.pub")
    assert isinstance(document, Document)
    assert (document.text, document.title) == ("Les ministres ont parlé.", "Le plan")
    assert document.authors == ("Anne Exemple", "Bruno Essai")
    assert (document.date, document.id) == ("2019-11-14T09:41:00Z", "id")


def test_parts(server: str) -> None:
    items = read(server, "boîte.pst")
    assert [item.path for item in items] == [
        *("boîte.pst!Rabat/1", "boîte.pst!Rabat/vide", "boîte.pst!3")
    ]
    first, second = (item for item in items if isinstance(item, Document))
    assert (first.id, first.parent) == ("id!Rabat:1", "")
    assert "java.io.IOException: cut" in second.notes[0][1]
    _, part = read(server, "note.one")
    assert isinstance(part, Document)
    assert (part.id, part.parent) == ("id!1", "id")
    items = read(server, "boîte.pst", max_parts=2)
    assert [getattr(item, "kind", "") for item in items] == ["", "unknown", "huge"]


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("secret.one", "password", "password"),
        ("faux.one", "unknown", "415 Unsupported Media Type"),
        ("fouillis.one", "broken", "no JSON"),
        ("nombre.one", "broken", "no list"),
        ("muet.one", "unknown", "no text"),
        ("long.one", "huge", "larger than 200,000 bytes"),
        ("fin.one", "unreadable", "does not answer"),
    ],
)
def test_what_cannot_be_read_is_named(server: str, name: str, kind: str, said: str) -> None:
    (item,) = read(server, name, max_bytes=200_000)
    assert isinstance(item, Skipped)
    assert (item.path, item.kind) == (name, kind)
    assert said in item.reason


def test_a_slow_server_is_not_waited_for(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERS, "lent.one", (200, [{TEXT: "Tard."}]))
    (item,) = read(server, "lent.one", max_seconds=1)
    assert isinstance(item, Skipped)
    assert (item.kind, item.reason) == ("huge", "the Tika server took longer than 1 seconds")


def test_only_what_no_reader_reads_is_sent(server: str) -> None:
    for name, data in made.FILES.items():
        read(server, name, data)
    read(server, "a.txt", b"Du texte.")
    read(server, "vide.one", b"")
    assert Tika.asked == []
    assert isinstance(read("", "plan.pub")[0], Skipped)
    pages = made.zipped({"Index/Document.iwa": b"\0", "preview.jpg": b"\xff\xd8\xff"})
    (item,) = read("", "a.pages", pages)
    assert isinstance(item, Skipped)
    assert (item.kind, "--tika" in item.reason) == ("unknown", True)


@pytest.mark.parametrize("address", ["127.0.0.1:9998", "ftp://x", "http://", "https:x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="Tika"):
        ReadOptions(tika=address)


@pytest.mark.long
def test_a_build_reads_by_it_and_an_update_keeps_what_it_cannot_ask_for(
    server: str, tmp_path: Path
) -> None:
    source, root = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    (source / "plan.pub").write_bytes(DATA)
    (source / "a.txt").write_text("Une note.", "utf-8")

    def run(*arguments: str) -> None:
        command = [arguments[0], str(source), "--index", str(root), "--quiet", *arguments[1:]]
        answer = CliRunner().invoke(cli, command)
        assert answer.exit_code == 0, answer.output

    run("rebuild", "--tika", server, "--workers", "1")
    assert open_published(root).docnum("plan.pub") is not None
    run("update", "--workers", "0")
    assert Tika.asked == ["plan.pub", "plan.pub"]
    run("update", "--workers", "0", "--tika", "http://127.0.0.1:9/")
    snapshot = open_published(root)
    assert snapshot.docnum("plan.pub") is not None
    assert [item.kind for item in snapshot.report().skipped] == ["kept"]
