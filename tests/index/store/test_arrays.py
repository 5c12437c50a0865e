"""The arrays of a segment against the documents they were made of."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexDamaged, IndexVersion
from index.inverted_index import SegmentPostings, write_terms
from index.store import (
    ArrayFile,
    Lists,
    PostingLists,
    RunBuilder,
    merge,
    write_array,
    write_lists,
    write_run,
)
from index.store.terms import Term, encode

words = st.text(st.sampled_from("abcé漢\U0001f600"), min_size=1, max_size=3)
fields = st.dictionaries(
    st.sampled_from(["title", "body", "body_fr"]), st.lists(words, max_size=12), max_size=3
)
archives = st.lists(fields, max_size=12)


def by_field(terms: list[Term]) -> dict[str, list[bytes]]:
    fields: dict[str, list[bytes]] = {}
    for field, text in terms:
        fields.setdefault(field, []).append(text)
    return fields


def step(doc: int) -> int:
    """Return how far apart the words of a document are: positions take one, two or four bytes."""
    return (3, 100, 30_000)[doc % 3]


def build(folder: Path, archive: list[dict[str, list[str]]], cut: int) -> SegmentPostings:
    """Every word has a posting list, and a term; all words of one length are a term too."""
    numbers: dict[Term, int] = {}
    runs = []
    for start in range(0, len(archive), cut):
        builder = RunBuilder()
        for doc, text in enumerate(archive[start : start + cut], start):
            for name, written in text.items():
                terms = [Term(name, encode(word)) for word in written]
                lists = [numbers.setdefault(term, len(numbers)) for term in terms]
                at = step(doc) * np.arange(len(lists), dtype=np.int32)
                builder.add(np.array(lists, np.int32), np.full(len(lists), doc, np.int32), at)
        run = folder / f"run-{start}"
        write_run(run, builder.finish())
        runs.append(run)
    segment = folder / "segment"
    segment.mkdir()
    rank = np.empty(len(numbers), np.int64)
    ordered = sorted(numbers)
    rank[[numbers[term] for term in ordered]] = np.arange(len(ordered))
    merge(runs, rank, segment)
    members: dict[Term, list[int]] = {term: [at] for at, term in enumerate(ordered)}
    for at, (name, word) in enumerate(ordered):
        length = Term(f"{name}_length", b"%d" % len(word.decode()))
        members.setdefault(length, []).append(at)
    terms = sorted(members)
    counts = np.array([len(members[term]) for term in terms], np.int64)
    flat = np.array([number for term in terms for number in members[term]])
    write_terms(segment, by_field(terms), counts, flat)
    return SegmentPostings(segment)


@given(archive=archives, cut=st.integers(1, 5))
def test_arrays_hold_what_the_documents_hold(
    tmp_path_factory: pytest.TempPathFactory, archive: list[dict[str, list[str]]], cut: int
) -> None:
    segment = build(tmp_path_factory.mktemp("arrays"), archive, cut)
    expected: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for doc, text in enumerate(archive):
        for name, terms in text.items():
            for place, term in enumerate(terms):
                expected[name, term][doc].append(step(doc) * place)
                expected[f"{name}_length", str(len(term))][doc].append(step(doc) * place)
    assert segment.dictionary.size == len(expected)
    for (name, term), places in expected.items():
        number = segment.dictionary.find(name, term.encode())
        assert segment.dictionary.split(number) == (name, term.encode())
        docs, freqs = segment.postings(number)
        assert docs.tolist() == sorted(places)
        assert freqs.tolist() == [len(places[doc]) for doc in sorted(places)]
        assert segment.frequency(number) == len(places)
        every = np.arange(len(archive), dtype=np.int32)
        lists = segment.lists.positioned([segment.lists_of(range(number, number + 1))])
        for asked in (every, docs, every[::2].copy(), docs[1:]):
            assert segment.lists.keys(lists, asked).tolist() == [
                doc << 32 | at for doc in asked.tolist() for at in places.get(doc, [])
            ]
    for name in ("title", "body", "body_fr"):
        for prefix in ("", "a", "é", "漢"):
            numbers = segment.dictionary.prefix(name, prefix)
            wanted = {t for f, t in expected if f == name and t.startswith(prefix)}
            found_terms = list(segment.dictionary.terms(numbers))
            assert found_terms == sorted(wanted, key=lambda term: term.encode())
    assert set(segment.dictionary.fields()) == {name for name, _ in expected}


@given(data=st.data(), worth=st.sampled_from([-100, 0, 256]))
def test_lists_keep_numbers_of_every_width(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, worth: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.store.postings._WORTH", worth)
        check_lists(tmp_path_factory.mktemp("lists"), data)


def check_lists(folder: Path, data: st.DataObject) -> None:
    number = st.one_of(st.integers(0, 300), st.integers(0, 70_000), st.integers(0, 2**31 - 2))
    document = st.one_of(st.integers(0, 300), st.integers(0, 70_000), st.integers(0, 200_000))
    ascending = st.lists(number, min_size=1, max_size=12, unique=True).map(sorted)
    ascending_docs = st.lists(document, min_size=1, max_size=12, unique=True).map(sorted)
    lists = []
    for _ in range(data.draw(st.sampled_from((1, 3, 12)))):
        docs = data.draw(ascending_docs)
        places = [data.draw(ascending) for _ in docs] if data.draw(st.booleans()) else None
        freqs = [len(each) for each in places] if places else [data.draw(number) + 1 for _ in docs]
        lists.append((docs, freqs, [at for each in places or [] for at in each]))
    flat = [np.array([n for each in lists for n in each[k]], np.int64) for k in range(3)]
    sizes = [np.array([len(each[k]) for each in lists]) for k in (0, 2)]
    write_lists(folder, Lists(*sizes, *flat))
    read = PostingLists(folder)
    numbers = np.arange(read.size)
    assert read.counts(numbers).tolist() == sizes[0].tolist()
    for at, (docs, freqs, _) in enumerate(lists):
        assert [each.tolist() for each in read.postings(at)] == [docs, freqs]
    located = numbers[sizes[1] > 0]
    for some in (numbers, numbers[::2], numbers[:0], located):
        many = read.many(some)
        assert many.docs.tolist() == [doc for at in some for doc in lists[at][0]]
        assert many.freqs.tolist() == [freq for at in some for freq in lists[at][1]]
        assert many.counts.tolist() == [len(lists[at][0]) for at in some]
    for first in range(read.size):
        expected: dict[int, int] = defaultdict(int)
        for docs, freqs, _ in lists[first:]:
            for doc, freq in zip(docs, freqs, strict=True):
                expected[doc] += freq
        total = read.sum(first, read.size)
        # Frequencies this high do not add up in 32 bits; no text has so many words.
        summed = {doc: count % 2**32 for doc, count in enumerate(total.tolist()) if count}
        assert summed == {doc: count % 2**32 for doc, count in expected.items() if count % 2**32}
    if len(located):
        every = [(doc, place) for at in located for doc, place in placed(lists[at])]
        docs = np.array(sorted({doc for doc, _ in every}), np.int32)
        keys = read.keys(read.positioned([located]), docs)
        assert keys.tolist() == sorted(doc << 32 | place for doc, place in every)


def placed(made: tuple[list[int], list[int], list[int]]) -> list[tuple[int, int]]:
    docs = [doc for doc, freq in zip(made[0], made[1], strict=True) for _ in range(freq)]
    return list(zip(docs, made[2], strict=True))


def test_blocks_of_lists_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = [{"body": [f"w{(doc * k) % 11}" for k in range(300)]} for doc in range(40)]
    for block in (1, 500, 1 << 21):
        monkeypatch.setattr("index.store.postings._BLOCK", block)
        (tmp_path / str(block)).mkdir()
        build(tmp_path / str(block), archive, 40)
    reference = {p.name: p.read_bytes() for p in (tmp_path / "1" / "segment").iterdir()}
    for block in (500, 1 << 21):
        assert reference == {
            p.name: p.read_bytes() for p in (tmp_path / str(block) / "segment").iterdir()
        }


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


def test_refused_tokens_leave_no_posting() -> None:
    builder = RunBuilder()
    builder.add(*(np.array([number], np.int32) for number in (7, 0, 0)))
    with pytest.raises(ValueError, match="1 tokens have 1 documents and 2 positions"):
        builder.add(np.array([8], np.int32), np.array([1], np.int32), np.arange(2, dtype=np.int32))
    assert builder.finish().numbers.tolist() == [7]


@given(
    tokens=st.lists(st.tuples(*[st.integers(0, 3) | st.integers(0, 2**31 - 1)] * 3), max_size=30),
    cut=st.integers(0, 30),
)
def test_a_run_is_its_tokens_sorted(tokens: list[tuple[int, int, int]], cut: int) -> None:
    builder = RunBuilder()
    for some in (tokens[:cut], tokens[cut:]):
        builder.add(*np.array(some, np.int32).reshape(-1, 3).T)
    numbers, lists = builder.finish()
    docs = np.repeat(lists.docs, lists.freqs)
    of_list = np.repeat(numbers, lists.located)
    assert list(zip(of_list, docs, lists.positions, strict=True)) == sorted(tokens)
    of_posting = np.repeat(numbers, lists.counts).tolist()
    assert list(zip(of_posting, lists.docs.tolist(), strict=True)) == sorted(
        {(number, doc) for number, doc, _ in tokens}
    )


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
    monkeypatch.setattr("index.store.files.ARRAY_VERSION", 99)
    write_array(path, np.arange(3))
    monkeypatch.undo()
    with pytest.raises(IndexVersion, match="99"):
        ArrayFile(path)
