"""The quick way to the tokens of a text gives what analysing it word by word gives."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.analysis import CHUNK, PART_GAP, analyzer, bulk, parts, splitter, tokenize, tokens
from index.analysis.bulk import clear_cache, word_key
from index.analysis.splitter import SEPARATORS, split
from index.analysis.tokenizer import word_token
from index.document import Span

WORDS = [
    "L'accord",
    "accords",
    "CEN-SAD",
    "10 000",
    "12,",
    "345",
    "pêche.",
    "(les)",
    "漢字仮名",
    "U.S.A.",
    "n°5",
    "C++",
    "l’œuvre",
    "D'Hondt",
    "qu'il",
    "fin.",
    "l'an.",
    "M.",
    "652-7",
    "007",
    "2,55",
    "1.234",
    "12 345 678",
    "12\u00a0345",
    "porte-avions",
    "dit-il",
    "Arc-en-Ciel-de-la-Mer-Noire-et-plus",
    "Straße-Übung",
    "n'Djamena",
    "ÉTAT",
    "ŉgoro",
    "dell’ Unione",
    "«M. O'Brien»:",
    "الأمم",
    "١٢ ٣٤٥",
    "12 345,50 678",
    "1,50 678",
    "345,50,60 123",
    "L214-9 345",
    "205-563-8 142-82-5",
    "15/09/2022",
    "48,59%",
    "L. 12",
    "C++_",
    "C#",
    "AT&T/x",
    "632e-5",
    "d'assurances-Institut",
    "-a'",
    "fin..",
    "www.a-b.fr/c_d?e=1",
    "漢字、仮名。",
    "a\0",
    "rému\u00adnéra",
    "ﬁn",
    "İstanbul",
    "\u0301x",
]
Text = tuple[str, list[tuple[Span, str]]]
Expected = list[tuple[str, int]]

texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    st.lists(st.sampled_from([*WORDS, *SEPARATORS, *"'-.,1é#+_&\u2009\u0301\u200d"])).map("".join),
    st.lists(st.sampled_from(["12", "345", "6,7", *" \n.,-x", "\u00a0", "\u2009", "\u2005"])).map(
        "".join
    ),
    st.text(max_size=80),
)


def expected(text: str, parts: list[tuple[Span, str]]) -> tuple[Expected, int]:
    found: Expected = []
    base = length = 0
    for number, ((start, stop), language) in enumerate(parts):
        if number and base:
            base += PART_GAP
        made = tokenize(text[start:stop])
        found += [(word_key(language, token), base + token.position) for token in made]
        count = made[-1].position + 1 if made else 0
        base, length = base + count, length + count
    return found, length


def given_by_arrays(texts: list[Text]) -> list[tuple[Expected, int]]:
    made = tokens([parts(text, languages) for text, languages in texts])
    found: list[Expected] = [[] for _ in texts]
    columns = (made.words, made.texts, made.positions)
    for word, text, at in zip(*(column.tolist() for column in columns), strict=True):
        found[text].append((made.vocabulary.keys[word], at))
    return list(zip(map(in_order, found), made.lengths, strict=True))


def in_order(found: Expected) -> Expected:
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Windows of some bytes, and hashes that most pieces share."""
    monkeypatch.setattr(splitter, "WINDOW", 7)
    monkeypatch.setattr(bulk, "PIECES_TOGETHER", 3)
    monkeypatch.setattr(bulk, "HASH_BITS", 3)
    clear_cache()
    yield
    monkeypatch.undo()
    clear_cache()


@given(made=st.lists(st.tuples(texts, st.sampled_from(["fr", "ar", "de"])), min_size=1, max_size=4))
@example(made=[("漢" * 500 + " " + "a" * 700, "fr"), (" " * 300, "fr"), ("12 345 678", "de")])
def test_agrees_with_analysis_word_by_word(made: list[tuple[str, str]]) -> None:
    asked = [(text, [(Span(0, len(text)), code)]) for text, code in made]
    given = given_by_arrays(asked)
    for (text, languages), (found, length) in zip(asked, given, strict=True):
        tokens_found, count = expected(text, languages)
        assert found == in_order(tokens_found)
        assert length == count
    assert given == [given_by_arrays([text])[0] for text in asked]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(st.tuples(texts, st.sampled_from(["fr", "ar"])), min_size=1, max_size=4))
def test_neither_windows_nor_hashes_show(narrow: None, made: list[tuple[str, str]]) -> None:
    for text, code in made:
        languages = [(Span(0, len(text)), code)]
        tokens_found, count = expected(text, languages)
        assert given_by_arrays([(text, languages)]) == [(in_order(tokens_found), count)]


@given(first=texts, second=texts)
def test_parts_stand_apart(first: str, second: str) -> None:
    text = first + second
    languages = [(Span(0, len(first)), "fr"), (Span(len(first), len(text)), "ar")]
    ((found, length),) = given_by_arrays([(text, languages)])
    alone = [
        given_by_arrays([(text[a:b], [(Span(0, b - a), code)])])[0] for (a, b), code in languages
    ]
    moved = alone[0][1] + PART_GAP
    assert length == alone[0][1] + alone[1][1]
    assert found == alone[0][0] + [(key, moved + at) for key, at in alone[1][0]]


@given(text=texts)
def test_a_word_alone_is_what_it_is_in_a_text(text: str) -> None:
    for token in tokenize(text):
        if token.kind != "elision" and len(token.normal) < 90:
            alone = word_token(token.normal)
            assert alone.folded == token.folded
            for code in ("fr", "ar", "de", "xx"):
                assert analyzer(code).forms(alone) == analyzer(code).forms(token)


@given(text=texts, separator=st.sampled_from(SEPARATORS))
def test_no_chunk_has_a_separator(text: str, separator: str) -> None:
    for chunk in CHUNK.findall(text + separator + text):
        if separator in chunk:
            assert separator in " \u00a0\u2007\u2009\u202f"
            assert chunk[0].isdecimal()


def test_pieces_are_whole_chunks_but_for_spaced_numbers() -> None:
    assert pieces("Le «porte-avions»: 3,5 km. Fin") == ["Le", "porte-avions", "3,5", "km", "Fin"]
    assert CHUNK.findall("10 000") == ["10 000"]
    assert pieces("10 000") == ["10", "000"]
    assert pieces("") == pieces(" …\n") == []


def pieces(text: str) -> list[str]:
    data = f"\n{text}\n".encode()
    found = split(data)
    return [data[a:b].decode() for a, b in zip(found.starts, found.stops, strict=True)]


def test_full_tables_are_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "accord de pêche " * 50
    asked: list[Text] = [(text, [(Span(0, len(text)), "fr")])]
    before = given_by_arrays(asked)
    monkeypatch.setattr(bulk, "MAX_BYTES", 0)
    given_by_arrays(asked)
    assert given_by_arrays(asked) == before
