"""Both engines over the same archives, and the report of what was compared."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.contract import archives
from tests.contract.archives import Both

ARCHIVES = {"samples": 1, "press": 3}
"""Archives, and the shards that they have on a cluster."""


@pytest.fixture(scope="session")
def archive_of(node: Any, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the engines over an archive by name, made when first asked for."""
    made: dict[str, Both] = {}

    def engines(name: str) -> Both:
        if name not in made:
            if name == "press" and not archives.PRESS.is_dir():
                pytest.skip(f"the press archive is not at {archives.PRESS}")
            root = archive
            if name == "press":
                root = archives.built_press(tmp_path_factory.mktemp("press"))
            made[name] = archives.both(name, root, node.cluster, node.new_name(), ARCHIVES[name])
        return made[name]

    return engines


@pytest.fixture(scope="session", params=ARCHIVES)
def both(archive_of: Any, request: pytest.FixtureRequest) -> Both:
    """Both engines over every archive."""
    engines: Both = archive_of(request.param)
    return engines


@pytest.fixture(scope="session")
def samples(archive_of: Any) -> Both:
    """Both engines over the sample archive."""
    engines: Both = archive_of("samples")
    return engines


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many requests were compared, archive by archive, and what differed."""
    rows: dict[str, Counter[str]] = {}
    lines: Counter[tuple[str, str]] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            counted = dict(getattr(report, "user_properties", ())).get("contract")
            if counted and report.when == "call":
                name = counted["archive"]
                row = rows.setdefault(name, Counter())
                row["kinds"] += 1
                row["requests"] += counted["requests"]
                row["equal"] += counted["equal"]
                row["unexplained"] += counted["unexplained"]
                lines.update({(name, line): count for line, count in counted["known"].items()})
    if not rows:
        return
    terminalreporter.section("both engines compared")
    for name, row in sorted(rows.items()):
        terminalreporter.write_line(
            f"{name}: {row['kinds']} kinds, {row['requests']} requests, {row['equal']} equal,"
            f" {row['requests'] - row['equal']} different, {row['unexplained']} of them unexplained"
        )
        for (archive_name, line), count in sorted(lines.items()):
            if archive_name == name:
                terminalreporter.write_line(f"  {count} by “{line}”")
