"""The OpenAPI 3.1 description of the endpoint: every parameter, answer, header and error.

JSON schemas (2020-12) of what the endpoint answers, for its OpenAPI description."""

from typing import Any

from index.facets import SUGGESTED, VALUE_FACETS
from search.request import FACETS, MAX_FACET_SIZE, MAX_PER_PAGE
from web.context import VERSION
from web.errors import PROBLEMS

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
DAY: Schema = {"type": "string", "format": "date"}
PAIR: Schema = {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2}


def ref(name: str) -> Schema:
    """Return a reference to a schema of the description."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def optional(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {**schema, "type": [schema["type"], "null"]}


def described(schema: Schema, text: str) -> Schema:
    """Return a schema with a description."""
    return {**schema, "description": text}


def record(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object; keys may be added to it in later versions."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


LABELLED = record({"value": STRING, "label": described(STRING, "In the reader's language.")})

_DOCUMENT: dict[str, Schema] = {
    "id": STRING,
    "url": described(ADDRESS, "The page of the document."),
    "title": STRING,
    "language": described(STRING, "ISO 639-1; `und` where none was recognised."),
    "direction": {"type": "string", "enum": ["ltr", "rtl"]},
    "published": described(
        optional(STRING), "ISO 8601 cut at its precision; `Z` where the time zone was known."
    ),
    "date_precision": {
        "type": ["string", "null"],
        "enum": ["year", "month", "day", "minute", "second", None],
    },
    "source": STRING,
    "source_url": described(optional(STRING), "Where the document says it was published."),
}

_HIGHLIGHTS = {
    "type": "object",
    "properties": {
        part: {"type": "array", "items": {"anyOf": [STRING, PAIR]}} for part in ("title", "body")
    },
    "required": ["title", "body"],
    "description": (
        "Escaped HTML with `<mark>` only; with `highlight=offsets`, `[start, end]` in characters "
        "of the title and of the text."
    ),
}

_COUNTED: dict[str, Schema] = {
    "value": STRING,
    "label": STRING,
    "count": INTEGER,
    "selected": BOOLEAN,
    "excluded": BOOLEAN,
    "url": described(ADDRESS, "The same search with this value added, or removed if selected."),
}

_VALUE_FACET: dict[str, Schema] = {
    "label": STRING,
    "size": described(INTEGER, "`facet_size` of the request."),
    "distinct": described(INTEGER, "Values in all, of the upper level."),
    "missing": described(INTEGER, "Documents without any value."),
    "truncated": described(BOOLEAN, "True when the time for facets ran out."),
    "values": array(ref("FacetValue")),
}

_QUERY: dict[str, Schema] = {
    "q": STRING,
    "understood": described(STRING, "How the words were read."),
    "languages": described(array(STRING), "The languages whose forms were looked for."),
    **{prefix + name: array(STRING) for prefix in ("", "exclude_") for name in VALUE_FACETS},
    "from": optional(DAY),
    "to": optional(DAY),
    "undated": {"type": ["string", "null"], "enum": ["include", "exclude", "only", None]},
    "date_field": {"type": "string", "enum": ["published", "mentioned"]},
    "sort": {"type": "string", "enum": ["relevance", "-date", "date"]},
}

SCHEMAS: dict[str, Schema] = {
    "Labelled": LABELLED,
    "Highlights": _HIGHLIGHTS,
    "Result": record(
        {
            **_DOCUMENT,
            "organizations": array(ref("Labelled")),
            "themes": array(ref("Labelled")),
            "score": NUMBER,
            "highlights": ref("Highlights"),
        }
    ),
    "FacetValue": record(
        {**_COUNTED, "children": array(ref("FacetValue"))}, optional=("children",)
    ),
    "ValueFacet": record(_VALUE_FACET),
    "DateFacet": record(
        {
            "label": STRING,
            "interval": {"type": "string", "enum": ["year", "month", "day"]},
            "missing": described(INTEGER, "Undated documents."),
            "truncated": BOOLEAN,
            "values": array(
                record(
                    {
                        "value": described(STRING, "`2024`, `2024-03` or `2024-03-12`."),
                        "from": DAY,
                        "to": DAY,
                        "count": INTEGER,
                        "selected": BOOLEAN,
                        "url": ADDRESS,
                    }
                )
            ),
        }
    ),
    "Notice": record(
        {
            "code": STRING,
            "detail": described(STRING, "In the reader's language."),
            "values": {"type": "object", "additionalProperties": STRING},
        }
    ),
    "SearchAnswer": record(
        {
            "query": record(_QUERY),
            "total": described(INTEGER, "Exact, and the same on every page."),
            "page": described(optional(INTEGER), "Null in a walk by cursor."),
            "per_page": INTEGER,
            "pages": described(optional(INTEGER), "Null in a walk by cursor."),
            "took_ms": NUMBER,
            "results": array(ref("Result")),
            "facets": {
                "type": "object",
                "properties": {
                    **{name: ref("ValueFacet") for name in VALUE_FACETS},
                    "date": ref("DateFacet"),
                },
                "additionalProperties": False,
            },
            "suggestion": described(optional(STRING), "Words that were probably meant."),
            "warnings": array(ref("Notice")),
            "next_cursor": optional(STRING),
            "links": record(
                {
                    "self": ADDRESS,
                    "first": ADDRESS,
                    "prev": optional(ADDRESS),
                    "next": optional(ADDRESS),
                    "last": optional(ADDRESS),
                    "html": ADDRESS,
                    "csv": ADDRESS,
                    "ndjson": ADDRESS,
                    "feed": ADDRESS,
                }
            ),
            "index": record({"generation": STRING, "documents": INTEGER}),
        }
    ),
    "FacetPage": record(
        {
            **_VALUE_FACET,
            "name": {"type": "string", "enum": list(VALUE_FACETS)},
            "total": described(INTEGER, "Values found."),
            "page": INTEGER,
            "per_page": INTEGER,
            "pages": INTEGER,
        }
    ),
    "Suggestions": record(
        {
            "q": STRING,
            "suggestions": array(
                record(
                    {
                        "kind": {
                            "type": "string",
                            "enum": [*SUGGESTED, "title", "word"],
                        },
                        "text": STRING,
                        "value": STRING,
                        "count": INTEGER,
                        "url": described(ADDRESS, "The search that it leads to."),
                    }
                )
            ),
        }
    ),
    "Document": record(
        {
            **_DOCUMENT,
            "text": STRING,
            "language_confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "date_origin": described(optional(STRING), "Where the date was found."),
            "path": described(STRING, "The file it was read from."),
            "tags": array(STRING),
            "organizations": array(
                record(
                    {
                        **LABELLED["properties"],
                        "spans": described(array(PAIR), "Its mentions, in characters of `text`."),
                    }
                )
            ),
            "themes": array(
                record(
                    {
                        **LABELLED["properties"],
                        "evidence": described(array(PAIR), "What decided, in characters."),
                    }
                )
            ),
            "highlights": ref("Highlights"),
            "links": record({"self": ADDRESS, "similar": ADDRESS, "html": ADDRESS}),
        }
    ),
    "Similar": record({"id": STRING, "results": array(ref("Result"))}),
    "Health": record(
        {
            "status": {"type": "string", "enum": ["ok"]},
            "generation": STRING,
            "documents": INTEGER,
            "compiled": described(BOOLEAN, "Whether answers are worked out with compiled loops."),
        }
    ),
    "Problem": record(
        {
            "type": described(
                ADDRESS, "Its fragment is one of: " + ", ".join(f"`{one}`" for one in PROBLEMS)
            ),
            "title": STRING,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": STRING,
            "instance": STRING,
            "request_id": described(STRING, "The log names it too."),
            "errors": array(
                record(
                    {
                        "parameter": STRING,
                        "code": STRING,
                        "detail": STRING,
                        "value": STRING,
                        "suggestion": STRING,
                    },
                    optional=("value", "suggestion"),
                )
            ),
        },
        optional=("errors",),
    ),
}


Json = dict[str, Any]

_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


def _parameter(name: str, text: str, schema: Json, *, repeated: bool = False) -> Json:
    if repeated:
        schema = {"type": "array", "items": schema}
    return {
        "name": name,
        "in": "query",
        "description": text,
        "schema": schema,
        **({"style": "form", "explode": True} if repeated else {}),
    }


def _choice(*values: str, default: str | None = None) -> Json:
    return {"type": "string", "enum": list(values), **({"default": default} if default else {})}


def _count(default: int, maximum: int | None = None) -> Json:
    limits = {"maximum": maximum} if maximum else {}
    return {"type": "integer", "minimum": 1, "default": default, **limits}


SEARCH_PARAMETERS: tuple[Json, ...] = (
    _parameter(
        "q",
        'What to look for: words, "phrases", -word, AND/OR/NOT (ET/OU/SAUF), prefix*, fuzzy~, '
        "title:word. Never an error; beyond 1,000 characters it is cut, with a warning.",
        {"type": "string", "default": ""},
    ),
    *(
        _parameter(
            name,
            f"Only documents with {facet.meaning}. Repeated: any.",
            {"type": "string"},
            repeated=True,
        )
        for name, facet in VALUE_FACETS.items()
    ),
    *(
        _parameter(
            f"exclude_{name}",
            f"No document with {facet.meaning}.",
            {"type": "string"},
            repeated=True,
        )
        for name, facet in VALUE_FACETS.items()
    ),
    _parameter(
        "from",
        "First day, inclusive, at the precision given: 2024, 2024-03 or 2024-03-15.",
        {"type": "string", "pattern": _DATE},
    ),
    _parameter(
        "to",
        "Last day, inclusive, at the precision given.",
        {"type": "string", "pattern": _DATE},
    ),
    _parameter(
        "undated",
        "Undated documents: without it they are left out when a range is given.",
        _choice("include", "exclude", "only"),
    ),
    _parameter(
        "date_field",
        "The date that from, to, undated and the date facet speak of: that of publication, or the "
        "days that the text mentions (a document has several).",
        _choice("published", "mentioned", default="published"),
    ),
    _parameter(
        "sort",
        "Order of the results; relevance by default, -date (newest first) when q is empty.",
        _choice("relevance", "-date", "date"),
    ),
    _parameter("page", "Page; page × per_page ≤ 10,000, further by cursor.", _count(1)),
    _parameter("per_page", "Results a page.", _count(20, MAX_PER_PAGE)),
    _parameter(
        "cursor",
        "`*` to begin a walk through all results, then the `next_cursor` of each answer.",
        {"type": "string"},
    ),
    _parameter(
        "facets",
        "Facets to count, separated by commas; empty for none; all by default.",
        {"type": "array", "items": _choice(*FACETS)},
    )
    | {"style": "form", "explode": False},
    _parameter("facet_size", "Values a facet.", _count(20, MAX_FACET_SIZE)),
    _parameter(
        "interval",
        "Width of the date buckets.",
        _choice("auto", "year", "month", "day", default="auto"),
    ),
    _parameter(
        "highlight",
        "Matches as HTML, not at all, or as character offsets.",
        _choice("true", "false", "offsets", default="true"),
    ),
)

_LANGUAGE: Json = {
    "name": "Accept-Language",
    "in": "header",
    "description": "The language of labels and messages: fr (default) or en.",
    "schema": {"type": "string", "default": "fr"},
}
_INTERFACE = _parameter("hl", "The language of what is written for readers.", _choice("fr", "en"))
_REQUEST_ID: Json = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "Echoed; made by the service if absent.",
    "schema": {"type": "string", "maxLength": 128},
}
_KNOWN_TAG: Json = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer at hand; 304 if it still holds.",
    "schema": {"type": "string"},
}
_DOCUMENT_ID: Json = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Identifier of a document; it may hold slashes, which stay as they are.",
    "schema": {"type": "string"},
}


def _header(text: str) -> Json:
    return {"description": text, "schema": {"type": "string"}}


def _limit() -> Json:
    return _parameter("limit", "How many to return.", _count(10, 50))


_HEADERS = {
    "X-Request-Id": _header("Names the request in the log."),
    "Content-Language": _header("Language of labels and messages."),
}
_TAGGED = {
    **_HEADERS,
    "ETag": _header("Changes with the index, the question and the language."),
    "Cache-Control": _header("no-cache: ask again with If-None-Match."),
}


def _problem(text: str, **headers: Json) -> Json:
    return {
        "description": text,
        "headers": {**_HEADERS, **headers},
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }


_RETRY = {"Retry-After": _header("Seconds to wait.")}


def _operation(
    name: str, text: str, schema: str, parameters: tuple[Json, ...], **more: Json
) -> Json:
    """Return a GET operation with the answers that every one of them may give."""
    headers = {**_TAGGED, **more.pop("headers", {})}
    responses: Json = {
        "200": {
            "description": "The answer.",
            "headers": headers,
            "content": {"application/json": {"schema": ref(schema)}},
        },
        "304": {"description": "The caller has this answer already.", "headers": _TAGGED},
        "400": _problem("invalid-parameter, unknown-parameter, page-too-deep, bad-request"),
        **more,
        "405": _problem("method-not-allowed", Allow=_header("GET, HEAD")),
        "429": _problem("rate-limited", **_RETRY),
        "500": _problem("internal-error"),
        "503": _problem("index-unavailable, timeout", **_RETRY),
    }
    common = (_LANGUAGE, _KNOWN_TAG, _REQUEST_ID)
    return {
        "get": {
            "operationId": name,
            "summary": text,
            "parameters": [*parameters, *common],
            "responses": dict(sorted(responses.items())),
        }
    }


def _export(name: str, text: str, media_type: str) -> Json:
    operation = _operation(name, text, "Result", (*SEARCH_PARAMETERS, _INTERFACE))
    schema: Json = {"type": "string"}
    operation["get"]["responses"]["200"]["content"] = {media_type: {"schema": schema}}
    return operation


def description(base: str) -> Json:
    """Return the OpenAPI document of a service at ``base``."""
    absent = {"404": _problem("not-found")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trouvaille",
            "summary": "Multilingual full-text search with facets that are always true",
            "version": VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": {
            "/api/search": _operation(
                "search",
                "Search the archive.",
                "SearchAnswer",
                SEARCH_PARAMETERS,
                headers={
                    "Link": _header('The next page, rel="next" (RFC 8288).'),
                    "Server-Timing": _header("parse, search, facets, snippets in milliseconds."),
                },
            ),
            "/api/facets/{name}": _operation(
                "facet",
                "Search inside a facet, under the other filters of a search.",
                "FacetPage",
                (
                    {
                        "name": "name",
                        "in": "path",
                        "required": True,
                        "description": "The facet.",
                        "schema": _choice(*VALUE_FACETS),
                    },
                    _parameter(
                        "prefix",
                        "How a word of one of the value's names begins, in any language; "
                        "case and accents do not matter.",
                        {"type": "string", "default": ""},
                    ),
                    *SEARCH_PARAMETERS,
                ),
                **absent,
            ),
            "/api/suggest": _operation(
                "suggest",
                "Complete what is being typed.",
                "Suggestions",
                (_parameter("q", "What was typed so far.", {"type": "string"}), _limit()),
            ),
            "/api/documents/{id}": _operation(
                "document",
                "Read a whole document.",
                "Document",
                (
                    _DOCUMENT_ID,
                    _parameter("q", "Words to mark, as offsets.", {"type": "string"}),
                ),
                **absent,
            ),
            "/api/documents/{id}/similar": _operation(
                "similar",
                "Find the documents most like one.",
                "Similar",
                (_DOCUMENT_ID, _limit()),
                **absent,
            ),
            "/search.csv": _export("csv", "All results as CSV.", "text/csv"),
            "/search.ndjson": _export(
                "ndjson", "All results, one JSON object a line.", "application/x-ndjson"
            ),
            "/search.atom": _export(
                "atom", "The newest results as an Atom feed.", "application/atom+xml"
            ),
            "/healthz": _operation("health", "Can searches be answered?", "Health", ()),
        },
        "components": {"schemas": SCHEMAS},
    }
