"""A .json file: an array of records, one record, or JSON Lines under that name."""

from collections.abc import Iterator

from index.document import Document, Skipped
from index.readers import json_lines
from index.readers.content import RefusedError, read_whole
from index.readers.encoding import decode
from index.readers.identity import record_id
from index.readers.mapping import mapper
from index.readers.options import ReadOptions
from index.readers.source import SourceFile


def read_documents(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of a JSON file; records of an array are numbered from 1."""
    text = decode(read_whole(file.path, options.max_bytes), assumed=options.encoding)
    try:
        value = json_lines.parse(text)
    except ValueError as error:
        if not _is_lines(text):
            raise RefusedError("broken", f"it is not JSON: {error}") from None
        yield from json_lines.read_documents(file, options)
        return
    names = mapper(options.mapping)
    if isinstance(value, list):
        if not value:
            raise RefusedError("empty", "it has no records")
        for number, record in enumerate(value, start=1):
            path = f"{file.name}:{number}"
            yield from json_lines.record_of(record, names, record_id(file.id, number), path)
    else:
        yield from json_lines.record_of(value, names, file.id, file.name)


def _is_lines(text: str) -> bool:
    """Tell whether the first line alone is a record."""
    try:
        return isinstance(json_lines.parse(text.lstrip().split("\n", 1)[0]), dict)
    except ValueError:
        return False
