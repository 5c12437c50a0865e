"""Operators in the languages of the interface, and what readers are told of them."""

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.vocabularies import LANGUAGES
from search.engine import Notices
from search.query import (
    depends_on_language,
    in_every_language,
    in_own_words,
    parse,
    understood_as,
)
from search.query.operators import ALWAYS, ARABIC, OWN, SOMETIMES
from search.query.parser import Kind, lex

ANALYZERS = ("ar", "de", "en", "es", "fr", "it", "pt", "und")
WORDS = st.sampled_from(
    (
        "accord",
        "Merkel",
        "pêche",
        "frontera",
        '"libre échange"',
        "gouv*",
        "acord~",
        "(a b)",
        "لاجئين",
    )
)
NAMES = ("AND", "OR", "NOT")
NONE = {name: name for name in NAMES}


@given(a=WORDS, b=WORDS, name=st.sampled_from(NAMES), language=st.sampled_from(LANGUAGES))
def test_operators_of_a_language_mean_those_of_all(
    a: str, b: str, name: str, language: str
) -> None:
    own = {**NONE, **OWN.get(language, {})}[name]  # type: ignore[dict-item]
    there = parse(f"{a} {own} {b}", ANALYZERS, language)
    here = parse(f"{a} {name} {b}", ANALYZERS)
    assert there.tree == here.tree
    assert there.understood == here.understood
    negated = parse(f"{a} {own} -{b}", ANALYZERS, language)
    assert name == "NOT" or negated.tree == parse(f"{a} {name} -{b}", ANALYZERS).tree


@pytest.mark.parametrize("word", ["UND", "ODER", "NICHT", "NÃO", "NA\u0303O", "ET", "OU", "SAUF"])
def test_words_that_mean_nothing_else_are_operators_everywhere(word: str) -> None:
    understood = parse(f"accord {word} traité", ANALYZERS, "en").understood
    assert "NOT" in understood or understood in ("accord AND traité", "accord OR traité")
    assert word not in understood


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("Generation Y Studie", "de"),
        ("vitamin E deficiency", "en"),
        ("Conan O Brien", "fr"),
        ("Y Combinator", "es"),
        ("generación Y", "es"),
        ("E noi", "it"),
        ("NO TAV", "it"),
        ("NON UNA DI MENO", "it"),
        ("NO más deudas", "es"),
        ("O Globo", "es"),
        ("presidente O Globo", "es"),
        ("acuerdo y paz o guerra", "es"),
        ("Merkel und Seehofer oder nicht", "de"),
        ("title:O", "es"),
        ("sindaco O", "it"),
        ("أو", "ar"),
        ("لاجئين أو", "ar"),
        ("هل يستطيع المغرب أو الجزائر", "ar"),
        ("السلام ليس استسلاما", "ar"),
        ("الإسلام ليس إرهابا", "fr"),
        ("السلام ليس استسلاما أو خضوعا", "ar"),
        ("LE NON L'EMPORTE", "fr"),
        ("IL GOVERNO NON CADE", "it"),
        ("EL GOBIERNO NO CEDE", "es"),
        ("DECLARACIÓN DE GUERRA O PAZ", "es"),
        ("lang:es GUERRA O PAZ", "es"),
        ("hepatite E Brasil", "pt"),
        ("vitamina E tumore", "it"),
        ("classe E Mercedes", "it"),
        ("Série E champions", "pt"),
        ("grupo O negativo", "es"),
        ("gruppo O sangue", "it"),
    ],
)
def test_words_that_are_meant_stay_words(typed: str, language: str) -> None:
    assert parse(typed, ANALYZERS, language).tree == parse(typed.lower(), ANALYZERS, "en").tree or (
        parse(typed, ANALYZERS, language).tree == parse(typed, ANALYZERS, "en").tree
    )


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("DER STREIT IST NICHT BEENDET", "de"),
        ("BUNDESTAG STIMMT NICHT ZU", "fr"),
        ("O GOVERNO NÃO VAI CAIR", "pt"),
        ("O GOVERNO NA\u0303O VAI CAIR", "en"),
    ],
)
def test_a_title_in_capitals_excludes_nothing(typed: str, language: str) -> None:
    understood = parse(typed, ANALYZERS, language).understood
    assert "NOT" not in understood
    assert parse(understood, ANALYZERS, language).understood == understood


CAPITALS = st.sampled_from(("ACCORD", "MERKEL", "PÊCHE", '"LIBRE ÉCHANGE"', "GOUV*", "(A B)"))


@given(
    words=st.lists(
        st.sampled_from(("MINISTER", "BREXIT", "DEAL", "PAIN", "GUERRE", "PÊCHE", "HANDEL")),
        min_size=4,
        max_size=8,
    ),
    joint=st.sampled_from(tuple(ALWAYS)),
    place=st.integers(0, 8),
    language=st.sampled_from(LANGUAGES),
)
def test_a_headline_in_capitals_has_no_operators(
    words: list[str], joint: str, place: int, language: str
) -> None:
    headline = " ".join([*words[:place], joint, *words[place:]])
    kinds = {lexeme.kind for lexeme in lex(headline, Notices(), language)}
    assert kinds == {Kind.WORD}
    # It is one where each word is an operand, a name, or in small letters.
    for meant in (f" {joint} ".join(words), f"{headline} gouv*", f"({headline})"):
        kinds = {lexeme.kind for lexeme in lex(meant, Notices(), language)}
        assert Kind[ALWAYS[joint]] in kinds or joint in ("NICHT", "NÃO")
    assert Kind[ALWAYS[joint]] in {
        lexeme.kind for lexeme in lex(f"NATIONS UNIES {joint} OTAN", Notices(), language)
    } or joint in ("NICHT", "NÃO")


@given(
    words=st.lists(CAPITALS, min_size=2, max_size=5),
    signs=st.lists(st.sampled_from(tuple(SOMETIMES)), min_size=4),
    language=st.sampled_from(LANGUAGES),
)
def test_in_capitals_no_word_is_an_operator_sometimes(
    words: list[str], signs: list[str], language: str
) -> None:
    typed = " ".join(f"{word} {sign}" for word, sign in zip(words, signs, strict=False))
    kinds = {lexeme.kind for lexeme in lex(typed, Notices(), language)}
    assert kinds.isdisjoint((Kind.AND, Kind.OR, Kind.NOT))


@given(
    word=st.sampled_from(tuple(ARABIC)),
    signs=st.text("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640", max_size=3),
    form=st.sampled_from(("NFC", "NFD")),
    language=st.sampled_from(LANGUAGES),
)
def test_signs_of_arabic_vowels_change_no_operator(
    word: str, signs: str, form: Literal["NFC", "NFD"], language: str
) -> None:
    written = unicodedata.normalize(form, word + signs)
    plain = parse(f"لاجئين {word} مهاجرين", ANALYZERS, language)
    assert ARABIC[word] == "AND" or ARABIC[word] in plain.understood
    assert parse(f"لاجئين {written} مهاجرين", ANALYZERS, language).tree == plain.tree


@pytest.mark.parametrize(
    ("typed", "language", "told"),
    [
        ("élection présidentielle", "fr", ""),
        ("l'accord de pêche", "fr", ""),
        ("accord ET pêche -mer", "fr", ""),
        ("Merkel UND Seehofer", "de", ""),
        ("frontera O aduana", "es", "frontera OR aduana"),
        ("livro E Merkel", "pt", "livro AND Merkel"),
        ("لاجئين أو مهاجرين", "ar", "لاجئين OR مهاجرين"),
        ("vitamina E tumore", "it", ""),
        ("acord~ gouv*ment", "fr", ""),
        ("(accord commercial)", "fr", ""),
        ("date:mars 2024 pêche", "fr", ""),
        ("ONU", "fr", "ONU OU organization:onu"),
        ("ONU", "ar", "ONU أو organization:onu"),
        ("accord OU traité commercial", "fr", "accord OU (traité ET commercial)"),
        ("Vertrag ODER Abkommen Handel", "de", "Vertrag ODER (Abkommen UND Handel)"),
    ],
)
def test_what_surprises_is_told_in_the_readers_operators(
    typed: str, language: str, told: str
) -> None:
    understood = parse(typed, ANALYZERS, language).understood
    assert understood_as(typed, understood, language) == told


@given(
    words=st.lists(WORDS, min_size=2, max_size=4),
    signs=st.lists(st.sampled_from((" ", " AND ", " OR ", " NOT ", " -")), min_size=3),
    language=st.sampled_from(LANGUAGES),
)
def test_what_is_told_reads_back_the_same(
    words: list[str], signs: list[str], language: str
) -> None:
    typed = words[0] + "".join(map("".join, zip(signs, words[1:], strict=False)))
    understood = parse(typed, ANALYZERS, language).understood
    told = in_own_words(understood, language)
    assert parse(told, ANALYZERS, language).understood == understood


@example(["accord", "accord", "لاجئين", "ACCORD"], [" Y ", " (NO ", " Y "], "fr", "es")
@example(["accord", "(ACCORD", "PAZ", "ACCORD"], [" ", " NON ", " Y "], "es", "fr")
@given(
    words=st.lists(WORDS | CAPITALS, min_size=2, max_size=4),
    signs=st.lists(
        st.sampled_from((*(f" {word} " for word in SOMETIMES), " ", " OR ", " أو ", " (NO ")),
        min_size=3,
    ),
    language=st.sampled_from(LANGUAGES),
    other=st.sampled_from(LANGUAGES),
)
def test_a_query_for_every_language_asks_the_same_in_all(
    words: list[str], signs: list[str], language: str, other: str
) -> None:
    typed = words[0] + "".join(map("".join, zip(signs, words[1:], strict=False)))
    told = in_every_language(typed, language)
    tree = parse(typed, ANALYZERS, language).tree
    assert parse(told, ANALYZERS, language).tree == tree
    if not depends_on_language(told):
        assert parse(told, ANALYZERS, other).tree == tree
    else:  # capitals say what a single letter means, and stay
        assert any(len(word) == 1 for word in re.split(r"\W+", typed))
