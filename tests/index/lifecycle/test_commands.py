"""The commands, as a person types them."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from index.build import Progress, progress
from index.build.progress import Handed
from index.commands import COMMANDS
from index.publishing import open_published
from index.store.files import HEADER_BYTES
from tests.index.readers import made

from .conftest import record, write_records

ROOT = Path(__file__).parents[3]
GROUP = click.Group("trouvaille", commands={str(c.name): c for c in COMMANDS})
IndexOf = Callable[[str], Path]


def trouvaille(*arguments: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(
        GROUP, [str(argument) for argument in arguments], env=env, catch_exceptions=False
    )
    assert "Traceback" not in result.output
    return result


def of_json(result: Result) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    write_records(folder / "a.jsonl", [record(number) for number in range(6)])
    return folder


def test_rebuild_update_stats_check_rollback(source: Path, tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index", "--workers", 0)
    built = trouvaille("rebuild", source, *index)
    assert built.exit_code == 0
    assert built.stdout.startswith("6 documents in ")
    assert "Reading and extracting" in built.stderr
    assert trouvaille("update", source, *index).stdout == "Nothing has changed: 6 documents.\n"
    write_records(source / "b.jsonl", [record(number) for number in (6, 7)])
    updated = trouvaille("update", source, *index)
    assert ": 2 added, 0 changed, 0 deleted, 0 skipped." in updated.stdout
    at = index[:2]
    assert trouvaille("check", *at).stdout.startswith("Sound: 8 documents")
    told = trouvaille("stats", *at).stdout
    for expected in ("8 in 2 segments", "fr 4", "Nations", "2024-", "title 8"):
        assert expected in told
    assert "6 documents" in trouvaille("rollback", *at).stdout
    assert open_published(tmp_path / "index").documents == 6


def test_json_is_one_object_and_nothing_else(source: Path, tmp_path: Path) -> None:
    (source / "empty.txt").write_bytes(b"")
    index = ("--json", "--index", tmp_path / "index")
    built = trouvaille("rebuild", source, "--workers", 0, *index)
    assert built.stderr == ""
    found = of_json(built)
    assert (found["documents"], found["added"], found["published"]) == (6, 6, True)
    assert found["skipped"][0]["kind"] == "empty"
    assert of_json(trouvaille("update", source, "--workers", 0, *index))["published"] is False
    assert of_json(trouvaille("check", *index))["problems"] == []
    told = of_json(trouvaille("stats", *index))
    assert told["skipped_kinds"] == {"empty": 1}
    assert told["skipped"] == []
    assert told["organizations"][0].keys() == {"value", "label", "documents"}
    assert of_json(trouvaille("stats", "--skipped", *index))["skipped"][0]["kind"] == "empty"
    failed = trouvaille("rollback", *index)
    assert failed.exit_code == 1
    assert of_json(failed).keys() == {"error", "remedy"}


def test_skipped_documents_are_named_and_strict_says_so(source: Path, tmp_path: Path) -> None:
    for number in range(25):
        (source / f"empty{number:02}.txt").write_bytes(b"")
    index = ("--index", tmp_path / "index", "--workers", 0)
    built = trouvaille("rebuild", source, *index)
    assert built.exit_code == 0
    assert "empty00.txt: skipped, " in built.stderr
    assert "… and 5 more" in built.stderr
    assert "empty24.txt" in trouvaille("stats", "--skipped", *index[:2]).stdout
    strict = trouvaille("rebuild", source, "--strict", *index)
    assert strict.exit_code == 1
    assert open_published(tmp_path / "index").documents == 6
    assert trouvaille("update", source, "--strict", *index).exit_code == 1


def test_stats_by_format_and_files_that_are_not_read(source: Path, tmp_path: Path) -> None:
    for number in range(12):
        (source / f"{number}.pst").write_bytes(b"!BDN\0\1\2")
    (source / "x.qqq").write_bytes(b"\0\1\2")
    (source / "a.eml").write_bytes(
        made.mail("Content-Type: text/plain\n\nVoir.", made.attached("a.txt", "Une pièce."))
    )
    (source / "empty.txt").write_bytes(b"")
    index = ("--index", tmp_path / "index")
    built = trouvaille("rebuild", source, *index, "--workers", 0)
    remedies = (
        "12 .pst: not read; export them as .mbox or .eml, for example by readpst.\n"
        "1 .qqq: not read; convert them to a format that is read, or name a server with --tika.\n"
    )
    assert remedies in built.stderr
    assert "0.pst: skipped" not in built.stderr  # they are counted, not listed
    assert "0.pst: " in trouvaille("stats", "--skipped", *index).stdout
    told = trouvaille("stats", "--formats", *index).stdout
    assert remedies in told
    rows = [" ".join(line.split()) for line in told.splitlines()]
    assert {
        "format files documents in others pictures skipped",
        "jsonl 1 6 0 0",
        "eml 1 1 0 0",
        "txt 1 1 1 0 empty 1",
        "pst 0 0 0 0 unknown 12",
    } <= set(rows)
    figures = of_json(trouvaille("stats", "--formats", "--json", *index))
    assert figures["unread"][0] == {
        "ending": "pst",
        "files": 12,
        "remedy": "export them as .mbox or .eml, for example by readpst",
    }
    by_format = {one["format"]: one for one in figures["formats"]}
    assert by_format["txt"]["skipped"] == {"empty": 1}
    assert sum(one["documents"] for one in figures["formats"]) == figures["documents"] == 8
    assert of_json(trouvaille("stats", "--json", *index))["formats"] is None


def test_options_reach_the_build_and_are_kept_by_update(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.csv").write_bytes("Chapeau;text\nÉté;Jeudi, la pêche.\n".encode("cp1252"))
    (source / ".b.txt").write_text("caché")
    (source / "c.txt").write_text("x" * 5000)
    index = ("--index", tmp_path / "index", "--workers", 0)
    said = ("--field-map", "title=Chapeau", "--encoding", "cp1252", "--max-bytes", 3000)
    said += ("--reference-date", "2024-03-12", "--languages", "fr,en", "--hidden", "--file-times")
    trouvaille("rebuild", source, *index, *said)
    generation = open_published(tmp_path / "index")
    assert {item.kind for item in generation.report().skipped} == {"huge"}
    assert generation.documents == 2
    assert "Été" in {generation.stored_fields.get(doc)[0].title for doc in range(2)}
    settings = generation.manifest.settings
    assert (settings["reference_date"], settings["languages"]) == ("2024-03-12", ["fr", "en"])
    assert (settings["include_hidden"], settings["file_times"]) == (True, True)
    assert "Nothing has changed" in trouvaille("update", source, *index).stdout
    assert "2 added" not in trouvaille("update", source, *index, "--no-hidden", "--yes").stdout
    assert open_published(tmp_path / "index").documents == 1


def everything(root: Path) -> dict[Path, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and path.name != "lock")
    return {path: path.read_bytes() for path in files}


def test_an_update_that_would_delete_too_much_asks_first(tmp_path: Path) -> None:
    folders = [tmp_path / "large", tmp_path / "small"]
    for folder, numbers in zip(folders, (range(30), range(100, 102)), strict=True):
        folder.mkdir()
        for number in numbers:
            write_records(folder / f"{number}.jsonl", [record(number)])
    root = tmp_path / "index"
    index = ("--index", root, "--workers", 0, "--quiet")
    trouvaille("rebuild", *folders, *index)
    before = everything(root)

    def refused(*arguments: object, env: dict[str, str] | None = None) -> str:
        result = trouvaille("update", *arguments, *index, env=env)
        assert (result.exit_code, result.stdout) == (1, "")
        assert everything(root) == before
        return result.stderr

    # A source that exists and is empty, as an unmounted folder is, though it had few documents.
    (tmp_path / "small").rename(tmp_path / "aside")
    (tmp_path / "small").mkdir()
    told = refused(*folders)
    assert "would delete 2 of 32 documents" in told
    assert f"2 from “{folders[1]}”. Nothing is left of “{folders[1]}”." in told
    assert "--yes" in told
    refused(folders[1], "--yes")
    assert "small" in refused(folders[0], folders[1], "--max-deletions", "0.5")
    (tmp_path / "small").rmdir()
    refused(*folders)
    (tmp_path / "aside").rename(tmp_path / "small")
    # A source that is not named.
    assert "30 of 32" in refused(folders[1])
    # Files that are gone: three are less than a tenth, four are more.
    for number in range(4):
        (folders[0] / f"{number}.jsonl").rename(tmp_path / f"{number}.jsonl")
    told = refused(*folders)
    assert f"would delete 4 of 32 documents: 4 from “{folders[0]}”. Nothing was" in told
    refused(*folders, env={"TROUVAILLE_MAX_DELETIONS": "0.12"})
    assert "0 added" in trouvaille("update", *folders, *index, "--max-deletions", "0.13").stdout
    trouvaille("rollback", *index[:2])
    before = everything(root)
    (tmp_path / "0.jsonl").rename(folders[0] / "0.jsonl")
    assert "3 deleted" in trouvaille("update", *folders, *index).stdout
    assert "27 deleted" in trouvaille("update", folders[1], *index, "--yes").stdout
    assert open_published(root).documents == 2


def test_every_setting_has_a_variable(source: Path, tmp_path: Path) -> None:
    env = {
        "TROUVAILLE_INDEX": str(tmp_path / "index"),
        "TROUVAILLE_WORKERS": "0",
        "TROUVAILLE_QUIET": "1",
        "TROUVAILLE_REFERENCE_DATE": "2024-03-12",
    }
    built = trouvaille("rebuild", source, env=env)
    assert built.stderr == ""
    assert open_published(tmp_path / "index").manifest.settings["reference_date"] == "2024-03-12"
    unset = {
        f"{command.name} {option.name}"
        for command in COMMANDS
        for option in command.params
        if isinstance(option, click.Option) and not option.envvar
    }
    # These say what to do once, not how.
    assert unset == {
        *("stats skipped", "update yes", "learn from_tags", "learn dry_run", "learn forget"),
        "learn of_names",
        *("stats formats", "rebuild forget_withdrawals", "update forget_withdrawals"),
        "restore snapshot",
    }


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["rebuild", "nowhere"], 1, "does not exist"),
        (["rebuild", "empty"], 1, "no document"),
        (["rebuild", "source", "--index", "source"], 2, "is not an index"),
        (["rebuild", "source", "--index", "source/a.jsonl"], 2, "is not a directory"),
        (["rebuild", "source", "--field-map", "title"], 2, "OURS=THEIRS"),
        (["rebuild", "source", "--field-map", "nothing=x"], 2, "nothing"),
        (["rebuild", "source", "--encoding", "klingon"], 2, "klingon"),
        (["rebuild", "source", "--languages", "french"], 2, "ISO 639-1"),
        (["rebuild", "source", "--reference-date", "hier"], 2, "hier"),
        (["rebuild", "source", "--workers", "-1"], 2, "-1"),
        (["rebuild"], 2, "SOURCE"),
        (["update", "source", "--index", "nowhere"], 1, "trouvaille rebuild"),
        (["check", "--index", "nowhere"], 1, "no index"),
        (["stats", "--index", "nowhere"], 1, "no index"),
        (["rollback", "--index", "nowhere"], 1, "no index"),
    ],
)
def test_bad_input_is_one_sentence_with_a_remedy(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    before = {path: path.read_bytes() for path in source.iterdir()}
    result = trouvaille(*arguments, env={"TROUVAILLE_QUIET": "1"})
    assert (result.exit_code, result.stdout) == (status, "")
    assert message in result.stderr
    if not result.stderr.startswith("Usage:"):
        assert result.stderr.startswith("trouvaille: ")
        assert result.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in source.iterdir()} == before


def test_check_names_what_is_damaged(index_of: IndexOf) -> None:
    root = index_of("index")
    (path,) = root.glob("segments/*/texts.data.array")
    data = path.read_bytes()
    path.write_bytes(
        data[:HEADER_BYTES] + bytes([data[HEADER_BYTES] ^ 1]) + data[HEADER_BYTES + 1 :]
    )
    result = trouvaille("check", "--index", root)
    assert result.exit_code == 1
    assert "texts.data.array” of the index has been altered" in result.stderr
    assert "trouvaille rollback" in result.stderr
    assert len(of_json(trouvaille("check", "--json", "--index", root))["problems"]) > 1


@pytest.mark.long
def test_no_room_left_is_one_sentence(tmp_path: Path) -> None:
    many = write_records(tmp_path / "many.jsonl", [record(number) for number in range(200)])
    program = (
        "import click, sys; from index.commands import COMMANDS\n"
        "click.Group('trouvaille', commands={c.name: c for c in COMMANDS})()"
    )
    command = [sys.executable, "-c", program, "rebuild", str(many), "--workers", "0", "--quiet"]
    ended = subprocess.run(
        [*command, "--index", str(tmp_path / "index")],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("trouvaille: The index in ")
    assert "could not be written: File too large" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_unforeseen_error_is_one_line_too(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("of a kind\nnobody foresaw")

    monkeypatch.setattr("index.build.rebuild_into", broken)
    result = trouvaille("rebuild", source, "--quiet", "--index", tmp_path / "index")
    assert result.exit_code == 1
    assert result.stderr == (
        "trouvaille: An unforeseen error: ZeroDivisionError: of a kind nobody foresaw."
        " Set TROUVAILLE_DEBUG=1 to see where, and report it.\n"
    )


def test_every_command_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "index.md").read_text("utf-8")
    settings = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"`trouvaille {command.name}" in page
        for option in command.params:
            if isinstance(option, click.Option):
                for name in (*option.opts, *option.secondary_opts):
                    assert f"`{name}" in settings, name
                if option.envvar:
                    assert f"`{option.envvar}`" in settings, option.envvar


def test_progress_draws_a_bar_on_a_terminal_and_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "monotonic", iter([0, 5, 10.0, 0.0, 0.5, 0.55]).__next__)
    plain = StringIO()
    lines = Progress(plain)
    lines.step(40, 100, 6, 2)  # too soon
    lines.phase("Reading")
    lines.step(50, 100, 7, 2)
    lines.finish()
    assert plain.getvalue() == "Reading\n50 %, 7 documents, 2 skipped, 1 a second, 10 s left\n"

    terminal = StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    bar = Progress(terminal)
    read = {"txt": (Handed(1, 5), Handed(2, 9)), "pdf": (Handed(3, 45), Handed(1200, 91))}
    bar.step(50, 100, 7, 2, lambda: read)
    bar.step(60, 100, 8, 2)  # too soon after the last
    bar.phase("Writing")
    bar.finish()
    drawn = terminal.getvalue()
    assert "████████████░░░░░░░░░░░░ 50 %, 7 documents, 2 skipped (pdf 3/1,200, txt 1/2)" in drawn
    assert "60 %" not in drawn
    assert drawn.endswith("\r" + " " * 7 + "\r")
