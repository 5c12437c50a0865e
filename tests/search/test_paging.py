"""Totals, the order of results, pages and cursors (promise 6)."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import IndexDirectory
from index.build import index_documents
from search.engine import SearchResponse
from search.request import CursorError, InvalidRequest, SearchRequest, decode_cursor, parse_request
from search.whoosh_engine import WhooshEngine

ORDERS = [
    {"q": "zanova mirka"},
    {"q": "zanova OR toluma", "sort": "relevance"},
    {"q": "zanova", "sort": "-date"},
    {"q": "zanova", "sort": "date"},
    {},
    {"sort": "date"},
    {"sort": "relevance"},
]


def walk(ask: Callable[[str], SearchResponse]) -> list[SearchResponse]:
    """Follow a cursor to the end."""
    answers = [ask("*")]
    while (cursor := answers[-1].next_cursor) is not None:
        answers.append(ask(cursor))
    return answers


@pytest.mark.parametrize("parameters", ORDERS)
def test_pages_and_cursor_give_one_order(search: Any, parameters: dict[str, str]) -> None:
    parameters = {**parameters, "match": "all"}
    whole = search(**parameters, per_page="100")
    ids = [result.id for result in whole.results]
    ids += [r.id for r in search(**parameters, per_page="100", page="2").results]
    assert len(ids) == len(set(ids)) == whole.total

    pages = [
        search(**parameters, per_page="7", page=str(n)) for n in range(1, whole.total // 7 + 3)
    ]
    assert [result.id for page in pages for result in page.results] == ids
    assert {page.total for page in pages} == {whole.total}
    assert pages[-1].results == ()

    walked = walk(lambda cursor: search(**parameters, per_page="7", cursor=cursor))
    assert [result.id for page in walked for result in page.results] == ids
    assert {page.total for page in walked} == {whole.total}


def test_orders(search: Any) -> None:
    def published(**parameters: str) -> list[str | None]:
        return [result.published for result in search(**parameters, per_page="100").results]

    newest = [moment for moment in published(sort="-date") if moment]
    dated = sum(1 for _ in newest)
    assert [moment[:4] for moment in newest] == sorted((m[:4] for m in newest), reverse=True)
    oldest = published(sort="date")
    assert all(oldest[: min(dated, 100)])
    assert [m[:4] for m in oldest if m] == sorted(m[:4] for m in oldest if m)

    results = search(q="zanova OR mirka", per_page="100").results
    scores = [result.score for result in results]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0


def test_equal_scores_are_newest_first_then_by_id(engine_of: Any, make_entry: Any) -> None:
    entry = make_entry
    engine = engine_of(
        entry("b", "zanova", date="2024-01-01"),
        entry("a", "zanova", date="2024-01-01"),
        entry("old", "zanova", date="2020"),
        entry("undated", "zanova"),
        entry("new", "zanova", date="2025-05"),
    )

    def ids(**parameters: str) -> list[str]:
        args = {name: [value] for name, value in parameters.items()}
        return [result.id for result in engine.search(parse_request(args, "fr")).results]

    assert ids(q="zanova") == ["new", "a", "b", "old", "undated"]
    assert ids(sort="-date") == ["new", "a", "b", "old", "undated"]
    assert ids(sort="date") == ["old", "a", "b", "new", "undated"]


def test_cursor_belongs_to_its_search(search: Any) -> None:
    cursor = search(q="zanova", per_page="2", cursor="*").next_cursor
    assert cursor.replace("-", "").replace("_", "").isalnum()
    for other in ({"q": "mirka"}, {"q": "zanova", "lang": "fr"}, {"q": "zanova", "sort": "date"}):
        with pytest.raises(InvalidRequest) as raised:
            search(**other, cursor=cursor)
        assert [fault.code for fault in raised.value.faults] == ["cursor_mismatch"]
    assert search(q="zanova", per_page="5", facets="", locale="en", cursor=cursor).results


def test_cursor_belongs_to_what_a_query_means_in_its_language(search: Any) -> None:
    walk = {"q": "zanova O mirka", "per_page": "2", "facets": ""}
    cursor = search(**walk, locale="es", cursor="*").next_cursor
    assert search(**walk, locale="it", cursor=cursor).results
    assert search(**{**walk, "q": "zanova OR mirka"}, locale="fr", cursor=cursor).results
    with pytest.raises(InvalidRequest) as raised:
        search(**walk, locale="fr", cursor=cursor)
    assert [fault.code for fault in raised.value.faults] == ["cursor_mismatch"]


def test_altered_cursor_is_refused(search: Any) -> None:
    cursor = search(q="zanova", per_page="2", cursor="*").next_cursor
    other = ("C" if cursor.startswith("B") else "B") + cursor[1:]
    for altered in (cursor[:-3], cursor + "AAAA", other, cursor[::-1], cursor + "!"):
        with pytest.raises(CursorError):
            decode_cursor(altered)


@pytest.mark.parametrize("parameters", [{"q": "zanova"}, {"sort": "-date"}, {"sort": "date"}])
def test_cursor_goes_on_in_another_generation(
    entries: list[Any], tmp_path: Path, parameters: dict[str, str]
) -> None:
    engine = WhooshEngine(IndexDirectory(tmp_path))
    index_documents(tmp_path, entries)

    def ask(cursor: str) -> SearchResponse:
        args = {name: [value] for name, value in parameters.items()}
        return engine.search(parse_request({**args, "cursor": [cursor], "per_page": ["10"]}, "fr"))

    first = ask("*")
    assert first.next_cursor is not None
    last = first.results[-1].id
    index_documents(tmp_path, [entry for entry in entries if entry[0].id != last])
    second = ask(first.next_cursor)
    assert [notice.code for notice in second.warnings] == ["generation_changed"]
    assert not {r.id for r in first.results} & {r.id for r in second.results}
    rest = walk_from(ask, second)
    assert not [notice for answer in rest[1:] for notice in answer.warnings]
    if "q" not in parameters:  # scores differ a little in another generation, dates do not
        ids = [r.id for answer in (first, *rest) for r in answer.results]
        assert len(ids) == len(set(ids)) == len(entries)


def walk_from(ask: Callable[[str], SearchResponse], answer: SearchResponse) -> list[SearchResponse]:
    answers = [answer]
    while answers[-1].next_cursor is not None:
        answers.append(ask(answers[-1].next_cursor))
    return answers


def test_same_question_same_answer(search: Any) -> None:
    answers = [search(q="zanova mirka", per_page="50") for _ in range(3)]
    for one, other in itertools.pairwise(answers):
        assert one.results == other.results
        assert one.facets == other.facets


def test_page_behind_the_last(engine: WhooshEngine) -> None:
    response = engine.search(SearchRequest(q="zanova", page=100))
    assert response.results == ()
    assert response.total > 0


def test_cursor_of_nothing(search: Any) -> None:
    response = search(q="introuvable", cursor="*")
    assert (response.total, response.results, response.next_cursor) == (0, (), None)
