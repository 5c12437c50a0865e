"""The content of a file: bytes bounded and decompressed, decoded to characters, made safe.

Only regular files are read. A name that ends in ``.gz`` is decompressed.
"""

import codecs
import gzip
import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import AnyStr, Final

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


# Encodings

# The longest first: the UTF-32 mark begins with the UTF-16 one.
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
# Web and mail software writes these labels for what is windows-1252.
# https://encoding.spec.whatwg.org/#names-and-labels
_WESTERN_LABELS: Final = frozenset(("ascii", "iso8859-1"))
_WESTERN_LETTERS: Final = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿß"
_WESTERN: Final = frozenset(
    _WESTERN_LETTERS + _WESTERN_LETTERS.upper() + "ŸŒ" + "«»“”„‘’‚‹›…–—•·°ºª§©®±²€£¿¡´¨\xa0\xad"
)
# 0xBC, 0xBD and 0xA4 are Œ, œ and € in ISO 8859-15, but fractions and a sign in windows-1252.
_LATIN_9: Final = re.compile(rb"[A-Za-z]\xbd|\xbd[a-z]|\xbc[a-zA-Z]|[0-9][ \xa0]?\xa4")
_C1: Final = re.compile(rb"[\x80-\x9f]")
_ASCII_LETTERS: Final = bytes(range(65, 91)) + bytes(range(97, 123))
_SAMPLE: Final = 64 * 1024
"""Bytes from which an encoding is detected."""


def is_encoding(name: str) -> bool:
    """Return whether ``name`` is a text encoding that Python decodes."""
    try:
        codec = codecs.lookup(name)
        b"a".decode(name)
    except UnicodeError:  # one byte is half a character
        pass
    except (LookupError, ValueError):
        return False
    return codec.name not in _NOT_ENCODINGS


def decode(data: bytes, declared: str | None = None, assumed: str | None = None) -> str:
    """Decode a document. Never fails: a byte that cannot be decoded becomes U+FFFD.

    The encoding is, in this order: that of a byte order mark; the one ``declared`` in the document;
    UTF-16 without a mark; the one ``assumed`` by the user; UTF-8; the detected one. A declaration
    that the bytes contradict is ignored.
    """
    mark = _byte_order_mark(data)
    if mark is not None:
        encoding, length = mark
        return data[length:].decode(encoding, "replace")
    for candidate in (declared, _unmarked_utf_16(data), assumed, "utf-8"):
        if candidate and is_encoding(candidate):
            name = codecs.lookup(candidate).name
            try:
                return data.decode("cp1252" if name in _WESTERN_LABELS else name)
            except UnicodeError:
                continue
    return data.decode(_detect_encoding(data), "replace")


def _byte_order_mark(data: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte order mark declares, and the length of the mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


def _unmarked_utf_16(data: bytes) -> str | None:
    """Return UTF-16 in one of its byte orders, if every other byte of ASCII characters is zero."""
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


def _detect_encoding(data: bytes) -> str:
    """Return the most likely encoding of bytes that are not UTF-8.

    Western European text is recognized by its letters, which is more reliable on short texts than
    statistics. charset-normalizer decides the rest.
    """
    sample = data[:_SAMPLE]
    western = _western(sample)
    if western is not None:
        return western
    import charset_normalizer  # slow to import, and seldom needed

    best = charset_normalizer.from_bytes(sample, preemptive_behaviour=False).best()
    return best.encoding if best is not None and is_encoding(best.encoding) else "cp1252"


def _western(sample: bytes) -> str | None:
    """Return windows-1252 or ISO 8859-15 if the sample looks like either."""
    high = sum(byte >= 0x80 for byte in sample)
    letters = len(sample) - len(sample.translate(None, _ASCII_LETTERS))
    # One letter in four is accented in no language of Western Europe; all are in Cyrillic.
    if high * 3 > letters:
        return None
    encoding = "iso8859-15" if _LATIN_9.search(sample) and not _C1.search(sample) else "cp1252"
    try:
        characters = set(sample.decode(encoding))
    except UnicodeError:
        return None
    if all(character < "\x80" or character in _WESTERN for character in characters):
        return encoding
    return None


# Files

# Text shrinks five to twenty times; only a file made for the purpose shrinks so much.
_BOMB_RATIO: Final = 200
_BOMB: Final = 8 * 1024 * 1024
"""Bytes up to which a file may shrink as much as it likes."""
MAX_EMPTY_LINES: Final = 1_000_000
_BUFFER: Final = 64 * 1024
_CHUNK: Final = 1024 * 1024
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
_HEAD: Final = 8192
"""Bytes in which control characters are counted."""
_FEW_CONTROLS: Final = 3
_NOT_IN_TEXT: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_FILE_TYPES: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class RefusedError(Exception):
    """A file or a record cannot become a document: ``kind`` and ``reason`` of ``Skipped``."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason


@contextmanager
def _opened(path: Path) -> Iterator[tuple[io.BufferedReader, io.FileIO]]:
    """Open a regular file; yield the stream of its decompressed bytes and the raw file.

    Raises ``RefusedError`` for what is not a regular file, ``OSError`` for what cannot be opened.
    """
    # O_NONBLOCK: a pipe put in the place of a listed file must not hang the reader.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with io.FileIO(descriptor) as raw:
        file_type = stat.S_IFMT(os.fstat(descriptor).st_mode)
        if file_type != stat.S_IFREG:
            what = _FILE_TYPES.get(file_type, "something else")
            raise RefusedError("unreadable", f"it is {what}, not a regular file")
        if path.name.lower().endswith(".gz"):
            with gzip.GzipFile(fileobj=io.BufferedReader(raw)) as unzipped:
                yield io.BufferedReader(unzipped, _BUFFER), raw
        else:
            yield io.BufferedReader(raw, _BUFFER), raw


def read_whole(path: Path, max_bytes: int) -> bytes:
    """Return the decompressed bytes of a file that is one document.

    Raises ``RefusedError`` if they are blank, more than ``max_bytes``, or not text.
    """
    with _opened(path) as (stream, _):
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise RefusedError("huge", f"it is larger than {max_bytes:,} bytes")
    if not data.strip():
        raise RefusedError("empty", "it is empty")
    _require_text(data, zeros_are_binary=True)
    return data


def read_lines(
    path: Path, max_bytes: int, assumed: str | None = None
) -> Iterator[tuple[int, str | RefusedError]]:
    """Yield the number of each line, from 1, and the line; memory does not grow with the file.

    A line of more than ``max_bytes`` bytes yields a ``RefusedError`` in its place. Raises
    ``RefusedError`` if the file is empty, not text, or a decompression bomb.
    """
    with _opened(path) as (stream, raw):
        head = stream.peek(_BUFFER)
        if not head:
            raise RefusedError("empty", "it is empty")
        _require_text(head, zeros_are_binary=False)
        encoding, length = _byte_order_mark(head) or (_unmarked_utf_16(head) or "utf-8", 0)
        stream.read(length)
        if encoding != "utf-8":  # a newline is more than one byte
            with io.TextIOWrapper(stream, encoding, errors="replace", newline="\n") as text:
                yield from _bounded_lines(text.readline, "\n", max_bytes, raw)
            return
        fallback = assumed or _fallback_encoding(head)
        for number, line in _bounded_lines(stream.readline, b"\n", max_bytes, raw):
            if isinstance(line, RefusedError):
                yield number, line
                continue
            try:
                yield number, line.decode("utf-8")
            except UnicodeDecodeError:
                yield number, line.decode(fallback, "replace") if fallback else decode(line)


def _bounded_lines(
    readline: Callable[[int], AnyStr], newline: AnyStr, max_bytes: int, raw: io.FileIO
) -> Iterator[tuple[int, AnyStr | RefusedError]]:
    """Yield numbered lines; one that is too long is read to its end and forgotten."""
    total = number = empty = 0
    too_long = False
    bomb = min(max_bytes, _BOMB)
    while line := readline(_CHUNK if too_long else max_bytes + 1):
        total += len(line)
        if total > bomb and total > _BOMB_RATIO * max(raw.tell(), 1):
            reason = f"it decompresses to more than {_BOMB_RATIO} times its size"
            raise RefusedError("huge", reason)
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
    if _byte_order_mark(data) is not None or _unmarked_utf_16(data):
        return
    what = next((name for signature, name in _SIGNATURES if data.startswith(signature)), "")
    head = data[:_HEAD]
    controls = len(head) - len(head.translate(None, _NOT_IN_TEXT))
    many_controls = controls > _FEW_CONTROLS and controls * 20 > len(head)
    if not what and (many_controls or (zeros_are_binary and b"\x00" in data)):
        what = "binary data"
    if what:
        raise RefusedError("binary", f"it is {what}, not text")


def _fallback_encoding(head: bytes) -> str | None:
    """Return the encoding of those lines at the start of a file that are not UTF-8, if any."""
    others = [line for line in head.splitlines()[:-1] if not _is_utf_8(line)]
    return _detect_encoding(b"\n".join(others)) if others else None


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
