"""The written forms of the words of expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_key
from index.extract import find_themes, score_themes
from index.vocabularies import (
    LANGUAGES,
    bases,
    themes,
    without_endings,
    without_prefixes,
    words_of,
    written_forms,
)


@pytest.mark.parametrize(
    ("language", "word", "form"),
    [
        ("fr", "tribunal", "tribunaux"),
        ("fr", "metteur", "metteurs"),
        ("fr", "européen", "européennes"),
        ("fr", "médias", "média"),
        ("en", "company", "companies"),
        ("es", "inundación", "inundaciones"),
        ("es", "juez", "jueces"),
        ("pt", "explosão", "explosões"),
        ("pt", "míssil", "mísseis"),
        ("pt", "barril", "barris"),
        ("pt", "combustível", "combustíveis"),
        ("it", "banca", "banche"),
        ("it", "attore", "attrice"),
        ("de", "Unfall", "Unfalls"),
        ("ar", "محكمة", "محكمتها"),
        ("ar", "انفجار", "انفجارات"),
        ("ar", "إرهابي", "إرهابية"),
        ("ar", "مدنيين", "مدنيون"),
        ("ar", "تمويل", "تمويلهم"),
    ],
)
def test_regular_forms(language: str, word: str, form: str) -> None:
    assert fold_key(form) in written_forms(word, language)


@pytest.mark.parametrize(
    ("language", "word", "other"),
    [
        ("pt", "aço", "ações"),
        ("es", "vacuno", "vacuna"),
        ("es", "puerto", "puerta"),
        ("fr", "burkini", "Burkina"),
        ("fr", "vent", "vente"),
        ("fr", "port", "porte"),
        ("fr", "ail", "aux"),
        ("ar", "جامع", "جامعي"),
        ("ar", "جامع", "جامعة"),
        ("ar", "مدنيين", "مدني"),
        ("ar", "مبلغين", "مبلغ"),
        ("de", "Verlag", "Verlegung"),
        ("en", "import", "important"),
    ],
)
def test_words_that_only_share_a_stem_are_other_words(language: str, word: str, other: str) -> None:
    assert fold_key(other) not in written_forms(word, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_vocabulary_is_a_form_of_itself(language: str) -> None:
    for entry in themes().entries.values():
        for expression in entry.expressions.get(language, ()):
            for word in words_of(expression.text):
                forms = written_forms(word, language)
                assert not forms.isdisjoint(
                    without_prefixes(fold_key(word)) if language == "ar" else [fold_key(word)]
                ), word
                assert all(form == fold_key(form) for form in forms)
                if expression.text.isalpha():  # what a query names is sought by its first letters
                    folded = fold_key(word)
                    begins = {folded[:2], folded.removeprefix("ال")[:2]}
                    assert begins.issuperset(form[:2] for form in forms), word


@given(st.text("aeinorstüß" + "ابتنهويكمل", min_size=1, max_size=9), st.sampled_from(LANGUAGES))
def test_a_word_is_found_by_each_of_its_forms(word: str, language: str) -> None:
    listed = set(bases(word, language))
    for form in written_forms(word, language):
        assert not listed.isdisjoint((form, *without_endings(form, language))), form


def test_words_in_capitals_have_no_further_forms() -> None:
    assert written_forms("PIB", "pt") == {"pib"}


def test_arabic_prefixes_leave_a_word_of_three_letters() -> None:
    assert without_prefixes("والمحكمه") == ("والمحكمه", "المحكمه", "محكمه")
    assert without_prefixes("بطل") == ("بطل",)


@pytest.mark.parametrize(
    ("language", "text", "theme"),
    [
        ("es", "Dos volcanes entran en erupción: los volcanes de la isla.", "disaster/earthquake"),
        ("pt", "Explosões atingem a fábrica: explosões e vazamentos de gás.", "disaster/explosion"),
        ("it", "I vulcani della Sicilia: due vulcani sono attivi.", "disaster/earthquake"),
    ],
)
def test_plurals_decide_as_singulars_do(language: str, text: str, theme: str) -> None:
    assert theme in [found.id for found in find_themes(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expression"),
    [
        ("de", "Viele Unfälle, viele Tote.", "unfall"),
        ("de", "Von Bränden und Unfällen wurde berichtet.", "unfall"),
        ("de", "Die Überfälle nehmen zu.", "uberfall"),
        ("pt", "As explosões abalaram a cidade.", "explosa"),
        ("pt", "Explosões abalaram a cidade.", "explosa"),
    ],
)
def test_plurals_may_change_a_vowel(language: str, text: str, expression: str) -> None:
    found = {key for score in score_themes(text, language).values() for key in score.counts}
    assert expression in found


@pytest.mark.parametrize(
    "text", ["Der Bürger klagt.", "Den Bürgern hilft das.", "Er war übern Berg."]
)
def test_other_words_are_not_plurals(text: str) -> None:
    found = {key for score in score_themes(text, "de").values() for key in score.counts}
    assert not found & {"burger", "uber"}
