"""The walk over sources: every file once, in a stable order, and the documents of each.

A failure is a ``Skipped`` with a reason, and never ends the walk.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from index.document import Document, Skipped
from index.errors import SourceError
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import display, path_id
from index.readers.reading import not_read, read_file


def read(
    sources: Sequence[Path], options: ReadOptions | None = None
) -> Iterator[Document | Skipped]:
    """Yield the documents of files and folders in a stable order, and what was skipped.

    A document whose ``id`` was already given is a ``Skipped`` of kind ``duplicate``. Raises
    ``SourceError`` for a source that does not exist or cannot be listed, and nothing else.
    """
    options = options or ReadOptions()
    file_of: dict[str, str] = {}  # document id -> name of its file
    for entry in list_files(sources, options):
        if isinstance(entry, Skipped):
            yield entry
            continue
        for item in read_file(entry, options):
            if isinstance(item, Document):
                if item.id in file_of:
                    reason = f"the identifier {item.id} was already given in {file_of[item.id]}"
                    yield Skipped(item.path, "duplicate", reason)
                    continue
                file_of[item.id] = entry.name
            yield item


def list_files(
    sources: Sequence[Path], options: ReadOptions | None = None
) -> Iterator[SourceFile | Skipped]:
    """Yield the files of the sources without opening them; folders are walked in name order.

    A file or folder reached twice (by two sources or symbolic links) is read once. Where files of
    different sources would have the same identifier, the name of the source is put before it.
    Raises ``SourceError`` for a source that does not exist or cannot be listed.
    """
    options = options or ReadOptions()
    for source in sources:
        _require(source)
    seen: set[int] = set()
    ids: set[str] = set()
    for source in sources:
        for entry in _walk(source, options, seen):
            if isinstance(entry, SourceFile) and len(sources) > 1:
                if entry.id in ids:
                    entry = entry._replace(id=f"{path_id(PurePath(source.name))}:{entry.id}")
                ids.add(entry.id)
            yield entry


def _require(source: Path) -> None:
    """Raise ``SourceError`` if the source does not exist or is a folder that cannot be listed."""
    try:
        if stat.S_ISDIR(source.stat().st_mode):
            os.scandir(source).close()
    except FileNotFoundError:
        raise SourceError(
            f"The source {display(str(source))} does not exist.",
            "Give the path of a file or a folder of documents.",
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(
            f"The source {display(str(source))} cannot be read: {reason}.",
            "Check its permissions, or give another source.",
        ) from error


def _walk(source: Path, options: ReadOptions, seen: set[int]) -> Iterator[SourceFile | Skipped]:
    """Yield the files of one source; ``seen`` holds the inodes of all files and folders so far."""
    base = source if source.is_dir() else source.parent
    inside = base.resolve()
    stack = [source]  # recursion would end at Python's limit
    while stack:
        path = stack.pop()
        name = display(str(path))
        try:
            status = path.stat()
            if path != source and path.name.startswith(".") and not options.include_hidden:
                what = "folder" if stat.S_ISDIR(status.st_mode) else "file"
                yield Skipped(name, "hidden", f"it is a hidden {what}")
            elif path != source and not options.follow_links and _leaves(path, inside):
                reason = "it is a symbolic link that leaves the source (see --follow-links)"
                yield Skipped(name, "link", reason)
            elif _inode(status) in seen and _reached_twice(path, status):
                yield Skipped(name, "duplicate", "it was already reached by another path")
            elif stat.S_ISDIR(status.st_mode):
                seen.add(_inode(status))
                inside_it = list(path.iterdir())
                if path == source or not _is_index(inside_it):
                    stack += sorted(inside_it, key=os.fsencode, reverse=True)
            else:
                seen.add(_inode(status))
                yield SourceFile(path, name, path_id(path.relative_to(base)), status.st_size)
        except OSError as error:
            yield not_read(name, error)


_OF_AN_INDEX = frozenset(
    {"current", "current.new", "lock", "generations", "segments", "learned", "vectors", "ocr"}
)


def _is_index(paths: Sequence[Path]) -> bool:
    """Return whether these are all that a folder has, and are what an index directory has.

    An index may stand among the documents that it is made of, and is none of them.
    """
    return {path.name for path in paths} <= _OF_AN_INDEX and any(
        path.name in ("current", "lock") and path.is_file() for path in paths
    )


def _leaves(path: Path, folder: Path) -> bool:
    """Return whether a path is a symbolic link to what is not in a folder.

    The folders above it were reached without one.
    """
    return path.is_symlink() and not path.resolve().is_relative_to(folder)


def _reached_twice(path: Path, status: os.stat_result) -> bool:
    """Return whether the path is a second way to a file; a hard link is a file of its own."""
    return stat.S_ISDIR(status.st_mode) or status.st_nlink == 1 or path.is_symlink()


def _inode(status: os.stat_result) -> int:
    return status.st_dev << 64 | status.st_ino
