import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.extract.dates import publication_date
from index.extract.dates.published import parse_declared


def value(document: Document, reference: date | None = None) -> tuple[str, str, str] | None:
    found = publication_date(document, reference)
    return (found.value, found.precision, found.origin) if found else None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019", ("2019", "year")),
        ("2019-11", ("2019-11", "month")),
        ("2019-11-14", ("2019-11-14", "day")),
        ("20191114", ("2019-11-14", "day")),
        ("2010-07-05 23:17:46", ("2010-07-05T23:17:46", "second")),
        ("2019-11-14T10:20", ("2019-11-14T10:20", "minute")),
        ("2019-11-14T10:20:30Z", ("2019-11-14T10:20:30Z", "second")),
        ("2019-11-14T00:20:30+01:00", ("2019-11-14T00:20:30+01:00", "second")),
        ("20191114T102030Z", ("2019-11-14T10:20:30Z", "second")),
        ("20191114T102030+0100", ("2019-11-14T10:20:30+01:00", "second")),
        ("Thu, 14 Nov 2019 10:20:30 +0100", ("2019-11-14T10:20:30+01:00", "second")),
        ("14/11/2019", ("2019-11-14", "day")),
        ("14.11.2019", ("2019-11-14", "day")),
        ("14 novembre 2019", ("2019-11-14", "day")),
        ("1er août 2019", ("2019-08-01", "day")),
        ("November 14, 2019", ("2019-11-14", "day")),
        ("14 de noviembre de 2019", ("2019-11-14", "day")),
        ("14. November 2019", ("2019-11-14", "day")),
        ("14 novembre 2019 à 15h15", ("2019-11-14T15:15", "minute")),
        ("14 de novembro de 2019", ("2019-11-14", "day")),
        ("14 نوفمبر 2019", ("2019-11-14", "day")),
        ("14 تشرين الثاني 2019", ("2019-11-14", "day")),
    ],
)
def test_declared_dates_are_read(written: str, expected: tuple[str, str]) -> None:
    assert parse_declared(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hier",
        "11%",
        "20 ans",
        "2019-13-01",
        "2019-02-30",
        "0999-01-01",
        "2201-01-01",
        "sa",
        "je",
        "31 février 2019",
        "Mon, 99 Foo 2019",
        "9" * 200,
    ],
)
def test_what_is_no_date_is_passed_over(written: str) -> None:
    assert parse_declared(written) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RABAT, 14 novembre 2019 (XXX) — Les travaux", "2019-11-14"),
        ("LONDON, Nov 14, 2019 (XXX) - Talks opened", "2019-11-14"),
        ("MADRID, 14 de noviembre de 2019 (XXX) - La reunión", "2019-11-14"),
        ("Wien, 14. November 2019 (XXX) – Die Konferenz", "2019-11-14"),
        ("ROMA, 14 novembre 2019 -- I lavori", "2019-11-14"),
        ("LISBOA, 14 de novembro de 2019 (XXX) — Os trabalhos", "2019-11-14"),
        ("الرباط، 14 نونبر 2019 (س) – انطلقت", "2019-11-14"),
        ("تونس، 3 جانفي 2017 - قال", "2017-01-03"),
        ("دمشق، 3 كانون الثاني 2017 - قال", "2017-01-03"),
    ],
)
def test_datelines_are_read_in_seven_languages(text: str, expected: str) -> None:
    assert value(Document("x", text)) == (expected, "day", "dateline")


def test_a_dateline_without_a_year_takes_that_of_the_reference() -> None:
    document = Document("x", "Talks opened.", dateline="HOUSTON, Feb 26 -")
    assert value(document) is None
    assert value(document, date(1987, 3, 1)) == ("1987-02-26", "day", "dateline")
    assert value(document, date(1987, 2, 1)) == ("1986-02-26", "day", "dateline")


def test_the_order_of_sources() -> None:
    everything = Document(
        "x",
        "RABAT, 14 novembre 2019 (XXX) — Texte",
        date="2018-01-02",
        date_origin="html",
        path="a/2017-03-04.txt",
    )
    assert value(everything, date(2020, 1, 1)) == ("2018-01-02", "day", "html")
    without = Document("x", everything.text, path=everything.path, date="n'importe quoi")
    assert value(without, date(2020, 1, 1)) == ("2019-11-14", "day", "dateline")
    plain = Document("x", "Le 14 novembre 2018, rien.", path=everything.path)
    assert value(plain, date(2020, 1, 1)) == ("2018-11-14", "day", "text")
    named = Document("x", "Rien.", path=everything.path)
    assert value(named, date(2020, 1, 1)) == ("2017-03-04", "day", "filename")
    assert value(Document("x", "Rien."), date(2020, 1, 1)) == ("2020-01-01", "day", "reference")
    assert value(Document("x", "Rien.")) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/afp-2019-11-14-12.txt", "2019-11-14"),
        ("a/20191114_rabat.html:3", "2019-11-14"),
        ("archive/2019/11/14/x.txt", "2019-11-14"),
        ("seeds/000_08b6df264ef907d1.txt", None),
        ("a/99999999.txt", None),
        ("a/20191399.txt", None),
        ("a/x20191114ff.txt", None),
    ],
)
def test_file_names(path: str, expected: str | None) -> None:
    found = publication_date(Document("x", "Rien.", path=path))
    assert (found.value if found else None) == expected


def test_the_dispatch_is_undated_without_a_reference() -> None:
    path = Path(__file__).parents[3] / "seeds" / "000_08b6df264ef907d1.txt"
    document = Document("x", path.read_text(encoding="utf-8"), path=f"seeds/{path.name}")
    assert value(document) is None
    assert value(document, date(2013, 11, 15)) == ("2013-11-15", "day", "reference")


def test_file_times_are_used_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Rien.")
    os.utime(path, (1_500_000_000, 1_500_000_000))
    document = Document("x", "Rien.", path=str(path))
    assert publication_date(document) is None
    found = publication_date(document, file_times=True)
    assert found
    assert (found.value, found.origin) == ("2017-07-14T02:40:00Z", "mtime")


@given(text=st.text(max_size=200), declared=st.text(max_size=60), line=st.text(max_size=60))
def test_no_text_breaks_it(text: str, declared: str, line: str) -> None:
    found = publication_date(Document("x", text, date=declared, dateline=line, path=text))
    assert found is None or found.value[:4].isdigit()


@given(day=st.dates(min_value=date(1000, 1, 1), max_value=date(2200, 12, 31)))
def test_every_day_comes_back(day: date) -> None:
    assert parse_declared(day.isoformat()) == (day.isoformat(), "day")
    assert parse_declared(f"{day.day}/{day.month}/{day.year}") == (day.isoformat(), "day")
