"""CSV and TSV: a header line, then one record a row.

A row that is not CSV costs only its first line: reading goes on at the next one.
"""

import csv
from collections.abc import Iterator
from typing import Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_lines
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import Mapper, mapper, record_id

_DELIMITERS: Final = (",", ";", "\t", "|")
_MAX_LINES: Final = 2000
"""Lines of one row. A quotation mark that is never closed would take the rest of the file."""
_MAX_FIELD: Final = 2**31 - 1

_Line = tuple[int, str | RefusedError]
"""The number of a line, and the line or why it cannot be read."""


def read_table(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of each row; a broken row costs no other."""
    csv.field_size_limit(_MAX_FIELD)  # lines are bounded already
    names = mapper(options.mapping)
    lines = _Lines(read_lines(file.path, options.max_bytes, options.encoding))
    header, delimiter = _header(lines, names)
    rows = 0
    for number, row in _rows(lines, delimiter, len(header)):
        rows += 1
        path = f"{file.name}:{number}"
        try:
            if isinstance(row, RefusedError):
                raise row
            record = dict(zip(header, row, strict=False))
            yield names.document(record, record_id(file.id, number), path)
        except RefusedError as refused:
            yield Skipped(path, refused.kind, refused.reason)
    if not rows:
        raise RefusedError("empty", "it has no records below its header")


class _UnclosedError(Exception):
    """A quoted cell has no end in sight."""


class _Lines:
    """Numbered lines; the last ones taken can be put back."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self._back: list[_Line] = []
        self.taken: list[_Line] = []

    def take(self) -> _Line | None:
        line = self._back.pop() if self._back else next(self._lines, None)
        if line is not None:
            self.taken.append(line)
        return line

    def put_back(self, kept: int) -> None:
        """Put back the lines taken, except the first ``kept``."""
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
    """Return the names of the columns, and the delimiter for which most of them are fields."""
    first = lines.take()
    while first is not None and isinstance(first[1], str) and not first[1].strip():
        first = lines.take()
    if first is None:
        raise RefusedError("empty", "it is empty")
    if isinstance(first[1], RefusedError):
        raise first[1]
    best = (-1, -1)
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
    """Yield the number of each row's first line, and its cells or why it is refused."""
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
            _require_closed(lines, delimiter)
        except StopIteration:
            return
        except _UnclosedError:
            lines.put_back(1)
            reason = "it opens a quotation mark that is never closed"
            yield number, RefusedError("broken", reason)
        except csv.Error as error:
            lines.put_back(1)
            yield number, RefusedError("broken", f"it is not CSV: {error}")
        else:
            if len(row) > columns:
                reason = f"it has {len(row)} cells where the header has {columns}"
                yield number, RefusedError("broken", reason)
            elif any(cell.strip() for cell in row):
                yield number, row


def _require_closed(lines: _Lines, delimiter: str) -> None:
    """Raise ``_UnclosedError`` if a row of several lines is not strict CSV."""
    if len(lines.taken) > 1:
        texts = [text for _, text in lines.taken if isinstance(text, str)]
        try:
            next(csv.reader(texts, delimiter=delimiter, strict=True))
        except csv.Error:
            raise _UnclosedError from None
