"""Files of many records: JSON Lines, JSON arrays, CSV and TSV. A broken record costs no other.

A ``.json`` file may also hold one record, or JSON Lines. A table has a header line, then one record
a row; where a row is not CSV, only its first line is lost.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from index.document import Document, Skipped
from index.readers.content import Notes, RefusedError, read_lines, read_whole
from index.readers.encodings import decode
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import Mapper, display, encoding_notes, noted
from index.readers.ninjs import is_item, read_item


def _documents(
    records: Iterable[tuple[int, object]],
    names: Mapper,
    file: SourceFile,
    notes: Notes,
    options: ReadOptions,
) -> Iterator[Document | Skipped]:
    """Yield the document of each numbered record; one may be the reason why it was refused.

    ``notes`` are those of the records so far: each is of the next document.
    """
    empty = True
    for number, record in records:
        empty = False
        path = f"{file.name}:{number}"
        try:
            part = file._replace(id=f"{file.id}:{number}", name=path)
            for document in _record(record, names, part, options):
                if isinstance(document, Document):
                    document = noted(document, notes)
                    notes.clear()
                yield document
        except RefusedError as refused:
            yield Skipped(path, refused.kind, refused.reason)
    if empty:
        raise RefusedError("empty", "it has no records")


def _record(
    record: object, names: Mapper, file: SourceFile, options: ReadOptions
) -> Iterable[Document | Skipped]:
    """Return the document of a record, whose file stands for it alone; and those of its parts."""
    if isinstance(record, RefusedError):
        raise record
    if not isinstance(record, dict):
        kinds = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
        kind = kinds.get(type(record), "a number")
        raise RefusedError("broken", f"a record must be an object, not {kind}")
    if file.may_delete and record.get("deleted") is True:
        if not (id := names.declared_id(record)):
            raise RefusedError("broken", "it deletes a document and does not name its id")
        return [Skipped(file.name, "deleted", "", id)]
    if not options.mapping and is_item(record):
        return read_item(record, file, options)
    return [names.document(record, file.id, file.name)]


MAX_VALUES: Final = 5_000_000
"""Values of one JSON text, and cells of one row: brackets, braces and delimiters are counted."""

_Line = tuple[int, str | RefusedError]
"""The number of a line, and the line or why it cannot be read."""

# JSON

_AROUND_JSON: Final = " \t\r\n\0\ufeff"
"""White space, and what ends messages or begins files that were joined."""


def read_json_lines(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of each line."""
    notes: Notes = []
    lines = read_lines(file, options.max_bytes, notes, options.encoding)
    names = Mapper(options.mapping, options.max_characters, markup=True)
    records = _noting_keys(_json_records(lines), names, notes, file.may_delete)
    return _documents(records, names, file, notes, options)


def _noting_keys(
    records: Iterable[tuple[int, object]], names: Mapper, notes: Notes, may_delete: bool = False
) -> Iterator[tuple[int, object]]:
    """Note of each key that is of no field the first record that has it, for so many keys."""
    met: set[str] = set()
    left = _SHOWN
    for number, record in records:
        if (
            left > 0
            and isinstance(record, dict)
            and not is_item(record)
            and not met.issuperset(record)
        ):
            unused = names.unused(key for key in record if key not in met)
            unused = [key for key in unused if key != "deleted" or not may_delete]
            met.update(record)
            if unused:
                notes.append(("columns", _unused("keys", unused, left)))
                left -= len(unused)
        yield number, record


def _unused(what: str, names: list[str], most: int) -> str:
    shown = ", ".join(map(display, names[:most])) + (" …" if len(names) > most else "")
    return f"these {what} are not used: {shown} (see --field-map)"


def _json_records(lines: Iterable[_Line]) -> Iterator[tuple[int, object]]:
    """Yield the numbers and values of lines, or why one is no value; blank lines are none."""
    for number, line in lines:
        if not isinstance(line, str):
            yield number, line
        elif text := line.strip(_AROUND_JSON):
            yield number, _parse(text)


def read_json(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of a JSON file; the records of an array are numbered from 1."""
    decoded = decode(read_whole(file, options.max_bytes), assumed=options.encoding)
    text, notes = decoded.text, encoding_notes(decoded.notes)
    names = Mapper(options.mapping, options.max_characters, markup=True)
    value = _parse(text)
    if isinstance(value, list):
        records = _noting_keys(enumerate(value, start=1), names, notes)
        yield from _documents(records, names, file, notes, options)
    elif isinstance(value, RefusedError) and isinstance(
        _parse(text.lstrip().partition("\n")[0]), dict
    ):
        yield from read_json_lines(file, options)
    else:
        try:
            documents = list(_record(value, names, file, options))
        except RefusedError as refused:
            within = _records_within(value)
            if refused.kind != "empty" or within is None:
                raise
            records = _noting_keys(enumerate(within, start=1), names, notes)
            yield from _documents(records, names, file, notes, options)
        else:
            for document in documents:
                yield noted(document, notes) if isinstance(document, Document) else document


def _records_within(value: object, depth: int = 2) -> list[object] | None:
    """Return the only list of objects in an object, or in objects of it."""
    if not isinstance(value, dict) or not depth:
        return None
    lists = [item for item in value.values() if isinstance(item, list)]
    records = [item for item in lists if item and all(isinstance(one, dict) for one in item)]
    if not records:
        within = (_records_within(item, depth - 1) for item in value.values())
        records = [item for item in within if item is not None]
    return records[0] if len(records) == 1 else None


_LONG_NUMBER: Final = re.compile(r"[0-9]{19}")


def _parse(text: str) -> object:
    """Return the value of a JSON text; a ``RefusedError`` if it is not JSON.

    orjson is several times faster. json also reads what other software writes: lone surrogates,
    NaN, numbers of more than 64 bits.
    """
    if sum(map(text.count, "[{,")) > MAX_VALUES:
        return RefusedError("huge", f"it has more than {MAX_VALUES:,} values")
    if not _LONG_NUMBER.search(text):  # of which orjson keeps the first digits
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    try:
        return json.loads(text)
    except ValueError as error:
        return RefusedError("broken", f"it is not JSON: {error}")
    except RecursionError:
        return RefusedError("broken", "it is not JSON: it is nested too deeply")


# Tables

_DELIMITERS: Final = (",", ";", "\t", "|")
_DELIMITER_LINE: Final = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)
"""The line above the header by which Excel knows the delimiter."""
_AROUND_HEADER: Final = " \r\n\ufeff"
_EXPECTED: Final = 3
_SHOWN: Final = 20
"""Unused columns or keys of a file that are named."""
_MAX_LINES: Final = 2000
"""Lines of one row. A quotation mark that is never closed would take the rest of the file."""
_MAX_FIELD: Final = 2**31 - 1
MAX_COLUMNS: Final = 10_000


class _UnclosedError(Exception):
    """A quoted cell has no end in sight."""


class _Lines(Iterator[_Line]):
    """Numbered lines; the last ones taken can be put back."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self._back: list[_Line] = []

    def __next__(self) -> _Line:
        return self._back.pop() if self._back else next(self._lines)

    def put_back(self, lines: list[_Line]) -> None:
        self._back += reversed(lines)


def read_table(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of each row."""
    csv.field_size_limit(_MAX_FIELD)  # lines are bounded already
    names = Mapper(options.mapping, options.max_characters, markup=True)
    notes: Notes = []
    lines = _Lines(read_lines(file, options.max_bytes, notes, options.encoding))
    header, delimiter = _header(lines, names)
    unused = names.unused(header)
    if unused:
        notes.append(("columns", _unused("columns", unused, _SHOWN)))
    rows = _rows(lines, header, delimiter, options.max_bytes)
    yield from _documents(rows, names, file, notes, options)


def _header(lines: _Lines, names: Mapper) -> tuple[list[str], str]:
    """Return the names of the columns, and the delimiter for which most of them are fields."""
    filled = (line for _, line in lines if not isinstance(line, str) or line.strip())
    first = next(filled, None)
    delimiters: tuple[str, ...] = _DELIMITERS
    if isinstance(first, str) and (told := _DELIMITER_LINE.fullmatch(first.strip(_AROUND_HEADER))):
        delimiters = (told[1],)
        first = next(filled, None)
    if first is None:
        raise RefusedError("empty", "it is empty")
    if isinstance(first, RefusedError):
        raise first
    if max(map(first.count, delimiters)) > MAX_COLUMNS:
        raise RefusedError("huge", f"its first line has more than {MAX_COLUMNS:,} columns")
    best = (-1, -1)
    header, delimiter = [""], ","
    for candidate in delimiters:
        try:
            columns = [
                name.strip(" \t\r\n\ufeff\0")
                for name in next(csv.reader([first], delimiter=candidate))
            ]
        except (csv.Error, StopIteration):
            continue
        columns = [name.strip(" \t\r\n\ufeff\0") for name in columns]
        score = (names.fields(columns), len(columns))
        if score > best:
            best, header, delimiter = score, columns, candidate
    if not names.has_text(header):
        expected = ", ".join(names.names["text"][:_EXPECTED])
        reason = f"its first line names no column for the text ({expected} …; see --field-map)"
        raise RefusedError("broken", reason)
    return header, delimiter


def _rows(
    lines: _Lines, header: list[str], delimiter: str, max_characters: int
) -> Iterator[tuple[int, object]]:
    """Yield the number of each row's first line, and its cells by column or why it is refused."""
    for number, line in lines:
        row = _row(line, lines, delimiter, max_characters) if isinstance(line, str) else line
        if isinstance(row, RefusedError):
            yield number, row
        elif len(row) > len(header):
            reason = f"it has {len(row)} cells where the header has {len(header)}"
            yield number, RefusedError("broken", reason)
        elif any(cell.strip() for cell in row):
            yield number, dict(zip(header, row, strict=False))


def _row(
    first: str, lines: _Lines, delimiter: str, max_characters: int
) -> list[str] | RefusedError:
    """Return the cells of the row that ``first`` begins; take its other lines from ``lines``."""
    if first.count(delimiter) > MAX_VALUES:
        return RefusedError("huge", f"it has more than {MAX_VALUES:,} cells")
    following: list[_Line] = []
    reason = "it opens a quotation mark that is never closed"
    try:
        row = next(
            csv.reader(_row_lines(first, lines, following, max_characters), delimiter=delimiter)
        )
        texts = [first, *(line for _, line in following if isinstance(line, str))]
        if not following or _is_strict(texts, delimiter):
            return row
    except csv.Error as error:
        reason = f"it is not CSV: {error}"
    except _UnclosedError:
        pass
    lines.put_back(following)
    return RefusedError("broken", reason)


def _row_lines(
    first: str, lines: _Lines, following: list[_Line], max_characters: int
) -> Iterator[str]:
    """Yield the lines that the csv module asks for to complete a row; collect all but the first."""
    size = len(first)
    yield first
    for number, line in lines:
        following.append((number, line))
        if isinstance(line, RefusedError):
            raise _UnclosedError
        yield line
        size += len(line)
        if len(following) + 1 >= _MAX_LINES or size > max_characters:
            raise _UnclosedError


def _is_strict(lines: list[str], delimiter: str) -> bool:
    """Return whether a row of several lines is strict CSV."""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
