"""One body is one line of the facet, whatever a document calls it."""

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import vocabularies
from index.analysis import fold_key, fold_text
from index.document import Document, Fields, Language, Organization
from index.extract import ExtractionOptions, extract
from index.extract.countries import find_countries
from index.extract.organizations import (
    find_organizations,
    given_organization,
    place_national,
)
from index.facets import VALUE_FACETS
from index.vocabularies import LANGUAGES, body_key, organizations, slug
from index.vocabularies.organizations import read_apart

GOLDEN = Path(__file__).with_name("golden_documents.jsonl")
NAMES = st.from_regex(r"[A-Z][a-zé]{2,9}( [A-Z][a-zé]{2,9}){0,2}", fullmatch=True)
SENTENCES = {
    "fr": "Hier, la société {} a réuni l'Association {}. {} SA se développe.",
    "en": "Yesterday {} Inc met the {} Association. {} Ltd is growing.",
    "de": "Gestern hat der Verband für {} den Konzern {} getroffen. {} AG wächst.",
    "es": "Ayer la empresa {} se reunió con la Asociación {}. {} SA crece.",
}


def organizations_of(text: str, language: str, dateline: str = "") -> dict[str, str]:
    document = Document("a", text, language=language, dateline=dateline)
    found = extract(document, ExtractionOptions()).organizations
    return {one.id: one.label for one in found}


def one_line(one: Organization) -> bool:
    return one.known or one.id == "~" + slug(body_key(one.label))


@given(st.sampled_from(sorted(SENTENCES)), st.tuples(NAMES, NAMES, NAMES))
def test_equal_labels_are_one_line(language: str, names: tuple[str, str, str]) -> None:
    text = SENTENCES[language].format(*names)
    assert all(map(one_line, find_organizations(text, language).organizations))


def test_equal_labels_are_one_line_in_whole_documents() -> None:
    rows = map(json.loads, GOLDEN.read_text("utf-8").splitlines())
    for row in rows:
        document = Document(row["id"], row["text"], row.get("title", ""))
        found = extract(document, ExtractionOptions()).organizations
        assert [one.label for one in found if not one_line(one)] == []


SURE = [
    (entry.id, name.text)
    for entry in organizations().entries.values()
    for name in entry.names
    if not name.ambiguous and name.sought and name.language == "mul" and len(name.text) > 3
]


APART = read_apart(Path(vocabularies.__file__).with_name("organizations-apart.txt"))


COUNTRY_BEHIND = re.compile(r".+ \(.+\)")


@cache
def labels_in(locale: str) -> dict[str, str]:
    return {id: organizations().label(id, locale) for id in organizations().entries}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_two_bodies_have_one_label(locale: str) -> None:
    bearers: dict[str, list[str]] = defaultdict(list)
    for id, label in labels_in(locale).items():
        bearers[fold_key(label)].append(id)
    assert [ids for ids in bearers.values() if len(ids) > 1] == []


def test_no_line_without_id_has_the_label_of_a_body() -> None:
    """What a text calls as a label does is that body, unless a country stands in the label."""
    labels = {label for locale in LANGUAGES for label in labels_in(locale).values()}
    unknown = [
        (label, language)
        for label in labels
        if not COUNTRY_BEHIND.fullmatch(label)
        for language in LANGUAGES
        if organizations().known(label, language) is None
    ]
    assert unknown == []


def test_a_label_with_a_country_is_asked_for() -> None:
    for locale in LANGUAGES:
        told = {
            id: label for id, label in labels_in(locale).items() if COUNTRY_BEHIND.fullmatch(label)
        }
        assert len(told) > 50
        assert {
            id for id, label in told.items() if organizations().resolve(label) != id
        } == set(), locale


def test_a_legal_form_makes_no_other_body() -> None:
    others = [
        (written, found)
        for id, name in SURE
        for written in (f"{name} SA".upper(), f"{name} Group")
        if (found := given_organization(written, "fr").id) != id
        if frozenset((id, found)) not in APART
    ]
    assert not others


@pytest.mark.parametrize(
    ("language", "text", "id"),
    [
        ("fr", "Le ministère tunisien de l'Intérieur a démenti.", "interieur-tn"),
        ("fr", "Le ministère de l'Intérieur libyen a démenti.", "interieur-ly"),
        ("en", "The Libyan Ministry of the Interior denied it.", "interieur-ly"),
        ("de", "Das Innenministerium in Paris dementierte.", "interieur-fr"),
        ("es", "El Ministerio del Interior de Chile lo desmintió.", "interieur-cl"),
        ("fr", "Au Maroc, le ministère de la Santé a publié un bilan.", "sante-ma"),
        ("fr", "Le Sénat belge a voté la loi.", "senat-be"),
        ("fr", "Le ministère de l'Intérieur a démenti.", "~ministere-de-l-interieur"),
    ],
)
def test_a_national_body_has_its_country(language: str, text: str, id: str) -> None:
    assert id in organizations_of(text, language)


def test_a_national_body_is_of_the_place_of_its_document() -> None:
    text = "Le ministère de l'Intérieur a démenti, alors que l'Allemagne et l'Italie accusaient."
    assert "interieur-ma" in organizations_of(text, "fr", "RABAT, 14 nov")
    assert "~ministere-de-l-interieur" in organizations_of(text, "fr")


@pytest.mark.parametrize("body", organizations().national.bodies)
def test_a_national_body_is_asked_for_by_its_label(body: str) -> None:
    known = organizations()
    for country, language in zip(
        ("fr", "us", "es", "at", "it", "br", "tn"), LANGUAGES, strict=True
    ):
        id = known.national.of(body, country)
        label = known.national.label(f"{body}-{country}", language)
        assert known.resolve(label or "") == id


def test_a_body_counts_with_its_organs() -> None:
    named = (
        Organization("ctc", "CTC", (), True),
        Organization("~interco", "Interco", (), False),
    )
    facet = VALUE_FACETS["organization"]
    assert facet.values
    values = facet.values(Document("a", ""), Fields(Language("fr"), named))
    assert dict(values) == {
        "ctc": "",
        "conseil-de-securite-onu": "",
        "onu": "",
        "~interco": "Interco",
    }
    assert facet.above("ctc") == ("conseil-de-securite-onu", "onu")


def test_one_document_with_a_name_that_holds_no_word_for_a_body_is_weak() -> None:
    weak = VALUE_FACETS["organization"].weak
    assert weak
    assert weak("~zbrk", "ZBRK")
    assert not weak("~interco", "Interco Inc")
    assert not weak("~federation-francaise-de-surf", "Fédération française de surf")
    assert not weak("onu", "")


@pytest.mark.parametrize(
    ("id", "label"),
    [
        ("sncf", "SNCF"),
        ("cnews", "CNEWS"),
        ("interpol", "Interpol"),
        ("onu", "Organisation des Nations unies"),
    ],
)
def test_a_label_is_what_readers_say(id: str, label: str) -> None:
    assert organizations().label(id, "fr") == label


def mentions_of(text: str, language: str, title: str = "") -> dict[str, list[str]]:
    document = Document("a", text, title, language=language)
    found = extract(document, ExtractionOptions()).organizations
    return {one.id: [text[slice(*span)] for span in one.spans] for one in found}


@pytest.mark.parametrize(
    ("language", "text", "ids"),
    [
        ("fr", "Le Sénat a voté. Le Sénat américain a réagi.", ("senat-fr", "senat-us")),
        ("fr", "L'Assemblée nationale a voté. L'Assemblée nationale malienne est dissoute.", None),
        ("en", "The U.S. Senate voted. Canada's Senate answered.", ("senat-us", "senat-ca")),
        ("en", "The Senate voted. The Senate of Canada answered.", ("senat-us", "senat-ca")),
        ("es", "El Senado chileno votó. El Senado argentino respondió.", ("senat-cl", "senat-ar")),
        ("pt", "O Senado votou. O Senado francês respondeu.", ("senado-br", "senat-fr")),
        (
            "de",
            "Das türkische Außenministerium und das Außenministerium in Wien schwiegen.",
            ("affaires-etrangeres-tr", "affaires-etrangeres-at"),
        ),
        (
            "it",
            "Il Ministero dell'Interno francese tace. Il Ministero dell'Interno tunisino nega.",
            ("interieur-fr", "interieur-tn"),
        ),
    ],
)
def test_each_mention_of_a_national_body_has_its_own_country(
    language: str, text: str, ids: tuple[str, str] | None
) -> None:
    first, second = ids or ("assemblee-nationale-fr", "assemblee-nationale-ml")
    found = mentions_of(text, language)
    assert list(found) == [first, second]
    assert all(len(spans) == 1 for spans in found.values())


def test_a_bare_mention_is_of_the_country_before_it() -> None:
    text = "Le Sénat américain a voté. Le Sénat est réuni. Le Sénat belge attend. Le Sénat hésite."
    assert {id: len(spans) for id, spans in mentions_of(text, "fr").items()} == {
        "senat-us": 2,
        "senat-be": 2,
    }


def test_a_title_is_read_behind_its_text() -> None:
    text = "Le Sénat américain a voté."
    assert list(mentions_of(text, "fr", "Le Sénat vote")) == ["senat-us"]


@pytest.mark.parametrize(
    ("language", "text", "id"),
    [
        ("de", "Das österreichische Innenministerium prüft Berichte aus Italien.", "interieur-at"),
        ("de", "Österreichs Innenministerium prüft Berichte aus Italien.", "interieur-at"),
        ("en", "The Kenyan Ministry of Health denied it to Uganda.", "sante-ke"),
        ("en", "China's Ministry of Commerce answered Japan.", "commerce-cn"),
        ("en", "China’s Ministry of Commerce answered Japan.", "commerce-cn"),
        ("en", "Japan's Defense Ministry answered China.", "defense-jp"),
        ("en", "The Kenyan Parliament answered France.", "parlement-ke"),
    ],
)
def test_a_country_stands_before_its_body_too(language: str, text: str, id: str) -> None:
    assert id in mentions_of(text, language)


@pytest.mark.parametrize(
    ("language", "text", "id"),
    [
        ("fr", "Le Parlement tunisien a voté. Le Parlement européen a réagi.", "parlement-tn"),
        ("pt", "O Parlamento Europeu e o Parlamento português votaram.", "parlement-pt"),
        ("it", "Il Parlamento europeo vota. Il Parlamento tunisino tace.", "parlement-tn"),
        ("es", "El Parlamento Europeo votó. El Parlamento de Portugal también.", "parlement-pt"),
        ("en", "The European Parliament voted. The Kenyan Parliament did not.", "parlement-ke"),
    ],
)
def test_the_parliament_of_a_country_is_not_the_european_one(
    language: str, text: str, id: str
) -> None:
    found = mentions_of(text, language)
    assert sorted(found) == ["parlement-europeen", id]
    assert len(found[id]) == 1


def test_a_bare_parliament_is_the_european_one_where_that_is_named() -> None:
    text = "Le Parlement a voté. Le Parlement européen a réagi."
    assert list(mentions_of(text, "fr")) == ["parlement-europeen"]


class _Counted(str):
    """A text that counts the characters that are sliced from it."""

    sliced = 0

    def __getitem__(self, key: Any) -> str:
        piece = super().__getitem__(key)
        type(self).sliced += len(piece)
        return piece


def test_the_work_grows_with_the_text() -> None:
    sentence = (
        "Le Sénat et la France ont débattu. Selon le ministère de l'Intérieur, l'Italie non. "
    )
    work = []
    for times in (50, 100):
        text = sentence * times
        language = "fr"
        matches = find_organizations(text, language)
        countries = find_countries(text, language, fold_text(text), matches.places)
        _Counted.sliced = 0
        place_national(_Counted(text), matches.organizations, countries)
        work.append(_Counted.sliced)
    assert work[0] > 0
    assert work[1] <= 2.1 * work[0]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        (
            "es",
            "El Ministerio del Interior de Perú y el Ministerio de Salud de Chile hablaron.",
            ["Ministerio del Interior de Perú", "Ministerio de Salud de Chile"],
        ),
        (
            "fr",
            "Selon le ministère de l'Intérieur français et le ministère de la Défense, oui.",
            ["ministère de l'Intérieur français", "ministère de la Défense"],
        ),
        (
            "fr",
            "Un accord du ministère de la Santé et du ministère de la Justice du Mali.",
            ["ministère de la Santé", "ministère de la Justice du Mali"],
        ),
        (
            "en",
            "The Indian Ministry of Home Affairs and Pakistan's Ministry of Defence spoke.",
            ["Ministry of Home Affairs", "Ministry of Defence"],
        ),
        (
            "en",
            "The Ministry of Health and the Ministry of Defence of Kenya spoke.",
            ["Ministry of Health", "Ministry of Defence of Kenya"],
        ),
        (
            "en",
            "The U.S. Department of Justice and the FBI spoke.",
            ["Department of Justice", "FBI"],
        ),
        (
            "it",
            "Il Ministero dell'Interno francese e il ministro Matteo Salvini hanno parlato.",
            ["Ministero dell'Interno francese"],
        ),
        (
            "de",
            "Das Bundesministerium für Bildung und Forschung und das Ministerium für Arbeit.",
            ["Bundesministerium für Bildung und Forschung", "Ministerium für Arbeit"],
        ),
        (
            "de",
            "Der Verband der Banken und der Verband der Versicherer haben gewarnt.",
            ["Verband der Banken", "Verband der Versicherer"],
        ),
        (
            "pt",
            "A Fundação de Cultura e a Associação de Moradores de Lisboa falaram.",
            ["Fundação de Cultura", "Associação de Moradores de Lisboa"],
        ),
    ],
)
def test_two_bodies_that_and_joins_are_two(language: str, text: str, names: list[str]) -> None:
    found = (name for spans in mentions_of(text, language).values() for name in spans)
    assert sorted(found, key=text.index) == names


ARTICLES = {"fr": "Le", "en": "The", "de": "Das", "es": "El", "it": "Il", "pt": "O"}


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fr", "ministère de l'Économie et des Finances"),
        ("fr", "Comité pour la paix et la sécurité"),
        ("en", "Ministry of Agriculture and Fisheries"),
        ("en", "Department of Health and Human Services"),
        ("de", "Institut für Recht und Gesellschaft"),
        ("es", "Ministerio de Interior y Policía"),
        ("it", "Ministero dell'Istruzione e della Ricerca"),
        ("pt", "Ministério da Ciência e da Tecnologia"),
    ],
)
def test_two_domains_that_and_joins_are_of_one_body(language: str, name: str) -> None:
    assert list(mentions_of(f"- {ARTICLES[language]} {name}.", language).values()) == [[name]]


REGIONS = {
    "es": (
        "El Parlamento Europeo votó. Ayer el Parlamento {} la rechazó.",
        "catalán vasco siciliano",
    ),
    "fr": (
        "Le Parlement européen a voté. Le Parlement {} a refusé.",
        "catalan flamand corse bavarois",
    ),
    "it": ("Il Parlamento europeo ha votato. Il Parlamento {} no.", "catalano siciliano sardo"),
    "pt": ("O Parlamento Europeu votou. O Parlamento {} não.", "catalão basco siciliano"),
    "en": ("The European Parliament voted. The {} Parliament refused.", "Scottish Catalan Flemish"),
}


@pytest.mark.parametrize(
    ("language", "region"),
    [(language, each) for language, (_, all) in REGIONS.items() for each in all.split()],
)
def test_a_parliament_of_a_region_is_a_body_of_its_own(language: str, region: str) -> None:
    text = REGIONS[language][0].format(region)
    found = find_organizations(text, language).organizations
    assert len(found) == 2
    assert found[0].id == "parlement-europeen"
    assert region in found[1].label
    assert organizations().national.country_of(found[1].id) is None


def test_a_bare_parliament_is_neither_of_two() -> None:
    text = "El Parlamento Europeo votó ayer. El Parlamento vasco no. El Parlamento decidió."
    ids = [one.id for one in find_organizations(text, "es").organizations]
    assert ids == ["parlement-europeen", "parlamento-vasco", "~parlamento"]
