"""What is said of a piece at once is what the analyzer says of it."""

import sys
from itertools import islice

from hypothesis import example, given
from hypothesis import strategies as st

from index.analysis import tokenize
from index.analysis.splitter import edge, key_text, piece_words

WRITTEN = st.sampled_from(
    ["fr", "ÉTÉ", "Œuvre", "l'", "qu’", "L", "214", "7", "12", "345", "ß", "ΐ"]
)
MARKS = st.sampled_from(
    [*"-'’.,_&#+ºٱٰ", "\u00a0", "\u0301", "\u0640", "\u200c", "\u3099", "々", "漢"]
)


def words_of(pieces: list[str]) -> list[list[tuple[str, int]]]:
    made = piece_words(pieces)
    assert made.edges == list(map(edge, pieces))
    further = zip(made.further, made.offsets, strict=True)
    found = []
    for first, span, more in zip(made.first, made.spans, made.counts, strict=True):
        found.append([(first, 0)] * (span > 0) + list(islice(further, more)))
        assert span == (found[-1][-1][1] + 1 if first else 0)
    assert not list(further)
    return found


def check(piece: str) -> None:
    made = words_of([piece])[0]
    tokens = tokenize(piece)
    assert list(made) == [(key_text(token), token.position) for token in tokens]
    assert not made or made[0][1] == 0


def test_letters_of_every_script() -> None:
    # All of the scripts with case and marks; of the others some of each block.
    for letter in map(chr, [*range(0x800), *range(0x800, sys.maxunicode, 61)]):
        if not letter.isalpha():
            continue
        check(letter)
        check(f"{letter}a{letter}")
        check(f"{letter}{letter}漢")


@given(st.lists(st.one_of(WRITTEN, MARKS, st.characters(categories=["L", "M", "N"]))).map("".join))
@example("漢字" * 400)
@example("a" * 101)
@example("الأمم")
@example("Στίγμας")
@example("12 345 678,90")
@example("l'Île-d'Yeu")
@example("d'1-la")
@example("1.234.5")
def test_any_piece(piece: str) -> None:
    check(piece)


@given(st.lists(st.text("ÉéLl'’- .,0123456789İœ漢", max_size=9), min_size=1))
def test_many_pieces_are_as_each_alone(pieces: list[str]) -> None:
    assert words_of(pieces) == [words_of([piece])[0] for piece in pieces]
