"""Tables as Markdown, and their places in a document."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Table:
    """A table: the first column names a line, the others hold figures as they are shown."""

    title: str
    columns: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""

    def add(self, *cells: str) -> None:
        """Add a line."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{self.title}: {len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(list(cells))

    def markdown(self) -> str:
        """Return the table with its title and note."""
        rule = ["---", *("---:" for _ in self.columns[1:])]
        lines = [self.columns, rule, *self.rows]
        body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        note = f"\n\n{self.note}" if self.note else ""
        return f"**{self.title}**\n\n{body}{note}\n"


@dataclass
class Section:
    """What one part of the benchmark found, and ``where``: on which documents and machine."""

    name: str
    heading: str
    tables: list[Table] = field(default_factory=list)
    text: str = ""
    where: str = ""

    def markdown(self) -> str:
        """Return the section without its heading."""
        parts = [self.text.strip() + "\n"] if self.text else []
        parts += [table.markdown() for table in self.tables]
        if self.where:
            parts.append(f"*{self.where}*\n")
        return "\n".join(parts)

    def data(self) -> dict[str, Any]:
        """Return the section as plain data."""
        return asdict(self)


def number(value: float) -> str:
    """Show a figure with three significant digits, thousands separated."""
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def pair(first: float, second: float) -> str:
    """Show two figures: p50 / p95."""
    return f"{number(first)} / {number(second)}"


def times(ratio: float) -> str:
    """Show how many times."""
    return f"{number(ratio)} ×"


def put(text: str, section: Section) -> str:
    """Replace a section of a document, between its marks; add it at the end if it has none."""
    begin, end = f"<!-- bench: {section.name} -->", f"<!-- end: {section.name} -->"
    block = f"{begin}\n\n{section.markdown()}\n{end}"
    if begin in text:
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        return re.sub(pattern, lambda match: block, text, flags=re.DOTALL)
    return f"{text.rstrip()}\n\n## {section.heading}\n\n{block}\n"
