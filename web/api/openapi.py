"""The OpenAPI 3.1 description of the endpoint: every parameter, answer, header and error."""

from typing import Any

from index.facets import VALUE_FACETS
from search.request import FACETS, MAX_FACET_SIZE, MAX_PER_PAGE
from web.api.schemas import SCHEMAS, ref
from web.context import VERSION

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
