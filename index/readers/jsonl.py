"""JSON Lines (one record a line), and JSON files: an array of records, or one record.

A ``.json`` file that holds JSON Lines is read as such.
"""

import json
from collections.abc import Iterator

import orjson

from index.document import Document, Skipped
from index.readers.content import RefusedError, decode, read_lines, read_whole
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import Mapper, mapper, record_id


def read_json_lines(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of each line; a broken line costs no other."""
    names = mapper(options.mapping)
    records = 0
    for number, line in read_lines(file.path, options.max_bytes, options.encoding):
        path = f"{file.name}:{number}"
        if isinstance(line, RefusedError):
            yield Skipped(path, line.kind, line.reason)
        elif line.strip():
            try:
                record = _parse(line)
            except ValueError as error:
                yield Skipped(path, "broken", f"it is not JSON: {error}")
            else:
                yield _document(record, names, record_id(file.id, number), path)
        else:
            continue
        records += 1
    if not records:
        raise RefusedError("empty", "it has no records")


def read_json(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of a JSON file; the records of an array are numbered from 1."""
    text = decode(read_whole(file.path, options.max_bytes), assumed=options.encoding)
    try:
        value = _parse(text)
    except ValueError as error:
        if not _is_lines(text):
            raise RefusedError("broken", f"it is not JSON: {error}") from None
        yield from read_json_lines(file, options)
        return
    names = mapper(options.mapping)
    if isinstance(value, list):
        if not value:
            raise RefusedError("empty", "it has no records")
        for number, record in enumerate(value, start=1):
            path = f"{file.name}:{number}"
            yield _document(record, names, record_id(file.id, number), path)
    else:
        yield _document(value, names, file.id, file.name)


def _document(record: object, names: Mapper, fallback_id: str, path: str) -> Document | Skipped:
    if not isinstance(record, dict):
        kinds = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
        kind = kinds.get(type(record), "a number")
        return Skipped(path, "broken", f"a record must be an object, not {kind}")
    try:
        return names.document(record, fallback_id, path)
    except RefusedError as refused:
        return Skipped(path, refused.kind, refused.reason)


def _parse(text: str) -> object:
    """Return the value of a JSON text. Raises ``ValueError`` if it is not JSON.

    orjson is several times faster. json also reads what other software writes: lone surrogates,
    NaN, numbers of more than 64 bits.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _is_lines(text: str) -> bool:
    """Return whether the first line alone is a record."""
    try:
        return isinstance(_parse(text.lstrip().split("\n", 1)[0]), dict)
    except ValueError:
        return False
