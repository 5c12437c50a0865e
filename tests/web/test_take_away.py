import csv
import io
import json
import unicodedata
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from index.vocabularies import LANGUAGES
from search import WhooshEngine
from web import Settings, create_app
from web.export import MAX_NAME, _shortened
from web.i18n import language as language_name
from web.i18n import ngettext

STATIC = Path(__file__).parents[2] / "web" / "static"
OPENSEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
LIGHT = 57_000


def read(client: FlaskClient, address: str, **headers: str) -> Any:
    response = client.get(address, headers=headers)
    return html.document_fromstring(response.get_data(as_text=True))


def weight(client: FlaskClient, address: str) -> int:
    """Return the bytes of a page with all that it loads but pictures, nothing compressed."""
    response = client.get(address)
    page = html.document_fromstring(response.get_data(as_text=True))
    loaded = page.xpath("//link[@rel='stylesheet']/@href|//script/@src")
    assert loaded
    return len(response.data) + sum((STATIC / Path(one).name).stat().st_size for one in loaded)


def test_the_first_page_is_light(client: FlaskClient) -> None:
    weights = {language: weight(client, f"/?hl={language}") for language in LANGUAGES}
    assert weight(client, "/") <= LIGHT
    # Arabic letters take two bytes.
    assert max(weights.values()) <= LIGHT + 5_000, weights


def test_browsers_can_add_the_search(client: FlaskClient) -> None:
    link = read(client, "/?hl=de").xpath("//link[@rel='search']")[0]
    assert link.get("type") == "application/opensearchdescription+xml"
    response = client.get(link.get("href"))
    assert response.mimetype == "application/opensearchdescription+xml"
    described = ElementTree.fromstring(response.get_data())
    assert described.findtext("o:ShortName", "", OPENSEARCH) == "Trouvaille"
    assert described.findtext("o:Language", "", OPENSEARCH) == "de"
    templates = {
        one.get("type"): one.get("template", "") for one in described.findall("o:Url", OPENSEARCH)
    }
    for kind in ("text/html", "application/x-suggestions+json", "application/atom+xml"):
        address = templates[kind].replace("{searchTerms}", "nati").removeprefix("http://localhost")
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.mimetype == kind


def test_suggestions_as_browsers_read_them(client: FlaskClient) -> None:
    response = client.get("/suggest.json?q=nati&hl=en")
    typed, texts, kinds, addresses = response.get_json(force=True)
    assert typed == "nati"
    assert "United Nations" in texts
    assert len(texts) == len(kinds) == len(addresses) <= 8
    assert kinds[texts.index("United Nations")] == "Organization"
    for address in addresses:
        assert client.get(address.removeprefix("http://localhost")).status_code == 200
    tag = response.headers["ETag"]
    again = client.get("/suggest.json?q=nati&hl=en", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert client.get("/suggest.json?q=a&q=b&x=1").status_code == 200


def test_the_command_of_a_page_asks_the_same(client: FlaskClient) -> None:
    page = read(client, "/search?q=l'accord+%22x%22&lang=fr&hl=en")
    command = page.xpath("//code[@id='curl']")[0].text
    assert command.startswith("curl 'http://localhost/api/search?")
    address = command.removeprefix("curl 'http://localhost").removesuffix("'")
    assert "'" not in address
    answer = client.get(address).get_json()
    assert answer["query"]["q"] == 'l\'accord "x"'
    assert answer["query"]["lang"] == ["fr"]


def test_a_language_is_remembered_only_on_request(client: FlaskClient) -> None:
    reader = client.application.test_client()
    page = read(reader, "/search?q=ONU&hl=ar")
    (form,) = page.xpath("//details[@class='languages']//form")
    assert form.get("method") == "post"
    fields = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    answer = reader.post(form.get("action"), data=fields)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/search?q=ONU"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    # The address comes before the cookie, the cookie before the browser.
    for address, header, language in (("/", "de", "ar"), ("/?hl=it", "de", "it")):
        response = reader.get(address, headers={"Accept-Language": header})
        assert response.headers["Content-Language"] == language
        assert "Cookie" in response.headers["Vary"]
    endpoint = reader.get("/api/search", headers={"Accept-Language": "de"})
    assert endpoint.headers["Content-Language"] == "de"
    page = read(reader, "/")
    (form,) = page.xpath("//details[@class='languages']//form")
    fields = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    assert "hl" not in fields
    reader.post(form.get("action"), data=fields)
    response = reader.get("/", headers={"Accept-Language": "de"})
    assert response.headers["Content-Language"] == "de"
    forgotten = read(reader, "/", **{"Accept-Language": "de"})
    assert not forgotten.xpath("//details[@class='languages']//form")


@pytest.mark.parametrize(
    "to",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "javascript:alert(1)",
        "",
        "x",
        "/\t/x",
    ],
)
def test_no_other_site_is_led_to(client: FlaskClient, to: str) -> None:
    answer = client.application.test_client().post("/language", data={"hl": "de", "to": to})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_in_every_language(client: FlaskClient, language: str) -> None:
    for address in (
        *("/?", "/search?q=ONU&organization=onu&", "/search?q=zzzz&", "/facet/theme?"),
        *("/facet/date?", "/nothing?", "/docs/errors?", "/search?from=x&", "/status?"),
    ):
        page = read(client, f"{address}hl={language}")
        assert page.get("lang") == language
        assert page.get("dir") == ("rtl" if language == "ar" else "ltr")
        assert "%(" not in page.text_content()
    counted = read(client, f"/search?q=ONU&hl={language}").xpath("//p[@class='total']")[0]
    assert counted.text_content().strip()


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "لا وثائق"), (1, "وثيقة واحدة"), (2, "وثيقتان"), (3, "3 وثائق"), (11, "11 وثيقة")],
)
def test_arabic_counts_in_six_forms(client: FlaskClient, count: int, said: str) -> None:
    with client.application.test_request_context("/?hl=ar"):
        written = ngettext("%(count)s document", "%(count)s documents", count, count=str(count))
    assert written == said


def test_exports_at_once_are_bounded(archive: Path) -> None:
    engine = WhooshEngine(IndexDirectory(archive))
    client = create_app(engine, Settings(exports=2)).test_client()
    under_way = [client.get(f"/search.{form}") for form in ("csv", "ndjson")]
    refused = client.get("/search.csv?hl=en")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.get_json()["type"].endswith("#busy")
    assert client.get("/search").status_code == 200
    # An export read to its end, one left, one refused for its parameters: each frees its place.
    assert under_way[0].data
    under_way[0].close()
    under_way[1].close()
    for address in ("/search.csv?lang=klingon", "/search.csv", "/search.ndjson"):
        for _ in range(3):
            answer = client.get(address)
            assert answer.status_code in (200, 400)
            answer.close()
            assert client.head(address).status_code == answer.status_code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_a_page_is_for_people(client: FlaskClient, language: str) -> None:
    page = read(client, f"/search?q=élection+ONU&hl={language}")
    (link,) = page.xpath("//*[@class='toolbar']//a[text()='CSV']/@href")
    answer = client.get(link)
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    assert not any("\n" in cell for row in rows for cell in row)
    assert len(set(rows[0])) == len(rows[0])
    plain = client.get(link.replace("headings=labels", "headings=names")).get_data()
    named = list(csv.DictReader(io.StringIO(plain.decode("utf-8-sig"))))
    place = list(named[0]).index("organizations")
    assert [row["organizations"].replace("\n", "; ") for row in named] == [
        row[place] for row in rows[1:]
    ]
    if language != "en":
        assert rows[0][2] != "title"
    place = list(named[0]).index("language")
    with client.application.test_request_context(f"/?hl={language}"):
        names = [language_name(row["language"]) for row in named]
    assert [row[place] for row in rows[1:]] == names
    place = list(named[0]).index("date_precision")
    told = {
        (row["date_precision"], shown[place]) for row, shown in zip(named, rows[1:], strict=True)
    }
    assert len(told) == len({shown for _, shown in told})
    if language == "fr":
        assert ("day", "jour") in told
    name = answer.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="trouvaille-election-ONU-')
    assert f"{date.today()}.csv" in name
    assert "filename*=UTF-8''trouvaille-%C3%A9lection-ONU-" in name


def test_no_table_or_feed_shows_texts_in_another_order(tmp_path: Path) -> None:
    signs = "\u202d\u202e"
    name = f"Un {signs}accord"
    line = {
        "id": "a",
        "title": name,
        "text": f"{name}.",
        "source": f"{signs}Le Monde",
        "tags": [name],
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(line), "utf-8")
    rebuild(tmp_path / "index", [tmp_path / "a.jsonl"], BuildOptions(workers=0))
    client = create_app(WhooshEngine(IndexDirectory(tmp_path / "index"))).test_client()
    for address, there in (
        ("/search.csv", "Un accord"),
        ("/search.csv?headings=labels", "Un accord"),
        ("/search.atom", "Un accord"),
        ("/facet/source.csv", "Le Monde"),
        ("/api/suggest?q=Un acc", "Un accord"),
        ("/suggest.json?q=Un acc", "Un accord"),
    ):
        told = client.get(address).text
        assert there in told, address
        assert not {*signs} & {*told}, address
    book = client.get("/search.xlsx").data
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "Un accord" in sheet
    assert not {*signs} & {*sheet}
    # A program gets every text as it is.
    assert json.loads(client.get("/search.ndjson").text)["title"] == name


def test_programs_read_what_a_document_is(client: FlaskClient) -> None:
    first = client.get("/api/search?q=ONU&from=2016").get_json()["results"][0]
    page = read(client, first["url"].removeprefix("http://localhost"))
    told = {
        one.get("name") or one.get("property"): one.get("content")
        for one in page.xpath("//head/meta")
    }
    assert told["citation_title"] == told["og:title"] == first["title"]
    assert told["citation_publisher"] == first["source"]
    assert told["citation_publication_date"] == first["published"][:10].replace("-", "/")
    assert told["og:url"] == first["url"].split("?")[0]
    (article,) = page.xpath("//article[@itemtype='https://schema.org/NewsArticle']")
    assert article.xpath(".//*[@itemprop='headline']")[0].text_content() == first["title"]
    assert "page 2" in read(client, "/search?q=de&page=2&hl=en").findtext(".//title")
    robots = client.get("/robots.txt")
    assert robots.mimetype == "text/plain"
    assert "Disallow: /search" in robots.text
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"


@given(st.text(st.sampled_from("ae\u0301\u0300\u064bشيناé-"), max_size=90))
def test_names_of_files_are_cut_between_letters(name: str) -> None:
    said = _shortened(name)
    assert len(said) <= MAX_NAME
    assert name.startswith(said)
    rest = name[len(said) :]
    assert not rest or not said or not unicodedata.category(rest[0]).startswith("M")


def test_names_of_files_keep_the_marks_of_letters(client: FlaskClient) -> None:
    answer = client.get("/search.csv", query_string={"q": "e\u0301lection مُحَمَّد"})
    assert quote("élection-مُحَمَّد-") in answer.headers["Content-Disposition"]


def test_everything_to_do_with_results_is_beside_their_number(client: FlaskClient) -> None:
    page = read(client, "/search?q=ONU&hl=en")
    (bar,) = page.xpath("//div[@class='toolbar']")
    assert bar.getprevious().get("role") == "status"
    for link in bar.xpath(".//a/@href"):
        with client.get(link) as answer:
            assert answer.status_code == 200, link
    names = [one.text_content().strip() for one in bar.xpath(".//a|.//button")]
    assert names[:3] == ["Relevance", "Newest first", "Oldest first"]
    assert {"Excel", "CSV", "RIS", "BibTeX", "NDJSON", "JSON", "Atom feed", "Print"} <= set(names)
    (printed,) = page.xpath("//*[@id='address']")
    assert printed.text == "http://localhost/search?q=ONU&hl=en"


def test_a_browser_is_told_on_a_page_that_exports_are_busy(archive: Path) -> None:
    engine = WhooshEngine(IndexDirectory(archive))
    client = create_app(engine, Settings(exports=1)).test_client()
    with client.get("/search.csv", buffered=False) as one:
        next(iter(one.response))
        for path in ("/search.bib", "/search.ris"):
            assert client.get(path).mimetype == "application/problem+json"
            page = client.get(path, headers={"Accept": "text/html,*/*"})
            assert (page.status_code, page.mimetype) == (503, "text/html")
            assert page.headers["Retry-After"]
    with client.get("/search.ris") as answer:
        assert answer.status_code == 200


def test_files_of_pages_are_kept_for_ever(client: FlaskClient) -> None:
    page = read(client, "/search?q=ONU")
    files = page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href|//script/@src")
    assert len(files) >= 4
    for file in files:
        with client.get(file) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"
        # A page of another version is still read, and what it loads is asked for again.
        folder, _, name = file.rpartition("/")
        for other in (f"{folder}0/{name}", f"/static/{name}"):
            with client.get(other) as answer:
                assert answer.status_code == 200
                assert "immutable" not in answer.headers["Cache-Control"]
    for path in ("/static/x/nothing.css", "/static/../app.py", "/static/x/..%2fapp.py"):
        assert client.get(path).status_code == 404
