"""Text made safe: no control characters, no lone surrogates, one kind of line ending.

From bytes to characters: what is declared, then UTF-8, then detection.

The bytes of one file: regular files only, bounded, decompressed when the name ends in .gz.
"""

import codecs
import gzip
import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
# C0 but tab and newline, DEL, C1, and the characters that stand for "not a character".
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


def clean(text: str) -> str:
    """Return text that can be stored, encoded and displayed.

    Line ends become newlines, control characters spaces, lone surrogates U+FFFD; a byte order
    mark and white space at either end are dropped, and more than one empty line becomes one.
    """
    if not text.isascii() or not text.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        text = _CONTROLS.sub(" ", text)
        text = _SURROGATES.sub("\ufffd", text)
    return _BLANK_LINES.sub("\n\n", text).strip(" \t\n\ufeff")


def clean_line(text: str) -> str:
    """Return the same as ``clean`` on one line, runs of white space reduced to one space."""
    return " ".join(clean(text).split())


def looks_binary(data: bytes) -> str | None:
    """Say what bytes that should be text are instead, or None if they may be text."""
    for start, name in _SIGNATURES:
        if data.startswith(start):
            return name
    head = data[:_HEAD]
    strange = len(head) - len(head.translate(None, _STRANGE))
    if strange > _FEW and strange * 20 > len(head):
        return "binary data"
    return None


_HEAD: Final = 8192
_FEW: Final = 3
_SIGNATURES: Final = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "gzip data, whose name should end with .gz"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "XZ data"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"SQLite format 3\x00", "a database"),
)
_STRANGE: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27})


# Most telling first: the UTF-32 mark begins with the UTF-16 one.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Codecs of Python that are not encodings of documents.
_NOT_ENCODINGS: Final = frozenset(
    ("idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7")
)
# Web and mail software writes these names for what is windows-1252.
# https://encoding.spec.whatwg.org/#names-and-labels
_WESTERN_LABELS: Final = frozenset(("ascii", "iso8859-1"))

_SAMPLE = 64 * 1024
_WESTERN_LETTERS = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿß"
_WESTERN: Final = frozenset(
    _WESTERN_LETTERS + _WESTERN_LETTERS.upper() + "ŸŒ" + "«»“”„‘’‚‹›…–—•·°ºª§©®±²€£¿¡´¨\xa0\xad"
)
# 0xBC, 0xBD and 0xA4 are Œ, œ and € in ISO 8859-15, but fractions and a sign in windows-1252.
_LATIN_9: Final = re.compile(rb"[A-Za-z]\xbd|\xbd[a-z]|\xbc[a-zA-Z]|[0-9][ \xa0]?\xa4")
_C1: Final = re.compile(rb"[\x80-\x9f]")
_ASCII_LETTERS: Final = bytes(range(65, 91)) + bytes(range(97, 123))


def is_encoding(name: str) -> bool:
    """Tell whether ``name`` is a text encoding that can be decoded here."""
    try:
        codec = codecs.lookup(name)
        b"a".decode(name)
    except UnicodeError:  # one byte is half a character
        pass
    except (LookupError, ValueError):
        return False
    return codec.name not in _NOT_ENCODINGS


def byte_order_mark(data: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte order mark declares, and the length of the mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


def decode(data: bytes, declared: str | None = None, assumed: str | None = None) -> str:
    """Decode a document, never failing: a byte that nothing explains becomes U+FFFD.

    In this order: a byte order mark; the encoding ``declared`` in the document; UTF-16 without a
    mark, by where its zero bytes are; the encoding ``assumed`` by the user; UTF-8; detection. A
    declaration that the bytes contradict is not believed.
    """
    mark = byte_order_mark(data)
    if mark is not None:
        encoding, length = mark
        return data[length:].decode(encoding, "replace")
    for candidate in (declared, unmarked_utf_16(data), assumed, "utf-8"):
        if candidate and is_encoding(candidate):
            try:
                return data.decode(_as_written(candidate))
            except UnicodeError:
                continue
    return data.decode(detect(data), "replace")


def detect(data: bytes) -> str:
    """Return the most likely encoding of bytes that are not UTF-8.

    Western European text is recognised by its letters, which is surer on short texts than
    statistics; anything else is asked of charset-normalizer.
    """
    sample = data[:_SAMPLE]
    western = _western(sample)
    if western is not None:
        return western
    import charset_normalizer  # slow to import, and seldom needed

    best = charset_normalizer.from_bytes(sample, preemptive_behaviour=False).best()
    if best is None or not is_encoding(best.encoding):
        return "cp1252"
    return best.encoding


def _western(sample: bytes) -> str | None:
    """Return windows-1252 or ISO 8859-15 if that is what the sample looks like."""
    high = sum(byte >= 0x80 for byte in sample)
    letters = len(sample) - len(sample.translate(None, _ASCII_LETTERS))
    # One letter in four is accented in no language of Western Europe; all are in Cyrillic.
    if high * 3 > letters:
        return None
    encoding = "cp1252"
    if _LATIN_9.search(sample) and not _C1.search(sample):
        encoding = "iso8859-15"
    try:
        characters = set(sample.decode(encoding))
    except UnicodeError:
        return None
    if all(character < "\x80" or character in _WESTERN for character in characters):
        return encoding
    return None


def unmarked_utf_16(data: bytes) -> str | None:
    """Return UTF-16 in either byte order if zero bytes fall where that puts those of ASCII."""
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd * 10 >= half and even == 0:
        return "utf-16-le"
    if even * 10 >= half and odd == 0:
        return "utf-16-be"
    return None


def _as_written(encoding: str) -> str:
    """Return the encoding that software means when it writes this name."""
    name = codecs.lookup(encoding).name
    return "cp1252" if name in _WESTERN_LABELS else name


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
