"""Completions and the words behind them, against a count over the documents."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory, Snapshot, SnapshotLexicon
from index.analysis import fold, tokenize
from index.build import BuildOptions, index_documents, rebuild, update
from index.document import Document, Fields, Language
from search.facets import LocalizedFacets, facet_names
from search.suggest import suggest

FIRST, SECOND = "bkvz", "aeéè"
"""Of which no stop words can be made."""
HERE = BuildOptions(workers=0)


class Corpus(NamedTuple):
    """A generation, and the title and text of each of its live documents by id."""

    generation: Snapshot
    texts: dict[str, tuple[str, str]]

    def __repr__(self) -> str:
        return f"<{len(self.texts)} documents>"


def words(chance: random.Random, count: int) -> str:
    """Return words that begin alike and differ in accents too, the short ones most often."""
    made = []
    for _ in range(count):
        length = min(int(chance.expovariate(0.5)) + 1, 5)
        made.append("".join(chance.choice(FIRST) + chance.choice(SECOND) for _ in range(length)))
    return " ".join(made)


def texts(chance: random.Random, numbers: Sequence[int]) -> dict[str, tuple[str, str]]:
    return {f"d{n:03}": (words(chance, 3), words(chance, chance.randint(1, 30))) for n in numbers}


@pytest.fixture(scope="module", params=["one segment", "updated"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """One segment, or three of which documents were changed and deleted."""
    folder: Path = tmp_path_factory.mktemp("suggest")
    chance = random.Random(3)
    held = texts(chance, range(120))
    if request.param == "one segment":
        made = [
            (Document(id, text, title), Fields(Language("fr")))
            for id, (title, text) in held.items()
        ]
        return Corpus(index_documents(folder, made), held)
    root, source = folder / "index", folder / "a.jsonl"
    for step in range(3):
        if step:
            held |= texts(chance, [*range(step * 7, step * 7 + 6), *range(120, 120 + 20 * step)])
            del held[f"d{step:03}"]
        lines = (
            json.dumps({"id": id, "title": title, "text": text, "language": "fr"}) + "\n"
            for id, (title, text) in held.items()
        )
        source.write_text("".join(lines), "utf-8")
        (update if step else rebuild)(root, [source], HERE)
    generation = IndexDirectory(root).current()
    assert len(generation.manifest.segments) == 3
    assert generation.documents == len(held) < generation.size
    return Corpus(generation, held)


@cache
def folded(text: str) -> frozenset[str]:
    return frozenset(token.folded for token in tokenize(text))


def counted(corpus: Corpus, prefix: str, before: Sequence[str] = ()) -> Counter[str]:
    """Count the documents that have each word worth completing, and the words before it."""
    counts: Counter[str] = Counter()
    for _, text in corpus.texts.values():
        held = folded(text)
        if held.issuperset(before):
            counts.update(word for word in held if word.startswith(prefix) and len(word) > 2)
    return counts


PREFIXES = st.one_of(
    st.sampled_from([*FIRST, "ba", "ze", "vek", "kaza", "x"]),
    st.text(FIRST + "ae", min_size=1, max_size=4),
)


@given(prefix=PREFIXES, limit=st.integers(1, 300))
def test_the_most_frequent_words_are_those_of_a_count(
    prefix: str, limit: int, corpus: Corpus
) -> None:
    expected = counted(corpus, prefix)
    found = SnapshotLexicon(corpus.generation).completions(prefix, limit)
    assert all(expected[term] == count for term, count in found)
    assert [count for _, count in found] == sorted(expected.values(), reverse=True)[:limit]
    assert len(dict(found)) == len(found)


@given(prefix=PREFIXES, before=st.lists(st.text(FIRST + "ae", min_size=2, max_size=2), max_size=2))
def test_words_together_are_counted_in_live_documents(
    prefix: str, before: list[str], corpus: Corpus
) -> None:
    expected = counted(corpus, prefix, before)
    found = SnapshotLexicon(corpus.generation).completions(prefix, 10, before)
    assert all(expected[term] == count for term, count in found)
    assert [count for _, count in found] == sorted((c for _, c in found), reverse=True)
    if len(counted(corpus, prefix)) <= 40:
        assert [count for _, count in found] == sorted(expected.values(), reverse=True)[:10]


@given(text=st.text(FIRST + "ae ", min_size=2, max_size=6))
def test_titles_are_the_newest_that_have_the_words(text: str, corpus: Corpus) -> None:
    *before, last = [token.folded for token in tokenize(text)] or [""]
    found = suggested(corpus.generation, text, "title")
    if len(last) < 2 and not before:
        assert found == []
        return
    having = [
        id
        for id, (title, _) in corpus.texts.items()
        if folded(title).issuperset(before) and any(word.startswith(last) for word in folded(title))
    ]
    order = corpus.generation.order
    newest = sorted(having, key=lambda id: int(order[corpus.generation.docnum(id)]))
    assert found == newest[: len(found)]
    assert bool(found) == bool(having)


def suggested(generation: Snapshot, text: str, kind: str) -> list[str]:
    """Return the completions of one kind."""
    localized = LocalizedFacets(facet_names(generation.columns), "fr")
    return [
        s.value
        for s in suggest(text, 50, SnapshotLexicon(generation), localized, "fr")
        if s.kind == kind
    ]


def test_completions_come_by_use_and_in_the_readers_language_first(tmp_path: Path) -> None:
    texts = [
        *[("en", "Unlikely, unprecedented nations.")] * 6,
        *[("fr", "Les nations unies, une unité.")] * 4,
        ("fr", "Nations unique."),
    ]
    documents = [
        (Document(f"{n}", text, "Unification"), Fields(Language(code)))
        for n, (code, text) in enumerate(texts)
    ]
    generation = index_documents(tmp_path, documents)
    lexicon, names = SnapshotLexicon(generation), facet_names(generation.columns)

    def completed(text: str, locale: str, limit: int = 9) -> list[str]:
        found = suggest(text, limit, lexicon, LocalizedFacets(names, locale), locale)
        kinds = [one.kind for one in found]
        assert kinds == sorted(kinds, key=lambda kind: kind == "title")
        return [one.text for one in found if one.kind == "word"]

    assert completed("un", "fr") == ["unies", "unité", "unique", "unlikely", "unprecedented"]
    assert completed("un", "en") == ["unlikely", "unprecedented", "unies", "unité", "unique"]
    assert completed("un", "de")[:2] == ["unlikely", "unprecedented"]
    assert completed("nations un", "fr")[0] == "nations unies"
    assert completed("nations un", "en")[0] == "nations unlikely"
    assert completed("un", "fr", 1) == ["unies"]


def test_many_words_are_completed_without_looking_at_all(tmp_path: Path) -> None:
    """More blocks of words than are asked for, with edges that are not whole blocks."""
    chance = random.Random(1)
    made = {f"m{n:06}".translate(LETTERS): min(int(1 / chance.random()), 40) for n in range(3000)}
    texts = [" ".join(word for word, held in made.items() if held > n) for n in range(40)]
    documents = [
        (Document(f"{n}", f"{text} lonely nearby"), Fields(Language("fr")))
        for n, text in enumerate(texts)
    ]
    generation = index_documents(tmp_path, documents)
    assert len(made) > 1_000
    lexicon = SnapshotLexicon(generation)
    for prefix in ("m", "ma", "mab", "mb", "l", "n"):
        expected = sorted(
            (
                (w, c)
                for w, c in {**made, "lonely": 40, "nearby": 40}.items()
                if w.startswith(prefix)
            ),
            key=lambda each: (-each[1], each[0]),
        )
        for limit in (1, 10, 45, 5000):
            assert lexicon.completions(prefix, limit) == expected[:limit]


LETTERS = str.maketrans("0123456789", "abcdefghij")


def test_words_are_completed_as_most_documents_write_them(corpus: Corpus) -> None:
    written: dict[str, Counter[str]] = {}
    for _, text in corpus.texts.values():
        for word in {token.normal for token in tokenize(text)}:
            written.setdefault(fold(word), Counter())[word] += 1
    surface_form = SnapshotLexicon(corpus.generation).surface_form
    for word, forms in written.items():
        most = max(forms.values())
        if len(corpus.generation.manifest.segments) == 1:
            assert surface_form(word) == min(f for f in forms if forms[f] == most)
        else:
            # Every segment counts for itself, deleted documents included.
            assert fold(surface_form(word)) == word
    assert surface_form("absent") == "absent"
