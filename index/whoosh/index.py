"""``open_index``: an index directory opened as a ``whoosh.index.Index``."""

from pathlib import Path
from typing import Any, NoReturn

from whoosh.fields import Schema
from whoosh.index import Index

from index.directory import IndexDirectory
from index.errors import UsageError
from index.whoosh.reader import SnapshotReader
from index.whoosh.schema import snapshot_schema


class ArchiveIndex(Index):  # type: ignore[misc]
    """The published generation of an index directory, read-only.

    A reader or searcher shows one generation as long as it lives; a new one shows what is
    published by then. A searcher belongs to one thread.
    """

    def __init__(self, directory: IndexDirectory) -> None:
        self._directory = directory

    @property
    def schema(self) -> Schema:
        """The fields of the published generation."""
        return snapshot_schema(self._directory.current())

    def reader(self, reuse: Any = None) -> SnapshotReader:
        """Return a reader of the published generation. ``reuse`` is not needed, and not closed."""
        return SnapshotReader(self._directory.current())

    def latest_generation(self) -> str:
        """Return the name of the published generation."""
        return self._directory.current().name

    def is_empty(self) -> bool:
        """Tell whether there is no document."""
        return self._directory.current().documents == 0

    def writer(self, **options: Any) -> NoReturn:
        """Raise UsageError: documents are added from sources, not through Whoosh."""
        raise UsageError(
            f"The index “{self._directory.path}” cannot be written through Whoosh.",
            "Add documents with `trouvaille update SOURCE... --index DIR`.",
        )


def open_index(path: Path | str) -> ArchiveIndex:
    """Open an index directory. Raises IndexMissing, IndexDamaged or IndexVersion."""
    directory = IndexDirectory(Path(path))
    directory.current()
    return ArchiveIndex(directory)
