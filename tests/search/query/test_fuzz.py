"""Generated queries over the sample archive: parsed, compiled, searched, highlighted."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.query import Query

from index import IndexDirectory
from index.analysis import ANALYZERS
from index.vocabularies import LANGUAGES
from search import Budget, SearchRequest, WhooshEngine
from search.query import ParsedQuery, parse
from search.query.compiler import MAX_UNITS, _compile
from search.query.parser import MAX_DEPTH
from search.request import MAX_QUERY

ENDLESS = Budget(60, 60, 60, 60)
WORDS = (
    *("accord", "pêche", "l'accord", "les", "CEN-SAD", "ONU", "10 000", "c++", "a.b/c", "日本経済"),
    *("اتفاق", "e\u0301", "ﷺ", "😀", "x", "2024", "14 mars 2024", "Nations unies", "\u200f", "ß"),
    *("vitamine C", "RER c", "M le maudit", "LE PAIN", "ACCORD", "VITAMINE C", "QUOTA"),
)
NAMES = ("title", "titre", "lang", "date", "org", "organization", "thème", "theme", "source", "foo")
OPERATORS = (
    *(" ", " AND ", " OR ", " NOT ", " ET ", " OU ", " SAUF ", "  ", "\n", " -", "AND", ":"),
    *(" Y ", " E ", " O ", " NO ", " NON ", " UND ", " NÃO ", " و ", " أو ", " ليس "),
)
HOSTILE = tuple("()[]\"«»“”~*?:-+|&/\\'\x00\t\ud800")
MOST_CALLS = 250_000
"""Calls of functions that a search may cost, highlights of some results included."""

words = st.one_of(st.sampled_from(WORDS), st.text(min_size=1, max_size=8))
atoms = st.one_of(
    words,
    words.map(lambda word: f'"{word} {word}"'),
    st.tuples(words, st.integers(0, 12)).map(lambda pair: f'"{pair[0]} accord"~{pair[1]}'),
    words.map(lambda word: f"{word}*"),
    words.map(lambda word: f"{word[:1]}*{word[1:]}"),
    words.map(lambda word: word.replace("c", "?")),
    st.tuples(words, st.integers(0, 4)).map(lambda pair: f"{pair[0]}~{pair[1]}"),
    words.map(lambda word: f"-{word}"),
    st.sampled_from(("date:2024..", "date:..2020-05", "date:2019-02-30", "*", "*:*", "..", "~")),
)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        st.tuples(st.sampled_from(NAMES), inner).map(lambda pair: f"{pair[0]}:{pair[1]}"),
        st.tuples(inner, st.sampled_from(HOSTILE), inner).map("".join),
    )


queries = st.one_of(
    st.recursive(atoms, nested, max_leaves=30),
    st.text(max_size=80),
    st.tuples(st.one_of(atoms, st.sampled_from(HOSTILE)), st.integers(2, 400)).map(
        lambda pair: (pair[0] + " ") * pair[1]
    ),
    st.tuples(st.sampled_from(HOSTILE), st.integers(2, 1200)).map(lambda pair: pair[0] * pair[1]),
)


def everything_about(parsed: ParsedQuery) -> tuple[Any, ...]:
    return (parsed.text, parsed.tree, parsed.understood, parsed.warnings, parsed.marks)


def leaves(node: Query, depth: int = 0) -> Iterator[int]:
    """Yield the depth of every leaf."""
    children = list(node.children())
    if not children:
        yield depth
    for child in children:
        yield from leaves(child, depth + 1)


def calls(act: Callable[[], Any]) -> tuple[Any, int]:
    """Return what a function returns, and how many functions it called."""
    count = 0

    def note(frame: object, event: str, value: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        return act(), count
    finally:
        sys.setprofile(None)


@pytest.fixture(scope="module")
def engine(archive: Path) -> WhooshEngine:
    return WhooshEngine(IndexDirectory(archive), ENDLESS)


def check(engine: WhooshEngine, q: str, language: str) -> None:
    """Hold a query to the laws of the language."""
    analyzers = tuple(ANALYZERS)
    parsed = parse(q, analyzers, language)
    assert everything_about(_compile(q, analyzers, language)) == everything_about(parsed)
    assert len(parsed.text) <= MAX_QUERY
    if parsed.tree is not None:
        depths = list(leaves(parsed.tree))
        assert len(depths) <= 2 * MAX_UNITS
        assert max(depths) <= 2 * MAX_DEPTH
    if "question" not in {notice.code for notice in parsed.warnings}:
        # The normal form is its own; only a word that is left of ``CEN-SAD*`` may be a name there.
        again = parse(parsed.understood, analyzers, language)
        if "organization:" not in again.understood:
            assert again.understood == parsed.understood
    response, work = calls(lambda: engine.search(SearchRequest(q=q, per_page=5, locale=language)))
    assert work < MOST_CALLS
    assert 0 <= response.total <= response.documents
    below = response.division is not None
    assert len(response.results[: response.division]) <= response.total
    assert 0 <= len(response.results) - (response.division or 0) * below <= 5
    assert "out_of_time" not in {notice.code for notice in response.warnings}
    for result in response.results:
        for fragment in (*result.highlights.title, *result.highlights.body):
            assert re.fullmatch(r"([^<>]|<mark>[^<>]+</mark>)*", fragment)
    if response.results:
        (first, *_) = response.results
        view = engine.document(first.id, language, q)
        assert view is not None
        for start, stop in view.highlights.body_offsets:
            assert 0 <= start < stop <= len(view.text)


def test_a_headline_pasted_in_capitals_finds_its_document(engine: WhooshEngine) -> None:
    everything = engine.search(SearchRequest(per_page=200, facets=()))
    headlines = [
        one
        for one in everything.results
        if len(one.title.split()) > 2 and one.title.upper().isupper()
    ]
    assert len(headlines) > 30
    for document in headlines:
        # What stands behind NOT in no sentence is excluded.
        words = document.title.upper().split()
        for q, is_found in (
            (" ".join(words), True),
            (" ".join([*words, "NOT", "TO", words[0]]), True),
            (f"({' '.join(words)} NOT {words[0]})", False),
        ):
            found = engine.search(SearchRequest(q=q, per_page=100, facets=(), match="all"))
            assert (document.id in [result.id for result in found.results]) is is_found, q


@given(q=queries, language=st.sampled_from(LANGUAGES))
def test_any_query_is_answered(engine: WhooshEngine, q: str, language: str) -> None:
    check(engine, q, language)


@pytest.mark.exhaustive
@settings(max_examples=10_000)
@given(q=queries, language=st.sampled_from(LANGUAGES))
def test_ten_thousand_queries_are_answered(engine: WhooshEngine, q: str, language: str) -> None:
    check(engine, q, language)
