"""Records of bytes, compressed one by one so that each can be read alone; a cache by bytes.

A short record has little to shrink by in itself. So records are taken in batches: what they have in
common is learned from some of them (a zstd dictionary), and each is compressed against that. What
is written depends on the records and their order alone. Files, for a NAME::

    NAME.data.array      batch after batch: the dictionary, itself compressed, then the records
    NAME.ends.array      uint32, where each record ends, counted from the first of its batch
    NAME.batches.array   int64, four for each batch: its first record; where its dictionary begins
                         and ends (the same where there is none); where its records begin
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from index.store.files import ArrayWriter, Folder, open_array, write_array


class ByteCache:
    """A cache bounded by the bytes it holds; the least recently used entry goes first.

    Safe for threads; two threads may compute the same missing entry, to no harm.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int | None]]) -> Any:
        """Return the entry for a key.

        ``make`` returns one and its size in bytes; None for one that is not to be kept.
        """
        entry = self._entries.get(key)
        if entry is not None:
            # Without the lock, as it is here or gone; either is one step of the interpreter.
            with suppress(KeyError):
                self._entries.move_to_end(key)
            return entry[0]
        value, size = make()
        with self._lock:
            if size is not None and key not in self._entries and size <= self._limit:
                self._entries[key] = (value, size)
                self._held += size
            while self._held > self._limit:
                self._held -= self._entries.popitem(last=False)[1][1]
        return value

    def take(self, key: Hashable) -> Any:
        """Return the entry for a key, which is no longer kept; None where there is none."""
        with self._lock:
            value, size = self._entries.pop(key, (None, 0))
            self._held -= size
            return value

    @property
    def held(self) -> int:
        """How many bytes are held."""
        return self._held

    def forget(self) -> None:
        """Let go of every entry."""
        with self._lock:
            self._entries.clear()
            self._held = 0


LEVEL: Final = 3
DICTIONARY_LEVEL: Final = 9
MAX_DICTIONARY: Final = 112 * 1024
MIN_DICTIONARY: Final = 4 * 1024
DICTIONARY_SHARE: Final = 50
"""The bytes of a batch for one byte of its dictionary, at least."""
SAMPLED: Final = 4
"""The bytes a dictionary is learned from, for one of its own."""
_SAMPLE: Final = 16 * 1024
_SEGMENT, _STEP = 1000, 8
"""Parameters k and d of the cover algorithm; given, none are searched for."""
_OPENED_BYTES: Final = 8 * 1024 * 1024
_CONTEXT_BYTES: Final = 256 * 1024


class BlobWriter:
    """Writes records into the files of ``name``; holds ``batch_bytes`` of them in memory."""

    def __init__(self, folder: Path, name: str, batch_bytes: int) -> None:
        self._folder = folder
        self._name = name
        self._batch_bytes = batch_bytes
        self._file = ArrayWriter(folder / f"{name}.data.array", np.uint8)
        self._size = 0
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._ends: list[NDArray[np.uint32]] = []
        self._batches: list[int] = []
        self._dictionary: zstandard.ZstdCompressionDict | None = None
        self._place = (0, 0)
        self.records = 0

    def add(self, record: bytes) -> None:
        """Add one record."""
        self._held.append(record)
        self._held_bytes += len(record)
        self.records += 1
        if self._held_bytes >= self._batch_bytes:
            self._flush()

    def close(self) -> None:
        """Finish; the writer takes nothing more."""
        if self._held:
            self._flush()
        self._file.close()
        ends = np.concatenate(self._ends) if self._ends else np.empty(0, np.uint32)
        write_array(self._folder / f"{self._name}.ends.array", ends)
        batches = np.asarray(self._batches, np.int64)
        write_array(self._folder / f"{self._name}.batches.array", batches)

    def abandon(self) -> None:
        """Let go of the file, whatever became of it."""
        self._file.abandon()

    def _flush(self) -> None:
        # A last few records do with what was learned before them.
        if self._dictionary is None or 4 * self._held_bytes >= self._batch_bytes:
            self._learn()
        compressor = zstandard.ZstdCompressor(
            dict_data=self._dictionary,
            compression_params=zstandard.ZstdCompressionParameters.from_level(
                LEVEL,
                format=zstandard.FORMAT_ZSTD1_MAGICLESS,
                write_content_size=True,
                write_checksum=False,
                write_dict_id=False,
            ),
        )
        self._batches += [self.records - len(self._held), *self._place, self._size]
        packed = _compressed(compressor, self._held)
        self._ends.append(np.cumsum(list(map(len, packed)), dtype=np.uint32))
        self._write(b"".join(packed))
        self._held.clear()
        self._held_bytes = 0

    def _learn(self) -> None:
        learned = dictionary(self._held)
        begin = self._size
        self._dictionary = zstandard.ZstdCompressionDict(learned) if learned else None
        if learned:
            self._write(zstandard.ZstdCompressor(level=DICTIONARY_LEVEL).compress(learned))
        self._place = begin, self._size

    def _write(self, data: bytes) -> None:
        self._file.append(np.frombuffer(data, np.uint8))
        self._size += len(data)


def _compressed(compressor: zstandard.ZstdCompressor, records: Sequence[bytes]) -> Sequence[Any]:
    if not any(records):
        return [compressor.compress(record) for record in records]
    together = compressor.multi_compress_to_buffer(list(records))
    return [together[at] for at in range(len(together))]


def dictionary(records: Sequence[bytes]) -> bytes:
    """Return what the records have in common as a zstd dictionary; empty if it would not pay."""
    total = sum(map(len, records))
    size = min(MAX_DICTIONARY, total // DICTIONARY_SHARE)
    if size < MIN_DICTIONARY:
        return b""
    step = max(1, total // (SAMPLED * size))
    sample: list[Any] = [record[:_SAMPLE] for record in records[::step]]
    try:
        return zstandard.train_dictionary(size, sample, k=_SEGMENT, d=_STEP).as_bytes()
    except zstandard.ZstdError:
        return b""  # too few records, or too little in them, to learn from


class Blobs:
    """Reads what BlobWriter wrote; safe for threads. Reading raises IndexDamaged."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._data = open_array(folder, f"{name}.data.array")
        self._ends = open_array(folder, f"{name}.ends.array")
        batches = open_array(folder, f"{name}.batches.array")
        self._batches: list[list[int]] = batches.all().reshape(-1, 4).tolist()
        self._first = [batch[0] for batch in self._batches]
        self._opened = ByteCache(_OPENED_BYTES)

    def __len__(self) -> int:
        return self._ends.size

    def get(self, record: int) -> bytes:
        """Return one record."""
        number = bisect_right(self._first, record) - 1
        first, _, _, base = self._batches[number]
        start = self._ends.item(record - 1) if record > first else 0
        data = self._data.raw(base + start, base + self._ends.item(record))
        batch: _Batch = self._opened.get(number, lambda: self._open(number))
        return batch.decompress(data)

    def _open(self, number: int) -> "tuple[_Batch, int]":
        _, begin, end, _ = self._batches[number]
        learned = self._data.raw(begin, end)
        if learned:
            learned = zstandard.ZstdDecompressor().decompress(learned)
        return _Batch(learned), len(learned) + _CONTEXT_BYTES


class _Batch:
    """Decompresses the records of one batch, one at a time."""

    def __init__(self, learned: bytes) -> None:
        self._decompressor = zstandard.ZstdDecompressor(
            dict_data=zstandard.ZstdCompressionDict(learned) if learned else None,
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        )
        self._lock = Lock()

    def decompress(self, data: bytes) -> bytes:
        with self._lock:
            return self._decompressor.decompress(data)
