"""What stands below the documents that match: those with most of the words."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search import SearchResponse, WhooshEngine, parse_request

WORDS = ("zanova", "mirka", "tolbek", "varunda")
"""A document for each set of these words; they mean nothing in any language."""
Search = Callable[..., SearchResponse]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    folder = tmp_path_factory.mktemp("below")
    rows = [
        {
            "id": "".join(word[0] for number, word in enumerate(WORDS) if chosen >> number & 1),
            "text": " ".join(word for number, word in enumerate(WORDS) if chosen >> number & 1)
            + f" gris numéro {chosen}",
            "source": "even" if chosen % 2 else "odd",
            "lang": "fr",
        }
        for chosen in range(1, 16)
    ]
    (folder / "rows.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    rebuild(folder / "index", [folder / "rows.jsonl"], BuildOptions(workers=0))
    engine = WhooshEngine(IndexDirectory(folder / "index"))

    def run(q: str, **others: str) -> SearchResponse:
        return engine.search(
            parse_request({"q": [q], **{name: [value] for name, value in others.items()}}, "fr")
        )

    return run


def ids(response: SearchResponse) -> list[str]:
    return [Path(result.id).name for result in response.results]


@given(
    asked=st.lists(st.sampled_from(WORDS), min_size=2, unique=True),
    size=st.integers(1, 20),
    filters=st.sampled_from(({}, {"source": "even"}, {"exclude_source": "even"})),
)
def test_what_matches_comes_first_and_alone_is_counted(
    search: Search, asked: list[str], size: int, filters: dict[str, str]
) -> None:
    q, per_page = " ".join(asked), str(size)
    every = search(q, per_page=per_page, match="all", **filters)
    filled = search(q, per_page=per_page, **filters)
    assert every.division is None
    assert (every.total, every.facets) == (filled.total, filled.facets)
    assert ids(filled)[: len(every.results)] == ids(every)
    below = ids(filled)[len(every.results) :]
    if below:
        assert filled.division == len(every.results) == every.total
        assert len(below) == min(filled.more, size - every.total)
        initials = {word[0] for word in asked}
        had = [len(initials & set(id.rpartition("#")[2])) for id in below]
        assert all(1 < count < len(initials) for count in had)
        if filters:
            kept = {result.source for result in filled.results}
            assert kept == ({"even"} if "source" in filters else {"odd"})
    elif filled.total:
        assert filled.division is None


@pytest.mark.parametrize(
    ("q", "others"),
    [
        ("zanova AND mirka AND tolbek", {}),
        ('"zanova mirka tolbek"', {}),
        ("zanova mirka tolbek", {"sort": "-date"}),
        ("zanova mirka tolbek", {"cursor": "*"}),
        ("zanova mirka tolbek", {"page": "2"}),
        ("zanova", {}),
    ],
)
def test_a_list_ends_where_all_is_meant(search: Search, q: str, others: dict[str, str]) -> None:
    response = search(q, **others)
    assert response.division is None
    assert len(response.results) <= response.total


def test_the_words_in_quotation_marks_are_never_missing(search: Search) -> None:
    response = search('"zanova mirka" tolbek varunda', per_page="15")
    assert response.total == 1
    assert response.division == 1
    assert all({"z", "m"} <= set(id.rpartition("#")[2]) for id in ids(response))
    assert all("<mark>" in "".join(one.highlights.body) for one in response.results)


def test_quotation_marks_in_a_pasted_sentence_are_a_wish(search: Search) -> None:
    response = search('tolbek : "zanova varunda" pour la mirka grise')
    assert {notice.code for notice in response.warnings} == {"question"}
    assert response.total > 5


CHINESE = ("大学在北京的西边", "这所学校有很多学生", "今天的天气非常好")


def test_a_run_without_spaces_ranks_by_its_pairs(tmp_path: Path) -> None:
    rows = [{"id": str(number), "text": text * 3} for number, text in enumerate(CHINESE)]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    rebuild(tmp_path / "index", [tmp_path / "rows.jsonl"], BuildOptions(workers=0))
    engine = WhooshEngine(IndexDirectory(tmp_path / "index"))
    response = engine.search(parse_request({"q": ["大学在哪里"]}, "fr"))
    assert ids(response)[0].endswith("0")
    as_typed = engine.search(parse_request({"q": ["大学在北京"]}, "fr"))
    assert (as_typed.total, ids(as_typed)[0][-1]) == (1, "0")
