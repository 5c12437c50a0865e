"""An archive opened with Whoosh, beside the same documents in an index that Whoosh wrote itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from whoosh import fields, query, scoring, sorting
from whoosh.index import create_in
from whoosh.matching import ReadTooFar
from whoosh.qparser import QueryParser
from whoosh.query import spans
from whoosh.searching import Searcher

from index.analysis import WRITTEN, analyzer
from index.build import BuildOptions
from index.build.plan import rebuild, update
from index.errors import IndexMissing, UsageError
from index.whoosh import ArchiveIndex, open_index

WORDS = [
    "accord",
    "accords",
    "pêche",
    "porte-avions",
    "le",
    "mer",
    "marin",
    "10 000",
    "漢字",
    "l'eau",
]
TERMS = ["accord", "accords", "peche", "porte", "porteavions", "le", "mer", "marin", "10", "eau"]
HERE = BuildOptions(workers=0)


def texts() -> list[str]:
    """Forty short texts, none like another, whose words come often and side by side."""
    return [
        " ".join(
            WORDS[(number * step + step // 3) % len(WORDS)] for step in range(1, 4 + number % 5)
        )
        for number in range(1, 41)
    ]


def record(number: int, text: str, **more: object) -> dict[str, object]:
    return {
        "id": str(number),
        "title": f"Dépêche {number}",
        "text": text,
        "language": "fr",
        "source": f"Agence {number % 3}",
        "date": f"2024-0{1 + number % 9}-01",
    } | more


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ArchiveIndex:
    """Two segments, and some documents of the first deleted."""
    folder = tmp_path_factory.mktemp("archive")
    source, root = folder / "a.jsonl", folder / "index"
    records = [record(number, text) for number, text in enumerate(texts())]
    old = [*records[:30], *(record(90 + n, f"vieux accord {n}") for n in range(3))]
    for build, current in ((rebuild, old), (update, records)):
        source.write_text("".join(json.dumps(each) + "\n" for each in current), "utf-8")
        build(root, [source], HERE)
    return open_index(root)


@pytest.fixture(scope="module")
def ours(archive: ArchiveIndex) -> Iterator[Searcher]:
    with archive.searcher(weighting=scoring.Frequency()) as searcher:
        yield searcher


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """The same texts in Whoosh's own codec, through the same analyzers."""
    schema = fields.Schema(
        id=fields.ID(stored=True),
        body=fields.TEXT(analyzer=WRITTEN, phrase=True),
        body_fr=fields.TEXT(analyzer=analyzer("fr").chain, phrase=True),
    )
    index = create_in(tmp_path_factory.mktemp("stock"), schema)
    writer = index.writer()
    for number, text in enumerate(texts()):
        writer.add_document(id=str(number), body=text, body_fr=text)
    writer.commit()
    with index.searcher(weighting=scoring.Frequency()) as searcher:
        yield searcher


def found(searcher: Searcher, asked: query.Query) -> dict[str, float]:
    return {hit["id"]: hit.score for hit in searcher.search(asked, limit=None)}


BODY = st.sampled_from(["body", "body_fr"])
TERM = st.builds(query.Term, BODY, st.sampled_from(TERMS))
WORD_PAIRS = st.lists(st.sampled_from(TERMS), min_size=2, max_size=3)
LEAVES = st.one_of(
    TERM,
    st.builds(query.Phrase, BODY, WORD_PAIRS, st.integers(1, 3)),
    st.builds(query.Prefix, BODY, st.sampled_from(["a", "acc", "p", "m", "zz"])),
    st.builds(query.Wildcard, BODY, st.sampled_from(["a*d", "*r", "p?che", "m*", "*o*"])),
    st.builds(query.FuzzyTerm, BODY, st.sampled_from(TERMS)),
    st.builds(query.TermRange, BODY, st.sampled_from(TERMS), st.sampled_from(TERMS)),
    st.builds(lambda a, b, n: spans.SpanNear(a, b, slop=n), TERM, TERM, st.integers(1, 3)),
    st.builds(spans.SpanFirst, TERM),
    st.just(query.Every()),
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(query.And),
        st.lists(inner, min_size=1, max_size=3).map(query.Or),
        st.builds(query.AndNot, inner, inner),
        st.builds(query.AndMaybe, inner, inner),
        st.builds(query.Not, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None)
@given(asked=QUERIES)
def test_any_whoosh_query_finds_what_whoosh_finds(
    ours: Searcher, stock: Searcher, asked: query.Query
) -> None:
    try:
        expected = found(stock, asked)
    except (NotImplementedError, ReadTooFar):
        reject()  # Whoosh itself cannot: an estimate of a span, a Not within a Not
    assert set(found(ours, asked)) == set(expected)


@settings(max_examples=50, deadline=None)
@given(asked=TERM)
def test_terms_score_by_what_documents_hold(
    ours: Searcher, stock: Searcher, asked: query.Query
) -> None:
    assert found(ours, asked) == found(stock, asked)


@pytest.mark.parametrize("field", ["body", "body_fr"])
def test_the_lexicon_is_that_of_the_texts(ours: Searcher, stock: Searcher, field: str) -> None:
    held = [term for term in ours.reader().lexicon(field) if (field, term) in ours.reader()]
    assert held == list(stock.reader().lexicon(field))
    for term in held:
        assert ours.reader().doc_frequency(field, term) == stock.doc_frequency(field, term)


def test_the_parser_of_whoosh_reads_the_schema(archive: ArchiveIndex) -> None:
    parser = QueryParser("body_fr", archive.schema)
    with archive.searcher() as searcher:
        assert found(searcher, parser.parse("accord")) == found(searcher, parser.parse("accords"))
        assert len(found(searcher, parser.parse("source:'Agence 1'"))) == 13
        assert len(found(searcher, parser.parse("p?ch"))) == len(
            found(searcher, parser.parse("pêche"))
        )


def test_facets_and_sorting_are_over_doc_values(archive: ArchiveIndex) -> None:
    with archive.searcher() as searcher:
        by_source = sorting.FieldFacet("source", maptype=sorting.Count)
        newest = sorting.FieldFacet("published", reverse=True)
        results = searcher.search(query.Every(), limit=None, groupedby=by_source, sortedby=newest)
        assert results.groups() == {"Agence 0": 14, "Agence 1": 13, "Agence 2": 13}
        days = [hit["published"] for hit in results]
        assert days == sorted(days, reverse=True)


def test_stored_fields_are_highlighted(archive: ArchiveIndex) -> None:
    with archive.searcher() as searcher:
        results = searcher.search(query.Term("body_fr", "accord"), limit=1)
        assert "accord</b>" in results[0].highlights("body_fr", text=results[0]["body"])


def test_documents_come_in_by_the_command_line_only(archive: ArchiveIndex, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="trouvaille update"):
        archive.writer()
    with pytest.raises(IndexMissing):
        open_index(tmp_path)
