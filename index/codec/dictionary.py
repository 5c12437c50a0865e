"""The term dictionary: (field, term) -> term number, in byte order.

All keys ``field NUL term`` stand sorted in one blob with an array of offsets. A term is found by
bisection; the terms of a field, or those with a prefix, are one range of numbers, so that their
postings are one range of the arrays too.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from index.codec.files import ArrayFile, Place, write_chunks

SEPARATOR = b"\0"
STEP = 32
"""Keys from one landmark to the next."""


def encode(term: str) -> bytes:
    """Return a term as it stands in keys."""
    return term.encode("utf-8", "surrogatepass")


def key(field: str, term: bytes) -> bytes:
    """Return the key of a term of a field."""
    return field.encode() + SEPARATOR + term


def write_dictionary(folder: Place, keys: list[bytes]) -> None:
    """Write sorted, distinct keys as ``terms.blob`` and ``terms.offsets``."""
    offsets = np.zeros(len(keys) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, keys), np.int64, len(keys)), out=offsets[1:])
    step = 1 << 16
    blobs = (
        np.frombuffer(b"".join(keys[at : at + step]), np.uint8) for at in range(0, len(keys), step)
    )
    write_chunks(folder / "terms.blob", np.uint8, blobs)
    write_chunks(folder / "terms.offsets", np.int64, [offsets])


class Dictionary:
    """Read side; safe for threads."""

    def __init__(self, folder: Place) -> None:
        self._blob = ArrayFile(folder / "terms.blob")
        self._offsets = ArrayFile(folder / "terms.offsets")
        self.size = self._offsets.size - 1

    def __getitem__(self, number: int) -> bytes:
        """Return the key of a term number."""
        return self._blob.raw(self._offsets.item(number), self._offsets.item(number + 1))

    @cached_property
    def _landmarks(self) -> list[bytes]:
        """Every ``STEP``-th key: what a lookup bisects in memory before it reads one block."""
        return [self[number] for number in range(0, self.size, STEP)]

    def bisect(self, wanted: bytes) -> int:
        """Return the first number whose key is not below ``wanted``."""
        block = bisect_right(self._landmarks, wanted) - 1
        if block < 0:
            return 0
        numbers = range(block * STEP, min((block + 1) * STEP, self.size))
        return numbers.start + bisect_left(self._keys(numbers), wanted)

    def _keys(self, numbers: range) -> list[bytes]:
        offsets = self._offsets.slice(numbers.start, numbers.stop + 1).tolist()
        base = offsets[0]
        blob = self._blob.raw(base, offsets[-1])
        return [blob[start - base : stop - base] for start, stop in itertools.pairwise(offsets)]

    def split(self, number: int) -> tuple[str, bytes]:
        """Return the field and the term of a number."""
        field, _, term = self[number].partition(SEPARATOR)
        return field.decode(), term

    def find(self, field: str, term: bytes) -> int:
        """Return the number of a term, -1 if the segment lacks it."""
        wanted = key(field, term)
        number = self.bisect(wanted)
        return number if number < self.size and self[number] == wanted else -1

    def lower(self, field: str, term: bytes) -> int:
        """Return the first number whose key is not below this term of this field."""
        return self.bisect(key(field, term))

    def prefix(self, field: str, prefix: str) -> range:
        """Return the numbers of a field's terms that start with ``prefix``."""
        first = key(field, encode(prefix))
        start = self.bisect(first)
        # UTF-8 never holds 0xFF, so this is above every key that starts so.
        return range(start, self.bisect(first + b"\xff"))

    def field(self, field: str) -> range:
        """Return the numbers of all terms of a field."""
        start = self.bisect(field.encode() + SEPARATOR)
        return range(start, self.bisect(field.encode() + b"\1"))

    def terms(self, numbers: range) -> Iterator[str]:
        """Yield the terms of successive numbers, decoding the blob in one go."""
        if not numbers:
            return
        for whole in self._keys(numbers):
            yield whole.partition(SEPARATOR)[2].decode("utf-8", "surrogatepass")

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields that have terms."""
        names, number = [], 0
        while number < self.size:
            name = self[number].partition(SEPARATOR)[0]
            names.append(name.decode())
            number = self.bisect(name + b"\1")
        return tuple(names)
