"""Containers: members of every kind of archive, and bombs, which end early and cost no other."""

import bz2
import gzip
import lzma
import subprocess
import sys
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from index.build import BuildOptions, rebuild
from index.document import Document, Skipped
from index.publishing import open_published
from index.readers import ReadOptions, SourceFile, read_file
from tests.index.readers import made

MEMBERS = {"a/b.txt": b"Les ministres.", "été.txt": b"Rabat."}
NAMES = ["a.x!a/b.txt", "a.x!été.txt"]


def read(data: bytes, name: str = "a.x", **bounds: int) -> list[Document | Skipped]:
    return list(
        read_file(SourceFile(Path(name), name, "id", len(data), data), ReadOptions(**bounds))
    )


def archives() -> dict[str, Callable[[dict[str, bytes]], bytes]]:
    made_here: dict[str, Callable[[dict[str, bytes]], bytes]] = {
        "zip": lambda members: made.zipped(dict(members)),
        "tar": made.tarred,
        "tar.gz": lambda members: gzip.compress(made.tarred(members)),
        "tar.bz2": lambda members: bz2.compress(made.tarred(members)),
        "tar.xz": lambda members: lzma.compress(made.tarred(members)),
    }
    try:
        import libarchive  # noqa: F401
    except Exception:
        return made_here
    return {**made_here, "7z": made.seven_zipped, "rar": made.rarred}


ARCHIVES = archives()


@pytest.mark.parametrize("kind", ARCHIVES)
def test_members_are_files_of_their_own(kind: str) -> None:
    items = read(ARCHIVES[kind](MEMBERS))
    assert [item.path for item in items] == NAMES
    assert [item.text for item in items if isinstance(item, Document)] == [
        "Les ministres.",
        "Rabat.",
    ]
    assert [item.id for item in items] == ["id!a:b.txt", "id!été.txt"]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_container_that_is_cut_loses_only_what_is_behind(kind: str) -> None:
    members = {f"{number}.txt": f"Texte {number}. ".encode() * 400 for number in range(20)}
    data = ARCHIVES[kind](members)
    for length in (len(data) // 2, len(data) - 30):
        items = read(data[:length])
        assert items, length
        for item in items:
            assert item.path.startswith("a.x")
            assert isinstance(item, Document) or (item.kind and item.reason)


@pytest.mark.parametrize("kind", ARCHIVES)
def test_bounds_of_members(kind: str) -> None:
    members = {"groß.txt": b"a" * 2_000, "klein.txt": b"Un."}
    items = read(ARCHIVES[kind](members), max_bytes=1_000)
    assert [getattr(item, "kind", "") for item in items] == ["huge", ""]
    items = read(ARCHIVES[kind]({f"{n}.txt": b"x" for n in range(9)}), max_parts=5)
    assert [getattr(item, "kind", "") for item in items] == ["", "", "", "", "", "huge"]


BOMB = 16 * 1024 * 1024
MOST = BOMB // 2
"""The bytes that a document may have; a bomb has more."""
ZEROS = b"a" * 1024 * 1024


def _stream(compress: Callable[[bytes], bytes], head: bytes, times: int = 16) -> bytes:
    """Return what unpacks to so many MiB: streams behind one another are one."""
    return compress(head + ZEROS) + compress(ZEROS) * times


def _tar_head() -> bytes:
    """Return the head of a member of eight GiB."""
    info = tarfile.TarInfo("a.txt")
    info.size = 8 * 1024**3 - 1
    return info.tobuf()


def _bombs() -> dict[str, Callable[[], bytes]]:
    """Return what makes each bomb: all together take seconds."""
    found: dict[str, Callable[[], bytes]] = {
        "a.zip": lambda: made.zipped({"a.txt": b"a" * BOMB}),
        "a.docx": lambda: made.docx(f"<w:p><w:r><w:t>{'a' * BOMB}</w:t></w:r></w:p>"),
        "a.odt": lambda: made.odf(body=f"<t:p>{'a' * BOMB}</t:p>"),
        "a.xlsx": lambda: made.xlsx(
            f'<row><c t="inlineStr"><is><t>{"a" * BOMB}</t></is></c></row>'
        ),
    }
    record = made.WARC_HEAD.format(kind="response", page="1", length=BOMB * 9).encode()
    heads = {
        "txt": b"",
        "jsonl": b"",
        "mbox": made.mbox(1) + b"\n",
        "tar": _tar_head(),
        "warc": record,
    }
    for suffix, compress in (
        ("gz", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", partial(lzma.compress, preset=0)),
    ):
        for kind, head in heads.items():
            found[f"a.{kind}.{suffix}"] = partial(_stream, compress, head)
    if "7z" in ARCHIVES:
        found["a.7z"] = lambda: made.seven_zipped({"a.txt": b"a" * BOMB})
    return found


BOMBS = _bombs()


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_named(name: str) -> None:
    items = read(BOMBS[name](), name, max_bytes=MOST)
    assert [item.kind for item in items if isinstance(item, Skipped)] == ["huge"], items
    assert all(len(item.text) < 9_000_000 for item in items if isinstance(item, Document))


@pytest.mark.long
def test_bombs_cost_a_build_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name, bomb in BOMBS.items():
        (source / name).write_bytes(bomb())
    for number in range(3):
        (source / f"{number}.txt").write_text(f"Les ministres, {number}.", "utf-8")
    (source / "flate.pdf").write_bytes(made.pdf_bomb(400))
    reading = ReadOptions(max_bytes=MOST, max_memory=300, max_seconds=20)
    options = BuildOptions(reading, workers=1)
    rebuild(tmp_path / "index", [source], options)
    snapshot = open_published(tmp_path / "index")
    assert all(snapshot.docnum(str(number)) is not None for number in range(3))
    skipped = {
        item.path.rpartition("/")[2].partition("!")[0]: item for item in snapshot.report().skipped
    }
    assert skipped.keys() >= {*BOMBS, "flate.pdf"}
    assert {item.kind for item in skipped.values()} <= {"huge", "broken", "scanned"}


def test_without_libarchive_the_remedy_is_named() -> None:
    """In a process in which the package cannot be imported."""
    program = (
        "import sys; sys.modules['libarchive'] = None\n"
        "from pathlib import Path\n"
        "from index.readers import ReadOptions, SourceFile, read_file\n"
        "data = b'7z\\xbc\\xaf\\x27\\x1c' + bytes(40)\n"
        "print(*read_file(SourceFile(Path('a.7z'), 'a.7z', 'a', 46, data), ReadOptions()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "kind='unknown'" in answer.stdout
    assert "trouvaille[archives]" in answer.stdout


NOTHING = {
    "a.zip": made.zipped({}),
    "hidden.zip": made.zipped({"__MACOSX/a.txt": "Un."}),
    "a.warc": made.warc("302 Found"),
    "large.warc": made.warc("302 Found") * 2_000,
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_container_with_nothing_to_read_is_named(tmp_path: Path, name: str) -> None:
    (item,) = read(NOTHING[name], name)
    assert isinstance(item, Skipped)
    assert (item.path, item.kind) == (name, "empty")
    source = tmp_path / "source"
    source.mkdir()
    (source / name).write_bytes(NOTHING[name])
    (source / "a.txt").write_text("Une note.", "utf-8")
    rebuild(tmp_path / "index", [source], BuildOptions(workers=0))
    (skipped,) = open_published(tmp_path / "index").report().skipped
    assert (Path(skipped.path).name, skipped.kind) == (name, "empty")
