"""Titles of documents whose programs declare none, or one that is not theirs."""

from hypothesis import given
from hypothesis import strategies as st

from index.readers.declared import Line, largest
from tests.index.readers import made
from tests.index.readers.test_formats import only

BODY = [f"Les ministres ont parlé de pêche, {number} fois." for number in range(9)]
PARAGRAPHS = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in BODY)
words = st.text("abcdefghij éü", min_size=8, max_size=60).map(lambda text: " ".join(text.split()))


@given(words.filter(lambda text: len(text) > 5), st.integers(0, 9), st.floats(1.2, 4))
def test_the_lines_in_the_largest_letters_are_the_title(title: str, at: int, times: float) -> None:
    lines = [Line(10, line) for line in BODY]
    assert largest(lines) == ""
    assert largest([*lines[:at], Line(10 * times, title), *lines[at:]]) == title
    assert largest([*lines[:at], *[Line(10 * times, title)] * 2, *lines[at:]]) == f"{title} {title}"


@given(words.filter(lambda text: len(text) > 5), st.integers(1950, 2029), st.integers(0, 99))
def test_a_year_below_the_title_belongs_to_it(title: str, year: int, other: int) -> None:
    for years in (f"{year}", f"{year}-{other:02}", f"{year}–{year + 7}"):
        lines = [Line(20, title), Line(12, years), *(Line(10, line) for line in BODY)]
        assert largest(lines) == f"{title} {years}"
    lines = [Line(20, title), Line(12, f"{year} francs"), *(Line(10, line) for line in BODY)]
    assert largest(lines) == title


def test_a_cover_has_few_lines() -> None:
    data = made.pdf("Introduction à la", "pêche au thon", "Anne Exemple", sizes=(20, 20), pages=2)
    assert only("a.pdf", data).title == "Introduction à la pêche au thon"


def test_the_page_shows_more_of_a_declared_title() -> None:
    def title(declared: str) -> str:
        return only("a.pdf", made.pdf("Introduction à la pêche 2019", *BODY, title=declared)).title

    assert title("la pêche") == "Introduction à la pêche 2019"
    assert title("Introduction") == "Introduction"  # much longer: it may be another title
    assert title("la chasse") == "la chasse"


def test_a_running_head_has_the_number_of_its_page() -> None:
    assert only("a.pdf", made.pdf("LE SIEGE DE RABAT. 49", *BODY)).title == "LE SIEGE DE RABAT"
    assert only("a.pdf", made.pdf("Les 49 pays", *BODY)).title == "Les 49 pays"


def test_the_name_of_a_file_tells_the_title_among_the_first_words() -> None:
    lines = ("Programme de la semaine Tel. 03", "CINEMA", *BODY)
    data = made.pdf(*lines, sizes=(12, 20), title="Programmedela.indd")
    assert only("a.pdf", data).title == "Programme de la"
    named = only("Programme de la semaine.pdf", made.pdf(*lines, sizes=(12, 20)))
    assert named.title == "Programme de la semaine"
    assert only("b.pdf", made.pdf("Programme", "CINEMA", *BODY, sizes=(12, 20))).title == "CINEMA"


def _paragraph(text: str, size: int = 0, style: str = "") -> str:
    shown = f'<w:rPr><w:sz w:val="{size}"/></w:rPr>' if size else ""
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r>{shown}<w:t>{text}</w:t></w:r></w:p>"


def test_the_largest_letters_of_a_word_document() -> None:
    styles = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault>'
        '</w:docDefaults><w:style w:type="paragraph" w:styleId="Gros"><w:name w:val="Gros titre"/>'
        '<w:rPr><w:sz w:val="36"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Plus">'
        '<w:name w:val="Plus"/><w:basedOn w:val="Gros"/></w:style>'
    )
    for title in (
        _paragraph(made.TITLE, 36),
        _paragraph(made.TITLE, style="Gros"),
        _paragraph(made.TITLE, style="Plus"),
        _paragraph("Une réunion", 36) + _paragraph("à Rabat", 36),
    ):
        body = _paragraph("Comité de la pêche") + title + PARAGRAPHS
        assert only("a.docx", made.docx(body, styles=styles)).title == made.TITLE
    same = made.docx(_paragraph("Comité de la pêche") + PARAGRAPHS, styles=styles)
    assert only("a.docx", same).title == "Comité de la pêche"


def test_a_title_that_a_program_cut_off_ends_with_a_clause() -> None:
    clause = "Plus de six mois après le rapport de la commission sur la pêche"
    sentence = f"{clause}, les ministres ont parlé de pêche et de frontières à Rabat jeudi soir."
    data = made.docx(_paragraph(sentence), title=sentence[:120])
    assert only("a.docx", data).title == clause
    whole = made.docx(_paragraph(sentence[:-1]), title=sentence[:-1])
    assert only("a.docx", whole).title == sentence[:-1]


def test_a_slide_that_is_all_title() -> None:
    long = "République de la pêche, ministère des frontières " * 5
    assert only("a.pptx", made.pptx(long)).title != " ".join(long.split())
