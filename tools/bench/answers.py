"""What an answer costs over HTTP: ``python -m tools.bench.answers --index DIR``.

Runs ``trouvaille serve`` with two processes over an index, with NumPy and with compiled loops, a
bare Flask route behind the same server and, with ``--opensearch``, a running OpenSearch node that
holds the same documents with the same fields. Each is asked by ``wrk`` over kept connections: for a
page, for an answer of the endpoint with snippets, and for one without. Questions are two or three
words of one document, half of them joined by OR. Those "asked before" are 400 questions, asked
again and again: each process gives them again as it gave them. Those "never asked" are each asked
once: each is searched for, counted and written anew.
"""

import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from index import IndexDirectory, kernels
from index.analysis import tokenize
from tools.bench.corpora import indexed_entries
from tools.bench.drawing import sample_of, usable
from tools.bench.http import children, serving
from tools.bench.question import Entry, published_day, with_parents
from tools.bench.tables import Section, Table, number, pair, put, times

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
SEED = 20_261_129
ASKED = 400
NEVER_ASKED = 60_000
WARMING = 4
"""How often all questions are asked before those asked before are measured."""
SHORTEST = 5
"""Letters of a word that is asked for."""
PER_PAGE = 10
FACETS = ("organization", "theme", "date")
FACET_SIZE = 20
BULK = 1_000
BARE = "a bare Flask route"
FORMS = ("endpoint, no snippets", "endpoint, snippets", "page")
LUA = """
local asked, number, at = {}, 0, 0
function init(args)
  local headers, path = {["Content-Type"] = "application/json"}, nil
  for line in io.lines(args[1]) do
    if args[2] == "GET" then number = number + 1; asked[number] = wrk.format("GET", line)
    elseif not path then path = line
    else number = number + 1; asked[number] = wrk.format("POST", path, headers, line) end
  end
  at = tonumber(args[3])
end
function request()
  at = at % number + 1
  return asked[at]
end
function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format('{"answers":%d,"seconds":%.6f,"bytes":%d,"p50":%.3f,"p95":%.3f,"failed":%d}\\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Question:
    """Words of one document."""

    words: tuple[str, ...]
    operator: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a service did in one run; times in milliseconds."""

    rate: float
    p50: float
    p95: float
    failed: int
    bytes: float
    processor: float


@dataclass
class Service:
    """A server that runs; ``requests`` are the files of what it is asked, by form and pool."""

    name: str
    address: str
    processes: Callable[[], list[int]]
    method: str
    requests: dict[tuple[str, str], Path]
    cells: dict[tuple[str, str, int], Cell] = field(default_factory=dict)
    memory: float = 0.0
    _next: dict[tuple[str, str], int] = field(default_factory=dict)

    def ask(self, form: str, pool: str, clients: int, seconds: int, script: Path) -> Cell:
        """Load the service for some seconds, going on where the last load of its kind ended."""
        first = self._next.get((form, pool), 0)
        before = _processor_seconds(self.processes())
        done = subprocess.run(
            [
                *("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s"),
                *(
                    "-s",
                    str(script),
                    self.address,
                    "--",
                    str(self.requests[form, pool]),
                    self.method,
                    str(first),
                ),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        spent = _processor_seconds(self.processes()) - before
        told = json.loads(done.stdout.rpartition("\n{")[2].join(("{", "")))
        answers = max(1, told["answers"])
        self._next[form, pool] = first + answers + clients
        return Cell(
            told["answers"] / told["seconds"],
            told["p50"],
            told["p95"],
            told["failed"],
            told["bytes"] / answers,
            spent * 1000 / answers,
        )


def _megabytes(processes: Iterable[int]) -> float:
    """Return the memory of processes; what they share is counted once."""
    kilobytes = 0
    for process in processes:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        kilobytes += sum(map(int, re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)))
    return kilobytes / 1000


def _processor_seconds(processes: Iterable[int]) -> float:
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def draw(index: Path, count: int) -> list[Question]:
    """Draw different questions, with a fixed seed."""
    chance = random.Random(SEED)
    texts = [
        [
            token.normal
            for token in tokenize(f"{document.title}. {document.text[:4_000]}")
            if len(token.normal) >= SHORTEST and usable(token)
        ]
        for document, _ in sample_of(indexed_entries(index), lambda document: True, SEED)
    ]
    words_of = [sorted(set(words)) for words in texts if len(set(words)) >= 3]
    questions: dict[Question, None] = {}
    while len(questions) < count:
        words = chance.sample(chance.choice(words_of), chance.choice((2, 3)))
        questions[Question(tuple(words), "OR" if len(questions) % 2 else "AND")] = None
    return list(questions)


def our_path(question: Question, form: str) -> str:
    """Return what Trouvaille is asked."""
    words = quote(f" {question.operator} ".join(question.words))
    if form == "page":
        return f"/search?q={words}&hl=fr"
    highlight = "false" if form == FORMS[0] else "true"
    return (
        f"/api/search?q={words}&per_page={PER_PAGE}&highlight={highlight}&facets={','.join(FACETS)}"
    )


def opensearch_body(question: Question, form: str, fields: Sequence[str]) -> str:
    """Return what OpenSearch is asked: the same results, total, aggregations and snippets."""
    buckets = ("organization", "theme", "year")
    body: dict[str, Any] = {
        "size": PER_PAGE,
        "track_total_hits": True,
        "_source": [name for name in fields if name.startswith("title")],
        "query": {
            "multi_match": {
                "query": " ".join(question.words),
                "fields": [f"{name}^2" if name.startswith("title") else name for name in fields],
                "type": "cross_fields",
                "operator": question.operator.lower(),
            }
        },
        "aggs": {name: {"terms": {"field": name, "size": FACET_SIZE}} for name in buckets},
    }
    if form != FORMS[0]:
        title = {"number_of_fragments": 0}
        text = {"number_of_fragments": 3, "fragment_size": 150}
        body["highlight"] = {
            "fields": {name: title if name.startswith("title") else text for name in fields}
        }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


ANALYZERS = {
    "fr": "french",
    "en": "english",
    "es": "spanish",
    "de": "german",
    "pt": "portuguese",
    "ar": "arabic",
    "it": "italian",
}


class OpenSearch:
    """An index of an OpenSearch node, filled with the documents of an index of ours."""

    def __init__(self, address: str, name: str = "trouvaille-bench") -> None:
        self.address = address.rstrip("/")
        self.name = name
        self.fields: tuple[str, ...] = ()

    def call(self, method: str, path: str, data: bytes = b"", kind: str = "json") -> Any:
        """Ask the node. Raises HTTPError."""
        headers = {"Content-Type": f"application/{kind}"}
        request = Request(self.address + path, data or None, headers, method=method)
        with urlopen(request, timeout=300) as answer:
            return json.loads(answer.read() or b"null")

    def fill(self, index: Path) -> None:
        """Index all documents anew and merge them to one segment."""
        if {"index": self.name} in self.call("GET", "/_cat/indices?format=json&h=index"):
            self.call("DELETE", f"/{self.name}")
        used = sorted(
            {document.language for document, _ in indexed_entries(index)} & set(ANALYZERS)
        )
        keyword = {"type": "keyword", "eager_global_ordinals": True}
        names = {f"{name}_{code}": code for code in used for name in ("title", "text")}
        self.fields = tuple(names)
        properties = {
            **dict.fromkeys(("lang", "source", "organization", "theme", "year"), keyword),
            **{name: {"type": "text", "analyzer": ANALYZERS[code]} for name, code in names.items()},
            "date": {"type": "date", "format": "strict_date"},
        }
        settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
        made = {"settings": settings, "mappings": {"dynamic": False, "properties": properties}}
        self.call("PUT", f"/{self.name}", json.dumps(made).encode())
        documents = indexed_entries(index)
        while batch := list(islice(documents, BULK)):
            lines = "".join(map(self._lines, batch)).encode()
            told = self.call("POST", f"/{self.name}/_bulk", lines, "x-ndjson")
            if told["errors"]:
                raise RuntimeError(f"OpenSearch did not take the documents: {str(told)[:500]}")
        for action in ("_refresh", "_forcemerge?max_num_segments=1", "_refresh"):
            self.call("POST", f"/{self.name}/{action}")

    def _lines(self, entry: Entry) -> str:
        document, found = entry
        day = published_day(found)
        code = document.language if document.language in ANALYZERS else self.fields[0][-2:]
        fields = {
            f"title_{code}": document.title,
            f"text_{code}": document.text,
            "lang": document.language,
            "source": document.source,
            "organization": [organization.id for organization in found.organizations],
            "theme": with_parents(found),
            **({"date": day.isoformat(), "year": str(day.year)} if day else {}),
        }
        action = {"index": {"_id": document.id}}
        return f"{json.dumps(action)}\n{json.dumps(fields, ensure_ascii=False)}\n"

    def processes(self) -> list[int]:
        """Return the process of the node, if it runs on this machine and may be looked at."""
        told = self.call("GET", "/_nodes/_local/process")
        found = [node["process"]["id"] for node in told["nodes"].values()]
        return [one for one in found if Path(f"/proc/{one}/stat").exists()]


def bare() -> None:
    """Serve one Flask route that answers what is written down, as our application is served."""
    from flask import Flask, Response

    from web.operate import address_of, bind, run

    listener = bind("127.0.0.1", 0)
    text = json.dumps({"results": ["x" * 290] * PER_PAGE})

    def make() -> Flask:
        app = Flask("bare")
        app.add_url_rule("/", "answer", lambda: Response(text, mimetype="application/json"))
        return app

    address = address_of(listener)
    run(
        listener,
        make,
        workers=2,
        threads=4,
        ready=lambda: print(f"Serving on {address}", flush=True),
    )


@contextmanager
def _served(
    name: str, arguments: Sequence[str], requests: dict[tuple[str, str], Path]
) -> Iterator[Service]:
    with serving(arguments) as (process, address):

        def processes() -> list[int]:
            return [process.pid, *children(process.pid)]

        yield Service(name, address, processes, "GET", requests)


def _request_files(
    folder: Path, name: str, lines: dict[tuple[str, str], list[str]]
) -> dict[tuple[str, str], Path]:
    files = {}
    for place, (kind, asked) in enumerate(lines.items()):
        files[kind] = folder / f"{name}-{place}"
        files[kind].write_text("\n".join(asked) + "\n", "utf-8")
    return files


def measure(
    index: Path, opensearch: str, clients: Sequence[int], seconds: int, never: int
) -> list[Service]:
    """Load all services with the same questions, one after another; return them ended."""
    drawn = draw(index, ASKED + never)
    pools = {"asked before": drawn[:ASKED], "never asked": drawn[ASKED:]}
    services: list[Service] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trouvaille-bench-")))
        script = folder / "load.lua"
        script.write_text(LUA, "utf-8")
        ours = _request_files(
            folder,
            "ours",
            {
                (form, pool): [our_path(question, form) for question in questions]
                for form in FORMS
                for pool, questions in pools.items()
            },
        )
        serve = (
            *("-c", "from web.cli import main; main()", "serve", "--port", "0"),
            *("--workers", "2", "--log-format", "off", "--index", str(index)),
        )
        commands: dict[str, tuple[tuple[str, ...], dict[tuple[str, str], Path]]] = {
            "Trouvaille": ((*serve, "--no-compiled"), ours)
        }
        if kernels.activate():
            commands["Trouvaille, compiled"] = (serve, ours)
        root = _request_files(folder, "bare", {(FORMS[0], "asked before"): ["/"]})
        commands[BARE] = (("-c", "from tools.bench.answers import bare; bare()"), root)
        for name, (command, requests) in commands.items():
            with _served(name, command, requests) as service:
                services.append(_run(service, clients, seconds, script))
        if opensearch:
            node = OpenSearch(opensearch)
            node.fill(index)
            path = f"/{node.name}/_search?request_cache=false"
            bodies = {
                (form, pool): [
                    path,
                    *(opensearch_body(question, form, node.fields) for question in questions),
                ]
                for form in FORMS[:2]
                for pool, questions in pools.items()
            }
            requests = _request_files(folder, "opensearch", bodies)
            service = Service("OpenSearch", node.address, node.processes, "POST", requests)
            services.append(_run(service, clients, seconds, script))
    return services


def _run(service: Service, clients: Sequence[int], seconds: int, script: Path) -> Service:
    for form, pool in service.requests:
        if pool == "asked before":
            # Each process is asked everything; virtual machines compile what is asked often.
            answers = 0.0
            while answers < WARMING * ASKED:
                answers += seconds * service.ask(form, pool, 16, seconds, script).rate
    for form, pool in service.requests:
        for count in clients:
            cell = service.cells[form, pool, count] = service.ask(
                form, pool, count, seconds, script
            )
            print(service.name, form, pool, count, cell, file=sys.stderr, flush=True)
    service.memory = _megabytes(service.processes())
    return service


def section(services: Sequence[Service], where: str) -> Section:
    """Return the tables, one for each form."""
    found = Section("answers", "Answers over HTTP", where=where)
    names = [service.name for service in services]
    for form in FORMS:
        shown = [service for service in services if any(kind[0] == form for kind in service.cells)]
        table = Table(
            f"{form[0].upper()}{form[1:]}: answers a second (p50 / p95, ms), processor time",
            ["questions, clients", *(service.name for service in shown)]
            + (["Trouvaille ÷ OpenSearch"] if shown[-1].name == "OpenSearch" else []),
        )
        kinds = dict.fromkeys(
            kind for service in shown for kind in service.cells if kind[0] == form
        )
        for kind in kinds:
            cells = [service.cells.get(kind) for service in shown]
            row = [_shown(cell) for cell in cells]
            if shown[-1].name == "OpenSearch":
                row.append(times(shown[0].cells[kind].rate / shown[-1].cells[kind].rate))
            table.add(f"{kind[1]}, {kind[2]}", *row)
        found.tables.append(table)
    costs = Table("Memory of all processes, and bytes of an answer", ["", *names])
    costs.add("MB", *(number(service.memory) for service in services))
    for form in FORMS:
        costs.add(f"bytes, {form}", *(_bytes(service, form) for service in services))
    found.tables.append(costs)
    return found


def _shown(cell: Cell | None) -> str:
    if cell is None:
        return ""
    failed = f", {cell.failed} failed" if cell.failed else ""
    return f"{number(cell.rate)} ({pair(cell.p50, cell.p95)}), {cell.processor:.2f} ms{failed}"


def _bytes(service: Service, form: str) -> str:
    sizes = [cell.bytes for kind, cell in service.cells.items() if kind[0] == form]
    return number(sizes[0]) if sizes else ""


def main() -> None:
    """Measure, and print the tables."""
    parser = ArgumentParser(
        prog="python -m tools.bench.answers",
        description=__doc__,
        formatter_class=ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--index", type=Path, required=True, help="of the documents")
    parser.add_argument("--opensearch", default="", help="address of a node; one index is replaced")
    parser.add_argument("--clients", default="1,4,16,64", help="connections at once")
    parser.add_argument("--seconds", type=int, default=10, help="of each load")
    parser.add_argument("--never-asked", type=int, default=NEVER_ASKED, help="such questions")
    parser.add_argument("--write", type=Path, nargs="?", const=PAGE, help="put the tables there")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        parser.error("wrk is needed: apt-get install wrk")
    load = os.getloadavg()[0]
    clients = [int(count) for count in options.clients.split(",")]
    services = measure(
        options.index, options.opensearch, clients, options.seconds, options.never_asked
    )
    with IndexDirectory(options.index).current() as snapshot:
        documents = snapshot.documents
    where = (
        f"{documents:,} documents; two serving processes; {options.seconds} s a cell; `wrk` on"
        f" the same {os.cpu_count()} processors; load {load:.1f} at the beginning;"
        f" Python {platform.python_version()}; {datetime.now(UTC).date().isoformat()}."
    )
    tables = section(services, where)
    print(tables.markdown())
    if options.write:
        page = put(options.write.read_text("utf-8"), tables).rstrip()
        options.write.write_text(page + "\n", "utf-8")


if __name__ == "__main__":
    main()
