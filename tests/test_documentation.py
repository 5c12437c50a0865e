"""Python in the documentation runs, and prints what the page says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

RunPython = Callable[[str, Path, Path], str]

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, run_python: RunPython) -> Path:
    """A folder with an index of the sample archive where the documentation expects it."""
    place = tmp_path_factory.mktemp("reader")
    arguments = ["trouvaille", "rebuild", str(ROOT / "seeds"), "--quiet"]
    code = f"import sys; sys.argv = {arguments!r}; from web.cli import main; main()"
    run_python(code, place, ROOT)
    return place


def test_an_archive_opens_in_whoosh(folder: Path, run_python: RunPython) -> None:
    opening, analyzers = BLOCK.findall((ROOT / "docs" / "whoosh.md").read_text("utf-8"))
    assert len(opening.strip().splitlines()) <= 15
    printed = run_python(opening, folder, ROOT)
    assert '<b class="match term' in printed
    assert re.search(r"\{.*'[a-z]+/[a-z-]+': \d+", printed)
    printed = run_python(analyzers, folder, ROOT).strip()
    assert printed in (ROOT / "docs" / "whoosh.md").read_text("utf-8")


def test_the_application_of_the_settings_page(folder: Path, run_python: RunPython) -> None:
    (code,) = BLOCK.findall((ROOT / "docs" / "settings.md").read_text("utf-8"))
    asked = "\nprint(application.test_client().get('/api/search?q=ONU').json['total'] > 0)"
    assert run_python(code + asked, folder, ROOT).strip() == "True"
