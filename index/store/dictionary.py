"""The term dictionary: (field, term) -> term number, in byte order.

A key is the number of the field, two bytes, and the term in UTF-8. All keys stand sorted in one
blob with an array of offsets. A term is found by bisection; the terms of a field, or those with a
prefix, are one range of numbers.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import narrowest
from index.store.array_files import ArrayFile, ArrayWriter, Place, write_array

STEP = 16
"""Keys from one landmark to the next."""
_BETWEEN = b"\xff"
"""What never stands in UTF-8, nor in the number of a field that a dictionary has."""


class Term(NamedTuple):
    """A term of a field, as it stands in the dictionary; they sort as their numbers do."""

    field: str
    text: bytes


def encode(term: str) -> bytes:
    """Return a term as it stands in keys."""
    return term.encode("utf-8", "surrogatepass")


def write_dictionary(folder: Place, fields: Mapping[str, Sequence[bytes]]) -> None:
    """Write the terms of fields, sorted and distinct, the fields sorted too."""
    writer = ArrayWriter(folder / "terms.blob", np.uint8)
    lengths: list[NDArray[np.int64]] = []
    landmarks: list[bytes] = []
    size = 0
    for number, terms in enumerate(fields.values()):
        code = _code(number)
        lengths.append(np.fromiter(map(len, terms), np.int64, len(terms)) + len(code))
        landmarks += [code + term for term in terms[-size % STEP :: STEP]]
        size += len(terms)
        for start in range(0, len(terms), 1 << 16):
            data = code + code.join(terms[start : start + (1 << 16)])
            writer.append(np.frombuffer(data, np.uint8))
    writer.close()
    offsets = np.concatenate([np.zeros(1, np.int64), *lengths])
    write_array(folder / "terms.offsets", narrowest(np.cumsum(offsets)))
    for name, parts in (
        ("terms.landmarks", landmarks),
        ("terms.fields", [field.encode() for field in fields]),
    ):
        write_array(folder / name, np.frombuffer(_BETWEEN.join(parts), np.uint8))


def _code(field: int) -> bytes:
    # Base 128, so that no byte of it is that between landmarks.
    return bytes((field >> 7, field & 127))


class Dictionary:
    """Read side; safe for threads."""

    def __init__(self, folder: Place) -> None:
        self._blob = ArrayFile(folder / "terms.blob")
        self._offsets = ArrayFile(folder / "terms.offsets")
        self._landmark_file = ArrayFile(folder / "terms.landmarks")
        names = ArrayFile(folder / "terms.fields").all().tobytes()
        self._fields = tuple(name.decode() for name in names.split(_BETWEEN)) if names else ()
        self._codes = {field: _code(number) for number, field in enumerate(self._fields)}
        self.size = self._offsets.size - 1

    def _key(self, number: int) -> bytes:
        return self._blob.raw(self._offsets.item(number), self._offsets.item(number + 1))

    @cached_property
    def _landmarks(self) -> list[bytes]:
        """Every ``STEP``-th key: what a lookup bisects in memory before it reads one block."""
        return self._landmark_file.all().tobytes().split(_BETWEEN) if self.size else []

    def _block(self, wanted: bytes) -> tuple[list[int], bytes, int]:
        """Return the last ``STEP`` keys of which the first is not above ``wanted``.

        That is: where they begin in the blob and the last one ends, their bytes, and the number of
        the first. There is none where ``wanted`` is below all keys.
        """
        block = bisect_right(self._landmarks, wanted) - 1
        if block < 0:
            return [], b"", 0
        last = min((block + 1) * STEP, self.size)
        offsets = self._offsets.slice(block * STEP, last + 1).tolist()
        return offsets, self._blob.raw(offsets[0], offsets[-1]), block * STEP

    def _bisect(self, wanted: bytes) -> int:
        """Return the first number whose key is not below ``wanted``."""
        offsets, blob, first = self._block(wanted)
        return first + bisect_left(_keys(offsets, blob), wanted)

    def _keys(self, numbers: range) -> list[bytes]:
        offsets = self._offsets.slice(numbers.start, numbers.stop + 1).tolist()
        return _keys(offsets, self._blob.raw(offsets[0], offsets[-1]))

    def split(self, number: int) -> Term:
        """Return the field and the term of a number."""
        key = self._key(number)
        return Term(self._fields[key[0] << 7 | key[1]], key[2:])

    def find(self, field: str, term: bytes) -> int:
        """Return the number of a term, -1 if the segment lacks it."""
        code = self._codes.get(field)
        if code is None:
            return -1
        wanted = code + term
        offsets, blob, first = self._block(wanted)
        # Most often it is not there at all. Else it may stand within another key, or across two.
        place = blob.find(wanted)
        while place >= 0:
            at = bisect_left(offsets, offsets[0] + place)
            if offsets[at : at + 2] == [offsets[0] + place, offsets[0] + place + len(wanted)]:
                return first + at
            place = blob.find(wanted, place + 1)
        return -1

    def lower(self, field: str, term: bytes) -> int:
        """Return the first number whose key is not below this term of this field."""
        code = self._codes.get(field)
        if code is not None:
            return self._bisect(code + term)
        later = [other for other in self._fields if other > field]
        return self.field(later[0]).start if later else self.size

    def prefix(self, field: str, prefix: str) -> range:
        """Return the numbers of a field's terms that start with ``prefix``."""
        code = self._codes.get(field)
        if code is None:
            return range(0)
        first = code + encode(prefix)
        # UTF-8 never holds 0xFF, so this is above every key that starts so.
        return range(self._bisect(first), self._bisect(first + b"\xff"))

    def field(self, field: str) -> range:
        """Return the numbers of all terms of a field."""
        return self.prefix(field, "")

    def terms(self, numbers: range) -> Iterator[str]:
        """Yield the terms of successive numbers, decoding the blob in one go."""
        if not numbers:
            return
        for whole in self._keys(numbers):
            yield whole[2:].decode("utf-8", "surrogatepass")

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields that have terms."""
        return self._fields


def _keys(offsets: Sequence[int], blob: bytes) -> list[bytes]:
    """Return the keys that stand between offsets; ``blob`` begins at the first of these."""
    base = offsets[0] if offsets else 0
    return [blob[start - base : stop - base] for start, stop in itertools.pairwise(offsets)]
