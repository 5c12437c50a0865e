"""A short soak; ``python -m tools.soak`` runs a long one."""

import pytest

from tools.soak import soak


@pytest.mark.long
def test_many_updates_while_clients_search(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak(updates=40, clients=4, descriptors=256), capsys.readouterr().out
