import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from index import IndexDirectory, MentionedDate, Span
from index.build import BuildOptions, rebuild
from search.engine import DocumentView, Highlights, Labelled
from search.request import MAX_DEPTH, SearchRequest
from search.whoosh_engine import WhooshEngine
from web import create_app
from web.pages.document import neighbours, page_around, reading

TEXT = "Le 12 mars 2024, l'ONU a signé un accord commercial.\nL'ONU salue l'accord jeudi."


def view(**changed: Any) -> DocumentView:
    first, second = TEXT.index("ONU"), TEXT.rindex("ONU")
    why = TEXT.index("accord commercial")
    known: dict[str, Any] = {
        "id": "a",
        "title": "Un accord",
        "text": TEXT,
        "language": "fr",
        "direction": "ltr",
        "language_confidence": 1.0,
        "published": "2024-03-15",
        "date_precision": "day",
        "date_origin": "metadata",
        "source": "AFP",
        "url": "",
        "path": "a.txt",
        "authors": (),
        "parent": "",
        "version": "",
        "tags": (),
        "organizations": (Labelled("onu", "Organisation des Nations unies"),),
        "themes": (Labelled("economy/trade", "Commerce"),),
        "countries": (Labelled("de", "Allemagne"),),
        "country_spans": {"de": ((len(TEXT) - 4, len(TEXT) - 2), (len(TEXT) - 1, len(TEXT)))},
        "persons": (Labelled("~jean-dupont", "Jean Dupont"),),
        "person_spans": {"~jean-dupont": ()},
        "organization_spans": {"onu": ((first, first + 3), (second, second + 3))},
        "theme_evidence": {"economy/trade": ((why, why + 17), (why, why + 6))},
        "highlights": Highlights(
            title_offsets=((3, 9),),
            body_offsets=((why, why + 6), (TEXT.rindex("accord"), TEXT.rindex("accord") + 6)),
        ),
        "mentioned": (
            MentionedDate(Span(3, 15), "2024-03-12", "2024-03-12", "day"),
            MentionedDate(Span(TEXT.index("jeudi"), TEXT.index("jeudi") + 5), "", "", "day"),
        ),
    }
    return DocumentView(**(known | changed))


@pytest.fixture
def shown(client: FlaskClient) -> Any:
    with client.application.test_request_context("/"):
        return reading(view())


def test_what_is_known_is_marked_in_the_text(shown: Any) -> None:
    assert shown.title == "Un <mark>accord</mark>"
    body = html.fragment_fromstring(f"<div>{''.join(shown.paragraphs)}</div>")
    names = body.xpath(".//abbr")
    assert [one.text_content() for one in names] == ["ONU", "ONU"]
    assert {one.get("title") for one in names} == {"Organisation des Nations unies"}
    assert [one.get("id") for one in names] == ["o1", None]
    times = body.xpath(".//time")
    assert [(one.text, one.get("datetime"), one.get("title")) for one in times] == [
        ("12 mars 2024", "2024-03-12", "12 mars 2024")
    ]
    assert [one.get("id") for one in body.xpath(".//mark")] == ["m1", "m2"]
    assert body.xpath(".//span[@id='w1'][@class='why']")[0].text_content() == "accord commercial"


def test_reasons_and_mentions_lead_to_their_places(shown: Any) -> None:
    (named,) = shown.organizations
    assert (named.mentions, named.anchor) == (2, "o1")
    (country,) = shown.countries
    assert (country.mentions, country.anchor) == (2, "o2")
    assert "".join(shown.paragraphs).count('class="land"') == 1  # its first mention
    (person,) = shown.persons
    assert (person.mentions, person.anchor) == (0, None)
    (theme,) = shown.themes
    assert {quote.text for quote in theme.quotes} == {"accord", "accord commercial"}
    assert {quote.anchor for quote in theme.quotes} == {"w1"}


def test_a_match_inside_a_name_stands_inside_it(client: FlaskClient) -> None:
    at = TEXT.index("ONU")
    with client.application.test_request_context("/"):
        shown = reading(view(highlights=Highlights(body_offsets=((at, at + 3),))))
    assert ">l" not in shown.paragraphs[0]
    assert '<mark id="m1">ONU</mark></abbr>' in shown.paragraphs[0]


@pytest.mark.parametrize("position", [1, 2, 3, 20, 100, 101, 9_998, 9_999])
def test_one_page_has_a_position_and_its_neighbours(position: int) -> None:
    size, page = page_around(position)
    first, last = (page - 1) * size + 1, page * size
    assert first <= max(position - 1, 1)
    assert position + 1 <= last <= MAX_DEPTH


def test_neighbours_are_those_of_the_results(archive: Path) -> None:
    engine = WhooshEngine(IndexDirectory(archive))
    for search in (SearchRequest(q="de", per_page=100), SearchRequest(sort="date", per_page=100)):
        ids = [one.id for one in engine.search(search).results]
        for at, id in enumerate(ids):
            around = neighbours(engine.search, search, id, at + 1)
            assert around.found
            assert (around.position, around.total) == (at + 1, len(ids))
            before, after = [None, *ids][at], [*ids, None][at + 1]
            assert (around.before and around.before.id) == before
            assert (around.after and around.after.id) == after
        # A link from before the archive was renewed: it has moved by one.
        assert neighbours(engine.search, search, ids[4], 4).position == 5
        assert not neighbours(engine.search, search, ids[4], 40).found
        assert not neighbours(engine.search, search, ids[4], 9_000).found


def test_walking_through_results_by_the_links(client: FlaskClient) -> None:
    def page(address: str) -> Any:
        return html.document_fromstring(client.get(address).get_data(as_text=True))

    results = page("/search?q=ONU&lang=fr&per_page=100&hl=fr").xpath("//ol//h3/a/@href")
    seen, address = [], results[0]
    while address:
        seen.append(address)
        shown = page(address)
        assert shown.xpath("//link[@rel='canonical']/@href")[0].endswith(
            address.split("?")[0].removeprefix("/document")
        )
        address = next(iter(shown.xpath("//nav[@class='walk']/a[@rel='next']/@href")), None)
    assert seen == results
    assert f"Résultat {len(results)} sur {len(results)}" in shown.text_content()
    back = shown.xpath("//nav[@class='walk']/a/@href")[0]
    assert back == "/search?q=ONU&lang=fr&per_page=100&hl=fr"
    moved = page(results[0].replace("at=1", "at=9000"))
    assert "n’y a plus sa place" in moved.text_content()
    assert client.get(results[0].replace("at=1", "at=0")).status_code == 400
    assert client.get(results[0].replace("at=1", "at=x")).status_code == 400


def test_a_citation_is_plain_text_in_the_language_of_the_page(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    title = "قمة &lt;b&gt;تونس&lt;/b&gt;"
    document = {"id": "a", "title": title, "text": "نص قصير عن القمة في تونس اليوم."}
    source.write_text(json.dumps(document | {"source": "وات", "date": "2019-03-12"}), "utf-8")
    rebuild(tmp_path / "index", [source], BuildOptions(workers=0))
    client = create_app(WhooshEngine(IndexDirectory(tmp_path / "index"))).test_client()
    for language, date in (("fr", "12 mars 2019"), ("de", "12. März 2019")):
        page = html.document_fromstring(
            client.get(f"/document/a?hl={language}").get_data(as_text=True)
        )
        (citation,) = page.xpath("//p[@id='citation']")
        assert not len(citation)
        assert "\u2068قمة <b>تونس</b>\u2069" in citation.text
        assert date in citation.text
        assert citation.text.endswith("http://localhost/document/a")
    # In a sentence that runs to the left nothing joins what it stands beside.
    page = html.document_fromstring(client.get("/document/a?hl=ar").get_data(as_text=True))
    (citation,) = page.xpath("//p[@id='citation']")
    for part in ("وات", "a", "http://localhost/document/a"):
        assert f"\u2068{part}\u2069" in citation.text
