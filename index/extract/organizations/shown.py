"""What stands beside an ambiguous name of the authority and shows that a body is meant.

That of a party stands behind a person of it. In German a hyphen joins a noun for what only bodies
have (``Amazon-Sprecherin``), or only clubs (``Bayern-Trainer``), and one plays against a town that
is a club (``2:0 gegen Köln``). The words stand in ``organizations-grammar.txt``.
"""

import re

from index.analysis import fold_key
from index.document import Span
from index.extract.organizations.automata import Form
from index.extract.organizations.rules import joined_noun
from index.extract.organizations.words import stands_behind, word_before
from index.vocabularies import grammar

_MEMBER_LENGTH = 36
_AFTER_PERSON = re.compile(
    r"[A-ZÀ-Þ][\w’'-]+ (?:(?:da|de|do|dos|di|von|van|le|la) )?[A-ZÀ-Þ][\w’'-]+ \($"
)
_PARTY_END = re.compile(r"\)|, |[-/][A-Z]{2}\)")


def _is_membership(text: str, span: Span) -> bool:
    """Say whether a party's acronym stands behind a person of it: ``la maire PS``, ``X Y (PT)``."""
    start = max(0, span.start - _MEMBER_LENGTH)
    words = grammar("und")
    if text[span.start - 1 : span.start] == " " and (
        stands_behind(text, span, words["partisan"])
        or stands_behind(text, span, words["councillor"], 1)
    ):
        return True
    return (
        _PARTY_END.match(text, span.end) is not None
        and _AFTER_PERSON.search(text, start, span.start) is not None
    )


_JOINED = re.compile(r"-([A-ZÄÖÜ][a-zäöüß]+)\b")


def is_shown(form: Form, text: str, span: Span, language: str, several: bool) -> bool:
    """Say whether the words beside an ambiguous name show that a body is meant.

    A hyphen does not show which of ``several`` bodies of the name is meant.
    """
    if form.kind == "party" and form.acronym and _is_membership(text, span):
        return True
    if language != "de" or form.words > 1 or several:
        return False
    if form.kind == "sport":
        if _is_common_club(form):
            return False
        return _is_of_club(form, text, span) or (
            _is_against(form, text, span) and _is_of_match(text, span)
        )
    joined = _JOINED.match(text, span.end)
    return joined is not None and joined_noun(joined[1], grammar("de"))


_NO_OPPONENT = re.compile(r" ?\d| [A-ZÄÖÜ]\.")
"""What follows a word that is no club behind *against*: ``Stuttgart 21``, ``Hertha K.``."""
_WORD_BEFORE_AGAINST = re.compile(r"(\w+) \w+ $")
_LONGEST_BEFORE = 32
"""Characters before a name among which that word and *against* stand."""
_SCORE = re.compile(r"(?<!\d)\d:\d(?!\d)")
_SENTENCE_LENGTH = 150
_SENTENCE_ENDS = re.compile(r"[!?\n]|(?<!\d)\. ")


def is_opponent(form: Form, text: str, span: Span) -> bool:
    """Say whether a town is a club beside one that is sure."""
    if _is_of_club(form, text, span):
        return True
    return not _is_common_club(form) and _is_against(form, text, span)


def _is_common_club(form: Form) -> bool:
    return fold_key(form.text) in grammar("de")["commonclub"]


def _is_of_club(form: Form, text: str, span: Span) -> bool:
    """Say whether a hyphen joins what only clubs have to the town of one."""
    words, joined = grammar("de"), _JOINED.match(text, span.end)
    if joined is None or fold_key(form.text) not in words["club"]:  # the name of a land: FC Kärnten
        return False
    return joined_noun(joined[1], words, sport=True)


def _is_against(form: Form, text: str, span: Span) -> bool:
    """Say whether *against* stands before the town of a club, and does not speak of a trial."""
    words = grammar("de")
    if fold_key(form.text) not in words["club"] or word_before(text, span) not in words["opponent"]:
        return False
    before = _WORD_BEFORE_AGAINST.search(text, max(0, span.start - _LONGEST_BEFORE), span.start)
    contest = before is not None and _has_role(fold_key(before[1]), "contest")
    return not contest and _NO_OPPONENT.match(text, span.end) is None


def _is_of_match(text: str, span: Span) -> bool:
    """Say whether the sentence around a name tells of a match."""
    before = _SENTENCE_ENDS.split(text[max(0, span.start - _SENTENCE_LENGTH) : span.start])[-1]
    after = _SENTENCE_ENDS.split(text[span.end : span.end + _SENTENCE_LENGTH])[0]
    return any(
        _SCORE.search(part) or any(map(_is_of_sport, fold_key(part).split()))
        for part in (before, after)
    )


def _is_of_sport(word: str) -> bool:
    """Say whether a folded word is one of sport; ``Beispiel`` is none."""
    return _has_role(word, "match") and not word.endswith(tuple(grammar("de")["nomatch"]))


def _has_role(word: str, role: str) -> bool:
    """Say whether a folded word has a role, or ends as compounds that have it do."""
    words = grammar("de")
    return word in words[role] or word.endswith(tuple(words[f"{role}end"]))
