"""Retrieval is at least as good as Lucene's, on every judged set."""

from pathlib import Path

import pytest

from tools.quality.retrieval import evaluate, judged


@pytest.mark.long
@pytest.mark.parametrize("name", [each.name for each in judged.SETS])
def test_at_least_as_good_as_lucene(name: str, tmp_path: Path) -> None:
    if not judged.FOLDER.is_dir():
        pytest.skip(f"the judged sets are not there: {judged.FOLDER}")
    (judged_set,) = (each for each in judged.SETS if each.name == name)
    archive = evaluate.index(judged_set, tmp_path)
    found = evaluate.score(judged_set, evaluate.through_the_engine(archive))
    assert getattr(found, judged_set.measure) >= judged_set.baseline.lucene


def test_figures_by_hand() -> None:
    found = {"a": ["x", "right", "second"], "b": ["wrong"]}
    relevant = {"a": {"right": 2, "second": 1}, "b": {"right": 1}}
    figures = judged.figures(found, relevant)
    assert figures.queries == 2
    assert figures.mrr == pytest.approx(0.25)
    assert figures.success == pytest.approx(0.5)
    # (2 / log2 3 + 1 / log2 4) / (2 / log2 2 + 1 / log2 3), and 0 for the other query.
    assert figures.ndcg == pytest.approx(0.66968 / 2, abs=1e-4)
