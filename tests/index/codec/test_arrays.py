"""The arrays of a segment against the documents they were made of."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.codec.files import ArrayFile, write_array
from index.codec.merge import merge
from index.codec.narrow import NarrowArray, NarrowWriter
from index.codec.reader import SegmentArrays
from index.codec.runs import FieldPostings, RunBuilder, write_run
from index.errors import IndexDamaged, IndexVersion

words = st.text(st.sampled_from("abcé漢\U0001f600"), max_size=3)
fields = st.dictionaries(
    st.sampled_from(["title", "body", "body_fr"]), st.lists(words, max_size=12), max_size=3
)
archives = st.lists(fields, max_size=12)


def postings(terms: list[str], located: bool) -> FieldPostings:
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        places.setdefault(term, []).append(3 * place)
    flat = np.array([at for each in places.values() for at in each], np.int32)
    freqs = np.array([len(each) for each in places.values()], np.int32)
    return FieldPostings(list(places), freqs, flat if located else None)


def build(folder: Path, archive: list[dict[str, list[str]]], cut: int) -> SegmentArrays:
    runs = []
    for start in range(0, len(archive), cut):
        builder = RunBuilder()
        for doc, text in enumerate(archive[start : start + cut], start):
            tokens = {name: postings(terms, "_" not in name) for name, terms in text.items()}
            builder.add(doc, tokens)
        run = folder / f"run-{start}"
        write_run(run, builder.finish())
        runs.append(run)
    segment = folder / "segment"
    segment.mkdir()
    merge(runs, segment)
    return SegmentArrays(segment)


@settings(deadline=None, max_examples=60)
@given(archive=archives, cut=st.integers(1, 5))
def test_arrays_hold_what_the_documents_hold(
    tmp_path_factory: pytest.TempPathFactory, archive: list[dict[str, list[str]]], cut: int
) -> None:
    segment = build(tmp_path_factory.mktemp("arrays"), archive, cut)
    expected: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for doc, text in enumerate(archive):
        for name, terms in text.items():
            for place, term in enumerate(terms):
                expected[name, term][doc].append(3 * place)
    assert segment.dictionary.size == len(expected)
    for (name, term), places in expected.items():
        number = segment.dictionary.find(name, term.encode())
        assert segment.dictionary.split(number) == (name, term.encode())
        docs, freqs = segment.postings(number)
        assert docs.tolist() == sorted(places)
        assert freqs.tolist() == [len(places[doc]) for doc in sorted(places)]
        if "_" not in name:
            found = [each.tolist() for each in segment.positions(number, docs).split()]
            assert found == [places[doc] for doc in sorted(places)]
    for name in ("title", "body", "body_fr"):
        for prefix in ("", "a", "é", "漢"):
            numbers = segment.dictionary.prefix(name, prefix)
            wanted = {t for f, t in expected if f == name and t.startswith(prefix)}
            found_terms = list(segment.dictionary.terms(numbers))
            assert found_terms == sorted(wanted, key=lambda term: term.encode())
    assert set(segment.dictionary.fields()) == {name for name, _ in expected}


def test_cutting_into_runs_does_not_show(tmp_path: Path) -> None:
    archive = [{"body": [f"w{(doc * k) % 7}" for k in range(20)]} for doc in range(30)]
    for cut in (1, 7, 30):
        (tmp_path / str(cut)).mkdir()
        build(tmp_path / str(cut), archive, cut)
    reference = {p.name: p.read_bytes() for p in (tmp_path / "1" / "segment").iterdir()}
    for cut in (7, 30):
        assert reference == {
            p.name: p.read_bytes() for p in (tmp_path / str(cut) / "segment").iterdir()
        }


def test_a_refused_document_leaves_no_posting() -> None:
    builder = RunBuilder()
    builder.add(0, {"body": postings(["kept"], True)})
    ghost = postings(["ghost"], True)._replace(positions=np.arange(2, dtype=np.int32))
    with pytest.raises(ValueError, match="body"):
        builder.add(1, {"title": postings(["ghost"], True), "body": ghost})
    assert builder.finish().keys == [b"body\0kept"]


@settings(deadline=None, max_examples=40)
@given(values=st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**31 - 1)), max_size=50))
def test_narrow_arrays_keep_wide_values(
    tmp_path_factory: pytest.TempPathFactory, values: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("narrow")
    writer = NarrowWriter(folder, "n", np.uint8, len(values))
    half = len(values) // 2
    array = np.array(values, np.int64)
    writer.put(slice(half, len(values)), array[half:])
    writer.put(np.arange(half), array[:half])
    writer.close()
    narrow = NarrowArray(folder, "n")
    assert narrow.slice(0, len(values)).tolist() == values
    assert narrow.slice(half, len(values)).tolist() == values[half:]
    picked = np.arange(0, len(values), 2)
    assert narrow.take(picked).tolist() == values[::2]


def test_a_damaged_file_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    write_array(path, np.arange(100_000, dtype=np.int32))
    good = path.read_bytes()
    assert ArrayFile(path).slice(99_999, 100_000).tolist() == [99_999]

    path.write_bytes(good[:-1])
    with pytest.raises(IndexDamaged, match="numbers"):
        ArrayFile(path)
    path.write_bytes(b"something else entirely, long enough to be a header" * 3)
    with pytest.raises(IndexDamaged, match="numbers"):
        ArrayFile(path)
    path.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="numbers"):
        ArrayFile(path)
    with pytest.raises(IndexDamaged, match="absent"):
        ArrayFile(tmp_path / "absent")

    altered = bytearray(good)
    altered[200_000] ^= 1
    path.write_bytes(altered)
    opened = ArrayFile(path)
    assert opened.slice(0, 10).tolist() == list(range(10))
    with pytest.raises(IndexDamaged, match=r"numbers is damaged in block 3"):
        opened.slice(0, 60_000)


def test_another_version_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "numbers"
    monkeypatch.setattr("index.codec.files.VERSION", 99)
    write_array(path, np.arange(3))
    monkeypatch.undo()
    with pytest.raises(IndexVersion, match="99"):
        ArrayFile(path)
