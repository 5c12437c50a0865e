"""What a query of words finds, as laws: pieces stand together, all words are the answer."""

import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index import IndexDirectory
from index.build import index_documents
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine

from .conftest import PLENTY, entry

PARTS = [*"314LXmk月日", "14", "30", "12", "03", "2014", "123", "com", "mika"]
JOINS = ["-", ":", "/", ".", "_", "@", "", "+"]
FILLERS = ["zanova", "toluma", "bexandi"]
WORDS = ["zanova", "toluma", "bexandi", "mirka", "détenus", "élue", "2014", "porte-avions"]
FUNCTION_WORDS = ["la", "les", "de", "sur", "dans", "ou"]


def squeezed(text: str) -> str:
    """The letters and figures of a text."""
    return "".join(filter(str.isalnum, text.casefold()))


def written(seed: int, count: int) -> list[str]:
    """Texts of parts, joined and apart."""
    chance = random.Random(seed)
    return [
        "".join(
            chance.choice(PARTS) + chance.choice([*JOINS, " ", f" {chance.choice(FILLERS)} "])
            for _ in range(chance.randint(2, 9))
        )
        for _ in range(count)
    ]


class Archive:
    """Texts and an engine over them; the id of a document is its number."""

    def __init__(self, root: Path, texts: Iterable[str]) -> None:
        self.texts = list(texts)
        index_documents(root, (entry(str(n), text) for n, text in enumerate(self.texts)))
        self._engine = WhooshEngine(IndexDirectory(root), PLENTY)

    def ask(self, q: str) -> tuple[set[str], set[str]]:
        """Return the texts of the answer, without those that go on below it, and the warnings."""
        found: list[str] = []
        page, total = 1, 1
        while len(found) < total:
            request = SearchRequest(q=q, page=page, per_page=100, facets=(), highlight="false")
            response = self._engine.search(request)
            found += [self.texts[int(result.id)] for result in response.results]
            page, total = page + 1, response.total
        return {*found[:total]}, {notice.code for notice in response.warnings}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive(tmp_path_factory.mktemp("pieces"), written(1, 600))


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    chance = random.Random(2)
    texts = (
        " ".join(chance.choices([*WORDS, *FUNCTION_WORDS], k=chance.randint(2, 8)))
        for _ in range(400)
    )
    return Archive(tmp_path_factory.mktemp("sentences"), texts)


@given(
    st.lists(st.sampled_from(PARTS), min_size=2, max_size=4),
    st.lists(st.sampled_from(JOINS), min_size=3, max_size=3),
)
def test_what_is_typed_in_one_piece_stands_together(
    pieces: Archive, parts: list[str], joins: list[str]
) -> None:
    piece = "".join(map("".join, zip(parts, [*joins[: len(parts) - 1], ""], strict=True)))
    # A grouped number is one word, which stands where its first group does in *3 123*.
    assume(not re.search(r"\d[.]\d{3}", piece))
    found, codes = pieces.ask(piece)
    assert codes <= {"relaxed"}
    # Nothing may have all of a piece of several scripts; then what has most of it is told as that.
    for text in found if not codes else ():
        assert squeezed(piece) in squeezed(text), (piece, text)
    for text in pieces.texts:
        if piece in text.split():
            assert text in found, (piece, text)
            assert not codes


@given(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique=True),
    st.lists(st.sampled_from(FUNCTION_WORDS), max_size=2),
    st.randoms(use_true_random=False),
)
def test_documents_with_all_words_are_the_answer_and_only_those(
    sentences: Archive, words: list[str], others: list[str], chance: random.Random
) -> None:
    typed = [*words, *others]
    chance.shuffle(typed)
    found, codes = sentences.ask(" ".join(typed))
    complete = {text for text in sentences.texts if {*words} <= {*text.split()}}
    if complete:
        assert found == complete
        assert not codes
    else:
        assert codes <= {"relaxed", "question"}
        assert bool(found) == bool(codes)
