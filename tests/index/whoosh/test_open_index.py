"""An archive opened with Whoosh, beside the same documents in an index that Whoosh wrote itself."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from whoosh import fields, query, scoring, sorting
from whoosh.index import create_in
from whoosh.matching import ReadTooFar
from whoosh.qparser import QueryParser
from whoosh.query import spans
from whoosh.searching import Searcher

from index.analysis import EXACT_ANALYZER, analyzer
from index.build import BuildOptions, index_documents, rebuild, update
from index.document import Document, Fields, Language, Organization, PublicationDate, Theme
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
        body=fields.TEXT(analyzer=EXACT_ANALYZER, phrase=True),
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


@given(asked=QUERIES)
def test_any_whoosh_query_finds_what_whoosh_finds(
    ours: Searcher, stock: Searcher, asked: query.Query
) -> None:
    try:
        expected = found(stock, asked)
    except (NotImplementedError, ReadTooFar):
        reject()  # Whoosh itself cannot: an estimate of a span, a Not within a Not
    assert set(found(ours, asked)) == set(expected)


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


def test_the_parser_reads_compounds_patterns_and_dates(archive: ArchiveIndex) -> None:
    parsed = {
        ("body", "porte-avions"): "(body:porte AND body:avions)",
        ("body", "L'accord \"l'eau\""): '(body:l AND body:accord AND body:"l eau")',
        ("body_fr", "L'accord"): "body_fr:accord",
        ("body_fr", "gouv*MENT"): "body_fr:gouv*ment",
        ("body_fr", "pêches"): "body_fr:pech",
    }
    for (field, typed), expected in parsed.items():
        assert str(QueryParser(field, archive.schema).parse(typed)) == expected
    with archive.searcher() as searcher:
        parser = QueryParser("body", archive.schema)
        in_march = found(searcher, parser.parse("published:2024-03"))
        assert in_march == found(searcher, parser.parse("published:[2024-03 TO 2024-03-31]"))
        assert len(in_march) == len([n for n in range(40) if n % 9 == 2])


def test_facets_and_sorting_are_over_doc_values(archive: ArchiveIndex) -> None:
    with archive.searcher() as searcher:
        by_source = sorting.FieldFacet("source", maptype=sorting.Count)
        newest = sorting.FieldFacet("published", reverse=True)
        results = searcher.search(query.Every(), limit=None, groupedby=by_source, sortedby=newest)
        assert results.groups() == {"agence 0": 14, "agence 1": 13, "agence 2": 13}
        days = [hit["published"] for hit in results]
        assert days == sorted(days, reverse=True)
        by_name = searcher.search(query.Every(), sortedby="source")
        assert by_name[0]["source"] == ("agence 0",)


DAY = "2024-03-15"


def small(root: Path) -> ArchiveIndex:
    """Three documents: of two organizations, of one in a sub-theme, and one without anything."""
    onu, otan = (Organization(name, name, (), True) for name in ("onu", "otan"))
    dated = {"published": PublicationDate(DAY, "day", "metadata")}
    index_documents(
        root,
        [
            (Document("a", "un", "A"), Fields(Language("fr"), (onu, otan), **dated)),
            (Document("b", "two", "B"), Fields(Language("en"), (onu,), (Theme("economy/trade"),))),
            (Document("c", "drei", "C"), Fields(Language("de"))),
        ],
    )
    return open_index(root)


def test_facets_of_several_values(tmp_path: Path) -> None:
    with small(tmp_path).searcher() as searcher:

        def groups(facet: sorting.FacetType) -> dict[object, list[str]]:
            results = searcher.search(query.Every(), limit=None, groupedby={"facet": facet})
            return {
                value: [searcher.stored_fields(doc)["id"] for doc in docs]
                for value, docs in results.groups("facet").items()
            }

        overlapping = sorting.FieldFacet("organization", allow_overlap=True)
        assert groups(overlapping) == {"onu": ["a", "b"], "otan": ["a"]}
        assert groups(sorting.FieldFacet("organization")) == {"onu": ["a", "b"], None: ["c"]}
        backwards = sorting.FieldFacet("organization", reverse=True)
        assert groups(backwards) == {"onu": ["a", "b"], None: ["c"]}
        themes = sorting.FieldFacet("theme", allow_overlap=True)
        assert groups(themes) == {"economy": ["b"], "economy/trade": ["b"]}
        assert groups(sorting.FieldFacet("lang")) == {"de": ["c"], "en": ["b"], "fr": ["a"]}
        day = datetime(2024, 3, 15)
        assert groups(sorting.FieldFacet("published")) == {day: ["a"], None: ["b", "c"]}
        months = sorting.DateRangeFacet(
            "published", datetime(2024, 1, 1), datetime(2024, 6, 1), timedelta(days=31)
        )
        assert groups(months) == {
            (datetime(2024, 3, 3), datetime(2024, 4, 3)): ["a"],
            None: ["b", "c"],
        }


@pytest.mark.parametrize("reverse", [False, True])
def test_undated_documents_come_last(tmp_path: Path, reverse: bool) -> None:
    with small(tmp_path).searcher() as searcher:
        by_date = sorting.FieldFacet("published", reverse=reverse)
        results = searcher.search(query.Every(), sortedby=by_date)
        assert results[0]["id"] == "a"


def test_values_are_terms(tmp_path: Path) -> None:
    with small(tmp_path).searcher() as searcher:
        reader = searcher.reader()
        assert list(reader.field_terms("organization")) == ["onu", "otan"]
        assert found(searcher, query.Term("organization", "onu")).keys() == {"a", "b"}
        assert found(searcher, query.Every("published")).keys() == {"a"}
        assert searcher.document(id="b")["title"] == "B"
        assert searcher.document(id="z") is None
        assert reader.column_reader("published")[0] == datetime(2024, 3, 15)
        assert reader.column_reader("organization")[0] == ("onu", "otan")
        terms = list(reader.all_terms())
        assert terms == sorted(terms)


def test_a_searcher_is_refreshed_by_a_new_generation(tmp_path: Path) -> None:
    index = small(tmp_path)
    with index.searcher() as searcher:
        assert searcher.refresh() is searcher
        index_documents(tmp_path, [(Document("d", "quatre", "D"), Fields(Language("fr")))])
        assert searcher.up_to_date() is False
        assert found(searcher, query.Every()).keys() == {"a", "b", "c"}
        assert found(searcher.refresh(), query.Every()).keys() == {"d"}
        assert (index.doc_count(), index.is_empty()) == (1, False)


def test_stored_fields_are_highlighted(archive: ArchiveIndex) -> None:
    with archive.searcher() as searcher:
        results = searcher.search(query.Term("body_fr", "accord"), limit=1)
        assert "accord</b>" in results[0].highlights("body_fr", text=results[0]["body"])


def test_documents_come_in_by_the_command_line_only(archive: ArchiveIndex, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="trouvaille update"):
        archive.writer()
    with pytest.raises(IndexMissing):
        open_index(tmp_path)
