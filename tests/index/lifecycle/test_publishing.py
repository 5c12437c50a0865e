"""A search never sees half an index, whatever happens to a build."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from time import monotonic, sleep

import pytest

from index.build import rebuild, update
from index.errors import BuildFailed, IndexDamaged, IndexLocked
from index.publishing import IndexDirectory, building, check, open_published, read_pointer
from index.store import write_durably

from .conftest import HERE, answers, record, write_records

IndexOf = Callable[[str], Path]

KILLED_BUILDS = dedent(
    """
    import json, os, signal, sys
    from pathlib import Path
    from index.build import BuildOptions, pipeline, rebuild, update
    from index.document import Fields, Language

    # What fields documents have is nothing to these builds; no vocabulary is loaded for them.
    pipeline.extract = lambda *_: Fields(Language("fr"))
    # What builds load is loaded once, not in each child.
    rebuild(Path(sys.argv[1], "index"), [Path(sys.argv[2])], BuildOptions(workers=0))

    # Of every file operation in the index directory, the one at which the build is killed.
    def build_and_die(command, root, source, at):
        seen = 0

        def hook(event, args):
            nonlocal seen
            if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir") and str(
                root
            ) in str(args[0]):
                seen += 1
                if seen == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        build = {"rebuild": rebuild, "update": update}[command]
        build(Path(root), [Path(source)], BuildOptions(workers=0))
        os._exit(0)

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            build_and_die(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.WIFSIGNALED(status), flush=True)
    """
)


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A process whose children build, and are killed."""
    folder = tmp_path_factory.mktemp("builder")
    source = write_records(folder / "a.jsonl", [record(n) for n in range(20)])
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_BUILDS, str(folder), str(source)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.communicate()


@pytest.fixture
def killed_builds(
    builder: subprocess.Popen[str], index_of: IndexOf, tmp_path: Path
) -> Callable[[str, int], bool]:
    """Return a function that runs a build to a point and tells whether it was killed there."""
    root = index_of("index")
    source = write_records(tmp_path / "new.jsonl", [record(n, id=f"n{n}") for n in range(20)])

    def run(command: str, at: int) -> bool:
        assert builder.stdin is not None
        assert builder.stdout is not None
        print(json.dumps([command, str(root), str(source), at]), file=builder.stdin, flush=True)
        return builder.stdout.readline().strip() == "True"

    return run


@pytest.mark.parametrize("command", ["rebuild", "update"])
@pytest.mark.parametrize(
    "points", [range(1, 100, 45), pytest.param(range(1, 1000, 3), marks=pytest.mark.long)]
)
def test_a_killed_build_leaves_the_published_generation(
    killed_builds: Callable[[str, int], bool], tmp_path: Path, command: str, points: range
) -> None:
    root = tmp_path / "index"
    before, killed = open_published(root).name, 0
    for point in points:
        if not killed_builds(command, point):
            break
        killed += 1
        assert not check(root).problems
        generation = open_published(root)
        # After the rename it is the new one that is complete, and only clearing up was left.
        assert generation.documents == (61 if generation.name == before else 20)
    assert killed > 1
    source = write_records(tmp_path / "last.jsonl", [record(1)])
    rebuild(root, [source], HERE)
    assert {path.name for path in (root / "segments").iterdir()} <= {
        segment.name for name in read_pointer(root) for segment in _generation_segments(root, name)
    }
    assert {path.name for path in (root / "generations").iterdir()} == set(read_pointer(root))


def _generation_segments(root: Path, name: str) -> tuple[object, ...]:
    from index.segments import Snapshot

    return Snapshot(root, name).manifest.segments


BUILD_WITH_WORKERS = dedent(
    """
    import sys
    from pathlib import Path
    from index.build import BuildOptions, Progress, rebuild

    class Told(Progress):
        def step(self, *told):
            print("working", flush=True)

    if __name__ == "__main__":
        rebuild(Path(sys.argv[1]), [Path(sys.argv[2])], BuildOptions(workers=2), Told())
    """
)


@pytest.mark.long
def test_a_killed_build_leaves_no_process_behind(tmp_path: Path) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are counted through /proc")
    source = write_records(tmp_path / "a.jsonl", [record(number) for number in range(5000)])
    (tmp_path / "build.py").write_text(BUILD_WITH_WORKERS)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "build.py"), str(tmp_path / "index"), str(source)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as build:
        assert build.stdout is not None
        assert build.stdout.readline() == "working\n"
        assert len(_processes_of(build.pid)) > 2
        build.kill()
    deadline = monotonic() + 60
    while _processes_of(build.pid) and monotonic() < deadline:
        sleep(0.05)
    assert not _processes_of(build.pid)


def _processes_of(session: int) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = path.read_text().rpartition(")")
            state, _, _, its_session = rest.split()[:4]
            if int(its_session) == session and state != "Z":
                found.append(name)
    return found


SEARCHER = dedent(
    """
    import sys
    from pathlib import Path
    from index.publishing import IndexDirectory

    archive, stop, seen = IndexDirectory(Path(sys.argv[1])), Path(sys.argv[2]), set()
    print("ready", flush=True)
    while not stop.exists():
        generation = archive.current()
        version = generation.stored_fields.get(0)[0].title.split()[-1]
        found = generation.inverted_index.postings("title", version)
        assert len(found.docs) == generation.documents, (version, generation.documents)
        assert generation.columns["source"].tally(found.docs).counts.sum() == generation.documents
        seen.add(generation.name)
    print(len(seen), flush=True)
    """
)


@pytest.mark.long
def test_two_processes_search_while_a_third_rebuilds(tmp_path: Path) -> None:
    root, stop, source = tmp_path / "index", tmp_path / "stop", tmp_path / "a.jsonl"

    def version(number: int) -> Path:
        title = f"version v{number}x"
        return write_records(
            source, [record(1, id=f"{number}-{n}", title=title) for n in range(10 + number)]
        )

    rebuild(root, [version(0)], HERE)
    searchers = [
        subprocess.Popen(
            [sys.executable, "-c", SEARCHER, str(root), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for searcher in searchers:
            assert searcher.stdout is not None
            assert searcher.stdout.readline() == "ready\n"
        for number in range(1, 7):
            (rebuild if number % 2 else update)(root, [version(number)], HERE)
    finally:
        stop.touch()
        outputs = [searcher.communicate()[0] for searcher in searchers]
    assert [searcher.returncode for searcher in searchers] == [0, 0]
    assert all(int(output) > 1 for output in outputs)


def test_an_archive_moves_on_by_itself_and_old_generations_stay_readable(
    index_of: IndexOf, sample_source: Path
) -> None:
    root = index_of("index")
    archive = IndexDirectory(root)
    first = archive.current()
    assert archive.current() is first
    expected = answers(first)
    for _ in range(3):
        rebuild(root, [sample_source], HERE)
    assert not first.folder.exists()
    assert archive.current() is not first
    # Its files are gone and its maps are not. What was hashed is read only by the next update.
    assert first.inverted_index.postings("body", "serie").docs.tolist()
    assert {first.stored_fields.get(doc)[0].id for doc in range(first.size)} == set(expected.stored)
    assert len(first.report().skipped) == 1


def test_the_lock_names_its_holder(index_of: IndexOf, sample_source: Path) -> None:
    root = index_of("index")
    held = (
        "import sys; from pathlib import Path; from index.publishing import building\n"
        "with building(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", held, str(root), "marker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for build in (rebuild, update):
            with pytest.raises(IndexLocked, match=f"process {holder.pid} on .* since") as caught:
                build(root, [sample_source], HERE)
            assert "marker" in caught.value.message
        assert open_published(root).documents == 61
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    # The lock has gone with its holder.
    assert rebuild(root, [sample_source], HERE).published


def test_nothing_stays_of_a_build_that_raises(index_of: IndexOf, tmp_path: Path) -> None:
    root = index_of("index")
    before = sorted(path.relative_to(root) for path in root.rglob("*"))
    with pytest.raises(KeyboardInterrupt):
        _interrupted(root)
    assert sorted(path.relative_to(root) for path in root.rglob("*")) == before


def _interrupted(root: Path) -> None:
    with building(root) as site:
        site.segment_folder.mkdir()
        (site.segment_folder / "half").write_bytes(b"x")
        raise KeyboardInterrupt


def test_a_generation_that_fails_its_check_is_not_published(
    index_of: IndexOf, sample_source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = index_of("index")
    before = open_published(root).name
    # A disk that gives back other bytes than it was given, for a file of the new generation.
    monkeypatch.setattr("index.publishing.commit.sync_tree", _alter_documents)
    with pytest.raises(BuildFailed, match="failed its check"):
        rebuild(root, [sample_source], HERE)
    assert open_published(root).name == before
    assert len(list((root / "generations").iterdir())) == 1


def _alter_documents(folder: Path) -> None:
    path = folder.parent.parent / "segments" / folder.name / "texts.data.array"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def test_a_full_disk_costs_nothing_that_is_published(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    command = [mount, "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        root = disk / "index"
        small = write_records(tmp_path / "small.jsonl", [record(n) for n in range(10)])
        large = write_records(tmp_path / "large.jsonl", [record(n) for n in range(300)])
        rebuild(root, [small], HERE)
        before = answers(open_published(root))
        for build in (rebuild, update):
            with pytest.raises(BuildFailed, match="No space left") as caught:
                build(root, [large], HERE)
            assert "Make room" in caught.value.remedy
            assert answers(open_published(root)) == before
        assert rebuild(root, [small], HERE).published
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_reader_that_is_opening_what_is_deleted_opens_the_next(
    index_of: IndexOf, sample_source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = index_of("index")
    pointer = read_pointer(root)
    rebuild(root, [sample_source], HERE)
    rebuild(root, [sample_source], HERE)
    # What a reader sees that read the pointer two builds ago.
    told = iter([pointer])
    monkeypatch.setattr(
        "index.publishing.directory.read_pointer", lambda at: next(told, None) or read_pointer(at)
    )
    assert IndexDirectory(root).current().name == read_pointer(root).current


def test_an_index_that_is_removed_is_noticed(index_of: IndexOf) -> None:
    root = index_of("index")
    archive = IndexDirectory(root)
    archive.current()
    write_durably(root / "current", b"nowhere\n\n")
    with pytest.raises(IndexDamaged):
        archive.current()
    with suppress(FileNotFoundError):
        shutil.rmtree(root)
    with pytest.raises(Exception, match="no index"):
        archive.current()
