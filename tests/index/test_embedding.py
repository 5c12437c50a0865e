"""What is encoded, how often, and by how many models."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from index import embedding
from index.embedding import HASH, Rows
from tests.model import Words, replaced_model


def test_equal_texts_are_asked_for_and_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []
    asked: list[int] = []

    class Counting(Words):
        def encode(self, texts: list[str]) -> Any:
            encoded.extend(texts)
            return super().encode(texts)

    def known(_rows: Rows, places: Sequence[int]) -> Iterator[int]:
        asked.extend(places)
        for place in places:
            if texts[place] == "b":
                rows[place, HASH:] = 7
                yield place

    texts = ["a", "b", "a", "", "c", "b", "a"]
    with replaced_model(), monkeypatch.context() as context:
        context.setattr(embedding, "encoder", Counting)
        rows = embedding.hashed(texts)
        assert embedding.fill(rows, texts, known) == 4
    assert asked == [0, 1, 4]
    assert encoded == ["a", "c"]
    for text, row in zip(texts, rows, strict=True):
        assert row.tobytes() == rows[texts.index(text)].tobytes()
        assert row.any() == bool(text)
    assert (rows[5, HASH:] == 7).all()


def test_threads_that_come_at_once_share_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    class Slow:
        def __init__(self) -> None:
            time.sleep(0.02)
            made.append(self)

    monkeypatch.setattr(embedding, "model", lambda: "slow 1")
    monkeypatch.setattr(embedding, "Encoder", Slow)
    embedding._encoder.cache_clear()
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: embedding.encoder(), range(8)))
    finally:
        embedding._encoder.cache_clear()
    assert found == made * 8
