"""The worker process of the server: one loop holds all connections and answers requests itself.

No request is handed to a thread, so that no thread waits for another one's turn. If an answer takes
long, a second thread takes the loop over, and the answer goes on in the first: it is the time used
that makes a request a slow one. An answer that waits for its reader has no thread, and no place
among those that are few.
"""

import errno
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from operator import attrgetter
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

from gunicorn.workers.base import Worker as BaseWorker

from web.operate.connection import (
    GIVE_WAY,
    IS_OPEN,
    UNSENT,
    Connection,
    Refused,
    Request,
)

HEAD_SECONDS = 10.0
"""How long a request may take to arrive, the next of a kept connection too."""

STALLED_SECONDS = 20.0
SLOWEST = 4_096
"""How long a reader may take for what is kept for it: so long, and a second for so many bytes."""

PLACE_SECONDS = 60.0
"""How long an answer whose reader keeps up waits for its turn."""

CLOSING_SECONDS = 2.0
"""How long a client is given to close a connection that we have closed."""

TAKEOVER_SECONDS = 0.02
"""The loop is taken over from a request that lasts one to two times as long."""

YIELD_SECONDS = 0.001
"""How long a process with more connections leaves a new one to the others."""

ACCEPTED = 64
"""How many connections are accepted before those that are open have their turn."""

TICK_SECONDS = 1.0
"""How often the arbiter is told that the process lives."""

SWEEP_SECONDS = 0.25
"""How often deadlines are looked at."""

_NO_MORE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class TakenOver(BaseException):
    """Another thread has the loop now."""


class Worker(BaseWorker):  # type: ignore[misc]
    """A worker process whose loop waits for clients and answers them.

    ``open_connections`` has the number of connections of every process, at its ``slot``, or -1.
    New connections go to the process with the fewest.
    """

    alive: bool
    slot = 0
    open_connections: memoryview = memoryview(bytearray(8)).cast("q")

    def run(self) -> None:
        """Run until a signal, and then until all answers under way have been sent."""
        host, port = self.sockets[0].getsockname()[:2]
        self._environ = {
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
        self._poller = DefaultSelector()
        self._connections: set[Connection] = set()
        self._turns: deque[Callable[[], None]] = deque()
        self._ready: list[Callable[[], None]] = []
        self._ticked = self._swept = self._selected = 0.0
        self._stop_at = inf
        # The next is shared by threads, under the lock.
        self._lock = Lock()
        self._current: Connection | None = None
        self._begun = 0
        self._answered: deque[tuple[Connection, bool | None]] = deque()
        self._without_place: list[Connection] = []
        self._slow = 0
        self._active = Event()
        self._asked = Event()
        self._ended = Event()
        self._failure: BaseException | None = None
        self._poller.register(self.PIPE[0], EVENT_READ, self._woken)
        for listener in self.sockets:
            listener.setblocking(False)
            self._poller.register(listener, EVENT_READ, partial(self._accept, listener))
        # Signals reach this thread, whichever has the loop, and end its waiting.
        signal.siginterrupt(signal.SIGTERM, True)
        self._lead()
        self._ended.wait()
        self.open_connections[self.slot] = -1
        if self._failure:
            raise self._failure

    # The loop, and how it changes hands.

    def _lead(self, answering: Connection | None = None) -> None:
        """Run the loop until it is taken over, or to the end.

        ``answering`` is the connection on which the thread that had the loop goes on.
        """
        try:
            if answering:
                self._watch(answering, 0)
            Thread(target=self._deputize, name="deputy", daemon=True).start()
            while self.alive or (self._connections and monotonic() < self._stop_at):
                # Whoever takes the loop over goes on with the rest: each client has its turn,
                # and none is asked twice.
                while self._turns:
                    self._turns.popleft()()
                    self._tick()
                self._drop_late()
                self._selected = monotonic()
                events = self._poller.select(0 if self._ready else SWEEP_SECONDS)
                self._turns.extend(key.data for key, _ in events)
                self._turns.extend(self._ready)
                self._ready.clear()
                self._tick()
        except TakenOver:
            return
        except BaseException as error:
            self._failure = error
        self._ended.set()

    def _deputize(self) -> None:
        """Wait until a request has the loop for too long, then take the loop over."""
        while True:
            self._active.wait()
            begun = self._begun
            self._asked.wait(TAKEOVER_SECONDS)
            with self._lock:
                current = self._current
                if current is None:
                    if begun == self._begun:
                        self._active.clear()
                    continue
                if begun != self._begun and not self._asked.is_set():
                    continue
                self._asked.clear()
                if self._slow >= self.cfg.threads:
                    continue
                self._current = None
                self._slow += 1
            return self._lead(current)

    def _give_way(self, connection: Connection) -> None:
        """Let the loop be taken over now; called by whoever answers on the connection."""
        with self._lock:
            if self._current is connection:
                self._asked.set()

    def _answer(self, connection: Connection, environ: dict[str, Any], keep: bool) -> None:
        """Answer a request. Raises TakenOver, see ``_work``."""
        environ |= self._environ
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = connection.address
        environ[GIVE_WAY] = partial(self._give_way, connection)
        environ[IS_OPEN] = connection.is_open
        keep = keep and self.alive
        self._work(connection, lambda: connection.answer(self.wsgi, environ, keep))

    def _work(self, connection: Connection, answer: Callable[[], bool | None]) -> None:
        """Answer, or go on with it. Raises TakenOver if the loop is not ours any more."""
        connection.deadline = inf
        with self._lock:
            self._current = connection
            self._begun += 1
            if not self._active.is_set():
                self._active.set()
        keep = answer()
        with self._lock:
            ours = self._current is connection
            if ours:
                self._current = None
                self._asked.clear()
        if not ours:
            self._answered.append((connection, keep))
            self._wake()
            raise TakenOver
        self._finish(connection, keep)

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self.PIPE[1], b"\0")

    def _woken(self) -> None:
        """Take over the connections of slow requests that have been answered."""
        with suppress(BlockingIOError):
            os.read(self.PIPE[0], 4096)
        while self._answered:
            connection, keep = self._answered.popleft()
            with self._lock:
                self._slow -= 1
            connection.then = partial(self._finish, keep=keep)
            self._step(connection)

    def _tick(self) -> None:
        """Tell the arbiter that we live, and see whether we should."""
        now = monotonic()
        if not self.alive and self._stop_at == inf:
            self._stop(now)
        if now - self._ticked >= TICK_SECONDS:
            self._ticked = now
            self.notify()
            if self.ppid != os.getppid():
                self.alive = False

    def _drop_late(self) -> None:
        """Drop every connection whose deadline had passed when we looked what has arrived."""
        now = self._selected
        if now - self._swept >= SWEEP_SECONDS:
            self._swept = now
            for connection in [one for one in self._connections if one.deadline < now]:
                self._drop(connection)
            self._look_for_places()

    def _look_for_places(self) -> None:
        """Let all answers that wait for a place ask again."""
        self._ready += [partial(self._step, connection) for connection in self._without_place]
        self._without_place.clear()

    def _stop(self, now: float) -> None:
        """Accept no more, and leave little time to requests that may be arriving."""
        self._stop_at = now + self.cfg.graceful_timeout
        for listener in self.sockets:
            self._poller.unregister(listener)
            listener.close()
        for connection in self._connections:
            if connection.events == EVENT_READ:
                connection.deadline = min(connection.deadline, now + CLOSING_SECONDS)

    # Connections. Only the thread that has the loop calls these.

    def _accept(self, listener: socket.socket) -> None:
        """Accept connections, each unless another process with fewer does."""
        for _ in range(ACCEPTED):
            most = any(0 <= count < len(self._connections) for count in self.open_connections)
            if most:
                sleep(YIELD_SECONDS)
            try:
                connection = Connection(*listener.accept())
            except OSError as error:
                if error.errno in _NO_MORE:
                    self._drop_oldest()
                    sleep(YIELD_SECONDS)
                return
            if len(self._connections) >= self.cfg.worker_connections:
                self._drop_oldest()
            self._connections.add(connection)
            self.open_connections[self.slot] = len(self._connections)
            connection.deadline = monotonic() + HEAD_SECONDS
            connection.then = self._receive
            self._ready.append(partial(self._step, connection))
            if most:
                return

    def _drop_oldest(self) -> None:
        """End the connection that has waited longest for its client."""
        oldest = min(self._connections, key=attrgetter("deadline"), default=None)
        if oldest and oldest.deadline < inf:
            self._drop(oldest)

    def _drop(self, connection: Connection) -> None:
        connection.abandon()
        self._watch(connection, 0)
        self._connections.discard(connection)
        self.open_connections[self.slot] = len(self._connections)
        connection.socket.close()

    def _watch(self, connection: Connection, events: int) -> None:
        """Call ``connection.then`` at each of these events, until told otherwise."""
        if events == connection.events:
            return
        if not events:
            self._poller.unregister(connection.socket)
        else:
            change = self._poller.modify if connection.events else self._poller.register
            change(connection.socket, events, partial(self._step, connection))
        connection.events = events

    def _step(self, connection: Connection) -> None:
        if connection in self._connections:
            try:
                connection.then(connection)
            except OSError:
                self._drop(connection)

    def _receive(self, connection: Connection) -> None:
        request = connection.request
        try:
            while not request.whole():
                data = connection.receive()
                if data is None:
                    if request.expects:
                        request.expects = False
                        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
                    return self._watch(connection, EVENT_READ)
                if not data:
                    return self._drop(connection)
                request.data += data
            environ, rest = request.take()
        except Refused as refused:
            environ, rest = request.refused(refused.status), b""
        connection.request = Request(rest)
        return self._answer(connection, environ, request.keep)

    def _finish(self, connection: Connection, keep: bool | None) -> None:
        """Send the rest of an answer, then keep the connection or close it.

        If ``keep`` is None, the answer waits for its reader, and goes on then.
        """
        self._look_for_places()
        connection.deadline = monotonic() + STALLED_SECONDS + connection.backlog() / SLOWEST
        if keep is not None:
            self._send(connection, keep)
        else:
            # Others have their turn first.
            self._watch(connection, 0)
            connection.then = self._await_reader
            self._ready.append(partial(self._step, connection))

    def _await_reader(self, connection: Connection) -> None:
        """Go on with an answer as soon as its reader has taken enough, if there is a place."""
        if not connection.flush() and connection.backlog() > UNSENT // 2:
            self._watch(connection, EVENT_WRITE)
            return
        self._watch(connection, 0)
        connection.deadline = monotonic() + PLACE_SECONDS
        connection.then = self._await_place
        self._await_place(connection)

    def _await_place(self, connection: Connection) -> None:
        """Go on with an answer as soon as it is its turn.

        A client that has closed its side may still read: only what is sent tells that it does not.
        """
        connection.flush()
        if connection.may_go_on():
            self._work(connection, partial(self._go_on, connection))
        else:
            self._without_place.append(connection)

    def _go_on(self, connection: Connection) -> bool | None:
        self._give_way(connection)
        return connection.go_on()

    def _send(self, connection: Connection, keep: bool) -> None:
        if not connection.flush():
            connection.then = partial(self._send, keep=keep)
            self._watch(connection, EVENT_WRITE)
        elif not keep:
            self._close(connection)
        else:
            connection.deadline = monotonic() + (HEAD_SECONDS if self.alive else CLOSING_SECONDS)
            connection.then = self._receive
            if connection.request.data:
                # The next request is here already. Those of others have their turn first.
                self._watch(connection, 0)
                self._ready.append(partial(self._step, connection))
            else:
                self._watch(connection, EVENT_READ)

    def _close(self, connection: Connection) -> None:
        """Say that nothing follows, and close when the client has (RFC 9112, section 9.6).

        Closing at once would take back the end of the answer if the client has sent more.
        """
        with suppress(OSError):
            connection.socket.shutdown(socket.SHUT_WR)
        connection.deadline = monotonic() + CLOSING_SECONDS
        connection.then = self._linger
        self._linger(connection)

    def _linger(self, connection: Connection) -> None:
        if connection.receive() == b"":
            self._drop(connection)
        else:
            self._watch(connection, EVENT_READ)
