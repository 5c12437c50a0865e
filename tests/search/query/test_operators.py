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
from search.query.operators import ARABIC, LANGUAGES_OF, OWN, SOMETIMES, operator, possible
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
        ("LA GUERRA O LA PAZ", "es"),
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
CONTENT = st.lists(
    st.sampled_from(("BREXIT", "DEAL", "GUERRE", "PÊCHE", "A320", "B", "UE", "WHO", "2024")),
    min_size=1,
    max_size=8,
)
FUNCTION_WORDS = {
    "en": "THE",
    "fr": "DANS",
    "de": "DURCH",
    "es": "HASTA",
    "it": "DELLA",
    "pt": "PELO",
}
JOINTS = st.sampled_from(
    tuple((word, language) for word, own in LANGUAGES_OF.items() for language in sorted(own))
)


def meaning(joint: str, language: str) -> Kind:
    return Kind[operator(joint) or possible(joint, language) or ""]


def read(typed: str, language: str, place: int) -> tuple[Kind, list[str]]:
    """Return what a lexeme was read as, and the words of which readers are told."""
    notices = Notices()
    kind = lex(typed, notices, language)[place].kind
    told = [notice.values["word"] for notice in notices if notice.code == "operators_are_words"]
    return kind, told


@given(before=CONTENT, after=CONTENT, joint=JOINTS, others=st.lists(st.sampled_from(LANGUAGES)))
def test_capitals_alone_take_no_meaning_from_an_operator(
    before: list[str], after: list[str], joint: tuple[str, str], others: list[str]
) -> None:
    """A NOT without function words of its language excludes, whatever stands beside it."""
    word, language = joint
    foreign = [
        FUNCTION_WORDS[other] for other in others if other not in {"ar", *LANGUAGES_OF[word]}
    ]
    typed = " ".join([*foreign, *before, word, *after, *foreign])
    place = len(foreign) + len(before)
    assert read(typed, language, place) == (meaning(word, language), [])


@given(before=CONTENT, after=CONTENT, joint=JOINTS, follows=st.booleans())
def test_a_sentence_in_capitals_has_no_operators_and_tells_so(
    before: list[str], after: list[str], joint: tuple[str, str], follows: bool
) -> None:
    word, language = joint
    function_word = FUNCTION_WORDS[language]
    words = [*before, *((word, function_word) if follows else (function_word, word)), *after]
    typed, place = " ".join(words), len(before) + (not follows)
    assert read(typed, language, place) == (Kind.WORD, [word])
    assert read(f"1) {typed}", language, place + 2) == (Kind.WORD, [word])
    parsed = parse(typed, ANALYZERS, language)
    assert "operators_are_words" in {notice.code for notice in parsed.warnings}
    assert understood_as(typed, parsed.understood, language)
    for searched, shift in (
        (f"({typed})", 1),
        (f"{typed} -PAIN", 0),
        (f'{typed} "PAIN"', 0),
        (f"{typed} lang:fr", 0),
        (f"{typed} PAI*", 0),
        (f"{typed} pain", 0),
        (f"{typed} اتفاق", 0),
    ):
        assert read(searched, language, place + shift) == (meaning(word, language), [])


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("AI ACT NOT GDPR", "AI AND ACT AND NOT GDPR"),
        ("LE PEN NOT MACRON", "LE AND PEN AND NOT MACRON"),
        ("SECURITE DES FRONTIERES NOT OTAN", "SECURITE AND DES AND FRONTIERES AND NOT OTAN"),
        ("US WHO NOT OTAN", "(US OR country:us) AND (WHO OR organization:oms) AND NOT OTAN"),
        ("COURS EST OR OUEST", "(COURS AND EST) OR OUEST"),
        ("GROUPE A OR GROUPE B", "(GROUPE A) OR (GROUPE AND B)"),
        ("LE PAIN NOT lang:fr", "LE AND PAIN AND NOT lang:fr"),
        ("EUROPE -UE WAR NOT PEACE", "EUROPE AND NOT UE AND WAR AND NOT PEACE"),
        ("الصيد البحري NOT UE", "الصيد AND البحري AND NOT UE"),
        ("-THE ACCORD PECHE", "(NOT THE AND ACCORD AND PECHE)"),
    ],
)
def test_an_exclusion_in_capitals_excludes(typed: str, understood: str) -> None:
    assert parse(typed, ANALYZERS).understood == understood
    assert parse(understood, ANALYZERS).understood == understood


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
