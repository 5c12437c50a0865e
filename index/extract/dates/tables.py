"""Month and day names of the press in seven languages, folded, with what they mean.

Full and abbreviated names come from Babel's CLDR; newspapers of the Maghreb and the Levant write
Arabic months of their own, and desks have abbreviations that CLDR lacks.

What the words of dates mean in seven languages, as tables for ``index.extract.dates.scanner``.

A word has a class, one letter, and a value. The classes:

====== ==========================================================================================
W w    day of the week (Monday is 0); ``w`` counts only with a day beside it
M m    month; ``m`` (an abbreviation, or a word of another meaning) counts only with day or year
O C    ordinal that stands for a day of the month; cardinal number in letters
t l    article or preposition before a day; ``l`` makes a bare day of the week a habit
h      every: what follows is a habit
d      joins day, month and year; ``b`` the same, or opens a range
f g    opens a range; ``g`` (between) makes a range of "and" too
a e    joins the ends of a range; ``e`` is "and"
p      what a year may follow; a month behind it begins no date
r      day counted from the day of publication (value: days)
U P    unit of time, singular and plural (value: an index into UNITS)
L X T  last, next, this
A G    "ago", before and behind the number
V E    the day before, the day after (what was spoken of last)
u      unit of measure or noun of number: the number before it is no year
k      nothing; a phrase that looks like a date and is none
====== ==========================================================================================
"""

import unicodedata
from functools import cache
from typing import NamedTuple

from babel import Locale

from index.vocabularies import LANGUAGES

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


UNITS = ("day", "week", "month", "year")


class Meaning(NamedTuple):
    """The class of a word, one letter, and its value."""

    letter: str
    value: int = 0


class Table(NamedTuple):
    """The words of one language (folded), and phrases by their first word, longest first."""

    words: dict[str, Meaning]
    phrases: dict[str, tuple[tuple[tuple[str, ...], Meaning], ...]]


_NUMBERS = {
    "fr": "un/une deux trois quatre cinq six sept huit neuf dix onze douze",
    "en": "a/one/an two three four five six seven eight nine ten eleven twelve",
    "es": "un/una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "de": "ein/einem/einer zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "it": "un/una due tre quattro cinque sei sette otto nove dieci undici dodici",
    "pt": "um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze",
    "ar": "- - ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني تسعة/تسع عشرة/عشر - -",
}

_MONTH_WORDS = {
    "fr": "",
    "en": "",
    "es": "septiembre/setiembre=9",
    "de": "jänner=1 feber=2",
    "it": "",
    "pt": "",
    "ar": (
        "جانفي/يناير/ينائر=1 فيفري/فبراير/شباط=2 مارس/آذار/اذار=3 أفريل/أبريل/إبريل/ابريل/نيسان=4 "
        "ماي/مايو/أيار/ايار=5 جوان/يونيو/يونيه/حزيران=6 جويلية/يوليو/يوليوز/يوليه/تموز=7 "
        "أوت/أغسطس/غشت=8 سبتمبر/شتنبر/أيلول/ايلول=9 أكتوبر/اكتوبر=10 نوفمبر/نونبر=11 "
        "ديسمبر/دجنبر/دسمبر=12"
    ),
}
_SHORT_MONTHS = {
    "fr": "janv/jan=1 fév/fev/févr=2 avr=4 juil=7 sept=9 oct=10 nov=11 déc=12",
    "en": "jan=1 feb=2 mar=3 apr=4 jun=6 jul=7 aug=8 sept/sep=9 oct=10 nov=11 dec=12",
    "es": "ene=1 feb=2 mar=3 abr=4 may=5 jun=6 jul=7 ago=8 sept/sep/set=9 oct=10 nov=11 dic=12",
    "de": "jan/jän=1 feb=2 mär/mrz=3 apr=4 jun=6 jul=7 aug=8 sept/sep=9 okt=10 nov=11 dez=12",
    "it": "gen=1 feb=2 mar=3 apr=4 mag=5 giu=6 lug=7 ago=8 set/sett=9 ott=10 nov=11 dic=12",
    "pt": "jan=1 fev=2 mar=3 abr=4 mai=5 jun=6 jul=7 ago=8 set=9 out=10 nov=11 dez=12",
    "ar": "آب/اب=8",
}
_AMBIGUOUS_MONTHS = {"en": ("may", "march"), "it": (), "ar": ("ماي", "اوت", "مارس")}
_SHORT_DAYS = {
    "fr": "lun=0 mar=1 mer=2 jeu=3 ven=4 sam=5 dim=6",
    "en": "mon=0 tue/tues=1 wed/weds=2 thu/thur/thurs=3 fri=4 sat=5 sun=6",
    "es": "lun=0 mar=1 mié/mie=2 jue=3 vie=4 sáb/sab=5 dom=6",
    "de": "mo=0 di=1 mi=2 do=3 fr=4 sa=5 so=6",
    "it": "lun=0 mar=1 mer=2 gio=3 ven=4 sab=5 dom=6",
    "pt": "segunda/seg=0 terça/ter=1 quarta/qua=2 quinta/qui=3 sexta/sex=4 sáb=5 dom=6",
    "ar": "",
}

# class letter -> words; "=" gives the value (else 0), "/" parts words of one value.
_WORDS = {
    "fr": {
        "O": "premier=1",
        "t": "les ces",
        "l": "le",
        "h": "chaque tous",
        "b": "de",
        "f": "du",
        "g": "entre",
        "a": "au à jusqu",
        "e": "et ou",
        "p": "en depuis fin début mi courant avant après dès vers",
        "r": "hier=-1 demain=1",
        "U": "semaine=1 mois=2 an/année=3",
        "P": "jour/jours=0 semaines=1 ans/années=3",
        "L": "dernier/dernière/passé/passée/écoulé/écoulée",
        "X": "prochain/prochaine",
        "T": "ce/cet/cette",
        "E": "lendemain",
        "u": "h heures heure euros euro dollars habitants personnes km m mètres kilomètres fois",
    },
    "en": {
        "O": "first=1",
        "t": "on the",
        "h": "every each",
        "d": "of",
        "f": "from",
        "g": "between",
        "a": "to through until till",
        "e": "and or",
        "p": "in since during late early mid until before after by fiscal end",
        "r": "yesterday=-1 today=0 tomorrow=1",
        "U": "week=1 month=2 year=3",
        "P": "day/days=0 weeks=1 months=2 years=3",
        "L": "last past previous",
        "X": "next coming",
        "T": "this current",
        "G": "ago",
        "u": "am pm a p people pct percent dollars dlrs mln billion"
        " tonnes tons miles times stg shares cts",
    },
    "es": {
        "O": "primero=1",
        "t": "el los día",
        "h": "cada todos",
        "b": "de del",
        "f": "desde",
        "g": "entre",
        "a": "al a hasta",
        "e": "y e o",
        "p": "en desde durante",
        "r": "ayer=-1 anteayer=-2 hoy=0 mañana=1",
        "U": "semana=1 mes=2 año=3",
        "P": "día/días=0 semanas=1 meses=2 años=3",
        "L": "pasado/pasada",
        "X": "próximo/próxima",
        "T": "este/esta",
        "A": "hace",
        "G": "atrás",
        "u": "h horas euros dólares pesetas personas kilómetros metros millones",
    },
    "de": {
        "O": "ersten=1",
        "t": "am den dem der vom ab",
        "h": "jeden jeder jede jeweils",
        "f": "vom von ab",
        "g": "zwischen",
        "a": "bis zum",
        "e": "und oder",
        "p": "im seit ende anfang mitte nach in",
        "r": "gestern=-1 vorgestern=-2 heute=0 morgen=1 übermorgen=2",
        "U": "woche=1 monat/monats=2 jahr/jahres=3",
        "P": "tag/tagen=0 wochen=1 monaten=2 jahren=3",
        "L": (
            "letzten/letzte/letzter/letztes/letztem vergangene/vergangenen/vergangener/vergangenes/"
            "vergangenem vorigen/vorige/voriges/voriger"
        ),
        "X": (
            "nächsten/nächste/nächster/nächstes/nächstem "
            "kommenden/kommende/kommender/kommendes/kommendem"
        ),
        "T": "diesen/diese/dieser/dieses/diesem",
        "A": "vor",
        "u": "uhr euro prozent personen menschen kilometer meter millionen",
    },
    "it": {
        "O": "primo=1",
        "t": "lo i gli giorno",
        "l": "il",
        "h": "ogni tutti",
        "b": "di del dell",
        "f": "dal dall",
        "g": "tra fra",
        "a": "al all a",
        "e": "e ed o",
        "p": "nel dal nell fine inizio metà",
        "r": "ieri=-1 oggi=0 domani=1 dopodomani=2",
        "U": "settimana=1 mese=2 anno=3",
        "P": "giorno/giorni=0 settimane=1 mesi=2 anni=3",
        "L": "scorso/scorsa passato/passata",
        "X": "prossimo/prossima",
        "T": "questo/questa/quest",
        "G": "fa",
        "u": "ore euro persone chilometri metri milioni",
    },
    "pt": {
        "O": "primeiro=1",
        "t": "o no dia na",
        "h": "cada todo todos toda todas",
        "b": "de do",
        "f": "desde",
        "g": "entre",
        "a": "a até ao à",
        "e": "e ou",
        "p": "em desde durante",
        "r": "ontem=-1 anteontem=-2 hoje=0 amanhã=1",
        "U": "semana=1 mês=2 ano=3",
        "P": "dia/dias=0 semanas=1 meses=2 anos=3",
        "L": "passado/passada",
        "X": "próximo/próxima",
        "T": "este/esta/neste/nesta deste/desta",
        "A": "há",
        "G": "atrás",
        "u": "h horas reais euros dólares pessoas quilômetros metros milhões",
    },
    "ar": {
        "t": "يوم",
        "h": "كل",
        "b": "من",
        "g": "بين",
        "a": "الى حتى",
        "e": "و",
        "p": "عام سنة منذ بعام بسنة لسنة لعام",
        "r": "أمس=-1 امس=-1 البارحة=-1 غدا=1 غد=1 اليوم=0",
        "U": "الأسبوع=1 الشهر=2 العام/السنة=3",
        "P": "أيام/يوما=0 أسابيع=1 أشهر/شهور=2 سنوات/أعوام=3",
        "L": "الماضي/الماضية المنصرم/المنصرمة الفائت/الفائتة المنقضي/المنقضية",
        "X": "المقبل/المقبلة القادم/القادمة",
        "T": "هذا/هذه الحالي/الحالية الجاري/الجارية",
        "A": "قبل منذ",
        "u": "دينار شخص دولار كيلومتر متر",
    },
}

# A phrase counts as one word: class, value, words.
_PHRASES = {
    "fr": (
        "r=0 aujourd hui|r=-2 avant - hier|r=2 après - demain|V la veille|A il y a|T ces"
        "|k la veille de|k la veille du|k la veille des|k au lendemain du|k au lendemain de"
        "|k lendemain de|k lendemain du|k lendemain des|k mercredi des cendres|k vendredi saint"
        "|k jeudi saint|k lundi de pâques|k lundi de pentecôte|k mardi gras|k dans les années"
        "|k les années|k des années|k au jour le jour|k hier encore"
        "|k lundi noir|k jeudi noir|k nuit du|k journal du dimanche|k ce mois de"
    ),
    "en": (
        "h every other|r=-2 day before yesterday|r=2 day after tomorrow|V the day before"
        "|E the next day"
        "|E the following day|k the day before the|k day before the|k good friday|k black friday"
        "|k black monday|k bloody sunday|k super tuesday|k ash wednesday|k easter sunday"
        "|k easter monday|k palm sunday|k usa today|k sunday times|k sunday telegraph"
        "|k financial year|k first quarter|k cyber monday|k may have|k may be|k may not"
    ),
    "es": (
        "r=2 pasado mañana|r=-1 ayer|k la mañana|k esta mañana|k cada mañana|k una mañana"
        "|k aquella mañana|k misma mañana"
        "|X que viene|V la víspera|k la víspera de|k la víspera del|E al día siguiente"
        "|k al día siguiente de|k santo domingo|k viernes santo|k jueves santo|k hoy en día"
        "|k de la mañana|k por la mañana"
    ),
    "de": (
        "r=0 heute morgen|r=-1 gestern morgen|V am vortag|E am tag darauf|E tags darauf"
        "|k am vortag des|k heute abend journal"
        "|k um den|k im laufe des"
    ),
    "it": (
        "r=-2 altro ieri|r=-2 altroieri|V la vigilia|V il giorno prima|E il giorno dopo|E indomani"
        "|E il giorno successivo|k la vigilia di|k la vigilia del|k venerdì santo"
        "|k mercoledì delle ceneri|k gli anni"
    ),
    "pt": (
        "W=0 segunda - feira|W=1 terça - feira|W=2 quarta - feira|W=3 quinta - feira"
        "|W=4 sexta - feira|r=2 depois de amanhã|V na véspera|k na véspera de|k na véspera do"
        "|E no dia seguinte|X que vem|k sexta - feira santa|k quarta - feira de cinzas"
        "|k hoje em dia"
    ),
    "ar": (
        "r=-2 أول أمس|r=-2 أول من أمس|r=2 بعد غد|M=1 كانون الثاني|M=12 كانون الأول"
        "|M=10 تشرين الأول|M=11 تشرين الثاني|k اليوم التالي|k في اليوم|k ذلك اليوم|k هذا اليوم"
        "|k اليوم الأول|k اليوم الثاني|k حتى اليوم|k في نفس اليوم|k نفس اليوم|k اليوم العالمي"
        "|k اليوم السابق|k صلاة الجمعة"
    ),
}

CASED = frozenset(("fr", "es", "it", "pt"))
"""Languages that write names of days and months small: a capital inside a sentence is a name."""
MODIFIER_FIRST = frozenset(("en", "de", "it", "es", "pt"))
"""Languages in which "last" and "next" may stand before the unit."""
MONTH_FIRST = frozenset(("en", "es"))
"""Languages that write the day behind the month too."""


@cache
def table(language: str) -> Table:
    """Return the table of a language; one without words for a language that has none."""
    if language not in _WORDS:
        return Table({}, {})
    words: dict[str, Meaning] = {}
    for letter, written in _WORDS[language].items():
        _add(words, letter, written)
    for count, forms in enumerate(_NUMBERS[language].split(), 1):
        for form in forms.split("/"):
            words.setdefault(fold_word(form), Meaning("C", count))
    locale = Locale(language)
    for context in ("format", "stand-alone"):
        for number, name in locale.months[context]["wide"].items():
            ambiguous = fold_word(name) in _AMBIGUOUS_MONTHS.get(language, ())
            words[fold_word(name)] = Meaning("m" if ambiguous else "M", number)
        for number, name in locale.days[context]["wide"].items():
            if "-" not in name:
                words[fold_word(name)] = Meaning("W", number)
    _add(words, "M", _MONTH_WORDS[language], over=True)
    _add(words, "m", _SHORT_MONTHS[language], over=False)
    _add(words, "w", _SHORT_DAYS[language], over=False)
    for name in _AMBIGUOUS_MONTHS.get(language, ()):
        words[fold_word(name)] = Meaning("m", words[fold_word(name)].value)
    if language == "ar":
        _add_arabic(words)
    return Table(words, _phrases(language, words))


def _add(words: dict[str, Meaning], letter: str, written: str, over: bool = False) -> None:
    for group in written.split():
        names, _, value = group.partition("=")
        for name in names.split("/"):
            meaning = Meaning(letter, int(value or 0))
            if over:
                words[fold_word(name)] = meaning
            else:
                words.setdefault(fold_word(name), meaning)


def _add_arabic(words: dict[str, Meaning]) -> None:
    """Add the spellings of days, and days and months with one-letter words joined to them."""
    _add(
        words,
        "W",
        "الاثنين=0 الإثنين=0 الثلاثاء=1 الأربعاء=2 الاربعاء=2 الخميس=3 الجمعة=4 السبت=5 الأحد=6",
    )
    for word, meaning in list(words.items()):
        if meaning.letter in "WMm":
            for prefix in "وبل":
                joined = word[1:] if prefix == "ل" and word.startswith("ال") else word
                words.setdefault(prefix + joined, meaning)


def _phrases(
    language: str, words: dict[str, Meaning]
) -> dict[str, tuple[tuple[tuple[str, ...], Meaning], ...]]:
    phrases: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
    for row in _PHRASES[language].split("|"):
        kind, *parts = fold_word(row).split() if row[0].islower() else row.split()
        letter, _, value = kind.partition("=")
        parts = [fold_word(part) for part in parts]
        phrases.setdefault(parts[0], []).append((tuple(parts), Meaning(letter, int(value or 0))))
    return {
        first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in phrases.items()
    }
