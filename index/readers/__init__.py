"""Documents in: one module per format, one registry, one walk over files and folders."""

from index.readers.formats import SUFFIXES, format_of
from index.readers.source import ReadOptions, SourceFile
from index.readers.walk import list_files, read, read_file

__all__ = [
    "SUFFIXES",
    "ReadOptions",
    "SourceFile",
    "format_of",
    "list_files",
    "read",
    "read_file",
]
