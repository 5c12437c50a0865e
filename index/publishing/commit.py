"""Commits: a new generation is written aside, checked, made durable, and published by one rename.

Until that rename nothing that is served is touched. Files that an interrupted build leaves behind
belong to no published generation; the next build deletes them.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import orjson
from numpy.typing import NDArray

from index.analysis import ANALYZERS, analyse
from index.calendar import UNDATED_SECOND
from index.document import Document, Fields, Span
from index.errors import (
    BuildFailed,
    BuildUnsettled,
    IndexDamaged,
    IndexMissing,
    IndexUnavailable,
    IndexVersion,
    UsageError,
)
from index.facets import VALUE_FACETS
from index.publishing.directory import Pointer, lock, open_published, read_pointer
from index.segments import BuildRecord, Manifest, SegmentEntry, Snapshot, read_manifest
from index.store import (
    ASIDE,
    REMEDY,
    DateColumn,
    FacetColumn,
    FileRecord,
    Identifiers,
    is_sound,
    make_folder,
    records,
    sync,
    sync_tree,
    write_array,
    write_aside,
)
from index.versions import ANALYSIS_VERSION, FORMAT_VERSION, PRODUCT

PROBED_DOCUMENTS = 5
PROBED_TERMS = 8
"""Documents that a check analyses anew, and terms that it looks up of each of their fields."""
PROBED_CHARACTERS = 500_000
"""Characters of a text above which its terms are not probed: to analyse it word by word is slow."""

FILE_MODE = 0o640
"""Permissions of files of an index."""

_OURS = frozenset(
    {"current", "current.new", "lock", "generations", "segments", "learned", "vectors", "ocr"}
)
"""What an index directory holds."""


class LiveSegment(NamedTuple):
    """A segment of a new generation, and the mask of its live documents."""

    entry: SegmentEntry
    live: NDArray[np.bool_]

    @classmethod
    def of(cls, entry: SegmentEntry) -> Self:
        """Return a segment of which all documents are live."""
        return cls(entry, np.ones(entry.documents, np.bool_))


class Commit:
    """A new generation of an index directory whose lock is held."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = _new_name(root)
        self.published = False

    @property
    def segment_folder(self) -> Path:
        """Where the new segment is written; it has the name of the generation."""
        return self.root / "segments" / self.name

    @property
    def _folder(self) -> Path:
        return self.root / "generations" / self.name

    def publish(self, segments: Sequence[LiveSegment], record: BuildRecord) -> Snapshot:
        """Write the generation, check it, make it durable and publish it.

        Raises BuildFailed if the check fails.
        """
        report = record.report
        self._folder.mkdir(parents=True)
        folders = [self.root / "segments" / segment.entry.name for segment in segments]
        columns = [folder / "columns" for folder in folders]
        live = np.concatenate([segment.live for segment in segments])
        ids = [id for folder in folders for id in Identifiers(folder).all()]
        write_array(self._folder / "live.array", live)
        write_array(self._folder / "order.array", newest_first(DateColumn(columns).seconds, ids))
        (self._folder / "report.json").write_bytes(report.to_bytes())
        (self._folder / "sources.json").write_bytes(orjson.dumps(dict(record.hashes)))
        languages = FacetColumn(columns, "lang", live)
        counts = languages.tally(np.flatnonzero(live).astype(np.int32)).counts.tolist()
        manifest = Manifest(
            name=self.name,
            format=FORMAT_VERSION,
            analysis=ANALYSIS_VERSION,
            product=PRODUCT,
            built=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            made_by=record.made_by,
            size=len(live),
            documents=int(np.count_nonzero(live)),
            languages=dict(zip(languages.values, counts, strict=True)),
            analyzers=tuple(ANALYZERS),
            facets=tuple(VALUE_FACETS),
            skipped=_counted(item.kind for item in report.skipped),
            failures=_counted(extractor for _, extractor, _ in report.failures),
            settings=record.settings,
            segments=tuple(segment.entry for segment in segments),
            files=records(self._folder),
        )
        (self._folder / "manifest.json").write_bytes(manifest.to_bytes())
        sync_tree(self._folder)
        for folder_name in ("generations", "segments", ""):
            sync(self.root / folder_name)
        snapshot = self._checked()
        before = self._pointer()
        self.point(Pointer(self.name, before.current if before else ""))
        self.remove_leftovers()
        return snapshot

    def _checked(self) -> Snapshot:
        try:
            snapshot = Snapshot(self.root, self.name)
            for problem in altered_files(snapshot, only_segment=self.name):
                raise IndexDamaged(problem)
            probe(snapshot)
        except IndexDamaged as error:
            raise BuildFailed(
                f"The new generation failed its check: {error.message}",
                "The published one still serves. Check the disk and build again.",
            ) from error
        return snapshot

    def point(self, pointer: Pointer) -> None:
        """Publish a generation that stands on disk, by one durable rename."""
        current = self.root / "current"
        write_aside(current, f"{pointer.current}\n{pointer.previous}\n".encode()).replace(current)
        self.published = True
        sync(self.root)

    def _pointer(self) -> Pointer | None:
        """Return what is published; None if nothing is.

        If that cannot be read or is not there, it is taken to be the newest generation that stands.
        """
        try:
            pointer = read_pointer(self.root)
        except IndexMissing:
            return None
        except IndexDamaged:
            pointer = None
        folders = self._folder.parent
        if pointer and (folders / pointer.current).is_dir():
            return pointer
        newest_first = sorted(folders.iterdir(), reverse=True)
        others = [folder for folder in newest_first if folder != self._folder]
        return next((Pointer(folder.name, "") for folder in others if _stands(folder)), None)

    def discard(self) -> None:
        """Delete what was written, unless it is published."""
        if not self.published:
            shutil.rmtree(self.segment_folder, ignore_errors=True)
            shutil.rmtree(self._folder, ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Delete all generations but the published and the previous one, unused segments, and files
        that were to replace others.

        Deletes nothing where it cannot be known what is in use.
        """
        for folder in (self.root, self.root / "learned"):
            for path in folder.glob(f"*{ASIDE}"):
                path.unlink(missing_ok=True)
        try:
            kept = {name for name in read_pointer(self.root) if name}
        except IndexMissing:
            kept = set()
        except IndexDamaged:
            return
        used: set[str] = set()
        for name in kept:
            try:
                manifest = read_manifest(self.root / "generations" / name)
            except (IndexDamaged, IndexVersion):
                return
            used.update(segment.name for segment in manifest.segments)
        for kind, names in (("generations", kept), ("segments", used)):
            for path in (self.root / kind).iterdir():
                if path.name not in names:
                    shutil.rmtree(path, ignore_errors=True)


def _stands(folder: Path) -> bool:
    """Tell whether this is a generation whose manifest can be read."""
    try:
        read_manifest(folder)
    except (IndexDamaged, IndexVersion):
        return False
    return True


def _new_name(root: Path) -> str:
    """Return the time as a name that sorts after all of the index, whatever the clock shows."""
    moments = [datetime.now(UTC)]
    for kind in ("generations", "segments"):
        for path in (root / kind).iterdir():
            with suppress(ValueError, OverflowError, TypeError):
                moment = datetime.fromisoformat(path.name) + timedelta(microseconds=1)
                moments.append(moment.astimezone(UTC))
    return max(moments).isoformat(timespec="microseconds").replace("+00:00", "Z")


@contextmanager
def writing(root: Path, mode: int = FILE_MODE) -> Iterator[None]:
    """Lock an index directory, made if need be.

    Meanwhile the process makes files with the permissions ``mode``, and folders with the same and
    the right to enter where there is that to read: one build at a time in a process.

    Raises UsageError if the directory is something else, IndexLocked if another process builds,
    BuildFailed if files cannot be written.
    """
    try:
        with permissions(mode):
            prepare(root)
            with lock(root):
                yield
    except OSError as error:
        raise _failure(root, error) from error


@contextmanager
def permissions(mode: int) -> Iterator[None]:
    """Make files with these permissions, and folders that whoever may read them can enter."""
    before = os.umask(0o777 & ~(mode | mode >> 2 & 0o111))
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def building(root: Path, mode: int = FILE_MODE) -> Iterator[Commit]:
    """Begin a new generation; raises what ``writing`` does.

    After an exception nothing of the new generation stays, except after BuildUnsettled: then it is
    published.
    """
    with writing(root, mode):
        commit = Commit(root)
        commit.remove_leftovers()
        try:
            yield commit
        except (OSError, IndexUnavailable) as error:
            if commit.published:
                raise _unsettled(root, error) from error
            commit.discard()
            raise
        except BaseException:
            commit.discard()
            raise


def prepare(root: Path) -> None:
    """Make the folders of an index. Raises UsageError if something else is in the way."""
    if root.exists() and not root.is_dir():
        raise UsageError(f"“{root}” is not a directory.", "Give another place with --index DIR.")
    if root.is_dir() and not (root / "generations").is_dir():
        strangers = sorted(path.name for path in root.iterdir() if path.name not in _OURS)
        if strangers:
            raise UsageError(
                f"“{root}” is not an index: it holds “{strangers[0]}”.",
                "Give an empty or new directory with --index DIR.",
            )
    for name in ("generations", "segments"):
        make_folder(root / name)


def rollback(root: Path, mode: int = FILE_MODE) -> Snapshot:
    """Publish the previous generation again; the present one becomes the previous one.

    Raises IndexMissing, IndexLocked, BuildFailed if there is no previous generation; IndexDamaged
    or IndexVersion if it cannot be used, and the present one still serves.
    """
    read_pointer(root)
    with building(root, mode) as commit:
        pointer = read_pointer(root)
        if not pointer.previous:
            raise BuildFailed(
                f"The index in “{root}” keeps no previous generation.",
                "There is one after the next rebuild or update.",
            )
        snapshot = Snapshot(root, pointer.previous)
        snapshot.manifest.require_analysis()
        probe(snapshot)
        commit.point(Pointer(pointer.previous, pointer.current))
    return snapshot


def _failure(root: Path, error: OSError) -> BuildFailed:
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in (ENOSPC, EDQUOT, EFBIG):
        remedy = "Make room on that disk and try again"
    else:
        remedy = "Check the directory and its permissions and try again"
    return BuildFailed(
        f"The index in “{root}” could not be written: {reason}.",
        f"{remedy}; a generation published before still serves.",
    )


def _unsettled(root: Path, error: OSError | IndexUnavailable) -> BuildUnsettled:
    reason = error.strerror if isinstance(error, OSError) else error.message.rstrip(".")
    return BuildUnsettled(
        f"The index in “{root}” is published, but tidying up after it failed: {reason}.",
        "What was built is served. Check the disk; the next build deletes what was left behind.",
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def newest_first(seconds: NDArray[np.int64], ids: Sequence[str]) -> NDArray[np.int32]:
    """Return the rank of every document: newest first, undated last, then by id."""
    by_id = np.empty(len(ids), np.int64)
    by_id[np.asarray(sorted(range(len(ids)), key=ids.__getitem__), np.int64)] = np.arange(len(ids))
    age = np.where(seconds == UNDATED_SECOND, np.iinfo(np.int64).max, -seconds)
    ranks = np.empty(len(ids), np.int32)
    ranks[np.lexsort((by_id, age))] = np.arange(len(ids), dtype=np.int32)
    return ranks


# Checks


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check read, and its ``problems`` as sentences; none if the index is sound."""

    generation: str
    documents: int
    files: int
    bytes: int
    terms: int
    problems: tuple[str, ...]


def check(root: Path) -> CheckResult:
    """Compare every checksum of the published generation and look up terms that must be there.

    Raises IndexMissing, and IndexDamaged or IndexVersion if it cannot be opened.
    """
    with open_published(root) as snapshot:
        snapshot.manifest.require_analysis()
        problems = [*altered_files(snapshot)]
        terms = 0
        try:
            terms = probe(snapshot)
        except IndexDamaged as error:
            problems.append(error.message)
        sizes = snapshot.manifest.sizes()
        return CheckResult(
            snapshot.name, snapshot.documents, len(sizes), sum(sizes), terms, tuple(problems)
        )


def altered_files(snapshot: Snapshot, only_segment: str = "") -> Iterator[str]:
    """Compare every file, or those of one segment, with its checksums; yield a sentence for each
    that differs."""
    yield from _altered(snapshot.folder, snapshot.manifest.files)
    segments = snapshot.folder.parent.parent / "segments"
    for segment in snapshot.manifest.segments:
        if not only_segment or segment.name == only_segment:
            yield from _altered(segments / segment.name, segment.files)


def _altered(folder: Path, files: Mapping[str, FileRecord]) -> Iterator[str]:
    for name, expected in files.items():
        try:
            if not is_sound(folder / name, expected):
                yield f"“{folder / name}” of the index has been altered."
        except OSError as error:
            yield f"“{folder / name}” of the index cannot be read ({error.strerror})."


def probe(snapshot: Snapshot) -> int:
    """Analyse some stored documents anew and look up their terms; return how many terms.

    Each document must be found by its id, and each term at the same positions. Raises IndexDamaged.
    """
    live = np.flatnonzero(snapshot.live)
    if len(live) != snapshot.documents:
        raise IndexDamaged(f"The counts in “{snapshot.folder}” do not agree.", REMEDY)
    probed = 0
    places = np.linspace(0, len(live) - 1, min(PROBED_DOCUMENTS, len(live))).astype(np.int64)
    for doc in live[np.unique(places)].tolist():
        document, fields = snapshot.stored_fields.get(doc)
        if snapshot.docnum(document.id) != doc:
            raise IndexDamaged(f"Document “{document.id}” is not found by its id.", REMEDY)
        if len(document.text) > PROBED_CHARACTERS:
            continue
        for field, terms in _terms(document, fields):
            for term in [*terms][:: max(1, len(terms) // PROBED_TERMS)]:
                positions = snapshot.inverted_index.positions(field, term, doc)
                if not np.array_equal(np.unique(positions), np.unique(terms[term])):
                    message = f"A search for “{term}” in {field} gives a wrong answer."
                    raise IndexDamaged(message, REMEDY)
                probed += 1
    return probed


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
