"""What the scripts of search across languages are sent."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.embedding import DIMENSIONS
from index.opensearch.vectors import signs
from search.opensearch.across import _STEPS, _ZERO, _as_text, _eights


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
