"""The ids of a segment's documents: by number, and the number by id.

``ids.blob`` holds the ids in the order of the documents, ``ids.offsets`` where each begins, and
``ids.sorted`` the documents in the order of their ids.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.arrays import narrowest
from index.store.files import ArrayFile, write_array


def write_ids(folder: Path, ids: Sequence[str]) -> None:
    """Write the ids of documents, in their order."""
    encoded = [_encoded(id) for id in ids]
    offsets = np.zeros(len(ids) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(ids)), out=offsets[1:])
    order = sorted(range(len(ids)), key=encoded.__getitem__)
    write_array(folder / "ids.blob", np.frombuffer(b"".join(encoded), np.uint8))
    write_array(folder / "ids.offsets", narrowest(offsets))
    write_array(folder / "ids.sorted", np.array(order, np.uint32))


def _encoded(id: str) -> bytes:
    return id.encode("utf-8", "surrogatepass")


class Identifiers:
    """Reads ids; safe for threads. All may raise IndexDamaged."""

    def __init__(self, folder: Path) -> None:
        self._blob = ArrayFile(folder / "ids.blob")
        self._offsets = ArrayFile(folder / "ids.offsets")
        self._sorted = ArrayFile(folder / "ids.sorted")

    def __len__(self) -> int:
        return self._sorted.size

    def __getitem__(self, doc: int) -> str:
        """Return the id of a document."""
        return self._raw(doc).decode("utf-8", "surrogatepass")

    def docnum(self, id: str) -> int | None:
        """Return the document that has an id."""
        wanted = _encoded(id)
        at = bisect_left(range(len(self)), wanted, key=lambda at: self._raw(self._sorted.item(at)))
        doc = self._sorted.item(at) if at < len(self) else -1
        return doc if doc >= 0 and self._raw(doc) == wanted else None

    def all(self) -> list[str]:
        """Return every id, in the order of the documents."""
        blob = self._blob.all().tobytes()
        at = self._offsets.all().tolist()
        return [blob[start:stop].decode("utf-8", "surrogatepass") for start, stop in pairwise(at)]

    def _raw(self, doc: int) -> bytes:
        start, stop = self._offsets.slice(doc, doc + 2).tolist()
        return self._blob.raw(start, stop)
