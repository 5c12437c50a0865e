"""The engine as a whole: relaxed searches, spelling, suggestions, similar documents, status."""

import threading
from collections.abc import Callable
from time import sleep
from typing import Any

import pytest

from index import IndexDirectory
from index.build import index_documents
from index.errors import IndexMissing, SearchTimeout
from search.engine import Engine
from search.request import SearchRequest
from search.results import Budget
from search.whoosh_engine import WhooshEngine


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory, make_entry: Any) -> WhooshEngine:
    root = tmp_path_factory.mktemp("press")
    index_documents(
        root,
        [
            make_entry(
                "fr1",
                "Un accord sur la pêche a été signé. La pêche au thon reprend.",
                title="Accord sur la pêche",
                date="2024-03-12T09:41Z",
                organizations=["onu", "~office-du-thon"],
                themes=["conflict/peace"],
                source="Agence A",
            ),
            make_entry("fr2", "Les pêcheurs et la pêche au thon.", title="La pêche", date="2024"),
            make_entry("fr3", "Le gouvernement négocie un budget.", organizations=["onu"]),
            make_entry("en1", "A fisheries agreement was signed.", language="en"),
        ],
    )
    return WhooshEngine(IndexDirectory(root))


def ids(engine: Engine, q: str) -> list[str]:
    return [result.id for result in engine.search(SearchRequest(q=q)).results]


def test_result(press: WhooshEngine) -> None:
    result = press.search(SearchRequest(q="thon signé", locale="en")).results[0]
    assert (result.id, result.title, result.language) == ("fr1", "Accord sur la pêche", "fr")
    assert (result.direction, result.source) == ("ltr", "Agence A")
    assert (result.published, result.date_precision) == ("2024-03-12T09:41:00Z", "minute")
    assert [one.value for one in result.organizations] == ["onu", "~office-du-thon"]
    assert result.organizations[0].label == "United Nations"
    assert result.organizations[1].label == "OFFICE-DU-THON"
    assert [one.value for one in result.themes] == ["conflict/peace"]


def test_relaxed_search_says_so(press: WhooshEngine) -> None:
    response = press.search(SearchRequest(q="accord pêche introuvable"))
    assert "fr1" in [result.id for result in response.results]
    (notice,) = [notice for notice in response.warnings if notice.code == "relaxed"]
    assert "introuvable" in notice.values["missing"]


def test_better_spelling_is_suggested(press: WhooshEngine) -> None:
    response = press.search(SearchRequest(q="gouvernemant"))
    assert (response.total, response.suggestion) == (0, "gouvernement")
    assert press.search(SearchRequest(q="gouvernement")).suggestion is None


def test_everything_without_a_query(press: WhooshEngine) -> None:
    response = press.search(SearchRequest(sort="-date"))
    assert response.total == response.documents == 4
    assert set(response.timings) == {"parse", "search", "facets", "snippets"}
    assert set(response.languages) == {"fr", "en"}
    assert response.generation == press.status().generation


@pytest.mark.parametrize(
    "q", ['"', "AND", "-", "(" * 500, "x" * 10_000, "\x00\x01", "*", "~", "::"]
)
def test_whatever_is_typed_is_answered(press: WhooshEngine, q: str) -> None:
    response = press.search(SearchRequest(q=q))
    assert response.total <= 4


def test_suggestions(press: WhooshEngine) -> None:
    def suggested(text: str, limit: int = 10) -> list[tuple[str, str, str, int]]:
        return [(s.kind, s.text, s.value, s.count) for s in press.suggest(text, limit, "fr")]

    assert ("organization", "Organisation des Nations unies", "onu", 2) in suggested("natio")
    assert ("organization", "Organisation des Nations unies", "onu", 2) in suggested("united N")
    assert ("organization", "OFFICE-DU-THON", "~office-du-thon", 1) in suggested("THON")
    assert "conflict/peace" in [
        value for kind, _, value, _ in suggested("peace") if kind == "theme"
    ]
    assert ("title", "Accord sur la pêche", "fr1", 1) in suggested("pech")
    assert ("title", "Accord sur la pêche", "fr1", 1) in suggested("accord pech")
    assert ("word", "pêche", "pêche", 2) in suggested("pêc")
    assert ("word", "le gouvernement", "le gouvernement", 1) in suggested("le gouv")
    assert suggested("") == suggested("  ") == suggested("pech", 0) == []
    assert len(suggested("p", 2)) <= 2
    assert suggested("x" * 10_000) == []


def test_stop_words_are_not_suggested(press: WhooshEngine) -> None:
    words = [s.text for s in press.suggest("su", 10, "fr") if s.kind == "word"]
    assert "sur" not in words


def test_similar(press: WhooshEngine) -> None:
    found = press.similar("fr1", 5, "fr")
    assert found is not None
    assert found[0].id == "fr2"
    assert "fr1" not in [result.id for result in found]
    assert press.similar("absent", 5, "fr") is None


def test_document(press: WhooshEngine) -> None:
    view = press.document("fr1", "en", "peche")
    assert view is not None
    assert [view.text[a:b] for a, b in view.highlights.body_offsets] == ["pêche", "pêche"]
    assert view.organization_spans["onu"] == ((0, 1),)
    assert view.path == ""
    assert view.date_origin == "metadata"


def test_status(press: WhooshEngine) -> None:
    status = press.status()
    assert (status.documents, dict(status.languages)) == (4, {"fr": 3, "en": 1})
    assert status.skipped == 0


def test_search_out_of_time_is_an_error_with_a_remedy(press: WhooshEngine) -> None:
    hurried = WhooshEngine(press.directory, Budget(search=-1.0))
    with pytest.raises(SearchTimeout):
        hurried.search(SearchRequest(q="accord"))


def test_missing_index(tmp_path: Any) -> None:
    with pytest.raises(IndexMissing):
        WhooshEngine(IndexDirectory(tmp_path)).search(SearchRequest())


def test_another_generation_is_served_without_a_restart(
    engine_of: Callable[..., Engine], make_entry: Any
) -> None:
    engine = engine_of(make_entry("a", "accord"))
    assert ids(engine, "accord") == ["a"]
    engine_of(make_entry("b", "accord", organizations=["otan"]))
    while ids(engine, "accord") == ["a"]:  # a cluster is asked once a second
        sleep(0.1)
    assert ids(engine, "accord") == ["b"]
    assert engine.suggest("nato", 3, "fr")[0].value == "otan"


def test_threads_share_an_engine(press: WhooshEngine) -> None:
    fresh = WhooshEngine(IndexDirectory(press.directory.path))
    expected = press.search(SearchRequest(q="pêche", locale="en"))
    found: list[Any] = []

    def ask() -> None:
        for _ in range(5):
            found.append(fresh.search(SearchRequest(q="pêche", locale="en")))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 30
    assert all(f.results == expected.results and f.facets == expected.facets for f in found)
