"""Expressions of themes that say nothing that another of their theme does not say."""

import pytest

from index.vocabularies import LANGUAGES, Expression, themes
from tools.vocabularies.find_redundant import Redundant, in_language, one_word, redundant

STOP_WORDS = frozenset(("de", "le", "au"))


@pytest.mark.parametrize(
    ("language", "listed", "found"),
    [
        ("fr", ["concert", "concerts"], [("concerts", "concert")]),
        ("fr", ["longs métrages", "long métrage"], [("long métrage", "longs métrages")]),
        ("fr", ["chanteuse", "chanteur"], [("chanteuse", "chanteur")]),
        ("fr", ["salle de concert", "salles concert"], [("salles concert", "salle de concert")]),
        ("ar", ["صادرات", "الصادرات"], [("صادرات", "الصادرات")]),
        ("fr", ["concert", "~concerts"], []),  # another mark says something else
        ("fr", ["=film", "filmé"], []),
        ("fr", ["concert", "concert de rock"], []),
        ("fr", ["incendié", "incendie"], []),
        ("de", ["Räuber", "Räubern"], []),  # other spellings count for one and not for the other
    ],
)
def test_a_form_of_another_expression_with_its_marks_says_nothing_new(
    language: str, listed: list[str], found: list[tuple[str, str]]
) -> None:
    expressions = [
        Expression(each.lstrip("~="), weak="~" in each, exact="=" in each) for each in listed
    ]
    assert list(redundant("t", expressions, language, STOP_WORDS)) == [
        Redundant("t", *pair) for pair in found
    ]


def test_of_several_words_more_than_one_must_tell_something() -> None:
    expressions = [Expression(each) for each in ("au concert", "concert", "de concert au cinéma")]
    assert list(one_word("t", expressions, STOP_WORDS)) == [Redundant("t", "au concert", "concert")]


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_few_of_our_expressions_say_nothing_new(language: str) -> None:
    listed = sum(len(each.expressions.get(language, ())) for each in themes().entries.values())
    assert sum(1 for _ in in_language(language)) <= 0.08 * listed
