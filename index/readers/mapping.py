"""Mapping of records (JSON objects, CSV rows, front matter) to documents, and their identifiers.

An identifier is the same in every rebuild, and is one segment of a URL path.
"""

import hashlib
import math
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from index.document import Document
from index.readers.content import RefusedError, clean, clean_line

MAX_LENGTH: Final = 200
MAX_FIELD: Final = 65_536
"""Characters of a title, of all tags, or of another field that is not the text."""
_SEPARATORS: Final = re.compile(r"[/\\]+")
_SPACES: Final = re.compile(r"\s+")
_DROPPED_SUFFIXES: Final = (".gz", ".txt")


def usable_id(declared: str) -> str:
    """Return a declared identifier as one segment of a URL path; it may be empty.

    Slashes become ``:`` and white space ``-``. Other characters stay: whoever makes the URL escapes
    them. An identifier of more than 200 characters is cut and ends with a digest of the whole.
    """
    text = unicodedata.normalize("NFC", clean_line(declared))
    text = _SPACES.sub("-", _SEPARATORS.sub(":", text))
    if text in (".", ".."):  # which every browser would resolve away
        return "-" * len(text)
    if len(text) > MAX_LENGTH:
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
        return f"{text[: MAX_LENGTH - 17]}-{digest}"
    return text


def path_id(relative: PurePath) -> str:
    """Return the identifier of a file from its path relative to the source.

    ``2019/rabat.txt.gz`` gives ``2019:rabat``. Other suffixes stay: ``rabat.txt`` and
    ``rabat.html`` are two documents.
    """
    name = display(relative.as_posix())
    for suffix in _DROPPED_SUFFIXES:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return usable_id(name)


def display(path: str) -> str:
    """Return a printable path; bytes that are not UTF-8 are written ``\\xE9``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


DEFAULT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "_id", "guid", "uuid"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content"),
    "date": ("datetime", "date", "published", "datePublished"),
    "language": ("language", "lang"),
    "source": ("source", "agency", "publisher"),
    "url": ("url", "link"),
    "dateline": ("dateline",),
    "tags": ("tags", "keywords", "topics", "category"),
}
"""Names that records use for each field of a document; the first with a value counts."""

_TAG_SEPARATORS: Final = re.compile(r"[;|\n]")
_QUOTED: Final = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_ESCAPE: Final = re.compile(r"\\(.)")


def noted(document: Document, notes: Sequence[tuple[str, str]]) -> Document:
    """Return a document with further notes."""
    return replace(document, notes=(*document.notes, *notes)) if notes else document


def encoding_notes(sentences: Iterable[str]) -> list[tuple[str, str]]:
    """Return the notes of a document whose encoding left something to say."""
    return [("encoding", sentence) for sentence in sentences]


class Mapper:
    """Makes documents of records, given the user's mapping of fields to names in records."""

    def __init__(self, mapping: Mapping[str, str], max_characters: int) -> None:
        self._max_characters = max_characters
        self.names = {**DEFAULT_NAMES, **{field: (name,) for field, name in mapping.items()}}

    def fields(self, columns: Iterable[str]) -> int:
        """Return the number of document fields for which there is a column."""
        present = set(columns)
        return sum(any(name in present for name in names) for names in self.names.values())

    def document(self, record: Mapping[str, object], fallback_id: str, path: str) -> Document:
        """Return the document of a record.

        Raises ``RefusedError`` without text and title, or where fields are too long.
        """
        text = _text(self._value(record, "text"))
        if len(text) > self._max_characters:
            reason = f"its text is longer than {self._max_characters:,} characters"
            raise RefusedError("huge", reason)
        for field in DEFAULT_NAMES:
            if field != "text" and _length(self._value(record, field)) > MAX_FIELD:
                reason = f"its {field} is longer than {MAX_FIELD:,} characters"
                raise RefusedError("huge", reason)
        text = clean(text)
        title = clean_line(_text(self._value(record, "title")))
        if not text and not title:
            raise RefusedError(
                "empty", f"it has no text (looked for {', '.join(self.names['text'])})"
            )
        return Document(
            id=usable_id(_text(self._value(record, "id"))) or fallback_id,
            text=text,
            title=title,
            date=self._line(record, "date"),
            language=self._line(record, "language"),
            source=self._line(record, "source"),
            url=self._line(record, "url"),
            dateline=self._line(record, "dateline"),
            tags=_tags(self._value(record, "tags")),
            path=path,
        )

    def _line(self, record: Mapping[str, object], field: str) -> str:
        return clean_line(_text(self._value(record, field)))

    def _value(self, record: Mapping[str, object], field: str) -> object:
        for name in self.names[field]:
            value = _lookup(record, name)
            if _text(value).strip():
                return value
        return None


def _lookup(record: Mapping[str, object], name: str) -> object:
    """Return the value called ``name``; ``meta.date`` is also ``date`` inside ``meta``."""
    if name in record or "." not in name:
        return record.get(name)
    value: object = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str:
    """Return a value as text, one line for each item of a list; empty for an object."""
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(_scalar, value)))
    return _scalar(value)


def _length(value: object) -> int:
    """Return the characters of a value, and its items if it is a list."""
    if isinstance(value, list | tuple):
        return sum(len(item) + 1 if isinstance(item, str) else 1 for item in value)
    return len(value) if isinstance(value, str) else 0


def _scalar(value: object) -> str:
    """Return a string or a number as text; empty for NaN, by which tables mark missing values."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(value)
    return ""


def _tags(value: object) -> tuple[str, ...]:
    """Return the tags of a list, or of a string that separates them by ``;``, ``|`` or commas."""
    items = value if isinstance(value, list | tuple) else _split_tags(_scalar(value).strip())
    tags = (clean_line(_scalar(item)) for item in items)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _split_tags(text: str) -> list[str]:
    if text.startswith("[") and text.endswith("]"):
        # A list as JSON or Python writes it.
        quoted = [single or double for single, double in _QUOTED.findall(text)]
        if quoted:
            return [_ESCAPE.sub(r"\1", item) for item in quoted]
        text = text[1:-1]
    return _TAG_SEPARATORS.split(text) if _TAG_SEPARATORS.search(text) else text.split(",")
