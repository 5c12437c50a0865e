"""Worker processes: the order of outcomes, and what one that dies costs."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.build import BuildOptions, rebuild
from index.build.pipeline import Extracted, Indexed, Item, Job, Outcome, run
from index.directory import open_published
from index.document import Document, Fields, Language, Skipped
from index.extract import ExtractionOptions
from index.readers import ReadOptions

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
