"""Why a name of the authority does not count where it stands.

It is a name in other languages, not written as the name is, a surname, a word in a line of
capitals, a stock symbol, a prison, a street, an Italian participle, or a newspaper called by a
common word that nothing shows to be one.
"""

import re
import unicodedata
from typing import Final

from index.analysis import fold_key
from index.document import Span
from index.extract.organizations.automata import TRAP, Form
from index.extract.organizations.words import stands_behind
from index.vocabularies import grammar

_TITLE_CASE_LENGTH = 4
_TITLE_CASE_LENGTH_ITALIAN = 3
"""Letters from which on an acronym may be written as a name is: ``Unesco``."""
_WORD_LENGTH = 3
"""Acronyms up to this length are taken for words where everything is in capitals."""
SURNAME: Final = "it is a surname here"


def is_of(form: Form, language: str) -> bool:
    """Say whether a form counts in texts of a language."""
    return not form.languages or language in form.languages or language == "und"


def refusal(form: Form, original: str, text: str, span: Span, language: str) -> str | None:
    """Return why a name does not count where it stands; None if it counts."""
    if not is_of(form, language):
        return "it is a name in other languages"
    if not _fits_case(form, original, language):
        return "its capitals are not those of the name"
    if _is_participle(form, original, text, span, language):
        return "it is a participle here"
    if _is_surname(form, text, span):
        return SURNAME
    if form.cued and not _is_quoted_as_press(text, span):
        return "no word of the press stands near"
    if (form.acronym or form.text.isupper()) and _is_among_capitals(text, span, form):
        return "it stands among words in capitals"
    if form.words == 1 and _is_other_name(form, text, span):
        return "it is another kind of name here, or a word in capitals"
    return None


def _fits_case(form: Form, original: str, language: str) -> bool:
    """Say whether the case of the original fits a name or an acronym."""
    if form.id == TRAP:
        return True
    if form.exact:
        written = original[form.prefix :].replace("’", "'")
        if language == "de" and "-" not in form.text:  # Puls-4-Interview
            written = written.replace("-", " ")
        return _is_as_exact(written, form.text[form.prefix :])
    if form.dotted:
        return "." in original and original.upper() == original
    if form.acronym:
        if original.upper() == original or original == form.text:
            return original.isascii() or not form.text.isascii()
        letters = sum(map(str.isalpha, original))
        shortest = _TITLE_CASE_LENGTH_ITALIAN if language == "it" else _TITLE_CASE_LENGTH
        titled = original[:1].isupper() and original.isascii() and not original.islower()
        return letters >= shortest and titled and not form.ambiguous
    first = original[:1]
    if first.isupper() or not first.islower():
        return True
    if original == form.text:
        return form.words > 1 or not form.text.islower()
    if original[:3] in ("al-", "al "):  # al-Qaeda, wherever it stands
        return original[3:4].isupper()
    return form.words >= 4 or (form.words == 3 and original.lower() != original)


def _is_as_exact(original: str, name: str) -> bool:
    """Say whether a name is written as it is, or with a capital at more of its words.

    The accents of one of several words may be missing (``El Pais``).

    One of two words that are joined may be written without the capital inside (``Whatsapp``), but
    not where the first may be a particle of surnames: ``Dupont`` is not DuPont.
    """
    if original == name:
        return True
    if " " not in name:
        return original == name.capitalize() and bool(_JOINED.fullmatch(name))
    if original.isascii():  # El Pais
        name = "".join(filter(str.isascii, unicodedata.normalize("NFD", name)))
    if original.lower() != name.lower():
        return False
    pairs = zip(original, name, f" {name}", strict=False)
    return all(one == other or (one.isupper() and before in " '-") for one, other, before in pairs)


def _is_among_capitals(text: str, span: Span, form: Form) -> bool:
    """Say whether a short acronym stands among words in capitals, where it may be a word."""
    if len(form.text) > _WORD_LENGTH:
        return False
    around = text[max(0, span.start - 25) : span.start] + text[span.end : span.end + 25]
    letters = sum(map(str.isalpha, around))
    return letters > 10 and sum(map(str.isupper, around)) * 10 > letters * 8


_JOINED = re.compile(r"(?!Mac)[A-Z][a-z]{2,}[A-Z][A-Za-z]*")
"""A name of two words that are joined: ``WhatsApp``."""
_BEFORE_SURNAME = re.compile(r"(?:([A-ZÀ-Þ][\w’'-]+) )?([A-ZÀ-Þ][\w’'-]+) $")
_NAMES_LENGTH = 32
_SENTENCE_START = re.compile(r"(?:^|[.!?\n»\"”]) ?$")


def _is_surname(form: Form, text: str, span: Span) -> bool:
    """Say whether a company's name is a surname here: ``Juan Carlos Ferrero``."""
    if (
        form.words > 1
        or form.acronym
        or form.text.isupper()
        or text[span.start - 1 : span.start] != " "
    ):
        return False
    match = _BEFORE_SURNAME.search(text[max(0, span.start - _NAMES_LENGTH) : span.start])
    given = grammar("und")["given"]
    return match is not None and any(fold_key(name) in given for name in match.groups() if name)


_FACILITY_LENGTH = 40
_LONGEST_FACILITY = 3
"""Words of what a place is: ``maison d'arrêt``."""


def _is_other_name(form: Form, text: str, span: Span) -> bool:
    """Say whether one word is a stock symbol, or the name of a prison, a street or a stadium.

    In a line of capitals a name that is no acronym may be any word: ``STANDARD LIFE``.
    """
    if text[span.end : span.end + 1] == ">" and text[span.start - 1 : span.start] == "<":
        return True
    if form.acronym:
        return False
    if form.kind == "sport" and _is_of_facility(text, span):
        return True
    return text[span.start : span.end].isupper() and not form.text.isupper()


def _is_of_facility(text: str, span: Span) -> bool:
    """Say whether a place of the name is meant: ``Cadeia Pública de Benfica``."""
    words = fold_key(text[max(0, span.start - _FACILITY_LENGTH) : span.start]).split()
    if words and words[-1] in grammar("und")["facilityof"]:
        words.pop()
    facilities = grammar("und")["facility"]
    return any(" ".join(words[-count:]) in facilities for count in range(1, _LONGEST_FACILITY + 1))


def _is_participle(form: Form, original: str, text: str, span: Span, language: str) -> bool:
    """Say whether Italian ``Nato`` begins a sentence: there it is *born*, not the alliance."""
    participles = grammar(language)["participle"]
    if not form.acronym or original.isupper() or fold_key(original) not in participles:
        return False
    return _SENTENCE_START.search(text, max(0, span.start - 2), span.start) is not None


_BEHIND_PRESS = re.compile(r"[\"»]?,? (?:a |avait |qui |s['’])?(\w+)")
_MOST_BEFORE_PRESS = 2


def _is_quoted_as_press(text: str, span: Span) -> bool:
    """Say whether the French around ``span`` speaks of the press as a source."""
    words = grammar("fr")
    if stands_behind(text, span, words["pressbefore"], _MOST_BEFORE_PRESS):
        return True
    behind = _BEHIND_PRESS.match(text, span.end)
    return behind is not None and fold_key(behind[1]).startswith(tuple(words["pressbehind"]))
