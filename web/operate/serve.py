"""Serving: bind the address early, build what is missing, warm up, run gunicorn.

Every failure that an operator can mend raises an error with a remedy.
"""

import errno
import gc
import os
import resource
import shutil
import socket
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from mmap import mmap
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import Any
from urllib.parse import quote

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from index import kernels
from index.build import BuildOptions, BuildResult, Progress
from index.commands import merged_options
from index.errors import (
    BuildUnsettled,
    ClusterUnavailable,
    IndexLocked,
    IndexMissing,
    IndexVersion,
    SourceError,
    TooManyDeletions,
    TrouvailleError,
    UsageError,
)
from index.location import Location
from index.vocabularies import organizations, themes
from web.operate.observe import SHARED_METRICS, WARMING, PropagatingLogger
from web.operate.worker import Worker
from web.paths import path_of

BACKLOG = 1024
NEW_OBJECTS = 50_000
"""Objects made before the next search for cycles: answers make thousands, and hardly a cycle."""
SWITCH_SECONDS = 0.001
"""How long a thread computes while others of its process wait: a short search soon has its turn."""

GRACE_SECONDS = 10
"""What a request under way is given when the server is told to stop."""

MAX_DESCRIPTORS = 65_536
"""Files and connections that the server asks to be allowed in each process."""

MAX_CONNECTIONS = 1_000
"""Connections of each process; beyond that the one that has waited longest is closed."""

MAX_PROCESSES = 64
"""Processes whose connections are counted to spread new ones."""

WARM_UP_SECONDS = 2.0
"""How long a process waits for its own warming up."""


class AddressError(UsageError):
    """The host is not one of this machine, or the port may not be opened."""


class PortInUseError(TrouvailleError):
    """Another program listens on the port."""


def bind(host: str, port: int) -> socket.socket:
    """Take an address without listening on it yet; port 0 takes a free one.

    This comes before anything slow: a port in use is reported at once and not after an hour of
    indexing. Raises PortInUseError or AddressError.
    """
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"The host “{host}” is not known.",
            "Use --host 127.0.0.1 for this machine alone, or --host 0.0.0.0 for every network.",
        ) from error
    family, kind, protocol, _, address = infos[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _bind_error(error, host, port) from error
    return listener


def _bind_error(error: OSError, host: str, port: int) -> TrouvailleError:
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


def address_of(listener: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def prepare(index: Location, sources: Sequence[Path], flags: dict[str, Any]) -> None:
    """Build the index, or update it, so that there is something to serve.

    Without ``sources`` an existing index stays as it is. ``flags`` are those of
    ``trouvaille rebuild``, and ``max_deletions``. An index whose sources are missing, empty or lack
    too many of its documents is served as it is. Raises IndexMissing without sources, and whatever
    else a build raises.
    """
    max_deletions = flags.pop("max_deletions")
    try:
        before = index.options()
    except IndexMissing as error:
        if sources:
            return _build(index.rebuild, sources, merged_options(BuildOptions(), **flags))
        raise IndexMissing(
            error.message,
            "Name the documents, `trouvaille serve FOLDER`, or an index with --index.",
        ) from error
    except ClusterUnavailable as error:
        if sources:
            raise
        click.echo(f"trouvaille: {error} The index is served as soon as it does.", err=True)
        return None
    except IndexVersion as error:
        if not sources:
            raise
        click.echo(f"trouvaille: {error.message} It is rebuilt.", err=True)
        return _build(index.rebuild, sources, merged_options(BuildOptions(), **flags))
    if sources:
        options = replace(merged_options(before, **flags), max_deletions=max_deletions)
        _build(index.update, sources, options, served=True)
    return None


def _build(
    build: Callable[[Sequence[Path], BuildOptions, Progress], BuildResult],
    sources: Sequence[Path],
    options: BuildOptions,
    *,
    served: bool = False,
) -> None:
    progress = Progress(sys.stderr)
    try:
        result = build(sources, options, progress)
    except BuildUnsettled as error:
        click.echo(f"trouvaille: {error}", err=True)
        return
    except (IndexLocked, SourceError, TooManyDeletions) as error:
        if not served:
            raise
        # There is an index to serve, and we follow it when another process publishes.
        click.echo(f"trouvaille: {error} The published index is served.", err=True)
        return
    finally:
        progress.finish()
    skipped = len(result.skipped)
    left_out = f", {skipped} skipped (trouvaille stats --skipped)" if skipped else ""
    noun = "document" if result.documents == 1 else "documents"
    click.echo(f"{result.documents:,} {noun}{left_out}")


def preload(compiled: bool) -> None:
    """Load the vocabularies, and compiled loops if asked for."""
    if compiled:
        kernels.activate()
    organizations()
    themes()
    gc.collect()


def rehearse(make_app: Callable[[], Flask]) -> None:
    """Answer a few requests before processes fork, and keep what was loaded, but for the index.

    Memory that nobody writes to is shared between the processes. The garbage collector writes to
    every object that it looks at, so the objects loaded here are frozen.
    """
    warm(make_app())
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 100)


def warm_up(app: Flask, seconds: float = WARM_UP_SECONDS) -> None:
    """Warm up an application, waiting ``seconds`` at most; the rest goes on in the background.

    Waiting is quicker for the first reader than sharing the processor with the warming up.
    """
    thread = Thread(target=warm, args=(app,), name="warming", daemon=True)
    thread.start()
    thread.join(seconds)


def warm(app: Flask) -> None:
    """Send the requests that load what every search needs: analyzers, columns, templates.

    The words are those of the newest title, so that terms, spelling and snippets are loaded too.
    These requests are neither logged nor counted, and their errors are ignored: a reader's own
    request will report them.
    """
    if "api.search" not in app.view_functions:
        return  # an application of no searches, behind the same server
    client = app.test_client(use_cookies=False)
    quiet = {WARMING: True}
    with app.app_context():
        search, page, suggest = map(path_of, ("api.search", "pages.search", "api.suggest"))
        read = path_of("pages.document", id="")
    newest = client.get(f"{search}?sort=-date&per_page=1", environ_overrides=quiet)
    results = (newest.get_json() or {}).get("results")
    if not results:
        return
    words = quote(results[0]["title"][:200])
    document = quote(results[0]["id"])
    for address in (f"{page}?q={words}", f"{suggest}?q=a", f"{read}{document}?q={words}"):
        client.get(address, environ_overrides=quiet, buffered=True)


def run(
    listener: socket.socket,
    make_app: Callable[[], Flask],
    workers: int,
    threads: int,
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM (requests under way are finished) or SIGINT.

    ``make_app`` is called before processes fork, to load what they share, and in each of them, so
    that they share no open file. ``ready`` is
    called once, when the address listens. Raises PortInUseError if the port was taken meanwhile,
    and SystemExit at the end.
    """
    host, port = listener.getsockname()[:2]
    descriptors = raise_descriptor_limit()
    try:
        listener.listen(BACKLOG)
    except OSError as error:
        raise _bind_error(error, host, port) from error
    options = {
        # Gunicorn closes the descriptor that it is given.
        "bind": f"fd://{listener.detach()}",
        "backlog": BACKLOG,
        "workers": workers,
        "threads": threads,
        "worker_class": Worker,
        "worker_connections": min(MAX_CONNECTIONS, descriptors // 2),
        "pre_fork": _numbering(),
        "graceful_timeout": GRACE_SECONDS,
        "loglevel": "warning",
        "logger_class": PropagatingLogger,
        "proc_name": "trouvaille",
        "when_ready": lambda arbiter: ready(),
        # No socket through which the server can be controlled.
        "control_socket_disable": True,
    }
    with _shared_metrics():
        rehearse(make_app)
        _Server(make_app, options).run()


def raise_descriptor_limit() -> int:
    """Raise the limit of open files as far as the system allows, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MAX_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            return most
    return MAX_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def _numbering() -> Callable[[Any, Worker], None]:
    """Return what gives each new process its place in a table that all of them see."""
    table = memoryview(mmap(-1, MAX_PROCESSES * 8)).cast("q")
    table[:] = memoryview(array("q", [-1] * MAX_PROCESSES))

    def number(arbiter: Any, worker: Worker) -> None:
        taken = {other.slot for other in arbiter.WORKERS.values()}
        free = (slot for slot in range(MAX_PROCESSES) if slot not in taken)
        worker.slot = next(free, MAX_PROCESSES - 1)
        worker.open_connections = table
        table[worker.slot] = 0

    return number


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Make a folder, and name it in the environment, where all processes add up their metrics."""
    folder = mkdtemp(prefix="trouvaille-")
    owner = os.getpid()
    os.environ[SHARED_METRICS] = folder
    try:
        yield
    finally:
        # Worker processes leave through here as well.
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn configured by our options alone: no file, no variable, no arguments."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self.make_app = make_app
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in a worker process, and warm it up."""
        sys.setswitchinterval(SWITCH_SECONDS)
        app = self.make_app()
        warm_up(app)
        return app
