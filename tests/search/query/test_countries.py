"""Words that name a country find it whatever it is called, in every language."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search.engine import SearchResponse
from search.query import parse
from search.request import parse_request
from search.whoosh_engine import WhooshEngine

ANALYZERS = ("ar", "de", "en", "es", "fr", "it", "pt", "und")
TEXTS = {
    "fr": "Le ministre de l'Allemagne est arrivé lundi dans le port, a-t-on appris de source sûre.",
    "adjective": "La chancelière allemande est arrivée lundi dans le port, a-t-on appris.",
    "en": "The government of Germany said on Monday that the ship had left the harbour.",
    "de": "Die Regierung in Deutschland hat am Montag eine Erklärung veröffentlicht.",
    "ar": "قالت الحكومة في ألمانيا في بيان إن السفينة غادرت الميناء صباح يوم الاثنين",
    "none": "Le navire a quitté le port lundi matin, a-t-on appris de source portuaire.",
    "turkey": "They roasted a turkey in the kitchen of the harbour on a long Monday evening.",
    "ankara": "The government of Turkey said on Monday that the kitchen had been closed.",
}
GERMAN = ["adjective", "ar", "de", "en", "fr"]

Ask = Callable[[str], SearchResponse]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    folder = tmp_path_factory.mktemp("texts")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    root = tmp_path_factory.mktemp("index")
    rebuild(root, [folder], BuildOptions(workers=0))
    engine = WhooshEngine(IndexDirectory(root))
    return lambda q: engine.search(parse_request({"q": [q]}, "fr"))


def names(response: SearchResponse) -> list[str]:
    return [Path(result.id).stem for result in response.results]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("Allemagne", "fr"), ("allemagne", "fr"), ("Germany", "en"), ("ألمانيا", "ar")],
)
def test_a_name_finds_the_country_in_every_language(ask: Ask, typed: str, first: str) -> None:
    found = names(ask(typed))
    assert sorted(found) == GERMAN
    assert found[0] == first  # what was typed comes first


def test_it_is_one_word_among_others(ask: Ask) -> None:
    assert sorted(names(ask("Alemania harbour"))) == ["en"]
    assert sorted(names(ask("Germany -harbour"))) == ["adjective", "ar", "de", "fr"]


@pytest.mark.parametrize("typed", ['"Allemagne"', "title:Allemagne", "allemande", "Berlin"])
def test_quotation_marks_titles_adjectives_and_capitals_stay_words(ask: Ask, typed: str) -> None:
    assert set(names(ask(typed))) <= {"fr", "adjective"}
    assert "country:" not in ask(typed).understood


def test_mentions_are_marked(ask: Ask) -> None:
    shown = {Path(one.id).stem: " ".join(one.highlights.body) for one in ask("Allemagne").results}
    assert "<mark>Germany</mark>" in shown["en"]
    assert "<mark>ألمانيا</mark>" in shown["ar"]


def test_a_word_in_lower_case_is_a_word(ask: Ask) -> None:
    assert "country:" not in ask("turkey kitchen").understood
    assert ask("Turkey kitchen").understood == "(Turkey OR country:tr) AND kitchen"


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Allemagne", "Allemagne OR country:de"),
        ("Etats-Unis", "Etats-Unis OR country:us"),
        ("Côte d'Ivoire", "(Côte AND Ivoire) OR country:ci"),
        ("china", "china"),
        ("China", "China OR country:cn"),
        ("Banque de France", "(Banque AND de AND France) OR organization:banque-de-france"),
        ("Michael Jordan", "Michael AND Jordan"),
        ("Jordan", "Jordan OR country:jo"),
        ("us budget", "us AND budget"),
        ("US budget", "(US OR country:us) AND budget"),
        ("Long Island", "Long AND Island"),
        ("ira bien", "ira AND bien"),
    ],
)
def test_is_understood(typed: str, understood: str) -> None:
    assert parse(typed, ANALYZERS).understood == understood
