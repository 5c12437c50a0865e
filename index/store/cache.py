"""A cache bounded by the bytes it holds, the least recently used going first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any


class ByteCache:
    """Safe for threads; two threads may compute the same missing entry, to no harm."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int | None]]) -> Any:
        """Return the entry for a key.

        ``make`` returns one and its size in bytes; None for one that is not to be kept.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                return entry[0]
        value, size = make()
        with self._lock:
            if size is not None and key not in self._entries and size <= self._limit:
                self._entries[key] = (value, size)
                self._held += size
            while self._held > self._limit:
                self._held -= self._entries.popitem(last=False)[1][1]
        return value

    def take(self, key: Hashable) -> Any:
        """Return the entry for a key, which is no longer kept; None where there is none."""
        with self._lock:
            value, size = self._entries.pop(key, (None, 0))
            self._held -= size
            return value

    def forget(self) -> None:
        """Let go of every entry."""
        with self._lock:
            self._entries.clear()
            self._held = 0
