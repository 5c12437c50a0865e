"""A file of a source, as the walk finds it and a format reads it."""

from pathlib import Path
from typing import NamedTuple


class SourceFile(NamedTuple):
    """A file to be read.

    ``name`` is its path as given to the command line, printable; ``id`` is the identifier of the
    document in it, or the beginning of those of its records; ``size`` is in bytes on disk.
    """

    path: Path
    name: str
    id: str
    size: int
