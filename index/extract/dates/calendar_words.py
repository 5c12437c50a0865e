"""Month and day names of the press in seven languages, folded, with what they mean.

Full and abbreviated names come from Babel's CLDR; newspapers of the Maghreb and the Levant write
Arabic months of their own, and desks have abbreviations that CLDR lacks.
"""

import unicodedata
from functools import cache

from babel import Locale

LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar")
_FURTHER_MONTHS = {
    1: ("janv", "jan", "ene", "gen", "jän", "jänner", "يناير", "جانفي", "كانون الثاني"),
    2: ("fév", "févr", "feb", "feber", "fevereiro", "fev", "فبراير", "فيفري", "شباط"),
    3: ("mar", "mrz", "mär", "مارس", "آذار"),
    4: ("avr", "apr", "abr", "أبريل", "إبريل", "أفريل", "نيسان"),
    5: ("may", "mag", "mai", "مايو", "ماي", "أيار"),
    6: ("jun", "giu", "يونيو", "جوان", "حزيران"),
    7: ("juil", "jul", "lug", "يوليو", "جويلية", "يوليوز", "تموز"),
    8: ("août", "aug", "ago", "أغسطس", "أوت", "غشت", "آب"),
    9: ("sept", "sep", "set", "سبتمبر", "شتنبر", "أيلول"),
    10: ("oct", "okt", "ott", "out", "أكتوبر", "تشرين الأول"),
    11: ("nov", "نوفمبر", "نونبر", "تشرين الثاني"),
    12: ("déc", "dec", "dic", "dez", "ديسمبر", "دجنبر", "كانون الأول"),
}
_FURTHER_DAYS = {1: ("الثلاثاء",), 2: ("الأربعاء", "الاربعاء")}


def fold_word(word: str) -> str:
    """Fold case, accents and Arabic letter forms; the length may change, punctuation stays."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    kept = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return kept.replace("ى", "ي").replace("ـ", "")


@cache
def months() -> dict[str, int]:
    """Return the number of each month by its folded name, in all languages together."""
    return _collect(_FURTHER_MONTHS, "months")


@cache
def weekdays() -> dict[str, int]:
    """Return the number of each day of the week (Monday is 0) by its folded name."""
    return _collect(_FURTHER_DAYS, "days")


def _collect(further: dict[int, tuple[str, ...]], table: str) -> dict[str, int]:
    meanings: dict[str, set[int]] = {}
    for number, names in further.items():
        for name in names:
            meanings.setdefault(fold_word(name), set()).add(number)
    for language in LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = getattr(Locale(language), table)[context][width]
                for number, name in names.items():
                    key = fold_word(name).rstrip(".")
                    if len(key) > 2:
                        meanings.setdefault(key, set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in meanings.items() if len(numbers) == 1}
