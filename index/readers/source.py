"""A file of a source, as the walk finds it and a format reads it.

ReadOptions: what the user may say about the documents to be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from index.errors import SettingError
from index.readers.content import is_encoding
from index.readers.mapping import DEFAULT_NAMES


class SourceFile(NamedTuple):
    """A file to be read.

    ``name`` is its path as given to the command line, printable; ``id`` is the identifier of the
    document in it, or the beginning of those of its records; ``size`` is in bytes on disk.
    """

    path: Path
    name: str
    id: str
    size: int


MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How documents are read.

    ``mapping`` says under which name a record keeps a field of ours (``{"title": "headline"}``);
    fields not in it keep their default names. ``max_bytes`` is the largest document, after
    decompression: a whole file, or one record of a file of many. ``encoding`` is that of files
    which declare none; when empty it is detected. Raises ``SettingError`` for a field, a size or
    an encoding that does not exist.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = MAX_BYTES
    include_hidden: bool = False
    encoding: str | None = None

    def __post_init__(self) -> None:
        for name in self.mapping:
            if name not in DEFAULT_NAMES:
                raise SettingError(
                    f"“{name}” is not a field of a document.",
                    f"The fields are {', '.join(DEFAULT_NAMES)}.",
                )
        if self.max_bytes < 1:
            raise SettingError(
                f"The largest size of a document cannot be {self.max_bytes} bytes.",
                "Give a number of bytes of at least 1.",
            )
        if self.encoding and not is_encoding(self.encoding):
            raise SettingError(
                f"“{self.encoding}” is not the name of an encoding.",
                "Give one such as utf-8, cp1252, iso-8859-15, windows-1251 or cp1256.",
            )
