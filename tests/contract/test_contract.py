"""The same requests to both engines over the same documents: the answers are equal.

What may differ is listed in ``known``, and in docs/opensearch.md: nothing else passes. Run it with

    TROUVAILLE_OPENSEARCH=http://127.0.0.1:9200 pytest tests/contract

and it ends with the report that the tables of docs/opensearch.md are made of.
"""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import embedding, vectors
from index.facets import VALUE_FACETS
from index.opensearch import compute_vectors
from search.engine import Engine
from tests.contract.archives import Both
from tests.contract.comparing import close, differences
from tests.contract.known import KNOWN, known_lines
from tests.contract.requests import (
    REQUESTS,
    Parameters,
    as_request,
    as_text,
    drawn,
    words,
)
from web import create_app

pytestmark = pytest.mark.opensearch
EACH = {"samples": 2, "press": 4}
"""Requests of a kind to each archive."""
TABLE = Path(__file__).parents[2] / "docs" / "opensearch.md"


@pytest.mark.parametrize("kind", REQUESTS)
def test_answers_are_equal(both: Both, kind: str, record_property: Any) -> None:
    analyzers = both.analyzers
    equal, known, unexplained = 0, Counter[str](), []
    for parameters in drawn(kind, both.documents, EACH[both.name]):
        asked = as_request(parameters)
        found = list(differences(asked, both.embedded.search(asked), both.cluster.search(asked)))
        lines, rest = known_lines(asked, found, analyzers)
        equal += not found
        known.update(lines)
        if rest:
            unexplained.append((as_text(parameters), rest))
    counted = {
        "archive": both.name,
        "requests": EACH[both.name],
        "equal": equal,
        "known": dict(known),
        "unexplained": len(unexplained),
    }
    record_property("contract", counted)
    assert not unexplained


def test_known_differences_are_documented() -> None:
    table = TABLE.read_text()
    assert [known.line for known in KNOWN if f"| {known.line}" not in table] == []


def walk(engine: Engine, parameters: Parameters) -> list[str]:
    ids: list[str] = []
    cursor: str | None = "*"
    while cursor is not None:
        page = {"cursor": cursor, "per_page": "7", "highlight": "false", "facets": ""}
        answer = engine.search(as_request({**parameters, **page}))
        ids += [result.id for result in answer.results]
        cursor = answer.next_cursor
    return ids


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": "", "sort": "date"},
        {"q": "", "sort": "-date"},
        {"q": "de", "sort": "-date", "lang": "fr"},
        {"q": "accord", "sort": "relevance"},
        {"q": "le président", "sort": "relevance"},
    ],
)
def test_walks_have_every_result_once(both: Both, parameters: Parameters) -> None:
    local, remote = (walk(engine, parameters) for engine in both.engines)
    assert sorted(remote) == sorted(local)
    assert len(set(remote)) == len(remote)
    if parameters["sort"] != "relevance":
        assert remote == local


def test_documents_and_what_belongs_to_them_are_equal(both: Both) -> None:
    chance = random.Random(1)
    shared = shown = 0
    for document, _ in chance.sample(both.documents, min(15, len(both.documents))):
        q = " ".join(chance.choices(words(document.text) or ["un", "deux"], k=2))
        local, remote = (engine.document(document.id, "fr", q) for engine in both.engines)
        assert local == remote
        local_related, remote_related = (
            engine.related(document.id, "fr") for engine in both.engines
        )
        assert local_related == remote_related
        similar = [engine.similar(document.id, 5, "fr") or () for engine in both.engines]
        ids = [{result.id for result in results} for results in similar]
        shared, shown = shared + len(ids[0] & ids[1]), shown + len(ids[0])
    # Which words set a document apart is decided by other counts, see docs/opensearch.md.
    assert shared >= 0.85 * shown
    for engine in both.engines:
        assert engine.document("no such id", "fr") is None
        assert engine.related("no such id", "fr") is None
        assert engine.similar("no such id", 5, "fr") is None


def test_suggestions_are_equal(both: Both) -> None:
    chance = random.Random(2)
    for _ in range(12):
        document, _ = chance.choice(both.documents)
        a, b = chance.choices(words(document.text) or ["un"], k=2)
        for text in (a[:2], a[:4], f"{a} {b[:5]}", (words(document.title) or [a])[0][:4], "é", ""):
            local, remote = (engine.suggest(text, 8, "fr") for engine in both.engines)
            assert local == remote, text


@pytest.mark.parametrize("order", ["count", "name"])
@pytest.mark.parametrize("name", VALUE_FACETS)
def test_pages_of_facets_are_equal(both: Both, name: str, order: Any) -> None:
    for q, prefix, page in (("", "", 1), ("", "", 2), ("", "a", 1), ("accord", "", 1)):
        request = as_request({"q": q, "exclude_lang": "en"})
        local, remote = (
            engine.facet(name, request, prefix, page, order) for engine in both.engines
        )
        assert local == remote


def test_both_have_the_same_status(both: Both) -> None:
    local, remote = (engine.status() for engine in both.engines)
    assert (local.documents, local.languages) == (remote.documents, remote.languages)


@pytest.fixture
def vectored(samples: Both, node: Any) -> Iterator[Both]:
    """Both engines over the sample archive, whose documents have vectors."""
    if embedding.model() is None:
        pytest.skip("needs the extra `across`")
    root = samples.embedded.directory.path  # type: ignore[attr-defined]
    vectors.compute(root)
    compute_vectors(node.cluster, samples.cluster._name)  # type: ignore[attr-defined]
    yield samples
    shutil.rmtree(root / "vectors")


def test_documents_in_other_languages_are_equal(vectored: Both) -> None:
    listed = 0
    for kind in ("question", "three words", "without", "fields of facets", "selected", "dates"):
        for parameters in drawn(kind, vectored.documents, 4):
            asked = as_request({**parameters, "across": "true", "facets": ""})
            local, remote = (engine.search(asked).across for engine in vectored.engines)
            assert local is not None
            assert remote is not None
            assert local.language == remote.language
            ids = [[one.id for one in found.results] for found in (local, remote)]
            assert ids[0] == ids[1], parameters
            listed += len(ids[0])
            for ours, theirs in zip(local.results, remote.results, strict=True):
                assert close(ours.score, theirs.score)
                assert theirs._replace(score=ours.score) == ours
    assert listed


def test_the_warnings_of_other_languages_are_equal(samples: Both) -> None:
    asked = as_request({"q": "η απεργία των δασκάλων στη χώρα", "across": "true"})
    local, remote = (engine.search(asked).warnings for engine in samples.engines)
    assert local == remote


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=accord",
        "/?q=accord&lang=fr&exclude_theme=sport&from=2000",
        "/?q=accord+zzyzx&lang=en",
        "/?sort=date&page=2",
        "/api/search?q=accord&explain=true",
        "/api/search?q=title:accord&highlight=offsets",
        "/api/suggest?q=acc",
        "/healthz",
    ],
)
def test_pages_are_served_from_either(samples: Both, path: str) -> None:
    local, remote = (create_app(engine).test_client().get(path) for engine in samples.engines)
    assert local.status_code == remote.status_code == 200
    assert local.content_type == remote.content_type
    if path.startswith("/api"):
        assert local.get_json().keys() == remote.get_json().keys()
