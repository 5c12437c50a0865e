"""An index directory: which generation is published, opened anew when another is."""

import os
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from index.errors import IndexDamaged, IndexMissing
from index.snapshot import Snapshot
from index.store import REMEDY


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
