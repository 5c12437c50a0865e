"""Python's search for cyclic garbage, made rare while documents are indexed.

Every new word makes objects that stay, and each of the default's many collections walks all of
them: a tenth of the time of a build. What is in cycles is small and waits a little longer.

Is a generation what it says it is? Checksums, counts, and searches with known answers.

Publishing: a generation is built aside, checked, made durable, and then served by one rename.

Until that rename nothing that is served has been touched. What an interrupted build leaves
behind is in no published generation, and the next build removes it.
"""

import gc
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from index.analysis import ANALYZERS, analyse
from index.days import UNDATED_SECOND
from index.directory import Pointer, lock, read_pointer
from index.document import Document, Fields, Span
from index.errors import BuildFailed, IndexDamaged, IndexMissing, IndexVersion, UsageError
from index.manifest import FORMAT_VERSION, Manifest, Report, SegmentEntry, Settings, read_manifest
from index.segment import EncodedDocument, draft, finish, segment_ids, segment_info, write_segment
from index.snapshot import Snapshot
from index.store import (
    FULL,
    REMEDY,
    DateColumn,
    FileRecord,
    is_sound,
    open_facet,
    records,
    sync,
    sync_tree,
    write_array,
    write_durably,
)
from index.version import PRODUCT

_RARE = (1_000_000, 50, 50)


def collect_rarely() -> None:
    """Make collections rare in this process."""
    gc.set_threshold(*_RARE)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Make collections rare for a while."""
    before = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
        document, fields = generation.stored_fields.get(doc)
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
    positions = generation.inverted_index.positions(field, term, doc)
    if not np.array_equal(np.unique(positions), np.unique(where)):
        raise IndexDamaged(f"A search for “{term}” in {field} gives a wrong answer.", REMEDY)


_OURS = frozenset({"current", "current.new", "lock", "generations", "segments", "learned"})

TOGETHER = 1024
TOGETHER_SIZE = 4 * 1024 * 1024
"""Documents that are analysed together, and characters after which no more are."""


class Part(NamedTuple):
    """A segment of the generation to be, and which of its documents are live."""

    name: str
    live: NDArray[np.bool_]


class Site:
    """The index directory while its lock is held: the only thing that writes into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    @property
    def segment_folder(self) -> Path:
        """Where the new segment is to be written; its name is that of the new generation."""
        return self.root / "segments" / self.name

    def pointer(self) -> Pointer | None:
        """Return what is published; None where nothing is, or nothing that can be read."""
        try:
            return read_pointer(self.root)
        except (IndexMissing, IndexDamaged):
            return None

    def discard(self) -> None:
        """Delete what was being built, unless it has come to be served."""
        pointer = self.pointer()
        if pointer is None or pointer.current != self.name:
            shutil.rmtree(self.segment_folder, ignore_errors=True)
            shutil.rmtree(self.root / "generations" / self.name, ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Delete every generation but the published and the kept one, and unused segments."""
        try:
            kept = {name for name in read_pointer(self.root) if name}
        except IndexMissing:
            kept = set()
        except IndexDamaged:
            return  # what is published is not known: rather keep all
        used: set[str] = set()
        for name in kept:
            folder = self.root / "generations" / name
            try:
                used.update(segment.name for segment in read_manifest(folder).segments)
            except (IndexDamaged, IndexVersion):
                return  # which segments it needs is not known: rather keep all
        for kind, names in (("generations", kept), ("segments", used)):
            for path in (self.root / kind).iterdir():
                if path.name not in names:
                    shutil.rmtree(path, ignore_errors=True)

    def publish(
        self,
        parts: Sequence[Part],
        sources: Mapping[str, str],
        report: Report,
        settings: Settings,
        made_by: str,
    ) -> Snapshot:
        """Write the new generation, check it, make it durable, serve it. Raises BuildFailed."""
        folder = self.root / "generations" / self.name
        folder.mkdir(parents=True)
        manifest = self._write(folder, parts, sources, report, settings, made_by)
        generation = self._checked(manifest)
        before = self.pointer()
        self.point(Pointer(self.name, before.current if before else ""))
        self.remove_leftovers()
        return generation

    def point(self, pointer: Pointer) -> None:
        """Serve another generation, by one durable rename."""
        write_durably(self.root / "current", f"{pointer.current}\n{pointer.previous}\n".encode())

    def _write(
        self,
        folder: Path,
        parts: Sequence[Part],
        sources: Mapping[str, str],
        report: Report,
        settings: Settings,
        made_by: str,
    ) -> Manifest:
        segments = [self.root / "segments" / part.name for part in parts]
        columns = [segment / "columns" for segment in segments]
        live = np.concatenate([part.live for part in parts])
        ids = [id for segment in segments for id in segment_ids(segment)]
        write_array(folder / "live.array", live)
        write_array(folder / "order.array", newest_first(DateColumn(columns).seconds, ids))
        (folder / "report.json").write_bytes(report.to_bytes())
        (folder / "sources.json").write_bytes(orjson.dumps(dict(sources)))
        languages = open_facet(columns, "lang", live)
        counts = languages.counts(np.flatnonzero(live).astype(np.int32)).tolist()
        infos = [segment_info(segment) for segment in segments]
        manifest = Manifest(
            name=self.name,
            format=FORMAT_VERSION,
            product=PRODUCT,
            built=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            made_by=made_by,
            size=len(live),
            documents=int(np.count_nonzero(live)),
            languages=dict(zip(languages.values, counts, strict=True)),
            analyzers=tuple(ANALYZERS),
            skipped=count(item.kind for item in report.skipped),
            failures=count(extractor for _, extractor, _ in report.failures),
            settings=settings,
            segments=tuple(
                SegmentEntry(part.name, info.documents, info.files)
                for part, info in zip(parts, infos, strict=True)
            ),
            files=records(folder),
        )
        write_durably(folder / "manifest.json", manifest.to_bytes())
        sync_tree(folder)
        for above in ("generations", "segments", ""):
            sync(self.root / above)
        return manifest

    def _checked(self, manifest: Manifest) -> Snapshot:
        try:
            generation = Snapshot(self.root, self.name)
            for problem in altered_files(generation, only_segment=self.name):
                raise IndexDamaged(problem)
            probe(generation)
        except IndexDamaged as error:
            raise BuildFailed(
                f"The new generation failed its check: {error.message}",
                "The published one still serves. Check the disk and build again.",
            ) from error
        return generation


def count(words: Iterable[str]) -> dict[str, int]:
    """Count words, in alphabetical order."""
    counts: dict[str, int] = {}
    for word in sorted(words):
        counts[word] = counts.get(word, 0) + 1
    return counts


def newest_first(seconds: NDArray[np.int64], ids: Sequence[str]) -> NDArray[np.int32]:
    """Return the rank of every document: newest first, undated last, then by id."""
    by_id = np.empty(len(ids), np.int64)
    by_id[np.asarray(sorted(range(len(ids)), key=ids.__getitem__), np.int64)] = np.arange(len(ids))
    age = np.where(seconds == UNDATED_SECOND, np.iinfo(np.int64).max, -seconds)
    order = np.empty(len(ids), np.int32)
    order[np.lexsort((by_id, age))] = np.arange(len(ids), dtype=np.int32)
    return order


@contextmanager
def building(root: Path) -> Iterator[Site]:
    """Open an index directory for building, making it if need be, and hold its lock.

    Raises UsageError for a directory that is something else, IndexLocked where another process
    builds, BuildFailed when the disk is full or refuses; the published generation is untouched.
    """
    try:
        prepare(root)
        with lock(root), rare_collections():
            site = Site(root)
            site.remove_leftovers()
            try:
                yield site
            except BaseException:
                site.discard()
                raise
    except OSError as error:
        raise _failure(root, error) from error


def prepare(root: Path) -> None:
    """Make the folders of an index. Raises UsageError where something else is in the way."""
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
        (root / name).mkdir(parents=True, exist_ok=True)


def _failure(root: Path, error: OSError) -> BuildFailed:
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in FULL:
        remedy = "Make room on that disk and build again"
    else:
        remedy = "Check the directory and its permissions and build again"
    return BuildFailed(
        f"The index in “{root}” could not be written: {reason}.",
        f"{remedy}; a generation published before still serves.",
    )


def index_documents(root: Path, documents: Iterable[tuple[Document, Fields]]) -> Snapshot:
    """Publish a generation of documents whose fields are known already, in this process."""
    hashes: dict[str, str] = {}

    def encoded() -> Iterator[EncodedDocument]:
        for some in _together(documents):
            hashes.update(dict.fromkeys([document.id for document, _ in some], ""))
            yield from finish([draft(document, fields) for document, fields in some])

    with building(root) as site:
        info = write_segment(site.segment_folder, encoded())
        part = Part(site.name, np.ones(info.documents, np.bool_))
        return site.publish([part], hashes, Report(), Settings(), "")


def _together(
    documents: Iterable[tuple[Document, Fields]],
) -> Iterator[list[tuple[Document, Fields]]]:
    some: list[tuple[Document, Fields]] = []
    size = 0
    for document, fields in documents:
        some.append((document, fields))
        size += len(document.text)
        if len(some) == TOGETHER or size >= TOGETHER_SIZE:
            yield some
            some, size = [], 0
    if some:
        yield some
