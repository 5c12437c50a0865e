"""Compiled loops beside the plainest way to say what they do.

Those that read what is on disk and that score are tested where they are used: see ``--kernels``.
"""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import kernels

pytest.importorskip("numba")

from index.kernels import documents, facets, positions, postings

SECOND = 1 << 31

ascending = st.lists(st.integers(0, 400), unique=True, max_size=60).map(sorted)
sparse = st.lists(st.integers(0, 100_000), unique=True, max_size=400).map(sorted)
scores = st.sampled_from([0.0, 0.5, 1.25, 3.0])


def i4(values: Any) -> NDArray[np.int32]:
    return np.array(values, np.int32)


def i8(values: Any) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def test_every_loop_of_the_table_is_compiled() -> None:
    modules = (postings, positions, documents, facets)
    written = {
        name
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "nopython_signatures") and value.__module__ == module.__name__
    }
    private = {name for name in written if name.startswith("_")}
    assert written - private - {"meet"} == set(kernels.Kernels._fields)


def test_loops_are_used_only_while_they_are_active(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "active", None)
    assert kernels.activate()
    assert kernels.active is not None
    kernels.deactivate()
    assert kernels.active is None


@settings(deadline=None)
@given(one=ascending, other=st.one_of(ascending, sparse))
def test_shared_documents_stand_where_it_says(one: list[int], other: list[int]) -> None:
    for first, second in ((one, other), (other, one)):
        here, there = documents.shared(i4(first), i4(second))
        both = sorted(set(first) & set(second))
        assert [first[at] for at in here] == both
        assert [second[at] for at in there] == both


@settings(deadline=None)
@given(data=st.data(), one=ascending, other=ascending, maximum=st.booleans())
def test_united_documents_have_the_sum_or_the_highest_of_their_scores(
    data: st.DataObject, one: list[int], other: list[int], maximum: bool
) -> None:
    parts = [dict.fromkeys(docs, 0.0) for docs in (one, other)]
    for part in parts:
        part.update({doc: data.draw(scores) for doc in part})
    given_parts = [
        array
        for part in parts
        for array in (i4(list(part)), np.array(list(part.values()), np.float32))
    ]
    found, worth = documents.united(*given_parts, maximum)
    join = max if maximum else sum
    expected = {doc: join([part.get(doc, 0.0) for part in parts]) for doc in sorted({*one, *other})}
    assert dict(zip(found.tolist(), worth.tolist(), strict=True)) == expected


@settings(deadline=None)
@given(data=st.data(), docs=ascending, count=st.integers(0, 70))
def test_the_best_come_by_score_then_by_rank(
    data: st.DataObject, docs: list[int], count: int
) -> None:
    worth = [data.draw(scores) for _ in docs]
    ranks = data.draw(st.permutations(range(401)))
    best = documents.best(np.array(worth, np.float32), i4(docs), i4(ranks), count)
    expected = sorted(range(len(docs)), key=lambda at: (-worth[at], ranks[docs[at]]))[:count]
    assert best.tolist() == expected


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 5), max_size=80), size=st.integers(1, 20), data=st.data())
def test_the_most_frequent_values_come_first(
    counts: list[int], size: int, data: st.DataObject
) -> None:
    ranks = data.draw(st.permutations(range(len(counts))))
    present = [at for at, count in enumerate(counts) if count]
    expected = sorted(present, key=lambda at: (-counts[at], ranks[at]))[:size]
    assert facets.most_frequent(i8(counts), i8(ranks), size).tolist() == expected
    highest = sorted((counts[at] for at in present), reverse=True)[:size]
    least = highest[-1] if len(highest) == size else 1
    leading = [at for at in present if counts[at] >= least]
    assert facets.leading(i8(counts), size).tolist() == leading


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    size=st.integers(1, 10),
    data=st.data(),
)
def test_values_of_two_levels_come_with_those_below_them(
    counts: list[int], size: int, data: st.DataObject
) -> None:
    ordinals = range(len(counts))
    first = [at for at in ordinals if data.draw(st.booleans())]
    parents = [
        -1 if at in first or not first else data.draw(st.sampled_from(first)) for at in ordinals
    ]
    ranks = data.draw(st.permutations(ordinals))
    ordered = sorted((at for at in ordinals if counts[at]), key=lambda at: (-counts[at], ranks[at]))
    tops = [at for at in ordered if parents[at] < 0]
    found = facets.two_levels(i8(counts), i8(ranks), i4(parents), size)
    assert found[0].tolist() == tops[:size]
    assert found[3] == len(tops)
    for number, top in enumerate(tops[:size]):
        below = [at for at in ordered if parents[at] == top][:size]
        assert found[1][found[2][number] : found[2][number + 1]].tolist() == below


@settings(deadline=None)
@given(docs=st.lists(st.integers(0, 700), max_size=100))
def test_documents_are_put_in_order(docs: list[int]) -> None:
    assert positions.ascending(i4(docs), 701).tolist() == sorted(set(docs))


@settings(deadline=None)
@given(docs=ascending, lists=st.lists(ascending, max_size=4))
def test_documents_of_any_list_of_a_word_are_found(docs: list[int], lists: list[list[int]]) -> None:
    bounds = i8(np.cumsum([0, *map(len, lists)]))
    every = i4([doc for held in lists for doc in held])
    expected = [doc for doc in docs if any(doc in held for held in lists)]
    assert positions.having(i4(docs), every, bounds).tolist() == expected


@settings(deadline=None)
@given(
    docs=ascending,
    lists=st.lists(
        st.dictionaries(
            st.integers(0, 400), st.lists(st.integers(0, 70_000), min_size=1, max_size=3)
        ),
        max_size=4,
    ),
    first=st.integers(0, 4),
    base=st.sampled_from([0, 1_000]),
)
def test_positions_of_a_word_are_found_in_order(
    docs: list[int], lists: list[dict[int, list[int]]], first: int, base: int
) -> None:
    first = min(first, len(lists))
    widths = np.array([(1, 2, 4)[doc % 3] for doc in range(401)], np.uint8)
    blob, begins, word_docs, freqs, expected = bytearray(), [], [], [], []
    for number, held in enumerate(lists):
        for doc in sorted(held):
            width = int(widths[doc])
            places = sorted({place % 256**width for place in held[doc]})
            begins.append(len(blob))
            word_docs.append(doc)
            freqs.append(len(places))
            for place in places:
                blob += place.to_bytes(width, "little")
                if doc in docs:
                    second = 0 if number < first else SECOND
                    expected.append(doc + base << 32 | second | place)
    bounds = i8(np.cumsum([0, *map(len, lists)]))
    data = np.frombuffer(bytes(blob), np.uint8)
    for kind in (np.uint8, np.int32):
        keys = positions.keys(
            i4(docs),
            i4(word_docs),
            np.array(freqs, kind),
            np.array(begins, np.uint32),
            bounds,
            first,
            data,
            widths,
            base,
            SECOND,
        )
        assert keys.tolist() == sorted(expected)


keys_of = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 30)), unique=True, max_size=40
).map(lambda held: i8(sorted(doc << 32 | second * SECOND | at for doc, second, at in held)))


@settings(deadline=None)
@given(keys=keys_of)
def test_keys_are_counted_by_document_and_part(keys: NDArray[np.int64]) -> None:
    found = positions.counted(keys, SECOND)
    for part, second in ((found[:2], False), (found[2:], True)):
        counts = Counter(key >> 32 for key in keys.tolist() if bool(key & SECOND) == second)
        assert part[0].tolist() == sorted(counts)
        assert part[1].tolist() == [counts[doc] for doc in sorted(counts)]


@settings(deadline=None)
@given(here=keys_of, there=keys_of)
def test_words_are_the_closer_the_more_they_are_worth(
    here: NDArray[np.int64], there: NDArray[np.int64]
) -> None:
    docs = i4(range(6))
    expected = np.zeros(6)
    for key in here.tolist():
        distance = min((abs(key - other) for other in there.tolist()), default=99)
        if distance <= 8:
            expected[key >> 32] += (1.0 if key & SECOND else 2.0) / max(distance, 1)
    found = positions.closeness(here, there, docs, 8, SECOND, 2.0, 1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
