"""A search as a table: its columns, which CSV and workbooks write each in their way.

Columns may be added at the end; none is renamed.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from csv import writer as csv_writer
from types import MappingProxyType
from typing import Final, NamedTuple

from index.document import Person
from search import Labelled, Result
from search.answers import web_address
from web.i18n import gettext, language, negotiate
from web.pages import joined
from web.render import clean_text
from web.spreadsheet import Cell, day

_l = str  # Marks a label for the message catalogues of web/translations.

Value = str | float | None | Sequence[str]
"""What a cell holds: a text, a number, nothing, or several values."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Words(NamedTuple):
    """What languages and precisions of dates are called, and the addresses of documents."""

    address: Callable[[str], str]
    language: Callable[[str], str] = str
    precisions: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def of_reader(cls, address: Callable[[str], str]) -> "Words":
        """Return the words of the reader's language."""
        precisions = {name: gettext(label) for name, label in _PRECISIONS.items()}
        return cls(address, language.into(negotiate()), precisions)


_PRECISIONS: Final = {
    "year": _l("year"),
    "month": _l("month"),
    "day": _l("day"),
    "minute": _l("minute"),
    "second": _l("second"),
}


class Column(NamedTuple):
    """A column: its name, its heading, and what it says of a result.

    ``width`` is in characters, for workbooks, where a column that ``is_date`` has dates.
    """

    name: str
    label: str
    value: Callable[[Result, Words], Value]
    width: int = 20
    is_date: bool = False

    def cell(self, result: Result, words: Words) -> Cell:
        """Return the cell of a workbook."""
        value = self.value(result, words)
        if self.is_date:
            return day(str(value or ""))
        return value if isinstance(value, float) else _text(value, "; ")


def _labels(some: Iterable[Labelled]) -> list[str]:
    return [one.label for one in some]


def _values(some: Iterable[Labelled]) -> list[str]:
    return [one.value for one in some]


def _precision(result: Result, words: Words) -> str:
    precision = result.date_precision or ""
    return words.precisions.get(precision, precision)


def _people(people: Callable[[Result], Iterable[Person]]) -> Callable[[Result, Words], Value]:
    return lambda result, _: [*map(str, people(result))] if result.mail else ()


COLUMNS: Final = (
    Column("id", _l("Identifier"), lambda result, _: result.id, 24),
    Column("url", _l("Address"), lambda result, words: words.address(result.id), 40),
    Column("title", _l("Title"), lambda result, _: result.title, 60),
    Column("language", _l("Language"), lambda result, words: words.language(result.language)),
    Column("published", _l("Date"), lambda result, _: result.published, is_date=True),
    Column("date_precision", _l("Precision of the date"), _precision),
    Column("source", _l("Source"), lambda result, _: result.source),
    Column("source_url", _l("Original address"), lambda result, _: web_address(result.url), 40),
    Column("organizations", _l("Organizations"), lambda one, _: _labels(one.organizations), 40),
    Column("themes", _l("Themes"), lambda result, _: _labels(result.themes), 40),
    Column("score", _l("Score"), lambda result, _: round(result.score, 4)),
    Column("from", _l("Sender"), _people(lambda result: result.mail.sender if result.mail else ())),
    Column("to", _l("Recipients"), _people(lambda result: result.mail.to if result.mail else ())),
    Column("cc", _l("Copies"), _people(lambda result: result.mail.cc if result.mail else ())),
    Column("countries", _l("Countries"), lambda result, _: _labels(result.countries)),
    Column("persons", _l("Persons"), lambda result, _: _labels(result.persons)),
    Column("authors", _l("Authors"), lambda result, _: result.authors),
    Column(
        "organization_ids",
        _l("Identifiers of organizations"),
        lambda result, _: _values(result.organizations),
    ),
    Column("theme_ids", _l("Identifiers of themes"), lambda result, _: _values(result.themes)),
    Column("country_ids", _l("Codes of countries"), lambda result, _: _values(result.countries)),
    Column("person_ids", _l("Identifiers of persons"), lambda result, _: _values(result.persons)),
    Column("snippet", _l("Extract"), lambda result, _: _snippet(result), 80),
)


def csv_line(cells: Iterable[Value], *, one_line: bool = False) -> str:
    """Return a line of CSV (RFC 4180). No cell is a formula (documents are not trusted).

    Several values of a cell stand on lines of it, or between semicolons if it is to be
    ``one_line``.
    """
    line = io.StringIO()
    csv_writer(line).writerow([_harmless(cell, one_line=one_line) for cell in cells])
    return line.getvalue()


def _harmless(value: Value, *, one_line: bool) -> str:
    text = _text(value, "; " if one_line else "\n")
    if one_line:
        text = text.replace("\n", "; ")
    dangerous = not isinstance(value, float | int) and text.startswith(_FORMULA)
    return f"'{text}" if dangerous else text


def _text(value: Value, between: str) -> str:
    """Return a value as a text that shows nothing in another order."""
    if value is None:
        return ""
    text = str(value) if isinstance(value, str | float | int) else between.join(value)
    return str(clean_text(text))


def _snippet(result: Result) -> str:
    return joined(result.highlights.body).striptags()
