"""Adding up by document, over few documents and over many, beside a loop in Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import count_distinct, smallest, sum_over
from index.segments import sum_postings

SIZES = (40, 4_000)
"""With the first the parts are dense, with the second they are not."""

Parts = list[list[tuple[int, float]]]

parts = st.lists(
    st.lists(st.tuples(st.integers(0, 39), st.sampled_from([0.0, 0.5, 1.0, 3.0]))),
    min_size=1,
    max_size=4,
)


@given(parts, st.sampled_from(SIZES))
def test_what_is_said_of_a_document_is_added_up(said: Parts, size: int) -> None:
    docs = [np.array([doc for doc, _ in part], np.int32) for part in said]
    values = [np.array([value for _, value in part], np.float32) for part in said]
    total = sum_over(docs, size)
    every = sorted({doc for part in said for doc, _ in part})
    assert total.docs.dtype == np.int32
    assert total.docs.tolist() == every
    of = {doc: [value for part in said for d, value in part if d == doc] for doc in every}
    assert total.of(values).tolist() == [sum(of[doc]) for doc in every]
    assert total.of(values, np.maximum).tolist() == [max(of[doc]) for doc in every]


@given(
    st.lists(st.dictionaries(st.integers(0, 39), st.integers(0, 9)), min_size=1, max_size=5),
    st.sampled_from(SIZES),
)
def test_ascending_parts_are_added_up_like_others(said: list[dict[int, int]], size: int) -> None:
    docs = [np.array(sorted(part), np.int32) for part in said]
    values = [np.array([part[doc] for doc in sorted(part)], np.float32) for part in said]
    known, unknown = sum_over(docs, size, ascending=True), sum_over(docs, size)
    assert known.docs.tolist() == unknown.docs.tolist()
    assert known.of(values).tolist() == unknown.of(values).tolist()


def test_posting_lists_are_merged() -> None:
    docs, freqs = sum_postings(
        np.array([1, 4, 9, 0, 4], np.int32), np.array([1, 2, 3, 4, 5], np.uint8)
    )
    assert (docs.tolist(), freqs.tolist()) == ([0, 1, 4, 9], [4, 1, 7, 3])
    nothing = sum_postings(np.empty(0, np.int32), np.empty(0, np.uint8))
    assert (len(nothing.docs), len(nothing.freqs)) == (0, 0)


@given(seed=st.integers(0, 10_000), size=st.integers(0, 20_000), count=st.integers(0, 300))
def test_the_smallest_keys(seed: int, size: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    keys = chance.permutation(size).astype(np.int32)
    if seed % 2:
        keys = np.sort(keys)[:: -1 if seed % 3 else 1]
    assert smallest(keys, count).tolist() == np.argsort(keys)[:count].tolist()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9))))
def test_documents_of_a_group_count_once(pairs: list[tuple[int, int]]) -> None:
    groups, docs = np.array(pairs, np.int32).reshape(-1, 2).T
    expected = [len({doc for group, doc in pairs if group == number}) for number in range(5)]
    assert count_distinct(groups, docs, 5).tolist() == expected
