"""After an update an index answers what a rebuild would."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import BuildOptions
from index.build import directory as build
from index.build.plan import options_of, rebuild, settings_of, update
from index.errors import IndexMissing, NoDocuments, SourceError
from index.extract import ExtractionOptions
from index.publishing import open_published
from index.readers import ReadOptions

from .conftest import HERE, answers, record, write_records

EDITS = st.lists(
    st.dictionaries(st.integers(0, 11), st.integers(0, 5), max_size=12), min_size=2, max_size=4
)
"""States of an archive one after the other: number of a document -> version of it."""


def state(path: Path, versions: dict[int, int]) -> Path:
    """Write an archive; version 5 of a document is one that cannot be read."""
    records = [
        record(
            number + 10 * version, id=f"doc-{number}", text="" if version == 5 else f"ONU {version}"
        )
        | ({"title": ""} if version == 5 else {})
        for number, version in sorted(versions.items())
    ]
    return write_records(path, [record(99, id="anchor"), *records])


@given(EDITS)
@settings(max_examples=settings.default.max_examples // 5)
def test_update_equals_rebuild(
    tmp_path_factory: pytest.TempPathFactory, edits: list[dict[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("update")
    for at, versions in enumerate(edits):
        source = state(folder / "a.jsonl", versions)
        if at == 0:
            rebuild(folder / "updated", [source], HERE)
        else:
            update(folder / "updated", [source], HERE)
    rebuild(folder / "rebuilt", [source], HERE)
    assert answers(open_published(folder / "updated")) == answers(
        open_published(folder / "rebuilt")
    )


def edited(source: Path, numbers: range, version: int) -> None:
    write_records(source, [record(n + 6 * version, id=f"doc-{n}") for n in numbers])


def test_a_report_in_any_order_is_no_news(tmp_path: Path) -> None:
    """What is skipped is reported in the order of paths, which is not that of lines."""
    empty = {"title": "", "text": ""}
    records = [record(n) | (empty if n in (1, 10) else {}) for n in range(12)]
    source, root = write_records(tmp_path / "a.jsonl", records), tmp_path / "index"
    built = rebuild(root, [source], HERE)
    assert len(built.skipped) == 2
    assert not update(root, [source], HERE).published


def test_update_tells_what_it_did(tmp_path: Path) -> None:
    source, root = tmp_path / "a.jsonl", tmp_path / "index"
    write_records(source, [record(number) for number in range(10)])
    first = rebuild(root, [source], HERE)
    assert (first.added, first.documents, first.published) == (10, 10, True)

    same = update(root, [source], HERE)
    assert (same.published, same.unchanged, same.generation) == (False, 10, first.generation)
    assert open_published(root).name == first.generation

    # 0 goes, 3 changes, 10 and 11 come.
    records = [record(number) for number in range(1, 12)]
    records[2]["title"] = "Un autre titre"
    write_records(source, records)
    second = update(root, [source], HERE)
    assert (second.added, second.changed, second.deleted, second.unchanged) == (2, 1, 1, 8)
    generation = open_published(root)
    assert (generation.documents, generation.size) == (11, 13)
    assert generation.docnum("doc-0000") is None
    found = generation.docnum("doc-0003")
    assert found is not None
    assert generation.stored_fields.get(found)[0].title == "Un autre titre"


def test_only_deletions_add_no_segment(tmp_path: Path) -> None:
    source, root = tmp_path / "a.jsonl", tmp_path / "index"
    write_records(source, [record(number) for number in range(10)])
    rebuild(root, [source], HERE)
    write_records(source, [record(number) for number in range(9)])
    result = update(root, [source], HERE)
    generation = open_published(root)
    assert (result.deleted, generation.documents, generation.size) == (1, 9, 10)
    assert len(generation.manifest.segments) == 1


def test_compaction_when_a_quarter_is_dead(tmp_path: Path) -> None:
    source, root = tmp_path / "a.jsonl", tmp_path / "index"
    write_records(source, [record(number) for number in range(12)])
    rebuild(root, [source], HERE)
    write_records(source, [record(number) for number in range(8)])
    assert update(root, [source], HERE).compacted
    generation = open_published(root)
    assert (generation.documents, generation.size) == (8, 8)
    rebuild(tmp_path / "again", [source], HERE)
    assert answers(generation) == answers(open_published(tmp_path / "again"))


def test_compaction_when_there_are_many_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "MAX_SEGMENTS", 4)
    source, root = tmp_path / "a.jsonl", tmp_path / "index"
    for count in range(20, 20 + build.MAX_SEGMENTS + 1):
        write_records(source, [record(number) for number in range(count)])
        result = update(root, [source], HERE) if count > 20 else rebuild(root, [source], HERE)
    assert result.compacted
    assert len(open_published(root).manifest.segments) == 1
    rebuild(tmp_path / "again", [source], HERE)
    assert answers(open_published(root)) == answers(open_published(tmp_path / "again"))


def test_a_segment_without_live_documents_is_let_go(tmp_path: Path) -> None:
    source, root = tmp_path / "a.jsonl", tmp_path / "index"
    edited(source, range(5), 0)
    rebuild(root, [source], HERE)
    edited(source, range(5), 1)
    assert update(root, [source], HERE).changed == 5
    generation = open_published(root)
    assert (generation.size, len(generation.manifest.segments)) == (5, 1)
    # The kept generation still has its own.
    assert len(list((root / "segments").iterdir())) == 2


def test_a_changed_setting_changes_every_document(tmp_path: Path) -> None:
    source = write_records(tmp_path / "a.jsonl", [record(number) for number in range(4)])
    rebuild(tmp_path / "index", [source], HERE)
    french = BuildOptions(extraction=ExtractionOptions(languages=("fr", "en")), workers=0)
    assert update(tmp_path / "index", [source], french).changed == 4


def test_settings_are_remembered(tmp_path: Path) -> None:
    source = write_records(
        tmp_path / "a.jsonl", [{"id": "1", "Chapeau": "Titre", "text": "Le texte."}]
    )
    options = BuildOptions(ReadOptions(mapping={"title": "Chapeau"}), workers=0)
    rebuild(tmp_path / "index", [source], options)
    assert not update(tmp_path / "index", [source]).published
    remembered = options_of(open_published(tmp_path / "index").manifest.settings)
    assert settings_of(remembered) == settings_of(options)
    assert open_published(tmp_path / "index").stored_fields.get(0)[0].title == "Titre"


def test_a_new_broken_file_is_reported_without_a_new_segment(tmp_path: Path) -> None:
    source, root = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    write_records(source / "a.jsonl", [record(1)])
    rebuild(root, [source], HERE)
    (source / "b.txt").write_bytes(b"")
    result = update(root, [source], HERE)
    assert (result.published, result.unchanged, len(result.skipped)) == (True, 1, 1)
    assert [item.kind for item in open_published(root).report().skipped] == ["empty"]
    assert not update(root, [source], HERE).published


def test_documents_of_a_file_that_cannot_be_read_stay(tmp_path: Path) -> None:
    source, root, hidden = tmp_path / "source", tmp_path / "index", tmp_path / "hidden"
    source.mkdir()
    for name, numbers in {"a": range(4), "b": range(4, 8), "c": range(8, 12)}.items():
        write_records(source / f"{name}.jsonl", [record(number) for number in numbers])
    options = BuildOptions(ReadOptions(follow_links=True), workers=0)
    rebuild(root, [source], options)
    before = open_published(root).content_hashes()
    # a: the disk reports an error; b: gone; c: changed.
    (source / "a.jsonl").rename(hidden)
    (source / "a.jsonl").symlink_to("/proc/self/mem")
    (source / "b.jsonl").unlink()
    edited(source / "c.jsonl", range(8, 12), 1)
    result = update(root, [source], options)
    assert (result.unchanged, result.deleted, result.added) == (4, 8, 4)
    assert [(Path(item.path).name, item.kind, item.reason) for item in result.skipped] == [
        ("a.jsonl", "kept", "Input/output error; its 4 documents stay as they were")
    ]
    now = open_published(root).content_hashes()
    assert {id: now.get(id) for id in list(before)[:4]} == dict(list(before.items())[:4])
    assert not update(root, [source], options).published
    # Under other settings it is analysed as all the others are.
    others = replace(options, extraction=ExtractionOptions(languages=("fr", "en")))
    assert update(root, [source], others).compacted
    assert len(open_published(root).manifest.segments) == 1
    # When it can be read again, it is what it is; when it is gone, so are its documents.
    (source / "a.jsonl").unlink()
    hidden.rename(source / "a.jsonl")
    result = update(root, [source], options)
    assert (result.documents, result.skipped) == (8, ())
    (source / "a.jsonl").unlink()
    (source / "a.jsonl").symlink_to("nowhere")
    result = update(root, [source], options)
    assert (result.deleted, [item.kind for item in result.skipped]) == (4, ["missing"])


@pytest.mark.parametrize("relative", [False, True])
def test_documents_of_a_folder_that_cannot_be_listed_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    closed = Path("source/closed")
    (closed / "deep").mkdir(parents=True)
    for name in ("source/x", "source/closed/y", "source/closed/deep/z"):
        Path(f"{name}.txt").write_text("Un accord de pêche", "utf-8")
    rebuild(tmp_path / "index", [Path("source")], HERE)
    listed = Path.iterdir

    def refuse(path: Path) -> Any:
        if path.name == "closed":  # the superuser may list everything
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    source = Path("source") if relative else tmp_path / "source"
    result = update(tmp_path / "index", [source], HERE)
    assert (result.documents, result.deleted) == (3, 0)
    assert [(Path(item.path).name, item.kind) for item in result.skipped] == [("closed", "kept")]


def test_of_two_documents_with_one_id_the_first_counts(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [record(1, id="x"), record(2, id="x"), record(3)]
    source = write_records(tmp_path / "a.jsonl", records)
    result = rebuild(tmp_path / "index", [source], HERE)
    assert (result.documents, [item.kind for item in result.skipped]) == (2, ["duplicate"])
    write_records(source, [records[1], records[0], records[2]])
    assert update(tmp_path / "index", [source], HERE).changed == 1
    found = open_published(tmp_path / "index").docnum("x")
    assert found is not None
    assert (
        open_published(tmp_path / "index").stored_fields.get(found)[0].title == records[1]["title"]
    )


def test_an_update_needs_an_index_and_documents(tmp_path: Path) -> None:
    source = write_records(tmp_path / "a.jsonl", [record(1)])
    with pytest.raises(IndexMissing):
        update(tmp_path / "index", [source], HERE)
    assert not (tmp_path / "index").exists()
    rebuild(tmp_path / "index", [source], HERE)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NoDocuments):
        update(tmp_path / "index", [empty], HERE)
    with pytest.raises(SourceError):
        update(tmp_path / "index", [tmp_path / "nowhere"], HERE)
    assert open_published(tmp_path / "index").documents == 1
