"""Singular and plural: what stemmers miss, and what rules must not bring together."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.analysis import analyzer
from index.analysis.inflection import LAST_LETTERS, RULES, base_forms, plural_rules, table

TOGETHER = {
    "fr": "détenu/détenus élu/élus loi/lois lieu/lieux photo/photos étranger/étrangers œil/yeux"
    " tournoi/tournois bijou/bijoux travail/travaux",
    "es": "año/años juez/jueces dólar/dólares joven/jóvenes cruz/cruces régimen/regímenes",
    "pt": "lei/leis jardim/jardins homem/homens erro/erros réu/réus fácil/fáceis",
    "de": "Firma/Firmen Museum/Museen Auto/Autos System/Systeme Interview/Interviews",
    "en": "man/men wife/wives life/lives child/children crisis/crises bus/buses",
    "it": "uomo/uomini arco/archi lago/laghi",
    "ar": "قرار/قرارا شخص/شخصا مشروع/مشروعًا مسؤول/مسئول هيئة/هيأة",
}
APART = {
    "fr": "pari/paris moi/mois foi/fois bu/bus",
    "de": "Hau/Haus Indium/Indien",
    "ar": "سور/سوريا",
}

PLURALS = """
s x es ces ns ões ães oes ais éis eis is óis us chi ghe hi men ses ives ves erns innen nisse nissen
ien een äen em ions uri urile i ا
"""
ENDINGS = st.sampled_from(["", *PLURALS.split()])


def _forms(language: str, word: str) -> set[str]:
    return set(analyzer(language).analyse_words([word.casefold()]).forms[0])


@pytest.mark.parametrize("language", TOGETHER)
def test_singular_and_plural_share_a_form(language: str) -> None:
    pairs = [pair.split("/") for pair in TOGETHER[language].split()]
    missed = [pair for pair in pairs if not _forms(language, pair[0]) & _forms(language, pair[1])]
    assert not missed


@pytest.mark.parametrize("language", APART)
def test_words_that_only_look_like_a_plural_stay_apart(language: str) -> None:
    pairs = [pair.split("/") for pair in APART[language].split()]
    met = [pair for pair in pairs if _forms(language, pair[0]) & _forms(language, pair[1])]
    assert not met


@given(st.sampled_from(sorted(RULES)), st.text("abcdefghilmnoprstuvxyzéãíó", min_size=3), ENDINGS)
def test_rules_are_tried_on_all_words_that_they_are_about(
    language: str, beginning: str, ending: str
) -> None:
    word = beginning + ending
    assume(word not in table(language))
    assert base_forms(language, [word]).get(word, ()) == plural_rules(language, word)


def test_last_letters_are_those_of_rules() -> None:
    assert LAST_LETTERS.keys() == RULES.keys()
