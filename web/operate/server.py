"""Serving: an address bound early, then gunicorn with several worker processes."""

import errno
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import mkdtemp

from gunicorn.app.base import BaseApplication

from index.errors import TrouvailleError, UsageError
from web.operate.logs import Propagating
from web.operate.metrics import SHARED
from web.wsgi import Application

BACKLOG = 1024
GRACE = 10
"""Seconds that a request under way is given when the server is told to stop."""


class AddressError(UsageError):
    """A host that is not one of this machine, or a port that may not be opened."""


class PortInUseError(TrouvailleError):
    """Another program listens on the port."""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def bind(host: str, port: int) -> socket.socket:
    """Take the address without listening yet; port 0 takes a free one.

    Raises PortInUseError or AddressError. Done before anything slow, so that a port in use is told
    at once and not after an hour of indexing.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"The host “{host}” is not known.",
            "Use --host 127.0.0.1 for this machine alone, or --host 0.0.0.0 for every network.",
        ) from error
    family, kind, protocol, _, address = found[0]
    taken = socket.socket(family, kind, protocol)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise _refused(error, host, port) from error
    return taken


def address_of(taken: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = taken.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(
    taken: socket.socket,
    make: Callable[[], Application],
    workers: int,
    threads: int,
    ready: Callable[[], None],
) -> None:
    """Serve until told to stop by SIGTERM (requests under way are finished) or SIGINT.

    ``make`` is called in each worker process, so that nothing opened is shared between them;
    ``ready`` once, when the address listens. Raises PortInUseError if the port was taken meanwhile,
    and SystemExit at the end.
    """
    host, port = taken.getsockname()[:2]
    try:
        taken.listen(BACKLOG)
    except OSError as error:
        raise _refused(error, host, port) from error
    with _shared_figures():
        _Server(taken, make, workers, threads, ready).run()


@contextmanager
def _shared_figures() -> Iterator[None]:
    """Name a folder through which the figures of all processes are added up, for as long."""
    folder = mkdtemp(prefix="trouvaille-")
    owner = os.getpid()
    os.environ[SHARED] = folder
    try:
        yield
    finally:
        # Worker processes leave through here as well.
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn told what to do by us and by nothing else: no file, no variable, no arguments."""

    def __init__(
        self,
        taken: socket.socket,
        make: Callable[[], Application],
        workers: int,
        threads: int,
        ready: Callable[[], None],
    ) -> None:
        self.make = make
        self.options = {
            # Gunicorn closes the descriptor that it is given.
            "bind": f"fd://{taken.detach()}",
            "backlog": BACKLOG,
            "workers": workers,
            "threads": threads,
            # Threads also keep a slow reader from holding a whole process.
            "worker_class": "gthread",
            "graceful_timeout": GRACE,
            "loglevel": "warning",
            "logger_class": Propagating,
            "proc_name": "trouvaille",
            "when_ready": lambda arbiter: ready(),
            # A question is long when its letters are percent-encoded; we cut it ourselves.
            "limit_request_line": 0,
            # Forwarded headers are read by our own setting (--proxy) alone.
            "forwarded_allow_ips": "",
            # Of newer versions: no socket through which the server can be steered.
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand over the options that this version of gunicorn has."""
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Application:
        """Make the application, in a worker."""
        return self.make()


def _refused(error: OSError, host: str, port: int) -> TrouvailleError:
    if error.errno == errno.EADDRINUSE:
        return PortInUseError(
            f"Port {port} on {host} is in use by another program.",
            f"End that program, or choose another port: --port {port + 1 if port < 65535 else 0}.",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return AddressError(
            f"The host “{host}” is not an address of this machine.",
            "Use --host 127.0.0.1 for this machine alone, or --host 0.0.0.0 for every network.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return AddressError(
            f"Port {port} may not be opened by this user.", "Choose one above 1023: --port 8080."
        )
    return AddressError(
        f"{host}, port {port} cannot be opened: {error.strerror}.", "Choose another with --port."
    )
