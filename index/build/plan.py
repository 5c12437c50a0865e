"""Sources as items of work: which files a worker reads whole, which are read here.

Build: sources in, a published generation out.

``rebuild`` makes one new segment of everything. ``update`` compares content hashes, writes what
is new or changed as one more segment and marks what it replaces as deleted; when segments or
deletions have become too many it writes all live documents into one new segment instead, from
what is stored of them. ``rollback`` serves the kept generation again.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.learning import load as load_learned
from index.build.pipeline import Before, Extracted, Item, Job, run
from index.build.progress import Progress, Silent
from index.build.writer import Intake, made_by
from index.commit import Part, building, probe
from index.directory import Pointer, read_pointer
from index.document import Document, Skipped
from index.errors import BuildFailed, IndexDamaged, IndexMissing, NoDocuments
from index.extract import ExtractionOptions
from index.manifest import Report, Settings
from index.readers import ReadOptions, SourceFile, format_of, list_files, read_file
from index.snapshot import Snapshot

SMALL = 256 * 1024
"""Bytes up to which a file of many documents goes to a worker whole."""
_COMPRESSION = 2.5
"""Characters of text that a byte of a compressed file gives, for the progress bar only."""


def _is_single(file: SourceFile) -> bool:
    format = format_of(file.path.name)
    return format is not None and format.single


class Reading:
    """Walks the sources and keeps count of how far it has come, in bytes on disk."""

    def __init__(self, sources: Sequence[Path], options: ReadOptions) -> None:
        """Measure the sources. Raises SourceError for one that cannot be read at all."""
        self._sources = sources
        self._options = options
        self.done = 0
        self.total = sum(
            entry.size for entry in list_files(sources, options) if isinstance(entry, SourceFile)
        )

    def items(self) -> Iterator[Item]:
        """Yield files to be read elsewhere, documents, and what was left out, in a stable order."""
        for entry in list_files(self._sources, self._options):
            if isinstance(entry, Skipped):
                yield entry
            elif entry.size <= SMALL or _is_single(entry):
                self.done += entry.size
                yield entry
            else:
                yield from self._records(entry)

    def _records(self, file: SourceFile) -> Iterator[Document | Skipped]:
        begin = self.done
        rate = _COMPRESSION if file.path.name.lower().endswith(".gz") else 1.0
        characters = 0
        for item in read_file(file, self._options):
            if isinstance(item, Document):
                characters += len(item.text)
                self.done = begin + min(file.size, int(characters / rate))
            yield item
        self.done = begin + file.size


MOST_SEGMENTS = 8
MOST_DEAD = 0.25
"""Segments, and the share of document numbers that are deleted, beyond which all is rewritten."""


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build: reading, extraction, and how many worker processes (0: in this one).

    A ``fresh`` rebuild extracts the documents too whose fields the published generation has.
    """

    reading: ReadOptions = field(default_factory=ReadOptions)
    extraction: ExtractionOptions = field(default_factory=ExtractionOptions)
    workers: int = field(default_factory=cores)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did. ``published`` is false where nothing had changed."""

    generation: str
    documents: int
    published: bool
    added: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    compacted: bool = False
    reused: int = 0
    """Documents of a rebuild whose fields are those of the generation before."""
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[tuple[str, str, str], ...] = ()
    """Path, extractor, reason: documents that are indexed without some of their fields."""


def rebuild(
    root: Path,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Index the sources anew and publish the result.

    Raises SourceError, NoDocuments, UsageError (the directory is no index), IndexLocked,
    BuildFailed, IndexDamaged (learned themes that cannot be read); whatever it raises, what was
    published still serves.
    """
    options, progress = _with_learned(options or BuildOptions(), root), progress or Silent()
    reading = Reading(sources, options.reading)
    with building(root) as site, Intake(site.segment_folder) as intake:
        before = None if options.fresh else _published(root)
        job = Job(options.reading, options.extraction, made_by(options.extraction), before=before)
        _read(reading, job, options.workers, intake, progress)
        if not intake.hashes:
            raise _no_documents(intake.report)
        intake.keep_failures(())
        progress.phase("Writing the index")
        documents = intake.commit()
        generation = site.publish(
            [Part(site.name, np.ones(documents, np.bool_))],
            intake.hashes,
            intake.report,
            settings_of(options),
            job.made_by,
        )
    return _result(generation, intake, added=documents, reused=intake.reused)


def update(
    root: Path,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Index what is new or changed in the sources, forget what is gone, and publish the result.

    The sources are all of them, not only the changed ones. Answers are then those that a rebuild
    would give. Raises what ``rebuild`` does, and IndexMissing, IndexDamaged, IndexVersion.
    """
    progress = progress or Silent()
    read_pointer(root)
    with building(root) as site:
        before = Snapshot(root, read_pointer(root).current)
        options = _with_learned(options or options_of(before.manifest.settings), root)
        reading = Reading(sources, options.reading)
        known = before.content_hashes()
        job = Job(options.reading, options.extraction, made_by(options.extraction), known)
        with Intake(site.segment_folder) as intake:
            _read(reading, job, options.workers, intake, progress)
            if not intake.seen:
                raise _no_documents(intake.report)
            intake.keep_failures(before.report().failures)
            new, gone = intake.hashes.keys() - known.keys(), known.keys() - intake.seen.keys()
            changed = intake.hashes.keys() & known.keys()
            live = _survivors(before, [*changed, *gone])
            if not new and not gone and not changed and intake.report == before.report():
                return _result(before, intake, published=False, unchanged=len(intake.seen))
            hashes = {id: known[id] for id in known if id not in changed and id not in gone}
            parts = _parts(before, live)
            compact = _wants_compaction(parts, bool(intake.hashes))
            if compact:
                progress.phase("Writing all documents into one segment")
                kept = _extracted(before, live, hashes)
                with closing(run(kept, job, options.workers)) as outcomes:
                    for outcome in outcomes:
                        intake.take_again(outcome)
                parts = []
            progress.phase("Writing the index")
            if intake.hashes:
                documents = intake.commit()
                parts.append(Part(site.name, np.ones(documents, np.bool_)))
            generation = site.publish(
                parts,
                {**hashes, **intake.hashes},
                intake.report,
                settings_of(options),
                job.made_by,
            )
    return _result(
        generation,
        intake,
        added=len(new),
        changed=len(changed),
        deleted=len(gone),
        unchanged=len(hashes),
        compacted=compact,
    )


def rollback(root: Path) -> Snapshot:
    """Serve the kept generation again, and keep the present one in its place.

    Raises IndexMissing, IndexLocked, and BuildFailed where none is kept; IndexDamaged or
    IndexVersion, and the present one still serves, where the kept one cannot be used.
    """
    read_pointer(root)
    with building(root) as site:
        pointer = read_pointer(root)
        if not pointer.previous:
            raise BuildFailed(
                f"The index in “{root}” keeps no previous generation.",
                "There is one after the next rebuild or update.",
            )
        generation = Snapshot(root, pointer.previous)
        probe(generation)
        site.point(Pointer(pointer.previous, pointer.current))
    return generation


def settings_of(options: BuildOptions) -> Settings:
    """Return what a generation remembers of the options it was built with."""
    reference = options.extraction.reference_date
    return Settings(
        reference_date=reference.isoformat() if reference else "",
        languages=options.extraction.languages,
        file_times=options.extraction.file_times,
        ner=options.extraction.ner,
        encoding=options.reading.encoding or "",
        max_bytes=options.reading.max_bytes,
        include_hidden=options.reading.include_hidden,
        mapping=dict(options.reading.mapping),
    )


def options_of(settings: Settings) -> BuildOptions:
    """Return the options that a generation was built with."""
    reference = settings.reference_date
    return BuildOptions(
        ReadOptions(
            mapping=settings.mapping,
            max_bytes=settings.max_bytes or ReadOptions().max_bytes,
            include_hidden=settings.include_hidden,
            encoding=settings.encoding or None,
        ),
        ExtractionOptions(
            reference_date=date.fromisoformat(reference) if reference else None,
            languages=settings.languages or ExtractionOptions().languages,
            file_times=settings.file_times,
            ner=settings.ner,
        ),
    )


def _with_learned(options: BuildOptions, root: Path) -> BuildOptions:
    extraction = replace(options.extraction, learned=load_learned(root))
    return replace(options, extraction=extraction)


def _published(root: Path) -> Before | None:
    try:
        return Before(root, read_pointer(root).current)
    except (IndexMissing, IndexDamaged):
        return None


def _read(reading: Reading, job: Job, workers: int, intake: Intake, progress: Progress) -> None:
    progress.phase("Reading and extracting")
    with closing(run(reading.items(), job, workers)) as outcomes:
        for outcome in outcomes:
            intake.take(outcome)
            progress.step(reading.done, reading.total, len(intake.seen), len(intake.report.skipped))


def _survivors(before: Snapshot, lost: Iterable[str]) -> NDArray[np.bool_]:
    live = np.array(before.live)
    for id in lost:
        doc = before.docnum(id)
        if doc is not None:
            live[doc] = False
    return live


def _parts(before: Snapshot, live: NDArray[np.bool_]) -> list[Part]:
    """Divide the live documents among the old segments; those without any are let go."""
    parts, base = [], 0
    for segment in before.manifest.segments:
        mine = live[base : base + segment.documents]
        base += segment.documents
        if mine.any():
            parts.append(Part(segment.name, mine))
    return parts


def _wants_compaction(parts: Sequence[Part], one_more: bool) -> bool:
    size = sum(len(part.live) for part in parts)
    dead = size - sum(int(np.count_nonzero(part.live)) for part in parts)
    return len(parts) + one_more > MOST_SEGMENTS or dead > MOST_DEAD * size


def _extracted(before: Snapshot, live: NDArray[np.bool_], hashes: dict[str, str]) -> Iterator[Item]:
    for doc in np.flatnonzero(live).tolist():
        document, fields = before.stored_fields.get(doc)
        yield Extracted(document, fields, hashes[document.id])


def _no_documents(report: Report) -> NoDocuments:
    left_out = len(report.skipped)
    if not left_out:
        return NoDocuments(
            "The sources hold no document.", "Give files or folders of documents that are read."
        )
    first = report.skipped[0]
    return NoDocuments(
        f"The sources hold no document that can be indexed; {left_out} were skipped,"
        f" the first being “{first.path}”: {first.reason}.",
        "Mend them or give other sources.",
    )


def _result(
    generation: Snapshot,
    intake: Intake,
    *,
    published: bool = True,
    added: int = 0,
    changed: int = 0,
    deleted: int = 0,
    unchanged: int = 0,
    compacted: bool = False,
    reused: int = 0,
) -> BuildResult:
    return BuildResult(
        generation.name,
        generation.documents,
        published,
        added,
        changed,
        deleted,
        unchanged,
        compacted,
        reused,
        tuple(intake.report.skipped),
        tuple(intake.report.failures),
    )
