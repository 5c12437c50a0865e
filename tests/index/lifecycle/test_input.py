"""Documents from standard input: what they add, replace and delete."""

import json
import os
import pty
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from index.publishing import open_published
from tests.index.readers import made

from .conftest import record, write_records
from .test_commands import GROUP
from .test_items import texts

Line = dict[str, Any]


def pipe(lines: list[Line] | bytes, root: Path, *more: str) -> Result:
    """Pipe JSON Lines into an update."""
    data = lines if isinstance(lines, bytes) else b"".join(map(as_line, lines))
    command = ["update", "-", "--index", str(root), "--workers", "0", "--quiet", *more]
    return CliRunner().invoke(GROUP, command, input=data, catch_exceptions=False)


def as_line(line: Line) -> bytes:
    return json.dumps(line).encode() + b"\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An index of four records of a file."""
    source = tmp_path / "source"
    source.mkdir()
    write_records(source / "a.jsonl", [record(number) for number in range(4)])
    command = ["rebuild", str(source), "--index", str(tmp_path / "index"), "--workers", "0"]
    CliRunner().invoke(GROUP, command, catch_exceptions=False)
    return tmp_path / "index"


def test_lines_add_replace_and_delete_and_nothing_else_goes(root: Path) -> None:
    lines = [
        {"id": "new", "text": "Un texte nouveau."},
        {"id": "doc-0001", "text": "Un autre texte."},
        {"id": "doc-0002", "deleted": True},
        {"text": "Sans identifiant."},
    ]
    result = pipe(lines, root, "--yes")
    assert "2 added, 1 changed, 1 deleted, 0 skipped" in result.stdout
    found = texts(root)
    assert set(found) == {"doc-0000", "doc-0001", "doc-0003", "new", "-:4"}
    assert found["doc-0001"] == "Un autre texte."
    snapshot = open_published(root)
    doc = snapshot.docnum("new")
    assert doc is not None
    assert snapshot.stored_fields.get(doc)[0].path == "-:1"
    assert pipe(lines[:2], root).stdout.startswith("Nothing has changed: 5 documents.")


def test_an_update_of_files_leaves_what_came_by_the_pipe(root: Path, tmp_path: Path) -> None:
    pipe([{"id": "new", "text": "Un texte nouveau."}, {"id": "no-text"}], root)
    write_records(tmp_path / "source" / "a.jsonl", [record(number) for number in range(5)])
    command = ["update", str(tmp_path / "source"), "--index", str(root), "--workers", "0"]
    result = CliRunner().invoke(GROUP, command, catch_exceptions=False)
    assert "1 added, 0 changed, 0 deleted" in result.stdout
    assert "new" in texts(root)
    assert [item.path for item in open_published(root).report().skipped] == ["-:2"]


def test_a_bad_line_is_named_and_the_others_are_read(root: Path) -> None:
    data = b'{"id": "a", "text": "Un."}\n{"id": \n{"deleted": true}\n{"id": "b", "text": "Deux."}\n'
    result = pipe(data, root)
    assert result.exit_code == 0
    assert "-:2: skipped, it is not JSON" in result.stderr
    assert "-:3: skipped, it deletes a document and does not name its id" in result.stderr
    assert {"a", "b"} <= set(texts(root))
    assert pipe(data, root, "--strict").exit_code == 1


def test_many_deletions_are_asked_for(root: Path) -> None:
    lines = [{"id": f"doc-{number:04}", "deleted": True} for number in range(3)]
    result = pipe(lines, root)
    assert result.exit_code == 1
    assert "would delete 3 of 4 documents" in result.stderr
    assert len(texts(root)) == 4
    assert "3 deleted" in pipe(lines, root, "--yes").stdout


def test_a_terminal_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        with pytest.raises(SystemExit) as ended:
            GROUP.main(["update", "-", "--index", str(root)])
    os.close(ours)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "Standard input is a terminal. Pipe JSON Lines into the command" in told


def test_a_rebuild_reads_standard_input_too(tmp_path: Path) -> None:
    lines = b"".join(as_line(record(number)) for number in range(200))  # too many for a worker
    command = ["rebuild", "-", "--index", str(tmp_path / "index"), "--workers", "0"]
    result = CliRunner().invoke(GROUP, command, input=lines, catch_exceptions=False)
    assert result.stdout.startswith("200 documents")


@pytest.mark.long
@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["deleted", "Un.", "Deux.", "Trois."])),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_a_pipe_may_be_divided_anywhere(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Two pipes one after the other leave what one of all their lines leaves: the last counts."""
    lines = [
        {"id": id, "deleted": True} if what == "deleted" else {"id": id, "text": what}
        for id, what in steps
    ]
    at = data.draw(st.integers(0, len(lines)))
    found = []
    for name, parts in (("whole", [lines]), ("parts", [lines[:at], lines[at:]])):
        root = tmp_path_factory.mktemp(name) / "index"
        first: list[Line] = [{"id": "0", "text": "Le premier."}]
        command = ["rebuild", "-", "--index", str(root), "--workers", "0"]
        CliRunner().invoke(GROUP, command, input=as_line(first[0]), catch_exceptions=False)
        for part in parts:
            assert pipe(part, root, "--yes").exit_code == 0
        found.append(texts(root))
    expected = {"0": "Le premier."} | dict(steps)
    assert found[0] == found[1] == {id: t for id, t in expected.items() if t != "deleted"}


def test_the_last_versions_of_items_count_in_a_pipe(root: Path) -> None:
    def item(version: int, status: str = "usable") -> Line:
        return {
            "uri": "urn:x:1",
            "version": str(version),
            "versioncreated": "2024-03-12T09:00:00Z",
            "pubstatus": status,
            "headline": f"Titre {version}",
            "body_text": f"Le texte {version}.",
        }

    pipe([item(3)], root)
    older = pipe([item(2)], root)
    assert "-:1: skipped, the identifier urn:x:1 was already given" in older.stderr
    assert texts(root)["urn:x:1"] == "Le texte 3."
    pipe([item(4)], root)
    assert texts(root)["urn:x:1"] == "Le texte 4."
    pipe([item(5, "canceled")], root, "--yes")
    assert "urn:x:1" not in texts(root)
    pipe([item(6)], root)
    assert "urn:x:1" not in texts(root)
    pipe([item(6)], root, "--forget-withdrawals")
    assert texts(root)["urn:x:1"] == "Le texte 6."


def test_many_small_updates_leave_large_segments_alone(root: Path) -> None:
    for number in range(9):
        pipe([{"id": f"new-{number}", "text": f"Un texte {number}."}], root)
    snapshot = open_published(root)
    sizes = sorted(segment.documents for segment in snapshot.manifest.segments)
    assert len(sizes) <= 8
    assert sum(sizes) == 13
    assert set(texts(root)) == {f"new-{n}" for n in range(9)} | {f"doc-{n:04}" for n in range(4)}
    assert len(sizes) > 1


# Withdrawals


def build(command: str, source: Path, root: Path, *more: str) -> Result:
    arguments = [command, str(source), "--index", str(root), "--workers", "0", "--quiet", *more]
    return CliRunner().invoke(GROUP, arguments, catch_exceptions=False)


@pytest.mark.long
@settings(max_examples=12)
@given(order=st.permutations(["first", "cancel", "second"]), rebuilt=st.integers(0, 3))
def test_what_was_withdrawn_stays_so_when_the_cancel_is_gone(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], rebuilt: int
) -> None:
    """Files come and go one by one: nothing is found of the item from the cancel on."""
    contents = {
        "first": made.g2(1),
        "second": made.g2(2),
        "cancel": made.g2(3, status="canceled"),
    }
    folder = tmp_path_factory.mktemp("way")
    source, root = folder / "source", folder / "index"
    source.mkdir()
    (source / "other.xml").write_bytes(made.g2(guid="urn:x:other"))
    build("rebuild", source, root)
    canceled = False
    for number, name in enumerate(order):
        (source / "item.xml").write_bytes(contents[name])
        canceled |= name == "cancel"
        if number == rebuilt:
            build("rebuild", source, root)
        else:
            build("update", source, root, "--yes")
        assert ("urn:x:1" in texts(root)) == (not canceled)
    stats = json.loads(CliRunner().invoke(GROUP, ["stats", "--json", "--index", str(root)]).stdout)
    assert stats["withdrawn"] == 1
    build("update", source, root, "--forget-withdrawals", "--yes")
    assert ("urn:x:1" in texts(root)) == (order[-1] != "cancel")


def test_withdrawals_that_are_remembered_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.writer.MAX_WITHDRAWN", 3)
    source, root = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    (source / "other.xml").write_bytes(made.g2(guid="urn:x:other"))
    build("rebuild", source, root)
    for number in range(5):
        (source / "item.xml").write_bytes(made.g2(1, guid=f"urn:x:{number}", status="canceled"))
        build("update", source, root)
    assert list(open_published(root).report().withdrawn) == ["urn:x:2", "urn:x:3", "urn:x:4"]
