"""Labelled documents for ``learn``: a CSV file, or the documents' own tags."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from index.document import Document
from index.errors import VocabularyError
from index.extract import ExtractionOptions
from index.extract.language import detect
from index.snapshot import Snapshot
from index.vocabularies import themes as theme_vocabulary

COLUMNS = ("id", "text", "title", "language", "themes")
REMEDY = (
    "Give a UTF-8 CSV file with the columns themes and id or text; several themes are separated"
    " by “;” or “|”."
)
MAX_FIELD = 64 * 1024 * 1024


class Labelled(NamedTuple):
    """A document in its language, and the themes it was given, with their parents."""

    text: str
    title_length: int
    language: str
    themes: frozenset[str]


Known = Callable[[str], Document | None]


def read_labelled(path: Path, known: Known) -> list[Labelled]:
    """Read a labelled file; ``known`` returns the document of the index with an id.

    Raises VocabularyError with file, line and reason at the first row that is malformed.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise VocabularyError(f"“{path}” cannot be read ({error.strerror}).", REMEDY) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _fault(path, line, "it is not UTF-8") from error
    csv.field_size_limit(MAX_FIELD)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    return list(_labelled(rows, path, known))


def _labelled(rows: "csv._reader", path: Path, known: Known) -> Iterator[Labelled]:  # type: ignore[name-defined]
    columns: dict[str, int] = {}
    seen: dict[str, int] = {}
    line = 1
    try:
        for cells in rows:
            if not columns:
                columns = _columns(cells, path)
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise _fault(path, line, f"{len(cells)} cells, not {len(columns)}")
                row = {name: cells[at].strip() for name, at in columns.items()}
                key = row.get("id") or row["text"]
                if key in seen:
                    raise _fault(path, line, f"the document stands also in line {seen[key]}")
                seen[key] = line
                yield _document(row, path, line, known)
            line = rows.line_num + 1
    except csv.Error as error:
        raise _fault(path, rows.line_num, str(error)) from error
    if not columns:
        raise _fault(path, 1, "the file is empty")


def _columns(cells: Sequence[str], path: Path) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    if "themes" not in names or not {"id", "text"} & set(names):
        raise _fault(path, 1, f"the columns are {', '.join(names)}")
    if len(set(names)) < len(names):
        raise _fault(path, 1, "a column stands twice")
    return {name: at for at, name in enumerate(names)}


def _document(row: dict[str, str], path: Path, line: int, known: Known) -> Labelled:
    labels = themes_of(row["themes"])
    if isinstance(labels, str):
        raise _fault(path, line, f"“{labels}” is no theme")
    text, title = row.get("text", ""), row.get("title", "")
    language = row.get("language", "")
    if not text:
        document = known(row.get("id", ""))
        if document is None:
            raise _fault(path, line, f"the index has no document “{row.get('id', '')}”")
        return labelled(document, labels)
    return labelled(Document(str(line), text, title, language=language), labels)


def labelled(document: Document, themes: frozenset[str]) -> Labelled:
    """Return a document as it is learned from, in the language that extraction would find."""
    lead = f"{document.title}\n\n" if document.title else ""
    language = detect(document, ExtractionOptions().languages).code
    return Labelled(lead + document.text, len(lead), language, themes)


def themes_of(cell: str) -> frozenset[str] | str:
    """Return the themes of a cell, ids or labels, with their parents; or what is none of them."""
    vocabulary = theme_vocabulary()
    whole = vocabulary.resolve(cell.strip())
    if whole:
        return _with_parent(whole)
    found: frozenset[str] = frozenset()
    for part in filter(None, map(str.strip, cell.replace("|", ";").split(";"))):
        id = vocabulary.resolve(part)
        if id is None:
            return part
        found |= _with_parent(id)
    return found


def _with_parent(id: str) -> frozenset[str]:
    return frozenset(filter(None, (id, theme_vocabulary().parent(id))))


def from_tags(generation: Snapshot) -> list[Labelled]:
    """Return the documents of the index with at least one tag that is a theme."""
    vocabulary = theme_vocabulary()
    found = []
    for doc in generation.live.nonzero()[0].tolist():
        document, _ = generation.stored(doc)
        ids = [id for tag in document.tags if (id := vocabulary.resolve(tag))]
        if ids:
            themes = frozenset[str]().union(*map(_with_parent, ids))
            found.append(labelled(document, themes))
    return found


def _fault(path: Path, line: int, reason: str) -> VocabularyError:
    return VocabularyError(f"“{path}”, line {line}: {reason}.", REMEDY)
