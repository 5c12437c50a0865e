"""A snapshot holds no file open, and goes when its last reader lets go of it."""

import gc
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import ref

import pytest

from index import IndexDirectory
from index.build import rebuild, update
from index.errors import IndexDamaged, IndexUnavailable
from index.publishing import check
from index.store.files import ArrayFile
from search import SearchRequest, WhooshEngine

from .conftest import HERE, record, write_records

IndexOf = Callable[[str], Path]
QUERIES = ("pêche", '"accord sur la pêche"', "p*", "pê*e", "pech~", "pêche -onu", "accrd", "")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def ask_everything(engine: WhooshEngine) -> None:
    for q in QUERIES:
        for sort in ("relevance", "-date"):
            response = engine.search(SearchRequest(q=q, sort=sort))
    assert response.results
    id = response.results[0].id
    engine.suggest("pe", 5, "fr")
    engine.similar(id, 3, "fr")
    engine.document(id, "fr", "pêche")
    engine.facet("organization", SearchRequest(q="pêche"), "o", 1)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_updates_cost_no_descriptors_while_searches_go_on(
    index_of: IndexOf, tmp_path: Path
) -> None:
    root = index_of("index")
    engine = WhooshEngine(IndexDirectory(root))
    ask_everything(engine)
    with without_collector():
        before = open_files()
        for number in range(4):
            source = write_records(tmp_path / "more.jsonl", [record(number, id=f"new-{number}")])
            update(root, [source], HERE)
            ask_everything(engine)
        assert open_files() == before


def test_an_old_snapshot_goes_without_the_garbage_collector(
    index_of: IndexOf, tmp_path: Path
) -> None:
    root = index_of("index")
    engine = WhooshEngine(IndexDirectory(root))
    # The second has deleted documents, the third several segments with deletions.
    for numbers in (range(5), range(5, 40), range(3)):
        records = [record(number, title="autre") for number in numbers]
        update(root, [write_records(tmp_path / "more.jsonl", records)], HERE)
        with without_collector():
            ask_everything(engine)
            old = ref(engine.directory.current())
            update(root, [write_records(tmp_path / "more.jsonl", records[1:])], HERE)
            ask_everything(engine)
            assert old() is None


def test_every_array_is_opened_once_and_those_of_shared_segments_never_again(
    index_of: IndexOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    open_array = ArrayFile.__init__

    def count(self: ArrayFile, path: Path) -> None:
        opened.append(path)
        open_array(self, path)

    root = index_of("index")
    source = write_records(tmp_path / "first.jsonl", map(record, range(20)))
    rebuild(root, [source], HERE)
    archive = IndexDirectory(root)
    engine = WhooshEngine(archive)
    monkeypatch.setattr(ArrayFile, "__init__", count)
    first = archive.current()
    arrays = [path for path in opened if path.suffix != ".json"]
    assert len(arrays) > 40
    assert len(set(opened)) == len(opened)
    update(root, [source, write_records(tmp_path / "more.jsonl", [record(30)])], HERE)
    opened.clear()
    second = archive.current()
    assert [entry.name for entry in second.manifest.segments][:-1] == [
        entry.name for entry in first.manifest.segments
    ]
    assert len(set(opened)) == len(opened)
    folders = {path.relative_to(root).parts[:2] for path in opened}
    assert folders == {("generations", second.name), ("segments", second.name)}
    ask_everything(engine)
    assert not check(root).problems


def test_too_few_descriptors_are_told_as_such(index_of: IndexOf) -> None:
    root = index_of("index")
    IndexDirectory(root).current()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    next_one = os.dup(0)
    os.close(next_one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, hard))
    try:
        with pytest.raises(IndexUnavailable, match="open files") as caught:
            IndexDirectory(root).current()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "ulimit -n" in caught.value.remedy
    assert not isinstance(caught.value, IndexDamaged)
