"""Scanning only the passages that may speak of dates finds what scanning all of a text finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_text
from index.extract.dates.passages import passages
from index.extract.dates.scanner import expressions

_WORDS = {
    "fr": "lundi 3 mars 2014 le la veille de il y a trois jours ans Février fév. avril mot l'accord"
    " aujourd'hui hier au lendemain du dernier 12/04 1er en fin 2013-04-05 14h30 prochaine semaine",
    "en": "Monday May 3 March 1987 the day before yesterday in of last year years ago two word and"
    " to Tuesday, (Friday) Q1 1986/87 next 12.5 pct good",
    "de": "am 28.10. Montag den 3. Oktober 2014 um vor zwei Jahren letzte Woche Wort Straße Jänner"
    " heute morgen bis vom 1.2.2014 ab",
    "pt": "segunda-feira 3 de março 2014 na véspera do dia seguinte há dois anos sexta (12) que vem"
    " palavra próximo depois amanhã",
    "ar": "الاثنين 3 مارس ٢٠١٤ كانون الثاني يوم أول أمس بعد غد قبل ثلاثة أيام كلمة"
    " الماضي و وفي عام",
}
_MARKS = (
    " ",
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "\n",
    "\n\n",
    " - ",
    "-",
    "/",
    "'",
    "",
    "\u00a0",
    "&",
    "_",
)
_ODD = ("\u00ad", "\u0301", "\u200b", "™", "ﬁ", "½", "²", "ß", "œ", "ـ")


def _texts(language: str) -> st.SearchStrategy[str]:
    words = st.sampled_from([*_WORDS[language].split(), "xyz", "Nom", *_ODD])
    return st.lists(st.tuples(words, st.sampled_from(_MARKS)), max_size=25).map(
        lambda pairs: "".join(word + mark for word, mark in pairs)
    )


@pytest.mark.parametrize("language", sorted(_WORDS))
@given(data=st.data())
def test_passages_hold_every_date(language: str, data: st.DataObject) -> None:
    text = data.draw(_texts(language))
    found = [
        expression
        for start, end in passages(text, language, fold_text(text), 0)
        for expression in expressions(text, language, start, end)
    ]
    assert found == list(expressions(text, language))


def test_a_title_before_the_text_shifts_no_passage() -> None:
    text = "Rien. Il viendra lundi 3 mars à Paris. Rien de plus."
    lead = "Un titre\n\n"
    alone = list(passages(text, "fr", fold_text(text), 0))
    assert alone == list(passages(text, "fr", fold_text(lead + text), len(lead)))
    assert "lundi 3 mars" in text[slice(*alone[0])]
    assert sum(end - start for start, end in alone) < len(text)
