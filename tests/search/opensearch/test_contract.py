"""The same requests to both engines over the same documents: the answers are equal.

Requests are made of the texts of the sample archive, of every kind that there is. What may differ
is listed in docs/opensearch.md: the score of words near one another, and what follows from it.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index import Document, Fields, IndexDirectory
from index.document import Language
from index.opensearch import publish_documents
from search.engine import Engine, SearchResponse
from search.opensearch import OpenSearchEngine
from search.request import SearchRequest, parse_request
from search.results import Budget
from search.whoosh_engine import WhooshEngine
from web import create_app

pytestmark = pytest.mark.opensearch
PLENTY = Budget(60.0, 60.0, 60.0, 60.0)
Both = tuple[Engine, Engine]
Entries = list[tuple[Document, Fields]]
ROUNDS = 10


@pytest.fixture(scope="session")
def documents(archive: Path) -> Entries:
    snapshot = IndexDirectory(archive).current()
    return [snapshot.stored_fields.get(doc) for doc in snapshot.every.tolist()]


@pytest.fixture(scope="session")
def both(archive: Path, documents: Entries, node: Any) -> Both:
    name = node.new_name()
    publish_documents(node.cluster, name, documents)
    local = WhooshEngine(IndexDirectory(archive), PLENTY)
    return local, OpenSearchEngine(node.cluster, name, PLENTY)


class Asker:
    """Makes requests of pieces of documents, the same ones every time."""

    def __init__(self, documents: Entries, seed: int) -> None:
        self.chance = random.Random(seed)
        self._documents = [entry for entry in documents if len(words(entry[0].text)) > 30]

    def texts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield one request of every kind, by name."""
        document, fields = self.chance.choice(self._documents)
        text = words(document.text)
        place = self.chance.randrange(len(text) - 9)
        long = [word for word in text if len(word) > 5] or text
        a, b, c = (self.chance.choice(long) for _ in range(3))
        other = self.chance.choice(words(self.chance.choice(self._documents)[0].text))
        titled = self.chance.choice(words(document.title) or long)
        theme = fields.themes[0].id if fields.themes else "conflict"
        organization = fields.organizations[0].id if fields.organizations else "onu"
        language = fields.language.code
        yield "word", {"q": a}
        yield "short word", {"q": text[place]}
        yield "two words", {"q": f"{text[place]} {text[place + 1]}"}
        yield "three words", {"q": f"{a} {b} {c}"}
        yield "phrase", {"q": '"' + " ".join(text[place : place + 2]) + '"'}
        yield "long phrase", {"q": '"' + " ".join(text[place : place + 4]) + '"'}
        yield "open phrase", {"q": f'"{text[place]} {text[place + 1][:3]}*"'}
        yield "all", {"q": f"{a} AND {b}"}
        yield "any", {"q": f"{a} OR {b} OR {other}"}
        yield "group", {"q": f"({a} OR {other}) {b}"}
        yield "without", {"q": f"{text[place]} -{b}"}
        yield "prefix", {"q": f"{a[:4]}*"}
        yield "pattern", {"q": f"{a[:2]}*{a[-2:]}"}
        yield "fuzzy", {"q": f"{a[:2]}x{a[3:]}~"}
        yield "near", {"q": f'"{text[place]} {text[place + 3]}"~5'}
        yield "letter", {"q": f"{a} {text[place][0]}"}
        yield "compound", {"q": f"{a}-{b}"}
        yield "joined", {"q": f"{a}{b}"}
        yield "title", {"q": f"title:{titled}"}
        yield "most of it", {"q": f"{a} {b} {c} {other} zzyzx"}
        yield "question", {"q": " ".join(text[place : place + 9])}
        yield "nothing", {"q": "zzyzx"}
        yield "field of a facet", {"q": f"{a} lang:{language} -theme:{theme}"}
        yield "unknown value", {"q": f"{a} source:nobody"}
        yield "field of a date", {"q": f"{text[place]} date:2000..2020"}
        yield "selected", {"q": text[place], "theme": theme, "organization": organization}
        yield "any of", {"q": "", "lang": ["fr", "en", language]}
        yield "excluded", {"q": "", "exclude_lang": [language, "de"], "exclude_theme": theme}
        yield "dates", {"q": text[place], "from": "1990", "to": "2024-06", "undated": "include"}
        yield "undated", {"q": "", "undated": "only"}
        yield "mentioned", {"q": "", "date_field": "mentioned", "from": "1990", "to": "2024"}
        yield "days", {"q": a, "interval": "day"}
        yield "newest", {"q": text[place], "sort": "-date"}
        yield "oldest", {"q": "", "sort": "date", "page": "2", "per_page": "5"}
        yield "odd", {"q": f'"{a} ( OR -'}


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{3,}", text)


def as_request(parameters: dict[str, Any]) -> SearchRequest:
    args = {
        name: [value] if isinstance(value, str) else value for name, value in parameters.items()
    }
    return parse_request(args, "fr")


def without_order(answer: SearchResponse) -> SearchResponse:
    """Return an answer without what nearness decides, and without what each engine is."""
    return replace(
        answer,
        results=(),
        explanations=(),
        generation="",
        timings={},
        languages=tuple(sorted(answer.languages)),
        warnings=tuple(sorted(answer.warnings, key=str)),
    )


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_answers_are_equal(both: Both, documents: Entries, seed: int) -> None:
    for kind, parameters in Asker(documents, seed).texts():
        request = as_request(parameters)
        local, remote = (engine.search(request) for engine in both)
        assert without_order(local) == without_order(remote), (kind, parameters)
        known = {result.id: result for result in local.results}
        assert known.keys() == {result.id for result in remote.results}, (kind, parameters)
        for result in remote.results:
            same = known[result.id]._replace(score=result.score)
            assert result == same, (kind, parameters)
        if kind != "near" and request.sort == "relevance":
            scores = [result.score for result in local.results]
            assert [result.score for result in remote.results] == pytest.approx(scores, rel=0.05)


def walk(engine: Engine, parameters: dict[str, Any]) -> list[str]:
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
def test_walks_have_every_result_once(both: Both, parameters: dict[str, Any]) -> None:
    local, remote = (walk(engine, parameters) for engine in both)
    assert sorted(remote) == sorted(local)
    assert len(set(remote)) == len(remote)
    if parameters["sort"] != "relevance":
        assert remote == local


def test_documents_and_what_belongs_to_them_are_equal(both: Both, documents: Entries) -> None:
    asker = Asker(documents, 1)
    shared = shown = 0
    for document, _ in asker.chance.sample(documents, min(15, len(documents))):
        q = " ".join(asker.chance.sample(words(document.text) or ["un", "deux"], 2))
        local, remote = (engine.document(document.id, "fr", q) for engine in both)
        assert local == remote
        local_related, remote_related = (engine.related(document.id, "fr") for engine in both)
        assert local_related == remote_related
        similar = [engine.similar(document.id, 5, "fr") or () for engine in both]
        ids = [{result.id for result in results} for results in similar]
        shared, shown = shared + len(ids[0] & ids[1]), shown + len(ids[0])
    # Which words set a document apart is decided by other counts, see docs/opensearch.md.
    assert shared >= 0.85 * shown
    for engine in both:
        assert engine.document("no such id", "fr") is None
        assert engine.related("no such id", "fr") is None
        assert engine.similar("no such id", 5, "fr") is None


def test_suggestions_are_equal(both: Both, documents: Entries) -> None:
    asker = Asker(documents, 2)
    for _ in range(12):
        document, _ = asker.chance.choice(documents)
        a, b = asker.chance.choices(words(document.text) or ["un"], k=2)
        for text in (a[:2], a[:4], f"{a} {b[:3]}", words(document.title or a)[0][:4], "é", ""):
            local, remote = (engine.suggest(text, 8, "fr") for engine in both)
            assert local == remote, text


@pytest.mark.parametrize("order", ["count", "name"])
@pytest.mark.parametrize("name", ["organization", "theme", "lang", "source"])
def test_pages_of_facets_are_equal(both: Both, name: str, order: Any) -> None:
    for q, prefix, page in (("", "", 1), ("", "", 2), ("", "a", 1), ("accord", "", 1)):
        request = as_request({"q": q, "exclude_lang": "en"})
        local, remote = (engine.facet(name, request, prefix, page, order) for engine in both)
        assert local == remote


def test_documents_under_an_embargo_are_not_there_before_its_end(node: Any) -> None:
    moment = 1_700_000_000.0
    secret = Document("b", "Un secret sur la zanova.", embargo="2023-11-15T00:00:00Z")
    plain = Document("a", "Rien sur la mirka.")
    of = Fields(Language("fr"))
    name = node.new_name()
    publish_documents(node.cluster, name, [(plain, of), (secret, of)])
    before = OpenSearchEngine(node.cluster, name, PLENTY, lambda: moment)
    after = OpenSearchEngine(node.cluster, name, PLENTY, lambda: moment + 86_400)
    for engine, there in ((before, False), (after, True)):
        assert engine.status().documents == 1 + there
        assert engine.search(as_request({"q": "zanova"})).total == there
        assert bool(engine.document("b", "fr")) == there
        assert [one.text for one in engine.suggest("zan", 5, "fr")] == ["zanova"] * there
        answer = engine.search(as_request({"q": ""}))
        (language,) = answer.facets["lang"].values
        assert language.count == answer.total == 1 + there
    assert before.status().generation != after.status().generation


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
def test_pages_are_served_from_either(both: Both, path: str) -> None:
    local, remote = (create_app(engine).test_client().get(path) for engine in both)
    assert local.status_code == remote.status_code == 200
    assert local.content_type == remote.content_type
