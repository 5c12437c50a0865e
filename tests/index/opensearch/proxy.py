"""A proxy in front of a node that spoils some requests, as networks and busy clusters do."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

import orjson

Rule = Callable[[str, str], str]
"""Says what is done with a request (method, path): see ``Handler.answer``."""


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a node, or does to them what the rule says."""

    daemon_threads = True

    def __init__(self, url: str, rule: Rule) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.node = urlsplit(url)
        self.rule = rule
        self.lock = Lock()
        self.seen: list[tuple[str, str]] = []
        """Path, and what was done."""
        self.stalled = Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that were killed."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            deed = self.server.rule(self.command, self.path)
            self.server.seen.append((self.path, deed))
        if deed.isdigit():  # the node says no
            self.reply(int(deed), b'{"error": "too busy"}', {"Retry-After": "1"})
            return
        if deed == "stall":  # no answer, and nothing is done
            self.server.stalled.set()
            Event().wait(600)
        if deed == "busy":  # the node has room for half of the documents
            self.reply(200, self.ask_half(body), {})
            return
        status, data = self.ask(body)
        if deed == "drop":  # done, but nobody hears of it
            self.close_connection = True
            return
        if deed == "stall after":
            self.server.stalled.set()
            Event().wait(600)
        self.reply(status, data, {}, half=deed == "half")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815  # as http.server wants

    def ask(self, body: bytes) -> tuple[int, bytes]:
        node = HTTPConnection(self.server.node.hostname or "", self.server.node.port, timeout=300)
        kept = {"Content-Type": self.headers.get("Content-Type", "application/json")}
        with closing(node):
            node.request(self.command, self.path, body, kept)
            with node.getresponse() as answer:
                return answer.status, answer.read()

    def ask_half(self, body: bytes) -> bytes:
        """Pass the first half of a bulk request on; say of the others that there is no room."""
        actions: list[list[bytes]] = []
        for line in body.splitlines():
            if actions and b'{"index"' in actions[-1][0] and len(actions[-1]) == 1:
                actions[-1].append(line)
            else:
                actions.append([line])
        done = actions[: len(actions) // 2]
        items = []
        if done:
            lines = b"".join(line + b"\n" for action in done for line in action)
            items = orjson.loads(self.ask(lines)[1])["items"]
        refusal = {"status": 429, "error": {"reason": "rejected execution"}}
        items += [{"index": refusal}] * (len(actions) - len(done))
        return orjson.dumps({"errors": True, "items": items})

    def reply(self, status: int, data: bytes, headers: dict[str, str], half: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if half else data)
        if half:
            self.close_connection = True


@contextmanager
def proxied(url: str, rule: Rule) -> Iterator[Proxy]:
    """Run a proxy."""
    proxy = Proxy(url, rule)
    thread = Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
