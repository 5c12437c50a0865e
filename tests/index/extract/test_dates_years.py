"""Which year a written date is of, in seven languages: seen from Friday 15 November 2013.

The law: a year that is written is the year. Another is never put in its place; where the text
leaves open what a number means, the date is kept as written, or is none.
"""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from index.document import Span
from index.extract.dates import mentioned_dates

REFERENCE = date(2013, 11, 15)
LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar")


def days(text: str, language: str, reference: date | None = REFERENCE) -> list[tuple[str, str]]:
    """Return the first and last days of the dates of a text."""
    found = mentioned_dates(text, [(Span(0, len(text)), language)], reference)
    return [(one.first, one.last) for one in found]


BEFORE = {
    "fr": ("", "le ", "avant le ", "jusqu'au ", "depuis le ", "dès le ", "en vertu de la loi du "),
    "en": ("", "on ", "by ", "before ", "until ", "from ", "since ", "after ", "dated "),
    "es": ("", "el ", "hasta el ", "desde el ", "antes del ", "a partir del "),
    "de": ("", "am ", "bis zum ", "seit dem ", "ab dem ", "vor dem "),
    "it": ("", "il ", "entro il ", "dal ", "fino al ", "prima del "),
    "pt": ("", "em ", "até ", "desde ", "a partir de ", "antes de "),
    "ar": ("", "في ", "يوم ", "منذ ", "حتى ", "قبل "),
}
BEHIND = (".", ",", " ", ")", ";", " ...", " (1)", "?")


@given(
    day=st.dates(date(1000, 1, 1), date(2100, 12, 31)),
    language=st.sampled_from(LANGUAGES),
    width=st.sampled_from(("long", "full")),
    before=st.integers(0, 8),
    behind=st.sampled_from(BEHIND),
    reference=st.none() | st.dates(date(1900, 1, 1), date(2090, 1, 1)),
)
def test_a_written_year_is_the_year(
    day: date, language: str, width: str, before: int, behind: str, reference: date | None
) -> None:
    words = BEFORE[language]
    written = format_date(day, width, language)
    text = f"({words[before % len(words)]}{written}{behind}"
    if written.endswith("00") and not behind[0].isspace():
        text += ")"
    found = days(text, language, reference)
    assert (day.isoformat(),) * 2 in found, text
    assert all(first[:4] in (day.isoformat()[:4], "") for first, _ in found), text


@given(
    day=st.dates(date(1000, 1, 1), date(2100, 12, 31)),
    language=st.sampled_from(("fr", "es", "de", "it", "pt")),
    form=st.sampled_from(("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y")),
)
def test_a_year_in_figures_is_the_year(day: date, language: str, form: str) -> None:
    assert days(f"({day.strftime(form)}).", language) == [(day.isoformat(),) * 2]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "La loi du 29 juillet 1881 sur la presse est en vigueur.", "1881-07-29"),
        ("fr", "Le 14 juillet de l'an 1789, le peuple prit la forteresse.", "1789-07-14"),
        ("fr", "En 1789, le 14 juillet, le peuple prit la forteresse.", "1789-07-14"),
        ("fr", "La fête du 14 juillet (1790) réunit la foule.", "1790-07-14"),
        ("fr", "Sacré le 25 décembre 800, il régna encore.", "0800-12-25"),
        ("fr", "Le bail court jusqu'au 1er janvier 2150.", "2150-01-01"),
        ("fr", "Né le 12 mars '98, il joue en défense.", "1998-03-12"),
        ("fr", "Né le 12 mars 98, il joue en défense.", "1998-03-12"),
        ("fr", "Le contrat est daté du lundi 12/03/98.", "1998-03-12"),
        ("fr", "Le contrat est daté du 12/03/09.", "2009-03-12"),
        ("en", "It was ratified on June 21 of the year 1788 in Concord.", "1788-06-21"),
        ("en", "In 1776, on July 4, the declaration was adopted.", "1776-07-04"),
        ("en", "The bridge was opened on May 24, 1883 by the mayor.", "1883-05-24"),
        ("en", "The record dates from 3 May '68.", "1968-05-03"),
        ("es", "La carta del 5 de julio del año 1811 se conserva.", "1811-07-05"),
        ("es", "Nació el 7 de agosto de 1819 en la villa.", "1819-08-07"),
        ("de", "Am 18. Januar des Jahres 1871 wurde das Reich ausgerufen.", "1871-01-18"),
        ("de", "Der Vertrag vom 12.03.98 gilt weiter.", "1998-03-12"),
        ("it", "Il 17 marzo dell'anno 1861 nacque il regno.", "1861-03-17"),
        ("it", "Lo statuto del 4 marzo 1848 fu concesso.", "1848-03-04"),
        ("pt", "Em 7 de setembro do ano de 1822 foi proclamada.", "1822-09-07"),
        ("pt", "A lei de 13 de maio de 1888 foi assinada.", "1888-05-13"),
        ("ar", "افتتحت القناة في 17 نوفمبر من عام 1869 رسميا.", "1869-11-17"),
    ],
)
def test_years_of_every_kind(language: str, text: str, expected: str) -> None:
    assert days(text, language) == [(expected, expected)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "صدر النظام عام 1441 هـ في الرياض."),
        ("ar", "صدر القرار في 12/9/1440 في الرياض."),
        ("ar", "صدر القرار سنة 1443 هجرية."),
        ("ar", "في 15 رمضان 1440 هـ صدر القرار."),
        ("fr", "En l'an 1435 de l'hégire, la ville fut rebâtie."),
        ("en", "In the year 1435 AH the town was rebuilt."),
        ("fr", "L'an 31 de l'ère Heisei, la loi changea."),
        ("en", "It was the 5th year of Reiwa."),
        ("ja", "平成31年3月12日に発表された。"),
        ("en", "Version 1.2.10 and (3.1.12) are out, with 10.0.0.12 in use."),
    ],
)
def test_other_calendars_are_left_alone(language: str, text: str) -> None:
    assert days(text, language) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Signé le 12 mars 98 à Rabat."),
        ("fr", "Assassiné le 15 mars 44 av. J.-C. au Sénat."),
        ("de", "Unterzeichnet am 12. März 98 in Wien."),
        ("en", "Signed on 12 March 98 in Rabat."),
    ],
)
def test_a_number_that_may_be_a_year_or_a_count_is_kept_as_written(
    language: str, text: str
) -> None:
    assert days(text, language) == [("", "")]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Le 12 juin 2000 personnes ont défilé.", "2013-06-12"),
        ("fr", "Le 12 novembre 500 manifestants ont défilé.", "2013-11-12"),
        ("fr", "Le 12 novembre 45 personnes ont été blessées.", "2013-11-12"),
        ("es", "El 12 de noviembre 1500 personas marcharon.", "2013-11-12"),
    ],
)
def test_a_count_behind_a_month_is_no_year(language: str, text: str, expected: str) -> None:
    assert days(text, language) == [(expected, expected)]


def test_a_year_of_two_digits_needs_a_reference() -> None:
    assert days("Né le 12/03/98.", "fr", None) == [("", "")]
    assert days("Né le 12/03/34.", "fr", date(2013, 1, 1)) == [("1934-03-12",) * 2]
    assert days("Prêt jusqu'au 12/03/33.", "fr", date(2013, 1, 1)) == [("2033-03-12",) * 2]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Bids are due by February 21, 1988.", "1988-02-21"),
        ("en", "Shops stay closed until December 3.", "2013-12-03"),
        ("en", "Prices rise from December 1.", "2013-12-01"),
        ("en", "They had to leave before October 30.", "2013-10-30"),
        ("en", "The ban has held since October 2.", "2013-10-02"),
        ("en", "It was agreed last February 21.", "2013-02-21"),
        ("en", "It was agreed last December 20.", "2012-12-20"),
        ("en", "It was agreed on December 20 last year.", "2012-12-20"),
        ("fr", "Il a été élu le 20 décembre dernier.", "2012-12-20"),
        ("fr", "Il a été élu le 3 mars de l'année dernière.", "2012-03-03"),
        ("fr", "Le texte sera lu le 10 novembre prochain.", "2014-11-10"),
        ("es", "Fue elegido el pasado 20 de diciembre.", "2012-12-20"),
        ("es", "Fue elegido el 3 de marzo del año pasado.", "2012-03-03"),
        ("es", "Se leerá el próximo 10 de noviembre.", "2014-11-10"),
        ("de", "Er wurde am 20. Dezember vergangenen Jahres gewählt.", "2012-12-20"),
        ("de", "Sie tagen am kommenden 10. November.", "2014-11-10"),
        ("it", "È stato eletto lo scorso 20 dicembre.", "2012-12-20"),
        ("it", "Si voterà il prossimo 10 novembre.", "2014-11-10"),
        ("pt", "Foi eleito em 20 de dezembro passado.", "2012-12-20"),
        ("pt", "Foi eleito em 3 de março do ano passado.", "2012-03-03"),
        ("ar", "انتخب في 20 ديسمبر الماضي.", "2012-12-20"),
        ("ar", "يجتمعون في 10 نوفمبر المقبل.", "2014-11-10"),
    ],
)
def test_words_beside_a_day_choose_its_year(language: str, text: str, expected: str) -> None:
    assert (expected, expected) in days(text, language)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Du 12/03/2012 au 15/03/2012, rien.", ("2012-03-12", "2012-03-15")),
        ("fr", "Du 30/12 au 02/01/2013, rien.", ("2012-12-30", "2013-01-02")),
        ("fr", "De 1870 à 1914, rien.", ("1870-01-01", "1914-12-31")),
        ("fr", "Du lundi au jeudi 14 novembre, rien.", ("2013-11-11", "2013-11-14")),
        ("en", "From March 3 to March 5, 2012", ("2012-03-03", "2012-03-05")),
        ("en", "From December 30, 2011 to January 2", ("2011-12-30", "2012-01-02")),
        ("en", "From March to June 2012", ("2012-03-01", "2012-06-30")),
        ("en", "March 3-5, 2012", ("2012-03-03", "2012-03-05")),
        ("es", "Entre los días 3 y 5 de marzo de 2012", ("2012-03-03", "2012-03-05")),
        ("de", "Vom 12.03. bis 15.03.2012", ("2012-03-12", "2012-03-15")),
        ("de", "Vom 3. bis zum 5. März 2012", ("2012-03-03", "2012-03-05")),
        ("it", "Tra il 3 e il 5 marzo 2012", ("2012-03-03", "2012-03-05")),
        ("pt", "Entre 3 e 5 de março de 2012", ("2012-03-03", "2012-03-05")),
        ("ar", "من 12/3/2012 إلى 15/3/2012", ("2012-03-12", "2012-03-15")),
        ("ar", "بين 3 و5 مارس 2012", ("2012-03-03", "2012-03-05")),
    ],
)
def test_a_range_has_both_ends(language: str, text: str, expected: tuple[str, str]) -> None:
    assert days(text, language) == [expected]


MARCH = date(2014, 3, 10)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Le cours commencera le 4 septembre à Lyon.", "2014-09-04"),
        ("fr", "L'exposition s'ouvre le 12 octobre à Lyon.", "2014-10-12"),
        ("fr", "Le pont a été inauguré le 12 octobre à Lyon.", "2013-10-12"),
        ("en", "The course starts on September 4 in Leeds.", "2014-09-04"),
        ("en", "The law takes effect on October 12.", "2014-10-12"),
        ("en", "The bridge was opened on October 12.", "2013-10-12"),
        ("es", "El curso comienza el 4 de septiembre en Cádiz.", "2014-09-04"),
        ("es", "La ley entra en vigor el 12 de octubre.", "2014-10-12"),
        ("es", "El puente fue inaugurado el 12 de octubre.", "2013-10-12"),
        ("de", "Der Kurs beginnt am 4. September in Graz.", "2014-09-04"),
        ("de", "Die Messe findet am 12. Oktober statt.", "2014-10-12"),
        ("de", "Die Brücke wurde am 12. Oktober eröffnet.", "2013-10-12"),
        ("it", "Il corso inizia il 4 settembre a Bari.", "2014-09-04"),
        ("it", "La mostra sarà aperta il 12 ottobre.", "2014-10-12"),
        ("it", "Il ponte è stato aperto il 12 ottobre.", "2013-10-12"),
        ("pt", "O curso começa em 4 de setembro em Natal.", "2014-09-04"),
        ("pt", "A lei será votada em 12 de outubro.", "2014-10-12"),
        ("pt", "A ponte foi inaugurada em 12 de outubro.", "2013-10-12"),
        ("ar", "يبدأ الدرس يوم 4 سبتمبر في صفاقس.", "2014-09-04"),
        ("ar", "تم افتتاح الجسر يوم 12 أكتوبر.", "2013-10-12"),
    ],
)
def test_the_tense_decides_before_what_is_nearer(language: str, text: str, expected: str) -> None:
    assert days(text, language, MARCH) == [(expected, expected)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Le film sera diffusé mardi sur la chaîne.", "2013-11-19"),
        ("fr", "La foire ouvrira samedi 16 et dimanche.", "2013-11-17"),
        ("fr", "Les élus se réunissent mardi à Nantes.", "2013-11-19"),
        ("en", "The verdict will be published on Tuesday.", "2013-11-19"),
        ("en", "The fair opens on Tuesday in Leeds.", "2013-11-19"),
        ("es", "La obra será estrenada el martes.", "2013-11-19"),
        ("es", "La feria se inaugura el martes.", "2013-11-19"),
        ("de", "Die Messe beginnt am Dienstag in Graz.", "2013-11-19"),
        ("de", "Der Bericht wird am Dienstag veröffentlicht.", "2013-11-19"),
        ("it", "La sentenza sarà letta martedì.", "2013-11-19"),
        ("it", "La fiera inizia martedì a Bari.", "2013-11-19"),
        ("pt", "O corpo será cremado na terça-feira.", "2013-11-19"),
        ("pt", "A feira começa na terça-feira em Natal.", "2013-11-19"),
        ("ar", "ينطلق المعرض يوم الثلاثاء في صفاقس.", "2013-11-19"),
    ],
)
def test_a_weekday_that_is_announced_is_to_come(language: str, text: str, expected: str) -> None:
    assert days(text, language)[-1] == (expected, expected)
