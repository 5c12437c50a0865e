"""The limits of a worker process: processor time and memory for one document.

A document that takes too long raises ``TooSlowError`` where Python runs. Where a C library does not
return, the system ends the process some seconds later. Memory beyond the limit is refused, which
Python raises as ``MemoryError``. There are no limits where the system has none (Windows).
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from index.errors import TooSlowError
from index.readers import ReadOptions

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

GRACE_SECONDS: Final = 5
"""Seconds of processor time after which the system ends a process that passed its limit."""
_STATUS: Final = Path("/proc/self/status")


class Limits:
    """Bounds what this process, a worker, spends on one document."""

    def __init__(self, options: ReadOptions) -> None:
        self._seconds = options.max_seconds
        self._memory = options.max_memory
        self._enforced = False

    @property
    def slow(self) -> str:
        """The reason why a document that takes too long is skipped."""
        return f"it took longer than {self._seconds:,} seconds of processor time"

    @property
    def large(self) -> str:
        """The reason why a document that needs too much memory is skipped."""
        return f"it needed more than {self._memory:,} MiB of memory"

    def enforce(self) -> None:
        """Set the limits of this process. Only the main thread of a worker may call this."""
        if resource is None:
            return
        self._enforced = True
        signal.signal(signal.SIGPROF, _too_slow)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        in_use = _private_bytes()
        if in_use is not None:
            # Not RLIMIT_AS: an index that is mapped into memory would count.
            _lower(resource.RLIMIT_DATA, in_use + self._memory * 1024 * 1024)

    @contextmanager
    def document(self) -> Iterator[None]:
        """Bound the time of one step for one document. Raises ``TooSlowError``."""
        if not self._enforced:
            yield
            return
        usage = resource.getrusage(resource.RUSAGE_SELF)
        used = int(usage.ru_utime + usage.ru_stime)
        _lower(resource.RLIMIT_CPU, used + self._seconds + 1 + GRACE_SECONDS)
        # Once more each second, should the first be lost in a finalizer.
        signal.setitimer(signal.ITIMER_PROF, self._seconds, 1)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))  # what is no step has no limit


def ended_by_time(exit_code: int | None) -> bool:
    """Return whether this exit code is that of a process that the system ended for its time."""
    return resource is not None and exit_code == -signal.SIGXCPU


def _lower(which: int, value: int) -> None:
    """Set a soft limit, within the hard one."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, hard))


def _private_bytes() -> int | None:
    """Return the bytes of memory that are this process's own; None where Linux does not say."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    sizes = (line.split()[1] for line in lines if line.startswith("VmData:"))
    return next((int(kibibytes) * 1024 for kibibytes in sizes), None)


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError
