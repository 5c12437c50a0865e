"""The walk over sources: every file once, in a stable order, what is left out by name."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from index.document import Skipped
from index.errors import SourceError
from index.readers.formats import format_of, known_suffixes
from index.readers.identity import display, path_id
from index.readers.options import ReadOptions
from index.readers.source import SourceFile


def list_files(
    sources: Sequence[Path], options: ReadOptions | None = None
) -> Iterator[SourceFile | Skipped]:
    """Yield the files of the sources, folders walked in the order of their names.

    Nothing is opened. A file or a folder reached twice (two sources, symbolic links) is read
    once. Files of different sources whose identifiers would be the same get the name of their
    source before it. Raises ``SourceError`` for a source that does not exist or a folder that
    cannot be listed.
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
    """Raise ``SourceError`` unless the source is there and can be listed or is a file."""
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
    """Yield what one source holds; ``seen`` has device and inode, as one number, of all yielded."""
    base = source if source.is_dir() else source.parent
    waiting = [source]  # a stack: recursion would end at Python's limit
    while waiting:
        path = waiting.pop()
        name = display(str(path))
        try:
            status = path.stat()
            if path != source and path.name.startswith(".") and not options.include_hidden:
                what = "folder" if stat.S_ISDIR(status.st_mode) else "file"
                yield Skipped(name, "hidden", f"it is a hidden {what}")
            elif _inode(status) in seen and _reached_twice(path, status):
                yield Skipped(name, "duplicate", "it was already reached by another path")
            elif stat.S_ISDIR(status.st_mode):
                seen.add(_inode(status))
                waiting += sorted(path.iterdir(), key=_order, reverse=True)
            elif format_of(path.name) is None:
                yield Skipped(name, "unknown", _unknown(path))
            else:
                seen.add(_inode(status))
                yield SourceFile(path, name, path_id(path.relative_to(base)), status.st_size)
        except OSError as error:
            yield Skipped(name, "unreadable", error.strerror or str(error))


def _reached_twice(path: Path, status: os.stat_result) -> bool:
    """Tell a second way to one file from a hard link, which is a file of its own to its user."""
    return stat.S_ISDIR(status.st_mode) or status.st_nlink == 1 or path.is_symlink()


def _inode(status: os.stat_result) -> int:
    return status.st_dev << 64 | status.st_ino


def _order(path: Path) -> bytes:
    return os.fsencode(path.name)


def _unknown(path: Path) -> str:
    what = f"“{display(path.suffix)}” is not" if path.suffix else "it has no ending of"
    return f"{what} a format that is read ({known_suffixes()})"
