"""Date and length columns: when documents were published, the days they mention, their lengths.

Files are opened at once and read, and verified, when first asked for. Integers are written as
narrow as the largest of them allows.
"""

from array import array
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.days import UNDATED_DAY, UNDATED_SECOND
from index.store.array_files import ArrayFile
from index.store.files import open_array, save_array, save_narrow

DAY_SECONDS = 86_400
_UNDATED = (UNDATED_DAY, UNDATED_DAY, UNDATED_DAY * DAY_SECONDS)


class DateColumnWriter:
    """Collects publication dates: first day, last day, second; see ``index.days``.

    Written are the first day, the days from it to the last, and the seconds from its beginning.
    """

    def __init__(self) -> None:
        self._first = array("i")
        self._last = array("i")
        self._second = array("q")

    def extend(self, rows: Sequence[tuple[int, int, int] | None]) -> None:
        """Add documents; None for an undated one."""
        if rows:
            first, last, second = zip(*(row or _UNDATED for row in rows), strict=True)
            self._first.extend(first)
            self._last.extend(last)
            self._second.extend(second)

    def save(self, folder: Path) -> None:
        """Write the column."""
        first, last = np.asarray(self._first, np.int32), np.asarray(self._last, np.int32)
        seconds = np.asarray(self._second, np.int64) - first * np.int64(DAY_SECONDS)
        save_array(folder / "published.first.array", first)
        save_narrow(folder / "published.length.array", last - first)
        save_narrow(folder / "published.seconds.array", seconds)


class DateColumn:
    """When documents were published, in days and seconds since 1970-01-01 (UTC).

    Undated: the smallest integer of each type. Reading raises IndexDamaged.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._first = _opened(folders, "published.first.array", "i")
        self._length = _opened(folders, "published.length.array", "u")
        self._second = _opened(folders, "published.seconds.array", "u")

    @cached_property
    def days(self) -> NDArray[np.int32]:
        """The first day that each date may mean."""
        return _joined(self._first, np.int32)

    @property
    def last_days(self) -> NDArray[np.int32]:
        """The last day that each date may mean: a month and a year have several."""
        last: NDArray[np.int32] = self.days + _joined(self._length, np.int32)
        return last

    @property
    def seconds(self) -> NDArray[np.int64]:
        """The second at which each date begins, for sorting."""
        begin: NDArray[np.int64] = self.days * np.int64(DAY_SECONDS) + _joined(
            self._second, np.int64
        )
        begin[self.days == UNDATED_DAY] = UNDATED_SECOND
        return begin

    def second(self, doc: int) -> int:
        """Return the second at which the date of one document begins."""
        day = int(self.days[doc])
        if day == UNDATED_DAY:
            return UNDATED_SECOND
        return day * DAY_SECONDS + int(self._seconds_of_day[doc])

    @cached_property
    def _seconds_of_day(self) -> NDArray[Any]:
        return _joined(self._second)


class SpanColumnWriter:
    """Collects the spans of days that documents mention."""

    def __init__(self) -> None:
        self._sizes = array("q", [0])
        self._first = array("i")
        self._last = array("i")

    def extend(self, documents: Sequence[Sequence[tuple[int, int]]]) -> None:
        """Add documents: first and last days of each, inclusive."""
        self._sizes.extend(map(len, documents))
        days = list(chain.from_iterable(chain.from_iterable(documents)))
        self._first.extend(days[::2])
        self._last.extend(days[1::2])

    def save(self, folder: Path) -> None:
        """Write the column."""
        save_narrow(folder / "mentioned.offsets.array", np.cumsum(self._sizes, dtype=np.int64))
        save_array(folder / "mentioned.first.array", np.asarray(self._first, np.int32))
        save_array(folder / "mentioned.last.array", np.asarray(self._last, np.int32))


class SpanColumn:
    """The spans of days that documents mention, several to a document.

    Those of document ``d`` are ``first[offsets[d]:offsets[d + 1]]`` and likewise ``last``.
    Reading raises IndexDamaged.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._offsets = _opened(folders, "mentioned.offsets.array", "u")
        self._first = _opened(folders, "mentioned.first.array", "i")
        self._last = _opened(folders, "mentioned.last.array", "i")

    @cached_property
    def offsets(self) -> NDArray[np.unsignedinteger[Any]]:
        """Where the spans of each document begin; one more than there are documents."""
        if len(self._offsets) == 1:
            offsets: NDArray[np.unsignedinteger[Any]] = self._offsets[0].all()
            return offsets
        sizes = [np.diff(file.all().astype(np.uint64)) for file in self._offsets]
        return np.concatenate([np.zeros(1, np.uint64), *sizes]).cumsum(dtype=np.uint32)

    @cached_property
    def first(self) -> NDArray[np.int32]:
        """The first day of every span."""
        return _joined(self._first, np.int32)

    @cached_property
    def last(self) -> NDArray[np.int32]:
        """The last day of every span."""
        return _joined(self._last, np.int32)

    def mask(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return, for every document number, whether it mentions a day from first to last."""
        hit = (self.first <= last) & (self.last >= first)
        before = np.zeros(len(hit) + 1, np.int32)
        np.cumsum(hit, out=before[1:])
        mask: NDArray[np.bool_] = before[self.offsets[1:]] > before[self.offsets[:-1]]
        return mask


class LengthColumn:
    """The lengths of title or body, in positions. Reading raises IndexDamaged."""

    def __init__(self, folders: Sequence[Path], part: str) -> None:
        self._files = _opened(folders, f"{part}.lengths.array", "f")

    def read(self) -> NDArray[np.float32]:
        """Return the length of every document."""
        return _joined(self._files, np.float32)


def _opened(folders: Sequence[Path], name: str, kind: str) -> list[ArrayFile]:
    return [open_array(folder / name, kind) for folder in folders]


def _joined(files: Sequence[ArrayFile], dtype: type[np.generic] | None = None) -> NDArray[Any]:
    """Return the arrays of segments as one: where it is one, of this type, as it is mapped."""
    parts = [file.all() for file in files]
    joined = parts[0] if len(parts) == 1 else np.concatenate(parts or [np.empty(0, np.uint8)])
    return joined if dtype is None else joined.astype(dtype, copy=False)
