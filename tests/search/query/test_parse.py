"""What a reader types is never an error."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory, Snapshot
from index.build import index_documents
from search.query import PhraseQuery, WordQuery, parse
from search.request import MAX_QUERY
from search.scoring import Evaluation, answer

ANALYZERS = ("fr", "en", "ar", "und")
PIECES = (
    *"()[]\"«»“”„「」*~:-−+.,;!?|&/\\'’\x00\t\n\u200f\ud800",
    *("AND", "ET", "OR", "OU", "NOT", "SAUF", "TO", "title:", "titre:", "lang:", "date:", "org:"),
    *(
        "thème:",
        "foo:",
        "accord",
        "l'accord",
        "la",
        "CEN-SAD",
        "10 000",
        "日本経済",
        "اتفاق",
        "*:*",
    ),
    *(
        "acord~",
        "acord~2",
        "x~9",
        "2024..",
        "..",
        "~3",
        " ",
        "  ",
        "é",
        "e\u0301",
        "😀",
        "ﷺ",
        "c++",
        "a.b@c.fr",
        "http://x.fr",
    ),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, make_entry) -> Snapshot:  # type: ignore[no-untyped-def]
    root = tmp_path_factory.mktemp("query")
    index_documents(
        root,
        [
            make_entry("a", "Les accords de pêche de la CEN-SAD.", "Accord", "fr"),
            make_entry("b", "The trade agreement: 10,000 fish, c++", "", "en"),
            make_entry("c", "日本経済", "", "ja"),
        ],
    )
    return IndexDirectory(root).current()


typed = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
)


@given(q=typed)
def test_anything_typed_has_an_answer(q: str, snapshot: Snapshot) -> None:
    parsed = parse(q, snapshot.analyzers)
    again = parse(q, snapshot.analyzers)
    assert (parsed.tree, parsed.understood, parsed.warnings, parsed.marks) == (
        again.tree,
        again.understood,
        again.warnings,
        again.marks,
    )
    found = answer(parsed, Evaluation(snapshot))
    assert all(0 <= doc < snapshot.size for doc in found.matches.docs)
    for word in parsed.words:
        assert q[word.start : word.end] == word.text
    if not q.strip():
        assert not parsed.warnings


@pytest.mark.parametrize(
    "piece",
    [
        "[a TO ",
        "(",
        ")",
        "-(",
        "((a) OR ",
        "NOT ",
        "- ",
        '"',
        "«",
        '"a" ',
        "a* ",
        "*",
        "a OR ",
        "title:",
        "title:(",
        "org:",
        "date:x ",
        "l'",
        "a.b!c",
        "\x00",
        "日",
        "é ",
        "a-",
        "10 000 ",
        "acord~ ",
        "~",
    ],
)
def test_ten_thousand_characters_take_no_time(piece: str, snapshot: Snapshot) -> None:
    q = (piece * 10_000)[:10_000]
    start = time.perf_counter()
    parsed = parse(q, snapshot.analyzers)
    assert "query_cut" in [notice.code for notice in parsed.warnings]
    assert len(parsed.text) <= MAX_QUERY
    answer(parsed, Evaluation(snapshot))
    # Two hundred milliseconds are promised; a runaway takes minutes.
    assert time.perf_counter() - start < 20


def test_a_long_query_is_cut_between_words() -> None:
    parsed = parse("accords " * 200, ANALYZERS)
    assert parsed.text.split() == ["accords"] * 125
    assert parsed.understood == "accords"


def test_deep_parentheses_keep_their_words() -> None:
    parsed = parse("(" * 100 + "accord" + ")" * 100 + " pêche", ANALYZERS)
    assert parsed.understood == "accord AND pêche"
    assert [notice.code for notice in parsed.warnings] == ["too_deep"]


@pytest.mark.parametrize("marks", ["“{}”", "«{}»", "« {} »", "„{}“", "»{}«", "＂{}＂", "「{}」"])
def test_all_quotation_marks_quote(marks: str) -> None:
    (node,) = [parse(marks.format("les accords"), ANALYZERS).tree]
    assert node == PhraseQuery(("les", "accords"))


def test_words_are_found_in_every_language() -> None:
    tree = parse("accords", ANALYZERS).tree
    assert isinstance(tree, WordQuery)
    assert set(tree.forms) == set(ANALYZERS)
    assert "accord" in tree.forms["fr"]


def test_a_stop_word_asks_only_where_it_says_something() -> None:
    tree = parse("la pêche", ("fr", "en")).tree
    la, peche = tree.subqueries
    assert (la.optional_in, la.literal_in, set(la.forms)) == ({"fr"}, frozenset(), {"en"})
    assert (peche.optional_in, peche.literal_in) == (frozenset(), frozenset())


@pytest.mark.parametrize("q", ["les", "-les", "accord OR les", "title:les accord"])
def test_a_stop_word_alone_is_meant_as_written(q: str) -> None:
    words = [word.node for word in parse(q, ("fr",)).words]
    tree = parse(q, ("fr",)).tree
    assert not words or not any(node.optional_in for node in words)
    assert "optional_in=frozenset({" not in str(tree)


def test_an_exclusion_of_a_stop_word_does_not_exclude_its_language() -> None:
    tree = parse("accord -les", ("fr",)).tree
    excluded = tree.subqueries[1].query
    assert excluded.literal_in == {"fr"}
    assert not excluded.optional_in


def test_one_word_typed_twice_asks_once() -> None:
    assert parse("accord Accord ACCORD", ANALYZERS).understood == "accord"


def test_operators_are_words_unless_in_capitals() -> None:
    for operator, (left, right) in product(("et", "ou", "and", "or"), [("paix", "guerre")]):
        assert " OR " not in parse(f"{left} {operator} {right}", ("und",)).understood
        assert operator in parse(f"{left} {operator} {right}", ("und",)).understood


def test_marks_are_of_what_is_asked_and_not_of_what_is_excluded() -> None:
    marks = parse('accord -guerre "les pays" gouver* CEN-SAD paix~ -mer~', ("fr",)).marks
    assert [dict(mark.stems) for mark in marks if mark.stems] == [
        {"fr": ("accord",)},
        {"fr": ("censad",)},
    ]
    assert [(mark.words, mark.edits) for mark in marks if mark.words] == [
        *((("les", "pays"), 0), (("cen", "sad"), 0), (("paix",), 1))
    ]
    assert [mark.prefix for mark in marks if mark.prefix] == ["gouver"]


def test_a_star_inside_a_word_is_a_pattern() -> None:
    parsed = parse("Gouv*MENT title:pê*e* lang:f*r *ment c*t l'acc*d", ("fr",))
    assert [mark.pattern for mark in parsed.marks if mark.pattern] == ["gouv*ment", "pe*e*"]
    unsupported = [notice.values["word"] for notice in parsed.warnings]
    assert unsupported == ["lang:f*r", "*ment", "c*t", "l'acc*d"]


def test_only_the_first_128_words_are_looked_for() -> None:
    parsed = parse(" ".join(str(number) for number in range(1000, 1200)), ("und",))
    assert len(parsed.clauses or parsed.tree.subqueries) == 128
    assert "too_many_words" in [notice.code for notice in parsed.warnings]
