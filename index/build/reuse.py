"""Reuse: the fields of documents that an older generation holds, word for word.

A document is the same when its content hash is: that covers its text, its metadata, and the
versions and settings of what extracted it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.document import Document, Fields
from index.errors import IndexDamaged, IndexUnavailable
from index.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Before:
    """Where the older generation is; every worker process opens it for itself."""

    root: Path
    generation: str


class Reuse:
    """The fields of an older generation, by document."""

    def __init__(self, before: Before) -> None:
        """Open a generation. Raises IndexUnavailable where that cannot be done."""
        self._generation = Snapshot(before.root, before.generation)
        self._hashes = self._generation.sources()

    def fields(self, document: Document, hash: str) -> Fields | None:
        """Return the fields that a document was given; None if they must be extracted."""
        if self._hashes.get(document.id) != hash:
            return None
        doc = self._generation.docnum(document.id)
        if doc is None:
            return None
        with suppress(IndexDamaged):
            fields = self._generation.stored(doc)[1]
            return fields if not fields.failures else None
        return None

    def close(self) -> None:
        """Let go of the generation's files."""
        self._generation.close()


def opened(before: Before | None) -> Reuse | None:
    """Return what can be reused; nothing where the older generation cannot be read."""
    if before is not None:
        with suppress(IndexUnavailable):
            return Reuse(before)
    return None
