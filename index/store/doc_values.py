"""Doc values: what documents are filtered, counted and sorted by, in arrays by document.

A value of a facet is its *ordinal*, its place among the sorted values. A document has a row of
``slots`` *cells* (one, two, four or eight, so that a row is one integer to fetch) with its first
ordinals; the few documents with more values have the others outside. An empty cell in slot ``s`` of
``v`` values holds ``v + s``: counting the cells of some documents counts their values, and what
stands at ``v`` is how many of them have none. (Empty cells of a row differ because a counter that
is raised twice in a row waits for itself.) Files of a facet ``NAME`` in a segment::

    NAME.names.array    JSON (UTF-8): slots, values, and labels (ordinal and text, sorted)
    NAME.rows.array     the rows of cells, as narrow as the ordinals allow
    NAME.more.array     document and ordinal of every other value: all documents, all ordinals
    NAME.labels.array   which document writes which of the labels: all documents, all labels

The other columns are plain numbers. Files are opened at once; they are read and verified when first
asked for, and raise IndexDamaged if their bytes are not those written.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from itertools import count as counting
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from index import kernels
from index.arrays import bounds_of, narrowest, starts_of
from index.calendar import DAY_SECONDS, UNDATED_DAY, UNDATED_SECOND
from index.store.files import Folder, open_array, write_array

SLOTS = (1, 2, 4, 8)
_MORE_COST = 32
"""Bytes that a value outside the rows is worth: the eight it takes, and the time to find it."""

Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.integer[Any]]


class Cells(NamedTuple):
    """The ordinals of documents: their rows, and what does not fit into these.

    ``values`` is how many values there are. ``more_docs`` ascends.
    """

    values: int
    slots: int
    rows: NDArray[np.unsignedinteger]
    more_docs: Docs
    more_ordinals: NDArray[np.int32]

    def flat(self, rows: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        """Return the cells of rows, one row after the other."""
        return rows.view(f"<u{rows.itemsize // self.slots}")

    def count_ordinals(self, docs: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return how many of ascending ``docs`` have each ordinal; behind them, how many none."""
        more = self.more_docs, self.more_ordinals
        cells = self.flat(self.rows)
        return kernels.active.count_ordinals(cells, self.slots, self.values, *more, docs)

    def mask(self, ordinals: Sequence[int], docs: Docs | None = None) -> Mask:
        """Return which documents (of all, or of these, ascending) have any of the ordinals."""
        rows = self.rows if docs is None else self.rows.take(docs)
        mask: Mask = np.zeros(len(rows), np.bool_)
        cells = self.flat(rows)
        for ordinal in ordinals:
            # The comparisons of a row's cells are bytes: together one integer, zero if all fail.
            mask |= (cells == ordinal).view(f"<u{self.slots}") != 0
            others = self.more_docs[self.more_ordinals == ordinal]
            if docs is None:
                mask[others] = True
            elif len(others) and len(docs):
                places = docs.searchsorted(others)
                places[places == len(docs)] = 0
                mask[places[docs[places] == others]] = True
        return mask

    def of(self, doc: int) -> list[int]:
        """Return the ordinals of one document."""
        cells = self.flat(self.rows[doc : doc + 1]).tolist()
        first, last = self.more_docs.searchsorted((doc, doc + 1)).tolist()
        others: list[int] = self.more_ordinals[first:last].tolist()
        return [cell for cell in cells if cell < self.values] + others

    def entries(self) -> tuple[Numbers, Numbers]:
        """Return every value as its document, ascending, and its ordinal."""
        table = self.flat(self.rows).reshape(-1, self.slots)
        inside = table < self.values
        docs = np.concatenate([inside.nonzero()[0], self.more_docs])
        ordinals = np.concatenate([table[inside], self.more_ordinals])
        order = np.argsort(docs, kind="stable")
        return docs[order], ordinals[order]


def lay_out(docs: Numbers, ordinals: Numbers, documents: int, values: int) -> Cells:
    """Lay out the values of so many documents, given like ``Cells.entries``."""
    slot = np.arange(len(docs)) - starts_of(np.bincount(docs, minlength=documents))[docs]
    costs = []
    for slots in SLOTS:
        width = np.min_scalar_type(values + slots - 1).itemsize
        if slots * width <= 8:
            outside = int(np.count_nonzero(slot >= slots))
            costs.append((documents * slots * width + _MORE_COST * outside, slots, width))
    _, slots, width = min(costs)
    table = np.empty((documents, slots), f"<u{width}")
    table[:] = np.arange(values, values + slots)
    inside = slot < slots
    table[docs[inside], slot[inside]] = ordinals[inside]
    rows = table.view(f"<u{slots * width}").ravel()
    more = docs[~inside].astype(np.int32), ordinals[~inside].astype(np.int32)
    return Cells(values, slots, rows, *more)


class ValueColumnWriter:
    """Collects the values of one facet, document by document, in order."""

    def __init__(self) -> None:
        self._sizes = array("i")
        self._values = array("i")
        self._labels = array("i")
        # Values and labels are numbered as they come, with gaps.
        self._numbers = counting(1)
        self._number_of_value: dict[str, int] = {}
        self._number_of_label: dict[str, int] = {"": 0}

    def extend(self, documents: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Add documents: values with labels as written, empty where the authority has them."""
        self._sizes.extend(map(len, documents))
        pairs = list(chain.from_iterable(documents))
        for place, numbers, number_of in (
            (0, self._values, self._number_of_value),
            (1, self._labels, self._number_of_label),
        ):
            numbers.extend(map(number_of.setdefault, map(itemgetter(place), pairs), self._numbers))

    def save(self, folder: Path, name: str) -> None:
        """Write the column, its values sorted."""
        values, ordinals = self._renumbered(self._values, self._number_of_value)
        texts, label_of = self._renumbered(self._labels, self._number_of_label)
        docs = np.repeat(np.arange(len(self._sizes)), np.asarray(self._sizes, np.int64))
        cells = lay_out(docs, ordinals, len(self._sizes), len(values))
        labelled = label_of.nonzero()[0]
        pairs = ordinals[labelled] * len(texts) + label_of[labelled]
        distinct, label = np.unique(pairs, return_inverse=True)
        labels = [(pair // len(texts), texts[pair % len(texts)]) for pair in distinct.tolist()]
        names = orjson.dumps({"slots": cells.slots, "values": values, "labels": labels})
        for kind, column in (
            ("names", np.frombuffer(names, np.uint8)),
            ("rows", cells.rows),
            ("more", np.concatenate([cells.more_docs, cells.more_ordinals])),
            ("labels", np.concatenate([docs[labelled], label]).astype(np.int32)),
        ):
            write_array(folder / f"{name}.{kind}.array", column)

    def _renumbered(
        self, numbers: "array[int]", number_of: Mapping[str, int]
    ) -> tuple[list[str], NDArray[np.int64]]:
        """Return texts sorted, and numbers as places among them."""
        texts = sorted(number_of)
        place = np.empty(next(self._numbers), np.int64)
        place[[number_of[text] for text in texts]] = np.arange(len(texts))
        return texts, place[np.asarray(numbers, np.int64)]


class Tally(NamedTuple):
    """How many documents have each value, by ordinal, and how many have none."""

    counts: NDArray[np.int64]
    missing: int


class Chosen:
    """Live documents whose values are counted: what all columns need of them is made once.

    ``docs`` ascend; ``size`` is that of the snapshot and ``live`` its live documents, None if all
    are.
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


class _SegmentColumn:
    """The values of one facet in one segment, as written."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._names = open_array(folder, f"{name}.names.array")
        self._rows = open_array(folder, f"{name}.rows.array")
        self._more = open_array(folder, f"{name}.more.array")
        self._labels = open_array(folder, f"{name}.labels.array")
        self.documents = self._rows.size

    @cached_property
    def _json(self) -> dict[str, Any]:
        names: dict[str, Any] = orjson.loads(self._names.raw(0, self._names.size))
        return names

    @cached_property
    def values(self) -> tuple[str, ...]:
        return tuple(self._json["values"])

    @cached_property
    def cells(self) -> Cells:
        more = self._more.all().reshape(2, -1)
        return Cells(len(self.values), self._json["slots"], self._rows.all(), *more)

    def label_counts(self, live: Mask) -> dict[tuple[str, str], int]:
        """Return how many live documents write each label of each value."""
        labels = [(self.values[ordinal], text) for ordinal, text in self._json["labels"]]
        docs, label = self._labels.all().reshape(2, -1)
        counts = np.bincount(label[live[docs]], minlength=len(labels)).tolist()
        return dict(zip(labels, counts, strict=True))


class FacetColumn:
    """The values of one facet over all documents of a snapshot.

    ``values`` are sorted and only those that a live document has. Document numbers given to its
    methods are live ones, ascending. Every part is computed when first asked for.
    """

    def __init__(self, folders: Sequence[Folder], name: str, live: Mask | None) -> None:
        """Open the columns of segments; ``live`` is None if all their documents are."""
        self._parts = [_SegmentColumn(folder, name) for folder in folders]
        self._live = live
        self._size = sum(part.documents for part in self._parts)
        self._documents = self._size if live is None else int(np.count_nonzero(live))
        self._whole = live is None and len(folders) == 1

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values that live documents have, sorted."""
        if self._whole:
            return self._parts[0].values
        values: set[str] = set()
        for part, live in self._with_live():
            counts = part.cells.count_ordinals(np.flatnonzero(live))[:-1]
            values.update(part.values[ordinal] for ordinal in counts.nonzero()[0].tolist())
        return tuple(sorted(values))

    @cached_property
    def ordinal(self) -> Mapping[str, int]:
        """Where each value stands in ``values``."""
        return MappingProxyType(dict(zip(self.values, counting(), strict=False)))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Value -> the form that most documents write (of equals, the first in the alphabet)."""
        counts: Counter[tuple[str, str]] = Counter()
        for part, live in self._with_live():
            counts.update(part.label_counts(live))
        best: dict[str, tuple[int, str]] = {}
        for (value, label), count in counts.items():
            if count and (value not in best or (-count, label) < best[value]):
                best[value] = (-count, label)
        return MappingProxyType({value: label for value, (_, label) in best.items()})

    @cached_property
    def _cells(self) -> Cells:
        """The cells of all documents; those of deleted ones are empty."""
        if self._whole:
            return self._parts[0].cells
        every_doc: list[Numbers] = [np.empty(0, np.int64)]
        every_ordinal: list[Numbers] = [np.empty(0, np.int64)]
        base = 0
        for part, live in self._with_live():
            ordinal_of = [self.ordinal.get(value, -1) for value in part.values]
            docs, ordinals = part.cells.entries()
            alive = live[docs]
            every_doc.append(docs[alive] + base)
            every_ordinal.append(np.asarray(ordinal_of, np.int64)[ordinals[alive]])
            base += part.documents
        docs, ordinals = np.concatenate(every_doc), np.concatenate(every_ordinal)
        return lay_out(docs, ordinals, self._size, len(self.values))

    def _with_live(self) -> Iterator[tuple[_SegmentColumn, Mask]]:
        live = np.ones(self._size, np.bool_) if self._live is None else self._live
        bounds = bounds_of(np.array([part.documents for part in self._parts], np.int64))
        return zip(self._parts, np.split(live, bounds[1:-1]), strict=True)

    @cached_property
    def totals(self) -> Tally:
        """The tally of all live documents; read-only."""
        counts = self._cells.count_ordinals(np.arange(self._size))
        counts.flags.writeable = False
        return Tally(counts[:-1], int(counts[-1]) - (self._size - self._documents))

    def tally(self, docs: Docs | Chosen) -> Tally:
        """Count the values of documents; the counts may be read-only."""
        chosen = docs if isinstance(docs, Chosen) else Chosen(docs, self._size, self._live)
        if len(chosen.docs) == self._documents:
            return self.totals
        if 2 * len(chosen.docs) > self._documents:
            counts = self._cells.count_ordinals(chosen.others)
            missing = self.totals.missing - int(counts[-1])
            return Tally(self.totals.counts - counts[:-1], missing)
        counts = self._cells.count_ordinals(chosen.places)
        return Tally(counts[:-1], int(counts[-1]))

    def mask(self, ordinals: Iterable[int], docs: Docs | None = None) -> Mask:
        """Return which documents (of all, or of these) have any of these ordinals."""
        return self._cells.mask(tuple(ordinals), docs)

    def of(self, doc: int) -> tuple[str, ...]:
        """Return the values of one document."""
        return tuple(self.values[ordinal] for ordinal in self._cells.of(doc))


class NumberColumn:
    """A number for each document: the files ``NAME.array`` of several segments."""

    def __init__(self, folders: Sequence[Folder], name: str) -> None:
        self._files = [open_array(folder, f"{name}.array") for folder in folders]

    def read(self) -> NDArray[Any]:
        """Return the numbers of all documents; those of one segment as they are mapped."""
        parts = [file.all() for file in self._files]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


class DateColumn:
    """When documents were published, in days and seconds since 1970-01-01, by its own clock.

    Undated: the smallest integer of each type. ``inferred`` tells of dates that documents do not
    declare.
    """

    def __init__(self, folders: Sequence[Folder]) -> None:
        self._seconds = NumberColumn(folders, "published")
        self._inferred = NumberColumn(folders, "inferred")

    @cached_property
    def seconds(self) -> NDArray[np.int64]:
        """The second at which each date begins."""
        return self._seconds.read()

    @cached_property
    def inferred(self) -> NDArray[np.bool_]:
        """Whether each date was inferred; no missing date is."""
        return self._inferred.read()

    @cached_property
    def days(self) -> NDArray[np.int32]:
        """The first day that each date may mean."""
        days = (self.seconds // DAY_SECONDS).astype(np.int32)
        days[self.seconds == UNDATED_SECOND] = UNDATED_DAY
        return days


class SpanColumnWriter:
    """Collects the spans of days that documents mention."""

    def __init__(self) -> None:
        self._sizes = array("i")
        self._days = array("i")

    def extend(self, documents: Sequence[Sequence[tuple[int, int]]]) -> None:
        """Add documents: first and last days of each, inclusive."""
        self._sizes.extend(map(len, documents))
        self._days.extend(chain.from_iterable(chain.from_iterable(documents)))

    def save(self, folder: Path) -> None:
        """Write the column."""
        days = np.asarray(self._days, np.int32)
        write_array(
            folder / "mentioned.offsets.array", narrowest(bounds_of(np.asarray(self._sizes)))
        )
        write_array(folder / "mentioned.first.array", days[::2])
        write_array(folder / "mentioned.last.array", days[1::2])


class SpanColumn:
    """The spans of days that documents mention, several to a document.

    Those of document ``d`` are ``first[offsets[d]:offsets[d + 1]]`` and likewise ``last``.
    """

    def __init__(self, folders: Sequence[Folder]) -> None:
        self._offsets = [open_array(folder, "mentioned.offsets.array") for folder in folders]
        self._first = NumberColumn(folders, "mentioned.first")
        self._last = NumberColumn(folders, "mentioned.last")

    @cached_property
    def offsets(self) -> Numbers:
        """Where the spans of each document begin; one more than there are documents."""
        if len(self._offsets) == 1:
            return self._offsets[0].all()
        sizes = [np.diff(file.all()) for file in self._offsets]
        return narrowest(bounds_of(np.concatenate(sizes)))

    @cached_property
    def first(self) -> NDArray[np.int32]:
        """The first day of every span."""
        return self._first.read()

    @cached_property
    def last(self) -> NDArray[np.int32]:
        """The last day of every span."""
        return self._last.read()

    def mask(self, first: int, last: int) -> Mask:
        """Return, for every document number, whether it mentions a day from first to last."""
        hits = (self.first <= last) & (self.last >= first)
        before = np.zeros(len(hits) + 1, np.int32)
        np.cumsum(hits, out=before[1:])
        mask: Mask = before[self.offsets[1:]] > before[self.offsets[:-1]]
        return mask
