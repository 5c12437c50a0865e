"""A deadline interrupts what is under way; what is left out is said, and what is found is right."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count, pairwise
from pathlib import Path
from time import monotonic

import pytest
from whoosh import query

from index import IndexDirectory, Snapshot
from index.build import index_documents
from index.document import Document, Fields, Language
from index.errors import SearchTimeout
from search.query import parse
from search.request import SearchRequest
from search.results import Budget
from search.scoring import Evaluation, Matches, answer, postings
from search.scoring.deadline import Deadline
from search.whoosh_engine import WhooshEngine

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COMMON = [f"mot{letter}" for letter in LETTERS]
RARE = [f"nul{letter}" for letter in LETTERS]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents that all have the common words, each one rare word, and many other words."""
    root = tmp_path_factory.mktemp("deadline")
    others = [f"suite{a}{b}{c}" for a in LETTERS for b in LETTERS for c in LETTERS[:10]]
    made = []
    for number in range(260):
        text = " ".join([*COMMON, RARE[number % 26], *others[number * 26 : number * 26 + 26]])
        made.append((Document(f"d{number}", text), Fields(language=Language("fr"))))
    index_documents(root, made)
    return root


@pytest.fixture(scope="module")
def snapshot(root: Path) -> Snapshot:
    return IndexDirectory(root).current()


def evaluate(tree: query.Query, snapshot: Snapshot, time: Deadline | None = None) -> Matches:
    """Evaluate a tree within a deadline; without one if none is given."""
    evaluation = Evaluation(snapshot, time=time or Deadline())
    hits = evaluation.hits(tree)
    return Matches(*hits, tuple(evaluation.notices))


def hurried(ask: Callable[[Deadline], Matches], part: str) -> Matches:
    """Return the first answer without ``part``, as the clock may be looked at more often."""
    for looks in range(5_000):
        # A clock that goes on by one second at each look.
        with suppress(SearchTimeout):
            matches = ask(Deadline(looks, lenient=True, clock=count().__next__))
            if part in left_out(matches):
                return matches
    raise AssertionError(f"never without {part}")


def left_out(matches: Matches) -> set[str]:
    return {n.values["part"] for n in matches.warnings if n.code == "out_of_time"}


def ids(found: Matches) -> set[int]:
    return set(found.docs.tolist())


def test_alternatives_are_left_out(snapshot: Snapshot) -> None:
    tree = parse(" OR ".join(f'"{word} sans"~5 OR {word}' for word in RARE), ("fr",)).tree
    whole = ids(evaluate(tree, snapshot))
    assert len(whole) == 260

    def ask(time: Deadline) -> Matches:
        return evaluate(tree, snapshot, time)

    found = hurried(ask, "alternatives")
    assert ids(found)
    assert ids(found) <= whole
    (notice,) = found.warnings
    assert "nulz" in notice.values["left_out"] or notice.values["left_out"].endswith("…")


@pytest.mark.parametrize("q", ["suite*", "motaa~2"])
def test_expansions_are_left_out(q: str, root: Path) -> None:
    tree, other = (parse(each, ("fr",)).tree for each in (q, "mota"))
    last = IndexDirectory(root).current()

    def ask(time: Deadline) -> Matches:
        nonlocal last
        # One that has kept nothing of an answer that was whole.
        last = IndexDirectory(root).current()
        evaluate(other, last)
        return evaluate(tree, last, time)

    found = hurried(ask, "expansions")
    assert found.warnings[-1].values == {"part": "expansions", "left_out": q}
    whole = evaluate(tree, last)
    assert not left_out(whole)
    assert len(ids(whole)) == 260
    assert ids(found) <= ids(whole)


@pytest.mark.parametrize(
    ("q", "said"),
    [
        *(("mot*", "mot*"), ("acord~", "acord~1"), ('"a b"', '"a b"'), ('"a b"~2', '"a b"')),
        *(
            ("pêche accord", "peche accord"),
            ("porte-avions", "porte-avions"),
            ("-mot*", "NOT mot*"),
        ),
        *(("lang:fr", "lang:fr"), ("date:2024-03", "date:2024-03-01..2024-03-31")),
        ("a OR b OR *", "a b"),
    ],
)
def test_what_is_left_out_is_named(q: str, said: str) -> None:
    deadline = Deadline(lenient=True)
    deadline.omit(SearchTimeout(""), "alternatives", [parse(q, ("fr", "und")).tree])
    (notice,) = deadline.notices
    assert notice.values == {"part": "alternatives", "left_out": said}


def test_closeness_is_left_out(snapshot: Snapshot) -> None:
    parsed = parse(" AND ".join(COMMON), ("fr",))
    whole = answer(parsed, Evaluation(snapshot)).matches

    def ask(time: Deadline) -> Matches:
        return answer(parsed, Evaluation(snapshot, time=time)).matches

    found = hurried(ask, "proximity")
    assert found.docs.tolist() == whole.docs.tolist()
    assert (found.scores <= whole.scores).all()
    assert (found.scores < whole.scores).any()


def test_relaxation_is_left_out(snapshot: Snapshot) -> None:
    parsed = parse(" ".join(f'"{word}"' for word in RARE), ("fr",))
    assert answer(parsed, Evaluation(snapshot)).relaxed

    def ask(time: Deadline) -> Matches:
        found = answer(parsed, Evaluation(snapshot, time=time))
        assert found.relaxed != ("relaxation" in left_out(found.matches))
        return found.matches

    assert not len(hurried(ask, "relaxation").docs)


@pytest.mark.parametrize(
    "q",
    [
        "mota NOT (" + " OR ".join(RARE[:25]) + ")",
        "mota NOT suite*",
        "mota NOT nulaa~2",
        " AND ".join(f'"{a} {b}"' for a, b in pairwise(COMMON)),
        "(" + " OR ".join(RARE) + ") AND motz AND NOT nula",
    ],
)
def test_nothing_is_left_out_that_would_find_wrong_documents(q: str, snapshot: Snapshot) -> None:
    tree = parse(q, ("fr",)).tree
    whole = ids(evaluate(tree, snapshot))
    ended = 0
    for looks in range(100):
        try:
            found = evaluate(tree, snapshot, Deadline(looks, lenient=True, clock=count().__next__))
        except SearchTimeout:
            ended += 1
        else:
            assert ids(found) <= whole
            assert left_out(found) or ids(found) == whole
    assert ended


def test_long_work_on_positions_is_interrupted(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = [parse(q, ("fr",)).tree for q in ('"mota motb motc"', '"motc mota"~3', '"a b"')]
    before = [evaluate(tree, snapshot) for tree in parsed]
    monkeypatch.setattr(postings, "BATCH", 20)
    for tree, whole in zip(parsed, before, strict=True):
        found = evaluate(tree, snapshot)
        assert found.docs.tolist() == whole.docs.tolist()
        assert found.scores.tolist() == whole.scores.tolist()
    looks = []
    (phrases,) = postings.of_phrase(
        snapshot.inverted_index,
        ["body"],
        ("mota", "motb"),
        None,
        lambda: looks.append(monotonic()),
    )
    assert len(phrases.docs) == 260
    assert len(looks) == -(-260 // 20)


def test_an_answer_says_what_it_lacks(root: Path) -> None:
    whole = WhooshEngine(IndexDirectory(root)).search(SearchRequest(q=" OR ".join(RARE)))
    assert (whole.total, whole.warnings) == (260, ())

    engine = WhooshEngine(IndexDirectory(root), Budget(search=5), clock=count().__next__)
    found = engine.search(SearchRequest(q=" OR ".join(RARE)))
    assert [notice.values["part"] for notice in found.warnings] == ["alternatives"]
    assert 0 < found.total < 260
    assert found.total == sum(value.count for value in found.facets["lang"].values)
    assert found.suggestion is None


@pytest.mark.parametrize("walking", [True, False])
def test_walks_and_facets_leave_nothing_out(root: Path, walking: bool) -> None:
    request = SearchRequest(q=" OR ".join(RARE), cursor="*" if walking else None)
    ended = 0
    for looks in range(40):
        engine = WhooshEngine(IndexDirectory(root), Budget(search=looks), clock=count().__next__)
        try:
            if walking:
                assert engine.search(request).total == 260
            else:
                page = engine.facet("lang", request, "", 1)
                assert page.facet.values[0].count == 260
        except SearchTimeout:
            ended += 1
    assert ended
