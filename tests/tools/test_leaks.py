"""Memory of a build of 10,000 mixed files is level in all processes."""

from pathlib import Path

import pytest

from index.build import BuildOptions
from tests.index.readers import made
from tools.quality.leaks import growth, memory, parts, repeated, watched_build


def test_medians_and_growth() -> None:
    assert parts([float(n // 10) for n in range(100)]) == [float(n) for n in range(10)]
    assert growth([1.0] * 60 + [1.0] * 30 + [1.5] * 10) == 1.5
    assert memory(0) == 0.0


@pytest.mark.long
@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.exhaustive)])
def test_the_memory_of_a_build_is_level(tmp_path: Path, count: int) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in made.FILES.items():
        (folder / name).write_bytes(data)
    repeated(sorted(folder.iterdir()), tmp_path / "source", count)
    options = BuildOptions(workers=1)
    watched, result = watched_build(tmp_path / "source", tmp_path / "index", options)
    assert result.documents + len(result.skipped) >= count
    assert min(watched.main) > 0
    assert max(watched.workers) > 0
    if count >= 10_000:
        assert growth(watched.workers) < 1.05
        assert growth(watched.main) < 1.25  # it keeps the id, the hash and the report of each file
