"""Tables by which a desk teaches: CSV files in UTF-8 with a header."""

import csv
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from index.errors import VocabularyError

_MAX_FIELD = 64 * 1024 * 1024
"""Characters of a cell at most."""


def read_table(
    path: Path,
    has_columns: Callable[[Collection[str]], bool],
    take: Callable[[Mapping[str, str], int], None],
    remedy: str,
) -> None:
    """Hand every row that is not empty to ``take``, by column, with the line where it begins.

    Columns stand between commas, semicolons or tabs. ``has_columns`` tells whether those of the
    header do; ``take`` raises ValueError with the reason for a row that does not. Raises
    VocabularyError with file, line, reason and remedy at the first row that is malformed.
    """

    def fault(line: int, reason: str) -> VocabularyError:
        return VocabularyError(f"“{path}”, line {line}: {reason}.", remedy)

    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise VocabularyError(f"“{path}” cannot be read ({error.strerror}).", remedy) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise fault(line, "it is not UTF-8") from error
    csv.field_size_limit(_MAX_FIELD)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    columns: list[str] = []
    line = 1
    try:
        for cells in rows:
            if not columns:
                columns = _columns(cells, has_columns)
            elif any(map(str.strip, cells)):
                if len(cells) != len(columns):
                    raise ValueError(f"{len(cells)} cells, not {len(columns)}")
                take(dict(zip(columns, map(str.strip, cells), strict=True)), line)
            line = rows.line_num + 1
    except csv.Error as error:
        raise fault(rows.line_num, str(error)) from error
    except ValueError as error:
        raise fault(line, str(error)) from error
    if not columns:
        raise fault(1, "the file is empty")


def _columns(cells: list[str], has_columns: Callable[[Collection[str]], bool]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if not has_columns(names):
        raise ValueError(f"the columns are {', '.join(names)}")
    if len(set(names)) < len(names):
        raise ValueError("a column stands twice")
    return names
