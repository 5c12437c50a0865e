"""How a reader is told how a query was understood: in the reader's operators, if it surprises."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.analysis import fold, tokenize
from index.vocabularies import LANGUAGES
from search.engine import Notices
from search.query.operators import OWN, SOMETIMES, Operator, possible
from search.query.parser import Kind, Lexeme, clean, lex, reads_operators_as_words

_OPERATORS: dict[Kind, Operator] = {Kind.AND: "AND", Kind.OR: "OR", Kind.NOT: "NOT"}

_Item = tuple[Kind, str]


def understood_as(typed: str, understood: str, language: str) -> str:
    """Return what to tell a reader of how a query was understood; nothing if it does not surprise.

    It does if something was added (an alternative, a filter, a group), or if a word was read as an
    operator that is a word to others, or in other places (the E of *hepatite E Brasil*), or the
    other way round, in a title in capitals.
    """
    notices = Notices()
    asked = lex(clean(typed, notices), notices, language)
    surprises = reads_operators_as_words(notices) or any(
        lexeme.kind in _OPERATORS and possible(lexeme.text, language) for lexeme in asked
    )
    if not surprises and _is_as_typed(asked, understood):
        return ""
    told = in_own_words(understood, language)
    return understood if told == typed else told


def in_own_words(understood: str, language: str) -> str:
    """Return a normal form with the operators of a reader's language, if it means the same so."""
    own = OWN.get(language, {})
    lexemes = lex(understood, Notices(), language)
    parts, end = [], 0
    for lexeme in lexemes:
        meaning = _OPERATORS.get(lexeme.kind)
        if meaning in own and lexeme.text == meaning:
            parts += [understood[end : lexeme.start], own[meaning]]
            end = lexeme.end
    told = "".join([*parts, understood[end:]])
    again = lex(told, Notices(), language)
    return told if [*map(_alike, again)] == [*map(_alike, lexemes)] else understood


def in_every_language(q: str, language: str) -> str:
    """Return a query that means in every language what it means in ``language``.

    Operators of some languages only become AND, OR, NOT, and words that are none here lose their
    capitals. Where a letter is a word, whose meaning hangs on capitals, words stay as they are:
    ``depends_on_language`` tells so.
    """
    return _for_every_language(clean(q, Notices()), language) if depends_on_language(q) else q


def depends_on_language(q: str) -> bool:
    """Tell whether languages disagree on which words of a query are operators."""
    if SOMETIMES.keys().isdisjoint(_WORD_ENDS.split(q)):
        return False
    return _depends_on_language(clean(q, Notices()))


@lru_cache(maxsize=512)
def _for_every_language(text: str, language: str) -> str:
    lexemes = lex(text, Notices(), language)
    has_letter = any(lexeme.kind is Kind.WORD and len(lexeme.text) == 1 for lexeme in lexemes)
    parts, end = [], 0
    for lexeme in lexemes:
        if lexeme.text in SOMETIMES and (lexeme.kind in _OPERATORS or not has_letter):
            word = text[lexeme.start : lexeme.end].lower()
            parts += [text[end : lexeme.start], _OPERATORS.get(lexeme.kind, word)]
            end = lexeme.end
    told = "".join([*parts, text[end:]])
    again = lex(told, Notices(), language)
    return told if [*map(_folded, again)] == [*map(_folded, lexemes)] else text


@lru_cache(maxsize=512)
def _depends_on_language(text: str) -> bool:
    first, *others = (lex(text, Notices(), language) for language in LANGUAGES)
    return any(other != first for other in others)


_WORD_ENDS = re.compile(r"[\W_]+")


def _folded(lexeme: Lexeme) -> tuple[Kind, str, int | None]:
    kind, text, number = _alike(lexeme)
    return kind, text.lower(), number


def _alike(lexeme: Lexeme) -> tuple[Kind, str, int | None]:
    joins = lexeme.kind in _OPERATORS
    return lexeme.kind, "" if joins else lexeme.text, lexeme.number


def _is_as_typed(asked: Sequence[Lexeme], understood: str) -> bool:
    """Tell whether nothing was added. Words may be missing that ask nothing, such as articles."""
    read = lex(understood, Notices())
    groups = [sum(lexeme.kind is Kind.OPEN for lexeme in some) for some in (asked, read)]
    if groups[1] > groups[0]:
        return False
    left, right = list(_items(asked)), list(_items(read))
    while right and left:
        if left[-1] == right[-1]:
            right.pop()
        elif left[-1][0] is not Kind.WORD:
            return False
        left.pop()
    return not right and all(kind is Kind.WORD for kind, _ in left)


def _items(lexemes: Sequence[Lexeme]) -> Iterator[_Item]:
    """Yield the words, operators and names of fields; not values, which are canonical."""
    value = False
    for lexeme in lexemes:
        if lexeme.kind is Kind.FIELD:
            value = lexeme.text != "title"
            yield Kind.FIELD, lexeme.text
        elif lexeme.kind in (Kind.OR, Kind.NOT):
            yield lexeme.kind, ""
        elif lexeme.kind not in (Kind.AND, Kind.OPEN, Kind.CLOSE):
            if not value:
                words = [
                    token.folded for token in tokenize(lexeme.text) if token.kind != "compound"
                ]
                for word in words or [fold(lexeme.text)]:
                    yield lexeme.kind, word
            value = False
