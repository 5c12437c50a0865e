"""Documents in: one module per format, one registry, one walk over files and folders."""

from index.readers.formats import format_of
from index.readers.options import ReadOptions
from index.readers.registry import SUFFIXES, read, read_file
from index.readers.source import SourceFile
from index.readers.walk import list_files

__all__ = [
    "SUFFIXES",
    "ReadOptions",
    "SourceFile",
    "format_of",
    "list_files",
    "read",
    "read_file",
]
