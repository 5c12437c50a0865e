"""The routes of the JSON endpoint of docs/api.md."""

from time import perf_counter
from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from flask_babel import gettext

from index.facets import VALUE_FACETS
from search import Parameter
from search.answers import SearchAnswerJson
from web import context, links
from web.api.openapi import description
from web.context import (
    PREFIX,
    arguments,
    asked,
    engine,
    entity_tag,
    operation,
    stop_if_known,
    tagged,
)
from web.errors import NotFoundHere
from web.i18n import negotiate
from web.links import API_SEARCH
from web.serialize import (
    DocumentJson,
    FacetPageJson,
    HealthJson,
    Serializer,
    SimilarJson,
    SuggestionsJson,
)

blueprint = Blueprint("api", __name__)

TYPED = Parameter("q", "What was typed so far.")
WORDS = Parameter("q", "Words to mark, as offsets.")
LIMIT = Parameter("limit", "How many to return.", "number", default=10, maximum=50)
MAX_LENGTH = 200
"""Characters of a prefix, or of what is being typed, that are looked at."""


@blueprint.get("/api/search")
@operation(
    search=True,
    answer=SearchAnswerJson,
    headers={
        "Link": 'The next page, rel="next" (RFC 8288).',
        "Server-Timing": "parse, search, facets, snippets in milliseconds.",
    },
)
def search() -> Response:
    """Search the archive."""
    began = perf_counter()
    query = asked()
    stop_if_known(query)
    parsed = (perf_counter() - began) * 1000
    response = context.search(query)
    took = (perf_counter() - began) * 1000
    serializer = Serializer(g.base)
    answer = _json(serializer.search(response, took))
    following = links.pages(response).next
    if following:
        answer.headers["Link"] = f'<{serializer.address(API_SEARCH, following)}>; rel="next"'
    timings = {**response.timings, "parse": response.timings.get("parse", 0.0) + parsed}
    answer.headers["Server-Timing"] = ", ".join(
        f"{step};dur={timings.get(step, 0.0):.1f}"
        for step in ("parse", "search", "facets", "snippets")
    )
    tagged(answer, entity_tag(response.generation, query))
    if any(notice.code == "out_of_time" for notice in response.warnings):
        # The next time there may be time for all of it.
        del answer.headers["ETag"]
        answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/api/facets/<name>")
@operation(PREFIX, search=True, answer=FacetPageJson)
def facet(name: str) -> Response:
    """Search inside a facet, under the other filters of a search."""
    if name not in VALUE_FACETS:
        known = ", ".join(VALUE_FACETS)
        raise NotFoundHere(gettext("There is no such facet; there are: %(known)s.", known=known))
    query = asked()
    prefix = request.args.get("prefix", "")[:MAX_LENGTH]
    tag = stop_if_known(query, name, prefix)
    page = engine().facet(name, query, prefix, query.page)
    return tagged(_json(Serializer(g.base).facet_page(page, query)), tag)


@blueprint.get("/api/suggest")
@operation(TYPED, LIMIT, answer=SuggestionsJson)
def suggest() -> Response:
    """Complete what is being typed."""
    q, count = request.args.get("q", "")[:MAX_LENGTH], _limit()
    tag = stop_if_known(None, q, str(count))
    serializer = Serializer(g.base)
    suggestions = engine().suggest(q, count, negotiate())
    answer: SuggestionsJson = {
        "q": q,
        "suggestions": [serializer.suggestion(suggestion) for suggestion in suggestions],
    }
    return tagged(_json(answer), tag)


def _limit() -> int:
    given = arguments()
    count = given.number("limit")
    given.check()
    return count


@blueprint.get("/api/documents/<id:id>")
@operation(WORDS, answer=DocumentJson)
def document(id: str) -> Response:
    """Read a whole document."""
    arguments().check()
    q = request.args.get("q", "")
    tag = stop_if_known(None, id, q)
    view = engine().document(id, negotiate(), q)
    if view is None:
        raise NotFoundHere(gettext("There is no document with this identifier."))
    return tagged(_json(Serializer(g.base).document(view)), tag)


@blueprint.get("/api/documents/<id:id>/similar")
@operation(LIMIT, answer=SimilarJson)
def similar(id: str) -> Response:
    """Find the documents most like one."""
    count = _limit()
    tag = stop_if_known(None, id, str(count))
    results = engine().similar(id, count, negotiate())
    if results is None:
        raise NotFoundHere(gettext("There is no document with this identifier."))
    serializer = Serializer(g.base)
    answer: SimilarJson = {"id": id, "results": [serializer.result(one) for one in results]}
    return tagged(_json(answer), tag)


@blueprint.get("/api/openapi.json")
@operation()
def openapi() -> Response:
    """Describe the endpoint in OpenAPI 3.1."""
    arguments().check()
    answer = _json(description(g.base))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/healthz")
@operation(answer=HealthJson)
def health() -> Response:
    """Can searches be answered?"""
    status = engine().status()
    body: HealthJson = {
        "status": "ok",
        "generation": status.generation,
        "documents": status.documents,
        "compiled": status.compiled,
    }
    answer = _json(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")
