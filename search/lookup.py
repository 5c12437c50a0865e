"""Facet values of one generation: by name, by prefix of any alias, by label order.

Built once for a generation (and a locale, for labels) and kept by the engine; every part is
computed when first asked for. Safe for threads: two may compute the same part, neither sees
half of it.
"""

import re
from bisect import bisect_left
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import fold
from index.generations import FacetColumn, Generation
from search.request import VALUE_FACETS
from search.values import vocabulary_label, vocabulary_names

_WORD = re.compile(r"\w+")
_KEY_CHARACTERS = 60
_LAST = "\U0010ffff"


class NameKey(NamedTuple):
    """A name of a value from one of its words on, folded, and the ordinal of the value."""

    key: str
    ordinal: int


class Names:
    """The names of one facet's values, whatever the locale."""

    def __init__(self, name: str, column: FacetColumn, docs: NDArray[np.int32]) -> None:
        self.name = name
        self.column = column
        self.docs = docs

    @cached_property
    def top_level(self) -> NDArray[np.bool_]:
        """Which ordinals stand on the first level: all, but for themes under a parent."""
        values = self.column.values
        return np.array([self.parent(value) is None for value in values], dtype=np.bool_)

    def parent(self, value: str) -> str | None:
        """Return the value above; None on the first level, or where no document carries it."""
        if self.name != "theme" or "/" not in value:
            return None
        above = value.rpartition("/")[0]
        return above if above in self.column.ordinal else None

    @cached_property
    def totals(self) -> NDArray[np.int64]:
        """How many documents of the whole index carry each ordinal."""
        return self.column.counts(self.docs)

    @cached_property
    def children(self) -> dict[str, NDArray[np.intp]]:
        """Parent -> the ordinals of its children."""
        below: dict[str, list[int]] = {}
        for ordinal, value in enumerate(self.column.values):
            parent = self.parent(value)
            if parent is not None:
                below.setdefault(parent, []).append(ordinal)
        return {parent: np.array(ordinals, np.intp) for parent, ordinals in below.items()}

    @cached_property
    def keys(self) -> list[NameKey]:
        """Every name of every value from each of its words on, sorted."""
        keys = set()
        for ordinal, value in enumerate(self.column.values):
            for name in self._names(value):
                words = _WORD.findall(fold(name))
                for start in range(len(words)):
                    keys.add(NameKey(" ".join(words[start:])[:_KEY_CHARACTERS], ordinal))
        return sorted(keys)

    def starting(self, prefix: str) -> NDArray[np.int64]:
        """Return the ordinals of the values a word of whose names starts like ``prefix``."""
        key = " ".join(_WORD.findall(fold(prefix)))[:_KEY_CHARACTERS]
        first = bisect_left(self.keys, (key,))
        last = bisect_left(self.keys, (key + _LAST,))
        return np.unique(np.array([k.ordinal for k in self.keys[first:last]], dtype=np.int64))

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
        return own.union(vocabulary_names(self.name, value))


class FacetLookup:
    """The values of one facet with labels in one locale."""

    def __init__(self, names: Names, locale: str) -> None:
        self.names = names
        self.column = names.column
        self._locale = locale
        self._labels: dict[str, str] = {}

    def label(self, value: str) -> str:
        """Return the label: of the vocabulary in the locale, else as documents write it."""
        label = self._labels.get(value)
        if label is None:
            label = self.known_label(value) or self.column.labels.get(value) or value
            if value in self.column.ordinal:
                self._labels[value] = label
        return label

    def known_label(self, value: str) -> str | None:
        """Return the label of the vocabulary in the locale; None if it knows none."""
        return vocabulary_label(self.names.name, value, self._locale)

    def most_frequent(
        self, counts: NDArray[np.int64], size: int, among: NDArray[np.intp] | None = None
    ) -> list[int]:
        """Return at most ``size`` ordinals that have a count: highest first, then by label.

        ``among`` are the only ordinals to be considered, ascending.
        """
        if size == 0:
            return []
        present = np.flatnonzero(counts) if among is None else among[counts[among] > 0]
        if len(present) > size:
            least = np.partition(counts[present], -size)[-size]
            present = present[counts[present] >= least]
        order = np.lexsort((self._label_order[present], -counts[present]))
        return [int(ordinal) for ordinal in present[order][:size]]

    def by_label(self, counts: NDArray[np.int64], size: int) -> list[int]:
        """Return the first ``size`` ordinals by label among those that have a count."""
        present = np.flatnonzero(counts)
        order = np.argsort(self._label_order[present])
        return [int(ordinal) for ordinal in present[order][:size]]

    @cached_property
    def _label_order(self) -> NDArray[np.int64]:
        values = self.column.values
        keys = [(fold(self.label(value)), value) for value in values]
        order = np.empty(len(values), dtype=np.int64)
        order[sorted(range(len(values)), key=keys.__getitem__)] = np.arange(len(values))
        return order


class Lookup:
    """The facet values of a generation with labels in one locale."""

    def __init__(self, names: dict[str, Names], locale: str) -> None:
        self._facets = {name: FacetLookup(names[name], locale) for name in names}

    def facet(self, name: str) -> FacetLookup:
        """Return the lookup of a facet of values; raises KeyError for any other name."""
        return self._facets[name]


def facet_names(generation: Generation) -> dict[str, Names]:
    """Return the names of every value facet of a generation."""
    docs = np.flatnonzero(generation.live).astype(np.int32)
    return {name: Names(name, generation.columns[name], docs) for name in VALUE_FACETS}
