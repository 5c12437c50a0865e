"""One immutable segment: what is written of a document, and the writer of all of its files.

::

    segments/<name>/
      postings/        terms, postings and positions, see ``index.segments.inverted_index``
      heads.* texts.*  stored fields
      ids.*            the id of every document
      keys.*           what documents are found by exactly, see ``index.keys``
      columns/         doc values: one column per facet, dates, lengths of titles and bodies

Workers draft documents one by one and analyse many together; the writer only appends.
"""

import shutil
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.analysis import Part, Tokens, part, parts, tokens
from index.calendar import DAY_SECONDS, UNDATED_SECOND, first_second
from index.document import PARTS, Document, Fields
from index.facets import VALUE_FACETS, Values, facet_values
from index.keys import document_keys
from index.segments.inverted_index import PostingsWriter
from index.segments.manifest import SegmentEntry
from index.store import (
    KeyWriter,
    Packed,
    SpanColumnWriter,
    StoredWriter,
    ValueColumnWriter,
    key_digest,
    pack,
    records,
    sync_tree,
    write_array,
    write_ids,
)

MAX_ID_BYTES = 1024
_COLUMN_BATCH = 1024
"""Documents whose values are added to columns together."""

Days = tuple[int, int]
"""First and last day of a date, counted from 1970-01-01."""


class Record(NamedTuple):
    """What is written of a document beside its tokens.

    ``facets`` has the values of each facet in ``VALUE_FACETS``. ``published`` is the first second
    of the publication date, ``UNDATED_SECOND`` without one, from 1970-01-01. ``keys`` are digests.
    ``embargo`` is the first second at which the document may be found, 0 if it always may.
    """

    id: str
    facets: Sequence[Values]
    published: int
    mentioned: Sequence[Days]
    packed: Packed
    keys: Sequence[int] = ()
    embargo: int = 0
    inferred: bool = False


class Draft(NamedTuple):
    """A document whose texts are not analysed yet, see ``analyse_drafts``."""

    record: Record
    title: list[Part]
    body: list[Part]


class AnalysedDocument(NamedTuple):
    """A document ready to be written.

    ``tokens`` are those of all documents that were analysed together; text ``2 * place`` is the
    title of this one and the next text its body.
    """

    record: Record
    tokens: Tokens
    place: int

    @property
    def id(self) -> str:
        """The id of the document."""
        return self.record.id


class UnfitDocumentError(ValueError):
    """A document that cannot be indexed, with the reason."""


def draft(document: Document, fields: Fields) -> Draft:
    """Prepare a document for analysis. Raises UnfitDocumentError for an empty or overlong id."""
    if not document.id or len(document.id.encode("utf-8")) > MAX_ID_BYTES:
        raise UnfitDocumentError(f"its id is empty or longer than {MAX_ID_BYTES} bytes")
    language = fields.language
    packed = pack(document, fields)
    record = Record(
        document.id,
        facet_values(document, fields),
        first_second(fields.published.value) if fields.published else UNDATED_SECOND,
        [
            (_day(date.first), _day(date.last))
            for date in fields.mentioned
            if date.first and date.last
        ],
        packed,
        sorted(key_digest(*key) for key in document_keys(document, fields.persons)),
        first_second(document.embargo) if document.embargo else 0,
        fields.published is not None and fields.published.is_inferred,
    )
    if language.parts:
        body = parts(document.text, language.parts)
    else:
        body = [part(b"".join(packed.text), language.code)]
    return Draft(record, [part(document.title.encode(), language.code)], body)


def _day(value: str) -> int:
    return first_second(value[:10]) // DAY_SECONDS


def analyse_drafts(drafts: Sequence[Draft]) -> list[AnalysedDocument]:
    """Analyse documents together; the more there are, the less each costs."""
    together = tokens([text for item in drafts for text in (item.title, item.body)])
    return [AnalysedDocument(item.record, together, place) for place, item in enumerate(drafts)]


class SegmentWriter:
    """Writes one segment. After any exception call ``abandon``, never ``commit``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "columns").mkdir(parents=True)
        self._postings = PostingsWriter(folder / "postings")
        self._stored = StoredWriter(folder)
        self._keys = KeyWriter()
        self._facets = {name: ValueColumnWriter() for name in VALUE_FACETS}
        self._published = array("q")
        self._inferred = array("b")
        self._embargoed = array("q")
        self._mentioned = SpanColumnWriter()
        self._lengths = {part: array("f") for part in PARTS}
        self._ids: list[str] = []
        # The last documents, whose values are not in the columns yet.
        self._batch: list[tuple[Sequence[Values], Sequence[Days]]] = []

    @property
    def documents(self) -> int:
        """The number of documents added so far."""
        return len(self._ids)

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the documents added so far."""
        return self._ids

    def add(self, document: AnalysedDocument) -> None:
        """Add one document; documents are numbered from 0 in the order they are added."""
        record, tokens, place = document
        self._postings.add(self.documents, tokens, place)
        self._stored.add(record.packed)
        self._keys.add(self.documents, record.keys)
        for text, name in enumerate(PARTS, len(PARTS) * place):
            self._lengths[name].append(tokens.lengths[text])
        self._ids.append(record.id)
        self._published.append(record.published)
        self._inferred.append(record.inferred)
        if record.embargo:
            self._embargoed.extend((len(self._ids) - 1, record.embargo))
        self._batch.append((record.facets, record.mentioned))
        if len(self._batch) == _COLUMN_BATCH:
            self._add_columns()

    def _add_columns(self) -> None:
        """Move the values of the last documents into the columns."""
        if not self._batch:
            return
        facets, mentioned = zip(*self._batch, strict=True)
        self._batch.clear()
        for column, values in zip(self._facets.values(), zip(*facets, strict=True), strict=True):
            column.extend(values)
        self._mentioned.extend(mentioned)

    def commit(self) -> SegmentEntry:
        """Write all files, make them durable, and describe them for the manifest."""
        self._postings.commit()
        self._stored.close()
        self._keys.save(self._folder)
        self._add_columns()
        columns = self._folder / "columns"
        for name, column in self._facets.items():
            column.save(columns, name)
        write_array(columns / "published.array", np.asarray(self._published, np.int64))
        write_array(columns / "inferred.array", np.asarray(self._inferred, np.bool_))
        write_array(columns / "embargoed.array", np.asarray(self._embargoed, np.int64))
        self._mentioned.save(columns)
        for name, lengths in self._lengths.items():
            write_array(columns / f"{name}.lengths.array", np.asarray(lengths, np.float32))
        write_ids(self._folder, self._ids)
        files = records(self._folder)
        sync_tree(self._folder)
        return SegmentEntry(self._folder.name, self.documents, files)

    def abandon(self) -> None:
        """Delete what was written."""
        self._stored.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)


def write_segment(folder: Path, documents: Iterable[AnalysedDocument]) -> SegmentEntry:
    """Write a whole segment; nothing of it stays after an exception."""
    writer = SegmentWriter(folder)
    try:
        for document in documents:
            writer.add(document)
        return writer.commit()
    except BaseException:
        writer.abandon()
        raise
