"""Words spelt nearly alike, against the distance as its definition has it."""

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Document, Fields, Language
from index.generations import Generation
from index.publishing import index_documents
from search.spelling import near


@cache
def distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        distance(one[:-1], other) + 1,
        distance(one, other[:-1]) + 1,
        distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-2:] == other[-1] + other[-2]:
        ways.append(distance(one[:-2], other[:-2]) + 1)
    return min(ways)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, set[str]]:
    chance = random.Random(5)
    made = {"".join(chance.choices("abe", k=chance.randint(3, 9))) for _ in range(150)}
    documents = [(Document(word, word), Fields(language=Language("und"))) for word in sorted(made)]
    folder: Path = tmp_path_factory.mktemp("words")
    return index_documents(folder, documents), made


@settings(deadline=None)
@given(word=st.text("abe", min_size=3, max_size=10), most=st.sampled_from([1, 2]))
def test_near_words_are_those_within_the_distance(
    word: str, most: int, words: tuple[Generation, set[str]]
) -> None:
    generation, made = words
    assert {each.term: each.distance for each in near(word, generation, most)} == {
        term: distance(word, term) for term in made - {word} if distance(word, term) <= most
    }
