"""The command ``trouvaille search``."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from index.build import index_documents
from index.errors import UsageError
from search.cli import search


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, make_entry: Any) -> Path:
    root = tmp_path_factory.mktemp("cli")
    index_documents(
        root,
        [
            make_entry("a", "Un accord & des <b>accords</b>.", title="Accord", date="2024-03-12"),
            make_entry("b", "Un accord.", organizations=["onu"], source="Agence"),
            make_entry("c", "Autre chose."),
        ],
    )
    return root


def run(index: Path, *arguments: str) -> Result:
    return CliRunner().invoke(search, ["--index", str(index), *arguments])


def test_plain_answer(index: Path) -> None:
    result = run(index, "accord")
    assert result.exit_code == 0
    assert result.output.startswith("2 of 3 documents for accord\n")
    assert "Un accord & des <b>accords</b>." in result.output
    assert "2024-03-12  fr  a" in result.output
    assert "Organization: Organisation des Nations unies (1)" in result.output
    assert "Date: 2024-03-12 (1), undated (1)" in result.output


def test_words_may_stand_without_quotes(index: Path) -> None:
    assert run(index, "autre", "chose").output.startswith("1 of 3")
    assert run(index, "--", "accord", "-autre").output.startswith("2 of 3")
    assert run(index).output.startswith("3 of 3 documents\n")


def test_json_answer(index: Path) -> None:
    answer = json.loads(
        run(index, "accord", "--json", "--organization", "UN", "--facets", "").output
    )
    assert answer["query"]["organization"] == ["onu"]
    assert (answer["total"], answer["pages"], answer["facets"]) == (1, 1, {})
    (result,) = answer["results"]
    assert result["id"] == "b"
    assert result["highlights"]["body"] == ["Un <mark>accord</mark>."]
    assert answer["links"]["next"] is None


@pytest.mark.parametrize(
    ("arguments", "total"),
    [
        (["--from", "2024", "--to", "2024-03"], 1),
        (["--undated", "only"], 2),
        (["--source", "Agence"], 1),
        (["--exclude-organization", "onu"], 2),
        (["--lang", "fr", "--lang", "en"], 3),
        (["--theme", "culture"], 0),
    ],
)
def test_filters(index: Path, arguments: list[str], total: int) -> None:
    assert run(index, *arguments).output.startswith(f"{total} of 3")


def test_pages_and_cursor(index: Path) -> None:
    second = run(index, "--sort", "date", "--per-page", "2", "--page", "2")
    assert "  3. " in second.output
    walked = run(index, "--cursor", "*", "--per-page", "2").output
    cursor = walked.rstrip().rpartition("Next: --cursor ")[2]
    assert "c\n" in run(index, "--cursor", cursor, "--per-page", "2").output


def test_notices_are_shown(index: Path) -> None:
    assert "Note: No document has all" in run(index, "accord introuvable zut").output


def test_faults_are_one_usage_error(index: Path) -> None:
    result = run(index, "--from", "hier", "--page", "0", "--sort", "up")
    assert isinstance(result.exception, UsageError)
    message = result.exception.message
    for part in (
        "--from hier: Expected: 2024",
        "--page 0: Expected a number of at least 1.",
        "--sort up: Expected",
    ):
        assert part in message


def test_index_from_the_environment(index: Path) -> None:
    result = CliRunner().invoke(search, ["accord"], env={"TROUVAILLE_INDEX": str(index)})
    assert result.exit_code == 0


def test_control_characters_of_documents_stay_off_the_terminal(
    tmp_path: Path, make_entry: Any
) -> None:
    index_documents(tmp_path, [make_entry("a\x1b]", "x\x1b[2J", title="t\x1b", source="s\x1b[31m")])
    output = run(tmp_path).output
    assert "\x1b" not in output
    assert "Source: s[31m (1)" in output
