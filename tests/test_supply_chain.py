"""What is installed is pinned, hashed, and no more than what runs."""

import json
import re
import subprocess
import sys
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
    for lock in ("requirements.lock", "requirements-build.lock", "requirements-opensearch.lock"):
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


@pytest.mark.long
def test_bill_of_materials_names_what_is_locked() -> None:
    """One command, a document of the standard, every package with version, hashes and licence."""
    pytest.importorskip("cyclonedx_py", reason="install requirements-test.lock: cyclonedx-bom")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    command = [sys.executable, "-m", "tools.sbom"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(done.stdout) is None
    bill = json.loads(done.stdout)

    lock = (ROOT / "requirements.lock").read_text("utf-8")
    components = {(part["name"], part["version"]): part for part in bill["components"]}
    pins = {
        (name, version)
        for name, versions in locked(ROOT / "requirements.lock").items()
        for version in versions
    }
    assert set(components) == pins
    for (name, version), component in components.items():
        hashes = {
            digest["content"]
            for reference in component["externalReferences"]
            for digest in reference.get("hashes", ())
        }
        _, _, block = lock.partition(f"{name}=={version} ")
        assert hashes == set(re.findall("sha256:([0-9a-f]{64})", re.split(r"\n(?! )", block)[0]))
    # A version for another Python or system is not installed here, so its licence is not known.
    without = {name for (name, _), part in components.items() if "licenses" not in part}
    assert without <= {"numpy"}

    (root,) = [
        entry["dependsOn"]
        for entry in bill["dependencies"]
        if entry["ref"] == bill["metadata"]["component"]["bom-ref"]
    ]
    references = {component["bom-ref"]: component["name"] for component in bill["components"]}
    assert {references[entry] for entry in root} == names(PROJECT["project"]["dependencies"])
