"""Read sources: the walk, the reader of each format, and nothing that one file costs another."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.document import Document, Skipped
from index.readers.content import RefusedError
from index.readers.formats import SUFFIXES, reader_of
from index.readers.options import ReadOptions
from index.readers.source import SourceFile
from index.readers.walk import list_files

__all__ = ["SUFFIXES", "read", "read_file"]


def read(
    sources: Sequence[Path], options: ReadOptions | None = None
) -> Iterator[Document | Skipped]:
    """Yield the documents of files and folders in a stable order, and what was left out.

    No two documents have the same ``id``: the second is a ``Skipped`` of kind ``duplicate``.
    Raises ``SourceError`` for a source that does not exist or cannot be listed, and nothing else.
    """
    options = options or ReadOptions()
    first: dict[str, str] = {}  # id -> name of the file that gave it, shared by its records
    for entry in list_files(sources, options):
        if isinstance(entry, Skipped):
            yield entry
            continue
        for item in read_file(entry, options):
            if isinstance(item, Document):
                if item.id in first:
                    reason = f"the identifier {item.id} was already given in {first[item.id]}"
                    yield Skipped(item.path, "duplicate", reason)
                    continue
                first[item.id] = entry.name
            yield item


def read_file(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of one file, whatever is in it; raises nothing.

    Files may be read in parallel: a reader keeps no state between them.
    """
    try:
        yield from reader_of(file.path.name)(file, options)
    except RefusedError as refused:
        yield Skipped(file.name, refused.kind, refused.reason)
    except (gzip.BadGzipFile, zlib.error):
        yield Skipped(file.name, "broken", "it is not the gzip file that its name says")
    except EOFError:
        yield Skipped(file.name, "broken", "the gzip file is cut short")
    except OSError as error:
        yield Skipped(file.name, "unreadable", error.strerror or str(error))
