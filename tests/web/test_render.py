"""What a page costs, in counts of work, and that whatever a page writes is clean."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index import IndexDirectory
from index.build import index_documents
from index.document import Document, Fields, Language, Organization, PublicationDate, Span, Theme
from index.facets import FACETS, VALUE_FACETS
from index.vocabularies import LANGUAGES
from search import WhooshEngine
from web import create_app, i18n
from web.render import MAX_MARKS, environment

PAGE = "/search?q=ONU+OR+Europe+OR+ministre+OR+accord&from=2010"


def work(client: FlaskClient, address: str, *, again: bool = False) -> Counter[str]:
    """Return how often each function is called for an answer, or to give it ``again``."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            calls[f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_qualname}"] += 1

    client.get(address)
    if not again:
        client.application.config["ANSWERS"].forget()
    sys.setprofile(count)
    try:
        response = client.get(address)
    finally:
        sys.setprofile(None)
    assert response.status_code == 200
    return calls


def test_a_page_costs_few_pieces_look_ups_and_addresses(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: list[int] = []

    def concat(written: Iterable[str]) -> str:
        parts = list(written)
        pieces.append(len(parts))
        return "".join(parts)

    monkeypatch.setattr(environment("fr"), "concat", concat)
    done = work(client, PAGE)
    page = html.document_fromstring(client.get(PAGE).data)
    results = len(page.xpath("//ol[@class='results']/li"))
    links = len(page.xpath("//a"))
    assert results >= 10
    assert links >= 150
    # The page itself is joined last, after what its macros wrote.
    assert 0 < pieces[-1] <= 400
    assert done["gettext.GNUTranslations.gettext"] + done["gettext.GNUTranslations.ngettext"] <= 30
    assert done["render.clean_text"] <= 60 + 3 * results
    assert 0 < done["__init__.escape"] <= 50 + 4 * results, "escaped twice"
    # Not for each of the links: most are a beginning, a value and an end.
    whole = done["links.address"] + done["links.encoded"] + done["links.parameters"]
    assert 0 < whole <= 8 * (1 + len(FACETS))
    assert done["links._short_path"] == done["links._quoted"] == 0, "quoted again"
    assert done["links.toggled"] + done["links.excluded"] == 0, "a request for each choice"
    assert done["dataclasses.replace"] <= 12
    # The words are sought in all titles at once, and in all texts: once for each language.
    languages = len(set(page.xpath("//ol[@class='results']//h3/@lang")))
    assert 0 < done["squeezing.squeeze"] <= 2 * languages < results


def test_an_answer_of_the_endpoint_costs_few_addresses(client: FlaskClient) -> None:
    address = f"/api{PAGE}&facet_size=50"
    done = work(client, address)
    assert len(re.findall('"url":', client.get(address).text)) >= 100
    assert 0 < done["links.address"] + done["links.parameters"] <= 10
    assert done["links.toggled"] == done["links.dated"] == 0, "a request for each choice"
    assert done["gettext.GNUTranslations.gettext"] <= 8
    # Facets are written as text: no call for each of their values, nor for those of labels kept.
    assert done["serialize._beginning"] == done["links._quoted"] == 0
    assert done["serialize._fragment"] == len(FACETS)


def test_what_is_not_asked_for_is_not_built(client: FlaskClient) -> None:
    done = work(client, f"/api{PAGE}&facets=lang")
    assert done["serialize.Serializer._values"] == 1
    assert done["serialize.Serializer._buckets"] == done["links.FilterLinks.buckets"] == 0


def test_an_answer_given_again_costs_little_beside_the_first(client: FlaskClient) -> None:
    for address in (PAGE, f"/api{PAGE}"):
        first, again = work(client, address), work(client, address, again=True)
        assert 0 < again.total() <= first.total() / 4
        searches = ("whoosh_engine.WhooshEngine.search", "engine.OpenSearchEngine.search")
        assert sum(first[name] for name in searches) == 1
        assert sum(again[name] for name in searches) == again["render._finished"] == 0


@given(
    value=st.integers(0, 10**9),
    moment=st.datetimes(min_value=datetime(1, 1, 2)),
    code=st.sampled_from(LANGUAGES),
)
def test_numbers_and_dates_are_those_of_the_locale(value: int, moment: datetime, code: str) -> None:
    assert i18n.number.into(code)(value) == format_decimal(value, locale=code)
    day = format_date(moment, "long", locale=code)
    if code == "fr" and moment.day == 1:
        day = f"1er{day[1:]}"
    assert i18n.month_or_day.into(code)(moment.date().isoformat()) == day
    written = html.fragment_fromstring(i18n.dated.into(code)(moment.isoformat(timespec="seconds")))
    assert day in written.text_content()
    assert format_time(moment, "short", locale=code) in written.text_content()


def test_every_language_has_its_templates(client: FlaskClient) -> None:
    for code in LANGUAGES:
        source = "{{ _('Results') }}|{{ locale }}|{{ x.locale }}|{{ f(_('Results'))|upper }}"
        written = environment(code).from_string(source).render(x={"locale": "<"}, f=lambda a: a)
        results, locale, other, again = written.split("|")
        assert (locale, other) == (code, "&lt;")
        assert results
        assert again == results.upper()


# Hostile texts in every place.

OVERRIDE, MARKS = "\u202e", "\u0300" * 40
TEXTS = (
    f"accord {OVERRIDE}fdp.exe\u202d",
    f"accord z{MARKS}",
    "accord \x1b[2J\x85\x9b\ufffe",
    "<script>alert(1)</script> accord",
    "\" onmouseover='alert(1)' accord",
    "{{ 7 * 191 }} %(x)s %s accord",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of documents with a hostile text in every field, whatever the readers let in."""
    folder = tmp_path_factory.mktemp("hostile")
    pairs = []
    for number, text in enumerate(TEXTS * 3):
        other = TEXTS[(number + 1) % len(TEXTS)]
        document = Document(
            id=f"{number} {text}",
            title=text,
            text=f"{text}\n\nUn accord {other} ici.",
            source=other,
            url=f"https://example.org/?{text}",
            path=text,
            tags=(other,),
        )
        organizations = (
            Organization("onu", text, (Span(0, 2),), known=True),
            Organization(f"~{text}", other, (Span(3, 5),), known=False),
        )
        fields = Fields(
            Language("fr"),
            organizations,
            (Theme("economy/trade", (Span(0, 6),)), Theme(f"learnt {text}", (Span(1, 4),))),
            PublicationDate("2024-03-12", "day", "metadata"),
        )
        pairs.append((document, fields))
    index_documents(folder, pairs)
    return create_app(WhooshEngine(IndexDirectory(folder))).test_client()


def hostile_addresses(client: FlaskClient) -> list[str]:
    addresses = ["/", "/search?q=accord&per_page=100", "/facet/date", "/status", "/docs/errors"]
    addresses += [f"/facet/{name}" for name in VALUE_FACETS]
    found = client.get("/api/search?q=accord&per_page=100").get_json()["results"]
    assert len(found) == 3 * len(TEXTS)
    for text in map(quote, TEXTS):
        addresses += [
            f"/search?q={text}",
            f"/search?q=accord&organization=~{text}&exclude_source={text}&theme={text}",
            f"/search?q=accord&exclude_organization=~{text}&source={text}&exclude_theme={text}",
            f"/facet/organization?q={text}&prefix={text}",
            f"/facet/source?q=accord&source={text}&prefix=accord",
            f"/search?from={text}&sort={text}&{text}=1&page={text}",
            f"/{text}",
            f"/facet/{text}",
            f"/document/{text}?q={text}",
        ]
    places = enumerate(found, 1)
    return addresses + [
        f"/document/{quote(result['id'])}?q=accord&at={place}" for place, result in places
    ]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_hostile_texts_are_plain_in_every_place(hostile: FlaskClient, language: str) -> None:
    for address in hostile_addresses(hostile):
        response = hostile.get(address, headers={"Accept-Language": language})
        text = response.text
        controls = {char for char in text if unicodedata.category(char) == "Cc"} - {"\n", "\t"}
        assert not controls, address
        assert not set(text) & {OVERRIDE, "\u202d", "\ufffe"}, address
        assert "\u0300" * (MAX_MARKS + 1) not in text, address
        assert "1337" not in text, address
        page = html.document_fromstring(response.data)
        assert not page.xpath("//script[not(@src)]|//@onmouseover"), address
