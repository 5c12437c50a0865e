"""``open_index``: an index directory, opened as a ``whoosh.index.Index``."""

from pathlib import Path
from typing import Any, NoReturn

from whoosh.fields import Schema
from whoosh.index import Index

from index.directory import IndexDirectory
from index.errors import UsageError
from index.whoosh.reader import SnapshotReader


class ArchiveIndex(Index):  # type: ignore[misc]
    """What is published in an index directory; every reader sees the newest generation."""

    def __init__(self, directory: IndexDirectory) -> None:
        self._directory = directory

    @property
    def schema(self) -> Schema:
        """The fields that can be searched."""
        return self.reader().schema

    def reader(self, reuse: object = None) -> SnapshotReader:
        """Return a reader of what is published now. Raises IndexUnavailable."""
        return SnapshotReader(self._directory.current())

    def is_empty(self) -> bool:
        """Tell whether there is no document."""
        return self.doc_count() == 0

    def doc_count(self) -> int:
        """Return the number of live documents."""
        return self._directory.current().documents

    def writer(self, **options: Any) -> NoReturn:
        """Raise UsageError: documents come in by ``trouvaille update``."""
        raise UsageError(
            "An index cannot be written through Whoosh.",
            "Add documents with `trouvaille update SOURCE... --index DIR`.",
        )


def open_index(path: Path | str) -> ArchiveIndex:
    """Open an index directory for Whoosh. Raises IndexMissing where there is none."""
    directory = IndexDirectory(Path(path))
    directory.current()
    return ArchiveIndex(directory)
