"""Slow and greedy clients cost an ordinary search little."""

from pathlib import Path

import pytest

from tools.bench.siege import siege

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.mark.long
def test_no_client_stops_an_ordinary_search() -> None:
    figures = siege(SEEDS, 10.0)
    assert [under for under in figures if figures[under]["failed"]] == []
    alone, under_all = figures["alone"]["p99"], figures["all"]["p99"]
    assert under_all < 4 * alone, figures
