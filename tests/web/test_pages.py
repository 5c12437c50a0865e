import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from index.facets import SUGGESTED, VALUE_FACETS
from index.vocabularies import LANGUAGES
from search import SearchRequest, SearchResponse, WhooshEngine
from search.engine import Notice
from web import create_app
from web.pages.facets import FIRST_VALUES, counted

STATES = [
    "/",
    "/search?q=ONU",
    "/search?q=ONU&organization=onu&exclude_lang=de&from=2018&to=2024-06",
    "/search?q=%22border&undated=only&hl=en",
    "/search?q=zzzzqqqq",
    "/search?q=zzzzqqqq&lang=fr&hl=en",
    "/search?q=de&page=2&per_page=5&sort=date",
    "/search?q=de&page=400&per_page=5",
    "/search?q=&facets=",
    "/search?theme=economy&interval=month&facet_size=2",
    "/search?cursor=*&per_page=5",
    "/search?from=hier&organisation=onu",
    "/nothing",
    "/docs/errors",
    "/docs/errors?hl=en",
]


def read(client: FlaskClient, address: str, language: str = "fr") -> Any:
    response = client.get(address, headers={"Accept-Language": language})
    assert response.mimetype == "text/html"
    return html.document_fromstring(response.get_data(as_text=True))


def check(page: Any) -> None:
    """What holds for every page: see also axe in the browser tests."""
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for name in ("aria-labelledby", "aria-describedby"):
        for named in page.xpath(f"//@{name}"):
            assert set(named.split()) <= set(ids)
    for one in page.xpath("//label/@for"):
        assert one in ids
    for field in page.xpath("//input[not(@type='hidden')]"):
        assert page.xpath(f"//label[@for='{field.get('id')}']"), html.tostring(field)
    assert len(page.xpath("//h1")) == 1
    assert len(page.xpath("//main")) == 1
    levels = [int(one.tag[1]) for one in page.xpath("//h1|//h2|//h3|//h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for link in page.xpath("//a"):
        assert link.text_content().strip()
        assert urlsplit(link.get("href")).scheme in ("", "http", "https")
    language = page.xpath("/html/@lang")[0]
    assert language in LANGUAGES
    assert page.xpath("/html/@dir") == ["rtl" if language == "ar" else "ltr"]
    # Nothing inline, nothing from elsewhere: the Content-Security-Policy would stop it.
    assert not page.xpath("//style|//@style|//iframe|//object")
    for script in page.xpath("//script"):
        assert script.get("type") == "module"
        assert script.get("src").startswith("/static/")
        assert not (script.text or "").strip()
    assert not [name for name in page.xpath("//@*") if name.attrname.startswith("on")]
    for address in page.xpath("//link/@href|//img/@src"):
        assert address.startswith(("/", "http://localhost/"))


@pytest.mark.parametrize("address", STATES)
def test_pages_are_sound_in_every_state(client: FlaskClient, address: str) -> None:
    page = read(client, address)
    check(page)
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.fixture(scope="module")
def followed() -> set[object]:
    """The kinds of links that were followed from other pages."""
    return set()


@pytest.mark.parametrize("address", STATES[:11])
def test_links_of_every_kind_lead_somewhere(
    client: FlaskClient, address: str, followed: set[object]
) -> None:
    """Links are of one kind if they lead to one page with the same parameters."""
    links: dict[object, list[str]] = defaultdict(list)
    for link in read(client, address).xpath("//a/@href"):
        if link.startswith("/"):
            parts = urlsplit(link)
            names = tuple(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
            links[client, parts.path.split("/")[1], names].append(link)
    for alike in (links[kind] for kind in links.keys() - followed):
        for link in {alike[0], alike[-1]}:
            response = client.get(link, buffered=True)
            assert response.status_code == 200, link
            response.close()
    followed |= links.keys()


def test_no_page_sets_a_cookie_or_lets_a_referrer_out(client: FlaskClient) -> None:
    for address in STATES:
        headers = client.get(address).headers
        assert "Set-Cookie" not in headers
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_results_facets_and_counts_are_those_of_the_endpoint(client: FlaskClient) -> None:
    query = "q=ONU&organization=onu&per_page=5"
    answer = client.get(f"/api/search?{query}").get_json()
    page = read(client, f"/search?{query}")
    assert page.xpath("//p[@class='total']")[0].text_content() == f"{answer['total']} documents"
    shown = page.xpath("//ol//h3/a/@href")
    assert [one.split("?")[0] for one in shown] == [
        urlsplit(one["url"]).path for one in answer["results"]
    ]
    assert page.xpath("//ol//mark")
    for name in ("organization", "theme", "lang", "source"):
        shown = [
            (one.findtext("bdi"), int(one.findtext("b")))
            for one in page.xpath(
                f"//section[@aria-labelledby='facet-{name}']//ul/li[not(ancestor::li)]/a[not(@class='not')]"
            )
        ]
        values = [(one["label"], one["count"]) for one in answer["facets"][name]["values"]]
        assert shown == values[:FIRST_VALUES]
    assert page.xpath("//ul[@class='chips']//bdi")[0].text_content().startswith("Organisation")


def test_following_a_facet_link_gives_its_count(client: FlaskClient) -> None:
    page = read(client, "/search?q=s%C3%A9curit%C3%A9")
    for link in page.xpath("//section[@aria-labelledby='facet-theme']/ul/li/a[1]")[:3]:
        count = link.findtext("b")
        after = read(client, link.get("href"))
        total = after.xpath("//p[@class='total']")[0].text_content()
        assert total.split()[0] == count
        # The chip takes it away again.
        chip = after.xpath("//ul[@class='chips']//a/@href")[0]
        assert read(client, chip).xpath("//p[@class='total']")[0].text_content() == (
            page.xpath("//p[@class='total']")[0].text_content()
        )


def test_the_language_of_the_page(client: FlaskClient) -> None:
    for address, header, language in (
        *(("/", "", "fr"), ("/", "en-US,en;q=0.9", "en"), ("/", "ja,en;q=0.5", "en")),
        *(
            ("/?hl=en", "fr", "en"),
            ("/?hl=fr", "en", "fr"),
            ("/", "ja", "fr"),
            ("/", "pt-BR", "pt"),
        ),
    ):
        response = client.get(address, headers={"Accept-Language": header})
        page = html.document_fromstring(response.get_data(as_text=True))
        assert page.get("lang") == language
        assert response.headers["Content-Language"] == language
        assert "Accept-Language" in response.headers["Vary"]
    # Once chosen, it stays on every link and form of the page.
    page = read(client, "/search?q=ONU&hl=en")
    assert "Search the archive" in page.text_content()
    for link in page.xpath("//main//a/@href|//a[@class='name']/@href"):
        if not link.startswith(("#", "/api/")):
            assert "hl=en" in link, link
    for form in page.xpath("//form"):
        assert form.xpath(".//input[@name='hl']/@value") == ["en"]


def test_dates_and_numbers_as_the_reader_writes_them(client: FlaskClient) -> None:
    for language, months in (("fr", "janvier|mai|juin|septembre"), ("en", "January|May|June")):
        page = read(client, "/search?q=de&per_page=100", language)
        times = page.xpath("//time")
        assert times
        text = " ".join(one.text_content() for one in times)
        assert re.search(months, text)
        for one in times:
            assert re.match(r"\d{4}(-\d\d)?(-\d\d)?", one.get("datetime"))
    assert "undated" in read(client, "/search?undated=only", "en").text_content()


def test_text_has_its_own_language_and_direction(client: FlaskClient) -> None:
    page = read(client, "/search?lang=ar")
    titles = page.xpath("//ol//h3")
    assert titles
    assert {(one.get("dir"), one.get("lang")) for one in titles} == {("rtl", "ar")}
    document = read(client, page.xpath("//ol//h3/a/@href")[0])
    check(document)
    assert document.xpath("//h1[@dir='rtl'][@lang='ar']")
    assert document.xpath("//div[@class='text'][@dir='rtl'][@lang='ar']/p")


def test_a_document_shows_its_matches_and_its_fields(client: FlaskClient) -> None:
    page = read(client, "/search?q=terrorisme&lang=fr")
    address = page.xpath("//ol//h3/a/@href")[0]
    document = read(client, address)
    check(document)
    assert document.xpath("//article//mark")
    assert document.xpath("//section[@aria-labelledby='about-organization']//a")
    assert document.xpath("//section[@aria-labelledby='about-similar']//a")
    assert not read(client, address.split("?")[0]).xpath("//article//mark")


def test_a_document_without_a_title_is_called_by_its_first_words(client: FlaskClient) -> None:
    page = read(client, "/search?q=%22deuxi%C3%A8me+conf%C3%A9rence+minist%C3%A9rielle%22")
    link = page.xpath("//ol//h3/a")[0]
    assert link.text_content().startswith("Les travaux de la deuxième conférence")
    assert link.text_content().endswith(" …")
    document = read(client, link.get("href"))
    assert document.xpath("//h1")[0].text_content() == link.text_content()
    assert not re.search("… …", page.text_content())


def test_states_that_help(client: FlaskClient) -> None:
    nothing = read(client, "/search?q=zzzzqqqq&lang=fr")
    assert "Aucun document ne correspond" in nothing.text_content()
    assert nothing.xpath("//div[@class='empty']//a[@href='/search?q=zzzzqqqq']")
    beyond = read(client, "/search?q=de&page=400&per_page=5")
    assert beyond.xpath("//p[@class='empty']/a")
    warned = read(client, "/search?q=%22ONU")
    assert "guillemet" in warned.xpath("//ul[@class='notices']")[0].text_content()
    document = read(client, "/search?q=ONU").xpath("//ol//h3/a/@href")[0].split("?")[0]
    wrong = read(client, f"{document}?q=ONU&from=hier&at=1")
    assert "from=hier" in wrong.xpath("//ul[@class='notices']//code")[0].text_content()
    assert wrong.xpath("//mark")


DATES = {
    "01/03/2016": "2016-03-01",
    "1er mars 2016": "2016-03-01",
    "1. März 2016": "2016-03-01",
    "1 de marzo de 2016": "2016-03-01",
    "1º de março de 2016": "2016-03-01",
    "1 marzo 2016": "2016-03-01",
    "March 1, 2016": "2016-03-01",
    "١ مارس ٢٠١٦": "2016-03-01",
    "3/2016": "2016-03-01",
    "2016-3": "2016-03-01",
}


def test_a_range_takes_dates_as_people_write_them(client: FlaskClient) -> None:
    for typed, day in DATES.items():
        page = read(client, "/search?" + urlencode({"from": typed}))
        assert page.xpath("//input[@id='from']/@value") == [day]


@pytest.mark.parametrize(
    ("typed", "language", "told"),
    [
        ("accord pêche", "fr", []),
        ("accord ET l'ONU -mer", "fr", ["accord ET (ONU OU organization:onu) ET SAUF mer"]),
        ("ONU", "fr", []),
        ("Grenze UND Zoll", "de", []),
        ("frontera O aduana", "es", ["frontera OR aduana"]),
        ("accord OU traité mer", "ar", ["accord أو (traité و mer)"]),
        ("accord OR traité mer", "en", ["accord OR (traité AND mer)"]),
    ],
)
def test_what_was_understood_is_told_if_it_surprises(
    client: FlaskClient, typed: str, language: str, told: list[str]
) -> None:
    page = read(client, f"/search?{urlencode({'q': typed, 'hl': language})}")
    assert [
        one.text_content() for one in page.xpath("//*[contains(@class,'understood')]//code")
    ] == told


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("ONU O acuerdo", "es"),
        ("ONU NON accordo", "it"),
        ("ONU NON accord", "es"),
        ("accord NON ONU", "fr"),
        ("pesca E ONU", "pt"),
        ("ONU O accord", "fr"),
    ],
)
def test_what_leaves_a_page_finds_the_same_in_every_language(
    client: FlaskClient, typed: str, language: str
) -> None:
    def shown(page: Any) -> list[str]:
        return [urlsplit(one).path for one in page.xpath("//ol//h3/a/@href")]

    page = read(client, f"/search?{urlencode({'q': typed})}", language)
    results = shown(page)
    shared = urlsplit(page.xpath("//*[@id='address']")[0].text_content())
    saved = page.xpath("//@data-save")[0]
    curl = urlsplit(page.xpath("//*[@id='curl']")[0].text_content().split("'")[1])
    (json_,) = page.xpath("//a[text()='JSON']/@href")
    (feed,) = page.xpath("//link[@type='application/atom+xml']/@href")
    (ndjson,) = page.xpath("//a[text()='NDJSON']/@href")
    assert f"{curl.path}?{curl.query}" == json_
    # The endpoint has no hl to say that a letter is a word here.
    followers = [language] if typed == "ONU O accord" else LANGUAGES
    total = client.get(json_, headers={"Accept-Language": language}).get_json()["total"]
    for other in followers:
        answer = client.get(json_, headers={"Accept-Language": other}).get_json()
        assert [urlsplit(one["url"]).path for one in answer["results"]] == results
        assert answer["links"]["self"].endswith(json_)
    for other in LANGUAGES:
        assert shown(read(client, f"{shared.path}?{shared.query}", other)) == results
        assert shown(read(client, saved, other)) == results
        headers = {"Accept-Language": other}
        assert len(client.get(ndjson, headers=headers).text.splitlines()) == total
        assert client.get(feed, headers=headers).text.count("<entry") == min(total, 50)


@pytest.mark.parametrize(
    ("typed", "label"),
    [("Grenzsicherung", "Sécurité des frontières"), ("United Nations", "Organisation des Nations")],
)
def test_what_a_query_names_is_offered_with_its_documents(
    client: FlaskClient, typed: str, label: str
) -> None:
    page = read(client, f"/search?{urlencode({'q': typed})}")
    (offer,) = page.xpath("//p[@class='meant']")
    (link,) = offer.xpath("a/@href")
    assert label in offer.text_content()
    documents, languages = map(
        int, re.findall(r"\((\d+) documents, (\d+) langues\)", offer.text_content())[0]
    )
    there = read(client, link)
    assert there.xpath("//p[@role='status']")[0].text_content().split()[0] == str(documents)
    assert len(there.xpath("//section[@aria-labelledby='facet-lang']//li")) == min(languages, 5)
    assert languages > 1
    assert not there.xpath("//p[@class='meant']")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_understood_is_told_in_place_and_keeps_the_search(
    client: FlaskClient, language: str
) -> None:
    whole = read(client, "/search?q=ONU&lang=fr", language)
    total = whole.xpath("//p[@class='total']")[0].text_content()
    many = urlencode([("source", f"s{number}") for number in range(200)])
    for more in ("from=hier", "from=2016-13&to=2017", "from=2020&to=2019", "page=600", "sort=x"):
        page = read(client, f"/search?q=ONU&lang=fr&{more}", language)
        check(page)
        told = page.xpath("//ul[@class='notices']/li")
        assert more.split("&")[0] in told[0].text_content()
        if "to=2017" not in more:
            assert page.xpath("//p[@class='total']")[0].text_content() == total
        for name, typed in parse_qsl(more):
            if name in ("from", "to"):
                (field,) = page.xpath(f"//input[@id='{name}']")
                assert field.get("value") == typed
                (said,) = page.xpath(f"//p[@id='{field.get('aria-describedby')}']")
                assert said.text_content().strip()
    page = read(client, f"/search?{many}", language)
    check(page)
    assert len(page.xpath("//ul[@class='chips']/li")) > 50
    assert "200" in page.xpath("//ul[@class='notices']/li")[0].text_content()


def test_the_last_days_are_a_link_away(client: FlaskClient, tmp_path: Path) -> None:
    """As far as the archive goes, whatever was found."""
    presets = "//p[@class='presets']/a"
    newest = client.get("/api/search?sort=-date&undated=exclude&per_page=1").get_json()["results"]
    for asked in ("q=ONU", "q=ONU&from=2016&to=2018"):
        for one in read(client, f"/search?{asked}").xpath(f"{presets}/@href"):
            assert dict(parse_qsl(urlsplit(one).query))["from"] <= newest[0]["published"]
    today = date.today()
    days = (today - timedelta(3), today - timedelta(400))
    source = tmp_path / "a.jsonl"
    lines = [{"id": str(day), "text": "accord", "date": day.isoformat()} for day in days]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    rebuild(tmp_path / "index", [source], BuildOptions(workers=0))
    recent = create_app(WhooshEngine(IndexDirectory(tmp_path / "index"))).test_client()
    for asked in ("q=accord", "q=nothing", f"q=accord&to={days[1].isoformat()}"):
        found = read(recent, f"/search?{asked}").xpath(presets)
        links = [dict(parse_qsl(urlsplit(one.get("href")).query)) for one in found]
        since = [(today - timedelta(size)).isoformat() for size in (7, 30)]
        since += [f"{today.year}-01-01"] * (days[0].year == today.year)
        assert [one["from"] for one in links] == since
        assert all("to" not in one for one in links)


def test_the_newest_date_is_kept_once_it_is_known(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = WhooshEngine(IndexDirectory(archive))
    client = create_app(engine).test_client()
    search, asked, late = engine.search, [], [True, False]

    def searched(request: SearchRequest) -> SearchResponse:
        response = search(request)
        if request.fields != ("id",):
            return response
        asked.append(request)
        if late.pop(0):
            return replace(response, results=(), warnings=(Notice("out_of_time"),))
        return response

    monkeypatch.setattr(engine, "search", searched)
    for _ in range(3):
        assert (
            client.get("/search?q=ONU&hl=en", headers={"Cache-Control": "no-cache"}).status_code
            == 200
        )
        client.application.config["ANSWERS"].forget()
    assert len(asked) == 2


def test_examples_stand_under_their_own_heading(client: FlaskClient) -> None:
    page = read(client, "/search?q=zzzzqqqq&hl=en")
    headings = page.xpath("//div[@class='empty']/h3")
    names = [heading.text_content() for heading in headings]
    assert len(names) == len(set(names)) >= 3
    for heading in headings:
        facet = parse_qsl(urlsplit(heading.getnext().xpath(".//a/@href")[0]).query)[0][0]
        words = {
            "organization": "Most mentioned organizations",
            "theme": "Most frequent themes",
            "country": "Most mentioned countries",
            "person": "Most mentioned persons",
        }
        assert heading.text_content() == words[facet]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_facet_has_its_own_words(client: FlaskClient, language: str) -> None:
    """No facet is counted in *values*, and every kind of suggestion has a name."""
    with client.application.test_request_context(f"/?hl={language}"):
        for count in (2, 3, 20):
            said = {counted(name, count) for name in VALUE_FACETS}
            assert counted("other", count) not in said
            assert len(said) == len(VALUE_FACETS)
    (form,) = read(client, f"/?hl={language}").xpath("//form[@role='search']")
    kinds = [form.get(f"data-{kind}") for kind in (*SUGGESTED, "title", "word")]
    assert all(kinds)
    assert len(kinds) == len({*kinds})


def test_media_that_are_quoted_stand_apart(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    texts = [
        *["Selon Reuters, la BBC et Le Parisien, l'ONU et Interpol ont signé."] * 3,
        "L'OTAN, Europol, l'UNESCO, l'OMS et le FMI aussi, d'après CNN et RTL.",
    ]
    lines = [{"id": f"{n}", "text": text, "language": "fr"} for n, text in enumerate(texts)]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    rebuild(tmp_path / "index", [source], BuildOptions(workers=0))
    client = create_app(WhooshEngine(IndexDirectory(tmp_path / "index"))).test_client()

    def shown(address: str) -> tuple[list[str], list[str]]:
        (section,) = read(client, address).xpath("//section[@aria-labelledby='facet-organization']")
        assert section.xpath(".//h4")[0].text_content() == "Médias cités"
        lists = section.xpath(".//ul[@class='values']")
        first, media = ([link.text for link in one.xpath("./li/a/bdi")] for one in lists)
        return first, media

    first, media = shown("/search?q=signé")
    assert len(media) == 3
    assert {"Organisation des Nations unies", "Interpol"} <= set(first)
    first, media = shown("/search?q=")
    assert len(first) == 5
    assert len(media) == 3
    chosen = shown("/search?organization=cnn")
    assert "CNN" in chosen[1]
    check(read(client, "/search?q="))


def test_hostile_documents_are_shown_as_text(hostile: FlaskClient) -> None:
    found = read(hostile, "/search?q=accord")
    check(found)
    assert "<script>" in found.xpath("//ol")[0].text_content()
    assert not found.xpath("//img|//ol//i|//ol//b")
    links = found.xpath("//ol//h3/a/@href")
    # Readers make identifiers of what a document says: no slash, no space, all else as it was.
    address = next(one for one in links if one.startswith("/document/a:b"))
    assert quote("?d#e&f=%41:", safe=":") in address
    document = read(hostile, address)
    check(document)
    assert "<script>alert('texte')</script>" in document.xpath("//article")[0].text_content()
    assert len(document.xpath("//article//mark")) >= 2
    assert not document.xpath("//a[contains(@href, 'javascript')]")
    assert not document.xpath("//img|//article//i|//article//b")
    query = '"><script>alert(1)</script>'
    echoed = read(hostile, "/search?q=" + quote(query))
    check(echoed)
    assert echoed.xpath("//input[@id='q']/@value") == [query]


def test_hostile_documents_in_the_endpoint(hostile: FlaskClient) -> None:
    answer = hostile.get("/api/search?q=accord").get_json()
    assert answer["total"] == 3
    for result in answer["results"]:
        assert result["source_url"] is None
        for piece in result["highlights"]["title"] + result["highlights"]["body"]:
            assert set(re.findall(r"<[^>]*>", piece)) <= {"<mark>", "</mark>"}
        path = urlsplit(result["url"]).path
        assert hostile.get(path).status_code == 200
        assert (
            hostile.get(path.replace("/document/", "/api/documents/")).get_json()["id"]
            == (result["id"])
        )
        similar = hostile.get(path.replace("/document/", "/api/documents/") + "/similar")
        assert similar.status_code == 200
