"""The JSON endpoint of docs/api.md, and its OpenAPI 3.1 description.

The description follows from what the routes declare (``context.operation``) and from the shapes of
answers (``search.answers``, ``web.serialize``, ``web.errors``): it names no parameter or key.
"""

import inspect
import re
from collections.abc import Mapping
from time import perf_counter
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import orjson
from flask import Blueprint, Response, current_app, g, request
from werkzeug.routing import Rule

from index.errors import ClusterUnavailable
from index.facets import VALUE_FACETS
from index.vocabularies import LANGUAGES
from search import Parameter
from search.answers import Json, Keywords, SearchAnswerJson, Selection, Shape
from web import context
from web.context import (
    HL,
    PREFIX,
    VERSION,
    Operation,
    answer_tag,
    arguments,
    asked,
    engine,
    keep,
    localized,
    operation,
    operation_of,
    page,
    search_parameters,
    stop_if_known,
    tagged,
)
from web.errors import NoSuchDocument, NoSuchFacet, ProblemJson
from web.i18n import DEFAULT, negotiate
from web.links import address, page_address
from web.paths import BELOW_API, path_of
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
_TOOK = re.compile(rb'"took_ms":[0-9.]+')
"""Never part of a value: a quotation mark in a text is escaped."""
MAX_LENGTH = 200
"""Characters of a prefix, or of what is being typed, that are looked at."""


@blueprint.get(BELOW_API + "search")
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
    kept = context.kept(query)
    parsed = (perf_counter() - began) * 1000
    if kept is not None:
        took = f'"took_ms":{parsed:.1f}'.encode()
        kept.set_data(_TOOK.sub(took, kept.get_data(), count=1))
        del g.by_zstd
        return _timed(kept, {"parse": parsed})
    response = context.search(query)
    took_ms = (perf_counter() - began) * 1000
    body = Serializer(g.base).search(response, took_ms)
    answer = _json(body)
    following = body["links"]["next"]
    if following:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    tag = answer_tag(response)
    keep(answer, response, tag)
    tagged(answer, tag)
    _timed(answer, {**response.timings, "parse": response.timings.get("parse", 0.0) + parsed})
    if response.is_cut:
        # The next time there may be time for all of it.
        del answer.headers["ETag"]
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _timed(answer: Response, timings: Mapping[str, float]) -> Response:
    answer.headers["Server-Timing"] = ", ".join(
        f"{step};dur={timings.get(step, 0.0):.1f}"
        for step in ("parse", "search", "facets", "snippets")
    )
    return answer


@blueprint.get(BELOW_API + "facets/<name>")
@operation(PREFIX, search=True, answer=FacetPageJson)
def facet(name: str) -> Response:
    """Search inside a facet, under the other filters of a search."""
    if name not in VALUE_FACETS:
        raise NoSuchFacet(VALUE_FACETS)
    query = asked()
    prefix = request.args.get("prefix", "")[:MAX_LENGTH]
    tag = stop_if_known(query, name, prefix)
    found = engine().facet(name, query, prefix, query.page)
    return tagged(_json(Serializer(g.base).facet_page(found, query)), tag)


@blueprint.get(BELOW_API + "suggest")
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


@blueprint.get(BELOW_API + "documents/<id:id>")
@operation(WORDS, answer=DocumentJson)
def document(id: str) -> Response:
    """Read a whole document."""
    arguments().check()
    q = request.args.get("q", "")
    tag = stop_if_known(None, id, q)
    view = engine().document(id, negotiate(), q)
    if view is None:
        raise NoSuchDocument()
    return tagged(_json(Serializer(g.base).document(view)), tag)


@blueprint.get(BELOW_API + "documents/<id:id>/similar")
@operation(LIMIT, answer=SimilarJson)
def similar(id: str) -> Response:
    """Find the documents most like one."""
    count = _limit()
    tag = stop_if_known(None, id, str(count))
    results = engine().similar(id, count, negotiate())
    if results is None:
        raise NoSuchDocument()
    serializer = Serializer(g.base)
    answer: SimilarJson = {"id": id, "results": [serializer.result(one) for one in results]}
    return tagged(_json(answer), tag)


@blueprint.get(BELOW_API + "openapi.json")
@operation()
def openapi() -> Response:
    """Describe the endpoint in OpenAPI 3.1."""
    arguments().check()
    answer = _json(description(g.base))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/docs/api")
@operation(HL)
def docs() -> Response:
    """Explain the endpoint to people."""
    arguments().check()
    return page(
        "docs_api.html",
        api=description(g.base),
        openapi_address=address(g.base, path_of("api.openapi")),
        example=address(g.base, path_of("api.search"), [("q", "accord"), ("per_page", "2")]),
    )


@blueprint.get(BELOW_API + "docs")
@operation()
def docs_elsewhere() -> Response:
    """Lead to the page that explains the endpoint, where it is looked for too."""
    response = localized(Response(status=308))
    response.headers["Location"] = page_address("api.docs")
    return response


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
    cluster = engine().cluster()
    if cluster is not None:
        if cluster.status in ("red", "unavailable"):
            raise ClusterUnavailable(
                f"The cluster is {cluster.status} ({cluster.unassigned} shards have no node).",
                "Start the nodes that are away.",
            )
        body["cluster"] = {
            "status": cluster.status,
            "nodes": cluster.nodes,
            "unassigned_shards": cluster.unassigned,
        }
    answer = _json(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")


# The OpenAPI description.

_SCALARS: dict[Any, Json] = {
    str: {"type": "string"},
    int: {"type": "integer", "minimum": 0},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
}


class Schemas:
    """JSON schemas (2020-12) of types; those of named shapes are collected in ``components``."""

    def __init__(self) -> None:
        self.components: dict[str, Json] = {}

    def of(self, kind: Any) -> Json:
        """Return the schema of a type; for a TypedDict, a reference to its component."""
        origin, args = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._annotated(*args)
        if origin is Literal:
            return {"type": "string", "enum": list(args)}
        if origin in (Union, UnionType):
            return self._union([arg for arg in args if arg is not NoneType], NoneType in args)
        if origin is list:
            return {"type": "array", "items": self.of(args[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(args[1])}
        if is_typeddict(kind):
            return self._component(kind)
        return dict(_SCALARS[kind])

    def _annotated(self, kind: Any, *notes: Any) -> Json:
        schema = self.of(kind)
        for note in notes:
            if isinstance(note, Shape):
                schema = self._record(note.keys)
            elif isinstance(note, Selection):
                self.components[schema["$ref"].rpartition("/")[2]]["required"] = []
            elif isinstance(note, Keywords):
                schema |= note.keywords
            else:
                schema["description"] = note
        return schema

    def _union(self, kinds: list[Any], optional: bool) -> Json:
        if len(kinds) > 1:
            return {"anyOf": [self.of(kind) for kind in kinds]}
        schema = self.of(kinds[0])
        if optional and "$ref" in schema:
            return {"anyOf": [schema, {"type": "null"}]}
        if optional:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        return schema

    def _component(self, kind: Any) -> Json:
        name = kind.__name__.removesuffix("Json")
        if name not in self.components:
            component = self.components[name] = {}
            component |= self._record(get_type_hints(kind, include_extras=True))
            if kind.__doc__:
                component["description"] = " ".join(inspect.cleandoc(kind.__doc__).split())
        return {"$ref": f"#/components/schemas/{name}"}

    def _record(self, keys: Mapping[str, Any]) -> Json:
        """Return the schema of an object; later versions may add keys to it."""
        required = [name for name, kind in keys.items() if get_origin(kind) is not NotRequired]
        properties = {
            name: self.of(kind if name in required else get_args(kind)[0])
            for name, kind in keys.items()
        }
        return {"type": "object", "properties": properties, "required": required}


_DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


def _parameter(parameter: Parameter) -> Json:
    """Describe a parameter of the query string."""
    choices: Json = {"type": "string", "enum": list(parameter.choices)}
    schemas: dict[str, Json] = {
        "text": {"type": "string"},
        "number": {"type": "integer", "minimum": 1},
        "choice": choices,
        "choices": {"type": "array", "items": choices},
        "date": {"type": "string", "pattern": _DATE},
        "values": {"type": "array", "items": {"type": "string"}},
    }
    schema = schemas[parameter.kind]
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.maximum:
        schema["maximum"] = parameter.maximum
    described = {"name": parameter.name, "in": "query", "description": parameter.meaning}
    repeated = {"style": "form", "explode": parameter.kind == "values"}
    return described | {"schema": schema} | (repeated if schema["type"] == "array" else {})


def _path_parameter(name: str) -> Json:
    described = {
        "id": (
            "Identifier of a document; it may hold slashes, which stay as they are.",
            {"type": "string"},
        ),
        "name": ("The facet.", {"type": "string", "enum": list(VALUE_FACETS)}),
    }
    text, schema = described[name]
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


_LANGUAGES = ", ".join(LANGUAGES)
_REQUEST_HEADERS: list[Json] = [
    {
        "name": "Accept-Language",
        "in": "header",
        "description": f"The language of labels, messages and some operators: one of {_LANGUAGES}.",
        "schema": {"type": "string", "default": DEFAULT},
    },
    {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of an answer at hand; 304 if it still holds.",
        "schema": {"type": "string"},
    },
    {
        "name": "X-Request-Id",
        "in": "header",
        "description": "Echoed if it is a letter or digit and up to 127 of letters, digits and"
        " ._:/+=-; else made by the service.",
        "schema": {"type": "string"},
    },
]


def _headers(texts: Mapping[str, str]) -> Json:
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()
    }


_COMMON = _headers(
    {
        "X-Request-Id": "Names the request in the log.",
        "Content-Language": "Language of labels and messages.",
    }
)
_TAGGED = _COMMON | _headers(
    {
        "ETag": "Changes with the index, the question and the language.",
        "Cache-Control": "no-cache: ask again with If-None-Match.",
    }
)
_ALLOW = _headers({"Allow": "GET, HEAD"})
_RETRY = _headers({"Retry-After": "Seconds to wait."})


def _operation(rule: Rule, operation: Operation, schemas: Schemas) -> Json:
    """Describe a GET operation with all answers that it may give."""

    def problem(kinds: str, headers: Json | None = None) -> Json:
        return {
            "description": kinds,
            "headers": _COMMON | (headers or {}),
            "content": {"application/problem+json": {"schema": schemas.of(ProblemJson)}},
        }

    if isinstance(operation.answer, str):
        content = {operation.answer: {"schema": {"type": "string"}}}
        unavailable = "index-unavailable, cluster-unavailable, timeout, busy"
    else:
        content = {"application/json": {"schema": schemas.of(operation.answer)}}
        unavailable = "index-unavailable, cluster-unavailable, timeout"
    absent = {"404": problem("not-found")} if rule.arguments else {}
    view = current_app.view_functions[rule.endpoint]
    summary = (view.__doc__ or "").partition("\n")[0]
    search = search_parameters().values() if operation.search else ()
    return {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": summary,
        "parameters": [
            *(_path_parameter(name) for name in sorted(rule.arguments)),
            *(_parameter(one) for one in (*operation.parameters.values(), *search)),
            *_REQUEST_HEADERS,
        ],
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": _TAGGED | _headers(operation.headers),
                "content": content,
            },
            "304": {"description": "The caller has this answer already.", "headers": _TAGGED},
            "400": problem("invalid-parameter, unknown-parameter, page-too-deep, bad-request"),
            **absent,
            "405": problem("method-not-allowed", _ALLOW),
            "429": problem("rate-limited", _RETRY),
            "500": problem("internal-error"),
            "503": problem(unavailable, _RETRY),
        },
    }


def description(base: str) -> Json:
    """Return the OpenAPI document of this application, served at ``base``."""
    schemas = Schemas()
    paths: Json = {}
    for rule in current_app.url_map.iter_rules():
        operation = operation_of(rule.endpoint)
        if operation and operation.answer:
            path = rule.rule.replace("<id:", "<").replace("<", "{").replace(">", "}")
            paths[path] = {"get": _operation(rule, operation, schemas)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trouvaille",
            "summary": "Multilingual full-text search with facets that are always true",
            "version": VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.components.items()))},
    }
