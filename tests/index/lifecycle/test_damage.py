"""Damaged, truncated, foreign and older indexes are recognised, and named."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from index.build import rebuild, update
from index.errors import BuildFailed, IndexDamaged, IndexMissing, IndexUnavailable, IndexVersion
from index.facets import VALUE_FACETS
from index.overview import overview
from index.publishing import (
    Commit,
    IndexDirectory,
    check,
    open_published,
    read_pointer,
    rollback,
    writing,
)
from index.readers import ReadOptions
from index.store.files import HEADER_BYTES
from index.versions import ANALYSIS_VERSION, FORMAT_VERSION

from .conftest import HERE, answers, record, write_records

IndexOf = Callable[[str], Path]


def files(root: Path) -> list[Path]:
    manifest = open_published(root).manifest
    folder = root / "generations" / manifest.name
    found = [folder / name for name in manifest.files]
    for segment in manifest.segments:
        found += [root / "segments" / segment.name / name for name in segment.files]
    return found


def manifest_path(root: Path) -> Path:
    return root / "generations" / read_pointer(root).current / "manifest.json"


def test_every_truncated_or_missing_file_is_named(index_of: IndexOf) -> None:
    root = index_of("index")
    for path in files(root):
        data = path.read_bytes()
        if data:
            path.write_bytes(data[:-1])
            with pytest.raises(IndexDamaged, match=path.name.replace(".", r"\.")):
                IndexDirectory(root).current()
        path.unlink()
        with pytest.raises(IndexDamaged, match="missing"):
            IndexDirectory(root).current()
        path.write_bytes(data)
    assert not check(root).problems


def test_every_altered_file_is_found_by_check(index_of: IndexOf) -> None:
    root = index_of("index")
    for path in files(root):
        data = path.read_bytes()
        if not data:
            continue
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
        try:
            problems = check(root).problems
        except IndexUnavailable as error:
            problems = (error.message,)
        assert problems
        path.write_bytes(data)
    assert not check(root).problems


def test_altered_postings_are_an_error_and_no_wrong_answer(index_of: IndexOf) -> None:
    root = index_of("index")
    (path,) = [path for path in files(root) if path.name == "postings.blob"]
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES] ^= 1
    path.write_bytes(data)
    generation = IndexDirectory(root).current()
    with pytest.raises(IndexDamaged, match=r"postings\.blob is damaged in block 0"):
        generation.inverted_index.postings("body", "peche")


@pytest.mark.parametrize("name", ["heads.data.array", "heads.ends.array", "texts.data.array"])
def test_an_altered_document_is_an_error_that_names_its_file(index_of: IndexOf, name: str) -> None:
    root = index_of("index")
    (path,) = [path for path in files(root) if path.name == name]
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES] ^= 1
    path.write_bytes(data)
    generation = IndexDirectory(root).current()
    with pytest.raises(IndexDamaged, match=rf"{name} is damaged in block 0"):
        generation.stored_fields.get(0)


def test_no_index(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        for look in (lambda at: IndexDirectory(at).current(), overview, check, rollback):
            with pytest.raises(IndexMissing, match="no index") as caught:
                look(place)
            assert "trouvaille rebuild" in caught.value.remedy
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexMissing):
        IndexDirectory(tmp_path / "file").current()


@pytest.mark.parametrize(
    "text", ["", "\n", "\n\n", "../../etc\n\n", "nowhere\n\n", ".hidden\n\n", "a\nb", "a\nb\nc\n"]
)
def test_a_damaged_pointer(index_of: IndexOf, text: str, sample_source: Path) -> None:
    root = index_of("index")
    (root / "current").write_text(text)
    with pytest.raises(IndexDamaged):
        IndexDirectory(root).current()
    # A rebuild mends it, and keeps the generation that stands.
    (before,) = (root / "generations").iterdir()
    rebuild(root, [sample_source], HERE)
    assert read_pointer(root).previous == before.name
    assert IndexDirectory(root).current().documents == 61


def test_a_pointer_that_was_cut_short_costs_no_generation(
    index_of: IndexOf, sample_source: Path
) -> None:
    root = index_of("index")
    rebuild(root, [sample_source], HERE)
    whole = (root / "current").read_bytes()
    kept = {path.name for path in (root / "generations").iterdir()}
    for length in range(len(whole)):
        (root / "current").write_bytes(whole[:length])
        with pytest.raises(IndexDamaged, match="current"):
            read_pointer(root)
        with writing(root):
            Commit(root).remove_leftovers()
        assert {path.name for path in (root / "generations").iterdir()} == kept


def test_a_damaged_manifest(index_of: IndexOf) -> None:
    root = index_of("index")
    path = manifest_path(root)
    for text in ("", "{", "[]", "{}", '{"manifest": 3}', json.dumps({"format": FORMAT_VERSION})):
        path.write_text(text)
        with pytest.raises(IndexDamaged, match="manifest"):
            IndexDirectory(root).current()


def test_no_bit_of_a_manifest_can_change(index_of: IndexOf) -> None:
    root = index_of("index")
    path = manifest_path(root)
    data = path.read_bytes()
    for place in range(0, len(data), 29):
        changed = bytes([data[place] ^ 1 << place % 8])
        path.write_bytes(data[:place] + changed + data[place + 1 :])
        with pytest.raises(IndexDamaged, match=r"manifest\.json"):
            IndexDirectory(root).current()


CHANGES: dict[str, list[Any]] = {
    "name": [None, 3, "", "..", "a/b", "a\x00", ".a", "x" * 256],
    "format": [None, -1, 1.5, True, "6"],
    "analysis": [None, -1, 1.5, True, "6"],
    "product": [None, 3, ["x"]],
    "built": [None, 3],
    "made_by": [None, {}],
    "size": [None, -1, 60, 62, "61", 61.0],
    "documents": [None, -1, 62, "61", True],
    "languages": [None, [], {}, {"fr": -61}, {"fr": "61"}, {"fr": 62}, {"fr": 61.0}],
    "analyzers": [None, "fr", ["fr", "fr"], [3], {"fr": 1}],
    "facets": [None, "theme", ["theme", "theme"], [None]],
    "skipped": [None, [], {"empty": -1}, {"empty": None}],
    "failures": [None, [], {"dates": 0.5}],
    "settings": [None, [], "x"],
    "segments": [None, {}, [{}], [None]],
    "files": [None, [], {"live.array": None}],
}
"""What a field of the manifest of 61 documents cannot be."""
FILES = [
    *("", ".", "..", "../live.array", "/etc/passwd", "a//b", "a/../b", "a\\b", "a\x00", ".a"),
    *("a/", "/a"),
]
RECORDS = [None, [], [1], [1, "0" * 64, 2], [-1, "0" * 64], [True, "0" * 64], [1, "0" * 63], [1, 3]]


def published_manifest(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(manifest_path(root).read_bytes())["manifest"]
    return content


def refused(root: Path, changed: dict[str, Any]) -> str:
    """Publish a manifest with a right digest; return why it is refused."""
    body = orjson.dumps(changed)
    whole = {"sha256": hashlib.sha256(body).hexdigest(), "manifest": changed}
    manifest_path(root).write_bytes(orjson.dumps(whole))
    with pytest.raises(IndexDamaged, match=r"manifest\.json") as caught:
        IndexDirectory(root).current()
    assert "rollback" in caught.value.remedy
    return caught.value.message


@pytest.mark.parametrize("field", CHANGES)
def test_a_manifest_that_cannot_be_is_refused(index_of: IndexOf, field: str) -> None:
    root = index_of("index")
    raw = published_manifest(root)
    assert raw.keys() == CHANGES.keys()
    for value in CHANGES[field]:
        if field == "format":
            with pytest.raises(IndexVersion):  # another format, whatever it is
                refused(root, raw | {field: value})
        else:
            said = refused(root, raw | {field: value})
            assert f"“{field}”" in said or "another generation" in said
    without = {name: value for name, value in raw.items() if name != field}
    said = refused(root, without)
    assert f"“{field}” is missing" in said or field in ("format", "name")


def test_a_manifest_with_more_is_refused(index_of: IndexOf) -> None:
    root = index_of("index")
    assert "“more” is unknown" in refused(root, published_manifest(root) | {"more": 1})


@pytest.mark.parametrize("name", FILES)
def test_no_name_in_a_manifest_leads_elsewhere(index_of: IndexOf, name: str) -> None:
    root = index_of("index")
    raw = published_manifest(root)
    record = raw["files"]["live.array"]
    assert "“files”" in refused(root, raw | {"files": raw["files"] | {name: record}})
    (segment,) = raw["segments"]
    for changed in ({"name": name}, {"files": segment["files"] | {name: record}}):
        assert "“segments”" in refused(root, raw | {"segments": [segment | changed]})


@pytest.mark.parametrize("record", RECORDS)
def test_no_record_of_a_file_is_of_another_kind(index_of: IndexOf, record: Any) -> None:
    root = index_of("index")
    raw = published_manifest(root)
    assert "“files”" in refused(root, raw | {"files": raw["files"] | {"live.array": record}})
    (segment,) = raw["segments"]
    changed = segment | {"files": segment["files"] | {"ids.sorted": record}}
    assert "“segments”" in refused(root, raw | {"segments": [changed]})
    assert "“segments”" in refused(root, raw | {"segments": [segment, segment]})


def test_files_of_another_generation_are_recognised(index_of: IndexOf, sample_source: Path) -> None:
    """Also where they have the same length: each is bound to its generation by its digest."""
    root = index_of("index")
    rebuild(root, [sample_source], replace(HERE, reading=ReadOptions(encoding="utf-8")))
    pointer = read_pointer(root)
    for kind in ("generations", "segments"):
        for other in sorted((root / kind / pointer.previous).rglob("*")):
            path = root / kind / pointer.current / other.relative_to(root / kind / pointer.previous)
            if other.is_dir() or path.read_bytes() == other.read_bytes():
                continue
            data = path.read_bytes()
            path.write_bytes(other.read_bytes())
            with pytest.raises(IndexDamaged, match=path.name.replace(".", r"\.")):
                IndexDirectory(root).current()
            path.write_bytes(data)
    assert not check(root).problems


def test_another_format(index_of: IndexOf, sample_source: Path) -> None:
    root = index_of("index")
    manifest = open_published(root).manifest
    manifest_path(root).write_bytes(replace(manifest, format=99).to_bytes())
    with pytest.raises(IndexVersion, match="format 99") as caught:
        IndexDirectory(root).current()
    assert "trouvaille rebuild" in caught.value.remedy
    with pytest.raises(IndexVersion):
        update(root, [sample_source], HERE)
    rebuild(root, [sample_source], HERE)
    assert IndexDirectory(root).current().documents == 61
    with pytest.raises(IndexVersion):
        rollback(root)
    assert IndexDirectory(root).current().documents == 61


def test_an_index_of_other_analysis_is_not_searched(index_of: IndexOf, sample_source: Path) -> None:
    root = index_of("index")
    manifest = open_published(root).manifest
    assert manifest.analysis == ANALYSIS_VERSION
    manifest_path(root).write_bytes(replace(manifest, analysis=1).to_bytes())
    for use in (IndexDirectory(root).current, lambda: check(root)):
        with pytest.raises(IndexVersion, match="analysed by version 1 of the rules") as caught:
            use()
        assert "trouvaille rebuild" in caught.value.remedy
    rebuild(root, [sample_source], HERE)
    assert IndexDirectory(root).current().documents == 61
    with pytest.raises(IndexVersion):
        rollback(root)
    assert IndexDirectory(root).current().documents == 61


def test_an_index_built_before_a_facet_is_to_be_rebuilt(
    index_of: IndexOf, sample_source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = index_of("index")
    author = replace(VALUE_FACETS["source"], name="author")
    monkeypatch.setitem(VALUE_FACETS, "author", author)
    for use in (
        IndexDirectory(root).current,
        lambda: check(root),
        lambda: update(root, [sample_source], HERE),
    ):
        with pytest.raises(IndexVersion, match="before the facet “author” was declared") as caught:
            use()
        assert "trouvaille rebuild" in caught.value.remedy
    rebuild(root, [sample_source], HERE)
    assert IndexDirectory(root).current().columns["author"].values


def test_rollback_and_back(index_of: IndexOf, tmp_path: Path) -> None:
    root = index_of("index")
    first = open_published(root)
    with pytest.raises(BuildFailed, match="keeps no previous"):
        rollback(root)
    rebuild(root, [write_records(tmp_path / "a.jsonl", [record(1)])], HERE)
    second = open_published(root)
    assert rollback(root).name == first.name
    assert answers(open_published(root)) == answers(first)
    assert overview(root).previous == second.name
    assert rollback(root).name == second.name
    assert open_published(root).documents == 1


def test_rollback_refuses_what_is_damaged(index_of: IndexOf, sample_source: Path) -> None:
    root = index_of("index")
    before = open_published(root).manifest.segments[0].name
    rebuild(root, [sample_source], HERE)
    now = open_published(root).name
    shutil.rmtree(root / "segments" / before)
    with pytest.raises(IndexDamaged):
        rollback(root)
    assert open_published(root).name == now


def test_only_two_generations_are_kept(index_of: IndexOf, sample_source: Path) -> None:
    root = index_of("index")
    for _ in range(3):
        rebuild(root, [sample_source], HERE)
    pointer = read_pointer(root)
    assert {path.name for path in (root / "generations").iterdir()} == set(pointer)
    assert {path.name for path in (root / "segments").iterdir()} == set(pointer)
