"""A build that reads pictures, and what is said of their text."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from index import IndexDirectory
from search.whoosh_engine import WhooshEngine
from tests.index.readers.test_ocr import FORMS, needs_tesseract
from web import create_app
from web.cli import cli


@pytest.mark.long
@needs_tesseract
def test_a_build_reads_pictures_and_says_so(tmp_path: Path) -> None:
    source, index = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    (source / "a.png").write_bytes(FORMS["a.png"])
    (source / "b.txt").write_text("Un texte qui n'est pas une image.")
    base = ["--index", str(index), "--workers", "1", "--quiet"]
    result = CliRunner().invoke(cli, ["rebuild", str(source), "--ocr", "fra", *base])
    assert result.exit_code == 0, result.output
    client = create_app(WhooshEngine(IndexDirectory(index))).test_client()
    assert client.get("/api/documents/a.png").get_json()["ocr"] is True
    assert client.get("/api/documents/b").get_json()["ocr"] is False
    page = client.get("/document/a.png", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert "Ce texte a été lu dans des images" in page
    kept = list((index / "ocr").glob("*/*.txt"))
    assert len(kept) == 1
    result = CliRunner().invoke(cli, ["update", str(source), *base])  # goes on with --ocr
    assert "nothing" in result.output.lower() or result.exit_code == 0
    assert client.get("/api/documents/a.png").get_json()["ocr"] is True
    result = CliRunner().invoke(cli, ["update", str(source), "--ocr", "none", "--yes", *base])
    assert result.exit_code == 0, result.output
    assert client.get("/api/documents/a.png").status_code == 404
