"""Files of the index: durable writing, checksums, mapping without a copy."""

import errno
import hashlib
import mmap
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from index.codec.files import ArrayFile, write_array
from index.errors import IndexDamaged

REMEDY = "Rebuild the index, or return to the previous generation with `trouvaille rollback`."
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors that mean: no room left for what is being written."""


class FileRecord(NamedTuple):
    """Size in bytes and SHA-256 (hexadecimal) of one file."""

    size: int
    sha256: str


def record(path: Path) -> FileRecord:
    """Measure one file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileRecord(os.fstat(file.fileno()).st_size, digest)


def records(folder: Path) -> dict[str, FileRecord]:
    """Measure every file under a folder, by its path relative to it."""
    return {path.relative_to(folder).as_posix(): record(path) for path in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path


def sync(path: Path) -> None:
    """Make one file or one directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Make a folder and everything under it durable."""
    for path in _walk(folder):
        sync(path)
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync(path)
    sync(folder)


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file by rename: whoever reads it sees the old bytes or the new, never a mixture."""
    aside = path.with_name(path.name + ".new")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync(path.parent)


def compare_sizes(folder: Path, files: Mapping[str, FileRecord]) -> None:
    """Raise IndexDamaged, naming the file, where one is missing or has another size."""
    for name, expected in files.items():
        path = folder / name
        try:
            size = path.stat().st_size
        except OSError as error:
            raise IndexDamaged(f"“{path}” of the index is missing.", REMEDY) from error
        if size != expected.size:
            raise IndexDamaged(
                f"“{path}” of the index has {size} bytes instead of {expected.size}.", REMEDY
            )


def read_json(path: Path) -> Any:
    """Read a JSON file of the index; raise IndexDamaged where it cannot be."""
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise IndexDamaged(f"“{path}” of the index cannot be read ({error}).", REMEDY) from error


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array that ``load_array`` maps."""
    write_array(path, values)


def load_array(path: Path, dtype: type[np.generic]) -> NDArray[Any]:
    """Map an array and verify it; raise IndexDamaged where it is not one of this type."""
    opened = ArrayFile(path)
    if opened.dtype != dtype:
        raise IndexDamaged(f"“{path}” of the index holds {opened.dtype}.", REMEDY)
    return opened.all()


def map_bytes(path: Path) -> mmap.mmap | bytes:
    """Map a file; an empty one is empty bytes."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
