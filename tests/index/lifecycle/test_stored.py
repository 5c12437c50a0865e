"""Documents are kept as they are, whatever their length, and read in part."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import PART_GAP, analyse, tokenize
from index.document import (
    Document,
    Fields,
    Language,
    MentionedDate,
    Organization,
    PublicationDate,
    Span,
    Theme,
    opening,
)
from index.errors import IndexDamaged
from index.store import (
    LongText,
    StoredDocuments,
    StoredWriter,
    blocks,
    pack,
    stored_fields,
)
from index.store.blocks import Blobs, BlobWriter, dictionary
from index.store.files import HEADER_BYTES
from index.store.stored_fields import LONG, cut

WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
SPANS = st.builds(Span, st.integers(0, 10**6), st.integers(0, 10**6))
LISTED = st.lists(SPANS, max_size=4).map(tuple)
FIELDS = st.builds(
    Fields,
    language=st.builds(
        Language,
        st.sampled_from(["fr", "und", "ar"]),
        st.floats(0, 1),
        st.sampled_from(["metadata", "detected"]),
        st.lists(st.tuples(SPANS, st.sampled_from(["fr", "en"])), max_size=3).map(tuple),
    ),
    organizations=st.lists(
        st.builds(Organization, WORDS, WORDS, LISTED, st.booleans()), max_size=3
    ).map(tuple),
    themes=st.lists(st.builds(Theme, WORDS, LISTED), max_size=3).map(tuple),
    published=st.none()
    | st.builds(
        PublicationDate,
        st.sampled_from(["2024", "2024-03-12T09:41:00Z"]),
        st.sampled_from(["year", "second"]),
        st.sampled_from(["metadata", "html"]),
    ),
    mentioned=st.lists(
        st.builds(
            MentionedDate,
            SPANS,
            st.sampled_from(["", "2024-01-01"]),
            st.sampled_from(["", "2024-12-31"]),
            st.sampled_from(["day", "year"]),
        ),
        max_size=3,
    ).map(tuple),
    failures=st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple),
)
DOCUMENTS = st.builds(
    Document,
    *[WORDS] * 4,
    st.sampled_from(["metadata", "mtime"]),
    *[WORDS] * 4,
    st.lists(WORDS, max_size=2).map(tuple),
    WORDS,
)


def written(folder: Path, made: Sequence[tuple[Document, Fields]]) -> StoredDocuments:
    writer = StoredWriter(folder)
    for document, fields in made:
        writer.add(pack(document, fields))
    writer.close()
    return StoredDocuments(folder)


@given(made=st.lists(st.tuples(DOCUMENTS, FIELDS), max_size=6))
def test_what_is_stored_comes_back(
    made: list[tuple[Document, Fields]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    documents = written(tmp_path_factory.mktemp("stored"), made)
    for doc, (document, fields) in enumerate(made):
        assert documents.get(doc) == (document, fields)
        head = documents.head(doc)
        assert (head.id, head.title, head.url) == (document.id, document.title, document.url)
        assert (head.source, head.language) == (document.source, fields.language.code)
        assert [tuple(one) for one in head.organizations] == [
            (one.id, one.label) for one in fields.organizations
        ]
        assert list(head.themes) == [one.id for one in fields.themes]
        published = fields.published
        assert (head.published, head.precision) == (
            (published.value, published.precision) if published else ("", "")
        )
        assert head.opening == ("" if document.title.strip() else opening(document.text))


LONG_TEXTS = st.builds(
    lambda words, count, unspaced: (" ".join(words) + unspaced) * count,
    st.lists(
        st.sampled_from(["L'accord", "10 000", "été", "CEN-SAD", "漢字", "\n", "😀", "-", "x."]),
        min_size=3,
        max_size=9,
    ),
    st.integers(200, 1_500),
    st.sampled_from([" ", "\n", "a", "漢", ""]),
)


@given(texts=st.lists(LONG_TEXTS | WORDS, min_size=1, max_size=4), data=st.data())
def test_long_texts_are_read_in_part(
    texts: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = [(Document(str(doc), text), Fields(Language("fr"))) for doc, text in enumerate(texts)]
    documents = written(tmp_path_factory.mktemp("long"), made)
    for doc, text in enumerate(texts):
        assert documents.get(doc)[0].text == text
        kept = documents.text(doc, documents.head(doc).decode_details())
        assert isinstance(kept, LongText) == (len(text) >= LONG)
        assert len(kept) == len(text)
        ends = st.integers(-len(text) - 2, len(text) + 2)
        start, stop = data.draw(ends), data.draw(ends)
        assert kept[start:stop] == text[start:stop]


@given(
    words=st.lists(
        st.sampled_from(["L'accord", "10 000", "été", "CEN-SAD", "漢字"]), min_size=2, max_size=9
    ),
    count=st.integers(10, 150),
    middles=st.lists(st.integers(1, 99), max_size=2, unique=True),
)
def test_the_positions_of_pieces_are_those_of_the_postings(
    words: list[str], count: int, middles: list[int]
) -> None:
    text = " ".join([*words, "fin"] * count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_fields, "LONG", 2_048)
        patch.setattr(stored_fields, "PIECE", 128)
        check_positions(text, middles)


def check_positions(text: str, middles: list[int]) -> None:
    ends = [text.index("fin", len(text) * each // 100) for each in sorted(middles)]
    spans = [Span(*pair) for pair in pairwise([0, *ends, len(text)])]
    parts = [(span, code) for span, code in zip(spans, ("fr", "en", "ar"), strict=False)]
    places: list[tuple[int, int]] = []
    base = 0
    for span, code in parts:
        tokens = tokenize(text[span.start : span.end])
        places += [(span.start + token.start, base + token.position) for token in tokens]
        base += analyse(text, [(span, code)]).length + PART_GAP
    for pieces in (cut(text, parts), cut(text, ()) if len(parts) == 1 else ()):
        for piece, following in pairwise(pieces):
            assert following.start - piece.start >= 128 or following == pieces[-1]
            position = next(position for start, position in places if start >= piece.start)
            # A piece may begin at the end of a part, before the gap.
            assert piece.position in (position, position - PART_GAP)
        if pieces:
            assert pieces[-1].start == len(text)


@given(
    records=st.lists(st.binary(max_size=40) | st.sampled_from([b"", b"abc" * 50]), max_size=60),
    batch=st.sampled_from([1, 100, 10_000]),
    pays=st.booleans(),
)
def test_records_come_back_from_batches(
    records: list[bytes], batch: int, pays: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("blobs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "MIN_DICTIONARY", 256 if pays else 10**6)
        patch.setattr(blocks, "DICTIONARY_SHARE", 2)
        writer = BlobWriter(folder, "some", batch)
        for record in records:
            writer.add(record)
        writer.close()
    opened = Blobs(folder, "some")
    assert [opened.get(at) for at in range(len(opened))] == records


def every(folder: Path, size: int) -> list[tuple[Document, Fields]]:
    documents = StoredDocuments(folder)
    return [documents.get(doc) for doc in range(size)]


def dispatches(count: int) -> list[tuple[Document, Fields]]:
    return [
        (
            Document(
                f"dispatch-{at:05}",
                f"Le ministre {at} a salué mardi l'accord de pêche conclu entre les pays. " * 8,
                title=f"Un accord numéro {at}",
                source="Agence",
            ),
            Fields(Language("fr"), published=PublicationDate("2024-03-12", "day", "metadata")),
        )
        for at in range(count)
    ]


def test_short_documents_share_what_they_have_in_common(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_fields, "TEXT_BATCH", 500_000)
    made = dispatches(3_000)
    (tmp_path / "with").mkdir()
    documents = written(tmp_path / "with", made)
    assert [documents.get(doc) for doc in range(0, 3_000, 97)] == made[::97]
    monkeypatch.setattr(blocks, "MIN_DICTIONARY", 10**9)
    (tmp_path / "without").mkdir()
    written(tmp_path / "without", made)
    name = "heads.data.array"
    assert 2 * (tmp_path / "with" / name).stat().st_size < (
        (tmp_path / "without" / name).stat().st_size
    )


def test_what_is_written_depends_on_the_documents_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, dispatches(2_000))
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_dictionary_is_small_beside_what_it_is_learned_from() -> None:
    records = [f"Le ministre {at} a salué l'accord.".encode() * 3 for at in range(3_000)]
    for count in (0, 1, 100, 1_000, 3_000):
        assert len(dictionary(records[:count])) <= sum(map(len, records[:count])) / 50
    assert dictionary(records)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    written(folder, dispatches(900))
    return folder


@given(at=st.integers(0, 10**6), value=st.integers(1, 255))
def test_no_altered_byte_is_read(stored: Path, at: int, value: int) -> None:
    paths = [path for path in sorted(stored.iterdir()) if path.stat().st_size > HEADER_BYTES]
    path = paths[at % len(paths)]
    data = path.read_bytes()
    altered = bytearray(data)
    altered[HEADER_BYTES + at % (len(data) - HEADER_BYTES)] ^= value
    path.write_bytes(altered)
    with pytest.raises(IndexDamaged, match=re.escape(str(stored))):
        every(stored, 900)
    path.write_bytes(data)
