"""Files of every supported format, read as documents.

``list_files`` walks the sources, ``read_file`` yields the documents of one file, and ``read`` does
both. Whatever cannot become a document is a ``Skipped`` with the reason; one bad file or record
never costs another. Extraction of fields and indexing happen elsewhere.
"""

from index.readers.content import RefusedError
from index.readers.formats import SUFFIXES, Budget, ReadOptions, SourceFile, format_of
from index.readers.kinds import format_by_content
from index.readers.mapping import display, path_id
from index.readers.ocr import require_ocr
from index.readers.reading import read_file, split
from index.readers.walk import list_files, read

__all__ = [
    "SUFFIXES",
    "Budget",
    "ReadOptions",
    "RefusedError",
    "SourceFile",
    "display",
    "format_by_content",
    "format_of",
    "list_files",
    "path_id",
    "read",
    "read_file",
    "require_ocr",
    "split",
]
