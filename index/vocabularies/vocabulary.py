"""Vocabularies: rows of a file, lookup of an entry; languages and their names."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from babel import Locale, UnknownLocaleError

from index.analysis import fold, fold_key
from index.errors import VocabularyError

LANGUAGES: Final = ("fr", "en", "es", "de", "it", "pt", "ar")
"""Languages with vocabularies of organizations, themes and dates."""
DETECTED_LANGUAGES: Final = (*LANGUAGES, "nl", "pl", "ro", "ru", "sv", "tr", "vi")
"""Languages that documents are detected in by default, and whose names for languages are read."""


ValueT = TypeVar("ValueT")


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
    yield from rows_of(path.name, text, separator)


def rows_of(file: str, text: str, separator: str) -> Iterator[Row]:
    """Yield the rows of a text as ``read_rows`` does; ``file`` is its name in errors."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#") and not line.isspace() and line:
            yield Row(file, number, tuple(map(str.strip, line.split(separator))))


def split_list(cell: str) -> list[str]:
    """Return the items of a cell, which ``;`` separates, without empty ones."""
    return list(filter(None, map(str.strip, cell.split(";")))) if cell else []


def read_phrases(path: Path | None) -> tuple[str, ...]:
    """Return the phrases of a file, one a row, folded. Raises VocabularyError."""
    return tuple(fold_key(row.cells[0]) for row in read_rows(path, "\t")) if path else ()


def best_claims(claims: Iterable[tuple[int, str, str]]) -> dict[str, str]:
    """Return ids by alias, from strengths, aliases and ids: the strongest claim has the alias.

    Of claims of one strength that of the last id has it.
    """
    ranked = sorted(claims, key=lambda claim: (claim[0], claim[2]))
    return {alias: id for _, alias, id in ranked}


class Lazy(Mapping[str, ValueT]):
    """A mapping that is made when it is first asked for something."""

    def __init__(self, make: Callable[[], Mapping[str, ValueT]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, ValueT]:
        return self._make()

    def __getitem__(self, key: str) -> ValueT:
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


class ByLanguage(Mapping[str, ValueT]):
    """Values by language; ``read`` reads one when it is first asked for, None if there is none."""

    def __init__(
        self, read: Callable[[str], ValueT | None], languages: Collection[str] = LANGUAGES
    ) -> None:
        self._read, self._languages = read, languages

    def __getitem__(self, key: str) -> ValueT:
        value = self._read(key) if key in self._languages else None
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return (code for code in self._languages if self._read(code) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Entry(Protocol):
    """What a vocabulary has an entry for."""

    def label(self, locale: str) -> str:
        """Return the name to show in ``locale``."""

    def all_names(self) -> Iterable[str]:
        """Return the names in all languages."""


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, eq=False)
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


class LanguageNames:
    """The vocabulary of languages: ISO 639-1 codes with their names."""

    def label(self, code: str, locale: str) -> str:
        """Return the name of a language in ``locale``; the code where Babel has none."""
        return _name(code, locale) or code

    def names(self, code: str) -> Iterable[str]:
        """Return the names of a language in the detected languages and in itself, each once."""
        names = (_name(code, locale) for locale in (*DETECTED_LANGUAGES, code))
        return dict.fromkeys(name for name in names if name)

    def resolve(self, text: str) -> str:
        """Return the code that ``text`` is (``fr-FR`` too) or names; else ``text``, lower case."""
        code = re.split("[-_]", text.strip().lower(), maxsplit=1)[0]
        if code in locale_of("en").languages:
            return code
        return _codes().get(fold(text.strip()), text.strip().lower())


@cache
def languages() -> LanguageNames:
    """Return the vocabulary of languages."""
    return LanguageNames()


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Return the function words of languages of the Latin script, in lower case, by language."""
    rows = read_rows(Path(__file__).with_name("function-words.txt"), "|")
    return {code: frozenset(words.split()) for code, words in (row.cells for row in rows)}


@lru_cache(maxsize=4096)
def _name(code: str, locale: str) -> str | None:
    name = locale_of(locale).languages.get(code)
    return str(name) if name else None


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for locale in DETECTED_LANGUAGES:
        for code, name in locale_of(locale).languages.items():
            if len(code) <= 3:
                codes.setdefault(fold(str(name)), str(code))
    return codes


@lru_cache(maxsize=256)
def locale_of(code: str) -> Locale:
    """Return the locale of a language; French where Babel knows none so called."""
    try:
        return Locale.parse(code.replace("-", "_"))
    except (ValueError, TypeError, UnknownLocaleError):
        return Locale("fr")
