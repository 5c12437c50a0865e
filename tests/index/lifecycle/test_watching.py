"""Watching sources: the index follows the files, whatever comes in between."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import BuildOptions, Watching, rebuild
from index.errors import IndexMissing
from index.location import InDirectory
from index.publishing import open_published
from tests.index.readers import made

from .test_commands import GROUP
from .test_items import texts

SECONDS = 60
QUICK = BuildOptions(workers=0)


class Watcher:
    """The command, running."""

    def __init__(self, source: Path, root: Path, *more: str) -> None:
        self.source, self.root = source, root
        command = [sys.executable, "-c", "from web.cli import main; main()", "watch", str(source)]
        command += ["--index", str(root), "--every", "0.3", "--workers", "1", *more]
        self.output = root.parent / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    def told(self) -> str:
        return self.output.read_text("utf-8")

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(SECONDS * 10):
            assert self.process.poll() is None, self.told()
            if holds():
                return
            time.sleep(0.1)
        raise AssertionError(f"not in {SECONDS} seconds: {self.told()}")

    def ids(self) -> set[str]:
        try:
            return set(texts(self.root))
        except IndexMissing:
            return set()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.txt").write_text("Le premier texte.")
    return folder


@pytest.fixture
def watcher(source: Path, tmp_path: Path) -> Iterator[Watcher]:
    watcher = Watcher(source, tmp_path / "index", "--poll")
    yield watcher
    watcher.process.terminate()
    assert watcher.process.wait(SECONDS) == 0, watcher.told()
    assert "Traceback" not in watcher.told()
    assert not any((tmp_path / "index" / "generations").glob("*.new"))


@pytest.mark.long
def test_the_index_follows_the_files(watcher: Watcher, source: Path) -> None:
    watcher.until(lambda: watcher.ids() == {"a"})
    (source / "new").mkdir()
    (source / "new" / "b.txt").write_text("Le deuxième texte.")
    watcher.until(lambda: watcher.ids() == {"a", "new:b"})
    (source / "a.txt").write_text("Un texte changé.")
    watcher.until(lambda: texts(watcher.root)["a"] == "Un texte changé.")
    for number in range(100):
        (source / f"{number}.txt").write_text(f"Le texte {number}.")
    expected = {"a", *map(str, range(100))}
    watcher.until(lambda: watcher.ids() == expected | {"new:b"})
    (source / "new" / "b.txt").unlink()
    watcher.until(lambda: watcher.ids() == expected)
    assert "1 added, 0 changed, 0 deleted" in watcher.told()


@pytest.mark.long
def test_a_file_is_read_when_it_is_no_longer_written_to(watcher: Watcher, source: Path) -> None:
    watcher.until(lambda: watcher.ids() == {"a"})
    with (source / "growing.txt").open("w") as file:
        for number in range(30):
            file.write(f"Ligne {number}.\n")
            file.flush()
            assert "growing" not in watcher.ids()
            time.sleep(0.1)
    (source / "b.txt").write_text("Un autre.")
    watcher.until(lambda: watcher.ids() == {"a", "b", "growing"})
    assert "Ligne 29." in texts(watcher.root)["growing"]
    with_it = [line for line in watcher.told().splitlines() if " 0 changed" in line]
    assert len(with_it) == len(watcher.told().splitlines())  # and never in part


@pytest.mark.long
def test_a_source_that_goes_and_comes_back_costs_nothing(watcher: Watcher, source: Path) -> None:
    watcher.until(lambda: watcher.ids() == {"a"})
    source.rename(source.with_name("away"))
    watcher.until(lambda: "does not exist" in watcher.told())
    time.sleep(1)
    assert watcher.ids() == {"a"}
    (source.with_name("away") / "b.txt").write_text("Pendant ce temps.")
    source.with_name("away").rename(source)
    watcher.until(lambda: watcher.ids() == {"a", "b"})
    assert watcher.told().count("does not exist") == 1
    assert "The trouble is over." in watcher.told()


@pytest.mark.long
def test_an_emptied_source_does_not_empty_the_index(watcher: Watcher, source: Path) -> None:
    watcher.until(lambda: watcher.ids() == {"a"})
    (source / "a.txt").rename(source.parent / "a.txt")
    watcher.until(lambda: "It is tried again." in watcher.told())
    (source / "b.txt").write_text("Ce qui est nouveau n'attend pas.")
    watcher.until(lambda: watcher.ids() == {"a", "b"})
    (source.parent / "a.txt").rename(source / "a.txt")
    watcher.until(lambda: "The trouble is over." in watcher.told())


@pytest.mark.long
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs prlimit")
def test_a_full_disk_is_told_once_and_waited_for(watcher: Watcher, source: Path) -> None:
    watcher.until(lambda: watcher.ids() == {"a"})
    before = resource.prlimit(watcher.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(watcher.process.pid, resource.RLIMIT_FSIZE, (100, before[1]))
    (source / "b.txt").write_text("Un autre.")
    # Standard output is a file too, and full.
    time.sleep(5)
    assert watcher.ids() == {"a"}
    resource.prlimit(watcher.process.pid, resource.RLIMIT_FSIZE, before)
    watcher.until(lambda: watcher.ids() == {"a", "b"})
    assert watcher.told().count("could not be written") <= 1


@pytest.mark.long
def test_notices_of_the_system_are_enough(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("watchfiles", reason="install requirements-test.lock")
    watcher = Watcher(source, tmp_path / "index")
    watcher.until(lambda: watcher.ids() == {"a"})
    time.sleep(3)  # it waits for a notice now, for a minute at most
    (source / "b.txt").write_text("Un autre.")
    began = time.monotonic()
    watcher.until(lambda: watcher.ids() == {"a", "b"})
    assert time.monotonic() - began < 30
    watcher.process.terminate()
    assert watcher.process.wait(SECONDS) == 0


@pytest.mark.long
def test_it_ends_in_the_middle_of_a_build(source: Path, tmp_path: Path) -> None:
    for number in range(2000):
        (source / f"{number}.txt").write_text(f"Le texte {number} de l'ONU à Genève.")
    watcher = Watcher(source, tmp_path / "index", "--poll")
    segments = tmp_path / "index" / "segments"
    watcher.until(lambda: segments.is_dir() and any(segments.iterdir()))
    watcher.process.send_signal(signal.SIGTERM)
    assert watcher.process.wait(SECONDS) == 0, watcher.told()
    assert list(segments.iterdir()) == [] or (tmp_path / "index" / "current").exists()
    again = Watcher(source, tmp_path / "index", "--poll")
    again.until(lambda: len(again.ids()) == 2001)
    again.process.terminate()
    assert again.process.wait(SECONDS) == 0


def test_standard_input_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(GROUP, ["watch", "-", "--index", str(tmp_path)])
    assert done.exit_code == 2
    assert "Standard input cannot be watched" in done.stderr


@pytest.mark.long
def test_ten_thousand_files_at_once(source: Path, tmp_path: Path) -> None:
    watcher = Watcher(source, tmp_path / "index")
    watcher.until(lambda: watcher.ids() == {"a"})
    for number in range(10_000):
        (source / f"{number}.txt").write_text(f"Le texte {number}.")
    watcher.until(lambda: open_published(watcher.root).documents == 10_001)
    watcher.process.terminate()
    assert watcher.process.wait(SECONDS) == 0
    assert watcher.ids() == {"a", *map(str, range(10_000))}


# What is published

CONTENTS = {
    "one": made.g2(1, text="La version une."),
    "two": made.g2(2, text="La version deux."),
    "kill": made.g2(3, status="canceled"),
    "other": made.g2(1, guid="urn:x:other", text="Un autre."),
    "text": b"Un texte.",
    "changed": b"Un texte, mais autre.",
    "empty": b" ",
    "gone": b"",
}
"""What a file may become."""


@pytest.mark.long
@settings(max_examples=20)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(sorted(CONTENTS))), max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_published_is_what_a_rebuild_has(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, str]]]
) -> None:
    """Whatever the files become, in whatever batches.

    Of two files with one version of an item, either may be the one that is reported.
    """
    folder = tmp_path_factory.mktemp("watching")
    source, root = folder / "source", folder / "index"
    source.mkdir()
    (source / "stays.txt").write_text("Celui-ci reste.")
    index = InDirectory(root)
    watching = Watching(
        index, [source], QUICK, every=1, poll=True, told=lambda told: None, stop=Event()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.build.watching.STILL_SECONDS", 0)
        watching.publish()
        for step in steps:
            for name, what in step:
                path = source / name
                path.unlink(missing_ok=True)
                if what != "gone":
                    path.with_suffix(".new").write_bytes(CONTENTS[what])
                    path.with_suffix(".new").rename(path)
            watching.publish()
    rebuild(folder / "again", [source], QUICK)
    withdrawn = open_published(root).report().withdrawn
    expected = {id: text for id, text in texts(folder / "again").items() if id not in withdrawn}
    assert texts(root) == expected
    reported = open_published(root).report().skipped
    of_rebuild = open_published(folder / "again").report().skipped
    assert {item.path for item in reported} >= {
        item.path for item in of_rebuild if item.kind not in ("duplicate", "superseded")
    }


def test_a_batch_reads_its_files_only(source: Path, tmp_path: Path) -> None:
    """A publication costs what has changed: files that have not are not opened."""
    watching = Watching(
        InDirectory(tmp_path / "index"),
        [source],
        QUICK,
        every=1,
        poll=True,
        told=print,
        stop=Event(),
    )
    watching.publish()
    (source / "b.txt").write_text("Un autre.")
    opened: list[str] = []
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
    watching.publish()
    assert str(source / "b.txt") in opened
    assert str(source / "a.txt") not in opened
    assert set(texts(tmp_path / "index")) == {"a", "b"}
