"""The rules of the house that a reviewer would otherwise have to remember."""

import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "search", "web")


def test_arrows_go_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts of pyproject.toml: between packages, and between the rooms of each."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_modules_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 700
    }
    assert not long


def test_readme_opens_with_two_commands_on_one_line_each() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    commands = [line for line in lines if line.startswith("python3 -m venv ")]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/trouvaille serve seeds")
    assert commands[1].endswith(".venv/bin/pytest")
    assert all("--require-hashes" in command for command in commands)


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken
