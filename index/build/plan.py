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
from time import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.build.destination import Described, Destination, Directory, NewSegment
from index.build.learning import load as load_learned
from index.build.pipeline import (
    Extracted,
    Item,
    Job,
    rare_collections,
    run,
)
from index.build.progress import Progress
from index.build.sources import (
    Partial,
    Reading,
    Sources,
    is_of_input,
    opened_sources,
    paths_above,
    places,
)
from index.build.writer import BuildWriter, Standing
from index.document import Document, Fields, Skipped
from index.errors import IndexDamaged, NoDocuments, TooManyDeletions
from index.extract import ExtractionOptions, extraction_version
from index.publishing import FILE_MODE, LiveSegment, building, open_published, read_pointer
from index.readers import ReadOptions, display
from index.segments import (
    AnalysedDocument,
    Report,
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
_TOGETHER = 1024
"""Documents that ``index_documents`` analyses together."""
_READING = [item.name for item in fields(ReadOptions) if item.name != "ocr_cache"]
_EXTRACTION = [item.name for item in fields(ExtractionOptions) if item.name != "learned"]
"""Options that a generation remembers; learned themes and what was read in pictures lie beside."""
_PLACES = 3
"""Folders that are named when an update would delete too much."""
_UNREAD = "unreadable"
"""The kind of what was skipped although it is there."""
_RECORD = re.compile(r":\d+\Z")
"""What the path of a record has after that of its file."""


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
    the permissions of files. With ``forget_withdrawals`` only what the sources withdraw is
    withdrawn, and nothing that they withdrew before.
    """

    reading: ReadOptions = field(default_factory=ReadOptions)
    extraction: ExtractionOptions = field(default_factory=ExtractionOptions)
    workers: int = field(default_factory=cores)
    fresh: bool = False
    max_deletions: float = 1.0
    mode: int = FILE_MODE
    forget_withdrawals: bool = False


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


def rebuild(
    root: Path,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
    partial: Partial | None = None,
) -> BuildResult:
    """Index the sources, or only some of their files, anew and publish the result.

    Raises SourceError, NoDocuments, UsageError (the directory is no index), IndexLocked,
    BuildFailed, IndexDamaged (learned themes that cannot be read). After an exception the published
    generation still serves.
    """
    options = _with_learned(options or BuildOptions(), root)
    return rebuild_into(Directory(root, options.mode), sources, options, progress, partial)


def rebuild_into(
    destination: Destination,
    sources: Sequence[Path],
    options: BuildOptions,
    progress: Progress | None = None,
    partial: Partial | None = None,
) -> BuildResult:
    """Do what ``rebuild`` does, wherever the documents go."""
    progress, began = progress or Progress(), time()
    with (
        opened_sources(sources) as opened,
        destination.building() as generation,
        rare_collections(),
        BuildWriter(
            generation.writer, {} if options.forget_withdrawals else destination.withdrawn()
        ) as writer,
    ):
        reading = Reading(opened, options.reading, partial)
        version = made_by(options.extraction)
        job = Job(
            options.reading,
            options.extraction,
            version,
            reuse_from=None if options.fresh else destination.reuse_from,
            prepare=destination.prepare,
        )
        _read(reading, job, options.workers, writer, progress)
        if not writer.hashes:
            raise _no_documents(writer.report)
        writer.finish_report()
        progress.phase("Writing the index")
        described = generation.publish(
            writer.hashes,
            writer.report,
            settings_of(options) | _origin(opened, began),
            version,
        )
    return _result(described, writer, added=described.documents, reused=writer.reused)


def update(
    root: Path,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
    partial: Partial | None = None,
) -> BuildResult:
    """Index what is new or changed in the sources, delete what is gone, and publish the result.

    The sources are all of them, not only the changed ones; if they are standard input alone, all
    other documents stay. Documents of a file or folder that is there but cannot be read stay as
    they are, and so do those of files that a ``partial`` update leaves; otherwise the index then
    answers as after a rebuild. Raises what ``rebuild`` does, and IndexMissing, IndexDamaged,
    IndexVersion, TooManyDeletions.
    """
    progress, began = progress or Progress(), time()
    read_pointer(root)
    mode = options.mode if options else FILE_MODE
    with opened_sources(sources) as opened, building(root, mode) as commit, rare_collections():
        before = open_published(root)
        options = _with_learned(options or options_of(before.manifest.settings), root)
        report = before.report()
        if partial and not partial.adds:
            partial = _with_superseded(partial, report)
        reading = Reading(opened, options.reading, partial)
        known = before.content_hashes()
        job = Job(options.reading, options.extraction, made_by(options.extraction), known)
        stands = _Standing(before, opened, partial)
        withdrawn = {} if options.forget_withdrawals else report.withdrawn
        segment = NewSegment(commit.segment_folder)
        with BuildWriter(segment, withdrawn, stands.document) as writer:
            _read(reading, job, options.workers, writer, progress)
            unread = _keep_unread(before, known, writer, stands)
            if not writer.seen:
                raise _no_documents(writer.report)
            writer.finish_report(report, stands.is_reported)
            new, gone = writer.hashes.keys() - known.keys(), known.keys() - writer.seen.keys()
            changed = writer.hashes.keys() & known.keys()
            if options.max_deletions < 1:
                required = () if stands.all_left else opened.files
                _require_few(gone, before, required, writer.seen, options.max_deletions)
            if not new and not gone and not changed and writer.report == report:
                return _result(before, writer, published=False, unchanged=len(writer.seen))
            live = _survivors(before, [*changed, *gone])
            kept = {id: known[id] for id in known if id not in changed and id not in gone}
            segments = _live_segments(before, live)
            # What could not be read has to be analysed anew too where all the rest was.
            compact = _wants_compaction(segments, bool(writer.hashes)) or (
                unread and before.manifest.made_by != job.made_by
            )
            if compact:
                progress.phase("Writing documents into one segment")
                again = live
                if stands.may_stay_apart and before.manifest.made_by == job.made_by:
                    again = _of_small_segments(before, live)
                with closing(run(_stored(before, again, kept), job, options.workers)) as outcomes:
                    for outcome in outcomes:
                        writer.rewrite(outcome)
                segments = _live_segments(before, live & ~again)
            progress.phase("Writing the index")
            if writer.hashes:
                segments.append(segment.commit())
            hashes = {**kept, **writer.hashes}
            snapshot = commit.publish(
                segments,
                hashes,
                writer.report,
                settings_of(options) | _origin(opened, began, before, partial),
                job.made_by,
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


def _origin(
    opened: Sources,
    began: float,
    before: Snapshot | None = None,
    partial: Partial | None = None,
) -> dict[str, Any]:
    """Return where the sources are, and since when their files may have been written again."""
    settings = before.manifest.settings if before else {}
    ways = [(name, place) for name, place in settings.get("sources", ())]
    if before and (partial or not opened.files):  # others were not read again
        began = settings.get("began", 0)
    return {"sources": places(opened.files, ways), "began": began}


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


def ocr_cache(root: Path) -> Path:
    """Return the folder of an index in which texts of pictures are kept."""
    return (root / "ocr").absolute()


def _with_learned(options: BuildOptions, root: Path) -> BuildOptions:
    extraction = replace(options.extraction, learned=load_learned(root))
    reading = options.reading
    if reading.ocr:
        reading = replace(reading, ocr_cache=str(ocr_cache(root)))
    return replace(options, reading=reading, extraction=extraction)


def _read(
    reading: Reading, job: Job, workers: int, writer: BuildWriter, progress: Progress
) -> None:
    progress.phase("Reading and extracting")
    with closing(run(reading.items(), job, workers)) as outcomes:
        for outcome in outcomes:
            writer.take(outcome)
            skipped = len(writer.report.skipped)
            progress.step(reading.done, reading.total, len(writer.seen), skipped, reading.kinds)


def _with_superseded(partial: Partial, report: Report) -> Partial:
    """Return a partial update that also reads what gave way to a document which may be gone now."""
    gave_way = {
        path
        for item in report.skipped
        if item.kind in ("superseded", "duplicate")
        for path in paths_above(item.path)
        if partial.leaves(path)
    }
    return partial._replace(read=partial.read | (gave_way & partial.files.keys()))


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


def _of_small_segments(before: Snapshot, live: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of live documents of the segments that together are no larger than the next.

    So a document is written again a few times only, however many updates there are.
    """
    ends = np.cumsum([segment.documents for segment in before.manifest.segments])
    places = [
        slice(end - s.documents, end) for end, s in zip(ends, before.manifest.segments, strict=True)
    ]
    together, chosen = 0, np.zeros_like(live)
    for number, place in enumerate(sorted(places, key=lambda place: np.count_nonzero(live[place]))):
        size = int(np.count_nonzero(live[place]))
        if number >= 2 and size > together:
            break
        together += size
        chosen[place] = live[place]
    return chosen


def _stored(before: Snapshot, live: NDArray[np.bool_], hashes: dict[str, str]) -> Iterator[Item]:
    for doc in np.flatnonzero(live).tolist():
        document, fields = before.stored_fields.get(doc)
        yield Extracted(document, fields, hashes[document.id])


class _Standing:
    """The documents of an index that an update does not read again."""

    def __init__(self, before: Snapshot, sources: Sources, partial: Partial | None) -> None:
        self._before = before
        self._sources = sources
        self._partial = partial
        self.all_left = not sources.files or bool(partial and partial.adds)
        """Whether every document stays that is not deleted or withdrawn."""
        self.may_stay_apart = not sources.files or partial is not None
        """Whether large segments need not be written anew: such updates are frequent."""

    def is_left(self, path: str) -> bool:
        """Return whether what is in the index of a path stays, though it is not read."""
        return not self._sources.speak_for(path, self._partial)

    def is_reported(self, path: str) -> bool:
        """Return whether what was reported of a path still holds."""
        return self.is_left(path) and not (self._sources.input and is_of_input(path))

    def stored(self, id: str) -> Standing | None:
        """Return where a document of the index is, and its version."""
        doc = self._before.docnum(id)
        if doc is None:
            return None
        fields = self._before.stored_fields
        details = fields.details(doc, fields.head(doc))
        return Standing(details.path, details.version)

    def document(self, id: str) -> Standing | None:
        """Return a document that is not read again; None if there is none."""
        if self._partial is None and self._sources.input is None:
            return None
        standing = self.stored(id)
        return standing if standing and self.is_left(standing.path) else None


def _keep_unread(
    before: Snapshot, known: Collection[str], writer: BuildWriter, stands: _Standing
) -> bool:
    """Keep the documents that are not read again, and those of files and folders that are there but
    cannot be read; report the latter.

    Return whether there are any. A disk or a permission that fails for an hour must not cost the
    archive its documents.
    """
    skipped = writer.report.skipped
    places = {abspath(item.path): at for at, item in enumerate(skipped) if item.kind == _UNREAD}
    kept: Counter[int] = Counter()
    any_kept = False
    for id in known:
        if id in writer.seen or id in writer.deleted:
            continue
        if stands.all_left and not writer.withdraws(id):
            writer.seen[id] = ""
            any_kept = True
            continue
        standing = stands.stored(id)
        if standing is None:
            continue
        above = paths_above(standing.path) if places else ()
        place = next((places[path] for path in above if path in places), None)
        if place is None and not stands.is_left(standing.path):
            continue
        if writer.keep(id, standing.version, standing.path):
            any_kept = True
            if place is not None:
                kept[place] += 1
    for place, count in kept.items():
        stay = (
            "document stays as it was" if count == 1 else f"{count:,} documents stay as they were"
        )
        reason = f"{skipped[place].reason}; its {stay}"
        skipped[place] = skipped[place]._replace(kind="kept", reason=reason)
    return any_kept


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
    generation: Described, writer: BuildWriter, *, published: bool = True, **counts: Any
) -> BuildResult:
    return BuildResult(
        generation.name,
        generation.documents,
        published,
        skipped=tuple(writer.report.skipped),
        failures=tuple(writer.report.failures),
        **counts,
    )
