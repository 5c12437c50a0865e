"""Days that are written in words, weekends, and "this Thursday", seen from a reference day."""

import time
from datetime import date, timedelta

import pytest
from babel.dates import get_day_names, get_month_names
from hypothesis import assume, given
from hypothesis import strategies as st

from index.document import Document, Span
from index.extract import ExtractionOptions, extract
from index.extract.dates import mentioned_dates

FRIDAY = date(2013, 11, 15)

Found = list[tuple[str, str, str]]


def found(text: str, language: str, reference: date | None = FRIDAY) -> Found:
    """Return what is found: as written, first day, and last day where it is another."""
    dates = mentioned_dates(text, [(Span(0, len(text)), language)], reference)
    return [
        (text[one.span.start : one.span.end], one.first, one.last if one.last != one.first else "")
        for one in dates
    ]


WORDS = {  # numbers up to twenty or thirty, and how the others are made
    "fr": "premier deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf vingt",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve treinta",
    "pt": "primeiro dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze "
    "dezesseis dezessete dezoito dezenove vinte",
    "it": "primo due tre quattro cinque sei sette otto nove dieci undici dodici tredici "
    "quattordici quindici sedici diciassette diciotto diciannove venti ventuno ventidue ventitré "
    "ventiquattro venticinque ventisei ventisette ventotto ventinove trenta trentuno",
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    "de": "ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften "
    "zwölften dreizehnten vierzehnten fünfzehnten sechzehnten siebzehnten achtzehnten neunzehnten "
    "zwanzigsten",
    "ar": "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر",
}
SENTENCES = {
    "fr": "Le texte, signé le {day} {month} {year}, fut oublié.",
    "es": "El texto, firmado el {day} de {month} de {year}, fue olvidado.",
    "pt": "O texto, assinado no dia {day} de {month} de {year}, foi esquecido.",
    "it": "Il testo, firmato il {day} {month} {year}, fu dimenticato.",
    "en": "The text, signed on the {day} of {month} {year}, was forgotten.",
    "de": "Der Text, am {day} {month} {year} unterzeichnet, wurde vergessen.",
    "ar": "وقع النص في {day} من {month} {year} في الرباط.",
}


def spelled(day: int, language: str) -> str:
    """Return a day of the month in words."""
    words = WORDS[language].split()
    tens, ones = divmod(day, 10)
    if language == "ar" and day > len(words):
        if not ones:
            return ("العشرين", "الثلاثين")[tens - 2]
        one = "الحادي" if ones == 1 else words[ones - 1]
        return f"{one} {('عشر', 'والعشرين', 'والثلاثين')[tens - 1]}"
    if day <= len(words):
        return words[day - 1]
    if language == "fr":
        return {30: "trente", 31: "trente et un", 21: "vingt et un"}.get(
            day, f"vingt-{words[ones - 1]}"
        )
    if language == "es":
        return "treinta y uno"
    if language == "pt":
        one = "um" if ones == 1 else words[ones - 1] if ones else ""
        return "trinta" if day == 30 else f"{('vinte', 'trinta')[tens - 2]} e {one}"
    if language == "en":
        return "thirtieth" if day == 30 else f"{('twenty', 'thirty')[tens - 2]}-{words[ones - 1]}"
    german = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
    ending = ("zwanzigsten", "dreißigsten")[tens - 2]
    return f"{german[ones - 1]}und{ending}" if ones else ending


@given(st.dates(date(1700, 1, 1), date(2100, 12, 31)), st.sampled_from(sorted(WORDS)))
def test_a_day_in_words_is_that_day(day: date, language: str) -> None:
    assume(day.year % 100 or day.year >= 1900)  # 1800 may be a number of people
    month = get_month_names("wide", locale=language)[day.month]
    words = spelled(day.day, language)
    text = SENTENCES[language].format(day=words, month=month, year=day.year)
    assert [first for _, first, _ in found(text, language)] == [day.isoformat()]
    named = get_day_names("wide", locale=language)[day.weekday()]
    if day.day > 5 or language != "ar":  # in Arabic "the second Tuesday of March" reads alike
        before = "the " if language == "en" else ""
        in_week = text.replace(before + words, f"{named} {before}{words}", 1)
        assert [first for _, first, _ in found(in_week, language)] == [day.isoformat()]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "du quinze au vingt mars", [("2014-03-15", "2014-03-20")]),
        ("fr", "les quinze et seize mars 2013", [("2013-03-15", ""), ("2013-03-16", "")]),
        ("es", "del dos al cinco de marzo de 2013", [("2013-03-02", "2013-03-05")]),
        ("it", "l'otto marzo 2013", [("2013-03-08", "")]),
        ("en", "March twenty-first, 2013", [("2013-03-21", "")]),
        ("de", "Der erste Mai 2013 war sonnig.", [("2013-05-01", "")]),
        ("ar", "الفاتح من نوفمبر 1954", [("1954-11-01", "")]),
        ("fr", "il y a deux mars pluvieux", []),
        ("es", "la plaza del Dos de Mayo", []),
        ("pt", "a Rua Vinte e Cinco de Março", []),
        ("en", "the second March in a row, and the third quarter of March", []),
        ("de", "am zweiten Mai-Wochenende", []),
        ("ar", "الأسبوع الأول من مارس 2013", [("2013-03-01", "2013-03-31")]),
        ("en", "By April the second phase was over", [("", "")]),
        ("en", "Since January the third team has won", [("", "")]),
        ("en", "Last September the second group arrived", [("2013-09-01", "2013-09-30")]),
        ("en", "On March the second, he left", [("2014-03-02", "")]),
        ("en", "the second of May Day rallies", []),
        ("es", "el veinte y cinco de mayo de 2013", [("2013-05-25", "")]),
        ("es", "el una de mayo", [("", "")]),
        ("es", "hace una semana", [("2013-11-04", "2013-11-10")]),
        ("pt", "no dia uma de maio", [("", "")]),
        ("pt", "há uma semana", [("2013-11-04", "2013-11-10")]),
        ("it", "a sei aprile dalla fine", []),
        ("it", "tra due marzo", []),
        ("it", "dal due al cinque marzo 2013", [("2013-03-02", "2013-03-05")]),
        ("it", "fino al sei aprile 2013", [("2013-04-06", "")]),
        ("de", "Der zweite August in Folge war heiß.", []),
        ("de", "am zweiten August in Berlin", [("2013-08-02", "")]),
        ("ar", "شارع الفاتح نوفمبر", []),
    ],
)
def test_counts_names_and_ranges(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert [(first, last) for _, first, last in found(text, language)] == expected


@pytest.mark.parametrize(
    ("language", "unit", "end"),
    [
        ("fr", "à deux ", "lundi"),
        ("en", "the second and ", "Monday"),
        ("de", "am zweiten und ", "Montag"),
        ("en", "last weekend of the ", "Monday"),
    ],
)
def test_time_grows_with_the_text_alone(language: str, unit: str, end: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        found(unit * times + end, language)
        return time.process_time() - began

    few = min(seconds(400) for _ in range(3))
    assert any(seconds(4_000) < 40 * max(few, 0.005) for _ in range(3))  # the machine may be busy


WEEKENDS = {
    "fr": ("ce week-end", "le week-end dernier", "le week-end prochain"),
    "de": ("dieses Wochenende", "am vergangenen Wochenende", "am kommenden Wochenende"),
    "en": ("this weekend", "last weekend", "next weekend"),
    "es": ("este fin de semana", "el pasado fin de semana", "el próximo fin de semana"),
    "pt": ("neste fim de semana", "no fim de semana passado", "no próximo fim de semana"),
    "it": ("questo fine settimana", "lo scorso fine settimana", "il prossimo fine settimana"),
    "ar": ("نهاية هذا الأسبوع", "نهاية الأسبوع الماضي", "نهاية الأسبوع المقبل"),
}


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.sampled_from(sorted(WEEKENDS)))
def test_weekends_are_days_around_the_publication(reference: date, language: str) -> None:
    first_days = []
    for text in WEEKENDS[language]:
        ((_, first, last),) = found(text, language, reference)
        days = date.fromisoformat(first), date.fromisoformat(last)
        assert days[1].weekday() == 6
        assert (days[1] - days[0]).days == (2 if language == "ar" else 1)
        first_days.append(days[0])
    this, before, after = first_days
    assert before < reference < after
    assert before <= this <= after
    two_weeks = language == "ar" or reference.weekday() > 4
    assert (after - before).days == (14 if two_weeks else 7)
    assert reference.weekday() < 5 or this <= reference <= this + timedelta(2)


def test_the_tense_tells_which_weekend_is_meant() -> None:
    tuesday = date(2013, 11, 12)
    assert found("Le club a gagné ce week-end.", "fr", tuesday)[0][1] == "2013-11-09"
    assert found("Le club jouera ce week-end.", "fr", tuesday)[0][1] == "2013-11-16"
    saturday = FRIDAY + timedelta(1)
    assert found("Le club a gagné ce week-end.", "fr", FRIDAY)[0][1] == "2013-11-09"
    assert found("Le club a gagné ce week-end.", "fr", saturday)[0][1] == "2013-11-16"
    assert found("Le club au repos ce week-end.", "fr", FRIDAY)[0][1] == "2013-11-16"
    assert found("Il a neigé ce week-end.", "fr", None)[0][1] == ""


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "the weekend of 2018", []),
        ("fr", "Le week-end 2012 fut beau", []),
        ("it", "il weekend del 2018", []),
        ("en", "next weekend of 2014", []),
        ("en", "the best week of 2018", []),
        ("en", "in the year 2018", [("2018-01-01", "2018-12-31")]),
        ("en", "the last weekend of August 2012", [("2012-08-01", "2012-08-31")]),
        ("de", "am letzten Wochenende im August 2012", [("2012-08-01", "2012-08-31")]),
        ("fr", "ce week-end 1500 personnes", [("2013-11-16", "2013-11-17")]),
        ("fr", "le 4 janvier ce week-end", [("2014-01-04", ""), ("2013-11-16", "2013-11-17")]),
        ("fr", "le 4 janvier cette semaine", [("2014-01-04", "")]),
        ("fr", "le 4 janvier cette année", [("2013-01-04", "")]),
    ],
)
def test_a_weekend_is_no_year(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert [(first, last) for _, first, last in found(text, language)] == expected


@pytest.mark.parametrize(
    ("language", "this", "days"),
    [
        ("fr", "Il a annoncé ce {}", "lundi mardi mercredi jeudi vendredi samedi dimanche"),
        ("es", "Lo anunció este {}", "lunes martes miércoles jueves viernes sábado domingo"),
        ("it", "Ha detto questo {}", "lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        (
            "pt",
            "Foi dito n{} {}",
            "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        ),
    ],
)
@pytest.mark.parametrize("distance", [-1, 0, 1, 2])
def test_this_weekday_is_the_nearest(language: str, this: str, days: str, distance: int) -> None:
    for shift in range(7):
        day = FRIDAY + timedelta(shift)
        name = days.split()[day.weekday()]
        text = this.format(*(["este" if day.weekday() > 4 else "esta", name][-this.count("{") :]))
        ((_, first, _),) = found(text, language, day - timedelta(distance))
        assert first == day.isoformat()


def test_dates_of_titles_count_without_characters() -> None:
    options = ExtractionOptions(reference_date=FRIDAY)
    title = "Le sommet du 14 novembre 2013 à Rabat"
    fields = extract(Document("x", "Les ministres ont parlé.", title, language="fr"), options)
    (one,) = fields.mentioned
    assert (one.span, one.first, one.last) == (Span(0, 0), "2013-11-14", "2013-11-14")
    text = "Les ministres ont parlé le 14 novembre 2013."
    (one,) = extract(Document("x", text, title, language="fr"), options).mentioned
    assert text[one.span.start : one.span.end].endswith("14 novembre 2013")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fr", "Les cheminots en grève lundi"),
        ("fr", "L'Equipe du dimanche"),
        ("fr", "Sommet le 14 novembre à Rabat, concerts ce week-end"),
        ("en", "Saturday Night Live Returns"),
        ("en", "Sheffield Wednesday beat Leeds"),
        ("en", "Tomorrow Never Dies"),
        ("en", "FED MAY 1 PCT"),
        ("en", "U.S. TREASURY MAY 5 YEAR NOTE YIELD"),
    ],
)
def test_titles_without_a_year_say_no_date(language: str, title: str) -> None:
    options = ExtractionOptions(reference_date=FRIDAY)
    assert extract(Document("x", "Nothing.", title, language=language), options).mentioned == ()
    title += ", mai 2012" if language == "fr" else ", May 2012"
    (one,) = extract(Document("x", "Nothing.", title, language=language), options).mentioned
    assert (one.first, one.last) == ("2012-05-01", "2012-05-31")
