"""Files of the index: durable writing, digests, and memory-mapped arrays with checksums.

An *array file* holds one contiguous little-endian array::

    64 bytes   header: magic, version, item type, item count, block size, CRC-32 of the header
    payload    the items
    4 bytes x  CRC-32 of each block of the payload, the last one possibly shorter

Opening reads the header and compares the length of the file with it, so a truncated or foreign
file is refused at once. The payload is mapped, never copied, and a map holds no file open. A block
is compared with its checksum when a process first touches it, so opening costs the same whatever
the size of the file, and no altered byte is searched.
"""

import ctypes
import errno
import hashlib
import mmap
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import DTypeLike, NDArray

from index.arrays import bounds_of, narrowest
from index.errors import BuildUnsettled, IndexDamaged, IndexUnavailable, IndexVersion
from index.versions import ARRAY_VERSION

MAGIC = b"TROUVARR"
BLOCK_BYTES = 1 << 16
HEADER_BYTES = 64
ASIDE = ".new"
"""Ending of a file that is about to replace another."""
REMEDY = "Rebuild the index, or return to the previous generation with `trouvaille rollback`."
_REMEDIES = {
    errno.EMFILE: "Allow this program more open files (`ulimit -n`, or `LimitNOFILE` of systemd).",
    errno.ENFILE: "Allow more open files on this machine (`sysctl fs.file-max`).",
    errno.EACCES: "Give the user of this program the right to read the index.",
    errno.EPERM: "Give the user of this program the right to read the index.",
    errno.ENOMEM: "Give this program more memory or more maps (`sysctl vm.max_map_count`).",
}

_HEADER = struct.Struct("<8sI4sQI")  # magic, version, dtype, items, block size; then its CRC-32


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.mmap.restype = ctypes.c_void_p
_LIBC.mmap.argtypes = (
    *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_ssize_t),
)
_LIBC.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_MAP_FAILED = ctypes.c_void_p(-1).value


class _Map:
    """A whole file in memory, read-only, until the last array over it is gone.

    ``mmap.mmap`` would keep a descriptor open for each file (before Python 3.13, always). Raises
    OSError.
    """

    def __init__(self, path: Path) -> None:
        self._length = 0
        handle = os.open(path, os.O_RDONLY)
        try:
            length = os.fstat(handle).st_size
            if not length:
                raise OSError(errno.ENODATA, "it is empty", str(path))
            address = _LIBC.mmap(None, length, mmap.PROT_READ, mmap.MAP_SHARED, handle, 0)
            if address == _MAP_FAILED:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(path))
        finally:
            os.close(handle)
        self._address, self._length = address, length
        # How NumPy makes an array of memory that is not its own; True stands for read-only.
        self.__array_interface__ = {
            "version": 3,
            "data": (address, True),
            "shape": (length,),
            "typestr": "|u1",
        }

    def __del__(self) -> None:
        if self._length:
            _LIBC.munmap(self._address, self._length)


def unreadable(path: Path | str, error: OSError) -> IndexUnavailable:
    """Return the error for a file of the index that cannot be read."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return IndexDamaged(f"“{path}” of the index is missing.", REMEDY)
    message = f"“{path}” of the index cannot be read: {error.strerror}."
    if error.errno in _REMEDIES:
        return IndexUnavailable(message, _REMEDIES[error.errno])
    return IndexDamaged(message, REMEDY)


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
        self._bytes = 0
        self._sums: list[int] = []

    def append(self, piece: NDArray[Any]) -> None:
        """Write the next items."""
        payload = np.ascontiguousarray(piece, dtype=self._dtype).view(np.uint8).data
        self._file.write(payload)
        while payload:
            filled = self._bytes % BLOCK_BYTES
            if not filled:
                self._sums.append(0)
            part = payload[: BLOCK_BYTES - filled]
            self._sums[-1] = zlib.crc32(part, self._sums[-1])
            self._bytes += len(part)
            payload = payload[len(part) :]

    def close(self) -> None:
        """Add checksums and the header; making the file durable is the caller's."""
        items = self._bytes // self._dtype.itemsize
        code = self._dtype.str.encode().ljust(4, b"\0")
        header = _HEADER.pack(MAGIC, ARRAY_VERSION, code, items, BLOCK_BYTES)
        header += struct.pack("<I", zlib.crc32(header))
        with self._file as file:
            file.write(np.array(self._sums, "<u4").tobytes())
            file.seek(0)
            file.write(header)

    def abandon(self) -> None:
        """Let go of the file, whatever became of it."""
        with suppress(OSError):  # the disk may be full: what is buffered is lost, as it should be
            self._file.close()


class ArrayFile:
    """A read-only array on disk; ``array[a:b]`` through ``slice`` is verified before it is seen.

    Safe for threads: the map is shared and never moves, and verifying a block twice is harmless.
    Raises IndexDamaged or IndexVersion, naming the file, when it cannot be trusted, and
    IndexUnavailable when the system does not let it be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._bytes: NDArray[np.uint8] = np.asarray(_Map(path))
        except OSError as error:
            raise unreadable(path, error) from error
        self.dtype, self.size = self._parse(self._bytes[:HEADER_BYTES].tobytes())
        end = HEADER_BYTES + self.size * self.dtype.itemsize
        self._items: NDArray[Any] = self._bytes[HEADER_BYTES:end].view(self.dtype)
        self._sums: NDArray[np.uint32] = np.frombuffer(self._bytes[end:].tobytes(), "<u4")
        self._trusted = bytearray(len(self._sums))
        self._unread = len(self._sums)
        self._per_block = BLOCK_BYTES // self.dtype.itemsize

    def _parse(self, head: bytes) -> tuple[np.dtype[Any], int]:
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
        if len(self._bytes) != HEADER_BYTES + payload + 4 * -(-payload // BLOCK_BYTES):
            raise IndexDamaged(f"{self.path} is truncated or has grown.", REMEDY)
        return dtype, items

    def slice(self, start: int, stop: int) -> NDArray[Any]:
        """Return items ``start`` to ``stop`` (excluded), verified: a view, no copy."""
        if start < stop and self._unread:
            self._verify(start // self._per_block, (stop - 1) // self._per_block)
        return self._items[start:stop]

    def all(self) -> NDArray[Any]:
        """Return the whole array, verified."""
        return self.slice(0, self.size)

    def parts(self, starts: NDArray[Any], stops: NDArray[Any]) -> NDArray[Any]:
        """Return the whole array, verified in these ranges of it (not empty) and nowhere else."""
        if not self._unread:
            return self._items
        firsts, lasts = starts // self._per_block, (stops - 1) // self._per_block
        for first, last in set(zip(firsts.tolist(), lasts.tolist(), strict=True)):
            self._verify(first, last)
        return self._items

    def trusted(self) -> NDArray[Any]:
        """Return the whole array, of which the caller reads what has been verified before."""
        return self._items

    def item(self, index: int) -> int:
        """Return one item as a Python integer, verified."""
        if self._unread:
            block = index // self._per_block
            self._verify(block, block)
        item: int = self._items.item(index)
        return item

    def raw(self, start: int, stop: int) -> bytes:
        """Return the bytes of items ``start`` to ``stop`` (excluded), verified."""
        self.slice(start, stop)
        width = self.dtype.itemsize
        return self._bytes[HEADER_BYTES + start * width : HEADER_BYTES + stop * width].tobytes()

    @property
    def file_size(self) -> int:
        """The bytes of the file."""
        return len(self._bytes)

    def seal(self) -> bytes:
        """Return header and checksums, which vouch for the rest of the file."""
        return self._bytes[:HEADER_BYTES].tobytes() + self._sums.tobytes()

    def _verify(self, first: int, last: int) -> None:
        """Compare the blocks ``first`` to ``last`` (included) that no one has read yet."""
        while (block := self._trusted.find(0, first, last + 1)) >= 0:
            start = block * self._per_block
            items = self._items[start : start + self._per_block].view(np.uint8)
            if zlib.crc32(items.data) != self._sums[block]:
                raise IndexDamaged(f"{self.path} is damaged in block {block}.", REMEDY)
            self._trusted[block] = 1
            self._unread = self._trusted.count(0)


class FileRecord(NamedTuple):
    """Size in bytes and SHA-256 (hexadecimal) of one file.

    Of an array file it is the SHA-256 of its ``seal``, so that a build does not read again what it
    has written.
    """

    size: int
    sha256: str


def _opened(path: Path) -> "ArrayFile | None":
    """Open an array file; return None for any other. Raises IndexUnavailable."""
    try:
        return ArrayFile(path)
    except (IndexDamaged, IndexVersion):
        return None


def _record(path: Path, array: ArrayFile | None) -> FileRecord:
    if array:
        return FileRecord(array.file_size, hashlib.sha256(array.seal()).hexdigest())
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return FileRecord(size, hashlib.file_digest(file, "sha256").hexdigest())


def records(folder: Path) -> dict[str, FileRecord]:
    """Measure every file under a folder, by its path relative to it."""
    return {
        path.relative_to(folder).as_posix(): _record(path, _opened(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def is_sound(path: Path, expected: FileRecord) -> bool:
    """Read a whole file and say whether it is what was recorded. Raises OSError."""
    array = _opened(path)
    if _record(path, array) != expected:
        return False
    try:
        if array:
            array.all()
    except IndexDamaged:
        return False
    return True


def sync(path: Path) -> None:
    """Make one file or one directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Make a folder and everything under it durable."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, durably."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync(folder.parent)


def write_aside(path: Path, data: bytes) -> Path:
    """Write durably what is to replace a file; return where."""
    aside = path.with_name(path.name + ASIDE)
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise
    return aside


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file by rename: whoever reads it sees the old bytes or the new, never a mixture.

    Raises OSError if the old ones stand, and what ``settle`` does.
    """
    write_aside(path, data).replace(path)
    settle(path)


def settle(path: Path) -> None:
    """Make it durable that a file was put into a folder or deleted.

    Raises BuildUnsettled: it stands or is gone all the same.
    """
    try:
        sync(path.parent)
    except OSError as error:
        raise BuildUnsettled(
            f"“{path}” is changed, but a power failure may undo that: {error.strerror}.",
            "Check the disk, and do the same again.",
        ) from error


class OpenFolder:
    """The array files of a folder and of those in it, each opened once."""

    def __init__(self, path: Path, arrays: Mapping[Path, ArrayFile]) -> None:
        self._path = path
        self._arrays = arrays

    def __truediv__(self, name: str) -> "OpenFolder":
        return OpenFolder(self._path / name, self._arrays)

    def array(self, name: str) -> ArrayFile:
        """Return an array file. Raises IndexDamaged."""
        path = self._path / name
        if path not in self._arrays:
            raise IndexDamaged(f"“{path}” is not among the files of the index.", REMEDY)
        return self._arrays[path]


Folder = Path | OpenFolder
"""Where the files of a segment are, or these files, opened."""


def open_array(folder: Folder, name: str) -> ArrayFile:
    """Open an array file of a folder, or return the opened one. Raises what ``ArrayFile`` does."""
    return folder.array(name) if isinstance(folder, OpenFolder) else ArrayFile(folder / name)


def open_folder(folder: Path, files: Mapping[str, FileRecord]) -> OpenFolder:
    """Open the files of a folder. Raises IndexDamaged, naming the file, where one is missing or is
    not the one recorded.

    Of array files header and checksums are compared, which the blocks must agree with later: a
    file of another generation is recognised at once.
    """
    arrays = {}
    for name, expected in files.items():
        path = folder / name
        array = _opened(path)
        if array:
            arrays[path] = array
        try:
            record = _record(path, array)
        except OSError as error:
            raise unreadable(path, error) from error
        if record.size != expected.size:
            raise IndexDamaged(
                f"“{path}” of the index has {record.size} bytes instead of {expected.size}.", REMEDY
            )
        if record != expected:
            raise IndexDamaged(f"“{path}” is not the file that the index was built with.", REMEDY)
    return OpenFolder(folder, arrays)


def read_bytes(path: Path) -> bytes:
    """Read a file of the index. Raises IndexUnavailable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def read_json(path: Path) -> Any:
    """Read a JSON file of the index. Raises IndexUnavailable."""
    return parse_json(read_bytes(path), path)


def parse_json(data: bytes, path: Path) -> Any:
    """Parse what was read of a JSON file of the index; raise IndexDamaged where it cannot be."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise IndexDamaged(f"“{path}” of the index cannot be read ({error}).", REMEDY) from error


def write_strings(folder: Path, name: str, strings: Sequence[bytes]) -> None:
    """Write byte strings for ``Strings`` to read."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    write_array(folder / f"{name}.blob", np.frombuffer(b"".join(strings), np.uint8))
    write_array(folder / f"{name}.offsets", narrowest(bounds_of(lengths)))


class Strings:
    """A read-only sequence of byte strings on disk; safe for threads.

    ``NAME.blob`` holds them one behind the other, ``NAME.offsets`` where each begins and the last
    ends. Reading raises IndexDamaged.
    """

    def __init__(self, folder: Folder, name: str) -> None:
        self._blob = open_array(folder, f"{name}.blob")
        self._offsets = open_array(folder, f"{name}.offsets")

    def __len__(self) -> int:
        return self._offsets.size - 1

    def __getitem__(self, number: int) -> bytes:
        return self._blob.raw(self._offsets.item(number), self._offsets.item(number + 1))

    def find(self, wanted: bytes, start: int, stop: int) -> int:
        """Return the number of a string, of ``start`` to ``stop`` (excluded); -1 if it is none."""
        begin = self._offsets.item(start)
        data = self._blob.raw(begin, self._offsets.item(stop))
        place = data.find(wanted)
        if place < 0:
            return -1
        starts = self._offsets.slice(start, stop + 1).tolist()
        while place >= 0:
            number = bisect_left(starts, begin + place)
            if starts[number] == begin + place and starts[number + 1] == begin + place + len(
                wanted
            ):
                return start + number
            place = data.find(wanted, place + 1)
        return -1

    def read(self, start: int, stop: int) -> list[bytes]:
        """Return the strings ``start`` to ``stop`` (excluded), read in one go."""
        offsets = self._offsets.slice(start, stop + 1).tolist()
        data = self._blob.raw(offsets[0], offsets[-1])
        base = offsets[0]
        return [data[begin - base : end - base] for begin, end in pairwise(offsets)]
