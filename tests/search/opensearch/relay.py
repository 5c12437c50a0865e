"""A relay between a client and a node, which can be cut, fall silent, or break answers off."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["passes", "silent", "breaks"]


class Relay:
    """Passes on what comes to ``url``; ``asked`` counts the pieces of requests that came."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = parts.hostname or "", parts.port or 9200
        self._port = 0
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self.mode: Mode = "passes"
        self.asked = 0
        self.restore()

    @property
    def url(self) -> str:
        """The address of the relay; the same whenever it listens."""
        return f"http://127.0.0.1:{self._port}"

    def restore(self) -> None:
        """Listen, and pass everything on."""
        self.mode = "passes"
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Refuse new connections and break off all others, as a machine that was killed does."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            _close(end)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                node = socket.create_connection(self._target)
            except OSError:
                return
            with self._lock:
                self._open += [client, node]
            Thread(target=self._requests, args=(client, node), daemon=True).start()
            Thread(target=self._answers, args=(node, client), daemon=True).start()

    def _requests(self, client: socket.socket, node: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(65_536):
                self.asked += 1
                if self.mode != "silent":
                    node.sendall(piece)
        _close(node)

    def _answers(self, node: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := node.recv(65_536):
                if self.mode == "breaks":
                    client.sendall(piece[: len(piece) // 2])
                    break
                client.sendall(piece)
        _close(client)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
