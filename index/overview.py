"""The figures of a published index, as ``trouvaille stats`` tells them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.calendar import UNDATED_DAY, day_of
from index.document import PARTS, Skipped
from index.embedding import INSTALL, Coverage, model
from index.formats import FormatFigures, Unread, by_format, unread
from index.publishing import read_pointer
from index.segments import Snapshot
from index.store import Details, FacetColumn
from index.vectors import coverage
from index.vocabularies import organizations, themes

if TYPE_CHECKING:
    from index.opensearch import Cluster

_TOP = 10


class ValueCount(NamedTuple):
    """A facet value, its label, and how many documents carry it."""

    value: str
    label: str
    documents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What ``trouvaille stats`` tells.

    ``filled`` counts the documents that have a field, ``terms`` the different terms of each field
    that has any, ``bytes`` what lies on disk for the published snapshot, ``withdrawn`` the ids that
    are remembered as withdrawn by their agencies, ``embargoed`` the documents under an embargo.
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
    withdrawn: int
    embargoed: int
    formats: tuple[FormatFigures, ...] | None
    """None if they were not asked for: they cost a look at every document."""
    unread: tuple[Unread, ...]
    failed: tuple[tuple[str, str, str], ...]
    """Path, what, and reason: documents that lack a field or were not understood whole."""
    vectors: Coverage | None


def overview(root: Path, locale: str = "fr", *, formats: bool = False) -> Overview:
    """Describe the published snapshot, by format if asked for.

    Raises IndexMissing, IndexDamaged, IndexVersion.
    """
    pointer = read_pointer(root)
    with Snapshot(root, pointer.current) as snapshot:
        manifest = snapshot.manifest
        docs = np.flatnonzero(snapshot.live).astype(np.int32)
        days = snapshot.dates.days[docs]
        days = days[days != UNDATED_DAY]
        known = organizations()
        named = snapshot.columns["organization"]
        report = snapshot.report()
        return Overview(
            generation=snapshot.name,
            previous=pointer.previous,
            built=manifest.built,
            product=manifest.product,
            documents=snapshot.documents,
            deleted=snapshot.size - snapshot.documents,
            segments=len(manifest.segments),
            bytes=sum(manifest.sizes()),
            languages=snapshot.languages,
            filled={
                "title": int(np.count_nonzero(snapshot.lengths["title"][docs])),
                "date": len(days),
                **{
                    name: snapshot.documents - column.tally(docs).missing
                    for name, column in snapshot.columns.items()
                },
            },
            terms=_terms(snapshot),
            first_date=day_of(int(days.min())).isoformat() if len(days) else None,
            last_date=day_of(int(days.max())).isoformat() if len(days) else None,
            organizations=_top(
                named, docs, lambda id: named.labels.get(id) or known.label(id, locale)
            ),
            themes=_top(snapshot.columns["theme"], docs, lambda id: themes().label(id, locale)),
            skipped=tuple(report.skipped),
            skipped_kinds=manifest.skipped,
            failures=manifest.failures,
            withdrawn=len(report.withdrawn),
            embargoed=int(np.count_nonzero(snapshot.embargoed[:, 1] > time())),
            formats=by_format(_details(snapshot), report.skipped) if formats else None,
            unread=unread(report.skipped),
            failed=tuple(report.failures),
            vectors=coverage(root),
        )


def cluster_overview(
    cluster: "Cluster", name: str, locale: str = "fr", *, formats: bool = False
) -> Overview:
    """Describe the generation that is published on a cluster, as ``overview`` does."""
    from index.opensearch import coverage as coverage_of
    from index.opensearch import figures, previous, published, report_of, stored_heads

    generation = published(cluster, name)
    found = figures(cluster, generation, _TOP)
    report = report_of(cluster, name, generation.index)
    skipped = tuple(report.skipped)
    known = organizations()
    heads = stored_heads(cluster, generation)
    return Overview(
        generation=generation.name,
        previous=previous(cluster, name),
        built=generation.built,
        product=generation.product,
        documents=generation.documents,
        deleted=found.deleted,
        segments=found.segments,
        bytes=found.bytes,
        languages=generation.languages,
        filled=found.filled,
        terms={"words": found.words},
        first_date=found.first_date,
        last_date=found.last_date,
        organizations=tuple(
            ValueCount(id, label or known.label(id, locale), count)
            for id, label, count in found.most["organization"]
        ),
        themes=tuple(
            ValueCount(id, themes().label(id, locale), count)
            for id, _, count in found.most["theme"]
        ),
        skipped=skipped,
        skipped_kinds=generation.skipped,
        failures=Counter(what for _, what, _ in report.failures),
        withdrawn=len(report.withdrawn),
        embargoed=found.embargoed,
        formats=by_format((head.decode_details() for head in heads), skipped) if formats else None,
        unread=unread(skipped),
        failed=tuple(report.failures),
        vectors=coverage_of(cluster, generation),
    )


def _details(snapshot: Snapshot) -> Iterator[Details]:
    fields = snapshot.stored_fields
    for doc in np.flatnonzero(snapshot.live).tolist():
        yield fields.details(doc, fields.head(doc))


def _terms(snapshot: Snapshot) -> dict[str, int]:
    fields = [
        name for part in PARTS for name in (part, *(f"{part}_{s}" for s in snapshot.analyzers))
    ]
    sizes = {name: snapshot.inverted_index.vocabulary_size(name) for name in fields}
    return {name: size for name, size in sizes.items() if size}


def _top(
    column: FacetColumn, docs: NDArray[np.int32], label: Callable[[str], str]
) -> tuple[ValueCount, ...]:
    counts = column.tally(docs).counts
    best = np.lexsort((np.arange(len(counts)), -counts))[:_TOP]
    values = ((column.values[at], int(counts[at])) for at in best.tolist())
    return tuple(ValueCount(value, label(value), count) for value, count in values)


def lines(figures: Overview) -> list[str]:
    """Return the figures as lines for people."""

    def counted(counts: Any) -> str:
        return ", ".join(f"{name} {count:,}" for name, count in counts) or "none"

    by_count = sorted(figures.languages.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"Generation     {figures.generation}, built by {figures.product}",
        f"Previous       {figures.previous or 'none kept'}",
        f"Documents      {figures.documents:,} in {figures.segments} segments"
        f" ({figures.deleted:,} deleted, waiting for compaction)",
        f"On disk        {size(figures.bytes)}",
        f"Languages      {counted(by_count)}",
        f"Fields         {counted(figures.filled.items())}",
        f"Terms          {counted(figures.terms.items())}",
        f"Dates          {figures.first_date or '–'} to {figures.last_date or '–'}",
        f"Organizations  {counted((item.label, item.documents) for item in figures.organizations)}",
        f"Themes         {counted((item.label, item.documents) for item in figures.themes)}",
        f"Skipped        {counted(figures.skipped_kinds.items())}",
        f"Failures       {counted(figures.failures.items())}",
        f"Vectors        {_vectors(figures.vectors)}",
        f"Withdrawn      {figures.withdrawn:,} remembered",
        f"Embargoed      {figures.embargoed:,} until their time",
    ]


def _vectors(found: Coverage | None) -> str:
    if found is None:
        return "none"
    text = f"{found.documents:,} documents, {found.missing:,} not yet"
    if found.without:
        text += f", {found.without:,} in languages without"
    if found.damaged:
        text += f", {len(found.damaged)} files damaged"
    if model() is None:
        text += f"; not used: {INSTALL}"
    elif found.model != model():
        text += "; not used: of another version"
    return text


def size(count: int) -> str:
    """Return a number of bytes for people."""
    return f"{count / 1024**2:,.1f} MiB"
