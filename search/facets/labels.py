"""The values of facets by name and by label.

``FacetNames`` has the names of one facet's values in every language, ``LocalizedFacet`` their
labels in one locale, ``LocalizedFacets`` all facets in one locale. The engine keeps them as long as
it serves a snapshot. Each part is computed when first asked for; two threads may compute the same
part, but neither sees half of it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.analysis import fold
from index.arrays import most_counted
from index.facets import VALUE_FACETS
from index.store import Tally
from search.engine import DateFacet, ValueFacet

Counts = NDArray[np.int64]
"""Numbers of documents by ordinal of the value."""
Counted = TypeVar("Counted", ValueFacet, DateFacet)

_WORD = re.compile(r"\w+")
_KEY_CHARACTERS = 60
_LAST = "\U0010ffff"
_MAX_UNFILTERED = 40
"""Facets over all documents that are kept: a few for each facet."""
_RANKED_SHARE = 32
"""All values are ranked by label once the labels of one in so many have been looked up."""


@lru_cache(maxsize=8192)
def _keys(name: str) -> tuple[str, ...]:
    """Return a folded name from each of its words on."""
    words = _WORD.findall(fold(name))
    return tuple(" ".join(words[first:])[:_KEY_CHARACTERS] for first in range(len(words)))


class Column(Protocol):
    """The values of one facet: sorted, with their places, labels and numbers of documents."""

    @property
    def values(self) -> tuple[str, ...]:
        """All values, sorted."""

    @property
    def ordinal(self) -> Mapping[str, int]:
        """Where each value stands in ``values``."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Value -> the label that most documents write, for values that have any."""

    @property
    def totals(self) -> Tally:
        """How many documents of the index have each value."""


class FacetNames:
    """The values of one facet and their names in every language."""

    def __init__(self, name: str, column: Column) -> None:
        self.name = name
        self.column = column
        self._facet = VALUE_FACETS[name]

    @cached_property
    def parents(self) -> NDArray[np.int64]:
        """The ordinal of the topmost value above each value; -1 on the first level."""
        ordinal = self.column.ordinal
        above = (self.parent(value) for value in self.column.values)
        places = [-1 if value is None else ordinal[value] for value in above]
        return np.array(places, np.int64)

    @cached_property
    def lower(self) -> NDArray[np.int64]:
        """The ordinals of the values below another."""
        return np.flatnonzero(self.parents >= 0)

    @property
    def flat(self) -> bool:
        """Whether all values are on the first level."""
        return not len(self.lower)

    def parent(self, value: str) -> str | None:
        """Return the topmost value above that documents carry; None on the first level."""
        carried = [each for each in self._facet.above(value) if each in self.column.ordinal]
        return carried[-1] if carried else None

    @cached_property
    def weak(self) -> NDArray[np.int64]:
        """The ordinals of values that one document has, on weak evidence: not listed at first."""
        weak = self._facet.weak
        if weak is None:
            return np.empty(0, np.int64)
        values, labels = self.column.values, self.column.labels
        single = np.flatnonzero(self.column.totals.counts <= 1).tolist()
        found = [at for at in single if weak(values[at], labels.get(values[at], ""))]
        return np.array(found, np.int64)

    @cached_property
    def _sorted_keys(self) -> tuple[list[str], NDArray[np.int32]]:
        """Sorted: every name from each of its words on; beside it the ordinals of the values."""
        pairs = sorted(
            {
                (key, ordinal)
                for ordinal, value in enumerate(self.column.values)
                for name in (*self._own_names(value), *self._facet.known_names(value))
                for key in _keys(name)
            }
        )
        ordinals = np.fromiter((ordinal for _, ordinal in pairs), np.int32, len(pairs))
        return [key for key, _ in pairs], ordinals

    def starting(self, prefix: str) -> NDArray[np.int32]:
        """Return the ordinals of values that have a name with a word that begins with ``prefix``.

        The prefix may have several words; case and accents do not matter.
        """
        key = " ".join(_WORD.findall(fold(prefix)))[:_KEY_CHARACTERS]
        keys, ordinals = self._sorted_keys
        first = bisect_left(keys, key)
        last = bisect_left(keys, key + _LAST, first)
        return np.unique(ordinals[first:last])

    @cached_property
    def _by_folded_name(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for value in self.column.values:
            for name in (value, self.column.labels.get(value, value)):
                values.setdefault(fold(name), value)
        return values

    def resolve(self, text: str) -> str:
        """Return the value that a text is or names in the documents; else the text itself."""
        return text if text in self.column.ordinal else self._by_folded_name.get(fold(text), text)

    def _own_names(self, value: str) -> tuple[str, str]:
        """Return the names that need no vocabulary."""
        return value.removeprefix("~"), self.column.labels.get(value, value)


class LocalizedFacet:
    """The values of one facet with labels in one locale."""

    def __init__(self, names: FacetNames, locale: str) -> None:
        self.names = names
        self.column = names.column
        self._facet = VALUE_FACETS[names.name]
        self._locale = locale
        self._labels: dict[str, str] = {}
        self._sort_keys: dict[int, tuple[str, str]] = {}

    def label(self, value: str) -> str:
        """Return the label of a value: from the vocabulary, else as documents write it."""
        label = self._labels.get(value)
        if label is None:
            label = self.known_label(value) or self.column.labels.get(value) or value
            if value in self.column.ordinal:
                self._labels[value] = label
        return label

    def labels(self, values: Sequence[str]) -> list[str]:
        """Return the labels of values."""
        try:
            return [self._labels[value] for value in values]
        except KeyError:
            return [self.label(value) for value in values]

    def known_label(self, value: str) -> str | None:
        """Return the label that the vocabulary has for a value; None if it has none."""
        return self._facet.known_label(value, self._locale)

    def most_frequent(self, counts: Counts, size: int) -> list[int]:
        """Return the first ``size`` ordinals that have a count, highest count first, then by label.

        ``counts`` are numbers of documents by ordinal.
        """
        if size == 0:
            return []
        if self._is_ranked():
            top: list[int] = kernels.active.top_ordinals(counts, self._label_ranks, size).tolist()
            return top
        present = most_counted(counts, size)
        return self._sorted(present.tolist(), counts.take(present).tolist())[:size]

    def most_frequent_below(
        self, tops: Sequence[int], counts: Counts, size: int
    ) -> dict[int, list[int]]:
        """Return what ``most_frequent`` returns of the values below each of some ordinals.

        An ordinal without any is left out. All are ordered together: one by one, each would cost
        more than its few values.
        """
        if size == 0:
            return {}
        lower, parents = self.names.lower, self.names.parents
        is_shown = np.zeros(len(parents), np.bool_)
        is_shown[tops] = True
        present = lower[is_shown.take(parents.take(lower)) & (counts.take(lower) > 0)]
        found: dict[int, list[int]] = {}
        for ordinal in self._sorted(present.tolist(), counts.take(present).tolist()):
            below = found.setdefault(parents.item(ordinal), [])
            if len(below) < size:
                below.append(ordinal)
        return found

    def by_label(self, counts: Counts, size: int) -> list[int]:
        """Return the first ``size`` ordinals that have a count, by label."""
        present = counts.nonzero()[0]
        if self._is_ranked():
            first: list[int] = present[self._label_ranks.take(present).argsort()[:size]].tolist()
            return first
        return self._sorted(present.tolist(), [0] * len(present))[:size]

    def starting(self, prefix: str, size: int) -> list[tuple[str, int]]:
        """Return ``size`` values as ``FacetNames.starting`` finds them, the most frequent first.

        Each comes with the number of documents of the index that carry it.
        """
        counts = self.only_starting(self.column.totals.counts, prefix)
        best = self.most_frequent(counts, size)
        return [(self.column.values[ordinal], int(counts[ordinal])) for ordinal in best]

    def only_starting(self, counts: Counts, prefix: str) -> Counts:
        """Return counts with 0 for all values that ``FacetNames.starting`` does not find."""
        ordinals = self.names.starting(prefix)
        kept = np.zeros_like(counts)
        kept[ordinals] = counts[ordinals]
        return kept

    def _sorted(self, ordinals: list[int], counts: list[int]) -> list[int]:
        """Return ordinals by count, highest first, then by label."""
        values, sort_keys = self.column.values, self._sort_keys
        for ordinal in ordinals:
            if ordinal not in sort_keys:
                sort_keys[ordinal] = self._sort_key(values[ordinal])
        ranked = sorted(
            (-count, sort_keys[ordinal], ordinal)
            for count, ordinal in zip(counts, ordinals, strict=True)
        )
        return [ordinal for _, _, ordinal in ranked]

    def _is_ranked(self) -> bool:
        """Tell whether to rank all values by label: not for the first few requests.

        They would wait for thousands of labels that are not shown.
        """
        return _RANKED_SHARE * len(self._sort_keys) > len(self.column.values)

    @cached_property
    def _label_ranks(self) -> NDArray[np.int64]:
        """The rank of each ordinal by label."""
        keys = [self._sort_key(value) for value in self.column.values]
        ranks = np.empty(len(keys), dtype=np.int64)
        ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
        return ranks

    def _sort_key(self, value: str) -> tuple[str, str]:
        return fold(self.label(value)), value


class LocalizedFacets:
    """The facets of a snapshot with labels in one locale."""

    def __init__(self, names: Mapping[str, FacetNames], locale: str) -> None:
        self.locale = locale
        self._facets = {name: LocalizedFacet(names[name], locale) for name in names}
        self._unfiltered: dict[Hashable, ValueFacet | DateFacet] = {}

    def facet(self, name: str) -> LocalizedFacet:
        """Return a facet of values. Raises KeyError for any other name."""
        return self._facets[name]

    def unfiltered(self, key: Hashable, count: Callable[[], Counted]) -> Counted:
        """Return what ``count`` returns for all documents; it is kept by ``key``."""
        facet = self._unfiltered.get(key)
        if facet is None:
            facet = count()
            if len(self._unfiltered) < _MAX_UNFILTERED:
                self._unfiltered[key] = facet
        return facet  # type: ignore[return-value]  # a key stands for one kind of facet


def facet_names(columns: Mapping[str, Column]) -> dict[str, FacetNames]:
    """Return the names of every facet of values."""
    return {name: FacetNames(name, columns[name]) for name in VALUE_FACETS}
