"""The measurement of formats: what it counts as right."""

from pathlib import Path

from click.testing import CliRunner

from tests.index.readers import made
from tools.quality.formats import error_rate, main

COLUMNS = [
    "file",
    "outcome",
    "title",
    "date",
    "language",
    "author",
    "documents",
    "attachments",
    "first_words",
]


def table(folder: Path, *rows: dict[str, str]) -> list[str]:
    lines = ["\t".join(COLUMNS), *("\t".join(row.get(c, "") for c in COLUMNS) for row in rows)]
    (folder / "MANIFEST.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    result = CliRunner().invoke(main, [str(folder), "--misses"])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_right_and_wrong_values_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.eml").write_bytes(made.mail())
    (tmp_path / "mail" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    right = {
        "file": "mail/a.eml",
        "outcome": "read",
        "title": made.TITLE,
        "date": "2019-11-14T09:41:00+01:00",
        "language": "fr",
        "author": "Anne Exemple",
        "documents": "1",
        "attachments": "0",
        "first_words": made.TEXT,
    }
    picture = {"file": "mail/b.png", "outcome": "ocr"}
    lines = table(tmp_path, right, picture)
    assert lines[-1] == "| all | 2 of 2 | 1 of 1 | 1 of 1 | 1 of 1 | 1 of 1 | 1 of 1 | 1 of 1 |"
    wrong = right | {"title": "Autre", "date": "2019-11-15", "language": "de", "attachments": "1"}
    lines = table(tmp_path, wrong, picture | {"outcome": "read"})
    assert "| all | 1 of 2 | 0 of 1 | 0 of 1 | 0 of 1 | 1 of 1 | 0 of 1 | 1 of 1 |" in lines
    assert any(line.startswith("mail/a.eml: title: ") for line in lines)


def test_the_error_rate_is_that_of_the_nearest_part() -> None:
    assert error_rate("avant  un port de peche apres", "un port de pêche") == 1 / 16
    assert error_rate("", "un port") == 1
    assert error_rate("un\nport", "un port") == 0
