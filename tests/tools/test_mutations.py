"""Builds of damaged files of every format: none ends, nothing is lost, each file is named."""

from collections import Counter
from pathlib import Path

import pytest

from index.build import BuildOptions
from index.readers import ReadOptions
from tests.index.readers import made
from tools.quality.mutations import EVERY, Mutant, build, mutants

OPTIONS = BuildOptions(ReadOptions(max_seconds=5), workers=1)


def test_equal_seeds_make_equal_files_and_all_are_altered() -> None:
    one, other = (mutants(made.FILES, 60, 7) for _ in range(2))
    assert one == other != mutants(made.FILES, 60, 8)
    assert len({mutant.name for mutant in one}) == 60
    changed = [mutant.data not in made.FILES.values() for mutant in one]
    assert sum(changed) > 50
    for change in ("turned_bits", "cut", "swapped", "spliced", "lengthened"):
        assert any(change in mutant.made for mutant in one)


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.long)])
def test_a_build_of_damaged_files(tmp_path: Path, workers: int) -> None:
    count = 300 if workers else 40
    options = BuildOptions(OPTIONS.reading, workers=workers)
    outcomes = build(tmp_path / "build", mutants(made.FILES, count, 20 + workers), options)
    assert sum(outcomes.values()) == count
    assert outcomes["read"] > 0
    assert len(outcomes) > 2


def test_what_is_lost_is_noticed(tmp_path: Path) -> None:
    """The check fails where a document is missing: here, one has the identifier of a sound one."""
    thief = made.NINJS.replace(b"urn:x:2", b"00000-")
    altered = [Mutant("00000-.json", thief, "a thief"), *mutants(made.FILES, EVERY, 3)[1:]]
    with pytest.raises(AssertionError, match="sound documents are missing"):
        build(tmp_path / "build", altered, BuildOptions(workers=0))


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 120))
def test_five_thousand_damaged_files(tmp_path: Path, seed: int) -> None:
    outcomes: Counter[str] = build(tmp_path / "build", mutants(made.FILES, 250, seed), OPTIONS)
    assert sum(outcomes.values()) == 250
