"""Filters of a query tree as masks over the documents of a generation."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.analysis import fold
from index.snapshot import Snapshot
from search.query import AnalyzedWith, Dated, Filter, HasValue
from search.scoring.bm25 import Docs, Mask, statistics

_EPOCH = date(1970, 1, 1).toordinal()
_UNDATED = np.iinfo(np.int32).min


def passing(node: Filter, generation: Snapshot, docs: Docs | None) -> Mask:
    """Return which of some documents pass a filter that asks for no value of a facet.

    None stands for all documents.
    """
    match node:
        case Dated():
            days = generation.dates.days
            return _dated(node, days if docs is None else days.take(docs))
        case AnalyzedWith():
            masks = [statistics(generation).mask(suffix) for suffix in node.suffixes]
            found = np.logical_or.reduce(masks) if masks else np.zeros(generation.size, np.bool_)
            return found if docs is None else found.take(docs)
    raise TypeError(f"not a filter: {node!r}")


def ordinals(node: HasValue, generation: Snapshot) -> list[int]:
    """Return the values of the facet that are meant; none if no document has it.

    A value that no vocabulary knew may be written otherwise than the documents write it.
    """
    column = generation.columns[node.facet]
    ordinal = column.ordinal.get(node.value)
    if ordinal is not None:
        return [ordinal]
    typed = fold(node.typed)
    return [
        ordinal
        for ordinal, value in enumerate(column.values)
        if typed in (fold(value), fold(column.labels.get(value, value)))
    ]


def _dated(node: Dated, days: NDArray[np.int32]) -> Mask:
    """Pass by the first day a document may be of, as the filters of a request do."""
    passing: Mask = days != _UNDATED
    if node.first:
        passing &= days >= node.first.toordinal() - _EPOCH
    if node.last:
        passing &= days <= node.last.toordinal() - _EPOCH
    return passing
