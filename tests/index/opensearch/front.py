"""A server in front of a node, which asks for a password, speaks TLS, or is something else."""

import json
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import urllib3

JSON = {"Content-Type": "application/json"}


def basic(user: str, password: str) -> str:
    """Return how a user introduces itself."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Front(ThreadingHTTPServer):
    """Passes requests on to a node. See ``front``."""

    daemon_threads = True

    def __init__(self, node: str, known: tuple[str, ...], root: object) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.node = node
        self.known = known
        self.root = root
        self.pool = urllib3.PoolManager(retries=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent about clients that do not accept our certificate."""


class _Handler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        given = self.headers.get("Authorization", "")
        if self.server.known and given not in self.server.known:
            # What the security plug-in says.
            return self._answer(401, b"Unauthorized", {"Content-Type": "text/plain"})
        if self.server.root is not None and self.path == "/":
            return self._answer(200, json.dumps(self.server.root).encode(), JSON)
        answer = self.server.pool.request(
            self.command, self.server.node + self.path, body=body, headers=JSON
        )
        return self._answer(answer.status, answer.data, JSON)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@contextmanager
def front(
    node: str, known: tuple[str, ...] = (), root: object = None, certificate: Path | None = None
) -> Iterator[str]:
    """Serve, and give the address.

    Only headers ``Authorization`` that are ``known`` are let through, if any are. ``root`` is the
    answer to ``GET /``. ``certificate`` has a key too.
    """
    server = Front(node, known, root)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        scheme = "http" if certificate is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.pool.clear()


def self_signed(path: Path, name: str) -> Path:
    """Write a certificate for a host or an address, with its key, signed by itself."""
    key = path.with_suffix(".key")
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=node"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-addext", f"subjectAltName={name}", "-keyout", str(key), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path
