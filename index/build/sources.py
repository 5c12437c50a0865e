"""Sources as items of work: which files a worker reads whole, which are read here."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from index.build.worker import Item
from index.document import Document, Skipped
from index.readers import ReadOptions, SourceFile, format_of, list_files, read_file

SMALL = 256 * 1024
"""Bytes up to which a file of many documents goes to a worker whole."""
_SINGLE = frozenset({"plain", "html"})
_COMPRESSION = 2.5
"""Characters of text that a byte of a compressed file gives, for the progress bar only."""


class Reading:
    """Walks the sources and keeps count of how far it has come, in bytes on disk."""

    def __init__(self, sources: Sequence[Path], options: ReadOptions) -> None:
        """Measure the sources. Raises SourceError for one that cannot be read at all."""
        self._sources = sources
        self._options = options
        self.done = 0
        self.total = sum(
            entry.size for entry in list_files(sources, options) if isinstance(entry, SourceFile)
        )

    def items(self) -> Iterator[Item]:
        """Yield files to be read elsewhere, documents, and what was left out, in a stable order."""
        for entry in list_files(self._sources, self._options):
            if isinstance(entry, Skipped):
                yield entry
            elif entry.size <= SMALL or format_of(entry.path.name) in _SINGLE:
                self.done += entry.size
                yield entry
            else:
                yield from self._records(entry)

    def _records(self, file: SourceFile) -> Iterator[Document | Skipped]:
        begin = self.done
        rate = _COMPRESSION if file.path.name.lower().endswith(".gz") else 1.0
        characters = 0
        for item in read_file(file, self._options):
            if isinstance(item, Document):
                characters += len(item.text)
                self.done = begin + min(file.size, int(characters / rate))
            yield item
        self.done = begin + file.size
