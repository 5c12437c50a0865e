"""What the vocabularies of organizations and themes share: rows of a file, lookup of an entry."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from index.analysis import fold_key
from index.errors import VocabularyError


class Row(NamedTuple):
    """One row of a vocabulary file: its cells, and where it stands."""

    file: str
    line: int
    cells: tuple[str, ...]

    def error(self, reason: str) -> VocabularyError:
        """Return the error that refuses this row."""
        return VocabularyError(
            f"{self.file}, line {self.line}: {reason}.", "Correct that row and start again."
        )


def read_rows(path: Path, separator: str) -> Iterator[Row]:
    """Yield the rows of a UTF-8 file, cells stripped, without blank lines and ``#`` comments.

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


def split_list(cell: str) -> list[str]:
    """Return the items of a cell, which ``;`` separates, without empty ones."""
    return [item for item in map(str.strip, cell.split(";")) if item]


class Entry(Protocol):
    """What a vocabulary has an entry for."""

    def label(self, locale: str) -> str:
        """Return the name to show in ``locale``."""

    def all_names(self) -> Iterable[str]:
        """Return the names in all languages."""


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True)
class Vocabulary(Generic[EntryT]):
    """Entries by identifier, and identifiers by folded name."""

    entries: Mapping[str, EntryT]
    aliases: Mapping[str, str]

    def label(self, id: str, locale: str) -> str:
        """Return the name of ``id`` in ``locale``; an unknown ``id`` is returned as it is."""
        entry = self.entries.get(id)
        return entry.label(locale) if entry else id

    def names(self, id: str) -> Iterable[str]:
        """Return every name of ``id``, in all languages, each once."""
        entry = self.entries.get(id)
        return dict.fromkeys(entry.all_names()) if entry else ()

    def resolve(self, text: str) -> str | None:
        """Return the id that ``text`` is, or is a name of, whatever its case and accents."""
        return text if text in self.entries else self.aliases.get(fold_key(text))
