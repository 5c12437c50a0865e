"""Quarters, halves, first months and seasons of a year, and years in Arabic words."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.document import Span
from index.extract.dates import mentioned_dates

REFERENCE = date(2019, 11, 14)

QUARTERS = {
    "fr": ("{} trimestre", "", "premier deuxième 3e quatrième"),
    "en": ("{} quarter", "of ", "first 2nd third fourth"),
    "es": ("{} trimestre", "de ", "primer segundo tercer 4º"),
    "de": ("{} Quartal", "", "ersten zweiten 3. vierten"),
    "it": ("{} trimestre", "del ", "primo 2° terzo quarto"),
    "pt": ("{} trimestre", "de ", "primeiro 2º terceiro quarto"),
    "ar": ("الثلاثي {}", "من سنة ", "الأول الثاني الثالث الرابع"),
}
LAST_YEAR = {
    "fr": "de l'année dernière",
    "en": "of last year",
    "es": "del año pasado",
    "de": "des vergangenen Jahres",
    "it": "dell'anno scorso",
    "pt": "do ano passado",
    "ar": "من السنة الماضية",
}
SEASONS = {
    "fr": "le printemps|l'été|l'automne|l'hiver",
    "en": "the spring of|the summer of|the fall of|the winter of",
    "es": "la primavera de|el verano de|el otoño de|el invierno de",
    "de": "der Frühling|der Sommer|der Herbst|der Winter",
    "it": "la primavera del|l'estate del|l'autunno del|l'inverno del",
    "pt": "a primavera de|o verão de|o outono de|o inverno de",
    "ar": "ربيع|صيف|خريف|شتاء",
}
NORTHERN = ("fr", "de", "it", "ar")

Found = list[tuple[str, str, str]]


def found(text: str, language: str) -> Found:
    """Return the first days, last days and precisions of the dates of a text."""
    dates = mentioned_dates(text, [(Span(0, len(text)), language)], REFERENCE)
    return [(one.first, one.last, one.precision) for one in dates]


def months(year: int, first: int, count: int) -> Found:
    """Return the days of so many months."""
    after = 12 * year + first - 1 + count
    last = date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    return [(date(year, first, 1).isoformat(), last.isoformat(), "month")]


@given(st.sampled_from(sorted(QUARTERS)), st.integers(1, 4), st.integers(1900, 2099))
def test_a_quarter_is_three_months_of_its_year(language: str, quarter: int, year: int) -> None:
    named, of, ordinals = QUARTERS[language]
    named = named.format(ordinals.split()[quarter - 1])
    assert found(f"{named} {of}{year}", language) == months(year, 3 * quarter - 2, 3)
    assert found(f"{named} {LAST_YEAR[language]}", language) == months(2018, 3 * quarter - 2, 3)


@given(st.sampled_from(sorted(SEASONS)), st.integers(0, 3), st.integers(1900, 2099))
def test_a_season_is_three_months_or_somewhere_in_its_year(
    language: str, season: int, year: int
) -> None:
    named = SEASONS[language].split("|")[season]
    certain = language in NORTHERN and season < 3
    whole = [(f"{year}-01-01", f"{year}-12-31", "year")]
    expected = months(year, 3 * season + 3, 3) if certain else whole
    assert found(f"{named} {year}.", language) == expected
    if season == 3:
        for turn in (f"{year}-{year + 1}", f"{year}/{(year + 1) % 100:02}"):
            assert found(f"{named} {turn}.", language) == months(year, 12, 3)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "the first nine months of 2018", months(2018, 1, 9)),
        ("de", "den ersten sechs Monaten dieses Jahres", months(2019, 1, 6)),
        ("pt", "o primeiro quadrimestre de 2018", months(2018, 1, 4)),
        ("fr", "T3 2018", months(2018, 7, 3)),
        ("en", "the first nine weeks of 2018", []),
        ("en", "the third quarter of the match", []),
        ("fr", "il a été 2018 fois cité", []),
        ("fr", "le premier trimestre", []),
        ("fr", "l'été dernier", []),
        ("it", "l'estate 2018-2019", [("2018-01-01", "2019-12-31", "year")]),
        ("it", "l'inverno 2018-2020", [("", "", "month")]),
        ("es", "el verano 2018-2019", months(2018, 12, 3)),
    ],
)
def test_other_parts_of_years(language: str, text: str, expected: Found) -> None:
    assert found(text, language) == expected


ONES = "واحد اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة"
TEENS = "أحد اثني ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة"
TENS = "عشرة عشرين ثلاثين أربعين خمسين ستين سبعين ثمانين تسعين"
HUNDREDS = "مائة مائتين ثلاثمائة أربعمائة خمسمائة ستمائة سبعمائة ثمانمائة تسعمائة"


def in_arabic(year: int) -> str:
    """Return a year in Arabic words."""
    hundreds, rest = year // 100 % 10, year % 100
    words = ["ألف" if year < 2000 else "ألفين"]
    words += [HUNDREDS.split()[hundreds - 1]] if hundreds else []
    if 10 < rest < 20:
        words.append(f"{TEENS.split()[rest - 11]} عشر")
    else:
        words += [ONES.split()[rest % 10 - 1]] if rest % 10 else []
        words += [TENS.split()[rest // 10 - 1]] if rest >= 10 else []
    return " و".join(words)


@given(st.integers(1001, 2099), st.sampled_from(("سنة", "عام")))
def test_a_year_in_arabic_words_is_that_year(year: int, noun: str) -> None:
    assume(year not in range(1300, 1500))  # which may be of the Hijra
    whole = [(f"{year}-01-01", f"{year}-12-31", "year")]
    assert found(f"انطلق المشروع {noun} {in_arabic(year)} في تونس", "ar") == whole
    assert found(f"شارك {in_arabic(year)} شخصا", "ar") == []
