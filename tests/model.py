"""What stands for the model of search across languages, which is an extra and takes longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from index import embedding
from search import across

MODEL = "words 1"


class Words:
    """A direction for each word, added up."""

    def encode(self, texts: list[str]) -> Any:
        """Return a vector of length 1 for each text."""
        words = [
            sum(np.random.default_rng([*word.encode()]).normal(size=512) for word in text.split())
            for text in texts
        ]
        return np.array([one / np.linalg.norm(one) for one in words], np.float32)


@contextmanager
def replaced_model() -> Iterator[None]:
    """Let it stand for the model."""
    across._vector.cache_clear()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(embedding, "model", lambda: MODEL)
        monkeypatch.setattr(embedding, "encoder", Words)
        yield
    across._vector.cache_clear()
