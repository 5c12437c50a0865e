"""Documents and fields as bytes: what the index keeps of them, and their content hash."""

import hashlib
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from index.document import (
    Document,
    Fields,
    Language,
    MentionedDate,
    Organization,
    PublicationDate,
    Span,
    Theme,
)
from index.errors import IndexDamaged
from index.files import REMEDY, load_array, map_bytes, save_array

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r":\d+\Z")
_TEXTS = ("id", "text", "title", "date", "language", "source", "url", "dateline", "path")


def clean(document: Document) -> Document:
    """Replace lone surrogates, which no encoding can write, one for one: offsets do not move."""
    mended: dict[str, Any] = {
        name: _SURROGATE.sub("\ufffd", getattr(document, name))
        for name in _TEXTS
        if _SURROGATE.search(getattr(document, name))
    }
    if any(_SURROGATE.search(tag) for tag in document.tags):
        mended["tags"] = tuple(_SURROGATE.sub("\ufffd", tag) for tag in document.tags)
    return replace(document, **mended) if mended else document


def content_hash(document: Document, made_by: str) -> str:
    """Return a hash of a document, metadata included, and of the programs that would index it.

    ``made_by`` names the versions of extraction and analysis and their settings, so that a change
    of either counts as a change of every document. The line of a record in its file is left out:
    a record is not changed by one that was put before it.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(made_by.encode())
    digest.update(orjson.dumps(replace(document, path=_LINE.sub("", document.path))))
    return digest.hexdigest()


def pack(document: Document, fields: Fields) -> bytes:
    """Turn a document and its fields into compressed bytes."""
    return zlib.compress(orjson.dumps([document, fields], default=tuple), 6)


def unpack(data: bytes) -> tuple[Document, Fields]:
    """Undo ``pack``. Raises zlib.error, ValueError, TypeError or KeyError for foreign bytes."""
    document, fields = orjson.loads(zlib.decompress(data))
    document["tags"] = tuple(document["tags"])
    return Document(**document), _fields(fields)


def _fields(raw: dict[str, Any]) -> Fields:
    language = raw["language"]
    parts = tuple((Span(*span), code) for span, code in language.pop("parts"))
    published = raw["published"]
    return Fields(
        language=Language(parts=parts, **language),
        organizations=tuple(
            Organization(spans=_spans(item.pop("spans")), **item) for item in raw["organizations"]
        ),
        themes=tuple(
            Theme(evidence=_spans(item.pop("evidence")), **item) for item in raw["themes"]
        ),
        published=PublicationDate(**published) if published else None,
        mentioned=tuple(
            MentionedDate(span=Span(*item.pop("span")), **item) for item in raw["mentioned"]
        ),
        failures=tuple((name, reason) for name, reason in raw["failures"]),
    )


def _spans(raw: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(*pair) for pair in raw)


class StoredWriter:
    """Writes packed documents one behind the other, in ``documents.bin``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / "documents.bin").open("wb")
        self._ends = [0]

    def add(self, packed: bytes) -> None:
        """Add one document."""
        self._file.write(packed)
        self._ends.append(self._ends[-1] + len(packed))

    def close(self) -> None:
        """Finish; the writer takes nothing more."""
        self._file.close()
        save_array(self._folder / "documents.array", np.asarray(self._ends, np.int64))

    def abandon(self) -> None:
        """Let go of the file, whatever became of it."""
        try:
            self._file.close()
        except OSError:
            return  # the disk is full: what is buffered is lost, as it should be


class StoredDocuments:
    """Reads what StoredWriter wrote; safe for threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "documents.bin"
        try:
            self._data = map_bytes(self._path)
        except OSError as error:
            raise IndexDamaged(f"“{self._path}” cannot be read ({error}).", REMEDY) from error
        self._ends = load_array(folder / "documents.array", np.int64)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def get(self, doc: int) -> tuple[Document, Fields]:
        """Return a document and its fields. Raises IndexDamaged if the bytes are not such."""
        data = self._data[int(self._ends[doc]) : int(self._ends[doc + 1])]
        try:
            return unpack(data)
        except (zlib.error, ValueError, TypeError, KeyError) as error:
            raise IndexDamaged(f"Document {doc} in “{self._path}” is damaged.", REMEDY) from error
