"""The command, run as a reader runs it."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from inspect import signature
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from time import monotonic, sleep
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from index import IndexDirectory, kernels
from index.build import BuildOptions, rebuild, update
from index.commands import merged_options
from index.location import InDirectory
from tests.search.opensearch.relay import Relay
from web.cli import main
from web.operate import prepare

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which something that should happen is taken not to."""
SOON = 15.0
"""Seconds after which a question is asked again."""


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", "from web.cli import main; main()", *map(str, arguments)]


def environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TROUVAILLE")}
    return {**ours, "PYTHONUNBUFFERED": "1"}


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Service:
    """A ``trouvaille serve`` that listens."""

    def __init__(
        self, process: subprocess.Popen[str], address: str, told: list[str], log: IO[str]
    ) -> None:
        self.process = process
        self.address = address
        self.told = told
        self.log = log

    def ask(self, path: str) -> dict[str, object]:
        with urlopen(Request(self.address + path), timeout=PATIENCE) as answer:
            told = json.load(answer)
        assert isinstance(told, dict)
        return told

    def documents(self) -> int:
        told = self.ask("healthz")["documents"]
        assert isinstance(told, int)
        return told

    def stop(self, number: signal.Signals) -> tuple[str, str]:
        """End the service; return what it wrote to its output and to its log."""
        self.process.send_signal(number)
        written, _ = self.process.communicate(timeout=PATIENCE)
        self.log.seek(0)
        return written, self.log.read()


@contextmanager
def serving(*arguments: str | Path, cwd: Path) -> Iterator[Service]:
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command("serve", "--port", "0", "--workers", "2", *arguments),
            cwd=cwd,
            env=environment(),
            stdout=subprocess.PIPE,
            # A file: a pipe that nobody reads stops the service when it is full.
            stderr=log,
            text=True,
        )
        watch = Timer(PATIENCE, process.kill)
        watch.start()
        try:
            assert process.stdout is not None
            told = []
            address = None
            while address is None:
                line = process.stdout.readline()
                assert line, f"serve ended early: {log.seek(0)} {log.read()}"
                told.append(line.rstrip("\n"))
                address = re.fullmatch(r"Serving on (http://127\.0\.0\.1:\d+/)", told[-1])
            watch.cancel()
            yield Service(process, address[1], told, log)
        finally:
            watch.cancel()
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=PATIENCE)


def eventually(what: object, wanted: object) -> None:
    """Wait until a callable returns what is wanted."""
    assert callable(what)
    until = monotonic() + PATIENCE
    while (got := what()) != wanted:
        assert monotonic() < until, got
        sleep(0.05)


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # pid (name) state ppid: a name may hold anything, parentheses too.
            if int(entry.read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(entry.parent.name))
    return found


def refuses(address: str) -> bool:
    host, port = re.fullmatch(r"http://(.*):(\d+)/", address).groups()  # type: ignore[union-attr]
    with socket.socket() as caller:
        return caller.connect_ex((host, int(port))) != 0


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


@pytest.mark.long
def test_serve_builds_serves_moves_on_and_stops(tmp_path: Path) -> None:
    sources = tmp_path / "documents"
    write(sources, "un.txt", "Un accord sur la pêche est signé à Rabat par les ministres.")
    with serving(sources, cwd=tmp_path) as service:
        assert service.told[0] == "1 document"
        assert service.ask("healthz")["compiled"] is kernels.available()
        assert (tmp_path / "trouvaille-index" / "current").exists()
        answer = service.ask("api/search?q=accords")
        assert answer["total"] == 1
        with urlopen(service.address + "?q=peche", timeout=PATIENCE) as page:
            assert "<mark>pêche</mark>" in page.read().decode()
        # Another process publishes: both workers move to it, nobody restarts anything.
        write(sources, "deux.txt", "Un second accord, sur les douanes, est signé à Tunis.")
        assert update(tmp_path / "trouvaille-index", [sources]).published
        assert {service.documents() for _ in range(20)} == {2}
        assert service.ask("api/search?q=accord")["total"] == 2
        # A question longer than servers usually take.
        long = service.ask("api/search?q=" + "%D8%A7" * 10_000)
        assert long["warnings"]
        # The port is taken now: said in a sentence.
        port = service.address.rstrip("/").rsplit(":", 1)[1]
        second = run("serve", "--port", port, cwd=tmp_path)
        assert second.returncode == 1
        assert second.stdout == ""
        assert re.fullmatch(rf"trouvaille: Port {port} .*--port \d+\.\n", second.stderr)
        written, complained = service.stop(signal.SIGTERM)
        assert service.process.returncode == 0
        assert written == ""
        assert "Traceback" not in complained
        assert "gunicorn" not in complained
        assert refuses(service.address)


@pytest.mark.long
def test_serve_brings_an_index_up_to_date_and_stops_on_interrupt(tmp_path: Path) -> None:
    sources = tmp_path / "documents"
    write(sources, "un.txt", "Un accord sur la pêche est signé à Rabat par les ministres.")
    rebuild(tmp_path / "ix", [sources], BuildOptions(workers=0))
    write(sources, "deux.txt", "Un second accord, sur les douanes, est signé à Tunis.")
    with serving(sources, "--index", "ix", cwd=tmp_path) as service:
        assert service.documents() == 2
        workers = children(service.process.pid)
        assert len(workers) >= 2
        _, complained = service.stop(signal.SIGINT)
        assert service.process.returncode == 0
        assert "Traceback" not in complained
        eventually(lambda: [one for one in workers if Path(f"/proc/{one}").exists()], [])
    shutil.rmtree(sources)
    more = ("--base-url", "https://example.org/a", "--no-compiled")
    with serving("--index", "ix", *more, cwd=tmp_path) as service:
        assert service.ask("healthz")["compiled"] is False
        links = service.ask("api/search")["links"]
        assert isinstance(links, dict)
        assert links["self"] == "https://example.org/a/api/search"


@pytest.mark.opensearch
def test_serve_over_a_cluster(node: Any, tmp_path: Path) -> None:
    sources = tmp_path / "documents"
    write(sources, "un.txt", "Un accord sur la pêche est signé à Rabat par les ministres.")
    name = node.new_name()
    where = ("--engine", "opensearch", "--opensearch-index", name)
    where += tuple(f"--opensearch-url={url}" for url in node.cluster.address.urls)
    nothing = run("serve", *where, cwd=tmp_path)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "trouvaille serve FOLDER" in nothing.stderr
    with serving(sources, *where, cwd=tmp_path) as service:
        assert service.told[0] == "1 document"
        assert service.ask("api/search?q=accords")["total"] == 1
        with urlopen(service.address + "?q=peche", timeout=PATIENCE) as page:
            assert "<mark>pêche</mark>" in page.read().decode()
        write(sources, "deux.txt", "Un second accord, sur les douanes, est signé à Tunis.")
        again = run("rebuild", sources, "--workers", "0", *where, cwd=tmp_path)
        assert again.returncode == 0, again.stderr
        eventually(lambda: {service.documents() for _ in range(20)}, {2})
        _, complained = service.stop(signal.SIGTERM)
        assert service.process.returncode == 0
        assert "Traceback" not in complained
    node.delete(name)


@pytest.mark.opensearch
def test_serve_waits_for_a_cluster_that_is_away(node: Any, clustered: str, tmp_path: Path) -> None:
    relay = Relay(node.cluster.address.urls[0])
    relay.cut()
    where = ("--engine=opensearch", f"--opensearch-url={relay.url}")
    nothing = run("rebuild", tmp_path, *where, cwd=tmp_path)
    assert nothing.returncode == 1
    assert re.fullmatch(r"trouvaille: The cluster at .* does not answer.*\n", nothing.stderr)
    with serving(*where, f"--opensearch-index={clustered}", cwd=tmp_path) as service:
        with pytest.raises(HTTPError) as raised:
            service.ask("api/search?q=accord")
        assert raised.value.code == 503
        assert raised.value.headers["Retry-After"]
        relay.restore()

        def answers() -> bool:
            with suppress(HTTPError):
                return bool(service.ask("api/search?q=ONU")["total"])
            return False

        eventually(answers, True)
        _, complained = service.stop(signal.SIGTERM)
        assert "is served as soon as" in complained
        assert "Traceback" not in complained
    relay.cut()


@pytest.mark.long
def test_serve_deletes_no_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = tmp_path / "documents"
    for name in ("un", "deux", "trois"):
        write(sources, f"{name}.txt", f"Un accord sur la pêche, le numéro {name}, est signé.")
    root = tmp_path / "ix"
    rebuild(root, [sources], BuildOptions(workers=0))
    published = (root / "current").read_bytes()
    (sources / "un.txt").unlink()
    no_flags: dict[str, Any] = dict.fromkeys(signature(merged_options).parameters)
    del no_flags["base"]

    def told(max_deletions: float) -> str:
        flags = {**no_flags, "field_map": (), "workers": 0, "max_deletions": max_deletions}
        prepare(InDirectory(root), [sources], flags)
        return capsys.readouterr().err

    assert "would delete 1 of 3 documents" in (complaint := told(0.1))
    assert "The published index is served." in complaint
    assert (root / "current").read_bytes() == published
    with serving(sources, "--index", "ix", cwd=tmp_path) as service:
        assert service.documents() == 3
    for path in sources.iterdir():
        path.unlink()
    assert "no documents. " in (complaint := told(1))
    assert "The published index is served." in complaint
    sources.rmdir()
    assert "does not exist" in told(1)
    assert (root / "current").read_bytes() == published
    write(sources, "un.txt", "Un accord sur la pêche, le numéro un, est signé.")
    assert "served" not in told(1)
    assert IndexDirectory(root).current().documents == 1


GET = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n"


def sent(address: str, text: str, window: int = 0) -> socket.socket:
    """Open a connection, send the text as far as it is taken, and read nothing."""
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    caller = socket.socket()
    if window:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    caller.settimeout(PATIENCE)
    caller.connect(("127.0.0.1", port))
    with suppress(ConnectionError):
        caller.sendall(text.encode())
    return caller


def answered(address: str, text: str) -> str:
    """Return the first line of the answer; empty if there is none soon."""
    with sent(address, text) as caller, suppress(ConnectionError, TimeoutError):
        caller.settimeout(SOON)
        return caller.makefile("r", encoding="latin-1").readline().rstrip()
    return ""


def archive(folder: Path, documents: int) -> Path:
    """Index many small documents and a large one, of which a page is larger than any buffer."""
    lines = [
        {"id": f"d{number}", "title": f"Un accord {number} " + "très long " * 20, "text": "Rabat."}
        for number in range(documents)
    ]
    lines.append({"id": "large", "title": "Grand", "text": "Un texte sans fin. " * 30_000})
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    rebuild(folder / "ix", [folder / "all.jsonl"], BuildOptions(workers=0))
    return folder / "ix"


@pytest.mark.long
def test_slow_clients_hold_no_thread(tmp_path: Path) -> None:
    few = ("--workers", "1", "--threads", "1", "--exports", "1", "--no-compiled")
    with serving("--index", archive(tmp_path, 1_500), *few, cwd=tmp_path) as service:
        slow = [
            *["", "G", "GET / HTTP/1.1\r\nHost: x", GET.format("/")] * 10,
            GET.format("/search") + "Content-Length: 100\r\n\r\nx",
            POST.format(60_000) + "hl=",
        ]
        held = [sent(service.address, text) for text in slow]
        # A page that nobody reads is kept for its reader, without a thread.
        page = GET.format("/document/large") + "\r\n"
        held += [sent(service.address, page, 4096) for _ in range(3)]
        for _ in range(10):
            assert service.ask("api/search?q=accord")["total"] == 1_500
        # Nor has an export that waits for its reader a place, though one has room for one only.
        export = GET.format("/search.ndjson") + "Connection: close\r\n\r\n"

        def is_begun() -> bool:
            held.append(sent(service.address, export, 4096))
            if held[-1].recv(12).endswith(b"200"):
                return True
            held.pop().close()
            return False

        for _ in range(5):
            eventually(is_begun, True)
        held.pop().close()
        with held.pop() as caller:
            whole = caller.makefile("rb").read()
        assert whole.count(b'"id":"d') == 1_500
        assert whole.endswith(b"\r\n0\r\n\r\n")
        assert service.ask("api/search?q=accord")["total"] == 1_500
        for caller in held:
            caller.close()
        _, complained = service.stop(signal.SIGTERM)
        assert service.process.returncode == 0
        assert "Traceback" not in complained


@pytest.mark.long
def test_kept_connections_are_spread_over_processes(tmp_path: Path) -> None:
    write(tmp_path / "documents", "un.txt", "Un accord sur la pêche.")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as held:
        # The service raises a soft limit that would not do for the connections below.
        resource.setrlimit(resource.RLIMIT_NOFILE, (96, hard))
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        service = held.enter_context(serving("documents", "--no-compiled", cwd=tmp_path))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

        def spread() -> list[int]:
            """Keep one more connection; return how many sockets the two busiest processes have."""
            caller = held.enter_context(sent(service.address, GET.format("/healthz") + "\r\n"))
            assert caller.recv(12).endswith(b"200")
            caller.sendall(b"GET")
            counts = [0, 0]
            for process in children(service.process.pid):
                names = [os.readlink(one) for one in Path(f"/proc/{process}/fd").iterdir()]
                counts.append(sum(name.startswith("socket:") for name in names))
            return sorted(counts)[-2:]

        # The second process may begin later; it catches up.
        eventually(lambda: min(spread()) > 4, True)
        fewer, more = spread()
        for _ in range(more - fewer + 80):
            fewer, more = spread()
        assert fewer > 40
        assert more - fewer <= 10


@pytest.mark.long
def test_endless_requests_are_cut(tmp_path: Path) -> None:
    write(tmp_path / "documents", "un.txt", "Un accord sur la pêche.")
    with serving("documents", "--no-compiled", cwd=tmp_path) as service:
        endless = "a" * 50_000_000
        for text, status in (
            ("GET /" + endless, "414"),
            (GET.format("/") + "X: " + endless, "431"),
            (GET.format("/") + "X: y\r\n" * 2_000_000, "431"),
            (POST.format(10**15) + endless, "413"),
            (POST.replace("Content-Length: {}", "Transfer-Encoding: chunked"), "411"),
        ):
            # The client may learn of it only by the end of the connection.
            line = answered(service.address, text)
            assert not line or line.split()[1] == status, line
            assert answered(service.address, text[:70_000]).split()[1] == status
        # They are answered like all other errors.
        with sent(service.address, GET.format("/api/x?hl=fr") + "X: " + "y" * 70_000) as caller:
            head, _, body = b"".join(iter(lambda: caller.recv(65_536), b"")).partition(b"\r\n\r\n")
            assert b"application/problem+json" in head
            assert json.loads(body)["status"] == 431
        # What is long but bounded is answered, and requests sent together are all answered.
        form = "hl=fr&to=/" + "x" * 20_000
        assert answered(service.address, POST.format(len(form)) + form).split()[1] == "303"
        with sent(service.address, (GET.format("/healthz") + "\r\n") * 3) as caller:
            read = b""
            while read.count(b"200 OK") < 3:
                more = caller.recv(65_536)
                assert more
                read += more


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["serve"], 1, "There is no index"),
        (["serve", "absent"], 1, "absent"),
        (["serve", "empty"], 1, "no document"),
        (["serve", "--host", "nowhere.invalid"], 2, "nowhere.invalid"),
        (["serve", "--host", "192.0.2.1"], 2, "192.0.2.1"),
        (["serve", "--base-url", "example.org"], 2, "--base-url"),
        (["serve", "--base-url", "http://[x"], 2, "--base-url"),
        (["serve", "--cors", "example.org/x"], 2, "--cors"),
        (["serve", "--port", "70000"], 2, "70000"),
        (["serve", "--workers", "x"], 2, "--workers"),
        (["search", "x"], 1, "There is no index"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    said: str,
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["trouvaille", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    written, complained = capsys.readouterr()
    assert ended.value.code == status, complained
    assert written == ""
    assert said in complained
    lines = [one for one in complained.splitlines() if one.startswith(("trouvaille:", "Error:"))]
    assert len(lines) == 1
    assert not (tmp_path / "trouvaille-index" / "current").exists()


def test_version_and_help() -> None:
    # In a process of its own: a command keeps the names that its help had first.
    program = """if True:
        import sys
        from web.cli import main
        for asked in (["--version"], ["--help"], ["serve", "-h"]):
            sys.argv[1:] = asked
            try:
                main()
            except SystemExit as ended:
                print(f"\\n== {ended.code}")"""
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    version, commands, serve, rest = told.split("\n== 0\n")
    assert re.fullmatch(r"\S+, version [\d.]+\n", version)
    for name in ("rebuild", "update", "check", "stats", "rollback", "search", "serve"):
        assert name in commands
    assert "TROUVAILLE_PORT" in serve
    assert not rest
