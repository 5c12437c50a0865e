"""A snapshot: the segments of one published generation, opened and searched as one.

Document numbers run through the segments in order. ``size`` numbers exist; ``documents`` of them
are live, the others have been deleted. A snapshot only reads; ``index.publishing`` writes.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.calendar import UNDATED_SECOND
from index.document import PARTS, Document, Fields
from index.errors import IndexDamaged
from index.facets import VALUE_FACETS
from index.segments.inverted_index import InvertedIndex
from index.segments.manifest import Manifest, Report, SegmentEntry, parse_report, read_manifest
from index.store import (
    REMEDY,
    DateColumn,
    Details,
    FacetColumn,
    Folder,
    Head,
    Identifiers,
    Keys,
    LongText,
    NumberColumn,
    OpenFolder,
    SpanColumn,
    StoredDocuments,
    key_digest,
    open_array,
    open_folder,
    read_bytes,
    read_json,
)

CACHE_BYTES = 8 * 1024 * 1024
CACHE_BYTES_PER_DOCUMENT = 64


class StoredFields:
    """What is stored of the documents of all segments, deleted ones included.

    Methods raise IndexError for a number that is no document, and IndexDamaged.
    """

    def __init__(self, folders: Sequence[Folder], bases: Sequence[int]) -> None:
        """Open segments; ``bases`` are the first document of each and the end of the last."""
        self._segments = [StoredDocuments(folder) for folder in folders]
        self._bases = bases

    def get(self, doc: int) -> tuple[Document, Fields]:
        """Return a whole document and its fields."""
        segment, number = self._place(doc)
        return segment.get(number)

    def head(self, doc: int) -> Head:
        """Return what a line of results shows of a document."""
        segment, number = self._place(doc)
        return segment.head(number)

    def details(self, doc: int, head: Head) -> Details:
        """Return what is stored of a document beside its ``head`` and its text."""
        return head.decode_details()

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document; of a long one, pieces are read when they are asked for."""
        segment, number = self._place(doc)
        return segment.text(number, details)

    def _place(self, doc: int) -> tuple[StoredDocuments, int]:
        """Return the segment of a document and the number that the document has in it."""
        if not 0 <= doc < self._bases[-1]:
            raise IndexError(doc)
        segment = bisect_right(self._bases, doc) - 1
        return self._segments[segment], doc - self._bases[segment]


class _Segment(NamedTuple):
    entry: SegmentEntry
    folder: OpenFolder


class Snapshot:
    """One published generation, opened for reading. Safe for threads; never changes.

    - ``inverted_index``: terms, postings and positions;
    - ``stored_fields``: titles, texts and extracted fields;
    - ``columns``: the columns of facet values, by the name of the facet;
    - ``dates``, ``mentioned``: publication dates, and the dates that texts mention;
    - ``lengths``, ``live``, ``order``, ``oldest_first``, ``newest_first``: arrays by document.

    All files are opened at once: arrays stay valid as long as they are referred to, even after the
    files have been deleted. A file is verified when it is first read, so that any method may raise
    IndexDamaged. ``cache_bytes`` of memory keep postings and positions, and as much again scores;
    None chooses by the number of documents.
    """

    def __init__(
        self,
        root: Path,
        name: str,
        cache_bytes: int | None = None,
        before: "Snapshot | None" = None,
        now: float | None = None,
    ) -> None:
        """Open a generation. Raises IndexDamaged or IndexVersion.

        Segments that it shares with the snapshot ``before`` are not opened again. At the moment
        ``now`` (seconds since 1970), documents whose embargo has not ended are not live; ``name``
        is another after each end of an embargo, and ``changes`` is the next. Without ``now`` all
        are there, as for those who build.
        """
        self.folder = root / "generations" / name
        self.generation = self.name = name
        self.manifest: Manifest = read_manifest(self.folder)
        self.manifest.require_facets()
        own = open_folder(self.folder, self.manifest.files)
        shared: list[_Segment] = before._segments if before else []
        self._segments: list[_Segment] = [
            next((known for known in shared if known.entry == entry), None)
            or _Segment(entry, open_folder(root / "segments" / entry.name, entry.files))
            for entry in self.manifest.segments
        ]
        folders = [segment.folder for segment in self._segments]
        self.size = self.manifest.size
        self.documents = self.manifest.documents
        self.languages: Mapping[str, int] = MappingProxyType(dict(self.manifest.languages))
        # Another process may delete the files a minute from now.
        self._live, self._order = own.array("live.array"), own.array("order.array")
        self._report = read_bytes(self.folder / "report.json")
        sizes = [segment.documents for segment in self.manifest.segments]
        self._bases: list[int] = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        if not self.size == self._bases[-1] == self._live.size == self._order.size:
            raise IndexDamaged(f"The counts in “{self.folder}” do not agree.", REMEDY)
        if cache_bytes is None:
            # In a large archive one common word would otherwise drive out all others.
            cache_bytes = max(CACHE_BYTES, CACHE_BYTES_PER_DOCUMENT * self.size)
        self.cache_bytes = cache_bytes
        columns = [folder / "columns" for folder in folders]
        self.changes = np.inf
        self.embargoed = self._embargoes(columns)
        if now is not None and len(self.embargoed):
            self._hide(columns, now)
        has_deletions = self.documents < self.size
        # Nothing here refers back to the snapshot: it goes, with its maps, when its last reader
        # lets go of it, and does not wait for the garbage collector.
        live = self.live if has_deletions else None
        self.inverted_index = InvertedIndex(
            [folder / "postings" for folder in folders], self._bases[:-1], live, cache_bytes
        )
        self.analyzers = self._analyzers_used()
        self._ids = [Identifiers(folder) for folder in folders]
        self._keys = [Keys(folder) for folder in folders]
        self.stored_fields = StoredFields(folders, self._bases)
        self.columns: Mapping[str, FacetColumn] = MappingProxyType(
            {name: FacetColumn(columns, name, live) for name in VALUE_FACETS}
        )
        self.dates = DateColumn(columns)
        self.mentioned = SpanColumn(columns)
        self._lengths = {part: NumberColumn(columns, f"{part}.lengths") for part in PARTS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop what is cached; maps go with the last array over them."""
        self.inverted_index.close()

    def _embargoes(self, columns: Sequence[Folder]) -> NDArray[np.int64]:
        """Return the live documents that had an embargo when they were indexed: number, second."""
        pairs = [
            open_array(folder, "embargoed.array").all().reshape(-1, 2) + np.array([base, 0])
            for folder, base in zip(columns, self._bases, strict=False)
        ]
        together = np.concatenate(pairs)
        return together[self.live[together[:, 0]]] if len(together) else together

    def _hide(self, columns: Sequence[Folder], now: float) -> None:
        """Take the documents whose embargo has not ended from those that are live."""
        docs, seconds = self.embargoed.T
        passed = seconds <= now
        if passed.any():
            self.name = f"{self.name}+{int(seconds[passed].max())}"
        hidden = docs[~passed]
        if not len(hidden):
            return
        self.changes = float(seconds[~passed].min())
        live = self.live.copy()
        live[hidden] = False
        live.flags.writeable = False
        self.live = live
        self.documents -= len(hidden)
        column = FacetColumn(columns, "lang", live)
        counts = column.tally(np.flatnonzero(live).astype(np.int32)).counts.tolist()
        languages = dict(zip(column.values, counts, strict=True))
        self.languages = MappingProxyType(languages)

    def _analyzers_used(self) -> tuple[str, ...]:
        """Return the suffixes of the analyzers that any text of this snapshot went through."""
        used = {analyzer(language).suffix for language in self.languages}
        used.update(field.partition("_")[2] for field in self.inverted_index.fields())
        return tuple(suffix for suffix in self.manifest.analyzers if suffix in used)

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """Which documents are not deleted, by document."""
        return self._live.all()

    @cached_property
    def lengths(self) -> Mapping[str, NDArray[np.float32]]:
        """The number of positions of every title and body, by part and document."""
        return MappingProxyType({part: column.read() for part, column in self._lengths.items()})

    # Order

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """The rank of every document: newest first, undated last, then by id."""
        return self._order.all()

    @cached_property
    def oldest_first(self) -> NDArray[np.int32]:
        """The rank of every document: oldest first, undated last, then by id."""
        return oldest_first(self.order, self.dates.seconds)

    @cached_property
    def every(self) -> NDArray[np.int32]:
        """All document numbers, ascending; read-only."""
        every = np.arange(self.size, dtype=np.int32)
        every.flags.writeable = False
        return every

    @cached_property
    def newest_first(self) -> NDArray[np.int32]:
        """All documents in the order of ``order``; read-only."""
        docs = np.empty(self.size, np.int32)
        docs[self.order] = self.every
        docs.flags.writeable = False
        return docs

    def published(self, first: int, last: int) -> NDArray[np.int32]:
        """Return the documents published from day ``first`` to day ``last``, newest first.

        Days are numbers since 1970; the first day of a partial date counts. Deleted documents are
        included.
        """
        newest, oldest = self._ages.searchsorted((-last, 1 - first))
        return self.newest_first[newest:oldest]

    @cached_property
    def _ages(self) -> NDArray[np.int64]:
        """The days from each document to 1970, newest first."""
        return -self.dates.days.take(self.newest_first).astype(np.int64)

    # Documents

    def docnum(self, id: str) -> int | None:
        """Return the number of the live document with this id; None if there is none."""
        for ids, base in zip(self._ids, self._bases, strict=False):
            number = ids.docnum(id)
            if number is not None and self.live[base + number]:
                return base + number
        return None

    def keyed(self, field: str, term: str) -> NDArray[np.int32]:
        """Return the live documents that have a key (see ``index.keys``), ascending."""
        digest = key_digest(field, term)
        parts = [
            keys.docs(digest) + np.int32(base)
            for keys, base in zip(self._keys, self._bases, strict=False)
        ]
        docs = np.concatenate(parts) if parts else np.empty(0, np.int32)
        return docs[self.live.take(docs)]

    def report(self) -> Report:
        """Return what was left out of this generation: documents, and fields of documents."""
        return parse_report(self._report, self.folder / "report.json")

    def content_hashes(self) -> dict[str, str]:
        """Return the content hash of every live document, by its id."""
        hashes: dict[str, str] = read_json(self.folder / "sources.json")
        return hashes


def oldest_first(newest_first: NDArray[np.int32], seconds: NDArray[np.int64]) -> NDArray[np.int32]:
    """Turn ranks with the newest first into ranks with the oldest first.

    Undated documents stay last; documents of the same second keep their order.
    """
    docs = np.empty(len(newest_first), np.int32)
    docs[newest_first] = np.arange(len(docs), dtype=np.int32)
    dated = int(np.count_nonzero(seconds != UNDATED_SECOND))
    ranked = seconds[docs[:dated]]
    begins = np.flatnonzero(np.diff(ranked, prepend=ranked[:1] + 1))
    sizes = np.diff(begins, append=dated)
    before = dated - begins - sizes
    ranks = np.arange(len(docs), dtype=np.int32)
    ranks[:dated] += np.repeat(before - begins, sizes).astype(np.int32)
    oldest = np.empty(len(docs), np.int32)
    oldest[docs] = ranks
    return oldest
