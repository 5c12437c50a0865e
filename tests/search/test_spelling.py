"""Words spelt nearly alike, against the distance as its definition has it."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory, Snapshot, SnapshotLexicon
from index.build import BuildOptions, index_documents, rebuild, update
from index.document import Document, Fields, Language
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, set[str]]:
    chance = random.Random(5)
    made = {"".join(chance.choices("abe", k=chance.randint(3, 9))) for _ in range(150)}
    documents = [(Document(word, word), Fields(language=Language("und"))) for word in sorted(made)]
    folder: Path = tmp_path_factory.mktemp("words")
    return index_documents(folder, documents), made


@given(word=st.text("abe", min_size=3, max_size=10), most=st.sampled_from([1, 2]))
def test_near_words_are_those_within_the_distance(
    word: str,
    most: int,
    words: tuple[Snapshot, set[str]],
    edit_distance: Callable[[str, str], int],
) -> None:
    generation, made = words
    near = SnapshotLexicon(generation).near_words(word, most)
    assert {term: near[term].distance for term in near} == {
        term: edit_distance(word, term) for term in made if edit_distance(word, term) <= most
    }


def test_words_of_deleted_documents_are_not_suggested(tmp_path: Path) -> None:
    source, root = tmp_path / "a.jsonl", tmp_path / "index"
    texts = ["le passeport", "la passerelle", *(f"le rien {n}" for n in range(20))]
    for texts_now, expected in ((texts, "passeport"), (texts[1:], None), (texts, "passeport")):
        records = [{"id": text, "text": text, "language": "fr"} for text in texts_now]
        source.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
        (update if root.exists() else rebuild)(root, [source], BuildOptions(workers=0))
        engine = WhooshEngine(IndexDirectory(root))
        assert engine.search(SearchRequest(q="passeprot")).suggestion == expected
    assert len(engine.directory.current().manifest.segments) == 2
