"""With compiled loops and without them the same is found, in the same order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import kernels
from index.archive import Archive
from index.publishing import index_documents
from search.request import parse_request
from search.response import SearchResponse
from search.whoosh_engine import WhooshEngine
from tests.bench.synthetic import entries, word

pytest.importorskip("numba")

QUESTIONS = [
    {},
    {"from": ["2014"], "to": ["2014-03"]},
    {"from": ["2014"], "undated": ["include"]},
    {"sort": ["date"]},
    {"theme": ["conflict"], "facets": ["organization,theme"]},
    {"exclude_theme": ["conflict"], "facet_size": ["3"]},
    {"page": ["3"], "per_page": ["7"]},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four thousand documents: enough for the ways that NumPy goes only where there are many."""
    folder = tmp_path_factory.mktemp("kernels") / "index"
    index_documents(folder, entries(4_000)).close()
    return folder


@pytest.fixture
def engines(folder: Path) -> Iterator[tuple[WhooshEngine, WhooshEngine]]:
    """Two engines that keep nothing for each other; which has the loops is for ``ask`` to say."""
    before = kernels.active
    yield WhooshEngine(Archive(folder)), WhooshEngine(Archive(folder))
    kernels.active = before


def typed() -> list[str]:
    """Return questions of frequent, middling and rare words."""
    texts = [""]
    for first, second in ((0, 3), (40, 200), (150, 900), (700, 2), (3_000, 5_000)):
        one, other = word(first), word(second)
        texts += [one, f"{one} {other}", f"{one} OR {other}", f'"{one} {other}"', f"{one} -{other}"]
        texts += [f"title:{one}", f'"{one} {other}"~9', f"{other[:2]}*", f"{one}~ {other}"]
        texts.append(f"({one} OR {other}) AND ({word(first + 1)} OR {word(second + 1)})")
    return texts


@pytest.mark.parametrize("more", QUESTIONS, ids=str)
def test_answers_are_the_same(
    engines: tuple[WhooshEngine, WhooshEngine], more: dict[str, list[str]]
) -> None:
    compiled, plain = engines
    for text in typed():
        request = parse_request({"q": [text], **more}, "fr")
        assert kernels.activate()
        with_loops = compiled.search(request)
        kernels.deactivate()
        without = plain.search(request)
        assert said(with_loops) == said(without), text
        worth = [[result.score for result in each.results] for each in (with_loops, without)]
        assert worth[0] == pytest.approx(worth[1], rel=1e-5, abs=1e-6)


def said(answer: SearchResponse) -> tuple[object, ...]:
    ids = [result.id for result in answer.results]
    return answer.total, ids, answer.facets, answer.suggestion, answer.warnings
