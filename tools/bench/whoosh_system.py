"""Stock Whoosh, used as its documentation tells a user to.

Its own schema types, codec, writer and language analyzer; facets by ``groupedby`` over sortable
columns. Where its documentation offers a choice the quicker one is taken: counts instead of lists
of documents, one searcher kept open, and no ``allow_overlap``, so that a document with two
organizations counts under the two of them joined. Its facet counts are therefore not those of the
other systems.
"""

from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from whoosh import fields, index, query
from whoosh.analysis import LanguageAnalyzer
from whoosh.qparser import AndGroup, MultifieldParser, OrGroup
from whoosh.sorting import Count, FieldFacet

from tools.bench.question import (
    FACETS,
    PER_PAGE,
    Answer,
    Entry,
    Question,
    published_day,
    with_parents,
)

NAME = "Whoosh"
MEGABYTES = 256


def schema() -> fields.Schema:
    """Return the schema: title and body in French, columns for facets and dates."""
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        title=fields.TEXT(analyzer=LanguageAnalyzer("fr"), stored=True),
        body=fields.TEXT(analyzer=LanguageAnalyzer("fr"), stored=True),
        organization=fields.KEYWORD(commas=True, sortable=True),
        theme=fields.KEYWORD(commas=True, sortable=True),
        lang=fields.ID(sortable=True),
        date=fields.DATETIME(sortable=True),
    )


def build(entries: Iterable[Entry], folder: Path) -> None:
    """Index with one writer, in this process."""
    folder.mkdir(parents=True)
    writer = index.create_in(folder, schema()).writer(limitmb=MEGABYTES)
    for document, found in entries:
        values: dict[str, Any] = {"lang": found.language.code}
        if found.organizations:
            values["organization"] = ",".join(sorted(item.id for item in found.organizations))
        if found.themes:
            values["theme"] = ",".join(with_parents(found))
        day = published_day(found)
        if day:
            values["date"] = datetime.combine(day, time())
        writer.add_document(id=document.id, title=document.title, body=document.text, **values)
    writer.commit()


class Page(NamedTuple):
    """What an application shows of a search."""

    total: int
    stored: list[dict[str, Any]]
    facets: dict[str, dict[str, int]]
    snippets: list[str]


class Whoosh:
    """One index with one searcher kept open."""

    name = NAME

    def __init__(self, folder: Path) -> None:
        self.index = index.open_dir(folder)
        self.searcher = self.index.searcher()

    def ask(self, question: Question) -> Page:
        """Search, count, fetch ten documents."""
        options: dict[str, Any] = {}
        if question.facets:
            options["groupedby"] = {name: FieldFacet(name, maptype=Count) for name in FACETS}
        if question.newest:
            options["sortedby"] = FieldFacet("date", reverse=True)
        results = self.searcher.search(self._query(question), limit=PER_PAGE, **options)
        return Page(
            total=len(results),
            stored=[hit.fields() for hit in results],
            facets={name: results.groups(name) for name in FACETS} if question.facets else {},
            snippets=[hit.highlights("body") for hit in results] if question.snippets else [],
        )

    def _query(self, question: Question) -> query.Query:
        parts: list[query.Query] = []
        if question.operator == "prefix":
            word = question.words[0]
            parts.append(query.Or([query.Prefix("title", word), query.Prefix("body", word)]))
        elif question.words:
            group = OrGroup if question.operator == "or" else AndGroup
            parser = MultifieldParser(["title", "body"], self.index.schema, group=group)
            text = " ".join(question.words)
            parts.append(parser.parse(f'"{text}"' if question.operator == "phrase" else text))
        if question.first and question.last:
            first = datetime.combine(question.first, time())
            parts.append(query.DateRange("date", first, datetime.combine(question.last, time())))
        if not parts:
            return query.Every()
        return parts[0] if len(parts) == 1 else query.And(parts)

    def read(self, answer: Page) -> Answer:
        """Put an answer into the common form."""
        return Answer(answer.total, tuple(one["id"] for one in answer.stored), answer.facets)

    def close(self) -> None:
        """Let go of the index."""
        self.searcher.close()
        self.index.close()
