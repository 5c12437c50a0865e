"""The indexing pipeline: worker processes read, extract and analyse; results come back in order.

Items go to workers in chunks. What is on its way is bounded by count and by size, and so is memory.
Workers have limits, see ``index.build.limits``. A worker that dies takes its whole process pool
with it. The chunks that were on their way are then done again one at a time, by processes that mark
the item they are at, so that the one that kills is known.

A worker takes over the fields of a document from the published generation where the content hash is
the same: the hash covers text, metadata, and the versions and settings of extraction.
"""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from index.build.destination import Prepare
from index.build.limits import Limits, ended_by_time
from index.document import Document, Fields, Skipped
from index.errors import BuildFailed, IndexDamaged, IndexUnavailable, TooSlowError
from index.extract import ExtractionOptions, extract
from index.publishing import open_published
from index.readers import (
    ReadOptions,
    RefusedError,
    SourceFile,
    format_by_content,
    read_file,
    split,
)
from index.segments import (
    Draft,
    Snapshot,
    UnfitDocumentError,
    analyse_drafts,
    draft,
)
from index.store import clean, content_hash

CHUNK_ITEMS = 64
CHUNK_SIZE = 256 * 1024
"""Items of a chunk at most, and characters of text or bytes of files after which it is full."""
FLIGHT_SIZE = 32 * 1024 * 1024
"""Characters and bytes on their way at once, unless one item alone has more."""

_RARE_COLLECTIONS = (1_000_000, 50, 50)
_RETRIES = (0.1, 0.5, 2.0)
"""Seconds after which worker processes are started again, where that failed."""
_TOGETHER = -1
_NOT_STARTED = -2
"""What a worker marks instead of the place of an item: it is at all of them; it is at none yet."""


class Extracted(NamedTuple):
    """A document of an older segment, to be analysed again but not extracted again."""

    document: Document
    fields: Fields
    hash: str


_UNSTARTED = (
    "Free memory, or build without them (--workers 0). A script that builds an index must do so"
    ' under `if __name__ == "__main__":`, as every worker imports it.'
)

Item = Document | SourceFile | Extracted | Skipped
"""What goes in: a document, a file to be read, or what is only passed on."""

Content = TypeVar("Content")


class Indexed(NamedTuple, Generic[Content]):
    """A document with its fields, drafted or ready to be written.

    ``path`` is the name under which it is reported.
    """

    document: Content
    path: str
    hash: str
    failures: tuple[tuple[str, str], ...]
    version: str = ""
    reused: bool = False
    """Whether its fields are those of the published generation."""


class Unchanged(NamedTuple):
    """A document that the index has already, with the same content hash."""

    id: str
    path: str
    version: str = ""


Outcome = Indexed[Any] | Unchanged | Skipped
"""What comes out."""
_Prepared = Indexed[Draft] | Unchanged | Skipped


@dataclass(frozen=True, slots=True)
class Job:
    """What workers are told: how to read and extract, and what the index has already.

    Documents whose hash is in ``known`` (id to hash) come out as ``Unchanged``. Fields of the
    generation published in ``reuse_from`` are reused; None reuses nothing. ``prepare`` makes drafts
    ready to be written.
    """

    reading: ReadOptions
    extraction: ExtractionOptions
    made_by: str
    known: Mapping[str, str] = field(default_factory=dict)
    reuse_from: Path | None = None
    prepare: Prepare = analyse_drafts


class Worker:
    """Does items as a job says."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self.limits = Limits(job.reading)
        self._published: Snapshot | None = None
        self._hashes: Mapping[str, str] = {}
        if job.reuse_from is not None:
            # Where the generation cannot be read, every document is extracted.
            with suppress(IndexUnavailable):
                self._published = open_published(job.reuse_from)
                self._hashes = self._published.content_hashes()

    def close(self) -> None:
        """Close the generation whose fields are reused."""
        if self._published is not None:
            self._published.close()

    def process(
        self, items: list[Item], mark: Callable[[int], None] = lambda place: None
    ) -> list[Outcome]:
        """Do some items, in order. A document that cannot be indexed comes out as ``Skipped``.

        ``mark`` is told the place of each item before it is begun, then _TOGETHER.
        """
        prepared: list[_Prepared] = []
        for place, item in enumerate(items):
            mark(place)
            prepared += self._prepared(item)
        mark(_TOGETHER)
        outcomes = self._analysed(prepared)
        gc.collect(0)
        return outcomes

    def _prepared(self, item: Item) -> Iterator[_Prepared]:
        if isinstance(item, Extracted):
            yield _drafted(item.document, item.fields, item.hash)
        elif isinstance(item, Document):
            yield self._document(item)
        elif isinstance(item, Skipped):
            yield item
        else:
            yield from self._file(item)

    def _file(self, file: SourceFile) -> Iterator[_Prepared]:
        documents = read_file(file, self._job.reading)
        while True:
            try:
                with self.limits.document():
                    read = next(documents, None)
            except (TooSlowError, MemoryError) as error:
                yield self._beyond(file.name, error)
                return
            if read is None:
                # An exception may keep a whole file in a cycle, and later documents its memory.
                gc.collect(0)
                return
            yield read if isinstance(read, Skipped) else self._document(read)

    def _beyond(self, name: str, error: BaseException) -> Skipped:
        slow = isinstance(error, TooSlowError)
        return Skipped(name, "huge", self.limits.slow if slow else self.limits.large)

    def _document(self, document: Document) -> _Prepared:
        try:
            with self.limits.document():
                document = clean(document)
                hash = content_hash(document, self._job.made_by)
                if self._job.known.get(document.id) == hash:
                    return Unchanged(document.id, document.path, document.version)
                fields = self._reused(document.id, hash)
                if fields is not None:
                    return _drafted(document, fields, hash)._replace(reused=True)
            fields = extract(document, self._job.extraction, lambda _: self.limits.document())
            with self.limits.document():
                return _drafted(document, fields, hash)
        except UnfitDocumentError as error:
            return Skipped(name_of(document), "broken", str(error))
        except (TooSlowError, MemoryError) as error:
            return self._beyond(name_of(document), error)
        except Exception as error:  # one document must not cost another
            return _broken(name_of(document), error)

    def _reused(self, id: str, hash: str) -> Fields | None:
        """Return the fields that a document has already; None if it has to be extracted."""
        if self._published is None or self._hashes.get(id) != hash:
            return None
        with suppress(IndexDamaged):
            doc = self._published.docnum(id)
            fields = self._published.stored_fields.get(doc)[1] if doc is not None else None
            return fields if fields and not fields.failures else None
        return None

    def _analysed(self, prepared: list[_Prepared]) -> list[Outcome]:
        """Analyse all drafts together; if that fails, one by one, so that others come through."""
        drafted = [item for item in prepared if isinstance(item, Indexed)]
        try:
            with self.limits.document():
                documents = iter(self._job.prepare([item.document for item in drafted]))
        except (Exception, TooSlowError) as error:
            if len(prepared) > 1:
                return [outcome for item in prepared for outcome in self._analysed([item])]
            name = drafted[0].path
            if isinstance(error, TooSlowError | MemoryError):
                return [self._beyond(name, error)]
            return [_broken(name, error)]
        return [
            Indexed(next(documents), *item[1:]) if isinstance(item, Indexed) else item
            for item in prepared
        ]


def _drafted(document: Document, fields: Fields, hash: str) -> Indexed[Draft]:
    failures = (*document.notes, *fields.failures)
    drafted = draft(document, fields)
    return Indexed(drafted, name_of(document), hash, failures, document.version)


def _broken(name: str, error: Exception) -> Skipped:
    return Skipped(name, "broken", f"{type(error).__name__}: {error}")


def has_one_reader(file: SourceFile) -> bool:
    """Return whether a worker must read a file as a whole: it has no records for others."""
    try:
        format = format_by_content(file)
    except Exception:  # the worker says what is wrong with it
        return True
    return format is None or format.single


def parts_of(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield the parts of a file that is only a container, or the file itself if it is another.

    Behind the parts before it, what is broken comes as ``Skipped``.
    """
    begun = False
    try:
        for part in split(file, options) or (file,):
            yield part
            begun = True
    except Exception as error:
        if begun:
            kind, reason = "broken", str(error)
            if isinstance(error, RefusedError):
                kind, reason = error.kind, error.reason
            yield Skipped(file.name, kind, f"the rest cannot be read ({reason})")
    if not begun:
        yield file  # the worker says what is wrong with it


def name_of(item: Item) -> str:
    """Return the name under which an item is reported."""
    if isinstance(item, SourceFile):
        return item.name
    if isinstance(item, Skipped):
        return item.path
    document = item.document if isinstance(item, Extracted) else item
    return document.path or document.id


# A worker process

_worker: Worker | None = None
_place: "Synchronized[int] | None" = None


def start(job: Job, place: "Synchronized[int]") -> None:
    """Prepare this process to be a worker, which marks the item it is at in ``place``."""
    global _worker, _place
    _worker, _place = Worker(job), place
    _worker.limits.enforce()
    place.value = _TOGETHER
    gc.set_threshold(*_RARE_COLLECTIONS)
    # An interrupt at the terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process with its parent: a killed build must leave nothing running."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def process_here(items: list[Item]) -> list[Outcome]:
    """Do some items in this worker process."""
    if _worker is None or _place is None:
        raise RuntimeError("this process is not a worker")
    return _worker.process(items, partial(setattr, _place, "value"))


@contextmanager
def rare_collections() -> Iterator[None]:
    """Make Python search rarely for cyclic garbage.

    Every new word makes objects that stay, and each collection walks all of them: with the default
    thresholds that is a tenth of the time of a build.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_RARE_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


# All items


class _Chunk(NamedTuple):
    items: list[Item]
    size: int


def run(items: Iterable[Item], job: Job, workers: int) -> Generator[Outcome, None, None]:
    """Do all items in ``workers`` processes, or in this one if 0; yield outcomes in order.

    The processes end when the generator is closed.
    """
    if workers:
        with closing(_Pool(job, workers)) as pool:
            yield from _parallel(_chunks(items), pool, 3 * workers)
    else:
        with closing(Worker(job)) as worker:
            for chunk in _chunks(items):
                yield from worker.process(chunk.items)


def _parallel(chunks: Iterator[_Chunk], pool: "_Pool", most: int) -> Iterator[Outcome]:
    waiting: deque[tuple[_Chunk, Future[list[Outcome]] | None]] = deque()
    flight = 0
    exhausted = False
    while True:
        # A chunk without a future has to be done alone; until then no other is begun.
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
            # The results of the others are lost with the pool; any of them may have killed it.
            waiting = deque((later, None) for later, _ in waiting)
        yield from outcomes


class _Pool:
    """Worker processes that can die."""

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job
        self._workers = workers
        self._context = worker_context(job)
        self._place: Synchronized[int] = self._context.Value("i", -1, lock=False)
        self._limits = Limits(job.reading)
        self._executor: ProcessPoolExecutor | None = None

    def _submit(self, items: list[Item], workers: int) -> Future[list[Outcome]]:
        """Begin a chunk; start again if the fork server that processes come from was killed."""
        for wait_seconds in (*_RETRIES, None):
            if self._executor is None:
                self._executor = ProcessPoolExecutor(
                    workers,
                    mp_context=self._context,
                    initializer=start,
                    initargs=(self._job, self._place),
                )
            before = set(multiprocessing.active_children())
            try:
                return self._executor.submit(process_here, items)
            except (OSError, EOFError):
                # Processes that began already would wait for work that never comes.
                for process in set(multiprocessing.active_children()) - before:
                    process.kill()
                self.close()
                if wait_seconds is None:
                    raise
                time.sleep(wait_seconds)
        raise AssertionError("not reached")

    def submit(self, items: list[Item]) -> Future[list[Outcome]] | None:
        """Begin a chunk. Returns None if the processes have just died."""
        try:
            return self._submit(items, self._workers)
        except BrokenProcessPool:
            return None

    def alone(self, items: list[Item]) -> list[Outcome]:
        """Do one chunk in a new process with no other; divide it at the item that kills it.

        Raises BuildFailed if processes end before they begin, whatever their items.
        """
        if not items:
            return []
        processes: list[BaseProcess] = []
        for wait_seconds in (*_RETRIES, None):
            self.close()
            self._place.value = _NOT_STARTED
            try:
                future = self._submit(items, 1)
                processes = multiprocessing.active_children()
                return future.result()
            except BrokenProcessPool:
                self.close()
            if self._place.value != _NOT_STARTED:
                break
            if wait_seconds is None:
                raise BuildFailed("Worker processes end before they begin their work.", _UNSTARTED)
            time.sleep(wait_seconds)
        place = 0 if len(items) == 1 else self._place.value
        if place < 0:
            # Not item by item: a chunk has many, and new processes take a second to start.
            middle = len(items) // 2
            return self.alone(items[:middle]) + self.alone(items[middle:])
        documents = self._documents(items[place])
        if len(documents) > 1:
            outcomes = self.alone(documents)
        elif any(ended_by_time(process.exitcode) for process in processes):
            outcomes = [Skipped(name_of(items[place]), "huge", self._limits.slow)]
        else:
            reason = "the process that read it was killed, by lack of memory or by a fault"
            outcomes = [Skipped(name_of(items[place]), "broken", reason)]
        return self.alone(items[:place]) + outcomes + self.alone(items[place + 1 :])

    def _documents(self, item: Item) -> list[Item]:
        """Return the documents of a file of records, which any of them may have cost."""
        if not isinstance(item, SourceFile):
            return []
        if has_one_reader(item):
            parts: list[Item] = list(parts_of(item, self._job.reading))
            return [] if parts == [item] else parts
        return list(read_file(item, self._job.reading))

    def close(self) -> None:
        """End the processes; the next chunk starts new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def worker_context(job: Job) -> BaseContext:
    """Return how the worker processes of a job are started."""
    # Forking a process with threads is not safe. A fork server loads what workers need once. What
    # finds most fields extracted often extracts nothing, and its workers load what they need.
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        loads = "pipeline" if job.known or _reuses(job) else "preloaded"
        context.set_forkserver_preload([f"index.build.{loads}"])
        return context
    return multiprocessing.get_context("spawn")


def _reuses(job: Job) -> bool:
    """Return whether fields of the published generation are as this job would extract them."""
    if job.reuse_from is None:
        return False
    try:
        with closing(open_published(job.reuse_from)) as published:
            return published.manifest.made_by == job.made_by
    except IndexUnavailable:
        return False


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
