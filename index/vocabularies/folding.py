"""Text folded for matching names, with the way back to characters of the original."""

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

# Characters that fold to nothing or to more than one character; everything else folds to one.
_EXPANDING = {
    "œ": "oe",
    "Œ": "oe",
    "æ": "ae",
    "Æ": "ae",
    "ß": "ss",
    "ẞ": "ss",
    "ĳ": "ij",
    "Ĳ": "ij",
    "þ": "th",
    "Þ": "th",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
    "ﷲ": "الله",
}
_VANISHING = (
    "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
)
_SPACES = r"[^\S\n]{2,}|[^\S\n]+\n[^\S\n]*|\n[^\S\n]+"
_SPECIAL = re.compile(f"[{_VANISHING}]+|[{''.join(_EXPANDING)}]|{_SPACES}")
_SIMPLE = {
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ؤ": "و",
    "ئ": "ي",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "&": "&",
    "+": "+",
}


def _fold_character(character: str) -> str:
    lowered = character.lower()[:1]
    if lowered in _SIMPLE:
        return _SIMPLE[lowered]
    if "\uac00" <= lowered <= "\ud7a3":  # Hangul syllables decompose into jamo
        return lowered
    base = unicodedata.normalize("NFKD", lowered)[:1].lower()[:1]
    base = _SIMPLE.get(base, base)
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
_PAGES = ("cp1252", "cp1256")
"""Code pages that hold most texts in Latin and in Arabic script, a byte for a character."""


class _Page(NamedTuple):
    """A code page: its folded characters by byte, and bytes that show what is special."""

    name: str
    folded: str
    kinds: bytes


_SHORT = 40
"""A text of so many characters is folded without code pages, which take longer to set up."""
_ORDINARY, _BLANK, _LINE, _OTHER = b".", b" ", b"\n", b"!"
_SPECIAL_KINDS = re.compile(rb"!|  +| \n *|\n +")
"""What ``_SPECIAL`` finds in a text, found in the kinds of its characters."""


@cache
def _pages() -> tuple[_Page, ...]:
    pages = []
    for name in _PAGES:
        characters = bytes(range(256)).decode(name, "replace")
        kinds = b"".join(map(_kind, characters))
        pages.append(_Page(name, characters.translate(_TABLE), kinds))
    return tuple(pages)


def _kind(character: str) -> bytes:
    if character.isspace():
        return _LINE if character == "\n" else _BLANK
    return _OTHER if _SPECIAL.match(character) else _ORDINARY


def _fold_each(text: str) -> tuple[str, Iterable[tuple[int, int]]]:
    """Fold every character to one, and find the pieces of the text that this is wrong for."""
    for page in _pages() if len(text) > _SHORT else ():
        try:
            written = text.encode(page.name)
        except UnicodeEncodeError:
            continue
        folded = charmap_decode(written, "strict", page.folded)[0]
        kinds = written.translate(page.kinds)
        return folded, (special.span() for special in _SPECIAL_KINDS.finditer(kinds))
    return text.translate(_TABLE), (special.span() for special in _SPECIAL.finditer(text))


@dataclass(frozen=True)
class Folded:
    """Folded text between two spaces, and where its characters come from.

    Lower case without accents; every apostrophe, hyphen and punctuation mark is a space (``&``
    and ``+`` stay), one run of white space is one space, but a blank line stays two so that no
    name reaches across paragraphs. Character ``i`` of ``text`` is character ``i - back`` of the
    original, where ``back`` belongs to the last of ``places`` up to ``i``.
    """

    text: str
    places: Sequence[int]
    back: Sequence[int]

    @cached_property
    def words(self) -> list[str]:
        """What stands between the spaces of ``text``, empty between two in a row."""
        return self.text.split(" ")

    @cached_property
    def starts(self) -> list[int]:
        """Where each of ``words`` begins in ``text``."""
        return list(map(add, accumulate(map(len, self.words), initial=0), count()))

    def span(self, start: int, end: int) -> Span:
        """Return the original characters of ``text[start:end]``."""
        if len(self.places) == 1:
            return Span(start - 1, end - 1)
        return Span(self._original(start), self._original(end - 1) + 1)

    def _original(self, at: int) -> int:
        return at - self.back[bisect_right(self.places, at) - 1]


def fold_text(text: str) -> Folded:
    """Fold a whole text for matching. Costs one pass; ordinary text needs no table of places."""
    folded, specials = _fold_each(text)
    pieces = [" "]
    places, back = [0], [1]
    done, length = 0, 1
    for start, end in specials:
        found = text[start:end]
        replacement = " " if found.isspace() else _EXPANDING.get(found, "")
        pieces += (folded[done:start], replacement)
        length += start - done
        for place in range(length + 1, length + len(replacement)):
            places.append(place)
            back.append(place - start)
        length += len(replacement)
        places.append(length)
        back.append(length - end)
        done = end
    pieces += (folded[done:], " ")
    return Folded("".join(pieces), places, back)


def fold_key(name: str) -> str:
    """Fold a name to the form under which it is found: ``L'Unité`` becomes ``l unite``."""
    if _SPECIAL.search(name):
        return " ".join(fold_text(name).text.split())
    return " ".join(name.translate(_TABLE).split())


@cache
def name_key(name: str) -> str:
    """Return ``fold_key`` of a name in a vocabulary, kept: it is asked for again and again."""
    return fold_key(name)
