"""A fault at a file operation of a command: what was published stays, and the command says so.

``python -m tools.faults`` strikes at every operation and prints a table.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from tools.faults.campaign import COMMANDS, Site, site, strike
from tools.faults.layer import FAULTS


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("faults")) as place:
        yield place


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("points", "first"),
    [
        pytest.param(6, 0.05, marks=pytest.mark.long),
        pytest.param(10_000, 0, marks=pytest.mark.exhaustive),
    ],
)
def test_what_is_published_survives(
    place: Site, command: str, fault: str, points: int, first: float
) -> None:
    """Strike at ``points`` operations, spread from this share of all of them to the last."""
    last = place.points(command, fault)
    spread = np.linspace(1 + first * (last - 1), last, min(points, last)).astype(int).tolist()
    assert [wrong for point in spread for wrong in strike(place, command, fault, point)] == []
