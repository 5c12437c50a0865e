"""Python in the documentation runs, and prints what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the sample archive where the documentation expects it."""
    place = tmp_path_factory.mktemp("reader")
    seeds = ROOT / "seeds"
    run(f"import sys; sys.argv = ['', 'rebuild', {str(seeds)!r}, '--quiet']\n"
        "from web.cli import main\nmain()", place)  # fmt: skip
    return place


def test_an_archive_opens_in_whoosh(folder: Path) -> None:
    opening, analyzers = BLOCK.findall((ROOT / "docs" / "whoosh.md").read_text("utf-8"))
    assert len(opening.strip().splitlines()) <= 15
    printed = run(opening, folder)
    assert '<b class="match term' in printed
    assert re.search(r"\{.*'[a-z]+/[a-z-]+': \d+", printed)
    assert run(analyzers, folder).strip() in (ROOT / "docs" / "whoosh.md").read_text("utf-8")


def test_the_application_of_the_settings_page(folder: Path) -> None:
    (code,) = BLOCK.findall((ROOT / "docs" / "settings.md").read_text("utf-8"))
    asked = "\nprint(application.test_client().get('/api/search?q=ONU').json['total'] > 0)"
    assert run(code + asked, folder).strip() == "True"
