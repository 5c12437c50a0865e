"""Python in the documentation runs, and prints what the page says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the sample archive where the documentation expects it."""
    place: Path = tmp_path_factory.mktemp("reader")
    (place / "trouvaille-index").symlink_to(archive)
    return place


@pytest.fixture(autouse=True)
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def test_an_archive_opens_in_whoosh(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "whoosh.md").read_text("utf-8")
    opening, analyzers = BLOCK.findall(page)
    assert len(opening.strip().splitlines()) <= 15
    exec(opening, {})
    printed = capsys.readouterr().out
    assert '<b class="match term' in printed
    assert re.search(r"\{.*'[a-z]+/[a-z-]+': \d+", printed)
    exec(analyzers, {})
    assert capsys.readouterr().out.strip() in page


def test_the_application_of_the_settings_page() -> None:
    (code,) = BLOCK.findall((ROOT / "docs" / "settings.md").read_text("utf-8"))
    names: dict[str, object] = {}
    exec(code, names)
    client = names["application"].test_client()  # type: ignore[attr-defined]
    assert client.get("/api/search?q=ONU").json["total"] > 0
