"""The encoding of a document: bytes become characters, and what went wrong is said.

Bytes that are UTF-8 but for some damage are UTF-8: a stray byte, or a character that was cut, costs
that character alone. What a file declares about itself is believed unless its bytes contradict it.
"""

import codecs
import re
import unicodedata
from collections import Counter
from typing import Final, NamedTuple

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
_SAMPLE: Final = 64 * 1024
"""Bytes from which an encoding is detected."""
_HEAD: Final = 4096
"""Bytes from which UTF-16 without a mark is known."""


class Decoded(NamedTuple):
    """The characters of a document, and sentences about what a reader of it should know."""

    text: str
    notes: tuple[str, ...] = ()


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


def decode(data: bytes, declared: str | None = None, assumed: str | None = None) -> Decoded:
    """Decode a document. Never fails: a byte that cannot be decoded becomes U+FFFD.

    The encoding is, in this order: that of a byte order mark; UTF-16 without a mark; UTF-8, if the
    bytes are UTF-8 with accents, or would be without some damage; the one ``declared`` in the
    document; the one ``assumed`` by the user; UTF-8 again, for ASCII; the detected one.
    """
    mark = byte_order_mark(data)
    if mark is not None and not _contradicted(data, *mark):
        encoding, length = mark
        return _replaced(data, encoding, length)
    start = mark[1] if mark else 0
    unmarked = unmarked_utf_16(data)
    if unmarked:
        return _replaced(data, unmarked)
    body = data[start:]
    try:
        text = body.decode("utf-8")
        return Decoded(_escaped(body, declared) if body.isascii() else text)
    except UnicodeDecodeError:
        claims_utf_8 = not declared or declared.lower().replace("-", "") == "utf8"
        if _is_damaged_utf_8(body, strictly=not claims_utf_8):
            return _replaced(data, "utf-8", start)
    for candidate in (declared, assumed):
        # Nobody can read in UTF-16, without knowing it, that a text is in UTF-16.
        impossible = candidate == declared and (candidate or "").lower().startswith("utf")
        characters = None if impossible else _as(body, candidate or "")
        if characters is not None:
            return Decoded(characters)
    encoding, sure = detect(body)
    decoded = _replaced(data, encoding, start)
    if sure:
        return decoded
    guessed = f"it declares no encoding, and {encoding} is a guess (see --encoding)"
    return decoded._replace(notes=(guessed, *decoded.notes))


def byte_order_mark(data: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte order mark declares, and the length of the mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def _contradicted(data: bytes, encoding: str, length: int) -> bool:
    """Return whether bytes are not in the encoding of their mark.

    Text in UTF-16 is UTF-8 by chance only where it is a few characters long.
    """
    body = data[length:_SAMPLE]
    if encoding == "utf-8":
        try:
            data[length:].decode("utf-8")
        except UnicodeDecodeError:
            return not _is_damaged_utf_8(data[length:], strictly=True)
        return False
    return len(body) >= 8 and not _CONTROL.search(body) and _is_utf_8(body)


def unmarked_utf_16(data: bytes) -> str | None:
    """Return UTF-16 in one of its byte orders, if the bytes show it without a mark.

    Of ASCII characters every other byte is zero. Of East Asian ones every other byte is of few
    rows, and the bytes are not UTF-8.
    """
    sample = data[: min(_HEAD, len(data) // 2 * 2)]
    if len(sample) < 4 or byte_order_mark(data):
        return None
    even, odd = sample[0::2], sample[1::2]
    half = len(sample) // 2
    for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if high.count(0) * 10 >= half and low.count(0) * 2 <= high.count(0):
            return encoding
        row, count = Counter(high).most_common(1)[0]
        if row in _CONTROL_ROWS and (count + high.count(0)) * 20 >= half * 19 and low.count(0) == 0:
            return encoding
        rows = half - len(high.translate(None, _EAST_ASIAN_ROWS))
        spread = half - len(low.translate(None, _EAST_ASIAN_ROWS))
        signs = high.count(0) + high.count(0x30) + high.count(0xFF)
        is_east_asian = half >= 8 and rows == half and signs and spread * 10 < half * 8
        if is_east_asian and not _is_utf_8(sample):
            return encoding
    return None


_CONTROL_ROWS: Final = frozenset((*range(3, 9), 0x0B, 0x0C, *range(0x0E, 0x13)))
"""The high bytes of Greek, Cyrillic, Hebrew, Arabic, Thai and others, which no text has as such."""
_EAST_ASIAN_ROWS: Final = bytes([0, 0x20, 0x30, *range(0x4E, 0xA0), 0xFF])
"""The high bytes of ASCII, punctuation, kana, ideographs and full-width characters."""


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(data) - 4  # the sample may end inside a character
    return True


# Damaged UTF-8

_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""A character of UTF-8 beyond ASCII."""
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_CUT: Final = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_LEADS: Final = frozenset(b"\xc2\xc3\xc4\xc5\xd0\xd1\xd8\xd9\xe2")
"""First bytes of usual characters; in windows-1252 they are letters that seldom end a text."""
_LATIN: Final = ((0xA0, 0x250), (0x1E00, 0x1F00), (0x2000, 0x2100))
_USUAL_ROWS: Final = frozenset((-1, 0, 3, 4, 5, 6, 9, 0x0E, 0x1F))
"""Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai; East Asian ones."""
_CHANCE: Final = 3
"""Characters that text of another encoding may seem to have in UTF-8."""


def _sequences(data: bytes) -> tuple[int, int, Counter[int]]:
    """Return how many characters beyond ASCII are UTF-8, how many bytes are not, and the rows.

    A row is 256 characters; East Asian ones are of one row.
    """
    found = _SEQUENCE.findall(data)
    bad = len(_HIGH.findall(_SEQUENCE.sub(b"", data)))
    rows: Counter[int] = Counter()
    for sequence, count in Counter(found).items():
        point = ord(sequence.decode("utf-8"))
        # Latin letters have three rows (one of Vietnamese), and the punctuation of every script is
        # of a fourth. Controls have one that is not usual.
        latin = any(low <= point < high for low, high in _LATIN)
        row = 0 if latin else point >> 8 or 2
        rows[-1 if 0x2E80 <= point < 0xD7B0 else row] += count
    return len(found), bad, rows


def _is_damaged_utf_8(data: bytes, *, strictly: bool) -> bool:
    """Return whether bytes that are not UTF-8 were, before some of them were lost or added.

    Other encodings seem to have a few characters of UTF-8 by chance, and those of all scripts.
    ``strictly`` wants more of them than other bytes.
    """
    good, bad, rows = _sequences(_CUT.sub(b"", data))
    if not good:
        # Only the last character is damaged.
        cut = _CUT.search(data)
        return cut is not None and bad == 0 and (len(cut[0]) > 1 or cut[0][0] in _LEADS)
    row, most = rows.most_common(1)[0]
    if row not in _USUAL_ROWS or (most < good if good <= _CHANCE else 2 * most < good):
        return False
    if strictly and good > _CHANCE:
        return good >= 2 * bad
    return good >= bad or (1 < good < bad <= 8 and not strictly)


def _replaced(data: bytes, encoding: str, start: int = 0) -> Decoded:
    """Decode bytes from ``start`` on; bytes that cannot be decoded become U+FFFD, and are told."""
    body = data[start:]
    try:
        return Decoded(body.decode(encoding))
    except UnicodeDecodeError as error:
        text = body.decode(encoding, "replace")
        count = text.count("\ufffd") - body.count(b"\xef\xbf\xbd") * (encoding == "utf-8")
        what = "1 place is" if count == 1 else f"{max(count, 1):,} places are"
        at = f"the first at byte {start + error.start:,}"
        return Decoded(text, (f"{what} not in the encoding {encoding} and became “\ufffd”, {at}",))


# Declared encodings


def _as(data: bytes, name: str) -> str | None:
    """Return bytes decoded as they are said to be; None if they are not."""
    if not is_encoding(name):
        return None
    codec = codecs.lookup(name).name
    try:
        return data.decode("cp1252" if codec in _WESTERN_LABELS else codec)
    except UnicodeError:
        return None


def _escaped(data: bytes, declared: str | None) -> str:
    """Decode ASCII, in which some encodings hide other characters behind escapes."""
    if declared and b"\x1b" in data and declared.lower().startswith("iso-2022"):
        return _as(data, declared) or data.decode("ascii")
    return data.decode("ascii")


# Detection

_WESTERN_LETTERS: Final = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿßšž"
_WESTERN: Final = frozenset(
    _WESTERN_LETTERS + _WESTERN_LETTERS.upper() + "ŸŒ" + "«»“”„‘’‚‹›…–—•·°ºª§©®±²€£¿¡´¨\xa0\xad"
)
# 0xBC, 0xBD and 0xA4 are Œ, œ and € in ISO 8859-15, but fractions and a sign in windows-1252.
_LATIN_9: Final = re.compile(rb"[A-Za-z]\xbd|\xbd[a-z]|\xbc[a-zA-Z]|[0-9][ \xa0]?\xa4")
_C1: Final = re.compile(rb"[\x80-\x9f]")
_WORD: Final = re.compile(rb"[A-Za-z\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xc0-\xff]+")
_SHORT: Final = 32
"""Letters beyond ASCII below which statistics fail, and the shape of words decides."""
_CANDIDATES: Final = (
    *("cp1252", "cp1251", "koi8-r", "cp1256", "cp1253", "cp1255", "cp1250", "cp1254"),
    *("iso8859-5", "cp866", "mac-roman"),
)
"""Encodings of one byte a character, the most usual ones first."""
_LITTLE: Final = 2
"""Letters beyond ASCII up to which any encoding is a guess."""


def detect(data: bytes) -> tuple[str, bool]:
    """Return the most likely encoding of bytes that are not UTF-8, and whether it is no guess.

    Western European text is known by its words, in which accented letters stand among others. The
    words of short texts in other scripts are tried in every encoding. charset-normalizer decides
    the rest.
    """
    sample = data[:_SAMPLE]
    high = len(_HIGH.findall(sample))
    western = _western(sample)
    if western is not None:
        return western, high > _LITTLE
    if high < _SHORT:
        short = _by_shape(sample)
        if short is not None:
            return short, high > 8
    for encoding in ("cp932", "euc-jp"):
        if _is_japanese(sample, encoding):
            return encoding, True
    import charset_normalizer  # slow to import, and seldom needed

    best = charset_normalizer.from_bytes(sample, preemptive_behaviour=False).best()
    if best is None or not is_encoding(best.encoding):
        return "cp1252", False
    return best.encoding, high >= _SHORT and best.percent_chaos < 10


def _is_japanese(sample: bytes, encoding: str) -> bool:
    """Return whether a sample has as many hiragana in an encoding as Japanese has."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < _SAMPLE - 2:
            return False
        text = sample[: error.start].decode(encoding)
    others = [char for char in text if char > "\x7f"]
    hiragana = sum("\u3040" < char < "\u30a0" for char in others)
    return hiragana * 6 > len(others) and hiragana > 2


def _western(sample: bytes) -> str | None:
    """Return windows-1252 or ISO 8859-15 if the sample looks like either."""
    words = [word for word in _WORD.findall(sample) if not word.isascii()]
    mixed = sum(1 for word in words if re.search(rb"[A-Za-z]", word))
    # A word of accented letters alone is of another script, unless it is as short as “là”.
    short = 2 if mixed else 1
    foreign = sum(len(word) > short and not re.search(rb"[A-Za-z]", word) for word in words)
    if foreign * 4 > mixed:
        return None
    encoding = "iso8859-15" if _LATIN_9.search(sample) and not _C1.search(sample) else "cp1252"
    try:
        characters = set(sample.decode(encoding))
    except UnicodeError:
        return None
    if all(character < "\x80" or character in _WESTERN for character in characters):
        return encoding
    return None


_NOT_IN_WORDS: Final = ("Cc", "Cn", "Co", "So", "Sk")


def _by_shape(sample: bytes) -> str | None:
    """Return the encoding in which the words of a short text look like words; None without one.

    A word is of one script, and has capitals at its beginning or everywhere.
    """
    for encoding in _CANDIDATES:
        try:
            text = sample.decode(encoding)
        except UnicodeError:
            continue
        if any(unicodedata.category(char) in _NOT_IN_WORDS for char in text if char > "\x7f"):
            continue
        words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
        if words and all(map(_is_word, words)):
            return encoding
    return None


def _is_word(word: str) -> bool:
    scripts = {unicodedata.name(char, "?").partition(" ")[0] for char in word}
    cased = word.islower() or word.istitle() or word.isupper() or word.lower() == word
    # Latin words have some letters without accents.
    is_latin = scripts == {"LATIN"} and re.search("[A-Za-z]", word) is not None
    return cased and len(scripts) == 1 and (is_latin or not scripts & {"?", "LATIN"})
