"""From bytes to characters: what is declared, then UTF-8, then detection."""

import codecs
import re
from typing import Final

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
