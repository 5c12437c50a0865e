"""The original of a document: the right file, of the right type, and nothing outside a source."""

import gzip
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild, rebuild_into, update
from index.opensearch import Archive
from index.originals import has_file
from search.opensearch import OpenSearchEngine
from search.whoosh_engine import WhooshEngine
from tests.index.readers import made
from tests.web.test_pages import check, read
from web import Settings, create_app

HTML = b"<html><script>alert(1)</script><p>Une page sur la peche en mer.</p></html>"
MAIL = made.mail(
    "Content-Type: text/plain\n\nVoir la note jointe.",
    made.attached("a/une note.txt", "Note sur la sardine."),
    made.attached("page.html", HTML.decode()),
)
FILES: dict[str, bytes] = {
    "rapport.pdf": made.book("Premiere page.", "Un chalutier sur la deuxieme."),
    "été “1”.txt": "Un été à Rabat, sur le port.".encode(),
    "page.html": HTML,
    "faux.pdf": b"<html><script>alert(1)</script> La peche au large.</html>",
    "dessin.xml": made.g2(),
    "a.docx": made.docx(),
    "lettre.eml": MAIL.replace(b"<1@", b"<7@"),
    "boite.mbox": made.mbox(3).replace(b"Les ministres", b"Les marins"),
    "lot.zip": made.zipped(
        {
            "b/c.pdf": made.book("Un phare."),
            "d.zip": made.zipped({"e.eml": MAIL, "f.txt": "Fin."}),
            'l\ni"gne.txt': "Un nom.",
        }
    ),
    "g.txt.gz": gzip.compress(b"Un texte comprime sur le thon.", mtime=0),
    "lignes.jsonl": b'{"id": "l1", "text": "Une ligne."}\n{"id": "l2", "text": "Une autre."}\n',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("originals")
    source = folder / "source"
    source.mkdir()
    for name, data in FILES.items():
        (source / name).write_bytes(data)
    rebuild(folder / "index", [source], BuildOptions(workers=0))
    return folder


def serving(folder: Path, **settings: Any) -> FlaskClient:
    engine = WhooshEngine(IndexDirectory(folder / "index"))
    return create_app(engine, Settings(**settings)).test_client()


@pytest.fixture(scope="module")
def client(folder: Path) -> FlaskClient:
    return serving(folder)


def ids(client: FlaskClient) -> dict[str, str]:
    """The id of every document by the end of its path."""
    answer = client.get("/api/search?per_page=100").get_json()
    documents = [client.get(f"/api/documents/{quote(r['id'])}") for r in answer["results"]]
    found = [document.get_json() for document in documents]
    return {one["path"].partition("source/")[2]: one["id"] for one in found}


@pytest.fixture(scope="module")
def known(client: FlaskClient) -> dict[str, str]:
    return ids(client)


def get(client: FlaskClient, id: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/document/{quote(id)}/original", headers=named, buffered=True)


def test_files_come_as_they_are_and_run_nowhere(client: FlaskClient, known: dict[str, str]) -> None:
    for name, data in FILES.items():
        if name.endswith((".mbox", ".zip", ".jsonl")):
            continue
        answer = get(client, known[name])
        assert answer.status_code == 200, name
        assert answer.data == data
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.getlist("Content-Security-Policy")[0].endswith("sandbox")
        assert len(answer.headers.getlist("Content-Security-Policy")) == 1
        shown = answer.headers["Content-Disposition"].startswith("inline")
        assert shown == (name == "rapport.pdf")
        if not shown and name not in ("a.docx", "g.txt.gz"):
            assert answer.mimetype == "application/octet-stream"
        assert not answer.mimetype.startswith("text/")
    assert get(client, known["rapport.pdf"]).mimetype == "application/pdf"
    name = get(client, known["été “1”.txt"]).headers["Content-Disposition"]
    assert name.endswith("filename*=UTF-8''%C3%A9t%C3%A9%20%E2%80%9C1%E2%80%9D.txt")


@pytest.mark.long
def test_parts_are_taken_out(client: FlaskClient, known: dict[str, str]) -> None:
    for path, start in {
        "lot.zip!b/c.pdf": b"%PDF-1.4",
        "lot.zip!d.zip!f.txt": b"Fin.",
        "lot.zip!d.zip!e.eml!a/une note.txt": b"Note sur la sardine.",
        "lettre.eml!a/une note.txt": b"Note sur la sardine.",
        "lettre.eml!page.html": HTML,
        "boite.mbox:2": b"From: Anne Exemple",
    }.items():
        if path not in known and "une note" in path:
            continue  # it is attached to another message under the same id
        answer = get(client, known[path])
        assert answer.status_code == 200, (path, answer.data)
        assert answer.data.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("inline") == path.endswith(".pdf")
    assert get(client, known["lot.zip!b/c.pdf"]).mimetype == "application/pdf"
    assert "boite-2.eml" in get(client, known["boite.mbox:2"]).headers["Content-Disposition"]
    odd = get(client, next(id for path, id in known.items() if "gne.txt" in path))
    assert odd.data == b"Un nom."
    assert get(client, "l1").status_code == 404  # its file holds other documents
    assert get(client, "rien").status_code == 404


def test_ranges_and_conditions(client: FlaskClient, known: dict[str, str]) -> None:
    for path in ("rapport.pdf", "lot.zip!b/c.pdf"):
        id = known[path]
        whole = get(client, id)
        part = get(client, id, Range="bytes=2-9")
        assert part.status_code == 206
        assert part.data == whole.data[2:10]
        assert part.headers["Content-Range"] == f"bytes 2-9/{len(whole.data)}"
        if "!" in path:  # each answer takes the part out in a process of its own
            continue
        assert get(client, id, Range="bytes=999999-").status_code == 416
        assert get(client, id, If_None_Match=whole.headers["ETag"]).status_code == 304
        head = client.head(f"/document/{quote(id)}/original", buffered=True)
        assert head.headers["Content-Length"] == str(len(whole.data))


def test_the_page_of_a_document_leads_to_it(client: FlaskClient) -> None:
    page = read(client, "/document/rapport.pdf?q=chalutier")
    check(page)
    (link,) = page.xpath("//a[text()='Fichier d’origine']/@href")
    assert link == "/document/rapport.pdf/original#page=2"
    borders = page.xpath("//p[@class='page']/a/@href")
    assert borders == [f"/document/rapport.pdf/original#page={n}" for n in (1, 2)]
    assert not read(client, "/document/l1").xpath("//a[text()='Fichier d’origine']")
    document = client.get("/api/documents/rapport.pdf?q=chalutier").get_json()
    assert document["links"]["original"].endswith("/document/rapport.pdf/original#page=2")
    assert client.get("/api/documents/l1").get_json()["links"]["original"] is None


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        ("a/b.pdf", True),
        ("a/b.xml", True),
        ("Inbox:3", True),
        ("a.zip!b.xml", True),
        ("a.zip!b.xml:2", False),
        ("dump.xml.bz2:Rabat: le port", False),
        ("a.jsonl:3", False),
        ("a.CSV.gz:12", False),
        ("-:4", False),
        ("", False),
    ],
)
def test_a_file_of_many_documents_is_not_offered(path: str, offered: bool) -> None:
    assert has_file(path) == offered


def test_it_can_be_switched_off(folder: Path) -> None:
    client = serving(folder, originals=False)
    assert get(client, "rapport.pdf").status_code == 404
    assert client.get("/api/documents/rapport.pdf").get_json()["links"]["original"] is None
    assert not read(client, "/document/rapport.pdf").xpath("//a[text()='Fichier d’origine']")


def test_files_of_other_folders_are_not_offered(folder: Path) -> None:
    def status(within: Path) -> int:
        client = serving(folder, originals_in=(str(within),))
        return int(get(client, "rapport.pdf").status_code)

    assert status(folder / "source") == 200
    assert status(folder / "index") == 404


@pytest.mark.opensearch
def test_over_a_cluster_files_are_read_in_named_folders(node: Any, folder: Path) -> None:
    def client(*within: Path) -> FlaskClient:
        engine = OpenSearchEngine(node.cluster, name)
        return create_app(engine, Settings(originals_in=tuple(map(str, within)))).test_client()

    name = node.new_name()
    rebuild_into(Archive(node.cluster, name), [folder / "source"], BuildOptions(workers=0))
    here = client(folder / "source")
    for id, start in {"rapport.pdf": b"%PDF-", "lot.zip!d.zip!f.txt": b"Fin."}.items():
        assert get(here, id).data.startswith(start)
    assert get(here, "l1").status_code == 404  # its file holds other documents
    assert get(here, "rien").status_code == 404
    for elsewhere in (client(), client(folder / "index")):
        assert get(elsewhere, "rapport.pdf").status_code == 404
    file = folder / "source" / "rapport.pdf"
    file.write_bytes(made.book("Une autre page."))
    assert "changed" in get(here, "rapport.pdf", Accept_Language="en").get_data(as_text=True)
    file.write_bytes(FILES["rapport.pdf"])
    assert get(here, "rapport.pdf").data == FILES["rapport.pdf"]


@pytest.fixture
def archive_of(tmp_path: Path) -> Callable[..., FlaskClient]:
    """Build an archive of files, change something, and serve it."""

    def archive_of(change: Callable[[Path], object], given: str = "source") -> FlaskClient:
        source = tmp_path / "source"
        (source / "dossier").mkdir(parents=True)
        (source / "dossier" / "a.txt").write_text("Un texte sur le port de Rabat.")
        (source / "lot.zip").write_bytes(made.zipped({"b.txt": "Un membre.", "c.txt": "Autre."}))
        (tmp_path / "secret.txt").write_text("Un texte sur le port de Rabat.")
        before = Path.cwd()
        os.chdir(tmp_path)
        try:
            rebuild(tmp_path / "index", [Path(given)], BuildOptions(workers=0))
        finally:
            os.chdir(before)
        time.sleep(0.02)
        change(source)
        return serving(tmp_path)

    return archive_of


@pytest.mark.parametrize("given", ["source", "./source", "../source", "absolute", "."])
def test_sources_may_be_given_in_any_way(
    archive_of: Callable[..., FlaskClient], tmp_path: Path, given: str
) -> None:
    given = {"../source": f"../{tmp_path.name}/source", "absolute": str(tmp_path / "source")}.get(
        given, given
    )
    client = archive_of(lambda _: None, given)
    (id,) = [id for path, id in ids(client).items() if path.endswith("a.txt")] or [
        "source:dossier:a"
    ]
    assert get(client, id).data.startswith(b"Un texte")


def test_a_link_that_leaves_the_source_is_not_followed(
    archive_of: Callable[..., FlaskClient],
) -> None:
    def link_file(source: Path) -> None:
        (source / "dossier" / "a.txt").unlink()
        (source / "dossier" / "a.txt").symlink_to(source.parent / "secret.txt")

    assert get(archive_of(link_file), "dossier:a").status_code == 404


def test_a_folder_that_became_a_link_is_not_followed(
    archive_of: Callable[..., FlaskClient],
) -> None:
    def link_folder(source: Path) -> None:
        shutil.move(source / "dossier", source.parent / "ailleurs")
        (source / "dossier").symlink_to(source.parent / "ailleurs")

    assert get(archive_of(link_folder), "dossier:a").status_code == 404


def test_what_is_gone_or_changed_is_told(archive_of: Callable[..., FlaskClient]) -> None:
    def change(source: Path) -> None:
        (source / "dossier" / "a.txt").write_text("Un autre texte sur le port de Rabat.")
        (source / "lot.zip").write_bytes(made.zipped({"b.txt": "Un membre.", "c.txt": "Neuf."}))

    client = archive_of(change)
    answer = get(client, "dossier:a", Accept_Language="en")
    assert answer.status_code == 404
    assert (
        answer.get_json()["detail"] == "The file of this document has changed since it was indexed."
    )
    page = get(client, "dossier:a", Accept_Language="en", Accept="text/html,*/*")
    assert page.mimetype == "text/html"
    assert "has changed since it was indexed" in page.get_data(as_text=True)
    assert (
        get(client, "lot.zip!b.txt").data == b"Un membre."
    )  # the archive is another, not this one
    assert "changed" in get(client, "lot.zip!c.txt", Accept_Language="en").get_data(as_text=True)


def test_a_file_that_was_only_touched_is_given(archive_of: Callable[..., FlaskClient]) -> None:
    client = archive_of(lambda source: os.utime(source / "dossier" / "a.txt"))
    assert get(client, "dossier:a").data.startswith(b"Un texte")


def test_a_file_that_is_gone_is_told(archive_of: Callable[..., FlaskClient]) -> None:
    client = archive_of(lambda source: (source / "dossier" / "a.txt").unlink())
    answer = get(client, "dossier:a", Accept_Language="en")
    assert "no longer where it was" in answer.get_data(as_text=True)


def test_an_update_knows_the_sources_of_documents_that_stay(
    archive_of: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    def add(source: Path) -> None:
        (source / "nouveau.txt").write_text("Un nouveau texte sur la mer.")
        update(tmp_path / "index", [source], BuildOptions(workers=0))

    client = archive_of(add)
    assert get(client, "dossier:a").data.startswith(b"Un texte")
    assert get(client, "nouveau").data.startswith(b"Un nouveau")
