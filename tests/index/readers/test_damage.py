"""One bad file never costs another, and none raises."""

import gzip
import os
import random
import socket
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.document import Document, Skipped
from index.readers import SUFFIXES, ReadOptions, SourceFile, read_file

GOOD = {"0.txt": "avant", "z.txt": "après"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8


def between(reading, name: str, data: bytes | str, **options: int) -> tuple[str, str]:
    """Read a bad file between two good ones; return the name and kind of what was skipped."""
    found = reading({**GOOD, name: data}, ReadOptions(**options))
    assert [document.text for document in found.documents] == ["avant", "après"]
    assert len(found.skipped) == 1
    assert found.skipped[0].reason
    return found.kinds[0]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b" \n\r\n\t ", "empty"),
        (PNG, "scanned"),
        (b"\x01\x02\x03\x04\x05\x06\x00\x00" * 100, "binary"),
    ],
)
def test_empty_and_binary_files(reading, suffix, data, kind):
    assert between(reading, f"m{suffix}", data) == (f"m{suffix}", kind)


def test_a_zero_byte_in_plain_text(reading):
    assert between(reading, "m.txt", "un mot\0" * 1000) == ("m.txt", "binary")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_compressed_files_that_are_not(reading, suffix):
    name = f"m{suffix}.gz"
    assert between(reading, name, b"plain text") == (name, "broken")


@pytest.mark.parametrize("suffix", [".txt", ".html", ".json"])
def test_compressed_files_cut_short_or_altered(reading, suffix):
    name = f"m{suffix}.gz"
    whole = gzip.compress(random.Random(1).randbytes(4000).hex().encode(), mtime=0)
    assert between(reading, name, whole[:-50]) == (name, "broken")
    assert between(reading, name, whole[:100] + b"\xff\xff\xff" + whole[103:]) == (name, "broken")
    assert between(reading, name, whole[:-8] + b"\0" * 8) == (name, "broken")


def test_records_before_the_cut_are_read(reading):
    words = random.Random(2)
    lines = [f'{{"text": "{words.randbytes(40).hex()}"}}' for _ in range(2000)]
    whole = gzip.compress("\n".join(lines).encode(), mtime=0)
    found = reading({"a.jsonl.gz": whole[: len(whole) // 2], "b.txt": "suite"})
    assert len(found.documents) > 500
    assert found.kinds == [("a.jsonl.gz", "broken")]


@pytest.mark.parametrize("suffix", [".txt", ".html", ".json"])
def test_files_that_are_too_large(reading, suffix):
    name = f"m{suffix}"
    assert between(reading, name, "x" * 1001, max_bytes=1000) == (name, "huge")
    (Path(reading({}).documents[0].path).parent / name).unlink()
    assert between(reading, name + ".gz", "x" * 1001, max_bytes=1000) == (name + ".gz", "huge")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("unit", [b"\n" * 9, b"x", b'{"text": "%s"}\n' % (b"x" * 999)])
def test_compressed_bombs_end_early(reading, suffix, unit):
    packer = zlib.compressobj(9, wbits=31)
    header = b"text\n" if suffix in (".csv", ".tsv") else b""
    data = packer.compress(header + unit * (2**19 // len(unit))) + packer.flush()
    found = reading({**GOOD, f"m{suffix}.gz": data}, ReadOptions(max_bytes=2**17))
    assert {"avant", "après"} <= {document.text for document in found.documents}
    assert found.kinds[-1][1] == "huge"


def test_files_that_are_not_regular(tmp_path, reading_sources):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "null.txt").symlink_to("/dev/null")
    here = os.open(".", os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)  # names of sockets are short
        server.bind("socket.txt")
        os.fchdir(here)
    os.close(here)
    (tmp_path / "z.txt").write_text("après")
    found = reading_sources([tmp_path])
    assert [document.text for document in found.documents] == ["après"]
    assert sorted(found.kinds) == [
        ("null.txt", "link"),
        ("pipe.txt", "unknown"),
        ("socket.txt", "unknown"),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_files_without_permission(tmp_path, reading_sources):
    (tmp_path / "m.txt").write_text("x")
    (tmp_path / "m.txt").chmod(0)
    assert reading_sources([tmp_path]).kinds == [("m.txt", "unreadable")]


def test_files_that_vanish_or_become_folders(tmp_path):
    (tmp_path / "folder.txt").mkdir()
    for name in ("folder.txt", "gone.txt"):
        file = SourceFile(tmp_path / name, name, "x", 0)
        (skipped,) = read_file(file, ReadOptions())
        assert isinstance(skipped, Skipped)
        assert skipped.kind == "missing"


PIECES = st.sampled_from(
    [
        b'{"text": "a", "id": "', b'"}', b"\n", b'"', b",", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
        b"---\n", b"encoding: utf-16\n", b"title: x\n", b"<html>", b"<p>", b"</p>", b"<script>",
        b'<meta charset="utf-7">', b'<script type="application/ld+json">', b"[", b"]", b"{}",
        b"text;title\n", b"\\ud800", b"\xc3\xa9", b"\x1f\x8b\x08", b"&#0;", b"<!--", b"<?xml ",
    ]
)  # fmt: skip
CONTENT = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(b"".join))


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=CONTENT, zipped=st.sampled_from(["", "yes", "no"]))
def test_arbitrary_bytes_never_raise(tmp_path, suffix, content, zipped):
    path = tmp_path / f"a{suffix}{'.gz' if zipped else ''}"
    path.write_bytes(gzip.compress(content, 1, mtime=0) if zipped == "yes" else content)
    items = list(read_file(SourceFile(path, path.name, "a", 0), ReadOptions()))
    assert items
    for item in items:
        assert isinstance(item, Document | Skipped)
        if isinstance(item, Document):
            assert item.id
            assert item.text or item.title
            repr(item).encode("utf-8")
            item.text.encode("utf-8")
