"""The JSON endpoint of docs/api.md."""

from time import perf_counter
from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from flask_babel import gettext

from index.facets import VALUE_FACETS
from web import links
from web.api.openapi import description
from web.context import asked, engine, labelled, limit, only, search_parts, stop_if_known, tag
from web.errors import NotFoundHere
from web.i18n import negotiate
from web.serialize import SEARCH, Writer

blueprint = Blueprint("api", __name__)

SUGGESTIONS = 10
SIMILAR = 10
MAX_LIMIT = 50


@blueprint.get("/api/search")
def search() -> Response:
    """Answer a search."""
    began = perf_counter()
    wanted = asked()
    stop_if_known(*search_parts(wanted))
    parsed = (perf_counter() - began) * 1000
    response = engine().search(wanted)
    took = (perf_counter() - began) * 1000
    answer = _json(Writer(g.base).search(response, took))
    following = links.pages(response).next
    if following:
        answer.headers["Link"] = f'<{Writer(g.base).at(SEARCH, following)}>; rel="next"'
    timings = {**response.timings, "parse": response.timings.get("parse", 0.0) + parsed}
    answer.headers["Server-Timing"] = ", ".join(
        f"{step};dur={timings.get(step, 0.0):.1f}"
        for step in ("parse", "search", "facets", "snippets")
    )
    labelled(answer, tag(response.generation, *search_parts(wanted)))
    if any(notice.code == "out_of_time" for notice in response.warnings):
        # The next time there may be time for all of it.
        del answer.headers["ETag"]
        answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/api/facets/<name>")
def facet(name: str) -> Response:
    """Search inside a facet: values a word of whose names starts with ``prefix``."""
    if name not in VALUE_FACETS:
        known = ", ".join(VALUE_FACETS)
        raise NotFoundHere(gettext("There is no such facet; there are: %(known)s.", known=known))
    wanted = asked(also=("prefix",))
    prefix = request.args.get("prefix", "")[:200]
    current = stop_if_known(name, prefix, *search_parts(wanted))
    page = engine().facet(name, wanted, prefix, wanted.page)
    return labelled(_json(Writer(g.base).facet_page(page, wanted)), current)


@blueprint.get("/api/suggest")
def suggest() -> Response:
    """Complete what is being typed."""
    only(("q", "limit"))
    q, count = request.args.get("q", "")[:200], limit(SUGGESTIONS, MAX_LIMIT)
    current = stop_if_known(q, str(count))
    found = engine().suggest(q, count, negotiate())
    writer = Writer(g.base)
    body = {"q": q, "suggestions": [writer.suggestion(suggestion) for suggestion in found]}
    return labelled(_json(body), current)


@blueprint.get("/api/documents/<id:id>")
def document(id: str) -> Response:
    """Return a whole document, the matches of ``q`` as offsets."""
    only(("q",))
    q = request.args.get("q", "")
    current = stop_if_known(id, q)
    view = engine().document(id, negotiate(), q)
    if view is None:
        raise NotFoundHere(gettext("There is no document with this identifier."))
    return labelled(_json(Writer(g.base).document(view)), current)


@blueprint.get("/api/documents/<id:id>/similar")
def similar(id: str) -> Response:
    """Return the documents most like this one."""
    only(("limit",))
    count = limit(SIMILAR, MAX_LIMIT)
    current = stop_if_known(id, str(count))
    found = engine().similar(id, count, negotiate())
    if found is None:
        raise NotFoundHere(gettext("There is no document with this identifier."))
    writer = Writer(g.base)
    return labelled(_json({"id": id, "results": [writer.result(one) for one in found]}), current)


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """Describe the endpoint in OpenAPI 3.1."""
    only(())
    answer = _json(description(g.base))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/healthz")
def health() -> Response:
    """Tell whether searches can be answered; 503 if not."""
    status = engine().status()
    told = {"generation": status.generation, "documents": status.documents}
    answer = _json({"status": "ok", **told, "compiled": status.compiled})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")
