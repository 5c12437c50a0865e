"""Unicode normalisation: spellings that a reader takes for the same word become equal.

``normalize`` unifies compatibility forms (NFKC), case, digits and invisible characters, and keeps
accents. ``fold`` also removes accents, ligatures and the spelling variants of Arabic. Both change
lengths, so the tokenizer applies them word by word.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

# Characters that may stand inside a word without being part of it: soft hyphen, ZWNJ, ZWJ,
# word joiner, byte order mark, bidirectional controls, the Catalan middle dot (col·lecció).
IGNORABLE = (
    "\u00ad\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00b7\u2027"
)
_IGNORABLE = re.compile(f"[{IGNORABLE}]+")


def _mark_ranges() -> str:
    """Return the combining marks of Unicode (Mn, Mc, Me) as ranges of a character class.

    ``re`` does not count them as word characters, but decomposed accents and the vowel signs of
    Indic scripts are parts of words.
    """
    ranges: list[list[int]] = []
    for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code)).startswith("M"):
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
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ŧ": "t",
    "ŋ": "n",
    "ƒ": "f",
    "ɓ": "b",
    "ɗ": "d",
    "ɖ": "d",
    "ƙ": "k",
    "ƴ": "y",
    "ɔ": "o",
    "ɛ": "e",
    "ə": "e",
    "ǝ": "e",
    "ɣ": "g",
    "ɩ": "i",
    "ʋ": "v",
    "آ": "ا",
    "أ": "ا",
    "إ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ئ": "ي",
    "ى": "ي",
    "ة": "ه",
    "ک": "ك",
    "ی": "ي",
    "ۀ": "ه",
    "ە": "ه",
    "ھ": "ه",
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
        chr(code): str(unicodedata.decimal(chr(code)))
        for code in range(0x80, 0x20000)
        if unicodedata.category(chr(code)) == "Nd"
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
