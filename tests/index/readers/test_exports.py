"""Files as other programs export them: headers, identifiers, sources, pages."""

import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Fields, Language
from index.facets import VALUE_FACETS, facet_values
from index.readers.mapping import DEFAULT_NAMES, Mapper
from index.readers.records import _noting_keys

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


@pytest.mark.parametrize("form", ["a.jsonl", "a.json"])
def test_keys_that_are_not_used_are_told_once_a_file(reading, form):
    more = [{"auteur": 1}, {"auteur": 2, "rubrique": "x"}, {}, {"Auteur": 3, "meta": {"id": 1}}]
    records = [{"id": number, "texte": TEXT} | keys for number, keys in enumerate(more)]
    lines = (",\n" if form == "a.json" else "\n").join(map(json.dumps, records))
    found = reading({form: f"[{lines}]" if form == "a.json" else lines})
    assert [document.notes for document in found.documents] == [
        (("columns", "these keys are not used: auteur (see --field-map)"),),
        (("columns", "these keys are not used: rubrique (see --field-map)"),),
        (),
        (("columns", "these keys are not used: Auteur, meta (see --field-map)"),),
    ]


@pytest.mark.parametrize(
    "around", ['{"articles": %s}', '{"took": 1, "hits": {"n": [], "hits": %s}}']
)
def test_records_within_an_object(reading, around):
    records = [{"id": number, "texte": TEXT} for number in range(3)]
    found = reading({"a.json": around % json.dumps(records)})
    assert [document.id for document in found.documents] == ["0", "1", "2"]
    found = reading({"a.json": around % '[{"n": 1}, {"n": 2}]'})
    assert found.kinds == [("a.json:1", "empty"), ("a.json:2", "empty")]


@pytest.mark.parametrize("value", [{}, {"a": []}, {"a": [1]}, {"a": [{}], "b": [{}]}])
def test_an_object_without_text_or_one_list_of_records(reading, value):
    assert reading({"a.json": json.dumps(value)}).kinds == [("a.json", "empty")]


@given(st.lists(st.lists(st.integers(0, 60).map("k{}".format), max_size=30), max_size=8))
def test_the_first_keys_that_are_not_used_are_told(keys):
    notes = []
    records = [(number, dict.fromkeys(of_record, 1)) for number, of_record in enumerate(keys)]
    assert [*_noting_keys(records, Mapper({}, 1000), notes)] == records
    told = [name for _, note in notes for name in re.findall(r"k\d+", note)]
    unused = list(dict.fromkeys(name for of_record in keys for name in of_record))
    assert told == unused[:20]


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
