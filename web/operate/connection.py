"""One connection of HTTP/1.1: what has arrived of a request, its answer, and what is not sent yet.

Nothing here waits for a client: a streamed answer whose reader does not keep up pauses, and is gone
on with when there is room.
"""

import logging
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.utils import formatdate
from io import BytesIO
from time import time
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

LOG = logging.getLogger("trouvaille")

MAX_HEAD = 65_536
"""Bytes of a request line with its headers."""

MAX_BODY = 65_536

UNSENT = 262_144
"""Bytes of a streamed answer that are kept for its reader before it pauses; half, before it goes
on."""

REFUSED = "trouvaille.refused"
"""In a WSGI environment: the status, 400 or above, of a request that is not read to its end."""

GIVE_WAY = "trouvaille.give_way"
"""In a WSGI environment: a function to call before anything that takes long or waits."""

IS_OPEN = "trouvaille.is_open"
"""In a WSGI environment: a function that tells whether the client is still there."""

HOLD = "trouvaille.hold"
"""In a WSGI environment: a function to call with the ``Place`` that a streamed answer has."""

_READ = 65_536
_END = b"\r\n\r\n"
# Every loop is possessive and ends at a character that it cannot take: the time is linear.
_HEAD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]++) ([^\x00-\x20\x7f]++) HTTP/1\.([01])\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[^\r\n\x00]*+\r\n)*+)\r\n"
)
_FIELD = re.compile(rb"([^:]++):([^\r]*+)\r\n")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Place(Protocol):
    """A place among few. An answer leaves it while it waits for its reader."""

    def take_in_turn(self) -> bool:
        """Take the place unless it is taken; tell whether there is one, and wait if there is none.

        Whoever waits asks again.
        """

    def is_wanted(self) -> bool:
        """Tell whether others wait for a place."""

    def leave(self) -> None:
        """Leave the place if it is taken, and wait for none any more."""


class Refused(Exception):
    """A request that is not read to its end, with the status of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Request:
    """A request that is arriving."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self.environ: dict[str, Any] = {}
        self.keep = False
        self.expects = False
        self._searched = 0
        self._end = 0
        self._size = 0

    def whole(self) -> bool:
        """Tell whether the head and the body are here. Takes time linear in their bytes.

        Raises Refused for what is too long or malformed.
        """
        if not self._size:
            if self.data[:1] in b"\r\n":
                self.data = self.data.lstrip(b"\r\n")
            end = self.data.find(_END, max(0, self._searched - len(_END)))
            self._searched = len(self.data)
            if (self._searched if end < 0 else end) > MAX_HEAD:
                raise Refused(431 if b"\r\n" in self.data[:MAX_HEAD] else 414)
            if end < 0:
                return False
            self._end = end + len(_END)
            self._size = self._end + self._read_head(bytes(self.data[: self._end]))
        return len(self.data) >= self._size

    def _read_head(self, head: bytes) -> int:
        """Fill the environment; return the number of bytes of the body."""
        parts = _HEAD.fullmatch(head)
        if not parts:
            raise Refused(400)
        method, target, minor, fields = parts.groups()
        self.environ = environ = _target(method, target)
        environ["SERVER_PROTOCOL"] = f"HTTP/1.{minor.decode()}"
        for name, value in _FIELD.findall(fields):
            key = _key(name) if len(name) <= 40 else None
            if key:
                text = value.strip(b" \t").decode("latin-1")
                environ[key] = f"{environ[key]},{text}" if key in environ else text
        connection = environ.get("HTTP_CONNECTION", "").lower()
        self.keep = minor == b"1" and "close" not in connection
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise Refused(411)
        length = environ.get("CONTENT_LENGTH", "0")
        if not (length.isascii() and length.isdecimal()):
            raise Refused(400)
        if len(length) > 18 or int(length) > MAX_BODY:
            raise Refused(413)
        self.expects = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        return int(length)

    def refused(self, status: int) -> dict[str, Any]:
        """Return an environment for the answer to what is not read to its end."""
        self.keep = False
        if not self.environ:
            line = bytes(self.data[:MAX_HEAD]).partition(b"\r\n")[0].split(b" ")
            target = line[1] if len(line) > 1 and line[1].isascii() else b"/"
            with suppress(Refused):
                self.environ = _target(b"GET", target)
        self.environ.setdefault("PATH_INFO", "/")
        environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1"}
        return environ | self.environ | {"wsgi.input": BytesIO(), REFUSED: status}

    def take(self) -> tuple[dict[str, Any], bytes]:
        """Return the environment of the whole request, and the bytes that follow it."""
        body = bytes(self.data[self._end : self._size])
        self.environ["wsgi.input"] = BytesIO(body)
        return self.environ, bytes(self.data[self._size :])


def _target(method: bytes, target: bytes) -> dict[str, Any]:
    if not target.startswith(b"/"):
        try:
            parts = urlsplit(target)
        except ValueError as error:
            raise Refused(400) from error
        if parts.scheme not in (b"http", b"https"):
            raise Refused(400)
        target = (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
    path, _, query = target.partition(b"#")[0].partition(b"?")
    return {
        "REQUEST_METHOD": method.decode(),
        "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
    }


def _wsgi_key(name: bytes) -> str:
    key = name.decode().upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


_COMMON = (
    *(b"Host", b"User-Agent", b"Accept", b"Accept-Encoding", b"Accept-Language", b"Connection"),
    *(b"If-None-Match", b"Cookie", b"Referer", b"X-Forwarded-For", b"X-Forwarded-Host"),
    *(b"X-Forwarded-Proto", b"X-Forwarded-Port", b"X-Forwarded-Prefix", b"X-Request-Id"),
)
_KEYS = {spelt: _wsgi_key(name) for name in _COMMON for spelt in (name, name.lower())}


def _key(name: bytes) -> str | None:
    """Return the name of a header in a WSGI environment.

    None for one with an underscore, which could pass for one with a hyphen that a proxy deletes.
    """
    return _KEYS.get(name) or (None if b"_" in name else _wsgi_key(name))


class Connection:
    """A connection that never blocks: what its reader does not take is kept in ``unsent``."""

    def __init__(self, accepted: socket.socket, address: tuple[Any, ...]) -> None:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = accepted
        self.address = str(address[0]), str(address[1])
        self.request = Request()
        self.unsent: list[memoryview] = []
        self.deadline = 0.0
        self.events = 0
        self.then: Callable[[Connection], None]
        self._paused: _Exchange | None = None

    def receive(self) -> bytes | None:
        """Return what has arrived: None if nothing has, no bytes if the client has ended."""
        try:
            return self.socket.recv(_READ)
        except BlockingIOError:
            return None

    def send(self, data: bytes) -> None:
        """Send the data, and keep what the reader does not take now."""
        self.unsent.append(memoryview(data))
        self.flush()

    def is_open(self) -> bool:
        """Tell whether the client has not closed the connection; takes nothing that has arrived."""
        try:
            return self.socket.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def backlog(self) -> int:
        """Return the number of bytes that are kept."""
        return sum(map(len, self.unsent))

    def flush(self) -> bool:
        """Send what the reader takes now; tell whether nothing is left."""
        while self.unsent:
            try:
                sent = self.socket.send(self.unsent[0])
            except BlockingIOError:
                return False
            if sent < len(self.unsent[0]):
                self.unsent[0] = self.unsent[0][sent:]
            else:
                del self.unsent[0]
        return True

    def answer(self, application: Application, environ: dict[str, Any], keep: bool) -> bool | None:
        """Let the application answer; tell whether the connection can be kept.

        It is not if the reader is gone or the application has failed. None if the answer waits for
        its reader.
        """
        exchange = _Exchange(self, environ, keep)
        return self._run(exchange, lambda: exchange.begin(application))

    def may_go_on(self) -> bool:
        """Tell whether there is a place for the answer that waits, which has its turn."""
        place = self._paused and self._paused.place
        return not place or place.take_in_turn()

    def go_on(self) -> bool | None:
        """Go on with the answer that waits for its reader; return what ``answer`` does."""
        exchange, self._paused = self._paused, None
        return exchange is not None and self._run(exchange, exchange.go_on)

    def abandon(self) -> None:
        """Give up the answer that waits for its reader, if there is one."""
        exchange, self._paused = self._paused, None
        if exchange:
            self._run(exchange, exchange.close)

    def _run(self, exchange: "_Exchange", step: Callable[[], object]) -> bool | None:
        try:
            step()
        except OSError:
            return False
        except Exception:
            LOG.exception("The answer to a request could not be given.")
            with suppress(OSError):
                exchange.fail()
            return False
        if exchange.is_paused:
            self._paused = exchange
            return None
        return exchange.keep


class _Exchange:
    """A request and its answer, as WSGI has them (PEP 3333)."""

    def __init__(self, connection: Connection, environ: dict[str, Any], keep: bool) -> None:
        self.keep = keep
        self.is_paused = False
        self.place: Place | None = None
        self._connection = connection
        self._environ = environ
        self._head = b""
        self._chunked = False
        self._bodiless = environ["REQUEST_METHOD"] == "HEAD"
        self._begun = False
        self._left = 1
        """Bytes that are not written yet; 1 as long as their number is not known."""

    def begin(self, application: Application) -> None:
        """Let the application answer, and send that as far as its reader takes it."""
        self._environ[HOLD] = self._hold
        self._chunks = application(self._environ, self._start_response)
        self._rest = iter(self._chunks)
        self.go_on()

    def go_on(self) -> None:
        """Send what follows, until it ends, its reader lags behind, or others want the place."""
        self.is_paused = False
        try:
            for chunk in self._rest:
                if chunk:
                    self._write(chunk)
                if self._left and self._is_held_up():
                    self.is_paused = True
                    break
            else:
                self._send(self._head + b"0\r\n\r\n" if self._chunked else self._head)
        finally:
            if not self.is_paused:
                self.close()
            elif self.place:
                self.place.leave()

    def _is_held_up(self) -> bool:
        wanted = self.place is not None and self.place.is_wanted()
        return wanted or self._connection.backlog() > UNSENT

    def close(self) -> None:
        """Let the application know that no more is asked for."""
        self.is_paused = False
        if hasattr(self._chunks, "close"):
            self._chunks.close()

    def _hold(self, place: Place) -> None:
        self.place = place

    def fail(self) -> None:
        """Answer that the application has failed, unless an answer has begun."""
        if not self._begun:
            text = b"Internal Server Error"
            head = b"HTTP/1.1 500 " + text + b"\r\nConnection: close\r\nContent-Length: 21\r\n\r\n"
            self._send(head + text)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if exc_info and self._begun:
            raise exc_info[1]
        code = status[:3]
        names = {name.lower(): value for name, value in headers}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if "date" not in names:
            lines.append(f"Date: {_date(int(time()))}")
        if code in ("204", "304"):
            self._bodiless = True
        elif "content-length" not in names and not self._bodiless:
            if self._environ["SERVER_PROTOCOL"] == "HTTP/1.1":
                self._chunked = True
                lines.append("Transfer-Encoding: chunked")
            else:
                self.keep = False
        if not self.keep:
            lines.append("Connection: close")
        self._left = int(names.get("content-length", 1))
        self._head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        return self._write

    def _write(self, chunk: bytes) -> None:
        if self._bodiless:
            return
        if self._left > 1:
            self._left -= len(chunk)
        if self._chunked:
            chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk)
        if self._head:
            chunk, self._head = self._head + chunk, b""
        self._send(chunk)

    def _send(self, data: bytes) -> None:
        if data:
            self._begun = True
            self._connection.send(data)


_DATE: list[Any] = [0, ""]


def _date(second: int) -> str:
    if _DATE[0] != second:
        _DATE[:] = second, formatdate(second, usegmt=True)
    text: str = _DATE[1]
    return text
