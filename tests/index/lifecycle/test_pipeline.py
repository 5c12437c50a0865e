"""Worker processes: the order of outcomes, and what one that dies costs."""

import gc
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import repeat
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

from index.build import BuildOptions, index_documents, rebuild
from index.build.pipeline import Extracted, Indexed, Item, Job, Outcome, run, worker_context
from index.document import Document, Fields, Language, Skipped
from index.extract import ExtractionOptions
from index.publishing import open_published
from index.readers import ReadOptions
from index.vocabularies import countries

from .conftest import answers, record, write_records

JOB = Job(ReadOptions(), ExtractionOptions(), "test")


class Killer(Document):
    """A document that ends the process which receives it, as a fault in a C library would."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def extracted(id: str) -> Extracted:
    """A document for which a new process need not load the vocabularies."""
    return Extracted(Document(id, "texte"), Fields(Language("fr")), "")


def names(outcomes: Iterator[Outcome]) -> list[str]:
    return [
        outcome.document.id if isinstance(outcome, Indexed) else f"{outcome.path}?"  # type: ignore[union-attr]
        for outcome in outcomes
    ]


@contextmanager
def new_fork_server(*, stays: bool) -> Iterator[None]:
    """Let a new fork server be started; unless it stays, the one before is there again after it."""
    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    if stays:
        server._stop()
        yield
        return
    before = dict(vars(server))
    vars(server).update(vars(forkserver.ForkServer()))
    try:
        yield
    finally:
        server._stop()
        vars(server).update(before)


# The first, as the server that loads everything is the one that serves the tests after it.
@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server here"
)
@pytest.mark.parametrize(
    ("known", "changed", "loaded"), [({}, "!", 1), ({"d": "hash"}, "!", 0), ({}, "", 0)]
)
def test_workers_start_with_the_vocabularies_unless_documents_are_extracted_already(
    known: dict[str, str], changed: str, loaded: int, tmp_path: Path
) -> None:
    with index_documents(tmp_path, [(Document("d", "texte"), Fields(Language("fr")))]) as published:
        made_by = published.manifest.made_by + changed
    job = replace(JOB, known=known, made_by=made_by, reuse_from=tmp_path)
    with (
        new_fork_server(stays=bool(loaded)),
        ProcessPoolExecutor(1, mp_context=worker_context(job)) as pool,
    ):
        read = pool.submit(eval, "countries.cache_info().currsize", {"countries": countries})
        assert read.result() == loaded


@pytest.mark.parametrize("at", [69, pytest.param(3, marks=pytest.mark.long)])
def test_a_document_that_kills_its_process_costs_no_other(at: int) -> None:
    items: list[Item] = [extracted(f"d{number}") for number in range(70)]
    items[at] = Killer("killer", "texte", path="killer.txt")
    outcomes = list(run(items, JOB, workers=2))
    expected = [f"d{number}" for number in range(70)]
    expected[at] = "killer.txt?"
    assert names(iter(outcomes)) == expected
    killed = outcomes[at]
    assert isinstance(killed, Skipped)
    assert (killed.kind, "killed" in killed.reason) == ("broken", True)


def test_two_that_kill() -> None:
    items: list[Item] = [extracted(f"d{number}") for number in range(6)]
    items[1] = items[4] = Killer("k", "", path="k")
    assert names(run(items, JOB, workers=1)) == ["d0", "k?", "d2", "d3", "k?", "d5"]


def test_a_document_that_raises_costs_no_other() -> None:
    items: list[Item] = [
        Document("a", "texte"),
        Document("x" * 5000, "texte", path="long.txt"),
        Document("b", "texte", title=7, path="wrong.txt"),  # type: ignore[arg-type]
        Document("c", "\ud800 texte"),
    ]
    assert names(run(items, JOB, workers=0)) == ["a", "long.txt?", "wrong.txt?", "c"]


def test_the_number_of_workers_changes_nothing(sample_source: Path, tmp_path: Path) -> None:
    write_records(tmp_path / "more.jsonl", [record(n, id=f"m{n}") for n in range(100)])
    built = []
    for workers in (0, 2):
        root = tmp_path / f"index{workers}"
        rebuild(root, [sample_source, tmp_path / "more.jsonl"], BuildOptions(workers=workers))
        built.append(open_published(root))
    here, apart = built
    assert answers(apart) == answers(here)
    assert [apart.stored_fields.get(doc)[0].id for doc in range(apart.size)] == [
        here.stored_fields.get(doc)[0].id for doc in range(here.size)
    ]


@pytest.mark.long
def test_items_are_read_no_faster_than_they_are_done() -> None:
    taken = 0

    def items() -> Iterator[Item]:
        nonlocal taken
        for number in range(5000):
            taken += 1
            yield Document(f"d{number}", "x" * 20_000)

    outcomes = run(items(), JOB, workers=1)
    next(outcomes)
    # Three chunks of at most 256 Ki characters, and the one that is being filled.
    assert taken <= 4 * 14
    outcomes.close()


# Limits


NUMBERS = "Il y en a 12, puis 13. " * 400_000
"""A text that takes some seconds and some hundred MiB."""
GOOD: list[Item] = [Document(f"d{number}", "Un accord est signé.") for number in range(3)]


def with_limits(**limits: int) -> Job:
    return replace(JOB, reading=ReadOptions(max_characters=10_000_000, **limits))


class Deaf(Document):
    """A document whose text is computed in C for hours, where Python handles no signal."""

    def __getattribute__(self, name: str) -> Any:
        if name == "text" and multiprocessing.parent_process() is not None:
            sum(repeat(0, 10**13))
        return super().__getattribute__(name)


@pytest.mark.long
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_seconds": 1}, "it took longer than 1 seconds of processor time"),
        ({"max_memory": 400}, "it needed more than 400 MiB of memory"),
    ],
)
def test_a_document_beyond_its_limits_is_skipped_alone(limits: dict[str, int], reason: str) -> None:
    items: list[Item] = [*GOOD, Document("dear", NUMBERS, path="dear.txt"), Document("e", "Fin.")]
    outcomes = list(run(items, with_limits(**limits), workers=1))
    assert names(iter(outcomes)) == ["d0", "d1", "d2", "dear.txt?", "e"]
    assert outcomes[3] == Skipped("dear.txt", "huge", reason)


@pytest.mark.long
@pytest.mark.parametrize(
    ("extractor", "field", "loop"),
    [
        ("find_organizations", "organizations", "while True: pass"),
        ("publication_date", "dates", "re.match('(a+)+$', 'a' * 60 + 'b')"),
    ],
)
def test_a_document_whose_extractor_does_not_end_lacks_that_field(
    tmp_path: Path, extractor: str, field: str, loop: str
) -> None:
    """In a program of its own, in whose worker an extractor runs for ever for one document."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("a", "b", "c"):
        (source / f"{name}.txt").write_text(
            f"L'ONU et la France, {name}, le 12 mars 2024.", "utf-8"
        )
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import re
from pathlib import Path
import index.build.pipeline
import index.extract.extraction as extraction
from index.build import BuildOptions, rebuild
from index.readers import ReadOptions
from index.vocabularies import countries

of_the_house = extraction.{extractor}

def endless(text, *rest, **more):
    if ", b, " in getattr(text, "text", text):
        {loop}
    return of_the_house(text, *rest, **more)

extraction.{extractor} = endless
if __name__ == "__main__":
    options = BuildOptions(ReadOptions(max_seconds=1), workers=1)
    result = rebuild(Path({str(tmp_path / "index")!r}), [Path({str(source)!r})], options)
    print(result.documents, *result.failures)
"""
    )
    answer = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    snapshot = open_published(tmp_path / "index")
    assert snapshot.documents == 3
    (failure,) = snapshot.report().failures
    assert failure[0].endswith("b.txt")
    assert failure[1:] == (field, "it took too long (see --max-seconds)")


@pytest.mark.long
def test_a_document_that_no_signal_stops_is_ended_by_the_system() -> None:
    items: list[Item] = [*GOOD, Deaf("deaf", "", path="deaf.txt"), Document("e", "Fin.")]
    outcomes = list(run(items, with_limits(max_seconds=1), workers=2))
    assert names(iter(outcomes)) == ["d0", "d1", "d2", "deaf.txt?", "e"]
    assert outcomes[3] == Skipped(
        "deaf.txt", "huge", "it took longer than 1 seconds of processor time"
    )


@pytest.mark.long
def test_a_script_without_a_guard_is_told_so(tmp_path: Path, sample_source: Path) -> None:
    """Each worker imports the script, which begins a build of its own, which fails."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from index.build import rebuild\n"
        f"rebuild(Path({str(tmp_path / 'index')!r}), [Path({str(sample_source)!r})])\n"
    )
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "BuildFailed: Worker processes end before they begin" in ended.stderr.splitlines()[-1]
    assert '`if __name__ == "__main__":`' in ended.stderr
    assert not (tmp_path / "index" / "current").exists()


def test_a_fork_server_that_lacks_memory_for_the_vocabularies_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def lacks_memory(*asked_for: object) -> None:
        asked.append(asked_for)
        raise MemoryError

    monkeypatch.setattr("index.extract.extract", lacks_memory)
    monkeypatch.setattr("gc.freeze", lambda: None)
    runpy.run_module("index.build.preloaded")
    assert asked
    assert gc.isenabled()


@pytest.mark.long
def test_the_first_documents_of_a_language_have_the_time_that_others_have() -> None:
    """Their vocabularies take longer to load than a document may take."""
    text = "قالت الأمم المتحدة يوم الاثنين إن الوزراء زاروا المدينة"
    items: list[Item] = [Document(f"d{number}", text) for number in range(2)]
    # A job with known documents has workers that load nothing beforehand.
    job = replace(with_limits(max_seconds=1), known={"d": "hash"})
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    for outcome in run(items, job, workers=1):
        assert isinstance(outcome, Indexed)
        assert outcome.failures == ()


@pytest.mark.long
def test_a_killed_fork_server_is_restarted() -> None:
    items: list[Item] = [extracted(f"d{number}") for number in range(700)]
    outcomes = run(items, JOB, workers=2)
    ids = names(iter([next(outcomes)]))
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)
    ids += names(outcomes)
    assert ids == [f"d{number}" for number in range(700)]
    # The next build starts with a server that is gone.
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    assert names(run(items[:3], JOB, workers=2)) == ["d0", "d1", "d2"]
