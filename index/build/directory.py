"""An index directory as where a build goes: a rebuild writes one segment, an update one more.

When there are too many segments or deletions, live documents of older segments are written into the
new one, from what is stored of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from index.build.destination import Basis, Described, Failures, NewGeneration, Update
from index.document import Document, Fields, Standing
from index.errors import IndexUnavailable
from index.publishing import (
    FILE_MODE,
    Commit,
    LiveSegment,
    building,
    open_published,
    read_pointer,
)
from index.segments import AnalysedDocument, BuildRecord, SegmentWriter, Snapshot, analyse_drafts

MAX_SEGMENTS = 8
MAX_DELETED = 0.25
"""Segments, and the share of deleted documents, beyond which an update writes all anew."""


class NewSegment:
    """A segment that is begun with its first document: a ``DocumentWriter``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segment: SegmentWriter | None = None
        self._dead: Counter[str] = Counter()

    @property
    def has_documents(self) -> bool:
        """Whether any of its documents is live."""
        return self._segment is not None and self._segment.documents > self._dead.total()

    def add(self, document: AnalysedDocument, hash: str, failures: Failures) -> None:
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

    def publish(self, record: BuildRecord) -> Described:
        segments = [self.writer.commit()]
        return self._commit.publish(segments, record)


class _Published:
    """A snapshot as a ``Basis``."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.name = snapshot.name
        self.documents = snapshot.documents
        self.made_by = snapshot.manifest.made_by
        self.settings: Mapping[str, Any] = snapshot.manifest.settings
        self.report = snapshot.report
        self.content_hashes = snapshot.content_hashes

    def standings(self, ids: Iterable[str]) -> Iterator[tuple[str, Standing]]:
        """Yield where documents are."""
        fields = self._snapshot.stored_fields
        for id in ids:
            doc = self._snapshot.docnum(id)
            if doc is not None:
                details = fields.details(doc, fields.head(doc))
                yield id, Standing(details.path, details.version)


class _DirectoryUpdate:
    """An ``Update`` of an index directory: the masks of its segments, and one more segment."""

    def __init__(self, commit: Commit, snapshot: Snapshot) -> None:
        self._commit = commit
        self._snapshot = snapshot
        self.before: Basis = _Published(snapshot)
        self.known: Mapping[str, str] = snapshot.content_hashes()
        self.writer = NewSegment(commit.segment_folder)
        self._live = np.array(snapshot.live)

    def sent(self, id: str) -> tuple[Any, Failures] | None:
        """Return None: a killed update leaves nothing."""
        return None

    def drop(self, ids: Iterable[str]) -> None:
        """Leave documents of the published generation out."""
        self._live = _survivors(self._snapshot, ids)

    def again(
        self, everything: bool, may_stay_apart: bool
    ) -> Iterator[tuple[Document, Fields]] | None:
        """Return the documents of too many or too empty segments."""
        segments = _live_segments(self._snapshot, self._live)
        if not everything and not _wants_compaction(segments, self.writer.has_documents):
            return None
        again = self._live
        if may_stay_apart and not everything:
            again = _of_small_segments(self._snapshot, self._live)
        self._live = self._live & ~again
        return _stored(self._snapshot, again)

    def publish(self, record: BuildRecord) -> Described:
        """Publish the segments that have documents left, and the new one."""
        segments = _live_segments(self._snapshot, self._live)
        if self.writer.has_documents:
            segments.append(self.writer.commit())
        return self._commit.publish(segments, record)


class Directory:
    """An index directory as a ``Destination``."""

    prepare = staticmethod(analyse_drafts)

    def __init__(self, root: Path, mode: int = FILE_MODE) -> None:
        self._root = root
        self._mode = mode

    @property
    def folder(self) -> Path | None:
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
    def building(self, size: int) -> Iterator[NewGeneration]:
        """Begin a generation."""
        with building(self._root, self._mode) as commit:
            yield _NewDirectoryGeneration(commit)

    @contextmanager
    def updating(self) -> Iterator[Update]:
        """Begin a generation with the documents of the published one."""
        read_pointer(self._root)  # where none is published, nothing is made
        with building(self._root, self._mode) as commit:
            yield _DirectoryUpdate(commit, open_published(self._root))


def _survivors(before: Snapshot, lost: Iterable[str]) -> NDArray[np.bool_]:
    """Return the mask of live documents without those whose ids are ``lost``."""
    live = np.array(before.live)
    for id in lost:
        doc = before.docnum(id)
        if doc is not None:
            live[doc] = False
    return live


def _live_segments(before: Snapshot, live: NDArray[np.bool_]) -> list[LiveSegment]:
    """Divide a mask of live documents among the segments; drop those without any."""
    segments, base = [], 0
    for segment in before.manifest.segments:
        of_segment = live[base : base + segment.documents]
        base += segment.documents
        if of_segment.any():
            segments.append(LiveSegment(segment, of_segment))
    return segments


def _wants_compaction(segments: Sequence[LiveSegment], one_more: bool) -> bool:
    size = sum(len(segment.live) for segment in segments)
    deleted = size - sum(int(np.count_nonzero(segment.live)) for segment in segments)
    return len(segments) + one_more > MAX_SEGMENTS or deleted > MAX_DELETED * size


def _of_small_segments(before: Snapshot, live: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of live documents of the segments that together are no larger than the next.

    So a document is written again a few times only, however many updates there are.
    """
    ends = np.cumsum([segment.documents for segment in before.manifest.segments])
    places = [
        slice(end - s.documents, end) for end, s in zip(ends, before.manifest.segments, strict=True)
    ]
    together, chosen = 0, np.zeros_like(live)
    for number, place in enumerate(sorted(places, key=lambda place: np.count_nonzero(live[place]))):
        size = int(np.count_nonzero(live[place]))
        if number >= 2 and size > together:
            break
        together += size
        chosen[place] = live[place]
    return chosen


def _stored(before: Snapshot, live: NDArray[np.bool_]) -> Iterator[tuple[Document, Fields]]:
    for doc in np.flatnonzero(live).tolist():
        yield before.stored_fields.get(doc)
