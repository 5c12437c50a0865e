"""Operators as readers of seven languages write them.

``ALWAYS`` are words that, in capitals, hardly ever mean anything else. A word of ``SOMETIMES`` (the
*Y* of *acuerdo Y paz*) may as well be the letter of a name (*Generation Y*) or the first word of a
title (*O Globo*). It is an operator between two operands, in the language that it belongs to, if
no known name contains it and no word that a letter follows stands before it (*vitamina E*).
Capitals say nothing in a query all in capitals. There, a word is no operator where function words
of its own language show that it stands in a pasted sentence (*MINISTER SAYS NOT TO WORRY*): see
``search.query.parser``. Readers are told so, as an exclusion that becomes a requirement is worse
than a headline that is misread.
Arabic has no capitals: its words are operators between two operands where the query has no other
function word, as a sentence has.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

from index.analysis import analyzer, fold, tokenize

Operator = Literal["AND", "OR", "NOT"]

ALWAYS: dict[str, Operator] = {
    **dict.fromkeys(("AND", "ET", "UND"), "AND"),
    **dict.fromkeys(("OR", "OU", "ODER"), "OR"),
    **dict.fromkeys(("NOT", "SAUF", "NICHT", "NÃO"), "NOT"),
}
SOMETIMES: dict[str, tuple[Operator, frozenset[str]]] = {
    "Y": ("AND", frozenset(("es",))),
    "E": ("AND", frozenset(("it", "pt"))),
    "O": ("OR", frozenset(("es", "it"))),
    "NO": ("NOT", frozenset(("es",))),
    "NON": ("NOT", frozenset(("fr", "it"))),
    "NAO": ("NOT", frozenset(("pt",))),
}
"""What a word means, and in which languages."""
LANGUAGES_OF: dict[str, frozenset[str]] = {
    **dict.fromkeys(("AND", "OR", "NOT"), frozenset(("en",))),
    **dict.fromkeys(("ET", "SAUF"), frozenset(("fr",))),
    "OU": frozenset(("fr", "pt")),
    **dict.fromkeys(("UND", "ODER", "NICHT"), frozenset(("de",))),
    "NÃO": frozenset(("pt",)),
    **{word: languages for word, (_, languages) in SOMETIMES.items()},
}
"""The languages in which an operator is a word of sentences."""
DENIES = ("NICHT", "NÃO", *(word for word, (meaning, _) in SOMETIMES.items() if meaning == "NOT"))
"""Operators that deny the sentence in which they are words, before or behind any verb."""
LETTERED = frozenset(
    (
        "clase",
        "classe",
        "cromosoma",
        "cromossomo",
        "epatite",
        "generación",
        "generazione",
        "geração",
        "grupo",
        "gruppo",
        "hepatite",
        "hepatitis",
        "piano",
        "plano",
        "serie",
        "série",
        "tipo",
        "vitamina",
    )
)
"""Words that a single letter follows, so that it is none of ``SOMETIMES``."""
ARABIC: dict[str, Operator] = {
    "و": "AND",
    "أو": "OR",
    "او": "OR",
    "باستثناء": "NOT",
}
OWN: dict[str, dict[Operator, str]] = {
    "fr": {"AND": "ET", "OR": "OU", "NOT": "SAUF"},
    "es": {"AND": "Y", "OR": "O", "NOT": "NO"},
    "de": {"AND": "UND", "OR": "ODER", "NOT": "NICHT"},
    "it": {"AND": "E", "OR": "O", "NOT": "NON"},
    "pt": {"AND": "E", "OR": "OU", "NOT": "NÃO"},
    "ar": {"AND": "و", "OR": "أو", "NOT": "باستثناء"},
}
"""The operators that a reader of a language writes; a reader of another writes AND, OR, NOT."""


def operator(word: str) -> Operator | None:
    """Return what a word is as an operator wherever it stands; None if it is none."""
    return ALWAYS.get(unicodedata.normalize("NFC", word))


def is_spelt_as_operator(word: str) -> bool:
    """Tell whether a word of several letters may be an operator in some language."""
    return bool(operator(word)) or (len(word) > 1 and word in SOMETIMES)


def arabic(word: str) -> Operator | None:
    """Return what an Arabic word may be between two operands, with vowel signs or without."""
    return ARABIC.get(unicodedata.normalize("NFC", _ARABIC_SIGNS.sub("", word)))


def possible(word: str, language: str) -> Operator | None:
    """Return what a word may be between two operands, in a query in ``language``."""
    meaning, languages = SOMETIMES.get(word, (None, frozenset()))
    return meaning if language in languages else arabic(word)


def signs_of_sentence(word: str) -> tuple[frozenset[str], int]:
    """Return the languages of an operator, and how many function words of them show that it is a
    word of a sentence where none is beside it: whoever denies needs none there."""
    word = unicodedata.normalize("NFC", word)
    return LANGUAGES_OF.get(word, frozenset()), 1 if word in DENIES else 2


def is_function_word(word: str, languages: Collection[str]) -> bool:
    """Tell whether a text is one word that is a stop word in one of the languages.

    What is spelt as an operator is none, nor is a text of several words (*l'Italie*).
    """
    if is_spelt_as_operator(word):
        return False
    tokens = tokenize(word)
    return len(tokens) == 1 and any(analyzer(suffix).is_stop(tokens[0]) for suffix in languages)


def is_lettered(before: str, word: str) -> bool:
    """Tell whether a word is a letter that belongs to the word before it, as in *grupo O*."""
    return len(word) == 1 and fold(before) in _FOLDED_LETTERED


def is_sentence(text: str) -> bool:
    """Tell whether an Arabic text has function words that are no operators."""
    return any(
        analyzer("ar").is_stop(token) and token.normal not in _FOLDED
        for token in tokenize(text)
        if token.kind == "word"
    )


_ARABIC_SIGNS = re.compile("[\u064b-\u0652\u0640]")
"""Vowel signs and the tatweel, which lengthens a word."""
_FOLDED = frozenset(token.normal for word in ARABIC for token in tokenize(word))
_FOLDED_LETTERED = frozenset(map(fold, LETTERED))
