"""The themes of news: two levels, labels and deciding expressions in seven languages.

``themes.tsv`` has the columns id, iptc (Media Topics code), eurovoc, then the label in fr, en,
es, de, it, pt, ar. An id is ``parent`` or ``parent/child``. ``themes-LANGUAGE.txt`` has rows
``id | expression ; ~weak expression ; -plain expression ; =exact word``, and one row ``! | phrase``
of phrases whose words speak for nothing; ``themes-organizations.txt`` has rows
``id | organization ; ~organization`` for themes that naming an organization decides, or (``~``)
speaks for as a word does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from index.vocabularies.folding import fold_key
from index.vocabularies.languages import LANGUAGES
from index.vocabularies.rows import read_rows

_AND = {
    "fr": "et ",
    "en": "and ",
    "es": "[ye] ",
    "de": "und ",
    "it": "ed? ",
    "pt": "e ",
    "ar": "و",
}


class Expression(NamedTuple):
    """An expression that speaks for a theme.

    A weak one counts only beside another; a plain one of several words counts as one word does;
    of an exact one only the plural counts beside it.
    """

    text: str
    weak: bool
    plain: bool
    exact: bool = False


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """A theme: its label and its expressions by language, organizations that imply it."""

    id: str
    iptc: str
    eurovoc: str
    labels: Mapping[str, str]
    expressions: dict[str, tuple[Expression, ...]] = field(default_factory=dict)
    organizations: tuple[str, ...] = ()
    hinting: tuple[str, ...] = ()
    """Organizations whose mention counts as a word does."""


@dataclass(frozen=True, slots=True)
class ThemeVocabulary:
    """All themes by identifier, parents before their children."""

    entries: Mapping[str, ThemeEntry]
    _aliases: dict[str, str] = field(default_factory=dict)
    traps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phrases whose words speak for no theme, by language."""

    def ids(self) -> Iterable[str]:
        """Return all identifiers."""
        return self.entries.keys()

    def parent(self, id: str) -> str | None:
        """Return the theme above ``id``, None at the top."""
        return id.rpartition("/")[0] or None

    def label(self, id: str, locale: str) -> str:
        """Return the label of ``id`` in ``locale``; falls back to French, English, the id."""
        entry = self.entries.get(id)
        if entry is None:
            return id
        return entry.labels.get(locale) or entry.labels.get("fr") or entry.labels.get("en") or id

    def names(self, id: str) -> Iterable[str]:
        """Return the labels of ``id`` in all languages, each once."""
        entry = self.entries.get(id)
        return dict.fromkeys(entry.labels.values()) if entry else ()

    def resolve(self, text: str) -> str | None:
        """Return the id that ``text`` is, or is a label of, whatever its case and accents."""
        if text in self.entries:
            return text
        return self._aliases.get(fold_key(text))


def load_themes(folder: Path) -> ThemeVocabulary:
    """Read and check the vocabulary in ``folder``.

    Raises VocabularyError, with file, line and reason, for a malformed row, a duplicate or an
    unknown id, a missing parent or label, an empty or a repeated expression.
    """
    entries: dict[str, ThemeEntry] = {}
    for row in read_rows(folder / "themes.tsv", "\t"):
        if len(row.cells) != 3 + len(LANGUAGES):
            raise row.fault(f"{len(row.cells)} columns where {3 + len(LANGUAGES)} are expected")
        id, iptc, eurovoc, *labels = row.cells
        if id in entries:
            raise row.fault(f"the id {id} stands twice")
        if "/" in id and id.rpartition("/")[0] not in entries:
            raise row.fault(f"the parent of {id} does not stand above it")
        if not all(labels):
            raise row.fault(f"{id} needs a label in each of {', '.join(LANGUAGES)}")
        entries[id] = ThemeEntry(id, iptc, eurovoc, dict(zip(LANGUAGES, labels, strict=True)))
    traps: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        found = _read_expressions(folder / f"themes-{language}.txt", language, entries)
        traps[language] = tuple(expression.text for expression in found)
    implied: dict[str, tuple[str, ...]] = {}
    for row in read_rows(folder / "themes-organizations.txt", "|"):
        if len(row.cells) != 2 or row.cells[0] not in entries:
            raise row.fault("expected: a known theme | organizations")
        implied[row.cells[0]] = tuple(filter(None, map(str.strip, row.cells[1].split(";"))))
    themes = {
        id: replace(
            entry,
            organizations=tuple(name for name in implied.get(id, ()) if name[0] != "~"),
            hinting=tuple(name[1:] for name in implied.get(id, ()) if name[0] == "~"),
        )
        for id, entry in entries.items()
    }
    aliases: dict[str, str] = {}
    for id, entry in themes.items():  # a parent's label wins over a child's
        for name in (id, *entry.labels.values()):
            aliases.setdefault(fold_key(name), id)
    for part, bearers in _parts(themes.values()).items():
        if len(bearers) == 1:
            aliases.setdefault(part, bearers.pop())
    return ThemeVocabulary(themes, aliases, traps)


def _parts(entries: Iterable[ThemeEntry]) -> dict[str, set[str]]:
    """Return who has a part of a label such as "Economy, business and finance".

    A part that a theme shares with those below it is the theme's.
    """
    bearers: dict[str, set[str]] = {}
    for entry in entries:
        for language, label in entry.labels.items():
            for part in re.split(rf",|،| (?:{_AND[language]})", label):
                found = bearers.setdefault(fold_key(part), set())
                if entry.id.rpartition("/")[0] not in found:
                    found.add(entry.id)
    return bearers


def _read_expressions(
    path: Path, language: str, entries: Mapping[str, ThemeEntry]
) -> tuple[Expression, ...]:
    """Give the themes their expressions; return the phrases that speak for none."""
    traps: tuple[Expression, ...] = ()
    for row in read_rows(path, "|"):
        if len(row.cells) != 2:
            raise row.fault("expected: theme | expression ; expression")
        id, written = row.cells
        if id not in entries and id != "!":
            raise row.fault(f"unknown theme {id}")
        if id in entries and language in entries[id].expressions:
            raise row.fault(f"the theme {id} stands twice")
        found = []
        for text in filter(None, map(str.strip, written.split(";"))):
            if not fold_key(text):
                raise row.fault(f"the expression {text!r} has no letter")
            marks = text[: len(text) - len(text.lstrip("~-="))]
            plain = text[len(marks) :].strip()
            found.append(Expression(plain, "~" in marks, "-" in marks, "=" in marks))
        folded = [fold_key(expression.text) for expression in found]
        if len(set(folded)) != len(folded):
            twice = next(text for text in folded if folded.count(text) > 1)
            raise row.fault(f"the expression {twice!r} stands twice for {id}")
        if id == "!":
            traps = tuple(found)
        else:
            entries[id].expressions[language] = tuple(found)
    return traps


@cache
def themes() -> ThemeVocabulary:
    """Return the themes that come with the product, read once."""
    return load_themes(Path(__file__).parent)
