"""Cursors: where a deep walk through results stands, as an opaque URL-safe word.

A cursor holds the sort key of the last result given (score, publication time, id), so it can be
continued in another generation of the index; and fingerprints of the request and of the
generation, so that a wrong continuation is noticed. The checksum is against accidents (a cursor
cut short by a mail program), not against forgers: a forged cursor only reads results.
"""

import struct
from base64 import b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import NamedTuple

_HEAD = struct.Struct("<BB8s8sdq")
_VERSION = 1
_CHECKSUM_BYTES = 4
_SORTS = ("relevance", "-date", "date")


class CursorError(ValueError):
    """The word is not a cursor: cut, altered, or of another version."""


class Cursor(NamedTuple):
    """The last result given: its sort key, under which request, in which generation.

    ``seconds`` is the publication time as ``DateColumn.seconds`` has it.
    """

    sort: str
    request: bytes
    generation: bytes
    score: float
    seconds: int
    id: str


def fingerprint(text: str) -> bytes:
    """Return 8 bytes that stand for ``text``."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def encode(cursor: Cursor) -> str:
    """Return the cursor as a word of letters, digits, ``-`` and ``_``."""
    payload = _HEAD.pack(
        _VERSION,
        _SORTS.index(cursor.sort),
        cursor.request,
        cursor.generation,
        cursor.score,
        cursor.seconds,
    ) + cursor.id.encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(_checksum(payload) + payload).rstrip(b"=").decode("ascii")


def decode(word: str) -> Cursor:
    """Return what ``encode`` was given; raises CursorError."""
    try:
        data = b64decode(word.encode("ascii") + b"=" * (-len(word) % 4), b"-_", validate=True)
        payload = data[_CHECKSUM_BYTES:]
        if data[:_CHECKSUM_BYTES] != _checksum(payload):
            raise CursorError("checksum")
        version, sort, request, generation, score, seconds = _HEAD.unpack_from(payload)
        if version != _VERSION:
            raise CursorError("version")
        id = payload[_HEAD.size :].decode("utf-8", "surrogatepass")
        return Cursor(_SORTS[sort], request, generation, score, seconds, id)
    except (ValueError, IndexError, struct.error) as error:
        raise CursorError(str(error)) from error


def _checksum(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_CHECKSUM_BYTES).digest()
