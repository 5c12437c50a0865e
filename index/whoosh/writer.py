"""The writing side of the codec: what Whoosh's own writer calls, posting by posting."""

from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.fields import FieldType

from index.inverted_index import write_terms
from index.store import Lists, Place, write_lists


class ArraysPerDocumentWriter(base.PerDocumentWriter):  # type: ignore[misc]
    """Counts the documents; lengths come from the postings and nothing is stored."""

    def __init__(self) -> None:
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin a document."""

    def add_field(self, fieldname: str, fieldobj: FieldType, value: Any, length: int) -> None:
        """Take note of nothing: stored values do not belong here."""

    def cancel_doc(self) -> None:
        """Give up the document that was begun."""

    def close(self) -> None:
        """Be done."""
        self.is_closed = True


class ArraysFieldWriter(base.FieldWriter):  # type: ignore[misc]
    """Gathers postings in term order and writes the arrays when it is closed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._fields: dict[str, list[bytes]] = {}
        self._frequency: list[int] = []
        self._located: list[int] = []
        self._docs: list[int] = []
        self._freqs: list[int] = []
        self._positions: list[int] = []
        self._field = ""
        self._format: Any = None
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: FieldType) -> None:
        """Begin a field."""
        self._field, self._format = fieldname, fieldobj.format

    def start_term(self, text: bytes) -> None:
        """Begin a term."""
        self._fields.setdefault(self._field, []).append(text)
        self._frequency.append(0)
        self._located.append(0)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """Add a posting of the term."""
        self._docs.append(docnum)
        self._frequency[-1] += 1
        if self._format.supports("positions"):
            positions = self._format.decode_positions(vbytes)
            self._positions.extend(positions)
            self._located[-1] += len(positions)
            self._freqs.append(len(positions))
        else:
            self._freqs.append(max(1, round(weight)))

    def finish_term(self) -> None:
        """End the term."""

    def close(self) -> None:
        """Write the arrays."""
        lists = Lists(
            np.array(self._frequency, np.int32),
            np.array(self._located, np.int64),
            np.array(self._docs, np.int32),
            np.array(self._freqs, np.int32),
            np.array(self._positions, np.int32),
        )
        write_lists(self._place, lists)
        size = len(self._frequency)
        write_terms(self._place, self._fields, np.ones(size, np.int64), np.arange(size))
        self.is_closed = True
