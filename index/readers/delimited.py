"""CSV and TSV: a header line, then one record a row."""

import csv
from collections.abc import Iterator
from typing import Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_lines
from index.readers.mapping import Mapper, mapper, record_id
from index.readers.source import ReadOptions, SourceFile

_DELIMITERS: Final = (",", ";", "\t", "|")
# A quotation mark that is never closed would swallow the rest of the file into one cell.
_MAX_LINES: Final = 2000
_MAX_FIELD: Final = 2**31 - 1


def read_table(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of each row; a broken row costs no other."""
    csv.field_size_limit(_MAX_FIELD)  # lines are bounded already
    names = mapper(options.mapping)
    lines = _Lines(read_lines(file.path, options.max_bytes, options.encoding))
    header, delimiter = _header(lines, names)
    rows = 0
    for number, row in _rows(lines, delimiter, len(header)):
        path = f"{file.name}:{number}"
        rows += 1
        if isinstance(row, RefusedError):
            yield Skipped(path, row.kind, row.reason)
            continue
        try:
            record = dict(zip(header, row, strict=False))
            yield names.document(record, record_id(file.id, number), path)
        except RefusedError as refused:
            yield Skipped(path, refused.kind, refused.reason)
    if not rows:
        raise RefusedError("empty", "it has no records below its header")


class _UnclosedError(Exception):
    """A quoted cell that has no end in sight."""


class _Lines:
    """Numbered lines, of which the last ones taken can be put back."""

    def __init__(self, lines: Iterator[tuple[int, str | RefusedError]]) -> None:
        self._lines = lines
        self._back: list[tuple[int, str | RefusedError]] = []
        self.taken: list[tuple[int, str | RefusedError]] = []

    def take(self) -> tuple[int, str | RefusedError] | None:
        line = self._back.pop() if self._back else next(self._lines, None)
        if line is not None:
            self.taken.append(line)
        return line

    def put_back(self, kept: int) -> None:
        """Put back the lines taken, but the first ``kept``."""
        self._back += reversed(self.taken[kept:])
        del self.taken[kept:]

    def record(self) -> Iterator[str]:
        """Yield the lines that the csv module asks for to complete one row."""
        while len(self.taken) < _MAX_LINES:
            line = self.take()
            if line is None:
                return
            if isinstance(line[1], RefusedError):
                raise _UnclosedError
            yield line[1]
        raise _UnclosedError


def _header(lines: _Lines, names: Mapper) -> tuple[list[str], str]:
    """Return the names of the columns, and the delimiter that makes most of them ours."""
    first = lines.take()
    while first is not None and isinstance(first[1], str) and not first[1].strip():
        first = lines.take()
    if first is None:
        raise RefusedError("empty", "it is empty")
    if isinstance(first[1], RefusedError):
        raise first[1]
    best: tuple[int, int] = (-1, -1)
    header, delimiter = [""], ","
    for candidate in _DELIMITERS:
        try:
            columns = [name.strip() for name in next(csv.reader([first[1]], delimiter=candidate))]
        except (csv.Error, StopIteration):
            continue
        score = (names.fields(columns), len(columns))
        if score > best:
            best, header, delimiter = score, columns, candidate
    if not any(name in header for name in (*names.names["text"], *names.names["title"])):
        expected = ", ".join(names.names["text"])
        raise RefusedError("broken", f"its first line names no column for the text ({expected})")
    lines.taken.clear()
    return header, delimiter


def _rows(
    lines: _Lines, delimiter: str, columns: int
) -> Iterator[tuple[int, list[str] | RefusedError]]:
    """Yield rows with the number of their first line.

    When a row that spans lines has no end, or is not as CSV should be, its first line is reported
    and reading goes on at the next one.
    """
    while True:
        lines.taken.clear()
        line = lines.take()
        if line is None:
            return
        number, text = line
        if isinstance(text, RefusedError):
            yield number, text
            continue
        lines.put_back(0)
        try:
            row = next(csv.reader(lines.record(), delimiter=delimiter))
        except StopIteration:
            return
        except (_UnclosedError, csv.Error) as error:
            lines.put_back(1)
            yield number, RefusedError("broken", _reason(error))
            continue
        if not _is_sound(lines, delimiter):
            lines.put_back(1)
            yield number, RefusedError("broken", _reason(_UnclosedError()))
        elif len(row) > columns:
            found = f"it has {len(row)} cells where the header has {columns}"
            yield number, RefusedError("broken", found)
        elif any(cell.strip() for cell in row):
            yield number, row


def _is_sound(lines: _Lines, delimiter: str) -> bool:
    """Tell whether a row that spans lines is as CSV should be; one line may be as it likes."""
    if len(lines.taken) > 1:
        texts = [text for _, text in lines.taken if isinstance(text, str)]
        try:
            next(csv.reader(texts, delimiter=delimiter, strict=True))
        except csv.Error:
            return False
    return True


def _reason(error: Exception) -> str:
    if isinstance(error, csv.Error):
        return f"it is not CSV: {error}"
    return "it opens a quotation mark that is never closed"
