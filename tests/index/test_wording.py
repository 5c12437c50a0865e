"""What is said of a piece at once is what the analyzer says of it."""

import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.analysis import tokenize
from index.wording import wording, written

LETTERS = [chr(code) for code in range(sys.maxunicode) if chr(code).isalpha()]
WRITTEN = st.sampled_from(
    ["fr", "ÉTÉ", "Œuvre", "l'", "qu’", "L", "214", "7", "12", "345", "ß", "ΐ"]
)
MARKS = st.sampled_from(
    [*"-'’.,_&#+ºٱٰ", "\u00a0", "\u0301", "\u0640", "\u200c", "\u3099", "々", "漢"]
)


def check(piece: str) -> None:
    made = wording(piece)
    tokens = tokenize(piece)
    assert list(made) == [(written(token), token.position) for token in tokens]
    assert not made or made[0][1] == 0


def test_every_letter() -> None:
    for letter in LETTERS[:2000] + [one for one in LETTERS[2000:] if ord(one) % 7 == 0]:
        check(letter)
        check(f"{letter}a{letter}")
        check(f"{letter}{letter}漢")


@settings(deadline=None, max_examples=1000)
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
