"""The Whoosh schema, and how analysed text enters and leaves it.

``id`` finds a document. ``title`` and ``body`` hold words as written, folded but not stemmed;
``title_<suffix>`` and ``body_<suffix>`` hold the terms of one analyzer. Text is analysed in the
worker processes: a field is given finished postings, so the writer has nothing left but to add.
"""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence, Positions

PARTS = ("title", "body")
MAX_TERM_BYTES = 255
"""Longer terms are cut, in documents and in lookups alike: nobody means more than that."""

_POSITION = np.dtype("<u4")

Item = tuple[bytes, int, float, bytes]
"""One posting of one document: term, frequency, weight, packed positions."""


def term_bytes(term: str) -> bytes:
    """Encode a term as the index keeps it: UTF-8, at most MAX_TERM_BYTES, whole characters."""
    encoded = term.encode("utf-8", "replace")
    if len(encoded) <= MAX_TERM_BYTES:
        return encoded
    return encoded[:MAX_TERM_BYTES].decode("utf-8", "ignore").encode("utf-8")


def pack_positions(positions: Sequence[int]) -> bytes:
    """Pack ascending positions into 32-bit little-endian integers (Whoosh's own are pickles)."""
    packed = array("I", positions)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def pack_terms(terms: Mapping[str, Sequence[int]]) -> list[Item]:
    """Turn terms and their positions in one field of one document into postings."""
    items: dict[bytes, Sequence[int]] = {}
    for term, positions in terms.items():
        key = term_bytes(term)
        if not key or not positions:
            continue
        # Two long terms can be one after the cut.
        items[key] = sorted({*items[key], *positions}) if key in items else positions
    return [(key, len(at), float(len(at)), pack_positions(at)) for key, at in items.items()]


class PackedPositions(Positions):  # type: ignore[misc]
    """Positions as arrays: reading a block of postings is one NumPy operation."""

    def encode(self, poslist: Sequence[int]) -> bytes:
        """Pack positions."""
        return pack_positions(poslist)

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Unpack positions."""
        unpacked: list[int] = np.frombuffer(valuestring, _POSITION).tolist()
        return unpacked

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return how many positions there are."""
        return len(valuestring) // _POSITION.itemsize


class AnalysedField(FieldType):  # type: ignore[misc]
    """A field whose values are the postings that ``pack_terms`` made.

    It is not ``scorable`` for Whoosh: lengths are a column of ours, exact instead of one byte.
    """

    def __init__(self) -> None:
        super().__init__(format=PackedPositions(), analyzer=None)

    def index(self, value: list[Item], **kwargs: Any) -> Iterable[Item]:
        """Return the postings as they came."""
        return value


class IdField(FieldType):  # type: ignore[misc]
    """The id of a document, whole."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=None)

    def index(self, value: str, **kwargs: Any) -> Iterable[Item]:
        """Return the single posting of an id."""
        return ((value.encode("utf-8"), 1, 1.0, b""),)


def schema(analyzers: Iterable[str]) -> Schema:
    """Return the schema for these analyzers (``index.analysis.ANALYZERS``)."""
    fields: dict[str, FieldType] = {"id": IdField()}
    for part in PARTS:
        fields[part] = AnalysedField()
        for suffix in analyzers:
            fields[f"{part}_{suffix}"] = AnalysedField()
    return Schema(**fields)


class Block(NamedTuple):
    """Postings of one term in one segment: documents, frequencies, positions end to end."""

    docs: NDArray[np.int32]
    freqs: NDArray[np.int32]
    positions: NDArray[np.uint32]


class BlockMatcher(W3LeafMatcher):  # type: ignore[misc]
    """Whoosh's matcher, which can also give all its postings at once, block by block."""

    def arrays(self, positions: bool) -> Block:
        """Read everything from here on, with or without positions."""
        docs: list[Any] = []
        freqs: list[Any] = []
        values: list[bytes] = []
        while self.is_active():
            self._read_ids()
            self._read_weights()
            docs.append(np.asarray(self._ids, np.int32))
            freqs.append(np.asarray(self._weights, np.int32))
            if positions:
                self._read_values()
                values.extend(self._values)
            self._next_block()
        return Block(
            np.concatenate(docs) if docs else np.empty(0, np.int32),
            np.concatenate(freqs) if freqs else np.empty(0, np.int32),
            np.frombuffer(b"".join(values), _POSITION),
        )


class BlockCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's own codec, with larger blocks that are read as arrays."""

    # Field lengths are not Whoosh's to keep, so it need not look for them at each posting.
    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=1024, compression=3)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> BlockMatcher:
        """Open the postings of a term."""
        offset, length = terminfo.extent()
        return BlockMatcher(dbfile, offset, length, format_, term=term, scorer=scorer)
