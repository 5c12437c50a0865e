"""Every kernel in NumPy and compiled, each beside the plainest way to say what it does.

Scoring is tested in tests/search/test_kernels.py, with whole answers.
"""

from collections import Counter, defaultdict
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import kernels
from index.arrays import SECOND_PART
from index.kernels import _numpy
from index.store.doc_values import lay_out

IMPLEMENTATIONS = ["numpy", "compiled"] if kernels.available() else ["numpy"]


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def loops(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(f"index.kernels._{request.param}")


ascending = st.lists(st.integers(0, 400), unique=True, max_size=60).map(sorted)
scores = st.sampled_from([0.0, 0.5, 1.25, 3.0])


def i4(values: Any) -> NDArray[np.int32]:
    return np.array(values, np.int32)


def i8(values: Any) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def test_compiled_loops_are_used_only_while_they_are_active(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(kernels, "active", _numpy)
    assert not kernels.is_compiled()
    assert kernels.activate()
    assert kernels.is_compiled()
    kernels.deactivate()
    assert not kernels.is_compiled()


@given(
    data=st.data(),
    parts=st.lists(ascending, min_size=2, max_size=10),
    maximum=st.booleans(),
)
def test_united_documents_have_the_sum_or_the_highest_of_their_scores(
    loops: ModuleType, data: st.DataObject, parts: list[list[int]], maximum: bool
) -> None:
    by_doc: dict[int, list[float]] = defaultdict(list)
    given_parts = []
    for docs in parts:
        values = [data.draw(scores) for _ in docs]
        given_parts.append((i4(docs), np.array(values, np.float32)))
        for doc, value in zip(docs, values, strict=True):
            by_doc[doc].append(value)
    found, worth = loops.unite(given_parts, maximum)
    combine = max if maximum else sum
    expected = {doc: combine(by_doc[doc]) for doc in sorted(by_doc)}
    assert dict(zip(found.tolist(), worth.tolist(), strict=True)) == expected


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(0, 20_000),
    count=st.integers(0, 300) | st.just(600),
    levels=st.sampled_from([1, 2, 5, 1_000_000]),
)
def test_the_top_documents_come_by_score_then_by_rank(
    loops: ModuleType, seed: int, size: int, count: int, levels: int
) -> None:
    chance = np.random.default_rng(seed)
    worth = (chance.integers(0, levels, size) / levels).astype(np.float32)
    docs = np.sort(chance.permutation(size + 50)[:size]).astype(np.int32)
    ranks = chance.permutation(size + 50).astype(np.int32)
    expected = np.lexsort((ranks[docs], -worth))[:count]
    assert loops.top_documents(worth, docs, ranks, count).tolist() == expected.tolist()


@given(
    counts=st.lists(st.integers(0, 5), max_size=300),
    size=st.integers(1, 20) | st.just(250),
    data=st.data(),
)
def test_the_top_ordinals_come_by_count_then_by_rank(
    loops: ModuleType, counts: list[int], size: int, data: st.DataObject
) -> None:
    ranks = data.draw(st.permutations(range(len(counts))))
    present = [ordinal for ordinal, count in enumerate(counts) if count]
    expected = sorted(present, key=lambda ordinal: (-counts[ordinal], ranks[ordinal]))[:size]
    assert loops.top_ordinals(i8(counts), i8(ranks), size).tolist() == expected


@given(
    docs=ascending,
    lists=st.lists(
        st.dictionaries(
            st.integers(0, 400),
            st.lists(st.integers(0, 70_000), min_size=1, max_size=3),
            min_size=1,
        ),
        max_size=4,
    ),
    first=st.integers(0, 4),
    base=st.sampled_from([0, 1_000]),
    narrow=st.booleans(),
)
def test_position_keys_of_a_word_are_found_in_order(
    loops: ModuleType,
    docs: list[int],
    lists: list[dict[int, list[int]]],
    first: int,
    base: int,
    narrow: bool,
) -> None:
    first = min(first, len(lists))
    widths = np.array([(1, 2, 4)[doc % 3] for doc in range(401)], np.uint8)
    blob, starts, word_docs, freqs, expected = bytearray(), [], [], [], []
    list_starts = []
    for number, postings in enumerate(lists):
        list_starts.append(len(blob))
        for doc in sorted(postings):
            width = int(widths[doc])
            positions = sorted({position % 256**width for position in postings[doc]})
            starts.append(len(blob))
            word_docs.append(doc)
            freqs.append(len(positions))
            for position in positions:
                blob += position.to_bytes(width, "little")
                if doc in docs:
                    part = 0 if number < first else SECOND_PART
                    expected.append(doc + base << 32 | part | position)
    counts = i8(list(map(len, lists)))
    bounds = i8(np.cumsum([0, *counts]))
    data = np.frombuffer(bytes(blob), np.uint8)
    kind = np.uint32 if narrow else np.int64
    for freq_type in (np.uint8, np.int32):
        columns = i4(word_docs), np.array(freqs, freq_type)
        found = loops.position_starts(widths, *columns, counts, np.array(list_starts, kind))
        assert found.dtype == kind
        assert found.tolist() == starts
        keys = loops.position_keys(i4(docs), *columns, found, bounds, first, data, widths, base)
        assert keys.tolist() == sorted(expected)


keys_of = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 30)), unique=True, max_size=40
).map(lambda held: i8(sorted(doc << 32 | part * SECOND_PART | at for doc, part, at in held)))


@given(keys=keys_of, others=keys_of)
def test_words_are_the_closer_the_more_they_are_worth(
    loops: ModuleType, keys: NDArray[np.int64], others: NDArray[np.int64]
) -> None:
    docs = i4(range(6))
    expected = np.zeros(6)
    for key in keys.tolist():
        distance = min((abs(key - other) for other in others.tolist()), default=99)
        if distance <= 8:
            expected[key >> 32] += (1.0 if key & SECOND_PART else 2.0) / max(distance, 1)
    found = loops.proximity(keys, others, docs, 8, 2.0, 1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("documents", "values", "most"),
    [
        *[(3_000, values, most) for values in (0, 1, 2, 7, 119, 300) for most in (1, 2, 9)],
        # So many cells of one byte that NumPy counts them two by two.
        (32_000, 119, 4),
    ],
)
def test_the_ordinals_of_any_documents_are_counted(
    loops: ModuleType, documents: int, values: int, most: int
) -> None:
    chance = np.random.default_rng((values, most))
    sizes = chance.integers(0, min(values, most) + 1, documents)
    # Low ordinals are frequent; one document has no ordinal twice.
    held = [sorted({int(each) for each in (values * chance.random(size) ** 3)}) for size in sizes]
    of_ordinal = np.repeat(np.arange(documents), list(map(len, held)))
    ordinals = i8([ordinal for of_one in held for ordinal in of_one])
    cells = lay_out(of_ordinal, ordinals, documents, values)
    more = cells.more_docs, cells.more_ordinals
    for share in (0.0, 0.001, 0.1, 0.9, 1.0):
        docs = (chance.random(documents) < share).nonzero()[0]
        counts = Counter(ordinal for doc in docs.tolist() for ordinal in held[doc])
        missing = sum(not held[doc] for doc in docs.tolist())
        expected = [*(counts[ordinal] for ordinal in range(values)), missing]
        arguments = cells.flat(cells.rows), cells.slots, values, *more, docs
        assert loops.count_ordinals(*arguments).tolist() == expected
