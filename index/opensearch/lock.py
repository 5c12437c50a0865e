"""The lock of an archive: one process builds, and says so again and again while it lives.

The lock is the document ``lock`` in ``NAME-control``. It holds for some seconds after it was last
renewed; then another may take it over. Every change of it names the version that was read, so of
two who try one succeeds. Clocks of machines that build may differ by half of the seconds.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from time import time
from typing import Any, Final
from uuid import uuid4

from index.errors import BuildFailed, IndexLocked, IndexUnavailable
from index.opensearch import mapping
from index.opensearch.client import Cluster

LEASE: Final = 60.0
"""Seconds that a lock holds after it was renewed; it is renewed four times in that time."""

Json = dict[str, Any]


def now() -> str:
    """Return the time as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def owner() -> str:
    """Name this process for those who wait for it."""
    return f"{socket.gethostname()} {os.getpid()}"


def control_of(cluster: Cluster, name: str) -> str:
    """Return the index of locks and reports; make it if there is none."""
    control = f"{name}-control"
    if not cluster.exists(f"/{control}"):
        # Of two who make it at once, one is told that it is there.
        cluster.request("PUT", f"/{control}", mapping.control(), {"ignore": 400})
    return control


class Lease:
    """A document of the control index that is ours as long as it is renewed."""

    def __init__(self, cluster: Cluster, control: str, key: str, seconds: float = LEASE) -> None:
        self._cluster = cluster
        self._path = f"/{control}/_doc/{key}"
        self._seconds = seconds
        self._token = uuid4().hex
        self._begun = now()
        self._version: Json = {}
        self.says: Json = {}
        """What the document says beside who has it until when."""

    def read(self) -> Json:
        """Return what the document says, and remember its version; nothing if there is none."""
        found = self._cluster.request("GET", self._path, params={"ignore": 404})
        if not found.get("found"):
            self._version = {"op_type": "create"}
            return {}
        self._remember(found)
        return dict(found["_source"])

    def take(self) -> Json | None:
        """Take the document; return what it says if it is another's, else None."""
        other = self.read()
        if other.get("ends", 0.0) > time():
            return other
        return None if self.write() else self.read()

    def join(self, other: Json) -> None:
        """Hold the document together with those who hold it."""
        self._token = other["token"]
        self._begun = other["time"]

    def write(self) -> bool:
        """Write it, and so hold it for all of its seconds, if nobody did since it was read.

        Return whether it is ours.
        """
        params = self._version
        source = {
            "owner": owner(),
            "token": self._token,
            "time": self._begun,
            "ends": time() + self._seconds,
            **self.says,
        }
        answer = self._cluster.request("PUT", self._path, source, {**params, "ignore": 409})
        if answer.get("status") == 409:
            return self._is_ours() and self.write()
        self._remember(answer)
        return True

    def _is_ours(self) -> bool:
        """Tell whether a request that got no answer was done nevertheless."""
        found = self._cluster.request("GET", self._path, params={"ignore": 404})
        if found.get("_source", {}).get("token") != self._token:
            return False
        self._remember(found)
        return True

    def _remember(self, answer: Json) -> None:
        self._version = {
            "if_seq_no": answer["_seq_no"],
            "if_primary_term": answer["_primary_term"],
        }

    def release(self) -> None:
        """Give it up; does nothing if it is another's."""
        params = {**self._version, "ignore": [404, 409]}
        self._cluster.request("DELETE", self._path, params=params)


class Lock:
    """The lock of an archive that this process holds; a thread renews it."""

    def __init__(self, name: str, lease: Lease, seconds: float) -> None:
        self._name = name
        self._lease = lease
        self._pause = seconds / 4
        self._lost = False
        self._ended = Event()
        self._thread = Thread(target=self._renew, name="lock", daemon=True)
        self._thread.start()

    def _renew(self) -> None:
        while not self._ended.wait(self._pause):
            with suppress(IndexUnavailable):  # it is tried again
                if not self._lease.write():
                    self._lost = True
                    return

    def require(self) -> None:
        """Raise BuildFailed if the lock was lost; this is cheap."""
        if self._lost:
            raise BuildFailed(
                f"Another process has taken over the lock of “{self._name}”: this one was not heard"
                " of for too long.",
                "See that its machine and the cluster reach one another, then repeat the command.",
            )

    def fence(self) -> None:
        """Stop renewing, and hold the lock for all of its seconds once more.

        Raises BuildFailed if it was lost. What is done at once is done by the only one who may.
        """
        self._stop()
        if self._lost or not self._lease.write():
            self._lost = True
        self.require()

    def _stop(self) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def is_lost(self) -> bool:
        """Whether another has it."""
        return self._lost

    def close(self, release: bool = True) -> None:
        """Give the lock up; without ``release`` it ends by itself, or others hold it."""
        self._stop()
        if release and not self._lost:
            with suppress(IndexUnavailable):  # it ends by itself
                self._lease.release()


@contextmanager
def locked(
    cluster: Cluster, name: str, seconds: float = LEASE, key: str = "lock", does: str = "builds"
) -> Iterator[Lock]:
    """Keep others from building, or from what else a lock of this key is for. Raises IndexLocked.

    ``does`` says what its holder does.
    """
    control = control_of(cluster, name)
    lease = Lease(cluster, control, key, seconds)
    other = lease.take()
    if other is not None:
        raise IndexLocked(
            f"Another process ({other.get('owner')}) {does} “{name}” since {other.get('time')}.",
            f"Wait until it has ended. If it is dead, its lock ends within {seconds:.0f} seconds.",
        )
    lock = Lock(name, lease, seconds)
    try:
        yield lock
    finally:
        lock.close()
