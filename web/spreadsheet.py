"""A search as a workbook of Excel (``.xlsx``), written row by row in bounded memory.

Whatever a document says stays text: no cell is a formula or a link.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, Self

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS: Final = 100_000
"""Documents in a workbook; it is whole before its first byte is sent."""
MAX_CELL: Final = 32_767
"""UTF-16 units of a cell; Excel refuses a workbook with a longer one."""
_FIRST_YEAR: Final = 1900
"""Spreadsheets have no earlier days."""
_MINUTES: Final = 11
_FORMATS: Final = {4: "yyyy", 7: "yyyy-mm", 10: 14, _MINUTES: 22}
"""How dates are shown, by what is known of them; 14 and 22 stand for the reader's own way."""
# What XML 1.0 cannot hold, and single surrogates.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MARKUP: Final = "<r>"
"""With this, the writer takes a text for cells of its own XML."""


class Heading(NamedTuple):
    """The heading of a column, and the width of what stands under it, in characters."""

    text: str
    width: int


class Day(NamedTuple):
    """A date, and how much of it is known: the number of its characters in ISO 8601."""

    moment: datetime
    known: int


Cell = str | float | Day | None


def day(published: str | None) -> Cell:
    """Return a date cut at its precision as one of a spreadsheet; as text before 1900."""
    if not published or int(published[:4]) < _FIRST_YEAR:
        return published
    whole = published + "-01-01"[len(published) - 4 :] if len(published) < 10 else published
    return Day(datetime.fromisoformat(whole).replace(tzinfo=None), len(published))


def text(value: str) -> str:
    """Return a text as a cell can hold it: characters of XML, and no more than Excel reads."""
    plain = _NOT_XML.sub("", value)
    if plain.startswith(_MARKUP):
        plain = f" {plain}"
    if len(plain) * 2 <= MAX_CELL:
        return plain
    units = plain.encode("utf-16-le")
    if len(units) // 2 <= MAX_CELL:
        return plain
    return units[: (MAX_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


class Workbook:
    """A workbook of one table and a sheet that tells about it: rows first, then ``finish``.

    At the end of a ``with`` every file that was written is removed; what ``finish`` returned stays
    open and has no name.
    """

    def __init__(self, name: str, columns: Sequence[Heading], *, rtl: bool) -> None:
        import xlsxwriter  # not at the start of a service

        self._folder = TemporaryDirectory(prefix="trouvaille-")
        self._path = Path(self._folder.name, "workbook.xlsx")
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        self._book: Any = xlsxwriter.Workbook(str(self._path), options)
        self._bold = self._book.add_format({"bold": True})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._days = {
            known: self._book.add_format({"num_format": form, "align": "left"})
            for known, form in _FORMATS.items()
        }
        self._rtl = rtl
        self._columns = columns
        self._table = self._sheet(name, [column.width for column in columns])
        self._table.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            self._table.write_string(0, number, text(column.text), self._bold)
        self.rows = 0

    def add(self, cells: Iterable[Cell]) -> None:
        """Add a row to the table."""
        self.rows += 1
        for number, cell in enumerate(cells):
            self._write(self._table, self.rows, number, cell)

    def tell(self, name: str, rows: Iterable[tuple[str, Cell]]) -> None:
        """Add the sheet that tells about the table: names, and what there is to say of each."""
        self._table.autofilter(0, 0, self.rows, len(self._columns) - 1)
        sheet = self._sheet(name, (24, 80))
        for number, (label, cell) in enumerate(rows):
            sheet.write_string(number, 0, text(label), self._bold)
            self._write(sheet, number, 1, cell)

    def finish(self) -> BufferedReader:
        """Return the file, opened; it is gone when it is closed."""
        self._book.close()
        return self._path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        self._folder.cleanup()

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31])
        if self._rtl:
            sheet.right_to_left()
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        return sheet

    def _write(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Day):
            shown = self._days[min(cell.known, _MINUTES)]
            sheet.write_datetime(row, column, cell.moment, shown)
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell)
        elif cell:
            shown = self._quoted if cell.startswith(_FORMULA) else None
            sheet.write_string(row, column, text(cell), shown)
