"""Why a document stands where it does."""

from pathlib import Path

import pytest

from index import IndexDirectory
from search import WhooshEngine, parse_request
from search.request import SearchRequest


@pytest.fixture(scope="module")
def engine(archive: Path) -> WhooshEngine:
    return WhooshEngine(IndexDirectory(archive))


@pytest.mark.parametrize(
    "q",
    [
        "sécurité",
        "sécurité des frontières",
        "ONU",
        "ONU accord",
        "title:accord",
        '"sécurité des frontières" accord',
        "gouv* accord",
        "accord OR pêche",
        "accord (pêche OR commerce) -sport",
        "Quelle est la politique de la pêche ?",
        "porte-avions accord",
        "accord pêche zzzz lang:fr",
    ],
)
def test_words_and_nearness_add_up_to_the_score(engine: WhooshEngine, q: str) -> None:
    response = engine.search(SearchRequest(q=q, explain="true"))
    assert len(response.explanations) == len(response.results) > 0
    for result, explanation in zip(response.results, response.explanations, strict=True):
        assert explanation.words
        total = sum(word.score for word in explanation.words) + explanation.nearness
        assert total == pytest.approx(result.score, rel=1e-3)
        for word in explanation.words:
            assert word.documents >= 1
            assert word.score >= 0
            if "title" in word.fields and len(word.text.split()) == 1:
                assert "<mark>" in "".join(result.highlights.title)


def test_fields_and_rarity_are_told(engine: WhooshEngine) -> None:
    request = parse_request({"q": ["accord"], "explain": ["true"]}, "fr")
    response = engine.search(request)
    fields = {
        field for told in response.explanations for word in told.words for field in word.fields
    }
    assert fields == {"title", "body"}
    (rarity,) = {word.documents for told in response.explanations for word in told.words}
    assert rarity == response.total


@pytest.mark.parametrize("others", [{}, {"explain": ["true"], "sort": ["date"]}])
def test_nothing_is_told_unless_asked_and_by_relevance(
    engine: WhooshEngine, others: dict[str, list[str]]
) -> None:
    assert engine.search(parse_request({"q": ["accord"], **others}, "fr")).explanations == ()
