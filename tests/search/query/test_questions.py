"""Questions: which queries are sentences, whose words are wished for and not required."""

import pytest

from search.query import parse

ANALYZERS = ("fr", "en", "ar")


def is_question(q: str) -> bool:
    """Tell whether a query is a question, if no document has all of its words."""
    parsed = parse(q, ANALYZERS)
    return is_certain(q) or parsed.question is not None


def is_certain(q: str) -> bool:
    return "question" in {notice.code for notice in parse(q, ANALYZERS).warnings}


@pytest.mark.parametrize(
    "q",
    [
        "Comment renouveler mon passeport ?",
        "comment renouveler un passeport",
        "A-t-on droit au prêt à taux zéro (PTZ) ?",
        "peut-on vendre sa maison",
        "dans quels pays vit le tigre",
        "can a criterion be developed",
        "how do interference-free measurements compare",
        "كيف تعمل الأمم المتحدة",
        "accord commercial chine canada soja tarifs douaniers exportations",
    ],
)
def test_sentences(q: str) -> None:
    assert is_question(q)


@pytest.mark.parametrize(
    "q",
    [
        "accord commercial",
        "accord commercial Chine",
        "rendez-vous présidentiel Paris",
        "doctor who episodes",
        "WHO report 2024",
        "comment AND passeport AND renouveler ?",
        'Que signifie "taux zéro" ?',
        "comment renouveler -passeport ?",
        "title:comment renouveler passeport ?",
        "?",
    ],
)
def test_lists_of_words_and_operators(q: str) -> None:
    assert not is_question(q)


def test_a_compound_in_a_question_is_its_words() -> None:
    assert "porte OR avions OR work" in parse("how do porte-avions work", ANALYZERS).understood
    assert parse("porte-avions", ANALYZERS).understood == "porte-avions"


@pytest.mark.parametrize(
    "q",
    [
        "Comment renouveler mon passeport ?",
        "Will Smith ?",
        "comment renouveler un passeport",
        "dans quels pays vit le tigre",
        "can the criterion be developed",
    ],
)
def test_what_is_certainly_a_question(q: str) -> None:
    assert is_certain(q)


@pytest.mark.parametrize(
    "q",
    [
        "Will Smith Oscars",
        "Can Dündar procès",
        "Kim Jong-il mort",
        "Pour ou contre la corrida",
        "ho chi minh",
        "The Who Leeds winter",
        "accord commercial chine usine soja tarifs douaniers exportations",
    ],
)
def test_a_name_or_headline_is_a_question_only_if_no_document_has_it(q: str) -> None:
    parsed = parse(q, (*ANALYZERS, "it"))
    assert " OR " not in parsed.understood
    assert not any(notice.code == "question" for notice in parsed.warnings)
