"""The words of a text as the rules for unknown organizations see them."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from operator import itemgetter
from typing import NamedTuple, overload

from index.document import Span
from index.vocabularies import Grammar, fold_key

_PLAIN_WORD = r"[a-zA-Zà-öø-ÿ]{2,}+(?![\w!.+\xad-])"  # most words; tried first, it is fast
_GAP_AND_WORD = re.compile(
    rf"([\W_]*+)({_PLAIN_WORD}|(?:[^\W\d_]\.){{2,}}|\d[\w.,%]*"
    r"|[^\W_]+(?:[-.+\xad][^\W_]+)*!?|\Z)"
)
_TIGHT = frozenset(
    (
        " ",
        "- ",
        "'",
        "’",
        "' ",
        "’ ",
        " & ",
        "\n",
        ". & ",
        "\u00a0",
        " “",
        ' "',
        " «",
        " « ",
        " «\u00a0",
    )
)
_ELISION = ("'", "’")
_ABBREVIATED = frozenset(("St", "Ste"))
"""Words whose full stop ends no sentence: ``Landesgericht St. Pölten``."""
_CACHED_WORDS = 60_000
_LONGEST_CACHED = 40
_SHORT_NUMBER = 2
_JOINTS = 2
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


class Roles(dict[str, tuple[str, ...]]):
    """The roles of words as written in the rules of a language, found when first asked for.

    ``roles`` finds them from the word as written and folded.
    """

    def __init__(self, roles: Callable[[str, str], tuple[str, ...]]) -> None:
        super().__init__()
        self._roles = roles

    def __missing__(self, written: str) -> tuple[str, ...]:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        found = self._roles(written, _folded(written))
        if len(written) <= _LONGEST_CACHED:
            self[written] = found
        return found


@lru_cache(_CACHED_WORDS)
def _folded(written: str) -> str:
    if written.isascii() and written.isalnum():
        return written.lower()
    return fold_key(written).replace(" ", "")


class Words(Sequence[Word]):
    """The words of a text in order, each made when asked for: rules look at few of them."""

    def __init__(self, text: str, roles: Roles) -> None:
        pairs: list[tuple[str, str]] = _GAP_AND_WORD.findall(text)
        while pairs and not pairs[-1][1]:  # behind the last word
            pairs.pop()
        self._pairs = pairs
        self._ends = list(accumulate(map(len, chain.from_iterable(pairs))))
        self._made: list[Word | None] = [None] * len(pairs)
        self._where: dict[str, list[int]] = {}
        for index, found in enumerate(map(roles.__getitem__, map(itemgetter(1), pairs))):
            if found:
                for role in found:
                    self._where.setdefault(role, []).append(index)

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, index: int) -> Word: ...

    @overload
    def __getitem__(self, index: slice) -> list[Word]: ...

    def __getitem__(self, index: int | slice) -> Word | list[Word]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self._made)))]
        word = self._made[index]
        if word is None:
            word = self._made[index] = self._make(index % len(self._made))
        return word

    def _make(self, index: int) -> Word:
        gap, written = self._pairs[index]
        capital = written[0].isupper()
        before = self._pairs[index - 1][1] if index else ""
        exclaimed = before[-1:] == "!"
        if gap == " " and not exclaimed:
            tight, first = True, False
        else:
            initial = before in _ABBREVIATED or (len(before) == 1 and before.isupper())
            tight = not exclaimed and (gap in _TIGHT or (initial and gap == ". "))
            mark = gap.strip(_MARKS)[:1]
            first = not tight and (not index or "\n" in gap or mark in _ENDS)
            if tight and gap == "\n":  # a line broken inside a sentence: only lower case goes on
                tight, first = not capital, capital
        start, end = self._ends[2 * index : 2 * index + 2]
        return Word(start, end, written, _folded(written), capital, tight, first)

    def where(self, role: str) -> Sequence[int]:
        """Return the indices of the words that have a role."""
        return self._where.get(role, ())

    def phrases(self, role: str) -> Iterator[range]:
        """Yield the runs of words without punctuation that hold a word with a role."""
        done = 0
        for index in self.where(role):
            if index >= done:
                first, done = index, index + 1
                while first and self[first].tight:
                    first -= 1
                while done < len(self) and self[done].tight:
                    done += 1
                yield range(first, done)


def capital_run(words: Sequence[Word], at: int, joints: frozenset[str], limit: int = 6) -> int:
    """Return the index of the last word of the proper name that begins with word ``at``.

    Words of ``joints`` may stand between capitalised ones, two in a row at most.
    """
    last = at
    index = at + 1
    while index < len(words) and last - at + 1 < limit:
        word = words[index]
        if not word.tight:
            break
        numbered = word.text.isdecimal() and len(word.text) <= _SHORT_NUMBER and index == last + 1
        if word.capital or numbered:
            last = index
        elif word.folded not in joints or index - last > _JOINTS:
            break
        index += 1
    return last


def before_common(words: Sequence[Word], first: int, last: int, grammar: Grammar) -> int:
    """Return the last word of the name of words ``first`` to ``last`` before a common noun.

    German writes all nouns with a capital: ``die Partei UMP Ende 2013``.
    """
    common = grammar["common"]
    for index in range(first + 1, last + 1):
        if words[index].folded in common:
            return index - 1
    return last


def span_of(words: Sequence[Word], first: int, last: int) -> Span:
    """Return the characters of words ``first`` to ``last``, both included."""
    return Span(words[first].start, words[last].end)
