"""What is said when a disk, a clock or a file does not do what it should."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from errno import EACCES, EIO, EMFILE, ENOSPC
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner

from index.build import learning, rebuild, update
from index.commands import COMMANDS
from index.errors import BuildFailed, BuildUnsettled, IndexDamaged, IndexUnavailable
from index.extract import LearnedThemes
from index.publishing import building, check, open_published, read_pointer, rollback

from .conftest import HERE, record, write_records

IndexOf = Callable[[str], Path]
GROUP = click.Group("trouvaille", commands={str(c.name): c for c in COMMANDS})
MODEL = LearnedThemes("x", frozenset({"fr"}), {}, np.zeros(0, np.float32), {})


class Disk:
    """Fails every operation of a kind in a folder, once ``begin`` has happened."""

    def __init__(self, patch: pytest.MonkeyPatch, number: int, names: tuple[str, ...]) -> None:
        self.number = number
        self.failing = False
        self.failed = 0
        for name in names:
            patch.setattr(os, name, self._wrapped(getattr(os, name)))

    def _wrapped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any, **options: Any) -> Any:
            if self.failing:
                self.failed += 1
                raise OSError(self.number, os.strerror(self.number))
            return real(*arguments, **options)

        return operation


@pytest.mark.parametrize(
    ("names", "number"),
    [
        (("fsync",), EIO),
        (("ftruncate",), EIO),
        (("fsync", "ftruncate", "scandir"), EIO),
        (("fsync", "ftruncate", "scandir"), EMFILE),
    ],
)
@pytest.mark.parametrize("act", ["rebuild", "update", "rollback"])
def test_what_fails_after_publishing_is_not_called_failed(
    index_of: IndexOf,
    sample_source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    names: tuple[str, ...],
    number: int,
) -> None:
    root = index_of("index")
    more = write_records(tmp_path / "more.jsonl", [record(700)])
    if act == "rollback":
        update(root, [sample_source, more], HERE)
    before = read_pointer(root)
    disk = Disk(monkeypatch, number, names)
    replace = Path.replace

    def publish(path: Path, target: Path) -> Path:
        moved = replace(path, target)
        disk.failing = path.name == "current.new"
        return moved

    monkeypatch.setattr(Path, "replace", publish)
    acts: dict[str, Callable[[], object]] = {
        "rebuild": lambda: rebuild(root, [sample_source], HERE),
        "update": lambda: update(root, [sample_source, more], HERE),
        "rollback": lambda: rollback(root),
    }
    if names == ("ftruncate",):  # it only takes the text out of the lock
        acts[act]()
    else:
        with pytest.raises(BuildUnsettled, match="is published, but"):
            acts[act]()
    disk.failing = False
    assert disk.failed
    after = read_pointer(root)
    assert (after.previous, after.current != before.current) == (before.current, True)
    assert not check(root).problems
    monkeypatch.setattr(Path, "replace", replace)
    assert update(root, [sample_source], HERE).documents == 61


@pytest.mark.parametrize("moving", [timedelta(), timedelta(days=-400), timedelta(microseconds=1)])
def test_names_differ_and_ascend_whatever_the_clock_shows(
    index_of: IndexOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moving: timedelta
) -> None:
    class Clock(datetime):
        moment = datetime.now(UTC)

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            cls.moment += moving
            return cls.moment

    root = index_of("index")
    monkeypatch.setattr("index.publishing.commit.datetime", Clock)
    names = [read_pointer(root).current]
    for number in range(4):
        more = write_records(tmp_path / "more.jsonl", [record(number)])
        names.append(rebuild(root, [more], HERE).generation)
        if number == 2:
            rollback(root)
    assert names == sorted(set(names))
    assert len({len(name) for name in names}) == 1


def test_a_build_deletes_what_a_killed_one_was_about_to_put_in_place(
    index_of: IndexOf, sample_source: Path
) -> None:
    root = index_of("index")
    (root / "learned").mkdir()
    left = [root / "current.new", root / "learned" / "themes.json.new"]
    for path in left:
        path.write_bytes(b"x")
    update(root, [sample_source], HERE)
    assert not any(path.exists() for path in left)


def test_a_write_that_fails_leaves_nothing_aside(
    index_of: IndexOf, sample_source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = index_of("index")
    disk = Disk(monkeypatch, ENOSPC, ("fsync",))
    disk.failing = True
    with pytest.raises(BuildFailed, match="No space left"):
        rebuild(root, [sample_source], HERE)
    with pytest.raises(BuildFailed, match="No space left"):
        learning.save(root, MODEL)
    assert not list(root.rglob("*.new"))


@pytest.mark.parametrize("number", [ENOSPC, EACCES])
@pytest.mark.parametrize(
    ("forget", "name"),
    [
        *((False, name) for name in ("open", "fsync", "mkdir")),
        *((True, name) for name in ("open", "fsync", "unlink")),
    ],
)
def test_learning_says_what_the_disk_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: bool, name: str, number: int
) -> None:
    root = tmp_path / "index"
    if forget:
        learning.save(root, MODEL)
    disk = Disk(monkeypatch, number, (name,))
    monkeypatch.setattr("index.commands.teaching._labelled_documents", lambda path, index: [])
    lesson = learning.Lesson(MODEL, *([None] * (len(learning.Lesson.__dataclass_fields__) - 1)))
    monkeypatch.setattr("index.build.learning.learn", lambda documents: lesson)
    monkeypatch.setattr("index.commands.teaching._lesson_lines", lambda lesson: [])
    disk.failing = True
    arguments = ["--forget"] if forget else [str(tmp_path)]
    ended = CliRunner().invoke(GROUP, ["learn", *arguments, "--index", str(root)])
    disk.failing = False
    assert disk.failed
    assert ended.exit_code == 1
    assert "unforeseen" not in ended.output
    assert os.strerror(number) in ended.stderr
    assert str(root) in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("umask", [0, 0o077])
@pytest.mark.parametrize(
    ("mode", "of_file", "of_folder"),
    [("", 0o640, 0o750), ("0600", 0o600, 0o700), ("0644", 0o644, 0o755), ("0660", 0o660, 0o770)],
)
def test_files_have_the_permissions_that_are_set(
    tmp_path: Path, umask: int, mode: str, of_file: int, of_folder: int
) -> None:
    root = tmp_path / "index"
    source = write_records(tmp_path / "a.jsonl", [record(number) for number in range(6)])
    options = ("--index", str(root))
    env = {"TROUVAILLE_INDEX_MODE": mode} if mode else {}

    def run(*arguments: str) -> None:
        ended = CliRunner().invoke(GROUP, [*arguments, *options], env=env)
        assert ended.exit_code == 0, ended.output

    before = os.umask(umask)
    try:
        run("rebuild", str(source), "--workers", "0", "--quiet")
        write_records(source, [record(number) for number in range(9)])
        run("update", str(source), "--workers", "0", "--quiet")
        run("rollback")
        learning.save(root, MODEL, int(mode or "0640", 8))
        run("learn", "--forget")
        learning.save(root, MODEL, int(mode or "0640", 8))
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    paths = [root, *root.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {of_file}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {of_folder}


def test_what_was_learned_and_new_folders_outlive_a_power_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[Path] = set()
    fsync = os.fsync

    def noted(handle: int) -> None:
        fsync(handle)
        synced.add(Path(os.readlink(f"/proc/self/fd/{handle}")))

    monkeypatch.setattr(os, "fsync", noted)
    root = tmp_path / "new" / "index"
    learning.save(root, MODEL)
    assert {tmp_path, root.parent, root, root / "learned"} <= synced
    synced.clear()
    assert learning.forget(root)
    assert not learning.forget(root)
    assert root / "learned" in synced


@pytest.mark.parametrize("number", [EACCES, EMFILE])
def test_what_may_not_be_read_is_not_called_missing_or_damaged(
    index_of: IndexOf, sample_source: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    root = index_of("index")
    learning.save(root, MODEL)
    disk = Disk(monkeypatch, number, ("open",))
    read_bytes, read_text = Path.read_bytes, Path.read_text

    def refused(path: Path, *arguments: Any, **options: Any) -> Any:
        if disk.failing:
            raise OSError(number, os.strerror(number), str(path))
        read = read_bytes if not (arguments or options) else read_text
        return read(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_bytes", refused)
    monkeypatch.setattr(Path, "read_text", refused)
    disk.failing = True
    for act in (
        lambda: learning.load(root),
        lambda: read_pointer(root),
        lambda: open_published(root),
        lambda: check(root),
    ):
        with pytest.raises(IndexUnavailable) as raised:
            act()
        assert not isinstance(raised.value, IndexDamaged)
        assert os.strerror(number) in raised.value.message
    with pytest.raises((BuildFailed, IndexUnavailable)), building(root):
        pass
    disk.failing = False
    assert open_published(root).documents == 61
