"""With compiled loops and without them the same is found, in the same order."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from index import IndexDirectory, kernels
from index.build import index_documents
from index.document import Document, Fields, Language, Span
from index.publishing import LiveSegment, building
from index.segments import BuildRecord, Draft, analyse_drafts, draft, write_segment
from search.engine import SearchResponse
from search.request import parse_request
from search.results import Budget
from search.whoosh_engine import WhooshEngine
from tools.bench.question import Entry
from tools.bench.synthetic import entries, word

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


def in_languages(count: int, first: int = 0) -> Iterator[Entry]:
    """Yield documents in three languages, some of them partly in another."""
    for number, (document, fields) in enumerate(islice(entries(first + count), first, None)):
        half = Span(0, len(document.text) // 2)
        parts = ((half, "en"),) if number % 5 == 0 else ()
        language = Language(("fr", "de", "fr", "en")[number % 4], parts=parts)
        yield document, replace(fields, language=language)


@pytest.fixture(scope="module", params=["whole", "divided"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four thousand documents: enough for the ways that NumPy goes only where there are many.

    Divided, they are in two segments, in several languages, and a third of the first is deleted.
    """
    folder = tmp_path_factory.mktemp("kernels") / "index"
    if request.param == "whole":
        index_documents(folder, entries(4_000)).close()
        return folder
    (first,) = index_documents(folder, in_languages(2_000)).manifest.segments
    live = np.arange(2_000) % 3 != 0
    with building(folder) as site:
        new = analyse_drafts(drafts(in_languages(1_000, 2_000)))
        info = write_segment(site.segment_folder, new)
        parts = [LiveSegment(first, live), LiveSegment.of(info)]
        site.publish(parts, BuildRecord({}))
    return folder


def drafts(documents: Iterable[Entry]) -> list[Draft]:
    return [draft(*entry) for entry in documents]


@pytest.fixture
def engines(folder: Path) -> Iterator[tuple[WhooshEngine, WhooshEngine]]:
    """Two engines that keep nothing for each other; which has the loops is for ``ask`` to say."""
    before = kernels.active
    # Neither leaves anything out for want of time.
    budget = Budget(60, 60, 60, 60)
    yield WhooshEngine(IndexDirectory(folder), budget), WhooshEngine(IndexDirectory(folder), budget)
    kernels.use(before)


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
    # Every text by itself, and of every kind some with each parameter.
    for text in typed()[:: 7 if more else 1]:
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


def test_a_language_that_only_deleted_documents_had_counts_for_those_partly_in_it(
    tmp_path: Path,
) -> None:
    def said_in(id: str, text: str, language: str, parts: tuple[str, ...] = ()) -> Entry:
        spans = tuple((Span(0, len(text)), code) for code in parts)
        return Document(id=id, text=text, title="t"), Fields(
            language=Language(language, parts=spans)
        )

    side_by_side = "accord nation " + "mot " * 10
    documents = [
        said_in("gone", side_by_side, "fr"),
        said_in("near", side_by_side, "fr", ("en",)),
        said_in("far", "accord " + "mot " * 10 + "nation", "en"),
        *[said_in(f"other-{number}", "rien du tout", "fr") for number in range(5)],
    ]
    with building(tmp_path) as site:
        info = write_segment(site.segment_folder, analyse_drafts(drafts(documents)))
        segment = LiveSegment(info, np.arange(info.documents) > 0)
        site.publish([segment], BuildRecord({}))
    before = kernels.active
    request = parse_request({"q": ["accord nation"]}, "fr")
    assert kernels.activate()
    with_loops = WhooshEngine(IndexDirectory(tmp_path)).search(request)
    kernels.deactivate()
    without = WhooshEngine(IndexDirectory(tmp_path)).search(request)
    kernels.use(before)
    assert [result.id for result in without.results] == ["near", "far"]
    assert said(with_loops) == said(without)


def test_loops_that_cannot_be_loaded_are_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise ImportError("Numba needs NumPy 2.9 or less")

    monkeypatch.setattr(kernels, "_loaded", None)
    monkeypatch.setattr(kernels, "_load", refuse)
    assert not kernels.activate()
    assert "Numba needs NumPy 2.9 or less" in caplog.text
