import json
import re
import sys
from collections import Counter
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from uri_template import expand

from index import IndexDirectory
from index.facets import VALUE_FACETS
from search.request import RESULT_FIELDS
from search.results import Budget
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app


def ask(client: FlaskClient, address: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.get(local(address), headers=named)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def local(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def parameters(address: str) -> set[tuple[str, str]]:
    return set(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def test_search_answers_in_the_shape_of_the_contract(client: FlaskClient) -> None:
    answer = ask(client, "/api/search?q=ONU&per_page=2")
    assert set(answer) == {
        *("query", "total", "page", "per_page", "pages", "took_ms", "results", "facets"),
        *("division", "more", "themes", "organizations", "countries", "suggestion", "warnings"),
        *("next_cursor", "links", "index"),
    }
    assert [one["value"] for one in answer["organizations"]] == ["onu"]
    assert answer["total"] > 2
    assert answer["pages"] == -(-answer["total"] // 2)
    assert len(answer["results"]) == 2
    assert answer["query"]["q"] == "ONU"
    assert answer["results"][0]["url"].startswith("http://localhost/document/")
    marked = answer["results"][0]["highlights"]
    assert any("<mark>" in piece for piece in marked["title"] + marked["body"])
    assert answer["index"]["documents"] >= 60


def test_every_link_of_an_answer_leads_somewhere(client: FlaskClient) -> None:
    answer = ask(client, "/api/search?q=ONU&per_page=2&page=2")
    assert all(answer["links"].values())
    for name, address in answer["links"].items():
        assert address.startswith("http://localhost/"), name
        assert client.get(local(address)).status_code == 200, name
    for result in answer["results"]:
        assert client.get(local(result["url"])).status_code == 200


def test_values_of_one_facet_are_or_and_toggle_by_their_address(client: FlaskClient) -> None:
    start = "/api/search?q=s%C3%A9curit%C3%A9&lang=fr&page=1&per_page=5"
    before = ask(client, start)
    assert before["total"]
    for name in ("organization", "theme", "country", "source"):
        for value in before["facets"][name]["values"][:4]:
            assert not value["selected"]
            after = ask(client, value["url"])
            assert after["total"] == value["count"]
            assert after["query"][name] == [value["value"]]
            assert after["query"]["lang"] == ["fr"]
            assert after["query"]["q"] == "sécurité"
            chosen = [one for one in after["facets"][name]["values"] if one["selected"]]
            assert [one["value"] for one in chosen] == [value["value"]]
            assert ask(client, chosen[0]["url"])["total"] == before["total"]


def test_a_second_value_widens_and_the_other_counts_stay(client: FlaskClient) -> None:
    first, second = ask(client, "/api/search?q=")["facets"]["organization"]["values"][:2]
    one = ask(client, first["url"])
    again = next(
        value
        for value in one["facets"]["organization"]["values"]
        if value["value"] == second["value"]
    )
    assert again["count"] == second["count"]
    both = ask(client, again["url"])
    assert set(both["query"]["organization"]) == {first["value"], second["value"]}
    assert max(first["count"], second["count"]) <= both["total"]
    assert both["total"] <= first["count"] + second["count"]


def test_a_sub_theme_takes_the_place_of_its_theme_and_back(client: FlaskClient) -> None:
    values = ask(client, "/api/search?q=")["facets"]["theme"]["values"]
    parent = next(value for value in values if value.get("children"))
    child = parent["children"][0]
    assert ask(client, child["url"])["total"] == child["count"] <= parent["count"]
    narrowed = ask(client, parent["url"])
    within = next(
        one
        for value in narrowed["facets"]["theme"]["values"]
        for one in value.get("children", ())
        if one["value"] == child["value"]
    )
    after = ask(client, within["url"])
    assert after["query"]["theme"] == [child["value"]]
    assert after["total"] == child["count"]
    back = next(
        value for value in after["facets"]["theme"]["values"] if value["value"] == parent["value"]
    )
    assert ask(client, back["url"])["query"]["theme"] == [parent["value"]]


def test_following_a_value_drops_page_and_cursor_and_readmits(client: FlaskClient) -> None:
    facets = ask(client, "/api/search?q=&page=2&per_page=10&exclude_source=x")["facets"]
    value = facets["organization"]["values"][0]
    assert ("exclude_source", "x") in parameters(value["url"])
    assert not {"page", "cursor"} & {name for name, _ in parameters(value["url"])}
    excluded = ask(client, f"/api/search?exclude_organization={value['value']}")
    shown = next(
        one
        for one in excluded["facets"]["organization"]["values"]
        if one["value"] == value["value"]
    )
    assert shown["excluded"]
    assert ask(client, shown["url"])["query"]["organization"] == [value["value"]]
    assert ask(client, shown["url"])["query"]["exclude_organization"] == []


def test_date_buckets_set_and_lift_the_range(client: FlaskClient) -> None:
    before = ask(client, "/api/search?q=&interval=year")
    dates = before["facets"]["date"]
    assert sum(bucket["count"] for bucket in dates["values"]) + dates["missing"] == before["total"]
    bucket = max(dates["values"], key=lambda one: one["count"])
    after = ask(client, bucket["url"])
    assert after["total"] == bucket["count"]
    assert after["query"]["from"] == bucket["from"]
    assert after["query"]["to"] == bucket["to"]
    same = next(one for one in after["facets"]["date"]["values"] if one["value"] == bucket["value"])
    assert same["selected"]
    assert ask(client, same["url"])["query"]["from"] is None


def test_names_in_any_language_become_the_canonical_value(client: FlaskClient) -> None:
    answers = [
        ask(client, f"/api/search?organization={name}")
        for name in (
            "onu",
            "ONU",
            "United+Nations",
            "%D8%A7%D9%84%D8%A3%D9%85%D9%85+%D8%A7%D9%84%D9%85%D8%AA%D8%AD%D8%AF%D8%A9",
        )
    ]
    assert {tuple(answer["query"]["organization"]) for answer in answers} == {("onu",)}
    assert len({answer["total"] for answer in answers}) == 1


def test_an_unknown_value_gives_nothing_and_is_listed_as_selected(client: FlaskClient) -> None:
    answer = ask(client, "/api/search?organization=personne")
    assert answer["total"] == 0
    values = answer["facets"]["organization"]["values"]
    assert [value["value"] for value in values if value["selected"]] == ["personne"]


def test_pages_and_cursors_walk_through_the_same_results(client: FlaskClient) -> None:
    for sort in ("relevance", "-date", "date"):
        everything = ask(client, f"/api/search?q=de&sort={sort}&per_page=100")
        expected = [result["id"] for result in everything["results"]]
        assert len(expected) == everything["total"] > 20
        for start in (
            f"/api/search?q=de&sort={sort}&per_page=7",
            f"/api/search?q=de&sort={sort}&per_page=7&cursor=*",
        ):
            walked: list[str] = []
            address: str | None = start
            while address:
                answer = ask(client, address)
                assert answer["total"] == everything["total"]
                walked += [result["id"] for result in answer["results"]]
                link = client.get(local(address)).headers.get("Link", "")
                address = answer["links"]["next"]
                assert link == (f'<{address}>; rel="next"' if address else "")
            assert walked == expected


def test_labels_follow_accept_language_and_values_do_not(client: FlaskClient) -> None:
    french = ask(client, "/api/search?q=ONU&facet_size=1000")
    english = ask(
        client, "/api/search?q=ONU&facet_size=1000", Accept_Language="en-GB,en;q=0.9,fr;q=0.5"
    )
    assert french["facets"]["theme"]["label"] == "Thème"
    assert english["facets"]["theme"]["label"] == "Theme"
    for name in VALUE_FACETS:
        assert {v["value"] for v in french["facets"][name]["values"]} == {
            v["value"] for v in english["facets"][name]["values"]
        }
    labels = {v["value"]: v["label"] for v in english["facets"]["lang"]["values"]}
    assert labels["fr"] == "French"
    for language, label in (("de", "Thema"), ("pt-BR", "Tema"), ("ar", "الموضوع"), ("ja", "Thème")):
        answer = ask(client, "/api/search?q=ONU", Accept_Language=language)
        assert answer["facets"]["theme"]["label"] == label


def test_headers_of_an_answer(client: FlaskClient) -> None:
    response = client.get("/api/search?q=ONU")
    headers = response.headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Vary"] == "Accept-Language, Accept-Encoding"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Language"] == "fr"
    assert headers["X-Content-Type-Options"] == "nosniff"
    steps = re.findall(r"(\w+);dur=[\d.]+", headers["Server-Timing"])
    assert steps == ["parse", "search", "facets", "snippets"]
    assert "Access-Control-Allow-Origin" not in headers
    head = client.head("/api/search?q=ONU")
    assert head.status_code == 200
    assert head.get_data() == b""
    assert head.headers["ETag"] == headers["ETag"]


def test_an_answer_at_hand_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/api/search?q=ONU&lang=fr").headers["ETag"]
    assert tag.startswith('W/"')
    # The same question in other words has the same tag; another language or question has not.
    assert client.get("/api/search?lang=fran%C3%A7ais&page=1&q=ONU").headers["ETag"] == tag
    again = client.get("/api/search?q=ONU&lang=fr", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.get_data() == b""
    assert again.headers["ETag"] == tag
    assert again.headers["Vary"] == "Accept-Language, Accept-Encoding"
    for address, language in (("/api/search?q=ONU", "fr"), ("/api/search?q=ONU&lang=fr", "en")):
        other = client.get(address, headers={"If-None-Match": tag, "Accept-Language": language})
        assert other.status_code == 200
    for address in ("/api/suggest?q=na", "/api/facets/theme", "/"):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-123", True), ("a" * 128, True), ("a" * 129, False), ("x y", False), ("é", False)],
)
def test_request_ids_are_kept_if_sane(client: FlaskClient, given: str, kept: bool) -> None:
    answer = client.get("/api/search", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._:/+=-]{1,128}", answer.headers["X-Request-Id"])


def test_documents_and_similar_ones(client: FlaskClient) -> None:
    found = ask(client, "/api/search?q=terrorisme")["results"][0]
    document = ask(client, f"/api/documents/{found['id']}?q=terrorisme")
    assert document["id"] == found["id"]
    assert document["text"]
    for start, end in document["highlights"]["body"]:
        assert 0 <= start < end <= len(document["text"])
    for one in document["organizations"]:
        assert all(document["text"][start:end].strip() for start, end in one["spans"])
    similar = ask(client, document["links"]["similar"] + "?limit=3")["results"]
    assert 1 <= len(similar) <= 3
    assert found["id"] not in [one["id"] for one in similar]


def test_search_inside_a_facet_knows_accents_and_aliases(client: FlaskClient) -> None:
    found = ask(client, "/api/facets/organization?prefix=United+Nat")
    assert "onu" in [value["value"] for value in found["values"]]
    assert found["total"] >= 1
    assert found["per_page"] == 20
    everything = ask(client, "/api/facets/organization?facet_size=2&page=2")
    assert everything["page"] == 2
    assert len(everything["values"]) <= 2
    for value in found["values"]:
        assert ask(client, value["url"])["total"] == value["count"]


def test_suggestions_lead_to_answers(client: FlaskClient) -> None:
    found = ask(client, "/api/suggest?q=nat&limit=8")["suggestions"]
    assert 1 <= len(found) <= 8
    for suggestion in found:
        assert client.get(local(suggestion["url"])).status_code == 200
    assert ask(client, "/api/suggest")["suggestions"] == []


def test_cross_origin_reading_is_allowed_only_where_configured(archive: Path) -> None:
    settings = Settings(cors_origins=("https://desk.example.org",))
    client = create_app(WhooshEngine(IndexDirectory(archive)), settings).test_client()
    for origin, allowed in (("https://desk.example.org", True), ("https://evil.example", False)):
        answer = client.get("/api/search", headers={"Origin": origin})
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is allowed
        assert "Origin" in answer.headers["Vary"]
        asked = client.options("/api/search", headers={"Origin": origin})
        assert asked.status_code == (204 if allowed else 405)
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": "x"}).headers


def test_addresses_behind_a_proxy(archive: Path) -> None:
    engine = WhooshEngine(IndexDirectory(archive))
    public = create_app(engine, Settings(base_url="https://example.org/archive")).test_client()
    for prefix in ("", "/archive"):
        answer = public.get(f"{prefix}/api/search?q=ONU").get_json()
        assert answer["links"]["self"] == "https://example.org/archive/api/search?q=ONU"
        page = public.get(f"{prefix}/search?q=ONU").get_data(as_text=True)
        assert re.search('href="/archive/static/[0-9a-f]+/style.css"', page)
        assert 'action="/archive/search"' in page
    believed = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "press.example.org"}
    proxied = create_app(engine, Settings(proxies=1)).test_client()
    told = proxied.get("/api/search", headers=believed).get_json()
    assert told["links"]["self"] == "https://press.example.org/api/search"
    direct = create_app(engine).test_client().get("/api/search", headers=believed).get_json()
    assert direct["links"]["self"] == "http://localhost/api/search"


def test_health_names_the_generation(client: FlaskClient) -> None:
    told = ask(client, "/healthz")
    assert told["status"] == "ok"
    assert told["generation"] == ask(client, "/api/search")["index"]["generation"]


@pytest.mark.parametrize(
    "q", ["(" * 5000, '"', "AND", "-", "*", "a" * 10_000, "x " * 5000, "\x00\x07", "title:", "((("]
)
def test_what_a_reader_types_is_never_an_error(client: FlaskClient, q: str) -> None:
    for address in ("/api/search", "/search", "/search.csv", "/search.atom"):
        assert client.get(address, query_string={"q": q}).status_code == 200
    answer = client.get("/api/search", query_string={"q": q}).get_json()
    assert all(len(one) < 6000 for one in answer["links"].values() if one)


def test_an_answer_that_ran_out_of_time_says_so_and_is_not_kept(archive: Path) -> None:
    # A clock that goes on by one second at each look: there is time for two of three words.
    engine = WhooshEngine(IndexDirectory(archive), Budget(search=3), clock=count().__next__)
    client = create_app(engine).test_client()
    response = client.get("/api/search?q=accord OR traité OR sommet")
    answer = response.get_json()
    warnings = [one for one in answer["warnings"] if one["code"] == "out_of_time"]
    assert answer["total"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert warnings[0]["values"]["part"] == "alternatives"
    assert warnings[0]["values"]["left_out"] == "sommet"
    assert "sommet" in warnings[0]["detail"]


def test_results_have_the_fields_that_are_asked_for(client: FlaskClient) -> None:
    address = "/api/search?q=ONU&explain=true&per_page=4"
    whole = ask(client, address)
    assert tuple(whole["results"][0]) == RESULT_FIELDS
    for fields in (("id",), ("title", "score"), ("highlights",), ("page", "explanation")):
        some = ask(client, f"{address}&fields={','.join(reversed(fields))}")
        expected = [
            {name: result[name] for name in RESULT_FIELDS if name in fields}
            for result in whole["results"]
        ]
        assert some["results"] == expected
        assert list(some["results"][0]) == list(expected[0])
        for name in ("total", "facets", "suggestion", "themes", "warnings", "division"):
            assert without_fields(some[name]) == without_fields(whole[name])
        assert ("fields", ",".join(f for f in RESULT_FIELDS if f in fields)) in parameters(
            some["links"]["next"]
        )
    lines = client.get("/search.ndjson?q=ONU&fields=id,title").text.splitlines()
    assert {tuple(json.loads(line)) for line in lines} == {("id", "title")}


def without_fields(value: Any) -> Any:
    return json.loads(re.sub(r"&fields=[a-z_,]+", "", json.dumps(value)))


def test_an_unknown_field_is_an_error_that_names_them_all(client: FlaskClient) -> None:
    told = client.get("/api/search?q=ONU&fields=id,titel,date")
    assert told.status_code == 400
    faults = told.get_json()["errors"]
    assert [fault["value"] for fault in faults] == ["titel", "date"]
    assert faults[0]["suggestion"] == "title"
    assert all(name in faults[0]["detail"] for name in RESULT_FIELDS)
    assert client.get("/api/search?q=ONU&links=templates").status_code == 400


@pytest.mark.parametrize(
    "more",
    [
        "",
        "&page=2&highlight=false",
        "&theme=economy&exclude_organization=onu&lang=fr",
        "&theme=politics/government&from=2018-01-01&to=2018-12-31&interval=year",
        "&source=AFP&fields=id&facet_size=1000",
    ],
)
def test_a_template_gives_the_address_that_each_value_has(client: FlaskClient, more: str) -> None:
    full = ask(client, f"/api/search?q=s%C3%A9curit%C3%A9+%7Bx%7D+OR+ONU{more}")
    short = ask(client, f"/api/search?q=s%C3%A9curit%C3%A9+%7Bx%7D+OR+ONU{more}&links=template")
    assert {**short, "facets": 0, "took_ms": 0, "links": 0} == {
        **full,
        "facets": 0,
        "took_ms": 0,
        "links": 0,
    }
    for name, facet in full["facets"].items():
        templates = short["facets"][name].pop("templates")
        assert len(templates) == (1 if name == "date" else 2)
        values = every_value(short["facets"][name])
        assert sum("url" in value for value in values) < max(3, len(values))
        for value in values:
            url = value.get("url") or expand(templates["choose"], **value)
            value["url"] = url.replace("&links=template", "")
            value.pop("exclude_url", None)
        assert short["facets"][name] == facet


def every_value(facet: Any) -> list[Any]:
    return [one for value in facet["values"] for one in (value, *value.get("children", ()))]


def test_values_are_excluded_by_template(client: FlaskClient) -> None:
    start = "/api/search?q=ONU&links=template&facets=organization,theme&theme=politics"
    answer = ask(client, start)
    for name in ("organization", "theme"):
        facet = answer["facets"][name]
        for value in every_value(facet)[:12]:
            without = expand(facet["templates"]["exclude"], value=value["value"])
            narrowed = ask(client, value.get("exclude_url", without))
            assert narrowed["query"][f"exclude_{name}"] == [value["value"]]
            assert value["value"] not in narrowed["query"][name]
            if name == "organization":
                assert narrowed["total"] == answer["total"] - value["count"]


def test_what_no_field_shows_is_not_looked_for(client: FlaskClient) -> None:
    """Neither snippets nor explanations are worked out, nor addresses of values written."""

    def calls(address: str) -> Counter[str]:
        counted: Counter[str] = Counter()

        def count(frame: FrameType, event: str, _: Any) -> None:
            if event == "call":
                counted[Path(frame.f_code.co_filename).stem] += 1
                counted[frame.f_code.co_name] += 1

        client.application.config["ANSWERS"].forget()
        sys.setprofile(count)
        try:
            assert client.get(address).status_code == 200
        finally:
            sys.setprofile(None)
        return counted

    address = "/api/search?q=ONU+accord&explain=true&per_page=10"
    calls(address)
    whole = calls(address)
    marking = ("highlighter", "snippets", "explanation", "toggled")
    assert all(whole[name] for name in marking)
    short = calls(f"{address}&fields=id,title,published&links=template")
    assert not any(short[name] for name in marking)
    assert calls(f"{address}&fields=page")["highlighter"]
    assert whole["_value_facet"]
    assert not calls(f"{address}&facets=&fields=id")["_value_facet"]


def test_all_of_no_value_is_the_same_search(client: FlaskClient) -> None:
    tags = {
        client.get(address).headers["ETag"]
        for address in ("/api/search?q=ONU", "/api/search?q=ONU&theme_mode=all")
    }
    assert len(tags) == 1
    chosen = "/api/search?q=ONU&theme=economy&theme=politics"
    assert (
        client.get(chosen).headers["ETag"] != client.get(f"{chosen}&theme_mode=all").headers["ETag"]
    )
