"""Plain text: encodings, front matter, control characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SettingError
from index.readers import ReadOptions
from index.readers.content import clean, clean_line
from index.readers.encodings import decode

FRENCH = (
    "L'Organisation des Nations unies a salué jeudi la réunion des ministres à Genève, où "
    "« l'accord » sur la pêche côtière a été signé dès Noël par cinq États."
)
SHORT_FRENCH = "Un accord signé à Genève."
LATIN_9 = "Le cœur de l'Europe : 300 € pour chaque manœuvre signalée à l'œil nu."
RUSSIAN = (
    "Министры иностранных дел встретились в четверг в Женеве, чтобы обсудить соглашение о "
    "торговле и безопасности границ между двумя странами."
)
ARABIC = (
    "رحبت الأمم المتحدة يوم الخميس باتفاق وزراء الخارجية في جنيف حول أمن الحدود ومكافحة "
    "تهريب المخدرات والأسلحة في منطقة الساحل والصحراء."
)
POLISH = (
    "Ministrowie spraw zagranicznych spotkali się w czwartek, żeby podpisać układ o współpracy."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "cp1252"),
        (FRENCH, "latin-1"),
        (SHORT_FRENCH, "latin-1"),
        (LATIN_9, "iso8859-15"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-32"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16"),
        (ARABIC, "cp1256"),
        (ARABIC, "utf-16-le"),
        (POLISH, "cp1250"),
    ],
)
def test_encoding_is_detected(reading, text, encoding):
    assert reading({"a.txt": text.encode(encoding)}).only.text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(FRENCH, "cp1252"), (RUSSIAN, "iso8859-5"), (ARABIC, "iso8859-6"), (FRENCH, "mac-roman")],
)
def test_encoding_declared_in_front_matter_is_believed(reading, text, encoding):
    page = f"---\ntitle: x\nencoding: {encoding}\n---\n{text}".encode(encoding)
    assert reading({"a.txt": page}).only.text == text


def test_declared_encoding_that_is_wrong_or_unknown_is_not_believed(reading):
    for declared in ("utf-8", "ascii", "rot13", "unicode-escape", "no-such-encoding"):
        page = f"---\nencoding: {declared}\n---\n{FRENCH}".encode("cp1252")
        assert reading({"a.txt": page}).only.text == FRENCH


def test_assumed_encoding_serves_files_that_declare_none(reading):
    options = ReadOptions(encoding="mac-roman")
    found = reading(
        {"a.txt": FRENCH.encode("mac-roman"), "b.txt": b"\xef\xbb\xbf\xc3\xa9"}, options
    )
    assert [document.text for document in found.documents] == [FRENCH, "é"]


@pytest.mark.parametrize("name", ["rot13", "base64", "klingon", "unicode-escape", "a\0b"])
def test_assumed_encoding_must_exist(name):
    with pytest.raises(SettingError, match="encoding"):
        ReadOptions(encoding=name)


@given(st.binary(max_size=400), st.sampled_from(["utf-8", "cp1251", "x", None]))
def test_decoding_never_fails(data, declared):
    assert isinstance(decode(data, declared).text, str)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_utf_8_is_taken_as_it_is(text):
    if "\0" not in text:
        assert decode(text.encode("utf-8")) == (text.removeprefix("\ufeff"), ())


def test_front_matter(reading):
    page = """---
# comment
ID: aep-2019/17
Title: "L'ONU : un accord"
date: 2019-11-14
lang: fr
source: Agence
url: https://example.org/17
dateline: RABAT
tags: [frontières, 'sécurité']
unknown: kept out
---

Premier paragraphe.

Second.
"""
    document = reading({"a.txt": page}).only
    assert document.id == "aep-2019:17"
    assert document.title == "L'ONU : un accord"
    assert (document.date, document.date_origin) == ("2019-11-14", "metadata")
    assert (document.language, document.source) == ("fr", "Agence")
    assert (document.url, document.dateline) == ("https://example.org/17", "RABAT")
    assert document.tags == ("frontières", "sécurité")
    assert document.text == "Premier paragraphe.\n\nSecond."


@pytest.mark.parametrize("tags", ["tags:\n- a b\n- c", "tags: a b; c", "tags: [a b, c]"])
def test_front_matter_lists(reading, tags):
    assert reading({"a.txt": f"---\n{tags}\n---\nx"}).only.tags == ("a b", "c")


@pytest.mark.parametrize(
    "page",
    [
        "---\nUne phrase.\n---\nSuite",
        "---\ntitle: never closed\nsuite",
        "--- \n",
        "----\na: b\n---",
    ],
)
def test_what_only_looks_like_front_matter_is_text(reading, page):
    assert reading({"a.txt": page}).only.text == page.strip()


def test_front_matter_honours_the_mapping(reading):
    options = ReadOptions(mapping={"title": "titre", "text": "corps"})
    document = reading({"a.txt": "---\ntitre: T\n---\nTexte"}, options).only
    assert (document.title, document.text) == ("T", "Texte")


def test_plain_text_has_no_title_of_its_own(reading):
    document = reading({"a.txt": "Ligne une\nLigne deux"}).only
    assert (document.title, document.text) == ("", "Ligne une\nLigne deux")


def test_a_title_without_text_is_a_document(reading):
    assert reading({"a.txt": "---\ntitle: Flash\n---\n"}).only.title == "Flash"


def test_control_characters_are_made_safe(reading):
    document = reading({"a.txt": "a\x01b\r\nc\rd\x0ce\x7f \u2028f\x1b[0m" + "x" * 100}).only
    assert document.text == "a b\nc\nd\ne  \nf [0m" + "x" * 100


@given(st.text())
def test_clean_text_can_be_stored_and_is_clean(text):
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert all(character in "\n\t" or ord(character) >= 32 for character in cleaned)
    assert "\n" not in clean_line(text)
