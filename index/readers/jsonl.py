"""JSON Lines: one object a line.

A .json file: an array of records, one record, or JSON Lines under that name.
"""

import json
from collections.abc import Iterator

import orjson

from index.document import Document, Skipped
from index.readers.content import RefusedError, decode, read_lines, read_whole
from index.readers.mapping import Mapper, mapper, record_id
from index.readers.source import ReadOptions, SourceFile


def read_json_lines(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of each line; a broken line costs no other."""
    names = mapper(options.mapping)
    records = 0
    for number, line in read_lines(file.path, options.max_bytes, options.encoding):
        path = f"{file.name}:{number}"
        if isinstance(line, RefusedError):
            yield Skipped(path, line.kind, line.reason)
        elif line.strip():
            yield from document_of(line, names, record_id(file.id, number), path)
        else:
            continue
        records += 1
    if not records:
        raise RefusedError("empty", "it has no records")


def document_of(
    line: str, names: Mapper, fallback_id: str, path: str
) -> Iterator[Document | Skipped]:
    """Yield the document that the JSON of one record gives, or why it gives none."""
    try:
        yield from record_of(parse(line), names, fallback_id, path)
    except ValueError as error:
        yield Skipped(path, "broken", f"it is not JSON: {error}")


def record_of(
    record: object, names: Mapper, fallback_id: str, path: str
) -> Iterator[Document | Skipped]:
    """Yield the document that one record gives, or why it gives none."""
    if not isinstance(record, dict):
        yield Skipped(path, "broken", f"a record must be an object, not {_kind(record)}")
        return
    try:
        yield names.document(record, fallback_id, path)
    except RefusedError as refused:
        yield Skipped(path, refused.kind, refused.reason)


def parse(text: str) -> object:
    """Return the value of a JSON text; ``ValueError`` when it is not JSON.

    orjson is several times faster; json also takes what other software writes: lone surrogates,
    NaN, numbers beyond 64 bits.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def read_json(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of a JSON file; records of an array are numbered from 1."""
    text = decode(read_whole(file.path, options.max_bytes), assumed=options.encoding)
    try:
        value = parse(text)
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
            yield from record_of(record, names, record_id(file.id, number), path)
    else:
        yield from record_of(value, names, file.id, file.name)


def _is_lines(text: str) -> bool:
    """Tell whether the first line alone is a record."""
    try:
        return isinstance(parse(text.lstrip().split("\n", 1)[0]), dict)
    except ValueError:
        return False
