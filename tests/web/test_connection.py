"""Requests as they arrive, and the loop that answers them."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import pairwise
from tempfile import TemporaryFile
from threading import Event, Thread
from time import sleep
from types import SimpleNamespace
from typing import IO, Any, Self
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.test_serve import ROOT, eventually
from web.operate import OnePlace, Places, worker
from web.operate.connection import (
    HOLD,
    MAX_BODY,
    MAX_HEAD,
    UNSENT,
    Connection,
    Refused,
    Request,
)
from web.operate.worker import Worker

NAMES = st.text("abcXYZ-!~09", min_size=1, max_size=12)
VALUES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20)
TARGETS = st.text("abc/?&=%20+é.:#", max_size=20).map(lambda text: "/" + text)


def read(pieces: list[bytes]) -> Request:
    """Feed the pieces; the request is whole with the last one that it needs."""
    request = Request()
    for number, piece in enumerate(pieces):
        request.data += piece
        if request.whole():
            request.data += b"".join(pieces[number + 1 :])
            return request
    raise AssertionError("not whole")


def test_a_client_that_has_left_is_seen_and_nothing_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        accepted, address = server.accept()
    with client, accepted:
        connection = Connection(accepted, address)
        assert connection.is_open()
        client.sendall(b"GET")
        eventually(connection.is_open, True)
        eventually(connection.receive, b"GET")
        client.close()
        eventually(connection.is_open, False)


class Counted:
    """One place for an answer, which others may want."""

    def __init__(self, wanted: bool) -> None:
        self.is_free = False
        self._wanted = wanted

    def take_in_turn(self) -> bool:
        free, self.is_free = self.is_free, False
        return free

    def is_wanted(self) -> bool:
        return self._wanted

    def leave(self) -> None:
        self.is_free = True


@given(
    sizes=st.lists(st.integers(0, 3 * UNSENT), max_size=6),
    leaves=st.booleans(),
    wanted=st.booleans(),
)
def test_an_answer_waits_for_its_reader_without_a_place(
    sizes: list[int], leaves: bool, wanted: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        ours, address = server.accept()
    place, closed, pauses = Counted(wanted), Event(), 0

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        environ[HOLD](place)
        try:
            for number, size in enumerate(sizes):
                assert not place.is_free
                yield bytes([number]) * size
        finally:
            closed.set()

    with ours, client:
        client.settimeout(60)
        connection = Connection(ours, address)
        environ = {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.0"}
        keep = connection.answer(application, environ, False)
        received = bytearray()
        while keep is None:
            assert place.is_free
            assert connection.backlog() <= UNSENT + max(sizes) + 100
            pauses += 1
            if leaves:
                connection.abandon()
                break
            if not connection.flush():
                received += client.recv(1 << 20)
                connection.flush()
            if connection.backlog() <= UNSENT // 2 and connection.may_go_on():
                keep = connection.go_on()
        assert closed.is_set()
        if wanted and sizes:
            assert pauses == 1 if leaves else pauses >= len(sizes)
        if keep is False:
            while not connection.flush():
                received += client.recv(1 << 20)
            ours.close()
            while data := client.recv(1 << 20):
                received += data
            body = bytes(received).partition(b"\r\n\r\n")[2]
            assert body == b"".join(bytes([number]) * size for number, size in enumerate(sizes))


STEPS = st.tuples(st.integers(0, 3), st.sampled_from("twl"))


@given(st.integers(1, 2), st.lists(STEPS, min_size=20, max_size=40))
def test_places_are_had_in_turn(number: int, steps: list[tuple[int, str]]) -> None:
    places = Places(number)
    answers = [OnePlace(places) for _ in range(4)]
    have: set[int] = set()
    line: list[int] = []
    for one, step in steps:
        if step == "l":
            answers[one].leave()
            have.discard(one)
            line = [other for other in line if other != one]
        else:
            before = line.index(one) if one in line else len(line)
            gets = one in have or number - len(have) > before
            waits = step == "w"
            assert (answers[one].take_in_turn() if waits else answers[one].take()) == gets
            if gets:
                have.add(one)
                line = [other for other in line if other != one]
            elif waits and one not in line:
                line.append(one)
        assert places.free == number - len(have) >= 0
        assert answers[one].is_wanted() == bool(line)


class InThread(Worker):
    """A worker without an arbiter, in a thread of this process."""

    def __init__(self, application: Any) -> None:
        self.sockets = [socket.create_server(("127.0.0.1", 0))]
        self.address = self.sockets[0].getsockname()
        self.cfg = SimpleNamespace(threads=4, worker_connections=100, graceful_timeout=0)
        self.wsgi = application
        self.PIPE = os.pipe()
        self.ppid = os.getppid()
        self.alive = True

    def notify(self) -> None:
        pass

    def __enter__(self) -> Self:
        self._thread = Thread(target=self.run)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.alive = False
        self._wake()
        self._thread.join()
        self._poller.close()
        for end in self.PIPE:
            os.close(end)

    def ask(self, path: str) -> socket.socket:
        """Ask for an answer; return the connection when it has begun to come."""
        asked = socket.socket()
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        asked.settimeout(60)
        asked.connect(self.address)
        asked.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert asked.recv(12) == b"HTTP/1.1 200"
        return asked


@pytest.mark.parametrize("seconds", [60.0, 0.0])
def test_an_answer_has_its_turn_before_newcomers(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The client of one that waits has closed its side, and reads on; it waits for ``seconds``."""
    monkeypatch.setattr(worker, "PLACE_SECONDS", seconds)
    places, ended, newcomers = Places(1), Event(), []
    size, chunks = 65_536, 120

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        place = OnePlace(places)
        assert place.take()
        start_response("200 OK", [])
        environ[HOLD](place)
        try:
            if environ["PATH_INFO"] == "/hold":
                yield b"x"
                ended.wait(60)
            else:
                for _ in range(chunks):
                    yield bytes(size)
        finally:
            place.leave()
            newcomer = OnePlace(places)
            newcomers.append(newcomer.take())
            newcomer.leave()

    def read_all() -> None:
        while data := waiting.recv(1 << 20):
            received.extend(data)

    received = bytearray()
    with InThread(application) as service, service.ask("/") as waiting:
        eventually(lambda: places.free, 1)
        with service.ask("/hold"):
            waiting.shutdown(socket.SHUT_WR)
            reader = Thread(target=read_all)
            reader.start()
            if seconds:
                eventually(lambda: len(places.waiting), 1)
                ended.set()
            reader.join()
            ended.set()
    body = bytes(received).partition(b"\r\n\r\n")[2]
    assert places.waiting == []
    if seconds:
        assert newcomers == [False, True]
        assert len(body) == size * chunks
    else:
        assert len(body) < size * chunks


@given(
    target=TARGETS,
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=6),
    body=st.binary(max_size=30),
    rest=st.binary(max_size=30),
    cuts=st.sets(st.integers(0, 300), max_size=8),
)
def test_a_request_is_the_same_however_it_is_cut(
    target: str, fields: list[tuple[str, str]], body: bytes, rest: bytes, cuts: set[int]
) -> None:
    lines = [f"GET {target} HTTP/1.1", *(f"x-{name}:{value}" for name, value in fields)]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1")
    text = head + body + rest
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[start:end] for start, end in pairwise(places)]
    whole, cut = read([text]), read(pieces)
    (environ, after), (other, other_after) = whole.take(), cut.take()
    assert environ.pop("wsgi.input").read() == other.pop("wsgi.input").read() == body
    assert after == other_after == rest
    assert environ == other
    values: dict[str, list[str]] = {}
    for name, value in fields:
        key = "HTTP_X_" + name.upper().replace("-", "_")
        values.setdefault(key, []).append(value.strip(" \t"))
    assert {key: environ[key].split(",") for key in values} == {
        key: ",".join(texts).split(",") for key, texts in values.items()
    }


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("GET / HTTP/1.1\nHost: x\n\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nX : y\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nX: y\r\n z\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nX: y\0z\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nX: y\nZ: z\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        ("GET / /x HTTP/1.1\r\n\r\n", 400),
        ("GET x HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\n\r\n", 400),
        ("CONNECT x:1 HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ("POST / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n", 400),
        (f"POST / HTTP/1.1\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n", 413),
        (f"POST / HTTP/1.1\r\nContent-Length: {'9' * 5_000}\r\n\r\n", 413),
        ("GET /" + "a" * MAX_HEAD, 414),
        ("GET / HTTP/1.1\r\nX: " + " " * MAX_HEAD, 431),
        ("GET / HTTP/1.1\r\nX:" + " " * (MAX_HEAD - 100) + "\0\r\n\r\n", 400),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, status: int) -> None:
    request = Request(text.encode())
    with pytest.raises(Refused) as refused:
        request.whole()
    assert refused.value.status == status
    environ = request.refused(status)
    assert environ["PATH_INFO"].startswith("/")
    assert not request.keep


def test_no_header_passes_for_another() -> None:
    request = read([b"GET http://x/a%20b?c HTTP/1.1\r\nX_Forwarded_For: a\r\nA-b: c\r\n\r\n"])
    environ, _ = request.take()
    assert environ["HTTP_A_B"] == "c"
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/a b", "c")


HOLDING = """
from threading import Event
from time import sleep
from flask import Flask
from web.operate import bind, run, address_of

release = Event()

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/release":
        release.set()
    if path == "/slow":
        sleep(3)
    answered = release.wait(60) if path == "/hold" else True
    start_response("200 OK" if answered else "500 Late", [("Content-Length", "0")])
    return []

listener = bind("127.0.0.1", 0)
address = address_of(listener)
app = Flask("app")
app.wsgi_app = application
run(listener, lambda: app, 1, 20, lambda: print(address, flush=True))
"""


def serving(
    stack: ExitStack, script: str
) -> tuple[subprocess.Popen[str], IO[str], Callable[[], HTTPConnection]]:
    """Run a script that serves; return it, its log, and what opens a connection to it."""
    log = stack.enter_context(TemporaryFile("w+"))  # noqa: SIM115  the stack closes it
    service = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    )
    stack.callback(service.terminate)
    assert service.stdout is not None
    address = urlsplit(service.stdout.readline().strip())

    def connected() -> HTTPConnection:
        connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
        stack.callback(connection.close)
        return connection

    return service, log, connected


@pytest.mark.long
def test_requests_that_take_long_stop_no_other() -> None:
    """Those that wait are answered only because another one is answered meanwhile."""
    with ExitStack() as stack:
        service, log, connected = serving(stack, HOLDING)
        holding = [connected() for _ in range(15)]
        for connection in holding:
            connection.request("GET", "/hold")
        other = connected()
        for path in (*["/"] * 50, "/release"):
            other.request("GET", path)
            assert other.getresponse().read() == b""
        for connection in holding:
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
            # The connection is kept, and the loop has it again.
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
        # Whichever thread has the loop: the process ends by itself, what is under way is answered.
        other.request("GET", "/slow")
        sleep(0.5)
        service.terminate()
        assert other.getresponse().status == 200
        eventually(service.poll, 0)
        log.seek(0)
        assert log.read() == ""


SLOWLY = """
from time import thread_time
from flask import Flask
from web.operate import address_of, bind, run

def application(environ, start_response):
    end = thread_time() + 0.01
    while thread_time() < end:
        pass
    start_response("200 OK", [("Content-Length", "0")])
    return []

listener = bind("127.0.0.1", 0)
address = address_of(listener)
app = Flask("app")
app.wsgi_app = application
run(listener, lambda: app, 1, 20, lambda: print(address, flush=True))
"""


@pytest.mark.long
def test_no_client_waits_while_others_have_many_turns() -> None:
    with ExitStack() as stack:
        *_, connected = serving(stack, SLOWLY)
        turns = [0] * 40
        enough = Event()

        def ask(number: int) -> None:
            connection = connected()
            while not enough.is_set():
                connection.request("GET", "/")
                connection.getresponse().read()
                turns[number] += 1
                if turns[number] == 20:
                    enough.set()

        clients = [Thread(target=ask, args=(number,)) for number in range(len(turns))]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    assert min(turns) >= 8, turns
