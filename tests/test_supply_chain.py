"""What is installed is pinned, hashed, and no more than what runs."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = [*ROOT.glob("*.lock"), *(ROOT / ".ci").glob("*.lock")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(lock: Path) -> dict[str, set[str]]:
    """Return the versions that a lock file pins, by name."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock.read_text("utf-8"), re.M):
        pins.setdefault(name, set()).add(version)
    return pins


def names(requirements: list[str]) -> set[str]:
    """Return the names of packages in requirements."""
    return {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    blocks = re.findall(r"^\S(?:.*\\\n)*.*", lock.read_text("utf-8"), re.M)
    packages = [block for block in blocks if not block.startswith("#")]
    assert packages
    for block in packages:
        assert re.match(r"[\w.-]+==\S+ (;.*)?\\\n +--hash=sha256:[0-9a-f]{64}", block), block


def test_lock_files_agree() -> None:
    """The tests run what production runs, built by what builds it."""
    tested = locked(ROOT / "requirements-test.lock")
    for lock in ("requirements.lock", "requirements-build.lock"):
        differing = {
            name: versions
            for name, versions in locked(ROOT / lock).items()
            if tested.get(name) != versions
        }
        assert not differing, f"{lock} differs from requirements-test.lock; see CONTRIBUTING.md"


def test_build_tools_stay_out_of_production() -> None:
    required = PROJECT["build-system"]["requires"]
    assert PROJECT["project"]["optional-dependencies"]["build"] == required
    build = locked(ROOT / "requirements-build.lock")
    assert names(required) <= set(build)
    run = locked(ROOT / "requirements.lock")
    assert names(PROJECT["project"]["dependencies"]) <= set(run)
    shared = names(required) & names(PROJECT["project"]["dependencies"])
    assert set(run) & set(build) == shared


def test_whoosh_reloaded_is_what_is_installed() -> None:
    """Another fork is only what .ci/run tries as well."""
    assert locked(ROOT / "requirements.lock")["whoosh-reloaded"] == {"2.7.5"}
    for lock in ROOT.glob("*.lock"):
        assert "whoosh3" not in locked(lock)
    assert set(locked(ROOT / ".ci" / "whoosh3.lock")) == {"whoosh3"}
