"""Watching sources: the index is kept up to date as files come, change and go.

What has changed is told by comparing all files with those of the last publication: their numbers,
sizes and times. Notices of the system only say when to look, so that none that is lost costs a
document. A file is read when it is *still*: when two looks find the same of it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from os.path import abspath
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Final, NamedTuple, Protocol

from index.build.pipeline import CHUNK_ITEMS
from index.build.plan import BuildOptions, BuildResult
from index.build.sources import Partial
from index.document import Skipped
from index.errors import IndexMissing, IndexVersion, TooManyDeletions, TrouvailleError
from index.readers import SourceFile, list_files

STILL_SECONDS: Final = 1.0
"""Seconds between the two looks."""
_LONGEST_WAIT: Final = 60.0
"""Seconds after which sources are looked at without a notice: some file systems give none."""


class Stamp(NamedTuple):
    """What tells whether a file has changed: its number, its size, its time in nanoseconds."""

    inode: int
    size: int
    modified: int


class _Look(NamedTuple):
    """What the sources have: files and their stamps by absolute path, and what was skipped."""

    files: dict[str, SourceFile]
    stamps: dict[str, Stamp]
    skipped: list[Skipped]


def _stamp(path: Path) -> Stamp | None:
    """Return the stamp of a file; None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


class Updated(Protocol):
    """An index that is built and updated; see ``index.location.Location``."""

    def rebuild(
        self, sources: Sequence[Path], options: BuildOptions, *, partial: Partial | None = None
    ) -> BuildResult:
        """Index sources anew, or only some of their files."""

    def update(
        self, sources: Sequence[Path], options: BuildOptions, *, partial: Partial | None = None
    ) -> BuildResult:
        """Index what is new or changed, delete what is gone."""


class Watching:
    """Keeps an index up to date with sources, publishing every so many seconds.

    ``told`` is called with each publication, with each new trouble, and with None when it is over.
    A trouble (a full disk, a source that is not there, an index that is locked) is told once and
    tried again; nothing is lost by it.
    """

    def __init__(
        self,
        index: Updated,
        sources: Sequence[Path],
        options: BuildOptions,
        *,
        every: float,
        poll: bool,
        told: Callable[[BuildResult | TrouvailleError | None], None],
        stop: Event,
    ) -> None:
        """Watch until ``stop`` is set; with ``poll``, without notices of the system."""
        self._index = index
        self._sources = sources
        self._options = options
        self._every = every
        self._told = told
        self._stop = stop
        self._listener = None if poll else _Listener(sources, stop)
        self._indexed: dict[str, Stamp] = {}
        self._begun = False
        self._trouble = ""

    def run(self) -> None:
        """Watch. Raises SourceError if a source is not there at the beginning."""
        self._look()
        if self._listener:
            self._listener.start()
        pause = self._every
        while not self._stop.is_set():
            began = monotonic()
            again = False
            try:
                again = self.publish()
                self._overcome()
                pause = self._every
            except TrouvailleError as error:
                again = True
                pause = min(_LONGEST_WAIT, 2 * pause)
                if str(error) != self._trouble:
                    self._trouble = str(error)
                    self._told(error)
            self._stop.wait(max(0.0, pause - (monotonic() - began)))
            if self._listener and not again:
                self._listener.wait(self._every)

    def _overcome(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._told(None)

    def _look(self) -> _Look:
        look = _Look({}, {}, [])
        for entry in list_files(self._sources, self._options.reading):
            if isinstance(entry, Skipped):
                look.skipped.append(entry)
                continue
            stamp = _stamp(entry.path)
            if stamp:
                path = abspath(entry.path)
                look.files[path], look.stamps[path] = entry, stamp
        return look

    def publish(self) -> bool:
        """Publish what has changed, if anything has; return whether a file was not still."""
        files, stamps, skipped = self._look()
        changed = {path for path, stamp in stamps.items() if self._indexed.get(path) != stamp}
        gone = self._indexed.keys() - stamps.keys()
        if self._begun and not changed and not gone:
            return False
        self._stop.wait(STILL_SECONDS)
        if self._stop.is_set():
            return False
        still = {path for path in changed if _stamp(Path(path)) == stamps[path]}
        gone = {path for path in gone if not Path(path).exists()}
        if still or gone or not self._begun:
            adds = self._begun and not gone and self._indexed.keys().isdisjoint(still)
            partial = Partial(files, skipped, still, adds=adds)
            try:
                self._build(partial)
            except TooManyDeletions:
                if still and gone:  # what is new does not wait until somebody decides
                    self._build(partial._replace(spared=gone))
                    self._indexed.update((path, stamps[path]) for path in still)
                raise
            self._begun = True
            for path in gone:
                del self._indexed[path]
            self._indexed.update((path, stamps[path]) for path in still)
        return still != changed

    def _build(self, partial: Partial) -> None:
        options = self._options
        if len(partial.read) <= CHUNK_ITEMS:  # more processes would have nothing to do
            options = replace(options, workers=min(options.workers, 1))
        try:
            result = self._index.update(self._sources, options, partial=partial)
        except (IndexMissing, IndexVersion):
            result = self._index.rebuild(self._sources, options, partial=partial)
        if result.published:
            self._told(result)


class _Listener(Thread):
    """Listens for notices of the system that something in the sources has changed."""

    def __init__(self, sources: Sequence[Path], stop: Event) -> None:
        super().__init__(name="watching", daemon=True)
        self._sources = sources
        self._stop = stop
        self._changed = Event()
        self._listening = False

    def wait(self, every: float) -> None:
        """Wait for a notice, but for so many seconds only while the system gives none."""
        self._changed.wait(_LONGEST_WAIT if self._listening else every)
        self._changed.clear()

    def run(self) -> None:
        """Listen until the watching stops; begin anew when a source was away."""
        while not self._stop.is_set():
            with suppress(OSError, RuntimeError):  # a source is gone, or there are too many folders
                self._listen()
            self._listening = False
            self._stop.wait(1)

    def _listen(self) -> None:
        from watchfiles import watch

        inodes = self._inodes()
        for notices in watch(
            *self._sources,
            watch_filter=None,
            stop_event=self._stop,
            rust_timeout=1_000,
            yield_on_timeout=True,
        ):
            if notices or not self._listening:
                self._listening = True
                self._changed.set()
            if self._inodes() != inodes:  # a folder was made again
                return

    def _inodes(self) -> list[int]:
        return [source.stat().st_ino for source in self._sources]
