"""The worker process of the server: gunicorn's threads, and no thread waits for a slow client.

One loop holds all connections. A request gets a thread when all of it has arrived, and gives the
thread back when its answer has been made; the loop sends what the reader has not taken yet. Only
a streamed answer keeps its thread until the reader has taken most of it.
"""

import errno
import re
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic, sleep
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0
"""How long a request may take to arrive."""

MAX_HEAD = 65_536
"""Bytes of a request line with its headers."""

MAX_BODY = 65_536

STALLED_SECONDS = 20.0
"""How long a reader may take for each part of a streamed answer."""

SLOWEST = 4_096
"""Bytes per second at which the rest of any other answer must be read, after that time."""

UNSENT = 262_144
"""Bytes of a streamed answer that are kept for its reader before its thread waits."""

CLOSING_SECONDS = 2.0
"""How long a client is given to close a connection that we have closed."""

YIELD_SECONDS = 0.001
"""How long a process with more connections leaves a new one to the others."""

SWEEP_SECONDS = 0.25
"""How often deadlines are looked at."""

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.I)
_ENCODED = re.compile(rb"\r\ntransfer-encoding:", re.I)
_READ = 65_536


class Refused(Exception):
    """A request that is not read to its end; its text is the status line."""


class Incoming:
    """The bytes of a request that is arriving."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._searched = 0
        self._size = 0

    def whole(self) -> bool:
        """Tell whether the head and the body are here. Takes time linear in their bytes.

        Raises Refused for what is too long, and for a body without a declared length.
        """
        if not self._size:
            end = self.data.find(_END, max(0, self._searched - len(_END)))
            self._searched = len(self.data)
            if (self._searched if end < 0 else end) > MAX_HEAD:
                headers = b"\r\n" in self.data[:MAX_HEAD]
                raise Refused(
                    "431 Request Header Fields Too Large" if headers else "414 URI Too Long"
                )
            if end < 0:
                return False
            self._size = end + len(_END) + _body(bytes(self.data[: end + 2]))
        return len(self.data) >= self._size


def _body(head: bytes) -> int:
    """Return the number of bytes after a head."""
    if _ENCODED.search(head):
        raise Refused("411 Length Required")
    length = max(map(int, _LENGTH.findall(head)), default=0)
    if length > MAX_BODY:
        raise Refused("413 Content Too Large")
    return length


class Connection(socket.socket):
    """A connection that never blocks: what its reader does not take is kept in ``unsent``."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        super().setblocking(False)
        self.unsent: list[memoryview] = []

    def setblocking(self, flag: bool) -> None:
        """Do nothing: gunicorn's threads ask for it."""

    def settimeout(self, value: float | None) -> None:
        """Do nothing, likewise."""

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Return what has arrived, and nothing more for a thread, which has the whole request."""
        try:
            return super().recv(bufsize, flags)
        except BlockingIOError:
            return b""

    def receive(self) -> bytes | None:
        """Return what has arrived: None if nothing has, no bytes if the client has ended."""
        try:
            return super().recv(_READ)
        except BlockingIOError:
            return None

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send or keep all the data, but wait first while more than ``UNSENT`` is kept.

        Raises ConnectionResetError if the reader takes too long.
        """
        deadline = monotonic() + STALLED_SECONDS
        while not self.flush() and self.backlog() > UNSENT:
            writable = select.poll()
            writable.register(self, select.POLLOUT)
            if not writable.poll(max(0.0, deadline - monotonic()) * 1000):
                self.unsent.clear()
                raise ConnectionResetError(errno.ECONNRESET, "The reader does not read.")
        self.unsent.append(memoryview(data))
        self.flush()

    def backlog(self) -> int:
        """Return the number of bytes that are kept."""
        return sum(map(len, self.unsent))

    def flush(self) -> bool:
        """Send what the reader takes now; tell whether nothing is left."""
        while self.unsent:
            try:
                sent = self.send(self.unsent[0])
            except BlockingIOError:
                return False
            if sent < len(self.unsent[0]):
                self.unsent[0] = self.unsent[0][sent:]
            else:
                del self.unsent[0]
        return True


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker process whose loop waits for clients.

    ``open_connections`` has the number of connections of every process, at its ``slot``, or -1.
    New connections go to the process with the fewest.
    """

    slot = 0
    open_connections: memoryview = memoryview(bytearray(8)).cast("q")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: dict[TConn, float] = {}
        self._swept = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, unless another process with fewer does."""
        if self._has_most():
            sleep(YIELD_SECONDS)
        try:
            accepted, address = listener.accept()
            conn = TConn(self.cfg, Connection(accepted), address, listener.getsockname())
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                self._drop_oldest()
                sleep(YIELD_SECONDS)
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._drop_oldest()
        self._begin(conn)

    def _has_most(self) -> bool:
        self.open_connections[self.slot] = self.nr_conns
        return any(0 <= count < self.nr_conns for count in self.open_connections)

    def _drop_oldest(self) -> None:
        """End the connection that has waited longest for its client."""
        if self._waiting:
            self._drop(min(self._waiting, key=self._waiting.__getitem__))

    def _drop(self, conn: TConn) -> None:
        if self._waiting.pop(conn, None) is not None:
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.sock.unsent.clear()
        conn.close()

    def _wait(
        self, conn: TConn, event: int, deadline: float, then: Callable[[TConn], None]
    ) -> None:
        """Call ``then`` when something has happened, or drop the connection at the deadline."""

        def resume(_: object) -> None:
            if self._waiting.pop(conn, None) is not None:
                self.poller.unregister(conn.sock)
                self._step(conn, then)

        self._waiting[conn] = deadline
        self.poller.register(conn.sock, event, resume)

    def _step(self, conn: TConn, then: Callable[[TConn], None]) -> None:
        try:
            then(conn)
        except OSError:
            self._drop(conn)

    def murder_pending(self) -> None:
        """Drop every connection whose deadline has passed; at the end, all without an answer."""
        self.open_connections[self.slot] = self.nr_conns
        now = monotonic()
        if now - self._swept > SWEEP_SECONDS or not self.alive:
            self._swept = now
            for conn, deadline in list(self._waiting.items()):
                if deadline < now or not (self.alive or conn.sock.unsent):
                    self._drop(conn)

    def _begin(self, conn: TConn, data: bytes = b"") -> None:
        """Wait for a request, of which ``data`` is here already."""
        incoming = Incoming()
        incoming.data += data
        self._step(conn, partial(self._receive, incoming, monotonic() + HEAD_SECONDS))

    def _receive(self, incoming: Incoming, deadline: float, conn: TConn) -> None:
        try:
            while not incoming.whole():
                data = conn.sock.receive()
                if data is None:
                    again = partial(self._receive, incoming, deadline)
                    return self._wait(conn, EVENT_READ, deadline, again)
                if not data:
                    return self._drop(conn)
                incoming.data += data
        except Refused as refused:
            return self._refuse(conn, str(refused))
        conn.init()
        conn.data_ready = True
        conn.parser.unreader.unread(bytes(incoming.data))
        self.enqueue_req(conn)
        return None

    def _refuse(self, conn: TConn, status: str) -> None:
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        text = f"{status}\n"
        conn.sock.sendall(f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode())
        self._close(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Wait for the next request of a kept connection."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._begin(conn)

    def finish_request(self, conn: TConn, future: Any) -> None:
        """Send the rest of an answer, then keep the connection or close it."""
        keep = not future.cancelled() and future.exception() is None and future.result()
        seconds = STALLED_SECONDS + conn.sock.backlog() / SLOWEST
        self._step(conn, partial(self._send, future, bool(keep), monotonic() + seconds))

    def _send(self, future: Any, keep: bool, deadline: float, conn: TConn) -> None:
        if not conn.sock.flush():
            again = partial(self._send, future, keep, deadline)
            self._wait(conn, EVENT_WRITE, deadline, again)
        elif not keep:
            self._close(conn)
        elif rest := conn.parser.unreader.take_buffered():
            self._begin(conn, rest)
        else:
            super().finish_request(conn, future)

    def _close(self, conn: TConn) -> None:
        """Say that nothing follows, and close when the client has (RFC 9112, section 9.6).

        Closing at once would take back the end of the answer if the client has sent more.
        """
        with suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        self._linger(monotonic() + CLOSING_SECONDS, conn)

    def _linger(self, deadline: float, conn: TConn) -> None:
        data = conn.sock.receive()
        if data == b"":
            self._drop(conn)
        else:
            self._wait(conn, EVENT_READ, deadline, partial(self._linger, deadline))
