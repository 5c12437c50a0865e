"""Problems, as RFC 9457 tells them to programs and as a page tells them to people."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import ngettext
from werkzeug.exceptions import HTTPException

from index.errors import IndexUnavailable, SearchTimeout
from search.request import Fault, InvalidRequest
from web.i18n import negotiate
from web.messages import PROBLEMS, fault_detail

LOG = logging.getLogger("trouvaille")

MEDIA_TYPE = "application/problem+json"
EXPORTS = (".csv", ".ndjson", ".atom", ".json", ".xml")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: its type, a sentence about this occurrence, its faults and headers."""

    kind: str
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Answer every error of the application in the shape that the caller reads."""
    app.register_error_handler(InvalidRequest, lambda error: respond(_invalid(error)))
    app.register_error_handler(IndexUnavailable, lambda error: respond(_unavailable(error)))
    app.register_error_handler(SearchTimeout, lambda error: respond(_late(error)))
    app.register_error_handler(HTTPException, _answered)
    app.register_error_handler(Exception, lambda error: respond(_unexpected(error)))


def for_programs() -> bool:
    """Tell whether the address asked for is read by programs rather than shown as a page."""
    path = request.path
    return path.startswith(("/api/", "/healthz")) or path.endswith(EXPORTS) or path == "/api"


def respond(problem: Problem) -> Response:
    """Make the response: problem+json under ``/api`` and for exports, else a page."""
    known = PROBLEMS[problem.kind]
    g.problem = problem.kind
    status = problem.status or known.status
    detail = problem.detail or str(known.detail)
    if for_programs():
        response = Response(
            orjson.dumps(describe(problem, status, detail)), status, mimetype=MEDIA_TYPE
        )
    else:
        page = render_template(
            "error.html",
            problem=known,
            detail=detail,
            status=status,
            request_id=g.request_id,
            faults=[(fault, fault_detail(fault)) for fault in problem.faults],
        )
        response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = negotiate()
    response.headers.update(dict(problem.headers))
    return response


def describe(problem: Problem, status: int, detail: str) -> dict[str, Any]:
    """Return the problem details object, as in docs/errors.md."""
    told: dict[str, Any] = {
        "type": f"{g.base}/docs/errors#{problem.kind}",
        "title": str(PROBLEMS[problem.kind].title),
        "status": status,
        "detail": detail,
        "instance": _instance(),
        "request_id": g.request_id,
    }
    if problem.faults:
        told["errors"] = [_fault(fault) for fault in problem.faults]
    return told


def _instance() -> str:
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path) + (f"?{query}" if query else "")


def _fault(fault: Fault) -> dict[str, str]:
    told = {"parameter": fault.parameter, "code": fault.code, "detail": fault_detail(fault)}
    if fault.value is not None:
        told["value"] = fault.value
    if fault.suggestion is not None:
        told["suggestion"] = fault.suggestion
    return told


def _invalid(error: InvalidRequest) -> Problem:
    codes = {fault.code for fault in error.faults}
    kind = {
        frozenset({"unknown_parameter"}): "unknown-parameter",
        frozenset({"page_too_deep"}): "page-too-deep",
    }.get(frozenset(codes), "invalid-parameter")
    count = len(error.faults)
    detail = ngettext(
        "One parameter was not understood.", "%(num)d parameters were not understood.", count
    )
    return Problem(kind, "" if kind == "page-too-deep" else detail, error.faults)


def _unavailable(error: IndexUnavailable) -> Problem:
    # The sentence names files of the machine: it is for the operator.
    LOG.error("%s: %s", g.request_id, error)
    return Problem("index-unavailable", headers={"Retry-After": _wait()})


def _late(error: SearchTimeout) -> Problem:
    LOG.warning("%s: %s", g.request_id, error)
    return Problem("timeout", headers={"Retry-After": _wait()})


def _wait() -> str:
    return str(current_app.config["SETTINGS"].retry_after)


def _answered(error: HTTPException) -> Any:
    # Some carry their response: 304, and redirects of the routing.
    return error.response or respond(_http(error))


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    kind = {404: "not-found", 405: "method-not-allowed", 429: "rate-limited"}.get(
        status, "internal-error" if status >= 500 else "bad-request"
    )
    kept = {
        name: value
        for name, value in error.get_headers()
        if name in ("Allow", "Retry-After", "Location")
    }
    own_words = error.description if isinstance(error, NotFoundHere) else ""
    return Problem(kind, own_words or "", status=status, headers=kept)


def _unexpected(error: Exception) -> Problem:
    LOG.error("%s: %s %s", g.request_id, request.method, request.path, exc_info=error)
    return Problem("internal-error")


class NotFoundHere(HTTPException):
    """404 with a sentence of our own, already in the reader's language."""

    code = 404
