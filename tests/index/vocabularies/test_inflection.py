"""Plurals and feminines of expressions."""

import pytest

from index.extract import find_themes
from index.vocabularies import inflected


@pytest.mark.parametrize(
    ("language", "text", "form"),
    [
        ("fr", "tribunal", "tribunaux"),
        ("fr", "accident de la route", "accidents de la route"),
        ("fr", "metteur", "metteurs"),
        ("es", "inundación", "inundaciones"),
        ("es", "arma química", "armas químicas"),
        ("es", "juez", "jueces"),
        ("pt", "explosão", "explosões"),
        ("pt", "míssil", "mísseis"),
        ("pt", "acidente de trânsito", "acidentes de trânsito"),
        ("it", "banca", "banche"),
        ("it", "legge di bilancio", "leggi di bilancio"),
        ("it", "attore", "attrice"),
    ],
)
def test_regular_forms(language: str, text: str, form: str) -> None:
    assert form in inflected(text, language)


def test_capitals_and_other_languages_have_no_further_forms() -> None:
    assert inflected("PIB", "pt") == ()
    assert inflected("earthquake", "en") == ()
    assert inflected("Unfall", "de") == ()


@pytest.mark.parametrize(
    ("language", "text", "theme"),
    [
        ("es", "Dos volcanes entran en erupción: los volcanes de la isla.", "disaster/earthquake"),
        ("pt", "Explosões atingem a cidade; as explosões deixam dez mortos.", "disaster/explosion"),
        ("it", "I vulcani della Sicilia: due vulcani sono attivi.", "disaster/earthquake"),
    ],
)
def test_plurals_decide_as_singulars_do(language: str, text: str, theme: str) -> None:
    assert theme in [found.id for found in find_themes(text, language)]
