"""Dates that a text mentions, seen from Friday 15 November 2013."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, PublicationDate, Span
from index.extract import ExtractionOptions, extract
from index.extract.dates import mentioned_dates, reference_day

REFERENCE = date(2013, 11, 15)
SEEDS = Path(__file__).parents[3] / "seeds"


def found(
    text: str, language: str = "fr", reference: date | None = REFERENCE
) -> list[tuple[str, str, str]]:
    """Return what is found: as written, first day, and last day where it is another."""
    dates = mentioned_dates(text, [(Span(0, len(text)), language)], reference)
    return [
        (text[one.span.start : one.span.end], one.first, one.last if one.last != one.first else "")
        for one in dates
    ]


def only(text: str, language: str = "fr") -> tuple[str, str]:
    ((_, first, last),) = found(text, language)
    return first, last


DAY = ("2013-11-14", "")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Signé le 14 novembre 2013 à Rabat."),
        ("fr", "Signé le 14/11/2013 à Rabat."),
        ("fr", "Signé le 2013-11-14 à Rabat."),
        ("fr", "Signé jeudi 14 novembre à Rabat."),
        ("fr", "Signé le 14 Novembre 2013 à Rabat."),
        ("en", "It was signed on Thursday, November 14, 2013, in Rabat."),
        ("en", "It was signed on 14 November 2013 in Rabat."),
        ("en", "It was signed on Nov. 14th, 2013 in Rabat."),
        ("es", "Se firmó el jueves 14 de noviembre de 2013 en Rabat."),
        ("es", "Se firmó el 14 de Noviembre del 2013 en Rabat."),
        ("de", "Es wurde am Donnerstag, den 14. November 2013, unterzeichnet."),
        ("de", "Es wurde am 14.11.2013 unterzeichnet."),
        ("it", "Firmato giovedì 14 novembre 2013 a Rabat."),
        ("pt", "Foi assinado na quinta-feira, 14 de novembro de 2013, em Rabat."),
        ("pt", "Foi assinado nesta quinta-feira (14) em Rabat."),
        ("ar", "تم التوقيع يوم الخميس 14 نوفمبر 2013 في الرباط."),
        ("ar", "تم التوقيع يوم ١٤ نوفمبر ٢٠١٣ في الرباط."),
        ("ar", "تم التوقيع يوم 14 نونبر 2013 في الرباط."),
        ("ar", "تم التوقيع يوم 14 تشرين الثاني 2013 في بيروت."),
        ("fr", "Ils se sont réunis jeudi à Rabat."),
        ("fr", "Ils se sont réunis hier à Rabat."),
        ("en", "They met in Rabat on Thursday."),
        ("en", "They met in Rabat yesterday."),
        ("es", "Se reunieron el jueves en Rabat."),
        ("es", "Se reunieron ayer en Rabat."),
        ("de", "Sie trafen sich am Donnerstag in Rabat."),
        ("de", "Sie trafen sich gestern in Rabat."),
        ("it", "Si sono riuniti giovedì a Rabat."),
        ("it", "Si sono riuniti ieri a Rabat."),
        ("pt", "Eles reuniram-se na quinta-feira em Rabat."),
        ("pt", "Eles reuniram-se ontem em Rabat."),
        ("ar", "اجتمع الوزراء الخميس في الرباط."),
        ("ar", "اجتمع الوزراء أمس في الرباط."),
    ],
)
def test_a_day_in_seven_languages(language: str, text: str) -> None:
    assert only(text, language) == DAY


@pytest.mark.parametrize(
    ("months", "number"),
    [
        ("يناير جانفي", 1),
        ("فبراير فيفري شباط", 2),
        ("مارس آذار", 3),
        ("أبريل أفريل نيسان", 4),
        ("مايو ماي أيار", 5),
        ("يونيو جوان حزيران", 6),
        ("يوليو جويلية يوليوز تموز", 7),
        ("أغسطس أوت غشت آب", 8),
        ("سبتمبر شتنبر أيلول", 9),
        ("أكتوبر", 10),
        ("نوفمبر نونبر", 11),
        ("ديسمبر دجنبر", 12),
    ],
)
def test_arabic_months_of_every_region(months: str, number: int) -> None:
    for month in months.split():
        assert only(f"في 7 {month} 2012", "ar") == (f"2012-{number:02}-07", ""), month


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Avant-hier, rien.", ("2013-11-13", "")),
        ("Rien aujourd'hui.", ("2013-11-15", "")),
        ("Rien aujourd’hui.", ("2013-11-15", "")),
        ("Il vient demain.", ("2013-11-16", "")),
        ("La semaine dernière, rien.", ("2013-11-04", "2013-11-10")),
        ("Le mois prochain, rien.", ("2013-12-01", "2013-12-31")),
        ("L'an dernier, rien.", ("2012-01-01", "2012-12-31")),
        ("Cette année, rien.", ("2013-01-01", "2013-12-31")),
        ("Il y a trois jours, rien.", ("2013-11-12", "")),
        ("Lundi prochain, rien.", ("2013-11-18", "")),
        ("Vendredi dernier, rien.", ("2013-11-08", "")),
        ("Du 3 au 5 mars 2012, rien.", ("2012-03-03", "2012-03-05")),
        ("Entre le 3 et le 5 mars 2012, rien.", ("2012-03-03", "2012-03-05")),
        ("Du 28 février au 3 mars 2012, rien.", ("2012-02-28", "2012-03-03")),
        ("De 2010 à 2014, rien.", ("2010-01-01", "2014-12-31")),
        ("La période 2010-2014.", ("2010-01-01", "2014-12-31")),
        ("En novembre 2012, rien.", ("2012-11-01", "2012-11-30")),
        ("En 2012, rien.", ("2012-01-01", "2012-12-31")),
        ("Le 1er mars 2012, rien.", ("2012-03-01", "")),
    ],
)
def test_relative_dates_ranges_and_grain(text: str, expected: tuple[str, str]) -> None:
    assert only(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Between March 3 and 5, 2012", ("2012-03-03", "2012-03-05")),
        ("en", "From 3 to 5 March 2012", ("2012-03-03", "2012-03-05")),
        ("en", "Last week", ("2013-11-04", "2013-11-10")),
        ("en", "three days ago", ("2013-11-12", "")),
        ("es", "Del 3 al 5 de marzo de 2012", ("2012-03-03", "2012-03-05")),
        ("es", "La semana pasada", ("2013-11-04", "2013-11-10")),
        ("es", "hace tres días", ("2013-11-12", "")),
        ("de", "Vom 3. bis 5. März 2012", ("2012-03-03", "2012-03-05")),
        ("de", "In der vergangenen Woche", ("2013-11-04", "2013-11-10")),
        ("de", "vor drei Tagen", ("2013-11-12", "")),
        ("it", "Dal 3 al 5 marzo 2012", ("2012-03-03", "2012-03-05")),
        ("it", "La settimana scorsa", ("2013-11-04", "2013-11-10")),
        ("it", "tre giorni fa", ("2013-11-12", "")),
        ("pt", "De 3 a 5 de março de 2012", ("2012-03-03", "2012-03-05")),
        ("pt", "Na semana passada", ("2013-11-04", "2013-11-10")),
        ("pt", "há três dias", ("2013-11-12", "")),
        ("ar", "من 3 إلى 5 مارس 2012", ("2012-03-03", "2012-03-05")),
        ("ar", "الأسبوع الماضي", ("2013-11-04", "2013-11-10")),
        ("ar", "العام المقبل", ("2014-01-01", "2014-12-31")),
    ],
)
def test_ranges_and_units_in_other_languages(
    language: str, text: str, expected: tuple[str, str]
) -> None:
    assert only(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Les ministres se réuniront mardi à Rabat."),
        ("fr", "La grève prévue mardi est annulée."),
        ("en", "The ministers will meet on Tuesday in Rabat."),
        ("es", "Los ministros se reunirán el martes en Rabat."),
        ("de", "Die Minister sollen am Dienstag beraten."),
        ("it", "I ministri si riuniranno martedì a Rabat."),
        ("pt", "Os ministros vão se reunir na terça-feira em Rabat."),
        ("ar", "سيجتمع الوزراء الثلاثاء في الرباط."),
        ("ar", "سيتم ذلك خلال عودة الوفد الثلاثاء."),
        ("fr", "Deux trains sur trois circuleront, en moyenne, mardi, a indiqué la compagnie."),
    ],
)
def test_a_bare_weekday_of_the_future(language: str, text: str) -> None:
    assert only(text, language) == ("2013-11-19", "")


@pytest.mark.parametrize("noun", ["سيارة", "سينما", "سنوات", "سياقة"])
def test_arabic_nouns_are_no_future(noun: str) -> None:
    assert only(f"ظهرت {noun} يوم الثلاثاء.", "ar")[0] == "2013-11-12"


def test_the_nearest_verb_decides_and_today_counts() -> None:
    text = "Le ministre a annoncé mercredi que la grève commencera dimanche."
    assert [first for _, first, _ in found(text)] == ["2013-11-13", "2013-11-17"]
    assert only("Ils se sont réunis vendredi.") == ("2013-11-15", "")


def test_the_day_before_is_counted_from_the_day_spoken_of() -> None:
    text = "Arrivé le 3 mars 2012, il avait écrit la veille et partit le lendemain."
    assert [first for _, first, _ in found(text)] == ["2012-03-03", "2012-03-02", "2012-03-03"]
    assert found("La veille, il avait écrit.") == [("La veille", "", "")]
    assert found("À la veille de la conférence, rien.") == []


def test_a_night_and_a_list() -> None:
    night = found("Dans la nuit de mercredi à jeudi 14 novembre, rien.")
    assert [first for _, first, _ in night] == ["2013-11-13", "2013-11-14"]
    days = found("Les 3, 4 et 5 mars 2012, rien.")
    assert [first for _, first, _ in days] == ["2012-03-03", "2012-03-04", "2012-03-05"]


def test_a_year_is_that_of_the_nearest_day() -> None:
    assert only("Le 20 décembre, rien.") == ("2013-12-20", "")
    assert only("Le 2 janvier, rien.") == ("2014-01-02", "")
    assert only("Mardi 31 décembre, rien.") == ("2013-12-31", "")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Jeudi, hier, la semaine dernière et le 3 mars"),
        ("en", "On Thursday, yesterday, last week and on 3 March"),
        ("ar", "الخميس، أمس، الأسبوع الماضي، 3 مارس"),
    ],
)
def test_without_a_reference_they_stay_as_said(language: str, text: str) -> None:
    dates = found(text, language, None)
    assert len(dates) == 4
    assert all(not first and not last for _, first, last in dates)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It was signed on 03/04/2013."),
        ("fr", "Signé le 31 février 2013."),
        ("fr", "Signé lundi 14 novembre."),
        ("fr", "Rien en octobre."),
    ],
)
def test_what_is_open_or_impossible_is_not_guessed(language: str, text: str) -> None:
    assert [first for _, first, _ in found(text, language)] == [""]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Il coûte 1.500 euros, soit 12 % de plus, à 20 ans, à 10h30 ou 15 h 30."),
        ("fr", "Victoire 3-1 (6-4, 7-5), appelez le 01 42 33 44 55 ou le 3615."),
        ("fr", "Les années 1990, le XXe siècle, chaque lundi, du lundi au vendredi."),
        ("fr", "Plácido Domingo, la planète Mars, le Vendredi saint, le Journal du dimanche."),
        ("fr", "Le 10 mouharram 1435 de l'hégire, sa part, je crois, me dit-on."),
        ("en", "You may march at 5 pm; shares rose 3.5 pct to 1,987 in 12 months."),
        ("en", "Good Friday, the 1990s, every Monday, sun and sat, 555-0123."),
        ("es", "Por la mañana, en Santo Domingo, 2000 personas y 15,5 euros."),
        ("de", "Am Morgen kosteten 20 Stück 3,50 Euro, um 10.30 Uhr, jeden Montag."),
        ("it", "Il 20 per cento, 3.000 euro, ogni lunedì, alle 10.30."),
        ("pt", "A segunda vez, a quarta parte, 20 reais, toda segunda-feira."),
        ("ar", "يوم 10 محرم 1435، عشرون بالمائة، 500 دينار، كل يوم."),
        ("nl", "Maandag 14 november, gisteren."),
    ],
)
def test_no_junk(language: str, text: str) -> None:
    assert found(text, language) == []


def test_each_part_is_read_in_its_own_language() -> None:
    text = "Signé hier.\nوقع أمس."
    parts = [(Span(0, 12), "fr"), (Span(12, len(text)), "ar")]
    dates = mentioned_dates(text, parts, REFERENCE)
    assert [text[one.span.start : one.span.end] for one in dates] == ["hier", "أمس"]


def test_the_reference_is_the_publication_known_to_the_day() -> None:
    day = PublicationDate("2013-11-15T10:00:00Z", "second", "metadata")
    assert reference_day(day, None) == REFERENCE
    assert reference_day(PublicationDate("2013", "year", "metadata"), None) is None
    assert reference_day(PublicationDate("2013-11-15", "day", "mtime"), None) is None
    assert reference_day(None, REFERENCE) == REFERENCE


def test_the_seed_has_an_event_on_the_thursday_before() -> None:
    (path,) = SEEDS.glob("000_*.txt")
    document = Document("seed", path.read_text("utf-8"))
    (with_day,) = extract(document, ExtractionOptions(reference_date=REFERENCE)).mentioned
    assert (document.text[slice(*with_day.span)], with_day.first) == ("jeudi", "2013-11-14")
    (without,) = extract(document, ExtractionOptions()).mentioned
    assert (document.text[slice(*without.span)], without.first) == ("jeudi", "")


PIECES = (
    *("jeudi ", "14 ", "novembre ", "2013 ", "du ", "au ", "et ", "- ", ", ", "(", "lundi", "31 "),
    *("mars ", "next ", "March ", "Thursday ", "de ", "año ", "pasado", "il y a ", "1/1 "),
    "0000-00-00 ",
)


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join),
    st.sampled_from(("fr", "en", "es", "de", "it", "pt", "ar", "nl", "und")),
    st.none() | st.dates(),
)
def test_any_text(text: str, language: str, reference: date | None) -> None:
    dates = mentioned_dates(text, [(Span(0, len(text)), language)], reference)
    for one in dates:
        assert 0 <= one.span.start < one.span.end <= len(text)
        assert bool(one.first) == bool(one.last)
        if one.first:
            assert date.fromisoformat(one.first) <= date.fromisoformat(one.last)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "La loi du 29 juillet 1881 sur la presse", ("1881-07-29", "1881-07-29")),
        ("fr", "du 5 au 10 mai 1789", ("1789-05-05", "1789-05-10")),
        ("fr", "en juillet 1789", ("1789-07-01", "1789-07-31")),
        ("fr", "dans l'année 1789", ("1789-01-01", "1789-12-31")),
        ("fr", "Victor Hugo (1802-1885)", ("1802-01-01", "1885-12-31")),
        ("en", "The Act of July 4, 1776, was signed", ("1776-07-04", "1776-07-04")),
        ("ar", "صدر القانون في 29 يوليو 1881", ("1881-07-29", "1881-07-29")),
        # A round number before a noun is a number.
        ("fr", "Le 12 juin 1500 manifestants", ("2013-06-12", "2013-06-12")),
    ],
)
def test_early_years(language: str, text: str, expected: tuple[str, str]) -> None:
    first, last = only(text, language)
    assert (first, last or first) == expected


@pytest.mark.parametrize("text", ["Il y avait 1789 euros.", "(1500)", "Réf. 1345-1402", "1881"])
def test_a_number_alone_is_no_early_year(text: str) -> None:
    assert found(text) == []
