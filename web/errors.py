"""Problems (RFC 9457), as JSON for programs and as a page for people.

Codes never depend on the reader's language; sentences do.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, NotRequired, TypedDict
from urllib.parse import quote

import orjson
from flask import Flask, Response, g, make_response, request
from werkzeug.exceptions import HTTPException

from index.errors import ClusterUnavailable, IndexUnavailable, SearchTimeout
from search import Fault, InvalidRequest
from search.answers import Keywords
from web.context import localized, render, settings
from web.i18n import gettext, ngettext
from web.paths import BELOW_API, any_below, path_of

_l = str  # Marks a sentence for the message catalogues of web/translations.

LOG = logging.getLogger("trouvaille")

MAX_INSTANCE = 2_000
"""Characters of the address that a problem repeats."""

EXPORTS = (".csv", ".xlsx", ".ndjson", ".ris", ".bib", ".atom", ".json", ".xml")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A type of problem: its HTTP status, its title, and what it means for the reader."""

    status: int
    title: str
    detail: str
    remedy: str


PROBLEMS: Mapping[str, ProblemType] = {
    "invalid-parameter": ProblemType(
        400,
        _l("Invalid parameter"),
        _l("The value of a parameter was not understood."),
        _l("Fix the listed items; the list is complete."),
    ),
    "unknown-parameter": ProblemType(
        400,
        _l("Unknown parameter"),
        _l("The address has a parameter that does not exist."),
        _l("Remove the parameter, or use the name that is suggested."),
    ),
    "page-too-deep": ProblemType(
        400,
        _l("Page too deep"),
        _l("Page numbers reach only the first 10,000 results; use a cursor for more."),
        _l("Ask with cursor=* instead of page, then with the next_cursor of each answer."),
    ),
    "bad-request": ProblemType(
        400,
        _l("Bad request"),
        _l("The request was not understood."),
        _l("Check the address and the headers of the request."),
    ),
    "not-found": ProblemType(
        404,
        _l("Not found"),
        _l("There is nothing at this address."),
        _l("Check the address, or search for the document: it may have left the archive."),
    ),
    "method-not-allowed": ProblemType(
        405,
        _l("Method not allowed"),
        _l("This address is read-only."),
        _l("Use GET; parameters go into the address."),
    ),
    "rate-limited": ProblemType(
        429,
        _l("Too many requests"),
        _l("Too many requests came from this address in a short time."),
        _l("Wait as long as the Retry-After header says, then try again."),
    ),
    "internal-error": ProblemType(
        500,
        _l("Internal error"),
        _l("The request could not be answered because of an error in the service."),
        _l(
            "Try again; if the error persists, give the operator the request identifier"
            " (also in the log)."
        ),
    ),
    "busy": ProblemType(
        503,
        _l("Service busy"),
        _l("As many exports or large searches are under way as the service allows at once."),
        _l("Wait as long as the Retry-After header says, then try again."),
    ),
    "index-unavailable": ProblemType(
        503,
        _l("Archive unavailable"),
        _l("The archive cannot be searched at the moment."),
        _l("Wait as long as the Retry-After header says: the index may still be building."),
    ),
    "cluster-unavailable": ProblemType(
        503,
        _l("Search cluster unavailable"),
        _l("The machines that search the archive do not answer at the moment."),
        _l("Wait as long as the Retry-After header says, then try again."),
    ),
    "timeout": ProblemType(
        503,
        _l("Time exceeded"),
        _l("The answer took too long and was given up."),
        _l("Narrow the search, or try again later."),
    ),
}


class NotFoundHere(HTTPException):
    """404 with a sentence of our own, already in the reader's language."""

    code = 404


class NoSuchDocument(NotFoundHere):
    """There is no document with the identifier that the address names."""

    def __init__(self) -> None:
        super().__init__(gettext("There is no document with this identifier."))


_NO_ORIGINAL: Mapping[str, str] = {
    "elsewhere": _l("The archive does not offer the file of this document."),
    "missing": _l("The file of this document is no longer where it was."),
    "changed": _l("The file of this document has changed since it was indexed."),
    "unreadable": _l("The file of this document could not be taken out of the one that it is in."),
}


class NoOriginal(NotFoundHere):
    """The file of a document cannot be given; the reasons are those of index.originals."""

    def __init__(self, reason: str) -> None:
        super().__init__(gettext(_NO_ORIGINAL[reason]))


class NoSuchFacet(NotFoundHere):
    """There is no facet with the name that the address has, but there are others."""

    def __init__(self, names: Iterable[str]) -> None:
        known = ", ".join(names)
        super().__init__(gettext("There is no such facet; there are: %(known)s.", known=known))


class FaultJson(TypedDict):
    """What is wrong with one parameter."""

    parameter: str
    code: str
    detail: str
    value: NotRequired[str]
    suggestion: NotRequired[str]


_KINDS = ", ".join(f"`{kind}`" for kind in PROBLEMS)


class ProblemJson(TypedDict):
    """A problem (RFC 9457)."""

    type: Annotated[str, Keywords({"format": "uri"}), "Its fragment is one of: " + _KINDS]
    title: str
    status: Annotated[int, Keywords({"minimum": 400, "maximum": 599})]
    detail: str
    instance: str
    request_id: Annotated[str, "The log names it too."]
    errors: NotRequired[list[FaultJson]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: its type, a sentence about this occurrence, its faults and headers."""

    kind: str
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Answer every error of the application in the form that the client reads."""
    app.register_error_handler(InvalidRequest, lambda error: respond(_invalid(error)))
    app.register_error_handler(IndexUnavailable, lambda error: respond(_later(error)))
    app.register_error_handler(SearchTimeout, lambda error: respond(_later(error)))
    # Some carry their response: 304, and redirects of the routing.
    app.register_error_handler(HTTPException, lambda error: error.response or respond(_http(error)))
    app.register_error_handler(Exception, lambda error: respond(_unexpected(error)))


def respond(problem: Problem) -> Response:
    """Return the response: problem+json for programs, a page for people."""
    kind = PROBLEMS[problem.kind]
    g.problem = problem.kind
    status = problem.status or kind.status
    detail = problem.detail or gettext(kind.detail)
    if _is_for_programs():
        body = orjson.dumps(problem_json(problem, status, detail))
        response = Response(body, status, mimetype="application/problem+json")
    else:
        page = render(
            "error.html",
            title=gettext(kind.title),
            remedy=gettext(kind.remedy),
            detail=detail,
            status=status,
            request_id=g.request_id,
            faults=[(fault, fault.detail(gettext)) for fault in problem.faults],
        )
        response = make_response(page, status)
    localized(response).headers["Cache-Control"] = "no-store"
    response.headers.update(dict(problem.headers))
    return response


def _is_for_programs() -> bool:
    path = request.path
    if any_below(path, (BELOW_API, path_of("api.health"))):
        return True
    # What is saved is for both: a browser says what it shows.
    saved = path.endswith(("/original", *EXPORTS))
    return saved and "text/html" not in request.headers.get("Accept", "")


def problem_json(problem: Problem, status: int, detail: str) -> ProblemJson:
    """Return the problem details object, as in docs/errors.md."""
    query = request.query_string[:MAX_INSTANCE].decode("ascii", "replace")
    details: ProblemJson = {
        "type": f"{g.base}{path_of('pages.errors')}#{problem.kind}",
        "title": gettext(PROBLEMS[problem.kind].title),
        "status": status,
        "detail": detail,
        "instance": quote(request.path[:MAX_INSTANCE]) + (f"?{query}" if query else ""),
        "request_id": g.request_id,
    }
    if problem.faults:
        details["errors"] = [_fault_json(fault) for fault in problem.faults]
    return details


def _fault_json(fault: Fault) -> FaultJson:
    details: FaultJson = {
        "parameter": fault.parameter,
        "code": fault.code,
        "detail": fault.detail(gettext),
    }
    if fault.value is not None:
        details["value"] = fault.value
    if fault.suggestion is not None:
        details["suggestion"] = fault.suggestion
    return details


def _invalid(error: InvalidRequest) -> Problem:
    codes = {fault.code for fault in error.faults}
    if codes == {"page_too_deep"}:
        return Problem("page-too-deep", faults=error.faults)
    detail = ngettext(
        "One parameter was not understood.",
        "%(num)d parameters were not understood.",
        len(error.faults),
    )
    kind = "unknown-parameter" if codes == {"unknown_parameter"} else "invalid-parameter"
    return Problem(kind, detail, error.faults)


def _later(error: IndexUnavailable | SearchTimeout) -> Problem:
    # The message names files of this machine: it is for the operator.
    timeout = isinstance(error, SearchTimeout)
    LOG.log(logging.WARNING if timeout else logging.ERROR, "%s: %s", g.request_id, error)
    seconds = settings().retry_after
    if isinstance(error, ClusterUnavailable):
        kind, seconds = "cluster-unavailable", error.retry_after
    else:
        kind = "timeout" if timeout else "index-unavailable"
    return Problem(kind, headers={"Retry-After": str(seconds)})


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    kind = {404: "not-found", 405: "method-not-allowed", 429: "rate-limited", 503: "busy"}.get(
        status, "internal-error" if status >= 500 else "bad-request"
    )
    headers = {
        name: value
        for name, value in error.get_headers()
        if name in ("Allow", "Retry-After", "Location")
    }
    detail = error.description if isinstance(error, NotFoundHere) else ""
    return Problem(kind, detail or "", status=status, headers=headers)


def _unexpected(error: Exception) -> Problem:
    LOG.error("%s: %s %s", g.request_id, request.method, request.path, exc_info=error)
    return Problem("internal-error")
