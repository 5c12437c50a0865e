import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from index.document import Document, Skipped
from index.readers import ReadOptions, read


class Found(NamedTuple):
    documents: list[Document]
    skipped: list[Skipped]

    @property
    def only(self) -> Document:
        assert len(self.documents) == 1, self
        assert not self.skipped, self
        return self.documents[0]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Name of the file (and line) and kind of everything skipped."""
        return [(Path(path).name, kind) for path, kind, *_ in self.skipped]


def read_all(sources: Sequence[Path], options: ReadOptions | None = None) -> Found:
    items = list(read(sources, options))
    documents = [item for item in items if isinstance(item, Document)]
    return Found(documents, [item for item in items if isinstance(item, Skipped)])


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Found]:
    """Write files (name -> bytes or text) into a folder and read it."""

    def reading(files: dict[str, bytes | str], options: ReadOptions | None = None) -> Found:
        folder = tmp_path / "archive"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            zipped = name.endswith(".gz") and isinstance(content, str)
            (folder / name).write_bytes(gzip.compress(data, mtime=0) if zipped else data)
        return read_all([folder], options)

    return reading


@pytest.fixture
def reading_sources() -> Callable[..., Found]:
    """Read sources that are there already."""
    return read_all
