"""The system ends a process for its memory: that costs the document that took it, and no other."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from index.build import BuildOptions, rebuild
from index.build.sources import SMALL
from index.publishing import open_published
from index.readers import ReadOptions
from tests.index.readers import made

MIB = 1024 * 1024
HEAVY = "Il y en a 12, puis 13. " * 400_000
"""A text whose dates take some hundred MiB."""
TOO_MUCH = 320 * MIB
"""Others have 181 MiB; the process that reads this text more than 400."""


def resident(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def descendants(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


class Killer(Thread):
    """Does what the system does when memory runs out: SIGKILL to whoever took too much of it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = Event()
        self.killed: list[int] = []

    def run(self) -> None:
        while not self.stop.wait(0.02):
            for pid in descendants(os.getpid()):
                with suppress(OSError):
                    if resident(pid) > TOO_MUCH:
                        os.kill(pid, signal.SIGKILL)
                        self.killed.append(pid)


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_a_killed_reader_costs_one_member_of_an_archive(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    members: dict[str, str | bytes] = {f"{n}.txt": f"Le texte {n}, à Rabat." for n in range(40)}
    members["25.txt"] = HEAVY
    members["pages.docx"] = made.docx()
    archive = made.zipped(members, stored="25.txt")
    assert len(archive) > SMALL  # its members go to workers one by one
    (source / "a.zip").write_bytes(archive)
    (source / "b.txt").write_text("Un autre texte.")
    killer = Killer()
    killer.start()
    reading = ReadOptions(max_characters=10_000_000)
    result = rebuild(tmp_path / "index", [source], BuildOptions(reading, workers=2))
    killer.stop.set()
    killer.join()
    assert killer.killed
    (skipped,) = result.skipped
    assert skipped.path == f"{source}/a.zip!25.txt"
    assert skipped.kind == "broken"
    assert "the process that read it was killed" in skipped.reason
    expected = {f"a.zip!{name}" for name in members if name != "25.txt"} | {"b"}
    snapshot = open_published(tmp_path / "index")
    assert {snapshot.stored_fields.head(doc).id for doc in range(snapshot.size)} == expected
