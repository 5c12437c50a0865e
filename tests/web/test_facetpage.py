import csv
import io
import re
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from lxml import html


def read(client: FlaskClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    return html.document_fromstring(response.get_data(as_text=True))


def total(page: Any) -> int:
    return int(page.xpath("//p[@class='total']")[0].text_content().split()[0])


def labels(page: Any) -> list[str]:
    return [one.text_content() for one in page.xpath("//form[@class='choose']//bdi")]


def submitted(page: Any, button: str = "", ticked: tuple[str, ...] = (), **typed: str) -> str:
    """Return the address that the form of a facet leads to, some more values ticked.

    ``button`` is a part of its text; without one it is that of the results.
    """
    (form,) = page.xpath("//form[@class='choose']")
    pairs = [
        (one.get("name"), typed.get(one.get("name"), one.get("value")))
        for one in form.xpath(".//input")
        if one.get("type") in ("hidden", "search")
        or (one.get("type") == "radio" and typed.get(one.get("name"), "") == one.get("value"))
        or (one.get("type") == "radio" and one.get("checked") and one.get("name") not in typed)
        or (one.get("type") == "checkbox" and (one.get("checked") or one.get("value") in ticked))
    ]
    if not button:
        return f"{form.get('action')}?{urlencode(pairs)}"
    (pressed,) = form.xpath(f".//button[contains(., '{button}')]")
    if pressed.get("name"):
        pairs.append((pressed.get("name"), pressed.get("value")))
    return f"{pressed.get('formaction')}?{urlencode(pairs)}"


def test_all_values_by_count_and_by_name(client: FlaskClient) -> None:
    whole = client.get("/api/facets/organization?q=de&facet_size=1000").get_json()
    page = read(client, "/facet/organization?q=de")
    assert total(page) == whole["total"] > 50
    shown = [label.rpartition(" / ")[2] for label in labels(page)]
    assert shown == [one["label"] for one in whole["values"]][:50]
    second = read(client, submitted(page, "Suivante"))
    listed = [label.rpartition(" / ")[2] for label in labels(page) + labels(second)]
    assert listed == [one["label"] for one in whole["values"]]
    by_name = read(client, submitted(page, "Réafficher", order="name"))
    after = read(client, submitted(by_name, "Suivante"))
    named = labels(by_name) + labels(after)
    assert sorted(named) == sorted(labels(page) + labels(second))
    assert named[0].rpartition(" / ")[2][0].casefold() == "a"
    assert named != labels(page) + labels(second)


def test_search_in_a_facet_knows_aliases_and_no_accents(client: FlaskClient) -> None:
    page = read(client, "/facet/organization?hl=fr&prefix=UNITED+nat")
    assert "Organisation des Nations unies" in labels(page)
    (form,) = page.xpath("//form[@class='choose']")
    assert form.xpath(".//input[@name='prefix']/@value") == ["UNITED nat"]
    assert form.xpath(".//input[@name='hl']/@value") == ["fr"]
    assert not labels(read(client, "/facet/organization?prefix=zzzzqq"))
    themes = labels(read(client, "/facet/theme?hl=fr&prefix=TERROR"))
    assert themes == ["Criminalité, droit et justice / Terrorisme"]


def test_several_values_at_once_by_the_form(client: FlaskClient) -> None:
    page = read(client, "/facet/organization?q=de&organization=onu&exclude_lang=de&hl=fr")
    (form,) = page.xpath("//form[@class='choose']")
    assert form.xpath(".//input[@type='checkbox'][@checked]/@value") == ["onu"]
    fields = [(one.get("name"), one.get("value")) for one in form.xpath(".//input[@type='hidden']")]
    assert sorted(fields) == [("exclude_lang", "de"), ("hl", "fr"), ("q", "de")]
    chosen = [("organization", value) for value in form.xpath(".//input[@type='checkbox']/@value")]
    results = read(client, f"{form.get('action')}?{urlencode(fields + chosen[:3])}")
    assert len(results.xpath("//ul[@class='chips']//bdi")) == 4
    # What is chosen and not on this page stays chosen.
    narrowed = read(client, "/facet/organization?organization=onu&prefix=interp")
    kept = narrowed.xpath("//form[@class='choose']//input[@type='hidden'][@name='organization']")
    assert [one.get("value") for one in kept] == ["onu"]


@pytest.mark.parametrize("name", ["organization", "theme", "lang", "source"])
def test_excluding_and_admitting_again(client: FlaskClient, name: str) -> None:
    found = total(read(client, "/search?hl=fr"))
    page = read(client, f"/facet/{name}?hl=fr")
    count = int(page.xpath("//form[@class='choose']//b")[0].text)
    without = read(client, page.xpath("//a[@class='not']/@href")[0])
    assert total(without) == found - count
    (chip,) = without.xpath("//ul[@class='chips']//a")
    assert chip.get("class") == "excluded"
    assert total(read(client, chip.get("href"))) == found
    admitted = without.xpath(f"//section[@aria-labelledby='facet-{name}']//li[@class='excluded']")
    again = admitted[0].xpath("a[@class='not']")[0]
    assert again.get("aria-label").startswith("Ne plus exclure")
    assert total(read(client, again.get("href"))) == found


def test_dates_as_a_table(client: FlaskClient) -> None:
    for query in ("", "q=ONU&", "from=2016&to=2019&"):
        for interval in ("year", "month"):
            answer = client.get(f"/api/search?{query}interval={interval}").get_json()
            page = read(client, f"/facet/date?{query}interval={interval}&hl=fr")
            counts = [int(one.text) for one in page.xpath("//tbody//td[1]")]
            inferred = sum(int(one.text or 0) for one in page.xpath("//tbody//td[2]"))
            dates = answer["facets"]["date"]
            missing = [dates["missing"]] if dates["missing"] else []
            whole = [one["count"] for one in dates["values"]]
            # A run of empty months is one row.
            rows = [n for count, run in groupby(whole) for n in (run if count else [0])]
            assert counts == rows + missing
            table = client.get(f"/facet/date.csv?{query}interval={interval}&hl=en").text
            lines = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
            assert [int(row["Documents"]) for row in lines] == [n for n in whole if n] + missing
            told = sum(int(row["inferred date"] or 0) for row in lines)
            assert told == inferred == sum(one["inferred"] for one in dates["values"])
            assert query or inferred
    link = page.xpath("//tbody//a")[0]
    count = int(link.xpath("../../td")[0].text)
    assert total(read(client, link.get("href"))) == count


def test_bars_say_what_they_lead_to(client: FlaskClient) -> None:
    page = read(client, "/?hl=fr")
    bars = page.xpath("//div[@class='histogram']//a")
    assert 2 < len(bars) <= 40
    for bar in bars[:5]:
        said = bar.get("aria-label")
        assert said == bar.findtext("title")
        after = read(client, bar.get("href"))
        assert total(after) == int(re.split(":\xa0|: |, dont", said)[1])
    # Documents without a date of their own are told apart, and what that means is told.
    hollow = [bar for bar in bars if bar.xpath("path[@class='inferred']")]
    assert hollow
    assert [bar for bar in bars if "date déduite" in bar.get("aria-label")] == hollow
    assert page.xpath("//p[@class='legend']/span/text()") == ["date déclarée", "date déduite"]
    # Year, month, day, and the way back.
    steps = []
    for _ in range(3):
        page = read(client, bars[0].get("href"))
        bars = page.xpath("//div[@class='histogram']//a[not(contains(@class, 'chosen'))]")
        bars = bars or page.xpath("//div[@class='histogram']//a")
        steps.append([one.text for one in page.xpath("//p[@class='steps']/*[self::a or self::b]")])
    assert [len(step) for step in steps] == [2, 3, 4]
    assert all(step[0] == "Toutes les dates" for step in steps)
    assert page.xpath("//p[@class='steps']/a/@href")[0] == "/search?hl=fr"


def test_undated_documents_have_their_links(client: FlaskClient) -> None:
    page = read(client, "/search?from=2016&to=2018&hl=fr")
    links = page.xpath("//section[@aria-labelledby='facet-date']//ul//a")
    only, include = links
    missing = int(only.findtext("b"))
    assert total(read(client, only.get("href"))) == missing > 0
    assert total(read(client, include.get("href"))) == total(page) + missing


def test_no_such_facet(client: FlaskClient) -> None:
    assert client.get("/facet/nothing").status_code == 404
    told = read(client, "/facet/organization?page=0")
    assert "page=0" in told.xpath("//ul[@class='notices']/li")[0].text_content()


def test_ticks_survive_paging_sorting_and_searching(client: FlaskClient) -> None:
    page = read(client, "/facet/organization?q=de&hl=fr")
    assert page.xpath("//h1")[0].text_content() == "Organisation pour «\xa0de\xa0»"
    boxes = page.xpath("//input[@type='checkbox']/@value")
    ticked = (boxes[1], boxes[4])
    page = read(client, submitted(page, "Suivante", ticked=ticked))
    kept = "//form[@class='choose']/input[@type='hidden'][@name='organization']/@value"
    assert page.xpath(kept) == list(ticked)
    third = page.xpath("//input[@type='checkbox']/@value")[2]
    page = read(client, submitted(page, "Réafficher", ticked=(third,), order="name"))
    page = read(client, submitted(page, "Rechercher", prefix="zzzz"))
    results = read(client, submitted(page, organization_mode="all"))
    chips = results.xpath("//ul[@class='chips']//a[not(@class='all')]")
    assert len(chips) == 3
    assert ["(et)" in chip.text_content() for chip in chips] == [False, True, True]


def test_all_of_several_values_are_required_on_request(client: FlaskClient) -> None:
    page = read(client, "/search?organization=onu&hl=en")
    section = "//section[@aria-labelledby='facet-organization']"
    # One that is not below another: it would take its place.
    either = read(client, page.xpath(f"{section}//details/ul/li[not(@class)]/a[1]/@href")[0])
    assert "Organization (or)" in either.xpath("//ul[@class='chips']/li")[1].text_content()
    both = read(client, either.xpath(f"{section}//p[@class='mode']/a/@href")[0])
    assert 0 < total(both) < total(page) < total(either)
    # What a value says is what the results are with it too.
    for link in both.xpath(f"{section}//details/ul/li[not(@class)]/a[1]")[:2]:
        assert total(read(client, link.get("href"))) == int(link.findtext("b"))
    again = read(client, both.xpath(f"{section}//p[@class='mode']/a/@href")[0])
    assert total(again) == total(either)


@pytest.mark.parametrize("more", ["", "&organization=onu", "&organization=onu&organization=ue"])
def test_a_pill_narrows_the_search(client: FlaskClient, more: str) -> None:
    page = read(client, f"/search?q=de&hl=en{more}")
    pills = page.xpath("//ol[@class='results']//ul[@class='tags']//a")
    assert len(pills) > 10
    for pill in pills[:8]:
        after = read(client, pill.get("href"))
        assert after.xpath("//input[@id='q']/@value") == ["de"]
        # Several alternatives give way to the one value.
        assert total(after) > 0
        assert total(after) <= total(page) or more.count("organization") == 2


def test_the_values_of_a_facet_as_csv(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=ONU&facet_size=1000").get_json()["facets"]
    for name in ("organization", "theme", "lang", "source"):
        text = client.get(f"/facet/{name}.csv?q=ONU&hl=en&bom=no").text
        rows = list(csv.DictReader(io.StringIO(text)))
        values = list(answer[name]["values"])
        for one in values:
            values += one.get("children", ())
        counted = {one["value"]: one["count"] for one in values}
        written = {row["Identifier"]: int(row["Documents"]) for row in rows}
        # Names of little weight are on the pages of the facet alone.
        light = {id for id in written.keys() - counted.keys() if name == "organization"}
        assert {id: written[id] for id in written.keys() - light} == counted
        assert all(id.startswith("~") and written[id] == 1 for id in light)
    assert client.get("/facet/nothing.csv").status_code == 404


def test_fields_of_the_endpoint_take_nothing_from_a_page_or_a_feed(client: FlaskClient) -> None:
    page = read(client, "/search?q=accord&fields=id&explain=true")
    assert page.xpath("//p[@class='snippet']//mark")
    assert b"<summary" in client.get("/search.atom?q=accord&fields=id").data


@pytest.mark.parametrize("facet", ["date", "organization"])
def test_the_page_of_a_facet_says_what_was_left_out(client: FlaskClient, facet: str) -> None:
    page = read(client, f"/facet/{facet}?from=garbage")
    assert "garbage" in page.xpath("//ul[@class='notices']")[0].text_content()


def test_an_excluded_value_is_not_to_be_ticked(client: FlaskClient) -> None:
    page = read(client, "/facet/organization?exclude_organization=onu")
    (tick,) = page.xpath("//form[@class='choose']//input[@value='onu' and @type='checkbox']")
    assert tick.get("disabled") is not None


def test_where_pages_end_is_told(client: FlaskClient) -> None:
    """Pages reach the first ``MAX_DEPTH / per_page``, of any length."""
    page = read(client, "/facet/organization?hl=en&page=200&per_page=50")
    assert not page.xpath("//p[@role='note']")
    far = read(client, "/facet/organization?hl=en&page=201&per_page=50")
    assert "page=201" in far.xpath("//ul[@class='notices']//code")[0].text_content()
    assert far.xpath("//input[@type='checkbox']")
    few = read(client, "/facet/organization?hl=en&per_page=100")
    assert not few.xpath("//p[@role='note']")
