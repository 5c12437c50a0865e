"""JSON Lines and JSON: the mapping, broken lines, the shapes of a .json file."""

import json

import pytest

from index.errors import SettingError
from index.readers import ReadOptions

RECORD = {
    "id": "n-1",
    "lang": "fr",
    "date": "2017-01-20",
    "title": "Titre",
    "text": "Texte",
    "source": "Agence",
    "url": "https://example.org/",
    "dateline": "RABAT, 20 janv -",
    "tags": ["a", "b", "a"],
}


def lines(*records: object) -> str:
    return "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records)


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz", "a.JSONL", "a.json"])
def test_default_mapping(reading, name):
    document = reading({name: lines(RECORD)}).only
    assert (document.id, document.title, document.text) == ("n-1", "Titre", "Texte")
    assert (document.date, document.date_origin) == ("2017-01-20", "metadata")
    assert (document.language, document.source) == ("fr", "Agence")
    assert (document.url, document.dateline) == ("https://example.org/", "RABAT, 20 janv -")
    assert document.tags == ("a", "b")


def test_datetime_before_date_and_what_is_empty_does_not_count(reading):
    record = {**RECORD, "datetime": "2017-01-20 09:30:00"}
    assert reading({"a.jsonl": lines(record)}).only.date == "2017-01-20 09:30:00"
    record["datetime"] = "  "
    assert reading({"a.jsonl": lines(record)}).only.date == "2017-01-20"


def test_own_mapping(reading):
    options = ReadOptions(mapping={"text": "doc.corps", "id": "numero", "title": "titre"})
    record = {"numero": 0, "titre": "T", "title": "no", "doc": {"corps": ["Un.", "Deux."]}}
    document = reading({"a.jsonl": lines(record)}, options).only
    assert (document.id, document.title, document.text) == ("0", "T", "Un.\nDeux.")


def test_mapping_of_an_unknown_field():
    with pytest.raises(SettingError, match="headline"):
        ReadOptions(mapping={"headline": "title"})


@pytest.mark.parametrize(
    "tags", [["a b", "c"], "a b; c", "a b|c", "['a b', \"c\"]", "a b, c", ["a b", None, {}, "c"]]
)
def test_tags(reading, tags):
    assert reading({"a.jsonl": lines({"text": "x", "tags": tags})}).only.tags == ("a b", "c")


def test_tags_with_apostrophes(reading):
    record = {"text": "x", "tags": """["l'accord", 'dit \\'Le Gros\\'']"""}
    assert reading({"a.jsonl": lines(record)}).only.tags == ("l'accord", "dit 'Le Gros'")


def test_values_that_are_no_text(reading):
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    record = '{"text": ["a", 1, 2.5, null, {"b": 1}, %s], "title": NaN, "url": {}, "source": true}'
    document = reading({"a.jsonl": record % json.dumps(deep)}).only
    assert document.text == "a\n1\n2.5"
    assert (document.title, document.url, document.source) == ("", "", "")


def test_a_broken_line_costs_no_other(reading):
    content = lines(
        {"id": "1", "text": "un"},
        '{"id": "2", "text": ',
        "[1, 2]",
        "",
        '"text"',
        {"id": "6", "text": " "},
        "[" * 100_000,
        {"id": "1", "text": "again"},
        {"id": "9", "text": "neuf"},
    )
    found = reading({"a.jsonl": content})
    assert [document.id for document in found.documents] == ["1", "9"]
    assert found.kinds == [
        ("a.jsonl:2", "broken"),
        ("a.jsonl:3", "broken"),
        ("a.jsonl:5", "broken"),
        ("a.jsonl:6", "empty"),
        ("a.jsonl:7", "broken"),
        ("a.jsonl:8", "duplicate"),
    ]


def test_a_line_that_is_too_long_costs_no_other(reading):
    content = lines({"text": "un"}, {"text": "x" * 5000}, {"text": "trois"})
    found = reading({"a.jsonl": content}, ReadOptions(max_bytes=1000))
    assert [document.text for document in found.documents] == ["un", "trois"]
    assert found.kinds == [("a.jsonl:2", "huge")]


def test_a_line_in_another_encoding(reading):
    content = (
        b'{"text": "caf\xc3\xa9"}\n{"text": "caf\xe9 cr\xe8me"}\n{"text": "\xc3\xa9t\xc3\xa9"}'
    )
    texts = [document.text for document in reading({"a.jsonl": content}).documents]
    assert texts == ["café", "café crème", "été"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_whole_file_in_another_encoding(reading, encoding):
    content = '{"text": "café"}\n{"text": "الأمم"}\n'.encode(encoding)
    texts = [document.text for document in reading({"a.jsonl": content}).documents]
    assert texts == ["café", "الأمم"]


def test_surrogates_and_controls_in_strings(reading):
    content = r'{"text": "a\ud800b \ud83d\ude00 c\u0000d\u0007e", "n": NaN, "id": "x\u0000y"}'
    document = reading({"a.jsonl": content}).only
    assert document.text == "a\ufffdb 😀 c d e"
    assert document.id == "x-y"


def test_records_without_an_id_are_named_by_file_and_line(reading):
    found = reading({"2019/d.jsonl.gz": lines({"text": "a"}, "", {"text": "b"})})
    assert [document.id for document in found.documents] == ["2019:d.jsonl:1", "2019:d.jsonl:3"]
    assert found.documents[1].path.endswith("/2019/d.jsonl.gz:3")


def test_json_array_and_object(reading):
    found = reading(
        {"a.json": json.dumps([{"text": "un"}, 3, {"text": "trois"}]), "b.json": '{"text": "x"}'}
    )
    assert [document.id for document in found.documents] == ["a.json:1", "a.json:3", "b.json"]
    assert found.kinds == [("a.json:2", "broken")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [("[]", "empty"), ("{", "broken"), ("null", "broken"), ("{}", "empty"), ("[" * 9999, "broken")],
)
def test_json_files_without_documents(reading, content, kind):
    assert reading({"a.json": content}).kinds == [("a.json", kind)]


def test_json_lines_without_records(reading):
    assert reading({"a.jsonl": "\n\n", "b.jsonl": ""}).kinds == [
        ("a.jsonl", "empty"),
        ("b.jsonl", "empty"),
    ]
