"""Text made safe: no control characters, no lone surrogates, one kind of line ending."""

import re
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
