"""Words spelt nearly so: what they find, what they score, and how they are shown."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index import Snapshot
from index.build import index_documents
from index.document import Document, Fields, Language
from search.query import MAX_TERMS, parse
from search.request import SearchRequest
from search.scoring import Evaluation, answer
from search.whoosh_engine import WhooshEngine

ANALYZERS = ("en", "fr", "und")


def snapshot_of(root: Path, *texts: str) -> Snapshot:
    made = [(Document(text, text), Fields(language=Language("fr"))) for text in texts]
    return index_documents(root, made)


def found(q: str, snapshot: Snapshot) -> list[str]:
    """Return the documents found, best first."""
    matches = answer(parse(q, snapshot.analyzers), Evaluation(snapshot)).matches
    best = sorted(zip(-matches.scores, matches.docs.tolist(), strict=True))
    return [snapshot.stored_fields.head(doc).id for _, doc in best]


def test_the_nearest_word_decides_however_often_a_far_one_stands(tmp_path: Path) -> None:
    texts = [
        " ".join([word] * times + ["rien"] * (100 - times))
        for word, times in (("parlement", 1), ("parlament", 90), ("parlamant", 99))
    ]
    snapshot = snapshot_of(tmp_path, *texts, "rien " * 100)
    assert found("parlement~", snapshot) == texts


def test_words_that_are_equally_near_add_up(tmp_path: Path) -> None:
    both, one = "parlament parlemant", "parlament rien"
    snapshot = snapshot_of(tmp_path, both, one, "rien ici")
    assert found("parlement~1", snapshot) == [both, one]


def test_titles_and_every_language_are_looked_in(
    engine_of: Callable[..., WhooshEngine], make_entry: Any
) -> None:
    engine = engine_of(
        make_entry("fr", "Un acord signé."),
        make_entry("en", "Nothing", title="The accord", language="en"),
        make_entry("de", "Der Akkord und das Accort", language="de"),
        make_entry("ar", "في ايران", language="ar"),
    )

    def ids(q: str) -> set[str]:
        return {result.id for result in engine.search(SearchRequest(q=q)).results}

    assert ids("accord~1") == {"fr", "en", "de"}
    assert ids("title:acord~") == {"en"}
    assert ids("acord~ NOT title:acord~") == {"fr"}
    assert ids("acord~ OR (accort~ lang:de)") == {"fr", "en", "de"}
    assert ids("إيرن~") == {"ar"}


def test_what_a_fuzzy_word_found_is_marked(
    engine_of: Callable[..., WhooshEngine], make_entry: Any
) -> None:
    engine = engine_of(make_entry("a", "Un acord, des accords signés.", title="L'Accrod"))
    (result,) = engine.search(SearchRequest(q="accord~1")).results
    assert result.highlights.title == ("L'<mark>Accrod</mark>",)
    assert result.highlights.body == ("Un <mark>acord</mark>, des <mark>accords</mark> signés.",)
    view = engine.document("a", "fr", "accord~1")
    assert view is not None
    assert [view.text[a:b] for a, b in view.highlights.body_offsets] == ["acord", "accords"]


def test_what_is_excluded_is_not_marked(
    engine_of: Callable[..., WhooshEngine], make_entry: Any
) -> None:
    engine = engine_of(make_entry("a", "Un acord."), make_entry("b", "Un traité."))
    (result,) = engine.search(SearchRequest(q="un -accord~")).results
    assert result.id == "b"
    assert "<mark>" not in result.highlights.body[0].replace("<mark>Un</mark>", "")


def test_the_nearest_of_too_many_words_are_looked_for(tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    near = [f"nava{letter}" for letter in letters]
    far = [
        f"{start}{one}{two}{end}"
        for start, end in (("nav", ""), ("na", "a"))
        for one, two in pairwise("bcdefghijklmnopqrstuwxyz")
    ]
    often = [far[3], *far[30:32]]
    snapshot = snapshot_of(tmp_path, *near, *far, " ".join(often))
    matches = answer(parse("navaa~2", snapshot.analyzers), Evaluation(snapshot)).matches
    assert [notice.code for notice in matches.warnings] == ["fuzzy_cut"]
    assert matches.warnings[0].values == {"word": "navaa~2", "limit": str(MAX_TERMS)}
    ids = {snapshot.stored_fields.head(doc).id for doc in matches.docs.tolist()}
    assert set(near) <= ids
    assert len(ids - {" ".join(often)}) == MAX_TERMS
    assert set(often) <= ids
    few = answer(parse("navaa~1", snapshot.analyzers), Evaluation(snapshot)).matches
    assert not few.warnings


@pytest.mark.parametrize("q", ["~", "~~", "~1", "a~9", "x~~~9999", "*~", "~*", '""~', "(~)", "-~"])
def test_odd_tildes_are_no_error(q: str, tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, "a x")
    assert len(answer(parse(q, snapshot.analyzers), Evaluation(snapshot)).matches.docs) <= 1


def test_other_tildes_keep_their_meaning() -> None:
    assert parse('"accord pêche"~3', ANALYZERS).understood == '"accord pêche"~3'
    assert parse("http://x.fr/~joe", ANALYZERS).understood == "http://x.fr/~joe"
    assert parse("5~10", ANALYZERS).understood == "5~10"
    assert parse("source:a~1", ANALYZERS).understood == "source:a~1"
    assert parse("l'acord~", ANALYZERS).understood == "acord~1"


def test_a_fuzzy_word_is_not_spelt_better(
    engine_of: Callable[..., WhooshEngine], make_entry: Any
) -> None:
    engine = engine_of(make_entry("a", "Le gouvernement."))
    response = engine.search(SearchRequest(q="gouvernemant~ NOT gouvernement"))
    assert (response.total, response.suggestion) == (0, None)
