"""The block of documents in other languages, on pages and in the endpoint."""

from pathlib import Path

import pytest

from index import IndexDirectory, embedding, vectors
from index.build import index_documents
from index.document import Document, Fields, Language
from search import WhooshEngine
from web import create_app

QUESTION = {"q": "la grève des enseignants"}

pytestmark = pytest.mark.skipif(embedding.model() is None, reason="needs the extra `across`")


def test_a_page_has_the_block_as_soon_as_there_are_vectors(tmp_path: Path) -> None:
    texts = {"en": "The teachers are on strike.", "fr": "Grève des enseignants, dit-on."}
    index_documents(
        tmp_path,
        [
            (Document(id=code, text=text), Fields(language=Language(code)))
            for code, text in texts.items()
        ],
    )
    client = create_app(WhooshEngine(IndexDirectory(tmp_path))).test_client()
    before = client.get("/search", query_string=QUESTION)
    assert 'class="across"' not in before.text
    vectors.compute(tmp_path)
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
