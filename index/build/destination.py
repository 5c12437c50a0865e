"""Where the documents of a build go: into the folders of an index, or wherever else takes them.

``rebuild_into`` knows no more of it than ``Destination``. ``Directory`` is an index directory.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson

from index.errors import IndexUnavailable
from index.publishing import FILE_MODE, Commit, LiveSegment, building, read_pointer
from index.segments import (
    AnalysedDocument,
    Draft,
    Report,
    SegmentWriter,
    analyse_drafts,
)


class Ready(Protocol):
    """A document that a worker made ready to be written."""

    @property
    def id(self) -> str:
        """The id of the document."""


Prepare = Callable[[Sequence[Draft]], Sequence[Any]]
"""Makes documents ready, in their order; workers are sent it by name."""


class DocumentWriter(Protocol):
    """Takes the documents of a generation, each as ``Prepare`` made it."""

    def add(self, document: Any, hash: str) -> None:
        """Write a document with its content hash."""

    def remove(self, id: str) -> None:
        """Take the last document away that was added with an id."""

    def abandon(self) -> None:
        """Delete what was written; does nothing once it is published."""


class Described(Protocol):
    """A published generation."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def documents(self) -> int:
        """How many documents it has."""


class NewGeneration(Protocol):
    """A generation that is being built, while nobody else builds."""

    @property
    def writer(self) -> DocumentWriter:
        """What takes its documents."""

    def publish(
        self,
        hashes: Mapping[str, str],
        report: Report,
        settings: Mapping[str, object],
        made_by: str,
    ) -> Described:
        """Complete, check and publish it. ``hashes`` are the content hashes by id."""


class Destination(Protocol):
    """Where a build goes."""

    @property
    def prepare(self) -> Prepare:
        """What makes documents ready for its writer."""

    @property
    def reuse_from(self) -> Path | None:
        """The index directory whose fields can be taken over."""

    def withdrawn(self) -> dict[str, str]:
        """Return what the published generation remembers as withdrawn, with versions."""

    def building(self) -> AbstractContextManager[NewGeneration]:
        """Begin a generation; after an exception nothing of it stays."""


class NewSegment:
    """A segment that is begun with its first document: a ``DocumentWriter``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segment: SegmentWriter | None = None
        self._dead: Counter[str] = Counter()

    def add(self, document: AnalysedDocument, hash: str) -> None:
        """Write a document."""
        if self._segment is None:
            self._segment = SegmentWriter(self._folder)
        self._segment.add(document)

    def remove(self, id: str) -> None:
        """Take the last document away that was added with an id: it will not be live."""
        self._dead[id] += 1

    def abandon(self) -> None:
        """Delete what was written, unless it was committed."""
        if self._segment is not None:
            self._segment.abandon()

    def commit(self) -> LiveSegment:
        """Finish the segment."""
        if self._segment is None:
            raise RuntimeError("there is nothing to commit")
        live = np.ones(self._segment.documents, np.bool_)
        for place, id in enumerate(self._segment.ids if self._dead else ()):
            if self._dead[id]:  # of several documents with an id, the last may be live
                self._dead[id] -= 1
                live[place] = False
        entry = self._segment.commit()
        self._segment = None
        return LiveSegment(entry, live)


class _NewDirectoryGeneration:
    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self.writer = NewSegment(commit.segment_folder)

    def publish(
        self,
        hashes: Mapping[str, str],
        report: Report,
        settings: Mapping[str, object],
        made_by: str,
    ) -> Described:
        segments = [self.writer.commit()]
        return self._commit.publish(segments, hashes, report, settings, made_by)


class Directory:
    """An index directory as a ``Destination``."""

    prepare = staticmethod(analyse_drafts)

    def __init__(self, root: Path, mode: int = FILE_MODE) -> None:
        self._root = root
        self._mode = mode

    @property
    def reuse_from(self) -> Path | None:
        """The index directory."""
        return self._root

    def withdrawn(self) -> dict[str, str]:
        """Return what the published generation remembers as withdrawn, whatever its format."""
        try:
            name = read_pointer(self._root).current
            raw = orjson.loads((self._root / "generations" / name / "report.json").read_bytes())
            return {str(id): str(version) for id, version in raw["withdrawn"].items()}
        except (IndexUnavailable, OSError, ValueError, KeyError, AttributeError, TypeError):
            return {}

    @contextmanager
    def building(self) -> Iterator[NewGeneration]:
        """Begin a generation."""
        with building(self._root, self._mode) as commit:
            yield _NewDirectoryGeneration(commit)
