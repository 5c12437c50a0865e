"""Files of the index: durable writing, checksums, mapping without a copy."""

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from index.errors import IndexDamaged, IndexUnavailable
from index.store.array_files import ArrayFile, read_seal, write_array

REMEDY = "Rebuild the index, or return to the previous generation with `trouvaille rollback`."
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors that mean: no room left for what is being written."""


class FileRecord(NamedTuple):
    """Size in bytes and SHA-256 (hexadecimal) of one file.

    Of an array file it is that of its header and of the checksums of its blocks, which vouch for
    the rest: written once, the rest need not be read again to be recorded.
    """

    size: int
    sha256: str


def record(path: Path) -> FileRecord:
    """Measure one file."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        seal = read_seal(file, size)
        if seal is not None:
            return FileRecord(size, hashlib.sha256(seal).hexdigest())
        return FileRecord(size, hashlib.file_digest(file, "sha256").hexdigest())


def is_sound(path: Path, expected: FileRecord) -> bool:
    """Read a whole file and say whether it is what was recorded. Raises OSError."""
    if record(path) != expected:
        return False
    with path.open("rb") as file:
        if read_seal(file, expected.size) is None:
            return True
    try:
        ArrayFile(path).all()
    except IndexUnavailable:
        return False
    return True


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
        path = os.path.join(folder, name)
        try:
            size = os.stat(path).st_size
        except OSError as error:
            raise IndexDamaged(f"“{path}” of the index is missing.", REMEDY) from error
        if size != expected.size:
            raise IndexDamaged(
                f"“{path}” of the index has {size} bytes instead of {expected.size}.", REMEDY
            )


def read_bytes(path: Path) -> bytes:
    """Read a file of the index; raise IndexDamaged where it cannot be."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"“{path}” of the index cannot be read ({error}).", REMEDY) from error


def read_json(path: Path) -> Any:
    """Read a JSON file of the index; raise IndexDamaged where it cannot be."""
    return parse_json(read_bytes(path), path)


def parse_json(data: bytes, path: Path) -> Any:
    """Parse what was read of a JSON file of the index; raise IndexDamaged where it cannot be."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise IndexDamaged(f"“{path}” of the index cannot be read ({error}).", REMEDY) from error


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array that ``load_array`` maps."""
    write_array(path, values)


def save_narrow(path: Path, values: NDArray[np.signedinteger[Any]]) -> None:
    """Write non-negative integers in the narrowest unsigned type that holds them."""
    most = int(values.max()) if len(values) else 0
    write_array(path, values.astype(np.min_scalar_type(most)))


def open_array(path: Path, kind: str) -> ArrayFile:
    """Open an array to be verified when read; raise IndexDamaged where it is of another kind.

    ``kind`` is numpy's: ``b`` for booleans, ``i``, ``u`` for integers, ``f``.
    """
    opened = ArrayFile(path)
    if opened.dtype.kind != kind:
        raise IndexDamaged(f"“{path}” of the index holds {opened.dtype}.", REMEDY)
    return opened


def load_array(path: Path, dtype: type[np.generic]) -> NDArray[Any]:
    """Map an array and verify it; raise IndexDamaged where it is not one of this type."""
    opened = ArrayFile(path)
    if opened.dtype != dtype:
        raise IndexDamaged(f"“{path}” of the index holds {opened.dtype}.", REMEDY)
    return opened.all()
