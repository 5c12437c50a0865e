"""Array files: a header, one contiguous little-endian array, a checksum for every block.

Layout of a file::

    64 bytes   header: magic, version, item type, item count, block size, CRC-32 of the header
    payload    the items
    4 bytes x  CRC-32 of each block of the payload, the last one possibly shorter

Opening reads the header and compares the length of the file with it, so a truncated or foreign
file is refused at once. The payload is mapped, never copied; a block is compared with its
checksum the first time that a process touches it, so an altered one is refused before it is
searched, and opening costs the same whatever the size of the file.

Files of the index: durable writing, checksums, mapping without a copy.
"""

import errno
import hashlib
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import orjson
from numpy.typing import DTypeLike, NDArray

from index.errors import IndexDamaged, IndexUnavailable, IndexVersion
from index.versions import ARRAY_VERSION

MAGIC = b"TROUVARR"
BLOCK_BYTES = 1 << 16
HEADER_BYTES = 64
REMEDY = "Rebuild the index, or return to the previous generation with `trouvaille rollback`."

_HEADER = struct.Struct("<8sI4sQI")  # magic, version, dtype, items, block size; then its CRC-32


class Prefix(NamedTuple):
    """A place for files whose names start with ``prefix``; divides like a Path."""

    folder: Path
    prefix: str

    def __truediv__(self, name: str) -> Path:
        return self.folder / (self.prefix + name)


Place = Path | Prefix
"""Where the files of a segment stand."""


def _header(dtype: np.dtype[Any], items: int) -> bytes:
    code = dtype.str.encode().ljust(4, b"\0")
    packed = _HEADER.pack(MAGIC, ARRAY_VERSION, code, items, BLOCK_BYTES)
    return (packed + struct.pack("<I", zlib.crc32(packed))).ljust(HEADER_BYTES, b"\0")


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write a whole one-dimensional array as an array file; making it durable is the caller's."""
    writer = ArrayWriter(path, array.dtype)
    writer.append(array)
    writer.close()


class ArrayWriter:
    """Writes an array file from successive pieces of it."""

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self._dtype = np.dtype(dtype).newbyteorder("<")
        self._file = path.open("wb")
        self._file.write(bytes(HEADER_BYTES))
        self._items = 0
        self._sums = _Sums()

    def append(self, piece: NDArray[Any]) -> None:
        """Write the next items."""
        if piece.size:
            payload = np.ascontiguousarray(piece, dtype=self._dtype).data.cast("B")
            self._file.write(payload)
            self._sums.add(payload)
            self._items += piece.size

    def close(self) -> None:
        """Add checksums and the header; making the file durable is the caller's."""
        with self._file as file:
            file.write(self._sums.packed())
            file.seek(0)
            file.write(_header(self._dtype, self._items))

    def abandon(self) -> None:
        """Let go of the file, whatever became of it."""
        with suppress(OSError):  # the disk may be full: what is buffered is lost, as it should be
            self._file.close()


class _Sums:
    """The CRC-32 of every block of a payload that comes in pieces."""

    def __init__(self) -> None:
        self._done: list[int] = []
        self._sum = 0
        self._left = BLOCK_BYTES

    def add(self, payload: memoryview) -> None:
        while len(payload):
            piece = payload[: self._left]
            self._sum = zlib.crc32(piece, self._sum)
            self._left -= len(piece)
            payload = payload[len(piece) :]
            if not self._left:
                self._done.append(self._sum)
                self._sum, self._left = 0, BLOCK_BYTES

    def packed(self) -> bytes:
        begun = [self._sum] if self._left < BLOCK_BYTES else []
        return np.array(self._done + begun, dtype="<u4").tobytes()


def read_seal(file: BinaryIO, length: int) -> bytes | None:
    """Return header and checksums of an array file of ``length`` bytes; None if it is not one.

    Where it is not one, the file stands at its beginning again.
    """
    head = file.read(HEADER_BYTES)
    if len(head) == HEADER_BYTES and head.startswith(MAGIC):
        _, _, code, items, block = _HEADER.unpack_from(head)
        width = code[2:].rstrip(b"\0")
        payload = items * int(width) if width.isdigit() else length
        if block == BLOCK_BYTES and length == _length(payload):
            file.seek(HEADER_BYTES + payload)
            return head + file.read()
    file.seek(0)
    return None


def _length(payload: int) -> int:
    """Return the bytes of a file with so many bytes of items."""
    return HEADER_BYTES + payload + 4 * -(-payload // BLOCK_BYTES)


class ArrayFile:
    """A read-only array on disk; ``array[a:b]`` through ``slice`` is verified before it is seen.

    Safe for threads: the map is shared and never moves, and verifying a block twice is harmless.
    Raises IndexDamaged or IndexVersion, naming the file, when it cannot be trusted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                head = file.read(HEADER_BYTES)
                length = os.fstat(file.fileno()).st_size
                self.dtype, self.size = self._parse(head, length)
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise IndexDamaged(f"{path} cannot be read: {error.strerror}.", REMEDY) from error
        end = HEADER_BYTES + self.size * self.dtype.itemsize
        self._items: NDArray[Any] = np.frombuffer(
            self._map, dtype=self.dtype, count=self.size, offset=HEADER_BYTES
        )
        self._sums: NDArray[np.uint32] = np.frombuffer(self._map, dtype="<u4", offset=end)
        self._trusted = bytearray(len(self._sums))
        self._per_block = BLOCK_BYTES // self.dtype.itemsize

    def _parse(self, head: bytes, length: int) -> tuple[np.dtype[Any], int]:
        if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
            raise IndexDamaged(f"{self.path} is not an array file of Trouvaille.", REMEDY)
        packed = head[: _HEADER.size]
        _, version, code, items, block = _HEADER.unpack(packed)
        (crc,) = struct.unpack_from("<I", head, _HEADER.size)
        if crc != zlib.crc32(packed):
            raise IndexDamaged(f"The header of {self.path} is damaged.", REMEDY)
        if version != ARRAY_VERSION or block != BLOCK_BYTES:
            raise IndexVersion(
                f"{self.path} has format {version}; this program reads {ARRAY_VERSION}.",
                "Rebuild the index with this version.",
            )
        dtype = np.dtype(code.rstrip(b"\0").decode("ascii"))
        payload = items * dtype.itemsize
        if length != _length(payload):
            raise IndexDamaged(f"{self.path} is truncated or has grown.", REMEDY)
        return dtype, items

    def slice(self, start: int, stop: int) -> NDArray[Any]:
        """Return items ``start`` to ``stop`` (excluded): a view, no copy, blocks verified."""
        if start >= stop:
            return self._items[:0]
        first, last = start // self._per_block, (stop - 1) // self._per_block
        if self._trusted.find(0, first, last + 1) >= 0:
            self._verify(first, last)
        return self._items[start:stop]

    def all(self) -> NDArray[Any]:
        """Return the whole array, verified."""
        return self.slice(0, self.size)

    def parts(self, starts: NDArray[Any], stops: NDArray[Any]) -> NDArray[Any]:
        """Return the whole array, verified in these ranges of it (not empty) and nowhere else."""
        firsts, lasts = starts // self._per_block, (stops - 1) // self._per_block
        for first, last in set(zip(firsts.tolist(), lasts.tolist(), strict=True)):
            if self._trusted.find(0, first, last + 1) >= 0:
                self._verify(first, last)
        return self._items

    def trusted(self) -> NDArray[Any]:
        """Return the whole array, of which the caller reads what has been verified before."""
        return self._items

    def item(self, at: int) -> int:
        """Return one item as a Python integer, verified."""
        if not self._trusted[at // self._per_block]:
            self._verify(at // self._per_block, at // self._per_block)
        return int(self._items[at])

    def raw(self, start: int, stop: int) -> bytes:
        """Return the bytes of items ``start`` to ``stop`` (excluded), verified."""
        self.slice(start, stop)
        width = self.dtype.itemsize
        return self._map[HEADER_BYTES + start * width : HEADER_BYTES + stop * width]

    def _verify(self, first: int, last: int) -> None:
        end = HEADER_BYTES + self.size * self.dtype.itemsize
        view = memoryview(self._map)
        for block in range(first, last + 1):
            if self._trusted[block]:
                continue
            at = HEADER_BYTES + block * BLOCK_BYTES
            if zlib.crc32(view[at : min(at + BLOCK_BYTES, end)]) != self._sums[block]:
                raise IndexDamaged(f"{self.path} is damaged in block {block}.", REMEDY)
            self._trusted[block] = 1


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
