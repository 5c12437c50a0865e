"""JSON schemas (2020-12) of what the endpoint answers, for its OpenAPI description."""

from typing import Any

from index.facets import SUGGESTED, VALUE_FACETS
from web.messages import PROBLEMS

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
