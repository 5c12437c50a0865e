"""Cells: the ordinals that documents carry in one facet, laid out to be counted.

A document has a row of ``slots`` cells (one, two, four or eight, so that a row is one integer to
fetch) that hold its first ordinals; the few documents with more values have the others outside.
An empty cell in slot ``s`` of ``v`` values holds ``v + s``: counting the cells of some documents
counts their values, and what stands at ``v`` is how many of them carry none. That empty cells
of a row differ matters: a counter that is raised twice in a row waits for itself.

Facet columns: the values of one facet that every document carries, as arrays.

A value is its ordinal, its place among the sorted values; the ordinals of documents are ``Cells``.
Files of a column ``NAME`` in a segment::

    NAME.names.array    JSON (UTF-8): slots, values, the label of each, and variants
    NAME.rows.array     the rows of cells, as narrow as the ordinals allow
    NAME.more.array     document and ordinal of every other value: all documents, all ordinals
    NAME.written.array  where documents differ about the label of a value: which document writes
                        which of the variants (ordinal and label): all documents, all variants

Files are opened at once and read, and verified, when first asked for.

Date and length columns: when documents were published, the days they mention, their lengths.

Files are opened at once and read, and verified, when first asked for. Integers are written as
narrow as the largest of them allows.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from itertools import count as counting
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from index import kernels
from index.days import UNDATED_DAY, UNDATED_SECOND
from index.store.files import ArrayFile, open_array, save_narrow, write_array

SLOTS = (1, 2, 4, 8)
_MORE_COST = 32
"""Bytes that a value outside the rows is worth: the eight it takes, and the time to find it."""

Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Cells(NamedTuple):
    """The ordinals of documents: their rows, and what does not fit into these.

    ``values`` is how many values there are. ``more_docs`` ascends.
    """

    values: int
    slots: int
    rows: NDArray[np.unsignedinteger]
    more_docs: Docs
    more_ordinals: NDArray[np.int32]

    def table(self) -> NDArray[np.unsignedinteger]:
        """Return the cells, one row for a document."""
        return self.flat(self.rows).reshape(-1, self.slots)

    def flat(self, rows: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        """Return the cells of rows, one behind the other."""
        return rows.view(f"<u{rows.itemsize // self.slots}")

    def count_ordinals(self, docs: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return how many of ascending ``docs`` carry each ordinal; behind them, how many none."""
        more = self.more_docs, self.more_ordinals
        cells = self.flat(self.rows)
        return kernels.active.count_ordinals(cells, self.slots, self.values, *more, docs)

    def carrying(self, ordinals: Sequence[int], docs: Docs | None = None) -> Mask:
        """Return which documents (of all, or of these, ascending) carry any of the ordinals."""
        rows = self.rows if docs is None else self.rows.take(docs)
        carrying: Mask = np.zeros(len(rows), np.bool_)
        cells = self.flat(rows)
        for ordinal in ordinals:
            # The comparisons of a row's cells are bytes: together one integer, zero if all fail.
            carrying |= (cells == ordinal).view(f"<u{self.slots}") != 0
            held = self.more_docs[self.more_ordinals == ordinal]
            if docs is None:
                carrying[held] = True
            elif len(held):
                at = docs.searchsorted(held)
                at[at == len(docs)] = 0
                carrying[at[docs[at] == held] if len(docs) else at[:0]] = True
        return carrying

    def of(self, doc: int) -> list[int]:
        """Return the ordinals of one document."""
        held = [cell for cell in self.flat(self.rows[doc : doc + 1]).tolist() if cell < self.values]
        first, last = self.more_docs.searchsorted((doc, doc + 1)).tolist()
        return held + [int(ordinal) for ordinal in self.more_ordinals[first:last]]

    def sizes(self) -> NDArray[np.int64]:
        """Return how many values each document carries."""
        sizes = np.bincount(self.more_docs, minlength=len(self.rows))
        sizes += np.count_nonzero(self.table() < self.values, axis=1)
        return sizes

    def entries(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the number of values of each document, and all ordinals in their order."""
        sizes = self.sizes()
        table = self.table()
        inside = np.arange(self.slots) < sizes[:, None]
        ordinals = np.empty(int(sizes.sum()), np.int64)
        first = np.arange(len(ordinals)) - np.repeat(np.cumsum(sizes) - sizes, sizes) < self.slots
        ordinals[first] = table[inside]
        ordinals[~first] = self.more_ordinals
        return sizes, ordinals


def lay_out(sizes: NDArray[np.int64], ordinals: NDArray[np.int64], values: int) -> Cells:
    """Lay out documents of so many values each, whose ordinals follow one another."""
    place = np.arange(len(ordinals)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    costs = []
    for slots in SLOTS:
        width = np.min_scalar_type(values + slots - 1).itemsize
        if slots * width <= 8:
            outside = int(np.count_nonzero(place >= slots))
            costs.append((len(sizes) * slots * width + _MORE_COST * outside, slots, width))
    _, slots, width = min(costs)
    table = np.empty((len(sizes), slots), f"<u{width}")
    table[:] = np.arange(values, values + slots)
    docs = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    inside = place < slots
    table[docs[inside], place[inside]] = ordinals[inside]
    return Cells(
        values,
        slots,
        table.view(f"<u{slots * width}").ravel(),
        docs[~inside],
        ordinals[~inside].astype(np.int32),
    )


Key = TypeVar("Key", int, str)


class ValueColumnWriter:
    """Collects the values of one facet, document by document, in order."""

    def __init__(self) -> None:
        self._sizes = array("i")
        self._entries = array("i")
        self._labels = array("i")
        # Values and labels are numbered as they come, with gaps.
        self._numbers = counting(1)
        self._known: dict[str, int] = {}
        self._texts: dict[str, int] = {"": 0}

    def extend(self, documents: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Add documents: values with labels as written, empty where the authority has them."""
        self._sizes.extend(map(len, documents))
        pairs = list(chain.from_iterable(documents))
        for at, numbers, known in ((0, self._entries, self._known), (1, self._labels, self._texts)):
            numbers.extend(map(known.setdefault, map(itemgetter(at), pairs), self._numbers))

    def save(self, folder: Path, name: str) -> None:
        """Write the column, its values sorted."""
        values = sorted(self._known)
        sizes = np.asarray(self._sizes, np.int64)
        ordinals = self._renumbered(self._entries, [self._known[value] for value in values])
        cells = lay_out(sizes, ordinals, len(values))
        labels, variants, docs, which = self._labelled(sizes, ordinals, len(values))
        names = {"slots": cells.slots, "values": values, "labels": labels, "variants": variants}
        write_array(folder / f"{name}.names.array", np.frombuffer(orjson.dumps(names), np.uint8))
        write_array(folder / f"{name}.rows.array", cells.rows)
        write_array(
            folder / f"{name}.more.array", np.concatenate([cells.more_docs, cells.more_ordinals])
        )
        write_array(
            folder / f"{name}.written.array", np.concatenate([docs, which]).astype(np.int32)
        )

    def _renumbered(self, numbers: "array[int]", order: Sequence[int]) -> NDArray[np.int64]:
        """Return the places of numbers in an order of them."""
        place = np.empty(next(self._numbers), np.int64)
        place[order] = np.arange(len(order))
        return place[np.asarray(numbers, np.int64)]

    def _labelled(
        self, sizes: NDArray[np.int64], ordinals: NDArray[np.int64], values: int
    ) -> tuple[list[str], list[tuple[int, str]], NDArray[np.int64], NDArray[np.int64]]:
        """Return the label of each value, the variants of those with several, who writes which."""
        texts = list(self._texts)
        pairs, of_entry, counts = np.unique(
            ordinals * len(texts) + self._renumbered(self._labels, list(self._texts.values())),
            return_inverse=True,
            return_counts=True,
        )
        owners = pairs // len(texts)
        written = [texts[at] for at in (pairs % len(texts)).tolist()]
        labels = [""] * values
        found = Counter(dict(zip(zip(owners.tolist(), written, strict=True), counts, strict=True)))
        for ordinal, text in _best(found).items():
            labels[ordinal] = text
        several = np.bincount(owners, minlength=values)[owners] > 1
        several &= pairs % len(texts) > 0
        variants = [(int(owners[at]), written[at]) for at in several.nonzero()[0].tolist()]
        number = np.cumsum(several) - 1
        differing = several[of_entry]
        docs = np.repeat(np.arange(len(sizes)), sizes)[differing]
        return labels, variants, docs, number[of_entry[differing]]


def _best(found: Mapping[tuple[Key, str], int]) -> dict[Key, str]:
    """Return for each value the label that most write (of equals, the first in the alphabet)."""
    best: dict[Key, tuple[int, str]] = {}
    for (value, text), count in found.items():
        if text and count and (value not in best or (-count, text) < best[value]):
            best[value] = (-int(count), text)
    return {value: text for value, (_, text) in best.items()}


class Tally(NamedTuple):
    """How many documents carry each value, by ordinal, and how many carry none."""

    counts: NDArray[np.int64]
    missing: int


class Chosen:
    """Live documents whose values are counted: what all columns need of them is made once.

    ``docs`` ascend; ``size`` is that of the generation and ``live`` its live documents, None where
    all are.
    """

    def __init__(self, docs: Docs, size: int, live: Mask | None) -> None:
        self.docs = docs
        self._size, self._live = size, live

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """The documents in the type by which arrays are indexed."""
        return self.docs.astype(np.intp)

    @cached_property
    def others(self) -> NDArray[np.intp]:
        """The live documents that were not chosen, ascending."""
        others = np.ones(self._size, np.bool_) if self._live is None else self._live.copy()
        others[self.places] = False
        return others.nonzero()[0]


class _Stored:
    """A value column of one segment, as written."""

    def __init__(self, folder: Path, name: str) -> None:
        self._names = open_array(folder / f"{name}.names.array", "u")
        self._rows = open_array(folder / f"{name}.rows.array", "u")
        self._more = open_array(folder / f"{name}.more.array", "i")
        self._written = open_array(folder / f"{name}.written.array", "i")
        self.documents = self._rows.size

    @cached_property
    def _said(self) -> dict[str, Any]:
        said: dict[str, Any] = orjson.loads(self._names.raw(0, self._names.size))
        return said

    @cached_property
    def values(self) -> tuple[str, ...]:
        return tuple(self._said["values"])

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The label of every value, over all documents of the segment; empty where none is."""
        return tuple(self._said["labels"])

    @cached_property
    def cells(self) -> Cells:
        docs, ordinals = self._more.all().reshape(2, -1)
        return Cells(len(self.values), int(self._said["slots"]), self._rows.all(), docs, ordinals)

    def written(self, live: Mask) -> Counter[tuple[str, str]]:
        """Return how many live documents write a label for a value."""
        counts = self.cells.count_ordinals(np.flatnonzero(live)).tolist()
        variants = [(self.values[ordinal], text) for ordinal, text in self._said["variants"]]
        # Where documents differ, those that write each variant are counted.
        several = {value for value, _ in variants}
        found = Counter(
            {
                (value, label): count
                for value, label, count in zip(self.values, self.labels, counts, strict=False)
                if value not in several
            }
        )
        docs, which = self._written.all().reshape(2, -1)
        found.update(variants[at] for at in which[live[docs]].tolist())
        return found


class FacetColumn:
    """The values of one facet over all documents of a generation.

    ``values`` are sorted and only those that a live document carries. Document numbers given to
    its methods are live ones, ascending. Every part is computed when first asked for; whatever
    reads a file for the first time raises IndexDamaged where its bytes are not those written.
    """

    def __init__(self, parts: Sequence[_Stored], live: Mask | None) -> None:
        """Join the columns of segments; ``live`` is None where all their documents are."""
        self._parts = parts
        self._live = live
        self._size = sum(part.documents for part in parts)

    @property
    def _whole(self) -> bool:
        return self._live is None and len(self._parts) == 1

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values that live documents carry, sorted."""
        if self._whole:
            return self._parts[0].values
        carried: set[str] = set()
        for part, live in self._with_live():
            counts = part.cells.count_ordinals(np.flatnonzero(live))[:-1]
            carried.update(part.values[at] for at in counts.nonzero()[0].tolist())
        return tuple(sorted(carried))

    @cached_property
    def ordinal(self) -> Mapping[str, int]:
        """Where each value stands in ``values``."""
        return MappingProxyType({value: at for at, value in enumerate(self.values)})

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Value -> the form that most documents write (of equals, the first in the alphabet)."""
        if self._whole:
            (part,) = self._parts
            pairs = zip(part.values, part.labels, strict=True)
            return MappingProxyType({value: label for value, label in pairs if label})
        found: Counter[tuple[str, str]] = Counter()
        for part, live in self._with_live():
            found.update(part.written(live))
        return MappingProxyType(_best(found))

    @cached_property
    def _cells(self) -> Cells:
        """The cells of all documents; those of deleted ones are empty."""
        if self._whole:
            return self._parts[0].cells
        sizes, ordinals = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for part, live in self._with_live():
            rank = np.asarray([self.ordinal.get(value, -1) for value in part.values], np.int64)
            held, entries = part.cells.entries()
            ordinals.append(rank[entries[np.repeat(live, held)]])
            sizes.append(np.where(live, held, 0))
        return lay_out(np.concatenate(sizes), np.concatenate(ordinals), len(self.values))

    def _with_live(self) -> Iterable[tuple[_Stored, Mask]]:
        base = 0
        for part in self._parts:
            everyone = np.ones(part.documents, np.bool_)
            end = base + part.documents
            yield part, everyone if self._live is None else self._live[base:end]
            base = end

    @cached_property
    def _documents(self) -> int:
        return self._size if self._live is None else int(np.count_nonzero(self._live))

    @cached_property
    def totals(self) -> Tally:
        """The tally of all live documents; read-only."""
        counts = self._cells.count_ordinals(np.arange(self._size))
        counts.flags.writeable = False
        return Tally(counts[:-1], int(counts[-1]) - (self._size - self._documents))

    def tally(self, docs: Docs | Chosen) -> Tally:
        """Count what documents carry; the counts may be read-only."""
        chosen = docs if isinstance(docs, Chosen) else Chosen(docs, self._size, self._live)
        if len(chosen.docs) == self._documents:
            return self.totals
        if 2 * len(chosen.docs) > self._documents:
            counts = self._cells.count_ordinals(chosen.others)
            missing = self.totals.missing - int(counts[-1])
            return Tally(self.totals.counts - counts[:-1], missing)
        counts = self._cells.count_ordinals(chosen.places)
        return Tally(counts[:-1], int(counts[-1]))

    def counts(self, docs: Docs) -> NDArray[np.int64]:
        """Return, for every ordinal, how many of these documents carry it; may be read-only."""
        return self.tally(docs).counts

    def missing(self, docs: Docs) -> int:
        """Return how many of these documents carry no value."""
        return self.tally(docs).missing

    def mask(self, ordinals: Iterable[int]) -> Mask:
        """Return, for every document number, whether it carries any of these ordinals."""
        return self._cells.carrying(tuple(ordinals))

    def carrying(self, docs: Docs, ordinals: Iterable[int]) -> Mask:
        """Return which of these documents carry any of these ordinals."""
        return self._cells.carrying(tuple(ordinals), docs)

    def of(self, doc: int) -> tuple[str, ...]:
        """Return the values of one document."""
        return tuple(self.values[ordinal] for ordinal in self._cells.of(doc))


def open_facet(folders: Sequence[Path], name: str, live: Mask | None) -> FacetColumn:
    """Open a facet over the columns of several segments; ``live`` is None where all are."""
    return FacetColumn([_Stored(folder, name) for folder in folders], live)


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
        write_array(folder / "published.first.array", first)
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
        write_array(folder / "mentioned.first.array", np.asarray(self._first, np.int32))
        write_array(folder / "mentioned.last.array", np.asarray(self._last, np.int32))


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
