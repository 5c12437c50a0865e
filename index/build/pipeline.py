"""The pipeline: items go to worker processes in chunks, outcomes come back in their order.

What is in flight is bounded, by count and by size, and so is memory. A worker that dies takes
its process pool with it; the chunks that were in flight are then done again one at a time, and
the chunk that kills is halved until the item that kills is known by name.
"""

import multiprocessing
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import NamedTuple

from index.build.reuse import opened
from index.build.worker import Extracted, Item, Job, Outcome, name_of, process, process_here, start
from index.document import Skipped
from index.readers import SourceFile

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
        context.set_forkserver_preload(["index.build.worker"])
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
