"""Documents in two languages: their parts, and that both halves are found."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import index_documents
from index.document import Document, Fields
from index.extract import ExtractionOptions, detect_language, extract
from index.publishing import IndexDirectory
from search.request import parse_request
from search.whoosh_engine import WhooshEngine

FRENCH = (
    "Les ministres se sont réunis hier dans la capitale pour parler de la sécurité des"
    " frontières, et ils ont signé plusieurs accords sur les échanges entre les deux pays."
)
ENGLISH = (
    "The ministers met yesterday in the capital to talk about the security of the borders, and"
    " they have signed agreements that will be published by the end of the week."
)
ARABIC = (
    "اجتمع الوزراء أمس في العاصمة للحديث عن أمن الحدود بين البلدين، وأكد الوزير أن المفاوضات"
    " بين الطرفين سوف تستمر خلال الأسابيع المقبلة للتوصل إلى الاتفاقيات النهائية بين الجانبين."
)


def pieces(text: str, language: str = "") -> list[tuple[str, str]]:
    found = detect_language(Document("x", text, language=language))
    return [(text[span.start : span.end].strip(" «»\n"), code) for span, code in found.parts]


@pytest.mark.parametrize("other", [ENGLISH, ARABIC])
def test_a_paragraph_in_another_language_is_a_part(other: str) -> None:
    code = "en" if other is ENGLISH else "ar"
    text = f"{FRENCH} {FRENCH}\n{other}\n{FRENCH}"
    assert pieces(text) == [(f"{FRENCH} {FRENCH}", "fr"), (other, code), (FRENCH, "fr")]
    assert detect_language(Document("x", text)).code == "fr"


def test_a_quotation_in_another_script_within_a_paragraph_is_a_part() -> None:
    text = f"{FRENCH} Il a déclaré : « {ARABIC} » {FRENCH}"
    assert [code for _, code in pieces(text)] == ["fr", "ar", "fr"]


def test_the_language_of_a_document_is_that_of_most_of_it() -> None:
    found = detect_language(Document("x", f"{ARABIC}\n{FRENCH}\n{FRENCH}\n{FRENCH}"))
    assert (found.code, [code for _, code in found.parts]) == ("fr", ["ar", "fr"])


def test_a_declared_language_stays_that_of_the_document() -> None:
    found = detect_language(Document("x", f"{FRENCH}\n{ARABIC}", language="fr"))
    assert (found.code, found.origin) == ("fr", "metadata")
    assert [code for _, code in found.parts] == ["fr", "ar"]


@pytest.mark.parametrize("text", [FRENCH, f"{FRENCH}\n{FRENCH}", f"{FRENCH} « Welcome home »"])
def test_one_language_has_no_parts(text: str) -> None:
    assert pieces(text) == []


@given(
    st.lists(st.sampled_from([FRENCH, ENGLISH, ARABIC, "\n", " — ", "1 234 €", "שלום"]), max_size=8)
)
def test_parts_cover_the_text_in_order(chunks: list[str]) -> None:
    text = "\n".join(chunks)
    parts = detect_language(Document("x", text)).parts
    if parts:
        assert parts[0][0].start == 0
        assert parts[-1][0].end == len(text)
    for (one, code), (other, next_code) in pairwise(parts):
        assert one.end == other.start
        assert code != next_code
    assert all(span.start < span.end for span, _ in parts)


def indexed(folder: Path, *texts: str) -> WhooshEngine:
    entries: list[tuple[Document, Fields]] = []
    for number, text in enumerate(texts):
        document = Document(f"d{number}", text)
        entries.append((document, extract(document, ExtractionOptions())))
    index_documents(folder, entries)
    return WhooshEngine(IndexDirectory(folder))


@pytest.mark.parametrize(
    "query", ["accord", "échange", "frontière", "اتفاقية", "مفاوضة", "signer accord"]
)
def test_both_halves_are_found_by_their_own_analyzer(tmp_path: Path, query: str) -> None:
    """Every query is another form of a word of the text: stemming alone leads to it."""
    engine = indexed(tmp_path, f"{FRENCH}\n{ARABIC}\n{FRENCH}", "Rien de tel ici.")
    answer = engine.search(parse_request({"q": [query]}, "fr"))
    assert [result.id for result in answer.results] == ["d0"]
