import csv
import io
import tempfile
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from index.vocabularies import LANGUAGES
from web import export
from web.operate import IS_OPEN
from web.spreadsheet import MAX_CELL, MEDIA_TYPE, Cell, Heading, Workbook, day, text
from web.table import COLUMNS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def written(*rows: list[Cell]) -> bytes:
    columns = [Heading(f"c{number}", 10) for number in range(len(rows[0]))]
    with Workbook("Table", columns, rtl=False) as book:
        for row in rows:
            book.add(row)
        book.tell("About", [("rows", float(book.rows))])
        file = book.finish()
    with file:
        return file.read()


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def cells(data: bytes) -> list[ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not [name for name in parts.namelist() if "rels" in name and "sheet" in name]
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    return list(sheet.iter(f"{MAIN}c"))


HOSTILE = ["=1+1", "+1", "-1", "@x", "\t=1", "<r><t>x</t></r>", "<r>&", "a\x00b", "\ufffe", "\x1b"]


@given(st.text(max_size=40) | st.sampled_from(HOSTILE))
def test_any_text_is_a_text(value: str) -> None:
    (_, one) = cells(written([f"{value}."])) if value else (None, cells(written(["."]))[1])
    assert one.get("t") == "inlineStr"
    assert [part.tag for part in one] == [f"{MAIN}is"]
    assert [part.tag for part in one[0]] == [f"{MAIN}t"]


@pytest.mark.parametrize("value", HOSTILE[:6])
def test_formulas_and_markup_are_read_as_they_stand(value: str) -> None:
    data = written([value, "http://example.org/", "01234", "1e5"])
    (row,) = sheets(data)["Table"][1:]
    assert [cell.strip() for cell in row] == [value.strip(), "http://example.org/", "01234", "1e5"]


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f600"])
def test_no_cell_is_longer_than_excel_reads(letter: str) -> None:
    most = MAX_CELL // (len(letter.encode("utf-16-le")) // 2)
    assert text(letter * most) == letter * most
    cut = text(letter * (most + 1))
    assert cut.endswith(f"{letter}…")
    assert MAX_CELL - 1 <= len(cut.encode("utf-16-le")) // 2 <= MAX_CELL


def test_dates_are_dates_at_their_precision() -> None:
    given = ["2016", "2016-03", "2016-03-12", "2016-03-12T09:41:00Z", "2016-03-12T09:41:00+01:00"]
    rows = sheets(written(*([day(one)] for one in (*given, "1881-07-29", None))))["Table"][1:]
    first, moment = date(2016, 3, 12), datetime(2016, 3, 12, 9, 41)
    assert [row[0] for row in rows[:5]] == [
        date(2016, 1, 1),
        date(2016, 3, 1),
        first,
        moment,
        moment,
    ]
    assert [row[0] for row in rows[5:]] in (["1881-07-29"], ["1881-07-29", ""])


def test_memory_does_not_grow_with_rows() -> None:
    def streamed(rows: int) -> int:
        tracemalloc.start()
        try:
            with Workbook("Table", [Heading("c", 10)], rtl=False) as book:
                for row in range(rows):
                    book.add([f"{row} {'x' * 300}"])
                book.tell("About", [])
                book.finish().close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # Two million characters more, and hardly more memory.
    streamed(10)
    assert streamed(7_000) < streamed(200) + 500_000


def test_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    written(["x"])
    assert not list(tmp_path.iterdir())
    with suppress(KeyError), Workbook("Table", [Heading("c", 10)], rtl=False) as book:
        book.add(["x"])
        assert list(tmp_path.iterdir())
        raise KeyError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_as_a_workbook(client: FlaskClient, language: str) -> None:
    found = client.get("/api/search?q=ONU&from=2016").get_json()
    answer = client.get(f"/search.xlsx?q=ONU&from=2016&hl={language}")
    assert answer.mimetype == MEDIA_TYPE
    assert answer.content_length == len(answer.data)
    assert ".xlsx" in answer.headers["Content-Disposition"]
    table, about = sheets(answer.data).values()
    assert len(table) == found["total"] + 1
    head = table[0]
    assert len(set(head)) == len(head)
    names = [column.name for column in COLUMNS]
    rows = {row[0]: dict(zip(names, row, strict=True)) for row in table[1:]}
    for result in found["results"]:
        row = rows[result["id"]]
        assert row["title"] == result["title"]
        assert row["url"] == result["url"].split("?")[0]
        assert isinstance(row["published"], date)
        assert row["published"].isoformat()[:10].startswith(result["published"][:10])
    if language != "en":
        assert head != [column.label for column in COLUMNS]
    same = client.get(f"/search.csv?q=ONU&from=2016&hl={language}&headings=labels").text
    lines = list(csv.reader(io.StringIO(same.removeprefix("\ufeff"))))
    day_at = names.index("published")
    for line, row in zip(lines, table, strict=True):
        assert line[:day_at] == row[:day_at]
        assert line[day_at + 1 :] == [*map(str, row[day_at + 1 :])]
    told = {row[0]: row[1] for row in about}
    assert "ONU" in told.values()
    if language == "en":
        assert told["Searched for"] == "ONU"
    assert date.today() in told.values()


@pytest.mark.parametrize(
    "asked",
    ["q=bizarre", "q=accord&organization=onu&exclude_lang=de&from=2018-01-01&sort=date", "hl=de"],
)
def test_a_workbook_leads_to_its_search(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/search.xlsx?{asked}&facets=&highlight=false&page=1")
    about = [*sheets(answer.data).values()][1]
    assert f"http://localhost/search?{asked}" in [row[1] for row in about]
    page = client.get(f"/search?{asked}").text
    assert 'class="facets"' in page
    assert 'role="alert"' not in page


def test_nothing_is_said_of_the_size_of_what_is_not_made(client: FlaskClient) -> None:
    answer = client.head("/search.xlsx?q=ONU")
    assert answer.status_code == 200
    assert "Content-Length" not in answer.headers


def test_a_workbook_that_nobody_waits_for_is_given_up(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    there = iter([True, True, False])
    answer = client.get("/search.xlsx", environ_overrides={IS_OPEN: lambda: next(there)})
    assert answer.status_code == 400
    assert next(there, None) is None
    # Its place is free, and so are those of other exports.
    for form in ("xlsx", "csv", "ndjson", "xlsx"):
        assert client.get(f"/search.{form}?q=ONU", buffered=True).status_code == 200


def free(client: FlaskClient) -> list[int]:
    """Return how many places are free for what is written, and for what is read."""
    kinds = ("EXPORTS", "WORKBOOKS", "READ_EXPORTS", "READ_WORKBOOKS")
    return [client.application.config[kind].free for kind in kinds]


def test_a_workbook_has_a_place_while_it_is_made(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Watched(Workbook):
        def finish(self) -> BufferedReader:
            seen.append((client.get("/search.xlsx?q=ONU").status_code, free(client)))
            return super().finish()

    monkeypatch.setattr(export, "Workbook", Watched)
    exports, one, read, few = free(client)
    assert one == 1
    with client.get("/search.xlsx?q=ONU") as answer:
        assert answer.status_code == 200
        assert seen == [(503, [exports, 0, read, few - 1])]
        # It is made, and lies on the disk until it is sent.
        assert free(client) == [exports, 1, read, few - 1]
        with client.get("/search.xlsx?q=ONU"):
            assert free(client) == [exports, 1, read, few - 2]
    assert free(client) == [exports, 1, read, few]
    gone = {IS_OPEN: lambda: False}
    assert client.get("/search.xlsx?q=ONU", environ_overrides=gone).status_code == 400
    assert client.head("/search.xlsx?q=ONU").status_code == 200
    assert free(client) == [exports, 1, read, few]


def test_an_export_that_is_not_read_on_leaves_both_places(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    exports, one, read, few = free(client)
    for form in ("csv", "ndjson", "ris"):
        answer = client.get(f"/search.{form}?q=ONU")
        assert next(iter(answer.response)) is not None
        assert free(client) == [exports - 1, one, read - 1, few]
        answer.close()
        assert free(client) == [exports, one, read, few]


def test_exports_that_are_read_are_bounded(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, forms in (("READ_WORKBOOKS", ("xlsx",)), ("READ_EXPORTS", ("csv", "bib"))):
        with monkeypatch.context() as full:
            full.setattr(client.application.config[kind], "free", 0)
            for form in forms:
                assert client.get(f"/search.{form}?q=ONU").status_code == 503
        for form in forms:
            assert client.get(f"/search.{form}?q=ONU", buffered=True).status_code == 200


def test_what_nobody_should_trust_as_a_workbook(hostile: FlaskClient) -> None:
    answer = hostile.get("/search.xlsx?q=accord")
    table = next(iter(sheets(answer.data).values()))
    assert "=1+1 accord" in [row[2] for row in table]
    assert {one.get("t") for one in cells(answer.data)} <= {"inlineStr", "n", None}


def test_what_a_workbook_leaves_out_is_told(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MAX_ROWS", 7)
    table, about = sheets(client.get("/search.xlsx?hl=en").data).values()
    assert len(table) == 8
    assert ["Note", "This table has the first 7. CSV has all of them."] in about
    monkeypatch.undo()
    table, about = sheets(client.get("/search.xlsx?hl=en").data).values()
    assert len(table) == client.get("/api/search").get_json()["total"] + 1
    assert "Note" not in [row[0] for row in about]
