"""The first few of many in an order, against sorting them all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.scoring.top import best, smallest


@given(seed=st.integers(0, 10_000), size=st.integers(0, 20_000), count=st.integers(0, 300))
def test_the_smallest_keys(seed: int, size: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    keys = chance.permutation(size).astype(np.int32)
    if seed % 2:
        keys = np.sort(keys)[:: -1 if seed % 3 else 1]
    assert smallest(keys, count).tolist() == np.argsort(keys)[:count].tolist()


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(0, 20_000),
    count=st.integers(0, 300),
    levels=st.sampled_from([1, 2, 5, 1_000_000]),
)
def test_the_best_scores_equal_ones_by_rank(seed: int, size: int, count: int, levels: int) -> None:
    chance = np.random.default_rng(seed)
    scores = (chance.integers(0, levels, size) / levels).astype(np.float32)
    ranks = chance.permutation(size).astype(np.int32)
    expected = np.lexsort((ranks, -scores))[:count]
    assert best(scores, np.arange(size, dtype=np.int32), ranks, count).tolist() == expected.tolist()
