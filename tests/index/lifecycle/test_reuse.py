"""A rebuild extracts only what changed."""

from pathlib import Path
from typing import Any

import pytest

import index.build.pipeline
from index.build import BuildOptions, rebuild
from index.document import Document, Fields
from index.extract import ExtractionOptions, extract
from index.publishing import open_published, read_pointer


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of the documents that were extracted, as it grows."""
    ids: list[str] = []

    def counting(document: Document, options: ExtractionOptions, *step: Any) -> Fields:
        if document.id:  # a process warms up with a document without one
            ids.append(document.id)
        return extract(document, options, *step)

    monkeypatch.setattr(index.build.pipeline, "extract", counting)
    return ids


def archive(folder: Path, *texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def fields_of(root: Path) -> list[Any]:
    with open_published(root) as generation:
        return [generation.stored_fields.get(doc) for doc in range(generation.size)]


def test_only_what_changed_is_extracted_again(tmp_path: Path, extracted: list[str]) -> None:
    root, here = tmp_path / "index", BuildOptions(workers=0)
    texts = ["L'ONU a condamné l'attentat.", "La météo annonce de la neige.", "Un séisme à Lima."]
    sources = archive(tmp_path / "texts", *texts)
    assert rebuild(root, [sources], here).reused == 0
    first = fields_of(root)

    extracted.clear()
    assert rebuild(root, [sources], here).reused == 3
    assert not extracted
    assert fields_of(root) == first

    archive(sources, texts[0], "La canicule s'installe.", texts[2])
    assert rebuild(root, [sources], here).reused == 2
    assert extracted == ["1"]


@pytest.mark.parametrize(
    "options",
    [
        BuildOptions(workers=0, fresh=True),
        BuildOptions(workers=0, extraction=ExtractionOptions(languages=("fr", "en"))),
    ],
    ids=["fresh", "other settings"],
)
def test_everything_is_extracted_again(
    options: BuildOptions, tmp_path: Path, extracted: list[str]
) -> None:
    root = tmp_path / "index"
    sources = archive(tmp_path / "texts", "L'ONU a condamné l'attentat.", "Il neige à Lima.")
    rebuild(root, [sources], BuildOptions(workers=0))
    extracted.clear()
    assert rebuild(root, [sources], options).reused == 0
    assert len(extracted) == 2


@pytest.mark.long
def test_worker_processes_reuse_too(tmp_path: Path) -> None:
    root, options = tmp_path / "index", BuildOptions(workers=1)
    sources = archive(tmp_path / "texts", "L'ONU a condamné l'attentat.", "Il neige à Lima.")
    rebuild(root, [sources], options)
    assert rebuild(root, [sources], options).reused == 2


def test_a_damaged_generation_is_not_reused(tmp_path: Path) -> None:
    root, here = tmp_path / "index", BuildOptions(workers=0)
    sources = archive(tmp_path / "texts", "L'ONU a condamné l'attentat.")
    rebuild(root, [sources], here)
    (root / "generations" / read_pointer(root).current / "sources.json").write_text("{", "utf-8")
    assert rebuild(root, [sources], here).reused == 0
