"""Facet columns: what every document carries, as arrays.

A value column is stored as two arrays in the manner of a sparse matrix: ``offsets`` (one more
than there are documents) says where the ordinals of each document begin in ``ordinals``; an
ordinal is an index into the sorted ``values``. All arrays are mapped, not read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
import orjson
from numpy.typing import NDArray

from index.codec.runs import places
from index.days import UNDATED_DAY, UNDATED_SECOND
from index.files import load_array, read_json, save_array

FACETS = ("organization", "theme", "lang", "source")

Docs = NDArray[np.int32]


class ValueColumnWriter:
    """Collects the values of one facet, document by document, in order."""

    def __init__(self) -> None:
        self._offsets = [0]
        self._entries: list[int] = []
        self._labels: list[int] = []
        self._known: dict[str, int] = {}
        self._texts: dict[str, int] = {"": 0}

    def add(self, values: Sequence[tuple[str, str]]) -> None:
        """Add one document: values with labels as written, empty where the authority has them."""
        for value, label in values:
            self._entries.append(self._known.setdefault(value, len(self._known)))
            self._labels.append(self._texts.setdefault(label, len(self._texts)))
        self._offsets.append(len(self._entries))

    def save(self, folder: Path, name: str) -> None:
        """Write the column, its values sorted."""
        values = sorted(self._known)
        rank = np.empty(len(values), np.int32)
        for ordinal, value in enumerate(values):
            rank[self._known[value]] = ordinal
        entries = np.asarray(self._entries, np.int64)
        save_array(folder / f"{name}.offsets.array", np.asarray(self._offsets, np.int64))
        save_array(folder / f"{name}.ordinals.array", rank[entries].astype(np.int32))
        save_array(folder / f"{name}.labels.array", np.asarray(self._labels, np.int32))
        names = {"values": values, "labels": list(self._texts)}
        (folder / f"{name}.json").write_bytes(orjson.dumps(names))


class FacetColumn:
    """The values of one facet over all documents of a generation.

    ``values`` are sorted and only those that a live document carries. Document numbers given to
    its methods are live ones.
    """

    def __init__(
        self,
        values: tuple[str, ...],
        offsets: NDArray[np.int64],
        ordinals: NDArray[np.int32],
        label_texts: tuple[str, ...],
        label_of: NDArray[np.int32],
        live: NDArray[np.bool_],
    ) -> None:
        self.values = values
        self.offsets = offsets
        self.ordinals = ordinals
        self._label_texts = label_texts
        self._label_of = label_of
        self._live = live

    @cached_property
    def ordinal(self) -> Mapping[str, int]:
        """Where each value stands in ``values``."""
        return MappingProxyType({value: at for at, value in enumerate(self.values)})

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Value -> the form that most documents write (of equals, the first in the alphabet)."""
        pairs: Counter[tuple[int, int]] = Counter()
        written = (self._label_of > 0) & self._live[self._doc_of_entry]
        pairs.update(
            zip(self.ordinals[written].tolist(), self._label_of[written].tolist(), strict=True)
        )
        best: dict[str, tuple[int, str]] = {}
        for (ordinal, label), count in pairs.items():
            value, text = self.values[ordinal], self._label_texts[label]
            if value not in best or (-count, text) < best[value]:
                best[value] = (-count, text)
        return MappingProxyType({value: text for value, (_, text) in best.items()})

    @cached_property
    def _doc_of_entry(self) -> NDArray[np.int32]:
        sizes = np.diff(self.offsets)
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    @cached_property
    def _single(self) -> bool:
        """Whether every document has exactly one value, so that entries are documents."""
        sizes = np.diff(self.offsets)
        return bool(len(sizes)) and bool((sizes == 1).all())

    @cached_property
    def _inverted(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        order = np.argsort(self.ordinals, kind="stable")
        starts = np.searchsorted(self.ordinals[order], np.arange(len(self.values) + 1))
        return starts, self._doc_of_entry[order]

    def _entries(self, docs: Docs) -> NDArray[np.int64]:
        """Return the indices into ``ordinals`` that belong to these documents."""
        first = self.offsets[docs]
        return places(first, self.offsets[docs + 1] - first)

    def counts(self, docs: Docs) -> NDArray[np.int64]:
        """Return, for every ordinal, how many of these documents carry it."""
        if self._single:
            return np.bincount(self.ordinals[docs], minlength=len(self.values))
        return np.bincount(self.ordinals[self._entries(docs)], minlength=len(self.values))

    def missing(self, docs: Docs) -> int:
        """Return how many of these documents carry no value."""
        return int(np.count_nonzero(self.offsets[docs + 1] == self.offsets[docs]))

    def mask(self, ordinals: Iterable[int]) -> NDArray[np.bool_]:
        """Return, for every document number, whether it carries any of these ordinals."""
        starts, docs = self._inverted
        mask = np.zeros(len(self.offsets) - 1, np.bool_)
        for ordinal in ordinals:
            mask[docs[starts[ordinal] : starts[ordinal + 1]]] = True
        return mask

    def of(self, doc: int) -> tuple[str, ...]:
        """Return the values of one document."""
        entries = self.ordinals[self.offsets[doc] : self.offsets[doc + 1]]
        return tuple(self.values[ordinal] for ordinal in entries.tolist())


def open_facet(folders: Sequence[Path], name: str, live: NDArray[np.bool_]) -> FacetColumn:
    """Open a facet over the columns of several segments."""
    parts = [_Stored(folder, name) for folder in folders]
    if len(parts) == 1 and live.all():
        (part,) = parts
        return FacetColumn(
            part.values, part.offsets, part.ordinals, part.label_texts, part.label_of, live
        )
    return _merge(parts, live)


class _Stored:
    """A value column of one segment, as written."""

    def __init__(self, folder: Path, name: str) -> None:
        names = read_json(folder / f"{name}.json")
        self.values: tuple[str, ...] = tuple(names["values"])
        self.label_texts: tuple[str, ...] = tuple(names["labels"])
        self.offsets = load_array(folder / f"{name}.offsets.array", np.int64)
        self.ordinals = load_array(folder / f"{name}.ordinals.array", np.int32)
        self.label_of = load_array(folder / f"{name}.labels.array", np.int32)


def _merge(parts: Sequence[_Stored], live: NDArray[np.bool_]) -> FacetColumn:
    carried: set[str] = set()
    base = 0
    for part in parts:
        sizes = np.diff(part.offsets)
        alive = np.repeat(live[base : base + len(sizes)], sizes)
        carried.update(part.values[at] for at in np.unique(part.ordinals[alive]).tolist())
        base += len(sizes)
    values = tuple(sorted(carried))
    rank = {value: at for at, value in enumerate(values)}
    texts: dict[str, int] = {"": 0}
    offsets, ordinals, labels = [np.zeros(1, np.int64)], [], []
    base = total = 0
    for part in parts:
        sizes = np.diff(part.offsets)
        kept = live[base : base + len(sizes)]
        alive = np.repeat(kept, sizes)
        to_rank = np.asarray([rank.get(value, -1) for value in part.values], np.int32)
        to_text = np.asarray(
            [texts.setdefault(text, len(texts)) for text in part.label_texts], np.int32
        )
        ordinals.append(to_rank[part.ordinals[alive]])
        labels.append(to_text[part.label_of[alive]])
        offsets.append(total + np.cumsum(np.where(kept, sizes, 0)))
        total = int(offsets[-1][-1]) if len(offsets[-1]) else total
        base += len(sizes)
    return FacetColumn(
        values,
        np.concatenate(offsets),
        np.concatenate(ordinals) if ordinals else np.empty(0, np.int32),
        tuple(texts),
        np.concatenate(labels) if labels else np.empty(0, np.int32),
        live,
    )


class DateColumnWriter:
    """Collects publication dates: first day, last day, second; see ``index.days``."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int]] = []

    def add(self, row: tuple[int, int, int] | None) -> None:
        """Add one document; None for an undated one."""
        self._rows.append(row or (UNDATED_DAY, UNDATED_DAY, UNDATED_SECOND))

    def save(self, folder: Path) -> None:
        """Write the column."""
        rows = np.asarray(self._rows, np.int64).reshape(-1, 3)
        save_array(folder / "published.first.array", rows[:, 0].astype(np.int32))
        save_array(folder / "published.last.array", rows[:, 1].astype(np.int32))
        save_array(folder / "published.seconds.array", rows[:, 2].copy())


class DateColumn:
    """When documents were published, in days and seconds since 1970-01-01 (UTC).

    ``days`` is the first day that a date may mean and ``last_days`` the last (a month and a year
    have several); ``seconds`` is for sorting. Undated: the smallest integer of each type.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        def column(name: str, dtype: type[np.generic]) -> NDArray[np.generic]:
            return _joined([load_array(folder / name, dtype) for folder in folders], dtype)

        self.days: NDArray[np.int32] = column("published.first.array", np.int32).astype(
            np.int32, copy=False
        )
        self.last_days: NDArray[np.int32] = column("published.last.array", np.int32).astype(
            np.int32, copy=False
        )
        self.seconds: NDArray[np.int64] = column("published.seconds.array", np.int64).astype(
            np.int64, copy=False
        )


class SpanColumnWriter:
    """Collects the spans of days that documents mention."""

    def __init__(self) -> None:
        self._offsets = [0]
        self._spans: list[tuple[int, int]] = []

    def add(self, spans: Sequence[tuple[int, int]]) -> None:
        """Add one document: first and last days, inclusive."""
        self._spans.extend(spans)
        self._offsets.append(len(self._spans))

    def save(self, folder: Path) -> None:
        """Write the column."""
        spans = np.asarray(self._spans, np.int32).reshape(-1, 2)
        save_array(folder / "mentioned.offsets.array", np.asarray(self._offsets, np.int64))
        save_array(folder / "mentioned.first.array", spans[:, 0].copy())
        save_array(folder / "mentioned.last.array", spans[:, 1].copy())


class SpanColumn:
    """The spans of days that documents mention, several to a document.

    Those of document ``d`` are ``first[offsets[d]:offsets[d + 1]]`` and likewise ``last``.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        sizes = [np.diff(load_array(f / "mentioned.offsets.array", np.int64)) for f in folders]
        first = [load_array(f / "mentioned.first.array", np.int32) for f in folders]
        last = [load_array(f / "mentioned.last.array", np.int32) for f in folders]
        self.offsets: NDArray[np.int64] = np.concatenate(
            [np.zeros(1, np.int64), np.cumsum(_joined(sizes, np.int64), dtype=np.int64)]
        )
        self.first: NDArray[np.int32] = _joined(first, np.int32)
        self.last: NDArray[np.int32] = _joined(last, np.int32)

    def mask(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return, for every document number, whether it mentions a day from first to last."""
        hit = (self.first <= last) & (self.last >= first)
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(hit)])
        mask: NDArray[np.bool_] = before[self.offsets[1:]] > before[self.offsets[:-1]]
        return mask


def open_lengths(folders: Sequence[Path], part: str) -> NDArray[np.float32]:
    """Open the lengths of title or body, in positions."""
    lengths: NDArray[np.float32] = _joined(
        [load_array(folder / f"{part}.lengths.array", np.float32) for folder in folders], np.float32
    )
    return lengths


def _joined(parts: Sequence[NDArray[np.generic]], dtype: type[np.generic]) -> NDArray:  # type: ignore[type-arg]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, dtype)
