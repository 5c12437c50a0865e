"""Overview: what an index holds, in figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.days import UNDATED_DAY, day_of
from index.directory import read_pointer
from index.document import Skipped
from index.schema import PARTS
from index.snapshot import Snapshot
from index.store import FacetColumn
from index.vocabularies import organizations, themes

TOP = 10


class ValueCount(NamedTuple):
    """A facet value, its label, and how many documents carry it."""

    value: str
    label: str
    documents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What ``trouvaille stats`` tells.

    ``filled`` counts the documents that have a field, ``terms`` the different terms of each field
    that has any, ``bytes`` what lies on disk for the published generation.
    """

    generation: str
    previous: str
    built: str
    product: str
    documents: int
    deleted: int
    segments: int
    bytes: int
    languages: Mapping[str, int]
    filled: Mapping[str, int]
    terms: Mapping[str, int]
    first_date: str | None
    last_date: str | None
    organizations: tuple[ValueCount, ...]
    themes: tuple[ValueCount, ...]
    skipped: tuple[Skipped, ...]
    skipped_kinds: Mapping[str, int]
    failures: Mapping[str, int]


def overview(root: Path, locale: str = "fr") -> Overview:
    """Describe the published generation. Raises IndexMissing, IndexDamaged, IndexVersion."""
    pointer = read_pointer(root)
    with Snapshot(root, pointer.current) as generation:
        manifest = generation.manifest
        docs = np.flatnonzero(generation.live).astype(np.int32)
        days = generation.dates.days[docs]
        days = days[days != UNDATED_DAY]
        known = organizations()
        named = generation.columns["organization"]
        return Overview(
            generation=generation.name,
            previous=pointer.previous,
            built=manifest.built,
            product=manifest.product,
            documents=generation.documents,
            deleted=generation.size - generation.documents,
            segments=len(manifest.segments),
            bytes=sum(manifest.sizes()),
            languages=generation.languages,
            filled={
                "title": int(np.count_nonzero(generation.lengths["title"][docs])),
                "date": len(days),
                **{
                    name: generation.documents - column.missing(docs)
                    for name, column in generation.columns.items()
                },
            },
            terms=_terms(generation),
            first_date=day_of(int(days.min())).isoformat() if len(days) else None,
            last_date=day_of(int(days.max())).isoformat() if len(days) else None,
            organizations=_top(
                named, docs, lambda id: named.labels.get(id) or known.label(id, locale)
            ),
            themes=_top(generation.columns["theme"], docs, lambda id: themes().label(id, locale)),
            skipped=tuple(generation.report()),
            skipped_kinds=manifest.skipped,
            failures=manifest.failures,
        )


def _terms(generation: Snapshot) -> dict[str, int]:
    fields = [
        name for part in PARTS for name in (part, *(f"{part}_{s}" for s in generation.analyzers))
    ]
    sizes = {name: generation.vocabulary_size(name) for name in fields}
    return {name: size for name, size in sizes.items() if size}


def _top(
    column: FacetColumn, docs: NDArray[np.int32], label: Callable[[str], str]
) -> tuple[ValueCount, ...]:
    counts = column.counts(docs)
    best = np.lexsort((np.arange(len(counts)), -counts))[:TOP]
    values = ((column.values[at], int(counts[at])) for at in best.tolist())
    return tuple(ValueCount(value, label(value), count) for value, count in values)
