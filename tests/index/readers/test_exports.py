"""Files as other programs export them: headers, identifiers, sources, pages."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Fields, Language
from index.facets import VALUE_FACETS, facet_values
from index.readers.mapping import DEFAULT_NAMES, Mapper

TEXT = "Le conseil municipal a tenu une longue séance."
HEADERS = (
    ("titre", "texte", "date", "langue", "source"),
    ("TITLE", "TEXT", "DATE", "LANG", "SOURCE"),
    ("Título", "Texto", "Fecha", "Idioma", "Fuente"),
    ("titulo", "conteudo", "data", "lingua", "fonte"),
    ("Überschrift", "Inhalt", "Datum", "Sprache", "Quelle"),
    ("Titolo", "Testo", "Data di pubblicazione", "Lingua", "Fonte"),
    ("العنوان", "النص", "التاريخ", "اللغة", "المصدر"),
    ("Titre", "Contenu", "Date de publication", "Langue", "Agence"),
    (" title ", "full-text", "published_at", "language", "Publisher"),
)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "sep={}\r\n", '"sep={}"\n', "SEP={}\n"])
def test_headers(reading, header, delimiter, above):
    row = ("Un titre", TEXT, "2019-03-12", "fr", "AFP")
    lines = [delimiter.join(cells) for cells in (header, row)]
    data = above.format(delimiter) + "\r\n".join(lines) + "\r\n"
    for mark in ("", "\ufeff"):
        document = reading({"a.csv": mark + data}).only
        found = (document.title, document.text, document.date, document.language, document.source)
        assert found == row
        assert document.notes == ()


def test_columns_that_are_not_used_are_told(reading):
    found = reading({"a.csv": f"id;titre;auteur;texte;\n1;T;X;{TEXT};\n2;T;Y;{TEXT};\n"})
    assert found.documents[0].notes == (
        ("columns", "these columns are not used: auteur (see --field-map)"),
    )
    assert found.documents[1].notes == ()


@given(st.sampled_from(sorted(DEFAULT_NAMES)), st.data())
def test_every_name_in_every_spelling(field, data):
    name = data.draw(st.sampled_from(DEFAULT_NAMES[field]))
    spelling = data.draw(st.sampled_from([str, str.upper, str.title, str.lower]))
    gap = data.draw(st.sampled_from(["_", " ", "-", ""]))
    written = spelling(name).replace("_", gap)
    record = {"text": TEXT} | {written: "valeur"}
    document = Mapper({}, 1000).document(record, "x", "x")
    value = getattr(document, field)
    assert value == ("valeur" if field != "tags" else ("valeur",)) or field == "text"


@given(st.lists(st.integers(10**17, 10**40), min_size=2, max_size=5, unique=True))
def test_long_numbers_stay_apart(numbers):
    from index.readers.records import _parse

    text = "[" + ",".join(f'{{"id": {number}}}' for number in numbers) + "]"
    assert [record["id"] for record in _parse(text)] == numbers


def test_markup_of_records(reading):
    record = {"title": "Gr&egrave;ve &amp; d&eacute;fil&eacute;", "text": f"<p>{TEXT}</p>"}
    document = reading({"a.jsonl": json.dumps({**record, "tags": ["R&amp;D"]})}).only
    assert (document.title, document.text, document.tags) == ("Grève & défilé", TEXT, ("R&D",))


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("AFP", ["afp"]),
        (["AFP", "Reuters"], ["afp", "reuters"]),
        ('["AFP", "Reuters"]', ["afp", "reuters"]),
        (["AFP", "afp", ""], ["afp"]),
        ("L’Équipe", ["l'équipe"]),
        ("L'E\u0301quipe", ["l'équipe"]),
        ("  L'ÉQUIPE\u200b ", ["l'équipe"]),
        ("", []),
    ],
)
def test_sources(reading, source, values):
    document = reading({"a.json": json.dumps({"text": TEXT, "source": source})}).only
    place = list(VALUE_FACETS).index("source")
    found = facet_values(document, Fields(Language("fr")))[place]
    assert [value for value, _ in found] == values
    assert all(VALUE_FACETS["source"].canonical(label) == value for value, label in found)


def test_an_invisible_title_is_none(reading):
    assert reading({"a.json": json.dumps({"title": "\u200b\u00ad", "text": TEXT})}).only.title == ""
    assert reading({"a.txt": "\ufeff"}).skipped[-1].reason == "it has no text"


def test_zero_bytes_at_the_end(reading):
    line = json.dumps({"text": TEXT}).encode()
    found = reading({"a.txt": TEXT.encode() + b"\0\0", "b.jsonl": line + b"\0\n" + b"\0" * 9})
    assert [document.text for document in found.documents] == [TEXT, TEXT]
    assert not found.skipped


def test_references_of_a_page_that_were_escaped_twice(reading):
    page = f"<html><head><title>L&amp;#039;ONU</title></head><body><p>{TEXT}</p></body></html>"
    assert reading({"a.html": page}).only.title == "L'ONU"


def test_an_index_in_a_source_is_not_read(reading, tmp_path):
    index = tmp_path / "archive" / "trouvaille-index"
    for name in ("segments", "generations"):
        (index / name).mkdir(parents=True)
        (index / name / "a.txt").write_text("rien")
    (index / "lock").write_text("")
    found = reading({"a.txt": TEXT})
    assert len(found.documents) == 1
    assert not found.skipped
    # A folder that has anything else is a folder.
    found = reading({"trouvaille-index/b.txt": TEXT})
    assert len(found.documents) == 4


def test_content_is_the_same_by_every_path(tmp_path, monkeypatch):
    from index.store import content_hash

    monkeypatch.chdir(tmp_path)
    paths = ["a/b.txt", "./a/b.txt", str(tmp_path / "a" / "b.txt"), "a/../a/b.txt"]
    hashes = {content_hash(Document("x", TEXT, path=path), "v") for path in paths}
    assert len(hashes) == 1
    assert content_hash(Document("x", TEXT, path="c/b.txt"), "v") not in hashes
    assert os.getcwd() == str(tmp_path)
