"""Files of the index: one module for each thing on disk, its writer beside its reader.

For: posting lists and their inversion (``postings``, ``merge``), the term dictionary (``terms``),
completion and spelling (``suggest``), doc values, stored fields and ids, all of them in checksummed
and memory-mapped files (``files``, ``blocks``). Not for: several segments, deleted documents, or
which generation is published.
"""

from index.store.blocks import ByteCache
from index.store.doc_values import (
    Chosen,
    DateColumn,
    FacetColumn,
    NumberColumn,
    SpanColumn,
    SpanColumnWriter,
    ValueColumnWriter,
)
from index.store.files import (
    REMEDY,
    ArrayFile,
    FileRecord,
    compare_records,
    is_sound,
    parse_json,
    read_bytes,
    read_json,
    records,
    sync,
    sync_tree,
    unreadable,
    write_array,
    write_durably,
)
from index.store.merge import Inverter
from index.store.postings import ManyPostings, PositionedPostings, PostingLists, TermPostings
from index.store.stored_fields import (
    Details,
    Head,
    Identifiers,
    LongText,
    Packed,
    StoredDocuments,
    StoredWriter,
    clean,
    content_hash,
    pack,
    spans,
    word_end,
    write_ids,
)
from index.store.suggest import (
    MAX_LENGTH,
    MIN_LENGTH,
    Near,
    SpellingWords,
    TermCount,
    WrittenWords,
    write_words,
)
from index.store.terms import Dictionary, vocabulary, write_terms

__all__ = [
    "MAX_LENGTH",
    "MIN_LENGTH",
    "REMEDY",
    "ArrayFile",
    "ByteCache",
    "Chosen",
    "DateColumn",
    "Details",
    "Dictionary",
    "FacetColumn",
    "FileRecord",
    "Head",
    "Identifiers",
    "Inverter",
    "LongText",
    "ManyPostings",
    "Near",
    "NumberColumn",
    "Packed",
    "PositionedPostings",
    "PostingLists",
    "SpanColumn",
    "SpanColumnWriter",
    "SpellingWords",
    "StoredDocuments",
    "StoredWriter",
    "TermCount",
    "TermPostings",
    "ValueColumnWriter",
    "WrittenWords",
    "clean",
    "compare_records",
    "content_hash",
    "is_sound",
    "pack",
    "parse_json",
    "read_bytes",
    "read_json",
    "records",
    "spans",
    "sync",
    "sync_tree",
    "unreadable",
    "vocabulary",
    "word_end",
    "write_array",
    "write_durably",
    "write_ids",
    "write_terms",
    "write_words",
]
