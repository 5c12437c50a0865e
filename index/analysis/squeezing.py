"""Squeezing: a text as bytes in which folded words are found by ``bytes.find``.

The tokenizer takes some microseconds for each word of a text. To find a few words, most of a text
need not be divided: its *squeezed* form has every letter folded, a space for every character that
no chunk holds, and nothing for the characters that join the parts of a chunk. So every token's
folded form stands in it, whole, between the two spaces around its chunk: *l’accord-cadre* becomes
``laccordcadre``, which has *accord*, *cadre* and *accordcadre*. What is found is only a candidate:
analyse the chunks around it.

Each character becomes one byte, from a table that is filled as characters are met. Letters other
than a to z share the bytes from 128 on. Where folding depends on what stands beside a character
(some combining marks, the signs of some scripts) it becomes ``WILD``: any word may be there.
"""

import re
import unicodedata
from collections.abc import Iterator
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.analysis.folding import fold
from index.analysis.tokenizer import (
    APOSTROPHES,
    CHARACTER,
    HYPHENS,
    INSIDE,
    NUMBERED,
    SPACELESS,
)

WILD: Final = b"\0"
_UNKNOWN: Final = 255
_MAX_EXPANDING: Final = 16
"""Bytes from 1 on that stand for letters that fold to two: œ, ß."""
_SHARED: Final = 128
_MAX_WILD: Final = 8
"""Of a text, at most one character in so many is ``WILD``; else it is not squeezed."""

_CHARACTER = re.compile(CHARACTER)
_INSIDE = re.compile(INSIDE)
_SPACELESS = re.compile(f"[{SPACELESS}]")
_ALONE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
"""Characters of scripts without spaces that fold alone: kana, Han, Hangul syllables."""
_COMPOSING = frozenset("\u0306\u0308")
"""Accents of which folding keeps some: й, ї, ў."""
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_HYPHEN = re.compile(f"[{HYPHENS}&＆]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_BETWEEN_DIGITS = frozenset(".,٫٬")
_JOINS = b"'-."
"""What joins become before they are left out: apostrophes, hyphens, points."""
_DIGITS = frozenset(b"0123456789" + WILD)
_NO_WORD = WILD + b"+#"
_DROPPED = re.compile(rb"'(?:s|ll|re|ve|d|m)-")
"""English endings that the tokenizer drops inside a compound: *children's-book*."""
_ORDINAL = re.compile(
    rb"[0-9ivx](?:"
    rb"(?<=[0-9])(?:e|i?eme|e?re?|nde?|st|rd|th)s?"
    rb"|(?<=[ivx])(?<![a-z].)(?:(?<=i)e?re?s?|[ivx]*(?:i?eme|e)s?)"
    rb")(?![a-z0-9])",
    re.DOTALL,
)
"""Ordinals, whose form is another than their letters: *1re*, *Ier* (1e), *XIXème* (XIXe)."""
_NUMBERED = re.compile(NUMBERED)
_LEADING_DIGITS = re.compile(rb"[0-9]{2,}")

_table = np.full(1 << 16, _UNKNOWN, np.uint8)
_expanding: dict[bytes, bytes] = {}
_widths = np.ones(256, np.uint8)
_widths[list(_JOINS)] = 0
_widths[1 : _MAX_EXPANDING + 1] = 2
_kept = _widths > 0
_DIGIT, _LETTER, _ROMAN, _BEHIND_ROMAN = range(4)
_kinds = np.zeros(256, np.uint8)
"""Bits of each byte: what it is, or may be, of an ordinal."""
for _bit, _bytes in enumerate((b"0123456789", bytes(range(97, 123)), b"ivx", b"eirvx")):
    _kinds[list(_bytes)] |= 1 << _bit
_lock = Lock()


class Squeezed:
    """A squeezed text; ``data`` are its bytes."""

    def __init__(self, text: str) -> None:
        self._codes = _encoded(text)
        self._single = data = self._codes.tobytes()
        self._expands = False
        for byte, letters in _expanding.items():
            if byte in data:
                data = data.replace(byte, letters)
                self._expands = True
        self.data = data.translate(None, _JOINS)
        self._origins: NDArray[np.intp] | None = None

    @property
    def origins(self) -> NDArray[np.intp]:
        """The character of the text that each byte comes from."""
        if self._origins is None:
            if self._expands:
                widths = _widths.take(self._codes)
                self._origins = np.arange(len(widths)).repeat(widths)
            else:
                self._origins = _kept.take(self._codes).nonzero()[0]
        return self._origins

    def index(self, character: int) -> int:
        """Return the first byte that comes from a character of the text or from one behind it."""
        return int(self.origins.searchsorted(character))

    def start(self, byte: int) -> int:
        """Return the character at which the piece begins that begins with a byte."""
        return int(self.origins[byte - 1]) + 1 if byte else 0

    def stop(self, byte: int) -> int:
        """Return the character at which the piece ends that ends before a byte."""
        return int(self.origins[byte]) if byte < len(self.data) else len(self._single)

    def piece(self, byte: int) -> tuple[int, int]:
        """Return start and end of the piece around a byte: it holds whole chunks."""
        data = self.data
        start = data.rfind(b" ", 0, byte) + 1
        end = data.find(b" ", byte)
        end = len(data) if end < 0 else end
        # A space may stand between the digits of one number.
        while 1 < start < end and data[start] in _DIGITS and data[start - 2] in _DIGITS:
            start = data.rfind(b" ", 0, start - 1) + 1
        while end + 1 < len(data) and data[end - 1] in _DIGITS and data[end + 1] in _DIGITS:
            end = data.find(b" ", end + 1)
            end = len(data) if end < 0 else end
        return start, end

    def is_word(self, text: str, start: int, end: int) -> bool:
        """Tell whether a piece of the text is a single word, whose folded form are its bytes."""
        piece, origins = self.data[start:end], self.origins
        surface = text[origins[start] : origins[end - 1] + 1]
        # Letters and figures are words of their own, and ordinals have a form of their own.
        if WILD in piece or not (surface.isalpha() or surface.isdecimal()):
            return False
        if _NUMBERED.fullmatch(surface):
            return False
        return piece.isascii() or not _SPACELESS.search(surface)

    def before(self, start: int, words: int) -> int:
        """Return where a piece begins before which so many words stand between it and ``start``."""
        while words > 0 and start > 0:
            end = start - 1
            start = self.data.rfind(b" ", 0, end) + 1
            words -= bool(self.data[start:end].strip(_NO_WORD))
        return self.piece(start)[0] if start < len(self.data) else start

    def after(self, end: int, words: int) -> int:
        """Return where a piece ends behind which so many words stand since ``end``."""
        while words > 0 and end < len(self.data):
            start = end + 1
            end = self.data.find(b" ", start)
            end = len(self.data) if end < 0 else end
            words -= bool(self.data[start:end].strip(_NO_WORD))
        return self.piece(end - 1)[1] if end else end

    def find(self, needle: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the pieces that have a needle in bytes ``start`` to ``end``, each once."""
        found = self.data.find(needle, start, end)
        while found >= 0:
            first, last = self.piece(found)
            yield first, last
            found = self.data.find(needle, last, end)

    def irregular(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the pieces from byte ``start`` to ``end`` that may have words not found in them."""
        if WILD in self.data:
            yield from self.find(WILD, start, end)
        dropped = [match.start() for match in _DROPPED.finditer(self._single)]
        for character in (*dropped, *self._ordinals()):
            if start <= (byte := self.index(character + 1)) < end:
                yield self.piece(byte)

    def _ordinals(self) -> list[int]:
        """Return where ordinals may begin. Arrays tell most places in a tenth of the time."""
        kinds = _kinds.take(self._codes)
        here, behind = kinds[:-1], kinds[1:]
        digits = here >> _DIGIT & behind >> _LETTER
        numerals = here >> _ROMAN & behind >> _BEHIND_ROMAN
        numerals[1:] &= ~(here[:-1] >> _LETTER)
        places = ((digits | numerals) & 1).nonzero()[0].tolist()
        return [place for place in places if _ORDINAL.match(self._single, place)]


def squeeze(text: str) -> Squeezed | None:
    """Squeeze a text; None if too much of it is ``WILD``."""
    squeezed = Squeezed(text)
    return None if squeezed.data.count(WILD) * _MAX_WILD > len(text) else squeezed


def squeeze_word(folded: str) -> bytes:
    """Return what a folded word becomes; empty if only ``WILD`` can stand for it."""
    if folded.isascii() and folded.isalnum():
        return folded.lower().encode()
    word = _encoded(folded).tobytes().translate(None, _JOINS)
    return b"" if WILD in word else word


def spellings(word: bytes) -> list[bytes]:
    """Return what to look for to find a squeezed word: digits may stand in groups of three."""
    digits = _LEADING_DIGITS.match(word) if word[:1].isdigit() else None
    if digits is None:
        return [word]
    number, rest = digits[0], word[digits.end() :]
    found = [word]
    for first in range(1, min(4, len(number))):
        groups = [number[:first]]
        groups += [number[at : at + 3] for at in range(first, len(number), 3)]
        found.append(b" ".join(groups) + rest)
    return found


def _encoded(text: str) -> NDArray[np.uint8]:
    """Return the byte of each character."""
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) != 2 * len(text):
        data = _ASTRAL.sub("\uffff", text).encode("utf-16-le", "surrogatepass")
    units = np.frombuffer(data, np.uint16)
    codes: NDArray[np.uint8] = _table.take(units)
    if _UNKNOWN in codes.tobytes():
        for unit in set(units[codes == _UNKNOWN].tolist()):
            _table[unit] = _byte_of(chr(unit))
        codes = _table.take(units)
    return codes


def _byte_of(character: str) -> int:
    """Return what becomes of a character."""
    if _APOSTROPHE.match(character):
        return ord("'")
    if _HYPHEN.match(character):
        return ord("-")
    if character in _BETWEEN_DIGITS:
        return ord(".")
    if character in "·‧":  # inclusive writing: étudiant·e·s
        return 0
    if character in "+#":
        return ord(character)
    plain = fold(character)
    if _INSIDE.match(character):
        return 0 if plain or character in _COMPOSING else ord(".")
    if _SPACELESS.match(character):
        return _shared(character) if _ALONE.match(character) and plain == character else 0
    if not _CHARACTER.match(character):
        return 0 if character in "♯\uffff" else ord(" ")
    if not plain:
        return ord(".")
    if len(plain) == 1 and plain.isalnum() and not unicodedata.combining(plain):
        return ord(plain) if plain.isascii() else _shared(plain)
    return _expanded(plain.encode()) if len(plain) == 2 and plain.isascii() else 0


def _shared(letter: str) -> int:
    return _SHARED + ord(letter) % (_UNKNOWN - _SHARED)


def _expanded(letters: bytes) -> int:
    global _expanding
    with _lock:
        for known, others in _expanding.items():
            if letters == others:
                return known[0]
        if not letters.isalnum() or len(_expanding) == _MAX_EXPANDING:
            return 0
        byte = len(_expanding) + 1
        # Others may be reading the dictionary as it was.
        _expanding = {**_expanding, bytes([byte]): letters}
        return byte
