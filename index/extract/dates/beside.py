"""What stands beside a date and changes its year, or shows that a number is none."""

import re
from datetime import date

from index.extract.dates.scanner import Token
from index.extract.dates.tense import is_past
from index.extract.dates.words import fold_word, table

_OPENING = re.compile(r"(?:^|[.!?…]\s+|\n\s*)((?:[^\W\d_]+['’]?\s+){0,3})$")
_LONGEST_OPENING = 40
_OPENING_CLASSES = "tlq"
"""The classes of words that may stand between the start of a sentence and its first date."""
_BEFORE_CHRIST = re.compile(
    r"(?:(?<=\d{4})|,?\s(?:del?\s|of\s)?\d{1,4}),?\s?"
    r"(?:B\.\s?C\.(?:\s?E\.)?|[aA]\.\s?(?:de\s)?C\.|v\.\s?Chr|v\.\s?u\.\s?Z|ق\s?\.\s?م|قبل الميلاد"
    r"|(?:BCE?|aC|antes de Cristo|antes de (?:nuestra|nossa) era|avanti Cristo|vor Christus)\b"
    r"|av(?:ant|\.)\s(?:J\b|J[eé]sus|notre\s[èe]re))"
)
_LAW = re.compile(
    r"(?<![\d.])(?<!\d[/-])(?P<first>\d{1,5})(?P<joint>[/-])(?P<second>\d{1,5})(?P<body>/[A-Z]{2,5})?"
    r"(?P<comma>,?)\s(?:del?|du|vom|of)\s(?:el\s)?$"
)
_NOUNS = re.compile(r"(?:[^\W\d_][\w.°º-]*\s+|\(\w+\)\s+|[A-Z]+/){1,4}$")
_LONGEST_LAW = 26
_LONGEST_NOUNS = 50
_FIRST_LAW = 1900
_LETTERS = re.compile(r"[^\W\d_]+")
_BEHIND_YEAR = re.compile(r"\s+([^\W\d_]+['’]?)")
_STREET = re.compile(
    r"(?:\s[A-Z]\w+\.?){1,3}\s(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Drive|Inc|Corp|Ltd)\b"
)
_LONGEST_BEHIND_YEAR = 60
_MINUTES = 60
_HOURS = 24


def opens_sentence(text: str, at: int, language: str) -> bool:
    """Return whether a date at a character is the first of its sentence, behind an article only."""
    opening = _OPENING.search(text, max(0, at - _LONGEST_OPENING), at)
    if opening is None:
        return False
    words = table(language).words
    folded = (fold_word(word.rstrip("'’")) for word in opening[1].split())
    return all(word in words and words[word].letter in _OPENING_CLASSES for word in folded)


def is_before_christ(text: str, end: int) -> bool:
    """Return whether a year that ends at a character, or begins behind it, is before Christ."""
    return _BEFORE_CHRIST.match(text, end) is not None


def law_year(text: str, at: int, language: str, reference: date) -> tuple[int, int] | None:
    """Return the year in the number of a law before its day, and the digits it is written with.

    *Ley 39/2015, de 1 de octubre*, *ordonnance n° 2015-899 du 23 juillet*. A year of two digits, a
    hyphen and a day without a comma need a noun of law before the number: *el partido 3/2, de 4 de
    mayo* is a score. Where either number may be the year it is 0; None where there is no law.
    """
    law = _LAW.search(text, max(0, at - _LONGEST_LAW), at)
    if law is None:
        return None
    first, second, slash = law["first"], law["second"], law["joint"] == "/"
    laws = table(language).laws
    nouns = _NOUNS.search(text, max(0, law.start() - _LONGEST_NOUNS), law.start())
    named = nouns is not None and not laws.isdisjoint(
        word.lower() for word in _LETTERS.findall(nouns[0])
    )
    years = {
        int(number)
        for number in (first, second)
        if len(number) == 4 and _FIRST_LAW <= int(number) <= reference.year + 1
    }
    if years:
        certain = named or (slash and law["comma"])
        return (years.pop() if len(years) == 1 else 0, 4) if certain else None
    short = second if slash else first
    if not named or len(short) != 2 or law["body"]:
        return None
    return int(short), 2


def is_early_year(text: str, language: str, start: int, year: Token) -> bool:
    """Return whether a number from 1000 to 1899 behind *in* or *since* is a year.

    The word behind it shows that, a name, an article or a verb of the past; a noun is counted. A
    round number, which may be a price or an index, needs a verb or a name behind it
    or the start of the sentence before it. ``start`` is where the word before it starts.
    """
    words = table(language)
    figures = year.text.isdecimal()
    before = _LETTERS.match(text, start)
    if not figures and before and before[0] in words.year_nouns:
        return True
    if figures and before and before[0].lower() in words.before_time and _is_time(year.value):
        return False
    bare = figures and year.letter == "Q" and "in-the-year" not in words.rules
    behind = text[year.end : year.end + _LONGEST_BEHIND_YEAR]
    found = _BEHIND_YEAR.match(behind)
    opens = bare and opens_sentence(text, start, language)
    if found is None:
        return not bare or (opens and behind.startswith(","))
    word = found[1]
    if word[0].isupper() and "capital-nouns" not in words.rules:
        return language != "en" or not (bare or (figures and _STREET.match(behind)))
    if word in words.verbs_behind_year or is_past(word, language):
        return True
    if bare and (not opens or words.words.get(fold_word(word), ("",))[0] == "e"):
        return False
    return word in words.behind_year


def _is_time(number: int) -> bool:
    """Return whether four digits may be a time of day: *by 1430*."""
    return number // 100 < _HOURS and number % 100 < _MINUTES
