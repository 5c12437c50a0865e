"""Short articles of everyday fields, told by ordinary words alone, and phrases that mislead."""

import pytest

from index.extract import find_themes

TOLD = [
    (
        "es",
        "Una noche larga",
        "El sismo sacudió la costa y las réplicas siguieron hasta el alba.",
        "disaster/earthquake",
    ),
    (
        "es",
        "Cien años de la facultad",
        "La rectora y dos catedráticos hablaron en el aula magna.",
        "education/university",
    ),
    (
        "es",
        "Vivir en el centro",
        "El alquiler sube y los inquilinos buscan otro piso.",
        "economy/housing",
    ),
    (
        "es",
        "Un otoño seco",
        "Los agricultores temen por la cosecha de trigo.",
        "economy/agriculture",
    ),
]
MISLEADING = [
    ("es", "El plan rector", "El principio rector del plan es la calma.", "education"),
    ("es", "Viaje al norte", "Fuimos en un coche de alquiler.", "economy/housing"),
]


@pytest.mark.parametrize(("language", "title", "text", "theme"), TOLD)
def test_ordinary_words_tell_a_field(language: str, title: str, text: str, theme: str) -> None:
    found = find_themes(f"{title}\n\n{text}", language, title_length=len(title))
    assert theme in {each.id for each in found}


@pytest.mark.parametrize(("language", "title", "text", "theme"), MISLEADING)
def test_a_phrase_of_another_field_misleads_nobody(
    language: str, title: str, text: str, theme: str
) -> None:
    found = find_themes(f"{title}\n\n{text}", language, title_length=len(title))
    assert theme not in {each.id for each in found}
