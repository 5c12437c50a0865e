"""The bytes of one file: regular files only, bounded, decompressed when the name ends in .gz."""

import gzip
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from index.readers.encoding import byte_order_mark, decode, detect, unmarked_utf_16
from index.readers.text import looks_binary

# Text shrinks five to twenty times; only a file made for the purpose shrinks so much.
_BOMB_RATIO: Final = 200
_BUFFER: Final = 64 * 1024
_CHUNK: Final = 1024 * 1024


class RefusedError(Exception):
    """A file or a record that cannot become a document: ``kind`` and ``reason`` of Skipped."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason


@contextmanager
def opened(path: Path) -> Iterator[tuple[io.BufferedReader, io.FileIO]]:
    """Open a regular file; yield its decompressed bytes and the file beneath.

    Raises ``RefusedError`` for what is not a regular file, ``OSError`` for what cannot be opened.
    """
    # O_NONBLOCK: a pipe put in the place of a listed file must not hang the reader.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with io.FileIO(descriptor) as raw:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise RefusedError("unreadable", f"it is {_kind_of(mode)}, not a regular file")
        if path.name.lower().endswith(".gz"):
            with gzip.GzipFile(fileobj=io.BufferedReader(raw)) as unzipped:
                yield io.BufferedReader(unzipped, _BUFFER), raw
        else:
            yield io.BufferedReader(raw, _BUFFER), raw


def read_whole(path: Path, max_bytes: int) -> bytes:
    """Return the decompressed bytes of a file that is one document.

    Raises ``RefusedError`` when they are empty, more than ``max_bytes``, or not text.
    """
    with opened(path) as (stream, _):
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise RefusedError("huge", f"it is larger than {max_bytes:,} bytes")
    if not data.strip():
        raise RefusedError("empty", "it is empty")
    _refuse_binary(data, zeros=True)
    return data


def _refuse_binary(data: bytes, zeros: bool) -> None:
    """Refuse bytes that are not text; with ``zeros`` a single zero byte is enough to tell."""
    if byte_order_mark(data) is not None or unmarked_utf_16(data):
        return
    what = looks_binary(data)
    if what is None and zeros and b"\x00" in data:
        what = "binary data"
    if what is not None:
        raise RefusedError("binary", f"it is {what}, not text")


def read_lines(
    path: Path, max_bytes: int, assumed: str | None = None
) -> Iterator[tuple[int, str | RefusedError]]:
    """Yield the lines of a file with their numbers from 1, however long the file is.

    A line of more than ``max_bytes`` bytes is a ``RefusedError`` in its place. One is raised
    when the whole file is empty, not text, or decompresses without end.
    """
    with opened(path) as (stream, raw):
        head = stream.peek(_BUFFER)
        if not head:
            raise RefusedError("empty", "it is empty")
        _refuse_binary(head, zeros=False)
        encoding, length = byte_order_mark(head) or (unmarked_utf_16(head) or "utf-8", 0)
        stream.read(length)
        if encoding != "utf-8":
            yield from _wide_lines(stream, encoding, max_bytes)
            return
        fallback = assumed or _fallback(head)
        total = 0
        for number, line in enumerate(_byte_lines(stream, max_bytes), start=1):
            total += len(line)
            if total > max_bytes and total > _BOMB_RATIO * max(raw.tell(), 1):
                raise RefusedError(
                    "huge", f"it decompresses to more than {_BOMB_RATIO} times its size"
                )
            if len(line) > max_bytes:
                total += _skip_line(stream, line, max_bytes, raw)
                yield number, RefusedError("huge", f"the line is longer than {max_bytes:,} bytes")
            else:
                yield number, _decode_line(line, fallback)


def _byte_lines(stream: io.BufferedReader, max_bytes: int) -> Iterator[bytes]:
    while line := stream.readline(max_bytes + 1):
        yield line


def _skip_line(stream: io.BufferedReader, line: bytes, max_bytes: int, raw: io.FileIO) -> int:
    """Read to the end of a line that is too long; return how much was read."""
    skipped = 0
    while not line.endswith(b"\n"):
        line = stream.readline(_CHUNK)
        skipped += len(line)
        if not line:
            break
        if skipped > max_bytes and skipped > _BOMB_RATIO * max(raw.tell(), 1):
            raise RefusedError("huge", f"it decompresses to more than {_BOMB_RATIO} times its size")
    return skipped


def _wide_lines(
    stream: io.BufferedReader, encoding: str, max_bytes: int
) -> Iterator[tuple[int, str | RefusedError]]:
    """Yield the lines of UTF-16 and UTF-32, whose newline is more than one byte."""
    with io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="\n") as text:
        number = 0
        while line := text.readline(max_bytes + 1):
            number += 1
            if len(line) <= max_bytes:
                yield number, line
                continue
            while line and not line.endswith("\n"):
                line = text.readline(_CHUNK)
            yield number, RefusedError("huge", f"the line is longer than {max_bytes:,} bytes")


def _decode_line(line: bytes, fallback: str | None) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(fallback, "replace") if fallback else decode(line)


def _fallback(head: bytes) -> str | None:
    """Return the encoding of those lines in the beginning of a file that are not UTF-8."""
    others = [line for line in head.splitlines()[:-1] if not _is_utf_8(line)]
    return detect(b"\n".join(others)) if others else None


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _kind_of(mode: int) -> str:
    names = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in names if test(mode)), "something else")
