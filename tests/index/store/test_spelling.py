"""Words near to another, whatever their letters, against the distance as its definition has it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store import MAX_LENGTH, MIN_LENGTH, SpellingWords
from index.store.suggest import MANY, MOST_LETTERS, write_spelling

LETTERS = "eaistрмοαاللة𐓘ß"
WORDS = st.text(LETTERS, min_size=1, max_size=8)


def write(folder: Path, words: Mapping[str, int]) -> None:
    counts = [words[word] for word in sorted(words)]
    write_spelling(folder, sorted(words), np.array(counts, np.int64))


@given(
    words=st.dictionaries(WORDS, st.integers(1, 100_000), max_size=40),
    asked=st.lists(WORDS, min_size=1, max_size=5),
    most=st.sampled_from([1, 2, 3]),
)
def test_near_words(
    words: dict[str, int],
    asked: list[str],
    most: int,
    tmp_path_factory: pytest.TempPathFactory,
    edit_distance: Callable[[str, str], int],
) -> None:
    folder: Path = tmp_path_factory.mktemp("words")
    write(folder, words)
    opened = SpellingWords(folder)
    for word in [*asked, *list(words)[:5]]:
        expected = {
            (term, edit_distance(word, term), min(count, MANY))
            for term, count in words.items()
            if len(term) >= MIN_LENGTH and edit_distance(word, term) <= most
        }
        assert set(opened.near(word, most)) == expected


def test_words_of_very_rare_letters_are_left_out(
    tmp_path: Path, edit_distance: Callable[[str, str], int]
) -> None:
    letters = [chr(point) for point in range(0x4E00, 0x4E00 + 2 * MOST_LETTERS)]
    words = {letters[at] + letters[at + 1] + "abc": 1 for at in range(0, len(letters), 2)}
    write(tmp_path, words)
    opened = SpellingWords(tmp_path)
    kept = {word for word in words if (word, 0, 1) in opened.near(word, 2)}
    assert 0 < len(kept) < len(words)
    for word in list(words)[::8]:
        expected = {
            (each, edit_distance(word, each), 1) for each in kept if edit_distance(word, each) <= 2
        }
        assert set(opened.near(word, 2)) == expected


def test_lengths_that_no_word_has(tmp_path: Path) -> None:
    longest = "a" * MAX_LENGTH
    write(tmp_path, {"ab": 1, longest: 2, longest + "a": 3, "a1b": 4})
    opened = SpellingWords(tmp_path)
    assert opened.near(longest[1:], 1) == [(longest, 1, 2)]
    assert opened.near(longest, 1) == [(longest, 0, 2)]
    for word in ("", "a", "ab", "abc", longest + "a"):
        assert opened.near(word, 1) == []
