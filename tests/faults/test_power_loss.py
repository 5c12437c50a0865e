"""After a power loss at any moment an index is the old one or the new one.

The model knows what the system has promised to keep: the bytes of a file when it was synced, and
the names in a folder when the folder was synced. Two disks are tried before and after every sync:

- *late*: nothing is kept but what was promised;
- *early*: names are kept at once, and bytes only when they were promised (what journals of metadata
  may do): files that were not synced are empty.
"""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import BuildOptions, rebuild, update
from index.errors import IndexMissing
from index.publishing import check, rollback
from tools.faults.campaign import state

HERE = BuildOptions(workers=0)
Names = dict[str, int]


def inode(path: Path) -> int:
    return path.lstat().st_ino


def names(folder: Path) -> Names:
    return {path.name: inode(path) for path in folder.iterdir()}


class Disk:
    """What a power loss would leave of a folder; ``synced`` is called in place of ``os.fsync``."""

    def __init__(self, root: Path, crash: Callable[[], None]) -> None:
        self._root = root
        self._crash = crash
        self._bytes: dict[int, bytes] = {}
        self._names: dict[int, Names] = {}
        self._folders: set[int] = set()
        for path in (root, *root.rglob("*")):
            self.keep(path)

    def keep(self, path: Path) -> None:
        """Promise to keep a file or the names in a folder."""
        if path.is_dir():
            self._names[inode(path)] = names(path)
            self._folders |= {inode(child) for child in path.iterdir() if child.is_dir()}
        else:
            self._bytes[inode(path)] = path.read_bytes()

    def synced(self, handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        self._crash()
        if path.exists():
            self.keep(path)
        self._crash()

    def write_late(self, place: Path) -> None:
        """Write what was promised."""
        self._write(inode(self._root), place)

    def _write(self, number: int, place: Path) -> None:
        place.mkdir()
        for name, child in self._names.get(number, {}).items():
            if child in self._folders:
                self._write(child, place / name)
            else:
                (place / name).write_bytes(self._bytes.get(child, b""))

    def write_early(self, place: Path) -> None:
        """Write all names, and the bytes that were promised."""
        shutil.copytree(self._root, place)
        for path in self._root.rglob("*"):
            if stat.S_ISREG(path.lstat().st_mode):
                kept = self._bytes.get(inode(path), b"")
                (place / path.relative_to(self._root)).write_bytes(kept)


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, Path]:
    """Return an index of two generations and the folder of its documents, changed since."""
    root, source = tmp_path / "index", tmp_path / "source"
    source.mkdir()
    for number in range(8):
        (source / f"{number}.txt").write_text(f"L'ONU et un accord de pêche, {number}.", "utf-8")
        if number > 5:
            update(root, [source], HERE) if root.exists() else rebuild(root, [source], HERE)
    (source / "0.txt").write_text("L'ONU et un traité.", "utf-8")
    return root, source


COMMANDS: dict[str, Callable[[Path, Path], object]] = {
    "rebuild": lambda root, source: rebuild(root, [source], HERE),
    "update": lambda root, source: update(root, [source], HERE),
    "rollback": lambda root, source: rollback(root),
}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds files by /proc")
@pytest.mark.parametrize(
    "command",
    [
        *(pytest.param(name, marks=pytest.mark.long) for name in ("rebuild", "update", "first")),
        "rollback",
    ],
)
def test_a_power_loss_leaves_the_old_or_the_new(
    archive: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    root, source = archive
    expected: list[dict[str, str] | None] = [state(root).documents]
    if command == "first":
        shutil.rmtree(root)
        root.mkdir()
        expected = [None]
    left = tmp_path / "left"
    lost: list[dict[str, str] | None] = []

    def crash() -> None:
        for write in (disk.write_late, disk.write_early):
            shutil.rmtree(left, ignore_errors=True)
            write(left)
            try:
                lost.append(state(left).documents)
            except IndexMissing:
                lost.append(None)
            else:
                assert not check(left).problems

    disk = Disk(root, crash)
    monkeypatch.setattr(os, "fsync", disk.synced)
    COMMANDS["rebuild" if command == "first" else command](root, source)
    monkeypatch.undo()
    crash()
    expected.append(state(root).documents)
    assert [state for state in lost if state not in expected] == []
    # What is told to be published is kept.
    assert lost[-2:] == [expected[-1], expected[-1]]
    assert expected[0] in lost
