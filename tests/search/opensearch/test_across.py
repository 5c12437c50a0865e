"""What the scripts of search across languages are sent, and that nothing is missed over shards."""

import random
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory, vectors
from index.build import index_documents
from index.document import Document, Fields, Language
from index.embedding import DIMENSIONS, Coverage
from index.errors import ClusterUnavailable
from index.opensearch import compute_vectors, publish_documents
from index.opensearch.vectors import signs
from search import WhooshEngine
from search.opensearch import OpenSearchEngine, across
from search.opensearch.across import _STEPS, _ZERO, Counted, _as_text, _eights
from search.request import SearchRequest
from tests.model import MODEL, replaced_model


@given(st.integers(0, 2**32 - 1))
def test_the_estimate_is_the_sum_of_the_question_by_signs(seed: int) -> None:
    """As the script adds it up: of each byte of the signs, what is looked up for it."""
    chance = np.random.default_rng(seed)
    question = chance.normal(size=DIMENSIONS).astype(np.float32)
    question /= np.linalg.norm(question)
    vector = chance.normal(size=DIMENSIONS)
    sent = _as_text(_eights(question))
    assert max(map(ord, sent)) <= _ZERO + _STEPS
    sum_ = sum(ord(sent[at << 8 | byte]) - _ZERO for at, byte in enumerate(signs(vector)))
    step = np.abs(_eights(question)).max() / _STEPS
    expected = float(np.where(vector > 0, question, -question).sum())
    assert abs(sum_ * step - expected) <= DIMENSIONS / 8 * step


def test_what_was_counted_holds_while_the_cluster_does_not_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only of the same documents: of others nothing is known, and that is no answer."""
    first, last = Coverage(MODEL, 1, 0, 1), Coverage(MODEL, 2, 0, 0)
    answers = [first, None, None, last]

    def counted(*_: object) -> Coverage:
        found = answers.pop(0)
        if found is None:
            raise ClusterUnavailable("busy")
        return found

    monkeypatch.setattr(across, "counted", counted)
    monkeypatch.setattr(across, "_COUNTED", -1.0)  # asked for each time
    cluster = SimpleNamespace(answering=lambda _: nullcontext())
    one, other = (SimpleNamespace(cluster=cluster, search=None) for _ in range(2))
    with replaced_model():
        known: Any = Counted()
        stamp = known.stamp(one)
        assert stamp
        assert known.stamp(one) == stamp
        with pytest.raises(ClusterUnavailable):
            known.stamp(other)
        assert known.stamp(other) not in ("", stamp)


@pytest.mark.opensearch
def test_few_candidates_of_each_shard_are_enough(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(across, "CANDIDATES", 0)  # as many as are fetched
    words = ["zanova", "mirka", "toluma", "bexandi", "korita", "paluma", "ferono", "silvata"]
    chance = random.Random(1)
    texts = [" ".join(chance.choices(words, k=4)) for _ in range(120)]
    entries = [
        (Document(f"{at:03}", text), Fields(Language("en"))) for at, text in enumerate(texts)
    ]
    name = node.new_name()
    index_documents(tmp_path, entries)
    publish_documents(node.cluster, name, entries, shards=3)
    engines = WhooshEngine(IndexDirectory(tmp_path)), OpenSearchEngine(node.cluster, name)
    with replaced_model():
        vectors.compute(tmp_path)
        compute_vectors(node.cluster, name)
        for _ in range(10):
            q = " ".join(chance.choices(words, k=3))
            here, there = (
                engine.search(SearchRequest(q, across="true", locale="fr")).across
                for engine in engines
            )
            assert here is not None
            assert there is not None
            assert here.results, q
            nearness = [[round(one.score, 5) for one in found.results] for found in (here, there)]
            assert nearness[0] == nearness[1], q
    node.delete(name)
