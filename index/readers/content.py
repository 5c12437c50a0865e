"""The content of a file: bytes bounded and decompressed, decoded to characters, made safe.

Only regular files are read. What is compressed by gzip, bzip2 or xz is decompressed, once.
"""

import bz2
import errno
import gzip
import io
import lzma
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, AnyStr, Final

from index.readers.encodings import byte_order_mark, decode, detect, unmarked_utf_16

if TYPE_CHECKING:  # it imports mapping, which imports this
    from index.readers.formats import SourceFile

# Characters

_LINE_ENDS: Final = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
# C0 but tab and newline, DEL, C1, and the characters that stand for "not a character".
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


def clean(text: str) -> str:
    """Return text that can be stored, encoded and displayed.

    Line ends become newlines, control characters become spaces, and lone surrogates U+FFFD. Several
    empty lines become one; white space and byte order marks at both ends are dropped.
    """
    if not text.isascii() or not text.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        text = _CONTROLS.sub(" ", text)
        text = _SURROGATES.sub("\ufffd", text)
    return _BLANK_LINES.sub("\n\n", text).strip(" \t\n\ufeff")


def clean_line(text: str) -> str:
    """Return ``clean`` text on one line, with single spaces."""
    return " ".join(clean(text).split())


# Files

# Text shrinks five to twenty times; only a file made for the purpose shrinks so much.
BOMB_RATIO: Final = 200
BOMB: Final = 8 * 1024 * 1024
"""Bytes up to which a file may shrink as much as it likes."""
MAX_EMPTY_LINES: Final = 1_000_000
_BUFFER: Final = 64 * 1024
_CHUNK: Final = 1024 * 1024
_MAGIC: Final = 16
"""Bytes that tell what data are compressed by."""
_SIGNATURES: Final = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"SQLite format 3\x00", "a database"),
)
_HEAD: Final = 8192
"""Bytes in which control characters are counted."""
_FEW_CONTROLS: Final = 3
_ZEROS: Final = 500
"""Text may have one zero byte in so many: they end the messages of some wires."""
_NOT_IN_TEXT: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_FILE_TYPES: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


Notes = list[tuple[str, str]]
"""What a reader noticed, as ``Document.notes`` has it."""


_Raw = io.FileIO | io.BytesIO


class RefusedError(Exception):
    """A file or a record cannot become a document: ``kind`` and ``reason`` of ``Skipped``."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason


@contextmanager
def opened(file: "SourceFile", bomb: int = BOMB) -> Iterator[tuple["io.BufferedReader[Any]", _Raw]]:
    """Open a file or a part; yield the stream of its decompressed bytes and the raw one.

    Raises ``RefusedError`` for what is not a regular file, ``OSError`` for what cannot be opened.
    From ``bomb`` bytes on, reading raises ``RefusedError`` if compressed data grow too much.
    """
    with _raw(file) as raw:
        buffered: io.BufferedReader[Any] = io.BufferedReader(raw, _BUFFER)
        head = buffered.peek(_MAGIC)[:_MAGIC]
        decompressing = _decompressing(head, file.path.name)
        if decompressing is None:
            yield buffered, raw
        else:
            with decompressing(buffered) as stream:
                yield io.BufferedReader(_Bounded(stream, raw, bomb), _BUFFER), raw


class _Bounded(io.RawIOBase):
    """What is decompressed from a raw stream. Raises ``RefusedError`` where it grows too much."""

    def __init__(self, stream: Any, raw: _Raw, bomb: int) -> None:
        self._stream, self._raw, self._bomb = stream, raw, bomb
        self._seen = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._stream.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        place: int = self._stream.seek(offset, whence)
        self._require(place)
        return place

    def tell(self) -> int:
        place: int = self._stream.tell()
        return place

    def readinto(self, buffer: Any) -> int:
        size: int = self._stream.readinto(buffer)
        self._seen += size
        self._require(self._seen)
        return size

    def _require(self, place: int) -> None:
        if place > self._bomb and place > BOMB_RATIO * max(self._raw.tell(), 1):
            reason = f"it decompresses to more than {BOMB_RATIO} times its size"
            raise RefusedError("huge", reason)


def _decompressing(head: bytes, name: str) -> Callable[[io.BufferedReader], Any] | None:
    """Return what opens compressed data; None for what is not compressed."""
    if head.startswith(b"\x1f\x8b") or name.lower().endswith(".gz"):
        return lambda stream: gzip.GzipFile(fileobj=stream)
    if head.startswith(b"BZh") and head[4:].startswith((b"1AY&SY", b"\x17rE8P\x90")):
        return bz2.BZ2File
    return lzma.LZMAFile if head.startswith(b"\xfd7zXZ\0") else None


@contextmanager
def _raw(file: "SourceFile") -> Iterator[_Raw]:
    if file.data is not None:
        yield io.BytesIO(file.data)
        return
    # O_NONBLOCK: a pipe put in the place of a listed file must not hang the reader.
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise RefusedError("unknown", "it is a socket or a device, not a regular file") from None
    with io.FileIO(descriptor) as raw:
        file_type = stat.S_IFMT(os.fstat(descriptor).st_mode)
        if file_type != stat.S_IFREG:
            what = _FILE_TYPES.get(file_type, "something else")
            raise RefusedError("unknown", f"it is {what}, not a regular file")
        yield raw


def read_bytes(file: "SourceFile", max_bytes: int) -> bytes:
    """Return the decompressed bytes of a file of any kind.

    Raises ``RefusedError`` if they are none or more than ``max_bytes``.
    """
    if file.data is not None and _decompressing(file.data[:_MAGIC], file.path.name) is None:
        data = file.data
    else:
        with opened(file) as (stream, _):
            data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise RefusedError("huge", f"it is larger than {max_bytes:,} bytes")
    if not data:
        raise RefusedError("empty", "it is empty")
    return data


def read_whole(file: "SourceFile", max_bytes: int) -> bytes:
    """Return the decompressed bytes of a file that is one document.

    Raises ``RefusedError`` if they are blank, more than ``max_bytes``, or not text.
    """
    data = read_bytes(file, max_bytes)
    if not unmarked_utf_16(data) and byte_order_mark(data[:4]) is None:
        data = data.rstrip(b"\0")  # what is left of a field of fixed length, or ends a message
    if not data.strip():
        raise RefusedError("empty", "it is empty")
    _require_text(data, zeros_are_binary=True)
    return data


def read_lines(
    file: "SourceFile", max_bytes: int, notes: Notes, assumed: str | None = None
) -> Iterator[tuple[int, str | RefusedError]]:
    """Yield the number of each line, from 1, and the line; memory does not grow with the file.

    A line of more than ``max_bytes`` bytes yields a ``RefusedError`` in its place. ``notes`` gets
    what is to be said of the lines so far. Raises ``RefusedError`` if the file is empty, not text,
    or a decompression bomb.
    """
    with opened(file, min(max_bytes, BOMB)) as (stream, _):
        head = stream.peek(_BUFFER)
        if not head:
            raise RefusedError("empty", "it is empty")
        _require_text(head, zeros_are_binary=False)
        encoding, length = byte_order_mark(head) or (unmarked_utf_16(head) or "utf-8", 0)
        stream.read(length)
        if encoding != "utf-8":  # a newline is more than one byte
            with io.TextIOWrapper(stream, encoding, errors="replace", newline="\n") as text:
                yield from _bounded_lines(text.readline, "\n", max_bytes)
            return
        fallback, sure = (assumed, True) if assumed else _fallback_encoding(head)
        if not sure:
            notes.append(("encoding", f"{fallback} is a guess (see --encoding)"))
        for number, line in _bounded_lines(stream.readline, b"\n", max_bytes):
            if isinstance(line, RefusedError):
                yield number, line
                continue
            try:
                yield number, line.decode("utf-8")
            except UnicodeDecodeError:
                decoded = decode(line, assumed=fallback)
                notes += [("encoding", f"{note} of the line") for note in decoded.notes]
                yield number, decoded.text


def _bounded_lines(
    readline: Callable[[int], AnyStr], newline: AnyStr, max_bytes: int
) -> Iterator[tuple[int, AnyStr | RefusedError]]:
    """Yield numbered lines; one that is too long is read to its end and forgotten."""
    number = empty = 0
    too_long = False
    while line := readline(_CHUNK if too_long else max_bytes + 1):
        empty = empty + 1 if len(line) <= 2 and line.isspace() else 0
        if empty > MAX_EMPTY_LINES:
            reason = f"it has more than {MAX_EMPTY_LINES:,} empty lines one after another"
            raise RefusedError("huge", reason)
        if not too_long:
            number += 1
            if len(line) <= max_bytes:
                yield number, line
                continue
            yield number, RefusedError("huge", f"the line is longer than {max_bytes:,} bytes")
        too_long = not line.endswith(newline)


def _require_text(data: bytes, *, zeros_are_binary: bool) -> None:
    """Raise ``RefusedError`` for bytes that are not text."""
    what = next((name for signature, name in _SIGNATURES if data.startswith(signature)), "")
    if not what and (byte_order_mark(data) is not None or unmarked_utf_16(data)):
        return
    head = data[:_HEAD].rstrip(b"\0")
    controls = len(head) - len(head.translate(None, _NOT_IN_TEXT))
    many_controls = controls > _FEW_CONTROLS and controls * 20 > len(head)
    if not what and (many_controls or (zeros_are_binary and data.count(0) * _ZEROS > len(data))):
        what = "binary data"
    if what:
        raise RefusedError("binary", f"it is {what}, not text")


def _fallback_encoding(head: bytes) -> tuple[str | None, bool]:
    """Return the encoding of those lines at the start of a file that are not UTF-8, if any.

    Also tell whether it is no guess.
    """
    others = [line for line in head.splitlines()[:-1] if not _is_utf_8(line)]
    return detect(b"\n".join(others)) if others else (None, True)


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
