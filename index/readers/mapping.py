"""From a record (a JSON object, a CSV row, front matter) to a document."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from index.document import Document
from index.readers.content import RefusedError
from index.readers.identity import usable_id
from index.readers.text import clean, clean_line

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
"""Fields of a document, and the names under which a record may hold them: the first that is
there and not empty counts."""

_TAG_SEPARATORS: Final = re.compile(r"[;|\n]")
_QUOTED: Final = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_ESCAPE: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Mapper:
    """Builds documents from records; ``names`` is ``DEFAULT_NAMES`` with the user's changes."""

    names: Mapping[str, tuple[str, ...]]

    def fields(self, columns: Iterable[str]) -> int:
        """Return how many fields of a document the columns of a table give."""
        present = set(columns)
        return sum(any(name in present for name in names) for names in self.names.values())

    def document(self, record: Mapping[str, object], fallback_id: str, path: str) -> Document:
        """Return the document in a record; ``RefusedError`` if it has neither text nor title."""
        text = clean(_text(self._value(record, "text")))
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


def mapper(mapping: Mapping[str, str]) -> Mapper:
    """Return the mapper for the user's ``mapping`` (our field -> the name in the record)."""
    changed = {field: (name,) for field, name in mapping.items()}
    return Mapper({**DEFAULT_NAMES, **changed})


def _lookup(record: Mapping[str, object], name: str) -> object:
    """Return the value called ``name``; ``meta.date`` also looks for ``date`` inside ``meta``."""
    if name in record or "." not in name:
        return record.get(name)
    value: object = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str:
    """Return a value as text, the items of a list on lines of their own; objects give none."""
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(_scalar, value)))
    return _scalar(value)


def _scalar(value: object) -> str:
    """Return a string or a number as text; NaN is how tables write that a value is missing."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(value)
    return ""


def _tags(value: object) -> tuple[str, ...]:
    """Return tags from a list, or from text that separates them by ``;``, ``|`` or commas."""
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
