"""What a written word may be in names of persons, as bits, so that each word is judged once."""

import re
from collections import defaultdict
from functools import cache

from index.analysis import fold_key, name_key
from index.extract.organizations import Words, fold_word
from index.vocabularies import (
    LANGUAGES,
    countries,
    function_words,
    locale_of,
    person_grammar,
)

_WITH_STOP = frozenset(
    re.findall(
        r"\w+",
        "dr prof sr sra srta mr mrs ms sen rep gov gen col capt lt maj sgt adm rev sig dott avv on"
        " m me mm mme mgr",
    )
)
"""Titles that may end with a full stop."""
_RUN_IN = re.compile(r"(?<=[a-zà-ÿ]{2})par$")
"""A credit that runs into the last word of a line: ``Macronpar 6MEDIAS``."""
ROMAN = re.compile(r"(?:X{0,2}(?:IX|IV|V?I{1,3}|V)|X{1,2})")
JUNIOR = frozenset(("jr", "sr", "junior"))
_PATRONYM = re.compile(r"[eoji]v(?:itch|ich|na)$|[eoji]w(?:itsch|na)$")
CAPITAL, HIGH, UPPER, DIGIT, INITIAL, RUNS_IN = (1 << bit for bit in range(6))
GIVEN, DOUBTFUL, PATRONYMIC = (1 << bit for bit in range(6, 9))
TITLE, CROWN, TRADE, DOTTED, KNOWN = (1 << bit for bit in range(9, 14))
STOP, PLACE, THING, AFTER, BYLINE, JOINT, FRONT_JOINT = (1 << bit for bit in range(14, 21))
BESIDE, SAID, DEED, SURNAME, SUFFICES = (1 << bit for bit in range(21, 26))
SOURCE, WORD, ARTICLE, DEMONYM = (1 << bit for bit in range(26, 30))
ALSO, OPENS_PLACE, INSIDE = (1 << bit for bit in range(30, 33))
ANNOUNCES = TITLE | CROWN | TRADE
FORENAME = GIVEN | PATRONYMIC
ENDS = STOP | THING | DIGIT
NO_PART = UPPER | DIGIT | PLACE | STOP | ANNOUNCES
"""Of a word that is no part of a name behind or before a comma."""
_KINDS = {"": 0, "title": TITLE, "crown": CROWN, "trade": TRADE}
_LISTED = {
    "thing": THING,
    "beside": BESIDE,
    "said": SAID,
    "deed": DEED,
    "source": SOURCE,
    "word": WORD,
    "also": ALSO,
    "inside": INSIDE,
    "article": ARTICLE,
    "after": AFTER,
    "byline": BYLINE,
    "joint": JOINT,
    "joint-given": FRONT_JOINT,
}
"""What words of a role of the grammar may be."""
_WITHOUT_ACCENTS = frozenset(("en", "de", "it"))
"""Languages of which *Jesús* and *Ángel*, so written, are no words."""
_CACHED = 60_000
_LONGEST_CACHED = 40
_LONGEST_PLACE = 4


class _Bits(dict[str, int]):
    """What each word as written may be in a language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._accents = language not in _WITHOUT_ACCENTS
        grammar = self._grammar = person_grammar(language if language in LANGUAGES else "und")
        self._listed: dict[str, int] = defaultdict(int)
        """What a folded word may be, whatever its capitals."""
        for words, bit in (
            (_WITH_STOP, DOTTED),
            (_no_surnames(language), STOP),
            (_places() | _places("demonym"), PLACE),
            (_places("demonym") if grammar["article"] else (), DEMONYM),
            ({key.split()[0] for key in long_places()}, OPENS_PLACE),
            *((grammar[role], bit) for role, bit in _LISTED.items()),
        ):
            for word in words:
                self._listed[word] |= bit

    def __missing__(self, text: str) -> int:
        if len(self) >= _CACHED:
            self.clear()
        bits = self._bits(text, fold_word(text))
        if len(text) <= _LONGEST_CACHED:
            self[text] = bits
        return bits

    def _bits(self, text: str, folded: str) -> int:
        bits = self._listed.get(folded, 0) | _KINDS[self._grammar.kind(folded)]
        capital = text[:1].isupper()
        upper = len(text) > 1 and text.isupper()
        if capital and not upper:
            bits |= self._named(text, folded)
        facts = (
            (capital, CAPITAL),
            (capital or (text[2:3] == "-" and text[3:4].isupper()), HIGH),  # al-Assad
            (upper, UPPER),
            (not text.isalpha() and any(map(str.isdigit, text)), DIGIT),
            (len(text) == 1, INITIAL),
            (_RUN_IN.search(text) is not None, RUNS_IN),
            (_PATRONYM.search(folded) is not None, PATRONYMIC),
        )
        return sum((bit for holds, bit in facts if holds), bits)

    def _named(self, text: str, folded: str) -> int:
        """Return what a word with a capital may be as a name."""
        grammar = self._grammar
        given = grammar.is_given(text, folded)
        facts = (
            (given, GIVEN),
            (given and folded in grammar.doubtful and (self._accents or text.isascii()), DOUBTFUL),
            (folded in grammar.known, KNOWN),
            (folded in grammar["surname"], SURNAME),
            (grammar.suffices(text, folded), SUFFICES),
        )
        return sum(bit for holds, bit in facts if holds)


word_bits = cache(_Bits)


@cache
def _no_surnames(language: str) -> frozenset[str]:
    """Return words with a capital that end a name: days, months, function words, nations."""
    codes = (language,) if language in LANGUAGES else LANGUAGES
    listed: set[str] = set()
    for code in codes:
        locale = locale_of(code)
        for names in (locale.days, locale.months):
            listed.update(names["format"]["wide"].values())
        listed |= function_words().get(code, frozenset())
        listed |= set(person_grammar(code)["stop"])
    folded = {fold_key(word).replace(" ", "") for word in listed}
    return frozenset(folded | _places("demonym"))


@cache
def _places(kind: str = "") -> frozenset[str]:
    """Return the folded forms of countries of a kind, or of all but demonyms."""
    return frozenset(
        name_key(form.text).replace(" ", "")
        for entry in countries().entries.values()
        for form in entry.forms
        if (form.kind == kind if kind else form.kind != "demonym")
    )


@cache
def long_places() -> frozenset[str]:
    """Return the folded forms of countries, and the places of the grammar, of several words."""
    forms = (
        fold_key(form.text)
        for entry in countries().entries.values()
        for form in entry.forms
        if form.kind != "demonym"
    )
    return frozenset(form for form in (*forms, *person_grammar("und").places) if " " in form)


def opens_place(words: Words, index: int) -> bool:
    """Say whether the name of a place of several words begins with a word: *Costa Rica*."""
    key = words[index].folded
    for at in range(index + 1, min(index + _LONGEST_PLACE, len(words))):
        if not words.joined(at):
            break
        key += " " + words[at].folded
        if key in long_places():
            return True
    return False
