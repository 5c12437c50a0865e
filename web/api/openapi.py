"""The OpenAPI 3.1 description of the endpoint and the exports.

It follows from what the routes declare (``context.operation``) and from the shapes of answers
(``search.answers``, ``web.serialize``, ``web.errors``): no parameter or key is named here.
"""

import inspect
from collections.abc import Mapping
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

from flask import current_app
from werkzeug.routing import Rule

from index.facets import VALUE_FACETS
from index.vocabularies import LANGUAGES
from search import Parameter
from search.answers import Json, Keywords, Shape
from web.context import VERSION, Operation, operation_of, search_parameters
from web.errors import ProblemJson
from web.i18n import DEFAULT

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
            elif isinstance(note, Keywords):
                schema |= note.keywords
            else:
                schema["description"] = note
        return schema

    def _union(self, kinds: list[Any], optional: bool) -> Json:
        if len(kinds) > 1:
            return {"anyOf": [self.of(kind) for kind in kinds]}
        schema = self.of(kinds[0])
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


def _parameter(parameter: Parameter) -> Json:
    """Describe a parameter of the query string."""
    choices: Json = {"type": "string", "enum": list(parameter.choices)}
    schemas: dict[str, Json] = {
        "text": {"type": "string"},
        "number": {"type": "integer", "minimum": 1},
        "choice": choices,
        "choices": {"type": "array", "items": choices},
        "date": {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
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
        "description": f"The language of labels and messages: one of {_LANGUAGES}.",
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
        "description": "Echoed; made by the service if absent.",
        "schema": {"type": "string", "maxLength": 128},
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
    else:
        content = {"application/json": {"schema": schemas.of(operation.answer)}}
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
            "503": problem("index-unavailable, timeout", _RETRY),
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
