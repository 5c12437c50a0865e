"""What goes into a generation comes out of it."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import ANALYZERS, analyse
from index.build import index_documents
from index.calendar import UNDATED_DAY, first_second
from index.document import (
    MAX_TERM_BYTES,
    Document,
    Fields,
    Language,
    MentionedDate,
    Organization,
    PublicationDate,
    Span,
    Theme,
    fit,
)
from index.errors import UsageError
from index.publishing import IndexDirectory
from index.segments import Snapshot
from index.store import ByteCache, StoredDocuments, StoredWriter, clean, pack, vocabulary

from .conftest import terms_of

WORDS = st.text(alphabet="abcéœ ب٣-'’漢\n.", max_size=60)
DATES = st.sampled_from([None, "2024", "2024-02", "2024-02-29", "2024-02-29T10:00:00Z"])


@st.composite
def documents(draw: st.DrawFn) -> list[tuple[Document, Fields]]:
    made = []
    for number in range(draw(st.integers(0, 6))):
        value = draw(DATES)
        names = draw(st.lists(st.sampled_from(["onu", "otan", "~x", "~y"]), unique=True))
        document = Document(
            id=f"id/{number}", title=draw(WORDS), text=draw(WORDS), source=draw(WORDS)
        )
        fields = Fields(
            Language(draw(st.sampled_from(["fr", "en", "ar", "xx"]))),
            tuple(
                Organization(name, name.upper(), (Span(0, 1),), name[0] != "~") for name in names
            ),
            tuple(Theme(name) for name in draw(st.sets(st.sampled_from(["a/b", "a", "c"])))),
            PublicationDate(value, "day", "metadata") if value else None,
        )
        made.append((document, fields))
    return made


@given(made=documents())
@settings(max_examples=settings.default.max_examples // 5)
def test_index_answers_as_the_documents_do(
    made: list[tuple[Document, Fields]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("round") / "index"
    generation = index_documents(root, made)
    assert (generation.size, generation.documents) == (len(made), len(made))

    expected: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(dict)
    for doc, (document, fields) in enumerate(made):
        assert generation.stored_fields.get(doc) == (document, fields)
        assert generation.docnum(document.id) == doc
        for part, text in (("title", document.title), ("body", document.text)):
            analysed = analyse(text, [(Span(0, len(text)), fields.language.code)])
            assert generation.lengths[part][doc] == analysed.length
            for term, at in analysed.exact.items():
                expected[part, term][doc] = list(at)
            for suffix, terms in analysed.stems.items():
                for term, at in terms.items():
                    expected[f"{part}_{suffix}", term][doc] = list(at)
    everyone = np.arange(len(made), dtype=np.int32)
    for (field, term), held in expected.items():
        docs, freqs = generation.inverted_index.postings(field, term)
        assert dict(zip(docs.tolist(), freqs.tolist(), strict=True)) == {
            doc: len(at) for doc, at in held.items()
        }
        for doc in range(len(made)):
            positions = generation.inverted_index.positions(field, term, doc)
            assert positions.tolist() == held.get(doc, [])
    for field in {field for field, _ in expected}:
        terms = sorted(term for name, term in expected if name == field)
        assert terms_of(generation, field) == terms
        assert generation.inverted_index.vocabulary_size(field) == len(terms)
        having: dict[int, int] = Counter()
        for term in terms:
            if term.startswith(terms[-1][:1]):
                having.update({doc: len(at) for doc, at in expected[field, term].items()})
        docs, freqs = generation.inverted_index.prefix_postings(field, terms[-1][:1])
        assert list(zip(docs.tolist(), freqs.tolist(), strict=True)) == sorted(having.items())
    column = generation.columns["organization"]
    for at, value in enumerate(column.values):
        carriers = [
            doc
            for doc, (_, fields) in enumerate(made)
            if value in {item.id for item in fields.organizations}
        ]
        assert np.flatnonzero(column.mask([at])).tolist() == carriers
        assert column.tally(everyone).counts[at] == len(carriers)
        assert column.labels.get(value, "") == (value.upper() if value[0] == "~" else "")
    assert column.tally(everyone).missing == sum(not fields.organizations for _, fields in made)


def fields(**given: object) -> Fields:
    return Fields(**{"language": Language("fr"), **given})  # type: ignore[arg-type]


def test_themes_are_carried_with_those_above_them(tmp_path: Path) -> None:
    generation = index_documents(
        tmp_path / "index", [(Document("a", "b"), fields(themes=(Theme("economy/trade"),)))]
    )
    assert generation.columns["theme"].of(0) == ("economy", "economy/trade")


def test_dates_are_days_and_the_order_is_newest_first_undated_last(tmp_path: Path) -> None:
    values = [None, "2024", "2024-02", "2024-02-29T23:59:59Z", None, "2024-02-01"]
    generation = index_documents(
        tmp_path / "index",
        [
            (
                Document(f"id{9 - at}", "x"),
                fields(published=PublicationDate(value, "day", "text") if value else None),
            )
            for at, value in enumerate(values)
        ],
    )
    assert generation.dates.days.tolist()[:2] == [UNDATED_DAY, 19723]
    by_rank = np.argsort(generation.order).tolist()
    # The beginning of a month is as old as its first day, and then the id decides.
    assert [f"id{9 - doc}" for doc in by_rank] == ["id6", "id4", "id7", "id8", "id5", "id9"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1969-12-31", -86400),
        ("1970", 0),
        ("2024-02", 19754 * 86400),
        ("1970-01-02T01:00", 90000),
        ("1970-01-02T01:00:00Z", 90000),
        ("1970-01-02T03:00:00.5+02:00", 97200),  # as its own clock shows it
        ("1969-12-31T23:59:58.5", -2),
    ],
)
def test_first_second_of_a_date(value: str, expected: int) -> None:
    assert first_second(value) == expected


@pytest.mark.parametrize("value", ["", "24", "2024-13", "2024-02-30", "yesterday"])
def test_first_second_of_what_is_no_date(value: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        first_second(value)


def test_mentioned_days(tmp_path: Path) -> None:
    def mention(first: str, last: str) -> MentionedDate:
        return MentionedDate(Span(0, 1), first, last, "day")

    made = [
        (Document("a", "x"), fields(mentioned=(mention("2024-01-01", "2024-01-31"),))),
        (Document("b", "x"), fields()),
        (
            Document("c", "x"),
            fields(
                mentioned=(mention("2023-05-05", "2023-05-05"), mention("2024-01-31", "2024-02-02"))
            ),
        ),
    ]
    mentioned = index_documents(tmp_path / "index", made).mentioned
    assert mentioned.mask(19753, 19753).tolist() == [True, False, True]
    assert mentioned.mask(19755, 19999).tolist() == [False, False, True]
    assert mentioned.mask(0, 1).tolist() == [False, False, False]


def test_a_label_is_what_most_documents_write(tmp_path: Path) -> None:
    def named(label: str) -> Fields:
        return fields(organizations=(Organization("~cam", label, (Span(0, 1),), False),))

    made = [(Document(f"d{at}", "x"), named(label)) for at, label in enumerate("BCCBA")]
    assert index_documents(tmp_path / "index", made).columns["organization"].labels == {"~cam": "B"}


def test_unknown_names_give_nothing(sample_index: Path) -> None:
    generation = IndexDirectory(sample_index).current()
    assert not len(generation.inverted_index.postings("body", "nowhere").docs)
    assert not len(generation.inverted_index.postings("nowhere", "accord").docs)
    assert not len(generation.inverted_index.positions("body", "nowhere", 0))
    assert generation.inverted_index.vocabulary_size("nowhere") == 0
    assert not len(generation.inverted_index.prefix_postings("body", "zzzzzz").docs)
    assert generation.inverted_index.document_frequency("nowhere", "accord") == 0
    assert generation.docnum("nowhere") is None
    for doc in (-1, generation.size):
        with pytest.raises(IndexError):
            generation.stored_fields.get(doc)


def test_terms_that_are_too_long_are_cut_at_a_character_and_become_one() -> None:
    assert fit("漢" * 1000) == "漢" * (MAX_TERM_BYTES // 3)
    # Tokens are cut at 100 characters, which are more bytes than a term may have.
    assert fit("漢" * 100) == fit("漢" * 99 + "字")
    word, other = "ж" * 99 + "а", "ж" * 99 + "б"
    assert len(word.encode()) < MAX_TERM_BYTES
    cut, same = "ж" + "ๅ" * 98 + "ก", "ж" + "ๅ" * 98 + "ข"
    found = vocabulary([f"xx\0{each}" for each in (word, other, cut, same)], np.arange(0, 8, 2))
    title = found.fields["title"]
    terms = [found.texts[text] for text in title.texts.tolist()]
    assert terms == sorted({word, other, fit(cut)})
    assert title.counts.tolist() == [2 if term == fit(cut) else 1 for term in terms]


@given(text=st.text(st.characters(codec=None), max_size=30))
def test_any_text_can_be_stored(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    document = clean(Document("a", text, title=text, tags=(text,)))
    assert len(document.text) == len(text)
    folder = tmp_path_factory.mktemp("stored")
    writer = StoredWriter(folder)
    writer.add(pack(document, fields()))
    writer.close()
    assert StoredDocuments(folder).get(0) == (document, fields())


def test_the_languages_of_the_documents_are_counted(sample_index: Path) -> None:
    generation = IndexDirectory(sample_index).current()
    assert dict(generation.languages) == {"ar": 10, "de": 10, "en": 10, "es": 10, "fr": 21}
    assert set(generation.analyzers) == {"ar", "de", "en", "es", "fr"} < set(ANALYZERS)


def test_an_id_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="longer than"):
        index_documents(tmp_path / "index", [(Document("x" * 2000, "text"), fields())])


def test_a_directory_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match=r"letter\.txt"):
        index_documents(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_threads_share_one_generation(sample_index: Path) -> None:
    with IndexDirectory(sample_index).current() as generation:
        terms = terms_of(generation, "body")[:500]
        expected = [_all_of(generation, term) for term in terms]
    # A cache of almost nothing: every question reads.
    shared = IndexDirectory(sample_index, cache_bytes=1000).current()
    with ThreadPoolExecutor(6) as threads:
        rounds = [threads.submit(_every, shared, terms) for _ in range(6)]
    assert all(each.result() == expected for each in rounds)


def _every(generation: Snapshot, terms: list[str]) -> list[object]:
    return [_all_of(generation, term) for term in terms]


def _all_of(generation: Snapshot, term: str) -> object:
    index = generation.inverted_index
    docs, freqs = index.postings("body", term)
    where = [index.positions("body", term, doc).tolist() for doc in docs.tolist()[:5]]
    return docs.tolist(), freqs.tolist(), where


def test_the_cache_holds_no_more_than_its_bytes() -> None:
    cache, made = ByteCache(100), []

    def get(key: str, size: int) -> None:
        assert cache.get(key, lambda: (made.append(key) or key, size)) == key

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key, 50)
    assert made == ["a", "b", "c", "b"]  # c drove b out, the least recently used
    get("huge", 101)
    get("huge", 101)
    assert made[4:] == ["huge", "huge"]
