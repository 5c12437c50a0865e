"""CSV and TSV: delimiters, quotes, broken rows."""

import pytest

from index.readers import ReadOptions


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz"])
def test_delimiters(reading, delimiter, name):
    rows = [
        ["id", "title", "date", "text"],
        ["1", "T", "2019-11-14", '"Un, deux; ""trois"" | x\ty"'],
    ]
    document = reading({name: "\r\n".join(delimiter.join(row) for row in rows)}).only
    assert (document.id, document.title, document.date) == ("1", "T", "2019-11-14")
    assert document.text == 'Un, deux; "trois" | x\ty'


def test_cells_of_several_lines_and_numbers_of_rows(reading):
    found = reading({"a.csv": 'text,lang\n"Un.\n\nDeux.",fr\n\nTrois,fr\n'})
    assert [document.text for document in found.documents] == ["Un.\n\nDeux.", "Trois"]
    assert [document.id for document in found.documents] == ["a.csv:2", "a.csv:6"]


def test_a_mark_that_is_never_closed_costs_one_row(reading):
    rows = ['1,"un"', '2,"deux', '3,"trois"', "4,quatre", '5,"cinq\net six"', "7,sept"]
    found = reading({"a.csv": "id,text\n" + "\n".join(rows)})
    assert [document.id for document in found.documents] == ["1", "3", "4", "5", "7"]
    assert found.kinds == [("a.csv:3", "broken")]


def test_a_mark_that_is_never_closed_at_the_end(reading):
    found = reading({"a.csv": 'id,text\n1,un\n2,"deux\n3,trois\n'})
    assert [document.id for document in found.documents] == ["1", "3"]
    assert found.kinds == [("a.csv:3", "broken")]


def test_rows_that_are_too_long_or_too_short(reading):
    found = reading({"a.csv": "id,text,title\n1,un\n2,deux,T,x,y\n3,,\n,,\n4,quatre,\n"})
    assert [document.id for document in found.documents] == ["1", "4"]
    assert found.kinds == [("a.csv:3", "broken"), ("a.csv:4", "empty")]


def test_a_row_that_is_huge_costs_no_other(reading):
    content = "id,text\n1,un\n2," + "x" * 3000 + "\n3,trois\n"
    found = reading({"a.csv": content}, ReadOptions(max_bytes=1000))
    assert [document.id for document in found.documents] == ["1", "3"]
    assert found.kinds == [("a.csv:3", "huge")]


def test_cells_longer_than_the_limit_of_the_csv_module(reading):
    assert len(reading({"a.csv": "text\n" + "mot " * 100_000}).only.text) == 399_999


def test_encodings(reading):
    content = "titre;corps\nFrontières;Réunion à Genève\n"
    options = ReadOptions(mapping={"title": "titre", "text": "corps"})
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        document = reading({"a.csv": content.encode(encoding)}, options).only
        assert (document.title, document.text) == ("Frontières", "Réunion à Genève")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("a,b\n1,2\n", "broken"),
        ("text,id\n", "empty"),
        ("\n\n", "empty"),
        ("", "empty"),
    ],
)
def test_files_without_documents(reading, content, kind):
    assert reading({"a.csv": content}).kinds == [("a.csv", kind)]
