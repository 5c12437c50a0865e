"""Folding of whole texts: every way to fold gives the same, and offsets lead back."""

from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_key, fold_text

_PIECES = (
    *("a", "É", "ß", "œ", "ﬁ", "x", "-", "'", "’", ".", "&", "+", "é", "Š", "ñ", "7"),
    *("ا", "أ", "ة", "ـ", "ﷲ", "ك", "\u064e", " ", "  ", "\n", "\t", "\u00a0", "\u0301", "\u00ad"),
)
_OUTSIDE = "б"
"""In none of the code pages: a text that ends with it is folded by characters."""


@given(st.lists(st.sampled_from(_PIECES), max_size=80).map("".join))
def test_code_pages_fold_as_characters_do(text: str) -> None:
    whole, other = fold_text(text), fold_text(text + "." + _OUTSIDE)
    assert other.text == f"{whole.text[:-1]} {_OUTSIDE} "
    for at in range(1, len(whole.text) - 1):
        assert whole.span(at, at + 1) == other.span(at, at + 1)


@given(st.text(max_size=60))
def test_words_lead_back_to_what_folds_to_them(text: str) -> None:
    folded = fold_text(text)
    for word, start in zip(folded.words, folded.starts, strict=False):
        if word:
            span = folded.span(start, start + len(word))
            assert word in fold_key(text[span.start : span.end]).split()


def test_folded_text_leads_back_to_the_original() -> None:
    text = "Cœur  de\nl’Œuvre — ÉTATS-UNIS, الأُمَم المتّحدة\n\nfin"
    folded = fold_text(text)
    for word, written in [
        ("coeur", "Cœur"),
        ("oeuvre", "Œuvre"),
        ("etats unis", "ÉTATS-UNIS"),
        ("الامم المتحده", "الأُمَم المتّحدة"),
        ("fin", "fin"),
    ]:
        start = folded.text.index(word)
        span = folded.span(start, start + len(word))
        assert text[span.start : span.end] == written
    assert fold_key("L'Unité—Côté") == "l unite cote"


@given(st.text("aß éœ\n.’İ", max_size=40), st.integers(0, 41))
def test_a_place_is_the_first_that_leads_back_there_or_behind(text: str, character: int) -> None:
    folded = fold_text(text)
    expected = next(
        (i for i in range(1, len(folded.text)) if folded.span(i, i + 1).start >= character),
        len(folded.text),
    )
    assert min(folded.place(character), len(folded.text)) == expected
