"""Whoosh's own searcher over our arrays, with the stock codec as the oracle."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import fields, query, scoring
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.filedb.filestore import FileStorage
from whoosh.searching import Searcher

from index.inverted_index import write_terms
from index.store import RunBuilder, merge, write_run
from index.store.terms import Term
from index.whoosh.codec import ArraysCodec, segment_reader

WORDS = ["a", "ab", "abc", "b", "ba", "é", "漢"]
SCHEMA = fields.Schema(
    title=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True),
    body=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True),
)

# Up to eight words: the stock codec rounds the lengths of longer fields, ours does not.
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
archives = st.lists(st.tuples(texts, texts), min_size=1, max_size=12)
terms = st.builds(query.Term, st.sampled_from(["title", "body"]), st.sampled_from(WORDS))
phrases = st.builds(
    query.Phrase,
    st.just("body"),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3),
    st.integers(1, 3),
)
prefixes = st.builds(query.Prefix, st.just("body"), st.sampled_from(["a", "ab", "b", "é"]))
fuzzies = st.builds(query.FuzzyTerm, st.just("body"), st.sampled_from(WORDS))
ranges = st.builds(query.TermRange, st.just("body"), st.sampled_from(WORDS), st.sampled_from(WORDS))
queries = st.recursive(
    st.one_of(terms, phrases, prefixes, fuzzies, ranges, st.just(query.Every())),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(query.And),
        st.lists(inner, min_size=1, max_size=3).map(query.Or),
        st.builds(query.AndNot, inner, inner),
        st.builds(query.AndMaybe, inner, inner),
    ),
    max_leaves=6,
)


def written(folder: Path, archive: list[tuple[str, str]], codec: ArraysCodec | None) -> Searcher:
    folder.mkdir()
    index = FileStorage(str(folder)).create_index(SCHEMA)
    writer = index.writer(codec=codec)
    for title, body in archive:
        writer.add_document(title=title, body=body)
    writer.commit()
    return index.searcher(weighting=scoring.BM25F())


def bulk(folder: Path, archive: list[tuple[str, str]]) -> Searcher:
    terms = sorted(
        {Term(f, w.encode()) for pair in archive for f, t in named(pair) for w in t.split(" ")}
    )
    number = {term: at for at, term in enumerate(terms)}
    builder = RunBuilder()
    for doc, pair in enumerate(archive):
        for field, text in named(pair):
            lists = [number[Term(field, word.encode())] for word in text.split(" ")]
            at = np.arange(len(lists), dtype=np.int32)
            builder.add(np.array(lists, np.int32), np.full_like(at, doc), at)
    write_run(folder / "run", builder.finish())
    (folder / "segment").mkdir()
    every = np.arange(len(terms))
    merge([folder / "run"], every, folder / "segment")
    fields = {name: [text for field, text in terms if field == name] for name in ("body", "title")}
    write_terms(folder / "segment", fields, np.ones(len(terms), np.int64), every)
    reader = segment_reader(folder / "segment", SCHEMA, len(archive))
    return Searcher(reader, weighting=scoring.BM25F())


def named(pair: tuple[str, str]) -> list[tuple[str, str]]:
    return [("title", pair[0]), ("body", pair[1])]


def answer(searcher: Searcher, question: query.Query) -> dict[int, float]:
    hits = searcher.search(question, limit=None)
    return {hit.docnum: pytest.approx(hit.score, rel=1e-4) for hit in hits}


@settings(deadline=None, max_examples=20)
@given(archive=archives, questions=st.lists(queries, min_size=1, max_size=4))
def test_any_whoosh_query_gives_what_the_stock_codec_gives(
    tmp_path_factory: pytest.TempPathFactory,
    archive: list[tuple[str, str]],
    questions: list[query.Query],
) -> None:
    folder = tmp_path_factory.mktemp("oracle")
    stock = written(folder / "stock", archive, None)
    ours = [written(folder / "ours", archive, ArraysCodec()), bulk(folder, archive)]
    for question in questions:
        expected = answer(stock, question)
        for searcher in ours:
            assert answer(searcher, question) == expected
    for searcher in (stock, *ours):
        searcher.close()


def test_terms_and_statistics_are_those_of_the_stock_codec(tmp_path: Path) -> None:
    archive = [("a b", "ab ab abc"), ("é", "b ab 漢"), ("a", "a a a")]
    stock = written(tmp_path / "stock", archive, None).reader()
    for searcher in (written(tmp_path / "ours", archive, ArraysCodec()), bulk(tmp_path, archive)):
        ours = searcher.reader()
        assert list(ours.all_terms()) == list(stock.all_terms())
        assert set(ours.indexed_field_names()) == set(stock.indexed_field_names())
        for field, text in stock.all_terms():
            for statistic in ("weight", "doc_frequency", "min_length", "max_length", "max_weight"):
                wanted = getattr(stock.term_info(field, text), statistic)()
                assert getattr(ours.term_info(field, text), statistic)() == wanted
        for field in ("title", "body"):
            assert ours.field_length(field) == stock.field_length(field)
            lengths = [ours.doc_field_length(doc, field) for doc in range(3)]
            assert lengths == [stock.doc_field_length(doc, field) for doc in range(3)]
        assert list(ours.expand_prefix("body", "ab")) == list(stock.expand_prefix("body", "ab"))


def test_deleted_documents_do_not_match(tmp_path: Path) -> None:
    bulk(tmp_path, [("a", "b"), ("a", "b"), ("a", "b")])
    reader = segment_reader(tmp_path / "segment", SCHEMA, 3, frozenset({1}))
    with Searcher(reader) as searcher:
        hits = searcher.search(query.Term("body", "b"))
        assert sorted(hit.docnum for hit in hits) == [0, 2]
        assert searcher.doc_count() == 2
