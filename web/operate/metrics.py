"""What Prometheus scrapes: requests, searches, problems, and the index that is served."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, abort, current_app, request

from index.errors import IndexUnavailable
from search.engine import Engine
from search.response import IndexStatus
from web.context import engine, settings
from web.operate.security import is_loopback

if TYPE_CHECKING:
    from prometheus_client.metrics_core import GaugeMetricFamily

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder through which processes add their figures up."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of answering times, in seconds."""

METHODS = ("GET", "HEAD", "OPTIONS")

blueprint = Blueprint("metrics", __name__)


class Metrics:
    """The figures of one process, or of all that share a folder.

    The library decides when it is first imported whether figures are shared, so that it must not
    be before the server has named the folder: hence the imports inside.
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
        self._empty = Counter(
            "trouvaille_searches_without_result",
            "Searches that found no document.",
            registry=registry,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request and the time it took."""
        named = method if method in METHODS else "other"
        self._requests.labels(route, named, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def problem(self, kind: str) -> None:
        """Count a problem."""
        self._problems.labels(kind).inc()

    def search(self, total: int) -> None:
        """Count a search that found ``total`` documents."""
        self._searches.inc()
        if not total:
            self._empty.inc()

    def text(self, served: Engine) -> bytes:
        """Return all figures in the text format of Prometheus."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        written = generate_latest(self._registry)
        if os.environ.get(SHARED):
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
            written = generate_latest(shared)
        index = CollectorRegistry()
        index.register(cast(Any, _Index(served)))
        return written + generate_latest(index)


class _Index:
    """Collects what is to be told of the index at the moment."""

    def __init__(self, served: Engine) -> None:
        self._engine = served

    def collect(self) -> Iterator["GaugeMetricFamily"]:
        """Yield the figures of the index; only that it is down where it cannot be read."""
        from prometheus_client.metrics_core import GaugeMetricFamily

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
        by_language = GaugeMetricFamily(
            "trouvaille_index_documents", "Documents served.", labels=("language",)
        )
        for code, count in sorted(status.languages.items()):
            by_language.add_metric((code,), count)
        yield by_language
        yield GaugeMetricFamily(
            "trouvaille_index_skipped", "Files and records left out.", status.skipped
        )


def figures() -> Metrics:
    """Return the figures of the application."""
    return cast(Metrics, current_app.extensions["trouvaille-metrics"])


@blueprint.get("/metrics")
def metrics() -> Response:
    """Tell all figures, to those who may know them."""
    allowed = settings().metrics
    if allowed == "off" or (allowed == "local" and not _from_here()):
        abort(404)
    response = Response(figures().text(engine()), mimetype="text/plain")
    response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _from_here() -> bool:
    """Tell whether a program of this machine asks, and no proxy for somebody else."""
    before = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    forwarded = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")
    return is_loopback(before.get("REMOTE_ADDR") or "") and not any(
        name in request.headers for name in forwarded
    )


def _built(status: IndexStatus) -> float:
    try:
        return datetime.fromisoformat(status.built).timestamp()
    except ValueError:
        return 0.0
