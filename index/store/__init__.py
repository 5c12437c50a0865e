"""Postings, positions and dictionaries as contiguous, memory-mapped arrays."""

from index.store.array_files import ArrayFile, Place, Prefix, write_array
from index.store.cache import ByteCache
from index.store.columns import Chosen, FacetColumn, ValueColumnWriter, open_facet
from index.store.completion import TermCount, WrittenWords, write_words
from index.store.datecolumns import (
    DateColumn,
    DateColumnWriter,
    LengthColumn,
    SpanColumn,
    SpanColumnWriter,
)
from index.store.dictionary import Dictionary, write_dictionary
from index.store.files import (
    FULL,
    REMEDY,
    FileRecord,
    compare_sizes,
    is_sound,
    open_array,
    parse_json,
    read_bytes,
    read_json,
    records,
    save_array,
    sync,
    sync_tree,
    write_durably,
)
from index.store.heads import Details, Head, opening, spans
from index.store.ids import Identifiers, write_ids
from index.store.list_writer import write_lists
from index.store.lists import Keys, Lists, ManyPostings, PostingLists, TermPostings
from index.store.merge import merge, numbers
from index.store.pieces import LongText, word_end
from index.store.runs import RunBuilder, write_run
from index.store.spell import MAX_LENGTH, MIN_LENGTH, Near, SpellingWords
from index.store.stored import Packed, StoredDocuments, StoredWriter, clean, content_hash, pack
from index.store.successive import added
from index.store.terms import vocabulary

__all__ = [
    "FULL",
    "MAX_LENGTH",
    "MIN_LENGTH",
    "REMEDY",
    "ArrayFile",
    "ByteCache",
    "Chosen",
    "DateColumn",
    "DateColumnWriter",
    "Details",
    "Dictionary",
    "FacetColumn",
    "FileRecord",
    "Head",
    "Identifiers",
    "Keys",
    "LengthColumn",
    "Lists",
    "LongText",
    "ManyPostings",
    "Near",
    "Packed",
    "Place",
    "PostingLists",
    "Prefix",
    "RunBuilder",
    "SpanColumn",
    "SpanColumnWriter",
    "SpellingWords",
    "StoredDocuments",
    "StoredWriter",
    "TermCount",
    "TermPostings",
    "ValueColumnWriter",
    "WrittenWords",
    "added",
    "clean",
    "compare_sizes",
    "content_hash",
    "is_sound",
    "merge",
    "numbers",
    "open_array",
    "open_facet",
    "opening",
    "pack",
    "parse_json",
    "read_bytes",
    "read_json",
    "records",
    "save_array",
    "spans",
    "sync",
    "sync_tree",
    "vocabulary",
    "word_end",
    "write_array",
    "write_dictionary",
    "write_durably",
    "write_ids",
    "write_lists",
    "write_run",
    "write_words",
]
