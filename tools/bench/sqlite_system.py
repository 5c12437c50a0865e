"""SQLite FTS5 from the standard library: no stemming, facets by GROUP BY over side tables."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tools.bench.question import (
    FACET_SIZE,
    FACETS,
    PER_PAGE,
    Answer,
    Entry,
    Question,
    published_day,
    with_parents,
)

NAME = "SQLite FTS5"
FILE = "archive.sqlite"
TABLES = """
CREATE VIRTUAL TABLE text USING fts5(title, body, tokenize="unicode61 remove_diacritics 2");
CREATE TABLE meta (doc INTEGER PRIMARY KEY, id TEXT, day INTEGER);
CREATE TABLE organization (doc INTEGER, value TEXT, PRIMARY KEY (doc, value)) WITHOUT ROWID;
CREATE TABLE theme (doc INTEGER, value TEXT, PRIMARY KEY (doc, value)) WITHOUT ROWID;
CREATE TABLE lang (doc INTEGER, value TEXT, PRIMARY KEY (doc, value)) WITHOUT ROWID;
"""


def build(entries: Iterable[Entry], folder: Path) -> None:
    """Index in one transaction."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / FILE)
    connection.executescript(TABLES)
    for doc, (document, found) in enumerate(entries, 1):
        day = published_day(found)
        connection.execute(
            "INSERT INTO text (rowid, title, body) VALUES (?, ?, ?)",
            (doc, document.title, document.text),
        )
        connection.execute(
            "INSERT INTO meta VALUES (?, ?, ?)", (doc, document.id, day.toordinal() if day else 0)
        )
        connection.execute("INSERT INTO lang VALUES (?, ?)", (doc, found.language.code))
        for table, values in (
            ("organization", {item.id for item in found.organizations}),
            ("theme", with_parents(found)),
        ):
            rows = [(doc, value) for value in values]
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    connection.execute("INSERT INTO text(text) VALUES ('optimize')")
    connection.execute("CREATE INDEX meta_day ON meta (day)")
    connection.commit()
    connection.close()


class Page(NamedTuple):
    """What an application shows of a search."""

    total: int
    rows: list[tuple[Any, ...]]
    facets: dict[str, dict[str, int]]


class SQLite:
    """One connection."""

    name = NAME

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / FILE)
        self.connection.execute("PRAGMA mmap_size = 4294967296")
        self.connection.execute("CREATE TEMP TABLE hits (doc INTEGER PRIMARY KEY)")
        self.connection.isolation_level = None

    def ask(self, question: Question) -> Page:
        """Search, count, group, fetch ten documents."""
        wheres, values = self._conditions(question)
        where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
        both = "text JOIN meta ON meta.doc = text.rowid"
        if question.words:
            matching = both if question.first else "text"
            hits = f"SELECT text.rowid FROM {matching}{where}"
            page = f"{both if question.newest else matching}{where}"
            order = "meta.day DESC" if question.newest else "rank"
        else:
            hits = f"SELECT doc FROM meta{where}"
            page = f"meta JOIN text ON text.rowid = meta.doc{where}"
            order = "meta.day DESC" if question.newest else "meta.doc"
        snippet = "snippet(text, 1, '<mark>', '</mark>', '…', 40)" if question.snippets else "''"
        rows = self.connection.execute(
            f"SELECT text.rowid, title, body, {snippet} FROM {page} ORDER BY {order} LIMIT ?",
            (*values, PER_PAGE),
        ).fetchall()
        if not question.facets:
            total = self.connection.execute(f"SELECT count(*) FROM ({hits})", values)
            return Page(total.fetchone()[0], rows, {})
        self.connection.execute("DELETE FROM hits")
        self.connection.execute(f"INSERT INTO hits {hits}", values)
        total = self.connection.execute("SELECT count(*) FROM hits")
        return Page(total.fetchone()[0], rows, {name: self._facet(name) for name in FACETS})

    def _facet(self, table: str) -> dict[str, int]:
        found = self.connection.execute(
            f"SELECT value, count(*) AS n FROM hits JOIN {table} USING (doc)"
            " GROUP BY value ORDER BY n DESC LIMIT ?",
            (FACET_SIZE,),
        )
        return dict(found.fetchall())

    def _conditions(self, question: Question) -> tuple[list[str], list[Any]]:
        wheres: list[str] = []
        values: list[Any] = []
        if question.words:
            quoted = [f'"{word}"' for word in question.words]
            match question.operator:
                case "phrase":
                    asked = f'"{" ".join(question.words)}"'
                case "prefix":
                    asked = f"{quoted[0]} *"
                case _:
                    asked = f" {question.operator.upper()} ".join(quoted)
            wheres.append("text MATCH ?")
            values.append(asked)
        if question.first and question.last:
            wheres.append("meta.day BETWEEN ? AND ?")
            values += [question.first.toordinal(), question.last.toordinal()]
        return wheres, values

    def read(self, answer: Page) -> Answer:
        """Put an answer into the common form."""
        ids = self.connection.execute(
            f"SELECT id FROM meta WHERE doc IN ({','.join('?' * len(answer.rows))})",
            [row[0] for row in answer.rows],
        )
        return Answer(answer.total, tuple(row[0] for row in ids), answer.facets)

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
