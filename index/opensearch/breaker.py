"""A circuit breaker: a cluster that is away is not asked again and again."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

FAILURES: Final = 3
"""Failures in a row after which a cluster counts as away."""
SECONDS: Final = 2.0
"""Seconds between two trials of a cluster that is away."""


class Breaker:
    """Says whether a request may be sent. One for each process; safe for threads.

    After some failures in a row it is open: nothing is sent but one trial now and then. The first
    success closes it.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        seconds: float = SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._next = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the cluster counts as away."""
        return self._failures >= self._limit

    def wait(self) -> float:
        """Return how many seconds to wait before a request; 0 if it is to be sent now."""
        if not self.is_open:
            return 0.0
        with self._lock:
            now = self._clock()
            if self.is_open and now < self._next:
                return self._next - now
            # This one is the trial. If it comes to nothing, another one follows.
            self._next = now + self._seconds
            return 0.0

    def succeeded(self) -> None:
        """Note that the cluster answered."""
        if self._failures:
            with self._lock:
                self._failures = 0

    def failed(self) -> None:
        """Note that no node of the cluster answered."""
        with self._lock:
            self._failures += 1
            self._next = self._clock() + self._seconds
