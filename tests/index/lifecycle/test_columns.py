"""Facet columns against the documents they were made of, whatever their layout."""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.calendar import UNDATED_DAY, UNDATED_SECOND
from index.errors import IndexDamaged
from index.publishing.commit import newest_first
from index.segments.snapshot import oldest_first
from index.store import (
    DateColumn,
    FacetColumn,
    SpanColumn,
    SpanColumnWriter,
    ValueColumnWriter,
    write_array,
)
from index.store.files import HEADER_BYTES

Values = Sequence[tuple[str, str]]


class IndexDirectory(NamedTuple):
    """Segments of documents, each a list of values with labels, and who of them is live."""

    segments: Sequence[Sequence[Values]]
    live: list[bool]

    def carried(self) -> dict[int, Values]:
        documents = [each for segment in self.segments for each in segment]
        return {doc: values for doc, values in enumerate(documents) if self.live[doc]}


@st.composite
def archives(draw: st.DrawFn) -> IndexDirectory:
    """Make archives of few or hundreds of values, most documents with few, some with many."""
    names = draw(st.sampled_from([3, 250, 300, 70_000]))
    value = st.integers(0, names - 1).map(lambda at: f"v{at:05}")
    label = st.sampled_from(["", "", "A", "B", "C"])
    few = st.lists(st.tuples(value, label), max_size=2, unique_by=lambda pair: pair[0])
    many = st.lists(st.tuples(value, label), max_size=20, unique_by=lambda pair: pair[0])
    document = few if draw(st.booleans()) else few | many
    segments = draw(st.lists(st.lists(document, max_size=20), min_size=1, max_size=3))
    if draw(st.booleans()):
        # All values there are: ordinals fill their type.
        segments[0].extend([(f"v{at:05}", "")] for at in range(min(names, 300)))
    size = sum(map(len, segments))
    kept = st.lists(st.booleans(), min_size=size, max_size=size)
    return IndexDirectory(segments, draw(st.just([True] * size) | kept))


def written(archive: IndexDirectory, folder: Path) -> FacetColumn:
    folders = []
    for number, segment in enumerate(archive.segments):
        writer = ValueColumnWriter()
        writer.extend(segment)
        folders.append(folder / str(number))
        folders[-1].mkdir()
        writer.save(folders[-1], "theme")
    live = np.asarray(archive.live, np.bool_)
    return FacetColumn(folders, "theme", None if live.all() else live)


@given(archive=archives(), data=st.data())
def test_a_column_holds_what_the_documents_carry(
    archive: IndexDirectory, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    column = written(archive, tmp_path_factory.mktemp("column"))
    carried = archive.carried()
    assert column.values == tuple(sorted({v for each in carried.values() for v, _ in each}))
    for doc, values in carried.items():
        assert column.of(doc) == tuple(value for value, _ in values)

    chosen = data.draw(st.sets(st.sampled_from(sorted(carried))) if carried else st.just(set()))
    for asked in (chosen, set(carried), set(carried) - chosen):
        docs = np.asarray(sorted(asked), np.int32)
        expected = Counter(value for doc in asked for value, _ in carried[doc])
        counts, missing = column.tally(docs)
        assert dict(zip(column.values, counts.tolist(), strict=True)) == {
            value: expected[value] for value in column.values
        }
        assert missing == sum(not carried[doc] for doc in asked)
        wanted = data.draw(
            st.lists(st.sampled_from(column.values), max_size=3) if column.values else st.just([])
        )
        ordinals = [column.ordinal[value] for value in wanted]
        having = {doc for doc in asked if any(value in wanted for value, _ in carried[doc])}
        assert set(docs[column.mask(ordinals, docs)].tolist()) == having
        assert set(docs[column.mask(ordinals)[docs]].tolist()) == having


@given(archive=archives())
def test_a_label_is_the_one_that_most_live_documents_write(
    archive: IndexDirectory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    column = written(archive, tmp_path_factory.mktemp("column"))
    counts: dict[str, Counter[str]] = {}
    for values in archive.carried().values():
        for value, label in values:
            if label:
                counts.setdefault(value, Counter())[label] += 1
    assert column.labels == {
        value: min(found, key=lambda label: (-found[label], label))
        for value, found in counts.items()
    }


@pytest.mark.parametrize(
    ("values", "most"),
    [*product([1, 255, 256], [1, 2, 3, 9]), *product([65_535, 65_536], [1, 3])],
)
def test_ordinals_at_the_edges_of_their_types(values: int, most: int, tmp_path: Path) -> None:
    writer = ValueColumnWriter()
    for start in range(0, values, most):
        writer.extend([[(f"v{at:05}", "") for at in range(start, min(start + most, values))]])
    writer.extend([[]])
    writer.save(tmp_path, "theme")
    column = FacetColumn([tmp_path], "theme", None)
    everyone = np.arange(-(-values // most) + 1, dtype=np.int32)
    assert column.tally(everyone).counts.tolist() == [1] * values
    assert column.tally(everyone).missing == 1
    assert column.tally(everyone[-2:]).counts[-1] == 1
    assert column.of(0)[0] == "v00000"


def read(column: FacetColumn) -> None:
    assert column.labels
    column.mask([0])


def test_an_altered_column_is_refused_when_it_is_first_asked_for(tmp_path: Path) -> None:
    writer = ValueColumnWriter()
    for at in range(100):
        writer.extend([[(f"v{(at + each) % 20}", f"label {at % 2}") for each in range(at % 12)]])
    writer.save(tmp_path, "theme")
    live = np.arange(100) > 0
    assert FacetColumn([tmp_path], "theme", live).labels.keys() == {f"v{at}" for at in range(20)}
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        path.write_bytes(data[:HEADER_BYTES] + b"\xff" + data[HEADER_BYTES + 1 :])
        with pytest.raises(IndexDamaged, match=rf"{path.name} is damaged in block 0"):
            read(FacetColumn([tmp_path], "theme", live))
        path.write_bytes(data)


DAYS = st.integers(-800_000, 100_000)
SECONDS = st.just(UNDATED_SECOND) | st.builds(
    lambda day, second: day * 86_400 + second,
    DAYS,
    st.sampled_from([0, 0, 1, 300, 70_000, 86_399]),
)


@given(segments=st.lists(st.lists(SECONDS, max_size=8), min_size=1, max_size=3))
def test_dates_are_those_written(
    segments: list[list[int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = []
    for segment in segments:
        folders.append(tmp_path_factory.mktemp("dates"))
        write_array(folders[-1] / "published.array", np.array(segment, np.int64))
        write_array(
            folders[-1] / "inferred.array", np.array([s % 2 == 0 for s in segment], np.bool_)
        )
    dates = DateColumn(folders)
    seconds = [second for segment in segments for second in segment]
    assert dates.seconds.tolist() == seconds
    assert dates.inferred.tolist() == [second % 2 == 0 for second in seconds]
    assert dates.days.tolist() == [
        UNDATED_DAY if second == UNDATED_SECOND else second // 86_400 for second in seconds
    ]

    ids = [f"id{(7 * doc) % 11}-{doc}" for doc in range(len(seconds))]
    oldest = oldest_first(newest_first(dates.seconds, ids), dates.seconds)
    by_hand = sorted(
        range(len(seconds)),
        key=lambda doc: (seconds[doc] == UNDATED_SECOND, seconds[doc], ids[doc]),
    )
    assert np.argsort(oldest).tolist() == by_hand


@given(
    segments=st.lists(
        st.lists(st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=3), max_size=6),
        min_size=1,
        max_size=3,
    )
)
def test_spans_are_those_written(
    segments: list[list[list[tuple[int, int]]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = []
    for segment in segments:
        writer = SpanColumnWriter()
        writer.extend([[(first, first + length) for first, length in spans] for spans in segment])
        folders.append(tmp_path_factory.mktemp("spans"))
        writer.save(folders[-1])
    column = SpanColumn(folders)
    every = [spans for segment in segments for spans in segment]
    for doc, spans in enumerate(every):
        begin, end = int(column.offsets[doc]), int(column.offsets[doc + 1])
        assert column.first[begin:end].tolist() == [first for first, _ in spans]
        assert column.last[begin:end].tolist() == [first + length for first, length in spans]
    assert column.mask(0, 10).tolist() == [
        any(first <= 10 and first + length >= 0 for first, length in spans) for spans in every
    ]
