"""Versions and withdrawals of items of agencies, parts, and members of large archives."""

import random
from itertools import permutations
from pathlib import Path

import pytest

from index.build import BuildOptions, rebuild, update
from index.build.sources import SMALL
from index.publishing import open_published
from index.readers import ReadOptions
from tests.index.readers import made

FIRST = made.g2(1, text="Les ministres ont parlé du blé.")
SECOND = made.g2(2, text="Les ministres ont parlé du riz.")
TENTH = made.g2(10, text="Les ministres ont parlé du sel.")
OTHER = made.g2(guid="urn:x:other")
CANCEL = made.g2(3, status="canceled")
QUICK = BuildOptions(workers=0)


def texts(root: Path) -> dict[str, str]:
    snapshot = open_published(root)
    documents = (snapshot.stored_fields.get(doc)[0] for doc in snapshot.live.nonzero()[0].tolist())
    found = {document.id: document.text for document in documents}
    for id, text in found.items():
        doc = snapshot.docnum(id)
        assert doc is not None
        assert snapshot.stored_fields.get(doc)[0].text == text
    return found


def kinds(root: Path) -> list[str]:
    return sorted(item.kind for item in open_published(root).report().skipped)


def write(source: Path, *contents: bytes) -> Path:
    source.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        (source / f"{number}.xml").write_bytes(content)
    return source


@pytest.mark.parametrize("order", list(permutations((FIRST, SECOND, TENTH)))[::2])
def test_the_highest_version_counts_whatever_the_order(
    tmp_path: Path, order: tuple[bytes, ...]
) -> None:
    root = tmp_path / "index"
    rebuild(root, [write(tmp_path / "source", *order, OTHER)], QUICK)
    assert texts(root) == {"urn:x:1": "Les ministres ont parlé du sel.", "urn:x:other": made.TEXT}
    assert kinds(root) == ["superseded", "superseded"]


@pytest.mark.parametrize("order", [(FIRST, CANCEL), (CANCEL, TENTH)])
def test_a_canceled_item_withdraws_all_versions(tmp_path: Path, order: tuple[bytes, ...]) -> None:
    root = tmp_path / "index"
    rebuild(root, [write(tmp_path / "source", *order, OTHER)], QUICK)
    assert list(texts(root)) == ["urn:x:other"]
    assert kinds(root) == ["withdrawn", "withdrawn"]


def test_updates_replace_and_withdraw(tmp_path: Path) -> None:
    root, source = tmp_path / "index", tmp_path / "source"
    rebuild(root, [write(source, TENTH, OTHER)], QUICK)
    assert update(root, [write(source, TENTH, OTHER, FIRST)], QUICK).changed == 0
    assert texts(root)["urn:x:1"] == "Les ministres ont parlé du sel."
    eleventh = made.g2(11, text="Les ministres ont parlé du thé.")
    assert update(root, [write(source, TENTH, OTHER, FIRST, eleventh)], QUICK).changed == 1
    assert texts(root)["urn:x:1"] == "Les ministres ont parlé du thé."
    again = update(root, [source], QUICK)
    assert (again.changed, again.published) == (0, False)
    assert update(root, [write(source, TENTH, OTHER, FIRST, eleventh, CANCEL)], QUICK).deleted == 1
    assert list(texts(root)) == ["urn:x:other"]


def test_parts_keep_their_parent_authors_and_version(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.eml").write_bytes(
        made.mail("Content-Type: text/plain\n\nVoir.", made.attached("a.txt", "Une pièce."))
    )
    (source / "b.xml").write_bytes(SECOND)
    rebuild(tmp_path / "index", [source], QUICK)
    snapshot = open_published(tmp_path / "index")
    found = {}
    for doc in range(3):
        document = snapshot.stored_fields.get(doc)[0]
        found[document.id] = (document.parent, document.authors, document.version)
    assert found == {
        "1@exemple.example": ("", ("Anne Exemple",), ""),
        "a.eml!a.txt": ("1@exemple.example", (), ""),
        "urn:x:1": ("", ("Anne Exemple",), "2"),
    }


@pytest.mark.long
def test_members_of_a_large_archive_go_to_workers_one_by_one(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    chance = random.Random(1)
    members: dict[str, str | bytes] = {
        f"{number}.txt": f"mot {chance.randbytes(20_000).hex()}" for number in range(20)
    }
    rows = f"<w:p><w:r><w:t>{'é' * 1000}</w:t></w:r></w:p>" * 100
    archive = made.zipped(members | {"long.docx": made.docx(rows)})
    (source / "a.zip").write_bytes(archive)
    assert len(archive) > SMALL
    reading = ReadOptions(max_characters=50_000)
    rebuild(tmp_path / "index", [source], BuildOptions(reading, workers=2))
    assert set(texts(tmp_path / "index")) == {f"a.zip!{number}.txt" for number in range(20)}
    (skipped,) = open_published(tmp_path / "index").report().skipped
    assert (skipped.path, skipped.kind) == (f"{source}/a.zip!long.docx", "huge")
