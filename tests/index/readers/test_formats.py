"""Formats that are known by their content: what is read of them, and what is refused."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from index.document import Document, Skipped
from index.readers import ReadOptions, SourceFile, read_file
from tests.index.readers import made

BOUNDS = ReadOptions(max_bytes=1 << 20, max_characters=200_000, max_depth=4, max_parts=20)


def read(name: str, data: bytes, options: ReadOptions = BOUNDS) -> list[Document | Skipped]:
    return list(read_file(SourceFile(Path(name), name, "id", len(data), data), options))


def only(name: str, data: bytes) -> Document:
    (item,) = read(name, data)
    assert isinstance(item, Document), item
    return item


@pytest.mark.parametrize("name", made.FILES)
def test_a_file_of_every_format(name: str) -> None:
    document = only(name, made.FILES[name])
    words = " ".join(document.text.split())
    assert "ministres ont parlé de pêche et de frontières." in words, words
    assert "biffé" not in words
    assert "PAGEREF" not in words
    if name not in made.UNTITLED:
        assert document.title == made.TITLE
    if name not in made.UNDATED:
        assert document.date.startswith(("2019-11-14", "Thu, 14 Nov 2019")), document.date


@pytest.mark.parametrize("name", made.FILES)
def test_the_content_decides_and_not_the_name(name: str) -> None:
    if name in ("a.md", "ninjs.json"):  # which only their names tell from text and records
        pytest.skip("its name tells it")
    for other in ("x.txt", "x.html", "x", "x.bin"):
        document = only(other, made.FILES[name])
        assert "pêche" in document.text


@pytest.mark.parametrize(
    "name", ["a.pdf", "a.docx", "a.pptx", "a.odt", "a.rtf", "a.eml", "g2.xml", "nitf.xml"]
)
def test_authors(name: str) -> None:
    authors = only(name, made.FILES[name]).authors
    assert authors == (() if name == "a.pdf" else ("Anne Exemple",))  # a.pdf has a “user”


def test_attachments_are_documents_with_a_parent() -> None:
    inner = made.mail(made.attached("note.txt", "Une note."), subject="Dedans").decode()
    data = made.mail(
        "Content-Type: text/plain\n\nVoir les pièces.",
        made.attached("a.txt", "Premier."),
        made.attached("a.txt", "Second."),
        f"Content-Type: message/rfc822\n\n{inner}",
    )
    items = read("a.eml", data)
    documents = [item for item in items if isinstance(item, Document)]
    parents = {document.id: document.parent for document in documents}
    top = documents[0].id
    assert top == "1@exemple.example"
    assert parents["id!a.txt"] == parents["id!2-a.txt"] == top
    assert [d.text for d in documents if d.title == ""][:2] == ["Premier.", "Second."]
    assert all(document.date for document in documents)


def test_a_message_in_another_encoding_is_read() -> None:
    head = b"From: a@x.example\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2, \xf1\xe5\xe3\xee\xe4\xed\xff\n"
    head += b"Message-ID: <2@x>\nMIME-Version: 1.0\n"
    text = "Сегодня министры говорили о рыболовстве и границах.".encode("cp1251")
    document = only("a.eml", head + b"Content-Type: text/plain; charset=windows-1251\n\n" + text)
    assert document.text.startswith("Сегодня")
    assert document.title == "Привет, сегодня"
    cut = "=?utf-8?b?w6nD?= =?utf-8?b?qQ==?="  # one character in two words
    assert only("a.eml", made.mail(subject=cut)).title == "éé"
    day = made.mail().replace(b"14 Nov 2019 09:41:00", b"14 Nov 2019   99:99")
    assert only("a.eml", day).date == "2019-11-14"


def test_messages_of_a_mailbox() -> None:
    items = read("a.mbox", made.mbox(3))
    assert [item.path for item in items] == ["a.mbox:1", "a.mbox:2", "a.mbox:3"]
    quoted = made.mbox(1) + b"\nFrom Russia with love\nYear: 1963\n"
    assert "Russia" in only("a.mbox", quoted).text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (made.g2(status="canceled"), "withdrawn"),
        (made.g2(status="withheld"), "withheld"),
        (made.g2(embargo="<embargoed/>"), "withheld"),
        (made.NINJS.replace(b"usable", b"canceled"), "withdrawn"),
        (made.NINJS.replace(b'"pubstatus": "usable"', b'"state": "in_progress"'), "withheld"),
        (made.g2().replace(b"newsItem", b"packageItem"), "empty"),
        (b"<?xml version='1.0'?><catalogue><x>rien</x></catalogue>", "unknown"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "scanned"),
        (made.pdf(), "scanned"),
        (b"%PDF-1.4\n%%EOF", "broken"),
        (made.zipped({"[Content_Types].xml": "", "word/a": ""}), "broken"),
    ],
)
def test_what_is_no_document_is_named(data: bytes, kind: str) -> None:
    name = "a.json" if data.startswith(b"{") else "a.xml"
    (item,) = read(name, data)
    assert isinstance(item, Skipped)
    assert (item.kind, bool(item.reason)) == (kind, True), item


def test_an_embargo_that_has_ended_and_a_declared_latin_encoding() -> None:
    ended = made.g2(embargo="<embargoed>2019-11-15T00:00:00Z</embargoed>")
    assert only("a.xml", ended).version == "1"
    wrong = b'<?xml version="1.0" encoding="iso-8859-1"?>' + made.g2()
    assert only("a.xml", wrong).text == made.TEXT


def test_the_members_of_archives() -> None:
    members = {"a/b.txt": "Un.", "a/c.zip": made.zipped({"d.txt": "Deux."}), "x.exe": b"MZ\0\1\2"}
    items = read("a.zip", made.zipped(members))
    assert [item.path for item in items] == [
        "a.zip!a/b.txt",
        "a.zip!a/c.zip!d.txt",
        "a.zip!x.exe",
    ]
    assert [item.id for item in items if isinstance(item, Document)] == [
        "id!a:b.txt",
        "id!a:c.zip!d.txt",
    ]


def test_a_table_in_a_container_is_read_as_text_if_its_columns_are_unknown() -> None:
    (item,) = read("a.zip", made.zipped({"t.csv": "Équipe,Ville\nA,Rabat\n"}))
    assert isinstance(item, Document)
    assert "Rabat" in item.text
    (item,) = read("t.csv", "Équipe,Ville\nA,Rabat\n".encode())
    assert isinstance(item, Skipped)


def test_pages_of_a_web_archive() -> None:
    records = made.warc() + made.warc("302 Found", page="2") + made.warc(kind="revisit", page="3")
    document = only("a.warc", records + made.warc())
    assert document.url == "https://exemple.example/1"
    assert document.date == "2019-11-14T09:41:00Z"


# Hostile files


def _nested(depth: int) -> bytes:
    data = made.zipped({"a.txt": "fond"})
    for _ in range(depth):
        data = made.zipped({"a.zip": data})
    return data


LAUGHS = b'<!DOCTYPE a [<!ENTITY a0 "ha">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)
HOSTILE: dict[str, bytes] = {
    "bomb.docx": made.docx(f"<w:p><w:r><w:t>{'a' * 40_000_000}</w:t></w:r></w:p>"),
    "bomb.zip": made.zipped({"a.txt": b"a" * 40_000_000}),
    "deep.zip": _nested(8),
    "many.zip": made.zipped({f"{n}.txt": "x" for n in range(100)}),
    "far.xlsx": made.xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "laughs.xml": LAUGHS + b"<nitf><body>&a9;</body></nitf>",
    "file.xml": b'<!DOCTYPE nitf [<!ENTITY f SYSTEM "file:///etc/passwd">]><nitf><body><body.content>'
    b"<p>Voir &f; ici.</p></body.content></body></nitf>",
    "deep.xml": b"<nitf>" + b"<p>" * 200_000,
    "deep.eml": made.mail(*['Content-Type: multipart/mixed; boundary="B"\n\n'] * 1)
    + b'Content-Type: multipart/mixed; boundary="C"\n\n--C\n' * 1500,
    "words.eml": made.mail(subject="=?utf-8?q?=C3=A9?= " * 100_000),
    "headers.eml": b"".join(b"X-%d: a\n" % n for n in range(100_000)) + made.mail(),
    "comments.xml": b"<!-- a -->\n" * 1000 + b"< rien",
    "groups.rtf": b"{\\rtf1" + b"{" * 200_000 + b"x" + b"}" * 200_000 + b"}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    items = read(name, HOSTILE[name])
    assert items
    for item in items:
        assert item.path.startswith(name)
        if isinstance(item, Document):
            assert len(item.text) <= BOUNDS.max_characters
            assert "root:" not in item.text
    if "bomb" in name or name in ("deep.zip", "many.zip"):
        assert any(isinstance(item, Skipped) and item.kind == "huge" for item in items)


def altered(data: bytes, chance: random.Random) -> bytes:
    """Return data with some bytes changed, cut, doubled or dropped."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(result) + 1)
        what = chance.randrange(5)
        if what == 0 and at < len(result):
            result[at] = chance.randrange(256)
        elif what == 1:
            del result[at : at + chance.randint(1, 40)]
        elif what == 2:
            result[at:at] = result[at : at + chance.randint(1, 200)]
        elif what == 3:
            result[at:at] = chance.randbytes(chance.randint(1, 8))
        elif len(result) > 20:
            del result[chance.randrange(10, len(result)) :]
    return bytes(result)


def check_altered(name: str, times: int, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")
    for _ in range(times):
        data = altered(made.FILES[name], chance)
        for item in read(name, data):
            assert item.path.startswith(name)
            if isinstance(item, Document):
                assert item.id
                assert item.text or item.title
                (item.title + item.text + "".join(item.authors)).encode("utf-8")
            else:
                assert item.kind
                assert item.reason


@pytest.mark.parametrize("name", made.FILES)
def test_altered_files(name: str) -> None:
    check_altered(name, 12, 1)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", made.FILES)
def test_five_thousand_altered_files(name: str) -> None:
    check_altered(name, 5000 // len(made.FILES) + 1, 2)


def test_a_member_is_measured_as_it_is_unpacked_and_not_believed() -> None:
    data = bytearray(made.zipped({"a.txt": b"a" * 3_000_000}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.getinfo("a.txt").file_size == 3_000_000
    size = (3_000_000).to_bytes(4, "little")
    lying = bytes(data).replace(size, (10).to_bytes(4, "little"))
    (item,) = read("a.zip", lying)
    assert isinstance(item, Skipped)
