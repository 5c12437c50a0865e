"""The part of one machine in a rebuild that several share; see ``index.build.sharing``.

All machines hold the lock of the archive together. ``NAME-TIME-units`` has a document for each unit
of work: who has it until when, and at which attempt; then, how many pieces tell of its outcomes and
its counts. A unit whose machine is not heard of is done again by another, whose documents have
other places: what the first one sent is deleted at the end.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from index.errors import IndexLocked
from index.opensearch import mapping
from index.opensearch.client import Cluster
from index.opensearch.encode import Encoded
from index.opensearch.filling import FILLED, Filling, refresh
from index.opensearch.generations import (
    Published,
    aliased,
    delete_leftovers,
    new_name,
    published,
)
from index.opensearch.lock import Lease, Lock, control_of
from index.opensearch.pieces import Lists, divided, read_pieces, write_pieces
from index.opensearch.read_back import by_places, encoded, known, stored
from index.opensearch.words import Counts

_UNIT_PLACES: Final = 2**40
_ATTEMPT_PLACES: Final = 2**32
"""Places of a unit, and of an attempt at it."""
_PAUSE: Final = 1.0
"""Seconds after which a machine that waits looks again."""
_PUBLISH: Final = "publish"
_REMOVED: Final = "removed"
"""What else is in the index of units: who publishes, and the counts of what gave way."""

Json = dict[str, Any]


class _Placed(NamedTuple):
    """A document that some machine has sent."""

    id: str
    place: int


class Sharing(Filling):
    """The part of this machine. Use as a context; the others go on when it ends."""

    def __init__(
        self, cluster: Cluster, name: str, digest: str, units: int, shards: int, seconds: float
    ) -> None:
        """Begin a rebuild, or join it. Raises IndexLocked if another build is under way."""
        control = control_of(cluster, name)
        lease = Lease(cluster, control, "lock", seconds)
        index, self.began = _joined(cluster, name, lease, digest)
        lock = Lock(name, lease, seconds)
        # Of machines that make them at once, one is told that they are there.
        for made, made_with in (
            (index, mapping.documents(shards, {})),
            (f"{index}-units", mapping.units()),
        ):
            cluster.create(f"/{made}", made_with)
        super().__init__(cluster, name, index, lock, 0)
        self._units = units
        self._seconds = seconds
        self._unit: int | None = None
        self._unit_lease: Lease | None = None
        self._unit_lock: Lock | None = None
        self._attempt: dict[int, int] = {}
        self._all_places: set[int] = set()

    def abandon(self) -> None:
        """Leave the rest to the others."""
        self._leave()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._lock.close(release=self._published)

    def _leave(self) -> None:
        if self._unit_lock is not None:
            self._unit_lock.close()
            self._unit_lock = None

    def take(self) -> int | None:
        """Return a unit that nobody has; None when all are done."""
        while not self._is_published():
            self._lock.require()
            open_units = False
            for unit, found in self._states(range(self._units)):
                if "pieces" in found:
                    continue
                open_units = True
                if found.get("ends", 0.0) <= time.time() and self._took(str(unit)):
                    self._unit = unit
                    self._counts = Counts()
                    attempt = self._unit_lease_says()["attempt"]
                    self._next = unit * _UNIT_PLACES + attempt * _ATTEMPT_PLACES
                    return unit
            if not open_units:
                return None
            time.sleep(_PAUSE)
        return None

    def _states(self, units: Iterable[int]) -> Iterator[tuple[int, Json]]:
        """Yield units of work with what is said of them."""
        rest = iter(units)
        while some := list(islice(rest, 1_000)):
            body = {"ids": list(map(str, some))}
            answer = self._cluster.request("POST", f"/{self._units_index}/_mget", body)
            for unit, found in zip(some, answer["docs"], strict=True):
                yield unit, found.get("_source", {})

    def _took(self, key: str) -> bool:
        """Take a unit unless another machine is quicker."""
        lease = Lease(self._cluster, self._units_index, key, self._seconds)
        before = lease.read()
        if "pieces" in before or before.get("ends", 0.0) > time.time():
            return False
        lease.says = {"attempt": before.get("attempt", -1) + 1}
        if not lease.write():
            return False
        self._unit_lease = lease
        self._unit_lock = Lock(self._name, lease, self._seconds)
        return True

    def _unit_lease_says(self) -> Json:
        return self._unit_lease.says if self._unit_lease else {}

    def send(self, document: Encoded, hash: str, failures: Iterable[tuple[str, str]]) -> int:
        """Send a document of the unit; return its place."""
        place = self._next
        self._next += 1
        self._counts.add(document)
        self._send(document, place, hash, failures)
        return place

    def done(self, outcomes: Sequence[list[Any]]) -> None:
        """Complete the unit, unless another machine has it by now."""
        self._flush()
        self._await_sent()
        lease, lock = self._unit_lease, self._unit_lock
        if lease is None or lock is None or lock.is_lost:
            self._leave()
            return
        prefix = f"{self._unit}-{lease.says['attempt']}"
        pieces = self._write(prefix, chain([("outcomes", outcomes)], self._counts.dump()))
        lock.close(release=False)
        lease.says["pieces"] = pieces
        lease.write()  # where it is another's by now, the other completes it
        self._unit_lock = None

    def _is_published(self) -> bool:
        return aliased(self._cluster, self._name) == self.index

    def leads(self) -> bool:
        """Tell whether this machine publishes; waits while another does."""
        while not self._is_published():
            if not self._lock.is_lost:
                if self._took(_PUBLISH):
                    return True
                time.sleep(_PAUSE)
            elif not self._is_published():
                self._lock.require()
        return False

    def published(self) -> Published:
        """Return what another machine has published."""
        return published(self._cluster, self._name)

    def outcomes(self) -> Iterator[list[Any]]:
        """Yield the outcomes of all units, in their order; takes their counts, too."""
        self._counts = Counts()
        for unit, found in self._states(range(self._units)):
            self._attempt[unit] = found["attempt"]
            for name, entries in self._read(f"{unit}-{found['attempt']}", found["pieces"]):
                if name == "outcomes":
                    yield from entries
                else:
                    self._counts.load(name, entries)

    def _write(self, prefix: str, lists: Lists) -> int:
        return write_pieces(self._cluster, self._units_index, prefix, divided(lists))

    def _read(self, prefix: str, pieces: int) -> Iterator[tuple[str, list[Any]]]:
        return read_pieces(self._cluster, self._units_index, prefix, pieces)

    @property
    def _units_index(self) -> str:
        return f"{self.index}-units"

    def found(self, place: int, id: str) -> _Placed:
        """Return what the writer takes for a document that was sent."""
        self._all_places.add(place)
        return _Placed(id, place)

    def add(
        self, document: Encoded | _Placed, hash: str = "", failures: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Take a document that was sent."""
        if isinstance(document, _Placed):
            self._place_of[document.id] = document.place

    def _gather(self) -> None:
        cluster, index = self._cluster, self.index
        # A machine that died here may have come this far.
        cluster.request("PUT", f"/{index}/_settings", FILLED)
        for kind in ("words", "values"):
            cluster.request("DELETE", f"/{index}-{kind}", params={"ignore": 404})
        refresh(cluster, index)
        for unit, attempt in self._attempt.items():
            if attempt:
                self._delete(self._of_other_attempts(unit, attempt))
        # Documents that gave way to others were sent, too.
        self._removed = sorted(self._all_places - set(self._place_of.values()))
        self._take_away_removed()

    def _take_away_removed(self) -> None:
        """Delete what gave way, and count it no longer.

        Its counts are written down first: a machine that leads after this one cannot read it again.
        """
        if not self._removed:
            return
        path = f"/{self._units_index}/_doc/{_REMOVED}"
        found = self._cluster.request("GET", path, params={"ignore": 404}).get("_source", {})
        if "pieces" not in found:
            counts, self._counts = self._counts, Counts()
            for query in by_places(self._removed):
                self._take_away(encoded(stored(self._cluster, self.index, query)))
            found = {"pieces": self._write(_REMOVED, self._counts.dump())}
            self._cluster.request("PUT", path, found)
            self._counts = counts
        for name, entries in self._read(_REMOVED, found["pieces"]):
            self._counts.load(name, entries)
        self._delete(self._removed)
        self._removed = []

    def _fence(self) -> None:
        super()._fence()
        if self._unit_lock is not None:
            self._unit_lock.fence()

    def _of_other_attempts(self, unit: int, attempt: int) -> Iterator[int]:
        begin = unit * _UNIT_PLACES
        ours = range(begin + attempt * _ATTEMPT_PLACES, begin + (attempt + 1) * _ATTEMPT_PLACES)
        there = {"range": {"place": {"gte": begin, "lt": begin + _UNIT_PLACES}}}
        for one in known(self._cluster, self.index, there):
            if one.place not in ours:
                yield one.place


def _joined(cluster: Cluster, name: str, lease: Lease, digest: str) -> tuple[str, float]:
    """Hold the lock alone or with those who do the same work; return the index and the beginning.

    Raises IndexLocked.
    """
    while True:
        other = lease.read()
        lives = other.get("ends", 0.0) > time.time()
        same = other.get("work") == digest and other["index"] != aliased(cluster, name)
        if lives and not same:
            raise IndexLocked(
                f"Another process ({other.get('owner')}) builds “{name}” since {other['time']}"
                f"{', from other sources or settings' if 'work' in other else ''}.",
                "Wait until it has ended.",
            )
        if same:
            lease.join(other)
        index = other["index"] if same else new_name(name)
        began = other["began"] if same else time.time()
        lease.says = {"work": digest, "index": index, "began": began}
        if lease.write():
            if not same:
                delete_leftovers(cluster, name, index)
            return index, began
