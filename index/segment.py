"""One document, extracted and analysed, as everything that a segment writes of it.

This is made in the worker processes; what is left to the writer is to append.

One immutable segment on disk: postings, stored documents, facet columns.

::

    segments/<name>/
      segment.json     counts, and size and checksum of every other file
      postings/        dictionary, postings and positions, see index.codec
      heads.*          what is kept of documents beside their texts, see index.heads
      texts.*          the texts; both are compressed one by one, see index.blobs
      ids.*            the id of every document, see index.identifiers
      columns/         organization, theme, lang, source, published, mentioned, lengths
"""

import shutil
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson

from index.analysis import Part, Tokens, part, parts, tokens
from index.days import span
from index.document import PARTS, Document, Fields
from index.facets import VALUE_FACETS, Values, facet_values
from index.inverted_index import PostingsWriter
from index.store import (
    DateColumnWriter,
    FileRecord,
    Identifiers,
    Packed,
    SpanColumnWriter,
    StoredWriter,
    ValueColumnWriter,
    pack,
    read_json,
    records,
    sync_tree,
    write_array,
    write_durably,
    write_ids,
)

ANALYSIS_VERSION = "2"
"""Changes whenever the same document and fields would be written otherwise than before."""
MAX_ID_BYTES = 1024


class Record(NamedTuple):
    """All that is written of a document but its tokens; dates are days."""

    id: str
    facets: Sequence[Values]
    published: tuple[int, int, int] | None
    mentioned: Sequence[tuple[int, int]]
    packed: Packed


class Draft(NamedTuple):
    """A document that is yet to be analysed, see ``finish``."""

    record: Record
    title: list[Part]
    body: list[Part]


class EncodedDocument(NamedTuple):
    """A document ready to be written.

    ``tokens`` are those of all documents that were analysed together, of which this has the
    texts ``2 * number``, its title, and the next, its body.
    """

    record: Record
    tokens: Tokens
    number: int

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id


class UnfitDocumentError(ValueError):
    """A document that cannot be indexed, with the reason."""


def draft(document: Document, fields: Fields) -> Draft:
    """Lay out what is written of a document.

    Raises UnfitDocumentError for an id that is empty or too long.
    """
    if not document.id or len(document.id.encode("utf-8")) > MAX_ID_BYTES:
        raise UnfitDocumentError(f"its id is empty or longer than {MAX_ID_BYTES} bytes")
    language, mentioned = fields.language, fields.mentioned
    packed = pack(document, fields)
    record = Record(
        document.id,
        facet_values(document, fields),
        span(fields.published.value) if fields.published else None,
        [_days(one.first, one.last) for one in mentioned if one.first and one.last]
        if mentioned
        else (),
        packed,
    )
    if language.parts:
        body = parts(document.text, language.parts)
    else:
        body = [part(b"".join(packed.text), language.code)]
    return Draft(record, [part(document.title.encode(), language.code)], body)


def finish(drafts: Sequence[Draft]) -> list[EncodedDocument]:
    """Analyse documents; many at once, for arrays to pay."""
    made = tokens([text for each in drafts for text in (each.title, each.body)])
    return [EncodedDocument(each.record, made, number) for number, each in enumerate(drafts)]


def encode(document: Document, fields: Fields) -> EncodedDocument:
    """Analyse one document. Raises UnfitDocumentError."""
    return finish([draft(document, fields)])[0]


def _days(first: str, last: str) -> tuple[int, int]:
    """Return the day numbers of two ISO 8601 dates."""
    return span(first[:10])[0], span(last[:10])[0]


_TOGETHER = 1024
"""Documents whose values are added to columns together."""


class SegmentInfo(NamedTuple):
    """What ``segment.json`` says: documents, and every other file of the segment."""

    documents: int
    files: Mapping[str, FileRecord]


class SegmentWriter:
    """Writes one segment. Whatever raises, the segment is to be abandoned, never committed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "columns").mkdir(parents=True)
        self._postings = PostingsWriter(folder / "postings")
        self._stored = StoredWriter(folder)
        self._facets = {name: ValueColumnWriter() for name in VALUE_FACETS}
        self._published = DateColumnWriter()
        self._mentioned = SpanColumnWriter()
        self._lengths = {part: array("f") for part in PARTS}
        self._ids: list[str] = []
        # Of the last documents, what columns have of them.
        self._values: list[Sequence[Values]] = []
        self._dates: list[tuple[int, int, int] | None] = []
        self._spans: list[Sequence[tuple[int, int]]] = []

    @property
    def documents(self) -> int:
        """How many documents were added."""
        return len(self._ids)

    def add(self, document: EncodedDocument) -> None:
        """Add one document; its number is the count of those before it."""
        record, tokens, number = document
        self._postings.add(self.documents, tokens, number)
        self._stored.add(record.packed)
        for at, name in enumerate(PARTS):
            self._lengths[name].append(tokens.lengths[len(PARTS) * number + at])
        self._ids.append(record.id)
        self._values.append(record.facets)
        self._dates.append(record.published)
        self._spans.append(record.mentioned)
        if len(self._values) == _TOGETHER:
            self._add_columns()

    def _add_columns(self) -> None:
        """Add the values of the last documents to the columns."""
        if not self._values:
            return
        for column, of_documents in zip(
            self._facets.values(), zip(*self._values, strict=True), strict=True
        ):
            column.extend(of_documents)
        self._published.extend(self._dates)
        self._mentioned.extend(self._spans)
        for held in (self._values, self._dates, self._spans):
            held.clear()

    def commit(self) -> SegmentInfo:
        """Finish the segment, make it durable and measure its files."""
        self._postings.commit()
        self._stored.close()
        self._add_columns()
        columns = self._folder / "columns"
        for name, column in self._facets.items():
            column.save(columns, name)
        self._published.save(columns)
        self._mentioned.save(columns)
        for name, lengths in self._lengths.items():
            write_array(columns / f"{name}.lengths.array", np.asarray(lengths, np.float32))
        write_ids(self._folder, self._ids)
        info = SegmentInfo(self.documents, records(self._folder))
        data = {"documents": info.documents, "files": info.files}
        write_durably(self._folder / "segment.json", orjson.dumps(data, default=tuple))
        sync_tree(self._folder)
        return info

    def abandon(self) -> None:
        """Give up: nothing of the segment stays on disk."""
        self._stored.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)


def write_segment(folder: Path, documents: Iterable[EncodedDocument]) -> SegmentInfo:
    """Write a whole segment; on any exception nothing of it stays."""
    writer = SegmentWriter(folder)
    try:
        for document in documents:
            writer.add(document)
        return writer.commit()
    except BaseException:
        writer.abandon()
        raise


def segment_ids(folder: Path) -> list[str]:
    """Return the ids of a segment's documents, in order. Raises IndexDamaged."""
    return Identifiers(folder).all()


def segment_info(folder: Path) -> SegmentInfo:
    """Read what a segment says of itself. Raises IndexDamaged."""
    raw = read_json(folder / "segment.json")
    files = {name: FileRecord(*pair) for name, pair in raw["files"].items()}
    return SegmentInfo(raw["documents"], files)
