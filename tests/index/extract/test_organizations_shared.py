"""An acronym that bodies of several countries bear is that of the country of the document."""

from collections import defaultdict

import pytest

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


def bodies(language: str, text: str, dateline: str = "") -> set[str]:
    document = Document("a", text, language=language, dateline=dateline)
    return {one.id for one in extract(document, ExtractionOptions()).organizations}


def counts_in(name: Name, language: str, *, bare: bool) -> bool:
    return language in name.languages and not (bare and name.ambiguous)


def test_many_acronyms_are_shared() -> None:
    assert len(SHARED) > 25


@pytest.mark.parametrize("language", TEXTS)
def test_a_shared_acronym_is_of_the_country_that_the_text_names(language: str) -> None:
    wrong = []
    for acronym in SHARED:
        for entry in BEARERS[acronym]:
            country = countries().label(entry.countries[0], language)
            text = TEXTS[language].format(country=country, acronym=acronym)
            fields = extract(Document("a", text, language=language), ExtractionOptions())
            found = {one.id for one in fields.organizations}
            named = {one.id for one in fields.countries} == {entry.countries[0]}
            borne = named and any(
                one is entry and name.text == acronym and counts_in(name, language, bare=False)
                for one, name in NAMES
            )
            known = {id for id in found if not id.startswith("~")}
            if borne and known != {entry.id}:
                wrong.append((acronym, country, found))
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
        ("es", "La CUT convocó un paro.", "", {"~cut"}),
        ("es", "La CUT convocó un paro.", "BOGOTÁ, 3 mar", {"cut-colombia"}),
        ("es", "La CUT de Colombia y la CUT de Chile hablaron.", "", {"cut-colombia", "cut-chile"}),
        ("pt", "A CUT convocou greve.", "", {"cut-br"}),
        ("pt", "A CUT chilena convocou greve.", "", {"cut-chile"}),
        ("pt", "O STJ decidiu ontem em Lisboa.", "", {"stj-portugal"}),
        ("fr", "En Suisse et en Italie, selon l'UDC, rien ne presse.", "", {"~udc"}),
        ("en", "In Sudan the RSF denied it.", "", {"rsf-soudan"}),
        ("en", "The RSF denied it. Chad, Sudan and Niger are last.", "", {"rsf"}),
        ("en", "The Labour Party of Norway and New Zealand's Labour Party lost.", "",
         {"labour-norvege", "labour-nz"}),
        ("pt", "Podemos dizer que o Brasil venceu.", "", set()),
    ],
)  # fmt: skip
def test_the_country_of_a_body_tells_it(
    language: str, text: str, dateline: str, ids: set[str]
) -> None:
    assert bodies(language, text, dateline) == ids


def test_the_countries_of_bodies_are_countries() -> None:
    assert {code for codes in CODES.values() for code in codes} <= countries().entries.keys()
    assert set(TEXTS) == set(LANGUAGES) - {"ar"}
