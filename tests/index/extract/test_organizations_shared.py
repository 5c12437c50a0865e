"""An acronym that bodies of several countries bear is that of the country of the document."""

from collections import defaultdict

import pytest
from babel.languages import get_official_languages

from index.analysis import name_key
from index.document import Document
from index.extract import ExtractionOptions, extract
from index.vocabularies import LANGUAGES, Name, OrganizationEntry, countries, organizations

NAMES = [
    (entry, name)
    for entry in organizations().entries.values()
    for name in entry.names
    if entry.countries and name.acronym and len(name.text) > 2
]
CODES = {entry.id: entry.countries for entry, _ in NAMES}
BEARERS: dict[str, list[OrganizationEntry]] = defaultdict(list)
for each, borne in NAMES:
    if each not in BEARERS[borne.text]:
        BEARERS[borne.text].append(each)
SHARED = sorted(acronym for acronym, bearers in BEARERS.items() if len(bearers) > 1)
TEXTS = {
    "fr": "{country}. Hier, selon la {acronym}, les négociations ont échoué.",
    "en": "{country}. Yesterday the {acronym} said that the talks had failed.",
    "es": "{country}. Según la {acronym}, las negociaciones fracasaron ayer.",
    "de": "{country}. Gestern sind die Gespräche laut der {acronym} gescheitert.",
    "it": "{country}. Secondo la {acronym}, ieri le trattative sono fallite.",
    "pt": "{country}. Segundo a {acronym}, as negociações fracassaram ontem.",
}

ABOUT = {
    "fr": "Hier, selon la {acronym}, les négociations ont échoué. {country} attend.",
    "en": "Yesterday the {acronym} said that the talks had failed. {country} is waiting.",
    "es": "Según la {acronym}, las negociaciones fracasaron ayer. {country} espera.",
    "de": "Gestern sind die Gespräche laut der {acronym} gescheitert. {country} wartet ab.",
    "it": "Secondo la {acronym}, ieri le trattative sono fallite. {country} aspetta.",
    "pt": "Segundo a {acronym}, as negociações fracassaram ontem. {country} espera.",
}


def bodies(language: str, text: str, dateline: str = "") -> set[str]:
    document = Document("a", text, language=language, dateline=dateline)
    return {one.id for one in extract(document, ExtractionOptions()).organizations}


def counts_in(name: Name, language: str, *, bare: bool) -> bool:
    return language in name.languages and not (bare and name.ambiguous)


def test_many_acronyms_are_shared() -> None:
    assert len(SHARED) > 25


def usual_bearers(acronym: str, language: str) -> set[str]:
    """Return the bodies that an acronym is of in a language where nothing tells them apart."""
    return {
        entry.id
        for entry in organizations().entries.values()
        for name in entry.names
        if name.text == acronym and name.sought and counts_in(name, language, bare=True)
    }


def speaks(entry: OrganizationEntry, language: str) -> bool:
    return any(
        language in get_official_languages(code.upper(), de_facto=True) for code in entry.countries
    )


def found_with(language: str, text: str, acronym: str, entry: OrganizationEntry) -> set[str] | None:
    """Return the known bodies of a text that names the country of one, and no other country."""
    country = countries().label(entry.countries[0], language)
    text = text.format(country=country, acronym=acronym)
    fields = extract(Document("a", text, language=language), ExtractionOptions())
    if {one.id for one in fields.countries} != {entry.countries[0]}:
        return None
    return {one.id for one in fields.organizations if one.known}


@pytest.mark.parametrize("language", TEXTS)
def test_a_shared_acronym_is_of_the_country_that_the_text_comes_from(language: str) -> None:
    """But in a language of another country it is that of the usual bearer, if there is one."""
    wrong = []
    for acronym in SHARED:
        usual = usual_bearers(acronym, language)
        for entry in BEARERS[acronym]:
            names = [name for one, name in NAMES if one is entry and name.text == acronym]
            if not any(counts_in(name, language, bare=False) for name in names):
                continue
            found = found_with(language, TEXTS[language], acronym, entry)
            national = all(organizations().entries[id].countries for id in usual)
            local = speaks(entry, language) and national
            expected = {entry.id} if local or not usual else usual
            if found is not None and found != expected:
                wrong.append((acronym, entry.id, found))
    assert wrong == []


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_about_the_country_of_a_rival_is_of_the_usual_bearer(language: str) -> None:
    wrong = []
    for acronym in SHARED:
        usual = usual_bearers(acronym, language)
        for entry in BEARERS[acronym] if len(usual) == 1 else ():
            found = found_with(language, ABOUT[language], acronym, entry)
            if found is not None and found != usual:
                wrong.append((acronym, entry.id, found))
    assert wrong == []


@pytest.mark.parametrize("language", TEXTS)
def test_a_shared_acronym_without_a_country_is_of_the_usual_body_or_of_none(language: str) -> None:
    for acronym in SHARED:
        usual = {
            one.id
            for one, name in NAMES
            if name.text == acronym and counts_in(name, language, bare=True)
        }
        found = bodies(language, TEXTS[language].format(country="Bien", acronym=acronym))
        assert found & CODES.keys() <= usual, acronym


@pytest.mark.parametrize(
    ("language", "text", "dateline", "ids"),
    [
        ("es", "La CUT convocó un paro.", "", set()),
        ("es", "La CUT convocó un paro.", "BOGOTÁ, 3 mar", {"cut-colombia"}),
        ("es", "La CUT de Colombia y la CUT de Chile hablaron.", "", {"cut-colombia", "cut-chile"}),
        ("pt", "A CUT convocou greve.", "", {"cut-br"}),
        ("pt", "A CUT chilena convocou greve.", "", {"cut-chile"}),
        ("pt", "O STJ decidiu ontem em Lisboa.", "", {"stj-portugal"}),
        ("fr", "En Suisse et en Italie, selon l'UDC, rien ne presse.", "", set()),
        ("en", "In Sudan the RSF denied it.", "", {"rsf-soudan"}),
        ("en", "The RSF denied it. Chad, Sudan and Niger are last.", "", {"rsf"}),
        ("en", "The Labour Party of Norway and New Zealand's Labour Party lost.", "",
         {"labour-norvege", "labour-nz"}),
        ("fr", "Au Soudan, RSF dénonce l'arrestation d'un journaliste.", "", {"rsf"}),
        ("en", "RSF condemned an arrest in Khartoum, Sudan.", "", {"rsf"}),
        ("en", "Sudan's RSF attacked a camp.", "", {"rsf-soudan"}),
        ("es", "El BCE ayudará a los bancos, dijo en Ecuador su vicepresidente.", "", {"bce"}),
        ("fr", "En Équateur, la BCE est regardée.", "", {"bce"}),
        ("de", "In Prag kritisierte SPD-Chef Gabriel die Regierung.", "", {"spd"}),
        ("de", "In Portugal traf die CDU-Politikerin Merkel den Premier.", "", {"cdu"}),
        ("en", "The SEC charged a Nigerian man with fraud.", "", {"sec"}),
        ("en", "The SEC fined the bank.", "ABUJA, 3 Mar", {"sec-nigeria"}),
        ("fr", "Invité de RTL, François Bayrou a parlé de Berlin.", "", {"rtl-fr"}),
        ("fr", "Au Mali, l'ANC de Nelson Mandela est admirée.", "", {"anc"}),
        ("it", "Il partito SDA vinse in Bosnia.", "", {"~sda"}),
        ("fr", "La FIS organise la coupe du monde de ski en Algérie.", "", {"fis"}),
        ("fr", "Au Maroc, le PAM a distribué des vivres.", "", {"pam"}),
        ("es", "El Partido Socialista ganó en Portugal.", "", {"ps-portugal"}),
        ("es", "El Partido Socialista ganó en Argentina.", "", {"~partido-socialista"}),
        ("es", "La Policía Federal detuvo a dos.", "MÉXICO, 3 mar", {"~policia-federal"}),
        ("it", "Il Partito democratico serbo ha perso.", "", set()),
        ("pt", "LUANDA - A PGR abriu inquérito.", "", {"pgr-angola"}),
        ("pt", "Podemos dizer que o Brasil venceu.", "", set()),
    ],
)  # fmt: skip
def test_the_country_of_a_body_tells_it(
    language: str, text: str, dateline: str, ids: set[str]
) -> None:
    assert bodies(language, text, dateline) == ids


def test_an_acronym_that_several_have_is_known_in_the_languages_of_its_bearer_alone() -> None:
    authority = organizations()
    bearers: dict[str, set[str]] = defaultdict(set)
    for entry in authority.entries.values():
        for name in entry.names:
            if name.acronym:
                bearers[name.text].add(entry.id)
    international = {"igo", "un", "eu", "forum"}
    wrong = []
    for acronym in (text for text, ids in bearers.items() if len(ids) > 1):
        for language in LANGUAGES:
            id = authority.known(acronym, language)
            entry = authority.entries[id] if id else None
            if entry and entry.kind not in international and id in bearers[acronym]:
                alike = [name for name in entry.names if name_key(name.text) == name_key(acronym)]
                if all(name.acronym and language not in name.languages for name in alike):
                    wrong.append((acronym, language, id))
    assert wrong == []


def test_the_countries_of_bodies_are_countries() -> None:
    assert {code for codes in CODES.values() for code in codes} <= countries().entries.keys()
    assert set(TEXTS) == set(LANGUAGES) - {"ar"}
