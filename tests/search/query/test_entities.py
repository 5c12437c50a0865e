"""Words that name a known organization find it whatever it is called."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import query

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from index.vocabularies import countries, function_words, organizations
from search.query import FacetFilter, parse
from search.query.entities import named_themes
from search.request import parse_request
from search.whoosh_engine import WhooshEngine

ANALYZERS = ("ar", "de", "en", "es", "fr", "it", "pt", "und")
TEXTS = {
    "fr": "Le représentant de l'ONU est arrivé lundi dans la capitale, a-t-on appris.",
    "en": "The United Nations said on Monday that the ship had left the harbour.",
    "de": "Die Vereinten Nationen haben am Montag eine Erklärung veröffentlicht.",
    "ar": "قالت الأمم المتحدة في بيان إن السفينة غادرت الميناء صباح يوم الاثنين",
    "none": "Le navire a quitté le port lundi matin, a-t-on appris de source portuaire.",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    folder = tmp_path_factory.mktemp("texts")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    root = tmp_path_factory.mktemp("index")
    rebuild(root, [folder], BuildOptions(workers=0))
    return WhooshEngine(IndexDirectory(root))


Find = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def find(engine: WhooshEngine) -> Find:
    def run(q: str) -> list[str]:
        found = engine.search(parse_request({"q": [q]}, "fr"))
        return [Path(result.id).stem for result in found.results]

    return run


def test_a_name_finds_the_others_and_what_was_typed_comes_first(find: Find) -> None:
    assert find("ONU")[0] == "fr"
    assert sorted(find("ONU")) == ["ar", "de", "en", "fr"]
    assert find("United Nations")[0] == "en"
    assert sorted(find("l'onu")) == sorted(find("United Nations")) == ["ar", "de", "en", "fr"]
    assert find("ONU harbour")[0] == "en"


@pytest.mark.parametrize("typed", ['"ONU"', "ONU -organization:onu OR title:nul", "title:ONU"])
def test_quoting_and_title_turn_it_off(typed: str, find: Find) -> None:
    assert set(find(typed)) <= {"fr"}


def test_a_minus_excludes_the_word_and_not_the_organization(find: Find) -> None:
    assert find("ship -ONU") == ["en"]


def test_mentions_are_marked(engine: WhooshEngine) -> None:
    found = engine.search(parse_request({"q": ["ONU"]}, "fr")).results
    shown = {Path(one.id).stem: " ".join(one.highlights.body) for one in found}
    assert "<mark>United Nations</mark>" in shown["en"]
    assert "<mark>الأمم المتحدة</mark>" in shown["ar"]


def test_no_spelling_is_suggested_for_a_name(engine: WhooshEngine) -> None:
    found = engine.search(parse_request({"q": ["Interpol"]}, "fr"))
    assert found.total == 0
    assert found.suggestion is None
    assert not found.warnings


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Banque mondiale", "(Banque AND mondiale) OR organization:banque-mondiale"),
        ("apple", "apple"),
        ("le monde", "le AND monde"),
        ("O.N.U.", "O.N.U. OR organization:onu"),
        ("ONU OU Nations", "ONU OR organization:onu OR Nations"),
        ("(ONU OR OTAN) -onu", "(ONU OR organization:onu OR OTAN OR organization:otan)"),
        ("que fait l'ONU ?", "ONU OR organization:onu"),
    ],
)
def test_is_understood(typed: str, understood: str) -> None:
    assert parse(typed, ANALYZERS).understood.startswith(understood)


def filters(node: query.Query | None) -> set[str]:
    """Return the organizations that a tree asks for, typed or implied."""
    if isinstance(node, FacetFilter):
        return {node.value}
    return {value for child in getattr(node, "subqueries", ()) for value in filters(child)}


pieces = st.sampled_from(
    ("ONU", "Nations", "unies", "de", "la", "Banque", "mondiale", "-", "(", ")", "OR", "l'", '"')
)


@given(st.lists(pieces, max_size=12).map(" ".join))
def test_what_is_understood_names_the_same_organizations(q: str) -> None:
    parsed = parse(q, ANALYZERS)
    again = parse(parsed.understood, ANALYZERS)
    if "question" not in [notice.code for notice in parsed.warnings]:
        assert filters(again.tree) == filters(parsed.tree)


@pytest.mark.parametrize(
    "typed",
    ["sécurité des frontières", "Securite des frontieres", "Border security", "أمن الحدود"],
)
def test_a_query_that_names_a_theme_offers_it(engine: WhooshEngine, typed: str) -> None:
    response = engine.search(parse_request({"q": [typed]}, "en"))
    assert [(facet, one.value, one.label) for facet, one in response.names] == [
        ("theme", "politics/border-security", "Border security")
    ]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *((word, "theme society/refugees") for word in ("réfugiés", "Flüchtlinge", "refugees")),
        *((word, "theme society/refugees") for word in ("refugiados", "rifugiati", "لاجئين")),
        *((word, "theme crime/organised-crime") for word in ("'Ndrangheta", "ndrangheta")),
        *((word, "organization onu") for word in ("ONU", "nations unies", "United Nations")),
        *((word, "country tn") for word in ("Tunisie", "تونس", "Tunesien")),
    ],
)
def test_a_query_that_is_a_name_in_any_language_offers_it(
    engine: WhooshEngine, typed: str, name: str
) -> None:
    response = engine.search(parse_request({"q": [typed]}, "fr"))
    assert name in [f"{facet} {one.value}" for facet, one in response.names]


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        *((word, "fr") for word in ("oil", "bid", "faz", "sec", "oma", "seco", "unido")),
        ("cut", "pt"),
        *((word, "it") for word in ("età", "cadê", "aïe", "nato", "barca")),
        ("برشلونة", "ar"),
    ],
)
def test_common_words_in_small_letters_are_no_organizations(typed: str, language: str) -> None:
    assert "organization:" not in parse(typed, ANALYZERS, language).understood
    assert "organization:" not in parse(f"{typed} accord", ANALYZERS, language).understood
    if typed in ("oil", "bid", "cut", "faz", "unido", "nato"):
        assert "organization:" in parse(typed.upper(), ANALYZERS, language).understood


@pytest.mark.parametrize("typed", ["داعش", "franceinfo", "onu", "fbi", "unesco", "otan"])
def test_names_in_small_letters_are_organizations(typed: str) -> None:
    assert "organization:" in parse(typed, ANALYZERS).understood


def test_no_frequent_word_of_the_archive_is_an_organization() -> None:
    """Of words that texts write in small letters more often than not."""
    small: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for path in (Path(__file__).parents[3] / "seeds").rglob("*.*"):
        for word in re.findall(r"[a-zà-ÿA-ZÀ-Ý]{3,}", path.read_text("utf-8", "ignore")):
            (small if word.islower() else others)[word.lower()] += 1
    frequent = [word for word, count in small.items() if count >= 5 and count > others[word]]
    assert len(frequent) > 100
    named = {word for word in frequent if "organization:" in parse(word, ANALYZERS).understood}
    assert not named


@pytest.mark.parametrize("typed", ["sécurité", "frontières AND sécurité", '"border security"', ""])
def test_a_query_that_names_none_offers_none(engine: WhooshEngine, typed: str) -> None:
    assert engine.search(parse_request({"q": [typed]}, "en")).names == ()


@pytest.mark.parametrize(
    ("typed", "language", "id"),
    [
        ("CUT Chile", "fr", "cut-chile"),
        ("la CUT de Chile", "es", "cut-chile"),
        ("cgt argentina", "es", "cgt-ar"),
        ("psd portugal", "pt", "psd-portugal"),
        ("Nigeria SEC", "en", "sec-nigeria"),
        ("CGT France", "fr", "cgt"),
        ("CUT", "pt", "cut-br"),
        ("CUT", "fr", None),
        ("ANC", "fr", None),
        ("SPD", "fr", "spd"),
    ],
)
def test_a_country_beside_a_shared_name_tells_the_body(
    typed: str, language: str, id: str | None
) -> None:
    assert parse(typed, ANALYZERS, language=language).organizations == ((id,) if id else ())


def test_a_country_beside_an_acronym_chooses_no_body_of_another() -> None:
    entries = organizations().entries
    bearers: dict[str, set[str]] = {}
    for entry in entries.values():
        for name in entry.names:
            if name.acronym and name.sought and len(name.text) > 2 and entry.countries:
                bearers.setdefault(name.text, set()).add(entry.id)
    for acronym, ids in bearers.items():
        for id in ids if len(ids) > 1 else ():
            code = entries[id].countries[0]
            found = parse(f"{acronym} {countries().label(code, 'en')}", ANALYZERS).organizations
            assert all(code in entries[one].countries for one in found), (acronym, code, found)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("who", ()),
        ("WHO", ("health",)),
        ("podemos", ()),
        ("Podemos", ("politics", "politics/parties")),
        ("über", ()),
        ("tempo", ()),
        ("élevé", ()),
        ("élève", ("education/school",)),
        ("eleve", ("education/school",)),
        ("élections", ("politics/elections",)),
        ("الانتخابات", ("politics/elections",)),
        ("économie", ("economy",)),
    ],
)
def test_words_that_name_a_theme(typed: str, ids: tuple[str, ...]) -> None:
    assert named_themes(typed) == ids


def test_no_function_word_names_a_theme() -> None:
    assert [
        word for words in function_words().values() for word in words if named_themes(word)
    ] == []
