"""The load over HTTP runs and no answer fails; how fast answers are is for no test to say."""

import shutil
from pathlib import Path

import pytest

from index.build import BuildOptions, rebuild
from tools.bench.answers import BARE, FORMS, draw, measure, section

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")
def test_services_are_asked_and_answer(tmp_path: Path) -> None:
    index = tmp_path / "ix"
    rebuild(index, [SEEDS], BuildOptions())
    assert len(draw(index, 200)) == 200
    services = measure(index, "", (1, 4), 1, 100)
    assert services[-1].name == BARE
    for service in services:
        for kind, cell in service.cells.items():
            assert cell.rate > 0, (service.name, kind)
            assert not cell.failed, (service.name, kind)
            assert cell.processor > 0, (service.name, kind)
    assert {kind[0] for kind in services[0].cells} == set(FORMS)
    tables = section(services, "here").tables
    assert [len(table.rows) for table in tables] == [4, 4, 4, 4]
