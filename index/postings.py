"""Postings of one segment: the only module that knows how they are stored.

Whoosh's reader shares one file position between everything that reads through it, so a segment
is read under a lock, and each term is decoded once, as a whole, into arrays.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from whoosh.reading import TermNotFound
from whoosh.writing import IndexWriter

from index.errors import IndexDamaged
from index.files import REMEDY, MappedStorage, WritingStorage
from index.schema import Block, BlockCodec, Item, schema, term_bytes

T = TypeVar("T")

_NOTHING = Block(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint32))


class PostingsWriter:
    """Writes the postings of one segment, in a folder of its own.

    ``megabytes`` is what Whoosh's writer may hold before it writes a sorted run to disk.
    """

    def __init__(self, folder: Path, analyzers: Iterable[str], megabytes: int) -> None:
        folder.mkdir(parents=True)
        self._storage = WritingStorage(folder)
        index = self._storage.create_index(schema(analyzers))
        self._writer: IndexWriter = index.writer(
            codec=BlockCodec(), limitmb=megabytes, compound=False
        )

    def add(self, id: str, postings: Mapping[str, list[Item]]) -> None:
        """Add one document. If this raises, the whole segment is to be abandoned."""
        self._writer.add_document(id=id, **postings)

    def commit(self) -> None:
        """Write everything out."""
        self._writer.commit(merge=False)

    def abandon(self) -> None:
        """Give up, closing every file."""
        # Whoosh in mid-failure can raise anything here.
        with suppress(Exception):
            self._writer.cancel()
        self._storage.close_all()


class SegmentPostings:
    """Reads the postings of one segment; safe for threads. All may raise IndexDamaged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._reader: Any = self._guarded(lambda: MappedStorage(folder).open_index().reader())
        self._indexed = frozenset(self._guarded(lambda: list(self._reader.indexed_field_names())))

    @property
    def fields(self) -> frozenset[str]:
        """The fields in which at least one document has a term."""
        return self._indexed

    def read(self, field: str, term: str, positions: bool) -> Block:
        """Return all postings of a term; an unknown term or field has none."""
        return self._read(field, term_bytes(term), positions)

    def docnum(self, id: str) -> int | None:
        """Return the number of the document with this id."""
        docs = self._read("id", id.encode("utf-8", "replace"), positions=False).docs
        return int(docs[0]) if len(docs) else None

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term, deleted ones included."""
        if field not in self._indexed:
            return 0
        return int(self._guarded(lambda: self._reader.doc_frequency(field, term_bytes(term))))

    def terms(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return at most ``limit`` terms from a prefix on, in order of UTF-8, with frequencies."""
        if field not in self._indexed:
            return []
        start = term_bytes(prefix)

        def walk() -> list[tuple[str, int]]:
            found: list[tuple[str, int]] = []
            for (name, term), info in self._reader.iter_from(field, start):
                if len(found) >= limit or name != field or not term.startswith(start):
                    break
                found.append((term.decode("utf-8"), int(info.doc_frequency())))
            return found

        return self._guarded(walk)

    def vocabulary(self, field: str) -> list[bytes]:
        """Return all terms of a field, in order."""
        if field not in self._indexed:
            return []
        return self._guarded(lambda: list(self._reader.lexicon(field)))

    def _read(self, field: str, term: bytes, positions: bool) -> Block:
        if field not in self._indexed:
            return _NOTHING

        def decode() -> Block:
            try:
                block: Block = self._reader.postings(field, term).arrays(positions)
            except TermNotFound:
                return _NOTHING
            return block

        return self._guarded(decode)

    def _guarded(self, read: Callable[[], T]) -> T:
        """Run one read under the lock; whatever Whoosh makes of damaged bytes is IndexDamaged."""
        try:
            with self._lock:
                return read()
        except Exception as error:
            raise IndexDamaged(
                f"The postings in “{self._folder}” cannot be read"
                f" ({type(error).__name__}: {error}).",
                REMEDY,
            ) from error
