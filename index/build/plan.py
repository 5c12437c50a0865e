"""Building an index: what ``trouvaille rebuild`` and ``trouvaille update`` do.

``rebuild`` writes everything into one new segment. ``update`` compares content hashes, writes what
is new or changed into one more segment and marks what it replaces as deleted. When there are too
many segments or deletions, it writes all live documents into one new segment instead, from what is
stored of them. ``index_documents`` indexes documents whose fields are known already.
"""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import islice
from os.path import abspath
from pathlib import Path, PurePath
from time import monotonic
from typing import Any, Self, TextIO

import numpy as np
from numpy.typing import NDArray

from index.build.learning import load as load_learned
from index.build.pipeline import (
    Extracted,
    Indexed,
    Item,
    Job,
    Outcome,
    Unchanged,
    has_one_reader,
    parts_of,
    rare_collections,
    run,
)
from index.document import Document, Fields, Skipped, newer
from index.errors import IndexDamaged, NoDocuments, TooManyDeletions
from index.extract import ExtractionOptions, extraction_version
from index.publishing import FILE_MODE, LiveSegment, building, open_published, read_pointer
from index.readers import ReadOptions, SourceFile, display, list_files, read_file
from index.segments import (
    AnalysedDocument,
    Report,
    SegmentWriter,
    Snapshot,
    analyse_drafts,
    draft,
    write_segment,
)
from index.store import REMEDY
from index.versions import ANALYSIS_VERSION

MAX_SEGMENTS = 8
MAX_DELETED = 0.25
"""Segments, and the share of deleted documents, beyond which an update writes all anew."""
SMALL = 256 * 1024
"""Bytes up to which a file of many documents goes to a worker whole."""
_GZIP_RATIO = 2.5
"""Characters of text in a byte of a compressed file, for the progress bar only."""
_TOGETHER = 1024
"""Documents that ``index_documents`` analyses together."""
_READING = [item.name for item in fields(ReadOptions)]
_EXTRACTION = [item.name for item in fields(ExtractionOptions) if item.name != "learned"]
"""Options that a generation remembers; learned themes have a file of their own."""
_PLACES = 3
"""Folders that are named when an update would delete too much."""
_UNREAD = "unreadable"
"""The kind of what was skipped although it is there."""
_PATH_ENDS = re.compile(r"[/:!]|\Z")
"""Where in the path of a document that of its file, or of a folder above it, may end."""
_RECORD = re.compile(r":\d+\Z")
"""What the path of a record has after that of its file."""
_BAR = 24
"""Characters of the progress bar."""
_BAR_SECONDS, _LINE_SECONDS = 0.1, 10.0
"""Seconds between two bars on a terminal, and between two lines elsewhere."""


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build. With 0 ``workers``, everything is done in this process.

    A ``fresh`` rebuild extracts every document; others reuse fields of the published generation.
    An update that would delete more than the share ``max_deletions`` of all documents, or every
    document of one source, is refused; with 1 it may delete anything. ``mode`` are
    the permissions of files.
    """

    reading: ReadOptions = field(default_factory=ReadOptions)
    extraction: ExtractionOptions = field(default_factory=ExtractionOptions)
    workers: int = field(default_factory=cores)
    fresh: bool = False
    max_deletions: float = 1.0
    mode: int = FILE_MODE


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did. ``published`` is false if nothing had changed."""

    generation: str
    documents: int
    published: bool
    added: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    compacted: bool = False
    reused: int = 0
    """Documents of a rebuild that kept the fields they had."""
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[tuple[str, str, str], ...] = ()
    """Path, extractor, reason: documents that are indexed without some of their fields."""


class Progress:
    """Shows how far a build has come: a bar on a terminal, elsewhere a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to ``stream``; show nothing if it is None."""
        self._stream = stream
        self._on_terminal = stream is not None and stream.isatty()
        self._began = self._last = monotonic()
        self._width = 0

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Report bytes read, of how many, and documents indexed and skipped."""
        now = monotonic()
        if now - self._last < (_BAR_SECONDS if self._on_terminal else _LINE_SECONDS):
            return
        self._last = now
        share = min(1.0, done / total) if total else 0.0
        figures = f"{int(100 * share)} %, " if total else ""
        figures += f"{documents} documents"
        figures += f", {skipped} skipped" if skipped else ""
        seconds = now - self._began
        figures += f", {documents / seconds:.0f} a second" if seconds >= 1 else ""
        if self._on_terminal:
            figures = f"{'█' * round(_BAR * share):░<{_BAR}} {figures}"
        self.phase(figures)

    def phase(self, name: str) -> None:
        """Report that another part of the work begins."""
        if self._stream is None:
            return
        if self._on_terminal:
            self._stream.write("\r" + name.ljust(self._width) + ("" if name else "\r"))
            self._stream.flush()
            self._width = len(name)
        else:
            print(name, file=self._stream, flush=True)

    def finish(self) -> None:
        """Leave an empty line for what comes next."""
        if self._on_terminal:
            self.phase("")


class BuildWriter:
    """Writes documents into a segment, which is begun with the first of them.

    ``seen`` maps the id of every document to its path, ``hashes`` that of every written document to
    its content hash. Of documents with the same id the one with the highest version counts, else
    the first; a withdrawal takes a document away, in whatever order they come. Used as a context,
    it deletes a segment that was not committed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segment: SegmentWriter | None = None
        self.seen: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.report = Report()
        self.reused = 0
        self._unchanged: set[str] = set()
        self._versions: dict[str, str] = {}
        self._withdrawn: dict[str, str] = {}
        self._dead: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._segment is not None:
            self._segment.abandon()

    def take(self, outcome: Outcome) -> None:
        """Write or note one outcome."""
        if isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)
            if outcome.id and outcome.kind == "withdrawn":
                self._withdraw(outcome)
            return
        id = outcome.id if isinstance(outcome, Unchanged) else outcome.document.id
        version = outcome.version
        if id in self._withdrawn and not _outlives(version, self._withdrawn[id]):
            self._note_withdrawn(outcome.path)
            return
        if id in self.seen:
            before = self._versions.get(id, "")
            if not newer(version, before):
                reason = f"the identifier {id} was already given in {self.seen[id]}"
                kind = "superseded" if newer(before, version) else "duplicate"
                self.report.skipped.append(Skipped(outcome.path, kind, reason))
                return
            reason = f"a later version is in {outcome.path}"
            self.report.skipped.append(Skipped(self.seen[id], "superseded", reason))
            self._drop(id)
        self.seen[id] = outcome.path
        if version:
            self._versions[id] = version
        if isinstance(outcome, Indexed):
            self.reused += outcome.reused
            self._write(outcome)
            self.report.failures += [(outcome.path, *failure) for failure in outcome.failures]
        else:
            self._unchanged.add(outcome.path)

    def _withdraw(self, withdrawal: Skipped) -> None:
        id = withdrawal.id
        before = self._withdrawn.get(id)
        if before is None or not withdrawal.version or newer(withdrawal.version, before):
            self._withdrawn[id] = withdrawal.version
        if id in self.seen and not _outlives(self._versions.get(id, ""), self._withdrawn[id]):
            self._note_withdrawn(self.seen[id])
            self._drop(id)

    def _note_withdrawn(self, path: str) -> None:
        self.report.skipped.append(Skipped(path, "withdrawn", "its agency has withdrawn it"))

    def _drop(self, id: str) -> None:
        """Forget a document that was taken; one that is written already will not be live."""
        path = self.seen.pop(id)
        self._unchanged.discard(path)
        self._versions.pop(id, None)
        if self.hashes.pop(id, None) is not None:
            self._dead[id] += 1
            self.report.failures = [one for one in self.report.failures if one[0] != path]

    def keep(self, document: Document, path: str) -> bool:
        """Keep a document that is in the index but was not read, unless it is withdrawn."""
        withdrawn = self._withdrawn.get(document.id)
        if withdrawn is not None and not _outlives(document.version, withdrawn):
            return False
        self.seen[document.id] = path
        self._unchanged.add(path)
        return True

    def rewrite(self, outcome: Outcome) -> None:
        """Write a document of an older segment; its failures are in the report already."""
        if isinstance(outcome, Indexed):
            self._write(outcome)
        elif isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)

    def _write(self, outcome: Indexed[AnalysedDocument]) -> None:
        if self._segment is None:
            self._segment = SegmentWriter(self._folder)
        self._segment.add(outcome.document)
        self.hashes[outcome.document.id] = outcome.hash

    def keep_failures(self, before: Iterable[tuple[str, str, str]]) -> None:
        """Add the older failures of documents that have not changed, and sort all failures."""
        unchanged = {abspath(path): path for path in self._unchanged}
        kept = [
            (unchanged[abspath(path)], name, reason)
            for path, name, reason in before
            if abspath(path) in unchanged
        ]
        self.report.failures = sorted([*kept, *self.report.failures])

    def commit(self) -> LiveSegment:
        """Finish the segment."""
        if self._segment is None:
            raise RuntimeError("there is nothing to commit")
        live = np.ones(self._segment.documents, np.bool_)
        for place, id in enumerate(self._segment.ids if self._dead else ()):
            if self._dead[id]:  # of several documents with an id, the last may be live
                self._dead[id] -= 1
                live[place] = False
        entry = self._segment.commit()
        self._segment = None
        return LiveSegment(entry, live)


def _outlives(version: str, withdrawn: str) -> bool:
    """Return whether a version is later than the withdrawn one; none is if all are withdrawn."""
    return bool(withdrawn) and newer(version, withdrawn)


def rebuild(
    root: Path,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Index the sources anew and publish the result.

    Raises SourceError, NoDocuments, UsageError (the directory is no index), IndexLocked,
    BuildFailed, IndexDamaged (learned themes that cannot be read). After an exception the published
    generation still serves.
    """
    options, progress = _with_learned(options or BuildOptions(), root), progress or Progress()
    reading = Reading(sources, options.reading)
    with (
        building(root, options.mode) as commit,
        rare_collections(),
        BuildWriter(commit.segment_folder) as writer,
    ):
        reuse_from = None if options.fresh else root
        version = made_by(options.extraction)
        job = Job(options.reading, options.extraction, version, reuse_from=reuse_from)
        _read(reading, job, options.workers, writer, progress)
        if not writer.hashes:
            raise _no_documents(writer.report)
        writer.keep_failures(())
        progress.phase("Writing the index")
        snapshot = commit.publish(
            [writer.commit()], writer.hashes, writer.report, settings_of(options), version
        )
    return _result(snapshot, writer, added=snapshot.documents, reused=writer.reused)


def update(
    root: Path,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Index what is new or changed in the sources, delete what is gone, and publish the result.

    The sources are all of them, not only the changed ones. Documents of a file or folder that is
    there but cannot be read stay as they are; otherwise the index then answers as after a rebuild.
    Raises what ``rebuild`` does, and IndexMissing, IndexDamaged, IndexVersion,
    TooManyDeletions.
    """
    progress = progress or Progress()
    read_pointer(root)
    mode = options.mode if options else FILE_MODE
    with building(root, mode) as commit, rare_collections():
        before = open_published(root)
        options = _with_learned(options or options_of(before.manifest.settings), root)
        reading = Reading(sources, options.reading)
        known = before.content_hashes()
        job = Job(options.reading, options.extraction, made_by(options.extraction), known)
        with BuildWriter(commit.segment_folder) as writer:
            _read(reading, job, options.workers, writer, progress)
            unread = _keep_unread(before, known, writer)
            if not writer.seen:
                raise _no_documents(writer.report)
            writer.keep_failures(before.report().failures)
            new, gone = writer.hashes.keys() - known.keys(), known.keys() - writer.seen.keys()
            changed = writer.hashes.keys() & known.keys()
            if options.max_deletions < 1:
                _require_few(gone, before, sources, writer.seen, options.max_deletions)
            if not new and not gone and not changed and writer.report == before.report():
                return _result(before, writer, published=False, unchanged=len(writer.seen))
            live = _survivors(before, [*changed, *gone])
            kept = {id: known[id] for id in known if id not in changed and id not in gone}
            segments = _live_segments(before, live)
            # What could not be read has to be analysed anew too where all the rest was.
            compact = _wants_compaction(segments, bool(writer.hashes)) or (
                unread and before.manifest.made_by != job.made_by
            )
            if compact:
                progress.phase("Writing all documents into one segment")
                with closing(run(_stored(before, live, kept), job, options.workers)) as outcomes:
                    for outcome in outcomes:
                        writer.rewrite(outcome)
                segments = []
            progress.phase("Writing the index")
            if writer.hashes:
                segments.append(writer.commit())
            hashes = {**kept, **writer.hashes}
            snapshot = commit.publish(
                segments, hashes, writer.report, settings_of(options), job.made_by
            )
    return _result(
        snapshot,
        writer,
        added=len(new),
        changed=len(changed),
        deleted=len(gone),
        unchanged=len(kept),
        compacted=compact,
    )


def index_documents(root: Path, documents: Iterable[tuple[Document, Fields]]) -> Snapshot:
    """Publish a generation of documents with their fields, analysed in this process.

    Raises UnfitDocumentError for an empty or overlong id, and what ``rebuild`` does.
    """
    hashes: dict[str, str] = {}
    entries = iter(documents)

    def analysed() -> Iterator[AnalysedDocument]:
        while batch := list(islice(entries, _TOGETHER)):
            hashes.update({document.id: "" for document, _ in batch})
            yield from analyse_drafts([draft(document, fields) for document, fields in batch])

    with building(root) as commit, rare_collections():
        segment = LiveSegment.of(write_segment(commit.segment_folder, analysed()))
        return commit.publish([segment], hashes, Report(), {}, "")


class Reading:
    """The sources as items of work; counts how many of their bytes have been handed out."""

    def __init__(self, sources: Sequence[Path], options: ReadOptions) -> None:
        """Measure the sources. Raises SourceError for one that cannot be read at all."""
        self._sources = sources
        self._options = options
        self.done = 0
        self.total = sum(
            entry.size for entry in list_files(sources, options) if isinstance(entry, SourceFile)
        )

    def items(self) -> Iterator[Item]:
        """Yield files, documents of large files, and skipped files, in a stable order."""
        for entry in list_files(self._sources, self._options):
            if isinstance(entry, Skipped):
                yield entry
            elif entry.size <= SMALL:
                self.done += entry.size
                yield entry
            elif has_one_reader(entry):
                yield from parts_of(entry, self._options)
                self.done += entry.size
            else:
                yield from self._documents(entry)

    def _documents(self, file: SourceFile) -> Iterator[Document | Skipped]:
        begin = self.done
        ratio = _GZIP_RATIO if file.path.name.lower().endswith(".gz") else 1.0
        characters = 0
        for item in read_file(file, self._options):
            if isinstance(item, Document):
                characters += len(item.text)
                self.done = begin + min(file.size, int(characters / ratio))
            yield item
        self.done = begin + file.size


def made_by(extraction: ExtractionOptions) -> str:
    """Name the versions and settings that turn a document into fields and terms.

    Content hashes cover this text, so that a change of it has every document indexed again.
    """
    reference = extraction.reference_date
    return (
        f"extraction {extraction_version()}; analysis {ANALYSIS_VERSION};"
        f" languages {' '.join(extraction.languages)};"
        f" reference date {reference.isoformat() if reference else 'none'};"
        f" file times {extraction.file_times}; time zone {extraction.time_zone};"
        f"{' full mode;' if extraction.ner else ''}"
        f" learned themes {extraction.learned.version if extraction.learned else 'none'}"
    )


def settings_of(options: BuildOptions) -> dict[str, Any]:
    """Return the options that a generation remembers."""
    settings = {name: getattr(options.reading, name) for name in _READING}
    settings |= {name: getattr(options.extraction, name) for name in _EXTRACTION}
    reference = options.extraction.reference_date
    return settings | {"reference_date": reference.isoformat() if reference else None}


def options_of(settings: Mapping[str, Any]) -> BuildOptions:
    """Return the options that a generation was built with. Raises IndexDamaged."""
    try:
        return _options_of(settings)
    except (TypeError, ValueError, AttributeError) as error:
        raise IndexDamaged(
            f"The settings of the index cannot be read ({error}).", REMEDY
        ) from error


def _options_of(settings: Mapping[str, Any]) -> BuildOptions:
    reading = {name: settings[name] for name in _READING if name in settings}
    extraction = {name: settings[name] for name in _EXTRACTION if name in settings}
    if extraction.get("reference_date"):
        extraction["reference_date"] = date.fromisoformat(extraction["reference_date"])
    if "languages" in extraction:
        extraction["languages"] = tuple(extraction["languages"])
    return BuildOptions(ReadOptions(**reading), ExtractionOptions(**extraction))


def _with_learned(options: BuildOptions, root: Path) -> BuildOptions:
    extraction = replace(options.extraction, learned=load_learned(root))
    return replace(options, extraction=extraction)


def _read(
    reading: Reading, job: Job, workers: int, writer: BuildWriter, progress: Progress
) -> None:
    progress.phase("Reading and extracting")
    with closing(run(reading.items(), job, workers)) as outcomes:
        for outcome in outcomes:
            writer.take(outcome)
            skipped = len(writer.report.skipped)
            progress.step(reading.done, reading.total, len(writer.seen), skipped)


def _survivors(before: Snapshot, lost: Iterable[str]) -> NDArray[np.bool_]:
    """Return the mask of live documents without those whose ids are ``lost``."""
    live = np.array(before.live)
    for id in lost:
        doc = before.docnum(id)
        if doc is not None:
            live[doc] = False
    return live


def _live_segments(before: Snapshot, live: NDArray[np.bool_]) -> list[LiveSegment]:
    """Divide a mask of live documents among the segments; drop those without any."""
    segments, base = [], 0
    for segment in before.manifest.segments:
        of_segment = live[base : base + segment.documents]
        base += segment.documents
        if of_segment.any():
            segments.append(LiveSegment(segment, of_segment))
    return segments


def _wants_compaction(segments: Sequence[LiveSegment], one_more: bool) -> bool:
    size = sum(len(segment.live) for segment in segments)
    deleted = size - sum(int(np.count_nonzero(segment.live)) for segment in segments)
    return len(segments) + one_more > MAX_SEGMENTS or deleted > MAX_DELETED * size


def _stored(before: Snapshot, live: NDArray[np.bool_], hashes: dict[str, str]) -> Iterator[Item]:
    for doc in np.flatnonzero(live).tolist():
        document, fields = before.stored_fields.get(doc)
        yield Extracted(document, fields, hashes[document.id])


def _keep_unread(before: Snapshot, known: Iterable[str], writer: BuildWriter) -> bool:
    """Keep the documents of files and folders that are there but cannot be read; report it.

    Return whether there are any. A disk or a permission that fails for an hour must not cost the
    archive its documents.
    """
    skipped = writer.report.skipped
    places = {abspath(item.path): at for at, item in enumerate(skipped) if item.kind == _UNREAD}
    kept: Counter[int] = Counter()
    for id in known if places else ():
        doc = before.docnum(id) if id not in writer.seen else None
        if doc is None:
            continue
        head = before.stored_fields.head(doc)
        path = before.stored_fields.details(doc, head).path
        full = abspath(path)
        above = (full[: end.start()] for end in _PATH_ENDS.finditer(full))
        place = next((places[prefix] for prefix in above if prefix in places), None)
        if place is not None and writer.keep(before.stored_fields.get(doc)[0], path):
            kept[place] += 1
    for place, count in kept.items():
        stay = (
            "document stays as it was" if count == 1 else f"{count:,} documents stay as they were"
        )
        reason = f"{skipped[place].reason}; its {stay}"
        skipped[place] = skipped[place]._replace(kind="kept", reason=reason)
    return bool(kept)


def _require_few(
    gone: Collection[str],
    before: Snapshot,
    sources: Sequence[Path],
    seen: Mapping[str, str],
    share: float,
) -> None:
    """Raise TooManyDeletions if more than a share of all documents, or all of a source, is gone.

    That is what an update finds where a folder is not mounted.
    """
    if not gone:
        return
    many = len(gone) > share * before.documents
    empty = [source for source in sources if not _from(source, seen.values())]
    if not many and not empty:
        return
    docs = (before.docnum(id) for id in gone)
    heads = ((doc, before.stored_fields.head(doc)) for doc in docs if doc is not None)
    paths = [before.stored_fields.details(doc, head).path for doc, head in heads]
    lost = [source for source in empty if _from(source, paths)]
    if not many and not lost:
        return
    folders = Counter(str(PurePath(path).parent) for path in paths).most_common()
    places = [f"{count:,} from “{folder}”" for folder, count in folders[:_PLACES]]
    if len(folders) > _PLACES:
        places.append(f"the others from {len(folders) - _PLACES} more folders")
    nothing = f" Nothing is left of “{lost[0]}”." if lost else ""
    raise TooManyDeletions(
        f"This update would delete {len(gone):,} of {before.documents:,} documents:"
        f" {', '.join(places)}.{nothing} Nothing was changed.",
        "See whether every source is mounted and named. To delete them, use `trouvaille update`"
        " with --yes, or raise --max-deletions.",
    )


def _from(source: Path, paths: Iterable[str]) -> bool:
    """Tell whether any of these documents is of a source."""
    beginning = PurePath(abspath(display(str(source)))).parts
    return any(
        PurePath(abspath(_RECORD.sub("", path))).parts[: len(beginning)] == beginning
        for path in paths
    )


def _no_documents(report: Report) -> NoDocuments:
    if not report.skipped:
        return NoDocuments("The sources have no documents.", "Give files or folders of documents.")
    first = report.skipped[0]
    return NoDocuments(
        f"The sources have no document that can be indexed; {len(report.skipped)} were skipped,"
        f" the first being “{first.path}”: {first.reason}.",
        "Correct them, or give other sources.",
    )


def _result(
    snapshot: Snapshot, writer: BuildWriter, *, published: bool = True, **counts: Any
) -> BuildResult:
    return BuildResult(
        snapshot.name,
        snapshot.documents,
        published,
        skipped=tuple(writer.report.skipped),
        failures=tuple(writer.report.failures),
        **counts,
    )
