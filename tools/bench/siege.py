"""What slow and greedy clients cost an ordinary search: ``python -m tools.bench.siege [SOURCE]``.

Runs ``trouvaille serve`` and asks an ordinary search, alone and while other clients hold half-sent
requests, silent connections and unread exports and ask the dearest searches allowed.
"""

import json
import multiprocessing
import socket
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection, HTTPException
from itertools import count, product
from pathlib import Path
from string import ascii_lowercase
from threading import Thread
from time import monotonic, perf_counter, sleep
from urllib.parse import quote, urlsplit

from tools.bench.http import ROOT, serving
from tools.bench.timing import percentile

SECONDS = 20.0
ORDINARY = "/api/search?q=accord"
PREFIXES = " OR ".join(f"{a}{b}*" for a, b in product("acdelmprst", ascii_lowercase))
DEAREST = f"/search?per_page=100&q={quote(PREFIXES[:2_000])}"
DAYS = date.max.toordinal()
HEAD = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CLIENTS = {
    "half-sent requests": (200, HEAD.format("/search")),
    "silent connections": (64, ""),
    "unread exports": (20, HEAD.format("/search.ndjson") + "\r\n"),
    "dearest searches": (20, None),
}


def again(search: str, client: int = 0) -> Iterator[str]:
    """Yield a search until ever other days: the same results, and never an answer that was kept."""
    days = count(DAYS - client * 50_000, -1)
    return (f"{search}&to={date.fromordinal(day)}" for day in days)


def hold(port: int, text: str, until: float) -> None:
    """Send a text and read nothing; again whenever the server has closed the connection."""
    while monotonic() < until:
        with socket.socket() as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            caller.connect(("127.0.0.1", port))
            caller.sendall(text.encode())
            while monotonic() < until:
                sleep(0.5)
                try:
                    # An answer stays unread.
                    if caller.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
                        break
                except BlockingIOError:
                    continue
                except ConnectionError:
                    break


def ask(port: int, paths: Iterator[str], until: float) -> tuple[list[float], int]:
    """Ask one after the other over a kept connection; return the seconds taken, and failures."""
    took, failed = [], 0
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for path in paths:
        if monotonic() >= until:
            break
        start = perf_counter()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            failed += response.status != 200
        except (OSError, HTTPException):
            failed += 1
            connection.close()
        took.append(perf_counter() - start)
    connection.close()
    return took, failed


def besiege(port: int, number: int, text: str | None, until: float) -> None:
    """Run so many clients that send the text, or that ask for the dearest search."""
    threads = [
        Thread(target=ask, args=(port, again(DEAREST, client), until))
        if text is None
        else Thread(target=hold, args=(port, text, until))
        for client in range(1, number + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def siege(source: Path, seconds: float = SECONDS, *more: str) -> dict[str, dict[str, float]]:
    """Return p50 and p99 in milliseconds, failures and answers: alone, under each, under all."""
    figures: dict[str, dict[str, float]] = {}
    kinds = {"alone": (), **{kind: (kind,) for kind in CLIENTS}, "all": tuple(CLIENTS)}
    with tempfile.TemporaryDirectory(prefix="trouvaille-siege-") as folder:
        index = ("--index", str(Path(folder) / "ix"), "--workers", "2", "--log-format", "off")
        serve = ("-c", "from web.cli import main; main()", "serve", "--port", "0")
        with serving([*serve, *index, *more, str(source)]) as (_, address):
            port = urlsplit(address).port or 0
            searches = again(ORDINARY)
            ask(port, searches, monotonic() + 2)
            for name, besiegers in kinds.items():
                until = monotonic() + seconds + 2
                processes = [
                    multiprocessing.Process(target=besiege, args=(port, *CLIENTS[kind], until))
                    for kind in besiegers
                ]
                for process in processes:
                    process.start()
                sleep(2)
                took, failed = ask(port, searches, until)
                for process in processes:
                    process.join()
                p50, p99 = (percentile(took, part) for part in (50, 99))
                figures[name] = {"p50": p50, "p99": p99, "failed": failed, "answers": len(took)}
                print(name, figures[name], file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "seeds"
    print(json.dumps(siege(source), indent=1))
