"""No byte of an array file is read before its block has been compared with its checksum."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import IndexDirectory, kernels
from index.build import BuildOptions, rebuild, update
from index.store import files
from index.store.files import HEADER_BYTES, ArrayFile
from search import Budget, SearchRequest, WhooshEngine

HERE = BuildOptions(workers=0)
ENDLESS = Budget(60, 60, 60, 60)
SMALL_BLOCK = 64
"""Bytes of a block: so few that even a small index has many blocks."""
WORDS = [
    *("pêche", "accord", "ministre", "mer", "ONU", "France", "navire", "quota", "traité"),
    *("océan", "réunion", "vote", "loi", "port"),
]
QUERIES = (
    *("pêche", "pêche mer", "pêche OR navire", '"accord pêche"', '"traité mer"~3', "na*", "q*t*"),
    *("oceen~", "ministre -loi", "title:port", "organization:onu", "acord", ""),
)


def text(number: int) -> str:
    """A text with every fifth word of its own, so that terms fill many blocks."""
    chosen = (WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(60))
    own = (f"mot{number}x{place}" for place in range(12))
    return " ".join(word for four in zip(*[chosen] * 5, own, strict=False) for word in four)


def write_texts(folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number}.txt").write_text(f"Dépêche {number}\n\n{text(number)}", "utf-8")


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two segments with deleted documents, in small blocks."""
    monkeypatch.setattr(files, "BLOCK_BYTES", SMALL_BLOCK)
    root, source = tmp_path / "index", tmp_path / "source"
    write_texts(source, range(40))
    rebuild(root, [source], HERE)
    for number in range(0, 12, 3):
        (source / f"{number}.txt").unlink()
    write_texts(source, range(60, 70))
    update(root, [source], HERE)
    assert len(IndexDirectory(root).current().manifest.segments) == 2
    return root


def ask(engine: WhooshEngine) -> Iterator[Any]:
    """Ask whatever reads a file of the index."""
    for q in QUERIES:
        for sort in ("relevance", "date"):
            response = engine.search(SearchRequest(q=q, sort=sort, per_page=100))
            yield [(result.id, result.score, result.highlights) for result in response.results]
            yield response.facets, response.total, response.suggestion
    yield engine.suggest("na", 10, "fr"), engine.suggest("mot3", 10, "fr")
    for result in response.results[::20]:
        yield engine.document(result.id, "fr", "pêche mer"), engine.similar(result.id, 5, "fr")
    yield engine.facet("source", SearchRequest(q="mer"), "", 1)


def answers(root: Path) -> list[Any]:
    return list(ask(WhooshEngine(IndexDirectory(root), ENDLESS)))


@pytest.fixture(params=["numpy", "compiled"])
def loops(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "compiled" and not kernels.activate():
        pytest.skip("numba is not installed")
    if request.param == "numpy":
        kernels.deactivate()
    yield
    kernels.deactivate()


@pytest.mark.usefixtures("loops")
def test_what_is_not_verified_is_not_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until a block is verified it holds noise here: read early, it would change an answer."""
    expected = answers(archive)
    open_array, verify = ArrayFile.__init__, ArrayFile._verify

    def open_with_noise(self: ArrayFile, path: Path) -> None:
        open_array(self, path)
        end = HEADER_BYTES + self.size * self.dtype.itemsize
        self.true = self._bytes.copy()  # type: ignore[attr-defined]
        self._bytes = self._bytes.copy()
        self._bytes[HEADER_BYTES:end] ^= 0xA5
        self._items = self._bytes[HEADER_BYTES:end].view(self.dtype)

    def verify_and_show(self: ArrayFile, first: int, last: int) -> None:
        for block in range(first, last + 1):
            if not self._trusted[block]:
                start = HEADER_BYTES + block * SMALL_BLOCK
                stop = min(start + SMALL_BLOCK, HEADER_BYTES + self._items.nbytes)
                self._bytes[start:stop] = self.true[start:stop]  # type: ignore[attr-defined]
        verify(self, first, last)

    monkeypatch.setattr(ArrayFile, "__init__", open_with_noise)
    monkeypatch.setattr(ArrayFile, "_verify", verify_and_show)
    assert answers(archive) == expected


def array_files(root: Path) -> list[Path]:
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.parent.name != "index" and path.suffix != ".json"
    ]


@pytest.mark.long
@pytest.mark.usefixtures("loops")
def test_a_flipped_bit_is_an_error_or_changes_nothing(
    archive: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path, int], None]
) -> None:
    """One bit in every file of arrays, each in a place of its own."""
    expected = answers(archive)
    refused = 0
    for number, path in enumerate(array_files(archive)):
        data = path.read_bytes()
        damage(path, number)
        message = ""
        given: list[Any] = []
        try:
            given.extend(ask(WhooshEngine(IndexDirectory(archive), ENDLESS)))
        except files.IndexDamaged as error:
            message = error.message
        path.write_bytes(data)
        assert given == expected[: len(given)], path
        assert path.name in message or given == expected
        refused += bool(message)
    assert refused > 20


@pytest.fixture
def damage() -> Callable[[Path, int], None]:
    random = np.random.default_rng(20)

    def flip(path: Path, number: int) -> None:
        data = bytearray(path.read_bytes())
        place = int(random.integers(len(data)))
        data[place] ^= 1 << number % 8
        path.write_bytes(data)

    return flip
