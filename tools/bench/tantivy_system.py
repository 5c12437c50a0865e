"""tantivy-py: the same documents, French analysis in Rust, three term aggregations."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

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

NAME = "tantivy"
HEAP = 256 * 1024 * 1024
AGGREGATIONS = {name: {"terms": {"field": name, "size": FACET_SIZE}} for name in FACETS}


def schema() -> tantivy.Schema:
    """Return the schema: stored, stemmed title and body; fast fields for facets and dates."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "body"):
        builder.add_text_field(name, stored=True, tokenizer_name="french")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_date_field("date", indexed=True, fast=True)
    return builder.build()


def opened(folder: Path) -> tantivy.Index:
    """Open an index, making it if there is none."""
    index = tantivy.Index(schema(), path=str(folder))
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.lowercase(),
        tantivy.Filter.stopword("french"),
        tantivy.Filter.stemmer("french"),
        tantivy.Filter.ascii_fold(),
    ):
        analyzer = analyzer.filter(step)
    index.register_tokenizer("french", analyzer.build())
    return index


def build(entries: Iterable[Entry], folder: Path) -> None:
    """Index with one indexing thread."""
    folder.mkdir(parents=True)
    writer = opened(folder).writer(heap_size=HEAP, num_threads=1)
    for document, found in entries:
        row = tantivy.Document(
            id=document.id, title=document.title, body=document.text, lang=found.language.code
        )
        for item in found.organizations:
            row.add_text("organization", item.id)
        for theme in with_parents(found):
            row.add_text("theme", theme)
        day = published_day(found)
        if day:
            row.add_date("date", datetime.combine(day, time(), UTC))
        writer.add_document(row)
    writer.commit()
    writer.wait_merging_threads()


class Page(NamedTuple):
    """What an application shows of a search."""

    total: int
    stored: list[Any]
    facets: dict[str, Any]
    snippets: list[str]


class Tantivy:
    """One index with one searcher."""

    name = NAME

    def __init__(self, folder: Path) -> None:
        self.index = opened(folder)
        self.index.reload()
        self.searcher = self.index.searcher()

    def ask(self, question: Question) -> Page:
        """Search, aggregate, fetch ten documents."""
        asked = self._query(question)
        order = "date" if question.newest else None
        found: Any = self.searcher.search(asked, PER_PAGE, order_by_field=order)
        stored = [self.searcher.doc(address) for _, address in found.hits]
        facets = self.searcher.aggregate(asked, AGGREGATIONS) if question.facets else {}
        snippets: list[str] = []
        if question.snippets:
            schema = self.index.schema
            maker = tantivy.SnippetGenerator.create(self.searcher, asked, schema, "body")
            snippets = [maker.snippet_from_doc(one).to_html() for one in stored]
        return Page(found.count, stored, facets, snippets)

    def _query(self, question: Question) -> tantivy.Query:
        must: list[tantivy.Query] = []
        fields = ["title", "body"]
        if question.operator == "prefix":
            pattern = f"{question.words[0]}.*"
            either = [
                tantivy.Query.regex_query(self.index.schema, name, pattern) for name in fields
            ]
            must.append(tantivy.Query.boolean_query([(tantivy.Occur.Should, q) for q in either]))
        elif question.words:
            joint = " AND " if question.operator == "and" else " "
            text = joint.join(question.words)
            phrase = question.operator == "phrase"
            must.append(self.index.parse_query(f'"{text}"' if phrase else text, fields))
        if question.first and question.last:
            must.append(
                tantivy.Query.range_query(
                    self.index.schema,
                    "date",
                    tantivy.FieldType.Date,
                    datetime.combine(question.first, time(), UTC),
                    datetime.combine(question.last, time(), UTC),
                )
            )
        if not must:
            return tantivy.Query.all_query()
        if len(must) == 1:
            return must[0]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in must])

    def read(self, answer: Page) -> Answer:
        """Put an answer into the common form."""
        ids = tuple(str(one.get_first("id")) for one in answer.stored)
        facets = {
            name: {line["key"]: int(line["doc_count"]) for line in found["buckets"]}
            for name, found in answer.facets.items()
        }
        return Answer(answer.total, ids, facets)

    def close(self) -> None:
        """Let go of the index."""
        del self.searcher, self.index
