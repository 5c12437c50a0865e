"""The plan for large archives: the page has what the program computes."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench.scaling import Measured, main, plan

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"


def test_the_page_has_what_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    page = PAGE.read_text("utf-8")
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(rows) > 30
    assert [row for row in rows if row not in page] == []


COSTS = [
    field.name
    for field in fields(Measured)
    if field.name.endswith(("_bytes", "_ms", "_us")) or field.name in ("documents", "copies")
]


@given(name=st.sampled_from(COSTS), factor=st.integers(2, 20))
def test_what_costs_more_needs_no_less(name: str, factor: int) -> None:
    given_ = Measured()
    dearer = replace(given_, **{name: getattr(given_, name) * factor})
    one, other = plan(given_), plan(dearer)
    assert other.nodes >= one.nodes
    assert other.indexers >= one.indexers
    assert other.disk_gb >= one.disk_gb
    assert other.extract_hours >= one.extract_hours
    assert other.query_cores >= one.query_cores
    assert other.network_gbit >= one.network_gbit
