"""The pages of a document: in snippets, in answers, and as borders in its text."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search.whoosh_engine import WhooshEngine
from tests.index.readers import made
from tests.web.test_pages import check, read
from web import create_app
from web.pages.document import page_borders, paragraphs

LABELS = {"fr": "p. 3", "en": "p. 3", "de": "S. 3", "es": "p. 3", "it": "p. 3", "pt": "p. 3"}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("book")
    pages = [f"Le chapitre {n} parle de frontieres." for n in range(1, 7)]
    pages[2] = "Ici accostent les chalutiers."
    pages[4] = "Les douaniers attendent."
    (folder / "a.pdf").write_bytes(made.book(*pages))
    (folder / "b.pdf").write_bytes(made.book("Un seul chapitre, sans rien de plus."))
    long = [f"{'Un port de peche. ' * 150} Quai mot{n}x ." for n in range(40)]
    (folder / "c.pdf").write_bytes(made.book(*long))
    (folder / "d.txt").write_text("Un texte sans pages sur le remorqueur.")
    rebuild(folder / "index", [folder], BuildOptions(workers=0))
    return create_app(WhooshEngine(IndexDirectory(folder / "index"))).test_client()


def test_answers_name_the_page_of_the_first_match(book: FlaskClient) -> None:
    def page(q: str, **parameters: str) -> object:
        answer = book.get("/api/search", query_string={"q": q, **parameters}).get_json()
        return answer["results"][0]["page"]

    assert page("chalutiers") == 3
    assert page("chalutiers", highlight="offsets") == 3
    assert page("remorqueur") is None
    assert page("mot27x") == 28  # of a text that is read in pieces
    everything = book.get("/api/search").get_json()["results"]
    assert [result["page"] for result in everything] == [None] * 4
    document = book.get("/api/documents/a.pdf?q=chalutiers").get_json()
    assert document["page"] == 3
    assert len(document["pages"]) == 6
    assert document["text"][document["pages"][4] :].startswith("Les douaniers")
    assert book.get("/api/documents/d").get_json()["pages"] == []


@pytest.mark.parametrize("language", [*LABELS, "ar"])
def test_snippets_name_the_page(book: FlaskClient, language: str) -> None:
    page = read(book, "/search?q=chalutiers", language)
    check(page)
    (label,) = page.xpath("//p[@class='snippet']/bdi[@class='page']")
    assert label.text == LABELS.get(language, "ص 3").replace(" ", "\u00a0")
    assert label.get("lang") == language
    assert not read(book, "/search?q=remorqueur").xpath("//bdi[@class='page']")


def test_a_snippet_of_several_pages_names_each(book: FlaskClient) -> None:
    page = read(book, "/search?q=mot3x+mot27x")
    labels = page.xpath("//p[@class='snippet']/bdi[@class='page']/text()")
    assert labels == ["p.\u00a04", "p.\u00a028"]


def test_a_document_shows_the_borders_of_its_pages(book: FlaskClient) -> None:
    page = read(book, "/document/a.pdf?q=chalutiers")
    check(page)
    borders = page.xpath("//div[@class='text']/p[@class='page']")
    assert [border.get("id") for border in borders] == [f"page-{n}" for n in range(1, 7)]
    assert borders[2].getnext().text_content() == "Ici accostent les chalutiers."
    assert not read(book, "/document/b.pdf").xpath("//p[@class='page']")  # it has one page


@given(st.lists(st.text("a\n ", max_size=6), min_size=2, max_size=6))
def test_borders_stand_before_the_first_paragraph_of_a_page(pages: list[str]) -> None:
    text, starts = "", []
    for number, page in enumerate(pages):
        starts.append(len(text))
        text += f"{page}q{number}\n\n"
    borders = page_borders(text, starts)
    shown = paragraphs(text, [])
    first = {number: place for place, numbers in borders.items() for number in numbers}
    assert sorted(first) == list(range(1, len(pages) + 1))
    for number, place in first.items():
        before = [n for n in range(len(pages)) if f"q{n}" in "".join(shown[:place])]
        assert before == list(range(number - 1))
