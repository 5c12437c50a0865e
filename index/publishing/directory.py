"""An index directory: the pointer to the published generation, and the lock of whoever builds."""

import fcntl
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import time
from typing import NamedTuple

import orjson

from index.errors import IndexDamaged, IndexLocked, IndexMissing
from index.segments import Snapshot
from index.store import REMEDY, unreadable

_PATH = re.compile(r"\.|.*/")
"""What leads out of the folder of generations."""


class Pointer(NamedTuple):
    """What the file ``current`` names: the published generation, and the one before it."""

    current: str
    previous: str


def read_pointer(root: Path) -> Pointer:
    """Read which generation is published. Raises IndexMissing if none is, IndexUnavailable."""
    try:
        text = (root / "current").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        remedy = "Build one with `trouvaille rebuild SOURCE... --index DIR`."
        raise IndexMissing(f"There is no index in “{root}”.", remedy) from error
    except OSError as error:
        raise unreadable(root / "current", error) from error
    except UnicodeDecodeError as error:
        raise IndexDamaged(f"“{root / 'current'}” cannot be read ({error}).", REMEDY) from error
    # Where it was cut short, the generation before must not seem to be unused.
    names = text.split("\n")
    if not names[0] or len(names) != 3 or names[2] or any(map(_PATH.match, names)):
        raise IndexDamaged(f"“{root / 'current'}” names no generation.", "Rebuild the index.")
    return Pointer(*names[:2])


def open_published(root: Path) -> Snapshot:
    """Open the published generation. Raises IndexMissing, IndexDamaged, IndexVersion."""
    return Snapshot(root, read_pointer(root).current)


class IndexDirectory:
    """An index directory, opened for searching; safe for threads."""

    def __init__(
        self,
        path: Path,
        cache_bytes: int | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        """Open nothing yet; ``cache_bytes`` are those of ``Snapshot``.

        Documents under an embargo are not there before the ``clock`` has reached its end.
        """
        self.path = Path(path)
        self._pointer = str(self.path / "current")
        self._cache_bytes = cache_bytes
        self._clock = clock
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._snapshot: Snapshot | None = None

    def current(self) -> Snapshot:
        """Return the published generation, opened; the same object until another is published, or
        an embargo ends.

        Costs one ``stat`` when nothing has changed. Raises IndexMissing, IndexDamaged, and
        IndexVersion if the generation was written in another format or analysed by other rules.
        """
        with self._lock:
            stamp = self._read_stamp()
            if (
                self._snapshot is None
                or stamp is None
                or stamp != self._stamp
                or self._snapshot.changes <= self._clock()
            ):
                self._snapshot = self._open()
                self._stamp = stamp
            return self._snapshot

    def _read_stamp(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._pointer)
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _open(self) -> Snapshot:
        name = read_pointer(self.path).current
        now = self._clock()
        same = self._snapshot is not None and self._snapshot.generation == name
        if self._snapshot is not None and same and now < self._snapshot.changes:
            return self._snapshot
        while True:
            try:
                snapshot = Snapshot(self.path, name, self._cache_bytes, self._snapshot, now)
            except IndexDamaged:
                # Two builds may have been published since the pointer was read.
                published = read_pointer(self.path).current
                if published == name:
                    raise
                name = published
            else:
                snapshot.manifest.require_analysis()
                return snapshot


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Hold the lock of an index directory. Raises IndexLocked, naming the holder.

    The system releases the lock when the process ends, so none is ever stale.
    """
    handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexLocked(
                f"The index in “{root}” is being built by {_holder(handle)}.",
                "Wait until it is done, or end that process.",
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, _this_process(), 0)
        try:
            yield
        finally:
            with suppress(OSError):  # it is only text: the lock itself goes with the descriptor
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _this_process() -> bytes:
    command = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else []
    return orjson.dumps(
        {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": " ".join(command)[:500].encode("utf-8", "replace").decode(),
        }
    )


def _holder(handle: int) -> str:
    try:
        raw = orjson.loads(os.pread(handle, 4096, 0))
        return f"process {raw['pid']} on {raw['host']} since {raw['since']} (“{raw['command']}”)"
    except (ValueError, KeyError, TypeError):
        # The holder has the lock and has not yet written who it is.
        return "another process"
