"""The block of documents in other languages, on pages and in the endpoint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import IndexDirectory, embedding, vectors
from index.build import index_documents
from index.document import Document, Fields, Language
from index.errors import ClusterUnavailable
from index.opensearch import compute_vectors, publish_documents
from search import WhooshEngine
from search.engine import Engine
from search.opensearch import OpenSearchEngine, across
from search.results import Budget
from web import create_app

QUESTION = {"q": "la grève des enseignants"}

pytestmark = pytest.mark.skipif(embedding.model() is None, reason="needs the extra `across`")


TEXTS = {"en": "The teachers are on strike.", "fr": "Grève des enseignants, dit-on."}
ENTRIES = [
    (Document(id=code, text=text), Fields(language=Language(code))) for code, text in TEXTS.items()
]
Made = tuple[Engine, Callable[[], object]]


@pytest.fixture
def in_directory(tmp_path: Path) -> Made:
    index_documents(tmp_path, ENTRIES)
    return WhooshEngine(IndexDirectory(tmp_path)), lambda: vectors.compute(tmp_path)


@pytest.fixture
def on_cluster(node: Any, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setattr(across, "_COUNTED", 0.0)
    name = node.new_name()
    publish_documents(node.cluster, name, ENTRIES)
    engine = OpenSearchEngine(node.cluster, name, Budget(60.0, 60.0, 60.0, 60.0, 60.0))
    return engine, lambda: compute_vectors(node.cluster, name)


@pytest.mark.parametrize(
    "made", ["in_directory", pytest.param("on_cluster", marks=pytest.mark.opensearch)]
)
def test_a_page_has_the_block_as_soon_as_there_are_vectors(
    made: str, request: pytest.FixtureRequest
) -> None:
    engine, compute = request.getfixturevalue(made)
    client = create_app(engine).test_client()
    before = client.get("/search", query_string=QUESTION)
    assert 'class="across"' not in before.text
    compute()
    after = client.get(
        "/search", query_string=QUESTION, headers={"If-None-Match": before.headers["ETag"]}
    )
    assert after.status_code == 200
    block = after.text.partition('class="across"')[2].partition("</section>")[0]
    assert "The teachers are on strike." in block
    assert "dit-on" not in block
    plain = client.get("/api/search", query_string=QUESTION).json
    answer = client.get("/api/search", query_string={**QUESTION, "across": "true"}).json
    assert plain is not None
    assert answer is not None
    assert "across" not in plain
    assert [one["id"] for one in answer["across"]] == ["en"]
    assert answer["across"][0]["url"].endswith("/document/en")
    for key in ("total", "results", "facets", "division", "more"):
        one, other = str(plain[key]), str(answer[key]).replace("&across=true", "")
        assert one == other


@pytest.mark.opensearch
def test_a_page_without_its_block_is_whole_and_not_kept(
    on_cluster: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, compute = on_cluster
    compute()
    client = create_app(engine).test_client()
    plain = client.get("/api/search", query_string=QUESTION).json

    def refused(*_: object) -> None:
        raise ClusterUnavailable("Too many requests.")

    with monkeypatch.context() as context:
        context.setattr(across.IndexVectors, "nearest", refused)
        without = client.get("/search", query_string={**QUESTION, "hl": "en"})
        asked = client.get("/api/search", query_string={**QUESTION, "across": "true"})
    assert without.status_code == asked.status_code == 200
    assert "dit-on" in without.text
    assert "Other languages were not searched" not in without.text
    assert asked.headers["Cache-Control"] == "no-store"
    answer = asked.json
    assert answer is not None
    assert plain is not None
    assert answer["across"] == []
    assert [one["code"] for one in answer["warnings"]][-1] == "across_out_of_time"
    assert answer["total"] == plain["total"]
    again = client.get(
        "/search",
        query_string={**QUESTION, "hl": "en"},
        headers={"If-None-Match": without.headers["ETag"]},
    )
    assert again.status_code == 200
    assert 'class="across"' in again.text
