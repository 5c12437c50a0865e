"""The lock of an index directory: one builder at a time, and everybody can read who.

An index directory: which generation is published, opened anew when another is.
"""

import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import orjson

from index.errors import IndexDamaged, IndexLocked, IndexMissing
from index.snapshot import Snapshot
from index.store import REMEDY


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Hold the lock of an index directory. Raises IndexLocked, naming the holder.

    The system lets go of the lock when the process ends, however it ends, so none is ever stale.
    """
    handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexLocked(
                f"The index in “{root}” is being built by {_holder(handle)}.",
                "Wait until it is done, or end that process.",
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, _ourselves(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _ourselves() -> bytes:
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


class Pointer(NamedTuple):
    """What the file ``current`` says: the generation served, and the one kept behind it."""

    current: str
    previous: str


def read_pointer(root: Path) -> Pointer:
    """Read which generation is published. Raises IndexMissing where none is."""
    remedy = "Build one with `trouvaille rebuild SOURCE... --index DIR`."
    try:
        lines = (root / "current").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(f"There is no index in “{root}”.", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"“{root / 'current'}” cannot be read ({error}).", REMEDY) from error
    names = [*lines, "", ""][:2]
    if not names[0] or any("/" in name or name.startswith(".") for name in names):
        raise IndexDamaged(f"“{root / 'current'}” names no generation.", "Rebuild the index.")
    return Pointer(*names)


class IndexDirectory:
    """An index directory: whoever searches asks it for the generation of the moment."""

    def __init__(self, path: Path, cache_bytes: int | None = None) -> None:
        self.path = Path(path)
        self._pointer = str(self.path / "current")
        self._cache_bytes = cache_bytes
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._generation: Snapshot | None = None

    def current(self) -> Snapshot:
        """Return the published generation, opening another only when another was published.

        Costs one ``stat`` when nothing changed. Raises IndexMissing, IndexDamaged, IndexVersion.
        """
        with self._lock:
            stamp = self._stamp()
            if self._generation is None or stamp is None or stamp != self._seen:
                self._generation = self._open()
                self._seen = stamp
            return self._generation

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._pointer)
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _open(self) -> Snapshot:
        name = read_pointer(self.path).current
        if self._generation is not None and self._generation.name == name:
            return self._generation
        while True:
            try:
                return Snapshot(self.path, name, self._cache_bytes)
            except IndexDamaged:
                # Two builds may have been published since the pointer was read.
                now = read_pointer(self.path).current
                if now == name:
                    raise
                name = now
