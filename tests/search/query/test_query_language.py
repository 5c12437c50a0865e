"""Every example of docs/query-language.md means what the page says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.query import parse

PAGE = Path(__file__).parents[3] / "docs" / "query-language.md"
ANALYZERS = ("ar", "de", "en", "es", "fr", "it", "pt", "und")


def rows(header: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| typed "):
            inside = line == f"| typed | {header} |"
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("| ---"):
            match = re.fullmatch(r"\| `(.*)` \| (?:`(.*)` )?\|", line)
            assert match, line
            yield match[1], match[2] or ""


UNDERSTOOD = list(rows("understood"))


@pytest.mark.parametrize(("typed", "understood"), UNDERSTOOD)
def test_is_understood_as_documented(typed: str, understood: str) -> None:
    assert parse(typed, ANALYZERS).understood == understood


@pytest.mark.parametrize(
    ("typed", "understood"), [row for row in UNDERSTOOD if not row[0].endswith("?")]
)
def test_what_is_understood_means_the_same(typed: str, understood: str) -> None:
    assert parse(understood, ANALYZERS).tree == parse(typed, ANALYZERS).tree


@pytest.mark.parametrize(("typed", "code"), list(rows("warning")))
def test_warns_as_documented(typed: str, code: str) -> None:
    warnings = [notice.code for notice in parse(typed, ANALYZERS).warnings]
    assert code in warnings if code else not warnings


def test_every_warning_is_documented() -> None:
    written = set(re.findall(r"`([a-z]+_[a-z_]+|question|relaxed)`", PAGE.read_text("utf-8")))
    root = Path(__file__).parents[3] / "search"
    given = set()
    for path in [*(root / "query").glob("*.py"), *(root / "scoring").glob("*.py")]:
        source = path.read_text("utf-8")
        given |= set(re.findall(r'(?:notices\.add|Notice)\(\s*"([a-z_]+)"', source))
    assert given
    assert given <= written
