"""Facet columns: the values of one facet that every document carries, as arrays.

A value is its ordinal, its place among the sorted values; the ordinals of documents are ``Cells``.
Files of a column ``NAME`` in a segment::

    NAME.names.array    JSON (UTF-8): slots, values, the label of each, and variants
    NAME.rows.array     the rows of cells, as narrow as the ordinals allow
    NAME.more.array     document and ordinal of every other value: all documents, all ordinals
    NAME.written.array  where documents differ about the label of a value: which document writes
                        which of the variants (ordinal and label): all documents, all variants

Files are opened at once and read, and verified, when first asked for.
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
from index.store.cells import Cells, Docs, Mask, lay_out
from index.store.files import open_array, save_array

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
        save_array(folder / f"{name}.names.array", np.frombuffer(orjson.dumps(names), np.uint8))
        save_array(folder / f"{name}.rows.array", cells.rows)
        save_array(
            folder / f"{name}.more.array", np.concatenate([cells.more_docs, cells.more_ordinals])
        )
        save_array(folder / f"{name}.written.array", np.concatenate([docs, which]).astype(np.int32))

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
    def places(self) -> NDArray[np.integer]:
        """The documents as what arrays are indexed by, or compiled loops."""
        return self.docs if kernels.active else self.docs.astype(np.intp)

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
        counts = self.cells.tally(np.flatnonzero(live).astype(np.int32)).tolist()
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
            counts = part.cells.tally(np.flatnonzero(live))[:-1]
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
        counts = self._cells.tally_all()
        counts.flags.writeable = False
        return Tally(counts[:-1], int(counts[-1]) - (self._size - self._documents))

    def tally(self, docs: Docs | Chosen) -> Tally:
        """Count what documents carry; the counts may be read-only."""
        chosen = docs if isinstance(docs, Chosen) else Chosen(docs, self._size, self._live)
        if len(chosen.docs) == self._documents:
            return self.totals
        if 2 * len(chosen.docs) > self._documents:
            counts = self._cells.tally(chosen.others)
            missing = self.totals.missing - int(counts[-1])
            return Tally(self.totals.counts - counts[:-1], missing)
        counts = self._cells.tally(chosen.places)
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
