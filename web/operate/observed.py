"""What is noted of every request, for the log and for the figures."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from index.document import Skipped
from search.engine import Engine
from search.request import FacetOrder, SearchRequest
from search.response import DocumentView, FacetPage, IndexStatus, Result, SearchResponse, Suggestion
from web.context import settings
from web.operate.logs import REQUESTS
from web.operate.metrics import Metrics, figures

WARMING = "trouvaille.warming"
"""In the WSGI environment of a request of our own, which is neither logged nor counted."""


class ObservedEngine:
    """An engine whose searches are noted with the request that they answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a search, and note how much it found in which generation."""
        response = self._engine.search(request)
        # Exports go on searching when their request is over: their first search stands for all.
        if has_request_context() and not _warming():
            g.noted = {"total": response.total, "generation": response.generation}
            figures().search(response.total)
        return response

    def facet(
        self,
        name: str,
        request: SearchRequest,
        prefix: str,
        page: int,
        order: FacetOrder = "count",
    ) -> FacetPage:
        """Search inside a facet."""
        return self._engine.facet(name, request, prefix, page, order)

    def suggest(self, text: str, limit: int, locale: str) -> tuple[Suggestion, ...]:
        """Complete what is being typed."""
        return self._engine.suggest(text, limit, locale)

    def document(self, id: str, locale: str, q: str = "") -> DocumentView | None:
        """Return a whole document."""
        return self._engine.document(id, locale, q)

    def similar(self, id: str, limit: int, locale: str) -> tuple[Result, ...] | None:
        """Return the documents most like this one."""
        return self._engine.similar(id, limit, locale)

    def status(self) -> IndexStatus:
        """Return what is being served."""
        return self._engine.status()

    def skipped(self) -> tuple[Skipped, ...]:
        """Return what was left out."""
        return self._engine.skipped()


def install(app: Flask) -> None:
    """Count, time and log every request of the application."""
    app.extensions["trouvaille-metrics"] = Metrics()
    app.before_request(_start)
    app.after_request(_note)


def _start() -> None:
    g.began = perf_counter()


def _note(response: Response) -> Response:
    if _warming():
        return response
    record = _recorder(response)
    if response.is_streamed:
        # An export takes until its last line has been sent.
        response.call_on_close(record)
    else:
        record()
    return response


def _recorder(response: Response) -> Callable[[], None]:
    """Return what writes the line of this request, without needing the request any more."""
    began: float = g.began
    counted, queries = figures(), settings().log_queries
    method, status = request.method, response.status_code
    route = _route()
    pairs: dict[str, Any] = {"request": g.request_id, "method": method, "route": route}
    pairs["status"] = status
    noted: dict[str, Any] = dict(g.get("noted") or {})
    problem: str = g.get("problem", "")
    if problem:
        noted["problem"] = problem
    if queries:
        noted["address"] = request.full_path.rstrip("?")

    def record() -> None:
        seconds = perf_counter() - began
        counted.answered(route, method, status, seconds)
        if problem:
            counted.problem(problem)
        line = pairs | {"ms": round(seconds * 1000, 1)} | noted
        REQUESTS.info("request", extra={"pairs": line})

    return record


def _route() -> str:
    """Return the pattern of the address, which names no document."""
    rule = request.url_rule
    if rule is None:
        return "none"
    return rule.rule.replace("<id:id>", "{id}").replace("<", "{").replace(">", "}")


def _warming() -> bool:
    return bool(request.environ.get(WARMING))
