"""The lock of an index directory: one builder at a time, and everybody can read who."""

import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from index.errors import IndexLocked


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
