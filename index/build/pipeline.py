"""Reuse: the fields of documents that an older generation holds, word for word.

A document is the same when its content hash is: that covers its text, its metadata, and the
versions and settings of what extracted it.

What a worker process does: read, extract, analyse, and hand back what is to be written.

The pipeline: items go to worker processes in chunks, outcomes come back in their order.

What is in flight is bounded, by count and by size, and so is memory. A worker that dies takes
its process pool with it; the chunks that were in flight are then done again one at a time, and
the chunk that kills is halved until the item that kills is known by name.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import NamedTuple

from index.commit import collect_rarely
from index.document import Document, Fields, Skipped
from index.errors import IndexDamaged, IndexUnavailable
from index.extract import ExtractionOptions, extract
from index.readers import ReadOptions, SourceFile, read_file
from index.segment import Draft, EncodedDocument, UnfitDocumentError, draft, finish
from index.snapshot import Snapshot
from index.store import clean, content_hash


@dataclass(frozen=True, slots=True)
class Before:
    """Where the older generation is; every worker process opens it for itself."""

    root: Path
    generation: str


class Reuse:
    """The fields of an older generation, by document."""

    def __init__(self, before: Before) -> None:
        """Open a generation. Raises IndexUnavailable where that cannot be done."""
        self._generation = Snapshot(before.root, before.generation)
        self._hashes = self._generation.content_hashes()

    def fields(self, document: Document, hash: str) -> Fields | None:
        """Return the fields that a document was given; None if they must be extracted."""
        if self._hashes.get(document.id) != hash:
            return None
        doc = self._generation.docnum(document.id)
        if doc is None:
            return None
        with suppress(IndexDamaged):
            fields = self._generation.stored_fields.get(doc)[1]
            return fields if not fields.failures else None
        return None

    def close(self) -> None:
        """Let go of the generation's files."""
        self._generation.close()


def opened(before: Before | None) -> Reuse | None:
    """Return what can be reused; nothing where the older generation cannot be read."""
    if before is not None:
        with suppress(IndexUnavailable):
            return Reuse(before)
    return None


class Extracted(NamedTuple):
    """A document of an older segment, to be analysed anew and not extracted again."""

    document: Document
    fields: Fields
    hash: str


Item = Document | SourceFile | Extracted | Skipped
"""A document, a file to be read, a document with its fields; or what is only passed on."""


class Indexed(NamedTuple):
    """A document that is ready to be written."""

    encoded: EncodedDocument
    path: str
    hash: str
    failures: tuple[tuple[str, str], ...]
    reused: bool = False
    """Whether its fields are those that an older generation has."""


class Unchanged(NamedTuple):
    """A document that the index holds already, word for word."""

    id: str
    path: str


Outcome = Indexed | Unchanged | Skipped


@dataclass(frozen=True, slots=True)
class Job:
    """What workers must know: how to read and extract, and the content hashes already indexed.

    Fields of documents that are the same in the generation ``before`` are not extracted again.
    """

    reading: ReadOptions
    extraction: ExtractionOptions
    made_by: str
    known: Mapping[str, str] = field(default_factory=dict)
    before: Before | None = None


def process(items: list[Item], job: Job, reuse: Reuse | None = None) -> list[Outcome]:
    """Do a list of items, in order; whatever one of them raises is that one's own affair."""
    done = [outcome for item in items for outcome in _outcomes(item, job, reuse)]
    return _finished(done)


class _Drafted(NamedTuple):
    """A document on its way to be ``Indexed``."""

    draft: Draft
    path: str
    hash: str
    failures: tuple[tuple[str, str], ...]
    reused: bool = False


_Undone = _Drafted | Unchanged | Skipped


def _finished(done: list[_Undone]) -> list[Outcome]:
    """Analyse what is drafted, all together, or one by one to know which of them cannot be."""
    drafted = [outcome for outcome in done if isinstance(outcome, _Drafted)]
    try:
        encoded = iter(finish([outcome.draft for outcome in drafted]))
    except Exception as error:
        if len(done) > 1:
            return [outcome for each in done for outcome in _finished([each])]
        return [_broken(drafted[0].path, error)]
    return [
        Indexed(next(encoded), outcome.path, outcome.hash, outcome.failures, outcome.reused)
        if isinstance(outcome, _Drafted)
        else outcome
        for outcome in done
    ]


def _broken(name: str, error: Exception) -> Skipped:
    return Skipped(name, "broken", f"{type(error).__name__}: {error}")


def _outcomes(item: Item, job: Job, reuse: Reuse | None) -> Iterator[_Undone]:
    if isinstance(item, Extracted):
        yield _drafted(item.document, item.fields, item.hash)
    elif isinstance(item, Document):
        yield _document(item, job, reuse)
    elif isinstance(item, Skipped):
        yield item
    else:
        for read in read_file(item, job.reading):
            yield read if isinstance(read, Skipped) else _document(read, job, reuse)


def _document(document: Document, job: Job, reuse: Reuse | None) -> _Undone:
    try:
        document = clean(document)
        hash = content_hash(document, job.made_by)
        if job.known.get(document.id) == hash:
            return Unchanged(document.id, document.path)
        fields = reuse.fields(document, hash) if reuse else None
        if fields is not None:
            return _drafted(document, fields, hash)._replace(reused=True)
        return _drafted(document, extract(document, job.extraction), hash)
    except UnfitDocumentError as error:
        return Skipped(name_of(document), "broken", str(error))
    except Exception as error:  # one document must not cost another
        return _broken(name_of(document), error)


def _drafted(document: Document, fields: Fields, hash: str) -> _Drafted:
    return _Drafted(draft(document, fields), name_of(document), hash, fields.failures)


def name_of(item: Item) -> str:
    """Return the name under which an item is reported."""
    if isinstance(item, SourceFile):
        return item.name
    if isinstance(item, Skipped):
        return item.path
    document = item.document if isinstance(item, Extracted) else item
    return document.path or document.id


_job: Job | None = None
_reuse: Reuse | None = None


def start(job: Job) -> None:
    """Prepare a worker process."""
    global _job, _reuse
    _job = job
    _reuse = opened(job.before)
    collect_rarely()
    # An interrupt at the terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent has: a killed build must leave nothing running."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def process_here(items: list[Item]) -> list[Outcome]:
    """Do a list of items in a worker process that was prepared by ``start``."""
    if _job is None:
        raise RuntimeError("this process is not a worker")
    return process(items, _job, _reuse)


CHUNK_ITEMS = 64
CHUNK_SIZE = 256 * 1024
"""Characters of text, or bytes of files, after which a chunk is full."""
FLIGHT_SIZE = 32 * 1024 * 1024
"""Characters and bytes that may be on their way at once, unless one item alone is larger."""


class _Chunk(NamedTuple):
    items: list[Item]
    size: int


def run(items: Iterable[Item], job: Job, workers: int) -> Generator[Outcome, None, None]:
    """Do all items in ``workers`` processes, or in this one if 0; yield outcomes in order.

    The processes end when the generator is closed.
    """
    if workers == 0:
        yield from _here(items, job)
        return
    pool = _Pool(job, workers)
    try:
        yield from _parallel(_chunks(items), pool, 3 * workers)
    finally:
        pool.close()


def _here(items: Iterable[Item], job: Job) -> Iterator[Outcome]:
    reuse = opened(job.before)
    try:
        for chunk in _chunks(items):
            yield from process(chunk.items, job, reuse)
    finally:
        if reuse is not None:
            reuse.close()


def _parallel(chunks: Iterator[_Chunk], pool: "_Pool", most: int) -> Iterator[Outcome]:
    waiting: deque[tuple[_Chunk, Future[list[Outcome]] | None]] = deque()
    flight = 0
    exhausted = False
    while True:
        # Chunks without a future are to be done alone, so until then nothing is begun.
        recovering = any(future is None for _, future in waiting)
        while not (exhausted or recovering or len(waiting) >= most or flight >= FLIGHT_SIZE):
            chunk = next(chunks, None)
            if chunk is None:
                exhausted = True
                break
            flight += chunk.size
            future = pool.submit(chunk.items)
            waiting.append((chunk, future))
            recovering = future is None
        if not waiting:
            return
        chunk, future = waiting.popleft()
        flight -= chunk.size
        try:
            outcomes = pool.alone(chunk.items) if future is None else future.result()
        except BrokenProcessPool:
            outcomes = pool.alone(chunk.items)
            # Their results are lost with the pool; any of them may be the one that killed it.
            waiting = deque((later, None) for later, _ in waiting)
        yield from outcomes


class _Pool:
    """Worker processes that can die."""

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job
        self._workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def _submit(self, items: list[Item]) -> Future[list[Outcome]]:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._workers, mp_context=_context(), initializer=start, initargs=(self._job,)
            )
        return self._executor.submit(process_here, items)

    def submit(self, items: list[Item]) -> Future[list[Outcome]] | None:
        """Begin a chunk; None if the processes have just died."""
        try:
            return self._submit(items)
        except BrokenProcessPool:
            return None

    def alone(self, items: list[Item]) -> list[Outcome]:
        """Do one chunk in new processes with nothing beside it; if it kills, item by item."""
        self.close()
        try:
            return self._submit(items).result()
        except BrokenProcessPool:
            self.close()
        if len(items) == 1:
            reason = "the process that read it was killed, by lack of memory or by a fault"
            return [Skipped(name_of(items[0]), "broken", reason)]
        # Halves first: a chunk has many items, and new processes take a second to start.
        middle = len(items) // 2
        return self.alone(items[:middle]) + self.alone(items[middle:])

    def close(self) -> None:
        """End the processes; the next chunk starts new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def _context() -> BaseContext:
    # Never fork: a process with threads must not be. A fork server imports the modules once.
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["index.build.pipeline"])
        return context
    return multiprocessing.get_context("spawn")


def _chunks(items: Iterable[Item]) -> Iterator[_Chunk]:
    chunk: list[Item] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += _size(item)
        if len(chunk) >= CHUNK_ITEMS or size >= CHUNK_SIZE:
            yield _Chunk(chunk, size)
            chunk, size = [], 0
    if chunk:
        yield _Chunk(chunk, size)


def _size(item: Item) -> int:
    if isinstance(item, SourceFile):
        return item.size
    if isinstance(item, Skipped):
        return 0
    document = item.document if isinstance(item, Extracted) else item
    return len(document.text)
