"""The term dictionary: (field, term) -> term number, in byte order.

All keys ``field NUL term`` stand sorted in one blob with an array of offsets. A term is found by
bisection; the terms of a field, or those with a prefix, are one range of numbers, so that their
postings are one range of the arrays too.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from index.codec.files import ArrayFile, Place, write_chunks

SEPARATOR = b"\0"


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

    def bisect(self, wanted: bytes, low: int = 0, high: int | None = None) -> int:
        """Return the first number whose key is not below ``wanted``."""
        high = self.size if high is None else high
        while low < high:
            middle = (low + high) // 2
            if self[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

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
        return range(start, self.bisect(first + b"\xff", start))

    def field(self, field: str) -> range:
        """Return the numbers of all terms of a field."""
        start = self.bisect(field.encode() + SEPARATOR)
        return range(start, self.bisect(field.encode() + b"\1", start))

    def terms(self, numbers: range) -> Iterator[str]:
        """Yield the terms of successive numbers, decoding the blob in one go."""
        if not numbers:
            return
        offsets = self._offsets.slice(numbers.start, numbers.stop + 1).tolist()
        blob = self._blob.raw(offsets[0], offsets[-1])
        base = offsets[0]
        for start, stop in itertools.pairwise(offsets):
            term = blob[start - base : stop - base].partition(SEPARATOR)[2]
            yield term.decode("utf-8", "surrogatepass")

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields that have terms."""
        names, number = [], 0
        while number < self.size:
            name = self[number].partition(SEPARATOR)[0]
            names.append(name.decode())
            number = self.bisect(name + b"\1", number)
        return tuple(names)
