"""Documents and fields as bytes: what the index keeps of them, and their content hash."""

import hashlib
import re
from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from index.document import Document, Fields
from index.errors import IndexDamaged
from index.store.blobs import Blobs, BlobWriter
from index.store.cache import ByteCache
from index.store.files import REMEDY, load_array, save_array
from index.store.heads import Details, Head, decode_details, decode_head, encode_head, whole
from index.store.pieces import LongText, cut

HEAD_BATCH: Final = 4 * 1024 * 1024
TEXT_BATCH: Final = 16 * 1024 * 1024
"""Bytes that a writer keeps in memory, to learn what documents have in common."""
RECENT_BYTES: Final = 4 * 1024 * 1024
HEAD_COST: Final = 1_500
"""Bytes of a decoded head, beside twice those it is decoded from."""

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


class Packed(NamedTuple):
    """A document as the bytes that are kept: its head, and its text in one piece or several."""

    head: bytes
    text: tuple[bytes, ...]


def pack(document: Document, fields: Fields) -> Packed:
    """Turn a document and its fields into bytes.

    Raises ValueError or TypeError for lone surrogates: see ``clean``.
    """
    text = document.text
    pieces = cut(text, fields.language.parts)
    head = encode_head(document, fields, pieces)
    if not pieces:
        return Packed(head, (text.encode(),))
    return Packed(head, tuple(text[a.start : b.start].encode() for a, b in pairwise(pieces)))


class StoredWriter:
    """Writes packed documents one behind the other: ``heads.*`` and ``texts.*``.

    ``texts.long.array`` (int64) has for every document whose text has several pieces its number
    and how many pieces more than documents there are up to its end.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heads = BlobWriter(folder, "heads", HEAD_BATCH)
        self._texts = BlobWriter(folder, "texts", TEXT_BATCH)
        self._long: list[tuple[int, int]] = []

    def add(self, packed: Packed) -> None:
        """Add one document."""
        self._heads.add(packed.head)
        for piece in packed.text:
            self._texts.add(piece)
        if len(packed.text) > 1:
            self._long.append((self._heads.records - 1, self._texts.records - self._heads.records))

    def close(self) -> None:
        """Finish; the writer takes nothing more."""
        self._heads.close()
        self._texts.close()
        save_array(self._folder / "texts.long.array", np.asarray(self._long, np.int64).ravel())

    def abandon(self) -> None:
        """Let go of the files, whatever became of them."""
        self._heads.abandon()
        self._texts.abandon()


class StoredDocuments:
    """Reads what StoredWriter wrote; safe for threads. All raise IndexDamaged for foreign bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heads = Blobs(folder, "heads")
        self._texts = Blobs(folder, "texts")
        self._recent = ByteCache(RECENT_BYTES)
        long = load_array(folder / "texts.long.array", np.int64).reshape(-1, 2)
        self._long: list[int] = long[:, 0].tolist()
        self._more: list[int] = [0, *long[:, 1].tolist()]
        if len(self._texts) != len(self) + self._more[-1]:
            raise IndexDamaged(f"The documents in “{folder}” are not complete.", REMEDY)

    def __len__(self) -> int:
        return len(self._heads)

    def head(self, doc: int) -> Head:
        """Return what a result line shows of a document."""
        found: Head = self._recent.get(doc, lambda: self._read_head(doc))
        return found

    def _read_head(self, doc: int) -> tuple[Head, int]:
        data = self._heads.get(doc)
        try:
            return decode_head(data), HEAD_COST + 2 * len(data)
        except (ValueError, TypeError) as error:
            raise self._damaged(doc) from error

    def details(self, doc: int, head: Head) -> Details:
        """Return the rest of a document's head."""
        try:
            return decode_details(head)
        except (ValueError, TypeError) as error:
            raise self._damaged(doc) from error

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document, a long one as what reads it by pieces."""
        first = doc + self._more[bisect_left(self._long, doc)]
        if not details.piece_starts:
            return self._piece(doc, first)
        return LongText(
            details.piece_starts,
            details.piece_positions,
            lambda number: self._piece(doc, first + number),
        )

    def get(self, doc: int) -> tuple[Document, Fields]:
        """Return a document and its fields."""
        head = self.head(doc)
        details = self.details(doc, head)
        text = self.text(doc, details)[:]
        try:
            return whole(head, details, text)
        except (ValueError, TypeError) as error:
            raise self._damaged(doc) from error

    def _piece(self, doc: int, record: int) -> str:
        data = self._texts.get(record)
        try:
            return data.decode()
        except ValueError as error:
            raise self._damaged(doc) from error

    def _damaged(self, doc: int) -> IndexDamaged:
        return IndexDamaged(f"Document {doc} in “{self._folder}” is damaged.", REMEDY)
