"""The registry of formats: which module reads a file, by the ending of its name."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Final

from index.document import Document, Skipped
from index.readers.options import ReadOptions
from index.readers.source import SourceFile

# One module per format, with a function ``read_documents``; imported when first needed.
_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "plain": (".txt", ".text"),
    "html": (".html", ".htm", ".xhtml"),
    "json_lines": (".jsonl", ".ndjson"),
    "json_file": (".json",),
    "delimited": (".csv", ".tsv"),
}
COMPRESSED: Final = ".gz"
SUFFIXES: Final = tuple(suffix for suffixes in _MODULES.values() for suffix in suffixes)
"""The endings of file names that are read; each also with ``.gz`` behind it, in any case."""


def format_of(name: str) -> str | None:
    """Return the format of a file from its name, or None when it is not one that is read."""
    name = name.lower().removesuffix(COMPRESSED)
    for module, suffixes in _MODULES.items():
        if name.endswith(suffixes) and name not in suffixes:
            return module
    return None


def reader_of(
    name: str,
) -> Callable[[SourceFile, ReadOptions], Iterator[Document | Skipped]]:
    """Return the function that reads a file of this name; KeyError if no format has its ending."""
    module = format_of(name)
    if module is None:
        raise KeyError(name)
    reader: Callable[[SourceFile, ReadOptions], Iterator[Document | Skipped]]
    reader = import_module(f"index.readers.{module}").read_documents
    return reader


def known_suffixes() -> str:
    """Return the endings that are read, for a message."""
    return f"{', '.join(SUFFIXES)}, each also with {COMPRESSED}"
