"""Unicode normalisation: spellings that a reader takes for the same word become equal.

``normalize`` unifies compatibility forms (NFKC), case, digits and invisible characters, and keeps
accents. ``fold`` also removes accents, ligatures and the spelling variants of Arabic. Both change
lengths, so the tokenizer applies them word by word.

``fold_text`` folds a whole text in one pass, almost every character to one, so that names of
several words can be sought in it and located in the original. ``fold_key`` does the same to such a
name. The two ways differ for letters that names in seven languages do not need.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from codecs import charmap_decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from index.document import Span

# Characters that may stand inside a word without being part of it: soft hyphen, zero-width space,
# ZWNJ, ZWJ, word joiner, byte order mark, bidirectional controls, the Catalan middle dot
# (col·lecció).
IGNORABLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00b7\u2027"
)
_IGNORABLE = re.compile(f"[{IGNORABLE}]+")


def _mark_ranges() -> str:
    """Return the combining marks of Unicode (Mn, Mc, Me) as ranges of a character class.

    ``re`` does not count them as word characters, but decomposed accents and the vowel signs of
    Indic scripts are parts of words.
    """
    ranges: list[list[int]] = []
    category = unicodedata.category
    for code in [*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)]:
        if category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


MARKS = _mark_ranges()

# Accents that folding removes: the combining diacritics of Latin, Greek and Cyrillic, Hebrew
# points, Arabic harakat and Quranic signs, tatweel, Syriac points, variation selectors. The
# vowel signs of Indic scripts, Thai tone marks and Japanese voicing marks distinguish words.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0591-\u05bd\u05bf\u05c1"
    "\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    "\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08d3-\u08e1\u08e3-\u08ff\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef\u02b0-\u02ff]+"
)

# Letters that Unicode does not decompose, and the spelling variants of Arabic and Persian
# (alef and hamza carriers, alef maksura, teh marbuta, Persian kaf and yeh).
_LETTERS = {
    "œ": "oe",
    "æ": "ae",
    "þ": "th",
    **dict(zip("øłđðħıŧŋƒɓɗɖƙƴɔɛəǝɣɩʋ", "olddhitnfbddkyoeeegiv", strict=True)),
    **dict(zip("آأإٱؤئىةکیۀەھہۂۃ", "ااااوييهكيهههههه", strict=True)),
}

# Letters of their own, not accented forms of another: short i of Cyrillic, Ukrainian yi,
# Belarusian short u.
_KEPT = {"й": "\ue000", "ї": "\ue001", "ў": "\ue002"}
_BEFORE = _LETTERS | _KEPT
_AFTER = _LETTERS | {instead: letter for letter, instead in _KEPT.items()}
_DOT_ABOVE = "i\u0307"


@lru_cache(maxsize=1)
def _digits() -> dict[str, str]:
    """Return the decimal digits of every script, mapped to ASCII."""
    return {
        letter: str(unicodedata.decimal(letter))
        for letter in map(chr, range(0x80, 0x20000))
        if letter.isdecimal()
    }


def _replaced(text: str, letters: Mapping[str, str]) -> str:
    """Return ``text.translate(letters)``, several times faster where few of the letters occur."""
    for letter in letters.keys() & set(text):
        text = text.replace(letter, letters[letter])
    return text


def normalize(text: str) -> str:
    """Return ``text`` in NFKC, casefolded, with ASCII digits and with its accents.

    Soft hyphens, joiners and directional controls are removed, and so is the dot that casefolding
    leaves on a Turkish İ. Idempotent.
    """
    if text.isascii():
        return text.lower()
    text = _IGNORABLE.sub("", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFKC", text.casefold()).casefold()
    text = unicodedata.normalize("NFKC", _replaced(text, _digits())).replace(_DOT_ABOVE, "i")
    return _IGNORABLE.sub("", text)


def fold(text: str) -> str:
    """Return ``normalize(text)`` without accents, ligatures and spelling variants.

    œ becomes oe, ß ss and ø o. Arabic loses tatweel, harakat and the hamza of a carrier; ى becomes
    ي, and ة becomes ه. Vowel signs of Indic scripts and the Cyrillic й are letters and stay.
    Idempotent.
    """
    if text.isascii():
        return text.lower()
    return fold_normal(normalize(text))


def fold_normal(text: str) -> str:
    """Return ``fold(text)`` of a normalised text."""
    if text.isascii():
        return text
    # The letters that carry a hamza are mapped before decomposition would split them.
    text = unicodedata.normalize("NFD", _replaced(text, _BEFORE))
    text = unicodedata.normalize("NFKC", _replaced(_ACCENTS.sub("", text), _AFTER))
    return unicodedata.normalize("NFKC", text.casefold())


def fold_all(texts: Sequence[str]) -> list[str]:
    """Return ``fold`` of each text. Texts have no capitals and no new lines."""
    # Folding does not reach across a new line.
    others = "\n".join([text for text in texts if not text.isascii()])
    folded = iter(fold(others).split("\n"))
    return [text if text.isascii() else next(folded) for text in texts]


# Whole texts, for matching names

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
_VANISHED = re.compile(f"[{_VANISHING}]+")
_SPACES = r"[^\S\n]{2,}|[^\S\n]+\n[^\S\n]*|\n[^\S\n]+"
_SPECIAL = re.compile(f"[{_VANISHING}]+|[{''.join(_EXPANDING)}]|{_SPACES}")
_NAME_LETTERS = {
    **dict(zip("أإآٱىیئکةؤ", "اااايييكهو", strict=True)),
    **dict(zip("øłđðħı&+", "olddhi&+", strict=True)),
}
"""Characters that fold to one other than Unicode decomposes them to."""


def _fold_character(character: str) -> str:
    lowered = character.lower()[:1]
    if lowered in _NAME_LETTERS:
        return _NAME_LETTERS[lowered]
    if "\uac00" <= lowered <= "\ud7a3":  # Hangul syllables decompose into jamo
        return lowered
    base = unicodedata.normalize("NFKD", lowered)[:1].lower()[:1]
    base = _NAME_LETTERS.get(base, base)
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


_span = tuple.__new__
"""Makes a span of a pair, twice as fast as ``Span(...)``: a text has hundreds."""


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
        return list(accumulate([len(word) + 1 for word in self.words], initial=0))

    def span(self, start: int, end: int) -> Span:
        """Return the characters of the original that ``text[start:end]`` comes from."""
        places, shifts = self.places, self.shifts
        if len(places) == 1:
            return _span(Span, (start - 1, end - 1))
        last = shifts[bisect_right(places, end - 1) - 1]
        return _span(Span, (start - shifts[bisect_right(places, start) - 1], end - last))

    def spelt_span(self, start: int, end: int) -> Span:
        """Return ``span`` with what folding leaves out behind it: an accent of the last letter."""
        places, shifts = self.places, self.shifts
        place = bisect_right(places, start)
        first = last = shifts[place - 1]
        if place < len(places) and places[place] <= end:
            last = shifts[bisect_right(places, end) - 1]
        return _span(Span, (start - first, end - last))

    def place(self, character: int) -> int:
        """Return the offset in ``text`` of what comes from a character of the original.

        It is that of the first letter which comes from this character or from one behind it.
        """
        if len(self.places) == 1:
            return character + 1
        found = bisect_left(
            range(1, len(self.places)), character, key=lambda k: self.places[k] - self.shifts[k]
        )
        return min((character + self.shifts[found], *self.places[found + 1 : found + 2]))


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


def composed(word: str) -> str:
    """Return a word of a text as it is spelt: composed, without what folding leaves out.

    Decomposed accents, ligatures, presentation forms of Arabic and soft hyphens spell no other
    word.
    """
    if word.isascii():
        return word
    return _VANISHED.sub("", unicodedata.normalize("NFKC", _IGNORABLE.sub("", word)))


def fold_key(name: str) -> str:
    """Fold a name to the form under which it is looked up: ``L'Unité`` becomes ``l unite``."""
    if name.isascii() and name.isalnum():
        return name.lower()
    if not name.isascii() and _SPECIAL.search(name):
        return " ".join(fold_text(name).text.split())
    return " ".join(name.translate(_TABLE).split())


@cache
def name_key(name: str) -> str:
    """Return ``fold_key`` of a name in a vocabulary; cached, as it is needed again and again."""
    return fold_key(name)
