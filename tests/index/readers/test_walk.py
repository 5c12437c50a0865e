"""The walk: order, hidden and unknown files, links, several sources, identifiers."""

import os
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.readers import SUFFIXES, ReadOptions, SourceFile, list_files
from index.readers.mapping import MAX_LENGTH, path_id, usable_id


def test_order_and_identifiers(reading):
    names = ["b.txt", "a/z.txt", "a/b/c.TXT.gz", "a.html", "Z.text", "é.txt", "a b.txt", "10.txt"]
    found = reading(dict.fromkeys(names, "texte"))
    ids = ["10", "Z.text", "a:b:c", "a:z", "a-b", "a.html", "b", "é"]
    assert [document.id for document in found.documents] == ids
    assert not found.skipped


def test_the_same_twice(reading):
    files = {f"{n % 7}/{n}.txt": str(n) for n in range(40)}
    assert reading(files) == reading({})


def test_hidden_and_unknown_are_named(reading):
    files = {
        ".git/config": "x",
        "a/.b.txt": "x",
        "c.docx": "x",
        "README": "x",
        "ok.txt": "x",
        ".txt": "",
    }
    found = reading(files)
    assert found.documents[0].id == "ok"
    assert sorted(found.kinds) == [
        (".b.txt", "hidden"),
        (".git", "hidden"),
        (".txt", "hidden"),
        ("README", "unknown"),
        ("c.docx", "unknown"),
    ]
    reasons = {Path(item.path).name: item.reason for item in found.skipped}
    assert "folder" in reasons[".git"]
    assert ".docx" in reasons["c.docx"]
    assert all(suffix in reasons["README"] for suffix in SUFFIXES)


def test_hidden_files_can_be_read(reading):
    found = reading({".a/.b.txt": "x"}, ReadOptions(include_hidden=True))
    assert found.only.id == ".a:.b"


def test_a_hidden_source_is_read(tmp_path, reading_sources):
    folder = tmp_path / ".archive"
    folder.mkdir()
    (folder / "a.txt").write_text("x")
    assert reading_sources([folder]).only.id == "a"
    assert reading_sources([folder / "a.txt"]).only.id == "a"


def test_loops_of_links_end(tmp_path, reading_sources):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("x")
    (folder / "up").symlink_to(tmp_path)
    (folder / "self").symlink_to(folder)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "round.txt").symlink_to(tmp_path / "round.txt")
    (tmp_path / "y.txt").symlink_to(folder / "x.txt")
    found = reading_sources([tmp_path])
    assert [document.id for document in found.documents] == ["a:b:x"]
    assert found.kinds == [
        ("self", "duplicate"),
        ("up", "duplicate"),
        ("gone.txt", "missing"),
        ("round.txt", "missing"),
        ("y.txt", "duplicate"),
    ]


def test_links_that_leave_the_source_are_not_followed(tmp_path, reading_sources):
    source, outside = tmp_path / "source", tmp_path / "source-2"
    for folder in (source / "inside", outside / "deep"):
        folder.mkdir(parents=True)
        (folder / "x.txt").write_text(folder.name)
    (source / "file.txt").symlink_to(outside / "deep" / "x.txt")
    (source / "folder").symlink_to(outside)
    (source / "above").symlink_to("..")
    (source / "twice.txt").symlink_to(source / "first.txt")
    (source / "first.txt").symlink_to("../source-2/deep/x.txt")
    (source / "within").symlink_to("inside")
    (source / "around").symlink_to("../source/inside")
    (tmp_path / "named").symlink_to(source)
    leaving = [(name, "link") for name in ("above", "file.txt", "first.txt", "folder", "twice.txt")]
    for folder in (source, tmp_path / "named"):
        found = reading_sources([folder])
        assert [document.text for document in found.documents] == ["inside"]
        assert sorted(pair for pair in found.kinds if pair[1] == "link") == leaving
    assert all("--follow-links" in item.reason for item in found.skipped if item.kind == "link")
    followed = reading_sources([source], ReadOptions(follow_links=True))
    assert {document.text for document in followed.documents} == {"inside", "deep"}
    assert "link" not in dict(followed.kinds).values()


def test_deep_folders(tmp_path, reading_sources):
    folder = tmp_path.joinpath(*["d"] * 400)
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("x")
    document = reading_sources([tmp_path]).only
    assert len(document.id) <= MAX_LENGTH


def test_a_source_given_twice_is_read_once(tmp_path, reading_sources):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x")
    found = reading_sources([tmp_path, tmp_path / "a", tmp_path / "a" / "x.txt"])
    assert len(found.documents) == 1
    assert found.kinds == [("a", "duplicate"), ("x.txt", "duplicate")]


def test_sources_with_the_same_names_inside(tmp_path, reading_sources):
    for year in ("2019", "2020"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "1.txt").write_text(year)
        (tmp_path / year / "d.jsonl").write_text('{"text": "x"}')
    found = reading_sources([tmp_path / "2019", tmp_path / "2020"])
    ids = ["1", "d.jsonl:1", "2020:1", "2020:d.jsonl:1"]
    assert [document.id for document in found.documents] == ids
    assert not found.skipped


def test_duplicate_identifiers_are_reported(reading):
    found = reading(
        {"a.txt": "---\nid: x\n---\nun", "b.txt": "---\nid: x\n---\ndeux", "c.txt": "c"}
    )
    assert [document.text for document in found.documents] == ["un", "c"]
    assert found.kinds == [("b.txt", "duplicate")]
    assert "a.txt" in found.skipped[0].reason


def test_a_source_that_does_not_exist(tmp_path, reading_sources):
    with pytest.raises(SourceError, match=r"nothing.*does not exist") as raised:
        reading_sources([tmp_path, tmp_path / "nothing"])
    assert raised.value.remedy


def test_a_folder_that_cannot_be_listed(tmp_path, reading_sources, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "x.txt").write_text("x")
    listed, iterdir = os.scandir, Path.iterdir

    def refuse(call):
        def refusing(path, *rest):
            if Path(path) == closed:  # the superuser may list everything
                raise PermissionError(13, "Permission denied", str(path))
            return call(path, *rest)

        return refusing

    monkeypatch.setattr(os, "scandir", refuse(listed))
    monkeypatch.setattr(Path, "iterdir", refuse(iterdir))
    found = reading_sources([tmp_path])
    assert found.kinds == [("closed", "unreadable")]
    assert len(found.documents) == 1
    with pytest.raises(SourceError, match=r"cannot be read: Permission denied"):
        reading_sources([closed])


def test_listing_gives_names_and_sizes(tmp_path):
    (tmp_path / "a.txt").write_text("12345")
    (tmp_path / "b.bin").write_text("x")
    first, second = list_files([tmp_path])
    assert first == SourceFile(tmp_path / "a.txt", str(tmp_path / "a.txt"), "a", 5)
    assert isinstance(second, SourceFile)
    assert second.size == 1


def test_names_that_are_not_utf_8(tmp_path, reading_sources):
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("the file system takes only UTF-8 names")
    document = reading_sources([tmp_path]).only
    assert document.id == "caf:xe9"
    document.path.encode()


@pytest.mark.parametrize(
    ("declared", "id"),
    [
        ("  afp-2024 01 ", "afp-2024-01"),
        ("a/b\\c", "a:b:c"),
        ("https://example.org/x?y=1#z", "https::example.org:x?y=1#z"),
        ("..", "--"),
        ("e\u0301te\u0301", "été"),
        ("a\nb\x00c", "a-b-c"),
        (" ", ""),
    ],
)
def test_usable_ids(declared, id):
    assert usable_id(declared) == id


@given(st.text())
def test_ids_are_one_segment_of_a_path_and_stable(declared):
    id = usable_id(declared)
    id.encode("utf-8")
    assert usable_id(id) == id
    assert len(id) <= MAX_LENGTH
    assert "/" not in id
    assert id not in (".", "..")
    assert not any(character.isspace() or ord(character) < 32 for character in id)


def test_long_ids_that_differ_late_stay_apart():
    assert usable_id("x" * 300 + "a") != usable_id("x" * 300 + "b")


def test_path_ids():
    assert path_id(PurePath("2019/rabat.txt.gz")) == "2019:rabat"
    assert path_id(PurePath("2019/rabat.html")) == "2019:rabat.html"
