"""The words of a text as the rules for unknown organizations see them."""

import re
from functools import lru_cache
from typing import NamedTuple

from index.document import Span
from index.vocabularies.folding import fold_key

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d[\w.,%]*"
    r"|[^\W_]+(?:[-.+\xad][^\W_]+)*!?"
)
_TIGHT = frozenset(
    (" ", "'", "’", "' ", "’ ", " & ", "\n", ". & ", "\u00a0", " “", ' "', " «", " « ", " «\u00a0")
)
_ELISION = ("'", "’")
_INITIAL = 2
_MARKS = " «“\"'’-–—("
_ENDS = frozenset(".!?:")


class Word(NamedTuple):
    """One word: characters ``start`` to ``end``, folded form, and how it follows the one before.

    ``tight`` says that no punctuation parts it from the word before; ``first`` that a sentence
    or a line begins with it.
    """

    start: int
    end: int
    text: str
    folded: str
    capital: bool
    tight: bool
    first: bool


class Candidate(NamedTuple):
    """What a rule takes for the name of an organization. ``rule`` is the name of the rule.

    ``aliases`` are other forms of the name that the rest of the document may use.
    """

    span: Span
    rule: str
    aliases: tuple[str, ...] = ()
    words: int = 0


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    return fold_key(word).replace(" ", "")


def split_words(text: str) -> list[Word]:
    """Return the words of ``text`` in order."""
    words: list[Word] = []
    end = 0
    initial = exclaimed = False
    for found in _WORD.finditer(text):
        start = found.start()
        gap = text[end:start]
        written = found.group()
        capital = written[0].isupper()
        if gap == " " and not exclaimed:
            tight, first = True, False
        else:
            tight = not exclaimed and (gap in _TIGHT or (initial and gap == ". "))
            mark = gap.strip(_MARKS)[:1]
            first = not tight and (not words or "\n" in gap or mark in _ENDS)
            if tight and gap == "\n":  # a line broken inside a sentence: only lower case goes on
                tight, first = not capital, capital
        words.append(Word(start, found.end(), written, _folded(written), capital, tight, first))
        end = found.end()
        initial = capital and len(written) < _INITIAL
        exclaimed = written[-1] == "!"
    return words


def capital_run(words: list[Word], at: int, joints: frozenset[str], limit: int = 6) -> int:
    """Return the index of the last word of the proper name that begins with word ``at``.

    Words of ``joints`` may stand between capitalised ones, two in a row at most.
    """
    last = at
    index = at + 1
    while index < len(words) and last - at + 1 < limit:
        word = words[index]
        if not word.tight:
            break
        numbered = word.text.isdecimal() and len(word.text) <= _INITIAL and index == last + 1
        if word.capital or numbered:
            last = index
        elif word.folded not in joints or index - last > _INITIAL:
            break
        index += 1
    return last


def span_of(words: list[Word], first: int, last: int) -> Span:
    """Return the characters of words ``first`` to ``last``, both included."""
    return Span(words[first].start, words[last].end)
