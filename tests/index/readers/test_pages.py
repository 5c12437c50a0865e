"""Pages and slides: where each begins in the text."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, page_at
from index.readers.mapping import Mapper
from tests.index.readers import made
from tests.index.readers.test_formats import only

MAPPER = Mapper({}, 1_000_000)


def numbered(document: Document) -> list[str]:
    """The text of each page."""
    ends = (*document.pages[1:], len(document.text))
    return [document.text[a:b].strip() for a, b in zip(document.pages, ends, strict=True)]


@given(st.lists(st.text("ab é-\n\t\x0c\u00ad", max_size=30), min_size=1, max_size=8))
def test_every_page_begins_where_its_text_does(pages: Sequence[str]) -> None:
    pages = [f"{page} q{number}q" if page else "" for number, page in enumerate(pages)]
    document = MAPPER.document({"title": "t"}, "i", "i", pages)
    assert list(document.pages) == sorted(document.pages)
    for number, page in enumerate(pages, 1):
        if page and document.text:
            mark = document.text.index(f"q{number - 1}q")
            assert page_at(document.pages, mark) == number
    whole = MAPPER.document({"title": "t", "text": "\n\n".join(pages)}, "i", "i")
    assert document.text.split() == whole.text.split()
    assert "\n\n\n" not in document.text


def test_the_pages_of_a_pdf() -> None:
    document = only("a.pdf", made.book("Un port.", "", "Deux ports divi-", "Trois ports."))
    assert numbered(document) == ["Un port.", "", "Deux ports divi-", "Trois ports."]
    assert page_at(document.pages, document.text.index("Trois")) == 4
    assert only("a.txt", b"Un port.").pages == ()
    assert page_at((), 7) is None


def test_a_hyphen_between_lines_moves_no_page() -> None:
    lines = "(Un accord de coopera-) Tj T* (tion et cooperation.) Tj"
    document = only("a.pdf", made.pdf_of([f"BT /F1 11 Tf 50 700 Td 14 TL {lines} ET"] * 3))
    shown = [" ".join(page.split()) for page in numbered(document)]
    assert shown == ["Un accord de cooperation et cooperation."] * 3


@pytest.mark.parametrize("data", [made.pptx(), made.odp("Un.", "Deux.")])
def test_slides(data: bytes) -> None:
    pages = numbered(only("a", data))
    assert len(pages) == 2
    assert all(pages)
