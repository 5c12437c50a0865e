"""Keys on disk: terms that documents have, found whole; see ``index.keys``.

A key, a field and a term, stands as 64 bits of its digest; that any two of ten million keys are the
same has a chance of three in a million. ``keys.array`` holds the digests ascending, one for each
document that has the key, and ``keys.docs`` these documents. A key is found by bisection.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.store.files import Folder, open_array, write_array

_BYTES = 8


def key_digest(field: str, term: str) -> int:
    """Return the number that stands for a key."""
    key = f"{field}\0{term}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(key, digest_size=_BYTES).digest(), "little")


class KeyWriter:
    """Collects the keys of documents, and writes them."""

    def __init__(self) -> None:
        self._digests = array("Q")
        self._docs = array("i")

    def add(self, doc: int, digests: Iterable[int]) -> None:
        """Add the keys of a document; documents come in ascending order."""
        before = len(self._digests)
        self._digests.extend(digests)
        self._docs.extend([doc] * (len(self._digests) - before))

    def save(self, folder: Path) -> None:
        """Write all keys."""
        digests = np.asarray(self._digests, np.uint64)
        order = np.argsort(digests, kind="stable")
        write_array(folder / "keys.array", digests[order])
        write_array(folder / "keys.docs", np.asarray(self._docs, np.int32)[order])


class Keys:
    """Reads keys; safe for threads. Reading raises IndexDamaged."""

    def __init__(self, folder: Folder) -> None:
        self._digests = open_array(folder, "keys.array")
        self._docs = open_array(folder, "keys.docs")

    def docs(self, digest: int) -> NDArray[np.int32]:
        """Return the documents that have a key, ascending, deleted ones included."""
        places = range(self._digests.size)
        start = bisect_left(places, digest, key=self._digests.item)
        stop = bisect_right(places, digest, lo=start, key=self._digests.item)
        return self._docs.slice(start, stop)
