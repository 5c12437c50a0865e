"""Whoosh's view of an index directory, and of a snapshot: its terms, columns and documents.

The reader serves all segments as one, in the snapshot's document numbers, and shows no deleted
document. Terms come from the inverted index, from the facet columns and from the publication dates,
so that every field of the schema can be searched. Nothing is copied: a matcher is a place in arrays
that the snapshot caches.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray
from whoosh.columns import ColumnReader
from whoosh.fields import Schema
from whoosh.formats import Format
from whoosh.index import Index
from whoosh.matching import LeafMatcher, NullMatcher, ReadTooFar
from whoosh.reading import IndexReader, TermInfo, TermNotFound

from index.arrays import document_keys, positions_of
from index.calendar import UNDATED_SECOND
from index.errors import UsageError
from index.publishing import IndexDirectory
from index.segments import InvertedIndex, Snapshot, sum_postings
from index.store import Dictionary, FacetColumn
from index.whoosh.schema import EPOCH, UNDATED, snapshot_schema

_BEYOND = 2**31 - 1
_TOGETHER = 1024
"""Terms that are read together, and documents whose positions are."""

Docs = NDArray[np.int32]
Positions = Callable[[Docs], list[list[int]]]
"""Returns the positions of a term in each of some ascending documents."""


class Postings(NamedTuple):
    """The live documents of a term, ascending, with the term's frequency in each."""

    docs: Docs
    freqs: NDArray[Any]
    positions: Positions | None = None


class PostingsMatcher(LeafMatcher):  # type: ignore[misc]
    """Walks through postings. The arrays are shared; the place in them is the matcher's own.

    ``lengths`` are the lengths of the field by document, None for a field without scores. Without
    a scorer, every document scores 1.
    """

    def __init__(
        self,
        postings: Postings,
        term: tuple[str, bytes],
        format_: Format,
        lengths: NDArray[np.float32] | None = None,
        scorer: Any = None,
    ) -> None:
        self._postings, self._term, self._lengths = postings, term, lengths
        self.format, self.scorer = format_, scorer
        self._docs, self._freqs, self._get_positions = postings
        self._place = 0
        self._block: list[list[int]] = []
        self._block_start = 0

    def is_active(self) -> bool:
        """Tell whether the matcher is at a posting."""
        return self._place < len(self._docs)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._place = 0

    def copy(self) -> "PostingsMatcher":
        """Return a matcher of its own at the same posting."""
        other = PostingsMatcher(self._postings, self._term, self.format, self._lengths, self.scorer)
        other._place = self._place
        return other

    def id(self) -> int:
        """Return the current document; after the last, a number above all documents.

        Whoosh asks there too, where one AndNot is inside another.
        """
        return int(self._docs[self._place]) if self.is_active() else _BEYOND

    def all_ids(self) -> Iterator[int]:
        """Yield the documents from the current one on."""
        return iter(self._docs[self._place :].tolist())

    def next(self) -> bool:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._place += 1
        return True

    def skip_to(self, id: int) -> bool:
        """Go forward to the first document that is not below ``id``."""
        if not self.is_active():
            raise ReadTooFar
        self._place = max(self._place, int(np.searchsorted(self._docs, id)))
        return True

    def replace(self, minquality: float = 0) -> Any:
        """Return this matcher, or one that matches nothing if no posting is good enough."""
        if not self.is_active():
            return NullMatcher()
        if minquality and self.supports_block_quality() and self.max_quality() < minquality:
            return NullMatcher()
        return self

    def weight(self) -> float:
        """Return the frequency of the term in the current document."""
        return float(self._freqs[self._place])

    def score(self) -> float:
        """Return the score of the current document."""
        return float(self.scorer.score(self)) if self.scorer else 1.0

    def block_min_length(self) -> float:
        """Return the length of the shortest document; all postings are one block."""
        return 1 if self._lengths is None else float(self._lengths[self._docs].min())

    def block_max_length(self) -> float:
        """Return the length of the longest document."""
        return 1 if self._lengths is None else float(self._lengths[self._docs].max())

    def block_max_weight(self) -> float:
        """Return the highest frequency."""
        return float(self._freqs.max())

    def skip_to_quality(self, minquality: float) -> int:
        """Leave the only block if it is not good enough."""
        if self.block_quality() > minquality:
            return 0
        self._place = len(self._docs)
        return 1

    def _positions(self) -> list[int]:
        if self._get_positions is None:
            raise TypeError(f"“{self._term[0]}” has no positions")
        offset = self._place - self._block_start
        if not 0 <= offset < len(self._block):
            self._block_start, offset = self._place, 0
            docs = self._docs[self._place : self._place + _TOGETHER]
            self._block = self._get_positions(docs)
        return self._block[offset]

    def value(self) -> Any:
        """Return the value of the current posting in the field's format."""
        if self.supports("positions"):
            return self.format.encode(self._positions())
        return self.format.encode(int(self._freqs[self._place]))

    def value_as(self, astype: str) -> Any:
        """Return the value of the current posting decoded."""
        if astype == "positions":
            return self._positions()
        if astype == "frequency":
            return int(self._freqs[self._place])
        return super().value_as(astype)


class _Terms(Protocol):
    """The terms of one field."""

    def start_from(self, term: bytes) -> Iterable[bytes]:
        """Return the terms that are not below ``term``, ascending."""

    def frequency(self, term: bytes) -> int:
        """Return how many documents have a term."""

    def postings(self, term: bytes) -> Postings:
        """Return the postings of a term; none for an unknown term."""


class _WordTerms:
    """The terms of a field of the inverted index."""

    def __init__(self, index: InvertedIndex, field: str) -> None:
        self._index, self._field = index, field

    def start_from(self, term: bytes) -> Iterator[bytes]:
        segments = [
            self._segment_terms(segment.postings.dictionary, term)
            for segment in self._index.segments
        ]
        return (text for text, _ in groupby(heapq.merge(*segments)))

    def _segment_terms(self, dictionary: Dictionary, term: bytes) -> Iterator[bytes]:
        numbers = dictionary.start_from(self._field, term)
        for first in range(0, len(numbers), _TOGETHER):
            for text in dictionary.terms(numbers[first : first + _TOGETHER]):
                yield text.encode()

    def frequency(self, term: bytes) -> int:
        return self._index.document_frequency(self._field, _text(term))

    def postings(self, term: bytes) -> Postings:
        text = _text(term)

        def positions(docs: Docs) -> list[list[int]]:
            postings = self._index.positioned([self._index.lists(self._field, text)])
            (keys,) = self._index.keys([postings], docs)
            bounds = keys.searchsorted(document_keys(docs))[1:]
            return [part.tolist() for part in np.split(positions_of(keys), bounds)]

        return Postings(*self._index.postings(self._field, text), positions)


class _ValueTerms:
    """The values of a facet as terms."""

    def __init__(self, column: FacetColumn) -> None:
        self._column = column

    def start_from(self, term: bytes) -> Iterator[bytes]:
        values = self._column.values
        first = bisect_left(values, term, key=str.encode)
        return (value.encode() for value in values[first:])

    def frequency(self, term: bytes) -> int:
        ordinal = self._column.ordinal.get(_text(term))
        return 0 if ordinal is None else int(self._column.totals.counts[ordinal])

    def postings(self, term: bytes) -> Postings:
        ordinal = self._column.ordinal.get(_text(term))
        if ordinal is None:
            return _once(np.empty(0, np.int32))
        return _once(self._column.mask([ordinal]).nonzero()[0])


class _DateTerms:
    """Publication dates as terms: a byte ``shift`` and the sortable number without so many bits.

    Whoosh asks for a range of dates by few terms of a high shift in its middle and more terms of a
    low one at its ends; sorted dates hold the documents of each term side by side.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        docs = snapshot.newest_first[::-1]
        seconds = snapshot.dates.seconds.take(docs)
        kept = (seconds != UNDATED_SECOND) & snapshot.live.take(docs)
        self._docs = docs[kept]
        self._numbers = ((seconds[kept] * 1_000_000 + EPOCH).astype(np.uint64)) + np.uint64(1 << 63)

    def start_from(self, term: bytes) -> Iterator[bytes]:
        shift = term[0] if term else 0
        numbers = np.unique(self._numbers >> np.uint64(shift))
        first = numbers.searchsorted(np.uint64(int.from_bytes(term[1:])))
        return (bytes([shift]) + number.to_bytes(8) for number in numbers[first:].tolist())

    def _range(self, term: bytes) -> slice:
        shift, number = term[0], int.from_bytes(term[1:])
        first = self._numbers.searchsorted(np.uint64(number << shift))
        last = self._numbers.searchsorted(np.uint64(((number + 1) << shift) - 1), "right")
        return slice(int(first), int(last))

    def frequency(self, term: bytes) -> int:
        docs = self._range(term)
        return int(docs.stop - docs.start)

    def postings(self, term: bytes) -> Postings:
        return _once(np.sort(self._docs[self._range(term)]))


class _IdTerms:
    """Ids as terms. They can be looked up, not listed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def start_from(self, term: bytes) -> Iterable[bytes]:
        return ()

    def frequency(self, term: bytes) -> int:
        return len(self.postings(term).docs)

    def postings(self, term: bytes) -> Postings:
        doc = self._snapshot.docnum(_text(term))
        return _once(np.array([] if doc is None else [doc], np.int32))


class SnapshotReader(IndexReader):  # type: ignore[misc]
    """A Whoosh reader of one snapshot. ``schema`` says which fields there are.

    It may be used by several threads; a searcher may not. ``check`` is called from time to time
    while terms are listed and matchers are made; what it raises ends the work.
    """

    def __init__(self, snapshot: Snapshot, check: Callable[[], None] = lambda: None) -> None:
        self.snapshot = snapshot
        self.schema = snapshot_schema(snapshot)
        self._check = check
        self._terms_of: dict[str, _Terms] = {}

    def _terms(self, fieldname: str) -> _Terms:
        terms = self._terms_of.get(fieldname)
        if terms is None:
            if fieldname in self.snapshot.columns:
                terms = _ValueTerms(self.snapshot.columns[fieldname])
            elif fieldname == "published":
                terms = _DateTerms(self.snapshot)
            elif fieldname == "id":
                terms = _IdTerms(self.snapshot)
            else:
                terms = _WordTerms(self.snapshot.inverted_index, fieldname)
            self._terms_of[fieldname] = terms
        return terms

    # Terms

    def __contains__(self, term: tuple[str, str | bytes]) -> bool:
        return self.doc_frequency(*term) > 0

    def indexed_field_names(self) -> list[str]:
        """Return the names of the fields that have terms."""
        used = self.snapshot.inverted_index.fields()
        others = (*self.snapshot.columns, "id", "published")
        return sorted(name for name in self.schema.names() if name in used or name in others)

    def all_terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every term of every field, in order; ids excepted."""
        for fieldname in self.indexed_field_names():
            yield from self.terms_from(fieldname, b"")

    def terms_from(self, fieldname: str, prefix: str | bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms of a field that are not below ``prefix``, in order."""
        start = self._text_to_bytes(fieldname, prefix) if prefix else b""
        for number, text in enumerate(self._terms(fieldname).start_from(start)):
            if number % _TOGETHER == 0:
                self._check()
            yield fieldname, text

    def term_info(self, fieldname: str, text: str | bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        docs, freqs, _ = self._postings(fieldname, text)
        if not len(docs):
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        lengths = self._lengths(fieldname)
        of_docs = np.ones(1) if lengths is None else lengths[docs]
        return TermInfo(
            weight=float(freqs.sum(dtype=np.int64)),
            df=len(docs),
            minlength=float(of_docs.min()),
            maxlength=float(of_docs.max()),
            maxweight=float(freqs.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def frequency(self, fieldname: str, text: str | bytes) -> float:
        """Return how often a term occurs."""
        return float(self._postings(fieldname, text).freqs.sum(dtype=np.int64))

    def doc_frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return how many documents have a term."""
        if fieldname not in self.schema:
            return 0
        return self._terms(fieldname).frequency(self._text_to_bytes(fieldname, text))

    def postings(
        self, fieldname: str, text: str | bytes, scorer: Any = None
    ) -> PostingsMatcher | Any:
        """Return a matcher of a term. Raises TermNotFound for a field that does not exist."""
        self._check()
        postings = self._postings(fieldname, text)
        if not len(postings.docs):
            return NullMatcher()
        term = (fieldname, self._text_to_bytes(fieldname, text))
        format_ = self.schema[fieldname].format
        return PostingsMatcher(postings, term, format_, self._lengths(fieldname), scorer)

    def any_of(self, fieldname: str, texts: Iterable[bytes]) -> PostingsMatcher:
        """Return a matcher of the documents that have any of some terms; each scores 1."""
        docs, freqs = [np.empty(0, np.int32)], [np.empty(0, np.uint8)]
        for text in texts:
            self._check()
            postings = self._postings(fieldname, text)
            docs.append(postings.docs)
            freqs.append(postings.freqs)
        summed = Postings(*sum_postings(np.concatenate(docs), np.concatenate(freqs)))
        return PostingsMatcher(summed, (fieldname, b""), self.schema[fieldname].format)

    def _postings(self, fieldname: str, text: str | bytes) -> Postings:
        return self._terms(fieldname).postings(self._text_to_bytes(fieldname, text))

    # Documents

    def doc_count_all(self) -> int:
        """Return the number of documents, deleted ones included."""
        return self.snapshot.size

    def doc_count(self) -> int:
        """Return the number of documents."""
        return self.snapshot.documents

    def has_deletions(self) -> bool:
        """Tell whether any document is deleted."""
        return self.snapshot.documents < self.snapshot.size

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted. Whoosh asks beyond the last document, too."""
        return docnum < self.snapshot.size and not self.snapshot.live[docnum]

    def all_doc_ids(self) -> Iterator[int]:
        """Yield the numbers of all documents, ascending."""
        return iter(self.snapshot.live.nonzero()[0].tolist())

    def generation(self) -> str:
        """Return the name of the generation that is read."""
        return self.snapshot.name

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return a document: its title, its text as ``body``, and what was extracted of it."""
        document, fields = self.snapshot.stored_fields.get(docnum)
        return {
            "id": document.id,
            "title": document.title,
            "body": document.text,
            "url": document.url,
            "published": fields.published.value if fields.published else None,
            **{name: column.of(docnum) for name, column in self.snapshot.columns.items()},
        }

    # Lengths of fields. Those of stemmed fields are those of the title or body.

    def _lengths(self, fieldname: str) -> NDArray[np.float32] | None:
        return self.snapshot.lengths.get(fieldname.partition("_")[0])

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the number of positions of a field of a document."""
        lengths = self._lengths(fieldname)
        return default if lengths is None else int(lengths[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """Return the number of positions of a field in all documents."""
        return int(self._used_lengths(fieldname).sum(dtype=np.float64))

    def min_field_length(self, fieldname: str) -> int:
        """Return the shortest length of a field, among documents that have it."""
        return int(self._used_lengths(fieldname).min(initial=_BEYOND))

    def max_field_length(self, fieldname: str) -> int:
        """Return the longest length of a field."""
        return int(self._used_lengths(fieldname).max(initial=0))

    def _used_lengths(self, fieldname: str) -> NDArray[np.float32]:
        lengths = self._lengths(fieldname)
        if lengths is None:
            return np.empty(0, np.float32)
        return lengths[self.snapshot.live & (lengths > 0)]

    # Columns

    def has_column(self, fieldname: str) -> bool:
        """Tell whether a field can be sorted and grouped by."""
        return fieldname in self.schema and self.schema[fieldname].column_type is not None

    def column_reader(
        self, fieldname: str, column: Any = None, reverse: bool = False, translate: bool = True
    ) -> ColumnReader:
        """Return the values of a field by document: tuples of values, or dates.

        A date is a ``datetime``, None for an undated document; untranslated it is a number.
        """
        if fieldname == "published":
            return _DateReader(self.snapshot, reverse, translate and self.schema[fieldname])
        return _ValueReader(self.snapshot.columns[fieldname], self.snapshot.size)

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Return False: there are no term vectors."""
        return False

    def vector(self, docnum: int, fieldname: str, format_: Format | None = None) -> Any:
        """Raise KeyError: there are no term vectors."""
        raise KeyError(f"“{fieldname}” has no term vectors")


class _ValueReader(ColumnReader):  # type: ignore[misc]
    """The values of a facet by document."""

    def __init__(self, column: FacetColumn, size: int) -> None:
        self._column, self._doccount = column, size

    def __getitem__(self, docnum: int) -> tuple[str, ...]:
        return self._column.of(docnum)

    def sort_key(self, docnum: int) -> str:
        return next(iter(self._column.of(docnum)), "")


class _DateReader(ColumnReader):  # type: ignore[misc]
    """Publication dates by document; ``field`` translates them."""

    def __init__(self, snapshot: Snapshot, reverse: bool, field: Any) -> None:
        self._seconds, self._doccount = snapshot.dates.seconds, snapshot.size
        self._reverse, self._field = reverse, field

    def _number(self, docnum: int) -> int:
        second = int(self._seconds[docnum])
        return UNDATED if second == UNDATED_SECOND else second * 1_000_000 + EPOCH

    def __getitem__(self, docnum: int) -> Any:
        number = self._number(docnum)
        return self._field.from_column_value(number) if self._field else number

    def sort_key(self, docnum: int) -> int:
        number = self._number(docnum)
        return -number if self._reverse and number != UNDATED else number


def _text(term: bytes) -> str:
    return term.decode("utf-8", "replace")


def _once(docs: NDArray[Any]) -> Postings:
    """Return documents as postings with the frequency 1."""
    return Postings(docs.astype(np.int32), np.ones(len(docs), np.uint8))


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
