"""The rules of the house that a reviewer would otherwise have to remember."""

import re
from importlib import import_module
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "search", "web")


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    """Who imports whom, read from the source."""
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def test_arrows_go_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts of pyproject.toml: between packages, and between the rooms of each."""
    monkeypatch.chdir(ROOT)
    # The linter would disable every logger that exists, those of the product among them.
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)
    assert lint_imports(no_cache=True) == 0


def test_rooms_are_entered_by_their_doors(imports: grimp.ImportGraph) -> None:
    """A folder's `__init__` is its door: nobody outside imports what stands behind it."""
    rooms = {module for module in imports.modules if imports.find_children(module)}
    wrong = []
    # Of `index`, inner rooms and small shared modules have doors of their own; see its docstring.
    for room in sorted(rooms - {"index", "web"}):
        offered = import_module(room).__all__
        for inner in imports.find_children(room) - rooms:
            if inner.rpartition(".")[2] in (*offered, "cli"):
                continue  # a module at the door, or a function of the same name; commands
            for importer in imports.find_modules_that_directly_import(inner):
                if importer != room and not importer.startswith(f"{room}."):
                    wrong.append(f"{importer} imports {inner}: import from {room}")
    assert not wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_doors_say_what_they_offer(package: str) -> None:
    """Each room has a docstring and an `__all__`, and offers nothing that is not there."""
    for door in sorted((ROOT / package).rglob("__init__.py")):
        name = ".".join(door.parent.relative_to(ROOT).parts)
        room = import_module(name)
        assert len(room.__doc__ or "") > 100, f"{name}: say what the room is for, and what not"
        missing = [offered for offered in room.__all__ if not hasattr(room, offered)]
        assert not missing, f"{name} offers {missing}"


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


def test_every_file_that_the_documentation_names_is_there() -> None:
    pages = [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    named = {
        name
        for page in pages
        for name in re.findall(
            r"`((?:index|search|web|tools|tests)/[\w/.-]+)`", page.read_text("utf-8")
        )
        if not re.search("[A-Z]{4}", name)  # a placeholder
    }
    assert not sorted(name for name in named if not (ROOT / name).exists())
