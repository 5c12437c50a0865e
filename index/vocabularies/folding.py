"""Text folded for matching names, with the way back to characters of the original."""

import re
import unicodedata
from array import array
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


class Folded(NamedTuple):
    """Folded text between two spaces, and where its characters come from.

    Lower case without accents; every apostrophe, hyphen and punctuation mark is a space (``&``
    and ``+`` stay), one run of white space is one space, but a blank line stays two so that no
    name reaches across paragraphs. ``offsets`` is None where character ``i`` of ``text`` is
    character ``i - 1`` of the original.
    """

    text: str
    offsets: "array[int] | None"

    def span(self, start: int, end: int) -> Span:
        """Return the original characters of ``text[start:end]``."""
        if self.offsets is None:
            return Span(start - 1, end - 1)
        return Span(self.offsets[start - 1], self.offsets[end - 2] + 1)


def fold_text(text: str) -> Folded:
    """Fold a whole text for matching. Costs one pass; ordinary text needs no table of offsets."""
    first = _SPECIAL.search(text)
    if first is None:
        return Folded(f" {text.translate(_TABLE)} ", None)
    pieces = [" "]
    offsets = array("l")
    done = 0
    for special in _SPECIAL.finditer(text, first.start()):
        start, end = special.span()
        pieces.append(text[done:start].translate(_TABLE))
        offsets.extend(range(done, start))
        found = special.group()
        replacement = " " if found.isspace() else _EXPANDING.get(found, "")
        pieces.append(replacement)
        offsets.extend([start] * len(replacement))
        done = end
    pieces.append(text[done:].translate(_TABLE))
    offsets.extend(range(done, len(text)))
    pieces.append(" ")
    return Folded("".join(pieces), offsets)


def fold_key(name: str) -> str:
    """Fold a name to the form under which it is found: ``L'Unité`` becomes ``l unite``."""
    return " ".join(fold_text(name).text.split())
