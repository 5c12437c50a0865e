"""Squeezing: a text as bytes in which folded words are found by ``bytes.find``.

The tokenizer takes some microseconds for each word of a text. To find a few words, most of a text
need not be divided: its *squeezed* form has every letter folded, a space for every character that
no chunk holds, and nothing for the characters that join the parts of a chunk. So every token's
folded form stands in it, whole, between the two spaces around its chunk: *l’accord-cadre* becomes
``laccordcadre``, which has *accord*, *cadre* and *accordcadre*. What is found is only a candidate:
analyse the chunks around it.

Letters are folded one by one with the table of a code page. Where that cannot be done (a character
that folds to one outside the page, combining accents, scripts without spaces) a ``WILD`` byte
stands for them: any word may be there.
"""

import codecs
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis.folding import fold
from index.analysis.tokenizer import APOSTROPHES, CHARACTER, HYPHENS, INSIDE, SPACELESS

WILD: Final = b"\0"
_CODECS: Final = ("cp1252", "cp1256", "cp1251", "cp1250", "cp1253", "cp1255", "cp1254")
"""Code pages of Latin, Arabic, Cyrillic, Central European, Greek, Hebrew and Turkish texts."""
_SAMPLE: Final = 200
"""Characters of a text by which a code page is chosen."""
_MAX_FOREIGN: Final = 8
"""At most one in so many characters is outside the code page of a text."""

_CHARACTER = re.compile(CHARACTER)
_INSIDE = re.compile(f"{INSIDE}|[{SPACELESS}]")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_HYPHEN = re.compile(f"[{HYPHENS}&＆]")
_BETWEEN_DIGITS = frozenset(".,٫٬")
_SHARP = frozenset("+#♯")
_JOINS = b"'-."
"""What joins become before they are left out: apostrophes, hyphens, points."""
_DIGITS = frozenset(b"0123456789" + WILD)
_NO_WORD = WILD + b"+#"
_DROPPED = tuple(f"'{ending}-".encode() for ending in ("s", "ll", "re", "ve", "d", "m"))
"""English endings that the tokenizer drops inside a compound: *children's-book*."""
_LEADING_DIGITS = re.compile(rb"[0-9]{2,}")


class Page(NamedTuple):
    """What becomes of the characters of a code page.

    ``folded`` maps each byte to one; ``expanding`` maps some of these to two, and ``widths`` tells
    how many bytes there are in the end: 0, 1 or 2.
    """

    codec: str
    folded: bytes
    expanding: tuple[tuple[bytes, bytes], ...]
    widths: NDArray[np.uint8]

    def squeeze_word(self, folded: str) -> bytes:
        """Return what a folded word becomes; empty if only ``WILD`` bytes can stand for it."""
        try:
            encoded = folded.encode(self.codec)
        except UnicodeEncodeError:
            return b""
        return encoded.translate(self.folded).translate(None, _JOINS)


class Squeezed:
    """A squeezed text; ``data`` are its bytes, ``page`` is how they came about."""

    def __init__(self, text: str, page: Page) -> None:
        self.page = page
        self._single = text.encode(page.codec, _ERRORS).translate(page.folded)
        data = self._single
        for byte, expanded in page.expanding:
            if byte in data:
                data = data.replace(byte, expanded)
        self.data = data.translate(None, _JOINS)
        self._origins: NDArray[np.intp] | None = None

    @property
    def origins(self) -> NDArray[np.intp]:
        """The character of the text that each byte comes from."""
        if self._origins is None:
            widths = self.page.widths.take(np.frombuffer(self._single, np.uint8))
            if len(self.data) > np.count_nonzero(widths):
                self._origins = np.arange(len(widths)).repeat(widths)
            else:
                self._origins = widths.nonzero()[0]
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
        if b"'" in self._single and b"-" in self._single:
            for dropped in _DROPPED:
                character = self._single.find(dropped)
                while character >= 0:
                    if start <= (byte := self.index(character + 1)) < end:
                        yield self.piece(byte)
                    character = self._single.find(dropped, character + 1)


def squeeze(text: str) -> Squeezed | None:
    """Squeeze a text; None if no code page has most of its characters."""
    page = _page_of(text)
    if page is None:
        return None
    squeezed = Squeezed(text, page)
    return None if squeezed.data.count(WILD) * _MAX_FOREIGN > len(text) else squeezed


def spellings(word: bytes) -> list[bytes]:
    """Return what to look for to find a squeezed word: digits may stand in groups of three."""
    digits = _LEADING_DIGITS.match(word)
    if digits is None:
        return [word]
    number, rest = digits[0], word[digits.end() :]
    found = [word]
    for first in range(1, min(4, len(number))):
        groups = [number[:first]]
        groups += [number[at : at + 3] for at in range(first, len(number), 3)]
        found.append(b" ".join(groups) + rest)
    return found


def _page_of(text: str) -> Page | None:
    if text.isascii():
        return _page(_CODECS[0])
    middle = max(0, len(text) // 2 - _SAMPLE // 2)
    sample = text[: _SAMPLE // 2] + text[middle : middle + _SAMPLE // 2]
    questions = sample.count("?")
    for codec in _CODECS:
        foreign = sample.encode(codec, "replace").count(b"?") - questions
        if foreign * _MAX_FOREIGN <= len(sample):
            return _page(codec)
    return None


def _class_of(character: str) -> str:
    """Return what a character is in a chunk: a letter, a join, or a space for one of no chunk."""
    if _APOSTROPHE.match(character):
        return "'"
    if _HYPHEN.match(character):
        return "-"
    if character in _BETWEEN_DIGITS:
        return "."
    if character in _SHARP:
        return "+"
    if _INSIDE.match(character):
        return "mark"
    return "letter" if _CHARACTER.match(character) else " "


@cache
def _page(codec: str) -> Page:
    folded, expanding, widths = bytearray(256), [], np.ones(256, np.uint8)
    for join in _JOINS:
        widths[join] = 0
    for byte in range(1, 256):
        character = bytes([byte]).decode(codec, "replace")
        kind = _class_of(character)
        plain = fold(character)
        if kind in ("letter", "mark"):
            try:
                encoded = plain.encode(codec)
            except UnicodeEncodeError:
                encoded = WILD
            if not encoded:
                folded[byte] = ord(".")
            elif len(encoded) == 1:
                folded[byte] = encoded[0]
            elif len(encoded) == 2 and kind == "letter" and plain.isalpha():
                folded[byte] = byte
                expanding.append((bytes([byte]), encoded))
                widths[byte] = 2
        else:
            folded[byte] = byte if kind == "+" else ord(kind)
    return Page(codec, bytes(folded), tuple(expanding), widths)


@lru_cache(maxsize=4096)
def _substitute(character: str) -> str:
    """Return what stands for a character that a code page lacks."""
    kind = _class_of(character)
    if kind in (" ", "'", "-", "."):
        return kind
    plain = fold(character) if kind == "letter" else ""
    return plain if plain.isascii() and plain.isalnum() and len(plain) == 1 else "\0"


def _encode_foreign(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    foreign = error.object[error.start : error.end]
    return "".join(map(_substitute, foreign)), error.end


_ERRORS: Final = "trouvaille.squeezing"
codecs.register_error(_ERRORS, _encode_foreign)
