"""Building an index: what ``trouvaille rebuild`` and ``trouvaille update`` do.

``rebuild`` writes everything anew. ``update`` compares content hashes and writes what is new or
changed. Both go to a ``Destination``, an index directory or another. ``index_documents`` indexes
documents whose fields are known already.
"""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import islice
from os.path import abspath
from pathlib import Path, PurePath
from time import time
from typing import Any

from index.build.destination import Basis, Described, Destination, Update
from index.build.directory import Directory
from index.build.learning import load as load_learned
from index.build.names import load as load_names
from index.build.pipeline import (
    Extracted,
    Indexed,
    Job,
    Outcome,
    Unchanged,
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
from index.build.writer import BuildWriter
from index.document import Document, Fields, Skipped, Standing
from index.errors import IndexDamaged, NoDocuments, TooManyDeletions
from index.extract import ExtractionOptions, extraction_version
from index.publishing import FILE_MODE, LiveSegment, building
from index.readers import ReadOptions, display
from index.segments import (
    AnalysedDocument,
    BuildRecord,
    Report,
    Snapshot,
    analyse_drafts,
    draft,
    write_segment,
)
from index.store import REMEDY
from index.versions import ANALYSIS_VERSION

_TOGETHER = 1024
"""Documents that ``index_documents`` analyses together."""
_READING = [item.name for item in fields(ReadOptions) if item.name != "ocr_cache"]
_LEARNED = frozenset(("learned", "names"))
_EXTRACTION = [item.name for item in fields(ExtractionOptions) if item.name not in _LEARNED]
"""Options that a generation remembers; what was learned or read in pictures lies beside."""
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
    options = options or BuildOptions()
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
    options = with_learned(options, destination.folder)
    version = made_by(options.extraction)
    with ExitStack() as stack:
        opened = stack.enter_context(opened_sources(sources))
        reading = Reading(opened, options.reading, partial)
        generation = stack.enter_context(destination.building(reading.total))
        stack.enter_context(rare_collections())
        withdrawn = {} if options.forget_withdrawals else destination.withdrawn()
        writer = stack.enter_context(BuildWriter(generation.writer, withdrawn))
        job = Job(
            options.reading,
            options.extraction,
            version,
            reuse_from=None if options.fresh else destination.folder,
            prepare=destination.prepare,
        )
        _read(reading, job, options.workers, writer, progress)
        if not writer.hashes:
            raise no_documents(writer.report)
        writer.finish_report()
        progress.phase("Writing the index")
        settings = settings_of(options) | origin(opened, began)
        described = generation.publish(BuildRecord(writer.hashes, writer.report, settings, version))
    return result_of(described, writer, added=described.documents, reused=writer.reused)


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
    mode = options.mode if options else FILE_MODE
    return update_into(Directory(root, mode), sources, options, progress, partial)


def update_into(
    destination: Destination,
    sources: Sequence[Path],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
    partial: Partial | None = None,
) -> BuildResult:
    """Do what ``update`` does, wherever the documents are."""
    progress, began = progress or Progress(), time()
    with (
        opened_sources(sources) as opened,
        destination.updating() as generation,
        rare_collections(),
    ):
        before, published = generation.before, generation.before.content_hashes()
        options = with_learned(options or options_of(before.settings), destination.folder)
        report = before.report()
        if partial and not partial.adds:
            partial = _with_superseded(partial, report)
        reading = Reading(opened, options.reading, partial)
        job = Job(
            options.reading,
            options.extraction,
            made_by(options.extraction),
            generation.known,
            prepare=destination.prepare,
        )
        stands = _Standing(before, published, opened, partial)
        withdrawn = {} if options.forget_withdrawals else report.withdrawn
        with BuildWriter(generation.writer, withdrawn, stands.document) as writer:
            _read(reading, job, options.workers, writer, progress, generation)
            unread = _keep_unread(published, writer, stands)
            if not writer.seen:
                raise no_documents(writer.report)
            writer.finish_report(report, stands.is_reported)
            new, gone = (
                writer.hashes.keys() - published.keys(),
                published.keys() - writer.seen.keys(),
            )
            changed = writer.hashes.keys() & published.keys()
            if options.max_deletions < 1:
                required = () if stands.all_left else opened.files
                _require_few(gone, before, required, writer.seen, options.max_deletions)
            if not new and not gone and not changed and writer.report == report:
                return result_of(before, writer, published=False, unchanged=len(writer.seen))
            lost = changed | gone
            kept = {id: hash for id, hash in published.items() if id not in lost}
            generation.drop(lost)
            # What could not be read has to be analysed anew too where all the rest was.
            again = generation.again(
                unread and before.made_by != job.made_by, stands.may_stay_apart
            )
            if again is not None:
                progress.phase("Writing documents into one segment")
                items = (Extracted(document, of, kept[document.id]) for document, of in again)
                with closing(run(items, job, options.workers)) as outcomes:
                    for outcome in outcomes:
                        writer.rewrite(outcome)
            progress.phase("Writing the index")
            settings = settings_of(options) | origin(opened, began, before, partial)
            described = generation.publish(
                BuildRecord({**kept, **writer.hashes}, writer.report, settings, job.made_by)
            )
    return result_of(
        described,
        writer,
        added=len(new),
        changed=len(changed),
        deleted=len(gone),
        unchanged=len(kept),
        compacted=again is not None,
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
        return commit.publish([segment], BuildRecord(hashes))


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
        f"{'' if extraction.persons else ' no persons;'}"
        f"{f' learned names {extraction.names.version};' if extraction.names else ''}"
        f" learned themes {extraction.learned.version if extraction.learned else 'none'}"
    )


def settings_of(options: BuildOptions) -> dict[str, Any]:
    """Return the options that a generation remembers."""
    settings = {name: getattr(options.reading, name) for name in _READING}
    settings |= {name: getattr(options.extraction, name) for name in _EXTRACTION}
    reference = options.extraction.reference_date
    return settings | {"reference_date": reference.isoformat() if reference else None}


def origin(
    opened: Sources,
    began: float,
    before: Basis | None = None,
    partial: Partial | None = None,
) -> dict[str, Any]:
    """Return where the sources are, and since when their files may have been written again."""
    settings = before.settings if before else {}
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


def with_learned(options: BuildOptions, root: Path | None) -> BuildOptions:
    """Return options with what an index directory has learned, and where texts are kept."""
    if root is None:
        return options
    extraction = replace(options.extraction, learned=load_learned(root), names=load_names(root))
    reading = options.reading
    if reading.ocr:
        reading = replace(reading, ocr_cache=str(ocr_cache(root)))
    return replace(options, reading=reading, extraction=extraction)


def _read(
    reading: Reading,
    job: Job,
    workers: int,
    writer: BuildWriter,
    progress: Progress,
    update: Update | None = None,
) -> None:
    progress.phase("Reading and extracting")
    with closing(run(reading.items(), job, workers)) as outcomes:
        for outcome in outcomes:
            writer.take(_with_sent(outcome, update) if update else outcome)
            skipped = len(writer.report.skipped)
            progress.step(reading.done, reading.total, len(writer.seen), skipped, reading.kinds)


def _with_sent(outcome: Outcome, update: Update) -> Outcome:
    """Return an outcome, written again if a killed update wrote it: it is not published yet."""
    sent = update.sent(outcome.id) if isinstance(outcome, Unchanged) else None
    if sent is None or not isinstance(outcome, Unchanged):
        return outcome
    document, failures = sent
    return Indexed(document, outcome.path, update.known[outcome.id], failures, outcome.version)


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


class _Standing:
    """The documents of an index that an update does not read again."""

    def __init__(
        self,
        before: Basis,
        published: Collection[str],
        sources: Sources,
        partial: Partial | None,
    ) -> None:
        self._before = before
        self._published = published
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

    def stored(self, ids: Iterable[str]) -> Iterator[tuple[str, Standing]]:
        """Yield where documents of the index are."""
        return self._before.standings(ids)

    def document(self, id: str) -> Standing | None:
        """Return a document that is not read again; None if there is none."""
        if self._partial is None and self._sources.input is None:
            return None
        if id not in self._published:
            return None
        standing = dict(self.stored([id])).get(id)
        return standing if standing and self.is_left(standing.path) else None


def _keep_unread(published: Collection[str], writer: BuildWriter, stands: _Standing) -> bool:
    """Keep the documents that are not read again, and those of files and folders that are there but
    cannot be read; report the latter.

    Return whether there are any. A disk or a permission that fails for an hour must not cost the
    archive its documents.
    """
    skipped = writer.report.skipped
    places = {abspath(item.path): at for at, item in enumerate(skipped) if item.kind == _UNREAD}
    kept: Counter[int] = Counter()
    any_kept = False
    unseen = [id for id in published if id not in writer.seen and id not in writer.deleted]
    if stands.all_left:
        stay = [id for id in unseen if not writer.withdraws(id)]
        writer.seen.update(dict.fromkeys(stay, ""))
        any_kept = bool(stay)
        unseen = [id for id in unseen if id not in writer.seen]
    for id, standing in stands.stored(unseen):
        above = paths_above(standing.path) if places else ()
        place = next((places[path] for path in above if path in places), None)
        if place is None and not stands.is_left(standing.path):
            continue
        if writer.keep(id, standing.version, standing.path):
            any_kept = True
            if place is not None:
                kept[place] += 1
    for place, count in kept.items():
        noun = (
            "document stays as it was" if count == 1 else f"{count:,} documents stay as they were"
        )
        reason = f"{skipped[place].reason}; its {noun}"
        skipped[place] = skipped[place]._replace(kind="kept", reason=reason)
    return any_kept


def _require_few(
    gone: Collection[str],
    before: Basis,
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
    paths = [standing.path for _, standing in before.standings(gone)]
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


def no_documents(report: Report) -> NoDocuments:
    """Return the error of sources that have nothing to index."""
    if not report.skipped:
        return NoDocuments("The sources have no documents.", "Give files or folders of documents.")
    first = report.skipped[0]
    return NoDocuments(
        f"The sources have no document that can be indexed; {len(report.skipped)} were skipped,"
        f" the first being “{first.path}”: {first.reason}.",
        "Correct them, or give other sources.",
    )


def result_of(
    generation: Described, writer: BuildWriter, *, published: bool = True, **counts: Any
) -> BuildResult:
    """Return what a build did."""
    return BuildResult(
        generation.name,
        generation.documents,
        published,
        skipped=tuple(writer.report.skipped),
        failures=tuple(writer.report.failures),
        **counts,
    )
