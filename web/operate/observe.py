"""What an operator sees: the log, one line for each request, and the metrics for Prometheus.

Neither holds what readers searched for, unless ``--log-queries`` asks for it.
"""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Blueprint, Flask, Response, abort, current_app, g, request
from gunicorn.glogging import Logger

from index.errors import IndexUnavailable
from search import ClusterHealth, Engine, IndexStatus
from web.context import SLOW_MS, LogFormat, engine, settings
from web.kept import Found
from web.operate.guard import is_loopback

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

REQUESTS = logging.getLogger("trouvaille.requests")
"""Gets one record for each answer, with the fields of its line in ``record.pairs``."""

WARMING = "trouvaille.warming"
"""Set in the WSGI environment of our own requests, which are neither logged nor counted."""

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder through which processes add up their metrics."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of answering times, in seconds."""

METHODS = ("GET", "HEAD", "OPTIONS")

blueprint = Blueprint("metrics", __name__)


def install(app: Flask) -> None:
    """Time, count and log every request of the application."""
    app.extensions["trouvaille-metrics"] = Metrics()
    app.before_request(_start)
    app.after_request(_observe)


def _start() -> None:
    g.began = perf_counter()


def _observe(response: Response) -> Response:
    if request.environ.get(WARMING):
        return response
    record = _recorder(response)
    if response.is_streamed:
        # An export takes until its last line has been sent.
        response.call_on_close(record)
    else:
        record()
    return response


def _recorder(response: Response) -> Callable[[], None]:
    """Return what counts and logs this request; it may be called when the request is over."""
    began: float = g.began
    problem: str = g.get("problem", "")
    found: Found | None = g.get("found")
    total = found.total if found else None
    slow: str = g.get("slow", "")
    metrics, method, route, status = _metrics(), request.method, _route(), response.status_code
    pairs: dict[str, Any] = {"request": g.request_id, "method": method, "route": route}
    pairs |= {"status": status, "ms": 0.0}
    if found:
        pairs |= found._asdict()
    if problem:
        pairs["problem"] = problem
    if slow:
        pairs["slow"] = slow
    if settings().log_queries:
        pairs["address"] = request.full_path.rstrip("?")

    def record() -> None:
        seconds = perf_counter() - began
        metrics.count(route, method, status, seconds, problem, total, bool(slow))
        REQUESTS.info("request", extra={"pairs": pairs | {"ms": round(seconds * 1000, 1)}})

    return record


def _route() -> str:
    """Return the pattern of the address, which names no document."""
    rule = request.url_rule
    if rule is None:
        return "none"
    return rule.rule.replace("<id:id>", "{id}").replace("<", "{").replace(">", "}")


# The log.


def configure_log(form: LogFormat) -> None:
    """Write records of ``trouvaille``, and warnings of other loggers, to standard error.

    The form ``off`` leaves out the lines of requests; warnings and errors are always written.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    REQUESTS.setLevel(logging.WARNING if form == "off" else logging.INFO)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, then the message or the pairs of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        pairs = _pairs(record)
        if not pairs:
            fields["message"] = record.getMessage()
        if record.exc_info:
            fields["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return orjson.dumps(fields | dict(pairs), default=str).decode()


class TextLines(logging.Formatter):
    """Time, level, then the message of a record, or its pairs as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record; line breaks in what readers sent are escaped."""
        pairs = _pairs(record)
        if pairs:
            message = " ".join(f"{name}={_quoted(value)}" for name, value in pairs.items())
        else:
            message = record.getMessage()
            if not message.isprintable():
                message = message.encode("unicode_escape").decode()
        line = f"{_time(record)} {record.levelname} {message}"
        if record.exc_info:
            line += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return line


def _pairs(record: logging.LogRecord) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], getattr(record, "pairs", {}))


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _quoted(value: Any) -> str:
    text = str(value)
    plain = text and text.isprintable() and not set(text) & set(' "=')
    return text if plain else orjson.dumps(text).decode()


class PropagatingLogger(Logger):  # type: ignore[misc]
    """Gunicorn's logger without handlers of its own: its messages reach ours."""

    def setup(self, cfg: Any) -> None:
        """Remove the handlers and propagate instead."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


# The metrics.


class Metrics:
    """The metrics of one process, or of all processes that share a folder.

    prometheus_client decides at its first import whether metrics are shared. The server must have
    named the folder before that, hence the imports inside the methods.
    """

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "trouvaille_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "trouvaille_request_seconds",
            "Seconds that answers took.",
            ("route",),
            buckets=BUCKETS,
            registry=registry,
        )
        self._problems = Counter(
            "trouvaille_problems",
            "Requests answered with a problem, by its type: timeout, rate-limited, ...",
            ("type",),
            registry=registry,
        )
        self._searches = Counter("trouvaille_searches", "Searches answered.", registry=registry)
        self._slow = Counter(
            "trouvaille_slow_searches",
            f"Searches that took longer than {SLOW_MS} ms.",
            registry=registry,
        )
        self._empty = Counter(
            "trouvaille_searches_without_result",
            "Searches that found no document.",
            registry=registry,
        )

    def count(
        self,
        route: str,
        method: str,
        status: int,
        seconds: float,
        problem: str,
        total: int | None,
        slow: bool,
    ) -> None:
        """Count a request: the seconds of its answer, its problem, the documents of its search.

        ``slow`` if its search was.
        """
        label = method if method in METHODS else "other"
        self._requests.labels(route, label, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if problem:
            self._problems.labels(problem).inc()
        if total is not None:
            self._searches.inc()
        if total == 0:
            self._empty.inc()
        if slow:
            self._slow.inc()

    def text(self, engine: Engine) -> bytes:
        """Return all metrics, and those of the index, in the text format of Prometheus."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self._registry
        if os.environ.get(SHARED_METRICS):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        index = CollectorRegistry()
        index.register(cast(Any, _IndexCollector(engine)))
        return generate_latest(registry) + generate_latest(index)


class _IndexCollector:
    """Collects the metrics of the index that is served at the moment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator["Metric"]:
        """Yield the metrics of the index; if it cannot be read, only that it is down."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        cluster = self._engine.cluster()
        if cluster is not None:
            yield from _cluster_metrics(cluster)
        try:
            status = self._engine.status()
        except IndexUnavailable:
            yield GaugeMetricFamily("trouvaille_index_up", "Whether there is an index.", 0)
            return
        yield GaugeMetricFamily("trouvaille_index_up", "Whether there is an index.", 1)
        info = GaugeMetricFamily(
            "trouvaille_index_info", "The generation served.", labels=("generation",)
        )
        info.add_metric((status.generation,), 1)
        yield info
        yield GaugeMetricFamily(
            "trouvaille_index_built_timestamp_seconds",
            "When the generation was built; its age is time() less this.",
            _built(status),
        )
        documents = GaugeMetricFamily(
            "trouvaille_index_documents", "Documents served.", labels=("language",)
        )
        for code, count in sorted(status.languages.items()):
            documents.add_metric((code,), count)
        yield documents
        yield GaugeMetricFamily(
            "trouvaille_index_skipped", "Files and records left out.", status.skipped
        )


def _cluster_metrics(cluster: ClusterHealth) -> Iterator["Metric"]:
    """Yield the metrics of the cluster that is asked; only that it is down if it is."""
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    status = GaugeMetricFamily(
        "trouvaille_cluster_status", "1 for the status of the cluster.", labels=("status",)
    )
    for name in ("green", "yellow", "red", "unavailable"):
        status.add_metric((name,), cluster.status == name)
    yield status
    yield GaugeMetricFamily(
        "trouvaille_cluster_breaker_open",
        "Whether the process that answers counts the cluster as away.",
        cluster.is_away,
    )
    if cluster.status == "unavailable":
        return
    yield GaugeMetricFamily("trouvaille_cluster_nodes", "Nodes of the cluster.", cluster.nodes)
    yield GaugeMetricFamily(
        "trouvaille_cluster_unassigned_shards",
        "Shards of the index, copies included, that no node has.",
        cluster.unassigned,
    )
    rejected = CounterMetricFamily(
        "trouvaille_cluster_rejected", "What nodes had no room for.", labels=("kind",)
    )
    rejected.add_metric(("write",), cluster.rejected_writes)
    rejected.add_metric(("search",), cluster.rejected_searches)
    yield rejected


def _built(status: IndexStatus) -> float:
    """Return when the index was built, in seconds since the epoch; 0 if unknown."""
    try:
        return datetime.fromisoformat(status.built).timestamp()
    except ValueError:
        return 0.0


def _metrics() -> Metrics:
    return cast(Metrics, current_app.extensions["trouvaille-metrics"])


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with all metrics, to those who may read them."""
    allowed = settings().metrics
    if allowed == "off" or (allowed == "local" and not _is_local()):
        abort(404)
    response = Response(_metrics().text(engine()), mimetype="text/plain")
    response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_local() -> bool:
    """Tell whether a program of this machine asks, and not a proxy on behalf of another one."""
    original = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    forwarded = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")
    return is_loopback(original.get("REMOTE_ADDR") or "") and not any(
        name in request.headers for name in forwarded
    )
