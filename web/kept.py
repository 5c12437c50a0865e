"""Answers that were given before, compressed, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import NamedTuple

import zstandard

ANSWER_BYTES = 8 << 20
"""Memory for answers that were given before, compressed, in each process."""
ANSWER_OVERHEAD = 1_000
ZSTD_LEVEL = 3

_ROOM = 64 << 10
"""Bytes left at which no further answer is added without one that has to go."""
_COUNTERS = 1 << 15
_MOST = 15
_ASKED = 20_000
"""How many answers are asked for before all counts are halved: what was in demand fades."""
_HALVES = bytes(count // 2 for count in range(256))


class Found(NamedTuple):
    """What the log and the metrics say of a search."""

    total: int
    generation: str


class KeptAnswer(NamedTuple):
    """The answer to a search as it was sent, by zstd, and the headers that it alone has."""

    body: bytes
    headers: Mapping[str, str]
    found: Found


class KeptAnswers:
    """Answers under their entity tags, at most ``limit`` bytes of them, of one generation.

    When there is no more room, an answer is added only if it has been asked for more often than
    the one that has not been asked for longest, which goes: readers who ask for much once, or for
    more than there is room for in turn, do not push out what others come back to (TinyLFU,
    doi.org/10.1145/3149371). Safe for threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._answers: OrderedDict[str, KeptAnswer] = OrderedDict()
        self._generation = ""
        self._lock = Lock()
        self._counters = bytearray(_COUNTERS)
        self._asked = 0

    def get(self, tag: str, generation: str) -> KeptAnswer | None:
        """Return the answer with a tag, of the ``generation`` that is served; None without."""
        with self._lock:
            if generation != self._generation:
                self._forget()
                self._generation = generation
            self._count(tag)
            answer = self._answers.get(tag)
            if answer is not None:
                self._answers.move_to_end(tag)
            return answer

    def put(self, tag: str, make: Callable[[], KeptAnswer]) -> None:
        """Keep what ``make`` returns under a tag that was asked for; not called without room."""
        with self._lock:
            if not self._admitted(tag):
                return
        answer = make()
        with self._lock:
            if tag in self._answers or _size(answer) > self._limit:
                return
            self._answers[tag] = answer
            self._held += _size(answer)
            while self._held > self._limit:
                self._held -= _size(self._answers.popitem(last=False)[1])

    def _admitted(self, tag: str) -> bool:
        if self._held + min(_ROOM, self._limit // 8) <= self._limit:
            return True
        longest = next(iter(self._answers))
        # Asked for now, it has been counted once more than the other.
        return self._demand(tag) - 1 > self._demand(longest)

    def _count(self, tag: str) -> None:
        """Count what is asked for; two counters, as one may be that of another tag as well."""
        for place in _places(tag):
            self._counters[place] = min(self._counters[place] + 1, _MOST)
        self._asked += 1
        if self._asked == _ASKED:
            self._asked = 0
            self._counters = self._counters.translate(_HALVES)

    def _demand(self, tag: str) -> int:
        return min(self._counters[place] for place in _places(tag))

    @property
    def held(self) -> int:
        """How many bytes are held."""
        return self._held

    def __len__(self) -> int:
        return len(self._answers)

    def forget(self) -> None:
        """Let go of every answer."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._answers.clear()
        self._held = 0


def compressed(data: bytes) -> bytes:
    """Return data by zstd, in a copy: the bytes that the library returns have room for more."""
    return bytes(memoryview(zstandard.compress(data, ZSTD_LEVEL)))


def _size(answer: KeptAnswer) -> int:
    return len(answer.body) + sum(map(len, answer.headers.values())) + ANSWER_OVERHEAD


def _places(tag: str) -> tuple[int, int]:
    """Return the counters of an entity tag, which is a number in base 16."""
    number = int(tag[:16], 16)
    return number % _COUNTERS, (number >> 32) % _COUNTERS
