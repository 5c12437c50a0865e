"""Folding: what a reader sees as the same word becomes the same characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis.folding import fold, normalize


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Pêche", "peche"),
        ("œuvre", "oeuvre"),
        ("Ægir", "aegir"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Łódź", "lodz"),
        ("Đà Nẵng", "da nang"),
        ("Tromsø", "tromso"),
        ("Þór", "thor"),
        ("İstanbul", "istanbul"),
        ("Iğdır", "igdir"),
        ("ﬁnance", "finance"),
        ("Ｔｏｋｙｏ", "tokyo"),
        ("co\u00adopé\u00adration", "cooperation"),
        ("col·lecció", "colleccio"),
        ("الأُمَمُ المُتَّحِدَة", "الامم المتحده"),
        ("محـــمد", "محمد"),
        ("مستشفى", "مستشفي"),
        ("١٢٣", "123"),
        ("۱۲۳", "123"),
        ("می\u200cخواهم", "ميخواهم"),
        ("Ёлка", "елка"),
        ("район", "район"),
        ("Україна", "україна"),
        ("Ελλάς", "ελλασ"),
        ("हिन्दी", "हिन्दी"),
        ("น้ำ", "น้ํา"),
        ("ガス", "ガス"),
        ("ｶﾞｽ", "ガス"),
        ("한국", "한국"),
        ("שָׁלוֹם", "שלום"),
        ("\u202bnoms\u202c", "noms"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(unicodedata.normalize("NFD", written)) == folded
    assert fold(unicodedata.normalize("NFKC", written)) == folded


def test_normalize_keeps_accents() -> None:
    assert normalize("PE\u0302CHE") == "pêche"
    assert normalize("Œuvre") == "œuvre"


@given(st.text())
def test_folding_is_idempotent_and_implies_normalization(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(normalize(text)) == folded
    assert normalize(normalize(text)) == normalize(text)
