"""Abbreviations that a text explains: ``Long form (ACRONYM)``."""

import re
from typing import NamedTuple

from index.analysis import fold_key
from index.document import Span
from index.vocabularies import grammar

_PARENTHESIS = re.compile(r"\(([A-ZÀ-Þ][A-Za-zÀ-ÿ0-9.&\-]{1,11})\)")
_LONGEST_NAME = 140
_HEAD_FIRST = frozenset(("fr", "es", "it", "pt"))
"""Languages in which such a word begins the name."""


class Abbreviation(NamedTuple):
    """An acronym as written, the long form that explains it, and where the long form stands."""

    acronym: str
    name: str
    span: Span


def find_abbreviations(text: str, language: str) -> list[Abbreviation]:
    """Return ``Long form (ACRONYM)`` in a text of ``language``, in order.

    The words before the parenthesis must supply the letters of the acronym as initials, in order
    (Schwartz and Hearst, 2003, narrowed to initials). They must begin with a capital and hold a
    word that only bodies are called by.
    """
    abbreviations = []
    for match in _PARENTHESIS.finditer(text):
        acronym, end = match.group(1), match.start()
        start = _long_form_start(text, end, acronym)
        if start is not None:
            name = text[start:end].rstrip()
            if _names_body(fold_key(name).split(), language):
                span = Span(start, start + len(name))
                abbreviations.append(Abbreviation(acronym, " ".join(name.split()), span))
    return abbreviations


def _long_form_start(text: str, end: int, acronym: str) -> int | None:
    """Return the start of the words before ``end`` whose initials are ``acronym``."""
    letters = [letter for letter in fold_key(acronym).replace(" ", "") if letter.isalpha()]
    if len(letters) < 2 or sum(map(str.isupper, acronym)) < 2:
        return None
    start = max(0, end - _LONGEST_NAME)
    start += max(text[start:end].rfind(mark) for mark in '.;:()\n»"“') + 1
    words = list(re.finditer(r"[^\W_]+", text[start:end]))
    joiners = grammar("und")["joiner"]
    for word in reversed(words):
        folded = fold_key(word.group())
        if folded[:1] == letters[-1]:
            letters.pop()
            if not letters:
                return start + word.start() if word.group()[0].isupper() else None
        elif folded not in joiners:
            return None
    return None


def _names_body(words: list[str], language: str) -> bool:
    if len(words) < 2 or _is_generic(" ".join(words)):
        return False
    if language in _HEAD_FIRST:
        plural = words[0] in grammar("und")["pluralbody"]
        return not plural and any(map(_is_body, words[:2]))
    return any(map(_is_body, words))


def _is_generic(name: str) -> bool:
    """Say whether a folded name is that of a kind of body, a place or an event."""
    listed = grammar("und")
    return (
        name in listed["genericwhole"]
        or any(f"{name} ".startswith(f"{start} ") for start in listed["genericstart"])
        or any(part in name for part in listed["genericpart"])
    )


def _is_body(word: str) -> bool:
    """Say whether a folded word is one that only bodies are called by."""
    listed = grammar("und")
    return (
        word in listed["bodyword"]
        or word.startswith(tuple(listed["bodystart"]))
        or word.endswith(tuple(listed["bodyend"]))
    )
