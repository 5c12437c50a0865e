from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from index import IndexDirectory
from search.request import PARAMETERS
from search.whoosh_engine import WhooshEngine
from web import create_app

DOCS = Path(__file__).parents[2] / "docs"
APP = create_app(WhooshEngine(IndexDirectory(Path("absent"))))
API = APP.test_client().get("/api/openapi.json").get_json()
KNOWN = {
    *("$ref", "type", "properties", "required", "items", "enum", "anyOf", "minimum", "maximum"),
    *("minItems", "maxItems", "additionalProperties", "description", "format"),
}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}


def faults(value: Any, schema: Any, at: str = "$") -> list[str]:
    """Validate against the part of JSON Schema that the description uses, and no other."""
    assert set(schema) <= KNOWN, f"{at}: this validator does not know {set(schema) - KNOWN}"
    if "$ref" in schema:
        return faults(value, API["components"]["schemas"][schema["$ref"].split("/")[-1]], at)
    if "anyOf" in schema:
        ways = [faults(value, one, at) for one in schema["anyOf"]]
        return [] if [] in ways else ways[0]
    named = schema.get("type", [])
    types = [named] if isinstance(named, str) else named
    # In JSON true is no number.
    plain = [t for t in types if not (isinstance(value, bool) and t in ("number", "integer"))]
    if types and not any(isinstance(value, TYPES[one]) for one in plain):
        return [f"{at}: {value!r} is no {types}"]
    found: list[str] = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{at}: {value} is out of range")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            found.append(f"{at}: {len(value)} items")
        for number, item in enumerate(value):
            found += faults(item, schema["items"], f"{at}[{number}]")
    if isinstance(value, dict):
        found += [f"{at}: no {name}" for name in schema.get("required", ()) if name not in value]
        others = schema.get("additionalProperties")
        for name, item in value.items():
            if name in schema.get("properties", {}):
                found += faults(item, schema["properties"][name], f"{at}.{name}")
            elif others is False or "properties" in schema:
                # What we answer ourselves is described, even where more keys may come later.
                found.append(f"{at}.{name} is not described")
            elif others:
                found += faults(item, others, f"{at}.{name}")
    return found


def schema_of(path: str, status: str) -> Any:
    content = API["paths"][path]["get"]["responses"][status]["content"]
    return next(iter(content.values()))["schema"]


CALLS = [
    ("/api/search", "/api/search?q=ONU"),
    ("/api/search", "/api/search?q=ONU&highlight=offsets&undated=only"),
    ("/api/search", '/api/search?q="&facets=&highlight=false&organization=x&exclude_theme=economy'),
    ("/api/search", "/api/search?cursor=*&per_page=3&interval=day&from=2018&to=2024"),
    ("/api/search", "/api/search?q=zzzz&page=3"),
    ("/api/facets/{name}", "/api/facets/theme?prefix=eco"),
    ("/api/suggest", "/api/suggest?q=nat"),
    ("/api/documents/{id}", "/api/documents/{first}?q=ONU"),
    ("/api/documents/{id}/similar", "/api/documents/{first}/similar"),
    ("/healthz", "/healthz"),
    ("/api/search", "/api/search?from=x&y=z"),
    ("/api/search", "/api/search?page=5000"),
    ("/api/facets/{name}", "/api/facets/nothing"),
    ("/api/documents/{id}", "/api/documents/nothing"),
]


@pytest.mark.parametrize(("path", "address"), CALLS)
def test_answers_are_as_described(client: FlaskClient, path: str, address: str) -> None:
    first = client.get("/api/search?q=ONU").get_json()["results"][0]["id"]
    response = client.get(address.replace("{first}", first))
    assert faults(response.get_json(), schema_of(path, str(response.status_code))) == []
    described = API["paths"][path]["get"]["responses"][str(response.status_code)]
    assert response.mimetype in described["content"]


def test_the_validator_finds_faults() -> None:
    assert faults({"value": 1}, API["components"]["schemas"]["Labelled"])
    assert faults([1], {"type": "array", "items": {"type": "boolean"}})


def test_parameters_are_those_that_are_understood(client: FlaskClient) -> None:
    described = {
        path: [one["name"] for one in methods["get"].get("parameters", ()) if one["in"] == "query"]
        for path, methods in API["paths"].items()
    }
    assert sorted(described["/api/search"]) == sorted(PARAMETERS)
    assert set(described["/api/facets/{name}"]) == {"prefix", *PARAMETERS}
    for path, names in described.items():
        assert len(set(names)) == len(names)
        address = path.replace("{name}", "theme").replace("{id}", "absent")
        told = client.get(address, query_string={"nonsense": "1"})
        if path != "/healthz":
            assert told.get_json()["errors"][0]["code"] == "unknown_parameter"
        for name in names:
            answer = client.get(address, query_string={name: ""})
            codes = [
                fault["code"] for fault in (answer.get_json(silent=True) or {}).get("errors", ())
            ]
            assert "unknown_parameter" not in codes, (path, name)


def test_choices_and_limits_are_those_that_are_understood(client: FlaskClient) -> None:
    for one in API["paths"]["/api/search"]["get"]["parameters"]:
        if one["in"] != "query":
            continue
        schema = one["schema"]
        schema = schema.get("items", schema) if one.get("explode") is not False else schema["items"]
        good = [*schema.get("enum", ()), schema.get("maximum"), schema.get("minimum")]
        for value in good:
            if value is not None:
                answer = client.get("/api/search", query_string={one["name"]: value})
                assert answer.status_code == 200, (one["name"], value)
        bad = ["zzzz"] if "enum" in schema else []
        bad += [str(schema["maximum"] + 1)] if "maximum" in schema else []
        for value in bad:
            answer = client.get("/api/search", query_string={one["name"]: value})
            assert answer.status_code == 400, (one["name"], value)


def test_every_route_for_programs_is_described(client: FlaskClient) -> None:
    rules = {
        str(rule).replace("<id:id>", "{id}").replace("<name>", "{name}")
        for rule in client.application.url_map.iter_rules()
    }
    programs = {
        rule
        for rule in rules
        if rule.startswith(("/api/", "/healthz")) or rule.endswith((".csv", ".ndjson", ".atom"))
    }
    assert programs - {"/api/openapi.json"} == set(API["paths"])
    served = client.get("/api/openapi.json").get_json()
    assert served["openapi"].startswith("3.1")
    assert served["servers"] == [{"url": "http://localhost"}]


def test_references_resolve_and_names_are_used() -> None:
    seen: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                name = node["$ref"].removeprefix("#/components/schemas/")
                assert name in API["components"]["schemas"]
                if name not in seen:
                    seen.add(name)
                    walk(API["components"]["schemas"][name])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(API["paths"])
    assert seen == set(API["components"]["schemas"])


def test_every_parameter_and_path_is_in_the_documentation() -> None:
    written = (DOCS / "api.md").read_text("utf-8")
    for name in (*PARAMETERS, "prefix", "limit", "hl"):
        assert f"`{name}" in written, name
    for path in API["paths"]:
        assert path in written, path
