"""Is a generation what it says it is? Checksums, counts, and searches with known answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.analysis import analyse
from index.directory import read_pointer
from index.document import Document, Fields, Span
from index.errors import IndexDamaged
from index.snapshot import Snapshot
from index.store import REMEDY, FileRecord, is_sound

PROBES = 5
PROBE_TERMS = 8


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found: ``problems`` are sentences, none where the index is sound."""

    generation: str
    documents: int
    files: int
    bytes: int
    terms: int
    problems: tuple[str, ...]


def check(root: Path) -> CheckResult:
    """Read every file of the published generation, compare all checksums, ask known questions.

    Raises IndexMissing, and IndexDamaged or IndexVersion where it cannot even be opened.
    """
    with Snapshot(root, read_pointer(root).current) as generation:
        problems = [*altered_files(generation)]
        terms = 0
        try:
            terms = probe(generation)
        except IndexDamaged as error:
            problems.append(error.message)
        sizes = generation.manifest.sizes()
        return CheckResult(
            generation.name, generation.documents, len(sizes), sum(sizes), terms, tuple(problems)
        )


def altered_files(generation: Snapshot, only_segment: str = "") -> Iterator[str]:
    """Compare every file, or those of one segment, with its checksum; yield what differs."""
    root = generation.folder.parent.parent
    yield from _altered(generation.folder, generation.manifest.files)
    for segment in generation.manifest.segments:
        if not only_segment or segment.name == only_segment:
            yield from _altered(root / "segments" / segment.name, segment.files)


def _altered(folder: Path, files: Mapping[str, FileRecord]) -> Iterator[str]:
    for name, expected in files.items():
        try:
            if not is_sound(folder / name, expected):
                yield f"“{folder / name}” of the index has been altered."
        except OSError as error:
            yield f"“{folder / name}” of the index cannot be read ({error.strerror})."


def probe(generation: Snapshot) -> int:
    """Ask for documents and terms that must be there; return how many terms were asked for.

    Documents evenly spread over the generation are analysed anew from what is stored of them,
    and the index must give them, at the same positions. Raises IndexDamaged.
    """
    live = np.flatnonzero(generation.live)
    if len(live) != generation.documents:
        raise IndexDamaged(f"The counts in “{generation.folder}” do not agree.", REMEDY)
    asked = 0
    for at in np.unique(np.linspace(0, len(live) - 1, min(PROBES, len(live))).astype(np.int64)):
        doc = int(live[at])
        document, fields = generation.stored(doc)
        if generation.docnum(document.id) != doc:
            raise IndexDamaged(f"Document “{document.id}” is not found by its id.", REMEDY)
        for field, terms in _terms(document, fields):
            for term in [*terms][:: max(1, len(terms) // PROBE_TERMS)]:
                _probe_term(generation, field, term, terms[term], doc)
                asked += 1
    return asked


def _terms(document: Document, fields: Fields) -> Iterator[tuple[str, dict[str, list[int]]]]:
    """Yield the terms of each field of a document with their positions, found word by word."""
    code = fields.language.code
    whole = ((Span(0, len(document.text)), code),)
    for part, text, parts in (
        ("title", document.title, ((Span(0, len(document.title)), code),)),
        ("body", document.text, fields.language.parts or whole),
    ):
        analysed = analyse(text, parts)
        yield part, analysed.exact
        for suffix, terms in analysed.stems.items():
            yield f"{part}_{suffix}", terms


def _probe_term(
    generation: Snapshot, field: str, term: str, where: Sequence[int], doc: int
) -> None:
    # A document that the postings of the term lack has no positions.
    positions = generation.positions(field, term, np.asarray([doc], np.int32)).flat
    if not np.array_equal(np.unique(positions), np.unique(where)):
        raise IndexDamaged(f"A search for “{term}” in {field} gives a wrong answer.", REMEDY)
