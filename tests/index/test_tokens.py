"""The quick way to the tokens of a text gives what analysing it word by word gives."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import tokens as module
from index.analysis import PART_GAP, analyzer, tokenize
from index.analysis.tokenizer import CHUNK, word_token
from index.document import Span
from index.tokens import pieces, rows, tokens, word_key

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
]
Expected = list[tuple[str, int]]

texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    st.lists(st.sampled_from([*WORDS, "\n", " ", "\u00a0", "'", "-", ".", "1", "é", ")"])).map(
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


def given_by_arrays(texts: list[tuple[str, list[tuple[Span, str]]]]) -> list[tuple[Expected, int]]:
    made, words = tokens([rows(text, parts) for text, parts in texts])
    return [
        (
            [
                (words.keys[word], at)
                for word, at in zip(each.words.tolist(), each.positions.tolist(), strict=True)
            ],
            each.length,
        )
        for each in made
    ]


@settings(deadline=None, max_examples=200)
@given(made=st.lists(st.tuples(texts, st.sampled_from(["fr", "ar", "de"])), min_size=1, max_size=4))
@example(made=[("漢" * 500 + " " + "a" * 700, "fr"), (" " * 300, "fr"), ("12 345 678", "de")])
def test_agrees_with_analysis_word_by_word(made: list[tuple[str, str]]) -> None:
    asked = [(text, [(Span(0, len(text)), code)]) for text, code in made]
    assert given_by_arrays(asked) == [expected(text, parts) for text, parts in asked]


@settings(deadline=None)
@given(first=texts, second=texts)
def test_parts_stand_apart(first: str, second: str) -> None:
    text = first + second
    parts = [(Span(0, len(first)), "fr"), (Span(len(first), len(text)), "ar")]
    (found,) = given_by_arrays([(text, parts)])
    tokens_found, length = expected(text, parts)
    assert found[1] == length
    assert [key for key, _ in found[0]] == [key for key, _ in tokens_found]
    in_first = len(expected(first, [(Span(0, len(first)), "fr")])[0])
    if 0 < in_first < len(found[0]):
        assert found[0][in_first][1] - found[0][in_first - 1][1] > PART_GAP - 10


@settings(deadline=None, max_examples=300)
@given(text=texts)
def test_a_word_alone_is_what_it_is_in_a_text(text: str) -> None:
    for token in tokenize(text):
        if token.kind != "elision" and len(token.normal) < 90:
            alone = word_token(token.normal)
            assert alone.folded == token.folded
            for code in ("fr", "ar", "de", "xx"):
                assert analyzer(code).forms(alone) == analyzer(code).forms(token)


def test_pieces_are_whole_chunks_but_for_spaced_numbers() -> None:
    assert pieces("Le «porte-avions»: 3,5 km. Fin") == ["Le", "porte-avions", "3,5", "km", "Fin"]
    assert CHUNK.findall("10 000") == ["10 000"]
    assert pieces("10 000") == ["10", "000"]


def test_full_tables_are_begun_anew() -> None:
    text = "accord de pêche " * 50
    asked = [(text, [(Span(0, len(text)), "fr")])]
    before = given_by_arrays(asked)
    weight, module.MAX_WEIGHT = module.MAX_WEIGHT, 0
    try:
        given_by_arrays(asked)
        assert given_by_arrays(asked) == before
    finally:
        module.MAX_WEIGHT = weight
