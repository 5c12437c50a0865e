"""Generations: sets of segments that are opened, searched and replaced as one.

Document numbers run over the segments of a generation in order; ``size`` of them exist and
``documents`` of those are live. Everything here only reads; ``publishing`` writes.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.days import UNDATED_SECOND
from index.document import Document, Fields, Skipped
from index.errors import IndexDamaged
from index.facets import VALUE_FACETS
from index.inverted_index import Gathering, Located, SegmentPostings, located, merged
from index.manifest import Manifest, Report, parse_report, read_manifest
from index.schema import PARTS
from index.store import (
    REMEDY,
    ByteCache,
    DateColumn,
    Details,
    FacetColumn,
    Head,
    Identifiers,
    Keys,
    LengthColumn,
    LongText,
    SpanColumn,
    StoredDocuments,
    compare_sizes,
    open_array,
    open_facet,
    read_bytes,
    read_json,
)

CACHE_BYTES = 8 * 1024 * 1024
CACHE_BYTES_PER_DOCUMENT = 64
_TERMS_TOGETHER = 4096
"""Terms with a prefix whose postings are read together."""

__all__ = [
    "DateColumn",
    "FacetColumn",
    "Postings",
    "Snapshot",
    "SpanColumn",
]


class Postings(NamedTuple):
    """The live documents that hold a term, ascending, and how often each holds it."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]


class Snapshot:
    """One published set of segments, opened for reading. Safe for threads; never changes.

    ``live`` says of every document number whether it is served; ``order`` ranks documents, newest
    first, then by id; ``lengths`` are positions in title and body; ``columns`` maps organization,
    theme, lang and source to their columns; ``dates`` are publication dates, ``mentioned`` those
    that the texts speak of. Postings and positions that were read are kept in at most
    ``cache_bytes`` of memory (None: by the size of the archive), and as much again for scores.

    All files are opened at once, so that arrays stay valid as long as this object is referred to,
    even after the files have been deleted; an array is verified and made when first asked for.
    Whatever reads raises IndexDamaged where bytes are not what they should be.
    """

    def __init__(self, root: Path, name: str, cache_bytes: int | None = None) -> None:
        self.folder = root / "generations" / name
        self.name = name
        self.manifest: Manifest = read_manifest(self.folder)
        compare_sizes(self.folder, self.manifest.files)
        folders = [root / "segments" / segment.name for segment in self.manifest.segments]
        for folder, segment in zip(folders, self.manifest.segments, strict=True):
            compare_sizes(folder, segment.files)
        self.size = self.manifest.size
        self.documents = self.manifest.documents
        self.languages: Mapping[str, int] = MappingProxyType(dict(self.manifest.languages))
        # A minute from now the files may have been deleted.
        self._live = open_array(self.folder / "live.array", "b")
        self._order = open_array(self.folder / "order.array", "i")
        self._reported = read_bytes(self.folder / "report.json")
        self._postings = [SegmentPostings(folder / "postings") for folder in folders]
        self.analyzers = self._analyzers_used()
        self._ids = [Identifiers(folder) for folder in folders]
        self._stored = [StoredDocuments(folder) for folder in folders]
        sizes = [segment.documents for segment in self.manifest.segments]
        self._bases = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._starts: list[int] = self._bases.tolist()
        self._whole = self.documents == self.size
        if cache_bytes is None:
            # A common word of a large archive would else drive out all others.
            cache_bytes = max(CACHE_BYTES, CACHE_BYTES_PER_DOCUMENT * self.size)
        self.cache_bytes = cache_bytes
        self._cache = ByteCache(cache_bytes)
        self.gathering = Gathering(
            self._postings,
            self._bases[:-1].tolist(),
            None if self._whole else lambda: self.live,
            self._cache,
        )
        columns = [folder / "columns" for folder in folders]
        live = None if self._whole else self.live
        self.columns: Mapping[str, FacetColumn] = MappingProxyType(
            {name: open_facet(columns, name, live) for name in VALUE_FACETS}
        )
        self.dates = DateColumn(columns)
        self.mentioned = SpanColumn(columns)
        self._lengths = {part: LengthColumn(columns, part) for part in PARTS}
        if not self.size == self._bases[-1] == self._live.size == self._order.size:
            raise IndexDamaged(f"The counts in “{self.folder}” do not agree.", REMEDY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """Which document numbers are served."""
        return self._live.all()

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """The rank of every document: newest first, undated last, then by id."""
        return self._order.all()

    @cached_property
    def every(self) -> NDArray[np.int32]:
        """All document numbers; read-only."""
        every = np.arange(self.size, dtype=np.int32)
        every.flags.writeable = False
        return every

    @cached_property
    def newest_first(self) -> NDArray[np.int32]:
        """All documents in the order that ``order`` ranks them by."""
        docs = np.empty(self.size, np.int32)
        docs[self.order] = self.every
        docs.flags.writeable = False
        return docs

    def published(self, first: int, last: int) -> NDArray[np.int32]:
        """Return the documents whose first day is from ``first`` to ``last``, newest first.

        Deleted documents are among them.
        """
        newest, oldest = self._ages.searchsorted((-last, 1 - first))
        return self.newest_first[newest:oldest]

    @cached_property
    def _ages(self) -> NDArray[np.int64]:
        """The days from each document to 1970, newest first."""
        return -self.dates.days.take(self.newest_first).astype(np.int64)

    @cached_property
    def oldest_first(self) -> NDArray[np.int32]:
        """The rank of every document: oldest first, undated last, then by id."""
        return oldest_first(self.order, self.dates.seconds)

    @cached_property
    def lengths(self) -> Mapping[str, NDArray[np.float32]]:
        """The length of every title and body, in positions."""
        return MappingProxyType({part: column.read() for part, column in self._lengths.items()})

    def close(self) -> None:
        """Forget what was cached; maps are let go of when the last array over them is."""
        self._cache.forget()

    def _analyzers_used(self) -> tuple[str, ...]:
        """Return the suffixes of the analyzers that a text of this generation went through."""
        used = {analyzer(language).suffix for language in self.languages}
        for segment in self._postings:
            used.update(field.partition("_")[2] for field in segment.fields)
        return tuple(suffix for suffix in self.manifest.analyzers if suffix in used)

    # Terms

    def postings(self, field: str, term: str) -> Postings:
        """Return the live documents that hold a term in a field; none for an unknown one."""
        found: Postings = self._cache.get((field, term), lambda: self._find(field, term))
        return found

    def positions(self, field: str, term: str, docs: NDArray[np.int32]) -> Located:
        """Return the ascending positions of a term in ascending ``docs``; none where it is not."""
        return located(self.keys(field, term, docs), docs)

    def keys(self, field: str, term: str, docs: NDArray[np.int32]) -> Keys:
        """Return where a term is in ascending ``docs``, ascending; see ``Keys``."""
        spots = self.gathering.spots([self.gathering.lists(field, term)])
        return self.gathering.keys([spots], docs)[0]

    def starting(
        self, field: str, prefix: str, goes_on: Callable[[], bool] = lambda: True
    ) -> Postings:
        """Return the live documents that hold any term with a prefix, and how often.

        ``goes_on`` is asked now and then; once it says no, further terms are left out.
        """
        docs: list[NDArray[np.int32]] = []
        freqs: list[NDArray[Any]] = []
        for segment, base, numbers in self._starting(field, prefix):
            if docs and not goes_on():
                break
            held = segment.added(numbers)
            docs.append(held.docs + np.int32(base) if base else held.docs)
            freqs.append(held.freqs)
        every, often = _join(docs), _join(freqs)
        if len(docs) > 1:
            every, often = merged(every, often)
        if self._whole:
            return Postings(every, often)
        kept = self.live[every]
        return Postings(every[kept], often[kept])

    def _starting(self, field: str, prefix: str) -> Iterator[tuple[SegmentPostings, int, range]]:
        """Yield the terms with a prefix, some at a time, with their segment and its base."""
        for segment, base in self.segments():
            numbers = segment.starting(field, prefix)
            for first in range(0, len(numbers), _TERMS_TOGETHER):
                yield segment, base, numbers[first : first + _TERMS_TOGETHER]

    def terms(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return the first ``limit`` terms with a prefix, in order of code points.

        With each comes the number of live documents that hold it, never zero.
        """
        if self._whole and len(self._postings) == 1:
            (segment,) = self._postings
            numbers = segment.starting(field, prefix)[:limit]
            return list(zip(segment.terms(numbers), segment.held(numbers).tolist(), strict=True))
        counts: dict[str, int] = {}
        for segment, base in zip(self._postings, self._bases.tolist(), strict=False):
            numbers = segment.starting(field, prefix)
            live = self.live[base:]
            for term, count in zip(
                segment.terms(numbers), segment.held(numbers, live).tolist(), strict=True
            ):
                counts[term] = counts.get(term, 0) + count
        return sorted((term, count) for term, count in counts.items() if count)[:limit]

    def term_frequency(self, field: str, term: str) -> int:
        """Return how many live documents hold a term in a field."""
        if self._whole:
            return sum(segment.frequency(field, term) for segment in self._postings)
        return len(self.postings(field, term).docs)

    def has_more(self, field: str, term: str, documents: int) -> bool:
        """Tell whether more than so many live documents hold a term, reading few postings."""

        def find() -> tuple[bool, int]:
            lists = self.gathering.lists(field, term)
            counts = [s.counts(each) for s, each in zip(self._postings, lists, strict=True)]
            if self._whole and max(int(each.max(initial=0)) for each in counts) > documents:
                return True, 200
            has_any = any(map(len, lists))
            return has_any and self.term_frequency(field, term) > documents, 200

        found: bool = self._cache.get(("more", field, term, documents), find)
        return found

    def segments(self) -> Iterator[tuple[SegmentPostings, int]]:
        """Yield the postings of each segment, deleted ones too, and its first document."""
        return zip(self._postings, self._starts, strict=False)

    @property
    def whole(self) -> bool:
        """Whether there is one segment, of which all documents are live."""
        return self._whole and len(self._postings) == 1

    def vocabulary_size(self, field: str) -> int:
        """Return how many terms a field has, those of deleted documents included."""
        ranges = [segment.starting(field, "") for segment in self._postings]
        if len(ranges) == 1:
            return len(ranges[0])
        return len(
            {
                term
                for segment, numbers in zip(self._postings, ranges, strict=True)
                for term in segment.terms(numbers)
            }
        )

    def _find(self, field: str, term: str) -> tuple[Postings, int]:
        """Return postings and what they take of memory."""
        parts = [segment.read(field, term) for segment in self._postings]
        if self._whole and len(parts) == 1:
            docs, freqs = parts[0]
            return Postings(docs, freqs), docs.nbytes + freqs.nbytes + 256
        bases = self._bases.tolist()
        docs = _join([part.docs + np.int32(b) for part, b in zip(parts, bases, strict=False)])
        freqs = _join([part.freqs for part in parts])
        if not self._whole:
            live = self.live[docs]
            docs, freqs = docs[live], freqs[live]
        return Postings(docs, freqs), docs.nbytes + freqs.nbytes + 256

    # Documents

    def stored(self, doc: int) -> tuple[Document, Fields]:
        """Return a document and its fields. Raises IndexError for a number that is not one."""
        stored, number = self._keeper(doc)
        return stored.get(number)

    def head(self, doc: int) -> Head:
        """Return what a result line shows of a document. Raises IndexError as ``stored`` does."""
        stored, number = self._keeper(doc)
        return stored.head(number)

    def details(self, doc: int, head: Head) -> Details:
        """Return what is kept of a document beside its ``head`` and its text."""
        stored, number = self._keeper(doc)
        return stored.details(number, head)

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document; a long one is read only as far as it is asked for."""
        stored, number = self._keeper(doc)
        return stored.text(number, details)

    def _keeper(self, doc: int) -> tuple[StoredDocuments, int]:
        """Return what keeps a document, and the number that it has there."""
        if not 0 <= doc < self.size:
            raise IndexError(doc)
        segment = bisect_right(self._starts, doc) - 1
        return self._stored[segment], doc - self._starts[segment]

    def docnum(self, id: str) -> int | None:
        """Return the number of the live document with this id."""
        for ids, base in zip(self._ids, self._bases.tolist(), strict=False):
            found = ids.docnum(id)
            if found is not None and self.live[base + found]:
                return int(base) + found
        return None

    def report(self) -> list[Skipped]:
        """Return what was left out when this generation was built, and why."""
        return list(self.full_report().skipped)

    def full_report(self) -> Report:
        """Return what was left out: documents, and fields of documents."""
        return parse_report(self._reported, self.folder / "report.json")

    def sources(self) -> dict[str, str]:
        """Return the content hash of every live document, by its id."""
        hashes: dict[str, str] = read_json(self.folder / "sources.json")
        return hashes


def _join(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def oldest_first(newest_first: NDArray[np.int32], seconds: NDArray[np.int64]) -> NDArray[np.int32]:
    """Turn ranks, newest first, into ranks with the oldest first; undated documents stay last.

    Documents of one second keep their order among themselves.
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
