"""Facet values of one generation: by name, by prefix of any alias, by label order.

Built once for a generation (and a locale, for labels) and kept by the engine; every part is
computed when first asked for. Safe for threads: two may compute the same part, neither sees
half of it.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import Snapshot, kernels
from index.analysis import fold
from index.arrays import most_counted
from index.facets import VALUE_FACETS
from index.store import FacetColumn
from search.request import DateField, Interval
from search.response import DateFacet, ValueFacet

_WORD = re.compile(r"\w+")
_KEY_CHARACTERS = 60
MAX_KEPT = 8
MAX_KEPT_VALUES = 100
Asked = tuple[DateField, Interval, int]
"""What a date facet without a range depends on: field, interval, most months."""
_LAST = "\U0010ffff"
_RANKED_APART = 8
"""Values for each whose label has been looked at, once all are ranked by label."""


class NameKeys(NamedTuple):
    """Names of values from one of their words on, folded and sorted; the ordinals of the values."""

    keys: list[str]
    ordinals: NDArray[np.int32]


@lru_cache(maxsize=8192)
def _keys(name: str) -> tuple[str, ...]:
    """Return a name from each of its words on, folded."""
    words = _WORD.findall(fold(name))
    return tuple(" ".join(words[at:])[:_KEY_CHARACTERS] for at in range(len(words)))


class Names:
    """The names of one facet's values, whatever the locale."""

    def __init__(self, name: str, column: FacetColumn) -> None:
        self.name = name
        self.column = column
        self._levels = VALUE_FACETS[name].levels

    @cached_property
    def parents(self) -> list[int]:
        """The ordinal of the value above each; -1 on the first level."""
        ordinal = self.column.ordinal
        above = (self.parent(value) for value in self.column.values)
        return [-1 if value is None else ordinal[value] for value in above]

    @cached_property
    def flat(self) -> bool:
        """Whether all values stand on the first level."""
        return not self._levels or all(parent < 0 for parent in self.parents)

    def parent(self, value: str) -> str | None:
        """Return the value above; None on the first level, or where no document carries it."""
        if not self._levels or "/" not in value:
            return None
        above = value.rpartition("/")[0]
        return above if above in self.column.ordinal else None

    @property
    def totals(self) -> NDArray[np.int64]:
        """How many documents of the whole index carry each ordinal; read-only."""
        return self.column.totals.counts

    @cached_property
    def keys(self) -> NameKeys:
        """Every name of every value from each of its words on, sorted."""
        found = sorted(
            {
                (key, ordinal)
                for ordinal, value in enumerate(self.column.values)
                for name in self._names(value)
                for key in _keys(name)
            }
        )
        ordinals = np.fromiter((ordinal for _, ordinal in found), np.int32, len(found))
        return NameKeys([key for key, _ in found], ordinals)

    def starting(self, prefix: str) -> NDArray[np.int32]:
        """Return the ordinals of the values a word of whose names starts like ``prefix``."""
        key = " ".join(_WORD.findall(fold(prefix)))[:_KEY_CHARACTERS]
        keys, ordinals = self.keys
        first = bisect_left(keys, key)
        last = bisect_left(keys, key + _LAST, first)
        return np.unique(ordinals[first:last])

    @cached_property
    def folded(self) -> dict[str, str]:
        """Name as documents write it, folded -> value; for values that no vocabulary knows."""
        names: dict[str, str] = {}
        for value in self.column.values:
            for name in (value, self.column.labels.get(value, value)):
                names.setdefault(fold(name), value)
        return names

    def resolve(self, text: str) -> str:
        """Return the value that ``text`` stands for in the documents, else ``text`` itself."""
        return text if text in self.column.ordinal else self.folded.get(fold(text), text)

    def _names(self, value: str) -> set[str]:
        own = {value.removeprefix("~"), self.column.labels.get(value, value)}
        return own.union(VALUE_FACETS[self.name].known_names(value))


class FacetLookup:
    """The values of one facet with labels in one locale."""

    def __init__(self, names: Names, locale: str) -> None:
        self.names = names
        self.column = names.column
        self._locale = locale
        self._labels: dict[str, str] = {}
        self._label_keys: dict[int, tuple[str, str]] = {}
        self.everything: dict[int, ValueFacet] = {}
        """The facet over all documents, by ``facet_size``: it never changes."""

    def label(self, value: str) -> str:
        """Return the label: of the vocabulary in the locale, else as documents write it."""
        label = self._labels.get(value)
        if label is None:
            label = self.known_label(value) or self.column.labels.get(value) or value
            if value in self.column.ordinal:
                self._labels[value] = label
        return label

    def labels(self, values: Sequence[str]) -> list[str]:
        """Return the label of each value."""
        try:
            return [self._labels[value] for value in values]
        except KeyError:
            return [self.label(value) for value in values]

    def keep(self, facet: ValueFacet) -> None:
        """Keep the facet over all documents, for a few different sizes that are not large."""
        if len(self.everything) < MAX_KEPT and facet.size <= MAX_KEPT_VALUES:
            self.everything[facet.size] = facet

    def known_label(self, value: str) -> str | None:
        """Return the label of the vocabulary in the locale; None if it knows none."""
        return VALUE_FACETS[self.names.name].known_label(value, self._locale)

    def most_frequent(self, counts: NDArray[np.int64], size: int) -> list[int]:
        """Return at most ``size`` ordinals that have a count: highest first, then by label."""
        if size == 0:
            return []
        if self._ranks_known():
            top: list[int] = kernels.active.top_ordinals(counts, self._label_order, size).tolist()
            return top
        present = most_counted(counts, size)
        return self._sorted(present.tolist(), counts.take(present).tolist())[:size]

    def starting(self, prefix: str, size: int) -> list[tuple[str, int]]:
        """Return the values a word of whose names starts like ``prefix``, and their counts.

        At most ``size``, those that most documents of the index carry.
        """
        ordinals = self.names.starting(prefix)
        counts = np.zeros(len(self.column.values), dtype=np.int64)
        counts[ordinals] = self.names.totals[ordinals]
        best = self.most_frequent(counts, size)
        return [(self.column.values[ordinal], int(counts[ordinal])) for ordinal in best]

    def by_label(self, counts: NDArray[np.int64], size: int) -> list[int]:
        """Return the first ``size`` ordinals by label among those that have a count."""
        present = counts.nonzero()[0]
        if self._ranks_known():
            first: list[int] = present[self._label_order.take(present).argsort()[:size]].tolist()
            return first
        return self._sorted(present.tolist(), [0] * len(present))[:size]

    def _sorted(self, ordinals: list[int], counts: list[int]) -> list[int]:
        """Return ordinals by their counts, highest first, then by label."""
        known, values = self._label_keys, self.column.values
        for ordinal in ordinals:
            if ordinal not in known:
                known[ordinal] = self._label_key(values[ordinal])
        keys = [(-count, known[at]) for count, at in zip(counts, ordinals, strict=True)]
        return [ordinal for _, ordinal in sorted(zip(keys, ordinals, strict=True))]

    def _ranks_known(self) -> bool:
        """Tell whether all values are ranked by label: when some have been a few at a time.

        So whoever asks first does not wait for thousands of labels that are not shown.
        """
        return _RANKED_APART * len(self._label_keys) > len(self.column.values)

    @cached_property
    def _label_order(self) -> NDArray[np.int64]:
        keys = [self._label_key(value) for value in self.column.values]
        order = np.empty(len(keys), dtype=np.int64)
        order[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
        return order

    def _label_key(self, value: str) -> tuple[str, str]:
        return fold(self.label(value)), value


class Lookup:
    """The facet values of a generation with labels in one locale."""

    def __init__(self, names: dict[str, Names], locale: str) -> None:
        self._facets = {name: FacetLookup(names[name], locale) for name in names}
        self.dates: dict[Asked, DateFacet] = {}
        """The date facet over all documents, by what was asked: it never changes."""

    def facet(self, name: str) -> FacetLookup:
        """Return the lookup of a facet of values; raises KeyError for any other name."""
        return self._facets[name]

    def keep_dates(self, asked: Asked, facet: DateFacet) -> None:
        """Keep the date facet over all documents, for a few different demands."""
        if len(self.dates) < MAX_KEPT:
            self.dates[asked] = facet


def facet_names(generation: Snapshot) -> dict[str, Names]:
    """Return the names of every value facet of a generation."""
    return {name: Names(name, generation.columns[name]) for name in VALUE_FACETS}
