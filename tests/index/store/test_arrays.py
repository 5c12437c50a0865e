"""The arrays of a segment against the documents they were made of."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexDamaged, IndexVersion
from index.segments.inverted_index import SegmentPostings
from index.store import ArrayFile, Inverter, PostingLists, write_array, write_terms
from index.store.merge import invert
from index.store.terms import FieldTerms

Term = tuple[str, str]
"""Field and text."""

words = st.text(st.sampled_from("abcé漢\U0001f600"), min_size=1, max_size=3)
fields = st.dictionaries(
    st.sampled_from(["title", "body", "body_fr"]), st.lists(words, max_size=12), max_size=3
)
archives = st.lists(fields, max_size=12)


def step(doc: int) -> int:
    """Return how far apart the words of a document are: positions take one, two or four bytes."""
    return (3, 100, 30_000)[doc % 3]


def build(folder: Path, archive: list[dict[str, list[str]]], cut: int) -> SegmentPostings:
    """Every word has a posting list, and a term; all words of one length are a term too.

    A run ends after ``cut`` documents or more.
    """
    numbers: dict[Term, int] = {}
    inverter = Inverter(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.store.merge.RUN_SIZE", 1)
        for start in range(0, len(archive), cut):
            tokens = [
                (numbers.setdefault((name, word), len(numbers)), doc, step(doc) * place)
                for doc, text in enumerate(archive[start : start + cut], start)
                for name, words in text.items()
                for place, word in enumerate(words)
            ]
            inverter.add(*np.array(tokens, np.int32).reshape(-1, 3).T.copy())
    assert inverter.numbers().tolist() == list(range(len(numbers)))
    rank = np.empty(len(numbers), np.int64)
    ordered = sorted(numbers)
    rank[[numbers[term] for term in ordered]] = np.arange(len(ordered))
    inverter.write(rank)
    members: dict[Term, list[int]] = {term: [at] for at, term in enumerate(ordered)}
    for at, (name, word) in enumerate(ordered):
        members.setdefault((f"{name}_length", str(len(word))), []).append(at)
    texts = sorted({text for _, text in members})
    by_field: dict[str, list[Term]] = defaultdict(list)
    for term in sorted(members):
        by_field[term[0]].append(term)
    fields = {
        name: FieldTerms(
            np.array([texts.index(text) for _, text in terms]),
            np.array([len(members[term]) for term in terms]),
            np.array([number for term in terms for number in members[term]]),
        )
        for name, terms in by_field.items()
    }
    write_terms(folder, texts, fields)
    return SegmentPostings(folder)


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
    assert len(segment.dictionary) == len(expected)
    for (name, term), places in expected.items():
        number = segment.dictionary.find(name, term.encode())
        assert segment.dictionary.term(number) == term
        docs, freqs = segment.postings(number)
        assert docs.tolist() == sorted(places)
        assert freqs.tolist() == [len(places[doc]) for doc in sorted(places)]
        assert segment.frequency(number) == len(places)
        every = np.arange(len(archive), dtype=np.int32)
        lists = segment.lists.positioned([segment.dictionary.lists(range(number, number + 1))])
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
    assert set(segment.dictionary.fields) == {name for name, _ in expected}


@given(data=st.data(), worth=st.sampled_from([-100, 0, 256]))
def test_lists_keep_numbers_of_every_width(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, worth: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.store.postings._WORTH", worth)
        check_lists(tmp_path_factory.mktemp("lists"), data)


def check_lists(folder: Path, data: st.DataObject) -> None:
    position = st.one_of(st.integers(0, 300), st.integers(0, 70_000), st.integers(0, 2**31 - 2))
    document = st.one_of(st.integers(0, 300), st.integers(0, 70_000), st.integers(0, 200_000))
    some = st.lists(position, min_size=1, max_size=12, unique=True).map(sorted)
    positions = some | st.just(list(range(300)))
    posting_list = st.dictionaries(document, positions, min_size=1, max_size=12)
    lists = [
        dict(sorted(data.draw(posting_list).items()))
        for _ in range(data.draw(st.sampled_from((1, 3, 12))))
    ]
    if data.draw(st.sampled_from([False] * 9 + [True])):
        lists.append({5: list(range(70_000))})
    inverter = Inverter(folder)
    for number, postings in enumerate(lists):
        docs = np.repeat(np.array([*postings], np.int32), [*map(len, postings.values())])
        every = np.concatenate([*postings.values()]).astype(np.int32)
        inverter.add(np.full(len(docs), number, np.int32), docs, every)
    numbers = inverter.numbers()
    inverter.write(numbers)
    read = PostingLists(folder)
    assert read.counts(numbers).tolist() == list(map(len, lists))
    for number, postings in enumerate(lists):
        docs, freqs = read.postings(number)
        assert dict(zip(docs.tolist(), freqs.tolist(), strict=True)) == {
            doc: len(positions) for doc, positions in postings.items()
        }
    for chosen in (numbers, numbers[::2], numbers[:0]):
        many = read.many(chosen)
        postings = [item for number in chosen.tolist() for item in lists[number].items()]
        assert many.docs.tolist() == [doc for doc, _ in postings]
        assert many.freqs.tolist() == [len(positions) for _, positions in postings]
        assert many.counts.tolist() == [len(lists[number]) for number in chosen.tolist()]
    for first in range(read.size):
        expected: dict[int, int] = defaultdict(int)
        for postings in lists[first:]:
            for doc, positions in postings.items():
                expected[doc] += len(positions)
        total = read.sum(first, read.size)
        assert {doc: count for doc, count in enumerate(total.tolist()) if count} == expected
    docs = np.array(sorted({doc for postings in lists for doc in postings}), np.int32)
    keys = read.keys(read.positioned([numbers]), docs)
    assert keys.tolist() == sorted(
        doc << 32 | place
        for postings in lists
        for doc, positions in postings.items()
        for place in positions
    )


def test_blocks_of_lists_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = [{"body": [f"w{(doc * k) % 11}" for k in range(300)]} for doc in range(40)]
    for block in (1, 500, 1 << 21):
        monkeypatch.setattr("index.store.merge._BLOCK", block)
        (tmp_path / str(block)).mkdir()
        build(tmp_path / str(block), archive, 40)
    reference = {p.name: p.read_bytes() for p in (tmp_path / "1").iterdir()}
    for block in (500, 1 << 21):
        assert reference == {p.name: p.read_bytes() for p in (tmp_path / str(block)).iterdir()}


def test_cutting_into_runs_does_not_show(tmp_path: Path) -> None:
    archive = [{"body": [f"w{(doc * k) % 7}" for k in range(20)]} for doc in range(30)]
    for cut in (1, 7, 30):
        (tmp_path / str(cut)).mkdir()
        build(tmp_path / str(cut), archive, cut)
    reference = {p.name: p.read_bytes() for p in (tmp_path / "1").iterdir()}
    for cut in (7, 30):
        assert reference == {p.name: p.read_bytes() for p in (tmp_path / str(cut)).iterdir()}


@given(
    tokens=st.lists(
        st.tuples(*[st.integers(0, 3) | st.integers(0, 2**31 - 1)] * 3), min_size=1, max_size=30
    ),
    cut=st.integers(0, 30),
)
def test_a_run_is_its_tokens_sorted(tokens: list[tuple[int, int, int]], cut: int) -> None:
    parts = [tokens[:cut], tokens[cut:]]
    numbers, lists = invert([tuple(np.array(part, np.int32).T) for part in parts if part])
    docs = np.repeat(lists.docs, lists.freqs)
    of_list = np.repeat(numbers, lists.position_counts())
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
