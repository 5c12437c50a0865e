"""The sample archive: all of it is read, and it holds what a newcomer should see."""

import hashlib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from index.document import Document

SEEDS = Path(__file__).parents[3] / "seeds"
USERS = "000_08b6df264ef907d1"
LANGUAGES = {"fr", "en", "es", "de", "ar", "it", "pt"}


@pytest.fixture
def found(reading_sources):
    return reading_sources([SEEDS])


@pytest.fixture
def samples(found) -> dict[str, list[Document]]:
    """Documents by the folder of their language."""
    by_language: dict[str, list[Document]] = {}
    for document in found.documents:
        if document.id != USERS:
            folder = Path(document.path).relative_to(SEEDS).parts[1]
            by_language.setdefault(folder, []).append(document)
    return by_language


def test_the_users_dispatch_is_untouched():
    digest = hashlib.sha256((SEEDS / f"{USERS}.txt").read_bytes()).hexdigest()
    assert digest == "007e792c055242034b1cf6087dab1bd9a4da3393944fa6e2c750e67bbd3d36db"


def test_everything_but_the_readme_is_read(found):
    assert found.kinds == [("README", "unknown")]
    assert USERS in {document.id for document in found.documents}
    assert len(found.documents) >= 73


def test_languages(samples):
    counts = Counter({language: len(documents) for language, documents in samples.items()})
    assert set(counts) == LANGUAGES
    assert min(counts.values()) >= 5
    assert 0.45 <= counts["fr"] / counts.total() <= 0.55
    for language, documents in samples.items():
        assert {document.language for document in documents} <= {language, ""}


def test_formats(found):
    names = {Path(document.path.split(":")[0]).name for document in found.documents}
    texts = (".txt", ".html", ".jsonl", ".csv", ".jsonl.gz")
    for suffix in (*texts, ".eml", ".docx", ".rtf", ".xml", ".rss", ".srt"):
        assert any(name.endswith(suffix) for name in names), suffix


def test_dates(samples):
    documents = [document for group in samples.values() for document in group]
    years = {int(document.date[:4]) for document in documents if document.date}
    assert years == set(range(2015, 2027))
    assert sum(not document.date for document in documents) >= 10


def test_they_are_short_and_small(samples):
    for documents in samples.values():
        for document in documents:
            assert 55 <= len(document.text.split()) <= 180, document.id
    size = sum(path.stat().st_size for path in SEEDS.rglob("*") if path.is_file())
    assert size < 300_000


def test_files_in_other_encodings_are_read_rightly(samples):
    texts = {document.id: document.text for document in samples["fr"]}
    assert "manœuvre" in texts["samples:fr:peche-dakar"]
    assert "70 €" in texts["samples:fr:peche-dakar"]
    assert not unicodedata.is_normalized("NFC", texts["samples:fr:noel-bethleem"])


def test_marked_as_samples(samples):
    words = ("Exemple", "Sample", "Ejemplo", "Beispiel", "مثال", "Esempio", "Exemplo")
    for documents in samples.values():
        for document in documents:
            if document.source:
                assert any(word in document.source for word in words), document.id
