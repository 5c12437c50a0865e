"""The pages that explain: how to search, and the endpoint."""

import re
from itertools import groupby
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from index.facets import FACETS
from index.vocabularies import LANGUAGES
from search.request import PARAMETERS


def read(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return html.document_fromstring(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_has_examples_that_search(client: FlaskClient, language: str) -> None:
    page = read(client, f"/help?hl={language}")
    assert page.get("lang") == language
    examples = understood_examples(client, language)
    assert len(examples) >= 14
    assert [*map(operators, examples)] == [*map(operators, understood_examples(client, "en"))]
    terms = page.xpath("//dt//a[contains(@href, '/facet/')]")
    assert len(terms) == len(FACETS)
    for link in terms:
        assert read(client, link.get("href")).get("lang") == language
        assert link.getparent().getnext().text_content().strip()


def understood_examples(client: FlaskClient, language: str) -> list[str]:
    """Return how the examples of the page in a language are understood in this language."""
    understood = []
    for link in read(client, f"/help?hl={language}").xpath("//main//a[contains(@href, 'q=')]"):
        address = link.get("href").replace("/search", "/api/search").split("&hl=")[0]
        answer = client.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 200
        told = answer.get_json()
        assert told["query"]["q"] == link.text_content()
        codes = {warning["code"] for warning in told["warnings"]}
        assert codes <= {"unknown_value", "relaxed", "question"}, (link.text_content(), codes)
        understood.append(told["query"]["understood"])
    return understood


def operators(understood: str) -> list[str]:
    """Return what a query means but for its words; articles make an AND of more words."""
    found = re.findall(r"\b(?:AND|OR|NOT|title:|date:|lang:|org:)|[()*~\"]", understood)
    return [sign for sign, _ in groupby(found)]


def test_help_has_operators_of_the_language(client: FlaskClient) -> None:
    shown = {
        language: read(client, f"/help?hl={language}").xpath("string((//main//li/a)[1])")
        for language in ("fr", "de", "en")
    }
    assert shown == {
        "fr": "frontière ET douane",
        "de": "Grenze UND Zoll",
        "en": "border AND customs",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_of_keys_does_not_repeat_its_heading(
    client: FlaskClient, language: str
) -> None:
    page = read(client, f"/help?hl={language}")
    (section,) = page.xpath("//main//h2[last()]/following-sibling::p/text()")
    assert section.startswith("/ ")


def test_every_page_leads_to_help(client: FlaskClient) -> None:
    for address in ("/", "/search?q=ONU", "/status", "/nothing"):
        page = html.document_fromstring(client.get(address).text)
        for name in ("/help", "/docs/api"):
            assert page.xpath(f"//footer//a[@href='{name}']"), address


def test_the_endpoint_is_explained_whole(client: FlaskClient) -> None:
    """All that OpenAPI describes stands on the page, and its links lead somewhere on it."""
    described = client.get("/api/openapi.json").get_json()
    page = read(client, "/docs/api?hl=ar")
    (content,) = page.xpath("//main/div[@lang='en'][@dir='ltr']")
    ids = set(content.xpath(".//@id"))
    assert len(ids) == len(content.xpath(".//@id"))
    for link in content.xpath(".//a/@href"):
        if link.startswith("#"):
            assert link[1:] in ids
        else:
            assert client.get(link.removeprefix("http://localhost")).status_code == 200
    said = {one.text for one in content.xpath(".//code")}
    assert set(PARAMETERS) <= said
    assert {f"GET {path}" for path in described["paths"]} <= said
    for name, schema in described["components"]["schemas"].items():
        (section,) = content.xpath(f".//section[@id='schema-{name}']")
        assert set(schema["properties"]) <= {one.text for one in section.xpath(".//dt/code")}
    # Nothing is loaded from elsewhere.
    assert all(link.startswith("/static/") for link in page.xpath("//script/@src"))


def test_the_endpoint_is_explained_where_it_is_looked_for(client: FlaskClient) -> None:
    answer = client.get("/api/docs")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/docs/api")
