"""List expressions of themes that say nothing that another of their theme does not say.

    python -m tools.vocabularies.find_redundant [LANGUAGE ...]

Prints a line for each: language, theme, the expression, and the one that is enough. Either each
form of it is a form of another expression of the same theme and marks (``conciertos``, also listed
as ``concierto``); or all but one of its words are stop words (``a concert of``), so that it is
found wherever that word is, and weighs what one word does. Names (``La Gioconda``) may stay.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.analysis import fold_key
from index.extract.theme_expressions import Pattern, pattern_of
from index.vocabularies import LANGUAGES, Expression, themes


class Redundant(NamedTuple):
    """An expression that says nothing new, and what is found wherever it is."""

    theme: str
    text: str
    enough: str


def redundant(
    theme: str, expressions: Sequence[Expression], language: str, stop_words: frozenset[str]
) -> Iterator[Redundant]:
    """Yield the expressions of a theme that another one covers; of two alike the later one."""
    patterns = [pattern_of(theme, each, language, stop_words) for each in expressions]
    by_form: dict[tuple[str, tuple[bool, ...]], list[int]] = defaultdict(list)
    for number, pattern in enumerate(patterns):
        for form in pattern.forms[0] if pattern.forms else ():
            by_form[form, _marks(pattern)].append(number)
    for number, pattern in enumerate(patterns):
        others = by_form[min(pattern.forms[0]), _marks(pattern)] if pattern.forms else ()
        for other in others:
            covering = patterns[other]
            alike = _covers(pattern, covering)
            if other != number and _covers(covering, pattern) and (other < number or not alike):
                yield Redundant(theme, pattern.expression.text, covering.expression.text)
                break


def one_word(
    theme: str, expressions: Sequence[Expression], stop_words: frozenset[str]
) -> Iterator[Redundant]:
    """Yield the expressions of several words of which only one is no stop word."""
    for expression in expressions:
        words = fold_key(expression.text).split()
        telling = [word for word in words if word not in stop_words]
        if len(words) > 1 == len(telling):
            yield Redundant(theme, expression.text, telling[0])


def _marks(pattern: Pattern) -> tuple[bool, ...]:
    each = pattern.expression
    return each.weak, each.plain, each.exact, each.sure


def _covers(one: Pattern, other: Pattern) -> bool:
    """Return whether one is found wherever the other is, however that is spelt."""
    if one.accented or one.capitals or len(one.forms) != len(other.forms):
        return False
    return all(wide >= narrow for wide, narrow in zip(one.forms, other.forms, strict=True))


def in_language(language: str) -> Iterator[Redundant]:
    """Yield the expressions of our themes in a language that say nothing new."""
    vocabulary = themes()
    stop_words = vocabulary.stop_words.get(language, frozenset())
    for id, entry in vocabulary.entries.items():
        expressions = entry.expressions.get(language, ())
        yield from redundant(id, expressions, language, stop_words)
        yield from one_word(id, expressions, stop_words)


def main(asked: Sequence[str]) -> None:
    """Print them."""
    for language in asked or LANGUAGES:
        for found in in_language(language):
            print(f"{language} | {found.theme} | {found.text} | {found.enough}")


if __name__ == "__main__":
    main(sys.argv[1:])
