"""Formats: each is declared once, here.

A format is one module with a function that reads a file, and one line of ``FORMATS``. The ending of
a file's name decides which format reads it. CONTRIBUTING.md says how to add one.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Final, NamedTuple

from index.document import Document, Skipped
from index.readers.source import ReadOptions, SourceFile

Reader = Callable[[SourceFile, ReadOptions], Iterator[Document | Skipped]]
"""Yields the documents of one file. May raise RefusedError for the file as a whole."""


class Format(NamedTuple):
    """One format: the endings of its files, and the function that reads them.

    ``reader`` is ``MODULE.FUNCTION`` in this room; the module is imported when first needed.
    ``single`` says that a file is one document, which a worker reads whole; files of many records
    are read by the main process, which hands the records to the workers.
    """

    suffixes: tuple[str, ...]
    reader: str
    single: bool = False

    def load(self) -> Reader:
        """Return the function that reads a file."""
        module, _, function = self.reader.partition(".")
        reader: Reader = getattr(import_module(f"index.readers.{module}"), function)
        return reader


FORMATS: Final = (
    Format((".txt", ".text"), "text.read_text", single=True),
    Format((".html", ".htm", ".xhtml"), "html.read_html", single=True),
    Format((".jsonl", ".ndjson"), "jsonl.read_json_lines"),
    Format((".json",), "jsonl.read_json"),
    Format((".csv", ".tsv"), "delimited.read_table"),
)
COMPRESSED: Final = ".gz"
SUFFIXES: Final = tuple(suffix for format in FORMATS for suffix in format.suffixes)
"""The endings of file names that are read; each also with ``.gz`` behind it, in any case."""


def format_of(name: str) -> Format | None:
    """Return the format of a file from its name, or None when it is not one that is read."""
    name = name.lower().removesuffix(COMPRESSED)
    for format in FORMATS:
        if name.endswith(format.suffixes) and name not in format.suffixes:
            return format
    return None


def known_suffixes() -> str:
    """Return the endings that are read, for a message."""
    return f"{', '.join(SUFFIXES)}, each also with {COMPRESSED}"
