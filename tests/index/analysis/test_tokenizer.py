"""Tokens: which words a text has, and where."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import tokenize
from index.analysis.tokenizer import word_token

APOSTROPHES = "'’ʼ`‘´＇"


def words(text: str) -> list[str]:
    """Return folded tokens; elisions end in ', compounds stand in brackets."""
    marks = {"elision": "{}'", "compound": "[{}]"}
    return [marks.get(token.kind, "{}").format(token.folded) for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'accord, L’ACCORD", "l' accord l' accord"),
        ("aujourd'hui d’aujourd’hui", "aujourdhui d' aujourdhui"),
        ("prud'hommes presqu'île quelqu'un", "prudhommes presquile quelquun"),
        ("jusqu'au lorsqu'il qu'elle", "jusqu' au lorsqu' il qu' elle"),
        ("l'11 septembre, l'FMI, l’ONU", "l' 11 septembre l' fmi l' onu"),
        ("dell'Unione dell' Unione all’ONU", "dell' unione dell' unione all' onu"),
        ("sant'Agostino grand'mère", "sant [santagostino] agostino grand [grandmere] mere"),
        ("O'Brien N'Djamena M’Bappé Qur'an", "obrien ndjamena mbappe quran"),
        ("п'ять об’єкт", "пять обєкт"),
        ("John's we'll they've don't", "john we they dont"),
        ("'mot' ‘mot’ « mot »", "mot mot mot"),
        ("porte-avions CEN-SAD", "porte [porteavions] avions cen [censad] sad"),
        ("États‑Unis", "etats [etatsunis] unis"),
        ("Côte-d'Or", "cote [cotedor] d' or"),
        ("l'Asie-Pacifique", "l' asie [asiepacifique] pacifique"),
        ("A-t-on ? dit-il celui-ci", "a t on dit il celui ci"),
        ("U.S.A. USA U.S.A l'U.R.S.S.", "usa usa usa l' urss"),
        ("Fin. Début", "fin debut"),
        ("C++ C# c++11", "c++ c# c 11"),
        ("le G5 Sahel, n°5, nº5, 5G", "le g [g5] 5 sahel n 5 n 5 5 [5g] g"),
        ("Covid-19 F-16", "covid [covid19] 19 f [f16] 16"),
        ("AT&T R&D", "at [att] t r [rd] d"),
        ("10 000 10\u202f000 10000", "10 [10000] 000 10 [10000] 000 10000"),
        ("1 000 000,5", "1 [1000000.5] 000 000.5"),
        ("1.000,5 1,000.5 1.000 14,2 14.2", "1000.5 1000.5 1000 14.2 14.2"),
        ("12.03.2024 2024-03-12 14:30", "12 03 2024 2024 03 12 14 30"),
        ("en 2018 200 personnes", "en 2018 200 personnes"),
        ("192.168.1.1", "192 168 1 1"),
        ("col·lecció COŀLECCIÓ", "colleccio colleccio"),
        ("#MeToo @onu_fr", "metoo onu fr"),
        ("a.dupont@example.org", "a dupont example org"),
        ("https://example.org/a-b?x=1", "https example org a [ab] b x 1"),
        ("بالأمم المتحدة ١٢", "بالامم المتحده 12"),
        ("東京2020年", "東京 2020 年"),
        ("日本語", "日本 本語"),
        ("สวัสดี", "สวั วัส สดี"),
        ("한국어 뉴스", "한국 국어 뉴스"),
        ("— … !", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()
    assert words(unicodedata.normalize("NFD", text)) == expected.split()


def test_positions_and_offsets() -> None:
    tokens = tokenize("Le porte-avions l’a vu")
    assert [(t.folded, t.position, t.start, t.end, t.kind) for t in tokens] == [
        ("le", 0, 0, 2, "word"),
        ("porte", 1, 3, 8, "word"),
        ("porteavions", 1, 3, 15, "compound"),
        ("avions", 2, 9, 15, "word"),
        ("l", 3, 16, 17, "elision"),
        ("a", 4, 18, 19, "word"),
        ("vu", 5, 20, 22, "word"),
    ]


def test_offsets_cover_decomposed_accents() -> None:
    text = "la pe\u0302che"
    token = tokenize(text)[1]
    assert text[token.start : token.end] == "pe\u0302che"
    assert token.normal == "pêche"


@given(st.text(max_size=60) | st.text("aé'’-. 01,日本ท\u0301\u00adL&+#", max_size=60))
def test_any_text_gives_ordered_tokens_inside_it(text: str) -> None:
    tokens = tokenize(text)
    for token in tokens:
        assert 0 <= token.start < token.end <= len(text)
        assert token.normal
        assert token.folded
        assert len(token.folded) <= 100
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)
    positions = [t.position for t in tokens]
    assert positions == sorted(positions)
    assert sorted(set(positions)) == list(range(len(set(positions))))


@given(st.text(max_size=40) | st.text("aé'’-. 01,日本", max_size=40))
def test_a_token_tokenized_again_is_itself(text: str) -> None:
    for token in tokenize(text):
        # Signs that compatibility writes with punctuation (¼, ㈠) are terms, not words.
        # ``0þ`` becomes ``0th``, which is an ordinal.
        if token.folded.isalnum() and "þ" not in token.normal:
            # A word of letters and figures has parts too; one of several tokens is the whole.
            assert token.folded in [t.folded for t in tokenize(token.folded)]


WORD = st.text("aeimnorstuéèêçàïôœæßøñüåł", min_size=2, max_size=12)


@given(WORD, st.sampled_from(APOSTROPHES), st.sampled_from(["l", "d", "qu", "dell", "L", "D"]))
def test_elision_never_hides_a_word(word: str, apostrophe: str, article: str) -> None:
    expected = [t.folded for t in tokenize("a" + word)]
    assert [t.folded for t in tokenize(f"{article}{apostrophe}a{word}")][1:] == expected


@given(WORD, st.integers(min_value=1, max_value=11))
def test_unicode_forms_never_hide_a_word(word: str, cut: int) -> None:
    expected = tokenize(word)[0].folded
    full_width = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in word)
    soft = word[:cut] + "\u00ad" + word[cut:] if cut < len(word) else word
    variants = [word.upper(), word.title(), full_width, soft]
    variants += [unicodedata.normalize(form, word) for form in ("NFD", "NFC", "NFKC", "NFKD")]
    for variant in variants:
        (token,) = tokenize(variant)
        assert token.folded == expected


def test_pathological_texts_take_linear_time() -> None:
    for text in ("a." * 20_000, "1.1" * 20_000, "1 000" * 20_000, "a'" * 20_000, "-a" * 20_000):
        assert tokenize(text)
    assert len(tokenize("日" * 20_000)) == 19_999
    assert tokenize("x" * 100_000)[0].end == 100_000


@given(st.lists(st.text("aéßмا", min_size=1, max_size=60), min_size=2, max_size=6))
def test_long_compounds_are_found_as_documents_are_indexed(parts: list[str]) -> None:
    for token in tokenize("-".join(parts)):
        assert token.kind == "elision" or token.folded == word_token(token.normal).folded


@given(
    st.from_regex(r"[A-Z][a-z]{0,5}", fullmatch=True),
    st.integers(1, 9999),
    st.sampled_from([("", "-"), ("", " "), ("", "."), ("-", " ")]),
)
def test_letters_and_figures_are_found_however_they_are_joined(
    letters: str, figures: int, joins: tuple[str, str]
) -> None:
    one, other = (
        [
            (token.folded, token.position)
            for token in tokenize(f"{letters}{join}{figures}")
            if token.kind != "compound"
        ]
        for join in joins
    )
    assert one == other == [(letters.lower(), 0), (str(figures), 1)]


@given(st.integers(1000, 10**12))
def test_grouped_digits_of_any_script_are_the_number(number: int) -> None:
    for zero, group in (("٠", "٬"), ("۰", "٬"), ("٠", "،"), ("٠", "."), ("0", ",")):
        written = f"{number:,}".replace(",", group)
        written = "".join(
            chr(ord(zero) + int(c)) if c.isascii() and c.isdigit() else c for c in written
        )
        assert [token.folded for token in tokenize(written)] == [str(number)]


@pytest.mark.parametrize(
    "spellings",
    ["2e 2ème 2eme 2ième 2nd 2th", "1er 1re 1ère Ier Ire", "XIXe XIXème xixème"],
)
def test_ordinals_are_one_word_however_they_are_written(spellings: str) -> None:
    keys = [{token.folded for token in tokenize(word)} for word in spellings.split()]
    assert set.intersection(*keys)


def test_inclusive_writing_has_the_plural() -> None:
    written = "directeur·rice·s étudiant·e·s intellectuel·le·s citoyen·nes col·lecció novel·les"
    expected = "directeurs etudiants intellectuels citoyens colleccio novelles"
    assert [token.folded for token in tokenize(written)] == expected.split()
