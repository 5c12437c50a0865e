"""Requests per second over HTTP, under a bounded load from this machine."""

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import quote, urlsplit

from tools.bench import memory, trouvaille_system, whoosh_system
from tools.bench.context import Context
from tools.bench.tables import Section, Table, number, times
from tools.bench.timing import percentile
from tools.bench.trouvaille_system import typed

ROOT = Path(__file__).parents[2]
WORKERS = 2
CONNECTIONS = 8
KEPT = 10
"""Requests on one connection before another is opened."""
FACETS = "organization,theme,lang"


@dataclass
class Load:
    """Answers to a load: seconds each took, and how long it went on."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.took) / self.seconds


def http(context: Context) -> Section:
    """Load `/api/search` with three facets, ours and stock Whoosh behind the same application."""
    section = Section("http", "HTTP")
    seconds = 2.0 if context.quick else 15.0
    paths = [
        f"/api/search?q={quote(typed(question))}&facets={FACETS}&per_page=10&highlight=false"
        for question in context.drawn.questions["OR"]
    ]
    table = Table(
        f"`/api/search`, two words (OR), three facets; {WORKERS} workers,"
        f" {CONNECTIONS} connections, {number(seconds)} s",
        ["", "requests per second", "p50, ms", "p99, ms", "failed", "workers' private memory, MB"],
    )
    ours, stock = trouvaille_system.NAME, whoosh_system.NAME
    serve = [
        *("-c", "from web.cli import main; main()", "serve", "--port", "0"),
        *("--workers", str(WORKERS), "--index", str(context.path(ours))),
    ]
    plain = {kind.name: [*serve, "--no-compiled"] for kind in context.kinds.values() if kind.of}
    commands = {
        ours: serve,
        **plain,
        stock: [
            *("-m", "tools.bench.stock_engine"),
            *(str(context.path(ours)), str(context.path(stock)), str(WORKERS)),
        ],
    }
    loads: dict[str, Load] = {}
    for name, command in commands.items():
        with serving(command) as (process, address):
            asyncio.run(load(address, paths, 1.0, CONNECTIONS))
            found = loads[name] = asyncio.run(load(address, paths, seconds, CONNECTIONS))
            private = [memory.usage(one).private / 1e6 for one in children(process.pid)]
        p50, p99 = (percentile(found.took, at) if found.took else 0.0 for at in (50, 99))
        shown = " + ".join(number(one) for one in private)
        table.add(name, number(found.rate), number(p50), number(p99), str(found.failed), shown)
    if loads[stock].took:
        ratio = times(loads[ours].rate / loads[stock].rate)
        table.note = (
            f"{ours} answers {ratio} as many requests. The load runs on the same processors as the"
            " server and is part of the figures of both."
        )
    section.tables.append(table)
    return section


@contextmanager
def serving(
    arguments: Sequence[str], prepare: Callable[[], None] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server until the block ends; yield it with its address.

    ``prepare`` is called in the new process, before the server is there.
    """
    log = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed when the server has ended
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        preexec_fn=prepare,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            address = re.search(r"http://127\.0\.0\.1:\d+", line)
            if address:
                yield process, address[0]
                return
        log.seek(0)
        raise RuntimeError(f"the server ended early: {process.wait()}\n{log.read()}")
    finally:
        process.terminate()
        process.communicate(timeout=60)
        log.close()


def children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    if not memory.available():
        return []
    told = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(one) for one in told.split()]


async def load(address: str, paths: Sequence[str], seconds: float, connections: int) -> Load:
    """Ask for the paths in turn over kept connections until the time is up."""
    found = Load()
    start = perf_counter()
    until = start + seconds
    lanes = (_lane(address, paths, number, until, found) for number in range(connections))
    await asyncio.gather(*lanes)
    found.seconds = perf_counter() - start
    return found


async def _lane(address: str, paths: Sequence[str], at: int, until: float, found: Load) -> None:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 80
    reader, writer = await asyncio.open_connection(host, port)
    while perf_counter() < until:
        path = paths[at % len(paths)]
        at += 1
        start = perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        assert length, head
        await reader.readexactly(int(length[1]))
        if " 200 " in head.partition("\r\n")[0]:
            found.took.append(perf_counter() - start)
        else:
            found.failed += 1
        # Worker processes share new connections, not requests: kept for ever, all may be one's.
        if at % KEPT == 0 or "connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
    writer.close()
