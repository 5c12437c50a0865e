"""Reading vocabulary files: UTF-8 lines, ``#`` comments, faults named by file and line."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from index.errors import VocabularyError
from index.vocabularies.folding import fold_key


class Row(NamedTuple):
    """One row of a vocabulary file with the place it stands at."""

    file: str
    line: int
    cells: tuple[str, ...]

    def fault(self, reason: str) -> VocabularyError:
        """Return the error that refuses this row."""
        return VocabularyError(
            f"{self.file}, line {self.line}: {reason}.", "Correct that row and start again."
        )


def read_rows(path: Path, separator: str) -> Iterator[Row]:
    """Yield the rows of ``path``, cells stripped; blank lines and comments are left out.

    Raises VocabularyError where the file cannot be read or is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(
            f"{path}: the vocabulary cannot be read ({error}).", "Give a readable UTF-8 file."
        ) from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield Row(path.name, number, tuple(cell.strip() for cell in line.split(separator)))


def slug(name: str) -> str:
    """Make an identifier of a name: folded words joined by hyphens."""
    return fold_key(name).replace("&", "and").replace("+", "plus").replace(" ", "-")
