"""Problems (RFC 9457) as JSON or as a page, and the sentence that stands for each code.

Codes never depend on the reader's language; these sentences do. A test checks that every code
that ``search`` can give has its sentence, and that the catalogues are complete.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NotRequired, TypedDict
from urllib.parse import quote

import orjson
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException

from index import facets
from index.errors import IndexUnavailable, SearchTimeout
from search.answers import Keywords
from search.request import FAULTS as REQUEST_FAULTS
from search.request import Fault, InvalidRequest
from search.response import Notice
from web.context import localized, settings

LOG = logging.getLogger("trouvaille")

EXPORTS = (".csv", ".ndjson", ".atom", ".json", ".xml")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A type of problem: its HTTP status, its title, and what it means for the reader."""

    status: int
    title: LazyString
    detail: LazyString
    remedy: LazyString


PROBLEMS: Mapping[str, ProblemType] = {
    "invalid-parameter": ProblemType(
        400,
        _l("Invalid parameter"),
        _l("The value of a parameter was not understood."),
        _l("Correct what the list of errors names; everything wrong is listed at once."),
    ),
    "unknown-parameter": ProblemType(
        400,
        _l("Unknown parameter"),
        _l("The address holds a parameter that does not exist."),
        _l("Remove the parameter, or use the name that is suggested."),
    ),
    "page-too-deep": ProblemType(
        400,
        _l("Page too deep"),
        _l("The first 10,000 results are reached by page number, further ones by cursor."),
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
        _l("This address is only read."),
        _l("Use GET; parameters go into the address."),
    ),
    "rate-limited": ProblemType(
        429,
        _l("Too many requests"),
        _l("Too many requests came from this address in a short time."),
        _l("Wait for the seconds named by the Retry-After header, then ask again."),
    ),
    "internal-error": ProblemType(
        500,
        _l("Internal error"),
        _l("The request could not be answered because of an error in the service."),
        _l(
            "Try again; if it lasts, tell the operator the request identifier, which the log names."
        ),
    ),
    "index-unavailable": ProblemType(
        503,
        _l("Archive unavailable"),
        _l("The archive cannot be searched at the moment."),
        _l("Wait for the seconds named by the Retry-After header: the index may be under way."),
    ),
    "timeout": ProblemType(
        503,
        _l("Time exceeded"),
        _l("The answer took too long and was given up."),
        _l("Narrow the question, or ask again later."),
    ),
}

FACETS: Mapping[str, LazyString] = {facet.name: _l(facet.label) for facet in facets.FACETS}

FAULTS: Mapping[str, LazyString] = {code: _l(sentence) for code, sentence in REQUEST_FAULTS.items()}

NOTICES: Mapping[str, LazyString] = {
    "fuzzy_cut": _l(
        "Many words are spelt nearly like %(word)s: the %(limit)s nearest were looked for."
    ),
    "fuzzy_unsupported": _l(
        "In %(word)s, ~ was left out: it needs a word of three to 24 letters before it."
    ),
    "out_of_time": _l("Time ran out: a part of the question was left out."),
    "query_cut": _l("The question was cut after %(limit)s characters."),
    "control_characters": _l("Control characters were left out of the question."),
    "unbalanced_quote": _l("A quotation mark has no partner and was left out."),
    "unbalanced_parenthesis": _l("A parenthesis has no partner and was completed or left out."),
    "too_deep": _l("Parentheses beyond %(limit)s levels were left out."),
    "too_many_words": _l("Only the first %(limit)s words of the question were searched."),
    "empty_phrase": _l("Quotation marks with nothing to look for between them were left out."),
    "invalid_date": _l("“%(value)s” is no date and was left out; expected: 2024, 2024-03-15."),
    "generation_changed": _l("The archive was renewed on the way: results may be new or missing."),
    "lone_operator": _l("%(operator)s has nothing to join and was left out."),
    "nothing_understood": _l("The question holds no word to look for."),
    "prefix_too_short": _l("%(prefix)s begins too many words: more letters are needed before *."),
    "question": _l(
        "Read as a question in plain words: documents that have most of them come first."
    ),
    "relaxed": _l(
        "No document has all %(asked)s words: those that have most of them are shown,"
        " at least %(at_least)s."
    ),
    "unknown_value": _l("No document carries %(field)s:%(value)s."),
    "wildcard_unsupported": _l(
        "In %(word)s, * is only understood after the first two letters of a word."
    ),
}

_OUT_OF_TIME: Mapping[str, LazyString] = {
    "alternatives": _l("Time ran out: what only %(left_out)s finds is missing."),
    "expansions": _l("Time ran out: not all words were looked for that %(left_out)s stands for."),
    "proximity": _l("Time ran out: it does not count for the order how close words are."),
    "relaxation": _l("Time ran out: documents with only some of the words were not looked for."),
}


def fault_detail(fault: Fault) -> str:
    """Say what is wrong with a parameter, and which name or value was probably meant."""
    detail = str(gettext(fault.sentence)) % defaultdict(str, fault.values)
    if fault.suggestion:
        meant = gettext("Did you mean “%(suggestion)s”?", suggestion=fault.suggestion)
        detail = f"{detail} {meant}"
    return detail


def notice_detail(notice: Notice) -> str:
    """Say what a notice of the search means."""
    sentence = NOTICES.get(notice.code, notice.code)
    if notice.code == "out_of_time":
        sentence = _OUT_OF_TIME.get(notice.values.get("part", ""), sentence)
    detail = str(sentence) % defaultdict(str, notice.values)
    if notice.code == "relaxed" and notice.values.get("missing"):
        detail += " " + gettext("In no document: %(missing)s.", missing=notice.values["missing"])
    return detail


class NotFoundHere(HTTPException):
    """404 with a sentence of our own, already in the reader's language."""

    code = 404


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
    detail = problem.detail or str(kind.detail)
    if _is_for_programs():
        body = orjson.dumps(problem_json(problem, status, detail))
        response = Response(body, status, mimetype="application/problem+json")
    else:
        page = render_template(
            "error.html",
            problem=kind,
            detail=detail,
            status=status,
            request_id=g.request_id,
            faults=[(fault, fault_detail(fault)) for fault in problem.faults],
        )
        response = make_response(page, status)
    localized(response).headers["Cache-Control"] = "no-store"
    response.headers.update(dict(problem.headers))
    return response


def _is_for_programs() -> bool:
    path = request.path
    return path.startswith(("/api/", "/healthz")) or path.endswith(EXPORTS) or path == "/api"


def problem_json(problem: Problem, status: int, detail: str) -> ProblemJson:
    """Return the problem details object, as in docs/errors.md."""
    query = request.query_string.decode("ascii", "replace")
    details: ProblemJson = {
        "type": f"{g.base}/docs/errors#{problem.kind}",
        "title": str(PROBLEMS[problem.kind].title),
        "status": status,
        "detail": detail,
        "instance": quote(request.path) + (f"?{query}" if query else ""),
        "request_id": g.request_id,
    }
    if problem.faults:
        details["errors"] = [_fault_json(fault) for fault in problem.faults]
    return details


def _fault_json(fault: Fault) -> FaultJson:
    details: FaultJson = {
        "parameter": fault.parameter,
        "code": fault.code,
        "detail": fault_detail(fault),
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
    kind = "timeout" if timeout else "index-unavailable"
    return Problem(kind, headers={"Retry-After": str(settings().retry_after)})


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    kind = {404: "not-found", 405: "method-not-allowed", 429: "rate-limited"}.get(
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
