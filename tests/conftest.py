"""What tests of several folders compare with."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from index import kernels

EditDistance = Callable[[str, str], int]


@cache
def _distance(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _distance(one[:-1], other) + 1,
        _distance(one, other[:-1]) + 1,
        _distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-2:] == other[-1] + other[-2]:
        ways.append(_distance(one[:-2], other[:-2]) + 1)
    return min(ways)


@pytest.fixture(scope="session")
def edit_distance() -> EditDistance:
    """Return the optimal string alignment distance, as its definition has it."""
    return _distance


RunPython = Callable[[str, Path, Path], str]


@pytest.fixture(scope="session")
def run_python() -> RunPython:
    """Return a function: script, folder to run it in, source tree -> what it prints."""

    def run(code: str, folder: Path, tree: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env={"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let everything be tested with compiled loops."""
    parser.addoption(
        "--kernels", action="store_true", help="answer with compiled loops; needs numba"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Activate the loops before anything is imported that might ask for them."""
    if config.getoption("--kernels") and not kernels.activate():
        raise pytest.UsageError("--kernels needs numba: install the extra `fast`.")
