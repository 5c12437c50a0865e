"""A small request costs little: what an address may ask for, and how large its answer can get."""

import itertools
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from index.facets import VALUE_FACETS
from search.request import MAX_QUERY, MAX_VALUES, MAX_VALUES_LENGTH, PARAMETERS
from web.app import MAX_PARAMETERS

CHOOSING = [prefix + facet for prefix in ("", "exclude_") for facet in VALUE_FACETS]
LONG = 20_000
MAX_LINKS = 200
"""Links of a page that repeat the question."""
ROUTES = ("/search", "/api/search", "/search.csv", "/search.atom", "/facet/theme")


def fault(client: FlaskClient, pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the one fault of a search."""
    answer = client.get("/api/search?" + urlencode(pairs))
    assert answer.status_code == 400, answer.get_data(as_text=True)[:200]
    (only,) = answer.get_json()["errors"]
    return {name: only[name] for name in ("parameter", "code")}


@given(chosen=st.lists(st.sampled_from(CHOOSING), min_size=1, max_size=2 * MAX_VALUES))
def test_so_many_values_can_be_chosen_over_all_facets(
    client: FlaskClient, chosen: list[str]
) -> None:
    pairs = [(name, f"value {number}") for number, name in enumerate(chosen)]
    if len(pairs) <= MAX_VALUES:
        assert client.get("/api/search?" + urlencode(pairs)).status_code == 200
    else:
        assert fault(client, pairs)["code"] == "too_many_values"
        page = client.get("/search?" + urlencode(pairs))
        assert page.status_code == 200
        assert str(MAX_VALUES) in page.get_data(as_text=True)


@pytest.mark.parametrize("name", CHOOSING)
def test_chosen_values_have_a_length(client: FlaskClient, name: str) -> None:
    exactly = [(name, "é" * (MAX_VALUES_LENGTH // 2)), (name, "b" * (MAX_VALUES_LENGTH // 2))]
    assert client.get("/api/search?" + urlencode(exactly)).status_code == 200
    beyond = [*exactly, (name, "c")]
    assert fault(client, beyond) == {"parameter": name, "code": "values_too_long"}


def test_a_page_with_all_values_chosen_stays_a_page(client: FlaskClient) -> None:
    plain = client.get("/search")
    for name in CHOOSING:
        dearest = client.get("/search?" + urlencode([(name, f"v{i}") for i in range(MAX_VALUES)]))
        assert dearest.status_code == 200
        assert len(dearest.data) < 20 * len(plain.data)


@pytest.mark.parametrize("route", ROUTES)
def test_parameters_are_counted_before_they_are_read(client: FlaskClient, route: str) -> None:
    pairs = "&".join(f"x{number}=1" for number in range(LONG))
    answer = client.get(f"{route}?{pairs}")
    assert answer.status_code == 400
    assert str(MAX_PARAMETERS) in answer.get_data(as_text=True)
    assert len(answer.data) < LONG


@pytest.mark.parametrize("route", ROUTES)
def test_no_long_parameter_makes_a_long_answer(client: FlaskClient, route: str) -> None:
    usual = len(client.get(route).data)
    texts = itertools.cycle(("9", "é", "a,"))
    names = zip((*PARAMETERS, "hl", "prefix", "unknown", "u" * LONG), texts, strict=False)
    # The other routes read parameters as these two do: each is tried with some.
    at, step = (0, 1) if route in ROUTES[:2] else (ROUTES.index(route), 4)
    for name, text in itertools.islice(names, at, None, step):
        answer = client.get(f"{route}?{urlencode([(name, text * LONG)])}")
        assert answer.status_code in (200, 400)
        assert len(answer.data) < 2 * LONG + usual, name


@pytest.mark.parametrize("text", ["é", "(", "a ", '"', "*", "a~ ", "-"])
def test_no_long_question_makes_a_long_answer(client: FlaskClient, text: str) -> None:
    usual = len(client.get("/search").data)
    repeated = len(quote(text * MAX_QUERY))
    for route in ROUTES:
        answer = client.get(f"{route}?{urlencode([('q', text * LONG)])}")
        assert answer.status_code == 200
        assert len(answer.data) < usual + MAX_LINKS * repeated, route


@pytest.mark.parametrize("path", ["/", "/document/", "/api/documents/", "/facet/", "/static/"])
def test_no_long_path_makes_a_long_answer(client: FlaskClient, path: str) -> None:
    answer = client.get(path + "a/" * LONG)
    assert answer.status_code == 404
    assert len(answer.data) < LONG


def test_many_faults_are_told_in_few(client: FlaskClient) -> None:
    unknown = client.get("/api/search?" + "&".join(f"x{number}=1" for number in range(400)))
    assert 1 < len(unknown.get_json()["errors"]) < 50
    names = ",".join(f"x{number}" for number in range(20_000))
    facets = client.get(f"/api/search?facets={names}")
    assert facets.status_code == 400
    assert 1 < len(facets.get_json()["errors"]) < 50
