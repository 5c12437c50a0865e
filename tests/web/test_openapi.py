import json
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from index import IndexDirectory
from index.vocabularies import LANGUAGES
from search.request import PARAMETERS
from search.results import Budget
from search.whoosh_engine import WhooshEngine
from web import create_app

DOCS = Path(__file__).parents[2] / "docs"
APP = create_app(WhooshEngine(IndexDirectory(Path("absent"))))
API = APP.test_client().get("/api/openapi.json").get_json()


def closed(schema: Any) -> Any:
    """Return a schema whose objects have no key that is not described.

    Later versions may add keys; what we answer ourselves is described.
    """
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    strict = inner.get("type") == "object" and "properties" in inner
    return {"additionalProperties": False} | inner if strict else inner


COMPONENTS = closed(API["components"])


def dialect() -> Any:
    """Return the validator of JSON Schema.

    It is imported when it is used, and without the grammar of addresses beyond ASCII, which no
    schema of ours has: that takes seconds.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "jsonschema" not in sys.modules:
            patch.setitem(sys.modules, "rfc3987_syntax", None)
        from jsonschema import Draft202012Validator

    return Draft202012Validator


def faults(value: Any, schema: Any) -> list[str]:
    """Return what a value has that its schema does not allow."""
    whole = {**closed(schema), "components": COMPONENTS}
    validator = dialect()(whole, format_checker=dialect().FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def schema_of(path: str, status: str) -> Any:
    content = API["paths"][path]["get"]["responses"][status]["content"]
    return next(iter(content.values()))["schema"]


CALLS = [
    ("/api/search", "/api/search?q=ONU"),
    ("/api/search", "/api/search?q=ONU&highlight=offsets&undated=only"),
    ("/api/search", '/api/search?q="&facets=&highlight=false&organization=x&exclude_theme=economy'),
    ("/api/search", "/api/search?cursor=*&per_page=3&interval=day&from=2018&to=2024"),
    ("/api/search", "/api/search?q=zzzz&page=3"),
    ("/api/search", "/api/search?q=ONU&fields=id,title,published&explain=true"),
    ("/api/search", "/api/search?q=ONU&links=template&theme=economy&exclude_lang=de&from=2018"),
    ("/api/facets/{name}", "/api/facets/theme?links=template"),
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


def test_schemas_are_schemas_and_closed() -> None:
    for schema in API["components"]["schemas"].values():
        dialect().check_schema(schema)
    labelled = API["components"]["schemas"]["Labelled"]
    assert faults({"value": 1}, labelled)
    assert faults({"value": "x", "label": "X", "other": 1}, labelled)
    assert faults({"value": "x", "label": "X"}, labelled) == []


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
            if path.startswith("/api/"):
                assert told.get_json()["errors"][0]["code"] == "unknown_parameter"
            else:  # exports and feeds are shared by links, as pages are
                assert told.status_code == (404 if "{id}" in path else 200), path
        told.close()  # exports have few places
        for name in names:
            # Where there is a query it finds nothing, so that nothing is to be exported.
            nothing = {"q": "zzzzqqqq"} if "q" in names else {}
            answer = client.get(address, query_string=nothing | {name: ""})
            codes = [
                fault["code"] for fault in (answer.get_json(silent=True) or {}).get("errors", ())
            ]
            answer.close()
            assert "unknown_parameter" not in codes, (path, name)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_language_has_the_same_fields(archive: Path, locale: str) -> None:
    """However the language is asked for, an answer has the fields that it has without."""

    def shape(value: Any, path: str = "") -> set[str]:
        match value:
            case dict():
                return {part for name in value for part in shape(value[name], f"{path}.{name}")}
            case list():
                return {part for item in value for part in shape(item, f"{path}[]")}
        return {f"{path}: {type(value).__name__}"}

    engine = WhooshEngine(IndexDirectory(archive), Budget(60, 60, 60, 60))
    client = create_app(engine).test_client()
    forms = [locale, f"{locale}-XX", f"zz, {locale};q=0.8, *;q=0.1", f"{locale.upper()};q=0.5"]
    for path in ("/api/search?q=ONU", "/api/facets/theme", "/api/suggest?q=na", "/api/nothing"):
        plain = client.get(path)
        for form in forms:
            answer = client.get(path, headers={"Accept-Language": form})
            assert answer.headers["Content-Language"] == locale, form
            assert dict(answer.headers).keys() == dict(plain.headers).keys()
            if "suggest" not in path:  # other words begin so in another language
                assert shape(answer.json) == shape(plain.json), (path, form)
    for path in ("/search.csv?q=ONU", "/search.ndjson?q=ONU"):
        plain, answer = client.get(path), client.get(f"{path}&hl={locale}")
        assert answer.headers["Content-Language"] == locale
        if path.startswith("/search.csv"):
            assert answer.text.partition("\n")[0] == plain.text.partition("\n")[0]
        else:
            found = [list(map(json.loads, one.text.splitlines())) for one in (plain, answer)]
            assert shape(found[0]) == shape(found[1])


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
        if rule.startswith(("/api/", "/healthz"))
        or rule.endswith((".csv", ".xlsx", ".ndjson", ".ris", ".bib", ".atom", "/original"))
    }
    assert programs - {"/api/openapi.json", "/api/docs"} == set(API["paths"])
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
