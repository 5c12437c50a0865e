"""Folding of texts for matching names, with the offsets of the original.

``index.analysis`` folds single words for the index. This folds whole texts in one pass, almost
every character to one, so that names of several words can be sought in them and located. The two
differ for letters that names in seven languages do not need.
"""

import re
import unicodedata
from bisect import bisect_right
from codecs import charmap_decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, count
from operator import add
from typing import NamedTuple

from index.document import Span

_EXPANDING = {
    "œ": "oe",
    "Œ": "oe",
    "æ": "ae",
    "Æ": "ae",
    "þ": "th",
    "Þ": "th",
    **{
        character: unicodedata.normalize("NFKC", character.casefold())
        for character in "ßẞĳĲﬀﬁﬂﬃﬄﬅﬆﷲ"
    },
}
"""Characters that fold to more than one."""
_VANISHING = (
    "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
)
"""Characters that fold to nothing; all others fold to one."""
_SPACES = r"[^\S\n]{2,}|[^\S\n]+\n[^\S\n]*|\n[^\S\n]+"
_SPECIAL = re.compile(f"[{_VANISHING}]+|[{''.join(_EXPANDING)}]|{_SPACES}")
_LETTERS = {
    **dict(zip("أإآٱىیئکةؤ", "اااايييكهو", strict=True)),
    **dict(zip("øłđðħı&+", "olddhi&+", strict=True)),
}
"""Characters that fold to one other than Unicode decomposes them to."""


def _fold_character(character: str) -> str:
    lowered = character.lower()[:1]
    if lowered in _LETTERS:
        return _LETTERS[lowered]
    if "\uac00" <= lowered <= "\ud7a3":  # Hangul syllables decompose into jamo
        return lowered
    base = unicodedata.normalize("NFKD", lowered)[:1].lower()[:1]
    base = _LETTERS.get(base, base)
    if not base.isalnum():
        return " "
    if base.isdecimal():
        return str(unicodedata.decimal(base))
    return base


class _FoldTable(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


_TABLE = _FoldTable()
_CODE_PAGES = ("cp1252", "cp1256")
"""Code pages that hold most Latin and most Arabic texts, one byte a character."""


class _CodePage(NamedTuple):
    """What each byte of a code page is folded to, and of which kind its character is."""

    name: str
    folded: str
    kinds: bytes


_SHORT = 40
"""Texts up to this length are folded without code pages, which take longer to set up."""
_ORDINARY, _BLANK, _LINE, _OTHER = b".", b" ", b"\n", b"!"
_SPECIAL_KINDS = re.compile(rb"!|  +| \n *|\n +")
"""``_SPECIAL``, for the kinds of characters instead of the characters."""


@cache
def _code_pages() -> tuple[_CodePage, ...]:
    pages = []
    for name in _CODE_PAGES:
        characters = bytes(range(256)).decode(name, "replace")
        kinds = b"".join(map(_kind, characters))
        pages.append(_CodePage(name, characters.translate(_TABLE), kinds))
    return tuple(pages)


def _kind(character: str) -> bytes:
    if character.isspace():
        return _LINE if character == "\n" else _BLANK
    return _OTHER if _SPECIAL.match(character) else _ORDINARY


def _fold_characters(text: str) -> tuple[str, Iterable[tuple[int, int]]]:
    """Fold every character to one; also return the ranges for which that is wrong."""
    for page in _code_pages() if len(text) > _SHORT else ():
        try:
            encoded = text.encode(page.name)
        except UnicodeEncodeError:
            continue
        folded = charmap_decode(encoded, "strict", page.folded)[0]
        kinds = encoded.translate(page.kinds)
        return folded, (special.span() for special in _SPECIAL_KINDS.finditer(kinds))
    return text.translate(_TABLE), (special.span() for special in _SPECIAL.finditer(text))


@dataclass(frozen=True)
class Folded:
    """A folded text, and where its characters come from.

    ``text`` is lower case without accents. Apostrophes, hyphens and punctuation are spaces (``&``
    and ``+`` stay). A run of white space is one space, but a blank line is two, so that no name
    reaches across paragraphs. A space stands before and after everything. The offset of character
    ``i`` in the original is ``i - shifts[k]`` for the last ``k`` with ``places[k] <= i``.
    """

    text: str
    places: Sequence[int]
    shifts: Sequence[int]

    @cached_property
    def words(self) -> list[str]:
        """The parts of ``text`` between spaces; empty between two spaces in a row."""
        return self.text.split(" ")

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each of ``words`` in ``text``."""
        return list(map(add, accumulate(map(len, self.words), initial=0), count()))

    def span(self, start: int, end: int) -> Span:
        """Return the characters of the original that ``text[start:end]`` comes from."""
        if len(self.places) == 1:
            return Span(start - 1, end - 1)
        return Span(self._original(start), self._original(end - 1) + 1)

    def _original(self, offset: int) -> int:
        return offset - self.shifts[bisect_right(self.places, offset) - 1]


def fold_text(text: str) -> Folded:
    """Fold a whole text for matching, in one pass."""
    folded, specials = _fold_characters(text)
    parts = [" "]
    places, shifts = [0], [1]
    done, length = 0, 1
    for start, end in specials:
        special = text[start:end]
        replacement = " " if special.isspace() else _EXPANDING.get(special, "")
        parts += (folded[done:start], replacement)
        length += start - done
        for place in range(length + 1, length + len(replacement)):
            places.append(place)
            shifts.append(place - start)
        length += len(replacement)
        places.append(length)
        shifts.append(length - end)
        done = end
    parts += (folded[done:], " ")
    return Folded("".join(parts), places, shifts)


def fold_key(name: str) -> str:
    """Fold a name to the form under which it is looked up: ``L'Unité`` becomes ``l unite``."""
    if _SPECIAL.search(name):
        return " ".join(fold_text(name).text.split())
    return " ".join(name.translate(_TABLE).split())


@cache
def name_key(name: str) -> str:
    """Return ``fold_key`` of a name in a vocabulary; cached, as it is needed again and again."""
    return fold_key(name)
