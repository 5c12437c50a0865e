"""Our arrays as a Whoosh codec: Whoosh writes them, and any Whoosh query runs over them.

The product writes segments in bulk (``runs`` and ``merge``) and evaluates over the arrays. This
codec is the other door to the same files: ``segment_reader`` gives Whoosh's own searcher a segment
of ours, and ``ArraysCodec`` handed to a Whoosh writer makes one. Each is the oracle of the other.
Weights are frequencies (a field boost is for the scorer); lengths are exact, added up from the
postings when they are asked for; nothing is pickled but the list of segments that Whoosh's own
writer keeps.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec import base
from whoosh.fields import FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Format, Positions
from whoosh.reading import SegmentReader, TermInfo, TermNotFound

from index.document import PARTS
from index.inverted_index import SegmentPostings
from index.store import Place, Prefix
from index.whoosh.matcher import ArrayMatcher
from index.whoosh.writer import ArraysFieldWriter, ArraysPerDocumentWriter


class ArraysCodec(base.Codec):  # type: ignore[misc]
    """Hand it to ``Index.writer(codec=...)``, or open a folder with ``segment_reader``."""

    length_stats = False  # lengths are added up from the postings, exactly

    def per_document_writer(self, storage: FileStorage, segment: "ArraysSegment") -> Any:
        """Return the writer of per-document values."""
        return ArraysPerDocumentWriter()

    def field_writer(self, storage: FileStorage, segment: "ArraysSegment") -> Any:
        """Return the writer of terms and postings."""
        return ArraysFieldWriter(segment.place(storage))

    def terms_reader(self, storage: FileStorage, segment: "ArraysSegment") -> "ArraysTermsReader":
        """Return the reader of terms and postings."""
        return ArraysTermsReader(SegmentPostings(segment.place(storage)))

    def per_document_reader(
        self, storage: FileStorage, segment: "ArraysSegment"
    ) -> "ArraysPerDocumentReader":
        """Return the reader of per-document values."""
        return ArraysPerDocumentReader(storage, segment)

    def new_segment(self, storage: FileStorage, indexname: str) -> "ArraysSegment":
        """Return a new, empty segment."""
        return ArraysSegment(indexname)


class ArraysSegment(base.Segment):  # type: ignore[misc]
    """What Whoosh knows of a segment; ``bulk`` ones have plain file names."""

    def __init__(
        self,
        indexname: str,
        documents: int = 0,
        deleted: frozenset[int] = frozenset(),
        bulk: bool = False,
    ) -> None:
        super().__init__(indexname)
        self._documents = documents
        self._deleted = set(deleted)
        self._bulk = bulk

    def place(self, storage: FileStorage) -> Place:
        """Return where the array files of this segment stand."""
        folder = Path(storage.folder)
        return folder if self._bulk else Prefix(folder, f"{self.segment_id()}.")

    def codec(self, **_: Any) -> ArraysCodec:
        """Return the codec that reads this segment."""
        return ArraysCodec()

    def should_assemble(self) -> bool:
        """Keep the files apart: they are mapped."""
        return False

    def set_doc_count(self, count: int) -> None:
        """Set the number of documents, deleted ones included."""
        self._documents = count

    def doc_count_all(self) -> int:
        """Return the number of documents, deleted ones included."""
        return self._documents

    def deleted_count(self) -> int:
        """Return the number of deleted documents."""
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """Return the deleted documents, ascending."""
        return iter(sorted(self._deleted))

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Mark a document as deleted, or take the mark away."""
        (self._deleted.add if delete else self._deleted.discard)(docnum)

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is marked as deleted."""
        return docnum in self._deleted


class ArraysTermsReader(base.TermsReader):  # type: ignore[misc]
    """Terms as Whoosh asks for them: (field name, bytes)."""

    def __init__(self, arrays: SegmentPostings) -> None:
        self._arrays = arrays

    def _number(self, fieldname: str, text: bytes) -> int:
        number = self._arrays.dictionary.find(fieldname, text)
        if number < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return number

    def _info(self, number: int) -> TermInfo:
        docs, freqs = self._arrays.postings(number)
        fieldname, _ = self._arrays.dictionary.split(number)
        lengths = self._arrays.lengths(fieldname)[docs]
        return TermInfo(
            weight=float(freqs.sum(dtype=np.int64)),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(freqs.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._arrays.dictionary.find(*term) >= 0

    def cursor(self, fieldname: str, fieldobj: FieldType) -> "ArraysCursor":
        """Return a cursor over the terms of a field."""
        return ArraysCursor(self, self._arrays, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every term of every field, in order."""
        return map(self._arrays.dictionary.split, range(self._arrays.dictionary.size))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms from this one on, running into the fields that follow."""
        dictionary = self._arrays.dictionary
        return map(dictionary.split, range(dictionary.lower(fieldname, prefix), dictionary.size))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield every term with its statistics."""
        dictionary = self._arrays.dictionary
        return ((dictionary.split(n), self._info(n)) for n in range(dictionary.size))

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield the terms from this one on, with their statistics."""
        dictionary = self._arrays.dictionary
        start = dictionary.lower(fieldname, prefix)
        return ((dictionary.split(n), self._info(n)) for n in range(start, dictionary.size))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return the statistics of a term; raise TermNotFound."""
        return self._info(self._number(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Return how often a term occurs."""
        number = self._arrays.dictionary.find(fieldname, text)
        return float(self._arrays.postings(number).freqs.sum(dtype=np.int64)) if number >= 0 else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Return how many documents hold a term."""
        number = self._arrays.dictionary.find(fieldname, text)
        return self._arrays.frequency(number) if number >= 0 else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: Any = None
    ) -> ArrayMatcher:
        """Return a matcher with a cursor of its own over the postings of a term."""
        number = self._number(fieldname, text)
        return ArrayMatcher(self._arrays, number, (fieldname, text), format_, scorer)

    def indexed_field_names(self) -> tuple[str, ...]:
        """Return the names of the fields that have terms."""
        return self._arrays.dictionary.fields()


class ArraysCursor(base.FieldCursor):  # type: ignore[misc]
    """Walks the terms of one field."""

    def __init__(
        self,
        reader: ArraysTermsReader,
        arrays: SegmentPostings,
        fieldname: str,
        fieldobj: FieldType,
    ) -> None:
        self._reader, self._dictionary = reader, arrays.dictionary
        self._fieldname, self._fieldobj = fieldname, fieldobj
        self._numbers = self._dictionary.field(fieldname)
        self._at = self._numbers.start

    def first(self) -> Any:
        """Go to the first term."""
        self._at = self._numbers.start
        return self.text()

    def find(self, term: str | bytes) -> Any:
        """Go to the first term not below this one."""
        text = term if isinstance(term, bytes) else self._fieldobj.to_bytes(term)
        self._at = self._dictionary.lower(self._fieldname, text)
        return self.text()

    def next(self) -> Any:
        """Go to the next term."""
        self._at += 1
        return self.text()

    def text(self) -> Any:
        """Return the term under the cursor, None behind the last."""
        if not self.is_valid():
            return None
        return self._fieldobj.from_bytes(self._dictionary.split(self._at)[1])

    def term_info(self) -> TermInfo | None:
        """Return the statistics of the term under the cursor."""
        if not self.is_valid():
            return None
        return self._reader.term_info(*self._dictionary.split(self._at))

    def is_valid(self) -> bool:
        """Tell whether the cursor stands on a term."""
        return self._at < self._numbers.stop


class ArraysPerDocumentReader(base.PerDocumentReader):  # type: ignore[misc]
    """Deletions and lengths; the stored document is not Whoosh's business here."""

    def __init__(self, storage: FileStorage, segment: ArraysSegment) -> None:
        self._segment = segment
        self._arrays = SegmentPostings(segment.place(storage))

    def doc_count(self) -> int:
        """Return the number of live documents."""
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        """Return the number of documents, deleted ones included."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Tell whether any document is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """Return the deleted documents, ascending."""
        return self._segment.deleted_docs()

    def _lengths(self, fieldname: str) -> NDArray[np.int64]:
        lengths = self._arrays.lengths(fieldname)
        missing = self._segment.doc_count_all() - len(lengths)
        return np.pad(lengths, (0, missing)) if missing > 0 else lengths

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the number of tokens of a field of a document."""
        return int(self._lengths(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """Return the number of tokens of a field in all documents."""
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        """Return the shortest length of a field, among documents that have it."""
        lengths = self._lengths(fieldname)
        held = lengths[lengths > 0]
        return int(held.min()) if held.size else 0

    def max_field_length(self, fieldname: str) -> int:
        """Return the longest length of a field."""
        lengths = self._lengths(fieldname)
        return int(lengths.max()) if lengths.size else 0

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return nothing: documents are stored beside the arrays, see ``index.documents``."""
        return {}


def schema(analyzers: Iterable[str]) -> Schema:
    """Return the fields of our index as Whoosh's own searcher knows them."""
    fields = {}
    for part in PARTS:
        for name in (part, *(f"{part}_{suffix}" for suffix in analyzers)):
            fields[name] = FieldType(format=Positions(), analyzer=None, scorable=True)
    return Schema(**fields)


def segment_reader(
    folder: Path, schema: Schema, documents: int, deleted: frozenset[int] = frozenset()
) -> SegmentReader:
    """Open the arrays of a bulk segment as a Whoosh reader: give it to ``whoosh.searching``."""
    segment = ArraysSegment("bulk", documents, deleted, bulk=True)
    return SegmentReader(FileStorage(str(folder)), schema, segment, codec=ArraysCodec())
